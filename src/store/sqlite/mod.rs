//! SQLite: the embedded default.
//!
//! One file in WAL mode with `synchronous=FULL`. **One** connection writes, owned by the task in `writer`;
//! a small pool reads. A pool of writers would make SQLite's busy handler sleep (p99 of 0.1 to 2 s measured).
//! A second process is kept out by a lock file, as caches of contents and subjects are kept in process.
//!
//! | file | holds |
//! |---|---|
//! | `open` | options, lock, migrations, refusals |
//! | `row` | columns to values |
//! | `read`, `list`, `scope` | queries by key, lists, config and mode |
//! | `writer`, `log` | the queue of changes and their transactions; telling of what was committed |
//! | `register` | registrations, many in one transaction |
//! | `document` | documents of the satellites |
//! | `change`, `purge` | all other changes; permanent removal of versions |

mod change;
mod document;
mod list;
mod log;
mod open;
mod purge;
mod read;
mod register;
mod row;
mod scope;
mod writer;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqlx::SqlitePool;

use super::{
    Applied, Command, Document, Feed, History, OpenError, Referrer, Stamp, Store, StoreError, StoredContent,
    SubjectQuery, Use, VersionQuery, Watcher,
};
use crate::model::{
    Change, Config, Content, ContextName, Fingerprint, Guid, Mode, SchemaId, SchemaVersion, Settings, Subject,
};

/// A registry in one SQLite file.
pub struct SqliteStore {
    path: PathBuf,
    readers: SqlitePool,
    writer: writer::Writer,
    feed: Arc<Feed>,
    /// Held until the store closes; the system lets go of it when the process dies.
    lock: File,
}

impl SqliteStore {
    /// Opens a database file; makes it and its folder when absent, and brings its schema up to date.
    ///
    /// # Errors
    /// [`OpenError`]; an existing file is left as it was.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        open::open(path).await
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[async_trait::async_trait]
impl Store for SqliteStore {
    async fn get_history(&self, subject: &Subject) -> Result<History, StoreError> {
        read::history(&self.readers, subject).await
    }

    async fn find_revision(&self, subject: &Subject) -> Result<i64, StoreError> {
        read::revision(&self.readers, subject).await
    }

    async fn list_contents(&self, fingerprints: &[Fingerprint]) -> Result<Vec<Arc<Content>>, StoreError> {
        read::contents(&self.readers, fingerprints).await
    }

    async fn find_content(
        &self,
        context: &ContextName,
        id: SchemaId,
    ) -> Result<Option<StoredContent>, StoreError> {
        read::content(&self.readers, context, id).await
    }

    async fn list_ids(
        &self,
        context: &ContextName,
        fingerprint: Fingerprint,
    ) -> Result<Vec<SchemaId>, StoreError> {
        read::ids(&self.readers, context, fingerprint).await
    }

    async fn list_guid_ids(&self, guid: Guid) -> Result<Vec<(ContextName, SchemaId)>, StoreError> {
        read::guid_ids(&self.readers, guid).await
    }

    async fn list_json_schema_ids(
        &self,
        context: &ContextName,
        json_schema_id: &str,
    ) -> Result<Vec<SchemaId>, StoreError> {
        read::json_schema_ids(&self.readers, context, json_schema_id).await
    }

    async fn list_uses(&self, context: &ContextName, id: SchemaId) -> Result<Vec<Use>, StoreError> {
        read::uses(&self.readers, context, id).await
    }

    async fn find_max_id(&self, context: &ContextName) -> Result<Option<SchemaId>, StoreError> {
        read::max_id(&self.readers, context).await
    }

    async fn list_contexts(&self) -> Result<Vec<ContextName>, StoreError> {
        list::contexts(&self.readers).await
    }

    async fn list_subjects(&self, query: &SubjectQuery) -> Result<Vec<Subject>, StoreError> {
        list::subjects(&self.readers, query).await
    }

    async fn list_versions(&self, query: &VersionQuery) -> Result<Vec<SchemaVersion>, StoreError> {
        list::versions(&self.readers, query).await
    }

    async fn find_version(
        &self,
        subject: &Subject,
        version: i32,
    ) -> Result<Option<SchemaVersion>, StoreError> {
        read::version(&self.readers, subject, version).await
    }

    async fn list_namesakes(&self, name: &str) -> Result<Vec<Subject>, StoreError> {
        list::namesakes(&self.readers, name).await
    }

    async fn list_referrers(&self, subject: &Subject, version: i32) -> Result<Vec<Referrer>, StoreError> {
        read::referrers(&self.readers, subject, version).await
    }

    async fn find_config(&self, scope: &Subject) -> Result<Option<Config>, StoreError> {
        scope::find_config(&self.readers, scope).await
    }

    async fn list_aliases(&self) -> Result<Vec<(Subject, String)>, StoreError> {
        scope::list_aliases(&self.readers).await
    }

    async fn find_mode(&self, scope: &Subject) -> Result<Option<Mode>, StoreError> {
        scope::find_mode(&self.readers, scope).await
    }

    async fn find_settings(&self, scope: &Subject) -> Result<Option<Settings>, StoreError> {
        scope::find_settings(&self.readers, scope).await
    }

    async fn find_document(&self, collection: &str, key: &str) -> Result<Option<String>, StoreError> {
        document::find(&self.readers, collection, key).await
    }

    async fn find_documents(&self, collection: &str, keys: &[String]) -> Result<Vec<Document>, StoreError> {
        document::find_all(&self.readers, collection, keys).await
    }

    async fn list_documents(&self, collection: &str, prefix: &str) -> Result<Vec<Document>, StoreError> {
        document::list(&self.readers, collection, prefix).await
    }

    async fn list_changes(&self, after: i64, limit: u32) -> Result<Vec<Change>, StoreError> {
        list::changes(&self.readers, after, Some(limit)).await
    }

    async fn apply(&self, command: Command, stamp: &Stamp) -> Result<Applied, StoreError> {
        self.writer.apply(command, stamp.clone()).await
    }

    fn watch(&self, watcher: Watcher) {
        self.feed.add(watcher);
    }

    async fn check_ready(&self) -> Result<(), StoreError> {
        read::ping(&self.readers).await?;
        self.writer.ping().await
    }

    async fn close(&self) {
        // Readers first: the last connection to go folds the log back into the file.
        self.readers.close().await;
        self.writer.close().await;
        if let Err(error) = self.lock.unlock() {
            tracing::warn!(%error, "the lock file stays locked until the process ends");
        }
    }
}
