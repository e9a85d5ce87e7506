//! L22: an enum has no symbol for values to come.

use crate::SchemaType;
use crate::lint::input::View;
use crate::lint::{Example, Found, Level, Rule, Scope};

pub(super) static RULE: Rule = Rule {
    id: "L22",
    name: "closed-enum",
    level: Level::Info,
    scopes: &[Scope::Schema],
    summary: "an enum has no symbol for values to come",
    why: "The day a symbol is added, readers of the older schema cannot decode it.",
    suggestion: "Add `UNKNOWN` and make it the default (Avro), a zero `*_UNSPECIFIED` (proto3), an `unknown` symbol (JSON Schema).",
    bad: Example::Schema(
        SchemaType::Avro,
        r#"{"type":"record","name":"OrderPlaced","fields":[{"name":"state","type":{"type":"enum","name":"State","symbols":["OPEN","CLOSED"]}}]}"#,
    ),
    good: Example::Schema(
        SchemaType::Avro,
        r#"{"type":"record","name":"OrderPlaced","fields":[{"name":"state","type":{"type":"enum","name":"State","symbols":["UNKNOWN","OPEN"],"default":"UNKNOWN"}}]}"#,
    ),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(model) = view.schema() else { return };
    for declared in model.enums.iter().filter(|declared| !declared.open) {
        found.data(&declared.pointer, "the enum has no default or unknown symbol");
    }
}
