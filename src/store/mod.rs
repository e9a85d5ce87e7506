//! Where subjects, versions and settings are kept.
//!
//! SQL is the truth. [`Store`] is what the use cases ask of a database; each driver is one folder, and the
//! conformance suite (`tests/it/store`) runs on all of them. Reads are single statements or one snapshot;
//! every change goes through [`Store::apply`]: one short transaction that verifies what the caller read
//! (revision, references), makes the change, and appends to `changes`.
//!
//! Invariants the drivers keep: an id never changes its text and is never given out twice, also after a
//! permanent delete and a restart; one content in one context gets one id under any concurrency; a live
//! version number is never reissued; an acknowledged change survives `kill -9`; register and delete of one
//! subject are serialised by its revision.

mod codec;
mod command;
mod document;
mod error;
mod feed;
mod prefix;
mod query;
pub mod sqlite;

pub use command::{Applied, Command, Emptied, IdChoice, ModeRead, Registration, Stamp, Target};
pub use document::{Document, DocumentChange};
pub use error::{Conflict, OpenError, StoreError};
pub use feed::{Feed, News, Watcher};
pub use query::{
    Deletion, EntryFilter, History, Page, Referrer, Scope, StoredContent, SubjectQuery, Use, VersionQuery,
    VersionRow,
};

use std::sync::Arc;

use crate::model::{
    Change, Config, Content, ContextName, Fingerprint, Guid, Mode, SchemaId, SchemaVersion, Settings, Subject,
};

/// A database of subjects, versions and settings.
///
/// All functions may answer [`StoreError::Unavailable`]; a row that cannot be read is
/// [`StoreError::Corrupt`] with table, column and row. Absence is `None` or an empty list, never an error.
#[async_trait::async_trait]
pub trait Store: Send + Sync + 'static {
    /// All versions of a subject, soft-deleted ones included, ascending, with the revision to give back in
    /// [`Command`]s. One snapshot. An unknown subject has revision 0 and no versions.
    async fn get_history(&self, subject: &Subject) -> Result<History, StoreError>;

    /// The revision that [`Store::get_history`] would give, without the versions. Constant time.
    async fn find_revision(&self, subject: &Subject) -> Result<i64, StoreError>;

    /// Contents by fingerprint; unknown ones are left out. One query.
    async fn list_contents(&self, fingerprints: &[Fingerprint]) -> Result<Vec<Arc<Content>>, StoreError>;

    /// The content of an id.
    async fn find_content(
        &self,
        context: &ContextName,
        id: SchemaId,
    ) -> Result<Option<StoredContent>, StoreError>;

    /// Ids of a content in a context, ascending; more than one only after imports.
    async fn list_ids(
        &self,
        context: &ContextName,
        fingerprint: Fingerprint,
    ) -> Result<Vec<SchemaId>, StoreError>;

    /// Every (context, id) of a guid, sorted by context, then id.
    async fn list_guid_ids(&self, guid: Guid) -> Result<Vec<(ContextName, SchemaId)>, StoreError>;

    /// Ids in a context of JSON Schemas whose text has this `$id` (draft 4: `id`), newest first, at most 100.
    async fn list_json_schema_ids(
        &self,
        context: &ContextName,
        json_schema_id: &str,
    ) -> Result<Vec<SchemaId>, StoreError>;

    /// Versions that use an id, soft-deleted ones included, sorted by subject, then version.
    async fn list_uses(&self, context: &ContextName, id: SchemaId) -> Result<Vec<Use>, StoreError>;

    /// Highest id ever seen in a context; `None` when it never had one.
    async fn find_max_id(&self, context: &ContextName) -> Result<Option<SchemaId>, StoreError>;

    /// Contexts that have had a registration, sorted; the default one is not listed unless it has.
    async fn list_contexts(&self) -> Result<Vec<ContextName>, StoreError>;

    /// Subjects, sorted by qualified name in byte order, filtered and cut in the database.
    async fn list_subjects(&self, query: &SubjectQuery) -> Result<Vec<Subject>, StoreError>;

    /// Versions with their contents, sorted by qualified subject, then version; filtered and cut in the database.
    async fn list_versions(&self, query: &VersionQuery) -> Result<Vec<SchemaVersion>, StoreError>;

    /// One version with its content, also a soft-deleted one.
    async fn find_version(
        &self,
        subject: &Subject,
        version: i32,
    ) -> Result<Option<SchemaVersion>, StoreError>;

    /// Subjects of this plain name in any context, that have a version; default context first, then sorted.
    async fn list_namesakes(&self, name: &str) -> Result<Vec<Subject>, StoreError>;

    /// Versions that directly reference this one, soft-deleted ones included, by id ascending.
    async fn list_referrers(&self, subject: &Subject, version: i32) -> Result<Vec<Referrer>, StoreError>;

    /// Config set at exactly this scope (a subject, or a context as its empty subject).
    async fn find_config(&self, scope: &Subject) -> Result<Option<Config>, StoreError>;

    /// All configs that name an alias, sorted by qualified name.
    async fn list_aliases(&self) -> Result<Vec<(Subject, String)>, StoreError>;

    /// Mode set at exactly this scope.
    async fn find_mode(&self, scope: &Subject) -> Result<Option<Mode>, StoreError>;

    /// Settings of ours set at exactly this scope.
    async fn find_settings(&self, scope: &Subject) -> Result<Option<Settings>, StoreError>;

    /// Body of a document.
    async fn find_document(&self, collection: &str, key: &str) -> Result<Option<String>, StoreError>;

    /// Those documents of a collection that are there, by key. One query.
    async fn find_documents(&self, collection: &str, keys: &[String]) -> Result<Vec<Document>, StoreError>;

    /// Documents of a collection whose keys start with `prefix`, by key.
    async fn list_documents(&self, collection: &str, prefix: &str) -> Result<Vec<Document>, StoreError>;

    /// Changes after a sequence number, oldest first, at most `limit`.
    async fn list_changes(&self, after: i64, limit: u32) -> Result<Vec<Change>, StoreError>;

    /// Makes one change, wholly or not at all. When this returns `Ok`, the change survives a crash.
    ///
    /// # Errors
    /// [`StoreError::Conflict`]: nothing was written; what the caller read no longer holds (read and decide
    /// again) or a rule of the data forbids it. [`StoreError::Unavailable`] with `certainly_not_written: false` when
    /// the outcome of the commit is not known; a retry finds the same id.
    async fn apply(&self, command: Command, stamp: &Stamp) -> Result<Applied, StoreError>;

    /// Has a watcher told of every change from now on, whoever makes it: after its commit, before its caller is
    /// answered (see [`News`]).
    fn watch(&self, watcher: Watcher);

    /// Answers when the database can read and write.
    async fn check_ready(&self) -> Result<(), StoreError>;

    /// Flushes and closes; later calls answer [`StoreError::Unavailable`].
    async fn close(&self);
}
