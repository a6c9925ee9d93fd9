//! A deep page costs what the first page costs, since lists are walked in the order of their index. 5 000 resources by
//! default; `SOLIDARITY_TRIAL=full cargo test --release --test api scale` takes 100 000.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait;
use serde_json::json;
use solidarity::app::SharedApp;
use solidarity::domain::locale::Preference;
use solidarity::domain::view::View;
use solidarity::store::{Columns, Filter, Kind, ListKind, ListQuery, Order, OrderField, PageKey, PageRequest};

use crate::actor::{clock, generous, load, open};
use crate::database::Database;
use crate::lines;

const PAGE: usize = 10;
const REGIONS: [&str; 4] = ["CA-BC", "CA-ON", "CA-QC", "CA-AB"];
const TOPICS: [&str; 2] = ["naloxone", "safer-supply"];

fn resources() -> usize {
    if std::env::var("SOLIDARITY_TRIAL").is_ok_and(|trial| trial == "full") { 100_000 } else { 5_000 }
}

fn generated() -> String {
    lines::text((0..resources()).map(|number| {
        let published_at = format!("2026-01-01T{:02}:{:02}:{:02}Z", number / 3_600 % 24, number / 60 % 60, number % 60);
        lines::resource(&format!("generated-{number}"))
            .with(json!({ "regions": [REGIONS[number % 4]], "topics": [TOPICS[number / 4 % 2]] }))
            .record(json!({ "publishedAt": published_at }))
    }))
}

fn question(app: &SharedApp, after: Option<PageKey>, size: usize) -> ListQuery {
    let catalog = app.store.catalog();
    ListQuery {
        list: ListKind::Of(Kind::Resource),
        order: Order { field: OrderField::Usual, is_descending: true },
        filter: Filter {
            regions: Some(vec![catalog.find_region("CA-BC").unwrap().key]),
            topics: Some(vec![catalog.find_topic("naloxone").unwrap().key]),
            ..Filter::default()
        },
        page: PageRequest { size, after, before: None, from_end: false },
        columns: Columns::with_body(false),
        with_total: false,
        with_more: true,
        view: View { sight: Arc::default(), preference: Arc::new(Preference::default()), now: app.clock.now() },
    }
}

async fn time(app: &SharedApp, query: &ListQuery) -> Duration {
    let started = Instant::now();
    let page = app.store.list(query).await.unwrap();
    assert_eq!(page.items.len(), PAGE);
    started.elapsed()
}

#[tokio::test]
async fn a_deep_page_takes_the_time_of_the_first_and_both_walk_the_index() {
    let database = Database::fresh().await;
    let app = open(&database, generous(), clock()).await;
    load(&app, &generated()).await;
    let connection = sea_orm::Database::connect(&database.url).await.unwrap();
    connection.execute_unprepared("ANALYZE").await.unwrap();

    let matching = resources() / 8;
    let mut after = None;
    let mut walked = 0;
    while walked + 100 + PAGE <= matching {
        let page = app.store.list(&question(&app, after, 100)).await.unwrap();
        walked += page.items.len();
        after = page.items.last().map(|(key, _)| key.clone());
        assert!(page.has_next);
    }
    assert!(walked * 10 >= matching * 7, "walked {walked} of {matching}");

    let (first, deep) = (question(&app, None, PAGE), question(&app, after, PAGE));
    for query in [&first, &deep] {
        let plan = app.store.explain_list(query).await.unwrap().join("\n");
        let is_index_ordered = if app.store.backend_name() == "PostgreSQL" {
            plan.contains("Index Only Scan Backward using listing_pkey on listing") && !plan.contains("Sort")
        } else {
            plan.contains("SEARCH l USING PRIMARY KEY (kind=? AND anchor=? AND topic=?")
                && !plan.contains("TEMP B-TREE")
        };
        assert!(is_index_ordered, "{plan}");
    }

    let (mut fastest_first, mut fastest_deep) = (Duration::MAX, Duration::MAX);
    for _ in 0..100 {
        fastest_first = fastest_first.min(time(&app, &first).await);
        fastest_deep = fastest_deep.min(time(&app, &deep).await);
    }
    let ratio = fastest_deep.as_secs_f64() / fastest_first.as_secs_f64();
    assert!((0.5..=2.0).contains(&ratio), "first page {fastest_first:?}, deep page {fastest_deep:?}");
}
