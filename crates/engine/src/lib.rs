//! The pure half of Chancery: schemas and payloads in, values out.
//!
//! Everything that decides what a schema *is* (parsing, canonical text), whether one schema can read
//! data of another (differences, verdicts) and whether a payload keeps its promise (violations) lives
//! here. Nothing in this crate does I/O, reads a clock or the environment, or panics on input.
//! The server and the offline commands are two thin callers of the same functions, so a verdict in CI
//! and a verdict at registration cannot differ.
//!
//! Reading order: [`format`] (the closed set of formats and the dispatch), [`source`] (what a schema
//! text comes with), [`difference`] and [`verdict`] (compatibility), [`violation`] (payloads).

#![warn(missing_docs)]

pub mod avro;
pub mod catalogue;
pub mod cloudevents;
pub mod conditions;
mod depth;
pub mod difference;
pub mod error;
pub mod format;
pub mod framing;
pub mod json;
pub mod limits;
pub mod lint;
pub mod protobuf;
#[cfg(test)]
mod random;
pub mod source;
pub mod tags;
pub mod tree;
mod type_version;
mod utf8;
pub mod verdict;
pub mod violation;

pub use difference::{Comparison, Difference, Rule, Side};
pub use error::SchemaError;
pub use format::{Schema, SchemaType};
pub use limits::Limits;
pub use source::{Dependency, Source, Strictness};
pub use tags::{EntityTags, EntityType};
pub use verdict::{CompatibilityLevel, CompatibilityPolicy, Verdict};
pub use violation::{Outcome, Report, Severity, Violation};
