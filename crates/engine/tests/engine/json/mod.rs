//! JSON Schema: laws of the comparison, and what it has to do with documents.

pub(crate) mod arbitrary;
mod laws;
mod soundness;

use chancery_engine::difference::{CompareOptions, Policy};
use chancery_engine::json::JsonSchema;
use chancery_engine::{Comparison, Limits, Source, Strictness};
use serde_json::Value;

fn parse(schema: &Value) -> JsonSchema {
    try_parse(&schema.to_string()).unwrap_or_else(|error| panic!("{schema}: {error}"))
}

fn try_parse(text: &str) -> Result<JsonSchema, chancery_engine::SchemaError> {
    JsonSchema::parse(&Source::bare(text), Strictness::New, &Limits::default())
}

fn compare(writer: &Value, reader: &Value, policy: Policy) -> Comparison {
    JsonSchema::compare(&parse(reader), &parse(writer), &CompareOptions { policy, limits: Limits::default() })
}

fn is_compatible(writer: &Value, reader: &Value) -> bool {
    compare(writer, reader, Policy::Reference).is_compatible()
}
