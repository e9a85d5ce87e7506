//! L18: a part of the event has no declared shape.

use std::collections::HashSet;

use crate::SchemaType;
use crate::lint::input::View;
use crate::lint::{Found, Level, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L18",
    name: "untyped-content",
    level: Level::Warn,
    summary: "a part of the event has no declared shape",
    why: "What is not declared is not checked, and cannot be changed safely: any producer can put anything there.",
    suggestion: "Declare the members, or say that the part is free on purpose with `additionalProperties`.",
    examples: fixtures!("L18": Avro Protobuf Json),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(model) = view.schema() else { return };
    // Another part of the same object may declare its members.
    let declared: HashSet<usize> =
        model.records.iter().filter(|record| record.declares).map(|record| record.whole).collect();
    for record in model.records.iter().filter(|record| record.untyped && !declared.contains(&record.whole)) {
        found.data(&record.pointer, "the object declares no members");
    }
    for place in &model.maps_of_text {
        found.data(place, "the schema is a map of texts");
    }
    for field in model.fields().filter(|field| field.loose) {
        let what = if model.format == SchemaType::Avro { "is a map of texts" } else { "can hold anything" };
        found.data(&field.pointer, format!("`{}` {what}", field.name));
    }
}
