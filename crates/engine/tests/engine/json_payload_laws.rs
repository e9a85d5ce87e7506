//! Laws of the JSON payload validator, on random schemas and payloads.

use chancery_engine::json::JsonValidator;
use chancery_engine::violation::{Formats, MAX_FINDINGS, PayloadOptions, ValidatorOptions};
use chancery_engine::{Limits, Outcome, tree};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Values over few names and numbers, so that schemas and payloads meet.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-3i64..4).prop_map(Value::from),
        prop_oneof![Just(0.5), Just(2.0), Just(-1.25)].prop_map(Value::from),
        "[ab]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[abc]", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Schemas of many keywords; references lead to the root or to one of two definitions.
fn schema() -> impl Strategy<Value = Value> {
    let kind = prop_oneof!["string", "integer", "number", "boolean", "null", "array", "object"]
        .prop_map(Value::from);
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        kind.prop_map(|kind| json!({"type": kind})),
        (-2i64..3).prop_map(|limit| json!({"minimum": limit})),
        (-2i64..3).prop_map(|limit| json!({"exclusiveMaximum": limit})),
        (0u8..3).prop_map(|limit| json!({"maxLength": limit, "minItems": limit})),
        value().prop_map(|value| json!({"const": value})),
        prop::collection::vec(value(), 1..4).prop_map(|options| json!({"enum": options})),
        Just(json!({"pattern": "^(?!b)a*"})),
        Just(json!({"uniqueItems": true, "required": ["a"]})),
        Just(json!({"$ref": "#/definitions/one"})),
        Just(json!({"properties": {"a": {"$ref": "#"}}})),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(|parts| json!({"allOf": parts})),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|parts| json!({"anyOf": parts})),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|parts| json!({"oneOf": parts})),
            inner.clone().prop_map(|part| json!({"not": part})),
            inner.clone().prop_map(|part| json!({"items": part})),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| json!({"if": a, "then": b})),
            (inner.clone(), inner.clone())
                .prop_map(|(a, rest)| json!({"properties": {"a": a}, "additionalProperties": rest})),
            inner.prop_map(|part| json!({"patternProperties": {"^b": part}, "maxProperties": 2})),
        ]
    })
}

fn with_definitions(root: Value, one: &Value) -> Value {
    let mut members = match root {
        Value::Object(members) => members,
        other => serde_json::Map::from_iter([("allOf".to_owned(), json!([other]))]),
    };
    members.insert("definitions".to_owned(), json!({"one": one}));
    Value::Object(members)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_verdict_is_that_of_the_bare_library(root in schema(), one in schema(), payload in value()) {
        let schema = with_definitions(root, &one);
        let options = ValidatorOptions { formats: Formats::Annotate };
        let Ok(validator) = JsonValidator::compile(&schema.to_string(), &[], &options) else {
            // Refused for what it would cost; the bare library might never answer.
            return Ok(());
        };
        let bare = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft7)
            .should_validate_formats(false)
            .offline()
            .build(&schema)
            .expect("what compiles behind the budget compiles without it");
        let text = serde_json::to_string_pretty(&payload).expect("a value prints");
        let report = validator.validate(text.as_bytes(), &PayloadOptions::default());
        let expected = if bare.is_valid(&payload) { Outcome::Valid } else { Outcome::Invalid };
        prop_assert_eq!(report.outcome(), expected, "{} {}", schema, payload);
        prop_assert_eq!(report.findings.is_empty(), expected == Outcome::Valid);
    }

    #[test]
    fn findings_stand_in_document_order_at_values_that_exist(root in schema(), one in schema(), payload in value()) {
        let schema = with_definitions(root, &one).to_string();
        let Ok(validator) = JsonValidator::compile(&schema, &[], &ValidatorOptions::default()) else { return Ok(()) };
        let text = payload.to_string();
        let report = validator.validate(text.as_bytes(), &PayloadOptions::default());
        prop_assert!(report.findings.len() <= MAX_FINDINGS);
        let tree = tree::parse(&text, tree::Leniency::Strict, &Limits::default()).expect("the payload is JSON");
        let mut last = 0;
        for finding in &report.findings {
            prop_assert!(payload.pointer(&finding.pointer).is_some(), "{}", finding.pointer);
            let offset = finding.pointer.split('/').skip(1).try_fold(&tree, |node, token| match &node.value {
                tree::Value::Array(items) => items.get(token.parse::<usize>().ok()?),
                _ => node.get(token),
            });
            let offset = offset.map_or(0, |node| node.offset);
            prop_assert!(last <= offset, "{:?}", report);
            last = offset;
        }
    }
}
