//! Migrations go up, all the way down, and up again, on SQLite and on PostgreSQL.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking; clippy knows tests by their attribute only, not their helpers"
)]

use solidarity::domain::limits::Limits;
use solidarity::store::Store;

async fn up_down_up(url: &str) {
    let store = Store::open(url, &Limits::default()).await.unwrap();
    let total = u32::try_from(store.migrations().await.unwrap().len()).unwrap();
    assert!(total > 0);
    assert_eq!(store.ready().await.unwrap().pending_migrations, total as usize);
    for _ in 0..2 {
        store.migrate_up().await.unwrap();
        assert_eq!(store.ready().await.unwrap().pending_migrations, 0);
        store.reload_catalog().await.unwrap();
        assert!(!store.has_content().await.unwrap());
        store.migrate_down(total).await.unwrap();
        assert_eq!(store.ready().await.unwrap().pending_migrations, total as usize);
        assert!(store.has_content().await.is_err(), "the table is still there");
    }
    store.migrate_up().await.unwrap();
    store.migrate_down(1).await.unwrap();
    let pending: Vec<String> = store
        .migrations()
        .await
        .unwrap()
        .into_iter()
        .filter(|(_, is_applied)| !is_applied)
        .map(|(name, _)| name)
        .collect();
    assert_eq!(pending, ["m20261127_000048_outline"]);
}

#[tokio::test]
async fn migrations_go_up_and_down_on_sqlite() {
    let path = format!("{}/migrations-{}.sqlite", env!("CARGO_TARGET_TMPDIR"), std::process::id());
    let _ = std::fs::remove_file(&path);
    up_down_up(&format!("sqlite://{path}")).await;
}

#[tokio::test]
async fn migrations_go_up_and_down_on_postgresql() {
    let Some(url) = ["SOLIDARITY_TEST_POSTGRES", "SOLIDARITY_TEST_POSTGRES_SERVER"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok())
    else {
        assert!(std::env::var("CI").is_err(), "CI must give SOLIDARITY_TEST_POSTGRES");
        eprintln!("skipped: SOLIDARITY_TEST_POSTGRES names no PostgreSQL server");
        return;
    };
    use sea_orm::{ConnectionTrait, Database};
    let server = Database::connect(&url).await.unwrap();
    let name = format!("solidarity_migrations_{}", std::process::id());
    server.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}")).await.unwrap();
    server.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    let (base, _) = url.rsplit_once('/').unwrap();
    up_down_up(&format!("{base}/{name}")).await;
    server.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
}
