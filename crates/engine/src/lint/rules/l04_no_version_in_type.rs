//! L04: the name of an event has no version suffix.

use crate::lint::input::View;
use crate::lint::{Found, Level, Rule, names};

pub(super) static RULE: Rule = Rule {
    id: "L04",
    name: "no-version-in-type",
    level: Level::Warn,
    summary: "the name of an event has no version suffix",
    why: "Consumers choose by type. Without a major version in it, a breaking change reaches those that cannot read it.",
    suggestion: "End the type in its major version, `order.placed.v1`, or in a date. A part of the namespace or package may state it, too: `acme.orders.v1.OrderPlaced`.",
    examples: fixtures!("L04": Avro Protobuf Json Event),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    for (name, place) in view.event_names() {
        if !names::states_version(name) {
            place.report(found, format!("`{name}` states no version"));
        }
    }
}
