//! Mutations of series: one occurrence, one and all that follow, and until when the organizers stand by them. Must not
//! decide who may make them: the guard and the service do.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::Event;
use crate::domain::event::OccurrenceOverride;
use crate::domain::scope::Scope;
use crate::domain::vocabulary::EventStatus;
use crate::graphql::access::RequireScope;
use crate::graphql::content::input::LocalizedTextInput;
use crate::graphql::content::{Answered, Envelope, answer, caller, look_at};
use crate::graphql::context::ContextExt;
use crate::graphql::given::Given;
use crate::graphql::members::Members;
use crate::graphql::payload::{UserError, Warning};
use crate::graphql::scalar::{Date, LocalDateTime};
use crate::service::edit::{ChangeSeries, Refusal, SeriesChange, perform};

/// How one occurrence differs from its series. What is left out is as the series has it.
#[derive(Debug, InputObject)]
pub(crate) struct OccurrenceOverrideChangeInput {
    /// The event.
    id: ID,
    /// The version that the change is based on (`STALE_VERSION`).
    expected_version: i32,
    /// The local start that the rule gives, which names the occurrence (`NOT_FOUND`).
    recurrence_id: LocalDateTime,
    /// The local start instead.
    starts_at_local: Option<LocalDateTime>,
    /// The local end instead (`ENDS_BEFORE_START`).
    ends_at_local: Option<LocalDateTime>,
    /// Whether those that follow are moved by as much, and are as long and in the same state; false by default. What was
    /// said of later ones before is forgotten then.
    and_following: Option<bool>,
    /// The state of this occurrence.
    status: Option<EventStatus>,
    /// What people should know.
    note: Option<Vec<LocalizedTextInput>>,
}

/// Which occurrence does not take place.
#[derive(Debug, InputObject)]
pub(crate) struct OccurrenceCancelInput {
    /// The event.
    id: ID,
    /// The version that the change is based on (`STALE_VERSION`).
    expected_version: i32,
    /// The local start that the rule gives, which names the occurrence (`NOT_FOUND`).
    recurrence_id: LocalDateTime,
    /// Whether those that follow do not take place either; false by default.
    and_following: Option<bool>,
    /// What people should know.
    note: Option<Vec<LocalizedTextInput>>,
}

/// Until when the organizers stand by a series.
#[derive(Debug, InputObject)]
pub(crate) struct SeriesConfirmInput {
    /// The event.
    id: ID,
    /// The version that the change is based on (`STALE_VERSION`).
    expected_version: i32,
    /// The last date for which occurrences are confirmed.
    confirmed_through: Date,
}

macro_rules! payloads {
    ($($(#[doc = $doc:literal])+ $name:ident)+) => { $(
        $(#[doc = $doc])+
        #[derive(Clone, Debug, SimpleObject)]
        pub(crate) struct $name {
            /// The event as it is now; null if nothing was changed.
            event: Option<Event>,
            /// Why nothing was changed; empty if it was.
            user_errors: Vec<UserError>,
            /// What to look at again; it was stored all the same.
            warnings: Vec<Warning>,
        }

        impl From<Answered> for $name {
            fn from(Answered { item, user_errors, warnings, view }: Answered) -> Self {
                Self { event: item.map(|item| Event(Envelope::new(item, view))), user_errors, warnings }
            }
        }
    )+ };
}

payloads! {
    /// What came of changing an occurrence.
    OccurrenceOverridePayload
    /// What came of cancelling an occurrence.
    OccurrenceCancelPayload
    /// What came of confirming a series.
    SeriesConfirmPayload
}

/// Reads an input, and makes the change.
async fn change(
    ctx: &Context<'_>,
    mut members: Members,
    what: impl FnOnce(&mut Members) -> std::result::Result<SeriesChange, Refusal>,
) -> Result<Answered> {
    let caller = caller(ctx)?;
    let said = look_at(&members, "und");
    let read = || -> std::result::Result<ChangeSeries, Refusal> {
        Ok(ChangeSeries {
            id: members.required("id")?,
            expected_version: members.required("expectedVersion")?,
            what: what(&mut members)?,
        })
    };
    let outcome = match read() {
        Ok(change) => perform(ctx.app(), &caller, &change).await,
        Err(refusal) => Err(refusal),
    };
    answer(ctx, outcome, said)
}

fn occurrence(members: &mut Members) -> std::result::Result<OccurrenceOverride, Refusal> {
    Ok(OccurrenceOverride {
        recurrence_id: members.required("recurrenceId")?,
        starts_at_local: members.optional("startsAtLocal")?,
        ends_at_local: members.optional("endsAtLocal")?,
        and_following: members.optional("andFollowing")?.unwrap_or_default(),
        status: members.optional("status")?,
        note: members.optional("note")?.unwrap_or_default(),
    })
}

/// Mutations of series.
#[derive(Debug, Default)]
pub(crate) struct SeriesMutation;

#[Object]
impl SeriesMutation {
    /// Moves or changes one occurrence of a series of the own organization, or one and all that follow. An event that is
    /// published or scheduled takes `events:publish`, too. Requires scope `events:write`.
    #[graphql(guard = "RequireScope(&[Scope::EventsWrite])")]
    async fn occurrence_override(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which occurrence, and what it is like.")] input: Given<OccurrenceOverrideChangeInput>,
    ) -> Result<Option<OccurrenceOverridePayload>> {
        let members = Members::of(input.into_json(ctx));
        let answered = change(ctx, members, |members| occurrence(members).map(SeriesChange::Override)).await?;
        Ok(Some(answered.into()))
    }

    /// Says that one occurrence of a series of the own organization does not take place, or one and all that follow: it
    /// stays in calendars, as cancelled. An event that is published or scheduled takes `events:publish`, too. Requires
    /// scope `events:write`.
    #[graphql(guard = "RequireScope(&[Scope::EventsWrite])")]
    async fn occurrence_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which occurrence.")] input: Given<OccurrenceCancelInput>,
    ) -> Result<Option<OccurrenceCancelPayload>> {
        let members = Members::of(input.into_json(ctx));
        let answered = change(ctx, members, |members| occurrence(members).map(SeriesChange::Cancel)).await?;
        Ok(Some(answered.into()))
    }

    /// Says until when the organizers stand by a series of the own organization: later occurrences are not shown as
    /// confirmed. An event that is published or scheduled takes `events:publish`, too. Requires scope `events:write`.
    #[graphql(guard = "RequireScope(&[Scope::EventsWrite])")]
    async fn series_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which series, and until when.")] input: Given<SeriesConfirmInput>,
    ) -> Result<Option<SeriesConfirmPayload>> {
        let members = Members::of(input.into_json(ctx));
        let through = |members: &mut Members| members.required("confirmedThrough").map(SeriesChange::Confirm);
        let answered = change(ctx, members, through).await?;
        Ok(Some(answered.into()))
    }
}
