//! L20: something is retired without saying when or what follows.

use crate::lint::input::{SubjectInput, View};
use crate::lint::{Example, Found, Level, Pair, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L20",
    name: "silent-retirement",
    level: Level::Info,
    summary: "something is retired without saying when or what follows",
    why: "Consumers plan by a date and a successor; without them the deprecation is only noise.",
    suggestion: "State the sunset date and the successor; stop publishing after `deprecationsunset`.",
    examples: &[
        Pair {
            bad: Example::Subject(SubjectInput {
                subject: Some("orders-value"),
                deprecated: true,
                ..SubjectInput::UNSET
            }),
            good: Example::Subject(SubjectInput {
                subject: Some("orders-value"),
                deprecated: true,
                has_sunset: true,
                has_migration: true,
                ..SubjectInput::UNSET
            }),
        },
        Pair { bad: fixture!("L20" "bad" Event), good: fixture!("L20" "good" Event) },
    ],
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let deprecated = view.subject().filter(|subject| subject.deprecated);
    if deprecated.is_some_and(|subject| !subject.has_sunset || !subject.has_migration) {
        found.data("", "deprecated without a sunset date and a successor");
    }
    let Some(event) = view.event() else { return };
    let time = |name| chrono::DateTime::parse_from_rfc3339(event.attribute(name)?).ok();
    let at = time("time").map(|time| time.timestamp()).or(event.now);
    if let (Some(sunset), Some(at)) = (time("deprecationsunset"), at)
        && sunset.timestamp() < at
    {
        found.attribute("deprecationsunset", "published after its sunset");
    }
}
