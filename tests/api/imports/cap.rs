//! Alerts of others, and our own, as regional updates.

use serde_json::{Value, json};
use solidarity::service::cap;

use super::{damaged, import, inputs, options, shared};
use crate::harness::Server;
use crate::lines::{alert, text};

fn message(identifier: &str, kind: &str, more: &str) -> String {
    format!(
        "<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'><identifier>{identifier}</identifier><sender>health@city.example</sender>\
         <sent>2026-11-22T07:00:00-05:00</sent><status>Actual</status><msgType>{kind}</msgType><scope>Public</scope>{more}</alert>"
    )
}

fn info(language: &str, headline: &str, more: &str) -> String {
    format!(
        "<info><language>{language}</language><category>Health</category><event>Drug alert</event><urgency>Immediate</urgency>\
         <severity>Severe</severity><certainty>Observed</certainty>{more}<headline>{headline}</headline><description>Nitazenes.</description>\
         <area><areaDesc>Downtown</areaDesc><circle>43.65,-79.38 1</circle><geocode><valueName>ISO3166-2</valueName><value>CA-ON</value></geocode>\
         </area></info>"
    )
}

const ALERTS: &str =
    "{ regionalUpdates(first: 20) { nodes { __typename title body messageType supersedes { title } expiresAt
    translations { locale } regions { slug } ... on DrugAlert { severity urgency certainty areaDescription } } } }";

#[tokio::test]
async fn a_chain_of_alerts_is_imported_in_its_languages_and_ends() {
    let server = Server::with_content(&text([])).await;
    let both =
        info("en-CA", "Nitazenes found", "<expires>2026-12-31T00:00:00Z</expires>") + &info("fr-CA", "Nitazènes", "");
    let file = format!(
        "<alerts>{}{}{}{}</alerts>",
        message("1", "Alert", &both),
        message(
            "2",
            "Update",
            &("<references>health@city.example,1,2026-11-22T07:00:00-05:00</references>".to_string()
                + &info("en-CA", "Nitazenes again", ""))
        ),
        message("3", "Alert", &info("en-CA", "An exercise", "")).replace("Actual", "Exercise"),
        message("4", "Cancel", "<references>other@city.example,9,2026-11-22T07:00:00-05:00</references>"),
    );
    for counts in [(2, 0), (0, 2)] {
        let (done, told) = import(&server, cap::read, file.as_bytes(), &options()).await;
        assert_eq!((done.created, done.unchanged), counts, "{told:?}");
        let told = told.join("\n");
        for part in [
            "alert 1 \"1\": expires is more than 30 days after sent, and was cut",
            "alert 1 \"1\": area has 2 shapes, which were left out",
            "alert 2 \"2\": expires is absent: 30 days after sent was taken",
            "alert 3 \"3\": status is \"Exercise\"",
            "alert 4 \"4\": references name no alert that is known here: there is nothing to cancel",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
    }
    let found = server.query(ALERTS, json!({})).await["regionalUpdates"]["nodes"].take();
    let of = |title: &str| found.as_array().unwrap().iter().find(|it| it["title"] == title).cloned().unwrap();
    let first = of("Nitazenes found");
    assert_eq!(first["translations"].as_array().unwrap().len(), 2, "{first}");
    assert_eq!((&first["severity"], &first["expiresAt"]), (&json!("SEVERE"), &json!("2026-12-22T12:00:00Z")));
    assert_eq!((&first["areaDescription"], &first["regions"]), (&json!("Downtown"), &json!([{ "slug": "ontario" }])));
    assert_eq!(of("Nitazenes again")["supersedes"]["title"], "Nitazenes found");
    // A later file takes the last one back.
    let end = message(
        "5",
        "Cancel",
        "<note>It is over.</note><references>health@city.example,2,2026-11-22T07:00:00-05:00</references>",
    );
    let (done, told) = import(&server, cap::read, end.as_bytes(), &options()).await;
    assert_eq!(done.created, 1, "{told:?}");
    let active = server.query("{ activeAlerts(first: 10) { nodes { title } } }", json!({})).await;
    assert_eq!(active["activeAlerts"]["nodes"], json!([]));
}

#[tokio::test]
async fn what_we_export_comes_back_the_same() {
    let french = json!([{ "locale": "fr-CA", "origin": "HUMAN", "title": "Nitazènes", "summary": "Court.", "body": "Le *corps*." }]);
    let lines = text([alert("ours").with(
        json!({ "title": "Nitazenes & more", "summary": "In short.", "body": "One.\n\nTwo.",
        "translations": french, "regions": ["toronto"], "naloxoneGuidance": "MAY_NEED_MORE_DOSES",
        "instructions": [{ "locale": "en-CA", "text": "Go slow." }, { "locale": "fr-CA", "text": "Doucement." }] }),
    )]);
    let from = Server::with_content(&lines).await;
    let id = from.query("{ regionalUpdates(first: 1) { nodes { id } } }", json!({})).await["regionalUpdates"]["nodes"]
        [0]["id"]
        .take();
    let path = format!("/feeds/alerts/{}.cap", id.as_str().unwrap());
    let document = from.http.get(from.url(&path)).send().await.unwrap().text().await.unwrap();
    let to = Server::with_content(&text([])).await;
    let (done, told) = import(&to, cap::read, document.as_bytes(), &options()).await;
    assert_eq!(done.created, 1, "{told:?}");
    let query = "query { regionalUpdates(first: 1) { nodes { title summary body instructions messageType issuedAt effectiveAt expiresAt
        translations { locale title summary } regions { slug } kind ... on DrugAlert { severity urgency certainty areaDescription
        naloxoneGuidance } } } }";
    for language in ["en-CA", "fr-CA"] {
        let mut before = from.query_in(Some(language), query, json!({})).await;
        let after = to.query_in(Some(language), query, json!({})).await;
        // Markdown goes out as the words that it shows.
        let body = &mut before["regionalUpdates"]["nodes"][0]["body"];
        *body = Value::String(body.as_str().unwrap().replace('*', ""));
        assert_eq!(before, after);
    }
}

#[tokio::test]
async fn alerts_of_others_are_imported_and_a_second_time_nothing_changes() {
    let server = Server::with_content(&text([])).await;
    for (name, bytes) in shared("cap", "xml") {
        let (done, told) = import(&server, cap::read, &bytes, &options()).await;
        println!("{name}\n  {}", told.join("\n  "));
        assert_eq!(done.created, 1, "{name}: {told:?}");
        let (done, told) = import(&server, cap::read, &bytes, &options()).await;
        assert_eq!((done.created, done.updated, done.unchanged), (0, 0, 1), "{name}: {told:?}");
        let read = cap::read(&bytes, &options(), &server.app.store.catalog());
        assert_ne!(inputs(&read)[0]["kind"], "DRUG_ALERT", "{name}");
    }
    for file in damaged(message("1", "Update", &info("en", "x", "<expires>2026-12-01T00:00:00Z</expires>")).as_bytes())
    {
        import(&server, cap::read, &file, &options()).await;
    }
}
