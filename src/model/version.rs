//! Versions, ids and references.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Content, Guid, Subject};

/// Number of a schema within its context, from 1; 0 only by import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SchemaId(pub i32);

/// Which version a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionSelector {
    /// `latest` or `-1`: the highest version that is not soft-deleted.
    Latest,
    /// 1..=2^31-1.
    Number(i32),
}

/// A reference from one schema to a version of a subject, as stored and returned.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// How the referrer spells the target.
    pub name: String,
    /// Subject as the client wrote it; unqualified means the referrer's own context.
    pub subject: String,
    /// Version number; never -1 once stored.
    pub version: i32,
}

/// One registered version with everything a read returns.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaVersion {
    /// The subject, with its context.
    pub subject: Subject,
    /// 1-based number in the subject.
    pub version: i32,
    /// Id in the subject's context.
    pub id: SchemaId,
    /// Identity of the content in every context.
    pub guid: Guid,
    /// Text, type, references, metadata, rule set.
    pub content: Arc<Content>,
    /// Whether it is soft-deleted.
    pub deleted: bool,
    /// Epoch milliseconds of the write.
    pub created_ms: i64,
}
