//! Sends what is due. Every node runs it: a delivery is taken by one at a time, for as long as an attempt may take; should
//! that node die, another one takes it later, so that a message comes at least once. Must not decide what is told.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use sea_orm::DbErr;
use serde_json::{Map, Value, json};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::outbox::{self, Ahead};
use super::secrets_of;
use crate::app::{App, SharedApp};
use crate::bus::News;
use crate::domain::public_id::Noun;
use crate::domain::time::{DAY_MICROS, Timestamp};
use crate::store::{Attempt, DEAD, DELIVERED, Delivery, PENDING, Tried, Webhook, WebhookEnd};
use crate::webhook::retry::{FAILING_DAYS, delay};
use crate::webhook::send::{Message, PATIENCE};
use crate::webhook::{Answer, signature};

/// How often it is looked whether something is due, whether something was heard of or not.
const INTERVAL: Duration = Duration::from_secs(1);
/// Messages on their way at once.
const AT_ONCE: usize = 64;
/// The same of one webhook, and of all of an organization.
const AT_ONCE_EACH: usize = 8;
const AT_ONCE_ALL: usize = 16;
/// How much longer than an attempt may take a delivery stays with the node that took it, in microseconds.
const SLACK: i64 = 5_000_000;
/// After how many looks old deliveries are forgotten: about every ten minutes.
const SELDOM: u32 = 600;
/// How long deliveries that are done are kept, in days.
pub const KEPT_DAYS: i64 = 30;

/// Runs until the handle is aborted. A failed look is tried again at the next interval.
pub fn run(app: SharedApp) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut dispatcher = Dispatcher {
            app,
            sending: JoinSet::new(),
            busy: HashMap::new(),
            ahead: Ahead::default(),
            next: tokio::time::Instant::now(),
            news: None,
            webhooks: Vec::new(),
            is_failing: false,
        };
        let mut looks = 0_u32;
        let mut woken = Woken::Time;
        loop {
            let outcome = dispatcher.look(woken).await;
            if outcome.is_err() && !dispatcher.is_failing {
                tracing::warn!("webhooks cannot be served; it is tried again");
            }
            dispatcher.is_failing = outcome.is_err();
            woken = dispatcher.wait().await;
            looks = looks.wrapping_add(u32::from(woken == Woken::Time));
            if looks % SELDOM == 1 {
                looks = looks.wrapping_add(1);
                dispatcher.forget().await;
            }
        }
    })
}

/// What came of an attempt.
struct Sent {
    delivery: Delivery,
    webhook: Webhook,
    at: Timestamp,
    took: Duration,
    answer: Answer,
}

struct Dispatcher {
    app: SharedApp,
    sending: JoinSet<Sent>,
    /// Messages on their way, by webhook.
    busy: HashMap<i64, usize>,
    /// How far ahead of its place each webhook was read, where there was nothing for it.
    ahead: Ahead,
    /// When it is looked again, whatever is heard.
    next: tokio::time::Instant,
    /// Listens while there is anybody to tell.
    news: Option<watch::Receiver<News>>,
    /// Those that are told of anything, as last seen.
    webhooks: Vec<Webhook>,
    is_failing: bool,
}

/// Why there may be something to do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Woken {
    /// Messages are through, so that there is room.
    Sent,
    /// Something changed.
    News,
    /// Time has gone by.
    Time,
}

impl Dispatcher {
    /// Makes deliveries of what changed, and sends what is due and has room.
    async fn look(&mut self, woken: Woken) -> Result<(), DbErr> {
        let mut filled = Ok(());
        if woken != Woken::Sent {
            self.webhooks = self.app.store.enabled_webhooks().await?;
            if self.webhooks.is_empty() {
                self.news = None;
                return Ok(());
            }
            if self.news.is_none() {
                self.news = Some(self.app.bus.follow());
            }
            filled = outbox::fill(&self.app, &self.webhooks, &mut self.ahead).await;
        }
        let now = self.app.clock.now();
        let until = now.plus_micros(i64::try_from(PATIENCE.as_micros()).unwrap_or(i64::MAX) + SLACK);
        let due = self.app.store.due_webhooks(now).await?;
        let mut due: Vec<Webhook> = self.webhooks.iter().filter(|webhook| due.contains(&webhook.id)).cloned().collect();
        // Who has the least on its way comes first, so that nobody's slow receivers keep others waiting.
        due.sort_by_key(|webhook| (self.busy_of(webhook.organization_id), self.busy.get(&webhook.id).copied()));
        for webhook in due {
            let key = webhook.id;
            let room = AT_ONCE_EACH.saturating_sub(self.busy.get(&key).copied().unwrap_or(0));
            let room = room.min(AT_ONCE_ALL.saturating_sub(self.busy_of(webhook.organization_id)));
            let room = room.min(AT_ONCE.saturating_sub(self.sending.len()));
            if room == 0 {
                continue;
            }
            for delivery in self.app.store.take_deliveries(key, (now, until), room).await? {
                *self.busy.entry(key).or_default() += 1;
                self.send(webhook.clone(), delivery);
            }
        }
        filled
    }

    /// Messages on their way to all webhooks of an organization.
    fn busy_of(&self, organization: i64) -> usize {
        let own = self.webhooks.iter().filter(|webhook| webhook.organization_id == organization);
        own.filter_map(|webhook| self.busy.get(&webhook.id)).sum()
    }

    fn send(&mut self, webhook: Webhook, delivery: Delivery) {
        let app = SharedApp::clone(&self.app);
        self.sending.spawn(async move {
            let at = app.clock.now();
            let started = Instant::now();
            let answer = match message(&app, &webhook, &delivery, at) {
                Some(message) => app.webhooks.send(&webhook.url, message).await,
                None => Answer::Failed("the server has no secret to sign with"),
            };
            Sent { delivery, webhook, at, took: started.elapsed(), answer }
        });
    }

    /// Waits until there may be something to do.
    async fn wait(&mut self) -> Woken {
        if tokio::time::Instant::now() >= self.next {
            self.next = tokio::time::Instant::now() + INTERVAL;
            return Woken::Time;
        }
        let heard = async {
            match &mut self.news {
                // The sender lives as long as the application.
                Some(news) => _ = news.changed().await,
                None => std::future::pending().await,
            }
        };
        let first = tokio::select! {
            Some(sent) = self.sending.join_next() => sent,
            () = heard => return Woken::News,
            () = tokio::time::sleep_until(self.next) => {
                self.next = tokio::time::Instant::now() + INTERVAL;
                return Woken::Time;
            }
        };
        let mut all = vec![first];
        while let Some(sent) = self.sending.try_join_next() {
            all.push(sent);
        }
        // One that did not come to its end is taken again when its time is over.
        let all: Vec<Sent> = all.into_iter().filter_map(Result::ok).collect();
        let mut tried = Vec::with_capacity(all.len());
        for sent in all {
            if let Some(busy) = self.busy.get_mut(&sent.webhook.id) {
                *busy = busy.saturating_sub(1);
            }
            tried.push(tried_of(&self.app, sent));
        }
        if self.sending.is_empty() {
            self.busy.clear();
        }
        if self.app.store.record_attempts(&tried).await.is_err() {
            tracing::warn!("what came of messages to webhooks cannot be written down; they are sent again");
        }
        Woken::Sent
    }

    async fn forget(&self) {
        let before = self.app.clock.now().plus_days(-KEPT_DAYS);
        while self.app.store.forget_deliveries(before).await.unwrap_or(false) {}
    }
}

fn tried_of(app: &App, sent: Sent) -> Tried {
    let Sent { delivery, webhook, at, took, answer } = sent;
    let now = app.clock.now();
    let number = delivery.attempts.saturating_add(1);
    let (status, failure, asked) = match &answer {
        Answer::Status { status, retry_after } => (Some(i32::from(*status)), None, *retry_after),
        Answer::Failed(failure) => (None, Some((*failure).to_string()), None),
    };
    let pause = delay(number, rand::random(), asked);
    let next = pause.map_or(now, |pause| now.plus_micros(i64::try_from(pause.as_micros()).unwrap_or(i64::MAX)));
    let is_given_up = pause.is_none() || answer.is_gone();
    let state = match () {
        () if answer.is_success() => DELIVERED,
        () if is_given_up => DEAD,
        () => PENDING,
    };
    let end = match () {
        () if answer.is_success() => None,
        () if answer.is_gone() => Some(WebhookEnd::Gone),
        () => Some(WebhookEnd::Failing(now.as_micros().saturating_sub(FAILING_DAYS * DAY_MICROS))),
    };
    let attempt = Attempt {
        delivery_id: delivery.id,
        at: at.as_micros(),
        number,
        status,
        failure,
        took_ms: i64::try_from(took.as_millis()).unwrap_or(i64::MAX),
    };
    Tried { attempt, status: state, next_at: next.as_micros(), webhook: webhook.id, end }
}

/// A message as it goes out: what happened to which item, and no text of it. The same at each attempt, but for the time. None
/// if it cannot be signed.
fn message(app: &App, webhook: &Webhook, delivery: &Delivery, at: Timestamp) -> Option<Message> {
    let secrets = secrets_of(app, webhook);
    if secrets.is_empty() {
        return None;
    }
    let mut data = Map::new();
    if let Some(id) = &delivery.item_id {
        data.insert("id".into(), json!(id));
        data.insert("kind".into(), json!(delivery.kind));
    }
    if let Some(reason) = &delivery.reason {
        data.insert("reason".into(), json!(reason));
        data.insert("purge".into(), json!(delivery.purge));
    }
    let happened = Timestamp::from_micros(delivery.happened_at).to_string();
    let body = json!({ "type": delivery.what, "timestamp": happened, "data": Value::Object(data) }).to_string();
    let id = Noun::Message.id_of(&delivery.public_id);
    let seconds = at.as_micros().div_euclid(1_000_000);
    let signature = signature::header(&secrets, &id, seconds, &body);
    Some(Message { id, seconds, signature, body })
}
