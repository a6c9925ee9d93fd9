//! Answers that are kept beside writes: lists of all sorts and single items are asked for while items come, change, move to
//! other regions and topics, take slugs and go, and each answer is what a server that keeps nothing says. Some of the
//! writes come by that other server.

use serde_json::{Value, json};
use solidarity::domain::limits::Limits;
use solidarity::domain::scope::Scope;

use super::Node;
use crate::actor::{clock, generous, load, migrated, open};
use crate::database::Database;
use crate::generated::Dice;
use crate::harness::Server;
use crate::lines::{campaign, event, resource, series, text};
use crate::publisher::{CREATE, ORGANIZATION, PUBLISH, Publisher, resource_input};

const ROUNDS: usize = 250;
/// Documents that are asked for after each write.
const ASKED: usize = 6;
const REGIONS: [&str; 5] = ["CA-ON", "toronto", "CA-BC", "vancouver", "CA"];
const TOPICS: [&str; 4] = ["naloxone", "drug-checking", "safer-supply", "overdose-response"];
/// Taken by some items for a while, and by none at first.
const SLUGS: [&str; 3] = ["late-slug", "later-slug", "latest-slug"];
/// What sort of thing an item of each kind may become, and the filter for that.
const SORTS: [(&str, &str, &str, [&str; 2]); 3] = [
    ("resource", "category", "categories", ["NEWS", "TOOLKIT"]),
    ("event", "kind", "kinds", ["WORKSHOP", "MARCH"]),
    ("campaign", "kind", "kinds", ["PETITION", "BOYCOTT"]),
];
const SCOPES: [Scope; 8] = [
    Scope::ResourcesWrite,
    Scope::ResourcesPublish,
    Scope::EventsWrite,
    Scope::EventsPublish,
    Scope::CampaignsWrite,
    Scope::CampaignsPublish,
    Scope::ContentReadDrafts,
    Scope::ContentSpotlight,
];

/// An item that is written.
struct Written {
    kind: &'static str,
    id: String,
    version: i64,
}

/// Documents for lists that are narrowed and ordered in many ways, and for single items.
fn documents(items: &[Written]) -> Vec<Value> {
    let fields = "id slug version title updatedAt regions { slug } topics { slug } publisher { name }";
    let mut all = Vec::new();
    for (position, root) in ["resources", "events", "campaigns"].into_iter().enumerate() {
        let mut arguments = vec![String::new(), "first: 2".into(), "last: 2".into()];
        for field in ["TITLE", "UPDATED_AT", "PUBLISHED_AT"] {
            arguments.push(format!("first: 3, orderBy: {{ field: {field}, direction: DESC }}"));
        }
        for region in REGIONS {
            arguments.push(format!("first: 2, filter: {{ regions: [\"{region}\"] }}"));
            arguments.push(format!("filter: {{ regions: [\"{region}\"], includeSubregions: false }}"));
        }
        for (number, topic) in TOPICS.into_iter().enumerate() {
            let region = REGIONS[(number + position) % REGIONS.len()];
            arguments.push(format!("first: 3, filter: {{ topics: [\"{topic}\"] }}"));
            arguments.push(format!("first: 3, filter: {{ topics: [\"{topic}\"], regions: [\"{region}\"] }}"));
            let order = "orderBy: { field: TITLE, direction: ASC }";
            arguments.push(format!("{order}, filter: {{ topics: [\"{topic}\"], regions: [\"{region}\", \"CA-BC\"] }}"));
        }
        arguments.push("filter: { isSpotlighted: true }".into());
        let (_, _, filter, sorts) = SORTS[position];
        arguments.push(format!("first: 2, filter: {{ {filter}: [{}] }}", sorts[0]));
        arguments.push(format!("filter: {{ {filter}: [{}] }}, last: 2", sorts[1]));
        arguments.push("first: 3, filter: { excludeContentNotes: [DEATH] }".into());
        arguments.push("first: 2, filter: { updatedSince: \"2026-11-23T12:00:01Z\" }".into());
        arguments.push("filter: { regions: [], topics: [\"naloxone\"] }".into());
        for arguments in arguments {
            let arguments = if arguments.is_empty() { arguments } else { format!("({arguments})") };
            let page = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";
            all.push(format!("{{ {root}{arguments} {{ totalCount nodes {{ {fields} }} {page} }} }}"));
        }
    }
    for item in items {
        all.push(format!("{{ {}(by: {{ id: \"{}\" }}) {{ {fields} body }} }}", item.kind, item.id));
    }
    for root in ["resource", "event", "campaign"] {
        all.push(format!("{{ {root}(by: {{ slug: \"{root}-0\" }}) {{ {fields} }} }}"));
    }
    // Of several roots, with what plans do not write, and with what reads more than its root says.
    all.push(format!(
        "{{ a: resources(first: 2) {{ nodes {{ {fields} }} }} b: events(first: 2) {{ nodes {{ {fields} }} }} }}"
    ));
    all.push("{ campaigns(first: 2) { nodes { slug resources(first: 2) { nodes { title } } } } }".into());
    all.push("{ region(by: { slug: \"toronto\" }) { resources(first: 2) { nodes { title } } } }".into());
    all.push(format!(
        "{{ resources(first: 1) {{ nodes {{ {fields} }} }} regionalUpdates(first: 1) {{ nodes {{ title }} }} }}"
    ));
    all.push("{ events(first: 2) { nodes { slug occurrences(first: 1) { nodes { startsAt } } } } }".into());
    let mut all: Vec<Value> = all.into_iter().map(|document| json!({ "query": document })).collect();
    for root in ["resource", "event", "campaign"] {
        all.extend((0..3).map(|number| by_slug(root, &format!("{root}-{number}"))));
        all.extend(SLUGS.map(|slug| by_slug(root, slug)));
    }
    all
}

/// A single item by a slug that need not be there: one document for all, so that it is known how it is answered.
fn by_slug(root: &str, slug: &str) -> Value {
    let query = format!("query($slug: String!) {{ {root}(by: {{ slug: $slug }}) {{ slug title version summary }} }}");
    json!({ "query": query, "variables": { "slug": slug } })
}

/// One of several writes of one item.
async fn write(publisher: &Publisher, dice: &mut Dice, item: &mut Written, number: usize) -> bool {
    let place = json!({ "id": item.id, "expectedVersion": item.version });
    let some = |dice: &mut Dice, of: &[&str]| {
        let count = dice.next(3);
        (0..count).map(|_| dice.of(of).to_string()).collect::<Vec<_>>()
    };
    let change = match dice.next(24) {
        0..9 => json!({ "title": format!("{} title {number}", ["A", "M", "Z"][dice.next(3)]) }),
        9 => json!({ "regions": some(dice, &REGIONS) }),
        10 => json!({ "topics": some(dice, &TOPICS) }),
        11 => json!({ "regions": some(dice, &REGIONS), "topics": some(dice, &TOPICS), "summary": format!("{number}") }),
        12 => json!({ "slug": dice.of(&SLUGS) }),
        13 => json!({ "slug": format!("{}-{number}", item.kind) }),
        20 => {
            let sort = SORTS.iter().find(|sort| sort.0 == item.kind);
            sort.map(|(_, field, _, sorts)| json!({ *field: dice.of(sorts) })).unwrap()
        }
        21 => json!({ "contentNotes": if dice.next(2) == 0 { json!(["DEATH"]) } else { json!([]) } }),
        22 => json!({ "visibility": dice.of(&["PUBLIC", "PARTNERS"]) }),
        23 => json!({ "expiresAt": "2026-11-23T12:20:00Z" }),
        of => {
            let name = match (of, dice.next(3)) {
                (14..17, _) => "contentPublish",
                (_, 0) => "contentArchive",
                (_, 1) => "contentWithdraw",
                _ => "contentSpotlight",
            };
            let ty = format!("C{}Input", &name[1..]);
            let mut input = place.clone();
            if name == "contentSpotlight" {
                input["until"] = json!("2026-11-23T12:30:00Z");
            }
            let document = format!(
                "mutation($input: {ty}!) {{ {name}(input: $input) {{ content {{ version }} userErrors {{ code message }} }} }}"
            );
            return done(&publisher.payload(&document, &input).await["content"], item);
        }
    };
    let mut input = place;
    input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let kind = item.kind;
    let ty = format!("{}{}UpdateInput", kind[..1].to_uppercase(), &kind[1..]);
    let document = format!(
        "mutation($input: {ty}!) {{ {kind}Update(input: $input) {{ {kind} {{ version }} userErrors {{ code message }} }} }}"
    );
    done(&publisher.payload(&document, &input).await[kind], item)
}

fn done(written: &Value, item: &mut Written) -> bool {
    written["version"].as_i64().is_some_and(|version| std::mem::replace(&mut item.version, version) != version)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_beside_writes_is_what_would_be_made() {
    let (database, clock) = (Database::fresh().await, clock());
    // Lists that are narrowed in another order than their usual one look at few items and tell where they stopped.
    let limits = Limits { scan: 5, ..generous() };
    let app = open(&database, limits.clone(), clock.clone()).await;
    let names = |kind: &str| (0..3).map(|number| format!("{kind}-{number}")).collect::<Vec<_>>();
    let place = |number: usize| json!({ "regions": [REGIONS[number % 5]], "topics": [TOPICS[number % 4]] });
    let lines = names("resource").into_iter().map(|name| resource(&name));
    let lines = lines.chain(names("campaign").into_iter().map(|name| campaign(&name)));
    let lines = lines.chain(names("event").into_iter().map(|name| event(&name))).chain([series("weekly")]);
    load(&app, &text(lines.enumerate().map(|(number, line)| line.with(place(number))))).await;
    let plain = Limits { is_rendering: false, answer_cache_bytes: 0, ..limits };
    let engine = Server::of(migrated(&database, plain, clock).await, None).await;
    let node = Node::of(app, None).await;
    // One at the node whose answers are kept, and one at another.
    let new_publishers = async || {
        let mut publishers = Vec::new();
        for server in [&node.server, &engine] {
            publishers.push(Publisher::new(server.address, server.client(&SCOPES, ORGANIZATION, &[]).await));
        }
        publishers
    };
    let mut publishers = new_publishers().await;
    let looks = async |at: usize| {
        if at > 0 {
            node.server.app.store.follow_catalog().await.unwrap();
        }
    };

    let found = engine
        .query(
            "{ resources { nodes { id version } } events { nodes { id version } } campaigns { nodes { id version } } }",
            json!({}),
        )
        .await;
    let mut items = Vec::new();
    for kind in ["resource", "event", "campaign"] {
        items.extend(found[format!("{kind}s")]["nodes"].as_array().unwrap().iter().map(|node| Written {
            kind,
            id: node["id"].as_str().unwrap().to_string(),
            version: node["version"].as_i64().unwrap(),
        }));
    }
    let mut documents = documents(&items);
    let mut dice = Dice(11);
    for position in 1..documents.len() {
        documents.swap(position, dice.next(position + 1));
    }
    let own = engine.address.to_string();
    let check = async |body: &Value, what: &str| {
        let expected = engine.post_json(body).await.text().await.unwrap();
        let found = node.believing().post_json(body).await.text().await.unwrap();
        assert_eq!(found.replace(&node.server.address.to_string(), &own), expected, "{what}: {body}");
    };
    // What is known of a document is known after it was answered.
    for document in documents.iter().chain(&documents) {
        check(document, "at first").await;
    }
    let (mut writes, mut hits) = (0, 0);
    for round in 0..ROUNDS {
        let at = usize::from(dice.next(3) == 0);
        let publisher = &publishers[at];
        if round % 10 == 0 {
            // One whose slug was asked for before there was any, as often as it takes to know what that reads.
            let slug = format!("made-{round}");
            let body = by_slug("resource", &slug);
            check(&body, "before it is made").await;
            check(&body, "before it is made").await;
            let mut input = resource_input(&format!("made {round}"));
            input["slug"] = json!(slug);
            let draft = publisher.made(CREATE, &input).await;
            looks(at).await;
            check(&body, "as a draft").await;
            check(&body, "as a draft").await;
            let input = json!({ "id": draft["id"], "expectedVersion": 1 });
            let version = publisher.made(PUBLISH, &input).await["version"].as_i64().unwrap();
            looks(at).await;
            check(&body, "once it is published").await;
            items.push(Written { kind: "resource", id: draft["id"].as_str().unwrap().to_string(), version });
        }
        let position = dice.next(items.len());
        writes += usize::from(write(publisher, &mut dice, &mut items[position], round).await);
        looks(at).await;
        // Some documents for a while, so that most are asked for again before a write that may have touched anything.
        let first = round / 20 * ASKED * 3;
        for _ in 0..ASKED {
            let document = &documents[(first + dice.next(ASKED * 3)) % documents.len()];
            let [before, ..] = node.counts().await;
            check(document, &format!("round {round}, after a write of {}", items[position].id)).await;
            let [after, ..] = node.counts().await;
            hits += after - before;
        }
        if round % 40 == 39 {
            node.advance(200 * super::SECOND);
            // A token does not last as long.
            publishers = new_publishers().await;
        }
    }
    println!("{writes} writes; {hits} of {} answers were kept", ROUNDS * ASKED);
    assert!(writes > ROUNDS / 3, "{writes} writes");
    assert!(hits > ROUNDS as u64, "{hits} answers were kept");
    drop((node, engine, database));
}

#[tokio::test]
async fn a_change_of_words_ends_lists_that_show_them_or_go_by_them() {
    const SINCE: &str = "first: 2, filter: { updatedSince: \"2026-11-23T12:00:01Z\" }";
    const TOOLKITS: &str = "first: 2, filter: { categories: [TOOLKIT] }";
    let node = Node::with((0..4).map(|number| resource(&format!("resource-{number}")))).await;
    node.advance(5 * super::SECOND);
    let publisher = Publisher::new(node.server.address, node.server.client(&SCOPES, ORGANIZATION, &[]).await);
    let ask = async |arguments: &str| {
        let document =
            format!("{{ resources({arguments}) {{ nodes {{ id version title }} pageInfo {{ endCursor }} }} }}");
        node.believing().query(&document, json!({})).await
    };
    let last = ask("last: 1").await["resources"]["nodes"][0].take();
    let (id, mut version) = (last["id"].clone(), last["version"].as_i64().unwrap());
    for (arguments, change, is_kept) in [
        // Before anything else has changed it, so that it is not shown there yet.
        (SINCE, json!({ "title": "Changed since" }), false),
        ("first: 2", json!({ "title": "Another title" }), true),
        ("first: 2", json!({ "contentNotes": ["DEATH"] }), false),
        ("first: 4", json!({ "title": "One more title" }), false),
        (TOOLKITS, json!({ "summary": "A word" }), true),
        (TOOLKITS, json!({ "category": "TOOLKIT" }), false),
        (TOOLKITS, json!({ "title": "A toolkit" }), false),
        ("first: 2, orderBy: { field: TITLE, direction: ASC }", json!({ "title": "A" }), false),
        ("first: 2, orderBy: { field: UPDATED_AT, direction: DESC }", json!({ "title": "B" }), false),
    ] {
        // What an answer is read from is known once its document was answered.
        for _ in 0..2 {
            ask(arguments).await;
            node.server.app.store.freshness().changed();
        }
        let before = ask(arguments).await;
        let hits = node.counts().await[0];
        let mut input = json!({ "id": id, "expectedVersion": version });
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let document = "mutation($input: ResourceUpdateInput!) { resourceUpdate(input: $input) { resource { version } \
                        userErrors { code } } }";
        version = publisher.payload(document, &input).await["resource"]["version"].as_i64().unwrap();
        let after = ask(arguments).await;
        assert_eq!(node.counts().await[0] - hits, u64::from(is_kept), "{arguments} {change}");
        node.server.app.store.freshness().changed();
        assert_eq!(ask(arguments).await, after, "{arguments} {change}");
        // The title order may go by words that leave its first page as it is.
        assert!(is_kept || before != after || arguments.contains("orderBy") || change["contentNotes"].is_array());
    }
}
