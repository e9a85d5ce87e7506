//! L06: the name of an event speaks of storage, not of the domain.

use crate::lint::input::View;
use crate::lint::names::EventName;
use crate::lint::{Found, Level, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L06",
    name: "technical-event",
    level: Level::Info,
    summary: "the name of an event speaks of storage, not of the domain",
    why: "Consumers of `OrderTableUpdated` learn how the producer stores orders, and break when it changes that.",
    suggestion: "Name the fact of the domain: `OrderShipped` instead of `OrderUpdated`.",
    examples: fixtures!("L06": Avro Protobuf Json Event),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    const STORAGE: [&str; 6] = ["table", "row", "record", "db", "database", "entity"];
    const CHANGES: [&str; 4] = ["updated", "changed", "inserted", "deleted"];
    for (name, place) in view.event_names() {
        let words = EventName::of(name);
        let changes = words.last().is_some_and(|last| CHANGES.contains(&last));
        if changes && words.words().iter().any(|word| STORAGE.contains(&word.as_str())) {
            place.report(found, format!("`{name}` is about storage"));
        } else if words.is_bare_change() {
            place.report(found, format!("`{name}` does not say what changed"));
        }
    }
}
