//! L18: a part of the event has no declared shape.

use crate::SchemaType;
use crate::lint::input::View;
use crate::lint::model::Kind;
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
    for record in model.records.iter().filter(|record| record.untyped) {
        found.data(&record.pointer, "the object declares no members");
    }
    for field in model.fields() {
        match field.kind {
            Kind::MapOfText if model.format == SchemaType::Avro => {
                found.data(&field.pointer, format!("`{}` is a map of texts", field.name));
            }
            // Of JSON Schemas only objects count, and those are records.
            Kind::Untyped if model.format != SchemaType::Json => {
                found.data(&field.pointer, format!("`{}` can hold anything", field.name));
            }
            _ => {}
        }
    }
}
