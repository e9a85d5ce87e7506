//! Payloads in proto3 JSON.
//!
//! The text is parsed to the ordered tree, whose nesting and size are bounded by the payload options, and
//! the tree is held against the compiled schema. Field names may be JSON names, names of the text or, in
//! brackets, full names of extensions; `null` is an absent field; unknown members follow the policy for
//! unknown fields. A member that stands twice is refused, as the runtimes do. Pointers are those of the JSON. Source: "ProtoJSON Format" of the Protocol Buffers
//! documentation.

pub(super) mod scalar;
pub(super) mod time;
mod walk;

use crate::SchemaError;
use crate::limits::Limits;
use crate::tree::{self, Leniency, Node};
use crate::violation::{PayloadOptions, Report, Violation};

use super::findings::Findings;
use super::table::Table;

/// Holds a JSON payload against a message of the table.
pub(super) fn validate(table: &Table, message: u32, payload: &[u8], options: &PayloadOptions) -> Report {
    let mut findings = Findings::default();
    match parse(payload, options) {
        Ok(node) => walk::walk(table, message, &node, options.unknown_fields, &mut findings),
        Err(finding) => {
            // The only finding: there is room.
            let _ = findings.error(0, || *finding);
        }
    }
    findings.into_report()
}

/// The tree of a payload, or why there is none.
pub(super) fn parse(payload: &[u8], options: &PayloadOptions) -> Result<Node, Box<Violation>> {
    let text = std::str::from_utf8(payload).map_err(|error| {
        let message = format!("the payload is not UTF-8 at byte {}", error.valid_up_to());
        Box::new(Violation::data("schema.protobuf.utf8", "", message))
    })?;
    let limits = Limits {
        max_bytes: usize::MAX,
        max_depth: options.max_depth.min(super::DEEPEST),
        max_nodes: usize::try_from(options.max_items).unwrap_or(usize::MAX),
        ..Limits::default()
    };
    tree::parse(text, Leniency::Unique, &limits).map_err(|error| {
        Box::new(match error {
            SchemaError::Limit { what, limit } => Violation::data(
                "schema.protobuf.limit",
                "",
                format!("the payload has more than {limit} {what}"),
            ),
            SchemaError::Invalid { offset, .. } => {
                // The parser's words quote the text; a finding never carries payload values.
                let at = offset.map_or_else(String::new, |offset| format!(" at byte {offset}"));
                Violation::data(
                    "schema.protobuf.syntax",
                    "",
                    format!("the payload is not JSON, or has a member twice{at}"),
                )
            }
            SchemaError::Unsupported(reason) => Violation::data("schema.protobuf.syntax", "", reason),
        })
    })
}
