//! L20: something is retired without saying when or what follows.

use crate::lint::input::{SubjectInput, View};
use crate::lint::{Example, Found, Level, Rule, Scope};

const SUBJECT: SubjectInput<'_> = SubjectInput {
    subject: None,
    compatibility: None,
    deprecated: false,
    has_sunset: false,
    has_migration: false,
    records: &[],
};

pub(super) static RULE: Rule = Rule {
    id: "L20",
    name: "silent-retirement",
    level: Level::Info,
    scopes: &[Scope::Subject, Scope::Event],
    summary: "something is retired without saying when or what follows",
    why: "Consumers plan by a date and a successor; without them the deprecation is only noise.",
    suggestion: "State the sunset date and the successor; stop publishing after `deprecationsunset`.",
    bad: Example::Subject(SubjectInput { subject: Some("orders-value"), deprecated: true, ..SUBJECT }),
    good: Example::Subject(SubjectInput {
        subject: Some("orders-value"),
        deprecated: true,
        has_sunset: true,
        has_migration: true,
        ..SUBJECT
    }),
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
