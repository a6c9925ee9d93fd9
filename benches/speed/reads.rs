//! The reads that are measured.

use serde_json::{Value, json};

/// The home feed: ten campaigns with publisher, regions and topics, and ten events.
const HOME: &str = "query HomeFeed {
  campaigns(first: 10) {
    nodes { id slug title summary urgency publisher { id name } regions { id name } topics { id name } }
  }
  events(first: 10) { nodes { id slug title startsAt } }
}";

/// A page of 20 resources of a topic and a region, newest first.
const PAGE: &str = "query Page($topic: String!, $region: String!) {
  resources(first: 20, filter: { topics: [$topic], regions: [$region] }) {
    nodes { id slug title summary publishedAt publisher { id name } topics { id name } regions { id name } }
    pageInfo { hasNextPage endCursor }
  }
}";

/// One resource by its slug, with its texts.
const ONE: &str = "query One($slug: String!) {
  resource(by: { slug: $slug }) {
    id slug title summary body publishedAt category
    translations { locale title summary }
    publisher { id name }
    topics { id name }
    regions { id name }
  }
}";

/// A read, by its name in the tables.
#[derive(Clone, Debug)]
pub struct Read {
    pub name: &'static str,
    pub query: String,
    pub variables: Value,
}

impl Read {
    fn new(name: &'static str, query: &str, variables: Value) -> Self {
        Self { name, query: query.to_string(), variables }
    }

    /// The body of the request.
    pub fn body(&self) -> String {
        json!({ "query": self.query, "variables": self.variables }).to_string()
    }
}

/// The three reads.
pub fn three() -> [Read; 3] {
    [
        Read::new("Q1", HOME, json!({})),
        Read::new("Q2", PAGE, json!({ "topic": "naloxone", "region": "CA-ON" })),
        Read::new("Q3", ONE, json!({ "slug": "resource-1000" })),
    ]
}

/// As many different reads: documents with other fields, and other variables.
pub fn mix(count: usize) -> Vec<Read> {
    let topics = ["naloxone", "drug-checking", "safer-supply", "supervised-consumption", "overdose-response"];
    let regions = ["CA-ON", "CA-BC", "CA-QC", "CA-AB", "CA", "toronto", "vancouver"];
    (0..count)
        .map(|number| match number % 3 {
            0 => {
                let first = 3 + number / 3 % 20;
                Read::new(
                    "mix",
                    &HOME.replace("campaigns(first: 10)", &format!("campaigns(first: {first}) #{number}\n")),
                    json!({}),
                )
            }
            1 => {
                let query = PAGE.replace("first: 20", &format!("first: {}", 5 + number / 3 % 16));
                let (topic, region) = (topics[number / 3 % topics.len()], regions[number / 15 % regions.len()]);
                Read::new("mix", &format!("{query} #{number}"), json!({ "topic": topic, "region": region }))
            }
            _ => Read::new("mix", ONE, json!({ "slug": format!("resource-{number}") })),
        })
        .collect()
}

/// Which of some reads is next, in the proportions of a Zipf distribution: the first most often.
pub fn zipf(count: usize, draws: usize) -> Vec<usize> {
    let weights: Vec<f64> = (1..=count).map(|rank| 1.0 / rank as f64).collect();
    let total: f64 = weights.iter().sum();
    let mut state = 7_u64;
    let mut drawn = Vec::with_capacity(draws);
    for _ in 0..draws {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut point = (state >> 11) as f64 / (1_u64 << 53) as f64 * total;
        let mut found = count - 1;
        for (rank, weight) in weights.iter().enumerate() {
            if point < *weight {
                found = rank;
                break;
            }
            point -= weight;
        }
        drawn.push(found);
    }
    drawn
}
