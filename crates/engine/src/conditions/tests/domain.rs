//! Domain rules.

use super::*;

#[test]
fn field_rules_of_json_schema_see_the_fields_of_the_branch_of_the_value() {
    let schema = r#"{"oneOf": [
        {"properties": {"k": {"const": 1}, "v": {"type": "string"}}, "required": ["k"]},
        {"properties": {"k": {"const": 2}, "v": {"type": "string", "confluent:tags": ["PII"]},
            "l": {"items": {"type": "integer", "confluent:tags": ["PII"]}}}, "required": ["k"]}]}"#;
    let tags = ["PII".to_owned()];
    let rule = DomainRule { tags: &tags, ..rule("r", "CEL_FIELD", "fullName == '$' + name") };
    let rules = domain_rules(&[rule], SchemaType::Json, schema, &[]);
    for (payload, expected) in
        [(r#"{"k": 1, "v": "x"}"#, &[][..]), (r#"{"k": 2, "v": "x", "l": [1, 2]}"#, &["/v", "/l/0", "/l/1"])]
    {
        let report = rules.check(&json(payload), payload.as_bytes(), NOW);
        let found: Vec<_> = report.findings.iter().map(|finding| finding.pointer.as_str()).collect();
        assert_eq!(found, expected, "{payload}");
    }
}

const FIELDS: &str = r#"{"type": "record", "name": "User", "namespace": "com.example", "fields": [
    {"name": "mail", "type": "string", "confluent:tags": ["PII"]},
    {"name": "age", "type": "int"},
    {"name": "phones", "type": {"type": "array", "items": "string"}, "confluent:tags": ["PII"]}]}"#;

fn domain(rules: &[DomainRule<'_>], message: &str) -> Report {
    let tags = [("com.example.User.a?e".to_owned(), vec!["ADULT".to_owned()])];
    domain_rules(rules, SchemaType::Avro, FIELDS, &tags).check(&json(message), message.as_bytes(), NOW)
}

#[test]
fn domain_rules_run_in_order_and_stop_at_the_first_transform() {
    let rules = [
        DomainRule { mode: "READ", ..rule("read", "CEL", "false") },
        DomainRule { disabled: true, ..rule("off", "CEL", "false") },
        DomainRule { doc: Some("adults only"), ..rule("adult", "CEL", "message.age >= 18") },
        DomainRule { on_failure: Some("NONE,ERROR"), ..rule("soft", "CEL", "message.age >= 21") },
        DomainRule { kind: "TRANSFORM", ..rule("change", "CEL_FIELD", "value") },
        rule("after", "CEL", "false"),
    ];
    let report = domain(&rules, r#"{"mail": "a@example.com", "age": 17, "phones": []}"#);
    let found: Vec<_> =
        report.findings.iter().map(|f| (f.rule.as_str(), f.severity, f.message.as_str())).collect();
    assert_eq!(
        found,
        [
            ("rule.adult", Error, "adults only"),
            ("rule.soft", Warning, "message.age >= 21"),
            (
                "rules.not-evaluated",
                Warning,
                "rules from `change` (TRANSFORM, CEL_FIELD) on are not evaluated: a validator does not change payloads"
            ),
        ]
    );
}

#[test]
fn a_condition_in_another_language_hides_none_behind_it() {
    let rules = [rule("other", "JSONATA", "x"), rule("strict", "CEL", "false")];
    let report = domain(&rules, r#"{"mail": "a@example.com", "age": 17, "phones": []}"#);
    let found: Vec<_> = report.findings.iter().map(|f| (f.rule.as_str(), f.severity)).collect();
    assert_eq!(found, [("rule.strict", Error), ("rules.not-evaluated", Warning)]);
    assert_eq!(report.findings[1].message, "condition `other` (JSONATA) is not evaluated: only CEL is");
    let alone = domain(&rules[..1], r#"{"mail": "a@example.com", "age": 17, "phones": []}"#);
    assert_eq!(alone.findings.len(), 1);
}

#[test]
fn keys_that_come_from_the_payload_are_not_repeated() {
    let of = |expr: &str| {
        let report = domain(&[rule("key", "CEL", expr)], r#"{"mail": "S3CR3T", "age": 17, "phones": []}"#);
        report.findings[0].message.clone()
    };
    assert!(of("message.nothing == 1").contains("`nothing`"), "{}", of("message.nothing == 1"));
    assert!(!of("message[message.mail] == 1").contains("S3CR3T"), "{}", of("message[message.mail] == 1"));
}

#[test]
fn field_rules_see_primitives_that_carry_a_tag() {
    let pii = vec!["PII".to_owned()];
    let adult = vec!["ADULT".to_owned()];
    let rules = [
        DomainRule { tags: &pii, ..rule("short", "CEL_FIELD", "typeName == 'STRING' ; value.size() < 9") },
        DomainRule {
            tags: &adult,
            ..rule(
                "adult",
                "CEL_FIELD",
                "fullName == 'com.example.User.age' && value >= 18 && 'ADULT' in tags",
            )
        },
    ];
    let report =
        domain(&rules, r#"{"mail": "long.mail@example.com", "age": 17, "phones": ["1", "123456789"]}"#);
    let found: Vec<_> = report.findings.iter().map(|f| (f.rule.as_str(), f.pointer.as_str())).collect();
    assert_eq!(found, [("rule.short", "/mail"), ("rule.short", "/phones/1"), ("rule.adult", "/age")]);
}

#[test]
fn a_field_rule_that_reads_the_whole_message_for_every_field_is_bounded() {
    let items = vec!["\"x\""; 20_000].join(",");
    let message = format!(r#"{{"mail": "", "age": 1, "phones": [{items}]}}"#);
    let rules = [rule("age", "CEL_FIELD", "name != 'age'"), rule("all", "CEL_FIELD", "message.age == 1")];
    let report = domain(&rules, &message);
    assert_eq!(report.indeterminate.as_deref(), Some("rule `all` would take too many steps on this payload"));
    let found: Vec<_> = report.findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!((found, report.outcome()), (vec!["rule.age"], Outcome::Invalid), "what was found stays found");
    let soft = DomainRule { on_failure: Some("NONE"), ..rules[1] };
    let report = domain(&[soft], &message);
    let found: Vec<_> = report.findings.iter().map(|f| (f.rule.as_str(), f.severity)).collect();
    assert_eq!((found, report.outcome()), (vec![("rules.not-evaluable", Warning)], Outcome::Valid));
}

/// A rule that measures a list for each of its items would look at 10,000,000,000 values here.
#[test]
fn what_rules_look_at_is_bounded() {
    let items = vec!["\"x\""; 100_000].join(",");
    let message = format!(r#"{{"mail": "", "age": 1, "phones": [{items}]}}"#);
    for expr in ["size(message.phones) > 0", "message.phones.all(phone, phone != name)", "has(message.age)"] {
        let rules =
            [rule("one", "CEL_FIELD", expr), rule("two", "CEL_FIELD", expr), rule("three", "CEL", expr)];
        let report = domain(&rules, &message);
        let reason = "rule `one` would take too many steps on this payload";
        assert_eq!(report, Report::undecided(reason), "{expr}");
    }
}

/// The binding is there so that a field can be held against its neighbour.
#[test]
fn the_message_of_a_field_rule_is_what_the_field_is_part_of() {
    let tags = ["MONEY".to_owned()];
    let rule = DomainRule { tags: &tags, ..rule("r", "CEL_FIELD", "message.cur == 'EUR'") };
    let amount = r#""type": "array", "items": "int""#;
    let avro = format!(
        r#"{{"type": "record", "name": "O", "fields": [{{"name": "cur", "type": "string"}}, {{"name": "line", "type":
            {{"type": "record", "name": "L", "fields": [{{"name": "cur", "type": "string"}},
                {{"name": "amount", "type": {{{amount}}}, "confluent:tags": ["MONEY"]}}]}}}}]}}"#
    );
    let json = r#"{"properties": {"line": {"properties": {
        "amount": {"items": {"type": "integer", "confluent:tags": ["MONEY"]}}}}}}"#;
    let protobuf = r#"syntax = "proto3"; import "confluent/meta.proto";
        message O { string cur = 1; L line = 2; }
        message L { string cur = 1; repeated int32 amount = 2 [(confluent.field_meta).tags = "MONEY"]; }"#;
    for (schema_type, schema) in
        [(SchemaType::Avro, &*avro), (SchemaType::Json, json), (SchemaType::Protobuf, protobuf)]
    {
        let rules = domain_rules(&[rule], schema_type, schema, &[]);
        for (outer, inner, holds) in [("USD", "EUR", true), ("EUR", "USD", false)] {
            let payload = format!(r#"{{"cur": "{outer}", "line": {{"cur": "{inner}", "amount": [5]}}}}"#);
            let options = PayloadOptions { encoding: Encoding::Json, ..PayloadOptions::default() };
            let message = decoded(schema_type, &Source::bare(schema), payload.as_bytes(), &options);
            let report = rules.check(&message, payload.as_bytes(), NOW);
            let found: Vec<_> = report.findings.iter().map(|finding| finding.pointer.as_str()).collect();
            let expected = if holds { &[][..] } else { &["/line/amount/0"] };
            assert_eq!(found, expected, "{schema_type} {payload}");
        }
    }
}

#[test]
fn field_rules_see_the_null_of_an_avro_union_and_none_of_json() {
    let check = |schema_type, schema: &str| {
        let rules = domain_rules(&[rule("r", "CEL_FIELD", "value != null")], schema_type, schema, &[]);
        let options = PayloadOptions { encoding: Encoding::Json, ..PayloadOptions::default() };
        let payload = br#"{"m": null}"#;
        let message = decoded(schema_type, &Source::bare(schema), payload, &options);
        rules.check(&message, payload, NOW).findings.len()
    };
    let avro = r#"{"type": "record", "name": "R", "fields": [{"name": "m", "type": ["null", "string"]}]}"#;
    assert_eq!(check(SchemaType::Avro, avro), 1);
    for of_member in [
        r#"{"type": ["string", "null"]}"#,
        r#"{"type": "null"}"#,
        r#"{"oneOf": [{"type": "null"}, {"type": "string"}]}"#,
    ] {
        let schema = format!(r#"{{"properties": {{"m": {of_member}}}}}"#);
        assert_eq!(check(SchemaType::Json, &schema), 0, "{of_member}");
    }
}
