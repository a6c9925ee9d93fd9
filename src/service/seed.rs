//! What every database starts with (regions and topics) and the demo content, embedded so that the binary needs no
//! files. Must not overwrite what an operator changed.

use super::import::{ImportError, ImportOptions, ImportReport, import};
use crate::app::App;

const REGIONS: &str = include_str!("../../content/regions.jsonl");
const TOPICS: &str = include_str!("../../content/topics.jsonl");
const STARTER: &str = include_str!("../../content/starter.jsonl");
const EXAMPLES: &str = include_str!("../../content/examples.jsonl");

/// Why the demo content was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The database holds content, and not the demo's.
    #[error("the database holds other content; start with an empty database, or without `--demo`")]
    NotEmpty,
    /// The import failed.
    #[error(transparent)]
    Import(#[from] ImportError),
}

/// Puts the seeded regions and topics into a database that has no regions yet.
pub async fn seed(app: &App) -> Result<ImportReport, ImportError> {
    if app.store.catalog().regions().next().is_some() {
        return Ok(ImportReport::default());
    }
    import(app, &format!("{REGIONS}\n{TOPICS}"), ImportOptions::default(), &mut |_, _| {}).await
}

/// Loads the demo content into a database that holds none. Where it was loaded before, everything stays as it is, what was
/// published beside it since then included.
pub async fn load_demo(app: &App) -> Result<ImportReport, DemoError> {
    if app.store.has_content().await.map_err(ImportError::Database)? {
        let is_demo = app.store.has_imported(super::identity::DEFAULT_PUBLISHER, &["starter", "example"]).await;
        return if is_demo.map_err(ImportError::Database)? {
            Ok(ImportReport::default())
        } else {
            Err(DemoError::NotEmpty)
        };
    }
    let text = format!("{STARTER}\n{EXAMPLES}");
    Ok(import(app, &text, ImportOptions::default(), &mut |_, _| {}).await?)
}
