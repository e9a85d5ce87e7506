//! L13: fields have no default that a reader could fill in.

use crate::lint::input::View;
use crate::lint::{Found, Level, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L13",
    name: "required-without-default",
    level: Level::Warn,
    summary: "fields have no default that a reader could fill in",
    why: "The day such a field is new, readers that deploy first cannot decode the events that are already there.",
    suggestion: "Give new fields a default (Avro), leave them out of `required` (JSON Schema), never use `required` (proto2).",
    examples: fixtures!("L13": Avro Protobuf Json),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(model) = view.schema() else { return };
    for record in &model.records {
        let bare = record.fields.iter().filter(|field| field.required && field.default.is_none());
        let names: Vec<&str> = bare.map(|field| field.name.as_str()).take(SHOWN + 1).collect();
        if !names.is_empty() {
            let shown =
                names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let more = if names.len() > SHOWN { " and more" } else { "" };
            found.data(&record.pointer, format!("required without a default: {shown}{more}"));
        }
    }
}

/// Names listed in a message.
const SHOWN: usize = 5;
