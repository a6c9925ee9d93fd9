//! `solidarity migrate up|down|status`.

use clap::{Args, Subcommand};

use crate::config::DatabaseConfig;
use crate::domain::limits::Limits;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    database: DatabaseConfig,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum Action {
    /// Run all pending migrations.
    Up,
    /// Take back the last migrations. Their data is lost.
    Down {
        /// How many.
        #[arg(long, default_value_t = 1)]
        steps: u32,
    },
    /// List all migrations.
    Status,
}

pub(super) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let app = super::setup::open(&arguments.database, Limits::default()).await?;
    match arguments.action {
        Action::Up => app.store.migrate_up().await?,
        Action::Down { steps } => app.store.migrate_down(steps).await?,
        Action::Status => {}
    }
    for (name, is_applied) in app.store.migrations().await? {
        println!("{} {name}", if is_applied { "applied" } else { "pending" });
    }
    Ok(())
}
