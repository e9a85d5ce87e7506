//! Metadata of a schema: tags, properties, names of sensitive properties.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Part of a schema's identity. Keys and sets are kept sorted; empty parts are left out of JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Metadata {
    /// Tags by field path (wildcards allowed).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, BTreeSet<String>>,
    /// Free properties; `confluent:version` is reserved.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
    /// Names of properties to mask in logs and user interfaces.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub sensitive: BTreeSet<String>,
}

impl Metadata {
    /// Property that holds the version number of a data contract.
    pub const VERSION_PROPERTY: &'static str = "confluent:version";

    /// Merges two metadata objects: `newer` replaces whole values of `tags` and `properties`, `sensitive` is united.
    pub fn merge(older: Option<&Self>, newer: Option<&Self>) -> Option<Self> {
        let (older, newer) = match (older, newer) {
            (Some(older), Some(newer)) => (older, newer),
            (one, other) => return one.or(other).cloned(),
        };
        let mut merged = older.clone();
        merged.tags.extend(newer.tags.clone());
        merged.properties.extend(newer.properties.clone());
        merged.sensitive.extend(newer.sensitive.iter().cloned());
        Some(merged)
    }
}
