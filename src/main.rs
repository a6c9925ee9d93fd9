//! The `solidarity` program: reads the command line and runs the chosen subcommand.

use clap::Parser;
use solidarity::cli::Cli;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    Cli::parse().run().await
}
