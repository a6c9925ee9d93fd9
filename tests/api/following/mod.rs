//! Followers keep a copy current with `changes`: everything once, then what changed, and nothing of what they could never
//! see. `SOLIDARITY_TRIAL=full cargo test --release --test api following` makes 6 000 random changes.

pub mod changes;
mod follower;
pub mod live;
mod nodes;
mod scale;
mod socket;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use solidarity::app::App;
use solidarity::auth::Keys;
use solidarity::domain::scope::Scope;
use solidarity::domain::time::{DAY_MICROS, Zones};
use solidarity::service::schedule;

use changes::{Known, change};
use follower::{CHANGES, Follower};

use crate::actor::{clock, generous, load, open, webhooks};
use crate::database::Database;
use crate::harness::Server;
use crate::lines::{Line, one_of_each, organization, region, resource, text};
use crate::publisher::{CREATE, PUBLISH, Publisher, UPDATE, is_full, resource_input};

/// A mutation of any content by its input.
macro_rules! step {
    ($field:literal, $input:literal) => {
        concat!(
            "mutation($input: ",
            $input,
            "!) { ",
            $field,
            "(input: $input) { content { id version } userErrors { code field message } } }"
        )
    };
}

const WITHDRAW: &str = step!("contentWithdraw", "ContentWithdrawInput");
const ARCHIVE: &str = step!("contentArchive", "ContentArchiveInput");
const REDACT: &str = step!("contentRedact", "ContentRedactInput");
const RESTORE: &str = step!("contentRestore", "ContentRestoreInput");
const TRANSLATE: &str = step!("contentTranslate", "ContentTranslateInput");

async fn served(lines: impl IntoIterator<Item = Line>) -> Server {
    let database = Database::fresh().await;
    let app = open(&database, generous(), clock()).await;
    load(&app, &text(lines)).await;
    Server::of(app, Some(database)).await
}

async fn publisher(server: &Server) -> Publisher {
    Publisher::new(server.address, server.client(Scope::ALL, "hub", &[]).await)
}

fn place(title: &str, regions: &[&str], topics: &[&str]) -> Value {
    let mut input = resource_input(title);
    let places = json!({ "regions": regions, "topics": topics });
    input.as_object_mut().unwrap().extend(places.as_object().unwrap().clone());
    input
}

fn reference(item: &Value) -> Value {
    json!({ "id": item["id"], "expectedVersion": item["version"] })
}

#[tokio::test]
async fn everything_is_told_once_then_what_changed_then_what_is_gone() {
    let server = served([organization("hub")].into_iter().chain(one_of_each("first"))).await;
    let publisher = publisher(&server).await;
    let mut all = Follower::new(json!({}));
    all.catch_up(&server).await;
    assert_eq!(all.copy.len(), 7, "{:#?}", all.copy);
    let mut british = Follower::new(json!({ "regions": ["CA-BC"], "kinds": ["RESOURCE"] }));
    british.catch_up(&server).await;
    let before = british.copy.len();

    let item = publisher.publish(&place("In Vancouver", &["vancouver"], &["naloxone"])).await;
    let id = item["id"].as_str().unwrap().to_string();
    for follower in [&mut all, &mut british] {
        assert_eq!(follower.catch_up(&server).await, Vec::<Value>::new());
        assert_eq!(follower.copy[&id]["title"], "In Vancouver");
    }
    assert_eq!(british.copy.len(), before + 1, "a place inside the region is followed too");

    let mut last = item;
    for number in 0..50 {
        let mut patch = reference(&last);
        patch["title"] = json!(format!("Title {number}"));
        last = publisher.made(UPDATE, &patch).await;
    }
    let page = all.page(&server, 100).await;
    assert_eq!(page["changes"].as_array().unwrap().len(), 1, "{page:#}");
    assert_eq!(page["changes"][0]["content"]["title"], "Title 49");

    let mut patch = reference(&last);
    patch["regions"] = json!(["toronto"]);
    last = publisher.made(UPDATE, &patch).await;
    let left = british.catch_up(&server).await;
    assert_eq!((left[0]["id"].as_str(), left[0]["reason"].as_str()), (Some(&*id), Some("OUT_OF_FILTER")), "{left:?}");
    assert_eq!((left[0]["kind"].as_str(), left[0]["purge"].as_bool()), (Some("RESOURCE"), Some(false)));
    assert_eq!(all.catch_up(&server).await, Vec::<Value>::new());
    assert_eq!(all.copy[&id]["regions"][0]["slug"], "toronto");

    publisher.made(WITHDRAW, &reference(&last)).await;
    let gone = all.catch_up(&server).await;
    assert_eq!((gone[0]["reason"].as_str(), gone[0]["purge"].as_bool()), (Some("WITHDRAWN"), Some(true)), "{gone:?}");
    assert_eq!(british.catch_up(&server).await, Vec::<Value>::new(), "it was gone for it already");
    assert_eq!(all.copy, all.fresh(&server).await);
}

#[tokio::test]
async fn each_end_has_its_reason_and_the_clock_ends_what_no_worker_did() {
    let ending = resource("over-soon").with(json!({ "publisher": "hub", "expiresAt": "2026-11-23T13:00:00Z" }));
    let server = served([organization("hub"), ending]).await;
    let publisher = publisher(&server).await;
    let mut made = Vec::new();
    for title in ["Put away", "Erased", "For partners"] {
        made.push(publisher.publish(&place(title, &[], &[])).await);
    }
    let mut follower = Follower::new(json!({}));
    follower.catch_up(&server).await;
    assert_eq!(follower.copy.len(), 4);
    publisher.made(ARCHIVE, &reference(&made[0])).await;
    publisher.made(REDACT, &reference(&made[1])).await;
    let mut patch = reference(&made[2]);
    patch["visibility"] = json!("PARTNERS");
    publisher.made(UPDATE, &patch).await;
    let gone = follower.catch_up(&server).await;
    let told: Vec<(&str, bool)> =
        gone.iter().map(|gone| (gone["reason"].as_str().unwrap(), gone["purge"].as_bool().unwrap())).collect();
    assert_eq!(told, [("ARCHIVED", false), ("REDACTED", true), ("WITHDRAWN", true)], "{gone:?}");

    server.app.clock.advance(3_600_000_000);
    let gone = follower.catch_up(&server).await;
    assert_eq!((gone[0]["reason"].as_str(), gone[0]["at"].as_str()), (Some("EXPIRED"), Some("2026-11-23T13:00:00Z")));
    assert_eq!(follower.catch_up(&server).await, Vec::<Value>::new(), "the clock's work was told twice");
    assert_eq!(schedule::run_due(&server.app).await.unwrap(), 1);
    let again = follower.catch_up(&server).await;
    assert!(again.iter().all(|gone| gone["reason"] == "EXPIRED"), "{again:?}");
    assert!(follower.copy.is_empty() && follower.fresh(&server).await.is_empty());
}

#[tokio::test]
async fn what_is_erased_after_its_end_is_to_be_erased_by_those_who_saw_it_and_by_no_other() {
    let server = served([organization("hub")]).await;
    let publisher = publisher(&server).await;
    let seen = publisher.publish(&place("Seen by all", &[], &[])).await;
    let mut input = place("For partners", &[], &[]);
    input["visibility"] = json!("PARTNERS");
    let partners = publisher.publish(&input).await;
    let draft = publisher.made(CREATE, &place("Never seen", &[], &[])).await;
    let mut follower = Follower::new(json!({}));
    follower.catch_up(&server).await;
    let seen = publisher.made(ARCHIVE, &reference(&seen)).await;
    let partners = publisher.made(ARCHIVE, &reference(&partners)).await;
    let archived = follower.catch_up(&server).await;
    assert_eq!((archived.len(), &archived[0]["reason"], &archived[0]["purge"]), (1, &json!("ARCHIVED"), &json!(false)));
    for item in [&seen, &partners, &draft] {
        publisher.made(REDACT, &reference(item)).await;
    }
    let erased = follower.catch_up(&server).await;
    assert_eq!(erased.len(), 1, "{erased:#?}");
    assert_eq!((&erased[0]["id"], &erased[0]["reason"]), (&seen["id"], &json!("REDACTED")), "{erased:#?}");
    assert_eq!(erased[0]["purge"], true);
}

#[tokio::test]
async fn what_ends_together_is_told_whoever_ends_it_first() {
    let ending = |number: usize| {
        resource(&format!("ends-{number}")).with(json!({ "publisher": "hub", "expiresAt": "2026-11-23T13:00:00Z" }))
    };
    let server = served([organization("hub")].into_iter().chain((0..9).map(ending))).await;
    let mut follower = Follower::new(json!({}));
    follower.catch_up(&server).await;
    assert_eq!(follower.copy.len(), 9);
    server.app.clock.advance(3_600_000_000);
    // Some by the clock, then the worker ends all, whatever their keys are.
    follower.read(&server, 4).await;
    assert_eq!(follower.copy.len(), 5);
    assert_eq!(schedule::run_due(&server.app).await.unwrap(), 9);
    follower.catch_up(&server).await;
    assert!(follower.copy.is_empty(), "{:?}", follower.copy);
}

#[tokio::test]
async fn what_went_on_without_a_follower_is_not_told() {
    let server = served([organization("hub")]).await;
    let publisher = publisher(&server).await;
    let item = publisher.publish(&place("First for all", &[], &[])).await;
    let never = resource("never-seen").with(json!({ "publisher": "hub", "expiresAt": "2026-11-23T11:00:00Z" }));
    let mut follower = Follower::new(json!({}));
    follower.catch_up(&server).await;
    load(&server.app, &text([never.record(json!({ "status": "PUBLISHED" }))])).await;
    let mut patch = reference(&item);
    patch["visibility"] = json!("PARTNERS");
    let item = publisher.made(UPDATE, &patch).await;
    server.app.clock.advance(60_000_000);
    publisher.made(ARCHIVE, &reference(&item)).await;
    let gone = follower.catch_up(&server).await;
    let [gone] = gone.as_slice() else { panic!("{gone:?}") };
    assert_eq!(gone["id"], item["id"], "what was over before it came was told");
    assert_eq!((gone["reason"].as_str(), gone["purge"].as_bool()), (Some("WITHDRAWN"), Some(true)), "{gone:?}");
    assert_eq!(gone["at"], "2026-11-23T12:00:00Z", "the time of what came later is told");

    // The token is of what was told, whatever hidden is behind it.
    let before = follower.page(&server, 20).await;
    let draft = publisher.made(CREATE, &place("Hidden", &[], &[])).await;
    assert_eq!(follower.page(&server, 20).await, before);
    let shown = publisher.publish(&place("Shown", &[], &[])).await;
    let one = follower.page(&server, 1).await;
    let mut patch = reference(&draft);
    patch["title"] = json!("Hidden still");
    publisher.made(UPDATE, &patch).await;
    assert_eq!(follower.page(&server, 1).await, one, "a hidden change behind what is told changed the token");
    assert_eq!(one["changes"][0]["content"]["id"], shown["id"]);
}

#[tokio::test]
async fn a_change_by_a_clock_that_is_ahead_is_not_lost() {
    let server = served([organization("hub")]).await;
    let ahead = App {
        clock: clock(),
        zones: Zones::bundled(),
        limits: generous(),
        keys: Keys::generate().unwrap(),
        bus: solidarity::bus::Bus::default(),
        webhooks: webhooks(),
        store: server.app.store.clone(),
    };
    ahead.clock.advance(300_000_000);
    let other = Server::of(Arc::new(ahead), None).await;
    let publisher = publisher(&other).await;
    let mut follower = Follower::new(json!({}));
    follower.catch_up(&server).await;
    let item = publisher.publish(&place("From the future", &[], &[])).await;
    assert_eq!(follower.catch_up(&server).await, Vec::<Value>::new());
    assert_eq!(follower.copy.len(), 1);
    assert_eq!(follower.fresh(&server).await, follower.copy);
    publisher.made(WITHDRAW, &reference(&item)).await;
    assert_eq!(follower.catch_up(&server).await[0]["reason"], "WITHDRAWN");
    assert!(follower.copy.is_empty());
}

#[tokio::test]
async fn a_client_of_some_regions_keeps_its_place_when_the_catalog_is_read_anew() {
    let server = served([organization("hub")].into_iter().chain(one_of_each("first"))).await;
    let regions = ["CA-BC", "CA-ON", "CA-QC", "CA-AB"];
    let reader = server.client(&[Scope::ContentReadPartners], "hub", &regions).await;
    let mut follower = Follower::new(json!({ "regions": regions })).with_token(&reader);
    follower.catch_up(&server).await;
    for _ in 0..8 {
        server.app.store.reload_catalog().await.unwrap();
        assert_eq!(follower.page(&server, 20).await["fullResyncRequired"], false);
    }
}

#[tokio::test]
async fn what_the_clock_brought_to_others_does_not_hold_a_follower_up() {
    // More than one look reads, and none of it is for who asks.
    let later = |number: usize| {
        let record = json!({ "status": "PUBLISHED", "publishedAt": "2026-11-23T12:10:00Z" });
        resource(&format!("later-{number}"))
            .with(json!({ "publisher": "hub", "visibility": "PARTNERS" }))
            .record(record)
    };
    let server = served([organization("hub")].into_iter().chain((0..501).map(later))).await;
    let mut follower = Follower::new(json!({}));
    follower.catch_up(&server).await;
    server.app.clock.advance(3_600_000_000);
    for _ in 0..3 {
        follower.read(&server, 20).await;
    }
    assert!(!follower.has_more && follower.copy.is_empty());
}

#[tokio::test]
async fn what_the_clock_brings_is_told_when_its_hour_comes() {
    let later = |slug: &str, minutes: u32| {
        let record = json!({ "status": "PUBLISHED", "publishedAt": format!("2026-11-23T12:{minutes:02}:00Z") });
        resource(slug).with(json!({ "publisher": "hub" })).record(record)
    };
    let server = served([organization("hub"), later("at-ten", 10), later("at-twenty", 20), later("never", 30)]).await;
    let mut follower = Follower::new(json!({}));
    assert_eq!(follower.catch_up(&server).await, Vec::<Value>::new());
    assert!(follower.copy.is_empty());
    let before = follower.page(&server, 20).await;
    let withdrawn = later("never", 30).record(json!({ "status": "WITHDRAWN" }));
    load(&server.app, &text([withdrawn])).await;
    assert_eq!(follower.page(&server, 20).await, before, "what was never there is gone");
    for count in [1, 2, 2] {
        server.app.clock.advance(600_000_000);
        assert_eq!(follower.catch_up(&server).await, Vec::<Value>::new());
        assert_eq!(follower.copy.len(), count);
        let again = follower.page(&server, 20).await;
        assert_eq!(again["changes"], json!([]), "told twice");
    }
    assert_eq!(follower.copy, follower.fresh(&server).await);
}

#[tokio::test]
async fn what_is_hidden_leaves_the_answer_as_it_was() {
    let server = served([organization("hub")]).await;
    let publisher = publisher(&server).await;
    let shown = publisher.publish(&place("Shown", &["CA-ON"], &[])).await;
    let mut follower = Follower::new(json!({}));
    follower.catch_up(&server).await;
    let before = follower.page(&server, 20).await;
    assert_eq!(before["nextToken"].as_str(), follower.since.as_deref());
    let draft = publisher.made(CREATE, &place("Hidden", &["CA-ON"], &[])).await;
    let mut patch = reference(&draft);
    patch["visibility"] = json!("PARTNERS");
    let partners = publisher.made(UPDATE, &patch).await;
    let partners = publisher.made(PUBLISH, &reference(&partners)).await;
    assert_eq!(follower.page(&server, 20).await, before);

    let reader = server.client(&[Scope::ContentReadPartners], "hub", &[]).await;
    let mut partner = Follower::new(json!({})).with_token(&reader);
    partner.catch_up(&server).await;
    assert_eq!(partner.copy.len(), 2);
    publisher.made(WITHDRAW, &reference(&partners)).await;
    assert_eq!(partner.catch_up(&server).await[0]["id"], partners["id"]);
    assert_eq!(follower.page(&server, 20).await, before, "a tombstone of what it never saw");

    // Now something that it sees, behind all of that.
    publisher.made(WITHDRAW, &reference(&shown)).await;
    let gone = follower.catch_up(&server).await;
    assert_eq!(gone.iter().map(|gone| &gone["id"]).collect::<Vec<_>>(), [&shown["id"]]);
    assert!(follower.copy.is_empty());
}

#[tokio::test]
async fn a_token_that_is_not_good_any_more_starts_again() {
    let lines = [organization("hub"), region("north-side", &["toronto"]), region("other-side", &["toronto"])];
    let server = served(lines).await;
    let publisher = publisher(&server).await;
    publisher.publish(&place("On the north side", &["north-side"], &[])).await;
    let mut follower = Follower::new(json!({ "regions": ["toronto"] }));
    follower.catch_up(&server).await;
    assert_eq!(follower.copy.len(), 1);

    // Of another question, and of another sight.
    let resync = async |follower: &Follower| follower.page(&server, 20).await["fullResyncRequired"] == true;
    let elsewhere = Follower { question: json!({ "regions": ["CA-BC"] }), ..follower.clone() };
    assert!(resync(&elsewhere).await && !resync(&follower).await);
    let reader = server.client(&[Scope::ContentReadPartners], "hub", &[]).await;
    assert!(resync(&follower.clone().with_token(&reader)).await);

    // Another database, and what no server made.
    let other = served([organization("hub")]).await;
    let mut stranger = Follower::new(json!({ "regions": ["toronto"] }));
    stranger.catch_up(&other).await;
    assert!(resync(&Follower { since: stranger.since.clone(), ..follower.clone() }).await);
    for (since, is_text) in [("AAAA", true), ("", true), ("a b", false), ("é", false), (&*"A".repeat(300), false)] {
        let answer = server.ask(CHANGES, json!({ "since": since, "regions": ["toronto"] }), None).await;
        if is_text {
            assert_eq!(answer["data"]["changes"]["fullResyncRequired"], true, "{since}: {answer}");
        } else {
            assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{since}: {answer}");
            assert!(answer["errors"][0]["message"].as_str().unwrap().contains("since"), "{answer}");
        }
    }

    let (code, message) = server.refusal("{ changes(first: 0) { hasMore } }", json!({})).await;
    assert!(code == "BAD_REQUEST" && message.contains("first"), "{code} {message}");

    // What a region lies in was changed: what is in it has moved without a change of its own.
    load(&server.app, &text([region("north-side", &["CA-BC"])])).await;
    assert_eq!(follower.catch_up(&server).await, Vec::<Value>::new());
    assert!(follower.copy.is_empty(), "{:?}", follower.copy);
    let mut everywhere = Follower::new(json!({}));
    everywhere.catch_up(&server).await;
    load(&server.app, &text([region("north-side", &["toronto"])])).await;
    assert!(!resync(&everywhere).await, "where things lie is nothing to who follows everything");

    // The log does not reach back any more, and only as far as it has to.
    let item = publisher.publish(&place("Another", &["other-side"], &[])).await;
    follower.catch_up(&server).await;
    publisher.publish(&place("The last for long", &["other-side"], &[])).await;
    let mut just = follower.clone();
    just.catch_up(&server).await;
    server.app.clock.advance(60 * DAY_MICROS);
    let publisher = self::publisher(&server).await;
    publisher.publish(&place("A third", &["other-side"], &[])).await;
    let mut recent = follower.clone();
    recent.catch_up(&server).await;
    server.app.clock.advance(31 * DAY_MICROS);
    let epoch = server.app.store.last_epoch().await.unwrap();
    assert!(!server.app.store.forget_changes(server.app.clock.now()).await.unwrap());
    assert!(!resync(&follower).await, "the index of search had not read them");
    assert!(server.app.store.catch_up_search(epoch, Duration::from_secs(10)).await.unwrap());
    assert!(!server.app.store.forget_changes(server.app.clock.now()).await.unwrap());
    assert!(resync(&follower).await && !resync(&recent).await && !resync(&just).await);
    follower.catch_up(&server).await;
    assert_eq!(follower.copy, follower.fresh(&server).await);
    assert_eq!(follower.copy.len(), 4);
    just.catch_up(&server).await;
    assert_eq!(just.copy, follower.copy, "who had been told of the last that is forgotten missed nothing");

    // What was forgotten is changed as before.
    let publisher = self::publisher(&server).await;
    let mut patch = reference(&item);
    patch["title"] = json!("Another title");
    publisher.made(UPDATE, &patch).await;
    assert_eq!(publisher.refused(UPDATE, &patch).await.0, "STALE_VERSION");
    recent.catch_up(&server).await;
    assert_eq!(recent.copy, recent.fresh(&server).await);
}

#[tokio::test]
async fn copies_equal_what_is_there_after_random_changes() {
    let server = served([organization("hub")].into_iter().chain(one_of_each("first"))).await;
    let publisher = publisher(&server).await;
    let (steps, seed) = (if is_full() { 6_000 } else { 300 }, 20_261_126);
    let mut dice = StdRng::seed_from_u64(seed);
    let reader = server.client(&[Scope::ContentReadPartners], "hub", &[]).await;
    let mut followers = [
        Follower::new(json!({})),
        Follower::new(json!({ "regions": ["CA-BC"] })),
        Follower::new(json!({ "topics": ["naloxone"], "kinds": ["RESOURCE", "EVENT"] })),
        Follower::new(json!({ "regions": ["CA-ON"], "topics": ["safer-supply"] })),
        Follower::new(json!({})).with_token(&reader),
    ];
    let mut items: Vec<Known> = Vec::new();
    let mut ever_public: BTreeSet<String> = BTreeSet::new();
    for number in 0..steps {
        let taken = (!items.is_empty() && dice.random_ratio(3, 4)).then(|| {
            let at = dice.random_range(0..items.len());
            items.swap_remove(at)
        });
        if let Some(known) = change(&publisher, &mut dice, taken, &number.to_string()).await.unwrap() {
            if known.is_public {
                ever_public.insert(known.item["id"].as_str().unwrap().to_string());
            }
            items.push(known);
        }
        for follower in &mut followers {
            if !dice.random_ratio(1, 4) {
                continue;
            }
            let first = dice.random_range(1..6);
            let tombstones = follower.read(&server, first).await;
            if follower.token.is_none() {
                let unknown = tombstones.iter().find(|gone| !ever_public.contains(gone["id"].as_str().unwrap()));
                assert!(unknown.is_none(), "step {number}: {unknown:?} was never public");
            }
        }
    }
    for follower in &mut followers {
        follower.catch_up(&server).await;
        assert_eq!(follower.copy, follower.fresh(&server).await, "{} of seed {seed}", follower.question);
    }
    let [all, .., partner] = &followers;
    let count = "query { resources { totalCount } events { totalCount } campaigns { totalCount } regionalUpdates { totalCount } }";
    let there = server.query(count, json!({})).await;
    let total: u64 = there.as_object().unwrap().values().map(|list| list["totalCount"].as_u64().unwrap()).sum();
    assert_eq!(all.copy.len() as u64, total);
    assert!(partner.copy.len() > all.copy.len(), "the trial had nothing for partners");
    println!("{steps} changes, {} items, {} for partners", all.copy.len(), partner.copy.len());
}
