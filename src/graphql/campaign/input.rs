//! The inputs of campaigns. They declare the schema; the service reads and checks what clients give. Must not check a
//! value.

use async_graphql::{InputObject, OneofObject};

use crate::domain::vocabulary::{CampaignKind, CampaignState, CampaignUrgency, ContactChannel};
use crate::graphql::content::input::{LocalizedTextInput, MoneyInput};
use crate::graphql::content::publishing_inputs;
use crate::graphql::scalar::{Date, DateTime, Url};

/// Something that a campaign asks of people: exactly one of these.
#[derive(Debug, OneofObject)]
pub(crate) enum AskInput {
    /// To give money.
    Donate(DonateAskInput),
    /// To give things.
    Goods(GoodsAskInput),
    /// To sign.
    Petition(PetitionAskInput),
    /// To write to those in office or to call them.
    Contact(ContactAskInput),
    /// To be there.
    ShowUp(ShowUpAskInput),
    /// To lend a hand.
    Volunteer(VolunteerAskInput),
    /// To pass something on.
    Share(ShareAskInput),
}

/// An ask to give money.
#[derive(Debug, InputObject)]
pub(crate) struct DonateAskInput {
    /// What is asked.
    title: Vec<LocalizedTextInput>,
    /// More about it.
    details: Option<Vec<LocalizedTextInput>>,
    /// Who receives the money, and who vouches for it.
    payee: PayeeInput,
    /// What is needed.
    goal: Option<MoneyInput>,
    /// What has been given.
    raised: Option<MoneyInput>,
    /// Where to give.
    url: Option<Url>,
    /// The last day.
    closes_on: Option<Date>,
}

/// Who receives money, and who vouches for it.
#[derive(Debug, InputObject)]
pub(crate) struct PayeeInput {
    /// The payee's name, 1 to 200 characters.
    name: String,
    /// The payee's page.
    url: Option<Url>,
    /// Who verified that the money reaches the cause, 1 to 200 characters; by default nobody. Requires scope
    /// `campaigns:verify-payee`.
    verified_by: Option<String>,
    /// When it was verified. Requires scope `campaigns:verify-payee`.
    verified_at: Option<DateTime>,
}

/// An ask to give things.
#[derive(Debug, InputObject)]
pub(crate) struct GoodsAskInput {
    /// What is asked.
    title: Vec<LocalizedTextInput>,
    /// More about it.
    details: Option<Vec<LocalizedTextInput>>,
    /// The things that are needed; at most 100.
    items: Option<Vec<GoodsItemInput>>,
    /// Where and when to bring them.
    drop_off: Option<Vec<LocalizedTextInput>>,
    /// The last day.
    closes_on: Option<Date>,
}

/// A thing that is needed.
#[derive(Debug, InputObject)]
pub(crate) struct GoodsItemInput {
    /// What it is.
    name: Vec<LocalizedTextInput>,
    /// How many are needed.
    quantity: Option<u32>,
}

/// An ask to sign.
#[derive(Debug, InputObject)]
pub(crate) struct PetitionAskInput {
    /// What is asked.
    title: Vec<LocalizedTextInput>,
    /// More about it.
    details: Option<Vec<LocalizedTextInput>>,
    /// Where to sign.
    url: Option<Url>,
    /// Signatures so far.
    signatures: Option<u32>,
    /// Signatures wanted.
    goal: Option<u32>,
    /// The last day.
    closes_on: Option<Date>,
}

/// An ask to write to those in office or to call them.
#[derive(Debug, InputObject)]
pub(crate) struct ContactAskInput {
    /// What is asked.
    title: Vec<LocalizedTextInput>,
    /// More about it.
    details: Option<Vec<LocalizedTextInput>>,
    /// By which way.
    channel: ContactChannel,
    /// To whom; at most 100.
    targets: Option<Vec<TargetInput>>,
    /// Words to use.
    script: Option<Vec<LocalizedTextInput>>,
}

/// Someone in office whom a campaign addresses.
#[derive(Debug, InputObject)]
pub(crate) struct TargetInput {
    /// The office or its holder, 1 to 200 characters.
    name: String,
    /// What the office decides, 1 to 200 characters.
    role: Option<String>,
    /// The institution, 1 to 200 characters.
    organization: Option<String>,
    /// The office's public address, telephone or mail, 1 to 300 characters; never a private one.
    address: Option<String>,
}

/// An ask to be there.
#[derive(Debug, InputObject)]
pub(crate) struct ShowUpAskInput {
    /// What is asked.
    title: Vec<LocalizedTextInput>,
    /// More about it.
    details: Option<Vec<LocalizedTextInput>>,
    /// The event to come to, by id or slug.
    event: Option<String>,
}

/// An ask to lend a hand.
#[derive(Debug, InputObject)]
pub(crate) struct VolunteerAskInput {
    /// What is asked.
    title: Vec<LocalizedTextInput>,
    /// More about it.
    details: Option<Vec<LocalizedTextInput>>,
    /// What there is to do; at most 100.
    roles: Option<Vec<TextItemInput>>,
    /// Where to sign up.
    url: Option<Url>,
}

/// An ask to pass something on.
#[derive(Debug, InputObject)]
pub(crate) struct ShareAskInput {
    /// What is asked.
    title: Vec<LocalizedTextInput>,
    /// More about it.
    details: Option<Vec<LocalizedTextInput>>,
    /// What to share.
    url: Option<Url>,
    /// Words to use.
    message: Option<Vec<LocalizedTextInput>>,
    /// Hashtags without the sign, each 1 to 80 characters; at most 100.
    hashtags: Option<Vec<String>>,
}

/// A text in several languages that stands alone in a list.
#[derive(Debug, InputObject)]
pub(crate) struct TextItemInput {
    /// The text.
    text: Vec<LocalizedTextInput>,
}

/// What a campaign wants to reach.
#[derive(Debug, InputObject)]
pub(crate) struct GoalInput {
    /// The goal in words.
    description: Vec<LocalizedTextInput>,
    /// The goal as money.
    amount: Option<MoneyInput>,
    /// The goal as a number, of signatures for instance.
    count: Option<u32>,
}

/// A step on the way.
#[derive(Debug, InputObject)]
pub(crate) struct MilestoneInput {
    /// What it is.
    title: Vec<LocalizedTextInput>,
    /// When it is meant to be reached.
    target_on: Option<Date>,
    /// When it was reached.
    reached_on: Option<Date>,
}

/// That an organization stands behind a campaign.
#[derive(Debug, InputObject)]
pub(crate) struct EndorsementInput {
    /// The organization, by id or slug.
    organization: String,
    /// What it says.
    statement: Option<Vec<LocalizedTextInput>>,
    /// Since when.
    endorsed_on: Option<Date>,
}

publishing_inputs! {
    CampaignCreateInput CampaignUpdateInput CampaignUpsertInput: "campaign"
    required {
        /// What sort of campaign it is.
        kind: CampaignKind,
    }
    optional {
        /// How it stands; `ACTIVE` by default.
        state: CampaignState,
        /// How pressing it is; `NORMAL` by default.
        urgency: CampaignUrgency,
        /// The day it began or begins.
        starts_on: Date,
        /// The day it ended or ends, not before `startsOn` (`ENDS_BEFORE_START`).
        ends_on: Date,
        /// What is demanded; at most 100.
        demands: Vec<TextItemInput>,
        /// What people are asked to do; at most 100.
        asks: Vec<AskInput>,
        /// Those in office whom the campaign addresses; at most 100.
        targets: Vec<TargetInput>,
        /// What it wants to reach.
        goal: GoalInput,
        /// Steps on the way; at most 100.
        milestones: Vec<MilestoneInput>,
        /// Organizations that stand behind it; at most 100.
        endorsements: Vec<EndorsementInput>,
        /// How it ended, in words.
        outcome: Vec<LocalizedTextInput>,
        /// Resources that the campaign gathers, by id or slug; at most 100.
        resources: Vec<String>,
        /// Regional updates that the campaign is about, by id or slug; at most 100.
        updates: Vec<String>,
    }
}
