//! L16: a point in time is a bare number or text.

use crate::lint::input::View;
use crate::lint::model::Kinds;
use crate::lint::{Found, Level, Rule, names};

pub(super) static RULE: Rule = Rule {
    id: "L16",
    name: "untyped-time",
    level: Level::Warn,
    summary: "a point in time is a bare number or text",
    why: "Seconds or milliseconds, UTC or local: each reader guesses, and one guesses wrong.",
    suggestion: "Use `format: date-time` (JSON Schema), a timestamp logical type (Avro), `google.protobuf.Timestamp`; write the zone.",
    examples: fixtures!("L16": Avro Protobuf Json Event),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    if let Some(model) = view.schema() {
        for field in model.fields().filter(|field| names::is_time(&field.name)) {
            if field.kinds.has(Kinds::INTEGER.or(Kinds::FLOAT).or(Kinds::TEXT)) {
                found.data(&field.pointer, format!("`{}` is a time without a type that says so", field.name));
            }
        }
    }
    if let Some(event) = view.event() {
        event.members(&mut |pointer, name, value| {
            if value.as_str().is_some_and(is_local) && names::is_time(name) {
                found.data(pointer, format!("`{name}` has no zone"));
            }
        });
    }
}

/// `2026-05-12T14:22:31` with nothing that names a zone.
fn is_local(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't', ' ']) else { return false };
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | ':' | '.'));
    date.len() == 10
        && digits(date)
        && time.len() >= 5
        && time.contains(':')
        && !time.contains('-')
        && digits(time)
}
