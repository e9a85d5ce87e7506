//! L27: an event expects an answer.

use crate::lint::input::View;
use crate::lint::names::EventName;
use crate::lint::{Found, Level, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L27",
    name: "call-over-events",
    level: Level::Info,
    summary: "an event expects an answer",
    why: "A request and a reply over topics is a call: both sides have to be up, and the reply can be lost.",
    suggestion: "Call, or publish the fact and let the other side publish its own.",
    examples: fixtures!("L27": Event),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(event) = view.event() else { return };
    let name = event.attribute("type").map(EventName::of);
    let last = name.as_ref().and_then(EventName::last);
    let asks = matches!(last, Some("requested" | "request" | "reply" | "response"));
    let reply = event
        .attributes()
        .find(|(name, _)| matches!(*name, "replyto" | "replytopic" | "replyurl" | "responsetopic"));
    if let Some((name, _)) = reply.filter(|_| asks) {
        found.attribute(name, format!("`{name}` asks for a reply"));
    }
}
