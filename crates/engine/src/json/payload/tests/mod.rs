//! Behaviour of the validator as a whole; what bounds its work stands in `bounds`.

mod bounds;

use super::*;
use crate::violation::Formats;
use crate::{Outcome, Violation};

fn compiled(schema: &str) -> JsonValidator {
    with_references(schema, &[])
}

fn with_references(schema: &str, references: &[(&str, &str)]) -> JsonValidator {
    let dependencies: Vec<Dependency> = references
        .iter()
        .map(|(name, text)| Dependency { name: (*name).to_owned(), text: (*text).to_owned(), origin: None })
        .collect();
    JsonValidator::compile(schema, &dependencies, &ValidatorOptions::default()).expect(schema)
}

fn report(schema: &str, payload: &str) -> Report {
    compiled(schema).validate(payload.as_bytes(), &PayloadOptions::default())
}

fn outcome(schema: &str, payload: &str) -> Outcome {
    report(schema, payload).outcome()
}

fn found(schema: &str, payload: &str) -> Vec<(String, String)> {
    report(schema, payload).findings.into_iter().map(|finding| (finding.rule, finding.pointer)).collect()
}

fn refused(schema: &str) -> String {
    match JsonValidator::compile(schema, &[], &ValidatorOptions::default()) {
        Err(SchemaError::Unsupported(reason)) => reason,
        other => panic!("expected a refusal of {schema}, got {other:?}"),
    }
}

const ORDER: &str = r##"{
    "type": "object",
    "required": ["id", "items"],
    "properties": {
        "id": {"type": "string", "minLength": 2},
        "items": {"type": "array", "items": {"$ref": "#/definitions/item"}},
        "at": {"format": "date-time"}
    },
    "additionalProperties": false,
    "definitions": {"item": {"type": "object", "properties": {"qty": {"type": "integer", "minimum": 1}}}}
}"##;

#[test]
fn a_payload_that_matches_has_no_findings() {
    let payload = r#"{"id": "A1", "items": [{"qty": 1}], "at": "2026-05-12T14:22:31Z"}"#;
    assert_eq!(report(ORDER, payload), Report::default());
}

#[test]
fn findings_come_in_the_order_of_the_text_with_both_pointers() {
    let payload = r#"{"zz": 1, "items": [{"qty": "x"}, {"qty": 0}], "at": "2026-05-12T14:22:31", "id": "A"}"#;
    let findings = report(ORDER, payload).findings;
    let short: Vec<_> = findings.iter().map(|f| (f.rule.as_str(), f.pointer.as_str())).collect();
    assert_eq!(
        short,
        [
            ("schema.json.additionalProperties", ""),
            ("schema.json.type", "/items/0/qty"),
            ("schema.json.minimum", "/items/1/qty"),
            ("schema.json.format", "/at"),
            ("schema.json.minLength", "/id"),
        ]
    );
    assert_eq!(findings[1].schema_pointer.as_deref(), Some("/definitions/item/properties/qty/type"));
    assert_eq!(findings[1].message, "expected integer, found string");
    assert_eq!(findings[1].expected.as_deref(), Some("integer"));
}

/// Place in the schema of the only finding.
fn place_of(schema: &str, dependencies: &[(&str, &str)], payload: &str) -> String {
    let validator = with_references(schema, dependencies);
    let findings = validator.validate(payload.as_bytes(), &PayloadOptions::default()).findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings[0].schema_pointer.clone().expect("a place")
}

#[test]
fn a_finding_of_a_referenced_document_names_it() {
    const ZIP: &str =
        r#"{"properties": {"zip": {"type": "string"}}, "definitions": {"n": {"type": "integer"}}}"#;
    let identified = ZIP.replacen('{', r#"{"$id": "https://a.example/addr", "#, 1);
    let inside = r#"{"definitions": {"a": {"$id": "https://a.example/inside", "properties": {"zip": {"type": "string"}}}}}"#;
    for (schema, document, payload, expected) in [
        (
            r#"{"properties": {"a": {"$ref": "addr.json"}}}"#,
            ZIP,
            r#"{"a": {"zip": 1}}"#,
            "addr.json#/properties/zip/type",
        ),
        (
            r#"{"properties": {"a": {"$ref": "addr.json"}}}"#,
            &identified,
            r#"{"a": {"zip": 1}}"#,
            "addr.json#/properties/zip/type",
        ),
        (
            r#"{"properties": {"a": {"$ref": "./addr.json#/definitions/n"}}}"#,
            ZIP,
            r#"{"a": "x"}"#,
            "addr.json#/definitions/n/type",
        ),
        (
            r#"{"properties": {"a": {"$ref": "addr.json#/definitions/a"}}}"#,
            inside,
            r#"{"a": {"zip": 1}}"#,
            "addr.json#/definitions/a/properties/zip/type",
        ),
        (
            r#"{"$id": "https://a.example/root", "properties": {"a": {"$ref": "addr.json"}}}"#,
            ZIP,
            r#"{"a": {"zip": 1}}"#,
            "addr.json#/properties/zip/type",
        ),
        (
            r#"{"$id": "https://a.example/root", "properties": {"a": {"$ref": "addr.json"}, "b": {"type": "null"}}}"#,
            ZIP,
            r#"{"b": 1}"#,
            "/properties/b/type",
        ),
        (
            r##"{"properties": {"a": {"$ref": "#/definitions/n"}, "b": {"$ref": "addr.json"}}, "definitions": {"n": {"type": "null"}}}"##,
            ZIP,
            r#"{"a": 1}"#,
            "/definitions/n/type",
        ),
    ] {
        assert_eq!(place_of(schema, &[("addr.json", document)], payload), expected, "{schema}");
    }
}

#[test]
fn a_finding_inside_an_identified_schema_points_from_the_root() {
    let schema = r#"{"$id": "https://a.example/root", "properties": {"a": {"$id": "inside", "properties": {"zip": {"type": "string"}}}}}"#;
    assert_eq!(place_of(schema, &[], r#"{"a": {"zip": 1}}"#), "/properties/a/properties/zip/type");
}

#[test]
fn messages_never_carry_values_of_the_payload() {
    let schemas = [
        r#"{"type": "integer"}"#,
        r#"{"const": "other"}"#,
        r#"{"enum": ["a", "b"]}"#,
        r#"{"pattern": "^x"}"#,
        r#"{"maxLength": 1}"#,
        r#"{"format": "email"}"#,
        r#"{"not": {"type": "string"}}"#,
        r#"{"anyOf": [{"type": "integer"}, {"maxLength": 1}]}"#,
        r#"{"oneOf": [{"type": "string"}, {"minLength": 1}]}"#,
        r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "null", "unevaluatedItems": false}"#,
    ];
    for schema in schemas {
        let findings = report(schema, r#""hunter2 secret""#).findings;
        assert!(!findings.is_empty(), "{schema}");
        for Violation { message, expected, .. } in findings {
            assert!(!message.contains("hunter2"), "{schema}: {message}");
            assert!(!expected.unwrap_or_default().contains("hunter2"), "{schema}");
        }
    }
}

#[test]
fn no_more_than_a_hundred_findings_are_listed() {
    let payload = format!("[{}]", vec!["\"x\""; 150].join(","));
    let report = report(r#"{"items": {"type": "integer"}}"#, &payload);
    assert_eq!(report.findings.len(), 100);
    assert!(report.truncated);
    assert_eq!(report.findings[99].pointer, "/99");
}

#[test]
fn text_that_is_not_json_is_a_syntax_violation() {
    for payload in ["", "{", "{\"a\":}", "nul", "[1,]", "1 2", "\u{feff}1"] {
        let findings = found("true", payload);
        assert_eq!(findings, [("schema.json.syntax".to_owned(), String::new())], "{payload}");
    }
    let report = compiled("true").validate(b"\"\xff\"", &PayloadOptions::default());
    assert_eq!(report.findings[0].rule, "schema.json.syntax");
}

#[test]
fn numbers_of_any_size_are_compared_exactly() {
    for (schema, valid, invalid) in [
        (r#"{"exclusiveMinimum": 9007199254740992}"#, "9007199254740993", "9007199254740992"),
        (r#"{"maximum": 9007199254740992}"#, "9007199254740992.0", "9007199254740992.5"),
        (r#"{"maximum": 18446744073709551616}"#, "18446744073709551616", "18446744073709551617"),
        (r#"{"exclusiveMaximum": 1e-400}"#, "0", "1e-400"),
        (r#"{"minimum": 1e400}"#, "1e401", "1e399"),
        (
            r#"{"const": 100000000000000000000000001}"#,
            "100000000000000000000000001",
            "100000000000000000000000002",
        ),
        (r#"{"enum": [0.1, 7]}"#, "0.10", "0.10000000000000000001"),
        (r#"{"const": 1e400}"#, "10e399", "1e401"),
        (r#"{"multipleOf": 3}"#, "100000000000000000000000002", "100000000000000000000000001"),
        (r#"{"multipleOf": 0.1}"#, "0.3", "0.35"),
        (r#"{"type": "integer"}"#, "123456789012345678901234567890", "1e-400"),
        (r#"{"type": "integer"}"#, "1e400", "1.0000000000000000000001"),
        (r#"{"uniqueItems": true}"#, "[1, 1.0000000000000000000001, 1e400]", "[1e400, 10e399]"),
    ] {
        assert_eq!(outcome(schema, valid), Outcome::Valid, "{schema} {valid}");
        assert_eq!(outcome(schema, invalid), Outcome::Invalid, "{schema} {invalid}");
    }
}

#[test]
fn a_finding_is_named_after_the_keyword_at_its_place() {
    let newest = r#""$schema": "https://json-schema.org/draft/2020-12/schema""#;
    for (schema, payload, keyword, pointer) in [
        (r#"{"additionalProperties": false}"#.to_owned(), r#"{"a": 1}"#, "additionalProperties", ""),
        (
            r#"{"properties": {"b": true}, "additionalProperties": false}"#.to_owned(),
            r#"{"a": 1}"#,
            "additionalProperties",
            "",
        ),
        (r#"{"properties": {"items": false}}"#.to_owned(), r#"{"items": 1}"#, "properties", "/items"),
        (r#"{"patternProperties": {"^a": false}}"#.to_owned(), r#"{"a": 1}"#, "patternProperties", "/a"),
        (r#"{"items": false}"#.to_owned(), "[1]", "items", "/0"),
        (r#"{"items": [false]}"#.to_owned(), "[1]", "items", "/0"),
        (format!(r#"{{{newest}, "prefixItems": [true, false]}}"#), "[1, 2]", "prefixItems", "/1"),
        (r#"{"propertyNames": false}"#.to_owned(), r#"{"a": 1}"#, "propertyNames", ""),
        (r#"{"propertyNames": {"minLength": 3}}"#.to_owned(), r#"{"a": 1}"#, "propertyNames", ""),
        (
            format!(r#"{{{newest}, "dependentSchemas": {{"a": false}}}}"#),
            r#"{"a": 1}"#,
            "dependentSchemas",
            "",
        ),
        (
            format!(r#"{{{newest}, "dependentRequired": {{"a": ["b"]}}}}"#),
            r#"{"a": 1}"#,
            "dependentRequired",
            "",
        ),
        (r#"{"dependencies": {"a": false}}"#.to_owned(), r#"{"a": 1}"#, "dependencies", ""),
        (r#"{"dependencies": {"a": ["b"]}}"#.to_owned(), r#"{"a": 1}"#, "dependencies", ""),
        (format!(r#"{{{newest}, "contains": {{"type": "null"}}}}"#), "[1]", "contains", ""),
        (format!(r#"{{{newest}, "contains": true, "minContains": 2}}"#), "[1]", "minContains", ""),
        (format!(r#"{{{newest}, "contains": true, "maxContains": 1}}"#), "[1, 2]", "maxContains", ""),
        (r#"{"allOf": [{"type": "integer"}, false]}"#.to_owned(), "1", "allOf", ""),
        (r##"{"$ref": "#/definitions/none", "definitions": {"none": false}}"##.to_owned(), "1", "false", ""),
        ("false".to_owned(), "1", "false", ""),
    ] {
        let expected = [(format!("schema.json.{keyword}"), pointer.to_owned())];
        assert_eq!(found(&schema, payload), expected, "{schema}");
    }
}

#[test]
fn the_draft_is_read_from_the_schema_and_is_draft_7_otherwise() {
    let with = |uri: &str| format!(r#"{{"$schema": "{uri}", "type": "integer"}}"#);
    assert_eq!(outcome(&with("http://json-schema.org/draft-04/schema#"), "1.0"), Outcome::Invalid);
    assert_eq!(outcome(&with("https://json-schema.org/draft-06/schema"), "1.0"), Outcome::Valid);
    assert_eq!(outcome(&with("urn:our-own-dialect"), "1.0"), Outcome::Valid);
    // Draft 7 knows array `items`, not `prefixItems`.
    assert_eq!(outcome(r#"{"prefixItems": [{"type": "string"}]}"#, "[1]"), Outcome::Valid);
    assert_eq!(outcome(r#"{"items": [{"type": "string"}]}"#, "[1]"), Outcome::Invalid);
    let newest =
        r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "prefixItems": [{"type": "string"}]}"#;
    assert_eq!(outcome(newest, "[1]"), Outcome::Invalid);
}

#[test]
fn formats_follow_the_setting() {
    let naive = br#""2026-05-12T14:22:31""#;
    let newest = r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "format": "date-time"}"#;
    for (schema, formats, expected) in [
        (newest, Formats::Assert, Outcome::Invalid),
        (newest, Formats::Annotate, Outcome::Valid),
        (newest, Formats::DraftDefault, Outcome::Valid),
        (r#"{"format": "date-time"}"#, Formats::Annotate, Outcome::Valid),
        (r#"{"format": "date-time"}"#, Formats::DraftDefault, Outcome::Invalid),
        (r#"{"format": "uuid"}"#, Formats::Assert, Outcome::Invalid),
        (r#"{"format": "hostname"}"#, Formats::Assert, Outcome::Valid),
        (r#"{"format": "of our own"}"#, Formats::Assert, Outcome::Valid),
    ] {
        let validator = JsonValidator::compile(schema, &[], &ValidatorOptions { formats }).expect(schema);
        let report = validator.validate(naive, &PayloadOptions::default());
        assert_eq!(report.outcome(), expected, "{schema} {formats:?}");
    }
    assert_eq!(outcome(r#"{"format": "uuid"}"#, r#""8b6a2ff4-26a3-4f0e-9c1c-2b1d6f0c9a11""#), Outcome::Valid);
}

#[test]
fn references_are_found_by_name_against_every_base() {
    let address = r##"{"type": "object", "required": ["zip"], "definitions": {"zip": {"type": "string"}},
        "properties": {"zip": {"$ref": "#/$defs/zip"}, "country": {"$ref": "country.json#/definitions/code"}}}"##;
    let country = r#"{"definitions": {"code": {"type": "string", "maxLength": 2}}}"#;
    let references = [("address.json", address), ("country.json", country), ("unused", "{}")];
    for root in [
        r#"{"properties": {"to": {"$ref": "address.json"}}}"#,
        r#"{"properties": {"to": {"$ref": "./address.json#"}}}"#,
        r#"{"$id": "https://example.com/orders/order.json", "properties": {"to": {"$ref": "address.json"}}}"#,
        r#"{"$id": "/order.json", "properties": {"to": {"$ref": "address.json"}}}"#,
    ] {
        let validator = with_references(root, &references);
        let check = |payload: &str| validator.validate(payload.as_bytes(), &PayloadOptions::default());
        assert_eq!(check(r#"{"to": {"zip": "1", "country": "AT"}}"#).outcome(), Outcome::Valid, "{root}");
        let rules: Vec<_> =
            check(r#"{"to": {"zip": 1, "country": "AUT"}}"#).findings.into_iter().map(|f| f.rule).collect();
        assert_eq!(rules, ["schema.json.type", "schema.json.maxLength"], "{root}");
    }
    let absolute = [("https://example.com/a.json", country)];
    let validator = with_references(r#"{"$ref": "https://example.com/a.json#/definitions/code"}"#, &absolute);
    assert_eq!(validator.validate(b"\"xxx\"", &PayloadOptions::default()).outcome(), Outcome::Invalid);
}

#[test]
fn schemas_that_cannot_validate_say_why() {
    for (schema, reason) in [
        (r#"{"$ref": "https://example.com/elsewhere.json"}"#, "example.com"),
        (r#"{"$ref": "file:///etc/passwd"}"#, "file:"),
        (r##"{"$ref": "#/definitions/none"}"##, "none"),
        (r#"{"minLength": -1}"#, "minimum"),
        (r#"{"pattern": "a++"}"#, "regex"),
    ] {
        assert!(refused(schema).contains(reason), "{schema}: {}", refused(schema));
    }
}

#[test]
fn duplicate_members_count_by_the_last_one() {
    assert_eq!(
        outcome(r#"{"properties": {"a": {"type": "string"}}}"#, r#"{"a": 1, "a": "x"}"#),
        Outcome::Valid
    );
}

#[test]
fn the_dot_of_a_pattern_is_no_line_terminator() {
    for (text, expected) in [
        (r#""a""#, Outcome::Valid),
        (r#""\u0085""#, Outcome::Valid),
        (r#""\n""#, Outcome::Invalid),
        (r#""\r""#, Outcome::Invalid),
        (r#""\u2028""#, Outcome::Invalid),
        (r#""\u2029""#, Outcome::Invalid),
    ] {
        assert_eq!(outcome(r#"{"pattern": "^.$"}"#, text), expected, "{text}");
        assert_eq!(outcome(r#"{"pattern": "^(?!x).$"}"#, text), expected, "{text}");
        let named = r#"{"patternProperties": {"^.$": true}, "additionalProperties": false}"#;
        assert_eq!(outcome(named, &format!("{{{text}: 1}}")), expected, "{text}");
    }
    let schema = r#"{"patternProperties": {"^a.": {"pattern": "^.[.]$"}}}"#;
    let finding = &report(schema, r#"{"ab": "xy"}"#).findings[0];
    assert_eq!(finding.expected.as_deref(), Some("a match of the pattern `^.[.]$`"));
    assert_eq!(finding.schema_pointer.as_deref(), Some("/patternProperties/^a./pattern"));
    let through = r##"{"patternProperties": {"^a.": {"type": "null"}},
        "properties": {"b": {"$ref": "#/patternProperties/%5Ea."}}}"##;
    assert_eq!(found(through, r#"{"b": 1}"#), [("schema.json.type".to_owned(), "/b".to_owned())]);
}

#[test]
fn keywords_on_contents_came_with_draft_7() {
    for (keyword, payload) in [
        (r#""contentEncoding": "base64""#, r#""!""#),
        (r#""contentMediaType": "application/json""#, r#""{""#),
        (r#""contentEncoding": "base64", "contentMediaType": "application/json""#, r#""!""#),
    ] {
        let schema = |draft: &str| {
            format!(r#"{{"$schema": "http://json-schema.org/draft-0{draft}/schema#", {keyword}}}"#)
        };
        let outcomes = ["4", "6", "7"].map(|draft| outcome(&schema(draft), payload));
        assert_eq!(outcomes, [Outcome::Valid, Outcome::Valid, Outcome::Invalid], "{keyword}");
    }
}
