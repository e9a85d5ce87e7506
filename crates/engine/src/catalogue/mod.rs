//! Every rule of the engine in one list: differences, payload rules, envelope rules, conditions, lint.
//!
//! `GET /v1/rules`, the command line's help and the pages under `docs/rules/` are derived from it, so a
//! rule that is not listed here does not exist. The rows stay where their rules live; this module only
//! gives them one shape.
//!
//! To add a group: a variant of [`Group`] and its rows in [`entries`].

pub mod pages;
pub mod payload;

use crate::cloudevents::rules::EventRule;
use crate::difference::{Policy, Rule};
use crate::{SchemaType, Severity, avro, cloudevents, json, lint, protobuf};

/// A part of the catalogue: one page of the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// Differences between two Avro schemas.
    Avro,
    /// Differences between two Protobuf files.
    Protobuf,
    /// Differences between two JSON Schemas.
    Json,
    /// Findings in a payload.
    Payload,
    /// Findings in the envelope of an event.
    CloudEvents,
    /// Advice on design.
    Lint,
}

impl Group {
    /// All groups with the names used in ids of pages.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Avro, "avro"),
        (Self::Protobuf, "protobuf"),
        (Self::Json, "json"),
        (Self::Payload, "payload"),
        (Self::CloudEvents, "cloudevents"),
        (Self::Lint, "lint"),
    ];

    /// The name.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// What the group is about, one line.
    pub fn title(self) -> &'static str {
        match self {
            Self::Avro => "Differences between Avro schemas",
            Self::Protobuf => "Differences between Protobuf files",
            Self::Json => "Differences between JSON Schemas",
            Self::Payload => "Findings in payloads",
            Self::CloudEvents => "Findings in CloudEvents",
            Self::Lint => "Design lint",
        }
    }
}

/// One rule, whatever it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// Stable id, unique in the catalogue.
    pub id: &'static str,
    /// The format it belongs to, when it is one.
    pub format: Option<SchemaType>,
    /// Its group.
    pub group: Group,
    /// `error`, `warn`, `info`: what it does unless settings say otherwise.
    pub level: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Place in the documentation: `rules/avro.md#avro-field-added`, `rules/lint/L11.md`.
    pub doc: String,
}

/// The whole catalogue, group by group.
pub fn entries() -> Vec<CatalogueEntry> {
    let mut entries: Vec<CatalogueEntry> = Vec::new();
    for (group, _) in Group::ALL {
        match group {
            Group::Avro | Group::Protobuf | Group::Json => {
                entries.extend(difference_rules(group).iter().map(|rule| of_difference(group, rule)));
            }
            Group::Payload => entries.extend(payload::RULES.iter().map(of_payload)),
            Group::CloudEvents => entries.extend(cloudevents::rules::RULES.iter().map(|rule| of_event(rule))),
            Group::Lint => entries.extend(lint::RULES.iter().map(|rule| of_lint(rule))),
        }
    }
    entries
}

/// Rows of one format; empty for the other groups.
pub(crate) fn difference_rules(group: Group) -> Vec<&'static Rule> {
    match group {
        Group::Avro => avro::rules::RULES.iter().collect(),
        Group::Json => json::rules::all().collect(),
        Group::Protobuf => protobuf::rules::all().collect(),
        _ => Vec::new(),
    }
}

fn of_difference(group: Group, rule: &'static Rule) -> CatalogueEntry {
    // What only our own policies refuse is a remark under the reference's.
    let level = if rule.breaks_under(Policy::Reference) { "error" } else { "info" };
    entry(rule.id, Some(rule.format), group, level, rule.summary)
}

fn of_payload(rule: &payload::PayloadRule) -> CatalogueEntry {
    entry(rule.id, rule.format, Group::Payload, severity(rule.severity), rule.summary)
}

fn of_event(rule: &EventRule) -> CatalogueEntry {
    entry(rule.id, None, Group::CloudEvents, severity(rule.severity), rule.summary)
}

fn of_lint(rule: &lint::Rule) -> CatalogueEntry {
    entry(rule.id, None, Group::Lint, rule.level.name(), rule.summary)
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warn",
    }
}

fn entry(
    id: &'static str,
    format: Option<SchemaType>,
    group: Group,
    level: &'static str,
    summary: &'static str,
) -> CatalogueEntry {
    let doc = match group {
        Group::Lint => format!("rules/lint/{id}.md"),
        _ => format!("rules/{}.md#{}", group.name(), anchor(id)),
    };
    CatalogueEntry { id, format, group, level, summary, doc }
}

/// The anchor of an id: lower case, everything but letters and digits a hyphen.
pub(crate) fn anchor(id: &str) -> String {
    let hyphen = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    id.chars().map(hyphen).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_and_anchors_are_unique() {
        let (mut ids, mut docs) = (HashSet::new(), HashSet::new());
        for entry in entries() {
            assert!(ids.insert(entry.id), "{}", entry.id);
            assert!(docs.insert(entry.doc.clone()), "{}", entry.doc);
            assert!(!entry.summary.is_empty(), "{}", entry.id);
        }
        assert!(ids.len() > 100, "{} rules", ids.len());
    }
}
