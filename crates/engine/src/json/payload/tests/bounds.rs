//! Payloads and schemas that would take long, or much, and what is answered instead.

use super::*;

#[test]
fn deep_payloads_meet_the_limit_before_the_parser() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(found("true", &deep), [("schema.json.limit".to_owned(), String::new())]);
    let just = format!("{}{}", "[".repeat(127), "]".repeat(127));
    assert_eq!(outcome("true", &just), Outcome::Valid);
}

#[test]
fn a_limit_wins_over_the_grammar_wherever_it_is_broken() {
    for text in ["[1 2", "{]", "\u{1}", "\"\\x\""] {
        assert_eq!(found("true", text)[0].0, "schema.json.syntax", "{text}");
        for text in [format!("{text},{}", "[".repeat(128)), format!("{}{text}", "[".repeat(128))] {
            assert_eq!(found("true", &text)[0].0, "schema.json.limit", "{text}");
        }
    }
}

/// Written out, each of these would fill the memory.
#[test]
fn a_number_is_cheap_however_it_is_written() {
    let long = format!("1{}", "0".repeat(1_000));
    assert_eq!(found("true", &long), [("schema.json.limit".to_owned(), String::new())]);
    for (number, outcomes) in [
        ("1e999999999", [true, true, false, false]),
        ("-1e-999999999", [false, false, false, false]),
        ("1e99999999999999999999", [true, true, false, false]),
    ] {
        let schemas = [
            r#"{"type": "integer"}"#,
            r#"{"multipleOf": 0.01}"#,
            r#"{"minimum": 5, "maximum": 1e400}"#,
            r#"{"enum": [1, 1e308, 0.5]}"#,
        ];
        let found = schemas.map(|schema| outcome(schema, number) == Outcome::Valid);
        assert_eq!(found, outcomes, "{number}");
    }
}

#[test]
fn patterns_that_fill_the_memory_together_are_refused() {
    let schemas = |count: usize| {
        let patterns = (0..count).map(|n| format!(r#"{{"pattern": "\\p{{L}}{{8}}{n}"}}"#));
        format!(r#"{{"allOf": [{}]}}"#, patterns.collect::<Vec<_>>().join(","))
    };
    assert_eq!(outcome(&schemas(20), "\"x\""), Outcome::Invalid);
    assert!(refused(&schemas(2_000)).contains("regex"), "a hundred bytes of schema are a megabyte compiled");
    let small = (0..20_000).map(|n| format!(r#""^x{n}$": {{}}"#)).collect::<Vec<_>>().join(",");
    assert!(refused(&format!(r#"{{"patternProperties": {{{small}}}}}"#)).contains("too many patterns"));
}

/// `n` levels, each of which refers to the next one twice.
fn doubling(levels: usize, wrap: impl Fn(String) -> String) -> String {
    let level = |n: usize| {
        let next = wrap(format!(r##"{{"$ref": "#/definitions/l{}"}}"##, n + 1));
        format!(r#""l{n}": {{"allOf": [{next}, {next}]}}"#)
    };
    let definitions: Vec<String> = (0..levels).map(level).collect();
    format!(
        r##"{{"$ref": "#/definitions/l0", "definitions": {{{}, "l{levels}": {{"type": "integer"}}}}}}"##,
        definitions.join(", ")
    )
}

#[test]
fn exponential_schemas_are_refused_before_they_run() {
    assert_eq!(outcome(&doubling(8, |next| next), "1"), Outcome::Valid);
    assert!(refused(&doubling(30, |next| next)).contains("too many schemas"));
    let through_members = doubling(30, |next| format!(r#"{{"properties": {{"a": {next}}}}}"#));
    assert!(refused(&through_members).contains("too many schemas"));
    let self_loop = r##"{"allOf": [{"$ref": "#"}, {"$ref": "#"}]}"##;
    assert!(refused(self_loop).contains("many times"));
}

#[test]
fn recursive_schemas_that_multiply_still_give_a_verdict() {
    let schema = r##"{"anyOf": [
        {"properties": {"a": {"$ref": "#"}}, "required": ["x"]},
        {"properties": {"a": {"$ref": "#"}}, "required": ["y"]}]}"##;
    let nested =
        |depth: usize, inner: &str| format!("{}{inner}{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    assert_eq!(found(schema, &nested(3, "{}")), [("schema.json.anyOf".to_owned(), String::new())]);
    assert_eq!(found(schema, &nested(90, "{}")), [("schema.json.unlisted".to_owned(), String::new())]);
}

#[test]
fn recursive_trees_are_walked_in_full() {
    let tree = r##"{"type": "object", "properties": {"v": {"type": "integer"},
        "left": {"$ref": "#"}, "right": {"$ref": "#"}}}"##;
    let payload = format!("{}{{\"v\": \"x\"}}{}", r#"{"left": "#.repeat(60), "}".repeat(60));
    assert_eq!(found(tree, &payload), [("schema.json.type".to_owned(), format!("{}/v", "/left".repeat(60)))]);
}

#[test]
fn a_pattern_that_runs_out_of_steps_gives_no_verdict() {
    let payload = format!("\"{}!\"", "a".repeat(60));
    for schema in [
        r#"{"pattern": "^(\\w+\\s?)+\\1$"}"#,
        r#"{"not": {"pattern": "^(\\w+\\s?)+\\1$"}}"#,
        r#"{"anyOf": [{"pattern": "^(\\w+\\s?)+\\1$"}, {"type": "integer"}]}"#,
    ] {
        let report = report(schema, &payload);
        assert_eq!(report.outcome(), Outcome::Indeterminate, "{schema}: {report:?}");
    }
    // The same repetition without a back-reference runs in linear time.
    assert_eq!(outcome(r#"{"pattern": "^(a+)+$"}"#, &payload), Outcome::Invalid);
}

/// A million numbers beyond doubles, or arrays of nothing, once met in one place of a hash table and were compared pair
/// by pair, for minutes.
#[test]
fn unique_items_are_found_without_comparing_every_pair() {
    let list =
        |item: &dyn Fn(usize) -> String| format!("[{}]", (0..20_000).map(item).collect::<Vec<_>>().join(","));
    let nested = |mut n: usize| {
        let mut text = String::new();
        while n > 0 {
            text = if n.is_multiple_of(2) {
                format!("[{text}]")
            } else {
                format!("[[],{text}]").replace(",]", "]")
            };
            n /= 2;
        }
        format!("[{text}]")
    };
    for items in [
        list(&|n| format!("1e{}", 1_000_000 + n)),
        list(&|n| format!("1e-{}", 1_000 + n)),
        list(&|n| format!("1.00000000000000000000{n:05}1")),
        list(&|n| n.to_string()),
        list(&|n| format!("[[{n}],{n}]")),
    ] {
        assert_eq!(outcome(r#"{"uniqueItems": true}"#, &items), Outcome::Valid, "{}", &items[..40]);
    }
    let report = report(r#"{"uniqueItems": true}"#, &list(&|n| nested(n % 19_999)));
    assert_eq!(report.findings[0].rule, "schema.json.uniqueItems");
    assert_eq!(report.findings[0].message, "expected items that differ from each other, found array");
    assert_eq!(report.findings[0].schema_pointer.as_deref(), Some("/uniqueItems"));
}

#[test]
fn arithmetic_on_very_long_numbers_is_bounded() {
    let schema = r#"{"items": {"multipleOf": 1e-7}}"#;
    for (number, count, expected) in [
        ("1e300", 500, Outcome::Valid),
        ("1e9999", 10, Outcome::Valid),
        ("1e9999", 100_000, Outcome::Indeterminate),
        ("1e999999999999999999999", 10, Outcome::Valid),
        ("12345678901234567890", 5_000, Outcome::Valid),
    ] {
        let payload = format!("[{}]", vec![number; count].join(","));
        assert_eq!(outcome(schema, &payload), expected, "{count} times {number}");
    }
}

/// The crate keeps what every branch has against every value: two hundred kilobytes of items that fit none of fifty
/// branches once took more than a gigabyte.
#[test]
fn what_branches_have_against_values_is_not_kept_for_all_of_them() {
    let branches = vec![r#"{"type": "integer"}"#; 50].join(",");
    let payload = |count: usize| format!("[{}]", vec!["\"x\""; count].join(","));
    let wide = format!(r#"{{"items": {{"anyOf": [{branches}]}}}}"#);
    let few = report(&wide, &payload(20));
    assert_eq!((few.findings.len(), few.truncated), (20, false));
    let many = report(&wide, &payload(50_000));
    assert_eq!((many.findings.len(), many.truncated), (1, true), "the first one stands for all");
    assert_eq!((&*many.findings[0].rule, &*many.findings[0].pointer), ("schema.json.anyOf", "/0"));
    // A branch that is about all items keeps as much for one value: nothing can be listed.
    let deep = format!(r#"{{"anyOf": [{{"items": {{"allOf": [{branches}]}}}}]}}"#);
    assert_eq!(found(&deep, &payload(50_000)), [("schema.json.unlisted".to_owned(), String::new())]);
    assert_eq!(found(&deep, &payload(3)), [("schema.json.anyOf".to_owned(), String::new())]);
}

/// Definitions `a0` to `a{links}`, each made of the name of the next one; the last is a string.
fn chain(links: usize, link: impl Fn(&str) -> String) -> String {
    let definitions: Vec<_> = (0..links)
        .map(|at| format!(r#""a{at}":{}"#, link(&format!(r##"{{"$ref":"#/definitions/a{}"}}"##, at + 1))))
        .collect();
    let definitions = definitions.join(",");
    format!(
        r##"{{"definitions":{{{definitions},"a{links}":{{"type":"string"}}}},"$ref":"#/definitions/a0"}}"##
    )
}

#[test]
fn chains_of_references_end_in_an_answer_and_not_at_the_end_of_the_stack() {
    fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
        std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
    }
    let plain = |next: &str| next.to_owned();
    on_a_small_stack(move || {
        assert_eq!(refused(&chain(20_000, plain)), "too many schemas lead one into the next");
        assert_eq!(found(&chain(990, plain), "1"), [("schema.json.type".to_owned(), String::new())]);
        let nullable = |next: &str| format!(r#"{{"oneOf":[{{"type":"null"}},{next}]}}"#);
        assert_eq!(outcome(&chain(400, nullable), r#""x""#), Outcome::Valid);
    });
    on_a_small_stack(move || {
        // A chain for each level of the payload.
        let schema = chain(900, plain).replace(
            r#"{"type":"string"}"#,
            r##"{"properties":{"x":{"$ref":"#/definitions/a0"}},"not":{"type":"null"}}"##,
        );
        let nested = |inner: &str| r#"{"x":"#.repeat(120) + inner + &"}".repeat(120);
        assert_eq!(outcome(&schema, &nested("1")), Outcome::Valid);
        assert_eq!(outcome(&schema, &nested("null")), Outcome::Invalid);
    });
    on_a_small_stack(move || {
        // A chain down the payload: compiled as a whole, walked as far as the payload goes.
        let down = |next: &str| format!(r#"{{"properties":{{"x":{next}}}}}"#);
        assert_eq!(outcome(&chain(10_000, down), r#"{"x":{"x":{"x":1}}}"#), Outcome::Valid);
    });
}

#[test]
fn a_match_that_cannot_be_finished_deep_inside_gives_no_verdict() {
    let text = format!("{}!", "a".repeat(60));
    let schema = r#"{"properties":{"x":{"items":{"pattern":"^(\\w+\\s?)+\\1$"}}}}"#;
    let report = report(schema, &format!(r#"{{"x":[1,"{text}"]}}"#));
    assert_eq!(report.outcome(), Outcome::Indeterminate, "{report:?}");
}

#[test]
fn errors_are_not_made_without_end() {
    let many = vec![r#"{"type":"integer"}"#; 50].join(",");
    let payload = format!("[{}]", vec!["\"x\""; 20_000].join(","));
    let report =
        report(&format!(r#"{{"items":{{"allOf":[{many}]}},"minItems":3,"contains":true}}"#), &payload);
    assert_eq!((report.findings.len(), report.truncated), (100, true));
    // What looks empty once there were too many says nothing.
    assert!(report.findings.iter().all(|finding| finding.rule == "schema.json.type"));
    assert_eq!(report.findings[99].pointer, "/1");
}

#[test]
fn what_takes_long_is_not_answered_at_once() {
    let many = |item: &str, count: usize| format!("[{}]", vec![item; count].join(","));
    let order = format!(r#"{{"id": "A1", "items": {}}}"#, many(r#"{"qty": 1}"#, 3_000));
    let broken = order.replacen(r#""qty": 1"#, r#""qty": "x""#, 3_000);
    let listed = r#"{"items": {"enum": [ENTRIES]}}"#.replace("ENTRIES", &many("[]", 4_000)[1..]);
    let listed = listed.replace("]]}}", "]}}");
    for (name, schema, payload, is_quick) in [
        ("usual", ORDER, order.as_str(), true),
        ("broken in many places", ORDER, &broken, false),
        ("broken in one place", ORDER, r#"{"id": 1}"#, true),
        ("no JSON", ORDER, "{", true),
        ("too deep", ORDER, &"[".repeat(1_000), true),
        ("backtracking", r#"{"pattern": "^(?:(?:a|a(?=a))*b|a*)$"}"#, r#""a""#, false),
        ("many states, short text", r#"{"items": {"pattern": "^(?:\\w{100}){10}$"}}"#, r#"["a"]"#, true),
        (
            "many states",
            r#"{"items": {"pattern": "^(?:\\w{100}){10}$"}}"#,
            &many(r#""aaaaaaaa""#, 1_000),
            false,
        ),
        ("few states", r#"{"items": {"pattern": "^[a-z]{8}$"}}"#, &many(r#""aaaaaaaa""#, 5_000), true),
        ("long list, few values", &listed, "[1]", true),
        ("long list", &listed, &many("1", 1_000), false),
        ("digits", r#"{"items": {"multipleOf": 3}}"#, &many("3e9999", 100), false),
    ] {
        let (validator, options) = (compiled(schema), PayloadOptions::default());
        let answer = validator.validate_at_once(payload.as_bytes(), &options);
        assert_eq!(answer.is_some(), is_quick, "{name}");
        assert!(
            answer.is_none_or(|answer| answer == validator.validate(payload.as_bytes(), &options)),
            "{name}"
        );
    }
}
