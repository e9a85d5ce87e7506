//! L26: null is allowed where it has to be written out.

use crate::SchemaType;
use crate::lint::input::View;
use crate::lint::model::DefaultValue;
use crate::lint::{Found, Level, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L26",
    name: "nullable-by-accident",
    level: Level::Info,
    summary: "null is allowed where it has to be written out",
    why: "A value that must be there and may be null is mostly a mistake: producers cannot leave it out, consumers still have to test.",
    suggestion: "Give it the default null (Avro) or take it out of `required` (JSON Schema), or forbid null.",
    examples: fixtures!("L26": Avro Json),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(model) = view.schema() else { return };
    for field in model.fields().filter(|field| field.nullable) {
        let by_accident = match model.format {
            SchemaType::Avro => field.default != Some(DefaultValue::Null),
            _ => field.required,
        };
        if by_accident {
            found.data(&field.pointer, format!("`{}` may be null and cannot be left out", field.name));
        }
    }
}
