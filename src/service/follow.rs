//! Follows committed changes, whoever made them: this process, the command line beside a running server, or another node.
//! Keeps the catalog current, confirms how fresh answers are, and tells the [`Bus`](crate::bus::Bus). Owned by who starts it, never a static. Must not decide
//! who sees a change.

use std::time::{Duration, Instant};

use sea_orm::DbErr;
use tokio::task::JoinHandle;

use crate::app::{App, SharedApp};
use crate::domain::time::Timestamp;

/// How often the log is looked at, whether a commit was heard of or not.
const INTERVAL: Duration = Duration::from_millis(500);
/// The same on SQLite while somebody follows: what another process commits is not heard there.
const SHORT: Duration = Duration::from_millis(50);
/// How often it is looked whether the clock brought something that no change tells of, while somebody follows.
const TURN: i64 = 500_000;

/// Follows until the handle is aborted. A failed look is tried again at the next interval.
pub fn follow(app: SharedApp) -> JoinHandle<()> {
    tokio::spawn(async move {
        let looks = async {
            let mut is_failing = false;
            let mut turned = app.clock.now();
            loop {
                let is_deaf = app.store.backend_name() == "SQLite" && app.bus.is_followed();
                let _ = tokio::time::timeout(if is_deaf { SHORT } else { INTERVAL }, app.store.next_commit()).await;
                match look(&app, &mut turned).await {
                    Ok(()) => is_failing = false,
                    Err(_) if is_failing => {}
                    Err(_) => {
                        is_failing = true;
                        tracing::warn!("the change log cannot be read; the catalog may be old until it can");
                    }
                }
            }
        };
        tokio::join!(looks, app.store.hear_commits());
    })
}

async fn look(app: &App, turned: &mut Timestamp) -> Result<(), DbErr> {
    let began = Instant::now();
    let epoch = app.store.follow_catalog().await?;
    app.store.freshness().confirm(began);
    app.bus.committed(epoch.0);
    let now = app.clock.now();
    app.store.look_ahead(&app.clock).await?;
    let (from, to) = (turned.as_micros(), now.as_micros());
    // A clock that was set back has nothing to tell until it is where it was.
    if app.bus.is_followed() && to >= from.saturating_add(TURN) {
        if !app.store.turned_after((from, i64::MAX), to, 1).await?.is_empty() {
            app.bus.turned();
        }
        *turned = now;
    } else if !app.bus.is_followed() {
        *turned = now;
    }
    Ok(())
}
