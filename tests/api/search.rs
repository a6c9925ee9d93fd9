//! Search: what people look for is among the first five, in English and French and however it is typed; it follows an item
//! through its life, narrows like lists, pages without gaps, and takes any text for a query.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use solidarity::domain::scope::Scope;
use solidarity::service::schedule::run_due;

use crate::actor::{members, slugs};
use crate::database::Database;
use crate::harness::{Server, codes};
use crate::lines::{self, alert, campaign, event, organization, resource, service_update};

/// What is looked for, and the item of the demo that must be among the first five.
const JUDGED: [(&str, &str); 84] = [
    // As one types in English.
    ("drug checking Toronto", "tdcs-supply-data"),
    ("naloxone kits nunavut", "ihtoday-nunavut-naloxone"),
    ("supervised consumption site ontario", "kensington-market-charter-challenge"),
    ("good samaritan", "tbdhu-witness-overdose"),
    ("overdose wallet card", "health-canada-overdose-wallet-card"),
    ("land back", "yellowhead-land-back-red-paper"),
    ("safe supply", "capud-safe-supply-concept"),
    ("safer supply toolkit", "nss-cop-national-advocacy-toolkit"),
    ("grief support", "msth-healing-hearts"),
    ("harm reduction workers union", "rabble-harm-reduction-workers-union"),
    ("heat homeless", "fraser-health-extreme-heat-primer"),
    ("extreme weather", "bcehs-extreme-weather"),
    ("compassion club", "filter-compassion-clubs"),
    ("cannabis education youth", "cssdp-sensible-cannabis-toolkit"),
    ("needle exchange in prison", "tmu-points-of-perspective"),
    ("encampments final report", "fha-final-report-release-2024"),
    ("red dress day", "red-dress-day"),
    ("world aids day", "world-aids-day"),
    ("prisoners justice", "prisoners-justice-day"),
    ("decriminalization in british columbia", "bc-2026-01-14-decriminalization-ends"),
    ("medetomidine", "example-drug-alert-toronto"),
    ("nitazenes sold as down", "example-drug-alert-toronto"),
    ("calgary closure", "ab-2025-12-15-calgary-closure-plan"),
    ("whitehorse weekends", "yt-2025-10-06-weekends-closed"),
    ("migrant rights", "migrant-rights-bill-c2"),
    ("disability benefit", "disability-without-poverty-cdb"),
    ("status for all", "status-for-all-letter"),
    ("winter clothes jail", "tprp-winter-clothing-drive"),
    ("sex work laws challenge", "caswlr-constitutional-challenge"),
    ("supreme court sex work", "ca-2025-07-24-scc-sex-work"),
    ("indigenous harm reduction policy brief", "icad-caan-indigenous-harm-reduction-brief"),
    ("women's memorial march", "womens-memorial-march-dtes"),
    ("organizer meeting vancouver", "example-vancouver-organizer-meeting"),
    ("dinner table", "cdpc-holiday-dinner-table"),
    ("manitoba mobile site", "mb-2026-03-06-first-site"),
    ("vandu letter", "vandu-vancouver-model-letter"),
    ("HIV Legal Network", "hivln-drug-policy"),
    ("what is in toronto's supply", "cdpe-whats-in-torontos-supply"),
    // Plurals, other forms, joined words, capitals.
    ("decriminalizing", "hivln-decriminalizing-primer"),
    ("OVERDOSES AWARENESS DAYS", "international-overdose-awareness-day"),
    ("wetsuweten", "amnesty-wetsuweten-petition"),
    ("Wet\u{2019}suwet\u{2019}en defender", "amnesty-wetsuweten-solidarity"),
    ("petitions land defenders", "amnesty-wetsuweten-petition"),
    ("abolitionists", "upping-the-anti-abolitionist-ethic"),
    ("toolkits", "nss-cop-national-advocacy-toolkit"),
    ("unions", "rabble-harm-reduction-workers-union"),
    ("transgender remembering", "transgender-day-of-remembrance"),
    // The beginning of the last word.
    ("decrim primer", "hivln-decriminalizing-primer"),
    ("national hous", "national-housing-day"),
    ("holding hop", "msth-holding-hope"),
    ("reconcil", "national-day-for-truth-and-reconciliation"),
    ("hepat", "world-hepatitis-day"),
    ("moncton overd", "uphns-ensemble-moncton"),
    // In quotation marks.
    ("\"nothing about us without us\"", "compop-pl103-rien-a-notre-sujet"),
    ("\"support don't punish\" campaign", "support-dont-punish-global"),
    ("\u{ab} rien à notre sujet sans nous \u{bb}", "compop-pl103-rien-a-notre-sujet"),
    // In French, as it is written.
    ("réduction des méfaits à Saskatoon", "catie-people-first-saskatoon"),
    ("prévention des surdoses", "ciusss-cn-prevention-surdoses"),
    ("projet de loi 103", "rsiq-memoire-pl103"),
    ("journée de la robe rouge", "red-dress-day"),
    ("échange de seringues", "tmu-points-of-perspective"),
    ("surdose d'opioïdes carte", "health-canada-overdose-wallet-card"),
    ("site de consommation supervisée Calgary", "ab-2025-12-15-calgary-closure-plan"),
    ("nuit des sans-abri", "nuit-des-sans-abri"),
    ("soutien au deuil", "msth-healing-hearts"),
    ("analyse de drogues en festival", "metro-grip-analyse-substances"),
    ("brutalité policière", "march-15-against-police-brutality"),
    ("mémoire", "rsiq-memoire-pl103"),
    // In French, without accents and in other forms.
    ("reduction mefaits ile du prince edouard", "west-river-pei-services"),
    ("mefait colonialisme", "icad-caan-indigenous-harm-reduction-brief"),
    ("decriminalisation bien faite", "cdpc-decriminalization"),
    ("meteo extreme", "bcehs-extreme-weather"),
    ("chaleur itinerance", "fraser-health-extreme-heat-primer"),
    ("securite travailleuses du sexe", "end-violence-against-sex-workers"),
    ("verite reconciliation", "national-day-for-truth-and-reconciliation"),
    ("site ferme fin de semaine", "yt-2025-10-06-weekends-closed"),
    ("temoin surdose", "tbdhu-witness-overdose"),
    ("syndicats travailleurs", "rabble-harm-reduction-workers-union"),
    ("oeuvre guide", "caan-harm-reduction-implementation-guide"),
    ("hôpital sante nouvelle ecosse", "ns-health-harm-reduction"),
    ("pauvrete prestation", "disability-without-poverty-cdb"),
    ("demunis vetements hiver", "tprp-winter-clothing-drive"),
    ("peuples autochtone", "national-indigenous-peoples-day"),
    ("rencontre mensuelle d'organisation toronto", "example-toronto-organizer-meeting"),
];

const PAGE: &str = "{ totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { __typename id ... on Content { slug title } } excerpt { text locale highlights { start end } } }
    nodes { ... on Content { slug } } }";

async fn found(server: &Server, arguments: &str) -> Value {
    server.query(&format!("{{ search({arguments}) {PAGE} }}"), json!({})).await["search"].take()
}

async fn found_slugs(server: &Server, query: &str) -> Vec<String> {
    slugs(&found(server, &format!("first: 100, query: {}", Value::from(query))).await)
}

#[tokio::test]
async fn what_people_look_for_is_among_the_first_five() {
    let server = Server::shared_demo().await;
    let mut wrong = Vec::new();
    for (query, slug) in JUDGED {
        let first: Vec<String> = found_slugs(&server, query).await.into_iter().take(5).collect();
        if !first.iter().any(|found| found == slug) {
            wrong.push(format!("{query}: {slug} is not among {first:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), JUDGED.len(), wrong.join("\n"));
}

/// The stretches of an edge's excerpt that are marked.
fn marked(edge: &Value) -> Vec<String> {
    let text: Vec<char> = edge["excerpt"]["text"].as_str().unwrap().chars().collect();
    let place = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let spans = edge["excerpt"]["highlights"].as_array().unwrap().iter();
    spans.map(|span| text[place(&span["start"])..place(&span["end"])].iter().collect()).collect()
}

#[tokio::test]
async fn excerpts_are_plain_text_in_the_language_that_was_found_and_mark_what_was() {
    let text = lines::text([
        resource("marked").with(json!({
            "title": "Kits", "summary": "<b>Naloxone</b> 🧡 & \"naloxone\" kits", "body": "Nothing else.",
            "translations": [{ "locale": "fr-CA", "origin": "HUMAN", "title": "Trousses",
                "summary": "Des trousses de naloxone, distribuées partout." }],
        })),
        resource("deep").with(json!({
            "title": "Long", "summary": "Short.",
            "body": format!("# Start\n\n{} **Xylazine** was [found](https://a.example/hidden) here. {}", "Words. ".repeat(200), "More. ".repeat(200)),
        })),
        alert("sampled").with(json!({ "samples": [{ "soldAs": "blue down", "detected": [{ "name": "metonitazene" }] }] })),
    ]);
    let server = Server::with_content(&text).await;
    let edge = async |arguments: &str| found(&server, arguments).await["edges"][0].clone();

    let english = edge("query: \"naloxone\"").await;
    assert_eq!(english["excerpt"]["text"], "<b>Naloxone</b> 🧡 & \"naloxone\" kits");
    assert_eq!(marked(&english), ["Naloxone", "naloxone"]);
    let french = edge("query: \"naloxone distribue\", locales: [\"fr-CA\"]").await;
    assert_eq!(french["excerpt"]["locale"], "fr-CA");
    assert_eq!(marked(&french), ["naloxone", "distribuées"]);
    let only_french = edge("query: \"trousse\"").await;
    assert_eq!((&only_french["excerpt"]["locale"], &only_french["node"]["title"]), (&json!("fr-CA"), &json!("Kits")));

    let deep = edge("query: \"xylazine\"").await;
    let text = deep["excerpt"]["text"].as_str().unwrap();
    assert!(
        text.starts_with('\u{2026}') && text.ends_with('\u{2026}') && text.contains("Xylazine was found here"),
        "{text}"
    );
    assert!(text.chars().count() <= 260 && !text.contains("hidden"), "{text}");
    assert!(found_slugs(&server, "hidden").await.is_empty(), "addresses are no words");
    assert_eq!(marked(&edge("query: \"metonitazenes\"").await), ["metonitazene"]);
    assert_eq!(found_slugs(&server, "\"blue down\"").await, ["sampled"]);
}

#[tokio::test]
async fn a_search_narrows_as_lists_do() {
    let base = |slug: &str, more: Value| {
        json!({ "title": format!("Lantern {slug}") })
            .as_object()
            .unwrap()
            .clone()
            .into_iter()
            .chain(more.as_object().unwrap().clone())
            .collect::<Value>()
    };
    let text = lines::text([
        organization("other-group"),
        resource("r-toronto").with(base("one", json!({ "regions": ["toronto"], "topics": ["naloxone"] }))),
        resource("r-ontario").with(base("two", json!({ "regions": ["CA-ON"], "contentNotes": ["DEATH"] }))),
        event("e-vancouver").with(base("three", json!({ "regions": ["vancouver"], "publisher": "other-group" }))),
        campaign("c-french").with(base(
            "four",
            json!({ "translations": [
            { "locale": "fr-CA", "origin": "HUMAN", "title": "Lantern quatre" }] }),
        )),
        service_update("u-none").with(base("five", json!({}))),
    ]);
    let server = Server::with_content(&text).await;
    let all = ["r-toronto", "r-ontario", "e-vancouver", "c-french", "u-none"];
    for (narrowing, expected) in [
        ("", &all[..]),
        ("kinds: null, filter: {regions: null}", &all),
        ("kinds: [RESOURCE]", &all[..2]),
        ("kinds: [EVENT, REGIONAL_UPDATE]", &["e-vancouver", "u-none"]),
        ("kinds: []", &[]),
        ("filter: {regions: [\"CA-ON\"]}", &all[..2]),
        ("filter: {regions: [\"CA-ON\"], includeSubregions: false}", &["r-ontario"]),
        ("filter: {regions: [\"CA\"]}", &all[..3]),
        ("filter: {regions: [\"CA-BC\", \"toronto\"]}", &["r-toronto", "e-vancouver"]),
        ("filter: {regions: []}", &[]),
        ("filter: {topics: [\"overdose-response\"]}", &["r-toronto"]),
        ("filter: {topics: [\"naloxone\"], regions: [\"CA-BC\"]}", &[]),
        ("filter: {publishers: [\"other-group\"]}", &["e-vancouver"]),
        ("filter: {languages: [\"fr-CA\"]}", &["c-french"]),
        ("filter: {languages: [\"fr-CA\", \"en-CA\"]}", &all),
        ("filter: {languages: []}", &[]),
        ("filter: {excludeContentNotes: [DEATH, GRIEF]}", &["r-toronto", "e-vancouver", "c-french", "u-none"]),
        ("filter: {excludeContentNotes: []}", &all),
        ("filter: {publicationStatuses: [PUBLISHED]}", &all),
        ("filter: {publicationStatuses: [DRAFT]}", &[]),
        ("filter: {publicationStatuses: []}", &[]),
        (
            "kinds: [RESOURCE], filter: {regions: [\"CA-ON\"], topics: [\"naloxone\"], languages: [\"en-CA\"]}",
            &all[..1],
        ),
    ] {
        let page = found(&server, &format!("query: \"lantern\", first: 100, {narrowing}")).await;
        let expected: BTreeSet<&str> = expected.iter().copied().collect();
        let slugs = slugs(&page);
        assert_eq!(slugs.iter().map(String::as_str).collect::<BTreeSet<&str>>(), expected, "{narrowing}");
        assert_eq!(page["totalCount"], slugs.len(), "{narrowing}");
    }
    let unknown = "{ search(query: \"lantern\", filter: {regions: [\"nowhere\"]}) { totalCount } }";
    assert_eq!(server.refusal(unknown, json!({})).await.0, "BAD_REQUEST");
}

#[tokio::test]
async fn a_ranking_is_paged_without_gaps_and_its_cursors_are_its_own() {
    let server = Server::shared_demo().await;
    let all = found_slugs(&server, "harm reduction").await;
    assert!(all.len() > 20, "{all:?}");
    for size in [1, 7, 20] {
        let mut forward: Vec<String> = Vec::new();
        let mut after = String::new();
        loop {
            let page = found(&server, &format!("query: \"harm reduction\", first: {size} {after}")).await;
            assert_eq!(page["totalCount"], all.len());
            assert_eq!(page["pageInfo"]["hasPreviousPage"], !forward.is_empty());
            forward.extend(slugs(&page));
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = format!(", after: {}", page["pageInfo"]["endCursor"]);
        }
        assert_eq!(forward, all, "pages of {size}");
    }
    let last = found(&server, "query: \"harm reduction\", last: 3").await;
    assert_eq!(slugs(&last), all[all.len() - 3..]);
    let cursor = last["pageInfo"]["startCursor"].clone();
    let before = found(&server, &format!("query: \"harm reduction\", last: 2, before: {cursor}")).await;
    assert_eq!(slugs(&before), all[all.len() - 5..all.len() - 3]);
    assert_eq!(slugs(&found(&server, "query: \"harm reduction\"").await).len(), 20);

    let list = server.query("{ resources(first: 1) { pageInfo { endCursor } } }", json!({})).await;
    for (arguments, cursor) in [
        ("query: \"naloxone\"", &cursor),
        ("query: \"harm reduction\", kinds: [RESOURCE]", &cursor),
        ("query: \"harm reduction\", filter: {regions: [\"CA\"]}", &cursor),
        ("query: \"harm reduction\"", &list["resources"]["pageInfo"]["endCursor"]),
        ("query: \"harm reduction\"", &json!("")),
        ("query: \"harm reduction\"", &json!("c2Zm")),
    ] {
        for side in ["after", "before"] {
            let document = format!("{{ search({arguments}, {side}: {cursor}) {{ totalCount }} }}");
            assert_eq!(server.refusal(&document, json!({})).await.0, "INVALID_CURSOR", "{document}");
        }
    }
    // The same question in other words of the same meaning keeps its cursors.
    let document =
        format!("{{ search(query: \" HARM  réduction \", after: {cursor}, locales: [\"fr\"]) {{ totalCount }} }}");
    assert_eq!(server.ask(&document, json!({}), None).await["errors"], Value::Null);
    let first = "{ search(query: \"a\", first: 101) { totalCount } }";
    assert_eq!(server.refusal(first, json!({})).await.0, "PAGE_TOO_LARGE");
}

#[tokio::test]
async fn what_holds_half_of_the_words_is_found_only_if_nothing_holds_all() {
    let titled = |slug: &str, title: &str| resource(slug).with(json!({ "title": title }));
    let server = Server::with_content(&lines::text([
        titled("one", "Apricot banana cherry"),
        titled("two", "Apricot banana"),
        titled("three", "Cherry damson"),
        titled("four", "Damson"),
    ]))
    .await;
    assert_eq!(found_slugs(&server, "apricot banana cherry").await, ["one"]);
    assert_eq!(found_slugs(&server, "apricot banana elder").await, ["two", "one"]);
    assert_eq!(found_slugs(&server, "damson elder").await, ["four", "three"]);
    assert_eq!(found_slugs(&server, "elder fig").await, Vec::<String>::new());
    assert_eq!(found_slugs(&server, "\"banana apricot\"").await, Vec::<String>::new());
    assert_eq!(found_slugs(&server, "\"banana cherry\"").await, ["one"]);
}

#[tokio::test]
async fn texts_that_hold_no_word_or_too_many_characters_are_refused() {
    let server = Server::shared_demo().await;
    let document = "query($q: String!) { search(query: $q) { totalCount } }";
    for text in ["", " ", "?!*", "\"\"", "\u{301}", "\u{1}\u{2}", "🧡", "_", "***:*"] {
        let (code, message) = server.refusal(document, json!({ "q": text })).await;
        assert_eq!((&*code, &*message), ("BAD_REQUEST", "query holds no word to look for"), "{text:?}");
    }
    let (code, message) = server.refusal(document, json!({ "q": "é".repeat(201) })).await;
    assert_eq!((&*code, &*message), ("BAD_REQUEST", "query has 201 characters, more than the maximum of 200"));
    server.query(document, json!({ "q": "é".repeat(200) })).await;
}

/// Texts that are syntax somewhere, or odd.
fn odd() -> Vec<String> {
    let pieces = [
        "\"",
        "'",
        "*",
        "(",
        ")",
        ":",
        "^",
        "-",
        "+",
        "~",
        "{",
        "}",
        "&",
        "|",
        "!",
        "<->",
        "\\",
        ";",
        "--",
        "%",
        "_",
        "$1",
        "?1",
        "AND",
        "OR",
        "NOT",
        "NEAR",
        "NEAR(a b, 2)",
        "title:",
        "facets : _s_draft",
        "_s_published",
        "\u{0}",
        "\u{7}",
        "\u{202E}",
        "\u{200B}",
        "\u{FEFF}",
        "\u{FDFA}",
        "é\u{301}",
        "ﬁ",
        "Ǆ",
        "İ",
        "ß",
        "日本語",
        "ᐃᓄᒃ",
        "🧡",
        "½",
        "x".repeat(199).leak(),
        "'; DROP TABLE content; --",
        "\" OR \"\"=\"",
        "a:*b",
        "<script>",
        "\n\r\t",
        "1e999",
        "\u{FFFF}",
        "l'",
        "'s",
        "«",
        "»",
    ];
    let mut all: Vec<String> = pieces.map(str::to_string).into();
    for piece in pieces {
        for shape in ["naloxone@", "@naloxone", "naloxone @ kit", "\"naloxone@\"", "@@", "a@b", "naloxone @", "\"@ kit"]
        {
            all.push(shape.replace('@', piece).chars().take(200).collect());
        }
    }
    all
}

#[tokio::test]
async fn any_text_is_a_query_and_none_is_syntax() {
    let mut servers = vec![Server::demo_on(Database::sqlite()).await];
    if let Some(database) = Database::postgres("odd queries on both databases").await {
        servers.push(Server::demo_on(database).await);
    }
    let odd = odd();
    assert!(odd.len() >= 500, "only {}", odd.len());
    let mut answered = 0;
    for text in &odd {
        let mut answers = Vec::new();
        for server in &servers {
            let body = json!({ "query": "query($q: String!) { search(query: $q, first: 5) { totalCount nodes { id ... on Content { slug } }
                edges { excerpt { text highlights { start end } } } } }", "variables": { "q": text } });
            let response = server.post_json(&body).await;
            assert!(response.status().as_u16() < 500, "{text:?}: {}", response.status());
            let mut answer: Value = response.json().await.unwrap();
            let code = codes(&answer).join(" ");
            assert!(matches!(&*code, "" | "BAD_REQUEST"), "{text:?}: {answer:#}");
            answered += usize::from(code.is_empty());
            let mut data = answer["data"]["search"].take();
            // Items of one server have other ids than those of the other.
            data["nodes"] = data["nodes"].as_array().map(|_| members(&data, "slug")).into();
            answers.push((code, data));
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "the databases differ for {text:?}: {answers:#?}");
    }
    assert!(answered > 300, "only {answered} answered");
}

#[tokio::test]
async fn answers_with_a_search_are_in_no_cache_and_cost_twenty_more() {
    let server = Server::shared_demo().await;
    let path = "/graphql?query=%7Bsearch(query%3A%22naloxone%22%2Cfirst%3A2)%7Bnodes%7Bid%7D%7D%7D";
    let response = server.get(path).await;
    assert_eq!(response.headers()["cache-control"], "private, no-store");
    let answer: Value = response.json().await.unwrap();
    assert_eq!(answer["extensions"]["cost"]["requested"], 22, "{answer:#}");
}

#[tokio::test]
async fn an_item_is_found_as_long_as_it_may_be_seen() {
    let server = Server::with_content(&lines::text([organization("others")])).await;
    let writes = [Scope::ResourcesWrite, Scope::ResourcesPublish, Scope::ContentReadDrafts, Scope::ContentWithdraw];
    let token = server.client(&writes, "starter-collection", &[]).await;
    let other = server.client(&[Scope::ContentReadDrafts], "others", &[]).await;
    let change = async |mutation: &str, input: Value| {
        let argument = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let noun =
            if mutation.starts_with("content") || mutation == "emergencyWithdraw" { "content" } else { "resource" };
        let document = format!(
            "mutation($input: {argument}!) {{ {mutation}(input: $input) {{ {noun} {{ id version }} userErrors {{ code }} }} }}"
        );
        let mut answer = server.ask_as(&token, &document, json!({ "input": input })).await;
        let item = answer["data"][mutation][noun].take();
        assert!(item["id"].is_string(), "{mutation}: {answer:#}");
        item
    };
    let count = async |query: &str, token: Option<&str>| {
        let any = "filter: {publicationStatuses: [DRAFT, PUBLISHED, WITHDRAWN, ARCHIVED]}";
        let document =
            format!("{{ search(query: \"{query}\", {}) {{ totalCount }} }}", if token.is_some() { any } else { "" });
        let answer = match token {
            Some(token) => server.ask_as(token, &document, json!({})).await,
            None => server.ask(&document, json!({}), None).await,
        };
        answer["data"]["search"]["totalCount"].as_i64().unwrap_or_else(|| panic!("{answer:#}"))
    };
    let reference = |item: &Value| json!({ "id": item["id"], "expectedVersion": item["version"] });
    let input =
        json!({ "locale": "en-CA", "title": "Aardvark", "body": "Ratel.", "category": "NEWS", "format": "ARTICLE" });
    let mut item = change("resourceCreate", input).await;
    assert_eq!(
        (count("aardvark", None).await, count("ratel", Some(&token)).await, count("aardvark", Some(&other)).await),
        (0, 1, 0)
    );
    item = change("contentPublish", reference(&item)).await;
    assert_eq!((count("aardvark", None).await, count("ratel", None).await), (1, 1));
    let mut update = reference(&item);
    update["title"] = json!("Pangolin");
    item = change("resourceUpdate", update).await;
    assert_eq!((count("aardvark", None).await, count("pangolins", None).await), (0, 1));
    item = change("contentArchive", reference(&item)).await;
    assert_eq!((count("pangolin", None).await, count("pangolin", Some(&token)).await), (0, 1));
    change("emergencyWithdraw", json!({ "id": item["id"] })).await;
    assert_eq!((count("pangolin", None).await, count("pangolin", Some(&token)).await), (0, 0));
}

#[tokio::test]
async fn what_was_there_before_the_index_is_indexed_by_the_worker() {
    let database = Database::fresh().await;
    let app = crate::actor::open(&database, crate::actor::generous(), crate::actor::clock()).await;
    let text = lines::text([
        lines::region("old-harbour", &["toronto"]),
        resource("kept").with(json!({ "regions": ["old-harbour"] })),
    ]);
    crate::actor::load(&app, &text).await;
    let migrations = app.store.migrations().await.unwrap();
    let own = migrations.iter().position(|(name, _)| name.ends_with("_search")).unwrap();
    app.store.migrate_down(u32::try_from(migrations.len() - own).unwrap()).await.unwrap();
    app.store.migrate_up().await.unwrap();
    let server = Server::of(app, Some(database)).await;
    assert!(found_slugs(&server, "kept").await.is_empty());
    run_due(&server.app).await.unwrap();
    assert_eq!(found_slugs(&server, "kept").await, ["kept"]);
    // A region that moves takes its items along, and so does its name.
    let within = async |code: &str| {
        found(&server, &format!("query: \"kept\", filter: {{regions: [\"{code}\"]}}")).await["totalCount"].clone()
    };
    assert_eq!((within("CA-ON").await, within("CA-BC").await), (json!(1), json!(0)));
    let names = json!([{ "locale": "en-CA", "text": "Quillfort" }]);
    let moved = lines::region("old-harbour", &["vancouver"]).with(json!({ "names": names }));
    crate::actor::load(&server.app, &moved.to_string()).await;
    run_due(&server.app).await.unwrap();
    assert_eq!((within("CA-ON").await, within("CA-BC").await), (json!(0), json!(1)));
    assert_eq!(found_slugs(&server, "quillfort").await, ["kept"]);
}
