//! A copy of what a server publishes, in a SQLite file, kept current with the query `changes`: the reference for clients
//! that work offline, and a tool for those who want the content at hand. Must not know the server's own tables.

mod copy;
mod remote;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

pub use copy::{Copy, CopyFault};
pub use remote::{Remote, RemoteFault};

/// What is copied.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// Kinds of content; all if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<String>>,
    /// Regions with what lies inside them; all if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regions: Option<Vec<String>>,
    /// Topics with narrower ones; all if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topics: Option<Vec<String>>,
    /// Preferred languages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locales: Option<Vec<String>>,
}

/// A page of changes.
#[derive(Clone, Debug)]
pub struct Page {
    /// What became of items.
    pub changes: Vec<Change>,
    /// Whether there is more now.
    pub has_more: bool,
    /// From where to go on.
    pub next: String,
    /// Whether everything is told anew.
    pub is_resync: bool,
}

/// What became of an item.
#[derive(Clone, Debug)]
pub enum Change {
    /// It is so now.
    Keep(Box<Item>),
    /// It is to be dropped: its id.
    Drop(String),
}

/// An item as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its global id.
    pub id: String,
    /// Its type in the schema.
    pub kind: String,
    /// Its version.
    pub version: i64,
    /// When it ceases to be shown.
    pub expires_at: Option<String>,
    /// All of it, as JSON.
    pub content: Value,
}

/// Why a copy is not current.
#[derive(Debug, thiserror::Error)]
pub enum MirrorFault {
    /// The server did not answer as it should.
    #[error(transparent)]
    Remote(#[from] RemoteFault),
    /// The file cannot be read or written.
    #[error(transparent)]
    Copy(#[from] CopyFault),
}

/// What a sync did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    /// Pages read.
    pub pages: usize,
    /// Items written.
    pub kept: usize,
    /// Items told to be gone.
    pub dropped: usize,
    /// How often everything had to be told anew.
    pub resyncs: usize,
}

/// Makes a copy current. Each page is written with its token in one transaction, so that a copy that is interrupted goes on
/// where it was.
pub async fn sync(remote: &Remote, copy: &Copy, page_size: u32) -> Result<Synced, MirrorFault> {
    let mut synced = Synced::default();
    loop {
        let since = copy.token().await?;
        let page = remote.page(since.as_deref(), page_size).await?;
        copy.apply(&page).await?;
        synced.pages += 1;
        synced.resyncs += usize::from(page.is_resync);
        let kept = page.changes.iter().filter(|change| matches!(change, Change::Keep(_))).count();
        synced.kept += kept;
        synced.dropped += page.changes.len() - kept;
        if !page.has_more {
            return Ok(synced);
        }
    }
}

/// How often a difference is looked at again: something may have changed meanwhile.
const LOOKS: usize = 5;

/// Holds a copy against everything that the server tells from the start; answers the ids of what differs, and how many items
/// are the same.
pub async fn verify(remote: &Remote, copy: &Copy, page_size: u32) -> Result<(Vec<String>, usize), MirrorFault> {
    let mut different = Vec::new();
    let mut same = 0;
    for _ in 0..LOOKS {
        let mut there: BTreeMap<String, Item> = BTreeMap::new();
        let mut since: Option<String> = None;
        loop {
            let page = remote.page(since.as_deref(), page_size).await?;
            if page.is_resync {
                there.clear();
            }
            for change in page.changes {
                match change {
                    Change::Keep(item) => _ = there.insert(item.id.clone(), *item),
                    Change::Drop(id) => _ = there.remove(&id),
                }
            }
            since = Some(page.next);
            if !page.has_more {
                break;
            }
        }
        sync(remote, copy, page_size).await?;
        let here = copy.items().await?;
        let ids = here.keys().chain(there.keys().filter(|id| !here.contains_key(*id)));
        different = ids.filter(|id| here.get(*id) != there.get(*id)).cloned().collect();
        same = here.len().saturating_sub(different.iter().filter(|id| here.contains_key(*id)).count());
        if different.is_empty() {
            break;
        }
    }
    Ok((different, same))
}
