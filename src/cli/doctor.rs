//! `solidarity doctor`: what an operator checks first.

use anyhow::{Context, bail};
use clap::Args;

use crate::config::DatabaseConfig;
use crate::domain::limits::Limits;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(flatten)]
    database: DatabaseConfig,
}

pub(super) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let app = super::setup::open(&arguments.database, Limits::default()).await?;
    println!("solidarity {}", env!("CARGO_PKG_VERSION"));
    println!("database: {}", app.store.backend_name());
    println!("time zones: {}", app.zones.version());
    println!("playground: {}", if playground::is_bundled() { "GraphiQL" } else { "plain page" });
    let pending = app.store.ready().await.context("the database does not answer")?.pending_migrations;
    if pending > 0 {
        bail!("{pending} migrations are pending; run `solidarity migrate up`");
    }
    app.store.reload_catalog().await?;
    let catalog = app.store.catalog();
    let (regions, topics) = (catalog.regions().count(), catalog.topics().count());
    println!("catalog: {regions} regions, {topics} topics, {} organizations", catalog.organizations().count());
    println!("change log: {} changes", app.store.last_epoch().await?.0);
    println!("ready");
    Ok(())
}
