//! `solidarity import FILE`: progress on a terminal, faults by line and field.

use std::io::Read;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::config::DatabaseConfig;
use crate::domain::limits::Limits;
use crate::service::import::{ImportError, ImportOptions, import};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// File of JSON Lines, or `-` for standard input.
    file: PathBuf,
    /// Items without `record.status` become drafts instead of being published.
    #[arg(long)]
    drafts: bool,
    #[command(flatten)]
    database: DatabaseConfig,
}

/// Faults that are printed in full.
const SHOWN: usize = 100;
/// Lines from which a progress bar is worth it.
const LONG: usize = 500;

pub(super) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let text = read(&arguments.file)?;
    let app = super::setup::open_ready(&arguments.database, Limits::default()).await?;
    let bar = ProgressBar::hidden();
    let mut progress = |stored: usize, total: usize| {
        if stored == 1 && total >= LONG {
            bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} lines, {per_sec}, {eta} left") {
                bar.set_style(style);
            }
            bar.set_length(total as u64);
        }
        bar.set_position(stored as u64);
    };
    let outcome = import(&app, &text, ImportOptions { as_drafts: arguments.drafts }, &mut progress).await;
    bar.finish_and_clear();
    match outcome {
        Ok(report) => {
            println!("{} created, {} updated, {} unchanged", report.created, report.updated, report.unchanged);
            Ok(())
        }
        Err(ImportError::Faults(faults)) => {
            for (line, fault) in faults.iter().take(SHOWN) {
                eprintln!("line {line}: {fault}");
            }
            if faults.len() > SHOWN {
                eprintln!("and {} more", faults.len() - SHOWN);
            }
            bail!("{} faults in {}; nothing was imported", faults.len(), arguments.file.display())
        }
        Err(fault) => Err(fault.into()),
    }
}

fn read(file: &PathBuf) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    if file.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut bytes).context("standard input cannot be read")?;
    } else {
        bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    }
    let at = |fault: &std::string::FromUtf8Error| {
        1 + fault.as_bytes().iter().take(fault.utf8_error().valid_up_to()).filter(|byte| **byte == b'\n').count()
    };
    String::from_utf8(bytes).map_err(|fault| anyhow::anyhow!("line {}: is not UTF-8; nothing was imported", at(&fault)))
}
