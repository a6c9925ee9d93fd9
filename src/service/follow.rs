//! Follows committed changes, whoever made them: the command line beside a running server, or another node. Owned by who
//! starts it, never a static. Must not decide who sees a change.

use std::time::Duration;

use tokio::task::JoinHandle;

use crate::app::SharedApp;

/// How often the epoch is looked at.
const INTERVAL: Duration = Duration::from_millis(500);

/// Keeps the catalog in memory current until the handle is aborted. A failed look is tried again at the next interval.
pub fn follow(app: SharedApp) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut is_failing = false;
        loop {
            tokio::time::sleep(INTERVAL).await;
            match app.store.follow_catalog().await {
                Ok(()) => is_failing = false,
                Err(_) if is_failing => {}
                Err(_) => {
                    is_failing = true;
                    tracing::warn!("the change log cannot be read; the catalog may be old until it can");
                }
            }
        }
    })
}
