//! Answers over a websocket, by the protocol `graphql-transport-ws`: many operations a socket, each in a task of its own. Any
//! origin may connect, since nothing that a browser sends by itself gives authority: the token comes in `connection_init`.
//! Nothing is queued for a client that does not read: what it follows waits, and it is told and let go in the end. Must not
//! know what is followed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::ServerError;
use async_graphql::parser::types::OperationType;
use axum::extract::FromRequestParts;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use bytes::Bytes;
use http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};
use http::request::Parts;
use metrics::Gauge;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::task::AbortOnDropHandle;

use super::answer::{Answer, Outcome};
use super::operation::{Operation, Over};
use super::params;
use super::prepare::{Asker, Unprepared, Way, prepare};
use super::wire::{self, Closing, Incoming, PROTOCOL};
use super::{errors, run};
use crate::server::accept::Held;
use crate::server::auth;
use crate::server::refusal::{JSON, Refusal, RequestId};
use crate::server::router::{Charged, Shared};
use crate::service::access;

/// Bytes that one read takes; a longer message takes several.
const READ_BUFFER: usize = 2 * 1024;
/// Answers of all operations that wait for the socket.
const WAITING: usize = 2;
/// How long a client may take to answer a close.
const FAREWELL: Duration = Duration::from_secs(1);

/// Serves a request to upgrade to a websocket.
pub(super) async fn open(state: Shared, parts: &mut Parts, asker: Asker, id: RequestId) -> Response {
    let refused = |refusal: Refusal| refusal.into_response(&id, JSON);
    if parts.headers.contains_key(AUTHORIZATION) {
        let message = "a websocket takes its token in the payload of connection_init, not in a header";
        return refused(Refusal::bad_request(message));
    }
    let offered = parts.headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    let is_offered = offered.flat_map(|value| value.split(',')).any(|name| name.trim() == PROTOCOL);
    let held = parts.extensions.get::<Held>().cloned();
    let Ok(upgrade) = WebSocketUpgrade::from_request_parts(parts, &()).await else {
        return refused(Refusal::bad_request("the handshake is not one of a websocket (RFC 6455, section 4.2.1)"));
    };
    let limits = &state.app.limits;
    let upgrade = upgrade
        .protocols([PROTOCOL])
        // A little more than is allowed is read, so that its sender can be told.
        .max_message_size(limits.socket_message_bytes.saturating_mul(2))
        .max_frame_size(limits.socket_message_bytes.saturating_mul(2))
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0);
    let Ok(room) = Arc::clone(&state.followers).try_acquire_owned() else {
        state.metrics.shed.increment(1);
        return refused(Refusal::overloaded());
    };
    // The server waits for it when it stops.
    let tracked = state.sockets.token();
    upgrade.on_upgrade(move |socket| async move {
        let _kept = (held, tracked, room);
        let _open = Open::of(&state.metrics.sockets);
        let (sender, receiver) = mpsc::channel(WAITING);
        let asker = Asker { way: Way { may_mutate: false, may_follow: true }, ..asker };
        let now = Instant::now();
        let (operations, until, serial) = (HashMap::new(), now + state.app.limits.socket_init, 0);
        let mut socket =
            Socket { state, socket, asker, id, operations, sender, receiver, serial, until, step: Step::New };
        let closing = if is_offered {
            socket.serve(now).await
        } else {
            Some(Closing::new(4406, format!("Subprotocol not acceptable: offer {PROTOCOL}")))
        };
        socket.end(closing).await;
    })
}

/// Counts a socket for as long as it is open.
struct Open(Gauge);

impl Open {
    fn of(gauge: &Gauge) -> Self {
        gauge.increment(1.0);
        Self(gauge.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

/// How far the opening of the protocol is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    New,
    Acknowledged,
}

/// What an operation has for the socket.
struct Out {
    id: Arc<str>,
    /// Tells it from another operation that had the same id.
    serial: u64,
    what: What,
}

enum What {
    Next(Bytes),
    Error(Vec<ServerError>),
    Complete,
    Over(Over),
}

/// An open socket.
struct Socket {
    state: Shared,
    socket: WebSocket,
    asker: Asker,
    id: RequestId,
    operations: HashMap<Arc<str>, (u64, AbortOnDropHandle<()>)>,
    sender: mpsc::Sender<Out>,
    receiver: mpsc::Receiver<Out>,
    serial: u64,
    /// When it closes unless something happens: until the opening is done, and then when the token ends.
    until: Instant,
    step: Step,
}

/// Far enough not to come.
const NEVER: Duration = Duration::from_secs(365 * 86_400);

impl Socket {
    /// Serves until the socket has to be closed, with why; or is closed by the client.
    async fn serve(&mut self, now: Instant) -> Option<Closing> {
        let beat = self.state.app.limits.socket_beat;
        let mut heard = now;
        let mut beats = tokio::time::interval_at(now + beat, beat);
        let stop = self.state.stop.clone();
        loop {
            let done = tokio::select! {
                () = stop.cancelled() => return Some(Closing::going()),
                () = sleep_until(self.until) => return Some(match self.step {
                    Step::New => Closing::new(4408, "Connection initialisation timeout"),
                    Step::Acknowledged => Closing::forbidden(),
                }),
                out = self.receiver.recv() => match out {
                    Some(out) => self.pass_on(out).await,
                    None => Ok(()),
                },
                received = self.socket.recv() => {
                    heard = Instant::now();
                    match received {
                        None | Some(Ok(Message::Close(_))) => return None,
                        Some(Err(error)) => {
                            let is_long = error.to_string().contains("too long");
                            return Some(if is_long { self.too_long() } else { Closing::new(1002, "protocol error") });
                        }
                        Some(Ok(Message::Text(text))) => self.take(text.as_str()).await,
                        Some(Ok(Message::Binary(_))) => Err(Closing::bad("messages are texts")),
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
                    }
                }
                _ = beats.tick() => {
                    // Two beats without a sign: nobody is there.
                    if heard.elapsed() > beat * 5 / 2 {
                        return None;
                    }
                    self.send(Message::Ping(Bytes::new())).await
                }
            };
            if let Err(closing) = done {
                return Some(closing);
            }
        }
    }

    fn too_long(&self) -> Closing {
        Closing::new(
            1009,
            format!("a message exceeds the maximum of {} bytes", self.state.app.limits.socket_message_bytes),
        )
    }

    /// Sends a message. Who does not take it for two thirds of the longest wait is told in the last third.
    async fn send(&mut self, message: Message) -> Result<(), Closing> {
        let patience = self.state.app.limits.write_stall * 2 / 3;
        match timeout(patience, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            // The other end is gone; the close that follows fails too, and does no harm.
            Ok(Err(_)) => Err(Closing::new(1006, "")),
            Err(_) => Err(Closing::later(&format!("nothing was read for {} s", patience.as_secs()))),
        }
    }

    async fn write(&mut self, text: String) -> Result<(), Closing> {
        self.send(Message::Text(text.into())).await
    }

    /// Does what a message asks for.
    async fn take(&mut self, text: &str) -> Result<(), Closing> {
        if text.len() > self.state.app.limits.socket_message_bytes {
            return Err(self.too_long());
        }
        match Incoming::parse(text)? {
            Incoming::Ping(payload) => self.write(wire::pong(payload)).await,
            Incoming::Pong => Ok(()),
            Incoming::Init(_) if self.step == Step::Acknowledged => {
                Err(Closing::new(4429, "Too many initialisation requests"))
            }
            Incoming::Init(payload) => {
                let token = wire::token(payload)?;
                self.acknowledge(token).await
            }
            Incoming::Subscribe { .. } if self.step == Step::New => Err(Closing::new(4401, "Unauthorized")),
            Incoming::Subscribe { id, payload } => self.begin(id, payload.get()).await,
            Incoming::Complete { id } => {
                self.operations.remove(id.as_str());
                Ok(())
            }
        }
    }

    async fn acknowledge(&mut self, token: Option<String>) -> Result<(), Closing> {
        let caller = match token {
            None => auth::Caller::Anonymous,
            Some(token) => {
                let asked = auth::of_token(&self.state, &token, &self.id).await;
                asked.map_err(|refusal| match refusal.status {
                    http::StatusCode::UNAUTHORIZED => Closing::forbidden(),
                    _ => Closing::failed(),
                })?
            }
        };
        self.asker.actor = caller.actor().cloned();
        if let Some(actor) = &self.asker.actor {
            let key = self.state.client_rate.key_of_client(actor.client);
            self.asker.charged = self.asker.charged.map(|charged| Charged { key, is_client: true, ..charged });
        }
        let left = wire::remaining(&self.state, self.asker.actor.as_deref()).unwrap_or(NEVER);
        self.until = Instant::now() + left.min(NEVER);
        self.step = Step::Acknowledged;
        self.write(wire::ACK.to_string()).await
    }

    /// Begins an operation, under an id that no other one has now.
    async fn begin(&mut self, id: String, payload: &str) -> Result<(), Closing> {
        if self.operations.contains_key(id.as_str()) {
            return Err(Closing::new(4409, format!("Subscriber for {id} already exists")));
        }
        let most = self.state.app.limits.socket_operations;
        if self.operations.len() >= most {
            let message = format!("a socket has at most {most} operations at once");
            return self.write(wire::error(&id, &[errors::coded(message, "BAD_REQUEST")])).await;
        }
        let charged = self.asker.charged.map(|charged| Charged::one(&self.state, charged.key, charged.is_client));
        let asker = match charged.transpose() {
            Ok(charged) => Asker { charged, ..self.asker.clone() },
            Err(refusal) => return self.write(wire::error(&id, &[told(refusal)])).await,
        };
        let id: Arc<str> = id.into();
        self.serial += 1;
        let sender = Sender { id: Arc::clone(&id), serial: self.serial, sender: self.sender.clone() };
        let task = operate(Arc::clone(&self.state), asker, payload.to_string(), sender);
        self.operations.insert(id, (self.serial, AbortOnDropHandle::new(tokio::spawn(task))));
        Ok(())
    }

    /// Passes on what an operation has, unless it was ended meanwhile.
    async fn pass_on(&mut self, out: Out) -> Result<(), Closing> {
        let Out { id, serial, what } = out;
        if self.operations.get(&id).is_none_or(|(known, _)| *known != serial) {
            return Ok(());
        }
        if !matches!(what, What::Next(_)) {
            self.operations.remove(&id);
        }
        match what {
            What::Next(text) => self.write(wire::next(&id, &String::from_utf8_lossy(&text))).await,
            What::Error(errors) => self.write(wire::error(&id, &errors)).await,
            What::Complete => self.write(wire::complete(&id)).await,
            What::Over(Over::Forbidden) => Err(Closing::forbidden()),
            What::Over(Over::Failed) => Err(Closing::failed()),
        }
    }

    /// Says why, if there is something to say, and waits a moment for the other end to close too: data that it sent meanwhile
    /// would break the connection before it has read why.
    async fn end(mut self, closing: Option<Closing>) {
        self.operations.clear();
        if let Some(Closing { code, reason }) = closing.filter(|closing| closing.code != 1006) {
            let frame = CloseFrame { code, reason: reason.into() };
            let patience = self.state.app.limits.write_stall / 3;
            if !matches!(timeout(patience, self.socket.send(Message::Close(Some(frame)))).await, Ok(Ok(()))) {
                return;
            }
        }
        let _ = timeout(FAREWELL, async { while let Some(Ok(_)) = self.socket.recv().await {} }).await;
    }
}

/// Where an operation leaves what it has.
struct Sender {
    id: Arc<str>,
    serial: u64,
    sender: mpsc::Sender<Out>,
}

impl Sender {
    /// Waits until the socket takes it; an error if it is closed.
    async fn send(&self, what: What) -> Result<(), ()> {
        let out = Out { id: Arc::clone(&self.id), serial: self.serial, what };
        self.sender.send(out).await.map_err(|_| ())
    }
}

/// Runs one operation to its end.
async fn operate(state: Shared, asker: Asker, payload: String, sender: Sender) {
    // A socket that is closed has no use for the rest.
    let _ = operated(&state, asker, &payload, &sender).await;
}

async fn operated(state: &Shared, asker: Asker, payload: &str, sender: &Sender) -> Result<(), ()> {
    let id = RequestId::of(state.app.clock.random_id());
    let parsed = params::from_body(payload, &state.app.limits);
    let prepared = match parsed.map_err(Unprepared::Refusal).and_then(|params| prepare(state, &asker, params, None)) {
        Ok(prepared) => prepared,
        Err(Unprepared::Refusal(refusal)) => return sender.send(What::Error(vec![told(refusal)])).await,
        Err(Unprepared::Answer(answer)) => return sender.send(answered(answer.outcome)).await,
    };
    if prepared.asked.checked.operation != OperationType::Subscription {
        // The token was looked up when the socket was opened, and may be worth less now.
        if let Some(actor) = &asker.actor {
            match access::holds(&state.app, actor).await {
                Ok(true) => {}
                Ok(false) => return sender.send(What::Over(Over::Forbidden)).await,
                Err(_) => return sender.send(What::Over(Over::Failed)).await,
            }
        }
        let Ok(_permit) = Arc::clone(&state.permits).try_acquire_owned() else {
            state.metrics.shed.increment(1);
            return sender.send(What::Error(vec![told(Refusal::overloaded())])).await;
        };
        let _in_flight = state.metrics.enter();
        let Answer { outcome, .. } = run(state, &asker, &prepared, &id).await;
        if matches!(outcome, Outcome::Rejected { .. }) {
            return sender.send(answered(outcome)).await;
        }
        sender.send(What::Next(super::operation::refused(&outcome).into())).await?;
        return sender.send(What::Complete).await;
    }
    let mut operation = match Operation::begin(state, asker, prepared, None, id).await {
        Ok(Some(operation)) => operation,
        Ok(None) => return sender.send(What::Complete).await,
        Err(outcome) => return sender.send(answered(outcome)).await,
    };
    loop {
        match operation.next().await {
            Ok(told) => sender.send(What::Next(told.text)).await?,
            Err(over) => return sender.send(What::Over(over)).await,
        }
    }
}

/// The errors of what could not begin.
fn answered(outcome: Outcome) -> What {
    let (Outcome::Executed { errors, .. } | Outcome::Rejected { errors }) = outcome;
    What::Error(errors)
}

/// A refusal as an error.
fn told(refusal: Refusal) -> ServerError {
    errors::coded(refusal.message, refusal.code)
}
