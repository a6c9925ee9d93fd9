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

mod beside;
mod cluster;
mod constant;
mod data;
mod gates;
mod load;
mod peers;
mod plan;
#[path = "../../tests/api/postgres.rs"]
mod postgres;
mod process;
mod reads;
mod run;
mod start;
mod table;

use clap::{Parser, Subcommand};

/// The program's, for what it is compared with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    /// Measures readers beside a publisher.
    Beside(beside::Options),
    /// Measures the start, and what the table of lists costs.
    Start(start::Options),
    /// Checks what is exact.
    Gates(gates::Options),
    /// Serves until its input ends, for `gates`.
    #[command(hide = true)]
    Counted,
    /// Serves constant bytes.
    #[command(hide = true)]
    Constant { port: u16, file: String },
    /// Serves the three reads as written by hand.
    #[command(hide = true)]
    Plan { port: u16, url: String },
}

fn main() {
    let command = Arguments::parse().command.unwrap_or_else(|| Command::Run(run::Options::parse_from(["run"])));
    // Instructions are counted where nothing depends on which thread is awake.
    let mut runtime = match command {
        Command::Counted => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    runtime.enable_all().build().unwrap().block_on(async {
        match command {
            Command::Run(options) => run::run(options).await,
            Command::Beside(options) => beside::run(options).await,
            Command::Start(options) => start::run(options).await,
            Command::Gates(options) => gates::run(options).await,
            Command::Counted => gates::counted().await,
            Command::Constant { port, file } => constant::serve(port, &file).await,
            Command::Plan { port, url } => plan::serve(port, &url).await,
        }
    });
}
