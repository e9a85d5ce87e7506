//! L13: fields have no default that a reader could fill in.

use std::collections::HashSet;

use crate::lint::input::View;
use crate::lint::model::step;
use crate::lint::{Found, Level, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L13",
    name: "required-without-default",
    level: Level::Warn,
    summary: "fields have no default that a reader could fill in",
    why: "The day such a field is new, readers that deploy first cannot decode the events that are already there. Where the version before is known, only fields that are new are told, as errors.",
    suggestion: "Give new fields a default (Avro), leave them out of `required` (JSON Schema), never use `required` (proto2).",
    examples: fixtures!("L13": Avro Protobuf Json),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(model) = view.schema() else { return };
    // Another part of the same object may have the default, or the reason.
    let mut settled: HashSet<(usize, &str)> = HashSet::new();
    for record in &model.records {
        let fields = record.fields.iter();
        let fields =
            fields.filter(|field| field.default.is_some() || model.ignores.holds(RULE.id, &field.pointer));
        settled.extend(fields.map(|field| (record.whole, field.name.as_str())));
    }
    let ways = if model.before.is_some() { model.ways() } else { Vec::new() };
    for (position, record) in model.records.iter().enumerate() {
        let required = record.fields.iter().filter(|field| field.required).map(|field| field.name.as_str());
        let mut bare: Vec<&str> = required
            .chain(record.demands.iter().map(String::as_str))
            .filter(|name| !settled.contains(&(record.whole, *name)))
            .collect();
        let way = ways.get(position).copied().flatten();
        let before = model.before.as_ref().zip(way);
        if let Some((before, way)) = before {
            bare.retain(|name| !before.contains(&step(way, name)));
        }
        if bare.is_empty() {
            continue;
        }
        let shown = bare.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let more = if bare.len() > SHOWN { " and more" } else { "" };
        match before {
            Some(_) => {
                found.raise(
                    Level::Error,
                    &record.pointer,
                    format!("new and required without a default: {shown}{more}"),
                );
            }
            None => found.data(&record.pointer, format!("required without a default: {shown}{more}")),
        }
    }
}

/// Names listed in a message.
const SHOWN: usize = 5;
