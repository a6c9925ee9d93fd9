//! `solidarity mirror`: a copy of what a server publishes, in a file, kept current.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use clap::Args;

use crate::mirror::{Copy, Question, Remote, Synced, sync, verify};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The server's address, such as `https://api.example.org`.
    url: String,
    /// The SQLite file of the copy; made if it is not there. Read its view `current`.
    file: PathBuf,
    /// Kinds of content, such as `REGIONAL_UPDATE`; all if left out.
    #[arg(long, num_args = 1..)]
    kind: Vec<String>,
    /// Regions by code, slug or id, with what lies inside them; all if left out.
    #[arg(long, num_args = 1..)]
    region: Vec<String>,
    /// Topics by slug or id, with narrower ones; all if left out.
    #[arg(long, num_args = 1..)]
    topic: Vec<String>,
    /// Preferred languages of texts, best first.
    #[arg(long, num_args = 1..)]
    locale: Vec<String>,
    /// Items that are asked for at a time.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100))]
    page: u32,
    /// Go on every so many seconds until interrupted, instead of once.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    every: Option<u64>,
    /// Then hold the copy against everything that the server tells from the start, and fail if an item differs.
    #[arg(long, conflicts_with = "every")]
    verify: bool,
}

pub(super) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let some = |names: &Vec<String>| Some(names.clone()).filter(|names| !names.is_empty());
    let question = Question {
        kinds: some(&arguments.kind),
        regions: some(&arguments.region),
        topics: some(&arguments.topic),
        locales: some(&arguments.locale),
    };
    let copy = Copy::open(&arguments.file, &question).await?;
    let remote = Remote::new(&arguments.url, question)?;
    loop {
        match (sync(&remote, &copy, arguments.page).await, arguments.every) {
            (Ok(synced), _) => tell(synced),
            (Err(fault), None) => return Err(fault.into()),
            // What is kept stays; it is as old as it is.
            (Err(fault), Some(_)) => eprintln!("not current: {fault}"),
        }
        let Some(seconds) = arguments.every else { break };
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }
    if arguments.verify {
        let (different, same) = verify(&remote, &copy, arguments.page).await?;
        if !different.is_empty() {
            bail!("{} items differ from the server's, {same} do not: {}", different.len(), different.join(" "));
        }
        eprintln!("verified: {same} items, none differs from the server's");
    }
    Ok(())
}

fn tell(Synced { pages, kept, dropped, resyncs }: Synced) {
    let anew = if resyncs > 0 { ", everything was told anew" } else { "" };
    eprintln!("{pages} pages: {kept} items kept, {dropped} dropped{anew}");
}
