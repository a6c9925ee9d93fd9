//! The data that everything is measured on: made-up items in the proportions of real ones, imported as a publisher would.
//! The same numbers make the same items. Kept between runs below a folder for temporary files. More than 100 000 resources
//! are copies of these, which the database itself makes: they are in all lists, but cannot be searched for.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use sea_orm::{ConnectionTrait, Database, Iterable as _, Statement, sea_query::Iden as _};
use serde_json::{Value, json};
use solidarity::app::App;
use solidarity::auth::Keys;
use solidarity::bus::Bus;
use solidarity::clock::Clock;
use solidarity::domain::limits::Limits;
use solidarity::domain::time::Zones;
use solidarity::service::import::{ImportError, ImportOptions, import};
use solidarity::service::seed;
use solidarity::store::Store;
use solidarity::webhook::{Policy, Sender};

/// Told apart from data that was made another way.
pub const VERSION: u32 = 1;
/// Most resources that are imported.
pub const IMPORTED: usize = 100_000;
/// Lines of one import.
const CHUNK: usize = 5_000;
const ORGANIZATIONS: usize = 50;
const REGIONS: [&str; 12] =
    ["toronto", "vancouver", "CA-BC", "CA-ON", "CA-QC", "CA-AB", "CA-NS", "CA-MB", "CA-SK", "CA-NL", "CA-YT", "CA"];
const TOPICS: [&str; 6] =
    ["naloxone", "drug-checking", "safer-supply", "supervised-consumption", "never-use-alone", "overdose-response"];
/// When the made-up past begins, in seconds since 1970: the start of 2020.
const BEGIN: i64 = 1_577_836_800;
/// Seconds from one item to the next.
const APART: i64 = 190;

/// How many items of each kind.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub resources: usize,
    pub events: usize,
    pub campaigns: usize,
}

impl Size {
    /// A number of resources, and the others in proportion.
    pub fn of(resources: usize) -> Self {
        Self { resources, events: resources.min(IMPORTED) / 5, campaigns: resources.min(IMPORTED) / 20 }
    }
}

/// Pseudo-random numbers: the same from the same seed.
struct Dice(u64);

impl Dice {
    fn of(seed: usize) -> Self {
        Self((seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }

    fn words(&mut self, count: usize) -> String {
        const SYLLABLES: [&str; 15] =
            ["ba", "ce", "di", "fo", "gu", "ha", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu"];
        let mut text = String::new();
        for position in 0..count {
            if position > 0 {
                text.push(' ');
            }
            // Few words are frequent, most are rare.
            let top = self.next(20_000) + 1;
            let mut rank = self.next(top) + 15;
            while rank > 0 {
                text.push_str(SYLLABLES[rank % 15]);
                rank /= 15;
            }
        }
        text
    }
}

fn instant(number: usize) -> String {
    let seconds = BEGIN + i64::try_from(number).unwrap() * APART % (6 * 365 * 86_400);
    solidarity::domain::time::Timestamp::from_micros(seconds * 1_000_000).to_string()
}

/// Makes the line of an item's number.
type Maker = fn(usize) -> String;

fn envelope(kind: &str, number: usize, dice: &mut Dice) -> Value {
    let first = number % REGIONS.len();
    let mut regions = vec![REGIONS[first]];
    if number.is_multiple_of(3) {
        regions.push(REGIONS[(first + 5) % REGIONS.len()]);
    }
    let topic = number / REGIONS.len() % TOPICS.len();
    let mut topics = vec![TOPICS[topic]];
    if number.is_multiple_of(2) {
        topics.push(TOPICS[(topic + 2) % TOPICS.len()]);
    }
    let translations = if number.is_multiple_of(4) {
        json!([{ "locale": "fr-CA", "origin": "HUMAN", "title": dice.words(6), "summary": dice.words(24) }])
    } else {
        json!([])
    };
    json!({
        "publisher": format!("group-{}", number % ORGANIZATIONS), "slug": format!("{kind}-{number}"), "locale": "en-CA",
        "title": dice.words(6), "summary": dice.words(24), "body": dice.words(160), "translations": translations,
        "regions": regions, "topics": topics,
    })
}

fn line(kind: &str, number: usize, more: Value) -> String {
    let mut dice = Dice::of(number * 4 + kind.len() % 4);
    let mut input = envelope(kind, number, &mut dice);
    let (Value::Object(members), Value::Object(more)) = (&mut input, more) else { panic!("members are objects") };
    members.extend(more);
    json!({ "kind": kind, "input": input, "record": { "publishedAt": instant(number) } }).to_string()
}

fn resource(number: usize) -> String {
    let category = ["EDUCATION", "NEWS", "OTHER"][number % 3];
    let format = ["GUIDE", "ARTICLE", "ZINE"][number / 3 % 3];
    line("resource", number, json!({ "category": category, "format": format }))
}

fn event(number: usize) -> String {
    let (month, day, hour) = (number / 28 % 12 + 1, number % 28 + 1, 8 + number % 12);
    let start = format!("{}-{month:02}-{day:02}T{hour:02}:00:00", 2024 + number / 336 % 5);
    let more =
        json!({ "kind": "WORKSHOP", "format": "IN_PERSON", "startsAtLocal": start, "timeZone": "America/Toronto" });
    line("event", number, more)
}

fn campaign(number: usize) -> String {
    let urgency = ["NORMAL", "HIGH"][number % 2];
    line("campaign", number, json!({ "kind": "PETITION", "urgency": urgency }))
}

fn organizations() -> String {
    let one = |number: usize| {
        let input = json!({ "slug": format!("group-{number}"), "name": format!("Local group number {number}") });
        json!({ "kind": "organization", "input": input }).to_string()
    };
    (0..ORGANIZATIONS).map(one).collect::<Vec<_>>().join("\n")
}

/// An application on a database.
pub async fn open(url: &str) -> Arc<App> {
    open_with(url, Limits::default()).await
}

/// The same with limits of its own.
pub async fn open_with(url: &str, limits: Limits) -> Arc<App> {
    let store = Store::open(url, &limits).await.unwrap();
    store.migrate_up().await.unwrap();
    store.reload_catalog().await.unwrap();
    Arc::new(App {
        clock: Clock::System,
        zones: Zones::bundled(),
        limits,
        keys: Keys::generate().unwrap(),
        store,
        bus: Bus::default(),
        webhooks: Sender::new(Policy { allows_loopback: true }),
    })
}

async fn load(app: &App, text: &str) {
    match import(app, text, ImportOptions::default(), &mut |_, _| {}).await {
        Ok(_) => {}
        Err(ImportError::Faults(faults)) => panic!("line {}: {}", faults[0].0, faults[0].1),
        Err(fault) => panic!("{fault}"),
    }
}

/// Fills an empty database; leaves one alone that holds anything.
pub async fn fill(url: &str, size: Size) {
    let app = open(url).await;
    if app.store.has_content().await.unwrap() {
        return;
    }
    let started = Instant::now();
    seed::seed(&app).await.unwrap();
    load(&app, &organizations()).await;
    let resources = size.resources.min(IMPORTED);
    let makers: [(usize, Maker); 3] = [(size.campaigns, campaign), (size.events, event), (resources, resource)];
    let all: usize = makers.iter().map(|(count, _)| count).sum();
    let mut done = 0;
    for (count, make) in makers {
        for from in (0..count).step_by(CHUNK) {
            let until = count.min(from + CHUNK);
            load(&app, &(from..until).map(make).collect::<Vec<_>>().join("\n")).await;
            done += until - from;
            eprint!("\r{done} of {all} items in {:.0} s", started.elapsed().as_secs_f64());
            let _ = std::io::stderr().flush();
        }
    }
    // No server that is measured is to make up for it.
    let until = app.store.last_epoch().await.unwrap();
    while !app.store.catch_up_search(until, std::time::Duration::from_secs(60)).await.unwrap() {}
    eprintln!();
}

/// Copies the resources of a PostgreSQL database until there are as many as wanted, and tidies it up.
pub async fn copy(url: &str, size: Size) {
    let connection = Database::connect(url).await.unwrap();
    let count =
        Statement::from_string(connection.get_database_backend(), "SELECT count(*) FROM content WHERE kind = 1");
    let count: i64 = connection.query_one_raw(count).await.unwrap().unwrap().try_get_by_index(0).unwrap();
    let done = usize::try_from(count).unwrap() / IMPORTED;
    let run = async |text: &str| connection.execute_unprepared(text).await.unwrap();
    for number in done.max(1)..size.resources / IMPORTED {
        assert!(number < 32, "an id has room for 31 copies");
        // A copy's id differs in five bits, which are one character of its public id.
        let column = |column: String| match column.as_str() {
            "id" | "content_id" | "content" => format!("{column} # ({number}::bigint << 45)"),
            "public_id" => format!(
                "overlay(public_id placing substr('{ALPHABET}', (strpos('{ALPHABET}', substr(public_id, 4, 1)) - 1 # \
                 {number}) + 1, 1) from 4 for 1)"
            ),
            "slug" => format!("slug || '-{number}'"),
            "order_key" | "published_at" => format!("{column} + {number} * 7000000"),
            other => other.to_string(),
        };
        let list = |columns: Vec<String>| columns.join(", ");
        let copied = |table: &str, names: Vec<String>, condition: &str| {
            let values = list(names.iter().cloned().map(column).collect());
            format!("INSERT INTO {table} ({}) SELECT {values} FROM {table} WHERE {condition}", list(names))
        };
        let plain = "slug ~ '^resource-[0-9]+$'";
        let names = entity::content::Column::iter().map(|column| column.unquoted().to_string()).collect();
        run(&copied("content", names, &format!("kind = 1 AND {plain}"))).await;
        let of_those = format!("IN (SELECT id FROM content WHERE kind = 1 AND {plain})");
        let names = entity::resource::Column::iter().map(|column| column.unquoted().to_string()).collect();
        run(&copied("resource", names, &format!("content_id {of_those}"))).await;
        let names = entity::listing::Column::iter().map(|column| column.unquoted().to_string()).collect();
        run(&copied("listing", names, &format!("content {of_those}"))).await;
        eprint!("\rcopy {number} of {}", size.resources / IMPORTED - 1);
    }
    if size.resources / IMPORTED > done {
        eprintln!();
    }
    // Nothing tidies up while it is measured.
    run("VACUUM ANALYZE").await;
    run("CHECKPOINT").await;
    connection.close().await.unwrap();
}

/// The characters of ids.
const ALPHABET: &str = "0123456789abcdefghjkmnpqrstvwxyz";

/// Where data of a size is kept.
pub fn folder(size: Size) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("speed-{VERSION}-{}", size.resources));
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// A SQLite file with data of a size.
pub async fn sqlite(size: Size) -> String {
    let path = folder(size).join("data.sqlite");
    let url = format!("sqlite://{}?mode=rwc", path.display());
    fill(&url, size).await;
    url
}
