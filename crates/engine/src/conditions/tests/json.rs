//! Inline rules of JSON Schema.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;

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
            ("rule.n", "/n", "`$.n`: this > 0"),
            ("rule.n", "/next/next/n", "`$.next.next.n`: this > 0"),
        ]
    );
}

/// `rule pointer` of every finding in a valid payload.
fn found(source: &Source<'_>, payload: &str) -> Vec<String> {
    let report = inline_with(SchemaType::Json, source, payload);
    report.findings.iter().map(|finding| format!("{} {}", finding.rule, finding.pointer)).collect()
}

#[test]
fn rules_in_a_branch_of_json_schema_hold_for_the_values_that_satisfy_it() {
    let branch = |kind: &str, expr: &str, typed: &str| {
        let rule = ruled(kind, expr);
        format!(
            r#"{{{typed} "properties": {{"kind": {{"const": "{kind}"}}, "amount": {{"type": "integer", {rule}}}}}, "required": ["kind"]}}"#
        )
    };
    for typed in ["", r#""type": "object","#] {
        for keyword in ["oneOf", "anyOf"] {
            let (refund, sale) = (branch("refund", "this < 0", typed), branch("sale", "this > 0", typed));
            let schema = format!(r#"{{"{keyword}": [{refund}, {sale}]}}"#);
            for (payload, expected) in [
                (r#"{"kind": "sale", "amount": 5}"#, &[][..]),
                (r#"{"kind": "sale", "amount": -5}"#, &["rule.sale /amount"]),
                (r#"{"kind": "refund", "amount": 5}"#, &["rule.refund /amount"]),
                (r#"{"kind": "refund", "amount": -5}"#, &[]),
            ] {
                assert_eq!(found(&Source::bare(&schema), payload), expected, "{schema} {payload}");
            }
        }
    }
    // Of several that are satisfied all count.
    let schema = format!(
        r#"{{"anyOf": [{{{}}}, {{"minimum": 5, {}}}]}}"#,
        ruled("a", "this < 3"),
        ruled("b", "this < 3")
    );
    assert_eq!(found(&Source::bare(&schema), "4"), ["rule.a "]);
    assert_eq!(found(&Source::bare(&schema), "5"), ["rule.a ", "rule.b "]);
}

#[test]
fn rules_of_json_schema_are_found_behind_every_reference_that_validation_follows() {
    let zip = format!(r#"{{"properties": {{"zip": {{{}}}}}}}"#, ruled("zip", "this.size() == 5"));
    let anchored = zip.replacen('{', r#"{"$anchor": "addr", "#, 1);
    let old_anchor = zip.replacen('{', r##"{"$id": "#addr", "##, 1);
    let modern = r#""$schema": "https://json-schema.org/draft/2020-12/schema""#;
    let root_rule = ruled("root", "has(this.total)");
    let dependency = |name: &str| Dependency { name: name.to_owned(), text: zip.clone(), origin: None };
    for (schema, dependencies) in [
        (
            format!(
                r##"{{{modern}, {root_rule}, "properties": {{"a": {{"$ref": "#addr"}}}}, "$defs": {{"A": {anchored}}}}}"##
            ),
            vec![],
        ),
        (
            format!(
                r##"{{{root_rule}, "properties": {{"a": {{"$ref": "#addr"}}}}, "definitions": {{"A": {old_anchor}}}}}"##
            ),
            vec![],
        ),
        (
            format!(
                r#"{{{modern}, "$id": "https://example.com/root.json", "properties": {{"a": {{"$ref": "https://example.com/root.json#/$defs/A"}}}}, "$defs": {{"A": {zip}}}}}"#
            ),
            vec![],
        ),
        (
            format!(
                r#"{{{modern}, "$id": "https://example.com/root.json", "properties": {{"a": {{"$ref": "root.json#/$defs/A"}}}}, "$defs": {{"A": {zip}}}}}"#
            ),
            vec![],
        ),
        (
            format!(
                r##"{{"properties": {{"a": {{"$ref": "#/definitions/A%20b"}}}}, "definitions": {{"A b": {zip}}}}}"##
            ),
            vec![],
        ),
        (
            format!(
                r##"{{{modern}, "properties": {{"a": {{"$dynamicRef": "#addr"}}}}, "$defs": {{"A": {}}}}}"##,
                anchored.replace("$anchor", "$dynamicAnchor")
            ),
            vec![],
        ),
        (
            r#"{"$id": "https://example.com/root.json", "properties": {"a": {"$ref": "addr.json"}}}"#
                .to_owned(),
            vec![dependency("https://example.com/addr.json")],
        ),
        (r#"{"properties": {"a": {"$ref": "addr.json"}}}"#.to_owned(), vec![dependency("addr.json")]),
    ] {
        let source = Source { text: &schema, dependencies: &dependencies };
        let root: &[&str] = if schema.contains("has(this.total)") { &["rule.root "] } else { &[] };
        assert_eq!(found(&source, r#"{"a": {"zip": "12345"}}"#), root, "{schema}");
        let bad = found(&source, r#"{"a": {"zip": "1", "total": 1}, "total": 1}"#);
        assert_eq!(bad, ["rule.zip /a/zip"], "{schema}");
    }
}

#[test]
fn rules_of_json_schema_hold_under_every_keyword_that_describes_values() {
    let rule = format!("{{{}}}", ruled("r", "this > 2"));
    let modern = r#""$schema": "https://json-schema.org/draft/2020-12/schema""#;
    for (schema, payload, expected) in [
        (
            format!(r#"{{"patternProperties": {{"^x": {{}}}}, "additionalProperties": {rule}}}"#),
            r#"{"xa": 1, "b": 1}"#,
            &["rule.r /b"][..],
        ),
        (format!(r#"{{"patternProperties": {{"^x": {rule}}}}}"#), r#"{"xa": 1, "b": 1}"#, &["rule.r /xa"]),
        (
            format!(r#"{{"properties": {{"a": {{}}}}, "additionalProperties": {rule}}}"#),
            r#"{"a": 1, "b": 1}"#,
            &["rule.r /b"],
        ),
        (format!(r#"{{{modern}, "prefixItems": [{rule}], "items": {{}}}}"#), "[1, 1]", &["rule.r /0"]),
        (
            format!(r#"{{"items": [{{}}, {rule}], "additionalItems": {rule}}}"#),
            "[1, 1, 3, 1]",
            &["rule.r /1", "rules.not-evaluated "],
        ),
        (format!(r#"{{"if": {{"minimum": 1}}, "then": {rule}}}"#), "1", &["rule.r "]),
        (format!(r#"{{"if": {{"minimum": 2}}, "then": {rule}}}"#), "1", &[]),
        (format!(r#"{{"if": {{"minimum": 2}}, "else": {rule}}}"#), "1", &["rule.r "]),
        (
            format!(r#"{{"dependencies": {{"a": {{"properties": {{"b": {rule}}}}}}}}}"#),
            r#"{"a": 1, "b": 1}"#,
            &["rule.r /b"],
        ),
        (format!(r#"{{"dependencies": {{"a": {{"properties": {{"b": {rule}}}}}}}}}"#), r#"{"b": 1}"#, &[]),
        (format!(r#"{{"contains": {{"const": 1, {}}}}}"#, ruled("r", "this > 2")), "[0, 1]", &["rule.r /1"]),
        (
            format!(r#"{{{modern}, "properties": {{"a": {{}}}}, "unevaluatedProperties": {rule}}}"#),
            r#"{"a": 1, "b": 1}"#,
            &["rule.r /b"],
        ),
        (
            format!(
                r##"{{"properties": {{"a": {{"$ref": "#/definitions/n", {}}}}}, "definitions": {{"n": {{"type": "integer"}}}}}}"##,
                ruled("beside", "this > 2")
            ),
            r#"{"a": 1}"#,
            &["rule.beside /a"],
        ),
        (
            format!(r#"{{"properties": {{"confluent:rules": {rule}, "a/b~c": {rule}}}}}"#),
            r#"{"confluent:rules": 1, "a/b~c": 1}"#,
            &["rule.r /confluent:rules", "rule.r /a~1b~0c"],
        ),
    ] {
        assert_eq!(found(&Source::bare(&schema), payload), expected, "{schema} {payload}");
    }
}

#[test]
fn payloads_that_are_too_large_to_place_rules_in_are_told() {
    let schema =
        format!(r#"{{"additionalProperties": {{"additionalProperties": {{{}}}}}}}"#, ruled("r", "true"));
    let rules = rules_of(SchemaType::Json, &Source::bare(&schema));
    let members = |n: usize| (0..n).map(|at| format!(r#""{at}":1"#)).collect::<Vec<_>>().join(",");
    let check = |payload: &str| rules.check(&super::json(payload), payload.as_bytes(), NOW);
    assert_eq!(check(&format!(r#"{{"a":{{{}}}}}"#, members(20_000))), Report::default());
    let long = format!(r#"{{"{}":{{{}}}}}"#, "k".repeat(20_000), members(20_000));
    for payload in [long, format!(r#"{{"a":{{{}}}}}"#, members(300_000))] {
        let report = check(&payload);
        let reason = "the payload is too large to tell where inline rules apply";
        assert_eq!(report, Report::undecided(reason));
    }
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
    let rules = rules_of(SchemaType::Json, &Source::bare(schema));
    assert_eq!(rules.errors().len(), 1);
    let report = rules.check(&super::json("{}"), b"{}", NOW);
    assert_eq!(report.findings[0].rule, "rules.not-evaluable");
    assert_eq!(report.outcome(), Outcome::Invalid);
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
    let report = inline_with(SchemaType::Json, &source, "{}");
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
    // No validator can be made of it either.
    let rules = InlineRules::compile(SchemaType::Json, &Source::bare(&schema), &ValidatorOptions::default());
    assert!(rules.is_err());
}

#[test]
fn deep_payloads_of_recursive_schemas_are_walked_to_their_end() {
    let schema = format!(
        r##"{{{}, "anyOf": [{{"properties": {{"n": {{"$ref": "#"}}}}}}]}}"##,
        ruled("r", "has(this.n) || has(this.end)")
    );
    let deep = |inner: &str| format!("{}{inner}{}", r#"{"n":"#.repeat(120), "}".repeat(120));
    assert_eq!(found(&Source::bare(&schema), &deep(r#"{"end": 1}"#)), [""; 0]);
    assert_eq!(found(&Source::bare(&schema), &deep("{}")), [format!("rule.r {}", "/n".repeat(120))]);
}

/// A schema with a rule, a value of it, and how many values in it have a rule.
fn ruled_schema() -> impl Strategy<Value = (Json, Json, usize)> {
    let leaf = prop_oneof![
        Just((json!({"type": "integer"}), json!(1), 1)),
        Just((json!({"type": "integer", "minimum": 0, "maximum": 5}), json!(1), 1)),
        Just((json!({"type": ["string", "null"]}), json!("x"), 1)),
        Just((json!({"enum": ["x", "y"]}), json!("x"), 1)),
        Just((json!({"const": true}), json!(true), 1)),
        Just((json!({"pattern": "^x"}), json!("x"), 1)),
        Just((json!({}), json!([1]), 1)),
    ];
    let leaf = leaf.prop_map(|(schema, value, count)| (with_rule(schema), value, count));
    leaf.prop_recursive(4, 24, 3, |inner| {
        let list =
            (inner.clone(), 0..4usize, any::<[bool; 3]>()).prop_map(|((schema, value, count), n, has)| {
                let mut list = json!({ "items": schema });
                if has[0] {
                    list["type"] = json!("array");
                }
                if has[1] {
                    list["minItems"] = json!(n);
                }
                if has[2] {
                    list["uniqueItems"] = json!(false);
                }
                (with_rule(list), json!(vec![value; n]), 1 + n * count)
            });
        let object =
            (prop::collection::vec(inner.clone(), 0..3), any::<[bool; 4]>()).prop_map(|(parts, has)| {
                let (mut schemas, mut members, mut total) = (json!({}), json!({}), 1);
                for (position, (schema, value, count)) in parts.into_iter().enumerate() {
                    let name = format!("p{position}");
                    schemas[&name] = schema;
                    members[&name] = value;
                    total += count;
                }
                let names: Vec<&String> = members.as_object().expect("an object").keys().collect();
                let mut object = json!({});
                if has[0] {
                    object["type"] = json!("object");
                }
                if has[1] {
                    object["required"] = json!(names);
                }
                if has[2] {
                    let patterns = schemas.as_object().expect("an object").iter();
                    let patterns = patterns.map(|(name, schema)| (format!("^{name}$"), schema.clone()));
                    object["patternProperties"] = Json::Object(patterns.collect());
                } else {
                    object["properties"] = schemas;
                }
                if has[3] {
                    object["additionalProperties"] = json!(false);
                }
                (with_rule(object), members, total)
            });
        let branch = (inner, 0..5usize).prop_map(|((schema, value, count), form)| {
            let schema = match form {
                0 => json!({"allOf": [schema, {}]}),
                1 => json!({"anyOf": [false, schema]}),
                2 => json!({"oneOf": [schema]}),
                3 => json!({"oneOf": [schema, {"type": "integer", "minimum": 100}]}),
                _ => json!({"if": true, "then": schema}),
            };
            (schema, value, count)
        });
        prop_oneof![list, object, branch]
    })
}

fn with_rule(mut schema: Json) -> Json {
    schema["confluent:rules"] = json!([{"name": "r", "expr": "false"}]);
    schema
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_value_that_a_ruled_schema_describes_is_visited_once((schema, value, count) in ruled_schema()) {
        prop_assume!(count < 100);
        let schema = schema.to_string();
        let found = found(&Source::bare(&schema), &value.to_string());
        prop_assert_eq!(found.len(), count, "{} {}", schema, value);
    }
}
