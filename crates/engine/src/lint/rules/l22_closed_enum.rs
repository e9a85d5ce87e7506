//! L22: an enum has no symbol for values to come.

use crate::lint::input::View;
use crate::lint::{Found, Level, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L22",
    name: "closed-enum",
    level: Level::Info,
    summary: "an enum has no symbol for values to come",
    why: "The day a symbol is added, readers of the older schema cannot decode it.",
    suggestion: "Add `UNKNOWN` and make it the default (Avro), a zero `*_UNSPECIFIED` (proto3), an `unknown` symbol (JSON Schema).",
    examples: fixtures!("L22": Avro Protobuf Json),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(model) = view.schema() else { return };
    for declared in model.enums.iter().filter(|declared| !declared.open) {
        found.data(&declared.pointer, "the enum has no default or unknown symbol");
    }
}
