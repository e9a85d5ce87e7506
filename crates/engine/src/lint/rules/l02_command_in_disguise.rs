//! L02: the name of an event asks for something to be done.

use crate::lint::input::View;
use crate::lint::names::EventName;
use crate::lint::{Found, Level, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L02",
    name: "command-in-disguise",
    level: Level::Warn,
    summary: "the name of an event asks for something to be done",
    why: "A command has one receiver that may refuse it; an event has any number that learn of a fact. Mixing them ties the producer to a consumer.",
    suggestion: "Publish what happened instead: `SendEmail` becomes `EmailRequested` or `EmailSent`.",
    examples: fixtures!("L02": Avro Protobuf Json Event),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    for (name, place) in view.event_names() {
        if let Some(word) = EventName::of(name).command() {
            place.report(found, format!("`{name}` is a command (`{word}`)"));
        }
    }
}
