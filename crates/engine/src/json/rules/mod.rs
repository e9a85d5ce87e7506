//! The kinds of difference between two JSON Schemas, one row each.
//!
//! Kinds, descriptions and who accepts them follow the reference; the rest is ours. `{writer}` is the
//! schema the data was made for, `{reader}` the one that must accept it.
//!
//! To add a kind: one row in the table of its family, the place that reports it, one vector.

mod array;
mod general;
mod limits;
mod object;

pub(super) use array::*;
pub(super) use general::*;
pub(super) use limits::*;
pub(super) use object::*;

use crate::difference::{Policy, Rule};

/// Incompatible under every policy.
const ALWAYS: &[Policy] =
    &[Policy::Reference, Policy::Lenient, Policy::Wire, Policy::WireJson, Policy::Source, Policy::Sound];
/// Compatible under the reference's LENIENT only.
const STRICT: &[Policy] = &[Policy::Reference, Policy::Wire, Policy::WireJson, Policy::Source, Policy::Sound];
/// Compatible under every policy.
const NEVER: &[Policy] = &[];

/// The reference's sentences.
const NOT_PRESENT: &str =
    "The keyword at path '{path}' in the {reader} schema is not present in the {writer} schema";
const MORE_THAN: &str =
    "The value at path '{path}' in the {reader} schema is more than its value in the {writer} schema";
const LESS_THAN: &str =
    "The value at path '{path}' in the {reader} schema is less than its value in the {writer} schema";
const DIFFERENT: &str = "The value at path '{path}' is different between the {reader} and {writer} schema";
const FEWER: &str = "An array or combined type at path '{path}' has fewer elements in the {reader} schema than the {writer} schema";
const MORE: &str = "An array or combined type at path '{path}' has more elements in the {reader} schema than the {writer} schema";
const TYPE: &str = "A type at path '{path}' is different between the {reader} schema and the {writer} schema";
const OPEN: &str = "The {reader} schema has an open content model and has a property or item at path '{path}' which is missing in the {writer} schema";
const UNOPEN: &str = "The {reader} schema has an unopen content model and has a required property at path '{path}' which is missing in the {writer} schema";
const CLOSED: &str = "The {reader} has a closed content model and is missing a property or item present at path '{path}' in the {writer} schema";
const REMOVED_NOT_COVERED: &str = "A property or item is missing in the {reader} schema but present at path '{path}' in the {writer} schema and is not covered by its partially open content model";
const ADDED_NOT_COVERED: &str = "The {reader} schema has a property or item at path '{path}' which is missing in the {writer} schema and is not covered by its partially open content model";
/// Compatible kinds never stand in a message.
const SILENT: &str = "";

/// Rows of one family and the list of them.
macro_rules! rows {
    ($list:ident: $($name:ident, $id:literal, $kind:literal, $breaks:ident, $description:expr,
        $summary:literal, $consequence:literal, $advice:literal, $writer:literal => $reader:literal;)*) => {
        $(pub(in crate::json) static $name: Rule = Rule {
            id: concat!("json/", $id),
            kind: $kind,
            format: crate::SchemaType::Json,
            description: $description,
            breaks: $breaks,
            summary: $summary,
            consequence: $consequence,
            advice: $advice,
            example: ($writer, $reader),
        };)*
        pub(in crate::json) static $list: &[&Rule] = &[$(&$name),*];
    };
}
use rows;

/// Every row.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    GENERAL.iter().chain(OBJECT).chain(ARRAY).copied().chain(LIMITS.iter().flat_map(|limit| limit.rows()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::difference::CompareOptions;
    use crate::json::JsonSchema;
    use crate::{Limits, SchemaError, Source, Strictness};

    fn fires(rule: &Rule, policy: Policy) -> Result<bool, SchemaError> {
        let parse = |text: &str| JsonSchema::parse(&Source::bare(text), Strictness::New, &Limits::default());
        let (writer, reader) = (parse(rule.example.0)?, parse(rule.example.1)?);
        let options = CompareOptions { policy, limits: Limits::default() };
        let comparison = JsonSchema::compare(&reader, &writer, &options);
        let fired = comparison.differences.iter().find(|difference| difference.rule == rule);
        Ok(fired.is_some_and(|difference| difference.incompatible == rule.breaks_under(policy)))
    }

    #[test]
    fn every_kind_fires_on_its_own_example() -> Result<(), SchemaError> {
        for rule in all().filter(|rule| !rule.kind.is_empty()) {
            for policy in [Policy::Reference, Policy::Lenient] {
                assert!(fires(rule, policy)?, "{} under {policy:?}", rule.id);
            }
        }
        Ok(())
    }

    #[test]
    fn ids_are_unique_and_every_row_has_words() {
        let mut ids = HashSet::new();
        for rule in all() {
            assert!(ids.insert(rule.id), "{}", rule.id);
            assert!(rule.id.starts_with("json/"), "{}", rule.id);
            assert!(!rule.summary.is_empty() && !rule.consequence.is_empty(), "{}", rule.id);
            let has_message = !rule.breaks.is_empty() && rule.kind != "SCHEMA_ADDED";
            assert_eq!(has_message, !rule.description.is_empty(), "{}", rule.id);
            assert_eq!(rule.breaks.is_empty(), rule.advice.is_empty(), "{}", rule.id);
        }
        // 129 kinds of the reference and three of ours.
        assert_eq!(ids.len(), 132);
        let lenient = all().filter(|rule| !rule.breaks.is_empty() && !rule.breaks_under(Policy::Lenient));
        assert_eq!(lenient.count(), 9);
    }
}
