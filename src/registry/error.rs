//! Everything a use case can refuse, in the registry's words. Status, code and text of the Confluent surface
//! are decided in one table of the HTTP layer.

use chancery_engine::Verdict;

use crate::model::{ContextName, InvalidContext, Subject};
use crate::store::StoreError;

/// Why a request was not done.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// No visible version of this subject.
    #[error("subject `{0}` not found")]
    SubjectNotFound(Subject),
    /// The subject exists, the version does not; -1 for latest.
    #[error("version {0} not found")]
    VersionNotFound(i32),
    /// No schema; with the id or guid that was asked for, if one was.
    #[error("schema {} not found", .0.as_deref().unwrap_or_default())]
    SchemaNotFound(Option<String>),
    /// The whole subject is soft-deleted already.
    #[error("subject `{0}` was soft deleted")]
    SubjectSoftDeleted(Subject),
    /// Permanent delete before soft delete.
    #[error("subject `{0}` was not deleted first")]
    SubjectNotSoftDeleted(Subject),
    /// The version is soft-deleted already.
    #[error("subject `{0}` version {1} was soft deleted")]
    VersionSoftDeleted(Subject, i32),
    /// Permanent delete of an active version.
    #[error("subject `{0}` version {1} was not deleted first")]
    VersionNotSoftDeleted(Subject, i32),
    /// No own config.
    #[error("subject `{0}` has no compatibility configured")]
    NoSubjectConfig(Subject),
    /// No own mode.
    #[error("subject `{0}` has no mode configured")]
    NoSubjectMode(Subject),
    /// The candidate may not follow the history.
    #[error("schema is incompatible with an earlier schema of `{subject}`")]
    Incompatible {
        /// The subject.
        subject: Subject,
        /// What was found.
        verdict: Box<Verdict>,
    },
    /// A schema that cannot be accepted; the text is the whole message.
    #[error("{0}")]
    InvalidSchema(String),
    /// A version text that is no version.
    #[error("`{0}` is not a version")]
    InvalidVersion(String),
    /// A level text that is no level.
    #[error("`{0}` is not a compatibility level")]
    InvalidLevel(String),
    /// A mode text that is no mode, or none.
    #[error("`{0}` is not a mode")]
    InvalidMode(String),
    /// FORWARD outside the global scope.
    #[error("forward mode outside the global scope")]
    ForwardModeNotGlobal,
    /// The mode in force forbids it.
    #[error("`{subject}` {reason}")]
    OperationNotPermitted {
        /// The subject or scope.
        subject: Subject,
        /// Which refusal.
        reason: Refusal,
    },
    /// Something references what would be deleted.
    #[error("`{0}` version {1} is referenced")]
    ReferenceExists(Subject, i32),
    /// A name under which nothing can be set or registered; as sent.
    #[error("`{0}` is not a valid subject")]
    InvalidSubject(String),
    /// Over the store's limit.
    #[error("schema is too large")]
    SchemaTooLarge,
    /// A rule set that breaks its rules; the text is the message.
    #[error("{0}")]
    InvalidRuleSet(String),
    /// Settings of ours that name what does not exist; the text is the message.
    #[error("{0}")]
    InvalidSettings(String),
    /// Versions are left in the context.
    #[error("context `{0}` is not empty")]
    ContextNotEmpty(ContextName),
    /// A context name with a colon.
    #[error(transparent)]
    InvalidContext(#[from] InvalidContext),
    /// A request about keys was refused.
    #[error(transparent)]
    Key(#[from] super::KeyError),
    /// A request about associations was refused.
    #[error(transparent)]
    Association(#[from] super::AssociationError),
    /// The store could not answer.
    #[error(transparent)]
    Store(StoreError),
}

/// Why a mode forbids an operation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// READONLY.
    #[error("is in read-only mode")]
    ReadOnly,
    /// An id was given outside IMPORT.
    #[error("is not in import mode")]
    NotImport,
    /// No id was given in IMPORT.
    #[error("is not in read-write mode")]
    NotReadWrite,
    /// Switching to IMPORT over existing versions.
    #[error("has existing versions")]
    ExistingSubjects,
    /// An imported id belongs to other content.
    #[error("has other content under id {0}")]
    IdTaken(i32),
    /// The context has given out the highest id there is.
    #[error("is in a context without free ids")]
    IdsExhausted,
    /// A resource owns what would be referenced.
    #[error("is owned by a resource and cannot be referenced")]
    Owned,
    /// Mode changes are switched off.
    #[error("mode changes are not allowed")]
    ModeImmutable,
}

impl From<StoreError> for RegistryError {
    /// Conflicts are resolved by the use case that caused them; one that gets here was retried often enough.
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
