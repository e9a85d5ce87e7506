//! Compatible schemas and the documents that are lost all the same.
//!
//! For random pairs that the reference's rules accept, every document that is valid for the writer and not
//! for the reader must belong to a class that is known and described here. The classes are the reference's:
//! the comparison keeps them for equality, `Policy::Sound` refuses them.

use chancery_engine::json::sound::{Containment, contains};
use proptest::prelude::*;
use serde_json::Value;

use super::arbitrary::pair;
use super::{compare, is_compatible, parse};
use chancery_engine::difference::Policy;

/// A class of lost documents: how its pairs look, and why the rules accept them.
struct Class {
    why: &'static str,
    fits: fn(&Value, &Value) -> bool,
}

const CLASSES: [Class; 7] = [
    Class {
        why: "`required` is compared only for names that both sides describe, names with a default count as \
              given, and a required property without conditions counts as no condition; inside `not` the \
              writer's list is the one that is not looked at",
        fits: |writer, reader| any(reader, &has_required) || any(writer, &is_without_required),
    },
    Class {
        why: "bodies of `patternProperties` are not compared, and an object with them counts as closed",
        fits: |writer, reader| has(writer, reader, "patternProperties"),
    },
    Class {
        why: "`propertyNames` is not compared",
        fits: |writer, reader| has(writer, reader, "propertyNames"),
    },
    Class { why: "`contains` is not compared", fits: |writer, reader| has(writer, reader, "contains") },
    Class { why: "the branches of `if` are not compared", fits: |writer, reader| has(writer, reader, "if") },
    Class {
        why: "a keyword without a type accepts values of other types, and counts as its type",
        fits: |writer, reader| any(writer, &is_untyped) || any(reader, &is_untyped),
    },
    Class {
        why: "members of `oneOf` that widen or are added may overlap, and a value of two members is refused; \
              inside `not` the same happens to what is excluded",
        fits: |writer, reader| has(writer, reader, "oneOf"),
    },
];

/// Classes that show only in formats: asserted by validators of drafts 4 to 7, not compared.
fn is_format(writer: &Value, reader: &Value) -> bool {
    has(writer, reader, "format")
}

fn has_required(object: &serde_json::Map<String, Value>) -> bool {
    object.contains_key("required")
}

/// Excludes documents that have certain properties.
fn is_without_required(object: &serde_json::Map<String, Value>) -> bool {
    object.get("not").is_some_and(|excluded| any(excluded, &has_required))
}

fn is_untyped(object: &serde_json::Map<String, Value>) -> bool {
    let families =
        ["minLength", "maxLength", "pattern", "minimum", "maximum", "multipleOf", "items", "properties"];
    !object.contains_key("type") && families.iter().any(|keyword| object.contains_key(*keyword))
}

fn any(schema: &Value, fits: &dyn Fn(&serde_json::Map<String, Value>) -> bool) -> bool {
    match schema {
        Value::Object(members) => fits(members) || members.values().any(|member| any(member, fits)),
        Value::Array(items) => items.iter().any(|item| any(item, fits)),
        _ => false,
    }
}

fn has(writer: &Value, reader: &Value, keyword: &str) -> bool {
    [writer, reader].iter().any(|schema| any(schema, &|object| object.contains_key(keyword)))
}

fn explanation(writer: &Value, reader: &Value) -> Option<&'static str> {
    if is_format(writer, reader) {
        return Some("`format` is asserted by validators and not compared");
    }
    CLASSES.iter().find(|class| (class.fits)(writer, reader)).map(|class| class.why)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn accepted_changes_lose_documents_only_in_the_known_classes((writer, reader) in pair()) {
        if is_compatible(&writer, &reader)
            && let Containment::Refuted { witness } = contains(&parse(&reader), &parse(&writer))
        {
            prop_assert!(explanation(&writer, &reader).is_some(), "{} -> {} loses {}", writer, reader, witness);
        }
    }

    #[test]
    fn a_proof_is_not_refuted_by_any_document_that_the_crate_accepts((writer, reader) in pair()) {
        if contains(&parse(&reader), &parse(&writer)) == Containment::Proven {
            let build = |schema: &Value| {
                let options = jsonschema::options().with_draft(jsonschema::Draft::Draft7).offline();
                options.build(schema)
            };
            if let (Ok(writes), Ok(reads)) = (build(&writer), build(&reader)) {
                for document in documents() {
                    prop_assert!(!writes.is_valid(&document) || reads.is_valid(&document), "{}", document);
                }
            }
        }
    }

    #[test]
    fn the_sound_policy_is_the_answer_of_containment((writer, reader) in pair()) {
        let found = compare(&writer, &reader, Policy::Sound);
        let expected = match contains(&parse(&reader), &parse(&writer)) {
            Containment::Proven => true,
            Containment::Refuted { .. } => false,
            Containment::Undecided => is_compatible(&writer, &reader),
        };
        prop_assert_eq!(found.is_compatible(), expected);
    }
}

/// Documents over the words of the generator.
fn documents() -> Vec<Value> {
    let mut documents: Vec<Value> = serde_json::from_str(
        r#"[null, true, false, -4, -1, 0, 1, 2, 2.5, 3, 6, 9, "", "a", "b", "ab", "abcd", "aaaaaaaa", "d",
            "2026-01-31", [], [1], [1, 1], ["a", null], [{}, {}], {}]"#,
    )
    .unwrap_or_default();
    let scalars = documents.clone();
    for name in ["a", "b", "d", "zz"] {
        for value in &scalars {
            documents.push(serde_json::json!({name: value}));
            documents.push(serde_json::json!({name: value, "c": "a"}));
        }
    }
    documents
}

#[test]
fn every_class_says_why() {
    for class in &CLASSES {
        assert!(class.why.len() > 20);
    }
}
