//! Feeds: another door to the same items. A hidden item is as absent there as everywhere else, and what was redacted, which
//! everyone had seen, leaves its tombstone and nothing more.

use solidarity::service::schedule::run_due;

use super::{EVERYONE, KINDS, World, finish, hidden, worlds};
use crate::actor::generous;

const FEEDS: [(&str, &str); 4] =
    [("updates.atom", "upd_"), ("resources.atom", "res_"), ("campaigns.atom", "cmp_"), ("alerts.cap", "upd_")];

/// A status and a body without what names the server and the request.
async fn read(world: &World, reader: usize, path: &str) -> String {
    let mut request = world.server.http.get(world.server.url(path));
    if let Some(token) = &world.tokens[reader].1 {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.unwrap();
    let status = response.status();
    assert!(status.as_u16() < 500, "{status}: {path}");
    let body = response.text().await.unwrap().replace(&world.server.address.to_string(), "server");
    match body.split_once("\"requestId\":\"") {
        Some((before, after)) => format!("{status} {before}{}", after.split_once('"').map_or("", |(_, rest)| rest)),
        None => format!("{status} {body}"),
    }
}

/// Takes the tombstones out of a feed, and when it changed last, which they decide; answers whose they were.
fn without_tombstones(feed: &str) -> (String, Vec<String>) {
    let (head, rest) = feed.split_once("<updated>").unwrap();
    let mut text = head.to_string() + rest.split_once("</updated>").unwrap().1;
    let mut gone = Vec::new();
    while let Some((before, after)) = text.split_once("<at:deleted-entry ref=\"urn:solidarity:") {
        let (id, rest) = after.split_once('"').unwrap();
        gone.push(id.to_string());
        text = before.to_string() + rest.split_once("/>").unwrap().1;
    }
    gone.sort();
    (text, gone)
}

#[tokio::test]
async fn feeds_are_as_if_hidden_items_were_absent() {
    let worlds = worlds(generous()).await;
    let mut wrong = Vec::new();
    for worker_came_by in [false, true] {
        for world in &worlds {
            if worker_came_by {
                run_due(&world.server.app).await.unwrap();
            }
        }
        for (feed, prefix) in FEEDS {
            let redacted = |(way, kind, id): (&str, usize, String)| {
                let is_of_feed = id.starts_with(prefix) && (feed != "alerts.cap" || KINDS[kind].0 == "alert");
                (way == "redacted" && is_of_feed).then_some(id)
            };
            let redacted: Vec<String> = hidden().into_iter().filter_map(redacted).collect();
            assert!(!redacted.is_empty());
            for query in [
                "",
                "?region=CA-ON",
                "?region=toronto&topic=naloxone",
                "?organization=hub&lang=fr",
                "?organization=two",
            ] {
                for reader in EVERYONE {
                    let path = format!("/feeds/{feed}{query}");
                    let with = read(&worlds[0], reader, &path).await;
                    let without = read(&worlds[1], reader, &path).await;
                    assert!(with.starts_with("200 OK"), "nothing was compared: {with}");
                    let (text, gone) = without_tombstones(&with);
                    let (expected, none) = without_tombstones(&without);
                    assert_eq!(none, Vec::<String>::new());
                    let expected_gone = if query == "?organization=two" { &[][..] } else { &redacted };
                    if text != expected || gone != expected_gone {
                        wrong.push(format!("{path}\n  hidden: {with}\n  absent: {without}"));
                    }
                }
            }
        }
        for (way, kind, id) in hidden() {
            for path in [format!("/feeds/alerts/{id}.cap"), format!("/feeds/updates.atom?region={id}")] {
                let with = read(&worlds[0], 0, &path).await;
                let without = read(&worlds[1], 0, &path).await;
                let was_seen = way == "redacted" && KINDS[kind].0 == "alert" && path.ends_with(".cap");
                if was_seen && !with.starts_with("410") || !was_seen && with != without {
                    wrong.push(format!("{path} of {way}\n  hidden: {with}\n  absent: {without}"));
                }
            }
        }
        // What refers to a hidden alert does not say so.
        let shown = format!("/feeds/alerts/{}.cap", super::id(KINDS[3].1, 3));
        let (with, without) = (read(&worlds[0], 0, &shown).await, read(&worlds[1], 0, &shown).await);
        assert!(with.starts_with("200 OK"), "{with}");
        if without_publisher(&with) != without_publisher(&without) {
            wrong.push(format!("{shown}\n  hidden: {with}\n  absent: {without}"));
        }
    }
    finish(&wrong);
}

/// Each server gives its organizations ids of its own.
fn without_publisher(message: &str) -> String {
    let (before, after) = message.split_once("<sender>").unwrap();
    before.to_string() + after.split_once("</sender>").unwrap().1
}
