//! Changes as values.

use std::sync::Arc;

use super::document::DocumentChange;
use crate::model::{Config, Content, ContextName, Mode, SchemaId, Settings, Subject};

/// Who asks for a change, and when: time comes in as a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Epoch milliseconds.
    pub at_ms: i64,
    /// Empty when authentication is off.
    pub principal: String,
}

/// Which id a registration gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdChoice {
    /// The lowest id of the same content in the context, else the next of the context's counter.
    Allocate,
    /// This one (import). The counter moves above it.
    Exactly(SchemaId),
}

/// What must hold no active version before a scope becomes IMPORT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Emptied {
    /// One subject.
    Subject(Subject),
    /// All subjects of a context.
    Context(ContextName),
    /// All subjects of all contexts.
    Everything,
}

/// A version that another one references.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The subject, in its context.
    pub subject: Subject,
    /// Its version.
    pub version: i32,
    /// What the version was when it was read: it must still be that. An import writes over versions, and after a
    /// permanent delete a number can come back; an id never changes its content.
    pub id: SchemaId,
}

/// The mode on which a caller decided: the first that is set among some scopes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModeRead {
    /// From narrow to wide.
    pub scopes: Vec<Subject>,
    /// `None`: none of them had one.
    pub mode: Option<Mode>,
}

/// A version to be registered. Lower soft-deleted versions of the subject with the same id disappear, unless
/// something references them.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Under which subject.
    pub subject: Subject,
    /// Revision of the history on which the caller decided.
    pub revision: i64,
    /// Mode on which the caller decided: it must still be that, so that no version comes into a scope that was found
    /// empty and became IMPORT meanwhile.
    pub mode: ModeRead,
    /// Number of the new version, decided from that history.
    pub version: i32,
    /// The content; its fingerprint and guid are derived by the store.
    pub content: Arc<Content>,
    /// The id.
    pub id: IdChoice,
    /// Direct references. Each must be an active version when `references_must_be_active`, else merely be stored.
    pub references: Vec<Target>,
    /// False for imports.
    pub references_must_be_active: bool,
    /// An existing version of the same number is replaced (import), unless something references it and would
    /// mean other content then.
    pub overwrites: bool,
}

/// One change.
#[derive(Clone, Debug)]
pub enum Command {
    /// Registers a version. Conflicts: `Moved`, `ReferenceGone`, `Referenced`, `IdTaken`, `IdsExhausted`.
    Register(Registration),
    /// Soft-deletes versions of a subject. Conflicts: `Moved`, `Referenced`.
    SoftDelete {
        /// The subject.
        subject: Subject,
        /// Revision of the history on which the caller decided.
        revision: i64,
        /// Active versions.
        versions: Vec<i32>,
        /// References from versions of the same subject do not count (delete of a whole subject).
        whole_subject: bool,
    },
    /// Removes soft-deleted versions for good. Ids without uses go; the counter stays. When no version is left the
    /// subject's own config, mode and settings go as well; of an empty name they are the context's and stay.
    /// Conflicts: `Moved`, `Referenced`.
    HardDelete {
        /// The subject.
        subject: Subject,
        /// Revision of the history on which the caller decided.
        revision: i64,
        /// Soft-deleted versions.
        versions: Vec<i32>,
        /// References from versions of the same subject do not count (delete of a whole subject).
        whole_subject: bool,
    },
    /// Sets the whole config of a scope. `before` is what the caller merged into; conflict `Moved` when it
    /// is no longer that.
    PutConfig {
        /// Subject or context.
        scope: Subject,
        /// What the caller read.
        before: Option<Box<Config>>,
        /// What shall stand.
        config: Box<Config>,
    },
    /// Removes the config of a scope; nothing happens when there is none.
    DeleteConfig {
        /// Subject or context.
        scope: Subject,
    },
    /// Sets the mode of a scope. With `needs_empty`, soft-deleted versions in the scope (a subject, all subjects
    /// of a context, or every context) are removed for good first; conflict `NotEmpty` when an active version is
    /// left, `Referenced` when a removed one is referenced from outside the scope.
    PutMode {
        /// Subject or context.
        scope: Subject,
        /// What shall stand.
        mode: Mode,
        /// Switching to IMPORT without force: which versions must be gone.
        needs_empty: Option<Emptied>,
    },
    /// Removes the mode of a scope, with `recursive` also those of all subjects of the context.
    DeleteMode {
        /// Subject or context.
        scope: Subject,
        /// Also the modes of all subjects of the context.
        recursive: bool,
    },
    /// Sets the settings of ours of a scope; `None` removes them.
    PutSettings {
        /// Subject or context.
        scope: Subject,
        /// What shall stand.
        settings: Option<Box<Settings>>,
    },
    /// Changes documents, all or none. Conflict `DocumentMoved`.
    ChangeDocuments(Vec<DocumentChange>),
    /// Takes an empty context off the list. Its id counter stays, and what is set in it: that is changed by
    /// nobody who did not name it. Conflict `NotEmpty`.
    DeleteContext {
        /// The context.
        context: ContextName,
    },
}

/// What a change did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// A version was registered.
    Registered {
        /// Its id.
        id: SchemaId,
        /// Its number.
        version: i32,
    },
    /// Done; nothing more to say.
    Done,
}
