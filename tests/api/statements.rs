//! How many statements a request runs: never more than the fields in its document that need the database, whatever the
//! data. Every connection below is written with `(first:`, every single item that another refers to with `^`.

use serde_json::{Value, json};

use crate::actor::{Shared, members};
use crate::harness::Server;
use crate::lines::{Line, alert, campaign, event, organization, resource, service_update, text, topic};

/// 100 parents of each sort; every campaign has 11 events, so that a page of campaigns leads to 1 100 events.
fn content() -> String {
    let mut all: Vec<Line> = Vec::new();
    for number in 0..100 {
        let (organization_slug, topic_slug) = (format!("organization-{number}"), format!("topic-{number}"));
        all.push(organization(&organization_slug));
        all.push(topic(&topic_slug, &[]));
        let place = json!({
            "publisher": organization_slug, "topics": [topic_slug, "naloxone"], "regions": ["toronto", "vancouver"],
            "body": "Text.",
        });
        let name = |kind: &str| format!("{kind}-{number}");
        all.push(resource(&name("resource")).with(place.clone()));
        all.push(alert(&name("alert")).with(place.clone()));
        all.push(alert(&name("earlier")).with(place.clone()).with(json!({ "issuedAt": "2026-11-22T13:00:00Z" })));
        let earlier = format!("update:{}", name("earlier"));
        all.push(service_update(&name("update")).with(place.clone()).with(json!({ "supersedes": earlier })));
        let links = json!({
            "resources": [format!("resource:{}", name("resource"))], "updates": [format!("update:{}", name("update"))],
        });
        all.push(campaign(&name("campaign")).with(place.clone()).with(links));
        for part in 0..11 {
            let links = json!({
                "campaign": format!("campaign:{}", name("campaign")),
                "materials": [format!("resource:{}", name("resource"))],
                "updates": [format!("update:{}", name("update"))],
            });
            all.push(event(&format!("event-{number}-{part}")).with(place.clone()).with(links));
        }
    }
    text(all)
}

/// A server whose statements are counted one request at a time.
async fn server() -> (tokio::sync::MutexGuard<'static, ()>, Server) {
    static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    static SHARED: Shared = Shared::const_new();
    let turn = TURN.lock().await;
    let server = Server::shared(&SHARED, || async { Server::with_content(&content()).await }).await;
    (turn, server)
}

/// Runs a document and answers its data and how many statements it ran.
async fn counted(server: &Server, document: &str, variables: Value) -> (Value, u64) {
    let before = server.app.store.statements();
    let data = server.query(&document.replace('^', ""), variables).await;
    (data, server.app.store.statements() - before)
}

/// Checks a document against what it may run, and that it needed the database at all.
async fn holds(server: &Server, document: &str) -> Value {
    let allowed = document.matches("(first:").count() + document.matches('^').count();
    // The lists of the catalog are in memory.
    let in_memory = ["regions(first:", "topics(first:", "organizations(first:"];
    let allowed = allowed - in_memory.iter().map(|name| document.matches(name).count()).sum::<usize>();
    let (data, statements) = counted(server, document, json!({})).await;
    assert!(statements <= allowed as u64, "{statements} statements, {allowed} allowed: {document}");
    assert!(statements > 0 || allowed == 0, "no statement was counted: {document}");
    data
}

const LISTS: &str = "
    resources(first: 2) { totalCount nodes { slug title publisher { name } regions { name } topics { name } } }
    updates(first: 2) { totalCount nodes { slug title supersedes^ { title } supersededBy^ { title } } }
    activeAlerts(first: 2) { totalCount nodes { slug title smsText } }
    events(first: 2) { totalCount nodes { slug title campaign^ { title } } }
    campaigns(first: 2) { totalCount nodes { slug title } }";

#[tokio::test]
async fn pages_below_1_20_and_100_parents_are_one_statement_a_field() {
    let (_turn, server) = server().await;
    for parent in ["regions", "topics", "organizations"] {
        for size in [1, 20, 100] {
            let data = holds(&server, &format!("{{ {parent}(first: {size}) {{ nodes {{ slug {LISTS} }} }} }}")).await;
            assert_eq!(members(&data[parent], "slug").len(), size, "{parent}");
        }
    }
}

#[tokio::test]
async fn pages_below_items_are_one_statement_a_field_even_below_1100_of_them() {
    let (_turn, server) = server().await;
    for size in [1, 20, 100] {
        let below = "materials(first: 2) { totalCount nodes { title } } updates(first: 2) { nodes { title } }";
        holds(&server, &format!("{{ events(first: {size}) {{ nodes {{ {below} campaign^ {{ title }} }} }} }}")).await;
        let document = format!(
            "{{ campaigns(first: {size}) {{ nodes {{ slug
                events(first: 11) {{ totalCount nodes {{ slug {below} }} }}
                resources(first: 2) {{ nodes {{ title }} }} updates(first: 2) {{ nodes {{ title }} }} }} }} }}"
        );
        let data = holds(&server, &document).await;
        let campaigns = data["campaigns"]["nodes"].as_array().unwrap();
        assert_eq!(campaigns.len(), size);
        for campaign in campaigns {
            assert_eq!(campaign["events"]["totalCount"], 11, "{}", campaign["slug"]);
            let events = campaign["events"]["nodes"].as_array().unwrap();
            assert!(events.iter().all(|event| event["materials"]["totalCount"] == 1));
        }
    }
}

#[tokio::test]
async fn four_levels_of_pages_are_one_statement_a_field() {
    let (_turn, server) = server().await;
    let document = "{ topics(first: 100) { nodes { campaigns(first: 2) { nodes {
        events(first: 2) { nodes { materials(first: 2) { nodes { slug supersededBy^ { slug } } } } } } } } } }";
    holds(&server, document).await;
}

#[tokio::test]
async fn the_same_field_twice_with_other_arguments_is_a_statement_each() {
    let (_turn, server) = server().await;
    let document = "{ regions(first: 100) { nodes {
        one: resources(first: 1) { nodes { slug } } two: resources(first: 2) { nodes { slug } }
        french: resources(first: 2, filter: {languages: [\"fr\"]}) { totalCount } } } }";
    holds(&server, document).await;
}

#[tokio::test]
async fn bodies_come_with_their_page_however_they_are_selected() {
    let (_turn, server) = server().await;
    for document in [
        "{ resources(first: 100) { nodes { body } } }",
        "{ resources(first: 100) { nodes { text: bodyHtml } } }",
        "{ resources(first: 100) { edges { node { body bodyHtml } } } }",
        "{ regionalUpdates(first: 100, filter: {kinds: [SERVICE_CHANGED]}) { nodes { ... on ServiceUpdate { body } } } }",
        "{ activeAlerts(first: 100) { nodes { ...text } } } fragment text on DrugAlert { body }",
        "{ regions(first: 100) { nodes { campaigns(first: 2) { nodes { body } } } } }",
        "{ events(first: 100) { nodes { campaign^ { body } updates(first: 2) { nodes { supersedes^ { body } } } } } }",
        "{ events(first: 20) { nodes { campaign^ { ...text } } } } fragment text on Campaign { bodyHtml }",
        "{ regionalUpdates(first: 20) { nodes { supersededBy^ { body } supersedes^ { body } } } }",
    ] {
        let data = holds(&server, document).await;
        assert!(data.to_string().contains("Text."), "{document}");
    }
}

#[tokio::test]
async fn the_catalog_is_in_memory() {
    let (_turn, server) = server().await;
    let document =
        "{ regions(first: 100) { totalCount nodes { name parents { name } children { name } ancestors { name }
            organizations(first: 5) { totalCount nodes { name } } } }
        topics(first: 100) { totalCount nodes { name broader { name } narrower { name } } }
        organizations(first: 100) { totalCount nodes { name regions { name } } }
        region(by: {code: \"CA\"}) { name } topic(by: {slug: \"naloxone\"}) { name }
        viewer { scopes } limits { pageMax } rateLimit { limit } privacy { statement } locales { locale } }";
    assert_eq!(counted(&server, document, json!({})).await.1, 0);
}

#[tokio::test]
async fn nodes_of_mixed_kinds_are_one_statement_a_kind() {
    let (_turn, server) = server().await;
    let lists = "{ resources(first: 10) { nodes { id } } events(first: 10) { nodes { id } }
        campaigns(first: 10) { nodes { id } } regionalUpdates(first: 10) { nodes { id } }
        regions(first: 10) { nodes { id } } topics(first: 10) { nodes { id } } organizations(first: 10) { nodes { id } } }";
    let data = server.query(lists, json!({})).await;
    let ids: Vec<String> = data.as_object().unwrap().values().flat_map(|list| members(list, "id")).collect();
    assert_eq!(ids.len(), 70);
    let document = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Content { body } } }";
    let (data, statements) = counted(&server, document, json!({ "ids": ids })).await;
    assert!(statements <= 4, "{statements} statements");
    let found: Vec<&str> = data["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect();
    assert_eq!(found, ids, "in the order asked for");
    let (_, statements) = counted(&server, document, json!({ "ids": &ids[..10] })).await;
    assert_eq!(statements, 1, "ten of one kind");
}

#[tokio::test]
async fn a_search_is_two_statements_and_one_a_kind_found_and_one_more_if_nothing_holds_all_words() {
    let (_turn, server) = server().await;
    // A search asks whether all that was written is indexed, and indexes what is not.
    while counted(&server, "{ search(query: \"nowhere\") { totalCount } }", json!({})).await.1 > 2 {}
    let page = "{ totalCount nodes { __typename ... on Content { body regions { name } publisher { name } } } edges { excerpt { text } } }";
    for (arguments, allowed) in [
        ("query: \"text\", first: 100", 6),
        ("query: \"text\", kinds: [CAMPAIGN], first: 100", 3),
        ("query: \"organization text\", first: 1", 3),
        ("query: \"nowhere\"", 2),
        ("query: \"campaign nowhere\", kinds: [CAMPAIGN]", 4),
        ("query: \"text\", kinds: []", 0),
    ] {
        let (data, statements) = counted(&server, &format!("{{ search({arguments}) {page} }}"), json!({})).await;
        assert!(statements <= allowed, "{statements} statements for {arguments}");
        assert!(data.to_string().contains("Text.") || allowed < 3, "{data}");
    }
}

#[tokio::test]
async fn the_widest_filters_below_the_most_parents_are_still_one_statement() {
    let (_turn, server) = server().await;
    let ten = |of: &str| (0..10).map(|number| format!("\"{of}-{number}\"")).collect::<Vec<_>>().join(", ");
    let regions = "\"CA\", \"CA-ON\", \"CA-BC\", \"toronto\", \"vancouver\", \"CA-QC\", \"CA-AB\", \"CA-MB\", \"CA-SK\", \"CA-NS\"";
    let languages = "\"en\", \"en-CA\", \"fr\", \"fr-CA\", \"iu\", \"crk\", \"moe\", \"de\", \"es\", \"it\"";
    let filter = format!(
        "regions: [{regions}] languages: [{languages}] publishers: [{}] isSpotlighted: false
         published: {{from: \"2020-01-01T00:00:00Z\", before: \"2030-01-01T00:00:00Z\"}}
         updatedSince: \"2020-01-01T00:00:00Z\"",
        ten("organization")
    );
    let resources = "categories: [NEWS, MEDIA, OTHER] formats: [ARTICLE, GUIDE, ZINE] ";
    for order in ["", ", orderBy: {field: TITLE, direction: ASC}"] {
        let document = format!(
            "{{ topics(first: 100) {{ nodes {{ resources(first: 1, filter: {{{filter} {resources}}}{order}) {{
                totalCount nodes {{ slug }} }} }} }} }}"
        );
        let data = holds(&server, &document).await;
        assert!(data.to_string().contains("resource-"), "the filter matches nothing");
    }
}
