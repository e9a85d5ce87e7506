//! Limits that stand before every parser.
//!
//! A stack overflow ends the process, so nothing recursive runs on input that has not passed these.
//! Every parser of this crate takes a [`Limits`] and answers [`SchemaError::Limit`] when one is reached.

use crate::SchemaError;

/// Upper bounds for one schema and for one comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one schema text (default 1 MiB).
    pub max_bytes: usize,
    /// Nesting depth of a text: braces, brackets, message blocks (default 128; see [`Limits::of_avro`]).
    pub max_depth: usize,
    /// Nodes (JSON values, Protobuf tokens) of one text (default 400,000).
    pub max_nodes: usize,
    /// Direct and indirect references of one schema (default 1,000).
    pub max_references: usize,
    /// Bytes of a schema together with all its references (default 8 MiB).
    pub max_resolved_bytes: usize,
    /// Steps of one comparison: one step is one visited (reader, writer) pair (default 2,000,000).
    pub max_steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 1 << 20,
            max_depth: 128,
            max_nodes: 400_000,
            max_references: 1_000,
            max_resolved_bytes: 8 << 20,
            max_steps: 2_000_000,
        }
    }
}

impl Limits {
    /// The limits of an Avro text, which may nest four times deeper: a record takes three or four levels of JSON,
    /// and a definition moves to its first use, so a flat text can have a deep canonical one.
    #[must_use]
    pub fn of_avro(self) -> Self {
        Self { max_depth: self.max_depth.saturating_mul(4), ..self }
    }

    /// Refuses a source whose texts are too long or too many. Called once by [`crate::Schema::parse`].
    pub fn check_source(&self, source: &crate::Source<'_>) -> Result<(), SchemaError> {
        if source.text.len() > self.max_bytes {
            return Err(SchemaError::Limit { what: "bytes", limit: self.max_bytes });
        }
        if source.dependencies.len() > self.max_references {
            return Err(SchemaError::Limit { what: "references", limit: self.max_references });
        }
        let total = source.dependencies.iter().map(|d| d.text.len()).sum::<usize>() + source.text.len();
        if total > self.max_resolved_bytes {
            return Err(SchemaError::Limit { what: "bytes with references", limit: self.max_resolved_bytes });
        }
        Ok(())
    }
}
