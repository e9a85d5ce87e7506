//! What stands where a finding points, for those who ask to see it (`showValues`).
//!
//! Messages never carry values otherwise: payloads hold secrets, and verdicts are logged. Only JSON texts show values;
//! in binary payloads a finding names a place that no text has. Costs another reading of the payload, and of each value
//! no more than what is shown of it.

use std::io::{Error, Write};

use chancery_engine::violation::{Encoding, Place};
use chancery_engine::{Report, SchemaType};
use serde_json::Value;

/// Characters shown of one value.
const SHOWN: usize = 64;
/// Bytes that are enough to show them, and to tell whether there are more.
const ENOUGH: usize = 4 * (SHOWN + 1);

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
            finding.message.push_str(&shown(value));
        }
    }
}

/// The start of a value as JSON.
fn shown(value: &Value) -> String {
    let mut start = Start(Vec::new());
    // Fails when there is enough of it.
    let _ = serde_json::to_writer(&mut start, value);
    let text = String::from_utf8_lossy(&start.0);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

/// Takes the first bytes and refuses the rest, so that who writes stops.
struct Start(Vec<u8>);

impl Write for Start {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        let room = ENOUGH.saturating_sub(self.0.len());
        // Nothing taken means to whoever writes that there is no room.
        let taken = bytes.len().min(room);
        self.0.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_shown_up_to_their_sixty_fourth_character() {
        let cut = |text: &str| format!("{}…", text.chars().take(SHOWN).collect::<String>());
        for length in [0, 61, 62, 63, 64, 1_000] {
            for letter in ["a", "é", "🦀", "\n"] {
                let value = json!({ "a": [letter.repeat(length)] });
                let text = value.to_string();
                let expected = if text.chars().count() > SHOWN { cut(&text) } else { text };
                assert_eq!(shown(&value), expected, "{letter:?} {length}");
            }
        }
    }

    #[test]
    fn no_more_of_a_value_is_written_than_is_shown() {
        let mut start = Start(Vec::new());
        let outcome = serde_json::to_writer(&mut start, &vec![1; 1_000]);
        assert!(outcome.is_err_and(|error| error.is_io()), "the writer was told to stop");
        assert_eq!(start.0.len(), ENOUGH);
    }
}
