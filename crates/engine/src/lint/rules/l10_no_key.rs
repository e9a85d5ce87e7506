//! L10: nothing says which entity the event is about.

use crate::lint::input::View;
use crate::lint::{Found, Level, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L10",
    name: "no-key",
    level: Level::Warn,
    summary: "nothing says which entity the event is about",
    why: "Order is kept by key only. Without one, two events about the same order can arrive in either order.",
    suggestion: "Set the record key, `partitionkey` or `subject` to the id of the entity that must stay consistent.",
    examples: fixtures!("L10": Event),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(event) = view.event() else { return };
    let named = ["partitionkey", "subject"].iter().any(|name| event.attribute(name).is_some());
    if !named && !event.is_keyed() {
        found.attribute("subject", "key, `partitionkey` and `subject` are all absent");
    }
}
