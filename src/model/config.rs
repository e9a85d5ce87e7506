//! Config and mode of a subject, a context or the whole registry.

use std::fmt;
use std::str::FromStr;

use chancery_engine::CompatibilityLevel;
use serde::{Deserialize, Serialize};

use super::{Metadata, RuleSet};

/// Stored config of one scope. A member that is `None` is not set there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Config {
    /// Level, by wire name.
    #[serde(skip_serializing_if = "Option::is_none", with = "level")]
    pub compatibility_level: Option<CompatibilityLevel>,
    /// Subject that requests for this one act on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// The same for data encryption keys; stored only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias_for_deks: Option<String>,
    /// Normalize on register, lookup and compatibility.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub normalize: Option<bool>,
    /// Stricter per-format checks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validate_fields: Option<bool>,
    /// Strict parsing of new schemas (default true).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validate_new_schemas: Option<bool>,
    /// Stored only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validate_rules: Option<bool>,
    /// `STRICT`, `LENIENT` or `LOGICAL`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compatibility_policy: Option<String>,
    /// Metadata property that groups versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compatibility_group: Option<String>,
    /// Merged under the request's metadata.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_metadata: Option<Metadata>,
    /// Merged over it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub override_metadata: Option<Metadata>,
    /// Merged under the request's rule set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_rule_set: Option<RuleSet>,
    /// Merged over it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub override_rule_set: Option<RuleSet>,
}

/// What a scope may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Everything.
    #[default]
    Readwrite,
    /// Reads only.
    Readonly,
    /// As READONLY (deprecated name).
    ReadonlyOverride,
    /// Registration with given ids and versions.
    Import,
    /// Global only: writes are taken over as they come.
    Forward,
}

impl Mode {
    /// All modes with their wire names.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Readwrite, "READWRITE"),
        (Self::Readonly, "READONLY"),
        (Self::ReadonlyOverride, "READONLY_OVERRIDE"),
        (Self::Import, "IMPORT"),
        (Self::Forward, "FORWARD"),
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(mode, _)| *mode == self).map_or("READWRITE", |(_, name)| name)
    }

    /// Whether registration of new content, deletes and config changes are refused.
    pub fn is_read_only(self) -> bool {
        matches!(self, Self::Readonly | Self::ReadonlyOverride)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Mode {
    type Err = ();

    /// Any letter case, as the reference reads it.
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().find(|(_, name)| name.eq_ignore_ascii_case(text)).map(|(mode, _)| *mode).ok_or(())
    }
}

/// Levels by wire name in stored JSON.
mod level {
    use chancery_engine::CompatibilityLevel;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
    pub fn serialize<S: Serializer>(level: &Option<CompatibilityLevel>, out: S) -> Result<S::Ok, S::Error> {
        match level {
            Some(level) => out.serialize_str(level.name()),
            None => out.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Option<CompatibilityLevel>, D::Error> {
        let text = Option::<String>::deserialize(input)?;
        text.map(|text| text.parse().map_err(|()| serde::de::Error::custom(format!("no level `{text}`"))))
            .transpose()
    }
}
