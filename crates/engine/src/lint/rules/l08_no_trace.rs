//! L08: nothing connects the event with what caused it.

use crate::lint::input::View;
use crate::lint::{Found, Level, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L08",
    name: "no-trace",
    level: Level::Warn,
    summary: "nothing connects the event with what caused it",
    why: "Without a trace or correlation id nobody can follow a business case through its events.",
    suggestion: "Set `traceparent` (distributed tracing extension) or `correlationid`.",
    examples: fixtures!("L08": Event),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(event) = view.event() else { return };
    let has = ["traceparent", "correlationid"].iter().any(|name| event.attribute(name).is_some());
    if !has && !event.data_has(&["correlationId", "traceId", "correlation_id", "trace_id"]) {
        found.attribute("correlationid", "neither `traceparent` nor `correlationid` is set");
    }
}
