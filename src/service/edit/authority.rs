//! What a client may do to an item: the exact scope, the regions of its grant, what a second client must approve. Runs
//! inside the write's transaction. Must not change anything.

use super::{Edit, Refusal};
use crate::domain::actor::Reach;
use crate::domain::campaign::{Ask, CampaignDetail, DonateAsk};
use crate::domain::content::{ContentBody, ContentText};
use crate::domain::event::{EventDetail, Location};
use crate::domain::scope::Scope;
use crate::domain::update::{ServiceUpdateDetail, UpdateFamily};
use crate::domain::vocabulary::{EventKind, LocationDisclosure, TranslationOrigin, UpdateKind, Vocabulary};
use crate::service::fault::{Fault, FaultCode};
use crate::store::{Catalog, Detail, Kind, NewItem, unpack_keys};

/// The scope that writes items of a kind.
pub(super) const fn write_scope(kind: Kind) -> Scope {
    match kind {
        Kind::Resource => Scope::ResourcesWrite,
        Kind::Event => Scope::EventsWrite,
        Kind::Campaign => Scope::CampaignsWrite,
        Kind::Update => Scope::UpdatesWrite,
    }
}

/// The scopes of which one publishes an item.
pub(super) fn publish_scopes(item: &NewItem) -> &'static [Scope] {
    match &item.detail {
        Detail::Resource(_) => &[Scope::ResourcesPublish],
        Detail::Event(_) => &[Scope::EventsPublish],
        Detail::Campaign(_) => &[Scope::CampaignsPublish],
        Detail::Update(_) if is_drug_alert(item) => &[Scope::AlertsIssue],
        Detail::Update(_) => &[Scope::UpdatesPublish],
    }
}

/// The scopes of which one withdraws or archives an item: a drug alert is easier to take back than to issue.
pub(super) fn withdraw_scopes(item: &NewItem) -> &'static [Scope] {
    if is_drug_alert(item) {
        &[Scope::UpdatesPublish, Scope::AlertsCancel, Scope::AlertsIssue]
    } else {
        publish_scopes(item)
    }
}

/// Whether an item is a drug alert, an advisory or an overdose cluster.
pub(super) fn is_drug_alert(item: &NewItem) -> bool {
    match &item.detail {
        Detail::Update(row) => UpdateKind::parse(&row.kind).map(UpdateFamily::of) == Some(UpdateFamily::DrugAlert),
        _ => false,
    }
}

/// The parts of an item that a second client must approve, as text; empty if there are none.
pub(super) fn critical_parts(item: &NewItem) -> String {
    match &item.detail {
        Detail::Update(row) if is_drug_alert(item) => {
            let is_end = matches!(row.message_type.as_str(), "CANCEL" | "ALL_CLEAR");
            if is_end { String::new() } else { format!("{:?} {:?} {row:?}", item.content.texts, item.content.body) }
        }
        Detail::Event(row) if EventKind::parse(&row.kind) == Some(EventKind::DirectAction) => {
            let location = event_detail(row).location.filter(is_disclosed);
            location.map(|location| format!("{location:?}")).unwrap_or_default()
        }
        Detail::Campaign(row) => {
            let links = donations(row).into_iter().filter(|ask| ask.url.is_some() || ask.payee.url.is_some());
            links.map(|ask| format!("{:?} {:?}", ask.payee, ask.url)).collect()
        }
        Detail::Resource(_) | Detail::Event(_) | Detail::Update(_) => String::new(),
    }
}

fn is_disclosed(location: &Location) -> bool {
    matches!(location.disclosure, LocationDisclosure::Exact | LocationDisclosure::Approximate)
}

fn event_detail(row: &entity::event::Model) -> EventDetail {
    serde_json::from_str(&row.detail).unwrap_or_default()
}

/// The asks for money of a campaign.
pub(super) fn donations(row: &entity::campaign::Model) -> Vec<DonateAsk> {
    let detail: CampaignDetail = serde_json::from_str(&row.detail).unwrap_or_default();
    let donate = |ask| if let Ask::Donate(ask) = ask { Some(ask) } else { None };
    detail.asks.into_iter().filter_map(donate).collect()
}

/// The translations of an item that say that they were reviewed, with their bodies.
fn reviewed_translations(item: &NewItem) -> Vec<(ContentText, Option<ContentBody>)> {
    let texts: Vec<ContentText> = serde_json::from_str(&item.content.texts).unwrap_or_default();
    let bodies: Vec<ContentBody> =
        item.content.body.as_deref().and_then(|bodies| serde_json::from_str(bodies).ok()).unwrap_or_default();
    let is_reviewed = |text: &ContentText| {
        matches!(text.origin, TranslationOrigin::CommunityReviewed | TranslationOrigin::MachineReviewed)
    };
    let with_body = |text: ContentText| {
        let body = bodies.iter().find(|body| body.locale == text.locale).cloned();
        (text, body)
    };
    texts.into_iter().filter(is_reviewed).map(with_body).collect()
}

/// The exact public place of an item, if it tells one.
fn exact_place(item: &NewItem) -> Option<Location> {
    let location = match &item.detail {
        Detail::Event(row) => event_detail(row).location,
        Detail::Update(row) => {
            serde_json::from_str::<ServiceUpdateDetail>(&row.detail).ok().and_then(|detail| detail.location)
        }
        Detail::Resource(_) | Detail::Campaign(_) => None,
    };
    location.filter(|location| location.disclosure == LocationDisclosure::Exact)
}

impl Edit<'_> {
    /// Refuses unless the client holds one of the scopes for all regions of the items. `field` is what is named when
    /// a region is outside.
    pub(super) fn authorise(&self, scopes: &[Scope], items: &[&NewItem], field: &str) -> Result<(), Refusal> {
        self.holds_one(scopes, items, field)?;
        self.beside.map_or(Ok(()), |scope| self.holds_one(&[scope], items, field))
    }

    fn holds_one(&self, scopes: &[Scope], items: &[&NewItem], field: &str) -> Result<(), Refusal> {
        let reaches: Vec<&Reach> = scopes.iter().filter_map(|scope| self.actor().grants.reach(*scope)).collect();
        if reaches.is_empty() {
            return Err(Refusal::Scope(scopes.to_vec()));
        }
        let regions: Vec<Vec<i64>> = items.iter().map(|item| unpack_keys(&item.content.region_ids)).collect();
        if reaches.iter().any(|reach| regions.iter().all(|keys| holds(reach, keys, &self.catalog))) {
            return Ok(());
        }
        Err(outside(field).into())
    }

    /// Refuses what takes a scope of its own and was not there before: an exact public place, the word that a payee
    /// was verified, the word that a translation was reviewed.
    pub(super) fn authorise_parts(&self, before: Option<&NewItem>, after: &NewItem) -> Result<(), Refusal> {
        let place = exact_place(after);
        if place.is_some() && place != before.and_then(exact_place) {
            self.authorise(&[Scope::EventsExactLocation], &[after], "input.regions")?;
        }
        let known = before.map(reviewed_translations).unwrap_or_default();
        if reviewed_translations(after).iter().any(|translation| !known.contains(translation)) {
            self.authorise(&[Scope::TranslationsReview], &[after], "input.regions")?;
        }
        if let Detail::Campaign(row) = &after.detail {
            let known = match before.map(|before| &before.detail) {
                Some(Detail::Campaign(row)) => donations(row),
                _ => Vec::new(),
            };
            let is_new = |ask: &DonateAsk| {
                let payee = &ask.payee;
                let is_verified = payee.verified_at.is_some() || payee.verified_by.is_some();
                is_verified && !known.iter().any(|known| known.payee == *payee && known.url == ask.url)
            };
            if donations(row).iter().any(is_new) {
                self.authorise(&[Scope::CampaignsVerifyPayee], &[after], "input.regions")?;
            }
        }
        Ok(())
    }
}

/// Whether a grant holds for an item of these regions.
pub(super) fn holds(reach: &Reach, regions: &[i64], catalog: &Catalog) -> bool {
    match reach {
        Reach::Everywhere => true,
        Reach::Within(outer) => {
            let is_inside = |region: &i64| outer.iter().any(|outer| catalog.is_within(*region, *outer));
            !regions.is_empty() && regions.iter().all(is_inside)
        }
    }
}

/// That a region lies outside the grant.
pub(super) fn outside(field: &str) -> Fault {
    let message = "must be regions that the client's grant is for, at least one, before and after the change";
    Fault::new(FaultCode::OutOfGrantedRegion, field, message)
}
