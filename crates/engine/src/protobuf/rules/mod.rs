//! The kinds of difference between two Protobuf schemas, one row a kind.
//!
//! Kinds with a type name are those of Confluent Schema Registry, with its descriptions. Kinds without
//! one are ours: they look where the reference does not (names in JSON, cardinality, services) and break
//! only under our policies, so the reference's verdict never depends on them.
//!
//! What our policies mean, always for a reader and a writer:
//! - `WIRE`: binary payloads of the writer keep their meaning for the reader;
//! - `WIRE_JSON`: proto3 JSON of the writer does, too;
//! - `SOURCE`: code written against the writer's file compiles against the reader's.
//!
//! To add a kind: one row in [`reference`] or [`own`], the place in `compare` that reports it, one vector.

mod own;
mod reference;

pub(super) use own::*;
pub(super) use reference::*;

use crate::difference::{Policy, Rule};

/// All rows: the reference's, then ours.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    reference::RULES.iter().chain(own::RULES).copied()
}

/// Reported by the reference; as a policy for another format must not switch a check off, the JSON
/// policies count here as the reference does.
const REFERENCE: [Policy; 3] = [Policy::Reference, Policy::Lenient, Policy::Sound];
const ALWAYS: &[Policy] =
    &[Policy::Reference, Policy::Lenient, Policy::Sound, Policy::Wire, Policy::WireJson, Policy::Source];
const REFERENCE_AND_SOURCE: &[Policy] = &[REFERENCE[0], REFERENCE[1], REFERENCE[2], Policy::Source];
const WIRE: &[Policy] = &[Policy::Wire, Policy::WireJson, Policy::Source];
const JSON: &[Policy] = &[Policy::WireJson, Policy::Source];
const SOURCE: &[Policy] = &[Policy::Source];
const NEVER: &[Policy] = &[];

/// Writes rows as `NAME: id, kind, breaks, { description … example }` and lists them in `RULES`.
macro_rules! rows {
    ($($name:ident {
        id: $id:literal, kind: $kind:literal, breaks: $breaks:expr,
        description: $description:literal,
        summary: $summary:literal,
        consequence: $consequence:literal,
        advice: $advice:literal,
        writer: $writer:literal,
        reader: $reader:literal $(,)?
    })*) => {
        pub static RULES: &[&Rule] = &[$(&$name),*];
        $(pub static $name: Rule = Rule {
            id: $id,
            kind: $kind,
            format: $crate::SchemaType::Protobuf,
            description: $description,
            breaks: $breaks,
            summary: $summary,
            consequence: $consequence,
            advice: $advice,
            example: ($writer, $reader),
        };)*
    };
}
use rows;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::difference::CompareOptions;
    use crate::protobuf::ProtobufSchema;
    use crate::{Limits, Source, Strictness};

    fn schema(text: &str) -> ProtobufSchema {
        ProtobufSchema::parse(&Source::bare(text), Strictness::New, &Limits::default()).expect(text)
    }

    #[test]
    fn every_example_shows_its_rule() {
        for rule in all().filter(|rule| rule.id != UNDECIDED.id) {
            let (writer, reader) = rule.example;
            let found = ProtobufSchema::compare(&schema(reader), &schema(writer), &CompareOptions::default());
            let ids: Vec<_> = found.differences.iter().map(|difference| difference.rule.id).collect();
            assert!(ids.contains(&rule.id), "{}: found {ids:?}", rule.id);
        }
    }

    #[test]
    fn rows_are_complete_and_ids_unique() {
        let ids: BTreeSet<_> = all().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), all().count());
        for rule in all() {
            assert!(rule.id.starts_with("proto/"), "{}", rule.id);
            assert!(!rule.description.is_empty() && !rule.summary.is_empty() && !rule.consequence.is_empty());
        }
    }

    #[test]
    fn kinds_of_ours_never_decide_for_the_reference() {
        for rule in all().filter(|rule| rule.kind.is_empty() && rule.id != UNDECIDED.id) {
            assert!(!rule.breaks.iter().any(|policy| REFERENCE.contains(policy)), "{}", rule.id);
        }
    }
}
