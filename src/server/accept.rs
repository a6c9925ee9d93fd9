//! The accept loop. `axum::serve` installs no timer, so that hyper's timeouts never fire: this one does, bounds the number
//! of connections, and lets requests finish when the server stops. Must not look into requests.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use metrics::Gauge;

use super::front::Front;
use super::metrics::Metrics;
use super::stream::BoundedStream;
use super::timer::LazyTimer;

/// Room for the head of a request: a persisted query's address is short, a whole document in one is up to 48 KiB.
const HEAD_BYTES: usize = 64 * 1024;
/// Pause after an accept that failed for want of files or memory.
const BACK_OFF: Duration = Duration::from_millis(100);

/// One listener and what it serves.
pub(crate) struct Listening {
    /// The bound socket.
    pub listener: TcpListener,
    /// What answers.
    pub front: Arc<Front>,
    /// Most connections at once; further ones wait in the system's queue.
    pub connections: usize,
    /// Longest wait for the head of a request: the first one, one that comes slowly, and the next one of an idle
    /// connection.
    pub header_read: Duration,
    /// Longest wait for a client to take more of its answer.
    pub write_stall: Duration,
    /// Where connections are counted.
    pub metrics: Metrics,
    /// Says when to stop.
    pub stop: CancellationToken,
    /// Longest wait for requests under way after that.
    pub grace: Duration,
}

/// A connection's place among those that are open. Each of its requests has it, so that a websocket keeps it.
#[derive(Clone)]
pub(crate) struct Held(#[expect(dead_code, reason = "it is kept for its end")] Arc<Place>);

struct Place {
    open: Gauge,
    _permit: OwnedSemaphorePermit,
}

impl Place {
    fn take(open: Gauge, permit: OwnedSemaphorePermit) -> Held {
        open.increment(1.0);
        Held(Arc::new(Self { open, _permit: permit }))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.open.decrement(1.0);
    }
}

/// Accepts and serves connections until told to stop.
pub(crate) async fn serve(listening: Listening) {
    let permits = Arc::new(Semaphore::new(listening.connections.clamp(1, Semaphore::MAX_PERMITS)));
    let mut builder = http1::Builder::new();
    builder.header_read_timeout(listening.header_read).max_buf_size(HEAD_BYTES);
    let tracker = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = listening.stop.cancelled() => break,
            accepted = accept(&listening.listener, &permits) => accepted,
        };
        let Some((stream, peer, permit)) = accepted else { continue };
        let front = Arc::clone(&listening.front);
        let held = Place::take(listening.metrics.connections.clone(), permit);
        let service = service_fn(move |request: http::Request<Incoming>| {
            let (front, held) = (Arc::clone(&front), held.clone());
            async move { Ok::<_, Infallible>(front.answer(request, peer, held).await) }
        });
        let stream = TokioIo::new(BoundedStream::new(stream, listening.write_stall));
        let connection = builder.clone().timer(LazyTimer::default()).serve_connection(stream, service).with_upgrades();
        let (stop, grace) = (listening.stop.clone(), listening.grace);
        tracker.spawn(async move {
            let mut connection = pin!(connection);
            // What goes wrong on a connection is the client's affair, and its text may hold what the client sent.
            tokio::select! {
                _ = connection.as_mut() => {}
                () = stop.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    let _ = tokio::time::timeout(grace, connection).await;
                }
            }
        });
    }
    drop(listening.listener);
    tracker.close();
    tracker.wait().await;
}

type Accepted = (TcpStream, SocketAddr, OwnedSemaphorePermit);

async fn accept(listener: &TcpListener, permits: &Arc<Semaphore>) -> Option<Accepted> {
    let permit = Arc::clone(permits).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Without it small answers wait for the client's acknowledgement; a socket that refuses it still works.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, permit))
        }
        Err(error) if is_of_one_connection(&error) => None,
        Err(error) => {
            tracing::warn!(cause = %error.kind(), "a connection could not be accepted");
            tokio::time::sleep(BACK_OFF).await;
            None
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
