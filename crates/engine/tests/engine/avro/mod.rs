//! Avro schemas and payloads.

pub(crate) mod arbitrary;
mod identity;
mod laws;
mod parsing;
mod payloads;
mod places;
mod tags;
mod verdicts;

use chancery_engine::avro::AvroSchema;
use chancery_engine::{Dependency, Limits, SchemaError, Source, Strictness};

/// Parses a new schema without references.
fn new_schema(text: &str) -> Result<AvroSchema, SchemaError> {
    AvroSchema::parse(&Source::bare(text), Strictness::New, &Limits::default())
}

/// Parses a stored schema without references.
fn stored_schema(text: &str) -> Result<AvroSchema, SchemaError> {
    AvroSchema::parse(&Source::bare(text), Strictness::Stored, &Limits::default())
}

/// Parses a new schema with references `(name, text)`, inner ones first.
fn with_references(text: &str, references: &[(&str, &str)]) -> Result<AvroSchema, SchemaError> {
    let dependencies: Vec<Dependency> = references
        .iter()
        .map(|(name, text)| Dependency { name: (*name).to_owned(), text: (*text).to_owned(), origin: None })
        .collect();
    let source = Source { text, dependencies: &dependencies };
    AvroSchema::parse(&source, Strictness::New, &Limits::default())
}
