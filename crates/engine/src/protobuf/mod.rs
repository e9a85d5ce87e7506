//! Protobuf schemas.

pub mod ast;
mod binary;
mod parse;
mod payload;

pub use parse::parse;
pub use payload::ProtobufValidator;

use crate::difference::{CompareOptions, Comparison};
use crate::{EntityTags, Limits, SchemaError, Source, Strictness};

/// A parsed Protobuf schema.
#[derive(Debug)]
pub struct ProtobufSchema;

#[allow(missing_docs, clippy::unused_self)]
impl ProtobufSchema {
    pub fn parse(source: &Source<'_>, _strictness: Strictness, limits: &Limits) -> Result<Self, SchemaError> {
        parse(source.text, limits).or_else(|error| binary::from_base64(source.text).unwrap_or(Err(error)))?;
        Err(SchemaError::Unsupported("not built yet".to_owned()))
    }
    pub fn canonical(&self) -> String {
        String::new()
    }
    pub fn normalized(&self) -> String {
        String::new()
    }
    pub fn formatted(&self, _format: &str) -> Result<String, SchemaError> {
        Ok(self.canonical())
    }
    pub fn name(&self) -> Option<String> {
        None
    }
    pub fn is_equivalent(&self, _stored: &Self) -> bool {
        false
    }
    pub fn field_names(&self) -> Vec<String> {
        Vec::new()
    }
    pub fn check_fields(&self) -> Result<(), SchemaError> {
        Ok(())
    }
    pub fn tags(&self) -> Vec<EntityTags> {
        Vec::new()
    }
    pub fn retagged(&self, _add: &[EntityTags], _remove: &[EntityTags]) -> Result<String, SchemaError> {
        Ok(self.canonical())
    }
    pub fn compare(_reader: &Self, _writer: &Self, _options: &CompareOptions) -> Comparison {
        Comparison::default()
    }
    pub fn validator(&self) -> Result<ProtobufValidator, SchemaError> {
        Err(SchemaError::Unsupported("not built yet".to_owned()))
    }
}
