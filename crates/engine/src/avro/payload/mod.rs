//! Whether a payload is a datum of its schema.
//!
//! [`AvroValidator`] is compiled once per schema. Binary payloads are walked over their bytes (`binary`):
//! no value is built, nothing is allocated by a number read from the payload, and what takes no bytes is paid
//! from a budget. The first walk only decides; a payload that fails is walked again to say where and why
//! (`trace`). JSON payloads (`json`) are read as Avro JSON or as plain JSON.
//!
//! Rule ids: `schema.avro.truncated`, `trailing-bytes`, `union-index`, `enum-index`, `negative-length`, `utf8`,
//! `boolean`, `varint` (longer than its type allows, or an int out of range), `block-size` (a block that
//! says how many bytes it has and is wrong), `limit`; for JSON `syntax`, `type`, `enum`, `fixed-size`,
//! `missing-field`, `unknown-field`, `limit`.
//!
//! A top-level `bytes` schema is plain Avro: a length, then the bytes. Confluent serializers leave the
//! length out, so a payload that came in their framing ([`PayloadOptions::framed`]) is taken as it is.

mod binary;
mod decode;
mod json;
mod program;
mod trace;

use std::sync::Arc;

use self::program::{Program, Step};
use super::model::Graph;
use crate::conditions::Value;
use crate::violation::{Encoding, PayloadOptions, Report};

/// Deepest nesting that is walked whatever the options say: recursion stands on the stack.
const MAX_DEPTH: usize = 512;

/// Steps that take no more than some milliseconds.
const MAX_STEPS_AT_ONCE: u64 = 200_000;

/// Steps over fields, branches and values for one JSON payload, or values built for one binary payload: in proportion
/// to its length, so that many small payloads cost no more than a long one. Schemas can make one byte stand for
/// thousands of values (records of nulls, fields with defaults, unions of unions).
fn budget(payload: &[u8], options: &PayloadOptions) -> u64 {
    const SMALLEST: u64 = 20_000;
    const PER_BYTE: u64 = 100;
    options.max_items.min((payload.len() as u64).saturating_mul(PER_BYTE).saturating_add(SMALLEST))
}

/// A compiled payload validator. Compile once per schema and share it.
#[derive(Debug)]
pub struct AvroValidator {
    graph: Arc<Graph>,
    program: Program,
}

impl AvroValidator {
    pub(super) fn new(graph: Arc<Graph>) -> Self {
        let program = Program::compile(&graph);
        Self { graph, program }
    }

    /// Validates one payload, framing already stripped. Never panics; time and memory are bounded by the
    /// payload's length and the options.
    pub fn validate(&self, payload: &[u8], options: &PayloadOptions) -> Report {
        match options.encoding {
            Encoding::Binary if options.framed && matches!(self.program.root, Step::Bytes) => {
                Report::default()
            }
            Encoding::Binary => {
                if binary::is_datum(&self.program, payload, options) {
                    Report::default()
                } else {
                    trace::explain(&self.graph, &self.program, payload, options)
                }
            }
            Encoding::Json => json::validate(&self.graph, payload, json::Form::Plain, options),
            Encoding::AvroJson => json::validate(&self.graph, payload, json::Form::Avro, options),
        }
    }

    /// The same answer, if it takes no more than some milliseconds.
    pub fn validate_at_once(&self, payload: &[u8], options: &PayloadOptions) -> Option<Report> {
        let max_items = options.max_items.min(MAX_STEPS_AT_ONCE);
        let report = self.validate(payload, &PayloadOptions { max_items, ..options.clone() });
        let is_cut = report.findings.iter().any(|finding| finding.rule == trace::LIMIT);
        (!is_cut).then_some(report)
    }

    /// The value of a payload that was found valid under the same options, for rules that look at it.
    /// `None` when it cannot be read after all, or would be too large.
    pub fn decode(&self, payload: &[u8], options: &PayloadOptions) -> Option<Value> {
        decode::decode(&self.graph, payload, options)
    }
}
