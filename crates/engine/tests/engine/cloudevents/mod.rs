//! CloudEvents: every rule with events that keep it and events that break it.
//!
//! A case is an input and the findings it must have, written `rule pointer`, all of them, in order;
//! severities are those of the rule's row. [`every_rule_is_broken_by_some_case`] reads the tables, so a new
//! rule without a bad case fails.

mod ahead;
mod attributes;
mod binary_formats;
mod bindings;
mod formats;
mod laws;
mod profiles;

use std::collections::BTreeSet;

use chancery_engine::cloudevents::rules::{RULES, find_rule};
use chancery_engine::cloudevents::{EventOptions, EventReading, Reading, read_json};
use chancery_engine::{Report, Severity};

/// A case: what it is about, the input, the findings.
type Case<I> = (&'static str, I, &'static [&'static str]);

/// A valid event in JSON with more members.
fn event(members: &str) -> String {
    let comma = if members.is_empty() { "" } else { "," };
    format!(r#"{{"specversion":"1.0","id":"1","source":"urn:shop","type":"shop.sold.v1"{comma}{members}}}"#)
}

/// The findings of a report as the tables write them; severities have to be those of the rules.
fn findings(report: &Report) -> Vec<String> {
    assert!(!report.truncated);
    let finding = |finding: &chancery_engine::Violation| {
        let rule = find_rule(&finding.rule).expect("a rule of the table");
        assert_eq!(finding.severity, rule.severity, "{}", rule.id);
        assert_eq!(finding.expected.as_deref(), Some(rule.summary));
        format!("{} {}", finding.rule, finding.pointer).trim_end().to_owned()
    };
    report.findings.iter().map(finding).collect()
}

/// All findings of a reading: those of a batch first, then its events'.
fn all_findings(reading: &Reading<'_>) -> Vec<String> {
    match reading {
        Reading::Single(reading) => findings(&reading.report),
        Reading::Batch { events, report } => {
            let of_events = events.iter().flat_map(|reading| findings(&reading.report));
            findings(report).into_iter().chain(of_events).collect()
        }
        Reading::Refused(refusal) => {
            assert_eq!(refusal.finding.severity, Severity::Error);
            vec![format!("{} {}", refusal.finding.rule, refusal.finding.pointer).trim_end().to_owned()]
        }
    }
}

fn json_findings(body: &str) -> Vec<String> {
    all_findings(&read_json(body.as_bytes(), &EventOptions::default()))
}

fn single(reading: Reading<'_>) -> EventReading<'_> {
    match reading {
        Reading::Single(reading) => reading,
        other => panic!("expected one event, got {other:?}"),
    }
}

/// Rules that only a caller with a store can break; it has the tests.
const JOINING: [&str; 11] = [
    "dataschema.unpinned",
    "dataschema.unresolved",
    "schema.not-found",
    "schema.conflict",
    "schema.unknown-id",
    "schema.id-required",
    "schema.format-mismatch",
    "data.not-validated",
    "data.missing",
    "data.trailing-bytes",
    "data.unknown-fields",
];

#[test]
fn every_rule_is_broken_by_some_case() {
    let tables = [
        attributes::broken(),
        formats::broken(),
        bindings::broken(),
        binary_formats::broken(),
        profiles::broken(),
    ]
    .concat();
    let broken: BTreeSet<&str> =
        tables.iter().map(|finding| finding.split(' ').next().unwrap_or_default()).chain(JOINING).collect();
    let all: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(all.difference(&broken).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert_eq!(broken.difference(&all).collect::<Vec<_>>(), Vec::<&&str>::new());
}
