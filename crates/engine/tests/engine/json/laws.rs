//! What must hold for all schemas.

use chancery_engine::difference::{CompareOptions, Policy};
use chancery_engine::json::JsonSchema;
use chancery_engine::tree;
use chancery_engine::{Limits, SchemaError};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::arbitrary::{pair, schema};
use super::{compare, is_compatible, parse, try_parse};

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn canonical_and_normalized_texts_are_idempotent(schema in schema()) {
        let parsed = parse(&schema);
        let canonical = parsed.canonical();
        let again = try_parse(&canonical)?;
        prop_assert_eq!(&again.canonical(), &canonical);
        let normalized = parsed.normalized();
        prop_assert_eq!(&again.normalized(), &normalized);
        prop_assert_eq!(&try_parse(&normalized)?.normalized(), &normalized);
        prop_assert_eq!(&try_parse(&normalized)?.canonical(), &normalized);
    }

    #[test]
    fn a_schema_reads_its_own_data(schema in schema()) {
        for policy in [Policy::Reference, Policy::Lenient] {
            let found = compare(&schema, &schema, policy);
            let incompatible: Vec<_> = found.incompatible().map(|difference| difference.rule.id).collect();
            prop_assert!(incompatible.is_empty(), "{:?}", incompatible);
        }
    }

    #[test]
    fn a_schema_against_itself_is_never_undecided(schema in schema(), max_steps in 0_u64..60) {
        let limits = Limits { max_steps, ..Limits::default() };
        let (reader, writer) = (parse(&schema), parse(&schema));
        let found = JsonSchema::compare(&reader, &writer, &CompareOptions { limits, ..CompareOptions::default() });
        prop_assert!(found.is_compatible() && found.steps <= max_steps, "{} steps", found.steps);
    }

    #[test]
    fn lenient_accepts_what_strict_accepts((writer, reader) in pair()) {
        if is_compatible(&writer, &reader) {
            prop_assert!(compare(&writer, &reader, Policy::Lenient).is_compatible());
        }
    }

    #[test]
    fn everything_may_become_the_empty_schema(schema in schema()) {
        for free in [json!({}), json!(true)] {
            prop_assert!(is_compatible(&schema, &free), "{}", schema);
        }
    }

    #[test]
    fn a_change_means_the_same_inside_a_property_an_array_and_a_reference((writer, reader) in pair()) {
        type Wrap = fn(&Value) -> Value;
        let wraps: [Wrap; 6] = [
            |schema| json!({"properties": {"p": schema}}),
            |schema| json!({"items": schema}),
            |schema| json!({"items": [{}, schema]}),
            |schema| json!({"additionalProperties": schema}),
            |schema| json!({"dependencies": {"p": schema}}),
            |schema| json!({"properties": {"p": {"$ref": "#/definitions/x"}}, "definitions": {"x": schema}}),
        ];
        let below = |wrap: Wrap| match (&writer, &reader) {
            // Additional properties and dependencies know booleans of their own.
            (Value::Bool(_), _) | (_, Value::Bool(_)) => is_compatible(&writer, &reader),
            _ => is_compatible(&wrap(&writer), &wrap(&reader)),
        };
        for wrap in wraps {
            prop_assert_eq!(below(wrap), is_compatible(&writer, &reader));
        }
    }

    #[test]
    fn not_turns_the_question_around((writer, reader) in pair()) {
        let found = is_compatible(&json!({"not": writer}), &json!({"not": reader}));
        prop_assert_eq!(found, is_compatible(&reader, &writer));
    }

    #[test]
    fn order_of_members_and_annotations_decide_nothing((writer, reader) in pair(), title in "[a-z]{0,3}") {
        let expected = is_compatible(&writer, &reader);
        let normalized = |schema: &Value| -> Value {
            serde_json::from_str(&parse(schema).normalized()).unwrap_or_default()
        };
        prop_assert_eq!(is_compatible(&normalized(&writer), &normalized(&reader)), expected);
        let mut titled = reader.clone();
        if let Some(object) = titled.as_object_mut() {
            object.insert("title".to_owned(), json!(title));
            object.insert("description".to_owned(), json!(title));
        }
        prop_assert_eq!(is_compatible(&writer, &titled), expected);
    }

    #[test]
    fn findings_are_incompatible_exactly_when_their_rule_says_so((writer, reader) in pair()) {
        let found = compare(&writer, &reader, Policy::Reference);
        for difference in &found.differences {
            prop_assert_eq!(difference.incompatible, difference.rule.breaks_under(Policy::Reference));
            prop_assert!(difference.path.starts_with("#/"));
        }
        prop_assert!(found.steps <= Limits::default().max_steps);
    }

    #[test]
    fn the_parser_never_panics_on_damaged_texts(schema in schema(), cut in any::<prop::sample::Index>(), with in any::<char>()) {
        let text = schema.to_string();
        let mut at = cut.index(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let damaged = format!("{}{with}{}", &text[..at], &text[at..].chars().skip(1).collect::<String>());
        if let Ok(parsed) = try_parse(&damaged) {
            let canonical = parsed.canonical();
            let same = try_parse(&canonical).map(|again| again.canonical());
            prop_assert_eq!(same, Ok::<_, SchemaError>(canonical));
            prop_assert!(parsed.tags().len() < 1_000);
        }
    }

    #[test]
    fn any_json_value_under_any_keyword_is_read_or_refused(
        keyword in prop::sample::select(vec![
            "type", "enum", "const", "properties", "required", "items", "prefixItems", "contains", "minContains",
            "$ref", "$id", "$anchor", "definitions", "$defs", "dependencies", "dependentRequired", "patternProperties",
            "additionalProperties", "unevaluatedItems", "multipleOf", "minimum", "exclusiveMinimum", "pattern", "title",
            "allOf", "not", "if", "then", "format", "default", "$schema", "propertyNames", "uniqueItems", "maxLength",
        ]),
        value in schema(),
        modern in any::<bool>(),
    ) {
        let draft = if modern { "https://json-schema.org/draft/2020-12/schema" } else { "x" };
        for value in [value.clone(), json!([value.clone()]), json!("a"), json!(3), json!(1.5), Value::Null] {
            let text = json!({"$schema": draft, "properties": {"p": {keyword: value}}}).to_string();
            if let Ok(parsed) = try_parse(&text) {
                let node = tree::parse(&parsed.canonical(), tree::Leniency::Strict, &Limits::default());
                prop_assert!(node.is_ok());
            }
        }
    }
}
