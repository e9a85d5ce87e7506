//! L15: the event carries too much.

use serde_json::Value;

use crate::SchemaType;
use crate::lint::input::{EventView, View};
use crate::lint::model::Model;
use crate::lint::{Example, Found, Level, Rule, Scope, names};

pub(super) static RULE: Rule = Rule {
    id: "L15",
    name: "fat-event",
    level: Level::Info,
    scopes: &[Scope::Schema, Scope::Event],
    summary: "the event carries too much",
    why: "Large events couple consumers to everything, cost at every hop, and hide what happened.",
    suggestion: "Send ids and what changed; put bulk behind `dataref`.",
    bad: Example::Schema(
        SchemaType::Json,
        r#"{"type":"object","properties":{"field0":{"type":"string"},"field1":{"type":"string"},"field2":{"type":"string"},"field3":{"type":"string"},"field4":{"type":"string"},"field5":{"type":"string"},"field6":{"type":"string"},"field7":{"type":"string"},"field8":{"type":"string"},"field9":{"type":"string"},"field10":{"type":"string"},"field11":{"type":"string"},"field12":{"type":"string"},"field13":{"type":"string"},"field14":{"type":"string"},"field15":{"type":"string"},"field16":{"type":"string"},"field17":{"type":"string"},"field18":{"type":"string"},"field19":{"type":"string"},"field20":{"type":"string"},"field21":{"type":"string"},"field22":{"type":"string"},"field23":{"type":"string"},"field24":{"type":"string"},"field25":{"type":"string"},"field26":{"type":"string"},"field27":{"type":"string"},"field28":{"type":"string"},"field29":{"type":"string"},"field30":{"type":"string"},"field31":{"type":"string"},"field32":{"type":"string"},"field33":{"type":"string"},"field34":{"type":"string"},"field35":{"type":"string"},"field36":{"type":"string"},"field37":{"type":"string"},"field38":{"type":"string"},"field39":{"type":"string"},"field40":{"type":"string"},"field41":{"type":"string"},"field42":{"type":"string"},"field43":{"type":"string"},"field44":{"type":"string"},"field45":{"type":"string"},"field46":{"type":"string"},"field47":{"type":"string"},"field48":{"type":"string"},"field49":{"type":"string"},"field50":{"type":"string"},"field51":{"type":"string"},"field52":{"type":"string"},"field53":{"type":"string"},"field54":{"type":"string"},"field55":{"type":"string"},"field56":{"type":"string"},"field57":{"type":"string"},"field58":{"type":"string"},"field59":{"type":"string"},"field60":{"type":"string"}}}"#,
    ),
    good: Example::Schema(SchemaType::Json, r#"{"type":"object","properties":{"id":{"type":"string"}}}"#),
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
    let fields = model.fields().count();
    let deepest = model.records.iter().max_by_key(|record| record.depth);
    if fields > MAX_FIELDS {
        found.data("", format!("{fields} members, more than {MAX_FIELDS}"));
    } else if let Some(record) = deepest.filter(|record| record.depth >= MAX_DEPTH) {
        found.data(&record.pointer, format!("records nest deeper than {MAX_DEPTH}"));
    }
    let words = model.name.as_deref().map(names::event_words).unwrap_or_default();
    let whole = model.root().filter(|record| record.fields.len() > MAX_AGGREGATE);
    if let Some(record) = whole.filter(|_| words.last().is_some_and(|word| word == "updated")) {
        found.data(
            &record.pointer,
            format!("an update that carries {} members is a whole aggregate", record.fields.len()),
        );
    }
}

fn check_data(event: &EventView<'_>, found: &mut Found) {
    let Some(data) = event.data() else { return };
    let mut fields = 0;
    event.members(&mut |_, _, _| fields += 1);
    if fields > MAX_FIELDS {
        found.data("", format!("{fields} members, more than {MAX_FIELDS}"));
    } else if depth(data) > MAX_DEPTH {
        found.data("", format!("objects nest deeper than {MAX_DEPTH}"));
    }
    let words = event.attribute("type").map(names::event_words).unwrap_or_default();
    let members = data.as_object().map_or(0, serde_json::Map::len);
    if members > MAX_AGGREGATE && words.last().is_some_and(|word| word == "updated") {
        found.data("", format!("an update that carries {members} members is a whole aggregate"));
    }
}

/// Objects inside each other; as deep as the data was parsed.
fn depth(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        Value::Array(items) => items.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
