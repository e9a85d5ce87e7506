//! L14: the event carries ids only.

use crate::SchemaType;
use crate::lint::input::View;
use crate::lint::model::Model;
use crate::lint::{Example, Found, Level, Rule, Scope, names};

pub(super) static RULE: Rule = Rule {
    id: "L14",
    name: "anemic-event",
    level: Level::Info,
    scopes: &[Scope::Schema],
    summary: "the event carries ids only",
    why: "Every consumer has to call back for the facts, at a time when they may have changed.",
    suggestion: "Carry what changed, besides the ids.",
    bad: Example::Schema(
        SchemaType::Json,
        r#"{"type":"object","properties":{"orderId":{"type":"string"},"customerId":{"type":"string"}}}"#,
    ),
    good: Example::Schema(
        SchemaType::Json,
        r#"{"type":"object","properties":{"orderId":{"type":"string"},"status":{"type":"string"}}}"#,
    ),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(record) = view.schema().and_then(Model::root) else { return };
    let few = (1..=3).contains(&record.fields.len());
    if few && record.fields.iter().all(|field| names::is_id(&field.name)) {
        found.data(&record.pointer, "the event has no members but ids");
    }
}
