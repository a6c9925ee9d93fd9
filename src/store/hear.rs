//! Hears what other processes commit: on PostgreSQL by `LISTEN`, which a trigger on the change log's number feeds. On SQLite
//! there is nothing to hear; who follows there looks now and then. Must not read the log: a word may be lost.

use std::time::Duration;

use sea_orm::DbBackend;
use sea_orm::sqlx::postgres::PgListener;

use super::Store;

/// The channel that the trigger notifies; see the migration `log_word`.
const CHANNEL: &str = "solidarity_change";
/// Pause after the database could not be listened to.
const PAUSE: Duration = Duration::from_secs(1);

impl Store {
    /// Wakes who waits in [`Store::next_commit`] whenever another process commits. Returns at once on SQLite, else never.
    pub async fn hear_commits(&self) {
        if self.backend() != DbBackend::Postgres {
            return;
        }
        loop {
            // One connection for as long as the process runs. Behind a pooler by transactions nothing is heard: then who follows
            // is as late as its own looks are apart.
            if let Ok(mut listener) = PgListener::connect_with(self.reader.get_postgres_connection_pool()).await
                && listener.listen(CHANNEL).await.is_ok()
            {
                // None: the connection was lost and is made again with the next call. Something may have been missed.
                while listener.try_recv().await.is_ok() {
                    self.commits.notify_one();
                }
            }
            tokio::time::sleep(PAUSE).await;
            self.commits.notify_one();
        }
    }
}
