//! L03: the name of an event asks a question.

use crate::lint::input::View;
use crate::lint::{Found, Level, Rule, names};

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
    let Some((name, place)) = view.event_name() else { return };
    if let Some(word) = names::query(&names::event_words(name)) {
        place.report(found, format!("`{name}` is a query (`{word}`)"));
    }
}
