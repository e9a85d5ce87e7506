//! L10: nothing says which entity the event is about.

use crate::lint::input::View;
use crate::lint::{Example, Found, Level, Rule, Scope};

pub(super) static RULE: Rule = Rule {
    id: "L10",
    name: "no-key",
    level: Level::Warn,
    scopes: &[Scope::Event],
    summary: "nothing says which entity the event is about",
    why: "Order is kept by key only. Without one, two events about the same order can arrive in either order.",
    suggestion: "Set the record key, `partitionkey` or `subject` to the id of the entity that must stay consistent.",
    bad: Example::Event(
        r#"{"id":"8f1c2d6a-1b1e-4a7e-9a50-2f3f1f6a3c11","source":"https://shop.example.com/orders","specversion":"1.0","type":"com.acme.orders.placed.v1"}"#,
    ),
    good: Example::Event(
        r#"{"id":"8f1c2d6a-1b1e-4a7e-9a50-2f3f1f6a3c11","source":"https://shop.example.com/orders","specversion":"1.0","type":"com.acme.orders.placed.v1","subject":"order-4711"}"#,
    ),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(event) = view.event() else { return };
    let named = ["partitionkey", "subject"].iter().any(|name| event.attribute(name).is_some());
    if !named && !event.is_keyed() {
        found.attribute("subject", "key, `partitionkey` and `subject` are all absent");
    }
}
