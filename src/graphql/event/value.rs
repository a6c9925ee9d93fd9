//! Value objects of events. Must not read data.

use async_graphql::{Context, Description, Object, Result, SimpleObject};

use crate::domain::event;
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::recurrence::Series;
use crate::domain::scope::Scope;
use crate::domain::time::LocalDateTime as Local;
use crate::domain::view::View;
use crate::domain::vocabulary::{AccessibilityFeature, EventStatus, LocationDisclosure};
use crate::graphql::access::RequireScope;
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::later::Later;
use crate::graphql::region::Region;
use crate::graphql::scalar::{Date, DateTime, LocalDateTime, RRule, Url};

/// A point in WGS 84.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct GeoPoint {
    /// Degrees north of the equator, from -90 to 90.
    latitude: f64,
    /// Degrees east of Greenwich, from -180 to 180.
    longitude: f64,
}

/// How an event repeats, in civil time of its zone.
#[derive(Clone, Debug, Description)]
pub(crate) struct Recurrence {
    value: event::Recurrence,
    /// The local start of the series.
    starts_at_local: Local,
    time_zone: String,
    view: View,
}

impl Recurrence {
    /// How an event repeats that starts at a local time of a zone.
    pub(crate) fn new(value: event::Recurrence, starts_at_local: Local, time_zone: &str, view: &View) -> Self {
        Self { value, starts_at_local, time_zone: time_zone.to_string(), view: view.clone() }
    }
}

#[Object(use_type_description)]
impl Recurrence {
    /// The rule.
    async fn rrule(&self) -> RRule {
        RRule(self.value.rrule.to_string())
    }

    /// The rule as a sentence without a full stop, such as `Every month on the first Tuesday` or `Tous les mois, le
    /// premier mardi`: in English or French, whichever the reader prefers, English for readers of other languages. It is
    /// made from `rrule`, and where that leaves a day or a time open from the event's `startsAtLocal`; exceptions,
    /// additions and overrides are not in it. Days and times are those of the event's `timeZone`.
    async fn human_readable(&self, ctx: &Context<'_>) -> Result<String> {
        let series = Series {
            starts_at_local: self.starts_at_local,
            ends_at_local: None,
            time_zone: &self.time_zone,
            is_all_day: false,
            recurrence: Some(&self.value),
        };
        let sentence = series.sentence(&ctx.app().zones, self.view.preference.tongue());
        sentence.ok_or_else(|| {
            let fault = format!("{} is no rule", self.value.rrule);
            ApiError::from(sea_orm::DbErr::Custom(fault)).into()
        })
    }

    /// Local starts that do not take place.
    async fn exceptions(&self) -> Vec<LocalDateTime> {
        self.value.exceptions.iter().map(|local| LocalDateTime(local.to_string())).collect()
    }

    /// Local starts beyond the rule.
    async fn additions(&self) -> Vec<LocalDateTime> {
        self.value.additions.iter().map(|local| LocalDateTime(local.to_string())).collect()
    }

    /// The last date for which the organizers have confirmed the series.
    async fn confirmed_through(&self) -> Option<Date> {
        self.value.confirmed_through.map(|date| Date(date.to_string()))
    }

    /// Single occurrences that are moved, changed or cancelled.
    async fn overrides(&self) -> Vec<OccurrenceOverride> {
        self.value.overrides.iter().cloned().map(|value| OccurrenceOverride::new(value, &self.view)).collect()
    }
}

/// One occurrence that differs from its series.
#[derive(Clone, Debug, Description)]
pub(crate) struct OccurrenceOverride {
    value: event::OccurrenceOverride,
    view: View,
}

impl OccurrenceOverride {
    pub(crate) fn new(value: event::OccurrenceOverride, view: &View) -> Self {
        Self { value, view: view.clone() }
    }
}

#[Object(use_type_description)]
impl OccurrenceOverride {
    /// The local start that the rule gives, which names the occurrence.
    async fn recurrence_id(&self) -> LocalDateTime {
        LocalDateTime(self.value.recurrence_id.to_string())
    }

    /// The local start instead.
    async fn starts_at_local(&self) -> Option<LocalDateTime> {
        self.value.starts_at_local.map(|local| LocalDateTime(local.to_string()))
    }

    /// The local end instead.
    async fn ends_at_local(&self) -> Option<LocalDateTime> {
        self.value.ends_at_local.map(|local| LocalDateTime(local.to_string()))
    }

    /// Whether those that follow are moved by as much, and are as long and in the same state.
    async fn and_following(&self) -> bool {
        self.value.and_following
    }

    /// The state of this occurrence.
    async fn status(&self) -> Option<EventStatus> {
        self.value.status
    }

    /// What people should know.
    async fn note(&self) -> Option<String> {
        self.value.note.text(&self.view.preference)
    }
}

/// Where something takes place, as far as it may be told. What is not told is not stored.
#[derive(Clone, Debug, Description)]
pub(crate) struct DisclosedLocation {
    value: event::Location,
    view: View,
}

impl DisclosedLocation {
    pub(crate) fn new(value: event::Location, view: &View) -> Self {
        Self { value, view: view.clone() }
    }
}

#[Object(use_type_description)]
impl DisclosedLocation {
    /// How much is told.
    async fn disclosure(&self) -> LocationDisclosure {
        self.value.disclosure
    }

    /// What people call the place.
    async fn label(&self) -> Option<String> {
        self.value.label.text(&self.view.preference)
    }

    /// The region that the place lies in.
    async fn region(&self, ctx: &Context<'_>) -> Option<Later<Region>> {
        let id = PublicId::parse_as(self.value.region.as_deref()?, Noun::Region).ok()?;
        Region::of_key(ctx.catalog(), id.key(), &self.view).map(Later)
    }

    /// The street address; only with disclosure `EXACT`.
    async fn address(&self) -> Option<&str> {
        self.value.address.as_deref()
    }

    /// The point: the place itself with `EXACT`, the centre of its cell of about 11 km with `APPROXIMATE`, else null.
    async fn point(&self) -> Option<GeoPoint> {
        let point = self.value.point?;
        Some(GeoPoint { latitude: point.latitude(), longitude: point.longitude() })
    }

    /// How far the place may be from the point, in metres; 0 is exact.
    async fn precision_metres(&self) -> Option<i32> {
        self.value.precision_metres()
    }

    /// How to learn more.
    async fn how_to_get_details(&self) -> Option<String> {
        self.value.how_to_get_details.text(&self.view.preference)
    }
}

/// How to take part from afar.
#[derive(Clone, Debug, Description)]
pub(crate) struct OnlineAccess {
    value: event::OnlineAccess,
    view: View,
    /// Whether the reader's grant is for the regions of the event.
    may_join: bool,
}

impl OnlineAccess {
    pub(crate) fn new(value: event::OnlineAccess, view: &View, may_join: bool) -> Self {
        Self { value, view: view.clone(), may_join }
    }
}

#[Object(use_type_description)]
impl OnlineAccess {
    /// The service, such as `Jitsi`.
    async fn platform(&self) -> Option<&str> {
        self.value.platform.as_deref()
    }

    /// How to get in.
    async fn how_to_join(&self) -> Option<String> {
        self.value.how_to_join.text(&self.view.preference)
    }

    /// The link itself; null if there is none, or if the grant is for other regions. Requires scope `events:join`.
    async fn join_url(&self, ctx: &Context<'_>) -> Option<Result<Url>> {
        // Not as a guard attribute, whose error would take the whole object away.
        if let Err(error) = RequireScope(&[Scope::EventsJoin]).require(ctx) {
            return Some(Err(error.into()));
        }
        let url = self.value.join_url.as_ref().filter(|_| self.may_join)?;
        Some(Ok(Url(url.to_string())))
    }

    /// Whether the event is recorded.
    async fn recorded(&self) -> Option<bool> {
        self.value.recorded
    }
}

/// What makes an event accessible.
#[derive(Clone, Debug, Description)]
pub(crate) struct Accessibility {
    value: event::Accessibility,
    view: View,
}

impl Accessibility {
    pub(crate) fn new(value: event::Accessibility, view: &View) -> Self {
        Self { value, view: view.clone() }
    }
}

#[Object(use_type_description)]
impl Accessibility {
    /// What is provided.
    async fn features(&self) -> &[AccessibilityFeature] {
        &self.value.features
    }

    /// More in words.
    async fn notes(&self) -> Option<String> {
        self.value.notes.text(&self.view.preference)
    }

    /// Whom to ask.
    async fn contact(&self) -> Option<&str> {
        self.value.contact.as_deref()
    }
}

/// What people should know before they come.
#[derive(Clone, Debug, Description)]
pub(crate) struct EventSafety {
    value: event::EventSafety,
    view: View,
}

impl EventSafety {
    pub(crate) fn new(value: event::EventSafety, view: &View) -> Self {
        Self { value, view: view.clone() }
    }
}

#[Object(use_type_description)]
impl EventSafety {
    /// Rules about substances at the event.
    async fn substance_policy(&self) -> Option<String> {
        self.value.substance_policy.text(&self.view.preference)
    }

    /// Whether naloxone is there.
    async fn naloxone_on_site(&self) -> Option<bool> {
        self.value.naloxone_on_site
    }

    /// Whether peers give support there.
    async fn peer_support_on_site(&self) -> Option<bool> {
        self.value.peer_support_on_site
    }

    /// Rules about photographs.
    async fn photography(&self) -> Option<String> {
        self.value.photography.text(&self.view.preference)
    }

    /// Whether police are expected.
    async fn police_expected(&self) -> Option<bool> {
        self.value.police_expected
    }

    /// Legal support.
    async fn legal_support(&self) -> Option<String> {
        self.value.legal_support.text(&self.view.preference)
    }

    /// Known risks.
    async fn risk_notes(&self) -> Option<String> {
        self.value.risk_notes.text(&self.view.preference)
    }

    /// Whether identification is asked for.
    async fn id_required(&self) -> Option<bool> {
        self.value.id_required
    }
}

/// How to register.
#[derive(Clone, Debug, Description)]
pub(crate) struct Registration {
    value: event::Registration,
    view: View,
}

impl Registration {
    pub(crate) fn new(value: event::Registration, view: &View) -> Self {
        Self { value, view: view.clone() }
    }
}

#[Object(use_type_description)]
impl Registration {
    /// Whether one must register.
    async fn required(&self) -> bool {
        self.value.required
    }

    /// Where to register.
    async fn url(&self) -> Option<Url> {
        self.value.url.as_ref().map(|url| Url(url.to_string()))
    }

    /// How many places there are.
    async fn capacity(&self) -> Option<u32> {
        self.value.capacity
    }

    /// When registration closes.
    async fn closes_at(&self) -> Option<DateTime> {
        self.value.closes_at.map(|at| DateTime::written(at, None))
    }

    /// More in words.
    async fn note(&self) -> Option<String> {
        self.value.note.text(&self.view.preference)
    }
}
