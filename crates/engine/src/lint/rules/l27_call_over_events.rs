//! L27: an event expects an answer.

use crate::lint::input::View;
use crate::lint::{Example, Found, Level, Rule, Scope, names};

pub(super) static RULE: Rule = Rule {
    id: "L27",
    name: "call-over-events",
    level: Level::Info,
    scopes: &[Scope::Event],
    summary: "an event expects an answer",
    why: "A request and a reply over topics is a call: both sides have to be up, and the reply can be lost.",
    suggestion: "Call, or publish the fact and let the other side publish its own.",
    bad: Example::Event(
        r#"{"id":"8f1c2d6a-1b1e-4a7e-9a50-2f3f1f6a3c11","source":"https://shop.example.com/orders","specversion":"1.0","type":"com.acme.quotes.requested.v1","replyto":"quotes-replies"}"#,
    ),
    good: Example::Event(
        r#"{"id":"8f1c2d6a-1b1e-4a7e-9a50-2f3f1f6a3c11","source":"https://shop.example.com/orders","specversion":"1.0","type":"com.acme.quotes.requested.v1"}"#,
    ),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(event) = view.event() else { return };
    let words = event.attribute("type").map(names::event_words).unwrap_or_default();
    let asks =
        matches!(words.last().map(String::as_str), Some("requested" | "request" | "reply" | "response"));
    let reply = event
        .attributes()
        .find(|(name, _)| matches!(*name, "replyto" | "replytopic" | "replyurl" | "responsetopic"));
    if let Some((name, _)) = reply.filter(|_| asks) {
        found.attribute(name, format!("`{name}` asks for a reply"));
    }
}
