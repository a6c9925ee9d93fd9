//! The command line. One file per subcommand; errors are `anyhow` here and nowhere below. Must not hold what a server
//! or a job does.

pub mod serve;

use clap::{Parser, Subcommand};

use crate::config::{LogConfig, ServeConfig};

/// The GraphQL API of a harm-reduction movement.
#[derive(Debug, Parser)]
#[command(name = "solidarity", version, about)]
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
}

impl Cli {
    /// Runs the chosen subcommand.
    pub async fn run(self) -> anyhow::Result<()> {
        crate::telemetry::init(self.log.log, self.log.log_format)?;
        match self.command {
            Command::Serve(config) => serve::run(*config).await,
        }
    }
}
