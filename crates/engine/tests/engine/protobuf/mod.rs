//! Protobuf schemas from the outside: laws, bounds, public files.

pub(crate) mod arbitrary;
mod bounds;
mod corpus;
mod laws;

use chancery_engine::protobuf::ProtobufSchema;
use chancery_engine::{Limits, Source, Strictness};

/// A text without references, as a stored schema.
fn stored(text: &str) -> ProtobufSchema {
    ProtobufSchema::parse(&Source::bare(text), Strictness::Stored, &Limits::default())
        .unwrap_or_else(|error| panic!("{error} in:\n{text}"))
}
