//! The closed set of schema formats and the one place that dispatches on it.
//!
//! To add a format: one variant here, and the compiler lists what it must fill in.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::avro::{AvroSchema, AvroValidator};
use crate::conditions::Value;
use crate::difference::{CompareOptions, Comparison};
use crate::json::{JsonSchema, JsonValidator};
use crate::protobuf::{ProtobufSchema, ProtobufValidator};
use crate::violation::{PayloadOptions, Report, ValidatorOptions};
use crate::{Dependency, EntityTags, Limits, SchemaError, Source, Strictness, avro, json};

/// The three formats of the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SchemaType {
    /// Apache Avro.
    Avro,
    /// JSON Schema.
    Json,
    /// Protocol Buffers.
    Protobuf,
}

impl SchemaType {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::Avro, Self::Json, Self::Protobuf];

    /// The wire name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Avro => "AVRO",
            Self::Json => "JSON",
            Self::Protobuf => "PROTOBUF",
        }
    }

    /// The format of an exact, case-sensitive wire name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

impl fmt::Display for SchemaType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A parsed schema of any format. Immutable, `Send` and `Sync`, cheap to share behind an `Arc`.
#[derive(Debug)]
pub enum Schema {
    /// An Avro schema.
    Avro(AvroSchema),
    /// A JSON Schema.
    Json(JsonSchema),
    /// A Protobuf file.
    Protobuf(ProtobufSchema),
}

impl Schema {
    /// Parses a text with its references.
    ///
    /// # Errors
    /// [`SchemaError`]; the limits are tested first, so hostile input is cheap to refuse.
    pub fn parse(
        schema_type: SchemaType,
        source: &Source<'_>,
        strictness: Strictness,
        limits: &Limits,
    ) -> Result<Self, SchemaError> {
        limits.check_source(source)?;
        Ok(match schema_type {
            SchemaType::Avro => Self::Avro(AvroSchema::parse(source, strictness, limits)?),
            SchemaType::Json => Self::Json(JsonSchema::parse(source, strictness, limits)?),
            SchemaType::Protobuf => Self::Protobuf(ProtobufSchema::parse(source, strictness, limits)?),
        })
    }

    /// The schema of a part of a document: for JSON Schema what a JSON Pointer (`/properties/a`) or an anchor
    /// names, for Avro a named type. A Protobuf file is taken whole: its payloads name their message.
    ///
    /// # Errors
    /// [`SchemaError`] when nothing has that name.
    pub fn parse_part(
        schema_type: SchemaType,
        source: &Source<'_>,
        part: &str,
        limits: &Limits,
    ) -> Result<Self, SchemaError> {
        const DOCUMENT: &str = "document";
        let text = match schema_type {
            SchemaType::Protobuf => return Self::parse(schema_type, source, Strictness::Stored, limits),
            SchemaType::Json => json::text_of_part(source.text, DOCUMENT, part, limits)?,
            SchemaType::Avro => avro::text_of_part(source, part, limits)?,
        };
        let document = Dependency { name: DOCUMENT.to_owned(), text: source.text.to_owned(), origin: None };
        let dependencies: Vec<_> = source.dependencies.iter().cloned().chain([document]).collect();
        let whole = Source { text: &text, dependencies: &dependencies };
        Self::parse(schema_type, &whole, Strictness::Stored, limits)
    }

    /// The format.
    pub fn schema_type(&self) -> SchemaType {
        match self {
            Self::Avro(_) => SchemaType::Avro,
            Self::Json(_) => SchemaType::Json,
            Self::Protobuf(_) => SchemaType::Protobuf,
        }
    }

    /// The text that is stored, returned and hashed. Parsing it again gives the same text.
    pub fn canonical(&self) -> String {
        match self {
            Self::Avro(schema) => schema.canonical(),
            Self::Json(schema) => schema.canonical(),
            Self::Protobuf(schema) => schema.canonical(),
        }
    }

    /// The canonical text of the normal form (`normalize=true`). Idempotent.
    pub fn normalized(&self) -> String {
        match self {
            Self::Avro(schema) => schema.normalized(),
            Self::Json(schema) => schema.normalized(),
            Self::Protobuf(schema) => schema.normalized(),
        }
    }

    /// The text under a `format` query value (any letter case): AVRO `resolved`, PROTOBUF `serialized` and
    /// `ignore_extensions`. Values unknown to the format give the canonical text.
    ///
    /// # Errors
    /// [`SchemaError::Unsupported`] when the text cannot be expressed so.
    pub fn formatted(&self, format: &str) -> Result<String, SchemaError> {
        match self {
            Self::Avro(schema) => schema.formatted(format),
            Self::Json(schema) => Ok(schema.canonical()),
            Self::Protobuf(schema) => schema.formatted(format),
        }
    }

    /// Full name of the record or message, or the JSON Schema `title`.
    pub fn name(&self) -> Option<String> {
        match self {
            Self::Avro(schema) => schema.name(),
            Self::Json(schema) => schema.name(),
            Self::Protobuf(schema) => schema.name(),
        }
    }

    /// Whether a stored schema is the same one although its text differs (Avro: equal trees, docs,
    /// aliases and enum defaults; order of custom properties and inlining of references do not matter).
    /// Other formats: equal canonical texts.
    pub fn is_equivalent(&self, stored: &Self) -> bool {
        match (self, stored) {
            (Self::Avro(posted), Self::Avro(stored)) => posted.is_equivalent(stored),
            _ => self.schema_type() == stored.schema_type() && self.canonical() == stored.canonical(),
        }
    }

    /// A number that equivalent schemas share (see [`Schema::is_equivalent`]); others hardly ever do. Linear in the
    /// schema. Not the same in every build: to be kept in memory only.
    pub fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.schema_type().hash(&mut hasher);
        match self {
            Self::Avro(schema) => schema.digest().hash(&mut hasher),
            _ => self.canonical().hash(&mut hasher),
        }
        hasher.finish()
    }

    /// Names of the top-level fields (reserved-field rule).
    pub fn field_names(&self) -> Vec<String> {
        match self {
            Self::Avro(schema) => schema.field_names(),
            Self::Json(schema) => schema.field_names(),
            Self::Protobuf(schema) => schema.field_names(),
        }
    }

    /// The stricter checks of `validateFields`.
    pub fn check_fields(&self) -> Result<(), SchemaError> {
        match self {
            Self::Avro(_) => Ok(()),
            Self::Json(schema) => schema.check_fields(),
            Self::Protobuf(schema) => schema.check_fields(),
        }
    }

    /// Entities that carry inline tags.
    pub fn tags(&self) -> Vec<EntityTags> {
        match self {
            Self::Avro(schema) => schema.tags(),
            Self::Json(schema) => schema.tags(),
            Self::Protobuf(schema) => schema.tags(),
        }
    }

    /// The canonical text with inline tags added and removed.
    ///
    /// # Errors
    /// [`SchemaError::Invalid`] when a path names no entity.
    pub fn retagged(&self, add: &[EntityTags], remove: &[EntityTags]) -> Result<String, SchemaError> {
        match self {
            Self::Avro(schema) => schema.retagged(add, remove),
            Self::Json(schema) => schema.retagged(add, remove),
            Self::Protobuf(schema) => schema.retagged(add, remove),
        }
    }

    /// The canonical text with the tags of another version of the schema added; those of entities that this one
    /// does not have are left out.
    ///
    /// # Errors
    /// [`SchemaError::Limit`] when the tags would nest the text too deep.
    pub fn with_tags(&self, tags: &[EntityTags]) -> Result<String, SchemaError> {
        match self {
            Self::Avro(schema) => schema.with_tags(tags),
            Self::Json(schema) => schema.with_tags(tags),
            Self::Protobuf(schema) => schema.with_tags(tags),
        }
    }

    /// All differences between a reader and a writer of the same format. Schemas of different formats have
    /// no differences here; callers that allow mixing decide before ([`crate::verdict::check`]).
    pub fn compare(reader: &Self, writer: &Self, options: &CompareOptions) -> Comparison {
        match (reader, writer) {
            (Self::Avro(reader), Self::Avro(writer)) => AvroSchema::compare(reader, writer, options),
            (Self::Json(reader), Self::Json(writer)) => JsonSchema::compare(reader, writer, options),
            (Self::Protobuf(reader), Self::Protobuf(writer)) => {
                ProtobufSchema::compare(reader, writer, options)
            }
            _ => Comparison::default(),
        }
    }

    /// A document that the writer accepts and the reader does not, if one is found: what a comparison by the
    /// reference's rules may overlook. JSON Schema only. Costs milliseconds, bounded by the size of the schemas.
    pub fn witness(reader: &Self, writer: &Self) -> Option<String> {
        match (reader, writer) {
            (Self::Json(reader), Self::Json(writer)) => crate::json::sound::witness(reader, writer),
            _ => None,
        }
    }

    /// Compiles a payload validator: call once per schema and keep it.
    ///
    /// # Errors
    /// [`SchemaError`] when the schema was accepted as text but cannot be used to validate payloads.
    pub fn validator(&self, options: &ValidatorOptions) -> Result<Validator, SchemaError> {
        Ok(match self {
            Self::Avro(schema) => Validator::Avro(schema.validator()?),
            Self::Json(schema) => Validator::Json(schema.validator(options)?),
            Self::Protobuf(schema) => Validator::Protobuf(schema.validator()?),
        })
    }
}

/// A compiled payload validator of any format.
#[derive(Debug)]
pub enum Validator {
    /// Avro binary, Avro JSON and plain JSON.
    Avro(AvroValidator),
    /// JSON text.
    Json(JsonValidator),
    /// Protobuf binary and proto3 JSON.
    Protobuf(ProtobufValidator),
}

impl Validator {
    /// Bytes that it takes, about, where its texts do not say so: a JSON Schema compiles only what it reaches, and its
    /// patterns take more than their text.
    pub fn bytes(&self) -> Option<usize> {
        match self {
            Self::Json(validator) => Some(validator.bytes()),
            Self::Avro(_) | Self::Protobuf(_) => None,
        }
    }

    /// Validates one payload, framing already stripped. Never panics; bounded by the options' limits.
    pub fn validate(&self, payload: &[u8], options: &PayloadOptions) -> Report {
        match self {
            Self::Avro(validator) => validator.validate(payload, options),
            Self::Json(validator) => validator.validate(payload, options),
            Self::Protobuf(validator) => validator.validate(payload, options),
        }
    }

    /// The same answer, if it takes no more than some milliseconds for a payload of some 10 KiB; otherwise `None`,
    /// after no more than that. For threads that must not be kept: what a payload costs follows from its schema, too.
    pub fn validate_at_once(&self, payload: &[u8], options: &PayloadOptions) -> Option<Report> {
        match self {
            Self::Avro(validator) => validator.validate_at_once(payload, options),
            Self::Json(validator) => validator.validate_at_once(payload, options),
            // Linear in the payload, whatever the schema.
            Self::Protobuf(validator) => Some(validator.validate(payload, options)),
        }
    }

    /// Whether a payload is one JSON text that repeats no member and keeps a JSON Schema. `false` also for schemas in other
    /// formats, and where that cannot be said as soon as [`Self::validate_at_once`] has to answer.
    pub fn proves_json(&self, payload: &[u8], options: &PayloadOptions) -> bool {
        matches!(self, Self::Json(validator) if validator.proves(payload, options))
    }

    /// The value of a payload that was found valid under the same options, for rules that look at it
    /// ([`crate::conditions`]). `None` when it cannot be read after all, or would be too large.
    pub fn decode(&self, payload: &[u8], options: &PayloadOptions) -> Option<Value> {
        match self {
            Self::Avro(validator) => validator.decode(payload, options),
            Self::Json(validator) => validator.decode(payload, options),
            Self::Protobuf(validator) => validator.decode(payload, options).map(Value::from),
        }
    }
}
