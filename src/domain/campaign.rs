//! Value objects of campaigns: what is demanded, asked, reached. Must not know storage.

use serde::{Deserialize, Serialize};

use super::content::{Label, Money};
use super::locale::LocalizedText;
use super::text::Line;
use super::time::{LocalDate, Timestamp};
use super::url::HttpsUrl;
use super::vocabulary::ContactChannel;

/// A text in several languages that stands alone in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TextItem {
    /// The text.
    pub text: LocalizedText,
}

/// Something that a campaign asks of people: exactly one member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ask {
    /// Give money.
    Donate(DonateAsk),
    /// Give things.
    Goods(GoodsAsk),
    /// Sign.
    Petition(PetitionAsk),
    /// Write or call.
    Contact(ContactAsk),
    /// Be there.
    ShowUp(ShowUpAsk),
    /// Help.
    Volunteer(VolunteerAsk),
    /// Pass on.
    Share(ShareAsk),
}

/// Give money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DonateAsk {
    /// What is asked.
    pub title: LocalizedText,
    /// More about it.
    #[serde(default)]
    pub details: LocalizedText,
    /// Who receives the money.
    pub payee: Payee,
    /// What is needed.
    pub goal: Option<Money>,
    /// What has been given.
    pub raised: Option<Money>,
    /// Where to give.
    pub url: Option<HttpsUrl>,
    /// The last day.
    pub closes_on: Option<LocalDate>,
}

/// Who receives money, and who vouches for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Payee {
    /// Name of the payee.
    pub name: Label,
    /// The payee's page.
    pub url: Option<HttpsUrl>,
    /// Who verified that the money reaches the cause; absent: nobody has.
    pub verified_by: Option<Label>,
    /// When it was verified.
    pub verified_at: Option<Timestamp>,
}

/// Give things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GoodsAsk {
    /// What is asked.
    pub title: LocalizedText,
    /// More about it.
    #[serde(default)]
    pub details: LocalizedText,
    /// The things.
    #[serde(default)]
    pub items: Vec<GoodsItem>,
    /// Where and when to bring them.
    #[serde(default)]
    pub drop_off: LocalizedText,
    /// The last day.
    pub closes_on: Option<LocalDate>,
}

/// One thing that is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GoodsItem {
    /// What it is.
    pub name: LocalizedText,
    /// How many are needed.
    pub quantity: Option<u32>,
}

/// Sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PetitionAsk {
    /// What is asked.
    pub title: LocalizedText,
    /// More about it.
    #[serde(default)]
    pub details: LocalizedText,
    /// Where to sign.
    pub url: Option<HttpsUrl>,
    /// Signatures so far.
    pub signatures: Option<u32>,
    /// Signatures wanted.
    pub goal: Option<u32>,
    /// The last day.
    pub closes_on: Option<LocalDate>,
}

/// Write or call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContactAsk {
    /// What is asked.
    pub title: LocalizedText,
    /// More about it.
    #[serde(default)]
    pub details: LocalizedText,
    /// By which way.
    pub channel: ContactChannel,
    /// To whom.
    #[serde(default)]
    pub targets: Vec<Target>,
    /// Words to use.
    #[serde(default)]
    pub script: LocalizedText,
}

/// Someone in office whom a campaign addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Target {
    /// Name of the office or its holder.
    pub name: Label,
    /// What the office decides.
    pub role: Option<Label>,
    /// The institution.
    pub organization: Option<Label>,
    /// The office's public address, telephone or mail.
    pub address: Option<Line<300>>,
}

/// Be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShowUpAsk {
    /// What is asked.
    pub title: LocalizedText,
    /// More about it.
    #[serde(default)]
    pub details: LocalizedText,
    /// The event to come to.
    pub event: Option<String>,
}

/// Help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VolunteerAsk {
    /// What is asked.
    pub title: LocalizedText,
    /// More about it.
    #[serde(default)]
    pub details: LocalizedText,
    /// What there is to do.
    #[serde(default)]
    pub roles: Vec<TextItem>,
    /// Where to sign up.
    pub url: Option<HttpsUrl>,
}

/// Pass on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShareAsk {
    /// What is asked.
    pub title: LocalizedText,
    /// More about it.
    #[serde(default)]
    pub details: LocalizedText,
    /// What to share.
    pub url: Option<HttpsUrl>,
    /// Words to use.
    #[serde(default)]
    pub message: LocalizedText,
    /// Hashtags, without the sign.
    #[serde(default)]
    pub hashtags: Vec<Line<80>>,
}

/// What a campaign wants to reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Goal {
    /// The goal in words.
    pub description: LocalizedText,
    /// The goal as money.
    pub amount: Option<Money>,
    /// The goal as a number, of signatures for instance.
    pub count: Option<u32>,
}

/// A step on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Milestone {
    /// What it is.
    pub title: LocalizedText,
    /// When it is meant to be reached.
    pub target_on: Option<LocalDate>,
    /// When it was reached.
    pub reached_on: Option<LocalDate>,
}

/// An organization that stands behind a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Endorsement {
    /// The organization.
    pub organization: String,
    /// What it says.
    #[serde(default)]
    pub statement: LocalizedText,
    /// Since when.
    pub endorsed_on: Option<LocalDate>,
}

/// What a campaign has beyond what lists filter or order by.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CampaignDetail {
    /// What is demanded.
    pub demands: Vec<TextItem>,
    /// What people are asked to do.
    pub asks: Vec<Ask>,
    /// Those in office whom it addresses.
    pub targets: Vec<Target>,
    /// What it wants to reach.
    pub goal: Option<Goal>,
    /// Steps on the way.
    pub milestones: Vec<Milestone>,
    /// Who stands behind it.
    pub endorsements: Vec<Endorsement>,
    /// How it ended.
    pub outcome: LocalizedText,
}
