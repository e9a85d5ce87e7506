//! The log of changes: written in the same transaction as the change it tells of.

use super::{SchemaId, Subject};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// A version was registered.
    Registered,
    /// A version was soft-deleted.
    SoftDeleted,
    /// A version was permanently deleted.
    HardDeleted,
    /// Config of the scope was set.
    ConfigSet,
    /// Config of the scope was removed.
    ConfigDeleted,
    /// Mode of the scope was set.
    ModeSet,
    /// Mode of the scope was removed.
    ModeDeleted,
    /// Settings of ours were set or removed.
    SettingsChanged,
    /// A document of a satellite was set or removed; the subject's name is collection and key.
    DocumentChanged,
    /// A context was removed.
    ContextDeleted,
}

impl ChangeKind {
    /// All kinds with their stored names.
    pub const ALL: [(Self, &'static str); 10] = [
        (Self::Registered, "registered"),
        (Self::SoftDeleted, "soft-deleted"),
        (Self::HardDeleted, "hard-deleted"),
        (Self::ConfigSet, "config-set"),
        (Self::ConfigDeleted, "config-deleted"),
        (Self::ModeSet, "mode-set"),
        (Self::ModeDeleted, "mode-deleted"),
        (Self::SettingsChanged, "settings-changed"),
        (Self::DocumentChanged, "document-changed"),
        (Self::ContextDeleted, "context-deleted"),
    ];

    /// The stored name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("registered", |(_, name)| name)
    }
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Position in the log, ascending, never reused.
    pub sequence: i64,
    /// Epoch milliseconds.
    pub at_ms: i64,
    /// Who asked for it; empty when authentication is off.
    pub principal: String,
    /// What happened.
    pub kind: ChangeKind,
    /// Subject or scope.
    pub subject: Subject,
    /// Version, where one is concerned.
    pub version: Option<i32>,
    /// Id, where one is concerned.
    pub id: Option<SchemaId>,
}
