//! What is measured, and the Prometheus text of it on a listener of its own. Labels are fixed names: nothing that a client
//! sends may become one.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use metrics::{Counter, Gauge, Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use super::histogram::{self, Histogram};
use super::route::Route;
use super::router::Shared;
use super::state::ServerState;

/// Nanoseconds, told in seconds.
const DURATIONS: [u64; 12] = [
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    5_000_000_000,
];
/// Cost of one request.
const COSTS: [u64; 9] = [1, 5, 20, 50, 100, 250, 500, 1_000, 5_000];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
const METADATA: Metadata<'static> = Metadata::new("solidarity", Level::INFO, None);

/// The measured figures of one server. Its recorder is its own, so that several servers can run in one process.
#[derive(Clone)]
pub(crate) struct Metrics {
    handle: PrometheusHandle,
    requests: Arc<[[Counter; 5]]>,
    durations: Arc<[Histogram<12>]>,
    /// Requests in execution.
    pub in_flight: Gauge,
    /// Requests refused since too many were in execution.
    pub shed: Counter,
    /// Requests refused by the rate limit.
    pub rate_limited: Counter,
    /// Cost of requests.
    pub cost: Arc<Histogram<9>>,
    /// Open connections.
    pub connections: Gauge,
    /// Open websockets, which are connections too.
    pub sockets: Gauge,
    /// Subscriptions that are followed, over websockets and as events.
    pub subscriptions: Gauge,
    /// Readers of the change log, one for all who follow the same.
    pub readers: Gauge,
    /// Tasks that are alive in the process.
    pub tasks: Gauge,
    /// Pages that were told to subscribers.
    pub told: Counter,
    /// Executions that made the texts of these pages: one for all who sent the same and see the same.
    pub tellings: Counter,
    /// Answers that were kept from another reader's request.
    pub cache_hits: Counter,
    /// Answers that were waited for while they were made for another reader.
    pub cache_joins: Counter,
    /// Answers to anonymous readers that had to be made.
    pub cache_misses: Counter,
    /// Memory that kept answers take.
    cache_bytes: Gauge,
    /// Memory that documents and requests take.
    document_bytes: Gauge,
    /// Executions that took too long.
    pub timeouts: Counter,
    /// Faults of ours that clients were told about.
    pub faults: Counter,
}

/// Counts a request as in execution for as long as it lives, a client that goes away included.
pub(crate) struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

impl Metrics {
    /// A request begins to be executed.
    pub fn enter(&self) -> InFlight {
        self.in_flight.increment(1.0);
        InFlight(self.in_flight.clone())
    }

    /// Registers all figures.
    pub fn new() -> Self {
        let recorder = PrometheusBuilder::new().build_recorder();
        let requests = Route::ALL.map(|route| {
            CLASSES.map(|class| {
                let labels = vec![Label::from_static_parts("route", route.name()), label("status", class)];
                recorder.register_counter(&Key::from_parts("solidarity_http_requests_total", labels), &METADATA)
            })
        });
        let counter = |name: &'static str| recorder.register_counter(&Key::from_static_name(name), &METADATA);
        let gauge = |name: &'static str| recorder.register_gauge(&Key::from_static_name(name), &METADATA);
        Self {
            handle: recorder.handle(),
            requests: Arc::new(requests),
            durations: Route::ALL.iter().map(|_| Histogram::new(DURATIONS)).collect(),
            in_flight: gauge("solidarity_graphql_in_flight"),
            shed: counter("solidarity_graphql_shed_total"),
            rate_limited: counter("solidarity_rate_limited_total"),
            cost: Arc::new(Histogram::new(COSTS)),
            connections: gauge("solidarity_connections"),
            sockets: gauge("solidarity_websockets"),
            subscriptions: gauge("solidarity_subscriptions"),
            readers: gauge("solidarity_subscription_readers"),
            tasks: gauge("solidarity_tasks"),
            told: counter("solidarity_subscription_pages_total"),
            tellings: counter("solidarity_subscription_executions_total"),
            cache_hits: counter("solidarity_answer_cache_hits_total"),
            cache_joins: counter("solidarity_answer_cache_joins_total"),
            cache_misses: counter("solidarity_answer_cache_misses_total"),
            cache_bytes: gauge("solidarity_answer_cache_bytes"),
            document_bytes: gauge("solidarity_document_cache_bytes"),
            timeouts: counter("solidarity_graphql_timeouts_total"),
            faults: counter("solidarity_faults_total"),
        }
    }

    /// Counts one answered request.
    pub fn answered(&self, route: Route, status: StatusCode, took: Duration) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = self.requests.get(route as usize).and_then(|classes| classes.get(class)) {
            counter.increment(1);
        }
        if let Some(histogram) = self.durations.get(route as usize) {
            histogram.record(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
        }
    }

    /// The text that Prometheus reads.
    pub fn render(&self) -> String {
        let mut text = self.handle.render();
        let durations = Route::ALL.iter().zip(self.durations.iter());
        let durations = durations.map(|(route, durations)| (format!("route=\"{}\"", route.name()), durations));
        histogram::render("solidarity_http_request_duration_seconds", durations, 1e9, &mut text);
        histogram::render("solidarity_graphql_cost", [(String::new(), &*self.cost)], 1.0, &mut text);
        text
    }
}

const fn label(name: &'static str, value: &'static str) -> Label {
    Label::from_static_parts(name, value)
}

/// The routes of the metrics listener.
pub(crate) fn router(state: Arc<ServerState>) -> Router {
    Router::new().route("/metrics", get(text)).with_state(state)
}

async fn text(State(state): State<Shared>) -> impl IntoResponse {
    state.metrics.readers.set(state.hub.readers() as f64);
    state.metrics.cache_bytes.set(state.answers.bytes() as f64);
    state.metrics.document_bytes.set(state.documents.bytes() as f64);
    state.metrics.tasks.set(tokio::runtime::Handle::current().metrics().num_alive_tasks() as f64);
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], state.metrics.render())
}
