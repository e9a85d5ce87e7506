//! L03: the name of an event asks a question.

use crate::lint::input::View;
use crate::lint::names::EventName;
use crate::lint::{Found, Level, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L03",
    name: "query-as-event",
    level: Level::Warn,
    summary: "the name of an event asks a question",
    why: "A question needs an answer, so its sender waits: that is a call, and a topic makes it slow and hard to follow.",
    suggestion: "Publish the facts that the question is about, or use a call.",
    examples: fixtures!("L03": Avro Protobuf Json Event),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    for (name, place) in view.event_names() {
        if let Some(word) = EventName::of(name).query() {
            place.report(found, format!("`{name}` is a query (`{word}`)"));
        }
    }
}
