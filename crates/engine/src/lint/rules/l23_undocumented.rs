//! L23: the schema does not say what it means.

use std::collections::HashMap;

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
    let Some(root) = model.root() else { return };
    if model.event_parts().any(|record| record.is_object)
        && !model.event_parts().any(|record| record.documented)
    {
        found.data(&root.pointer, "the schema has no description");
    }
    // A member of several parts of one object is described once.
    let mut members: HashMap<(usize, &str), bool> = HashMap::new();
    for record in &model.records {
        for field in record.fields.iter().filter(|field| !model.ignores.holds(RULE.id, &field.pointer)) {
            *members.entry((record.whole, &field.name)).or_default() |= field.documented;
        }
    }
    let (all, with) = (members.len(), members.values().filter(|documented| **documented).count());
    if with * 2 < all {
        found.data("", format!("{} of {all} fields have no description", all - with));
    }
}
