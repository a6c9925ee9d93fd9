//! What a programmer would write by hand for the three reads and nothing else: axum, one SQL statement a list on the same
//! driver and the same tables, names from memory, and a serializer that writes the bytes of the answer.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sea_orm::sqlx::{Row as _, query};
use serde::Deserialize;
use solidarity::domain::time::{Timestamp, Zones};
use solidarity::store::ALIKE;
use tokio::net::TcpListener;

use crate::data;
use crate::reads::three;

struct Plan {
    pool: PgPool,
    zones: Zones,
    regions: HashMap<i64, String>,
    topics: HashMap<i64, String>,
    organizations: HashMap<i64, String>,
    region_keys: HashMap<String, i64>,
    topic_keys: HashMap<String, i64>,
}

/// A statement whose text is made once.
fn once(cell: &'static OnceLock<String>, make: impl FnOnce() -> String) -> &'static str {
    cell.get_or_init(make)
}

const ENVELOPE: &str = "c.public_id, c.slug, c.texts, c.organization_id, c.region_ids, c.topic_ids";
const VISIBLE: &str = "c.status = 'PUBLISHED' AND c.visibility = 'PUBLIC' AND (c.expires_at IS NULL OR c.expires_at > $1) \
                       AND (c.published_at IS NULL OR c.published_at <= $1)";

#[derive(Deserialize)]
struct Text<'a> {
    locale: &'a str,
    #[serde(borrow)]
    title: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    summary: Option<std::borrow::Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    body: std::borrow::Cow<'a, str>,
}

#[derive(Deserialize)]
struct Asked<'a> {
    #[serde(borrow)]
    variables: Variables<'a>,
}

#[derive(Deserialize)]
struct Variables<'a> {
    topic: Option<&'a str>,
    region: Option<&'a str>,
    slug: Option<&'a str>,
}

/// Serves the three reads.
pub async fn serve(port: u16, url: &str) {
    let app = data::open(url).await;
    let catalog = app.store.catalog();
    let reference = |id: String, name: String| {
        format!("{{\"id\":{},\"name\":{}}}", serde_json::to_string(&id).unwrap(), serde_json::to_string(&name).unwrap())
    };
    let preference = solidarity::domain::locale::Preference::default();
    // Planned as the server plans its lists.
    let options = url.parse::<PgConnectOptions>().unwrap().options(ALIKE);
    let mut plan = Plan {
        pool: PgPoolOptions::new().max_connections(16).connect_with(options).await.unwrap(),
        zones: Zones::bundled(),
        regions: HashMap::new(),
        topics: HashMap::new(),
        organizations: HashMap::new(),
        region_keys: HashMap::new(),
        topic_keys: HashMap::new(),
    };
    for region in catalog.regions() {
        let name = region.names.text(&preference).unwrap();
        plan.regions.insert(region.key, reference(format!("reg_{}", region.public_id), name));
    }
    for topic in catalog.topics() {
        plan.topics
            .insert(topic.key, reference(format!("top_{}", topic.public_id), topic.names.text(&preference).unwrap()));
    }
    for organization in catalog.organizations() {
        let of = reference(format!("org_{}", organization.public_id), organization.name.clone());
        plan.organizations.insert(organization.key, of);
    }
    let variables = &three()[1].variables;
    let name = variables["region"].as_str().unwrap();
    plan.region_keys.insert(name.to_string(), catalog.find_region(name).unwrap().key);
    let name = variables["topic"].as_str().unwrap();
    plan.topic_keys.insert(name.to_string(), catalog.find_topic(name).unwrap().key);
    let router = Router::new()
        .route("/Q1", post(home))
        .route("/Q2", post(page))
        .route("/Q3", post(one))
        .with_state(Arc::new(plan));
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    println!("ready");
    axum::serve(axum::serve::ListenerExt::tap_io(listener, |stream| stream.set_nodelay(true).unwrap()), router)
        .await
        .unwrap();
}

fn now() -> i64 {
    solidarity::clock::Clock::System.now().as_micros()
}

fn string(out: &mut String, text: &str) {
    // Writing to memory does not fail.
    let mut bytes = std::mem::take(out).into_bytes();
    serde_json::to_writer(&mut bytes, text).unwrap();
    *out = String::from_utf8(bytes).unwrap();
}

fn member(out: &mut String, name: &str, text: Option<&str>) {
    out.push_str(name);
    match text {
        Some(text) => string(out, text),
        None => out.push_str("null"),
    }
}

fn all(out: &mut String, name: &str, keys: &str, names: &HashMap<i64, String>) {
    out.push_str(name);
    out.push('[');
    let known = keys.split(',').filter_map(|key| names.get(&key.parse::<i64>().ok()?));
    for (position, name) in known.enumerate() {
        if position > 0 {
            out.push(',');
        }
        out.push_str(name);
    }
    out.push(']');
}

fn best<'t, 'a>(texts: &'t [Text<'a>]) -> &'t Text<'a> {
    texts.iter().find(|text| text.locale == "en-CA").unwrap_or(&texts[0])
}

fn response(text: String) -> Response {
    let mut response = Response::new(axum::body::Body::from(text));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

async fn home(State(plan): State<Arc<Plan>>) -> Response {
    static CAMPAIGNS: OnceLock<String> = OnceLock::new();
    static EVENTS: OnceLock<String> = OnceLock::new();
    let campaigns = || {
        format!(
            "SELECT {ENVELOPE}, c.outline FROM listing l JOIN content c ON c.id = l.content WHERE l.kind = 3 AND \
         l.anchor = 0 AND l.topic = 0 AND {VISIBLE} ORDER BY l.order_key DESC, l.content DESC LIMIT 10"
        )
    };
    let events = || {
        format!(
            "SELECT {ENVELOPE}, c.outline FROM listing l JOIN content c ON c.id = l.content WHERE l.kind = 2 AND \
         l.anchor = 0 AND l.topic = 0 AND {VISIBLE} ORDER BY l.order_key, l.content LIMIT 10"
        )
    };
    let (campaigns, events) = tokio::join!(
        query(once(&CAMPAIGNS, campaigns)).bind(now()).fetch_all(&plan.pool),
        query(once(&EVENTS, events)).bind(now()).fetch_all(&plan.pool)
    );
    let mut out = String::with_capacity(8_192);
    out.push_str("{\"data\":{\"campaigns\":{\"nodes\":[");
    for (position, row) in campaigns.unwrap().iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        item(&mut out, "cmp_", row);
        member(&mut out, ",\"urgency\":", outlined(row).nth(2));
        publisher(&mut out, &plan, row);
        all(&mut out, ",\"regions\":", row.get(4), &plan.regions);
        all(&mut out, ",\"topics\":", row.get(5), &plan.topics);
        out.push('}');
    }
    out.push_str("]},\"events\":{\"nodes\":[");
    for (position, row) in events.unwrap().iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        let texts: Vec<Text<'_>> = serde_json::from_str(row.get(2)).unwrap();
        out.push_str("{\"id\":\"evt_");
        out.push_str(row.get(0));
        member(&mut out, "\",\"slug\":", Some(row.get(1)));
        member(&mut out, ",\"title\":", Some(&best(&texts).title));
        let mut outline = outlined(row).skip(3);
        let (zone, starts_at) = (outline.next().unwrap(), outline.next().unwrap().parse().unwrap());
        let starts_at = plan.zones.with_offset(Timestamp::from_micros(starts_at), zone);
        member(&mut out, ",\"startsAt\":", starts_at.as_deref());
        out.push('}');
    }
    out.push_str("]}}}");
    response(out)
}

/// What stands in the envelope of the table of its kind.
fn outlined(row: &PgRow) -> std::str::Split<'_, char> {
    row.get::<&str, _>(6).split(',')
}

/// `id slug title summary`, of a row of the envelope.
fn item(out: &mut String, prefix: &str, row: &PgRow) {
    let texts: Vec<Text<'_>> = serde_json::from_str(row.get(2)).unwrap();
    let text = best(&texts);
    out.push_str("{\"id\":\"");
    out.push_str(prefix);
    out.push_str(row.get(0));
    member(out, "\",\"slug\":", Some(row.get(1)));
    member(out, ",\"title\":", Some(&text.title));
    member(out, ",\"summary\":", text.summary.as_deref());
}

fn publisher(out: &mut String, plan: &Plan, row: &PgRow) {
    out.push_str(",\"publisher\":");
    out.push_str(&plan.organizations[&row.get::<i64, _>(3)]);
}

async fn page(State(plan): State<Arc<Plan>>, asked: Bytes) -> Response {
    let Asked { variables } = serde_json::from_slice(&asked).unwrap();
    let (anchor, topic) = (plan.region_keys[variables.region.unwrap()], plan.topic_keys[variables.topic.unwrap()]);
    static STATEMENT: OnceLock<String> = OnceLock::new();
    let statement = || {
        format!(
            "SELECT {ENVELOPE}, c.published_at, l.order_key, l.content FROM listing l JOIN content c ON c.id = l.content WHERE \
         l.kind = 1 AND l.anchor = $2 AND l.topic = $3 AND {VISIBLE} ORDER BY l.order_key DESC, l.content DESC LIMIT 21"
        )
    };
    let rows = query(once(&STATEMENT, statement)).bind(now()).bind(anchor).bind(topic);
    let rows = rows.fetch_all(&plan.pool).await.unwrap();
    let mut out = String::with_capacity(16_384);
    out.push_str("{\"data\":{\"resources\":{\"nodes\":[");
    let mut cursor = None;
    for (position, row) in rows.iter().take(20).enumerate() {
        if position > 0 {
            out.push(',');
        }
        item(&mut out, "res_", row);
        let published_at = Timestamp::from_micros(row.get(6)).to_string();
        member(&mut out, ",\"publishedAt\":", Some(&published_at));
        publisher(&mut out, &plan, row);
        all(&mut out, ",\"topics\":", row.get(5), &plan.topics);
        all(&mut out, ",\"regions\":", row.get(4), &plan.regions);
        out.push('}');
        cursor = Some((row.get::<i64, _>(7), row.get::<i64, _>(8)));
    }
    out.push_str(if rows.len() > 20 {
        "],\"pageInfo\":{\"hasNextPage\":true"
    } else {
        "],\"pageInfo\":{\"hasNextPage\":false"
    });
    let cursor = cursor.map(|(key, id)| {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("U:{id}:n{key}"))
    });
    member(&mut out, ",\"endCursor\":", cursor.as_deref());
    out.push_str("}}}}");
    response(out)
}

async fn one(State(plan): State<Arc<Plan>>, asked: Bytes) -> Response {
    let Asked { variables } = serde_json::from_slice(&asked).unwrap();
    static STATEMENT: OnceLock<String> = OnceLock::new();
    let statement = || {
        format!(
            "SELECT {ENVELOPE}, c.published_at, d.category, c.body FROM content c JOIN resource d ON d.content_id = c.id WHERE \
         c.kind = 1 AND c.slug = $2 AND {VISIBLE}"
        )
    };
    let rows = query(once(&STATEMENT, statement)).bind(now()).bind(variables.slug.unwrap());
    let row = rows.fetch_one(&plan.pool).await.unwrap();
    let mut out = String::with_capacity(8_192);
    out.push_str("{\"data\":{\"resource\":");
    item(&mut out, "res_", &row);
    let bodies: Vec<Body<'_>> = serde_json::from_str(row.get(8)).unwrap();
    member(&mut out, ",\"body\":", bodies.first().map(|body| &*body.body));
    member(&mut out, ",\"publishedAt\":", Some(&Timestamp::from_micros(row.get(6)).to_string()));
    member(&mut out, ",\"category\":", Some(row.get::<&str, _>(7)));
    out.push_str(",\"translations\":[");
    let texts: Vec<Text<'_>> = serde_json::from_str(row.get(2)).unwrap();
    for (position, text) in texts.iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        member(&mut out, "{\"locale\":", Some(text.locale));
        member(&mut out, ",\"title\":", Some(&text.title));
        member(&mut out, ",\"summary\":", text.summary.as_deref());
        out.push('}');
    }
    out.push(']');
    publisher(&mut out, &plan, &row);
    all(&mut out, ",\"topics\":", row.get(5), &plan.topics);
    all(&mut out, ",\"regions\":", row.get(4), &plan.regions);
    out.push_str("}}}");
    response(out)
}
