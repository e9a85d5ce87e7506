//! Why a schema text is refused.

/// A schema that cannot be accepted. The text is for the person who wrote the schema; the HTTP
/// surface wraps it as error 42201.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// The text is not a schema of its format.
    #[error("{message}")]
    Invalid {
        /// The parser's reason, in the reference's words where clients print them.
        message: String,
        /// Byte offset into the text that was sent, where the parser stopped.
        offset: Option<usize>,
    },
    /// A limit of [`crate::Limits`] was reached before or while parsing.
    #[error("schema exceeds the limit of {limit} {what}")]
    Limit {
        /// What was counted: `bytes`, `nesting levels`, `nodes`, `references`.
        what: &'static str,
        /// The limit that was reached.
        limit: usize,
    },
    /// The text asks for something that this format or this schema cannot do
    /// (for example a serialized descriptor of a text that no descriptor can express).
    #[error("{0}")]
    Unsupported(String),
}

impl SchemaError {
    /// An invalid schema without a position.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid { message: message.into(), offset: None }
    }

    /// An invalid schema with the byte offset where the problem starts.
    pub fn invalid_at(message: impl Into<String>, offset: usize) -> Self {
        Self::Invalid { message: message.into(), offset: Some(offset) }
    }
}
