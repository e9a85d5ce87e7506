//! L08: nothing connects the event with what caused it.

use crate::lint::input::View;
use crate::lint::{Example, Found, Level, Rule, Scope};

pub(super) static RULE: Rule = Rule {
    id: "L08",
    name: "no-trace",
    level: Level::Warn,
    scopes: &[Scope::Event],
    summary: "nothing connects the event with what caused it",
    why: "Without a trace or correlation id nobody can follow a business case through its events.",
    suggestion: "Set `traceparent` (distributed tracing extension) or `correlationid`.",
    bad: Example::Event(
        r#"{"id":"8f1c2d6a-1b1e-4a7e-9a50-2f3f1f6a3c11","source":"https://shop.example.com/orders","specversion":"1.0","type":"com.acme.orders.placed.v1"}"#,
    ),
    good: Example::Event(
        r#"{"id":"8f1c2d6a-1b1e-4a7e-9a50-2f3f1f6a3c11","source":"https://shop.example.com/orders","specversion":"1.0","type":"com.acme.orders.placed.v1","correlationid":"c-7731"}"#,
    ),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(event) = view.event() else { return };
    let has = ["traceparent", "correlationid"].iter().any(|name| event.attribute(name).is_some());
    if !has && !event.data_has(&["correlationId", "traceId", "correlation_id", "trace_id"]) {
        found.attribute("correlationid", "neither `traceparent` nor `correlationid` is set");
    }
}
