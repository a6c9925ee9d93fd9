//! Files of others: what is imported of them, once and again, and what is told.

mod cap;
mod feed;
mod hostile_html;
mod hsds;

use serde_json::Value;
use solidarity::domain::vocabulary::ResourceCategory;
use solidarity::service::import::{ImportOptions, ImportReport, import_read};
use solidarity::service::reading::{Read, ReadOptions};
use solidarity::store::Catalog;

use crate::actor::NOW;
use crate::harness::Server;

/// A reader of a format.
pub type Reader = fn(&[u8], &ReadOptions, &Catalog) -> Read;

pub fn options() -> ReadOptions {
    ReadOptions {
        organization: None,
        system: None,
        locale: "en-CA".to_string(),
        regions: Vec::new(),
        category: ResourceCategory::News,
        now: NOW.parse().unwrap(),
    }
}

/// Imports a file; what was done, and what was told.
pub async fn import(
    server: &Server,
    reader: Reader,
    bytes: &[u8],
    options: &ReadOptions,
) -> (ImportReport, Vec<String>) {
    let read = reader(bytes, options, &server.app.store.catalog());
    let mut told = read.report;
    let done = import_read(&server.app, read.lines, ImportOptions::default(), &mut told).await.unwrap();
    (done, told)
}

/// The input of each line.
pub fn inputs(read: &Read) -> Vec<&Value> {
    read.lines.iter().map(|(_, line)| &line["input"]).collect()
}

/// All files of a folder beside the project, by name; none where it is absent, which is said.
pub fn shared(folder: &str, ending: &str) -> Vec<(String, Vec<u8>)> {
    let folder = format!("../shared/data/{folder}");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {folder} is not there");
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == ending))
        .map(|path| (path.file_name().unwrap().to_string_lossy().to_string(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

/// Bytes that no one meant, made of a file: cut off, with bytes changed, with parts repeated. The same each time.
pub fn damaged(file: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below.max(1)).unwrap()).unwrap()
    };
    for _ in 0..60 {
        all.push(file[..next(file.len())].to_vec());
        let mut changed = file.to_vec();
        for _ in 0..8 {
            let at = next(changed.len());
            if let Some(byte) = changed.get_mut(at) {
                *byte = u8::try_from(next(256)).unwrap();
            }
        }
        all.push(changed);
        let (from, to) = (next(file.len()), next(file.len()));
        let mut doubled = file[..from.max(to)].to_vec();
        doubled.extend_from_slice(&file[from.min(to)..]);
        all.push(doubled);
    }
    all
}
