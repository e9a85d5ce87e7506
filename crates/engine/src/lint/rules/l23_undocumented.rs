//! L23: the schema does not say what it means.

use crate::lint::input::View;
use crate::lint::{Found, Level, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L23",
    name: "undocumented",
    level: Level::Info,
    summary: "the schema does not say what it means",
    why: "Events are the interface between teams; names alone leave out units, origin, meaning of absence, and whom to ask.",
    suggestion: "Describe the event and its fields: `doc` (Avro), `description` (JSON Schema), comments (Protobuf). Name who answers for it: the metadata property `owner`.",
    examples: fixtures!("L23": Avro Protobuf Json),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(model) = view.schema() else { return };
    if model.owned == Some(false) {
        found.data("", "the metadata name no `owner`");
    }
    let Some(record) = model.root() else { return };
    if !record.documented {
        found.data(&record.pointer, "the schema has no description");
    }
    let (all, with) = (model.fields().count(), model.fields().filter(|field| field.documented).count());
    if with * 2 < all {
        found.data("", format!("{} of {all} fields have no description", all - with));
    }
}
