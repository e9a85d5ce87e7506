//! Behaviour of conditions as a whole.

use super::*;
use crate::Severity::{Error, Warning};
use crate::violation::{Encoding, MessageChoice, PayloadOptions, ValidatorOptions};
use crate::{Dependency, Limits, Outcome, Report, Schema, SchemaType, Source, Strictness};

const NOW: Timestamp = Timestamp { seconds: 1_780_000_000, nanos: 0 };

fn json(text: &str) -> Value {
    Value::from_json(&serde_json::from_str(text).expect(text))
}

fn answer(expr: &str, message: &str) -> Answer {
    Condition::compile("r", None, expr).expect(expr).evaluate(&json(message), NOW)
}

fn fails(message: &str) -> Answer {
    Answer::Fails { message: Some(message.to_owned()) }
}

#[test]
fn predicates_hold_or_fail() {
    let order = r#"{"age": 41, "total": 12.5, "mail": "a@example.com", "tags": ["x", "y"], "at": null}"#;
    for (expr, holds) in [
        ("message.age + 1 == 42", true),
        ("type(message.age) == int", true),
        ("message.total > 10.0 && message.age >= 18", true),
        ("message.mail.isEmail()", true),
        ("message.mail.matches('^[a-z]+@')", true),
        ("message.tags.all(t, t.size() == 1)", true),
        ("message.tags.exists(t, t == 'z')", false),
        ("has(message.missing)", false),
        ("message.at == null", true),
        ("now > timestamp('2020-01-01T00:00:00Z')", true),
        ("!message.mail.isUuid()", true),
    ] {
        let expected = if holds { Answer::Holds } else { Answer::Fails { message: None } };
        assert_eq!(answer(expr, order), expected, "{expr}");
    }
}

#[test]
fn a_guard_that_is_false_or_fails_lets_the_payload_pass() {
    assert_eq!(answer("message.kind == 'a' ; message.n > 5", r#"{"kind": "b", "n": 1}"#), Answer::Holds);
    assert_eq!(answer("message.missing == 'a' ; message.n > 5", r#"{"n": 1}"#), Answer::Holds);
    assert_eq!(
        answer("message.kind == 'a' ; message.n > 5", r#"{"kind": "a", "n": 1}"#),
        Answer::Fails { message: None }
    );
}

#[test]
fn errors_on_a_payload_are_failures_without_values() {
    let message = r#"{"name": "hunter2", "n": 0}"#;
    assert_eq!(
        answer("message.age > 1", message),
        fails("the expression reads `age`, which the payload lacks")
    );
    assert_eq!(answer("1 / message.n == 1", message), fails("the expression divides by zero"));
    match answer("message.name + 1 == 2", message) {
        Answer::Fails { message: Some(text) } => assert!(!text.contains("hunter2"), "{text}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn results_that_are_no_verdict_and_unknown_names_are_not_evaluable() {
    assert!(matches!(answer("message.n", r#"{"n": 1}"#), Answer::NotEvaluable(_)));
    assert!(matches!(answer("msg.n == 1", r#"{"n": 1}"#), Answer::NotEvaluable(_)));
}

#[test]
fn expressions_are_refused_when_they_are_long_deep_or_unknown() {
    let refused = |expr: &str| Condition::compile("r", None, expr).expect_err(expr).to_string();
    assert!(refused(&format!("'{}' == ''", "x".repeat(4096))).contains("4096 bytes"));
    assert!(refused("message.all(a, message.all(b, message.all(c, true)))").contains("more than 2"));
    assert!(refused("message.name.frobnicate()").contains("frobnicate"));
    assert!(refused("message.x.matches(message.y)").contains("pattern"));
    assert!(refused(&format!("1{} == 1", " + 1".repeat(40))).contains("deeper than 32"));
    assert!(refused("1 +").contains("parse"));
    assert!(refused("").contains("parse"));
    assert!(Condition::compile("r", None, "message.all(a, message.all(b, true))").is_ok());
}

#[test]
fn work_is_bounded_before_it_is_done() {
    let list = |n: usize| format!(r#"{{"a": [{}]}}"#, vec!["1"; n].join(","));
    let square = "message.a.all(x, message.a.all(y, x == y))";
    assert_eq!(answer(square, &list(100)), Answer::Holds);
    for (expr, message) in [
        (square.to_owned(), list(5_000)),
        (format!("({}).all(x, (message.a).all(y, true))", vec!["message.a"; 28].join(" + ")), list(1_000)),
        ("message.a.map(x, message.a).all(y, y.all(z, message.a.size() > 0))".to_owned(), list(2_000)),
        ("message.a.all(x, 'aaaa'.matches('(a{1,100}){1,100}'))".to_owned(), list(1_000)),
        (
            format!("message.s + {} == ''", vec!["message.s"; 28].join(" + ")),
            format!(r#"{{"s": "{}"}}"#, "x".repeat(1_000_000)),
        ),
    ] {
        let found = answer(&expr, &message);
        assert!(matches!(found, Answer::NotEvaluable(_)), "{expr:.60}: {found:?}");
    }
}

#[test]
fn hostile_expressions_neither_overflow_the_stack_nor_panic() {
    let deep = |open: &str, close: &str, n: usize| format!("{}1{}", open.repeat(n), close.repeat(n));
    let message = json(r#"{"a": {"a": {"a": 1}}, "l": [1, 2]}"#);
    for expr in [
        deep("(", ")", 2_000),
        deep("[", "]", 2_000),
        deep("{1:", "}", 1_000),
        deep("!", "", 4_000),
        deep("-", "", 4_000),
        format!("message{}", ".a".repeat(2_000)),
        format!("message{}", "[0]".repeat(1_000)),
        format!("1{}", "+1".repeat(2_000)),
        format!("1{}", "==1".repeat(1_300)),
        format!("true{}", "&&true".repeat(600)),
        format!("{}1", "true?1:".repeat(500)),
        format!("message{}", ".size()".repeat(500)),
        deep("size(", ")", 600),
        "[1][9223372036854775807] == 1".to_owned(),
        "-9223372036854775808 / -1 == 0".to_owned(),
        "'a'.matches('(((((a{1000}){1000}){1000}){1000}){1000})')".to_owned(),
        "timestamp('9999-12-31T23:59:59Z') + duration('1000000h') > now".to_owned(),
        "{'a': 1}.a.b.c == has(message.a)".to_owned(),
        "message.l.map(x, x / 0).size() == 2".to_owned(),
        "\"\\ud800\" == ''".to_owned(),
        "dyn(message) == message && type(message) == map".to_owned(),
        "message{} == 1".to_owned(),
        ";;;".to_owned(),
    ] {
        if let Ok(condition) = Condition::compile("r", None, &expr) {
            let _ = condition.evaluate(&message, NOW);
        }
    }
}

fn inline(schema_type: SchemaType, schema: &str, message: &str) -> Report {
    let rules = InlineRules::compile(schema_type, &Source::bare(schema)).expect(schema);
    assert!(rules.errors().is_empty(), "{:?}", rules.errors());
    let message = match schema_type {
        SchemaType::Avro => datum(schema, message.as_bytes(), Encoding::Json),
        _ => json(message),
    };
    rules.check(&message, &MessageChoice::First, NOW)
}

/// A valid payload of a schema without references.
fn decoded(schema_type: SchemaType, schema: &str, payload: &[u8], options: &PayloadOptions) -> Value {
    let source = Source::bare(schema);
    let parsed = Schema::parse(schema_type, &source, Strictness::Stored, &Limits::default()).expect(schema);
    let validator = parsed.validator(&ValidatorOptions::default()).expect(schema);
    let report = validator.validate(payload, options);
    assert_eq!(report.outcome(), Outcome::Valid, "{report:?}");
    validator.decode(payload, options).expect("a valid payload has a value")
}

fn datum(schema: &str, payload: &[u8], encoding: Encoding) -> Value {
    decoded(SchemaType::Avro, schema, payload, &PayloadOptions { encoding, ..PayloadOptions::default() })
}

fn short(report: &Report) -> Vec<(&str, &str, &str)> {
    report.findings.iter().map(|f| (f.rule.as_str(), f.pointer.as_str(), f.message.as_str())).collect()
}

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
            let rules = InlineRules::compile(SchemaType::Avro, &Source::bare(schema)).expect(schema);
            let message = datum(schema, &payload, encoding);
            let report = rules.check(&message, &MessageChoice::First, NOW);
            let found: Vec<_> = report.findings.iter().map(|finding| finding.rule.as_str()).collect();
            assert_eq!(found.concat(), expected, "{branch} {amount} {encoding:?}");

            let tags = ["PII".to_owned()];
            let tagged = DomainRule { tags: &tags, ..rule("tagged", "CEL_FIELD", "value != value") };
            let rules = DomainRules::compile(&[tagged], SchemaType::Avro, &Source::bare(schema), &[]);
            let report = rules.expect(schema).check(&message, &MessageChoice::First, NOW);
            assert_eq!(report.findings.len(), usize::from(branch == "Y"), "{branch} {encoding:?}");
        }
    }
}

#[test]
fn order_with_nan_is_false_and_no_error() {
    for expr in ["double('NaN') > 1.0", "1 <= double('NaN')", "message.f < message.f", "message.f >= 1u"] {
        let message = Value::map([("f".to_owned(), Value::from(f64::NAN))]);
        let answer = Condition::compile("r", None, expr).expect(expr).evaluate(&message, NOW);
        assert_eq!(answer, Answer::Fails { message: None }, "{expr}");
    }
    assert_eq!(answer("1 < 2 && 2u >= 1.5 && 'a' < 'b' && !(now < now)", "{}"), Answer::Holds);
    assert_eq!(
        answer("message.s < 1", r#"{"s": "x"}"#),
        fails("the expression applies `_<_` to (string, int)")
    );
}

#[test]
fn inline_rules_of_json_schema_follow_references() {
    let schema = r##"{"type": "object",
        "properties": {"addr": {"$ref": "#/$defs/addr"}, "next": {"$ref": "#"},
            "n": {"oneOf": [{"type": "null"}, {"type": "integer", "confluent:rules": [{"name": "n", "expr": "this > 0"}]}]}},
        "definitions": {"addr": {"properties": {"zip": {"type": "string",
            "confluent:rules": [{"name": "zip", "doc": "five characters", "expr": "size(this) == 5"}]}}}}}"##;
    let payload =
        r#"{"addr": {"zip": "1"}, "n": 0, "next": {"addr": {"zip": "12345"}, "n": null, "next": {"n": -1}}}"#;
    assert_eq!(
        short(&inline(SchemaType::Json, schema, payload)),
        [
            ("rule.zip", "/addr/zip", "`$.addr.zip`: five characters"),
            ("rule.n", "/next/next/n", "`$.next.next.n`: this > 0"),
            ("rule.n", "/n", "`$.n`: this > 0"),
        ]
    );
}

#[test]
fn computed_messages_of_inline_rules_are_not_shown() {
    let schema = r#"{"properties": {"a": {"type": "string",
        "confluent:rules": [{"name": "a", "doc": "no", "expr": "'bad value ' + this"}]}}}"#;
    let report = inline(SchemaType::Json, schema, r#"{"a": "hunter2"}"#);
    assert_eq!(short(&report), [("rule.a", "/a", "`$.a`: no")]);
}

#[test]
fn inline_rules_that_do_not_compile_count_against_the_payload() {
    let schema = r#"{"confluent:rules": [{"name": "a", "expr": "this +"}]}"#;
    let rules = InlineRules::compile(SchemaType::Json, &Source::bare(schema)).expect(schema);
    assert_eq!(rules.errors().len(), 1);
    let report = rules.check(&json("{}"), &MessageChoice::First, NOW);
    assert_eq!(report.findings[0].rule, "rules.not-evaluable");
    assert_eq!(report.outcome(), Outcome::Invalid);
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

#[test]
fn rules_that_cannot_be_read_name_the_document_they_stand_in() {
    let dependency = Dependency {
        name: "addr.json".to_owned(),
        text: r#"{"properties": {"zip": {"confluent:rules": [{"expr": "false"}]}}}"#.to_owned(),
        origin: None,
    };
    let source = Source {
        text: r#"{"properties": {"a": {"$ref": "addr.json"}, "b": {"$ref": "addr.json"}}}"#,
        dependencies: &[dependency],
    };
    let rules = InlineRules::compile(SchemaType::Json, &source).expect("a schema");
    let report = rules.check(&json("{}"), &MessageChoice::First, NOW);
    let places: Vec<_> = report.findings.iter().filter_map(|f| f.schema_pointer.as_deref()).collect();
    assert_eq!(places, ["addr.json#/properties/zip/confluent:rules/0"]);
}

#[test]
fn schemas_that_apply_themselves_many_times_do_not_multiply_the_work() {
    let level = |n: usize| {
        format!(
            r##""l{n}": {{"allOf": [{{"$ref": "#/definitions/l{m}"}}, {{"$ref": "#/definitions/l{m}"}}]}}"##,
            m = n + 1
        )
    };
    let levels: Vec<String> = (0..30).map(level).collect();
    let schema = format!(
        r##"{{"$ref": "#/definitions/l0", "definitions": {{{}, "l30": {{"confluent:rules": [{{"name": "a", "expr": "true"}}]}}}}}}"##,
        levels.join(",")
    );
    let report = inline(SchemaType::Json, &schema, "{}");
    assert!(report.findings.len() <= 1, "{report:?}");
}

const FIELDS: &str = r#"{"type": "record", "name": "User", "namespace": "com.example", "fields": [
    {"name": "mail", "type": "string", "confluent:tags": ["PII"]},
    {"name": "age", "type": "int"},
    {"name": "phones", "type": {"type": "array", "items": "string"}, "confluent:tags": ["PII"]}]}"#;

fn domain(rules: &[DomainRule<'_>], message: &str) -> Report {
    let tags = [("com.example.User.a?e".to_owned(), vec!["ADULT".to_owned()])];
    let rules = DomainRules::compile(rules, SchemaType::Avro, &Source::bare(FIELDS), &tags).expect("rules");
    rules.check(&json(message), &MessageChoice::First, NOW)
}

fn rule<'r>(name: &'r str, executor: &'r str, expr: &'r str) -> DomainRule<'r> {
    DomainRule { name, kind: "CONDITION", mode: "WRITE", executor, expr: Some(expr), ..DomainRule::default() }
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
    let report = domain(&[rule("all", "CEL_FIELD", "message.age == 1")], &message);
    assert!(report.findings.iter().any(|finding| finding.rule == "rules.not-evaluable"));
    assert!(report.truncated);
}

/// Rule and pointer of every finding in a message in the JSON form.
fn protobuf(choice: &MessageChoice, payload: &str) -> Vec<String> {
    const FILE: &str = r#"syntax = "proto3"; package shop;
        import "confluent/meta.proto"; import "line.proto"; import "google/protobuf/timestamp.proto";
        message Other { string id = 1 [(confluent.field_meta).rules = { name: "id", expr: "this != ''" }]; }
        message Order {
          option (confluent.message_meta) = { rules: [
            { name: "total", doc: "the total is that of the lines", expr: "this.total == this.lines.size() * 5" },
            { name: "sender", expr: "this.mail.isEmail() ? '' : 'nobody to write to (\303\274)'" } ] };
          string mail = 1;
          int64 total = 2 [(confluent.field_meta) = { tags: "MONEY", rules: { name: "positive", expr: "this > 0" } }];
          repeated Line lines = 3;
          map<string, Line> by_key = 4;
          oneof end { string note = 5 [(confluent.field_meta).rules = { name: "note", expr: "this.size() < 4" }]; }
          google.protobuf.Timestamp at = 6 [(confluent.field_meta).rules = { name: "past", expr: "this < now" }];
          message Inner { int32 n = 1 [(confluent.field_meta).rules = { name: "n", expr: "this == 7" }]; }
        }"#;
    const LINE: &str = r#"syntax = "proto3"; package shop; message Line {
        int32 count = 1 [(confluent.field_meta).rules = { name: "count", expr: "this >= 1" }]; }"#;
    let line = Dependency { name: "line.proto".to_owned(), text: LINE.to_owned(), origin: None };
    let source = Source { text: FILE, dependencies: &[line] };
    let schema = Schema::parse(SchemaType::Protobuf, &source, Strictness::Stored, &Limits::default());
    let validator = schema.expect("a file").validator(&ValidatorOptions::default()).expect("a validator");
    let options =
        PayloadOptions { encoding: Encoding::Json, message: choice.clone(), ..PayloadOptions::default() };
    let report = validator.validate(payload.as_bytes(), &options);
    assert_eq!(report.outcome(), Outcome::Valid, "{report:?}");
    let message = validator.decode(payload.as_bytes(), &options).expect("a valid message");
    let rules = InlineRules::compile(SchemaType::Protobuf, &source).expect("a file");
    assert!(rules.errors().is_empty(), "{:?}", rules.errors());
    let report = rules.check(&message, choice, NOW);
    report.findings.iter().map(|finding| format!("{} {}", finding.rule, finding.pointer)).collect()
}

const KINDS: &str = r#"syntax = "proto3"; import "google/protobuf/wrappers.proto";
    import "google/protobuf/timestamp.proto"; import "google/protobuf/struct.proto";
    message M { map<int32, int32> mi = 1; int32 s32 = 2; optional int32 opt = 3; M sub = 4; repeated int32 r = 5;
      map<bool, int32> mb = 6; google.protobuf.Int64Value boxed = 7; google.protobuf.Timestamp at = 8;
      oneof o { M om = 9; string os = 10; } map<uint64, M> mu = 11; google.protobuf.Struct free = 12;
      double d = 13; map<string, int32> ms = 14; E e = 15; M twin = 16; enum E { NONE = 0; SOME = 1; } }"#;

#[test]
fn fields_of_messages_follow_the_language_definition() {
    let payload = r#"{"mi": {"3": 4}, "mb": {"true": 1}, "mu": {"7": {"s32": 5}}, "ms": {"k": 1},
        "free": {"x": 1}, "om": {}, "sub": {"opt": 0}, "twin": {"opt": 0, "s32": 0}}"#;
    let written = [
        &[
            0x0a, 4, 8, 3, 16, 4, 0x32, 4, 8, 1, 16, 1, 0x5a, 6, 8, 7, 18, 2, 16, 5, 0x72, 5, 10, 1, b'k',
            16, 1,
        ][..],
        &[0x62, 16, 10, 14, 10, 1, b'x', 18, 9, 17, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x4a, 0],
        // Zeros that are written are zeros: `s32` has no presence.
        &[0x22, 2, 24, 0, 0x82, 1, 4, 16, 0, 24, 0],
    ]
    .concat();
    let json = PayloadOptions { encoding: Encoding::Json, ..PayloadOptions::default() };
    let values = [
        decoded(SchemaType::Protobuf, KINDS, payload.as_bytes(), &json),
        decoded(SchemaType::Protobuf, KINDS, &written, &PayloadOptions::default()),
    ];
    for expr in [
        "message.mi[3] == 4 && 3 in message.mi && message.mi.all(k, k > 0) && !('3' in message.mi)",
        "message.mb[true] == 1 && message.mu[7u].s32 == 5 && message.ms.k == 1 && message.ms['k'] == 1",
        "message.opt == 0 && message.sub.sub.sub.s32 == 0 && message.os == '' && message.om.os == ''",
        "message.boxed == null && message.at == timestamp(0) && message.free.x == 1.0 && message.d == 0.0",
        "message.r == [] && message.r.size() == 0 && message.e == 0 && message.sub.mi.size() == 0",
        "!has(message.s32) && !has(message.r) && !has(message.opt) && !has(message.boxed) && !has(message.at)",
        "has(message.mi) && has(message.om) && !has(message.os) && has(message.sub.opt) && !has(message.sub.sub)",
        "has(message.free.x) && !has(message.free.y) && has(message.ms.k) && !has(message.ms.q)",
        "message.sub == message.twin && message.sub != message.om && message.om == message.sub.sub",
        "[message.sub].exists(m, has(m.opt)) && [message, message.sub].map(m, m.s32) == [0, 0]",
        "has(message.os) ; false",
    ] {
        for value in &values {
            let condition = Condition::compile("r", None, expr).expect(expr);
            assert_eq!(condition.evaluate(value, NOW), Answer::Holds, "{expr}\n{value:?}");
        }
    }
    for expr in ["has(message.nothing)", "message.nothing == 1", "message.sub.nothing == 1"] {
        let answer = Condition::compile("r", None, expr).expect(expr).evaluate(&values[0], NOW);
        assert_eq!(answer, fails("the expression reads `nothing`, which the payload lacks"), "{expr}");
    }
    let answer = Condition::compile("r", None, "message").expect("CEL").evaluate(&values[0], NOW);
    assert!(matches!(answer, Answer::NotEvaluable(_)), "{answer:?}");
}

#[test]
fn inline_rules_see_maps_of_messages_with_keys_of_their_type() {
    let schema = r#"syntax = "proto3"; message M {
        map<int32, int32> m = 1 [(confluent.field_meta).rules = { name: "m", expr: "this[3] > 0" }];
        map<int64, N> n = 2; }
        message N { int32 s = 1 [(confluent.field_meta).rules = { name: "s", expr: "this > 0" }]; }"#;
    let json = PayloadOptions { encoding: Encoding::Json, ..PayloadOptions::default() };
    let payload = br#"{"m": {"3": 0}, "n": {"-5": {}, "5": {"s": 1}}}"#;
    let message = decoded(SchemaType::Protobuf, schema, payload, &json);
    let rules = InlineRules::compile(SchemaType::Protobuf, &Source::bare(schema)).expect(schema);
    let report = rules.check(&message, &MessageChoice::First, NOW);
    assert_eq!(
        short(&report),
        [("rule.m", "/m", "`m`: this[3] > 0"), ("rule.s", "/n/-5/s", "`n.-5.s`: this > 0")]
    );
}

#[test]
fn inline_rules_of_protobuf_stand_in_options() {
    let order = |name: &str| MessageChoice::Name(name.to_owned());
    let good = r#"{"mail":"a@example.com","total":"10","lines":[{"count":1},{"count":2}],"note":"abc",
        "at":"2020-01-01T00:00:00Z"}"#;
    assert_eq!(protobuf(&order("shop.Order"), good), [] as [&str; 0]);
    let bad = r#"{"mail":"x","total":"-5","lines":[{"count":1},{"count":0}],"by_key":{"a/b":{"count":-1}},
        "note":"long","at":"2999-01-01T00:00:00Z"}"#;
    let expected = [
        "rule.total ",
        "rule.sender ",
        "rule.positive /total",
        "rule.count /lines/1/count",
        "rule.count /by_key/a~1b/count",
        "rule.past /at",
        "rule.note /note",
    ];
    assert_eq!(protobuf(&order(".shop.Order"), bad), expected);
    assert_eq!(protobuf(&MessageChoice::Indexes(vec![1]), bad).len(), expected.len());
    assert_eq!(protobuf(&MessageChoice::Indexes(vec![1, 0]), r#"{"n":1}"#), ["rule.n /n"]);
    assert_eq!(protobuf(&MessageChoice::First, r#"{"id":"1"}"#), [] as [&str; 0]);
    assert_eq!(protobuf(&MessageChoice::First, "{}"), ["rule.id /id"]);
}

#[test]
fn an_entry_in_options_of_protobuf_that_is_no_rule_is_reported() {
    let text =
        r#"syntax = "proto3"; message A { string a = 1 [(confluent.field_meta).rules = { name: "x" }]; }"#;
    let rules = InlineRules::compile(SchemaType::Protobuf, &Source::bare(text)).expect("a file");
    let report = rules.check(&json("{}"), &MessageChoice::First, NOW);
    assert_eq!(report.findings[0].rule, "rules.not-evaluated");
    assert_eq!(report.findings[0].schema_pointer.as_deref(), Some("A.a"));
}

#[test]
fn tags_of_protobuf_select_fields_for_domain_rules() {
    let text = r#"syntax = "proto3"; message A {
        string mail = 1 [(confluent.field_meta).tags = "PII"]; string name = 2; }"#;
    let tags = ["PII".to_owned()];
    let rule = DomainRule {
        name: "mail",
        kind: "CONDITION",
        mode: "WRITE",
        executor: "CEL_FIELD",
        tags: &tags,
        expr: Some("typeName == 'STRING' && value.isEmail()"),
        ..DomainRule::default()
    };
    let rules =
        DomainRules::compile(&[rule], SchemaType::Protobuf, &Source::bare(text), &[]).expect("a file");
    let report = rules.check(&json(r#"{"mail":"x","name":"y"}"#), &MessageChoice::First, NOW);
    let found: Vec<_> = report.findings.iter().map(|finding| finding.pointer.as_str()).collect();
    assert_eq!(found, ["/mail"]);
}
