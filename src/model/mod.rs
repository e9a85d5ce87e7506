//! The small types everything shares. No I/O, no decisions beyond what a name or a number may be.

mod association;
mod change;
mod config;
mod content;
mod context;
mod key;
mod metadata;
mod rule_set;
mod settings;
mod subject;
mod version;

pub use association::{Association, Lifecycle};
pub use change::{Change, ChangeKind};
pub use config::{Config, Mode};
pub use content::{Content, Fingerprint, Guid};
pub use context::{ContextName, InvalidContext};
pub use key::{Dek, DekAlgorithm, Kek};
pub use metadata::Metadata;
pub use rule_set::{Rule, RuleKind, RuleMode, RuleSet};
pub use settings::{
    AvroJsonForm, ComparisonPolicy, DataschemaAlias, EnvelopeProfile, EventTimeWindow, FormatPolicy,
    FramingPolicy, OnMissingSchema, RuleLevel, Settings, StrategyName, SubjectMapRow, UnknownDataschema,
    UnknownFieldsPolicy, VersionPolicy,
};
pub use subject::Subject;
pub use version::{Reference, SchemaId, SchemaVersion, VersionSelector};
