//! L17: the payload repeats the envelope.

use crate::SchemaType;
use crate::lint::input::View;
use crate::lint::model::Model;
use crate::lint::{Example, Found, Level, Rule, Scope};

pub(super) static RULE: Rule = Rule {
    id: "L17",
    name: "envelope-in-payload",
    level: Level::Info,
    scopes: &[Scope::Schema, Scope::Event],
    summary: "the payload repeats the envelope",
    why: "Two ids and two types disagree one day. Retry counters are state of a consumer and do not belong to a fact.",
    suggestion: "Leave id, type, version and tracing to the CloudEvents attributes.",
    bad: Example::Schema(
        SchemaType::Json,
        r#"{"type":"object","properties":{"event_id":{"type":"string"},"total":{"type":"integer"}}}"#,
    ),
    good: Example::Schema(
        SchemaType::Json,
        r#"{"type":"object","properties":{"orderId":{"type":"string"},"total":{"type":"integer"}}}"#,
    ),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    const NAMES: [&str; 7] =
        ["event_id", "eventId", "event_type", "eventType", "specversion", "_traceContext", "_retries"];
    for field in view.schema().and_then(Model::root).into_iter().flat_map(|record| &record.fields) {
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
