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
    let rules = [rule("all", "CEL_FIELD", "message.age == 1"), rule("age", "CEL_FIELD", "value != 1")];
    let report = domain(&rules, &message);
    assert_eq!(short(&report)[0].2, "rule `all`: the expression would take too many steps on this payload");
    assert!(!report.truncated, "one finding of the rule");
    let rules: Vec<_> = report.findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(
        rules,
        ["rules.not-evaluable", "rule.age", "rules.not-evaluable"],
        "the next has what is left"
    );
}

/// A rule that measures a list for each of its items would look at 10,000,000,000 values here.
#[test]
fn what_rules_look_at_is_bounded_and_each_rule_says_once_that_it_was_not_evaluated() {
    let items = vec!["\"x\""; 100_000].join(",");
    let message = format!(r#"{{"mail": "", "age": 1, "phones": [{items}]}}"#);
    for expr in ["size(message.phones) > 0", "message.phones.all(phone, phone != name)", "has(message.age)"] {
        let rules =
            [rule("one", "CEL_FIELD", expr), rule("two", "CEL_FIELD", expr), rule("three", "CEL", expr)];
        let report = domain(&rules, &message);
        let found: Vec<_> = report.findings.iter().map(|finding| finding.rule.as_str()).collect();
        assert_eq!(found, ["rules.not-evaluable"; 3], "{expr}");
    }
}
