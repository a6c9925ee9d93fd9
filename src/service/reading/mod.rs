//! What readers of files of others share: bytes as text, markup that may be broken, prose of HTML as Markdown, dates,
//! names of topics and regions, and the report of what could not be kept. Must not store, nor know one format.

mod characters;
pub(super) mod dates;
mod encoding;
pub(super) mod lookup;
mod prose;
mod report;
pub(super) mod safe;
mod spans;
mod tags;
mod tokens;
pub(super) mod tree;
pub(super) mod words;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use self::encoding::decode;
pub(super) use self::prose::{Address, Told, of_element, of_html, resolve};
pub(super) use self::report::{Report, shown};
use crate::domain::time::Timestamp;
use crate::domain::vocabulary::ResourceCategory;

/// The largest file that is read, in bytes.
const FILE_BYTES: usize = 32 * 1024 * 1024;
/// Most items of one file.
pub const ITEMS: usize = 5_000;

/// How a file is read.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// The publisher, by slug; the usual one if absent.
    pub organization: Option<String>,
    /// The name under which items are known by their ids; if absent one that the file or its format gives.
    pub system: Option<String>,
    /// The language of texts that do not say theirs.
    pub locale: String,
    /// The regions of items that name none that is known, by slug or code.
    pub regions: Vec<String>,
    /// The category of news.
    pub category: ResourceCategory,
    /// Now: what is dated later, or is over, is told.
    pub now: Timestamp,
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// A line of an import for each item, and what it is called in reports.
    pub lines: Vec<(String, Value)>,
    /// What could not be kept, each in a sentence.
    pub report: Vec<String>,
}

impl Read {
    /// Nothing but what is told of it.
    pub(super) fn nothing(report: Report) -> Self {
        Self { lines: Vec::new(), report: report.finish() }
    }
}

/// The text of a file, if it is not too large.
pub(super) fn open(bytes: &[u8], report: &mut Report) -> Option<String> {
    if bytes.len() > FILE_BYTES {
        let found = bytes.len();
        report.tell(format!("the file has {found} bytes, more than the maximum of {FILE_BYTES}: nothing was read"));
        return None;
    }
    Some(decode(bytes, report))
}

/// A text for what has no id: the same for the same words.
pub(super) fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// An id as a source's id may be: itself, or its digest where it is too long or holds what none may.
pub(super) fn external_id(id: &str) -> String {
    let id = id.trim();
    match crate::domain::text::Line::<200>::parse(id) {
        Ok(line) => line.to_string(),
        Err(_) => digest(id),
    }
}
