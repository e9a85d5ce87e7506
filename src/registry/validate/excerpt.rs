//! What stands where a finding points, for those who ask to see it (`showValues`).
//!
//! Messages never carry values otherwise: payloads hold secrets, and verdicts are logged. Only JSON texts show values;
//! in binary payloads a finding names a place that no text has.

use chancery_engine::violation::{Encoding, Place};
use chancery_engine::{Report, SchemaType};
use serde_json::Value;

/// Characters shown of one value.
const SHOWN: usize = 64;

/// Appends the values that findings point at to their messages. `encoding` is how the body was read.
pub(super) fn show(report: &mut Report, body: &[u8], encoding: Encoding, schema_type: SchemaType) {
    let is_json = encoding != Encoding::Binary || schema_type == SchemaType::Json;
    if report.findings.is_empty() || !is_json {
        return;
    }
    let Ok(root) = serde_json::from_slice::<Value>(body) else { return };
    for finding in report.findings.iter_mut().filter(|finding| finding.place == Place::Data) {
        if let Some(value) = root.pointer(&finding.pointer) {
            finding.message.push_str("; the value is ");
            finding.message.push_str(&cut(&value.to_string()));
        }
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
