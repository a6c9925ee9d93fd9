//! How fast reads are, beside a handler that answers constant bytes, one that was written by hand for the same answers, and
//! other servers on the same data. See `docs/performance.md`.
//!
//! `cargo bench --bench speed -- run` measures and prints a table; `gates` checks what is exact, for CI. `--help` tells the
//! rest. Needs `wrk`, and PostgreSQL for all but SQLite's rows.

#![expect(
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "measures fail by panicking and print what they find"
)]

mod cluster;
mod constant;
mod data;
mod gates;
mod load;
mod peers;
mod plan;
mod process;
mod reads;
mod run;
mod table;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// What `cargo bench` says to every bench.
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measures the three reads and a mix.
    Run(run::Options),
    /// Checks what is exact.
    Gates(gates::Options),
    /// Sends one read some times, for `gates`.
    #[command(hide = true)]
    Instructions { read: String, times: usize },
    /// Serves constant bytes.
    #[command(hide = true)]
    Constant { port: u16, file: String },
    /// Serves the three reads as written by hand.
    #[command(hide = true)]
    Plan { port: u16, url: String },
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        match Arguments::parse().command.unwrap_or_else(|| Command::Run(run::Options::parse_from(["run"]))) {
            Command::Run(options) => run::run(options).await,
            Command::Gates(options) => gates::run(options).await,
            Command::Instructions { read, times } => gates::instructions(&read, times).await,
            Command::Constant { port, file } => constant::serve(port, &file).await,
            Command::Plan { port, url } => plan::serve(port, &url).await,
        }
    });
}
