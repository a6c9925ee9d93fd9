//! Changes reach webhooks through failures and kills: 250 changes by default;
//! `SOLIDARITY_TRIAL=full cargo test --release --test api webhook::trial -- --nocapture` makes 5 000.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use solidarity::app::{App, SharedApp};
use solidarity::auth::Keys;
use solidarity::bus::Bus;
use solidarity::domain::scope::Scope;
use solidarity::domain::time::Zones;
use solidarity::service::follow::follow;
use solidarity::service::webhook::dispatch;
use solidarity::store::Store;

use super::receiver::Receiver;
use super::{MINUTE, mutation, place, reference};
use crate::actor::{clock, generous, load, migrated, webhooks};
use crate::database::Database;
use crate::harness::{Server, folder};
use crate::lines::{organization, text};
use crate::publisher::{Publisher, UPDATE, is_full};

const ROUNDS: usize = 20;

/// One life of a server, in a runtime of its own that can be ended without a word.
struct Life(Option<tokio::runtime::Runtime>);

impl Life {
    fn begin() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self(Some(runtime))
    }

    fn runtime(&self) -> &tokio::runtime::Runtime {
        self.0.as_ref().unwrap()
    }

    /// What was under way is over as it is.
    fn kill(mut self) {
        self.0.take().unwrap().shutdown_background();
    }
}

#[test]
fn each_change_reaches_each_webhook_through_failures_and_kills() {
    let changes = if is_full() { 5_000 } else { 250 };
    let here = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let time = clock();
    let keys = folder("webhook-trial").join("keys.json");
    Keys::open_or_create(&keys).unwrap();
    let (database, receivers, gone) = here.block_on(async {
        let database = Database::fresh().await;
        let app = migrated(&database, generous(), time.clone()).await;
        solidarity::service::seed::seed(&app).await.unwrap();
        load(&app, &text([organization("hub")])).await;
        // Three of ten messages fail, in one way after the other.
        let turn = Arc::new(AtomicUsize::new(0));
        let failing = move |_: &super::receiver::Received| match turn.fetch_add(1, Ordering::Relaxed) % 10 {
            2 => 500,
            5 => 302,
            8 => 0,
            _ => 200,
        };
        let mut receivers = Vec::new();
        for _ in 0..3 {
            receivers.push(Receiver::start(failing.clone()).await);
        }
        (database, receivers, Receiver::start(|_| 410).await)
    });
    let url = database.url.clone();
    let begin = |life: &Life| -> (Server, Publisher) {
        let (time, url, keys) = (time.clone(), url.clone(), keys.clone());
        life.runtime().block_on(async move {
            let store = Store::open(&url, &generous()).await.unwrap();
            store.reload_catalog().await.unwrap();
            let keys = Keys::open_or_create(&keys).unwrap();
            let app: SharedApp = Arc::new(App {
                clock: time,
                zones: Zones::bundled(),
                limits: generous(),
                keys,
                store,
                bus: Bus::default(),
                webhooks: webhooks(),
            });
            follow(app.clone());
            dispatch::run(app.clone());
            let server = Server::of(app, None).await;
            let token = server.client(Scope::ALL, "hub", &[]).await;
            let publisher = Publisher::new(server.address, token);
            (server, publisher)
        })
    };

    let mut committed = 0;
    let mut secrets = Vec::new();
    for round in 0..ROUNDS {
        let life = Life::begin();
        let (server, publisher) = begin(&life);
        let made = life.runtime().block_on(async {
            if round == 0 {
                let make = mutation("webhookCreate", "secret");
                for receiver in receivers.iter().chain([&gone]) {
                    let made = publisher.payload(&make, &json!({ "url": receiver.url() })).await;
                    secrets.push(made["secret"].as_str().unwrap().to_string());
                }
            }
            let goal = changes / ROUNDS;
            let mut item = publisher.publish(&place(&format!("Round {round}"), "vancouver")).await;
            for number in 1..goal {
                let mut patch = reference(&item);
                patch["title"] = json!(format!("Round {round}, {number}"));
                item = publisher.made(UPDATE, &patch).await;
                // One that is refused, and rolled back, is no change.
                if number % 10 == 0 {
                    let refused = publisher.refused(UPDATE, &patch).await;
                    assert_eq!(refused.0, "STALE_VERSION");
                }
            }
            goal
        });
        committed += made;
        drop(server);
        life.kill();
        time.advance(7 * MINUTE);
    }
    // The last life has the time that all attempts take.
    let life = Life::begin();
    let (server, _publisher) = begin(&life);
    let started = Instant::now();
    let is_through = || {
        receivers.iter().all(|receiver| {
            let all = receiver.all();
            let arrived: BTreeSet<&String> =
                all.iter().filter(|received| received.status == 200).map(|received| &received.id).collect();
            arrived.len() >= committed
        })
    };
    while !is_through() {
        assert!(started.elapsed() < Duration::from_secs(300), "not all has arrived");
        std::thread::sleep(Duration::from_millis(200));
        time.advance(5 * MINUTE);
        server.app.bus.turned();
    }
    std::thread::sleep(Duration::from_secs(1));
    for (receiver, secret) in receivers.iter().zip(&secrets) {
        let all = receiver.all();
        let ids: BTreeSet<&String> = all.iter().map(|received| &received.id).collect();
        assert_eq!(ids.len(), committed, "as many messages as changes");
        assert!(all.iter().all(|received| received.is_signed_by(secret)), "a message that is not signed");
        println!("{} attempts for {committed} changes", all.len());
    }
    // Eight are on their way at once; whoever was killed before it could write down the answer sent them again.
    let sent = gone.all().len();
    assert!((1..=40).contains(&sent), "{sent} messages to one that is gone");
    let webhooks = life.runtime().block_on(async { server.app.store.enabled_webhooks().await.unwrap() });
    assert_eq!(webhooks.len(), 3, "the one that is gone is told still");
    drop(server);
    life.kill();
    here.shutdown_background();
}
