//! L17: the payload repeats the envelope.

use crate::lint::input::View;
use crate::lint::model::Model;
use crate::lint::{Found, Level, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L17",
    name: "envelope-in-payload",
    level: Level::Info,
    summary: "the payload repeats the envelope",
    why: "Two ids and two types disagree one day. Retry counters are state of a consumer and do not belong to a fact.",
    suggestion: "Leave id, type, version and tracing to the CloudEvents attributes.",
    examples: fixtures!("L17": Avro Protobuf Json Event),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    const NAMES: [&str; 7] =
        ["event_id", "eventId", "event_type", "eventType", "specversion", "_traceContext", "_retries"];
    for field in view.schema().into_iter().flat_map(Model::event_parts).flat_map(|record| &record.fields) {
        if NAMES.contains(&field.name.as_str()) {
            found.data(&field.pointer, format!("`{}` belongs to the envelope", field.name));
        }
    }
    if let Some(event) = view.event() {
        for name in NAMES.into_iter().filter(|name| event.data_has(&[name])) {
            found.data(&format!("/{name}"), format!("`{name}` belongs to the envelope"));
        }
    }
}
