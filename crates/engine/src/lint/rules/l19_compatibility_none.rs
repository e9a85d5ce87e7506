//! L19: compatibility is not checked.

use crate::CompatibilityLevel;
use crate::lint::input::{SubjectInput, View};
use crate::lint::{Example, Found, Level, Pair, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L19",
    name: "compatibility-none",
    level: Level::Warn,
    summary: "compatibility is not checked",
    why: "With NONE every change is accepted, the one that breaks all consumers included.",
    suggestion: "Use BACKWARD or stricter outside development; give a subject its own level where it must differ.",
    examples: &[Pair {
        bad: Example::Subject(SubjectInput {
            subject: Some("orders-value"),
            compatibility: Some(CompatibilityLevel::None),
            ..SubjectInput::UNSET
        }),
        good: Example::Subject(SubjectInput {
            subject: Some("orders-value"),
            compatibility: Some(CompatibilityLevel::Backward),
            ..SubjectInput::UNSET
        }),
    }],
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some(subject) = view.subject() else { return };
    if subject.compatibility != Some(CompatibilityLevel::None) {
        return;
    }
    match subject.subject {
        Some(name) => found.data("", format!("compatibility of `{name}` is NONE")),
        None => {
            found.raise(
                Level::Error,
                "",
                "compatibility is NONE for all subjects without a level of their own",
            );
        }
    }
}
