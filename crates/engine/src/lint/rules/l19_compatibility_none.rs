//! L19: compatibility is not checked.

use crate::CompatibilityLevel;
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
    id: "L19",
    name: "compatibility-none",
    level: Level::Warn,
    scopes: &[Scope::Subject],
    summary: "compatibility is not checked",
    why: "With NONE every change is accepted, the one that breaks all consumers included.",
    suggestion: "Use BACKWARD or stricter outside development; give a subject its own level where it must differ.",
    bad: Example::Subject(SubjectInput {
        subject: Some("orders-value"),
        compatibility: Some(CompatibilityLevel::None),
        ..SUBJECT
    }),
    good: Example::Subject(SubjectInput {
        subject: Some("orders-value"),
        compatibility: Some(CompatibilityLevel::Backward),
        ..SUBJECT
    }),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(subject) = view.subject() else { return };
    if subject.compatibility != Some(CompatibilityLevel::None) {
        return;
    }
    match subject.subject {
        Some(name) => found.data("", format!("compatibility of `{name}` is NONE")),
        None => found.raise(Level::Error, "the global compatibility is NONE"),
    }
}
