//! Payloads of Protobuf schemas.
//!
//! A schema is compiled once to a [`table::Table`]; payloads are then held against one of its messages,
//! chosen by position, by the indexes of the framing or by name. Binary payloads are walked
//! ([`walk`]), no value is built; JSON payloads are held against the same table ([`json`]). Rules that
//! look into a valid payload get it as values ([`decode`]).

mod compile;
mod decode;
mod findings;
mod json;
mod table;
#[cfg(test)]
pub(super) mod tests;
mod value;
mod walk;
pub(super) mod wire;

use std::sync::Arc;

use prost_types::FileDescriptorProto;

use crate::SchemaError;
use crate::violation::{Encoding, MessageChoice, PayloadOptions, Report, Violation};

pub use value::{MapKey, Message, MessageType, Value};

pub(super) use table::{Field, Kind, Label, Table};

/// Nesting at which Protobuf runtimes stop reading; deeper is refused whatever the options say.
const DEEPEST: usize = 100;

/// A compiled payload validator for all messages of a file and its imports.
#[derive(Debug)]
pub struct ProtobufValidator {
    table: Arc<Table>,
}

impl ProtobufValidator {
    /// Compiles a file, which stands first, and the files it can reach; type names in them are full.
    pub(crate) fn compile(files: &[FileDescriptorProto]) -> Result<Self, SchemaError> {
        let table = match files.split_first() {
            Some((main, others)) => Table::compile(main, others)?,
            None => Table::default(),
        };
        Ok(Self { table: Arc::new(table) })
    }

    /// Validates one payload, framing already stripped.
    pub fn validate(&self, payload: &[u8], options: &PayloadOptions) -> Report {
        let Some(message) = self.find_message(&options.message) else {
            let reason = "the schema has no message under this name or these indexes";
            return Violation::data("schema.protobuf.message", "", reason).into();
        };
        match options.encoding {
            Encoding::Binary => walk::validate(&self.table, message, payload, options),
            Encoding::Json | Encoding::AvroJson => json::validate(&self.table, message, payload, options),
        }
    }

    /// The value of a payload that was found valid under the same options, for rules that look at it.
    /// `None` when it cannot be read after all, or would be too large.
    pub fn decode(&self, payload: &[u8], options: &PayloadOptions) -> Option<Value> {
        decode::decode(&self.table, self.find_message(&options.message)?, payload, options)
    }

    fn find_message(&self, choice: &MessageChoice) -> Option<u32> {
        match choice {
            MessageChoice::First => self.table.roots.first().copied(),
            MessageChoice::Indexes(path) => {
                let (first, inner) = path.split_first()?;
                inner.iter().try_fold(*self.table.roots.get(*first)?, |message, index| {
                    self.table.messages[message as usize].nested.get(*index).copied()
                })
            }
            MessageChoice::Name(name) => {
                self.table.find_message(name).or_else(|| self.table.find_simple_name(name))
            }
        }
    }
}
