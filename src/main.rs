//! The binary: parses the command line and runs it.

use clap::Parser;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    solidarity::cli::run(solidarity::cli::Cli::parse()).await
}
