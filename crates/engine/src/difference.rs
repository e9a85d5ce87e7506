//! Findings between two schemas, as data.
//!
//! A [`Difference`] is one place where data of the writer and the reader do not meet. Its kind is one row
//! of the catalogue ([`Rule`]): the stable id, the reference's type name and message, who accepts it, and
//! the words for people. Each format keeps its rows in `<format>/rules.rs`; nothing else knows them.
//!
//! To add a kind: one row in the format's `rules.rs`, the place that reports it, one vector.

use crate::SchemaType;
use crate::limits::Limits;

/// Which differences count as incompatible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Policy {
    /// The reference's verdict (`compatibilityPolicy` STRICT). The default of every subject.
    #[default]
    Reference,
    /// The reference's LENIENT: accepts nine JSON kinds more; equal to [`Policy::Reference`] elsewhere.
    Lenient,
    /// Ours, Protobuf: bytes on the wire stay readable.
    Wire,
    /// Ours, Protobuf: bytes and proto3 JSON stay readable.
    WireJson,
    /// Ours, Protobuf: generated code keeps compiling.
    Source,
    /// Ours, JSON Schema: every document valid for the writer is valid for the reader.
    Sound,
}

impl Policy {
    /// All policies with the names used in settings.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Reference, "STRICT"),
        (Self::Lenient, "LENIENT"),
        (Self::Wire, "WIRE"),
        (Self::WireJson, "WIRE_JSON"),
        (Self::Source, "SOURCE"),
        (Self::Sound, "SOUND"),
    ];

    /// The name used in settings.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(policy, _)| *policy == self).map_or("STRICT", |(_, name)| name)
    }
}

/// One kind of difference: a row of the catalogue.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable id, never reused: `avro/reader-field-missing-default`.
    pub id: &'static str,
    /// The reference's type name (`READER_FIELD_MISSING_DEFAULT_VALUE`); empty where the reference
    /// reports a bare sentence, and for kinds of ours.
    pub kind: &'static str,
    /// The format it belongs to.
    pub format: SchemaType,
    /// The reference's description; `{path}`, `{info}`, `{reader}` and `{writer}` are filled in, the last
    /// two with `new` or `old`.
    pub description: &'static str,
    /// Policies under which this difference makes the pair incompatible.
    pub breaks: &'static [Policy],
    /// One line: what was found.
    pub summary: &'static str,
    /// Which reader fails on which data, in plain words; same placeholders as `description`.
    pub consequence: &'static str,
    /// A change that would pass, or empty where there is none.
    pub advice: &'static str,
    /// A writer schema and a reader schema between which the rule fires (documentation and tests).
    pub example: (&'static str, &'static str),
}

impl Rule {
    /// Whether this kind is incompatible under a policy.
    pub fn breaks_under(&self, policy: Policy) -> bool {
        self.breaks.contains(&policy)
    }
}

/// A place in one of the two texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// JSON Pointer (Avro, JSON Schema) or dotted element name (Protobuf) in that schema.
    pub pointer: String,
    /// Byte offset in the text that was parsed, when the place stands in it (not in a reference).
    pub offset: Option<usize>,
    /// The text of the element there, shortened to a line.
    pub fragment: Option<String>,
}

/// One difference between a reader and a writer schema.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The kind.
    pub rule: &'static Rule,
    /// The path as the reference prints it.
    pub path: String,
    /// The reference's additional info (Avro); names or values elsewhere, used by plain words.
    pub info: String,
    /// Whether it makes the pair incompatible under the policy of the comparison.
    pub incompatible: bool,
    /// Where it stands in the reader schema.
    pub reader: Option<Side>,
    /// Where it stands in the writer schema.
    pub writer: Option<Side>,
}

impl Difference {
    /// The reference's description with `new` and `old` (or the reverse) filled in.
    pub fn description(&self, reader: &str, writer: &str) -> String {
        fill(self.rule.description, &self.path, &self.info, reader, writer)
    }

    /// Plain words, with the two sides named by the caller.
    pub fn consequence(&self, reader: &str, writer: &str) -> String {
        fill(self.rule.consequence, &self.path, &self.info, reader, writer)
    }

    /// The message of the reference, as it stands in 409 bodies and under `verbose=true`.
    ///
    /// Avro quotes with `'`, Protobuf with `"`, and JSON opens with `"` and closes with `'`
    /// (the reference prints exactly that).
    pub fn message(&self, reader: &str, writer: &str) -> String {
        let description = self.description(reader, writer);
        let kind = self.rule.kind;
        if kind.is_empty() {
            return description;
        }
        match self.rule.format {
            SchemaType::Avro => {
                format!("{{errorType:'{kind}', description:'{description}', additionalInfo:'{}'}}", self.info)
            }
            SchemaType::Protobuf => format!("{{errorType:\"{kind}\", description:\"{description}\"}}"),
            SchemaType::Json => format!("{{errorType:\"{kind}\", description:\"{description}'}}"),
        }
    }
}

/// Fills the placeholders of a template in one pass, so that values are never read as placeholders.
fn fill(template: &str, path: &str, info: &str, reader: &str, writer: &str) -> String {
    let mut out = String::with_capacity(template.len() + path.len() + info.len());
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let values = [("{path}", path), ("{info}", info), ("{reader}", reader), ("{writer}", writer)];
        match values.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, value)) => {
                out.push_str(value);
                rest = &rest[name.len()..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// Everything a comparison found, and what it cost.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// All differences, compatible ones included, in the reference's order.
    pub differences: Vec<Difference>,
    /// Visited (reader, writer) pairs; at most `Limits::max_steps`.
    pub steps: u64,
}

impl Comparison {
    /// The differences that make the pair incompatible.
    pub fn incompatible(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|difference| difference.incompatible)
    }

    /// Whether the reader can read all data of the writer under the policy.
    pub fn is_compatible(&self) -> bool {
        self.incompatible().next().is_none()
    }
}

/// What a comparison is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct CompareOptions {
    /// Which differences count.
    pub policy: Policy,
    /// Bounds; `max_steps` ends a comparison with a finding that names the place.
    pub limits: Limits,
}
