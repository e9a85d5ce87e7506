//! Behaviour of conditions as a whole.

mod avro;
mod domain;
mod json;
mod protobuf;

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
        assert_eq!(found, Answer::TooCostly, "{expr:.60}");
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
    inline_with(schema_type, &Source::bare(schema), message)
}

/// The findings of inline rules in a valid payload in JSON.
fn inline_with(schema_type: SchemaType, source: &Source<'_>, payload: &str) -> Report {
    let rules = rules_of(schema_type, source);
    assert!(rules.errors().is_empty(), "{:?}", rules.errors());
    let options = PayloadOptions { encoding: Encoding::Json, ..PayloadOptions::default() };
    let message = decoded(schema_type, source, payload.as_bytes(), &options);
    rules.check(&message, payload.as_bytes(), NOW)
}

fn rules_of(schema_type: SchemaType, source: &Source<'_>) -> InlineRules {
    InlineRules::compile(schema_type, source, &ValidatorOptions::default()).expect(source.text)
}

/// The value of a valid payload.
fn decoded(schema_type: SchemaType, source: &Source<'_>, payload: &[u8], options: &PayloadOptions) -> Value {
    let schema = Schema::parse(schema_type, source, Strictness::Stored, &Limits::default());
    let validator = schema.expect(source.text).validator(&ValidatorOptions::default()).expect(source.text);
    let report = validator.validate(payload, options);
    assert_eq!(report.outcome(), Outcome::Valid, "{report:?}");
    validator.decode(payload, options).expect("a valid payload has a value")
}

fn datum(schema: &str, payload: &[u8], encoding: Encoding) -> Value {
    let options = PayloadOptions { encoding, ..PayloadOptions::default() };
    decoded(SchemaType::Avro, &Source::bare(schema), payload, &options)
}

fn short(report: &Report) -> Vec<(&str, &str, &str)> {
    report.findings.iter().map(|f| (f.rule.as_str(), f.pointer.as_str(), f.message.as_str())).collect()
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

fn ruled(name: &str, expr: &str) -> String {
    format!(r#""confluent:rules": [{{"name": "{name}", "expr": "{expr}"}}]"#)
}

fn domain_rules(
    rules: &[DomainRule<'_>],
    schema_type: SchemaType,
    schema: &str,
    tags: &[(String, Vec<String>)],
) -> DomainRules {
    let options = ValidatorOptions::default();
    DomainRules::compile(rules, schema_type, &Source::bare(schema), &options, tags).expect(schema)
}

fn rule<'r>(name: &'r str, executor: &'r str, expr: &'r str) -> DomainRule<'r> {
    DomainRule { name, kind: "CONDITION", mode: "WRITE", executor, expr: Some(expr), ..DomainRule::default() }
}
