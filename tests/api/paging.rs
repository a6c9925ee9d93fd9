//! Walking lists page by page: everything once, in order, whatever the size of the pages, the direction and the ordering.

use serde_json::{Value, json};

use crate::actor::{Shared, generous};
use crate::harness::Server;
use crate::lines::{Line, alert, campaign, event, organization, resource, service_update, text};
use solidarity::domain::limits::Limits;

/// 24 items of each kind in which every order key is shared by several.
fn content() -> String {
    let mut all: Vec<Line> = vec![organization("second-publisher")];
    let regions = [&["toronto"][..], &["vancouver", "toronto"], &["CA-ON", "CA-BC"], &["world", "CA"], &["CA-QC"]];
    let topics = [&["naloxone", "opioids"][..], &["nitazenes"], &[], &["overdose-response", "naloxone"]];
    let translation = [json!({ "locale": "fr-CA", "origin": "HUMAN", "title": "Titre" })];
    for number in 0..24_usize {
        let shared = json!({
            "title": (["Été", "ete", "Zèbre", "a b", "A-B"][number % 5]),
            "publisher": (["starter-collection", "second-publisher"][number % 2]),
            "regions": regions[number % 5], "topics": topics[number % 4],
            "contentNotes": (&["DEATH"][..usize::from(number % 3 == 0)]),
            "translations": (&translation[..usize::from(number % 4 == 0)]),
        });
        let day = |days: usize| format!("2026-10-{:02}T12:00:00Z", 1 + days);
        let record = |prefix: &str, kind: usize| {
            json!({
                "id": format!("{prefix}_1{kind}{:03}{:021}", (number * 7) % 24, 0),
                "publishedAt": day(number % 4), "updatedAt": day(10 + number % 3),
            })
        };
        let issued = json!({ "issuedAt": format!("2026-11-2{}T12:00:00Z", number % 3) });
        let links = json!({ "materials": ["resource:r-0", "resource:r-1", "resource:r-2", "resource:r-3"],
            "updates": ["update:a-0", "update:s-1", "update:s-2"], "campaign": "campaign:c-0",
            "startsAtLocal": format!("2026-12-1{}T12:00:00", number % 3) });
        let gathers = json!({ "resources": ["resource:r-0", "resource:r-4", "resource:r-5"],
            "updates": ["update:a-0", "update:a-1", "update:a-2", "update:s-3"] });
        all.push(resource(&format!("r-{number}")).with(shared.clone()).record(record("res", 1)));
        all.push(event(&format!("e-{number}")).with(shared.clone()).with(links).record(record("evt", 2)));
        all.push(campaign(&format!("c-{number}")).with(shared.clone()).with(gathers).record(record("cmp", 3)));
        all.push(alert(&format!("a-{number}")).with(shared.clone()).with(issued.clone()).record(record("upd", 4)));
        all.push(service_update(&format!("s-{number}")).with(shared).with(issued).record(record("upd", 5)));
    }
    text(all)
}

async fn server() -> Server {
    static SHARED: Shared = Shared::const_new();
    Server::shared(&SHARED, || async { Server::with_content(&content()).await }).await
}

/// A server on which a list scans 5 entries at most for filters that no index covers.
async fn short_sighted() -> Server {
    static SHARED: Shared = Shared::const_new();
    let make = || async { Server::with_limited_content(&content(), Limits { scan: 5, ..generous() }).await };
    Server::shared(&SHARED, make).await
}

/// The connection that a document calls `list`, wherever it is.
fn find_list(value: &Value) -> Option<&Value> {
    match value {
        Value::Object(members) => members.get("list").or_else(|| members.values().find_map(find_list)),
        Value::Array(values) => values.iter().find_map(find_list),
        _ => None,
    }
}

/// One page of a document in which `PAGE` stands for the paging arguments.
async fn page(server: &Server, document: &str, arguments: &str) -> Value {
    let fields = "{ edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }";
    let document = document.replace("PAGE", arguments).replace("FIELDS", fields);
    let data = server.query(&document, json!({})).await;
    find_list(&data).unwrap_or_else(|| panic!("no list in {data}")).clone()
}

fn ids(page: &Value) -> Vec<String> {
    page["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["id"].as_str().unwrap().to_string()).collect()
}

/// Everything, by walking in one direction. Full pages are asked for where nothing is scanned.
async fn walk(server: &Server, document: &str, size: usize, is_forward: bool, is_short: bool) -> Vec<String> {
    let (first, after) = if is_forward { ("first", "after") } else { ("last", "before") };
    let (more, end) = if is_forward { ("hasNextPage", "endCursor") } else { ("hasPreviousPage", "startCursor") };
    let mut found: Vec<String> = Vec::new();
    let mut arguments = format!("{first}: {size}");
    loop {
        let page = page(server, document, &arguments).await;
        let own = ids(&page);
        let has_more = page["pageInfo"][more].as_bool().unwrap();
        assert!(own.len() <= size && (is_short || !has_more || own.len() == size), "{document} {arguments}: {page}");
        if !is_short && !own.is_empty() {
            let cursors = page["edges"].as_array().unwrap();
            assert_eq!(page["pageInfo"]["startCursor"], cursors[0]["cursor"]);
            assert_eq!(page["pageInfo"]["endCursor"], cursors[own.len() - 1]["cursor"]);
        }
        if is_forward {
            found.extend(own);
        } else {
            found.splice(0..0, own);
        }
        assert!(found.len() < 1_000, "the walk does not end: {document}");
        if !has_more {
            return found;
        }
        let cursor = page["pageInfo"][end].as_str().unwrap_or_else(|| panic!("no {end} though more: {document}"));
        arguments = format!("{first}: {size}, {after}: \"{cursor}\"");
    }
}

async fn walks_whole(server: &Server, document: &str) -> usize {
    let whole = ids(&page(server, document, "first: 100").await);
    let mut once = whole.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), whole.len(), "something is there twice: {document}");
    for size in [1, 3, 7] {
        for is_forward in [true, false] {
            let walked = walk(server, document, size, is_forward, false).await;
            assert_eq!(walked, whole, "pages of {size}, forward: {is_forward}: {document}");
        }
    }
    whole.len()
}

const ORDERS: [&str; 8] = [
    "USUAL, direction: ASC",
    "USUAL, direction: DESC",
    "PUBLISHED_AT, direction: ASC",
    "PUBLISHED_AT, direction: DESC",
    "UPDATED_AT, direction: ASC",
    "UPDATED_AT, direction: DESC",
    "TITLE, direction: ASC",
    "TITLE, direction: DESC",
];

const FILTERS: [&str; 3] = [
    "{}",
    "{regions: [\"CA-ON\", \"toronto\", \"vancouver\", \"CA\"], topics: [\"naloxone\", \"overdose-response\", \"opioids\"]}",
    "{regions: [\"CA-BC\", \"CA-ON\"], languages: [\"en-CA\"], excludeContentNotes: [DEATH]}",
];

async fn every_ordering_of(list: &str, least: [usize; 3]) {
    let server = server().await;
    for order in ORDERS {
        for (filter, least) in FILTERS.iter().zip(least) {
            let document = format!("{{ list: {list}(PAGE, filter: {filter}, orderBy: {{field: {order}}}) FIELDS }}");
            let found = walks_whole(&server, &document).await;
            assert!(found >= least, "{found} found: {document}");
        }
    }
}

#[tokio::test]
async fn resources_are_walked_whole_in_every_ordering() {
    every_ordering_of("resources", [24, 12, 8]).await;
}

#[tokio::test]
async fn events_are_walked_whole_in_every_ordering() {
    every_ordering_of("events", [24, 12, 8]).await;
}

#[tokio::test]
async fn campaigns_are_walked_whole_in_every_ordering() {
    every_ordering_of("campaigns", [24, 12, 8]).await;
}

#[tokio::test]
async fn updates_are_walked_whole_in_every_ordering() {
    every_ordering_of("regionalUpdates", [48, 24, 16]).await;
}

#[tokio::test]
async fn lists_below_others_are_walked_whole() {
    let server = server().await;
    let parents = [
        "region(by: {code: \"CA-ON\"})",
        "topic(by: {slug: \"overdose-response\"})",
        "organization(by: {slug: \"second-publisher\"})",
    ];
    for parent in parents {
        for list in ["resources", "updates", "events", "campaigns", "activeAlerts"] {
            for arguments in ["", ", filter: {regions: [\"toronto\", \"CA-BC\"], topics: [\"naloxone\", \"opioids\"]}"]
            {
                let found =
                    walks_whole(&server, &format!("{{ {parent} {{ list: {list}(PAGE{arguments}) FIELDS }} }}")).await;
                assert!(found >= 3, "{found} found: {parent} {list} {arguments}");
            }
        }
        let ordered = "resources(PAGE, orderBy: {field: TITLE, direction: DESC})";
        assert!(walks_whole(&server, &format!("{{ {parent} {{ list: {ordered} FIELDS }} }}")).await >= 3);
    }
    for (parent, lists) in [
        ("campaign(by: {slug: \"c-0\"})", [("events", 24), ("resources", 3), ("updates", 4)].as_slice()),
        ("event(by: {slug: \"e-0\"})", &[("materials", 4), ("updates", 3)]),
    ] {
        for (list, count) in lists {
            let document = format!("{{ {parent} {{ list: {list}(PAGE) FIELDS }} }}");
            assert_eq!(walks_whole(&server, &document).await, *count, "{document}");
        }
    }
}

#[tokio::test]
async fn alerts_and_the_catalog_are_walked_whole() {
    let server = server().await;
    assert_eq!(walks_whole(&server, "{ list: activeAlerts(PAGE) FIELDS }").await, 24);
    for language in ["en-CA", "fr-CA", "crk"] {
        let within = "filter: {within: [\"CA\"]}";
        for list in [format!("regions(PAGE, {within}"), "topics(PAGE".to_string(), "organizations(PAGE".to_string()] {
            let document = format!("{{ list: {list}, locales: [\"{language}\"]) FIELDS }}");
            assert!(walks_whole(&server, &document).await >= 2, "{document}");
        }
    }
    walks_whole(&server, "{ region(by: {code: \"CA\"}) { list: organizations(PAGE) FIELDS } }").await;
}

#[tokio::test]
async fn a_bounded_scan_answers_short_pages_and_the_walk_still_finds_everything() {
    let (whole, short) = (server().await, short_sighted().await);
    let mut short_pages = 0;
    for list in ["resources", "events", "regionalUpdates"] {
        for filter in [
            "languages: [\"fr-CA\"]",
            "excludeContentNotes: [DEATH], languages: [\"fr\", \"fr-CA\"]",
            "regions: [\"CA-ON\", \"CA-BC\", \"toronto\"], topics: [\"naloxone\", \"opioids\"], languages: [\"fr-CA\"]",
            "regions: [\"toronto\"], includeSubregions: false, publishers: [\"second-publisher\"]",
            "isSpotlighted: true",
        ] {
            for order in ["USUAL, direction: DESC", "USUAL, direction: ASC", "TITLE, direction: ASC"] {
                let document =
                    format!("{{ list: {list}(PAGE, filter: {{{filter}}}, orderBy: {{field: {order}}}) FIELDS }}");
                let expected = ids(&page(&whole, &document, "first: 100").await);
                let first = page(&short, &document, "first: 7").await;
                short_pages += usize::from(first["pageInfo"]["hasNextPage"] == true && ids(&first).len() < 7);
                for size in [1, 3, 7] {
                    for is_forward in [true, false] {
                        let walked = walk(&short, &document, size, is_forward, true).await;
                        assert_eq!(walked, expected, "pages of {size}, forward: {is_forward}: {document}");
                    }
                }
            }
        }
    }
    assert!(short_pages > 10, "only {short_pages} short pages: the scan was not bounded");
}

#[tokio::test]
async fn pages_know_what_lies_on_either_side() {
    let server = server().await;
    let document = "{ list: resources(PAGE) FIELDS }";
    let info = |page: &Value| (page["pageInfo"]["hasPreviousPage"] == true, page["pageInfo"]["hasNextPage"] == true);
    let first = page(&server, document, "first: 10").await;
    assert_eq!(info(&first), (false, true));
    let cursor = first["pageInfo"]["endCursor"].as_str().unwrap();
    assert_eq!(info(&page(&server, document, &format!("first: 10, after: \"{cursor}\"")).await), (true, true));
    assert_eq!(info(&page(&server, document, &format!("first: 100, after: \"{cursor}\"")).await), (true, false));
    assert_eq!(info(&page(&server, document, "last: 10").await), (true, false));
    assert_eq!(info(&page(&server, document, &format!("last: 100, before: \"{cursor}\"")).await), (false, true));
    let both = page(&server, document, &format!("first: 3, before: \"{cursor}\"")).await;
    assert_eq!(ids(&both), ids(&first)[..3]);
    let rest = page(&server, document, &format!("last: 3, before: \"{cursor}\"")).await;
    assert_eq!(ids(&rest), ids(&first)[6..9]);
    let empty = page(&server, "{ list: resources(PAGE, filter: {topics: []}) FIELDS }", "first: 5").await;
    assert_eq!(info(&empty), (false, false));
    assert!(empty["pageInfo"]["startCursor"].is_null() && empty["pageInfo"]["endCursor"].is_null());
}

#[tokio::test]
async fn without_a_size_a_page_has_20_items() {
    let server = server().await;
    for list in ["resources", "regionalUpdates", "regions", "topics"] {
        let data = server.query(&format!("{{ list: {list} {{ nodes {{ id }} }} }}"), json!({})).await;
        assert_eq!(data["list"]["nodes"].as_array().unwrap().len(), 20, "{list}");
    }
}

#[tokio::test]
async fn a_cursor_of_another_ordering_or_of_nothing_is_refused() {
    let server = server().await;
    let cursor_of = async |list: &str| {
        let data = server.query(&format!("{{ list: {list} {{ pageInfo {{ endCursor }} }} }}"), json!({})).await;
        data["list"]["pageInfo"]["endCursor"].as_str().unwrap().to_string()
    };
    let order = |order: &str| format!("resources(first: 2, orderBy: {{field: {order}}})");
    let mut cursors = vec![String::new(), "x".into(), "%%%".into(), "bm9uc2Vuc2U".into(), "a".repeat(5_000)];
    for other in &ORDERS[2..] {
        cursors.push(cursor_of(&order(other)).await);
    }
    cursors.push(cursor_of(&order(ORDERS[0])).await);
    cursors.push(cursor_of("regions(first: 2)").await);
    let own = cursor_of("resources(first: 2)").await;
    cursors.push(own[..own.len() - 6].to_string());
    for cursor in cursors {
        for argument in ["after", "before"] {
            let document = format!("query($cursor: String) {{ resources({argument}: $cursor) {{ nodes {{ id }} }} }}");
            let (code, message) = server.refusal(&document, json!({ "cursor": cursor })).await;
            assert_eq!(code, "INVALID_CURSOR", "{cursor}");
            assert!(message.starts_with(argument), "{message}");
        }
        let below =
            "query($cursor: String) { region(by: {code: \"CA\"}) { resources(after: $cursor) { nodes { id } } } }";
        assert_eq!(server.refusal(below, json!({ "cursor": cursor })).await.0, "INVALID_CURSOR");
    }
    let document = "query($cursor: String) { resources(after: $cursor) { nodes { id } } }";
    server.query(document, json!({ "cursor": own })).await;
    let english = cursor_of("regions(first: 2, locales: [\"en-CA\"])").await;
    let french = "query($cursor: String) { regions(after: $cursor, locales: [\"fr-CA\"]) { nodes { id } } }";
    assert_eq!(server.refusal(french, json!({ "cursor": english })).await.0, "INVALID_CURSOR", "names order otherwise");
    assert_eq!(server.refusal(french, json!({ "cursor": own })).await.0, "INVALID_CURSOR");
}

#[tokio::test]
async fn sizes_are_from_0_to_100_and_of_one_side() {
    let server = server().await;
    for list in ["resources", "activeAlerts", "regions", "organizations"] {
        for side in ["first", "last"] {
            let document = format!("query($size: Int) {{ list: {list}({side}: $size) {{ nodes {{ id }} }} }}");
            let (code, message) = server.refusal(&document, json!({ "size": 101 })).await;
            assert_eq!(
                (&*code, &*message),
                ("PAGE_TOO_LARGE", "page size 101 exceeds the maximum of 100"),
                "{document}"
            );
            assert_eq!(server.refusal(&document, json!({ "size": -1 })).await.0, "BAD_REQUEST", "{document}");
            assert_eq!(server.refusal(&document, json!({ "size": 2_147_483_648_u64 })).await.0, "PAGE_TOO_LARGE");
            let none = server.query(&document, json!({ "size": 0 })).await;
            assert_eq!(none["list"]["nodes"], json!([]), "{document}");
            let absent = server.query(&document, json!({})).await;
            assert!(!absent["list"]["nodes"].as_array().unwrap().is_empty(), "{document}");
        }
        let document = format!("{{ list: {list}(first: 1, last: 1) {{ nodes {{ id }} }} }}");
        assert_eq!(server.refusal(&document, json!({})).await.0, "BAD_REQUEST", "{document}");
    }
}

#[tokio::test]
async fn a_total_counts_all_matches_whatever_the_page() {
    let server = server().await;
    for (list, total) in [
        ("resources(first: 1)", 24),
        ("resources(last: 3)", 24),
        ("resources(first: 0)", 24),
        ("regionalUpdates(first: 2)", 48),
        ("activeAlerts(first: 5)", 24),
        ("organizations(first: 1)", 2),
        ("resources(filter: {regions: [\"CA-QC\"]})", 4),
        ("resources(filter: {regions: [\"CA-QC\", \"toronto\", \"CA-ON\"], topics: [\"naloxone\", \"opioids\"]})", 14),
        ("resources(filter: {languages: [\"fr-CA\"]}, orderBy: {field: TITLE, direction: ASC})", 6),
        ("resources(filter: {publishers: []})", 0),
        ("events(first: 2, filter: {excludeContentNotes: [DEATH]})", 16),
    ] {
        let data = server.query(&format!("{{ list: {list} {{ totalCount }} }}"), json!({})).await;
        assert_eq!(data["list"]["totalCount"], total, "{list}");
        let data = server.query(&format!("{{ list: {list} {{ totalCount nodes {{ id }} }} }}"), json!({})).await;
        assert_eq!(data["list"]["totalCount"], total, "{list}");
    }
    let below = "{ organization(by: {slug: \"second-publisher\"}) { list: resources(first: 1) { totalCount } } }";
    assert_eq!(server.query(below, json!({})).await["organization"]["list"]["totalCount"], 12);
}

/// What is behind a page is looked for only where it is selected: it must be noticed that it is.
#[tokio::test]
async fn a_page_tells_of_more_however_that_is_selected() {
    let server = server().await;
    let selections = [
        ("", "pageInfo { hasNextPage }"),
        ("", "nodes { id } pageInfo { hasNextPage }"),
        ("", "... { pageInfo { hasNextPage } }"),
        (
            "($yes: Boolean! = true)",
            "... @include(if: $yes) { nodes { id } ... on CONNECTION { pageInfo { hasNextPage } } }",
        ),
        ("($yes: Boolean! = true)", "pageInfo @include(if: $yes) { hasNextPage }"),
        ("($no: Boolean! = false)", "pageInfo @skip(if: $no) { ... { hasNextPage } }"),
        ("", "edges { node { id } } ...Rest"),
        ("", "nodes { id } pageInfo { endCursor } pageInfo { hasNextPage }"),
    ];
    let lists = [
        ("resources", "ResourceConnection", 24),
        ("events", "EventConnection", 24),
        ("campaigns", "CampaignConnection", 24),
        ("regionalUpdates", "RegionalUpdateConnection", 48),
    ];
    for (list, connection, count) in lists {
        for (variables, selection) in selections {
            let rest = format!("fragment Rest on {connection} {{ pageInfo {{ hasNextPage }} }}");
            let rest = if selection.contains("...Rest") { rest.as_str() } else { "" };
            let selection = selection.replace("CONNECTION", connection);
            for (size, filter, expected) in
                [(1, "{}", true), (count - 1, "{}", true), (count, "{}", false), (1, "{languages: [\"en-CA\"]}", true)]
            {
                let list = format!("list: {list}(first: {size}, filter: {filter})");
                let document = format!("query All{variables} {{ {list} {{ {selection} }} }} {rest}");
                let data = server.query(&document, json!({})).await;
                assert_eq!(data["list"]["pageInfo"]["hasNextPage"], expected, "{document}: {data}");
            }
        }
    }
}
