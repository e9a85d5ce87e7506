//! L21: the id of the event is unlikely to be unique.

use crate::lint::input::View;
use crate::lint::{Found, Level, Rule, names};

pub(super) static RULE: Rule = Rule {
    id: "L21",
    name: "weak-id",
    level: Level::Info,
    summary: "the id of the event is unlikely to be unique",
    why: "Source and id together are the key by which consumers drop duplicates: a weak id drops new facts or repeats old ones.",
    suggestion: "Use a UUID, or the entity id with a version that grows.",
    examples: fixtures!("L21": Event),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some((event, id)) = view.event().and_then(|event| Some((event, event.attribute("id")?))) else {
        return;
    };
    let members = event.data().and_then(serde_json::Value::as_object);
    let is_entity = members.is_some_and(|members| {
        let mut ids = members.iter().filter(|(name, _)| names::is_id(name) && !is_of_event(name));
        ids.any(|(_, value)| value.as_str() == Some(id))
    });
    let reason = if event.attribute("subject") == Some(id) || is_entity {
        "the id of the event is that of the entity"
    } else if id.chars().count() < 8 {
        "the id has fewer than 8 characters"
    } else if ends_in_epoch_second(id) {
        "the id ends in a time in seconds: two events of one second share it"
    } else {
        return;
    };
    found.attribute("id", reason);
}

/// `eventId` repeats the id of the event, which is another rule's business.
fn is_of_event(name: &str) -> bool {
    names::words(name).first().is_some_and(|word| word == "event")
}

/// Ten digits at the end that are a second between 2001 and 2033.
fn ends_in_epoch_second(id: &str) -> bool {
    let digits = id.len() - id.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    digits == 10 && id[id.len() - 10..].starts_with('1')
}
