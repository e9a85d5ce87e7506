//! L07: the type is not prefixed with a reverse DNS name.

use crate::lint::input::View;
use crate::lint::{Found, Level, Rule, names};

pub(super) static RULE: Rule = Rule {
    id: "L07",
    name: "reverse-dns",
    level: Level::Info,
    summary: "the type is not prefixed with a reverse DNS name",
    why: "CloudEvents asks for it: the prefix says who defines the type, so that two organisations never mean different things by one.",
    suggestion: "Start the type with your reversed domain: `com.acme.orders.placed.v1`.",
    examples: fixtures!("L07": Event),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(name) = view.event().and_then(|event| event.attribute("type")) else { return };
    let mut parts = name.split('.');
    if parts.clone().count() < 3 || !parts.next().is_some_and(names::is_top_level) {
        found.attribute("type", format!("`{name}` has no reverse DNS prefix"));
    }
}
