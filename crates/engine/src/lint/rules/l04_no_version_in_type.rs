//! L04: the name of an event has no version suffix.

use crate::lint::input::View;
use crate::lint::{Example, Found, Level, Rule, Scope, names};

pub(super) static RULE: Rule = Rule {
    id: "L04",
    name: "no-version-in-type",
    level: Level::Warn,
    scopes: &[Scope::Schema, Scope::Event],
    summary: "the name of an event has no version suffix",
    why: "Consumers choose by type. Without a major version in it, a breaking change reaches those that cannot read it.",
    suggestion: "End the type in its major version, `order.placed.v1`, or in a date.",
    bad: Example::Event(
        r#"{"id":"8f1c2d6a-1b1e-4a7e-9a50-2f3f1f6a3c11","source":"https://shop.example.com/orders","specversion":"1.0","type":"com.acme.orders.placed"}"#,
    ),
    good: Example::Event(
        r#"{"id":"8f1c2d6a-1b1e-4a7e-9a50-2f3f1f6a3c11","source":"https://shop.example.com/orders","specversion":"1.0","type":"com.acme.orders.placed.v1"}"#,
    ),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some((name, place)) = view.event_name() else { return };
    if names::split_version(name).1 == names::Version::None && names::major(name).is_none() {
        place.report(found, format!("`{name}` states no version"));
    }
}
