//! L06: the name of an event speaks of storage, not of the domain.

use crate::lint::input::View;
use crate::lint::{Found, Level, Rule, names};

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
    let Some((name, place)) = view.event_name() else { return };
    let words = names::event_words(name);
    let Some(last) = words.last().map(String::as_str).filter(|last| CHANGES.contains(last)) else { return };
    let of_storage = words.iter().any(|word| STORAGE.contains(&word.as_str()));
    if of_storage {
        place.report(found, format!("`{name}` is about storage"));
    } else if matches!(last, "updated" | "changed") && words.len() <= 2 {
        place.report(found, format!("`{name}` does not say what changed"));
    }
}
