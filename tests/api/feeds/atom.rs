//! Atom: structure, order, narrowing, languages, pages, and how it is asked for.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ALERTS, Element, UPDATES};
use crate::actor::load;
use crate::harness::{Server, codes};
use crate::lines::{Line, alert, campaign, one_of_each, organization, policy_update, resource, service_update, text};

const FEEDS: [&str; 4] = [UPDATES, "/feeds/resources.atom", "/feeds/campaigns.atom", ALERTS];

/// What RFC 4287 and RFC 6721 demand of a feed.
pub fn check(root: &Element) {
    let instant = |text: &str| text.parse::<solidarity::domain::time::Timestamp>().unwrap();
    assert_eq!((root.name.as_str(), root.attribute("xmlns")), ("feed", "http://www.w3.org/2005/Atom"));
    assert_eq!(root.attribute("xmlns:at"), "http://purl.org/atompub/tombstones/1.0");
    assert!(!root.attribute("xml:lang").is_empty());
    let known = ["id", "title", "updated", "author", "generator", "link", "entry", "at:deleted-entry"];
    assert!(root.children.iter().all(|child| known.contains(&child.name.as_str())), "{root:#?}");
    assert!(!root.one("author").text_of("name").is_empty() && !root.text_of("title").is_empty());
    assert!(root.text_of("id").starts_with("urn:solidarity:feed:"));
    let [(own, kind)] = root.links("self")[..] else { panic!("one link to itself: {root:#?}") };
    assert_eq!(kind, "application/atom+xml");
    reqwest::Url::parse(own).unwrap();
    let mut newest = instant("1970-01-01T00:00:00Z");
    let mut ids = Vec::new();
    for entry in root.all("entry") {
        let known = ["id", "title", "updated", "published", "author", "link", "category", "summary", "content"];
        assert!(entry.children.iter().all(|child| known.contains(&child.name.as_str())), "{entry:#?}");
        assert!(entry.text_of("id").starts_with("urn:solidarity:") && !entry.attribute("xml:lang").is_empty());
        assert!(!ids.contains(&entry.text_of("id")), "an id twice");
        ids.push(entry.text_of("id"));
        assert_eq!(entry.one("title").attribute("type"), "text");
        assert!(["html", "text"].contains(&entry.one("content").attribute("type")));
        newest = newest.max(instant(entry.text_of("updated")));
        for category in entry.all("category") {
            assert!(!category.attribute("term").is_empty() && category.attribute("scheme").starts_with("urn:"));
        }
        let mut kinds: Vec<&str> = entry.links("alternate").iter().map(|(_, kind)| *kind).collect();
        kinds.dedup();
        assert_eq!(kinds.len(), entry.links("alternate").len(), "two alternates of one type");
        for (href, _) in entry.links("alternate") {
            assert!(reqwest::Url::parse(href).is_ok_and(|url| ["https", "http"].contains(&url.scheme())), "{href}");
        }
    }
    for gone in root.all("at:deleted-entry") {
        assert!(
            gone.attribute("ref").starts_with("urn:solidarity:") && gone.children.is_empty() && gone.text.is_empty()
        );
        newest = newest.max(instant(gone.attribute("when")));
        assert!(!ids.contains(&gone.attribute("ref")), "an entry that is deleted");
    }
    assert_eq!(instant(root.text_of("updated")), newest);
}

#[tokio::test]
async fn every_feed_of_the_demo_is_well_formed_and_has_what_is_published() {
    let server = Server::shared_demo().await;
    for path in FEEDS {
        for query in ["", "?lang=fr-CA", "?region=CA-BC", "?topic=naloxone&region=CA"] {
            check(&server.feed(&format!("{path}{query}")).await.root);
        }
    }
    let lists = "{ resources(first: 100) { totalCount nodes { id title updatedAt bodyHtml } }
        campaigns(first: 100) { totalCount nodes { id title updatedAt bodyHtml } }
        regionalUpdates(first: 100) { totalCount nodes { id title updatedAt } } activeAlerts { totalCount nodes { id title updatedAt } } }";
    let data = server.query(lists, json!({})).await;
    for (path, list) in FEEDS.iter().zip(["regionalUpdates", "resources", "campaigns", "activeAlerts"]) {
        let feed = server.feed(path).await;
        let nodes = data[list]["nodes"].as_array().unwrap();
        assert!(!nodes.is_empty(), "{list}");
        assert_eq!(feed.root.all("entry").len(), nodes.len(), "{path}");
        for (entry, node) in feed.root.all("entry").into_iter().zip(nodes) {
            let id = format!("urn:solidarity:{}", node["id"].as_str().unwrap());
            let shown = (entry.text_of("id"), entry.text_of("title"), entry.text_of("updated"));
            assert_eq!(shown, (id.as_str(), node["title"].as_str().unwrap(), node["updatedAt"].as_str().unwrap()));
            if let Some(html) = node["bodyHtml"].as_str() {
                assert_eq!((entry.text_of("content"), entry.one("content").attribute("type")), (html, "html"));
            }
        }
    }
}

#[tokio::test]
async fn a_feed_is_narrowed_by_region_topic_and_organization_as_lists_are() {
    let place = |line: Line, region: &str, topic: &str, publisher: &str| {
        line.with(json!({ "regions": [region], "topics": [topic], "publisher": publisher }))
    };
    let lines = [
        organization("one"),
        organization("two"),
        place(service_update("a"), "toronto", "naloxone", "one"),
        place(policy_update("b"), "CA-ON", "nitazenes", "two").with(json!({ "issuedAt": "2026-11-20T11:00:00Z" })),
        place(alert("c"), "vancouver", "nitazenes", "one").with(json!({ "issuedAt": "2026-11-18T12:00:00Z" })),
        place(alert("d"), "canada", "naloxone", "two").with(json!({ "issuedAt": "2026-11-17T12:00:00Z" })),
    ];
    let server = Server::with_content(&text(lines)).await;
    let catalog = server.app.store.catalog();
    let region = format!("reg_{}", catalog.find_region("CA-ON").unwrap().public_id);
    for (query, updates, alerts) in [
        ("", "abcd", "cd"),
        ("?region=CA-ON", "ab", "d"),
        ("?region=ontario", "ab", "d"),
        (&format!("?region={region}"), "ab", "d"),
        ("?region=toronto", "a", "d"),
        ("?region=CA", "abcd", "cd"),
        ("?region=toronto,vancouver", "ac", "cd"),
        ("?region=toronto&region=vancouver", "ac", "cd"),
        ("?topic=naloxone", "ad", "d"),
        // Nitazenes are opioids.
        ("?topic=opioids", "bc", "c"),
        ("?topic=naloxone&region=CA-ON", "a", "d"),
        ("?organization=two", "bd", "d"),
        ("?organization=one&region=CA-BC&topic=opioids", "c", "c"),
        ("?lang=fr-CA&region=toronto", "a", "d"),
        ("?", "abcd", "cd"),
    ] {
        assert_eq!(server.feed(&format!("{UPDATES}{query}")).await.titles().concat(), updates, "updates {query}");
        assert_eq!(server.feed(&format!("{ALERTS}{query}")).await.titles().concat(), alerts, "alerts {query}");
    }
    // What is said of itself names the same thing in one form.
    let long = server.feed(&format!("{UPDATES}?topic=opioids&region={region},CA-ON&lang=en")).await;
    let own = format!("http://{}{UPDATES}?topic=opioids&region=ontario&lang=en", server.address);
    assert_eq!(long.root.links("self"), [(own.as_str(), "application/atom+xml")]);
    assert_eq!(long.root.text_of("id"), "urn:solidarity:feed:updates.atom:topic=opioids:region=ontario");
}

#[tokio::test]
async fn what_carries_a_content_note_can_be_left_out_of_every_feed() {
    let noted = one_of_each("noted").map(|line| line.with(json!({ "contentNotes": ["GRIEF", "DEATH"] })));
    let other = one_of_each("other").map(|line| line.with(json!({ "contentNotes": ["RACISM"] })));
    let server = Server::with_content(&text(noted.into_iter().chain(other))).await;
    for feed in [UPDATES, ALERTS, "/feeds/resources.atom", "/feeds/campaigns.atom", "/feeds/events.ics"] {
        for (query, has_noted, has_other) in [
            ("", true, true),
            ("?excludeContentNotes=DEATH", false, true),
            ("?excludeContentNotes=RACISM,OVERDOSE", true, false),
            ("?excludeContentNotes=GRIEF&excludeContentNotes=RACISM", false, false),
        ] {
            let text = server.get(&format!("{feed}{query}")).await.text().await.unwrap();
            assert_eq!((text.contains("noted-"), text.contains("other-")), (has_noted, has_other), "{feed}{query}");
        }
        let refused = server.get(&format!("{feed}?excludeContentNotes=DEATH,SADNESS")).await;
        assert_eq!(refused.status(), 400, "{feed}");
    }
}

#[tokio::test]
async fn what_is_not_known_is_refused_by_its_name() {
    let server = Server::with_content(&text(one_of_each("x"))).await;
    let eleven = ["CA-ON"; 11].join(",");
    let many: Vec<String> = server.app.store.catalog().regions().take(11).map(|region| region.slug.clone()).collect();
    let many = format!("region={}", many.join(","));
    for path in FEEDS {
        for (query, message) in [
            ("region=CA-XX", "the parameter region: \"CA-XX\" is not known"),
            ("region=", "the parameter region: \"\" is not known"),
            ("region=CA-ON,", "the parameter region: \"\" is not known"),
            ("topic=no-such", "the parameter topic: \"no-such\" is not known"),
            ("organization=%22%0A", "the parameter organization: \"\\\"\" is not known"),
            ("lang=english!", "the parameter lang: \"english!\" is not known"),
            ("after=x", "the parameter after: \"x\" is not known"),
            (
                "page=2",
                "the parameter \"page\" is not known: there are region, topic, organization, excludeContentNotes, lang, after",
            ),
            (
                "Region=CA-ON",
                "the parameter \"Region\" is not known: there are region, topic, organization, excludeContentNotes, lang, after",
            ),
            ("region=%FF", "the address is not percent-encoded UTF-8"),
            (&many, "the parameter region holds 11 values, more than the maximum of 10"),
        ] {
            let response = server.get(&format!("{path}?{query}")).await;
            assert_eq!(response.status(), 400, "{path}?{query}");
            assert_eq!(response.headers()["cache-control"], "private, no-store");
            let body: Value = response.json().await.unwrap();
            assert_eq!((codes(&body), body["errors"][0]["message"].as_str()), (vec!["BAD_REQUEST"], Some(message)));
        }
        assert_eq!(server.get(&format!("{path}?region={eleven}")).await.status(), 200, "one region, however often");
    }
}

#[tokio::test]
async fn an_entry_is_in_the_language_that_is_asked_for() {
    let french =
        json!({ "locale": "fr-CA", "origin": "HUMAN", "title": "Titre", "summary": "Résumé", "body": "Corps" });
    let line = resource("r").with(json!({
        "title": "Title", "summary": "Summary", "body": "*Body* & <b>more</b>", "translations": [french], "topics": ["naloxone"],
        "attribution": { "displayName": "A pen name", "kind": "PSEUDONYM" }, "externalUrl": "https://a.example/?a=b&c=d",
    }));
    let server = Server::with_content(&text([line])).await;
    let path = "/feeds/resources.atom";
    let french = |entry: &Element| {
        let content = entry.one("content");
        assert_eq!((content.text.as_str(), content.attribute("xml:lang")), ("<p>Corps</p>\n", "fr-CA"));
        assert_eq!((entry.text_of("title"), entry.attribute("xml:lang")), ("Titre", "fr-CA"));
        assert_eq!(entry.text_of("summary"), "Résumé");
        assert_eq!(entry.all("category")[0].attribute("label"), "Naloxone");
    };
    for query in ["?lang=fr", "?lang=fr-CA", "?lang=iu,fr"] {
        let feed = server.feed(&format!("{path}{query}")).await;
        assert_eq!((feed.root.attribute("xml:lang"), feed.root.text_of("title")), ("fr-CA", "Ressources"));
        french(feed.root.one("entry"));
    }
    let header = server.http.get(server.url(path)).header("accept-language", "fr-CA, en;q=0.5").send().await.unwrap();
    assert_eq!(header.headers()["vary"], "Accept-Encoding, Accept-Language, Authorization");
    french(Element::parse(&header.text().await.unwrap()).one("entry"));
    let feed = server.feed(&format!("{path}?lang=en")).await;
    let entry = feed.root.one("entry");
    assert_eq!(
        (entry.text_of("title"), entry.text_of("content")),
        ("Title", "<p><em>Body</em> &amp; <b>more</b></p>\n")
    );
    assert_eq!(entry.one("author").text_of("name"), "A pen name");
    assert_eq!(entry.links("alternate"), [("https://a.example/?a=b&c=d", "")]);
}

#[tokio::test]
async fn a_long_list_is_read_page_by_page() {
    let lines = (0..230).map(|number| {
        let (minute, second) = (number / 60, number % 60);
        resource(&format!("r{number:03}"))
            .record(json!({ "publishedAt": format!("2026-11-20T12:{minute:02}:{second:02}Z") }))
    });
    let server = Server::with_content(&text(lines)).await;
    let mut path = "/feeds/resources.atom".to_string();
    let mut titles: Vec<String> = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let feed = server.feed(&path).await;
        check(&feed.root);
        sizes.push(feed.titles().len());
        titles.extend(feed.titles().iter().map(|title| (*title).to_string()));
        let next = feed.root.links("next");
        let Some((next, kind)) = next.first() else { break };
        assert_eq!(*kind, "application/atom+xml");
        path = next.strip_prefix(&format!("http://{}", server.address)).unwrap().to_string();
    }
    assert_eq!(sizes, [100, 100, 30]);
    let expected: Vec<String> = (0..230).rev().map(|number| format!("r{number:03}")).collect();
    assert_eq!(titles, expected);
}

#[tokio::test]
async fn a_feed_is_served_as_other_reads_are() {
    let server = Server::with_content(&text([campaign("c"), alert("a")])).await;
    let id = server.update_id("a").await;
    let message = super::message_path(&id);
    for (path, kind) in [
        (UPDATES, "application/atom+xml; charset=utf-8"),
        ("/feeds/campaigns.atom", "application/atom+xml; charset=utf-8"),
        (ALERTS, "application/atom+xml; charset=utf-8"),
        (&message, "application/cap+xml; charset=utf-8"),
    ] {
        let first = server.get(path).await;
        let headers = first.headers().clone();
        assert_eq!(
            (headers["content-type"].to_str().unwrap(), &headers["cache-control"]),
            (kind, &"public, no-cache".parse().unwrap())
        );
        assert_eq!(
            (&headers["access-control-allow-origin"], &headers["x-content-type-options"]),
            (&"*".parse().unwrap(), &"nosniff".parse().unwrap())
        );
        assert!(!headers.contains_key("set-cookie") && headers.contains_key("ratelimit"));
        let tag = headers["etag"].to_str().unwrap();
        let body = first.text().await.unwrap();
        let again = server.since(path, tag).await;
        assert_eq!((again.status().as_u16(), again.headers()["etag"].to_str().unwrap()), (304, tag));
        assert_eq!(again.bytes().await.unwrap().len(), 0);
        assert_eq!(server.since(path, "W/\"other\"").await.status(), 200);
        let head = server.http.head(server.url(path)).send().await.unwrap();
        assert_eq!((head.status().as_u16(), head.headers()["etag"].to_str().unwrap()), (200, tag));
        assert_eq!(head.headers()["content-length"].to_str().unwrap(), body.len().to_string());
        assert_eq!(head.bytes().await.unwrap().len(), 0);
        let zipped = server.http.get(server.url(path)).header("accept-encoding", "gzip").send().await.unwrap();
        if body.len() > 1_024 {
            assert_eq!(zipped.headers()["content-encoding"], "gzip", "{path}");
        }
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            let refused = server.http.request(method, server.url(path)).send().await.unwrap();
            assert_eq!(
                (refused.status().as_u16(), &refused.headers()["allow"]),
                (405, &"GET, HEAD, OPTIONS".parse().unwrap())
            );
        }
        let bad = server.http.get(server.url(path)).bearer_auth("x").send().await.unwrap();
        assert_eq!(bad.status(), 401);
    }
    assert_eq!(server.get("/feeds/nothing.atom").await.status(), 404);
    assert!(server.metrics().await.contains("solidarity_http_requests_total{route=\"feeds\",status=\"2xx\"}"));
}

#[tokio::test]
async fn a_feed_costs_as_much_as_it_has_entries_and_two_statements() {
    let lines =
        (0..30).map(|number| resource(&format!("r{number}")).with(json!({ "body": "Text.", "topics": ["naloxone"] })));
    let limits = solidarity::domain::limits::Limits { rate_anonymous: 100, ..crate::actor::generous() };
    let server = Server::with_limited_content(&text(lines), limits).await;
    let before = server.app.store.statements();
    let first = server.get("/feeds/resources.atom").await;
    assert_eq!(server.app.store.statements() - before, 2);
    let left = first.headers()["ratelimit"].to_str().unwrap().to_string();
    assert!(left.starts_with("\"anonymous\";r=7"), "{left}");
    assert_eq!(server.get("/feeds/resources.atom").await.status(), 200);
    assert_eq!(server.get("/feeds/resources.atom").await.status(), 200);
    let refused = server.get("/feeds/resources.atom").await;
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(codes(&refused.json().await.unwrap()), ["RATE_LIMITED"]);
}

#[tokio::test]
async fn a_client_sees_what_anyone_sees() {
    use solidarity::domain::scope::Scope;
    let lines = [
        resource("public"),
        resource("partners").with(json!({ "visibility": "PARTNERS" })),
        resource("draft").record(json!({ "status": "DRAFT" })),
    ];
    let server = Server::with_content(&text(lines)).await;
    let token = server.client(&[Scope::ContentReadPartners, Scope::ContentReadDrafts], "starter-collection", &[]).await;
    let anyone = server.feed("/feeds/resources.atom").await;
    assert_eq!(anyone.titles(), ["public"]);
    let client = server.http.get(server.url("/feeds/resources.atom")).bearer_auth(token).send().await.unwrap();
    assert_eq!(client.headers()["cache-control"], "private, no-store");
    assert_eq!(client.text().await.unwrap(), anyone.body);
    // What is written is there in the next request.
    load(&server.app, &resource("later").to_string()).await;
    assert!(server.feed("/feeds/resources.atom").await.titles().contains(&"later"));
}
