//! L01: the name of an event does not say that something happened.

use crate::lint::input::View;
use crate::lint::{Example, Found, Level, Rule, Scope, names};

pub(super) static RULE: Rule = Rule {
    id: "L01",
    name: "past-tense",
    level: Level::Warn,
    scopes: &[Scope::Schema, Scope::Event],
    summary: "the name of an event does not say that something happened",
    why: "An event is a fact. A name in the past keeps it apart from a request, which may be refused, and from a thing, which has no moment.",
    suggestion: "Name the event after what happened, in the past: `OrderPlaced`, `order.placed`.",
    bad: Example::Event(
        r#"{"id":"8f1c2d6a-1b1e-4a7e-9a50-2f3f1f6a3c11","source":"https://shop.example.com/orders","specversion":"1.0","type":"com.acme.orders.order.v1"}"#,
    ),
    good: Example::Event(
        r#"{"id":"8f1c2d6a-1b1e-4a7e-9a50-2f3f1f6a3c11","source":"https://shop.example.com/orders","specversion":"1.0","type":"com.acme.orders.placed.v1"}"#,
    ),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some((name, place)) = view.event_name() else { return };
    let words = names::event_words(name);
    // Commands and questions have rules of their own.
    let other = names::command(&words).is_some() || names::query(&words).is_some();
    if !words.is_empty() && !names::is_fact(&words) && !other {
        place.report(found, format!("`{name}` is not in the past tense"));
    }
}
