//! What a resolver can reach: the application, what the request says, and the loaders of this request. Must not hold
//! resolvers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::Context;
use async_graphql::dataloader::DataLoader;
use async_graphql::runtime::{TokioSpawner, TokioTimer};

use super::error::ApiError;
use super::loader::Loader;
use super::scalar::Locale;

use crate::app::SharedApp;
use crate::domain::actor::Actor;
use crate::domain::locale::{Locale as Tag, PREFERRED_LOCALES, Preference};
use crate::domain::time::Timestamp;
use crate::domain::view::{Sight, View};
use crate::service::sight::sight_of;
use crate::store::{Catalog, Read};

/// Put into every request by the server before execution.
pub struct RequestContext {
    /// The application.
    pub app: SharedApp,
    /// The client whose token came with the request; none for anonymous readers.
    actor: Option<Arc<Actor>>,
    /// The reader's view: what may be seen, and the languages of `Accept-Language`.
    view: View,
    /// The catalog that this request reads, from first to last.
    catalog: Arc<Catalog>,
    /// Batches what nested fields ask for.
    loader: DataLoader<Loader>,
    /// Cost of this operation, as computed by the guard.
    pub cost: u64,
    /// What remains of the caller's allowance, for the `rateLimit` query.
    pub allowance: Allowance,
    /// The public address of the server, without a slash at its end.
    pub address: Arc<str>,
    /// Whether the answer depends on the instant itself.
    fleeting: Fleeting,
    /// What root fields read.
    noted: Noted,
}

/// Whether an answer is true for the second in which it was made only: set by resolvers that read the clock themselves. What
/// is shown and hidden by it in the database does not count: `store::Freshness` knows of that.
#[derive(Clone, Debug, Default)]
pub struct Fleeting(Arc<AtomicBool>);

impl Fleeting {
    /// It is.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What root fields read for an answer: one note each. Fields that read anything without a note are told by their number.
#[derive(Clone, Debug, Default)]
pub struct Noted(Arc<Mutex<Vec<Read>>>);

impl Noted {
    fn note(&self, read: Read) {
        self.reads().push(read);
    }

    /// All that was read by so many root fields; none if one of them did not say what it read.
    pub fn of(&self, fields: usize) -> Option<Vec<Read>> {
        let reads = std::mem::take(&mut *self.reads());
        (reads.len() == fields).then_some(reads)
    }

    fn reads(&self) -> MutexGuard<'_, Vec<Read>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for RequestContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestContext").field("cost", &self.cost).finish_non_exhaustive()
    }
}

/// The caller's rate limit after this request was charged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allowance {
    /// Cost a minute.
    pub limit: u32,
    /// What remains of it now.
    pub remaining: u32,
    /// Seconds until all of it is there again.
    pub reset_seconds: u64,
    /// Whether it is a client's own, else that of an anonymous address.
    pub is_client: bool,
}

impl RequestContext {
    /// The context of one request. `accept_language` is the header as it came.
    pub fn new(
        app: SharedApp,
        actor: Option<Arc<Actor>>,
        accept_language: Option<&str>,
        cost: u64,
        allowance: Allowance,
    ) -> Self {
        let preference = accept_language.map_or_else(Preference::default, Preference::from_header);
        let catalog = app.store.catalog();
        let sight = actor.as_deref().map_or_else(Sight::default, |actor| sight_of(actor, &catalog));
        let view = View { sight: sight.into(), preference: Arc::new(preference), now: app.clock.now() };
        let loader = DataLoader::new(Loader::new(app.clone()), TokioSpawner::current(), TokioTimer::default())
            .delay(std::time::Duration::ZERO)
            .max_batch_size(usize::MAX);
        let (address, fleeting, noted) = (Arc::from(""), Fleeting::default(), Noted::default());
        Self { app, actor, view, catalog, loader, cost, allowance, address, fleeting, noted }
    }

    /// The same as it is read at an instant. Whether the answer depends on that is told by `fleeting`, what it was read from by
    /// `noted`.
    pub fn read_at(mut self, now: Timestamp, fleeting: Fleeting, noted: Noted) -> Self {
        self.view.now = now;
        Self { fleeting, noted, ..self }
    }

    /// The same with the public address of the server.
    pub fn at(self, address: Arc<str>) -> Self {
        Self { address, ..self }
    }
}

/// How resolvers reach the request.
pub(crate) trait ContextExt<'a> {
    /// The request.
    fn request(&self) -> &'a RequestContext;

    /// The application.
    fn app(&self) -> &'a SharedApp {
        &self.request().app
    }

    /// The client whose token came with the request; none for anonymous readers.
    fn actor(&self) -> Option<&'a Arc<Actor>> {
        self.request().actor.as_ref()
    }

    /// The catalog of this request.
    fn catalog(&self) -> &'a Arc<Catalog> {
        &self.request().catalog
    }

    /// The instant at which this request is answered, for an answer that is true in this second only.
    fn instant(&self) -> Timestamp {
        self.request().fleeting.set();
        self.request().view.now
    }

    /// Notes all that a root field reads of what can be changed.
    fn note(&self, read: Read) {
        self.request().noted.note(read);
    }

    /// The loaders of this request.
    fn loader(&self) -> &'a DataLoader<Loader> {
        &self.request().loader
    }

    /// The reader's view, in the languages of the argument `locales` if it is given.
    fn view(&self, locales: Option<Vec<Locale>>) -> Result<View, ApiError> {
        let view = &self.request().view;
        let Some(locales) = locales else { return Ok(view.clone()) };
        if locales.len() > PREFERRED_LOCALES {
            let message =
                format!("locales holds {} values, more than the maximum of {PREFERRED_LOCALES}", locales.len());
            return Err(ApiError::BadInput(message));
        }
        let tags = locales.iter().filter_map(|locale| Tag::parse(&locale.0).ok()).collect();
        Ok(view.with_preference(Preference::new(tags)))
    }
}

impl<'a> ContextExt<'a> for Context<'a> {
    fn request(&self) -> &'a RequestContext {
        self.data_unchecked::<RequestContext>()
    }
}
