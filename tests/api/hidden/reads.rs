//! Reading: what is hidden is absent to those who must not see it, and there for those who may.

use serde_json::json;
use solidarity::domain::limits::Limits;
use solidarity::domain::scope::Scope;

use super::{EVERYONE, KINDS, STATES, World, compare, finish, hidden, ways, worlds};
use crate::actor::generous;

const NODE: &str = "{ id slug version status title body publishedAt updatedAt }";

#[tokio::test]
async fn look_ups_answer_of_hidden_items_what_they_answer_of_absent_ones() {
    let worlds = worlds(generous()).await;
    let mut wrong = Vec::new();
    for (way, kind, id) in hidden() {
        let (name, _, _, field, _) = KINDS[kind];
        let document = format!(
            "query($id: ID!, $slug: String!) {{ byId: {field}(by: {{id: $id}}) {NODE} bySlug: {field}(by: {{slug: $slug}}) {NODE}
                node(id: $id) {{ id ... on Content {NODE} }} nodes(ids: [$id, $id]) {{ id ... on Content {NODE} }} }}"
        );
        for slug in [format!("{way}-{name}"), format!("~{}", &id[4..]), format!("redacted-{}", &id[4..])] {
            compare(&worlds, &EVERYONE, &document, &json!({ "id": id, "slug": slug }), &mut wrong).await;
        }
    }
    finish(&wrong);
}

/// Filters of every list, one at a time and joined.
fn filters() -> Vec<String> {
    let mut all: Vec<String> = [
        "",
        "regions: [\"CA\"]",
        "regions: [\"toronto\"], includeSubregions: false",
        "topics: [\"naloxone\"]",
        "publishers: [\"hub\"]",
        "languages: [\"en-CA\"]",
        "excludeContentNotes: [DEATH]",
        "isSpotlighted: false",
        "isSpotlighted: true",
        "published: {from: \"2026-01-01T00:00:00Z\"}",
        "updatedSince: \"2026-01-01T00:00:00Z\"",
        "regions: [\"CA-ON\"], topics: [\"naloxone\"], publishers: [\"hub\"], languages: [\"en\"]",
    ]
    .map(str::to_string)
    .into();
    all.extend(STATES.iter().map(|state| format!("publicationStatuses: [{state}]")));
    all.push(format!("publicationStatuses: [{}], regions: [\"CA-ON\"]", STATES.join(", ")));
    all
}

const LISTS: [&str; 5] = ["resources", "events", "campaigns", "regionalUpdates", "activeAlerts"];
const PAGE: &str =
    "{ totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { slug } } }";
const ORDERS: [&str; 4] = ["USUAL", "TITLE", "UPDATED_AT", "PUBLISHED_AT"];

#[tokio::test]
async fn lists_totals_and_cursors_are_as_if_hidden_items_were_absent() {
    // Scans so short that each would end among hidden items, if these counted.
    for limits in [generous(), Limits { scan: 3, ..generous() }] {
        let worlds = worlds(limits).await;
        let mut wrong = Vec::new();
        for list in LISTS {
            for filter in filters() {
                let mut pages = String::new();
                for (position, order) in ORDERS.iter().enumerate() {
                    let order = match list {
                        "activeAlerts" => String::new(),
                        _ => format!("orderBy: {{field: {order}, direction: ASC}}"),
                    };
                    for (name, size) in [("a", "first: 100"), ("b", "first: 1"), ("c", "last: 2")] {
                        let page = format!("{name}{position}: {list}({size}, filter: {{{filter}}} {order}) {PAGE} ");
                        pages.push_str(&page);
                    }
                }
                compare(&worlds, &EVERYONE, &format!("{{ {pages} }}"), &json!({}), &mut wrong).await;
            }
        }
        finish(&wrong);
    }
}

#[tokio::test]
async fn a_cursor_of_a_hidden_place_pages_as_one_of_an_empty_place() {
    let worlds = worlds(generous()).await;
    let owner = worlds[0].server.client(&[Scope::ContentReadDrafts, Scope::ContentReview], "hub", &[]).await;
    let mut wrong = Vec::new();
    let mut tried = 0;
    for list in &LISTS[..4] {
        for order in ORDERS {
            let args = |more: &str| format!("{list}(orderBy: {{field: {order}, direction: ASC}}, {more}) {PAGE}");
            let filter = format!("first: 100, filter: {{publicationStatuses: [{}]}}", STATES.join(", "));
            let answer = worlds[0].server.ask_as(&owner, &format!("{{ list: {} }}", args(&filter)), json!({})).await;
            let edges = answer["data"]["list"]["edges"].as_array();
            for edge in edges.unwrap_or_else(|| panic!("no page: {answer:#}")) {
                if edge["node"]["slug"].as_str().unwrap().starts_with("shown") {
                    continue;
                }
                let document = format!(
                    "query($c: String!) {{ a: {} b: {} }}",
                    args("first: 5, after: $c"),
                    args("last: 5, before: $c")
                );
                compare(&worlds, &[0, 5], &document, &json!({ "c": edge["cursor"] }), &mut wrong).await;
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "only {tried} cursors");
    finish(&wrong);
}

#[tokio::test]
async fn nested_lists_and_references_are_as_if_hidden_items_were_absent() {
    let worlds = worlds(generous()).await;
    let mut wrong = Vec::new();
    let statuses = format!("filter: {{publicationStatuses: [{}]}}", STATES.join(", "));
    for args in ["first: 100".to_string(), format!("first: 100, {statuses}")] {
        let lists: Vec<String> = ["resources", "updates", "events", "campaigns"]
            .iter()
            .map(|list| format!("{list}({args}) {PAGE}"))
            .collect();
        for parent in [
            "region(by: {code: \"CA-ON\"})",
            "topic(by: {slug: \"overdose-response\"})",
            "organization(by: {slug: \"hub\"})",
        ] {
            let document = format!("{{ {parent} {{ {} activeAlerts(first: 100) {PAGE} }} }}", lists.join(" "));
            compare(&worlds, &EVERYONE, &document, &json!({}), &mut wrong).await;
        }
        let page = format!("({args}) {PAGE}");
        let document = format!(
            "{{ resource(by: {{slug: \"shown-resource\"}}) {{ version supersededBy {{ slug }} }}
                event(by: {{slug: \"shown-event\"}}) {{ version campaign {{ slug }} materials{page} updates{page} }}
                campaign(by: {{slug: \"shown-campaign\"}}) {{ version resources{page} updates{page} events{page}
                    asks {{ ... on ShowUpAsk {{ event {{ slug }} }} }} }}
                regionalUpdate(by: {{slug: \"shown-alert\"}}) {{ version supersedes {{ slug }} supersededBy {{ slug }} }}
                organizations(first: 100) {{ totalCount nodes {{ slug }} }} }}"
        );
        compare(&worlds, &EVERYONE, &document, &json!({}), &mut wrong).await;
    }
    finish(&wrong);
}

#[tokio::test]
async fn a_search_ranks_counts_and_pages_as_if_hidden_items_were_absent() {
    let worlds = worlds(generous()).await;
    let mut wrong = Vec::new();
    let edges = "edges { cursor node { id ... on Content { slug } } excerpt { text highlights { start end } } }";
    let page = format!("{{ totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} {edges} }}");
    let texts = [
        "shown",
        "alert",
        "resource words",
        "shown OR draft",
        "words draft",
        "naloxone community",
        "hub toronto",
        "sh",
        "\\\"shown policy\\\"",
        "partners expired withdrawn archived over review planned redacted event",
        "caviarde",
    ];
    let filters = filters()
        .into_iter()
        .filter(|filter| !["Spotlighted", "published:", "Since"].iter().any(|no| filter.contains(no)));
    for filter in filters {
        for chunk in texts.chunks(4) {
            let mut document = String::new();
            for (position, text) in chunk.iter().enumerate() {
                for (name, size) in [("a", "first: 100"), ("b", "first: 1"), ("c", "last: 2")] {
                    document.push_str(&format!(
                        "{name}{position}: search(query: \"{text}\", {size}, filter: {{{filter}}}) {page} "
                    ));
                }
            }
            compare(&worlds, &EVERYONE, &format!("{{ {document} }}"), &json!({}), &mut wrong).await;
        }
    }
    finish(&wrong);
}

#[tokio::test]
async fn a_cursor_of_a_hidden_place_in_a_ranking_pages_as_one_of_an_empty_place() {
    let worlds = worlds(generous()).await;
    let owner = worlds[0].server.client(&[Scope::ContentReadDrafts, Scope::ContentReview], "hub", &[]).await;
    let mut wrong = Vec::new();
    // The same question as everyone asks, by one who sees partners' items through it.
    let partner = worlds[0].server.client(&[Scope::ContentReadPartners], "two", &[]).await;
    let all = format!("filter: {{publicationStatuses: [{}]}}", STATES.join(", "));
    let mut tried = 0;
    for (token, filter) in [(&owner, all.as_str()), (&partner, "filter: {}")] {
        let args = |more: &str| {
            format!("search(query: \"words\", {filter}, {more}) {PAGE}").replace("node { slug }", "node { id }")
        };
        let answer = worlds[0].server.ask_as(token, &format!("{{ list: {} }}", args("first: 100")), json!({})).await;
        let edges = answer["data"]["list"]["edges"].as_array();
        for edge in edges.unwrap_or_else(|| panic!("no page: {answer:#}")) {
            let document = format!(
                "query($c: String!) {{ a: {} b: {} }}",
                args("first: 5, after: $c"),
                args("last: 5, before: $c")
            );
            compare(&worlds, &[0, 5], &document, &json!({ "c": edge["cursor"] }), &mut wrong).await;
            tried += 1;
        }
    }
    assert!(tried > 60, "only {tried} cursors");
    finish(&wrong);
}

/// One who sees some hidden items: scopes, organization, regions, and the ways to be hidden that it sees through.
type Insider = (Vec<Scope>, &'static str, Vec<&'static str>, Vec<&'static str>);

fn insiders() -> Vec<Insider> {
    use Scope::{ContentReadDrafts, ContentReadPartners, ContentReview};
    let all: Vec<&str> = ways().iter().map(|(way, ..)| *way).collect();
    vec![
        (vec![ContentReadDrafts], "hub", vec![], all.clone()),
        (vec![ContentReadDrafts], "hub", vec!["CA-ON"], all),
        (vec![ContentReview], "two", vec![], vec!["review"]),
        (vec![ContentReview], "two", vec!["CA-ON"], vec!["review"]),
        (vec![ContentReadPartners], "two", vec![], vec!["partners"]),
        (vec![ContentReadPartners], "two", vec!["CA"], vec!["partners"]),
        (vec![ContentReadPartners, ContentReview], "two", vec!["CA-ON"], vec!["review", "partners"]),
    ]
}

#[tokio::test]
async fn those_who_may_see_an_item_find_it_through_every_door() {
    let world = World::new(true, generous()).await;
    let mut wrong = Vec::new();
    for (scopes, organization, regions, seen) in insiders() {
        let token = world.server.client(&scopes, organization, &regions).await;
        for (way, kind, id) in hidden() {
            let (name, _, list, field, _) = KINDS[kind];
            let slug = if way == "redacted" { format!("redacted-{}", &id[4..]) } else { format!("{way}-{name}") };
            let document = format!(
                "query($id: ID!, $slug: String!) {{ byId: {field}(by: {{id: $id}}) {{ id }} bySlug: {field}(by: {{slug: $slug}}) {{ id }}
                    node(id: $id) {{ id }} nodes(ids: [$id]) {{ id }}
                    all: {list}(first: 100, filter: {{publicationStatuses: [{0}], regions: [\"CA-ON\"]}}) {{ totalCount nodes {{ id }} }}
                    search(query: \"{way} {name}\", first: 100, filter: {{publicationStatuses: [{0}], regions: [\"CA-ON\"]}}) {{ nodes {{ id }} }} }}",
                STATES.join(", ")
            );
            let data = world.server.ask_as(&token, &document, json!({ "id": id, "slug": slug })).await["data"].take();
            let doors = [&data["byId"], &data["bySlug"], &data["node"], &data["nodes"][0]];
            let expected = seen.contains(&way);
            let found = doors.map(|door| door["id"] == id.as_str());
            let listed = data["all"]["nodes"].as_array().unwrap().iter().any(|node| node["id"] == id.as_str());
            let searched = data["search"]["nodes"].as_array().unwrap().iter().any(|node| node["id"] == id.as_str());
            // What is withdrawn is in no index.
            let is_indexed = !matches!(way, "withdrawn" | "redacted");
            if found != [expected; 4] || listed != expected || searched != (expected && is_indexed) {
                wrong.push(format!(
                    "{scopes:?} of {organization} in {regions:?}: {way} {name}: {found:?}, listed {listed}, searched {searched}"
                ));
            }
            let nodes = data["all"]["nodes"].as_array().unwrap().len();
            assert_eq!(data["all"]["totalCount"], nodes, "the total is of what is seen");
        }
        // References from what everyone sees to what this client sees.
        let document = "{ resource(by: {slug: \"shown-resource\"}) { supersededBy { slug } }
            event(by: {slug: \"shown-event\"}) { campaign { slug } }
            campaign(by: {slug: \"shown-campaign\"}) { asks { ... on ShowUpAsk { event { slug } } } }
            regionalUpdate(by: {slug: \"shown-alert\"}) { supersedes { slug } } }";
        let data = world.server.ask_as(&token, document, json!({})).await["data"].take();
        for (way, found) in [
            ("draft", &data["resource"]["supersededBy"]),
            ("review", &data["event"]["campaign"]),
            ("partners", &data["campaign"]["asks"][0]["event"]),
        ] {
            if found.is_object() != seen.contains(&way) {
                wrong.push(format!("{scopes:?} of {organization} in {regions:?}: reference to {way}: {found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
