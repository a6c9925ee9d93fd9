//! Events: meetings, actions, trainings, memorials. Must not run statements itself or expand recurrence.

pub(crate) mod input;
mod list;
mod mutation;
mod occurrence;
mod query;
mod series;
mod value;

use async_graphql::{Context, Object, Result};

pub(crate) use list::{EventConnection, EventEdge, EventFilter, events};
pub(crate) use mutation::EventMutation;
pub(crate) use occurrence::CalendarQueries;
use occurrence::{Asked, OccurrenceConnection, occurrences};
pub(crate) use query::EventQuery;
pub(crate) use series::SeriesMutation;
pub(crate) use value::DisclosedLocation;
use value::{Accessibility, EventSafety, OnlineAccess, Recurrence, Registration};

use super::campaign::Campaign;
use super::connection::PageArgs;
use super::content::{ContentOrder, Envelope, content_type, rendered_content, stored};
use super::context::ContextExt;
use super::error::ApiError;
use super::loader::ItemRef;
use super::resource::{ResourceConnection, ResourceFilter, resources};
use super::scalar::{DateTime, LocalDateTime, Locale, TimeZone, Url};
use super::update::{RegionalUpdateConnection, RegionalUpdateFilter, updates};
use crate::domain::event::{EventDetail, GatedText};
use crate::domain::time::Timestamp;
use crate::domain::vocabulary::{EventFormat, EventKind, EventStatus, Visibility, Vocabulary};
use crate::store::{Detail, Kind, Parent, unpack, unpack_keys};

content_type! {
    /// A meeting, an action, a training, a memorial: something that takes place, once or again and again.
    Event
}

impl Event {
    fn row(&self) -> Result<&entity::event::Model> {
        match &self.item.detail {
            Detail::Event(row) => Ok(row),
            _ => Err(ApiError::from(sea_orm::DbErr::Custom("not an event".to_string())).into()),
        }
    }

    fn detail(&self) -> Result<EventDetail> {
        stored(&self.row()?.detail)
    }

    /// An instant with the offset of the event's own zone.
    fn instant(&self, ctx: &Context<'_>, micros: i64) -> Result<DateTime> {
        let instant = Timestamp::from_micros(micros);
        Ok(DateTime::written(instant, ctx.app().zones.with_offset(instant, &self.row()?.time_zone)))
    }

    /// A text of the event, if the reader may see it.
    fn gated(&self, text: Option<GatedText>) -> Option<String> {
        let content = &self.item.content;
        let is_partner = self.view.sight.sees_partners(content.organization_id, &unpack_keys(&content.region_ids));
        let text = text.filter(|text| text.visibility == Visibility::Public || is_partner)?;
        text.text.text(&self.view.preference)
    }
}

#[Object(use_type_description)]
impl Event {
    #[graphql(flatten)]
    async fn envelope(&self) -> &Envelope {
        &self.0
    }

    /// What sort of event it is.
    async fn kind(&self) -> Result<EventKind> {
        Ok(EventKind::parse(&self.row()?.kind).unwrap_or(EventKind::Other))
    }

    /// In person, online or both.
    async fn format(&self) -> Result<EventFormat> {
        Ok(EventFormat::parse(&self.row()?.format).unwrap_or(EventFormat::InPerson))
    }

    /// Whether it takes place as planned.
    async fn event_status(&self) -> Result<EventStatus> {
        Ok(EventStatus::parse(&self.row()?.event_status).unwrap_or(EventStatus::Tentative))
    }

    /// The start as clocks in `timeZone` show it; of a series, the first. This is what was agreed; `startsAt` follows
    /// from it.
    async fn starts_at_local(&self) -> Result<LocalDateTime> {
        Ok(LocalDateTime(self.row()?.starts_at_local.clone()))
    }

    /// The end as clocks in `timeZone` show it. Of an all-day event, midnight after the last day.
    async fn ends_at_local(&self) -> Result<Option<LocalDateTime>> {
        Ok(self.row()?.ends_at_local.clone().map(LocalDateTime))
    }

    /// The time zone that the local times are in.
    async fn time_zone(&self) -> Result<TimeZone> {
        Ok(TimeZone(self.row()?.time_zone.clone()))
    }

    /// Whether the event takes whole days.
    async fn all_day(&self) -> Result<bool> {
        Ok(self.row()?.is_all_day)
    }

    /// The instant of the start, with the offset of `timeZone`.
    async fn starts_at(&self, ctx: &Context<'_>) -> Result<DateTime> {
        self.instant(ctx, self.row()?.starts_at)
    }

    /// The instant of the end, with the offset of `timeZone`.
    async fn ends_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        self.row()?.ends_at.map(|micros| self.instant(ctx, micros)).transpose()
    }

    /// The event as an iCalendar, to subscribe to: it has what the public sees.
    async fn ics_url(&self, ctx: &Context<'_>) -> Url {
        Url(format!("{}/feeds/events/{}.ics", ctx.request().address, self.item.public_id()))
    }

    /// How the event repeats; null if it takes place once.
    async fn recurrence(&self) -> Result<Option<Recurrence>> {
        let Some(value) = self.detail()?.recurrence else { return Ok(None) };
        let row = self.row()?;
        let start = row.starts_at_local.parse().map_err(|_| {
            let fault = format!("{} is no local time", row.starts_at_local);
            ApiError::from(sea_orm::DbErr::Type(fault))
        })?;
        Ok(Some(Recurrence::new(value, start, &row.time_zone, &self.view)))
    }

    /// When it takes place in a window, earliest start first; a single event has one occurrence. What began before the
    /// window and goes on in it is there, too.
    async fn occurrences(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The start of the window; now by default.")] from: Option<DateTime>,
        #[graphql(desc = "The end of the window, exclusive: behind `from` and at most 400 days later, which is the \
                          default.")]
        to: Option<DateTime>,
        #[graphql(
            desc = "Occurrences from the start of the list; at most 100, 20 if neither `first` nor `last` is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only occurrences behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Occurrences from the end of the list; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only occurrences before this cursor.")] before: Option<String>,
    ) -> Result<OccurrenceConnection> {
        occurrences(ctx, self, &Asked { from, to, page: PageArgs { first, after, last, before } })
    }

    /// Where it takes place, as far as it may be told.
    async fn location(&self) -> Result<Option<DisclosedLocation>> {
        Ok(self.detail()?.location.map(|value| DisclosedLocation::new(value, &self.view)))
    }

    /// How to take part from afar.
    async fn online(&self) -> Result<Option<OnlineAccess>> {
        let regions = unpack_keys(&self.item.content.region_ids);
        let may_join = self.view.sight.joining.as_ref().is_some_and(|area| area.holds(&regions));
        Ok(self.detail()?.online.map(|value| OnlineAccess::new(value, &self.view, may_join)))
    }

    /// What makes the event accessible.
    async fn accessibility(&self) -> Result<Option<Accessibility>> {
        Ok(self.detail()?.accessibility.map(|value| Accessibility::new(value, &self.view)))
    }

    /// What people should know before they come.
    async fn safety(&self) -> Result<Option<EventSafety>> {
        Ok(self.detail()?.safety.map(|value| EventSafety::new(value, &self.view)))
    }

    /// How to register.
    async fn registration(&self) -> Result<Option<Registration>> {
        Ok(self.detail()?.registration.map(|value| Registration::new(value, &self.view)))
    }

    /// The languages of the event itself.
    async fn languages(&self) -> Result<Vec<Locale>> {
        Ok(unpack(&self.row()?.languages).map(|tag| Locale(tag.to_string())).collect())
    }

    /// The campaign that the event belongs to.
    async fn campaign(&self, ctx: &Context<'_>) -> Result<Option<Campaign>> {
        let Some(key) = self.row()?.campaign_id else { return Ok(None) };
        let item = ItemRef::load(ctx, Kind::Campaign, key, &self.view).await?;
        Ok(item.map(|item| Campaign(Envelope::new(item, self.view.clone()))))
    }

    /// What will be talked about, in Markdown. Null if there is none or it is for partners: that requires scope
    /// `content:read-partners`.
    async fn agenda(&self) -> Result<Option<String>> {
        Ok(self.gated(self.detail()?.agenda))
    }

    /// What was said, in Markdown. Null if there is none or they are for partners: that requires scope
    /// `content:read-partners`.
    async fn notes(&self) -> Result<Option<String>> {
        Ok(self.gated(self.detail()?.notes))
    }

    /// Resources that the event works with.
    async fn materials(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start of the list; at most 100, 20 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only items behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Items from the end of the list; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only items before this cursor.")] before: Option<String>,
        #[graphql(desc = "Narrows the list.")] filter: Option<ResourceFilter>,
        #[graphql(desc = "Orders the list.")] order_by: Option<ContentOrder>,
    ) -> Result<ResourceConnection> {
        let parent = Some(Parent::Anchor(self.item.content.id));
        resources(ctx, PageArgs { first, after, last, before }, filter, order_by, &self.view, parent).await
    }

    /// Regional updates that the event shares.
    async fn updates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start of the list; at most 100, 20 if neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only items behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Items from the end of the list; at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only items before this cursor.")] before: Option<String>,
        #[graphql(desc = "Narrows the list.")] filter: Option<RegionalUpdateFilter>,
        #[graphql(desc = "Orders the list.")] order_by: Option<ContentOrder>,
    ) -> Result<RegionalUpdateConnection> {
        let parent = Some(Parent::Anchor(self.item.content.id));
        updates(ctx, PageArgs { first, after, last, before }, filter, order_by, &self.view, parent).await
    }
}

rendered_content!(Event {
    kind,
    format,
    event_status,
    starts_at_local,
    ends_at_local,
    time_zone,
    all_day,
    starts_at,
    ends_at,
    ics_url,
    languages,
    agenda,
    notes,
});
