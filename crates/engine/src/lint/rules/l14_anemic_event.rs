//! L14: the event carries ids only.

use std::collections::HashSet;

use crate::lint::input::View;
use crate::lint::model::{Field, Kinds};
use crate::lint::{Found, Level, Rule, names};

pub(super) static RULE: Rule = Rule {
    id: "L14",
    name: "anemic-event",
    level: Level::Info,
    summary: "the event carries ids only",
    why: "Every consumer has to call back for the facts, at a time when they may have changed.",
    suggestion: "Carry what changed, besides the ids.",
    examples: fixtures!("L14": Avro Protobuf Json),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some((model, root)) = view.schema().and_then(|model| Some((model, model.root()?))) else { return };
    // Members may come from other texts, or be those of a map.
    if model.event_parts().any(|record| record.open) {
        return;
    }
    let fields: Vec<&Field> = model.event_parts().flat_map(|record| &record.fields).collect();
    let names: HashSet<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    let is_id = |field: &&Field| {
        names::words(&field.name).last().is_some_and(|word| word == "id") && !field.kinds.has(Kinds::COMPOUND)
    };
    if (1..=3).contains(&names.len()) && fields.iter().all(is_id) {
        found.data(&root.pointer, "the event has no members but ids");
    }
}
