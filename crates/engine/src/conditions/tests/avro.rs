//! Inline rules of Avro, and rules without a place in all formats.

use super::*;

const AVRO: &str = r#"{"type": "record", "name": "Order", "namespace": "com.example",
    "confluent:rules": [{"name": "window", "doc": "ends after it starts", "expr": "this.end > this.start"}],
    "fields": [
        {"name": "start", "type": "long"},
        {"name": "end", "type": "long"},
        {"name": "addr", "type": ["null", {"type": "record", "name": "Addr", "fields": [
            {"name": "zip", "type": "string", "confluent:rules": [
                {"name": "zip", "expr": "this.size() == 5 ? '' : 'five characters'"}]}]}]},
        {"name": "others", "type": {"type": "array", "items": "Addr"}},
        {"name": "note", "type": ["null", "string"], "confluent:rules": [
            {"name": "note", "expr": "this != 'forbidden'"}]}
    ]}"#;

#[test]
fn inline_rules_of_avro_are_found_on_records_and_fields() {
    let good = r#"{"start": 1, "end": 2, "addr": {"zip": "12345"}, "others": [], "note": null}"#;
    assert_eq!(inline(SchemaType::Avro, AVRO, good), Report::default());
    let bad = r#"{"start": 2, "end": 1, "addr": null, "others": [{"zip": "12345"}, {"zip": "1"}], "note": "forbidden"}"#;
    assert_eq!(
        short(&inline(SchemaType::Avro, AVRO, bad)),
        [
            ("rule.window", "", "`the message`: ends after it starts"),
            ("rule.zip", "/others/1/zip", "`others[1].zip`: five characters"),
            ("rule.note", "/note", "`note`: this != 'forbidden'"),
        ]
    );
}

#[test]
fn inline_rules_that_cost_too_much_on_many_values_leave_the_payload_undecided() {
    let ten = "[1,2,3,4,5,6,7,8,9,0]";
    let costly = format!("({ten} + {ten}).all(x, ({ten} + {ten}).all(y, x + y >= this.v))");
    let rules = format!(
        r#""confluent:rules": [{{"name": "costly", "expr": "{costly}"}}, {{"name": "cheap", "expr": "this.v == 0"}}]"#
    );
    let schema = format!(
        r#"{{"type": "array", "items": {{"type": "record", "name": "I", "fields": [{{"name": "v", "type": "int"}}], {rules}}}}}"#
    );
    let payload = |count: usize| format!("[{}]", vec![r#"{"v":0}"#; count].join(","));
    assert_eq!(inline(SchemaType::Avro, &schema, &payload(100)), Report::default());
    let reason = "rule `costly` would take too many steps on this payload";
    assert_eq!(inline(SchemaType::Avro, &schema, &payload(1_000)), Report::undecided(reason));
    // What was found before stays found.
    let wrong = format!("[{},{}", r#"{"v":-1}"#, &payload(1_000)[1..]);
    let report = inline(SchemaType::Avro, &schema, &wrong);
    assert_eq!(report.indeterminate.as_deref(), Some(reason));
    assert_eq!(report.outcome(), Outcome::Invalid);
}

#[test]
fn rules_in_an_avro_union_are_those_of_the_branch_of_the_datum() {
    let record = |name: &str, rule: &str, tags: &str| {
        format!(
            r#"{{"type": "record", "name": "{name}", "fields": [{{"name": "amount", "type": "int",
                "confluent:tags": [{tags}],
                "confluent:rules": [{{"name": "{name}", "expr": "this {rule} 0"}}]}}]}}"#
        )
    };
    let branches = format!(
        r#"[{{"type": "map", "values": "int"}}, {}, {}]"#,
        record("X", "<", ""),
        record("Y", ">", r#""PII""#)
    );
    let field =
        format!(r#"{{"type": "record", "name": "R", "fields": [{{"name": "u", "type": {branches}}}]}}"#);
    for (amount, branch, byte, expected) in
        [("-1", "X", 2, ""), ("-1", "Y", 4, "rule.Y"), ("1", "X", 2, "rule.X"), ("1", "Y", 4, "")]
    {
        let value = if amount == "1" { 2 } else { 1 };
        let member = format!(r#"{{"{branch}": {{"amount": {amount}}}}}"#);
        for (schema, payload, encoding) in [
            (&field, vec![byte, value], Encoding::Binary),
            (&field, format!(r#"{{"u": {member}}}"#).into_bytes(), Encoding::AvroJson),
            (&branches, vec![byte, value], Encoding::Binary),
            (&branches, member.clone().into_bytes(), Encoding::AvroJson),
        ] {
            let rules = rules_of(SchemaType::Avro, &Source::bare(schema));
            let message = datum(schema, &payload, encoding);
            let report = rules.check(&message, &payload, NOW);
            let found: Vec<_> = report.findings.iter().map(|finding| finding.rule.as_str()).collect();
            assert_eq!(found.concat(), expected, "{branch} {amount} {encoding:?}");

            let tags = ["PII".to_owned()];
            let tagged = DomainRule { tags: &tags, ..rule("tagged", "CEL_FIELD", "value != value") };
            let rules = domain_rules(&[tagged], SchemaType::Avro, schema, &[]);
            let report = rules.check(&message, &payload, NOW);
            assert_eq!(report.findings.len(), usize::from(branch == "Y"), "{branch} {encoding:?}");
        }
    }
}

#[test]
fn rules_that_no_value_has_are_named_on_every_payload() {
    let rule = format!("{{{}}}", ruled("r", "this > 2"));
    let why = |schema_type, schema: &str, payload: &str| {
        let report = inline(schema_type, schema, payload);
        assert_eq!(report.outcome(), Outcome::Valid, "{schema}");
        let found = report.findings.into_iter();
        found.map(|f| (f.rule, f.schema_pointer.unwrap_or_default(), f.message)).collect::<Vec<_>>()
    };
    let file = r#"syntax = "proto3"; package p; option (confluent.file_meta).rules = { name: "f", expr: "false" };
        message M { enum E { option (confluent.enum_meta).rules = { name: "e", expr: "false" };
        A = 0 [(confluent.enum_value_meta).rules = { name: "v", expr: "false" }]; } E e = 1; }"#;
    let avro = format!(
        r#"{{"type": "record", "name": "R", "fields": [{{"name": "e", "type":
            {{"type": "enum", "name": "E", "symbols": ["A"], {}}}}}]}}"#,
        ruled("r", "false")
    );
    for (schema_type, schema, payload, expected) in [
        (
            SchemaType::Json,
            format!(r#"{{"not": {{"type": "string", "allOf": [{rule}]}}}}"#),
            "1",
            &[("/not/allOf/0/confluent:rules", "`r`")][..],
        ),
        (
            SchemaType::Json,
            format!(
                r##"{{"propertyNames": {{"$ref": "#/definitions/n"}}, "definitions": {{"n": {rule}}}}}"##
            ),
            r#"{"a": 1}"#,
            &[("/definitions/n/confluent:rules", "`r`")],
        ),
        (
            SchemaType::Json,
            format!(r#"{{"items": [{{}}], "additionalItems": {{"properties": {{"a": {rule}}}}}}}"#),
            r#"[1, {"a": 3}]"#,
            &[("/additionalItems/properties/a/confluent:rules", "`r`")],
        ),
        (
            SchemaType::Json,
            format!(
                r#"{{"$schema": "https://json-schema.org/draft/2020-12/schema", "minContains": 1, "contains": {rule}}}"#
            ),
            "[1]",
            &[("/contains/confluent:rules", "`r`")],
        ),
        (SchemaType::Avro, avro, r#"{"e": "A"}"#, &[("/fields/0/type/confluent:rules", "`r`")]),
        (SchemaType::Protobuf, file.to_owned(), "{}", &[("p", "`f`"), ("p.M.E", "`e`"), ("p.M.E.A", "`v`")]),
    ] {
        let found = why(schema_type, &schema, payload);
        assert_eq!(found.len(), expected.len(), "{schema} {found:?}");
        for ((rule, place, message), (expected_place, name)) in found.iter().zip(expected) {
            assert_eq!((rule.as_str(), place.as_str()), ("rules.not-evaluated", *expected_place), "{schema}");
            assert!(message.contains(name), "{message}");
        }
    }
}

#[test]
fn inline_rules_that_cannot_be_read_are_reported_on_every_payload() {
    let fields = |rules: &str| {
        format!(
            r#"{{"type": "record", "name": "R", "fields": [
                {{"name": "a", "type": ["null", {{"type": "record", "name": "I", "confluent:rules": {rules}, "fields": []}}]}}]}}"#
        )
    };
    let property = |rules: &str| format!(r#"{{"properties": {{"a": {{"confluent:rules": {rules}}}}}}}"#);
    for (rules, places) in [
        (r#"[{"expr": "false"}]"#, &["/0"][..]),
        (r#"[{"name": "a"}, {"name": "b", "expr": "true"}, 1]"#, &["/0", "/2"]),
        (r#"[{"name": 1, "expr": "true"}, {"name": "b", "expr": null}]"#, &["/0", "/1"]),
        (r#""x""#, &[""]),
        (r#"{"name": "a", "expr": "true"}"#, &[""]),
        ("[]", &[]),
        ("null", &[]),
    ] {
        for (schema_type, schema, place) in [
            (SchemaType::Avro, fields(rules), "/fields/0/type/1/confluent:rules"),
            (SchemaType::Json, property(rules), "/properties/a/confluent:rules"),
        ] {
            let report = inline(schema_type, &schema, r#"{"a": null}"#);
            let found: Vec<_> = report
                .findings
                .iter()
                .map(|f| (f.rule.as_str(), f.severity, f.pointer.as_str(), f.schema_pointer.clone()))
                .collect();
            let expected: Vec<_> = places
                .iter()
                .map(|entry| ("rules.not-evaluated", Warning, "", Some(format!("{place}{entry}"))))
                .collect();
            assert_eq!(found, expected, "{schema}");
        }
    }
}
