//! L23: the schema does not say what it means.

use crate::SchemaType;
use crate::lint::input::View;
use crate::lint::{Example, Found, Level, Rule, Scope};

pub(super) static RULE: Rule = Rule {
    id: "L23",
    name: "undocumented",
    level: Level::Info,
    scopes: &[Scope::Schema],
    summary: "the schema does not say what it means",
    why: "Events are the interface between teams; names alone leave out units, origin and meaning of absence.",
    suggestion: "Describe the event and its fields: `doc` (Avro), `description` (JSON Schema), comments (Protobuf).",
    bad: Example::Schema(SchemaType::Json, r#"{"type":"object","properties":{"qty":{"type":"integer"}}}"#),
    good: Example::Schema(
        SchemaType::Json,
        r#"{"type":"object","description":"An item was reserved.","properties":{"qty":{"type":"integer","description":"Reserved units."}}}"#,
    ),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(model) = view.schema() else { return };
    let Some(record) = model.root() else { return };
    if !record.documented {
        found.data(&record.pointer, "the schema has no description");
    }
    let (all, with) = (model.fields().count(), model.fields().filter(|field| field.documented).count());
    if with * 2 < all {
        found.data("", format!("{} of {all} fields have no description", all - with));
    }
}
