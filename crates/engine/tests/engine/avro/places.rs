//! Where findings stand in the two texts, and the words of each rule.

use std::collections::BTreeSet;

use chancery_engine::avro::AvroSchema;
use chancery_engine::avro::rules::RULES;
use chancery_engine::difference::{CompareOptions, Policy};
use chancery_engine::violation::PayloadOptions;
use chancery_engine::{Difference, Limits};

use super::{new_schema, with_references};

fn differences(reader: &str, writer: &str) -> Vec<Difference> {
    let (reader, writer) = (new_schema(reader).expect(reader), new_schema(writer).expect(writer));
    AvroSchema::compare(&reader, &writer, &CompareOptions::default()).differences
}

#[test]
fn every_example_fires_its_rule() {
    let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), RULES.len(), "ids are unique");
    for rule in RULES {
        assert!(rule.id.starts_with("avro/"), "{}", rule.id);
        assert!(
            !rule.summary.is_empty() && !rule.consequence.is_empty() && !rule.advice.is_empty(),
            "{}",
            rule.id
        );
        assert!(Policy::ALL.iter().all(|(policy, _)| rule.breaks_under(*policy)), "{}", rule.id);
        if rule.id == "avro/undecided" {
            continue; // Needs a limit, not a pair: see `a_step_limit_ends_in_a_finding`.
        }
        let (writer, reader) = rule.example;
        let found: Vec<&str> =
            differences(reader, writer).iter().map(|difference| difference.rule.id).collect();
        assert_eq!(found, [rule.id]);
    }
}

#[test]
fn findings_point_into_both_texts() {
    let writer =
        r#"{"type":"record","name":"R","fields":[ {"name":"a","type":{"type":"map","values":"long"}} ]}"#;
    let reader = r#"{"type":"record","name":"R","fields":[
        {"name":"b/~","type":"int"},
        {"name":"a","type":{"type":"map","values":"int"}} ]}"#
        .replace("b/~", "b");
    let found = differences(&reader, writer);
    let [missing, narrowed] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(missing.path, "/fields/0");
    let side = missing.reader.as_ref().expect("stands in the reader's text");
    assert_eq!(side.pointer, "/fields/0");
    assert_eq!(side.offset, reader.find(r#"{"name":"b""#));
    assert_eq!(side.fragment.as_deref(), Some(r#"{"name":"b","type":"int"}"#));
    assert_eq!(missing.writer.as_ref().map(|side| side.pointer.as_str()), Some(""));
    assert_eq!(narrowed.path, "/fields/1/type/values");
    assert_eq!(narrowed.reader.as_ref().map(|side| side.pointer.as_str()), Some("/fields/1/type/values"));
    let side = narrowed.writer.as_ref().expect("stands in the writer's text");
    assert_eq!((side.pointer.as_str(), side.offset), ("/fields/0/type/values", writer.find(r#""long""#)));
}

#[test]
fn a_type_from_a_reference_has_no_place_in_the_text() {
    let user = r#"{"type":"record","name":"U","fields":[{"name":"e","type":"E"}]}"#;
    let of = |symbols: &str| format!(r#"{{"type":"enum","name":"E","symbols":[{symbols}]}}"#);
    let reader = with_references(user, &[("E", &of(r#""A""#))]).expect("parses");
    let writer = with_references(user, &[("E", &of(r#""A","C","B""#))]).expect("parses");
    let found = AvroSchema::compare(&reader, &writer, &CompareOptions::default()).differences;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].path.as_str(), found[0].info.as_str()), ("/fields/0/type/symbols", "[B, C]"));
    assert_eq!((&found[0].reader, &found[0].writer), (&None, &None));
}

#[test]
fn messages_quote_as_the_reference_quotes() {
    let writer = r#"{"type":"record","name":"R","fields":[]}"#;
    let reader = r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}"#;
    let found = differences(reader, writer);
    assert_eq!(
        found[0].message("new", "old"),
        "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'a' at path '/fields/0' in the new schema has no default value and is missing in the old schema', additionalInfo:'a'}"
    );
    let ambiguous = differences(
        r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int","aliases":["a"]}]}"#,
        r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}"#,
    );
    assert_eq!(
        ambiguous[0].message("new", "old"),
        "Unexpected exception during compatibility check: Reader record field a type:INT pos:0 matches multiple fields in writer record schema {\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}"
    );
}

#[test]
fn a_step_limit_ends_in_a_finding() {
    let fields: Vec<String> = (0..50).map(|n| format!(r#"{{"name":"f{n}","type":"int"}}"#)).collect();
    let text = format!(r#"{{"type":"record","name":"R","fields":[{}]}}"#, fields.join(","));
    let schema = new_schema(&text).expect("parses");
    let options =
        CompareOptions { limits: Limits { max_steps: 20, ..Limits::default() }, ..CompareOptions::default() };
    let stopped = AvroSchema::compare(&schema, &schema, &options);
    assert_eq!(stopped.steps, 20);
    let [difference] = stopped.differences.as_slice() else { panic!("{stopped:?}") };
    assert_eq!(difference.rule.id, "avro/undecided");
    assert_eq!(
        difference.message("new", "old"),
        "Could not decide within 20 steps at path '/fields/19/type'"
    );
    assert!(!stopped.is_compatible());
}

#[test]
fn work_is_linear_in_fields_and_bounded_for_cycles() {
    let wide: Vec<String> =
        (0..10_000).map(|n| format!(r#"{{"name":"f{n}","type":["null","long"]}}"#)).collect();
    let wide = format!(r#"{{"type":"record","name":"R","fields":[{}]}}"#, wide.join(","));
    let names: Vec<String> = (0..20).map(|n| format!("\"C{n}\"")).collect();
    let cycle: Vec<String> = (0..20)
        .map(|n| {
            format!(
                r#"{{"type":"record","name":"C{n}","fields":[{{"name":"f","type":["null",{}]}}]}}"#,
                names.join(",")
            )
        })
        .collect();
    let cycle = format!(
        r#"{{"type":"record","name":"T","fields":[{}]}}"#,
        cycle
            .iter()
            .enumerate()
            .rev()
            .map(|(n, record)| format!(r#"{{"name":"g{n}","type":{record}}}"#))
            .collect::<Vec<_>>()
            .join(",")
    );
    let deep = format!("{}\"int\"{}", r#"{"type":"array","items":"#.repeat(100), "}".repeat(100));
    // Pairs of the cycle: 20 records and 20 unions with each other, 20 unions with 20 records.
    for (text, most) in [(wide, 70_000), (deep, 200), (cycle, 20_000)] {
        let schema = new_schema(&text).expect("parses");
        let comparison = AvroSchema::compare(&schema, &schema, &CompareOptions::default());
        assert!(comparison.is_compatible() && comparison.steps <= most, "{} steps", comparison.steps);
    }
}

#[test]
fn repeated_findings_do_not_double_without_end() {
    // Each level uses the next one twice: 2^40 reports of one narrowed field, if all were listed.
    let nested = |leaf: &str| {
        let base = format!(r#"{{"type":"record","name":"L0","fields":[{{"name":"x","type":"{leaf}"}}]}}"#);
        let levels: Vec<String> = (1..40)
            .map(|n| format!(r#"{{"type":"record","name":"L{n}","fields":[{{"name":"a","type":"L{0}"}},{{"name":"b","type":"L{0}"}}]}}"#, n - 1))
            .collect();
        format!("[{base},{}]", levels.join(","))
    };
    let (reader, writer) =
        (new_schema(&nested("int")).expect("parses"), new_schema(&nested("long")).expect("parses"));
    let comparison = AvroSchema::compare(&reader, &writer, &CompareOptions::default());
    assert!(!comparison.is_compatible());
    assert!(comparison.differences.len() <= 1_000 && comparison.steps < 10_000);
    // The same below a record, where findings are passed upward.
    let wrap = |leaf: &str| {
        format!(
            r#"{{"type":"record","name":"Top","fields":[{{"name":"all","type":{{"type":"map","values":{}}}}},{{"name":"one","type":"L39"}}]}}"#,
            nested(leaf)
        )
    };
    let (reader, writer) =
        (new_schema(&wrap("int")).expect("parses"), new_schema(&wrap("long")).expect("parses"));
    let comparison = AvroSchema::compare(&reader, &writer, &CompareOptions::default());
    assert_eq!(comparison.differences.len(), 1_000, "the list is cut");
}

#[test]
fn chains_of_references_are_followed_to_their_end() {
    // Each reference uses the one before it, so every text is flat and only the types nest.
    let chain = |length: usize, leaf: &str| -> Vec<(String, String)> {
        let level = |n: usize| match n {
            0 => {
                format!(r#"{{"type":"record","name":"L0","fields":[{{"name":"f","type":"{leaf}"}}]}}"#)
            }
            _ => {
                format!(r#"{{"type":"record","name":"L{n}","fields":[{{"name":"f","type":"L{}"}}]}}"#, n - 1)
            }
        };
        (0..length).map(|n| (format!("L{n}"), level(n))).collect()
    };
    for length in [250, 1_000] {
        let schema = |leaf: &str| {
            let references = chain(length, leaf);
            let references: Vec<(&str, &str)> =
                references.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            with_references(&format!("\"L{}\"", length - 1), &references).expect("parses")
        };
        let (writer, schema) = (schema("long"), schema("int"));
        assert!(AvroSchema::compare(&writer, &schema, &CompareOptions::default()).is_compatible());
        let comparison = AvroSchema::compare(&schema, &writer, &CompareOptions::default());
        let found: Vec<&str> = comparison.differences.iter().map(|found| found.rule.kind).collect();
        assert_eq!(found, ["TYPE_MISMATCH"], "{length} levels");
        assert!(schema.formatted("resolved").is_err(), "the resolved text would nest too deep");
        assert!(
            schema.validator().expect("compiles").validate(&[], &PayloadOptions::default()).findings.len()
                == 1
        );
    }
}
