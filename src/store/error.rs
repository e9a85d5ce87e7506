//! What a store answers when it cannot do what was asked.

use crate::model::{SchemaId, Subject};

/// A change that was not made because of the data. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The subject (or config) changed since the caller read it: read and decide again.
    #[error("`{subject}` changed since it was read")]
    Moved {
        /// The subject or scope.
        subject: Subject,
    },
    /// A referenced version is not active any more.
    #[error("reference to `{subject}` version {version} does not hold")]
    ReferenceGone {
        /// Target subject.
        subject: Subject,
        /// Target version.
        version: i32,
    },
    /// A version to be deleted is referenced.
    #[error("`{subject}` version {version} is referenced")]
    Referenced {
        /// The referenced subject.
        subject: Subject,
        /// The referenced version.
        version: i32,
    },
    /// An imported id belongs to other content.
    #[error("id {0:?} belongs to other content")]
    IdTaken(SchemaId),
    /// The scope still has versions.
    #[error("`{scope}` is not empty")]
    NotEmpty {
        /// The scope.
        scope: Subject,
    },
}

/// A store that could not answer, or a change that was refused.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The data forbids the change.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The database did not answer. `certainly_not_written` tells whether a change surely did not happen.
    #[error("store unavailable: {source}")]
    Unavailable {
        /// True when a retry cannot double anything even without idempotence.
        certainly_not_written: bool,
        /// The driver's reason.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A row cannot be decoded.
    #[error("corrupt row in {table}.{column} at {row}: {reason}")]
    Corrupt {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// Key of the row.
        row: String,
        /// What is wrong.
        reason: String,
    },
}
