//! The walk that says where and why a binary payload is no datum.
//!
//! It runs only after the deciding walk has failed. A finding names the logical path: field names, positions
//! in arrays, keys of maps; union branches are not shown.

use std::fmt::Write;

use super::binary::{Fault, Segment, Stop, Trace, walk};
use super::program::Program;
use crate::avro::model::{Graph, Kind};
use crate::tree::pointer_token;
use crate::violation::{PayloadOptions, Report, Severity, Violation};

/// Longest map key shown in a pointer, in characters.
const MAX_KEY: usize = 100;

/// Lists what is wrong with a payload.
pub(super) fn explain(graph: &Graph, program: &Program, payload: &[u8], options: &PayloadOptions) -> Report {
    let mut explain = Explain { graph, program, options, path: Vec::new(), report: Report::default() };
    let _ = walk(program, payload, options, &mut explain);
    explain.report
}

struct Explain<'a, 'p> {
    graph: &'a Graph,
    program: &'a Program,
    options: &'a PayloadOptions,
    path: Vec<Segment<'p>>,
    report: Report,
}

impl<'p> Trace<'p> for Explain<'_, 'p> {
    fn enter(&mut self, segment: Segment<'p>) {
        self.path.push(segment);
    }

    fn leave(&mut self) {
        self.path.pop();
    }

    fn fault(&mut self, fault: Fault) -> Result<(), Stop> {
        let finding = self.finding(fault);
        let has_room = self.report.push(finding);
        if has_room && fault.is_local() { Ok(()) } else { Err(Stop) }
    }
}

impl Explain<'_, '_> {
    fn finding(&self, fault: Fault) -> Violation {
        let at = self.pointer();
        match fault {
            Fault::Truncated => {
                Violation::data("schema.avro.truncated", at, "the payload ends inside this value")
            }
            Fault::Trailing => {
                let message = "the payload goes on after the datum";
                let finding = Violation::data("schema.avro.trailing-bytes", at, message);
                Violation { severity: self.options.trailing_bytes.unwrap_or(Severity::Error), ..finding }
            }
            Fault::Varint => Violation::data(
                "schema.avro.varint",
                at,
                "a variable-length number is longer than its type allows, or out of its range",
            ),
            Fault::NegativeLength => {
                Violation::data("schema.avro.negative-length", at, "a length is negative")
            }
            Fault::Utf8 => {
                Violation::data("schema.avro.utf8", at, "a string is not UTF-8").expecting("UTF-8")
            }
            Fault::Boolean => {
                Violation::data("schema.avro.boolean", at, "a boolean is neither 0 nor 1").expecting("0 or 1")
            }
            Fault::UnionIndex { branches } => {
                Violation::data("schema.avro.union-index", at, "no branch of the union has this index")
                    .expecting(below(branches))
            }
            Fault::EnumIndex { symbols } => {
                Violation::data("schema.avro.enum-index", at, "no symbol of the enum has this index")
                    .expecting(below(symbols))
            }
            Fault::BlockSize => Violation::data(
                "schema.avro.block-size",
                at,
                "a block of items is longer or shorter than its header says",
            ),
            Fault::Depth => limit(at, &format!("{} levels of nesting", self.options.max_depth)),
            Fault::Items => limit(at, &format!("{} values", self.options.max_items)),
        }
    }

    fn pointer(&self) -> String {
        let mut out = String::new();
        for segment in &self.path {
            out.push('/');
            match segment {
                Segment::Field(start, position) => {
                    out.push_str(&pointer_token(self.field(*start, *position)));
                }
                Segment::Item(position) => {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "{position}");
                }
                Segment::Key(key) => {
                    let key = &key[..key.len().min(MAX_KEY * char::MAX_LEN_UTF8)];
                    let key: String = String::from_utf8_lossy(key).chars().take(MAX_KEY).collect();
                    out.push_str(&pointer_token(&key));
                }
            }
        }
        out
    }

    fn field(&self, start: u32, step: u32) -> &str {
        let Some((record, position)) = self.program.field_at(start, step) else { return "" };
        match &self.graph.get(record).kind {
            Kind::Record(record) => record.fields.get(position).map_or("", |field| &field.name),
            _ => "",
        }
    }
}

fn below(count: u32) -> String {
    match count {
        0 => "no index".to_owned(),
        _ => format!("0 to {}", count - 1),
    }
}

/// The rule of findings about a limit of the validator.
pub(super) const LIMIT: &str = "schema.avro.limit";

/// A finding about a limit of the validator.
pub(super) fn limit(pointer: impl Into<String>, what: &str) -> Violation {
    Violation::data(LIMIT, pointer, format!("more than {what}")).expecting(format!("at most {what}"))
}
