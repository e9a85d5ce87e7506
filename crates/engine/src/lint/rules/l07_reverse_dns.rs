//! L07: the type is not prefixed with a reverse DNS name.

use crate::lint::input::View;
use crate::lint::{Example, Found, Level, Rule, Scope, names};

pub(super) static RULE: Rule = Rule {
    id: "L07",
    name: "reverse-dns",
    level: Level::Info,
    scopes: &[Scope::Event],
    summary: "the type is not prefixed with a reverse DNS name",
    why: "CloudEvents asks for it: the prefix says who defines the type, so that two organisations never mean different things by one.",
    suggestion: "Start the type with your reversed domain: `com.acme.orders.placed.v1`.",
    bad: Example::Event(
        r#"{"id":"8f1c2d6a-1b1e-4a7e-9a50-2f3f1f6a3c11","source":"https://shop.example.com/orders","specversion":"1.0","type":"OrderPlaced.v1"}"#,
    ),
    good: Example::Event(
        r#"{"id":"8f1c2d6a-1b1e-4a7e-9a50-2f3f1f6a3c11","source":"https://shop.example.com/orders","specversion":"1.0","type":"com.acme.orders.placed.v1"}"#,
    ),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(name) = view.event().and_then(|event| event.attribute("type")) else { return };
    let mut parts = name.split('.');
    if parts.clone().count() < 3 || !parts.next().is_some_and(names::is_top_level) {
        found.attribute("type", format!("`{name}` has no reverse DNS prefix"));
    }
}
