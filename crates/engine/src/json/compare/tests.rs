//! Bounds of the comparison, and laws that no vector states.

use std::fmt::Write;

use crate::difference::{CompareOptions, Comparison};
use crate::json::JsonSchema;
use crate::{Limits, SchemaError, Source, Strictness};

fn parse(text: &str) -> Result<JsonSchema, SchemaError> {
    JsonSchema::parse(&Source::bare(text), Strictness::New, &Limits::default())
}

fn compare(writer: &str, reader: &str) -> Result<Comparison, SchemaError> {
    Ok(JsonSchema::compare(&parse(reader)?, &parse(writer)?, &CompareOptions::default()))
}

fn is_undecided(comparison: &Comparison) -> bool {
    comparison.differences.len() == 1 && comparison.differences[0].rule.id == "json/undecided"
}

/// Definitions that lead to one another in a ring; the last one has a value of its own type.
fn ring(size: usize, last: &str) -> String {
    let mut definitions = String::new();
    for n in 0..size {
        let next = (n + 1) % size;
        let value = if n + 1 == size { last } else { "string" };
        let _ = write!(
            definitions,
            r##"{}"r{n}":{{"properties":{{"n":{{"$ref":"#/definitions/r{next}"}},"v":{{"type":"{value}"}}}}}}"##,
            if n > 0 { "," } else { "" }
        );
    }
    format!(r##"{{"definitions":{{{definitions}}},"$ref":"#/definitions/r0"}}"##)
}

/// Definitions that each choose between two others, as the rules of a grammar do.
fn grammar(title: &str, rules: usize) -> String {
    let choice = |rule: usize, way: usize| {
        let next = (7 * rule + way + 1) % rules;
        format!(
            r##"{{"type":"object","properties":{{"k":{{"const":{way}}},"v":{{"$ref":"#/definitions/d{next}"}}}}}}"##
        )
    };
    let rules: Vec<String> = (0..rules)
        .map(|rule| {
            format!(r#""d{rule}":{{"oneOf":[{},{},{{"type":"string"}}]}}"#, choice(rule, 0), choice(rule, 1))
        })
        .collect();
    format!(
        r##"{{"title":"{title}","properties":{{"x":{{"$ref":"#/definitions/d0"}}}},"definitions":{{{}}}}}"##,
        rules.join(",")
    )
}

/// Definitions `d0` to `d{levels}`, each made from the next one by `body`.
fn chain(levels: usize, body: impl Fn(&str) -> String, last: &str) -> String {
    let mut definitions = String::new();
    for level in 0..levels {
        let next = format!(r##"{{"$ref":"#/definitions/d{}"}}"##, level + 1);
        let _ = write!(definitions, r#""d{level}":{},"#, body(&next));
    }
    format!(
        r##"{{"definitions":{{{definitions}"d{levels}":{last}}},"allOf":[{{"$ref":"#/definitions/d0"}}]}}"##
    )
}

#[test]
fn a_chain_of_references_is_followed_to_its_end() -> Result<(), SchemaError> {
    let body = |next: &str| format!(r#"{{"properties":{{"a":{next}}}}}"#);
    for levels in [150, 5_000] {
        let schema = |last: &str| chain(levels, body, last);
        let comparison = compare(&schema(r#"{"type":"string"}"#), &schema(r#"{"type":"null"}"#))?;
        assert_eq!(comparison.differences.len(), 1);
        assert_eq!(comparison.differences[0].rule.kind, "COMBINED_TYPE_SUBSCHEMAS_CHANGED");
    }
    Ok(())
}

#[test]
fn doubled_chains_are_compared_once_a_pair() -> Result<(), SchemaError> {
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let body = |next: &str| format!(r#"{{"{keyword}":[{next},{{"title":"t","allOf":[{next}]}}]}}"#);
        let schema = |last: &str| chain(60, body, last);
        let comparison = compare(&schema(r#"{"type":"integer"}"#), &schema(r#"{"type":"number"}"#))?;
        assert!(comparison.steps < 200_000, "{keyword}: {}", comparison.steps);
        assert!(comparison.differences.len() < 30_000);
    }
    Ok(())
}

#[test]
fn repeated_definitions_do_not_multiply_findings_without_end() -> Result<(), SchemaError> {
    let body = |next: &str| format!(r#"{{"properties":{{"a":{next},"b":{next}}}}}"#);
    let schema = |last: &str| chain(40, body, last);
    let writer = schema(r#"{"type":"integer"}"#).replace("allOf", "anyOf");
    let reader = schema(r#"{"type":"number"}"#).replace("allOf", "anyOf");
    let comparison = compare(&writer, &reader)?;
    assert!(comparison.is_compatible());
    assert!(comparison.differences.len() <= 21_000, "{}", comparison.differences.len());
    Ok(())
}

#[test]
fn wide_unions_of_unions_are_bounded() -> Result<(), SchemaError> {
    fn nested(depth: usize, seed: usize) -> String {
        if depth == 0 {
            return format!(r#"{{"type":"string","maxLength":{seed}}}"#);
        }
        let members: Vec<String> = (0..12).map(|n| nested(depth - 1, seed * 12 + n)).collect();
        format!(r#"{{"oneOf":[{}]}}"#, members.join(","))
    }
    let limits = Limits { max_steps: 100_000, ..Limits::default() };
    let options = CompareOptions { limits, ..CompareOptions::default() };
    let comparison = JsonSchema::compare(&parse(&nested(3, 2))?, &parse(&nested(3, 1))?, &options);
    assert!(comparison.steps <= limits.max_steps);
    let many = |from: usize| {
        let members: Vec<String> = (0..400).map(|n| format!(r#"{{"const":{}}}"#, n + from)).collect();
        format!(r#"{{"anyOf":[{}]}}"#, members.join(","))
    };
    let comparison = JsonSchema::compare(&parse(&many(1))?, &parse(&many(0))?, &options);
    assert!(is_undecided(&comparison));
    Ok(())
}

#[test]
fn matches_of_patterns_are_paid_for() -> Result<(), SchemaError> {
    let schema = |patterns: usize, names: usize, hard: &str| {
        let patterns: Vec<String> =
            (0..patterns).map(|number| format!(r#""^{hard}{number}b$":{{"type":"string"}}"#)).collect();
        let long = "a".repeat(60);
        let names: Vec<String> = (0..names).map(|number| format!(r#""{long}!{number}":{{}}"#)).collect();
        format!(r#"{{"patternProperties":{{{}}},"properties":{{{}}}}}"#, patterns.join(","), names.join(","))
    };
    let steps = |hard: &str| -> Result<u64, SchemaError> {
        let comparison = compare(&schema(10, 0, hard), &schema(10, 20, hard))?;
        assert!(!is_undecided(&comparison), "{hard}");
        Ok(comparison.steps)
    };
    let (plain, hard) = (steps("a+")?, steps("(a|a)*\\\\1")?);
    assert!((10 * 20..2_000).contains(&plain), "{plain}");
    assert!(hard >= 10 * 20 * 100, "{hard}");
    let limits = Limits { max_steps: 100_000, ..Limits::default() };
    let (old, new) = (parse(&schema(40, 0, "(a*)*\\\\1"))?, parse(&schema(40, 50, "(a*)*\\\\1"))?);
    let comparison = JsonSchema::compare(&new, &old, &CompareOptions { limits, ..CompareOptions::default() });
    assert!(is_undecided(&comparison) && comparison.steps == 100_000, "{}", comparison.steps);
    Ok(())
}

#[test]
fn the_step_budget_ends_a_comparison_with_the_place() -> Result<(), SchemaError> {
    let text = r#"{"properties":{"a":{"properties":{"b":{"type":"string"}}}}}"#;
    let schema = parse(text)?;
    let limits = Limits { max_steps: 3, ..Limits::default() };
    let options = CompareOptions { limits, ..CompareOptions::default() };
    let other = parse(&text.replace("string", "null"))?;
    let comparison = JsonSchema::compare(&schema, &other, &options);
    assert!(is_undecided(&comparison) && !comparison.is_compatible());
    assert_eq!(comparison.differences[0].path, "#/properties/a");
    assert!(comparison.steps <= 3);
    Ok(())
}

#[test]
fn recursion_is_compared_as_far_as_it_goes() -> Result<(), SchemaError> {
    let list = |value: &str| {
        format!(
            r##"{{"properties":{{"value":{{"type":"{value}"}},"next":{{"oneOf":[{{"type":"null"}},{{"$ref":"#"}}]}}}}}}"##
        )
    };
    assert!(compare(&list("integer"), &list("number"))?.is_compatible());
    let narrowed = compare(&list("number"), &list("integer"))?;
    let kinds: Vec<&str> = narrowed.incompatible().map(|difference| difference.rule.kind).collect();
    assert!(kinds.contains(&"TYPE_NARROWED"), "{kinds:?}");
    assert!(kinds.contains(&"COMBINED_TYPE_SUBSCHEMAS_CHANGED"), "{kinds:?}");
    assert!(compare(&ring(7, "string"), &ring(5, "string"))?.is_compatible());
    assert!(!compare(&ring(7, "string"), &ring(5, "null"))?.is_compatible());
    assert!(compare(r##"{"$ref":"#"}"##, r##"{"$ref":"#"}"##)?.is_compatible());
    Ok(())
}

#[test]
fn a_grammar_of_recursive_rules_is_compared_to_its_end() -> Result<(), SchemaError> {
    for rules in [10, 15, 40] {
        let comparison = compare(&grammar("a", rules), &grammar("b", rules))?;
        let kinds: Vec<&str> = comparison.differences.iter().map(|found| found.rule.kind).collect();
        assert_eq!(kinds, ["TITLE_CHANGED"], "{rules} rules");
    }
    Ok(())
}

#[test]
fn tens_of_thousands_of_open_pairs_fit_on_a_small_stack() -> Result<(), Box<dyn std::error::Error>> {
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let compared = thread.spawn(|| -> Result<(), SchemaError> {
        // Rings of sizes without a common factor open every pair inside the pair before it.
        let comparison = compare(&ring(200, "string"), &ring(199, "string"))?;
        assert!(comparison.is_compatible() && comparison.differences.is_empty());
        assert!(comparison.steps > 200 * 199, "{}", comparison.steps);
        let comparison = compare(&ring(200, "string"), &ring(199, "null"))?;
        assert!(!comparison.is_compatible() && !is_undecided(&comparison));
        Ok(())
    })?;
    compared.join().map_err(|_| "the comparison panicked")??;
    Ok(())
}

#[test]
fn a_schema_against_itself_is_decided_by_any_budget() -> Result<(), SchemaError> {
    let members: Vec<String> =
        (0..300).map(|n| format!(r#"{{"title":"{n}","properties":{{"a":{{"const":{n}}}}}}}"#)).collect();
    let text = format!(r#"{{"oneOf":[{}]}}"#, members.join(","));
    let limits = Limits { max_steps: 20_000, ..Limits::default() };
    let options = CompareOptions { limits, ..CompareOptions::default() };
    let comparison = JsonSchema::compare(&parse(&text)?, &parse(&text)?, &options);
    assert!(comparison.steps == limits.max_steps && comparison.differences.is_empty());
    let other = text.replace(r#""title":"0""#, r#""title":"zero""#);
    assert!(is_undecided(&JsonSchema::compare(&parse(&text)?, &parse(&other)?, &options)));
    Ok(())
}

#[test]
fn zero_and_huge_multiples_are_compared_without_division() {
    let modern = |value: &str| {
        format!(r#"{{"$schema":"https://json-schema.org/draft/2020-12/schema","multipleOf":{value}}}"#)
    };
    for (writer, reader) in
        [("0", "3"), ("3", "0"), ("0", "0.0"), ("1e2147483647", "1e-2147483647"), ("1e999999999", "7")]
    {
        assert!(compare(&modern(writer), &modern(reader)).is_ok(), "{writer} {reader}");
    }
}

#[test]
fn a_name_with_a_percent_sign_is_printed_as_it_is() -> Result<(), SchemaError> {
    let comparison = compare(
        r#"{"properties":{"100%d/~":{"type":"string"}}}"#,
        r#"{"properties":{"100%d/~":{"type":"null"}}}"#,
    )?;
    let message = comparison.differences[0].message("new", "old");
    let expected = "{errorType:\"TYPE_CHANGED\", description:\"A type at path '#/properties/100%d/~' is different between the new schema and the old schema'}";
    assert_eq!(message, expected);
    assert_eq!(
        comparison.differences[0].reader.as_ref().map(|side| side.pointer.as_str()),
        Some("/properties/100%d~1~0")
    );
    Ok(())
}

#[test]
fn findings_stand_where_the_keyword_stands() -> Result<(), SchemaError> {
    let writer = r#"{"properties":{"a":{"type":"string"}}}"#;
    let reader = r#"{"properties":{"a":{"type":"string","maxLength":3}},"required":["a"]}"#;
    let comparison = compare(writer, reader)?;
    let sides: Vec<(&str, Option<usize>)> = comparison
        .differences
        .iter()
        .filter_map(|difference| difference.reader.as_ref())
        .map(|side| (side.pointer.as_str(), side.offset))
        .collect();
    let at = |text: &str| reader.find(text);
    assert_eq!(sides, [("/required", at("[")), ("/properties/a/maxLength", at("3"))]);
    let fragment = comparison.differences[1].reader.as_ref().and_then(|side| side.fragment.as_deref());
    assert_eq!(fragment, Some("3"));
    Ok(())
}
