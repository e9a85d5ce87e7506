//! CloudEvents 1.0: is this an event, and what is wrong with it.
//!
//! Reads an event as it came over a binding, reports **all** findings as [`crate::Violation`]s with stable
//! rule ids, and hands out the attributes and the payload. Nothing is repaired: what a sender wrote is what
//! is judged, and `data` is handed on byte for byte. No I/O, no panic on any input, bounded depth and size.
//! The payload is not held against a schema here; the caller joins the two.
//!
//! Sources: the CloudEvents 1.0 core, JSON, Avro and Protobuf format, HTTP, Kafka and NATS binding texts; where
//! they are silent, a rule is marked `own` in [`rules`].
//!
//! Reading order: [`rules`] (the catalogue), [`options`] (profiles and limits), [`event`] (what comes out),
//! `attributes` (rules on attributes, whatever carried them), `payload`, then one file a format
//! (`structured`, …) or binding (`http`, …). [`matching`] says which schema the data claims to have.

mod attributes;
mod avro;
mod batch;
mod binary_mode;
mod event;
mod event_format;
mod extensions;
mod findings;
mod grammar;
mod header_value;
mod http;
mod json;
mod kafka;
pub mod matching;
mod nats;
pub mod options;
mod payload;
mod protobuf;
mod repeated;
pub mod rules;
mod structured;
mod wire;

pub use avro::read_avro;
pub use event::{Attribute, AttributeValue, Data, Event, EventReading, Reading, Refusal, RefusalKind};
pub use http::{Headers, read_http, read_http_ahead};
pub use kafka::{KEY_ID_HEADER, RecordHeaders, VALUE_ID_HEADER, find_schema_id, read_kafka};
pub use nats::read_nats;
pub use options::{EventOptions, Profile, RuleSetting};
pub use protobuf::{read_protobuf, read_protobuf_batch};
pub use structured::{read_json, read_json_ahead, read_json_batch};
