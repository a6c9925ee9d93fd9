//! A search takes the time of its page, however many items there are and however many of them hold a word. 3 000 resources
//! by default, for what is found; `SOLIDARITY_TRIAL=full cargo test --release --test api search_scale -- --nocapture` takes
//! 100 000, and 30 ms for 95 of 100 answers.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::actor::{clock, generous, index, load, open};
use crate::database::Database;
use crate::harness::Server;
use crate::lines;

const REGIONS: [&str; 4] = ["CA-BC", "CA-ON", "CA-QC", "CA-AB"];
/// Lines of one import.
const CHUNK: usize = 5_000;
/// Words that texts are made of.
const VOCABULARY: u64 = 20_000;
/// Texts that are ranked at most.
const RANKED: usize = 1_500;

fn is_full() -> bool {
    std::env::var("SOLIDARITY_TRIAL").is_ok_and(|trial| trial == "full")
}

fn resources() -> usize {
    if is_full() { 100_000 } else { 3_000 }
}

/// Words in the proportions of a language: a few are in every text, most are rare.
struct Words(u64);

impl Words {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn word(&mut self) -> String {
        let top = self.next(VOCABULARY) + 1;
        let mut rank = self.next(top);
        let syllables = ["ba", "ce", "di", "fo", "gu", "ha", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu"];
        let mut word = String::new();
        loop {
            word.push_str(syllables[usize::try_from(rank % 15).unwrap()]);
            rank /= 15;
            if rank == 0 && word.len() > 3 {
                return word;
            }
        }
    }

    fn text(&mut self, count: usize) -> String {
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }
}

/// Every second item says naloxone, every second overdose, each tenth a phrase, one a word of its own.
fn resource(number: usize, words: &mut Words) -> lines::Line {
    let pick = |is_in: bool, text: &'static str| if is_in { text } else { "" };
    let mut body = words.text(120);
    body.push_str(pick(number % 2 == 1, " naloxone kits"));
    let summary = format!("{} {}", words.text(18), pick(number / 2 % 2 == 1, "overdose prevention"));
    let title = format!("{} {}", words.text(5), pick(number % 10 == 3, "safer supply"));
    let needle = if number == 1_234 { " quokka" } else { "" };
    let translations = if number.is_multiple_of(4) {
        json!([{ "locale": "fr-CA", "origin": "HUMAN", "title": words.text(5), "summary": words.text(20) + " méfaits" }])
    } else {
        json!([])
    };
    let published_at = format!("2026-01-{:02}T{:02}:{:02}:00Z", number % 28 + 1, number / 28 % 24, number / 672 % 60);
    lines::resource(&format!("generated-{number}"))
        .with(json!({ "title": title + needle, "summary": summary, "body": body, "translations": translations }))
        .with(json!({ "regions": [REGIONS[number % 4]], "topics": ["naloxone"] }))
        .record(json!({ "publishedAt": published_at }))
}

/// What is asked, and how many items it finds.
fn questions() -> Vec<(&'static str, &'static str, usize)> {
    let all = resources();
    let ranked = |count: usize| count.min(RANKED);
    vec![
        ("a word of half the items", "query: \"kits\"", ranked(all / 2)),
        ("a word of all items", "query: \"naloxone\"", usize::MAX),
        ("two words of half the items", "query: \"kits overdose\"", ranked(all / 4)),
        ("a word of one item", "query: \"quokka\"", 1),
        ("a rare and a frequent word", "query: \"quokka bace\"", usize::MAX),
        ("the beginning of a word", "query: \"overd\"", ranked(all / 2)),
        ("three letters", "query: \"bac\"", usize::MAX),
        ("a phrase", "query: \"\\\"safer supply\\\"\"", ranked(all / 10)),
        ("half the items of a region", "query: \"kits\", filter: {regions: [\"CA-ON\"]}", ranked(all / 4)),
        ("a word of no item of a region", "query: \"kits\", filter: {regions: [\"CA-BC\"]}", 0),
        ("French without accents", "query: \"mefait\"", ranked(all / 4)),
        ("a word that nothing holds beside others", "query: \"kits overdose wombat\"", usize::MAX),
    ]
}

async fn ask(server: &Server, arguments: &str) -> (Duration, Value) {
    let fields = "nodes { id ... on Content { title } } edges { excerpt { text highlights { start end } } } totalCount";
    let document = format!("{{ search({arguments}) {{ {fields} }} }}");
    let started = Instant::now();
    let data = server.query(&document, json!({})).await;
    (started.elapsed(), data["search"].clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_takes_no_longer_for_a_word_of_half_of_all_items() {
    let database = Database::fresh().await;
    let app = open(&database, generous(), clock()).await;
    let mut words = Words(7);
    let started = Instant::now();
    for from in (0..resources()).step_by(CHUNK) {
        let until = resources().min(from + CHUNK);
        load(&app, &lines::text((from..until).map(|number| resource(number, &mut words)))).await;
    }
    println!("{} resources in {:?}", resources(), started.elapsed());
    index(&app).await;
    println!("indexed after {:?}", started.elapsed());
    let server = Server::of(app, Some(database)).await;
    let mut all: Vec<Duration> = Vec::new();
    for (name, arguments, expected) in questions() {
        let (first, found) = ask(&server, arguments).await;
        assert!(found["totalCount"].as_u64().is_some_and(|total| total <= RANKED as u64), "{name}");
        if expected != usize::MAX {
            assert_eq!(found["totalCount"], expected, "{name}");
        }
        let mut times = Vec::new();
        for _ in 0..if is_full() { 50 } else { 2 } {
            times.push(ask(&server, arguments).await.0);
        }
        times.sort();
        let at = |part: usize| times[times.len() * part / 100];
        println!("{name}: first {first:?}, median {:?}, 95 of 100 {:?}", at(50), at(95));
        all.extend(times);
    }
    all.sort();
    let p95 = all[all.len() * 95 / 100];
    println!("all: median {:?}, 95 of 100 {p95:?}", all[all.len() / 2]);
    assert!(!is_full() || p95 < Duration::from_millis(30), "{p95:?}");
}
