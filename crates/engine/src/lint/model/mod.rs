//! A schema as lint rules see it, the same for all formats.
//!
//! Records and enums as a flat list in document order, fields with their kind one step deep.

mod avro;
mod json;
mod protobuf;

use super::ignore::Ignores;
use crate::{Limits, SchemaError, SchemaType, Source};

/// One schema.
#[derive(Debug)]
pub(in crate::lint) struct Model {
    pub format: SchemaType,
    /// Full name of the record or message, or the title.
    pub name: Option<String>,
    /// Where the name stands.
    pub name_pointer: String,
    pub records: Vec<Record>,
    pub enums: Vec<Enumeration>,
    /// Whether metadata name an owner, when they are known.
    pub owned: Option<bool>,
    /// Bytes of places that may still be noted.
    pub(in crate::lint) room: usize,
}

/// Bytes of all places in a schema. Only names as long as half a schema need more; what stands inside them is not
/// looked at then.
const MAX_PLACES: usize = 32 << 20;

/// A record, a message, or an object with declared members.
#[derive(Debug, Default)]
pub(in crate::lint) struct Record {
    pub pointer: String,
    pub documented: bool,
    pub fields: Vec<Field>,
    /// Records around it.
    pub depth: usize,
    /// Says nothing about its members (JSON objects).
    pub untyped: bool,
}

/// A field of a record.
#[derive(Debug)]
pub(in crate::lint) struct Field {
    pub name: String,
    pub pointer: String,
    pub documented: bool,
    pub kind: Kind,
    pub nullable: bool,
    /// Has to be there, or to be known by readers.
    pub required: bool,
    /// A reader can fill it in.
    pub default: Option<DefaultValue>,
    /// Texts and numbers that a JSON Schema allows, when it lists them.
    pub allowed: Vec<String>,
}

/// What a default is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lint) enum DefaultValue {
    Null,
    Value,
}

/// Kind of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lint) enum Kind {
    Integer,
    Float,
    /// Exact: decimal logical types.
    Decimal,
    /// Text, with the JSON Schema format.
    Text(Option<String>),
    /// A point in time or a day by type.
    Time,
    Record,
    List,
    MapOfText,
    /// Anything goes.
    Untyped,
    Other,
}

/// A set of symbols.
#[derive(Debug)]
pub(in crate::lint) struct Enumeration {
    pub pointer: String,
    /// Readers of older versions get along with symbols they do not know.
    pub open: bool,
}

impl Model {
    /// Reads a text. References are not followed: each text is linted by itself.
    pub(in crate::lint) fn read(
        schema_type: SchemaType,
        source: &Source<'_>,
        limits: &Limits,
    ) -> Result<(Self, Ignores), SchemaError> {
        limits.check_source(source)?;
        match schema_type {
            SchemaType::Avro => avro::read(source.text, limits),
            SchemaType::Json => json::read(source.text, limits),
            SchemaType::Protobuf => protobuf::read(source.text, limits),
        }
    }

    fn new(format: SchemaType) -> Self {
        Self {
            format,
            name: None,
            name_pointer: String::new(),
            records: Vec::new(),
            enums: Vec::new(),
            owned: None,
            room: MAX_PLACES,
        }
    }

    /// Takes the room of so many places below one; false when there is not enough.
    fn takes(&mut self, place: &str, count: usize) -> bool {
        self.room = self.room.saturating_sub((place.len() + 1).saturating_mul(count));
        self.room > 0
    }

    /// Fields of all records.
    pub(in crate::lint) fn fields(&self) -> impl Iterator<Item = &Field> {
        self.records.iter().flat_map(|record| &record.fields)
    }

    /// The record that is the event.
    pub(in crate::lint) fn root(&self) -> Option<&Record> {
        self.records.first()
    }
}
