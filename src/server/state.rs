//! What the handlers share: the application, the schema with its guard, and what is counted. Must not hold anything of a
//! request.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::HeaderValue;
use ipnet::IpNet;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::auth;
use super::failures::Failures;
use super::graphql::{Answers, Documents, Heads, PersistedQueries};
use super::metrics::Metrics;
use super::rate::Rate;
use super::schema_file::SchemaFile;
use super::{ServeOptions, StartError};
use crate::app::SharedApp;
use crate::auth::token::Parties;
use crate::graphql::guard::Guard;
use crate::graphql::{self, ApiSchema};
use crate::service::following::Hub;
use crate::store::Moment;

/// Shared by all requests of one server.
pub(crate) struct ServerState {
    /// The application.
    pub app: SharedApp,
    /// The executable schema.
    pub schema: ApiSchema,
    /// The same without validation, for queries that were answered before.
    pub schema_of_known: ApiSchema,
    /// The guard of that schema.
    pub guard: Guard,
    /// The schema as text.
    pub schema_file: SchemaFile,
    /// Cost by address.
    pub rate: Rate,
    /// Cost by client.
    pub client_rate: Rate,
    /// Failed attempts to authenticate, by address.
    pub failures: Failures,
    /// Who issues tokens here, and whom they are for.
    pub parties: Parties,
    /// What an answer to an invalid token says in `WWW-Authenticate`.
    pub challenge: HeaderValue,
    /// Documents that clients may name by their hash.
    pub persisted: PersistedQueries,
    /// Documents and requests that came before.
    pub documents: Documents,
    /// Answers to anonymous readers.
    pub answers: Answers,
    /// The header fields of these.
    pub heads: Heads,
    /// Requests in execution.
    pub permits: Arc<Semaphore>,
    /// What is measured.
    pub metrics: Metrics,
    /// Proxies that are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether clients reach the server by https.
    pub is_https: bool,
    /// Who follows what.
    pub hub: Hub,
    /// Room for connections that stay open to follow: three quarters, so that there is room for others.
    pub followers: Arc<Semaphore>,
    /// Says when to stop.
    pub stop: CancellationToken,
    /// Open websockets, which the server waits for when it stops.
    pub sockets: TaskTracker,
    is_stopping: AtomicBool,
}

impl ServerState {
    /// Builds the schema and what depends on it, for a server that listens on `address`.
    pub fn new(app: SharedApp, options: &ServeOptions, address: SocketAddr) -> Result<Self, StartError> {
        let schema = graphql::schema();
        let schema_file = SchemaFile::new(graphql::sdl());
        let guard = Guard::new(&schema.sdl()).map_err(|error| StartError::Schema(error.to_string()))?;
        let address = options.public_url.as_ref().map_or_else(|| format!("http://{address}"), ToString::to_string);
        let parties = Parties::of(&address);
        let is_https = options.public_url.as_ref().is_some_and(|url| url.scheme() == "https");
        let rate = Rate::of_addresses(app.limits.rate_anonymous, app.clock.clone());
        Ok(Self {
            heads: Heads::new(rate.limit(), is_https),
            rate,
            client_rate: Rate::of_clients(app.limits.rate_client, app.clock.clone()),
            failures: Failures::new(app.limits.rate_failures),
            challenge: auth::challenge(&parties.issuer),
            parties,
            persisted: PersistedQueries::new(app.limits.persisted_bytes),
            documents: Documents::new(app.limits.document_cache_bytes),
            answers: Answers::new(app.limits.answer_cache_bytes),
            permits: Arc::new(Semaphore::new(app.limits.in_flight.min(Semaphore::MAX_PERMITS))),
            metrics: Metrics::new(),
            trusted_proxies: options.trusted_proxies.clone(),
            is_https,
            hub: Hub::default(),
            followers: Arc::new(Semaphore::new((app.limits.connections / 4 * 3).clamp(1, Semaphore::MAX_PERMITS))),
            stop: CancellationToken::new(),
            sockets: TaskTracker::new(),
            is_stopping: AtomicBool::new(false),
            app,
            schema,
            schema_of_known: graphql::schema_of_known(),
            guard,
            schema_file,
        })
    }

    /// What counts the cost of a client, or of an address.
    pub const fn rate_of(&self, is_client: bool) -> &Rate {
        if is_client { &self.client_rate } else { &self.rate }
    }

    /// Lets go of answers that are not true any more, and now and then of all that is known of requests.
    pub fn forget_old(&self) {
        let freshness = self.app.store.freshness();
        let moment = Moment { generation: freshness.generation(), now: self.app.clock.now() };
        self.answers.forget_old(moment, freshness);
        self.documents.forget_old();
    }

    /// From now on `/readyz` says that no new requests are wanted.
    pub fn begin_stopping(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }

    /// Whether the server was told to stop.
    pub fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }
}
