//! Settings of ours for a scope, kept apart from [`Config`](super::Config) so that Confluent objects stay exact.
//!
//! A scope is a subject, a context, or everything. What a scope does not set, the next wider one decides, member by
//! member. Names are those of the JSON body; texts that name rules, patterns or formats are checked where the
//! settings are put.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Settings of one scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// Which differences count beyond the reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<ComparisonPolicy>,
    /// Level by lint rule id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub lint: BTreeMap<String, String>,
    /// What to do with Protobuf fields that the schema does not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown_fields: Option<UnknownFieldsPolicy>,
    /// An event for which no schema is found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_missing_schema: Option<OnMissingSchema>,
    /// A `dataschema` that names nothing here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown_dataschema: Option<UnknownDataschema>,
    /// Which version counts when only a subject is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub versions: Option<VersionPolicy>,
    /// How JSON is read for an Avro schema; either way unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avro_json: Option<AvroJsonForm>,
    /// Whether `format` of a JSON Schema decides over payloads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formats: Option<FormatPolicy>,
    /// How payloads say which schema they were written with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub framing: Option<FramingPolicy>,
    /// Whether an event without data is wrong when its schema asks for some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_data: Option<bool>,
    /// Whether messages show the values that findings point at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_values: Option<bool>,
    /// Which event times are no finding of lint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_time_window: Option<EventTimeWindow>,
    /// How subjects are named, first that exists wins. Contexts and global only, like all that follow.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subject_strategies: Vec<StrategyName>,
    /// The table of the strategy `map`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subject_map: Vec<SubjectMapRow>,
    /// URIs of others that stand for subjects of ours.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dataschema_aliases: Vec<DataschemaAlias>,
    /// Context by xRegistry schema group.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub schema_groups: BTreeMap<String, String>,
    /// Namespace of URNs that name schemas, instead of `schema-registry`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urn_namespace: Option<String>,
    /// Format by media type of payloads that have to be framed; replaces the built-in list.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub framed_types: BTreeMap<String, String>,
    /// Preset of severities for envelopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<EnvelopeProfile>,
    /// Severity by envelope rule id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub rules: BTreeMap<String, RuleLevel>,
    /// Whether the constraints of documented extensions are checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documented_extensions: Option<bool>,
}

/// Policy of ours on differences; those of the reference are set in the config.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ComparisonPolicy {
    /// Protobuf: what breaks the binary encoding.
    Wire,
    /// Protobuf: what breaks the binary or the JSON encoding.
    WireJson,
    /// Protobuf: what breaks generated code.
    Source,
    /// JSON Schema: nothing that the reference overlooks passes.
    Sound,
}

/// What to do with Protobuf fields that the schema does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnknownFieldsPolicy {
    /// A warning.
    Warn,
    /// An error.
    Reject,
    /// Nothing.
    Ignore,
}

/// How far from the clock the time of an event may be, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventTimeWindow {
    /// Behind it; seven days unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub past: Option<u32>,
    /// Ahead of it; five minutes unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub future: Option<u32>,
}

/// What an event for which no schema is found comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnMissingSchema {
    /// Invalid.
    Reject,
    /// Unchecked, with a warning.
    Warn,
    /// Unchecked.
    Pass,
}

/// What a `dataschema` that names nothing here comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnknownDataschema {
    /// An error.
    Reject,
    /// A warning; the next evidence counts.
    Warn,
    /// Nothing; the next evidence counts.
    Ignore,
}

/// Which version of a subject counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum VersionPolicy {
    /// The latest.
    Latest,
    /// The newest that the payload keeps.
    Any,
    /// This one.
    Pinned(i32),
}

impl TryFrom<String> for VersionPolicy {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let pinned = || text.strip_prefix("pinned:")?.parse().ok().filter(|version| *version > 0);
        match text.as_str() {
            "latest" => Ok(Self::Latest),
            "any" => Ok(Self::Any),
            _ => pinned().map(Self::Pinned).ok_or_else(|| {
                format!("expected `latest`, `any` or `pinned:` with a version, found `{text}`")
            }),
        }
    }
}

impl From<VersionPolicy> for String {
    fn from(policy: VersionPolicy) -> Self {
        match policy {
            VersionPolicy::Latest => "latest".to_owned(),
            VersionPolicy::Any => "any".to_owned(),
            VersionPolicy::Pinned(version) => format!("pinned:{version}"),
        }
    }
}

/// How JSON is read for an Avro schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AvroJsonForm {
    /// The Avro JSON encoding: unions name their branch.
    Avro,
    /// Plain JSON.
    Plain,
}

/// Whether `format` of a JSON Schema decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FormatPolicy {
    /// It does.
    Assert,
    /// It is a remark of the schema.
    Annotate,
}

/// How payloads say which schema they were written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FramingPolicy {
    /// Framed when they start so and the id is known.
    Auto,
    /// Never framed.
    None,
    /// Always framed.
    Confluent,
}

/// A way to name the subject of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StrategyName {
    /// The type.
    Type,
    /// `{type}-value`.
    TypeValue,
    /// The type without its version.
    TypeMajorStripped,
    /// `{topic}-value`, `{topic}-key`.
    Topic,
    /// The name of the message.
    Record,
    /// `{topic}-{record}`.
    TopicRecord,
    /// `{topic}-{type}`.
    TopicType,
    /// The table `subjectMap`.
    Map,
}

/// One row of the table of subjects: patterns on facts, each on the whole fact, and a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectMapRow {
    /// Pattern on the event's `type`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub event_type: Option<String>,
    /// Pattern on its `source`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Pattern on the topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The subject, with `{type}`, `{source}`, `{topic}`, `{record}` or a named group of a pattern.
    pub subject: String,
}

/// A URI that stands for a subject: exactly this one, or all that start so.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataschemaAlias {
    /// This URI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// All URIs that start so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The subject.
    pub subject: String,
    /// The version; without one the version policy chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
}

/// Preset of severities for envelopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnvelopeProfile {
    /// Every rule as documented.
    Strict,
    /// Forgives what widely used senders do.
    Interop,
    /// Envelopes only: the payload is not looked at.
    EnvelopeOnly,
}

/// What a finding of an envelope rule becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleLevel {
    /// Not reported.
    Off,
    /// A warning.
    #[serde(alias = "warn")]
    Warning,
    /// An error.
    Error,
}

impl Settings {
    /// Names of all members.
    pub const MEMBERS: [&str; 21] = [
        "policy",
        "lint",
        "unknownFields",
        "onMissingSchema",
        "unknownDataschema",
        "versions",
        "avroJson",
        "formats",
        "framing",
        "requireData",
        "showValues",
        "eventTimeWindow",
        "subjectStrategies",
        "subjectMap",
        "dataschemaAliases",
        "schemaGroups",
        "urnNamespace",
        "framedTypes",
        "profile",
        "rules",
        "documentedExtensions",
    ];

    /// Members that are decided before an event has a subject: contexts have them, subjects do not.
    const OF_CONTEXTS: &'static [&'static str] = Self::MEMBERS.split_at(12).1;

    /// The first member set here that a subject cannot have.
    pub fn find_member_of_contexts(&self) -> Option<&'static str> {
        let set = serde_json::to_value(self).ok()?;
        Self::OF_CONTEXTS.iter().copied().find(|name| set.get(name).is_some())
    }

    /// These settings, completed by those of a wider scope. Levels of single rules add up, the narrower one
    /// counts; lists are taken as a whole.
    #[must_use]
    pub fn over(self, wider: Self) -> Self {
        fn list<T>(own: Vec<T>, wider: Vec<T>) -> Vec<T> {
            if own.is_empty() { wider } else { own }
        }
        fn map<K: Ord, V>(own: BTreeMap<K, V>, mut wider: BTreeMap<K, V>) -> BTreeMap<K, V> {
            wider.extend(own);
            wider
        }
        Self {
            policy: self.policy.or(wider.policy),
            lint: map(self.lint, wider.lint),
            unknown_fields: self.unknown_fields.or(wider.unknown_fields),
            on_missing_schema: self.on_missing_schema.or(wider.on_missing_schema),
            unknown_dataschema: self.unknown_dataschema.or(wider.unknown_dataschema),
            versions: self.versions.or(wider.versions),
            avro_json: self.avro_json.or(wider.avro_json),
            formats: self.formats.or(wider.formats),
            framing: self.framing.or(wider.framing),
            require_data: self.require_data.or(wider.require_data),
            show_values: self.show_values.or(wider.show_values),
            event_time_window: self.event_time_window.or(wider.event_time_window),
            subject_strategies: list(self.subject_strategies, wider.subject_strategies),
            subject_map: list(self.subject_map, wider.subject_map),
            dataschema_aliases: list(self.dataschema_aliases, wider.dataschema_aliases),
            schema_groups: map(self.schema_groups, wider.schema_groups),
            urn_namespace: self.urn_namespace.or(wider.urn_namespace),
            framed_types: if self.framed_types.is_empty() { wider.framed_types } else { self.framed_types },
            profile: self.profile.or(wider.profile),
            rules: map(self.rules, wider.rules),
            documented_extensions: self.documented_extensions.or(wider.documented_extensions),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every member set.
    const FULL: &str = r#"{"policy":"WIRE","lint":{"L11":"error"},"unknownFields":"reject",
        "onMissingSchema":"reject","unknownDataschema":"ignore","versions":"pinned:3","avroJson":"plain",
        "formats":"annotate","framing":"confluent","requireData":true,
        "showValues":true,"eventTimeWindow":{"past":3600,"future":60},
        "subjectStrategies":["map","topic-record"],"subjectMap":[{"type":".*","subject":"{type}"}],
        "dataschemaAliases":[{"prefix":"https://a.example/","subject":"a","version":2}],
        "schemaGroups":{"eu":".eu"},"urnNamespace":"acme","framedTypes":{"application/x":"AVRO"},
        "profile":"envelope-only","rules":{"source.relative":"off"},"documentedExtensions":true}"#;

    fn read(text: &str) -> Settings {
        serde_json::from_str(text).expect("settings")
    }

    #[test]
    fn every_member_is_read_and_written_under_its_name() {
        let json: serde_json::Value = serde_json::from_str(FULL).expect("JSON");
        let settings = read(FULL);
        assert_eq!(serde_json::to_value(&settings).expect("JSON"), json);
        let mut names: Vec<_> = json.as_object().expect("an object").keys().map(String::as_str).collect();
        let mut listed = Settings::MEMBERS.to_vec();
        names.sort_unstable();
        listed.sort_unstable();
        assert_eq!(names, listed);
        assert_eq!(Settings::default().over(settings.clone()), settings);
        assert_eq!(settings.clone().over(Settings::default()), settings);
    }

    #[test]
    fn the_narrower_scope_wins_member_by_member() {
        let narrow = read(r#"{"lint":{"L01":"off"},"versions":"any","rules":{"id.empty":"warning"}}"#);
        let wide = read(r#"{"lint":{"L01":"error","L11":"error"},"versions":"latest","framing":"none"}"#);
        let expected = read(
            r#"{"lint":{"L01":"off","L11":"error"},"versions":"any","framing":"none",
                "rules":{"id.empty":"warning"}}"#,
        );
        assert_eq!(narrow.over(wide), expected);
    }

    #[test]
    fn what_names_the_subject_is_no_setting_of_a_subject() {
        let of_contexts = |text: &str| read(text).find_member_of_contexts();
        assert_eq!(of_contexts(r#"{"requireData":true,"framing":"none","lint":{"L01":"off"}}"#), None);
        for name in Settings::OF_CONTEXTS {
            let full: serde_json::Value = serde_json::from_str(FULL).expect("JSON");
            assert_eq!(of_contexts(&serde_json::json!({ *name: full[name] }).to_string()), Some(*name));
        }
        assert_eq!(Settings::OF_CONTEXTS.first(), Some(&"subjectStrategies"));
    }

    #[test]
    fn versions_are_named_in_three_ways() {
        for text in ["latest", "any", "pinned:1"] {
            let policy = VersionPolicy::try_from(text.to_owned()).expect(text);
            assert_eq!(String::from(policy), text);
        }
        for text in ["", "newest", "pinned:", "pinned:0", "pinned:-1", "pinned:x", "1"] {
            assert!(VersionPolicy::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
