//! A JSON reader for envelopes: RFC 8259 over raw bytes, one pass, borrowing.
//!
//! It keeps what a tree would lose: member order, repeated members, the text of numbers, and the exact
//! bytes of `data`, which are forwarded as they came. Nothing recurses; depth is bounded by the caller.
//!
//! - [`scanner`]: lexical level and skipping of nested values
//! - [`members`]: the members of one object, the elements of one array
//! - [`text`]: strings as written and unescaped

mod members;
mod scanner;
mod text;

pub(super) use members::{
    Element, Kind, Member, Occurrence, read_ahead, read_array, read_object, read_value, string_value,
};
pub(super) use scanner::{Fault, FaultKind, Scanned};
