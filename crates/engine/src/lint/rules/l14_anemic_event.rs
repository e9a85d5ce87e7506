//! L14: the event carries ids only.

use crate::lint::input::View;
use crate::lint::model::Model;
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
    let Some(record) = view.schema().and_then(Model::root) else { return };
    let few = (1..=3).contains(&record.fields.len());
    if few && record.fields.iter().all(|field| names::is_id(&field.name)) {
        found.data(&record.pointer, "the event has no members but ids");
    }
}
