//! What campaigns ask of people. Must not read data but for the event of a call to be there.

use async_graphql::{Context, Description, Object, Result, Union};

use crate::domain::campaign;
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::view::View;
use crate::domain::vocabulary::ContactChannel;
use crate::graphql::content::{Envelope, Money};
use crate::graphql::event::Event;
use crate::graphql::loader::ItemRef;
use crate::graphql::scalar::{Date, DateTime, Url};
use crate::store::Kind;

/// Something that a campaign asks of people.
#[derive(Clone, Debug, Union)]
pub(crate) enum Ask {
    Donate(DonateAsk),
    Goods(GoodsAsk),
    Petition(PetitionAsk),
    Contact(ContactAsk),
    ShowUp(ShowUpAsk),
    Volunteer(VolunteerAsk),
    Share(ShareAsk),
}

impl Ask {
    pub(super) fn new(value: campaign::Ask, view: &View) -> Self {
        match value {
            campaign::Ask::Donate(value) => Self::Donate(DonateAsk::new(value, view)),
            campaign::Ask::Goods(value) => Self::Goods(GoodsAsk::new(value, view)),
            campaign::Ask::Petition(value) => Self::Petition(PetitionAsk::new(value, view)),
            campaign::Ask::Contact(value) => Self::Contact(ContactAsk::new(value, view)),
            campaign::Ask::ShowUp(value) => Self::ShowUp(ShowUpAsk::new(value, view)),
            campaign::Ask::Volunteer(value) => Self::Volunteer(VolunteerAsk::new(value, view)),
            campaign::Ask::Share(value) => Self::Share(ShareAsk::new(value, view)),
        }
    }
}

/// An ask to give money.
#[derive(Clone, Debug, Description)]
pub(crate) struct DonateAsk {
    value: campaign::DonateAsk,
    view: View,
}

impl DonateAsk {
    pub(crate) fn new(value: campaign::DonateAsk, view: &View) -> Self {
        Self { value, view: view.clone() }
    }
}

#[Object(use_type_description)]
impl DonateAsk {
    /// What is asked.
    async fn title(&self) -> String {
        self.value.title.text(&self.view.preference).unwrap_or_default()
    }

    /// More about it.
    async fn details(&self) -> Option<String> {
        self.value.details.text(&self.view.preference)
    }

    /// Who receives the money, and who vouches for it.
    async fn payee(&self) -> Payee {
        Payee::new(self.value.payee.clone())
    }

    /// What is needed.
    async fn goal(&self) -> Option<Money> {
        self.value.goal.clone().map(Money)
    }

    /// What has been given.
    async fn raised(&self) -> Option<Money> {
        self.value.raised.clone().map(Money)
    }

    /// Where to give.
    async fn url(&self) -> Option<Url> {
        self.value.url.as_ref().map(|url| Url(url.to_string()))
    }

    /// The last day.
    async fn closes_on(&self) -> Option<Date> {
        self.value.closes_on.map(|date| Date(date.to_string()))
    }
}

/// Who receives money, and who vouches for it.
#[derive(Clone, Debug, Description)]
pub(crate) struct Payee {
    value: campaign::Payee,
}

impl Payee {
    pub(crate) fn new(value: campaign::Payee) -> Self {
        Self { value }
    }
}

#[Object(use_type_description)]
impl Payee {
    /// The payee's name.
    async fn name(&self) -> &str {
        &self.value.name
    }

    /// The payee's page.
    async fn url(&self) -> Option<Url> {
        self.value.url.as_ref().map(|url| Url(url.to_string()))
    }

    /// Who verified that the money reaches the cause; null if nobody did.
    async fn verified_by(&self) -> Option<&str> {
        self.value.verified_by.as_deref()
    }

    /// When it was verified.
    async fn verified_at(&self) -> Option<DateTime> {
        self.value.verified_at.map(|at| DateTime::written(at, None))
    }
}

/// An ask to give things.
#[derive(Clone, Debug, Description)]
pub(crate) struct GoodsAsk {
    value: campaign::GoodsAsk,
    view: View,
}

impl GoodsAsk {
    pub(crate) fn new(value: campaign::GoodsAsk, view: &View) -> Self {
        Self { value, view: view.clone() }
    }
}

#[Object(use_type_description)]
impl GoodsAsk {
    /// What is asked.
    async fn title(&self) -> String {
        self.value.title.text(&self.view.preference).unwrap_or_default()
    }

    /// More about it.
    async fn details(&self) -> Option<String> {
        self.value.details.text(&self.view.preference)
    }

    /// The things that are needed.
    async fn items(&self) -> Vec<GoodsItem> {
        self.value.items.iter().cloned().map(|value| GoodsItem::new(value, &self.view)).collect()
    }

    /// Where and when to bring them.
    async fn drop_off(&self) -> Option<String> {
        self.value.drop_off.text(&self.view.preference)
    }

    /// The last day.
    async fn closes_on(&self) -> Option<Date> {
        self.value.closes_on.map(|date| Date(date.to_string()))
    }
}

/// A thing that is needed.
#[derive(Clone, Debug, Description)]
pub(crate) struct GoodsItem {
    value: campaign::GoodsItem,
    view: View,
}

impl GoodsItem {
    pub(crate) fn new(value: campaign::GoodsItem, view: &View) -> Self {
        Self { value, view: view.clone() }
    }
}

#[Object(use_type_description)]
impl GoodsItem {
    /// What it is.
    async fn name(&self) -> String {
        self.value.name.text(&self.view.preference).unwrap_or_default()
    }

    /// How many are needed.
    async fn quantity(&self) -> Option<u32> {
        self.value.quantity
    }
}

/// An ask to sign.
#[derive(Clone, Debug, Description)]
pub(crate) struct PetitionAsk {
    value: campaign::PetitionAsk,
    view: View,
}

impl PetitionAsk {
    pub(crate) fn new(value: campaign::PetitionAsk, view: &View) -> Self {
        Self { value, view: view.clone() }
    }
}

#[Object(use_type_description)]
impl PetitionAsk {
    /// What is asked.
    async fn title(&self) -> String {
        self.value.title.text(&self.view.preference).unwrap_or_default()
    }

    /// More about it.
    async fn details(&self) -> Option<String> {
        self.value.details.text(&self.view.preference)
    }

    /// Where to sign.
    async fn url(&self) -> Option<Url> {
        self.value.url.as_ref().map(|url| Url(url.to_string()))
    }

    /// Signatures so far.
    async fn signatures(&self) -> Option<u32> {
        self.value.signatures
    }

    /// Signatures wanted.
    #[graphql(name = "signatureGoal")]
    async fn goal(&self) -> Option<u32> {
        self.value.goal
    }

    /// The last day.
    async fn closes_on(&self) -> Option<Date> {
        self.value.closes_on.map(|date| Date(date.to_string()))
    }
}

/// An ask to write to those in office or to call them.
#[derive(Clone, Debug, Description)]
pub(crate) struct ContactAsk {
    value: campaign::ContactAsk,
    view: View,
}

impl ContactAsk {
    pub(crate) fn new(value: campaign::ContactAsk, view: &View) -> Self {
        Self { value, view: view.clone() }
    }
}

#[Object(use_type_description)]
impl ContactAsk {
    /// What is asked.
    async fn title(&self) -> String {
        self.value.title.text(&self.view.preference).unwrap_or_default()
    }

    /// More about it.
    async fn details(&self) -> Option<String> {
        self.value.details.text(&self.view.preference)
    }

    /// By which way.
    async fn channel(&self) -> ContactChannel {
        self.value.channel
    }

    /// To whom.
    async fn targets(&self) -> Vec<CampaignTarget> {
        self.value.targets.iter().cloned().map(CampaignTarget::new).collect()
    }

    /// Words to use.
    async fn script(&self) -> Option<String> {
        self.value.script.text(&self.view.preference)
    }
}

/// Someone in office whom a campaign addresses.
#[derive(Clone, Debug, Description)]
pub(crate) struct CampaignTarget {
    value: campaign::Target,
}

impl CampaignTarget {
    pub(crate) fn new(value: campaign::Target) -> Self {
        Self { value }
    }
}

#[Object(use_type_description)]
impl CampaignTarget {
    /// The office or its holder.
    async fn name(&self) -> &str {
        &self.value.name
    }

    /// What the office decides.
    async fn role(&self) -> Option<&str> {
        self.value.role.as_deref()
    }

    /// The institution.
    async fn organization(&self) -> Option<&str> {
        self.value.organization.as_deref()
    }

    /// The office's public address, telephone or mail.
    async fn address(&self) -> Option<&str> {
        self.value.address.as_deref()
    }
}

/// An ask to be there.
#[derive(Clone, Debug, Description)]
pub(crate) struct ShowUpAsk {
    value: campaign::ShowUpAsk,
    view: View,
}

impl ShowUpAsk {
    pub(crate) fn new(value: campaign::ShowUpAsk, view: &View) -> Self {
        Self { value, view: view.clone() }
    }
}

#[Object(use_type_description)]
impl ShowUpAsk {
    /// What is asked.
    async fn title(&self) -> String {
        self.value.title.text(&self.view.preference).unwrap_or_default()
    }

    /// More about it.
    async fn details(&self) -> Option<String> {
        self.value.details.text(&self.view.preference)
    }

    /// The event to come to.
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<Event>> {
        let id = self.value.event.as_deref().and_then(|id| PublicId::parse_as(id, Noun::Event).ok());
        let Some(id) = id else { return Ok(None) };
        let item = ItemRef::load(ctx, Kind::Event, id.key(), &self.view).await?;
        Ok(item.map(|item| Event(Envelope::new(item, self.view.clone()))))
    }
}

/// An ask to lend a hand.
#[derive(Clone, Debug, Description)]
pub(crate) struct VolunteerAsk {
    value: campaign::VolunteerAsk,
    view: View,
}

impl VolunteerAsk {
    pub(crate) fn new(value: campaign::VolunteerAsk, view: &View) -> Self {
        Self { value, view: view.clone() }
    }
}

#[Object(use_type_description)]
impl VolunteerAsk {
    /// What is asked.
    async fn title(&self) -> String {
        self.value.title.text(&self.view.preference).unwrap_or_default()
    }

    /// More about it.
    async fn details(&self) -> Option<String> {
        self.value.details.text(&self.view.preference)
    }

    /// What there is to do.
    async fn roles(&self) -> Vec<String> {
        self.value.roles.iter().filter_map(|role| role.text.text(&self.view.preference)).collect()
    }

    /// Where to sign up.
    async fn url(&self) -> Option<Url> {
        self.value.url.as_ref().map(|url| Url(url.to_string()))
    }
}

/// An ask to pass something on.
#[derive(Clone, Debug, Description)]
pub(crate) struct ShareAsk {
    value: campaign::ShareAsk,
    view: View,
}

impl ShareAsk {
    pub(crate) fn new(value: campaign::ShareAsk, view: &View) -> Self {
        Self { value, view: view.clone() }
    }
}

#[Object(use_type_description)]
impl ShareAsk {
    /// What is asked.
    async fn title(&self) -> String {
        self.value.title.text(&self.view.preference).unwrap_or_default()
    }

    /// More about it.
    async fn details(&self) -> Option<String> {
        self.value.details.text(&self.view.preference)
    }

    /// What to share.
    async fn url(&self) -> Option<Url> {
        self.value.url.as_ref().map(|url| Url(url.to_string()))
    }

    /// Words to use.
    async fn message(&self) -> Option<String> {
        self.value.message.text(&self.view.preference)
    }

    /// Hashtags, without the sign.
    async fn hashtags(&self) -> Vec<&str> {
        self.value.hashtags.iter().map(|tag| &**tag).collect()
    }
}
