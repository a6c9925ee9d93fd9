//! What every subcommand with a database does first. Must not print.

use std::sync::Arc;

use anyhow::Context;
use secrecy::ExposeSecret;

use crate::app::{App, SharedApp};
use crate::auth::Keys;
use crate::bus::Bus;
use crate::clock::Clock;
use crate::config::{DatabaseConfig, KeyConfig};
use crate::domain::limits::Limits;
use crate::domain::time::Zones;
use crate::store::Store;
use crate::webhook::{Policy, Sender};

/// Opens the database as it is, for a command that issues no token.
pub(super) async fn open(config: &DatabaseConfig, limits: Limits) -> anyhow::Result<SharedApp> {
    open_with(config, limits, Keys::generate()?, Policy::default()).await
}

async fn open_with(config: &DatabaseConfig, limits: Limits, keys: Keys, policy: Policy) -> anyhow::Result<SharedApp> {
    let zones = match &config.time_zones {
        Some(folder) => Zones::from_folder(folder)
            .with_context(|| format!("time-zones: {} is not a zoneinfo folder", folder.display()))?,
        None => Zones::bundled(),
    };
    let store =
        Store::open(&config.database_url, &limits).await.context("database-url: the database cannot be opened")?;
    let webhooks = Sender::new(policy);
    Ok(Arc::new(App { clock: Clock::System, zones, limits, keys, store, bus: Bus::default(), webhooks }))
}

/// Opens the database, runs pending migrations and seeds regions and topics, for a command that issues no token.
pub(super) async fn open_ready(config: &DatabaseConfig, limits: Limits) -> anyhow::Result<SharedApp> {
    open_ready_with(config, limits, Keys::generate()?, Policy::default()).await
}

/// The same with the keys that tokens are signed with, and the addresses that webhooks may have.
pub(super) async fn open_ready_with(
    config: &DatabaseConfig,
    limits: Limits,
    keys: Keys,
    policy: Policy,
) -> anyhow::Result<SharedApp> {
    let app = open_with(config, limits, keys, policy).await?;
    app.store.migrate_up().await.context("migrations cannot be run")?;
    app.store.reload_catalog().await?;
    crate::service::seed::seed(&app).await.context("regions and topics cannot be seeded")?;
    Ok(app)
}

/// The keys that tokens are signed with: from the environment, else from the key file, which is made if it is missing.
pub(super) fn keys(config: &KeyConfig) -> anyhow::Result<Keys> {
    match KeyConfig::from_environment() {
        Some(text) => Keys::parse(text.expose_secret()).context(crate::config::KEYS),
        None => Ok(Keys::open_or_create(&config.key_file)?),
    }
}
