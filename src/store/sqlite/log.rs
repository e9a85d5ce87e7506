//! Commits, and telling the feed what they changed.

use std::sync::Arc;

use sqlx::SqliteTransaction;

use super::list;
use crate::store::{Feed, News};

/// The log of changes as far as the feed has been told.
pub struct Log {
    told: i64,
    feed: Arc<Feed>,
}

impl Log {
    /// A log whose changes up to a sequence number are nobody's news.
    pub fn after(told: i64, feed: Arc<Feed>) -> Self {
        Self { told, feed }
    }

    /// Commits, then tells the feed. An error leaves open whether the commit stands, and the feed is told so.
    pub async fn commit(&mut self, mut transaction: SqliteTransaction<'_>) -> Result<(), sqlx::Error> {
        // Read inside the transaction: one statement for the whole group, and nobody else writes.
        let changes = list::changes(&mut *transaction, self.told, None).await;
        let committed = transaction.commit().await;
        match (&committed, changes) {
            (Ok(()), Ok(changes)) => {
                self.feed.tell(News::Changes(&changes));
                self.told = changes.last().map_or(self.told, |change| change.sequence);
            }
            (Ok(()), Err(error)) => {
                tracing::error!(%error, "the log of changes could not be read: all caches are emptied");
                self.feed.tell(News::Unknown);
            }
            (Err(_), _) => self.feed.tell(News::Unknown),
        }
        committed
    }
}
