//! Steps in the life of an item that change no content: submitting, publishing, scheduling, withdrawing, archiving,
//! spotlighting.

use super::authority::{critical_parts, donations, publish_scopes, withdraw_scopes, write_scope};
use super::target::Target;
use super::{Change, Edit, Refusal};
use crate::domain::publication::Step;
use crate::domain::scope::Scope;
use crate::domain::time::{DAY_MICROS, Timestamp};
use crate::domain::vocabulary::{PublicationStatus, RevisionAction, Vocabulary};
use crate::service::fault::{Fault, FaultCode};
use crate::service::prepare::{Settling, settle_slug};
use crate::store::{Detail, Kind, NewItem, Saving};

/// Furthest that a publication may be planned ahead, in days.
pub const PLANNED_DAYS: i64 = 400;

macro_rules! change {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $field_doc:literal])+ $field:ident: $type:ty,)* }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug)]
        pub struct $name {
            /// The item.
            pub id: String,
            /// The version that the change is based on.
            pub expected_version: i32,
            $($(#[doc = $field_doc])+ pub $field: $type,)*
        }
    };
}

change!(
    /// Hands a draft to a reviewer.
    Submit {}
);
change!(
    /// Publishes an item now.
    Publish {}
);
change!(
    /// Publishes an item by itself at a set time.
    Schedule {
        /// When; at most 400 days ahead.
        at: Timestamp,
    }
);
change!(
    /// Takes an item back.
    Withdraw {
        /// Why, for those who read revisions.
        reason: Option<String>,
    }
);
change!(
    /// Puts an item away.
    Archive {}
);

impl Change for Submit {
    const IS_PLAIN: bool = true;

    async fn apply(&self, edit: &mut Edit<'_>) -> Result<NewItem, Refusal> {
        let target = edit.own(&self.id, None, self.expected_version).await?;
        edit.authorise(&[write_scope(target.kind)], &[&target.item], "input.id")?;
        let status = target.take(Step::Submit)?;
        let moved = Moved { status, action: RevisionAction::Submitted, note: None, what: None };
        move_to(edit, &target, moved, |_| {}).await
    }
}

impl Change for Publish {
    const IS_PLAIN: bool = true;

    async fn apply(&self, edit: &mut Edit<'_>) -> Result<NewItem, Refusal> {
        let target = edit.own(&self.id, None, self.expected_version).await?;
        edit.authorise(publish_scopes(&target.item), &[&target.item], "input.id")?;
        let status = target.take(Step::Publish)?;
        may_go_out(edit, &target, edit.now).await?;
        let (now, was_planned) = (edit.now.as_micros(), target.status() == PublicationStatus::Scheduled);
        let moved = Moved { status, action: RevisionAction::Published, note: None, what: None };
        move_to(edit, &target, moved, |item| {
            let before = item.content.published_at.filter(|at| !was_planned && *at <= now);
            publish_at(item, before.unwrap_or(now));
        })
        .await
    }
}

impl Change for Schedule {
    const IS_PLAIN: bool = true;

    async fn apply(&self, edit: &mut Edit<'_>) -> Result<NewItem, Refusal> {
        let target = edit.own(&self.id, None, self.expected_version).await?;
        edit.authorise(publish_scopes(&target.item), &[&target.item], "input.id")?;
        let status = target.take(Step::Schedule)?;
        let (now, at) = (edit.now.as_micros(), self.at.as_micros());
        if at <= now || at > now + PLANNED_DAYS * DAY_MICROS {
            let message = format!("must lie in the future, at most {PLANNED_DAYS} days ahead");
            return Err(Fault::new(FaultCode::OutOfRange, "input.at", message).into());
        }
        may_go_out(edit, &target, self.at).await?;
        let moved = Moved { status, action: RevisionAction::Scheduled, note: None, what: Some("SCHEDULED") };
        move_to(edit, &target, moved, |item| publish_at(item, at)).await
    }
}

impl Change for Withdraw {
    const IS_PLAIN: bool = true;

    async fn apply(&self, edit: &mut Edit<'_>) -> Result<NewItem, Refusal> {
        let target = edit.own(&self.id, None, self.expected_version).await?;
        edit.authorise(withdraw_scopes(&target.item), &[&target.item], "input.id")?;
        let status = target.take(Step::Withdraw)?;
        let note = self.reason.clone();
        let moved = Moved { status, action: RevisionAction::Withdrawn, note, what: None };
        move_to(edit, &target, moved, |item| forget_plan(item, target.status())).await
    }
}

impl Change for Archive {
    const IS_PLAIN: bool = true;

    async fn apply(&self, edit: &mut Edit<'_>) -> Result<NewItem, Refusal> {
        let target = edit.own(&self.id, None, self.expected_version).await?;
        edit.authorise(withdraw_scopes(&target.item), &[&target.item], "input.id")?;
        let status = target.take(Step::Archive)?;
        let moved = Moved { status, action: RevisionAction::Archived, note: None, what: None };
        move_to(edit, &target, moved, |_| {}).await
    }
}

/// Points to an item until a time, or no longer.
#[derive(Clone, Debug)]
pub struct Spotlight {
    /// The item, of any organization.
    pub id: String,
    /// The version that the change is based on, if the client knows one.
    pub expected_version: Option<i32>,
    /// Until when; none ends it.
    pub until: Option<Timestamp>,
}

impl Change for Spotlight {
    const IS_PLAIN: bool = true;

    async fn apply(&self, edit: &mut Edit<'_>) -> Result<NewItem, Refusal> {
        let target = edit.seen(&self.id, self.expected_version).await?;
        edit.authorise(&[Scope::ContentSpotlight], &[&target.item], "input.id")?;
        let until = self.until.map(Timestamp::as_micros);
        let now = edit.now.as_micros();
        if until.is_some_and(|until| until <= now || until > now + PLANNED_DAYS * DAY_MICROS) {
            let message = format!("must lie in the future, at most {PLANNED_DAYS} days ahead");
            return Err(Fault::new(FaultCode::OutOfRange, "input.until", message).into());
        }
        let moved = Moved { status: target.status(), action: RevisionAction::Spotlighted, note: None, what: None };
        move_to(edit, &target, moved, |item| item.content.spotlight_until = until).await
    }
}

/// Where an item goes, and what is said of it.
#[derive(Clone, Debug)]
pub(super) struct Moved {
    pub status: PublicationStatus,
    pub action: RevisionAction,
    pub note: Option<String>,
    /// What the change log says, if not what the states say.
    pub what: Option<&'static str>,
}

/// Stores an item in another state, one version on, with what `change` does to its row.
pub(super) async fn move_to(
    edit: &mut Edit<'_>,
    target: &Target,
    moved: Moved,
    change: impl FnOnce(&mut NewItem) + Send,
) -> Result<NewItem, Refusal> {
    let mut item = target.item.clone();
    item.content.status = moved.status.as_str().to_string();
    item.content.version = item.content.version.saturating_add(1);
    item.content.updated_at = edit.now.as_micros();
    change(&mut item);
    let stored = Some(&target.item.content);
    let settling = Settling { kind: target.kind, content: &mut item.content, stored };
    settle_slug(edit.app, &edit.reads, settling, &mut edit.taken).await?;
    let saving = Saving { item: &item, before: Some(&target.item), what: moved.what, at: edit.now };
    edit.save(saving, &target.ids, moved.action, moved.note).await?;
    Ok(item)
}

/// Sets when an item is published; kinds that are listed by it are listed there.
fn publish_at(item: &mut NewItem, at: i64) {
    item.content.published_at = Some(at);
    if matches!(Kind::from_number(item.content.kind), Some(Kind::Resource | Kind::Campaign)) {
        item.content.order_key = at;
    }
}

/// What was planned and never came out was not published: nobody else may learn of it.
pub(super) fn forget_plan(item: &mut NewItem, before: PublicationStatus) {
    if before == PublicationStatus::Scheduled {
        publish_at(item, item.content.created_at);
        item.content.published_at = None;
    }
}

/// Refuses to publish what a second client must approve and has not, money for a payee that nobody verified, and what
/// would be over before it is out.
async fn may_go_out(edit: &Edit<'_>, target: &Target, at: Timestamp) -> Result<(), Refusal> {
    let mut faults = Vec::new();
    if target.item.content.expires_at.is_some_and(|expiry| expiry <= at.as_micros()) {
        faults.push(Fault::new(FaultCode::OutOfRange, "input.id", "expires before it would be published"));
    }
    if let Detail::Campaign(row) = &target.item.detail
        && donations(row).iter().any(|ask| ask.payee.verified_at.is_none() || ask.payee.verified_by.is_none())
    {
        let message = "asks for money for a payee that nobody has verified";
        faults.push(Fault::new(FaultCode::UnverifiedPayee, "input.id", message));
    }
    if !critical_parts(&target.item).is_empty() || target.status() == PublicationStatus::InReview {
        let review = edit.app.store.find_review(&edit.reads, target.item.content.id).await?;
        if review.is_none_or(|review| review.approved_version != target.item.content.version) {
            let message = "a second client with scope `content:review` must approve this version first";
            faults.push(Fault::new(FaultCode::SecondReviewerRequired, "input.id", message));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}
