//! HTTP: the accept loop, the routes, the GraphQL-over-HTTP handler and what every answer carries. Must not know SQL or
//! hold rules of the domain.
//!
//! [`start`] serves until [`Running::shutdown`]. To add a route: a line in `router.rs` and a name in `route.rs`.

mod accept;
mod address;
mod auth;
mod cors;
mod failures;
mod feeds;
mod front;
mod graphql;
mod headers;
mod health;
mod histogram;
mod metrics;
mod oauth;
mod percent;
mod playground;
mod rate;
mod refusal;
mod route;
mod router;
mod schema_file;
mod state;
mod stream;
mod timer;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::app::SharedApp;
use accept::Listening;
use front::Front;
use state::ServerState;

/// Longest time that requests under way may take once the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How often memory of old addresses is given back.
const UPKEEP: Duration = Duration::from_secs(5);
/// Connections of the metrics listener.
const METRICS_CONNECTIONS: usize = 16;

/// Where the server listens, and whom it believes.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Address of the API.
    pub listen: SocketAddr,
    /// Address of the Prometheus listener; a loopback address.
    pub metrics_listen: Option<SocketAddr>,
    /// The address that clients reach the server by.
    pub public_url: Option<Url>,
    /// Networks of proxies whose `Forwarded` and `X-Forwarded-For` are believed.
    pub trusted_proxies: Vec<IpNet>,
}

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The metrics listener would be reachable from other machines.
    #[error("metrics_listen {0} is not a loopback address")]
    MetricsNotLoopback(SocketAddr),
    /// The schema cannot be read back from its own SDL, so that costs cannot be computed.
    #[error("the schema's SDL cannot be read: {0}")]
    Schema(String),
}

/// A server that runs.
#[derive(Debug)]
pub struct Running {
    /// Address of the API, with the port that the system chose.
    pub address: SocketAddr,
    /// Address of the Prometheus listener.
    pub metrics_address: Option<SocketAddr>,
    stop: CancellationToken,
    tasks: TaskTracker,
    sockets: TaskTracker,
}

/// Starts serving; answers as soon as both listeners are bound.
pub async fn start(app: SharedApp, options: ServeOptions) -> Result<Running, StartError> {
    let api = bind(options.listen).await?;
    let metrics = match options.metrics_listen {
        Some(address) if !address.ip().is_loopback() => return Err(StartError::MetricsNotLoopback(address)),
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    let address = local_address(&api, options.listen);
    let state = Arc::new(ServerState::new(app, &options, address)?);
    let stop = state.stop.clone();
    let tasks = TaskTracker::new();
    let running = Running {
        address,
        metrics_address: metrics.as_ref().map(|listener| local_address(listener, options.listen)),
        stop: stop.clone(),
        tasks: tasks.clone(),
        sockets: state.sockets.clone(),
    };
    state.sockets.close();
    let limits = &state.app.limits;
    let listen = |listener: TcpListener, front: Front, connections: usize| Listening {
        listener,
        front: Arc::new(front),
        connections,
        header_read: limits.header_read,
        write_stall: limits.write_stall,
        metrics: state.metrics.clone(),
        stop: stop.clone(),
        grace: GRACE,
    };
    if let Some(listener) = metrics {
        tasks.spawn(accept::serve(listen(
            listener,
            Front::plain(metrics::router(Arc::clone(&state))),
            METRICS_CONNECTIONS,
        )));
    }
    let front = Front::new(Arc::clone(&state), router::router(Arc::clone(&state)));
    tasks.spawn(accept::serve(listen(api, front, limits.connections)));
    tasks.spawn(upkeep(state, stop));
    tasks.close();
    Ok(running)
}

impl Running {
    /// Stops accepting, lets requests under way finish for up to 10 s, and returns when all is closed.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.tasks.wait().await;
        // Each has a bound on how long it takes to say why.
        let _ = tokio::time::timeout(GRACE, self.sockets.wait()).await;
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })
}

fn local_address(listener: &TcpListener, asked: SocketAddr) -> SocketAddr {
    listener.local_addr().unwrap_or(asked)
}

async fn upkeep(state: Arc<ServerState>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(UPKEEP);
    loop {
        tokio::select! {
            () = stop.cancelled() => {
                state.begin_stopping();
                return;
            }
            _ = ticks.tick() => {
                state.rate.forget_idle();
                state.client_rate.forget_idle();
                state.failures.forget_old();
                state.forget_old();
            }
        }
    }
}
