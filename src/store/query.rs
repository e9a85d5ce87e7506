//! Questions and answers of reads.

use std::sync::Arc;

use crate::model::{Content, ContextName, Fingerprint, Guid, SchemaId, Subject};

/// One version without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRow {
    /// 1-based number.
    pub version: i32,
    /// Id in the subject's context.
    pub id: SchemaId,
    /// Identity of the content.
    pub fingerprint: Fingerprint,
    /// Guid of the content.
    pub guid: Guid,
    /// Whether it is soft-deleted.
    pub deleted: bool,
    /// Epoch milliseconds of the write.
    pub created_ms: i64,
}

/// All versions of a subject at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Grows with every change of the subject's versions, by one with a registration; 0 when there never was
    /// one. Histories of the same revision are equal.
    pub revision: i64,
    /// Ascending, soft-deleted ones included.
    pub versions: Vec<VersionRow>,
}

impl History {
    /// Versions that are not soft-deleted, ascending.
    pub fn active(&self) -> impl DoubleEndedIterator<Item = &VersionRow> {
        self.versions.iter().filter(|row| !row.deleted)
    }

    /// The highest active version.
    pub fn latest(&self) -> Option<&VersionRow> {
        self.active().next_back()
    }

    /// A version by number, also a soft-deleted one.
    pub fn find(&self, version: i32) -> Option<&VersionRow> {
        self.versions.binary_search_by_key(&version, |row| row.version).ok().map(|at| &self.versions[at])
    }

    /// The number a next registration gets: highest present, counting soft-deleted ones, plus one. `None` when
    /// the highest present is the highest there is.
    pub fn next_version(&self) -> Option<i32> {
        self.versions.last().map_or(Some(1), |row| row.version.checked_add(1))
    }
}

/// Content of an id.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredContent {
    /// Identity.
    pub fingerprint: Fingerprint,
    /// Guid.
    pub guid: Guid,
    /// The content.
    pub content: Arc<Content>,
}

/// A version that uses an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The subject.
    pub subject: Subject,
    /// The version.
    pub version: i32,
    /// Whether it is soft-deleted.
    pub deleted: bool,
    /// Epoch milliseconds of the write.
    pub created_ms: i64,
}

/// A version that references another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referrer {
    /// Its subject.
    pub subject: Subject,
    /// Its version.
    pub version: i32,
    /// Its id.
    pub id: SchemaId,
    /// Whether it is soft-deleted.
    pub deleted: bool,
}

/// Which versions count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deletion {
    /// Active ones. A subject counts when it has one.
    #[default]
    Active,
    /// Active and soft-deleted ones.
    All,
    /// Soft-deleted ones. A subject counts when it has no active one.
    DeletedOnly,
}

/// Where to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One context.
    Context(ContextName),
    /// All contexts.
    Everywhere,
}

/// Which part of a sorted list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Entries to skip.
    pub offset: u32,
    /// Entries to return; `None` = all.
    pub limit: Option<u32>,
}

/// Filter for subjects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectQuery {
    /// Where.
    pub scope: Scope,
    /// Plain names that start so (case-sensitive); empty = all.
    pub prefix: String,
    /// Which.
    pub deletion: Deletion,
    /// Part of the list.
    pub page: Page,
}

/// Asks of a subject for an entry in its document: a list of objects under its qualified name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryFilter {
    /// Collection of the documents.
    pub collection: &'static str,
    /// Members of an entry, each with the texts one of which it must have.
    pub members: Vec<(&'static str, Vec<String>)>,
}

/// Filter for versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionQuery {
    /// Where.
    pub scope: Scope,
    /// Plain names that start so (case-sensitive); empty = all.
    pub prefix: String,
    /// Further subjects whose versions are included whatever the prefix says (aliases).
    pub also: Vec<Subject>,
    /// None but versions of subjects with such an entry.
    pub with_entry: Option<EntryFilter>,
    /// Which.
    pub deletion: Deletion,
    /// Only the highest matching version of each subject.
    pub latest_only: bool,
    /// Only versions whose rule set has a rule of this type; applied after `latest_only`.
    pub rule_type: Option<String>,
    /// Part of the list.
    pub page: Page,
}
