//! The use cases, one verb a file. Everything that is decided is decided here; wire texts are not.
//!
//! | file | answers |
//! |---|---|
//! | `register` | may this candidate become a version, and under which id |
//! | `lookup` | is this candidate a version already |
//! | `versions`, `schemas`, `listing` | reads by version, by id or guid, and lists |
//! | `compatibility`, `explain` | may it follow the history, and why not in plain words |
//! | `delete` | soft and permanent deletes |
//! | `config`, `mode`, `contexts`, `settings` | what is set where, and what is in force; aliases |
//! | `policies` | settings compiled: how events are read, what names their schema |
//! | `lint` | is this schema, event or subject well designed |
//! | `validate` | does this payload keep the promise |
//! | `associations` | which subject a resource takes its schemas from |
//! | `keys` | storage of keys for the clients' field encryption |
//! | `cache`, `freshness`, `views` | bounded caches; how long what was read may be kept; what is kept of subjects and ids |
//! | `references`, `parsed`, `histories` | resolved references; what is kept of parsed schemas and long histories |
//! | `weight` | what schemas weigh in memory |
//! | `contract`, `tags` | metadata, rule sets and inline tags of data contracts |
//! | `candidate`, `document`, `error` | what is posted; documents of the store as values; everything that can be refused |
//! | `cpu`, `turns` | where long work runs; whose turn it is among writers of one subject |

mod associations;
mod cache;
mod candidate;
mod compatibility;
mod config;
mod contexts;
mod contract;
mod cpu;
mod delete;
mod document;
pub mod error;
mod explain;
mod freshness;
mod histories;
mod keys;
mod lint;
mod listing;
mod lookup;
mod mode;
mod parsed;
mod policies;
mod references;
mod register;
mod schemas;
mod settings;
mod tags;
mod turns;
mod validate;
mod versions;
mod views;
mod weight;

use std::sync::Arc;
use std::time::Duration;

use chancery_engine::{CompatibilityLevel, Limits};
use tokio::sync::Semaphore;

pub use associations::{
    Associated, AssociatedResource, AssociationEntry, AssociationError, AssociationFilter,
    AssociationOutcomes, AssociationRemoval, AssociationRequest, ResourceQuery, Write,
};
pub use cache::BoundedCache;
pub use candidate::{Candidate, RawReference, TagChange};
pub use compatibility::Against;
pub use config::{ConfigPatch, EffectiveConfig, Patch};
use document::{decode, encode};
pub use error::{Refusal, RegistryError};
pub use explain::{ExplainAgainst, ExplainedDifference, Explanation, Location, VersionExplanation, Witness};
pub use freshness::{DependsOn, Moment};
pub use keys::{DekRequest, DekSelector, KekChange, KekRequest, KeyError};
pub use listing::{ListedVersion, SchemaFilter, parse_prefix};
pub use schemas::{FoundSchema, IdScope};
pub use tags::TagRequest;
pub use validate::{
    EventHints, EventSetting, EventVerdict, Framing, LazyLocator, Matched, NamedSchema, Payload,
    PayloadVerdict, SchemaChoice, Unchecked,
};
pub use versions::{VersionFilter, parse_version};

/// Filters and pages are the store's own; callers of the registry need not know it for them.
pub use crate::store::{Deletion, Page};

use crate::model::Mode;
use crate::store::{Stamp, Store};

/// How often a use case reads and decides again when the subject moved under it.
const MAX_ATTEMPTS: usize = 64;

/// Time as a value: epoch milliseconds.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Server settings that change what the registry decides. Defaults are the reference's.
#[derive(Clone, Debug)]
pub struct RegistrySettings {
    /// Level where none is set (`schema.compatibility.level`).
    pub default_level: CompatibilityLevel,
    /// Mode where none is set.
    pub default_mode: Mode,
    /// `validateFields` where none is set.
    pub validate_fields: bool,
    /// `validateNewSchemas` where none is set.
    pub validate_new_schemas: bool,
    /// Refuse the empty subject and `*`.
    pub reject_empty_subject: bool,
    /// One reference name bound to two versions is an error.
    pub strict_reference_versions: bool,
    /// Whether modes may be changed.
    pub mode_mutable: bool,
    /// Bounds of schemas and comparisons.
    pub limits: Limits,
    /// Longest time one payload may be validated on the blocking pool.
    pub validation_deadline: Duration,
    /// Payloads that are validated on the blocking pool at the same time; others wait for a place.
    pub heavy_validations: usize,
    /// Bytes of compiled schemas that are kept, about; half as many of parsed ones, a quarter as many of compiled ones
    /// that came with requests.
    pub schema_cache_bytes: u64,
}

impl Default for RegistrySettings {
    fn default() -> Self {
        Self {
            default_level: CompatibilityLevel::Backward,
            default_mode: Mode::Readwrite,
            validate_fields: false,
            validate_new_schemas: true,
            reject_empty_subject: false,
            strict_reference_versions: false,
            mode_mutable: true,
            limits: Limits::default(),
            validation_deadline: validate::DEFAULT_DEADLINE,
            heavy_validations: 4,
            schema_cache_bytes: 256 << 20,
        }
    }
}

/// The registry. Cheap to share; all functions take `&self` and may run concurrently.
pub struct Registry {
    store: Arc<dyn Store>,
    clock: Clock,
    settings: RegistrySettings,
    freshness: Arc<freshness::Freshness>,
    parsed: parsed::ParsedCache,
    histories: histories::Histories,
    views: views::Views,
    ready: validate::ReadySchemas,
    usual_ways: validate::UsualWays,
    policies: policies::PolicyCache,
    /// Places for validations on the blocking pool.
    heavy: Arc<Semaphore>,
    turns: turns::Turns,
    /// Writers of associations against each other and against deletes of versions.
    associating: tokio::sync::RwLock<()>,
    /// Deletes of KEKs against new DEKs under them.
    keying: tokio::sync::RwLock<()>,
}

impl Registry {
    /// A registry over a store.
    pub fn new(store: Arc<dyn Store>, clock: Clock, settings: RegistrySettings) -> Self {
        let parsed = parsed::ParsedCache::new(settings.schema_cache_bytes / 2);
        let ready = validate::ReadySchemas::new(settings.schema_cache_bytes);
        let heavy = Arc::new(Semaphore::new(settings.heavy_validations.clamp(1, Semaphore::MAX_PERMITS)));
        let freshness = freshness::Freshness::following(store.as_ref());
        Self {
            store,
            clock,
            settings,
            freshness,
            parsed,
            histories: histories::Histories::new(),
            views: views::Views::new(),
            ready,
            usual_ways: validate::UsualWays::new(),
            policies: policies::PolicyCache::new(),
            heavy,
            turns: turns::Turns::new(),
            associating: tokio::sync::RwLock::new(()),
            keying: tokio::sync::RwLock::new(()),
        }
    }

    /// Whether the store can read and write.
    pub async fn check_ready(&self) -> Result<(), RegistryError> {
        Ok(self.store.check_ready().await?)
    }

    /// The settings it was started with.
    pub fn settings(&self) -> &RegistrySettings {
        &self.settings
    }

    /// The present moment: what was read before it and depends on this holds as long as it does.
    pub fn moment(&self, depends_on: DependsOn<'_>) -> Moment {
        self.freshness.moment(depends_on)
    }

    fn stamp(&self) -> Stamp {
        Stamp { at_ms: (self.clock)(), principal: String::new() }
    }
}
