//! L03: the name of an event asks a question.

use crate::SchemaType;
use crate::lint::input::View;
use crate::lint::{Example, Found, Level, Rule, Scope, names};

pub(super) static RULE: Rule = Rule {
    id: "L03",
    name: "query-as-event",
    level: Level::Warn,
    scopes: &[Scope::Schema, Scope::Event],
    summary: "the name of an event asks a question",
    why: "A question needs an answer, so its sender waits: that is a call, and a topic makes it slow and hard to follow.",
    suggestion: "Publish the facts that the question is about, or use a call.",
    bad: Example::Schema(SchemaType::Avro, r#"{"type":"record","name":"GetUserDetails","fields":[]}"#),
    good: Example::Schema(SchemaType::Avro, r#"{"type":"record","name":"UserDetailsChanged","fields":[]}"#),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some((name, place)) = view.event_name() else { return };
    if let Some(word) = names::query(&names::event_words(name)) {
        place.report(found, format!("`{name}` is a query (`{word}`)"));
    }
}
