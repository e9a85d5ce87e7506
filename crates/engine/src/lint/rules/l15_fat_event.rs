//! L15: the event carries too much.

use std::collections::HashSet;

use serde_json::Value;

use crate::lint::input::{EventView, View};
use crate::lint::model::{Model, step};
use crate::lint::names::EventName;
use crate::lint::{Found, Level, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L15",
    name: "fat-event",
    level: Level::Info,
    summary: "the event carries too much",
    why: "Large events couple consumers to everything, cost at every hop, and hide what happened.",
    suggestion: "Send ids and what changed; put bulk behind `dataref`.",
    examples: fixtures!("L15": Avro Protobuf Json Event),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    if let Some(model) = view.schema() {
        check_schema(model, found);
    }
    if let Some(event) = view.event() {
        check_data(event, found);
    }
    if let Some(bytes) = view.event().and_then(EventView::bytes).filter(|bytes| *bytes > MAX_BYTES) {
        found.attribute("", format!("the event has {bytes} bytes, more than {MAX_BYTES}"));
    }
}

const MAX_BYTES: usize = 64 << 10;
const MAX_FIELDS: usize = 60;
const MAX_DEPTH: usize = 6;
/// Members of an event that says only "updated".
const MAX_AGGREGATE: usize = 20;

fn check_schema(model: &Model, found: &mut Found) {
    if model.is_wider_than(MAX_FIELDS) {
        found.data("", format!("more than {MAX_FIELDS} members"));
    } else if let Some((record, _)) = model.deepest().filter(|(_, around)| *around >= MAX_DEPTH) {
        found.data(&record.pointer, format!("records nest deeper than {MAX_DEPTH}"));
    }
    let is_update = model.name().is_some_and(is_update);
    let names = model.event_parts().flat_map(|record| &record.fields).map(|field| field.name.as_str());
    let members = names.collect::<HashSet<_>>().len();
    if let Some(root) = model.root()
        && members > MAX_AGGREGATE
        && is_update
    {
        found.data(&root.pointer, format!("an update that carries {members} members is a whole aggregate"));
    }
}

fn check_data(event: &EventView<'_>, found: &mut Found) {
    let Some(data) = event.data() else { return };
    let fields = distinct_members(data);
    if fields > MAX_FIELDS {
        found.data("", format!("{fields} members, more than {MAX_FIELDS}"));
    } else if depth(data) > MAX_DEPTH {
        found.data("", format!("objects nest deeper than {MAX_DEPTH}"));
    }
    let is_update = event.attribute("type").is_some_and(is_update);
    let members = data.as_object().map_or(0, serde_json::Map::len);
    if members > MAX_AGGREGATE && is_update {
        found.data("", format!("an update that carries {members} members is a whole aggregate"));
    }
}

fn is_update(name: &str) -> bool {
    EventName::of(name).last() == Some("updated")
}

/// Members by the names that lead to them: items of a list have theirs in common.
fn distinct_members(data: &Value) -> usize {
    fn walk(value: &Value, way: u64, seen: &mut HashSet<u64>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let below = step(way, name);
                    seen.insert(below);
                    walk(member, below, seen);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, way, seen)),
            _ => {}
        }
    }
    let mut seen = HashSet::new();
    walk(data, 0, &mut seen);
    seen.len()
}

/// Objects inside each other; as deep as the data was parsed.
fn depth(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        Value::Array(items) => items.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
