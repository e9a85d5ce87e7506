//! What can be linted, and how rules see it.

use serde_json::Value;

use super::LintOptions;
use super::model::Model;
use crate::violation::Place;
use crate::{CompatibilityLevel, Limits, SchemaError, SchemaType, Source};

/// One thing to lint.
#[derive(Clone, Copy, Debug)]
pub enum LintInput<'a> {
    /// A schema text.
    Schema(SchemaInput<'a>),
    /// An event.
    Event(EventInput<'a>),
    /// The settings of a subject.
    Subject(SubjectInput<'a>),
}

/// A schema text as sent, with its references.
#[derive(Clone, Copy, Debug)]
pub struct SchemaInput<'a> {
    /// The format.
    pub schema_type: SchemaType,
    /// Text and references.
    pub source: Source<'a>,
    /// Whether its metadata name an owner; `None` when nothing is known about them.
    pub owned: Option<bool>,
    /// The version that it follows, in the same format, when one is known.
    pub before: Option<&'a str>,
}

/// An event: attributes and, when it is JSON, the data.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventInput<'a> {
    /// Attributes in their string encoding, by name.
    pub attributes: &'a [(&'a str, &'a str)],
    /// JSON data.
    pub data: Option<&'a Value>,
    /// Size of the event in bytes, when known.
    pub bytes: Option<usize>,
    /// Whether the event came with a Kafka key.
    pub keyed: bool,
    /// The schema of the data: what it silences is silent in the data.
    pub schema: Option<(SchemaType, &'a str)>,
}

/// What a subject is set to.
#[derive(Clone, Copy, Debug, Default)]
pub struct SubjectInput<'a> {
    /// The subject; `None` for the settings of a context or of everything.
    pub subject: Option<&'a str>,
    /// The level that holds.
    pub compatibility: Option<CompatibilityLevel>,
    /// Whether its metadata say that it is deprecated.
    pub deprecated: bool,
    /// Whether they say until when it is served.
    pub has_sunset: bool,
    /// Whether they say where to go instead.
    pub has_migration: bool,
    /// Records of the latest version of this and other subjects.
    pub records: &'a [RecordShape<'a>],
}

impl SubjectInput<'_> {
    /// Nothing is set.
    pub const UNSET: Self = Self {
        subject: None,
        compatibility: None,
        deprecated: false,
        has_sunset: false,
        has_migration: false,
        records: &[],
    };
}

/// A record under a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordShape<'a> {
    /// The subject.
    pub subject: &'a str,
    /// Full name of the record.
    pub name: &'a str,
    /// Anything that is equal for equal shapes (a fingerprint).
    pub shape: &'a str,
}

/// What a rule is given.
#[derive(Debug)]
pub(super) enum View<'a> {
    Schema(Box<Model>),
    Event(EventView<'a>),
    Subject(SubjectInput<'a>),
}

#[derive(Debug)]
pub(super) struct EventView<'a> {
    input: EventInput<'a>,
    schema: Option<Box<Model>>,
    pub now: Option<i64>,
    pub max_age: i64,
    pub max_ahead: i64,
}

impl<'a> View<'a> {
    pub(super) fn of(input: &LintInput<'a>, options: &LintOptions) -> Result<Self, SchemaError> {
        const WEEK: i64 = 7 * 24 * 3600;
        const CLOCK_SKEW: i64 = 5 * 60;
        Ok(match input {
            LintInput::Schema(schema) => {
                let model = Model::read(schema.schema_type, &schema.source, &Limits::default())?;
                let before = schema.before.and_then(|text| read_known(schema.schema_type, text));
                let before = before.map(|before| before.demands());
                Self::Schema(Box::new(Model { owned: schema.owned, before, ..model }))
            }
            LintInput::Event(event) => Self::Event(EventView {
                input: *event,
                schema: event
                    .schema
                    .filter(|(_, text)| may_silence(text))
                    .and_then(|(schema_type, text)| read_known(schema_type, text).map(Box::new)),
                now: options.now,
                max_age: options.max_age.unwrap_or(WEEK),
                max_ahead: options.max_ahead.unwrap_or(CLOCK_SKEW),
            }),
            LintInput::Subject(subject) => Self::Subject(*subject),
        })
    }

    /// Whether the input itself, or the schema of an event, silences a rule at a place.
    pub(super) fn ignores(&self, id: &str, place: Place, pointer: &str) -> bool {
        match self {
            Self::Schema(model) => model.ignores.holds(id, pointer),
            Self::Event(event) if place == Place::Data => {
                event.schema.as_ref().is_some_and(|model| model.silences(id, pointer))
            }
            _ => false,
        }
    }

    pub(super) fn schema(&self) -> Option<&Model> {
        match self {
            Self::Schema(model) => Some(model),
            _ => None,
        }
    }

    pub(super) fn event(&self) -> Option<&EventView<'a>> {
        match self {
            Self::Event(event) => Some(event),
            _ => None,
        }
    }

    pub(super) fn subject(&self) -> Option<&SubjectInput<'a>> {
        match self {
            Self::Subject(subject) => Some(subject),
            _ => None,
        }
    }

    /// What the input calls its events, with the places: the type of an event, the record names of a schema.
    pub(super) fn event_names(&self) -> Vec<(&str, NamePlace<'_>)> {
        match self {
            Self::Schema(model) => {
                let names = model.names.iter();
                names.map(|(name, pointer)| (name.as_str(), NamePlace::Schema(pointer))).collect()
            }
            Self::Event(event) => {
                event.attribute("type").map(|name| (name, NamePlace::Attribute)).into_iter().collect()
            }
            Self::Subject(_) => Vec::new(),
        }
    }
}

/// The model of a schema that is in use elsewhere: one that cannot be read has nothing to say.
fn read_known(schema_type: SchemaType, text: &str) -> Option<Model> {
    Model::read(schema_type, &Source::bare(text), &Limits::default()).ok()
}

/// Whether a schema text may silence rules: most do not, and are not read.
fn may_silence(text: &str) -> bool {
    ["lintIgnore", "x-lint-ignore", "lint:ignore"].iter().any(|mark| text.contains(mark))
}

/// Where a name stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum NamePlace<'m> {
    Schema(&'m str),
    Attribute,
}

impl NamePlace<'_> {
    pub(super) fn report(self, found: &mut super::Found, message: String) {
        match self {
            Self::Schema(pointer) => found.data(pointer, message),
            Self::Attribute => found.attribute("type", message),
        }
    }
}

impl<'a> EventView<'a> {
    /// An attribute by name.
    pub(super) fn attribute(&self, name: &str) -> Option<&'a str> {
        self.input.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// Attributes in order.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.input.attributes.iter().copied()
    }

    pub(super) fn data(&self) -> Option<&'a Value> {
        self.input.data
    }

    /// Whether the data has one of these members at the top.
    pub(super) fn data_has(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.data().is_some_and(|data| data.get(name).is_some()))
    }

    pub(super) fn bytes(&self) -> Option<usize> {
        self.input.bytes
    }

    pub(super) fn is_keyed(&self) -> bool {
        self.input.keyed
    }

    /// Every member of every object in the data, with its pointer. As deep as the data was parsed.
    pub(super) fn members(&self, visit: &mut dyn FnMut(&str, &str, &Value)) {
        if let Some(data) = self.data() {
            members(data, &mut String::new(), visit);
        }
    }
}

fn members(value: &Value, pointer: &mut String, visit: &mut dyn FnMut(&str, &str, &Value)) {
    let length = pointer.len();
    match value {
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                pointer.push('/');
                pointer.push_str(&position.to_string());
                members(item, pointer, visit);
                pointer.truncate(length);
            }
        }
        Value::Object(object) => {
            for (name, member) in object {
                pointer.push('/');
                pointer.push_str(&crate::tree::pointer_token(name));
                visit(pointer, name, member);
                members(member, pointer, visit);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}
