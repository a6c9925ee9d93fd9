//! The command line: one file a subcommand; errors are `anyhow` here and nowhere below. Must not hold what a server or a
//! job does: it calls services and prints.

mod client;
mod doctor;
mod export;
mod import;
mod key;
mod migrate;
mod mirror;
mod schema;
mod serve;
mod setup;

use clap::{Parser, Subcommand};

use crate::config::{LogConfig, ServeConfig};

/// One typed GraphQL API for a harm-reduction movement.
#[derive(Debug, Parser)]
#[command(name = "solidarity", version, about, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    log: LogConfig,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API, the playground and the metrics.
    Serve(Box<ServeConfig>),
    /// Run, take back or list migrations.
    Migrate(migrate::Arguments),
    /// Import JSON Lines: everything or nothing.
    Import(import::Arguments),
    /// Export everything as JSON Lines.
    Export(export::Arguments),
    /// Make and change the clients that get access tokens.
    Client(client::Arguments),
    /// Change the keys that sign access tokens.
    Key(key::Arguments),
    /// Keep a copy of what a server publishes in a file; needs no database.
    Mirror(mirror::Arguments),
    /// Print the GraphQL schema; needs no database.
    Schema,
    /// Check settings, database and time zones.
    Doctor(doctor::Arguments),
}

impl Cli {
    /// Runs the chosen subcommand.
    pub async fn run(self) -> anyhow::Result<()> {
        crate::telemetry::init(self.log.log, self.log.log_format)?;
        match self.command {
            Command::Serve(config) => serve::run(*config).await,
            Command::Migrate(arguments) => migrate::run(arguments).await,
            Command::Import(arguments) => import::run(arguments).await,
            Command::Export(arguments) => export::run(arguments).await,
            Command::Client(arguments) => client::run(arguments).await,
            Command::Key(arguments) => key::run(&arguments),
            Command::Mirror(arguments) => mirror::run(arguments).await,
            Command::Schema => schema::run(),
            Command::Doctor(arguments) => doctor::run(arguments).await,
        }
    }
}
