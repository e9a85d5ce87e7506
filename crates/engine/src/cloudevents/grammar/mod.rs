//! The grammars of attribute values. Each file is one grammar; nothing is repaired or normalised.
//!
//! - [`characters`]: which code points a String may hold
//! - [`media_type`]: RFC 9110 media types
//! - [`timestamp`]: RFC 3339 date-times
//! - [`trace`]: W3C `traceparent`
//! - [`uri`]: RFC 3986

pub mod characters;
pub mod media_type;
pub mod timestamp;
pub mod trace;
pub mod uri;
