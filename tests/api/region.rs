//! Regions: look-ups, the graph, filters, and what hangs below.

use serde_json::{Value, json};

use crate::actor::{members, slugs};
use crate::harness::Server;
use crate::lines::{Line, alert, event, organization, region, resource, text};

#[tokio::test]
async fn a_region_is_found_by_id_slug_and_code_and_by_nothing_else() {
    let server = Server::shared_demo().await;
    let document = "query($by: RegionBy!) { region(by: $by) { id slug name kind codes { scheme value } timeZones } }";
    let by_code = server.query(document, json!({ "by": { "code": "CA-BC" } })).await;
    let region = &by_code["region"];
    assert_eq!(region["slug"], "british-columbia");
    assert_eq!(region["name"], "British Columbia");
    assert_eq!(region["kind"], "PROVINCE");
    assert_eq!(region["codes"][0], json!({ "scheme": "ISO_3166_2", "value": "CA-BC" }));
    assert_eq!(region["timeZones"][0], "America/Vancouver");
    for by in [json!({ "id": region["id"] }), json!({ "slug": "british-columbia" })] {
        assert_eq!(server.query(document, json!({ "by": by })).await, by_code, "{by}");
    }
    for by in
        [json!({ "slug": "atlantis" }), json!({ "code": "CA-XX" }), json!({ "id": "reg_00000000000000000000000000" })]
    {
        assert_eq!(server.query(document, json!({ "by": by })).await["region"], Value::Null, "{by}");
    }
    for by in [json!({}), json!({ "slug": "canada", "code": "CA" }), json!({ "slug": null })] {
        assert_eq!(server.refusal(document, json!({ "by": by })).await.0, "BAD_REQUEST", "{by}");
    }
}

#[tokio::test]
async fn the_id_of_another_noun_is_refused_by_name_everywhere() {
    let server = Server::shared_demo().await;
    let first = |list: &str| format!("{list}(first: 1) {{ nodes {{ id }} }}");
    let lists = ["regions", "topics", "organizations", "resources", "events", "campaigns", "regionalUpdates"];
    let nouns = ["region", "topic", "organization", "resource", "event", "campaign", "update"];
    let fields = ["region", "topic", "organization", "resource", "event", "campaign", "regionalUpdate"];
    let data = server.query(&format!("{{ {} }}", lists.map(first).join(" ")), json!({})).await;
    let ids: Vec<&str> = lists.iter().map(|list| data[list]["nodes"][0]["id"].as_str().unwrap()).collect();
    for (own, field) in fields.iter().enumerate() {
        for (other, id) in ids.iter().enumerate() {
            let document = format!("{{ {field}(by: {{id: \"{id}\"}}) {{ __typename id }} }}");
            if own == other {
                assert_eq!(server.query(&document, json!({})).await[field]["id"], *id);
                continue;
            }
            let (code, message) = server.refusal(&document, json!({})).await;
            let expected = format!("by.id is the id of a {}, expected the id of a {}", nouns[other], nouns[own]);
            assert!(code == "BAD_REQUEST" && message.starts_with(&expected), "{message}");
        }
        let malformed = format!("{{ {field}(by: {{id: \"xyz_1\"}}) {{ __typename }} }}");
        let (code, message) = server.refusal(&malformed, json!({})).await;
        assert!(code == "BAD_REQUEST" && message.starts_with("by.id is not an id"), "{message}");
    }
    let nodes = format!("{{ nodes(ids: {ids:?}) {{ id }} }}");
    assert_eq!(members(&server.query(&nodes, json!({})).await, "id"), ids);
    let mixed = format!("{{ nodes(ids: [\"{}\", \"res_00000000000000000000000000\"]) {{ id }} }}", ids[3]);
    assert_eq!(server.query(&mixed, json!({})).await["nodes"][1], Value::Null);
    let (code, message) =
        server.refusal(&format!("{{ nodes(ids: [\"{}\", \"nonsense\"]) {{ id }} }}", ids[0]), json!({})).await;
    assert!(code == "BAD_REQUEST" && message.starts_with("ids[1] is not an id"), "{message}");
    let many = vec![ids[0]; 101];
    let (code, message) =
        server.refusal("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": many })).await;
    assert!(code != "INTERNAL" && message.contains("100"), "{code} {message}");
}

#[tokio::test]
async fn the_provinces_have_their_official_names_in_english_and_correct_ones_in_french() {
    let server = Server::shared_demo().await;
    let document = "query($locales: [Locale!]) { regions(first: 20, locales: $locales,
        filter: {within: [\"CA\"], kinds: [PROVINCE, TERRITORY]}) { totalCount nodes { name } } }";
    let english = server.query(document, json!({ "locales": ["en-CA"] })).await;
    assert_eq!(english["regions"]["totalCount"], 13);
    assert_eq!(
        members(&english["regions"], "name"),
        [
            "Alberta",
            "British Columbia",
            "Manitoba",
            "New Brunswick",
            "Newfoundland and Labrador",
            "Northwest Territories",
            "Nova Scotia",
            "Nunavut",
            "Ontario",
            "Prince Edward Island",
            "Quebec",
            "Saskatchewan",
            "Yukon",
        ]
    );
    let french = server.query(document, json!({ "locales": ["fr-CA"] })).await;
    assert_eq!(
        members(&french["regions"], "name"),
        [
            "Alberta",
            "Colombie-Britannique",
            "Île-du-Prince-Édouard",
            "Manitoba",
            "Nouveau-Brunswick",
            "Nouvelle-Écosse",
            "Nunavut",
            "Ontario",
            "Québec",
            "Saskatchewan",
            "Terre-Neuve-et-Labrador",
            "Territoires du Nord-Ouest",
            "Yukon",
        ]
    );
}

#[tokio::test]
async fn regions_form_a_graph_and_not_a_tree() {
    let lines = [
        region("valley", &["CA-ON", "CA-QC"]),
        region("village", &["valley", "CA-ON"]),
        region("territory", &["turtle-island"])
            .with(json!({ "overlaps": ["CA-ON", "CA-QC"], "kind": "INDIGENOUS_TERRITORY" })),
    ];
    let server = Server::with_content(&text(lines)).await;
    let document = "{ region(by: {slug: \"village\"}) { parents { slug } ancestors { slug } children { slug } }
        valley: region(by: {slug: \"valley\"}) { children { slug } }
        territory: region(by: {slug: \"territory\"}) { overlaps { slug } parents { slug } acknowledgement { text } } }";
    let data = server.query(document, json!({})).await;
    let names = |list: &Value| -> Vec<String> { members(&json!({ "nodes": list }), "slug") };
    assert_eq!(names(&data["region"]["parents"]), ["valley", "ontario"]);
    let ancestors = names(&data["region"]["ancestors"]);
    assert_eq!(ancestors[..3], ["valley", "ontario", "quebec"]);
    assert_eq!(ancestors.len(), 6, "canada, world and turtle-island once each: {ancestors:?}");
    assert_eq!(names(&data["valley"]["children"]), ["village"]);
    assert_eq!(names(&data["territory"]["overlaps"]), ["ontario", "quebec"]);
    assert_eq!(data["territory"]["acknowledgement"], Value::Null, "none was given by its nation");
}

#[tokio::test]
async fn filters_of_regions_are_or_within_and_and_between() {
    let server = Server::shared_demo().await;
    let document =
        "query($filter: RegionFilter) { regions(first: 100, filter: $filter) { totalCount nodes { slug } } }";
    let all = server.query(document, json!({})).await["regions"]["totalCount"].as_u64().unwrap();
    for (filter, expected) in [
        (json!({ "codes": ["CA-BC", "CA-NL"] }), vec!["british-columbia", "newfoundland-and-labrador"]),
        (
            json!({ "codes": ["CA-BC", "CA-NL"], "within": ["CA"] }),
            vec!["british-columbia", "newfoundland-and-labrador"],
        ),
        (json!({ "codes": ["CA-BC", "FR"], "kinds": ["COUNTRY"] }), vec!["france"]),
        (json!({ "within": ["CA-ON", "british-columbia"], "kinds": ["MUNICIPALITY"] }), vec!["toronto", "vancouver"]),
        (json!({ "kinds": [] }), vec![]),
        (json!({ "within": [] }), vec![]),
        (json!({ "codes": [], "kinds": ["PROVINCE"] }), vec![]),
    ] {
        let data = server.query(document, json!({ "filter": filter })).await;
        let found = slugs(&data["regions"]);
        assert_eq!(found, expected, "{filter}");
        assert_eq!(data["regions"]["totalCount"], expected.len(), "{filter}");
    }
    for filter in [json!(null), json!({}), json!({ "kinds": null, "within": null, "codes": null })] {
        let data = server.query(document, json!({ "filter": filter })).await;
        assert_eq!(data["regions"]["totalCount"], all, "{filter}");
    }
    let (code, message) = server.refusal(document, json!({ "filter": { "within": ["CA", "atlantis"] } })).await;
    assert_eq!((&*code, &*message), ("BAD_REQUEST", "filter.within[1]: \"atlantis\" is not known"));
    let eleven = vec!["CA"; 11];
    let (code, message) = server.refusal(document, json!({ "filter": { "codes": eleven } })).await;
    assert_eq!((&*code, &*message), ("BAD_REQUEST", "filter.codes holds 11 values, more than the maximum of 10"));
}

/// Where items are, by their slugs.
fn placed() -> Vec<Line> {
    let at = |slug: &str, regions: &[&str]| resource(slug).with(json!({ "regions": regions }));
    vec![
        at("in-toronto", &["toronto"]),
        at("in-ontario", &["CA-ON"]),
        at("in-canada", &["CA"]),
        at("in-vancouver", &["vancouver"]),
        at("in-both", &["toronto", "vancouver"]),
        at("online", &["online"]),
        at("nowhere", &[]),
        organization("of-toronto").with(json!({ "regions": ["toronto"] })),
        organization("of-canada").with(json!({ "regions": ["CA"] })),
        organization("of-nowhere"),
    ]
}

#[tokio::test]
async fn a_region_has_what_lies_inside_it_and_a_list_can_leave_that_out() {
    let server = Server::with_content(&text(placed())).await;
    for (region, inside, direct) in [
        ("toronto", vec!["in-both", "in-toronto"], vec!["in-both", "in-toronto"]),
        ("CA-ON", vec!["in-both", "in-ontario", "in-toronto"], vec!["in-ontario"]),
        ("CA-BC", vec!["in-both", "in-vancouver"], vec![]),
        ("CA", vec!["in-both", "in-canada", "in-ontario", "in-toronto", "in-vancouver"], vec!["in-canada"]),
        ("world", vec!["in-both", "in-canada", "in-ontario", "in-toronto", "in-vancouver", "online"], vec![]),
        ("CA-QC", vec![], vec![]),
    ] {
        let order = "orderBy: {field: TITLE, direction: ASC}";
        let list = format!("first: 50, {order}) {{ totalCount nodes {{ slug }} }}");
        let document = format!(
            "{{ region(by: {{code: \"{region}\"}}) {{ resources({list} }}
                filtered: resources(filter: {{regions: [\"{region}\"]}}, {list}
                usual: resources(filter: {{regions: [\"{region}\"]}}) {{ totalCount nodes {{ slug }} }}
                direct: resources(filter: {{regions: [\"{region}\"], includeSubregions: false}}, {list}
                again: resources(filter: {{regions: [\"{region}\"], includeSubregions: true}}, {list} }}"
        );
        let document =
            if region == "toronto" || region == "world" { document.replace("{code:", "{slug:") } else { document };
        let data = server.query(&document, json!({})).await;
        for list in [&data["region"]["resources"], &data["filtered"], &data["again"]] {
            assert_eq!(slugs(list), inside, "{region}");
            assert_eq!(list["totalCount"], inside.len(), "{region}");
        }
        assert_eq!(data["usual"]["totalCount"], inside.len(), "each once: {region}");
        assert_eq!(slugs(&data["direct"]), direct, "{region}");
        assert_eq!(data["direct"]["totalCount"], direct.len(), "{region}");
    }
    let document = "{ region(by: {code: \"CA-ON\"}) { organizations { totalCount nodes { slug } } }
        canada: region(by: {code: \"CA\"}) { organizations { nodes { slug } } } }";
    let data = server.query(document, json!({})).await;
    assert_eq!(slugs(&data["region"]["organizations"]), ["of-toronto"]);
    assert_eq!(slugs(&data["canada"]["organizations"]), ["of-canada", "of-toronto"]);
}

#[tokio::test]
async fn an_alert_holds_inside_and_around_its_region() {
    let at = |slug: &str, region: &str| alert(slug).with(json!({ "regions": [region] }));
    let lines =
        [at("for-canada", "CA"), at("for-toronto", "toronto"), at("for-vancouver", "vancouver"), event("other")];
    let server = Server::with_content(&text(lines)).await;
    for (region, expected) in [
        ("british-columbia", vec!["for-canada", "for-vancouver"]),
        ("ontario", vec!["for-canada", "for-toronto"]),
        ("toronto", vec!["for-canada", "for-toronto"]),
        ("quebec", vec!["for-canada"]),
        ("world", vec!["for-canada", "for-toronto", "for-vancouver"]),
        ("france", vec![]),
        ("online", vec![]),
    ] {
        let document = format!(
            "{{ region(by: {{slug: \"{region}\"}}) {{ activeAlerts {{ totalCount nodes {{ slug }} }} }}
                activeAlerts(filter: {{regions: [\"{region}\"]}}) {{ totalCount nodes {{ slug }} }} }}"
        );
        let data = server.query(&document, json!({})).await;
        for list in [&data["region"]["activeAlerts"], &data["activeAlerts"]] {
            let mut found = slugs(list);
            found.sort();
            assert_eq!(found, expected, "{region}");
            assert_eq!(list["totalCount"], expected.len(), "{region}");
        }
    }
}
