//! What every subcommand with a database does first. Must not print.

use std::sync::Arc;

use anyhow::Context;

use crate::app::{App, SharedApp};
use crate::clock::Clock;
use crate::config::DatabaseConfig;
use crate::domain::limits::Limits;
use crate::domain::time::Zones;
use crate::store::Store;

/// Opens the database as it is.
pub(super) async fn open(config: &DatabaseConfig, limits: Limits) -> anyhow::Result<SharedApp> {
    let zones = match &config.time_zones {
        Some(folder) => Zones::from_folder(folder)
            .with_context(|| format!("time-zones: {} is not a zoneinfo folder", folder.display()))?,
        None => Zones::bundled(),
    };
    let store =
        Store::open(&config.database_url, &limits).await.context("database-url: the database cannot be opened")?;
    Ok(Arc::new(App { clock: Clock::System, zones, limits, store }))
}

/// Opens the database, runs pending migrations and seeds regions and topics.
pub(super) async fn open_ready(config: &DatabaseConfig, limits: Limits) -> anyhow::Result<SharedApp> {
    let app = open(config, limits).await?;
    app.store.migrate_up().await.context("migrations cannot be run")?;
    app.store.reload_catalog().await?;
    crate::service::seed::seed(&app).await.context("regions and topics cannot be seeded")?;
    Ok(app)
}
