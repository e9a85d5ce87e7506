//! L28: one record name has different shapes under two subjects.

use crate::lint::input::{RecordShape, SubjectInput, View};
use crate::lint::{Example, Found, Level, Pair, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L28",
    name: "one-name-two-shapes",
    level: Level::Info,
    summary: "one record name has different shapes under two subjects",
    why: "Generated code has one class for one name; the shapes drift apart until one consumer reads the other's data.",
    suggestion: "Register the record once and refer to it, or give each its own namespace.",
    examples: &[Pair {
        bad: Example::Subject(SubjectInput {
            subject: Some("orders-value"),
            records: &[
                RecordShape { subject: "orders-value", name: "com.acme.Address", shape: "1" },
                RecordShape { subject: "users-value", name: "com.acme.Address", shape: "2" },
            ],
            ..SubjectInput::UNSET
        }),
        good: Example::Subject(SubjectInput {
            subject: Some("orders-value"),
            records: &[
                RecordShape { subject: "orders-value", name: "com.acme.Address", shape: "1" },
                RecordShape { subject: "users-value", name: "com.acme.Address", shape: "1" },
            ],
            ..SubjectInput::UNSET
        }),
    }],
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    let Some((subject, name)) = view.subject().and_then(|subject| Some((subject, subject.subject?))) else {
        return;
    };
    for own in subject.records.iter().filter(|record| record.subject == name) {
        let other = subject
            .records
            .iter()
            .find(|record| record.subject != name && record.name == own.name && record.shape != own.shape);
        if let Some(other) = other {
            found.data("", format!("`{}` has another shape under `{}`", own.name, other.subject));
        }
    }
}
