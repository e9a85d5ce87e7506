//! A schema as lint rules see it, the same for all formats.
//!
//! Records in document order, and which of them a value of a field leads to. What the parts of one JSON Schema say
//! of one value (`allOf`, branches, references) are records of their own that belong to one whole.

mod avro;
mod graph;
mod json;
mod protobuf;

pub(in crate::lint) use self::avro::qualified;
pub(in crate::lint) use self::graph::step;
use super::ignore::Ignores;
use crate::{Limits, SchemaError, SchemaType, Source};

/// One schema.
#[derive(Debug)]
pub(in crate::lint) struct Model {
    pub format: SchemaType,
    /// What the events are called, each with the place of its name: the full name of the record or message, or the
    /// title. Of several records that an event can be, all.
    pub names: Vec<(String, String)>,
    pub records: Vec<Record>,
    /// Records that an event can be; the first one gives it its name.
    pub roots: Vec<usize>,
    pub enums: Vec<Enumeration>,
    /// Places outside of fields at which texts are mapped to texts.
    pub maps_of_text: Vec<String>,
    /// Whether metadata name an owner, when they are known.
    pub owned: Option<bool>,
    /// Fields that readers of the version before had to find, when it is known.
    pub before: Option<Demands>,
    /// What the text itself silences.
    pub ignores: Ignores,
    /// Bytes of places that may still be noted.
    pub(in crate::lint) room: usize,
}

/// Fields by the way that leads to them.
pub(in crate::lint) type Demands = std::collections::HashSet<u64>;

/// Bytes of all places in a schema. Only names as long as half a schema need more; what stands inside them is not
/// looked at then.
const MAX_PLACES: usize = 32 << 20;

/// A record, a message, or what one JSON Schema says of a value.
#[derive(Debug, Default)]
pub(in crate::lint) struct Record {
    pub pointer: String,
    pub documented: bool,
    pub fields: Vec<Field>,
    /// Whether values are objects for sure.
    pub is_object: bool,
    /// Says nothing about its members (JSON objects).
    pub untyped: bool,
    /// Says something about them by itself.
    pub declares: bool,
    /// May have members that it does not name.
    pub open: bool,
    /// Members that have to be there and are declared in another part of the same whole, if at all.
    pub demands: Vec<String>,
    /// Others that say more of the same value.
    pub with: Vec<usize>,
    /// Lists of others, of which one at a time says more of the same value.
    pub either: Vec<Vec<usize>>,
    /// Values without a name: of lists and maps.
    pub inside: Vec<usize>,
    /// Equal for all records that speak of the same value.
    pub whole: usize,
}

/// A field of a record.
#[derive(Debug)]
pub(in crate::lint) struct Field {
    pub name: String,
    /// The name in JSON, where that is another one.
    pub json_name: Option<String>,
    pub pointer: String,
    pub documented: bool,
    pub kinds: Kinds,
    pub nullable: bool,
    /// Anything goes somewhere in its values, or any text (Avro and Protobuf).
    pub loose: bool,
    /// Has to be there, or to be known by readers.
    pub required: bool,
    /// A reader can fill it in.
    pub default: Option<DefaultValue>,
    /// Texts and numbers that a JSON Schema allows, when it lists them.
    pub allowed: Vec<String>,
    /// Records that its values are.
    pub leads: Vec<usize>,
}

/// What a default is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lint) enum DefaultValue {
    Null,
    Value,
}

/// What the values of a field can be, besides null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::lint) struct Kinds(u8);

impl Kinds {
    pub const NONE: Self = Self(0);
    pub const INTEGER: Self = Self(1);
    /// A binary floating-point number.
    pub const FLOAT: Self = Self(2);
    /// Exact: decimal logical types.
    pub const DECIMAL: Self = Self(4);
    /// A text that may be anything.
    pub const TEXT: Self = Self(8);
    /// A point in time or a day by type.
    pub const TIME: Self = Self(16);
    /// A record, a list or a map.
    pub const COMPOUND: Self = Self(32);

    /// Whether one of these is possible.
    pub fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }

    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A set of symbols.
#[derive(Debug)]
pub(in crate::lint) struct Enumeration {
    pub pointer: String,
    /// Readers of older versions get along with symbols they do not know.
    pub open: bool,
}

impl Model {
    /// Reads a text. References to other texts are not followed: each is linted by itself.
    pub(in crate::lint) fn read(
        schema_type: SchemaType,
        source: &Source<'_>,
        limits: &Limits,
    ) -> Result<Self, SchemaError> {
        limits.check_source(source)?;
        let mut model = match schema_type {
            SchemaType::Avro => avro::read(source.text, limits),
            SchemaType::Json => json::read(source.text, limits),
            SchemaType::Protobuf => protobuf::read(source.text, limits),
        }?;
        model.join_wholes();
        Ok(model)
    }

    fn new(format: SchemaType) -> Self {
        Self {
            format,
            names: Vec::new(),
            records: Vec::new(),
            roots: Vec::new(),
            enums: Vec::new(),
            maps_of_text: Vec::new(),
            owned: None,
            before: None,
            ignores: Ignores::default(),
            room: MAX_PLACES,
        }
    }

    /// Takes the room of so many places below one; false when there is not enough.
    fn takes(&mut self, place: &str, count: usize) -> bool {
        self.room = self.room.saturating_sub((place.len() + 1).saturating_mul(count));
        self.room > 0
    }

    /// The name, where there is one.
    pub(in crate::lint) fn name(&self) -> Option<&str> {
        self.names.first().map(|(name, _)| name.as_str())
    }

    /// Fields of all records.
    pub(in crate::lint) fn fields(&self) -> impl Iterator<Item = &Field> {
        self.records.iter().flat_map(|record| &record.fields)
    }

    /// The record that is the event.
    pub(in crate::lint) fn root(&self) -> Option<&Record> {
        self.records.get(*self.roots.first()?)
    }

    /// All records that speak of the event, the root first.
    pub(in crate::lint) fn event_parts(&self) -> impl Iterator<Item = &Record> {
        let parts = self.roots.first().map(|root| self.closure(&[*root])).unwrap_or_default();
        parts.into_iter().map(|position| &self.records[position])
    }
}
