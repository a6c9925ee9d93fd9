//! `solidarity import FILE`: progress on a terminal, faults by line and field; of other formats what could not be kept.

use std::io::Read;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::config::DatabaseConfig;
use crate::domain::limits::Limits;
use crate::domain::locale::Locale;
use crate::domain::vocabulary::{ResourceCategory, Vocabulary as _};
use crate::service::ics::{self, IcsOptions};
use crate::service::import::{ImportError, ImportOptions, import, import_read};
use crate::service::reading::{Read as FileRead, ReadOptions};
use crate::service::{cap, feed, hsds};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// File, or `-` for standard input.
    file: PathBuf,
    /// What the file is. Of JSON Lines all or nothing is imported; of files of others all that can be kept, and the rest
    /// is told.
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
    /// The publisher of what is imported, by slug; lines of JSON name their own.
    #[arg(long)]
    organization: Option<String>,
    /// The name of the system that the file comes from: with each item's own id it tells a second import what is there.
    /// If left out, the host of a feed, else the name of the format.
    #[arg(long)]
    system: Option<String>,
    /// The language of texts that do not say theirs.
    #[arg(long, default_value = "en-CA")]
    locale: String,
    /// The IANA zone of times that say none.
    #[arg(long, default_value = "UTC")]
    time_zone: String,
    /// The regions of items that name none that is known, by slug or code.
    #[arg(long, value_delimiter = ',')]
    region: Vec<String>,
    /// The category of what a feed holds.
    #[arg(long, default_value = "NEWS", value_parser = category)]
    category: ResourceCategory,
    /// Items without `record.status` become drafts instead of being published.
    #[arg(long)]
    drafts: bool,
    #[command(flatten)]
    database: DatabaseConfig,
}

/// What can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// JSON Lines, as `export` writes them.
    Jsonl,
    /// iCalendar (RFC 5545): its events.
    Ics,
    /// RSS 0.9x to 2.0, RSS 1.0 or Atom: its items as resources.
    Feed,
    /// The Common Alerting Protocol 1.2: its alerts as regional updates.
    Cap,
    /// Open Referral HSDS 3 as JSON: its services as resources of a directory.
    Hsds,
}

fn category(name: &str) -> Result<ResourceCategory, String> {
    let names = || ResourceCategory::VALUES.iter().map(|(_, name, _)| *name).collect::<Vec<_>>().join(", ");
    ResourceCategory::parse(name).ok_or_else(|| format!("is not one of {}", names()))
}

/// Faults that are printed in full.
const SHOWN: usize = 100;
/// Lines from which a progress bar is worth it.
const LONG: usize = 500;

pub(super) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    if arguments.format != Format::Jsonl {
        return run_of_others(&arguments).await;
    }
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
    let outcome =
        import(&app, &text, ImportOptions { as_drafts: arguments.drafts, ..ImportOptions::default() }, &mut progress)
            .await;
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

async fn run_of_others(arguments: &Arguments) -> anyhow::Result<()> {
    let bytes = read_bytes(&arguments.file)?;
    let app = super::setup::open_ready(&arguments.database, Limits::default()).await?;
    if !app.zones.knows(&arguments.time_zone) {
        bail!("--time-zone {} is not the name of an IANA time zone such as America/Toronto", arguments.time_zone);
    }
    if let Err(fault) = Locale::parse(&arguments.locale) {
        bail!("--locale {}: {fault}", arguments.locale);
    }
    let catalog = app.store.catalog();
    for region in &arguments.region {
        if catalog.find_region(region).is_none() {
            bail!("--region {region} is not the slug, code or id of a region");
        }
    }
    let options = ReadOptions {
        organization: arguments.organization.clone(),
        system: arguments.system.clone(),
        locale: arguments.locale.clone(),
        regions: arguments.region.clone(),
        category: arguments.category,
        now: app.clock.now(),
    };
    let found = match arguments.format {
        Format::Jsonl | Format::Ics => {
            let options = IcsOptions {
                organization: options.organization,
                system: options.system.unwrap_or_else(|| "ics".to_string()),
                locale: options.locale,
                time_zone: arguments.time_zone.clone(),
            };
            let read = ics::read(&bytes, &options, &app.zones);
            FileRead { lines: read.lines, report: read.report }
        }
        Format::Feed => feed::read(&bytes, &options, &catalog),
        Format::Cap => cap::read(&bytes, &options, &catalog),
        Format::Hsds => hsds::read(&bytes, &options, &catalog),
    };
    let mut told = found.report;
    let options = ImportOptions { as_drafts: arguments.drafts, ..ImportOptions::default() };
    let report = import_read(&app, found.lines, options, &mut told).await?;
    for sentence in &told {
        eprintln!("{sentence}");
    }
    println!("{} created, {} updated, {} unchanged", report.created, report.updated, report.unchanged);
    if !told.is_empty() {
        println!("{} things could not be kept as they were: see above", told.len());
    }
    Ok(())
}

fn read_bytes(file: &PathBuf) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if file.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut bytes).context("standard input cannot be read")?;
        return Ok(bytes);
    }
    std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))
}

fn read(file: &PathBuf) -> anyhow::Result<String> {
    let bytes = read_bytes(file)?;
    let at = |fault: &std::string::FromUtf8Error| {
        1 + fault.as_bytes().iter().take(fault.utf8_error().valid_up_to()).filter(|byte| **byte == b'\n').count()
    };
    String::from_utf8(bytes).map_err(|fault| anyhow::anyhow!("line {}: is not UTF-8; nothing was imported", at(&fault)))
}
