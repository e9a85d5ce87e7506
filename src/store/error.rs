//! What a store answers when it cannot do what was asked.

use std::path::PathBuf;

use crate::model::{ContextName, SchemaId, Subject};

/// A change that was not made because of the data. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The subject (or config, or the mode in force) changed since the caller read it: read and decide again.
    #[error("`{subject}` changed since it was read")]
    Moved {
        /// The subject or scope.
        subject: Subject,
    },
    /// A referenced version is not active any more, or not what it was when it was read.
    #[error("reference to `{subject}` version {version} does not hold")]
    ReferenceGone {
        /// Target subject.
        subject: Subject,
        /// Target version.
        version: i32,
    },
    /// A version to be deleted or replaced is referenced.
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
    /// The counter of a context stands at the highest id there is.
    #[error("context `{0}` has no id left")]
    IdsExhausted(ContextName),
    /// A document changed since the caller read it.
    #[error("document `{key}` of {collection} changed since it was read")]
    DocumentMoved {
        /// Collection.
        collection: &'static str,
        /// Key.
        key: String,
    },
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

impl StoreError {
    /// The database did not answer and nothing was written.
    pub fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable { certainly_not_written: true, source: source.into() }
    }

    /// The connection failed between commit and its answer.
    pub fn outcome_unknown(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable { certainly_not_written: false, source: source.into() }
    }
}

/// Why a database cannot be used at all. Found when it is opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder or file cannot be made or opened.
    #[error("cannot open the database {}: {source}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A file of another kind, or a database of another program.
    #[error("{} is not a chancery database: {reason}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What gave it away.
        reason: String,
    },
    /// Written by a newer release.
    #[error(
        "the database {} has schema {found}, this release knows schemas up to {known}: \
         use the release that wrote it, or a newer one", path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Number of its newest migration.
        found: i64,
        /// Number of ours.
        known: i64,
    },
    /// Another process serves it.
    #[error("the database {} is in use by another chancery process", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
}
