//! A redacted item is gone: a mark that stood in every text of an item of each kind, of all its versions and of what was
//! said about it, is in no table and, on SQLite, in no byte of the files. What remains is a tombstone.

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Map, Value, json};
use solidarity::domain::scope::Scope;

use crate::actor::{clock, generous, load, open};
use crate::database::{Database, rows};
use crate::harness::Server;
use crate::lines;

/// The mark, in small letters; nothing else holds it.
const MARK: &str = "zqcanarywx";
/// Items of each kind, so that the pages of a SQLite file are split while they are there.
const OF_EACH: usize = 5;
const NEIGHBOURS: usize = 150;

const KINDS: [&str; 7] =
    ["resource", "event", "campaign", "drugAlert", "serviceUpdate", "policyUpdate", "communityUpdate"];

/// A sentence with the mark.
fn sentence(what: &str) -> String {
    format!("{MARK} said this in the {what}, and wants it forgotten")
}

fn words(what: &str) -> Value {
    json!([{ "locale": "en-CA", "text": sentence(what) }, { "locale": "fr-CA", "text": sentence(what) }])
}

fn link(what: &str) -> String {
    format!("https://{MARK}.example/{MARK}/{what}")
}

/// An input with the mark in every text that its kind takes.
fn input(kind: &str, number: usize) -> Value {
    let verified = json!({ "method": "PHONE", "verifiedAt": "2026-11-22T12:00:00Z", "verifiedBy": sentence("check") });
    let common = json!({
        "idempotencyKey": format!("{MARK} {kind} {number}"), "slug": format!("{MARK}-{}-{number}", kind.to_lowercase()),
        "locale": "en-CA", "title": sentence("title"), "summary": sentence("summary"),
        "body": sentence("body").repeat(40),
        "attribution": { "displayName": sentence("name"), "kind": "PSEUDONYM", "note": sentence("note") },
        "source": { "system": MARK, "externalId": format!("{MARK}/{kind}/{number}"), "url": link("source"),
            "license": sentence("licence") },
        "translations": [{ "locale": "es", "origin": "HUMAN", "title": sentence("Spanish title"),
            "summary": sentence("Spanish summary"), "body": sentence("Spanish body") }],
        "regions": ["CA-BC"], "topics": ["naloxone"], "verification": verified,
    });
    let issued = json!({ "issuedAt": "2026-11-22T12:00:00Z", "instructions": words("instruction") });
    let place = json!({ "disclosure": "EXACT", "address": sentence("address"), "howToGetDetails": words("way"),
        "label": words("place"), "point": { "latitude": 49.28, "longitude": -123.1 } });
    let own = match kind {
        "resource" => json!({ "category": "NEWS", "format": "ARTICLE", "externalUrl": link("it"),
            "license": sentence("licence"), "files": [{ "url": link("file"), "title": sentence("file") }],
            "evidence": [{ "basis": "OTHER", "citation": sentence("work"), "url": link("work"), "doi": format!("10.1/{MARK}") }] }),
        "event" => json!({ "kind": "WORKSHOP", "format": "HYBRID", "startsAtLocal": "2026-12-15T12:00:00",
            "timeZone": "America/Toronto", "location": place,
            "accessibility": { "contact": sentence("contact"), "notes": words("access") },
            "agenda": { "visibility": "PUBLIC", "text": words("agenda") },
            "notes": { "visibility": "PARTNERS", "text": words("notes") },
            "online": { "howToJoin": words("joining"), "joinUrl": link("join"), "platform": sentence("platform") },
            "registration": { "url": link("register"), "note": words("registration") },
            "safety": { "legalSupport": words("law"), "riskNotes": words("risk"), "photography": words("photo"),
                "substancePolicy": words("policy") },
            "recurrence": { "rrule": "FREQ=DAILY;COUNT=3", "overrides": [
                { "recurrenceId": "2026-12-16T12:00:00", "note": words("override") }] } }),
        "campaign" => json!({ "kind": "MUTUAL_AID", "demands": [{ "text": words("demand") }],
            "goal": { "description": words("goal") }, "outcome": words("outcome"),
            "milestones": [{ "title": words("milestone") }],
            "endorsements": [{ "organization": "starter-collection", "statement": words("statement") }],
            "targets": [{ "name": sentence("target"), "role": sentence("role"), "address": sentence("office") }],
            "asks": [
                { "petition": { "title": words("petition"), "details": words("details"), "url": link("petition") } },
                { "donate": { "title": words("gift"), "url": link("give"), "payee": { "name": sentence("payee"),
                    "url": link("payee"), "verifiedBy": sentence("voucher"), "verifiedAt": "2026-11-22T12:00:00Z" } } },
                { "goods": { "title": words("goods"), "dropOff": words("door"), "items": [{ "name": words("tent") }] } },
                { "share": { "title": words("share"), "message": words("message"), "hashtags": [MARK] } },
                { "contact": { "title": words("call"), "channel": "PHONE", "script": words("script") } },
                { "volunteer": { "title": words("help"), "roles": [{ "text": words("role") }] } },
                { "showUp": { "title": words("court"), "details": words("where") } }] }),
        "drugAlert" => json!({ "kind": "DRUG_ALERT", "expiresAt": "2026-11-29T12:00:00Z", "severity": "SEVERE",
            "urgency": "IMMEDIATE", "certainty": "OBSERVED", "areaDescription": words("area"),
            "observedEffects": words("effect"), "samples": [{ "soldAs": sentence("name"), "colour": sentence("colour"),
                "texture": sentence("texture"), "packaging": sentence("bag"), "detected": [
                { "name": sentence("substance"), "class": sentence("class"), "method": sentence("method"),
                    "abundance": sentence("share") }] }] }),
        "serviceUpdate" => json!({ "kind": "SERVICE_CHANGED", "alternatives": words("alternative"),
            "serviceName": words("service"), "location": place }),
        "policyUpdate" => json!({ "kind": "POLICY_CHANGE", "instrument": sentence("law"),
            "jurisdiction": sentence("court"), "whatItMeans": words("meaning") }),
        _ => json!({ "kind": "COMMUNITY_NOTICE" }),
    };
    let mut members: Map<String, Value> = Map::new();
    let parts =
        if matches!(kind, "resource" | "event" | "campaign") { vec![common, own] } else { vec![common, issued, own] };
    for part in parts {
        members.extend(part.as_object().unwrap().clone());
    }
    Value::Object(members)
}

/// A publisher, a reviewer of another organization, and who looks after safety.
struct Stage {
    server: Server,
    writer: String,
    reviewer: String,
    safety: String,
}

impl Stage {
    async fn new() -> Self {
        let database = Database::fresh().await;
        let app = open(&database, generous(), clock()).await;
        let neighbours = (0..NEIGHBOURS)
            .map(|number| lines::resource(&format!("neighbour-{number}")).with(json!({ "body": "Text. ".repeat(90) })));
        load(&app, &lines::text(neighbours.chain([lines::organization("reviewers")]))).await;
        let server = Server::of(app, Some(database)).await;
        let writes: Vec<Scope> = Scope::ALL
            .iter()
            .copied()
            .filter(|scope| !matches!(scope, Scope::ContentReview | Scope::ContentWithdraw | Scope::ClientsManage))
            .collect();
        let writer = server.client(&writes, "starter-collection", &[]).await;
        let reviewer = server.client(&[Scope::ContentReview], "reviewers", &[]).await;
        let safety = server.client(&[Scope::ContentWithdraw], "reviewers", &[]).await;
        Self { server, writer, reviewer, safety }
    }

    /// The item of a mutation that is accepted.
    async fn run(&self, token: &str, mutation: &str, noun: &str, input: Value) -> Value {
        let argument = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let document = format!(
            "mutation($input: {argument}!) {{ {mutation}(input: $input) {{ {noun} {{ id version status title }} \
             userErrors {{ code field message }} }} }}"
        );
        let mut answer = self.server.ask_as(token, &document, json!({ "input": input })).await;
        let payload = &mut answer["data"][mutation];
        assert!(payload["userErrors"] == json!([]), "{mutation} {input:#}: {answer:#}");
        answer["data"][mutation][noun].take()
    }

    /// An item that has gone through all that leaves texts behind; answers its id.
    async fn publish(&self, kind: &str, number: usize) -> String {
        let writer = &self.writer;
        let mut item = self.run(writer, &format!("{kind}Create"), kind, input(kind, number)).await;
        let reference = |item: &Value| json!({ "id": item["id"], "expectedVersion": item["version"] });
        let with = |item: &Value, more: Value| {
            let mut input = reference(item);
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            input
        };
        let translation = json!({ "translation": { "locale": "fr-CA", "origin": "HUMAN",
            "title": sentence("titre"), "summary": sentence("résumé"), "body": sentence("texte") } });
        item = self.run(writer, "contentTranslate", "content", with(&item, translation)).await;
        let longer = json!({ "body": sentence("longer body").repeat(60) });
        item = self.run(writer, &format!("{kind}Update"), kind, with(&item, longer)).await;
        item = self.run(writer, "contentSubmit", "content", reference(&item)).await;
        let reason = json!({ "reason": sentence("reason of the reviewer") });
        item = self.run(&self.reviewer, "contentReject", "content", with(&item, reason)).await;
        item = self.run(writer, "contentSubmit", "content", reference(&item)).await;
        item = self.run(&self.reviewer, "contentApprove", "content", reference(&item)).await;
        item = self.run(writer, "contentPublish", "content", reference(&item)).await;
        assert_eq!(item["status"], "PUBLISHED");
        item["id"].as_str().unwrap().to_string()
    }

    /// Where the mark is: a table and a row that holds it, of all tables.
    async fn found(&self) -> Vec<String> {
        let url = &self.server.database.as_ref().unwrap().url;
        let connection = sea_orm::Database::connect(url).await.unwrap();
        let backend = connection.get_database_backend();
        let ask = async |sql: String| {
            let rows = connection.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
            rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect::<Vec<_>>()
        };
        let tables = match backend {
            DbBackend::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
            _ => "SELECT name FROM sqlite_master WHERE type = 'table'",
        };
        let mut found = Vec::new();
        for table in ask(tables.to_string()).await {
            let rows = match backend {
                DbBackend::Postgres => ask(format!("SELECT t::text FROM \"{table}\" t")).await,
                _ => {
                    let columns = ask(format!("SELECT name FROM pragma_table_info('{table}')")).await;
                    let columns: Vec<String> =
                        columns.iter().map(|name| format!("CASE typeof(\"{name}\") WHEN 'blob' THEN hex(\"{name}\") ELSE coalesce(CAST(\"{name}\" AS TEXT), '') END")).collect();
                    ask(format!("SELECT {} FROM \"{table}\"", columns.join(" || ' ' || "))).await
                }
            };
            // The index of search is bytes.
            let hex: String = MARK.bytes().map(|byte| format!("{byte:02x}")).collect();
            let holding = rows.into_iter().find(|row| {
                let row = row.to_lowercase();
                row.contains(MARK) || row.contains(&hex)
            });
            found.extend(holding.map(|row| format!("{table}: {}", row.chars().take(300).collect::<String>())));
        }
        connection.close().await.unwrap();
        found
    }

    /// The files of a SQLite database that hold the mark.
    fn files(&self) -> Vec<String> {
        let Some(folder) = &self.server.database.as_ref().unwrap().folder else { return Vec::new() };
        let mut holding = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            let places: Vec<usize> = bytes
                .windows(MARK.len())
                .enumerate()
                .filter(|(_, window)| window.eq_ignore_ascii_case(MARK.as_bytes()))
                .map(|(place, _)| place)
                .collect();
            if !places.is_empty() {
                holding.push(format!("{} times in {}, first at {}", places.len(), path.display(), places[0]));
            }
        }
        holding
    }

    async fn sees(&self, token: Option<&str>, id: &str) -> Value {
        let document = "query($id: ID!) { node(id: $id) { id ... on Content { title status slug body
            attribution { displayName } source { externalId url } translations { title } } } }";
        let variables = json!({ "id": id });
        let mut answer = match token {
            Some(token) => self.server.ask_as(token, document, variables).await,
            None => self.server.ask(document, variables, None).await,
        };
        assert!(answer["errors"].is_null(), "{answer:#}");
        answer["data"]["node"].take()
    }
}

#[tokio::test]
async fn nothing_of_a_redacted_item_is_left_but_a_tombstone() {
    let stage = Stage::new().await;
    let mut ids: Vec<(&str, String)> = Vec::new();
    for number in 0..OF_EACH {
        for kind in KINDS {
            ids.push((kind, stage.publish(kind, number).await));
        }
    }
    // The index follows what was written.
    stage.server.query("{ search(query: \"naloxone\") { totalCount } }", json!({})).await;
    let before = stage.found().await;
    let is_sqlite = stage.server.database.as_ref().unwrap().folder.is_some();
    for table in ["revision:", "search:", if is_sqlite { "search_words_data:" } else { "content:" }] {
        assert!(before.iter().any(|row| row.starts_with(table)), "nothing to erase in {table} {before:#?}");
    }
    let indexed =
        "SELECT count(*) FROM search JOIN content ON content.id = search.content WHERE content.status = 'WITHDRAWN'";
    for (position, (_, id)) in ids.iter().enumerate() {
        assert_eq!(stage.sees(None, id).await["title"], sentence("title"));
        // Some are taken back first, with reasons.
        let reason = json!({ "id": id, "reason": sentence("reason of safety") });
        match position % 3 {
            0 => stage.run(&stage.safety, "emergencyWithdraw", "content", reason).await,
            1 => {
                let mut reason = reason;
                reason["expectedVersion"] = json!(8);
                stage.run(&stage.writer, "contentWithdraw", "content", reason).await
            }
            _ => Value::Null,
        };
        let is_withdrawn = position % 3 < 2;
        assert_eq!(stage.sees(None, id).await.is_null(), is_withdrawn);
        let url = &stage.server.database.as_ref().unwrap().url;
        assert_eq!(rows(url, indexed).await[0].try_get_by_index::<i64>(0).unwrap(), 0, "withdrawal leaves no words");
        let item = stage.run(&stage.safety, "contentRedact", "content", json!({ "id": id })).await;
        assert_eq!((&item["status"], &item["title"]), (&json!("WITHDRAWN"), &json!("Redacted")));
        assert!(stage.sees(None, id).await.is_null());
    }
    assert_eq!(stage.found().await, Vec::<String>::new());
    assert_eq!(stage.files(), Vec::<String>::new());

    let url = stage.server.database.as_ref().unwrap().url.clone();
    for (kind, id) in &ids {
        let own = stage.sees(Some(&stage.writer), id).await;
        assert_eq!((&own["title"], &own["status"]), (&json!("Redacted"), &json!("WITHDRAWN")), "{kind}: {own:#}");
        let bare = id.split('_').next_back().unwrap();
        let log = format!("SELECT what, purge FROM change WHERE public_id = '{bare}' ORDER BY seq DESC LIMIT 1");
        let row = &rows(&url, &log).await[0];
        let (what, purge): (String, bool) = (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        assert_eq!((what.as_str(), purge), ("REDACTED", true), "{kind}");
        let of_item = format!("(SELECT id FROM content WHERE public_id = '{bare}')");
        let kept = format!("SELECT count(*) FROM revision WHERE content_id = {of_item}");
        assert!(rows(&url, &kept).await[0].try_get_by_index::<i64>(0).unwrap() >= 9, "who did what stays");
    }
    let document = "{ resources(first: 100) { nodes { title } } events(first: 100) { nodes { title } }
        campaigns(first: 100) { nodes { title } } regionalUpdates(first: 100) { nodes { title } }
        activeAlerts(first: 100) { nodes { title } }
        found: search(query: \"neighbour\", first: 1) { totalCount edges { excerpt { text } } }
        gone: search(query: \"MARK\") { totalCount } redacted: search(query: \"redacted\") { totalCount } }"
        .replace("MARK", MARK);
    let lists = stage.server.query(&document, json!({})).await;
    assert_eq!((&lists["gone"]["totalCount"], &lists["redacted"]["totalCount"]), (&json!(0), &json!(0)));
    assert_eq!(lists["found"]["totalCount"], NEIGHBOURS);
    let lists = lists.to_string();
    assert!(lists.contains("neighbour-1") && !lists.contains(MARK) && !lists.contains("Redacted"), "{lists}");
}
