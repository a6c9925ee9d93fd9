//! `solidarity export`: everything, as JSON Lines.

use std::io::BufWriter;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use crate::config::DatabaseConfig;
use crate::domain::limits::Limits;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// File to write; standard output if left out.
    #[arg(long)]
    output: Option<PathBuf>,
    #[command(flatten)]
    database: DatabaseConfig,
}

pub(super) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let app = super::setup::open(&arguments.database, Limits::default()).await?;
    let pending = app.store.ready().await?.pending_migrations;
    if pending > 0 {
        bail!("{pending} migrations are pending; run `solidarity migrate up`");
    }
    match &arguments.output {
        Some(path) => {
            let file = std::fs::File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
            let lines = crate::service::export::export(&app, &mut BufWriter::new(file)).await?;
            eprintln!("{lines} lines written");
        }
        None => {
            crate::service::export::export(&app, &mut BufWriter::new(std::io::stdout())).await?;
        }
    }
    Ok(())
}
