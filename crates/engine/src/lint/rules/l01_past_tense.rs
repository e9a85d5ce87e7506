//! L01: the name of an event does not say that something happened.

use crate::lint::input::View;
use crate::lint::names::EventName;
use crate::lint::{Found, Level, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L01",
    name: "past-tense",
    level: Level::Warn,
    summary: "the name of an event does not say that something happened",
    why: "An event is a fact. A name in the past keeps it apart from a request, which may be refused, and from a thing, which has no moment.",
    suggestion: "Name the event after what happened, in the past: `OrderPlaced`, `order.placed`.",
    examples: fixtures!("L01": Avro Protobuf Json Event),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    for (name, place) in view.event_names() {
        let words = EventName::of(name);
        // Commands and questions have rules of their own.
        let other = words.command().is_some() || words.query().is_some();
        if !words.words().is_empty() && !words.is_fact() && !other {
            place.report(found, format!("`{name}` is not in the past tense"));
        }
    }
}
