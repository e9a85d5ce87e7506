//! What parses, as new and as stored, and what a refusal says.

use chancery_engine::avro::AvroSchema;
use chancery_engine::conditions::InlineRules;
use chancery_engine::difference::CompareOptions;
use chancery_engine::lint::{LintInput, LintOptions, SchemaInput, lint};
use chancery_engine::violation::ValidatorOptions;
use chancery_engine::{SchemaType, Source};

use super::{new_schema, stored_schema, with_references};

/// Texts that a new schema may have.
#[test]
fn texts_the_parser_accepts() {
    for text in [
        r#""int""#,
        r#"{"type":"int"}"#,
        "/* units */ // of account\n \"int\"",
        "[]",
        r#"{"type":"enum","name":"E","symbols":[]}"#,
        r#"{"type":"record","name":"R","fields":[]}"#,
        r#"{"type":"error","name":"R","fields":[]}"#,
        r#"{"type":"fixed","name":"F","size":0}"#,
        r#"{"type":"record","name":"n.int","fields":[]}"#,
        r#"[{"type":"record","name":"A","fields":[]},{"type":"record","name":"n.A","fields":[]}]"#,
        r#"{"type":"bytes","logicalType":"decimal"}"#,
        r#"{"type":"string","logicalType":"date"}"#,
        r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int","order":"IGNORE"}]}"#,
        r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int","aliases":["b-c"]}]}"#,
        r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int","aliases":["a"]}]}"#,
        r#"{"type":"record","name":"R","fields":[{"name":"a","type":"Q"},{"name":"b","type":{"type":"record","name":"Q","fields":[]}}]}"#,
        r#"{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"fixed","name":"F","size":2}},{"name":"b","type":{"type":"fixed","name":"F","size":2}}]}"#,
    ] {
        let accepted = new_schema(text);
        assert!(accepted.is_ok(), "{text}: {accepted:?}");
    }
}

/// Texts that no schema may have, with the parser's words.
#[test]
fn texts_the_parser_refuses() {
    for (text, words) in [
        ("int", "expected a JSON value"),
        (r#""int" // after"#, "dangling content after end of schema: // after"),
        (r#""Nope""#, "Undefined schema: Nope"),
        (r#"{"type":{"type":"string"}}"#, "No type: {\"type\":{\"type\":\"string\"}}"),
        (r#"{"name":"R"}"#, "No type"),
        (r#"{"type":"record","fields":[]}"#, "No name in schema"),
        (r#"{"type":"record","name":"R"}"#, "Record has no fields"),
        (r#"{"type":"record","name":"R","fields":[{"name":"a"}]}"#, "No field type: {\"name\":\"a\"}"),
        (r#"{"type":"record","name":"R","fields":[3]}"#, "No field name: 3"),
        (r#"{"type":"enum","name":"E"}"#, "Enum has no symbols"),
        (r#"{"type":"array"}"#, "Array has no items type"),
        (r#"{"type":"map"}"#, "Map has no values type"),
        (r#"{"type":"fixed","name":"F","size":"4"}"#, "Invalid or no size"),
        (r#"{"type":"fixed","name":"F","size":-4}"#, "Length is negative: -4"),
        (r#"{"type":"record","name":"int","fields":[]}"#, "Schemas may not be named after primitives: int"),
        (r#"{"type":"enum","name":"E","symbols":["A","B","A"]}"#, "Duplicate enum symbol: A"),
        (
            r#"{"type":"enum","name":"E","symbols":["A","B"],"default":"Z"}"#,
            "The Enum Default: Z is not in the enum symbol set: [A, B]",
        ),
        (r#"["int","null","int"]"#, "Duplicate in union:int"),
        (r#"[{"type":"map","values":"int"},{"type":"map","values":"long"}]"#, "Duplicate in union:map"),
        (r#"["null",["int"]]"#, "Nested union"),
        (
            r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"a","type":["null"]}]}"#,
            "Duplicate field a in record R: a type:UNION pos:1 and a type:INT pos:0.",
        ),
        (
            r#"{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"fixed","name":"F","size":2}},{"name":"b","type":{"type":"fixed","name":"F","size":3}}]}"#,
            "Can't redefine: F",
        ),
        (r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int","order":"up"}]}"#, "order"),
        (
            r#"{"type":"record","name":"R","namespace":"a","fields":[{"name":"x","type":".R"}]}"#,
            "Undefined schema: .R",
        ),
        ("17", "Schema not yet supported: 17"),
    ] {
        for parsed in [new_schema(text), stored_schema(text)] {
            let error = parsed.expect_err(text).to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}

/// Names and defaults that only a stored schema may have.
#[test]
fn stored_schemas_keep_what_new_ones_may_not_have() {
    for (text, words) in [
        (r#"{"type":"record","name":"Größe","fields":[]}"#, "Illegal character in: Größe"),
        (r#"{"type":"record","name":"R","namespace":"my-shop","fields":[]}"#, "Namespace part \"my-shop\""),
        (r#"{"type":"record","name":"R","aliases":["a-b"],"fields":[]}"#, "Illegal character in: a-b"),
        (r#"{"type":"enum","name":"E","symbols":["übel"]}"#, "Illegal initial character: übel"),
        (
            r#"{"type":"record","name":"R","fields":[{"name":"é","type":"int"}]}"#,
            "Illegal initial character: é",
        ),
        (
            r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":"x"}]}"#,
            "Invalid default for field a: \"x\" not a \"int\"",
        ),
    ] {
        assert!(stored_schema(text).is_ok(), "{text}");
        let error = new_schema(text).expect_err(text).to_string();
        assert!(error.contains(words), "{text}: {error}");
    }
    let dashed = r#"{"type":"record","name":"a-b","fields":[]}"#;
    assert!(stored_schema(dashed).is_err(), "a dash is no letter of any script");
}

/// Field defaults by type.
#[test]
fn defaults_fit_their_type() {
    let inner = r#"{"type":"record","name":"Q","fields":[{"name":"x","type":"int"},{"name":"y","type":"int","default":1}]}"#;
    for (of, default, fits) in [
        (r#""string""#, r#""""#, true),
        (r#""string""#, "1", false),
        (r#""bytes""#, r#""ÿ""#, true),
        (r#"{"type":"enum","name":"E","symbols":["A"]}"#, r#""not a symbol""#, true),
        (r#"{"type":"fixed","name":"F","size":2}"#, r#""longer than two""#, true),
        (r#""int""#, "2147483647", true),
        (r#""int""#, "2147483648", false),
        (r#""int""#, "1.0", false),
        (r#""long""#, "9223372036854775807", true),
        (r#""long""#, "9223372036854775808", false),
        (r#""float""#, "1", true),
        (r#""double""#, r#""NaN""#, true),
        (r#""double""#, r#"" 1.5 ""#, true),
        (r#""double""#, r#""one""#, false),
        (r#""boolean""#, "true", true),
        (r#""boolean""#, "0", false),
        (r#""null""#, "null", true),
        (r#"["null","int"]"#, "7", true),
        (r#"["null","int"]"#, "7.5", false),
        (r#"{"type":"array","items":"int"}"#, "[1,2]", true),
        (r#"{"type":"array","items":"int"}"#, "[1,null]", false),
        (r#"{"type":"map","values":"boolean"}"#, r#"{"a":true}"#, true),
        (r#"{"type":"map","values":"boolean"}"#, r#"{"a":1}"#, false),
        (inner, r#"{"x":1}"#, true),
        (inner, r#"{"x":1,"more":null}"#, true),
        (inner, r#"{"y":1}"#, false),
        (inner, "null", false),
        (r#"["null","R"]"#, "{}", true),
    ] {
        let text = format!(
            r#"{{"type":"record","name":"R","fields":[{{"name":"a","type":{of},"default":{default}}}]}}"#
        );
        let parsed = new_schema(&text);
        assert_eq!(parsed.is_ok(), fits, "{text}: {parsed:?}");
    }
}

#[test]
fn the_innermost_wrong_default_is_reported_first() {
    let text = r#"{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"record","name":"Q","fields":[{"name":"b","type":"int","default":"x"}]},"default":1}]}"#;
    let error = new_schema(text).expect_err("two wrong defaults").to_string();
    assert_eq!(error, "Invalid default for field b: \"x\" not a \"int\"");
}

/// An error says where it stands in the text that was sent.
#[test]
fn errors_carry_the_offset_of_the_element() {
    let text = r#"{"type":"record","name":"R","fields":[{"name":"a","type":"Gone"}]}"#;
    let error = new_schema(text).expect_err("undefined");
    let place = text.find("\"Gone\"");
    assert!(matches!(error, chancery_engine::SchemaError::Invalid { offset, .. } if offset == place));
}

/// References share one table of names, in the order of the list.
#[test]
fn references_define_names_in_list_order() {
    let (a, b) = (
        r#"{"type":"record","name":"A","namespace":"n","fields":[]}"#,
        r#"{"type":"record","name":"B","namespace":"n","fields":[{"name":"a","type":"A"}]}"#,
    );
    let user = r#"{"type":"record","name":"U","namespace":"n","fields":[{"name":"b","type":"B"}]}"#;
    assert!(with_references(user, &[("n.A", a), ("n.B", b)]).is_ok());
    let early = with_references(user, &[("n.B", b), ("n.A", a)]).expect_err("A is not known yet");
    assert_eq!(early.to_string(), "Undefined schema: n.A");
    // The name of a reference is only its key: the second text under one name is not read.
    let ignored = with_references(user, &[("x", a), ("x", "not a schema"), ("y", b)]);
    assert!(ignored.is_ok(), "{ignored:?}");
    let other = r#"{"type":"fixed","name":"n.A","size":1}"#;
    let error = with_references(other, &[("n.A", a)]).expect_err("another definition");
    assert_eq!(error.to_string(), "Can't redefine: n.A");
    assert!(with_references(a, &[("n.A", a)]).is_ok(), "the same definition");
}

/// Records may be written in any order and inside each other, far beyond what a text of JSON usually nests.
#[test]
fn definitions_that_move_into_each_other_make_a_deep_text() {
    let chain = |last: usize| {
        let records = (0..=last).map(|n| {
            let next = if n == last { "\"int\"".to_owned() } else { format!("[\"null\",\"N{}\"]", n + 1) };
            format!(r#"{{"type":"record","name":"N{n}","fields":[{{"name":"n","type":{next}}}]}}"#)
        });
        format!("[{}]", records.collect::<Vec<_>>().join(","))
    };
    for last in [50, 120] {
        let schema = new_schema(&chain(last)).expect("a chain of first uses");
        let again = stored_schema(&schema.canonical()).expect("its canonical text");
        assert_eq!(again.canonical(), schema.canonical());
        assert_eq!(again.normalized(), schema.normalized());
        assert!(schema.is_equivalent(&again) && schema.digest() == again.digest());
        let wider = new_schema(&chain(last).replace("\"int\"", "\"long\"")).expect("parses");
        assert!(AvroSchema::compare(&wider, &again, &CompareOptions::default()).is_compatible());
        let found = AvroSchema::compare(&again, &wider, &CompareOptions::default()).differences;
        assert!(!found.is_empty() && found[0].reader.is_some());
        let canonical = schema.canonical();
        let input = SchemaInput {
            schema_type: SchemaType::Avro,
            source: Source::bare(&canonical),
            owned: None,
            before: None,
        };
        assert!(lint(&LintInput::Schema(input), &LintOptions::default()).is_ok());
        let options = ValidatorOptions::default();
        assert!(InlineRules::compile(SchemaType::Avro, &Source::bare(&canonical), &options).is_ok());
    }
    let open: Vec<String> = (0..100)
        .map(|n| format!(r#"{{"type":"record","name":"R{n}","fields":[{{"name":"f","type":"#))
        .collect();
    let nested = format!("{}\"int\"{}", open.concat(), "}]}".repeat(100));
    assert_eq!(new_schema(&nested).expect("a hundred records inside each other").canonical(), nested);
}

/// What no limit may let through.
#[test]
fn hostile_texts_meet_a_limit() {
    let deep_array = format!("{}\"int\"{}", r#"{"type":"array","items":"#.repeat(600), "}".repeat(600));
    assert!(new_schema(&deep_array).is_err());
    // Each record uses the next one before its definition, so every definition moves into the one before.
    let records = (0..500).map(|n| {
        format!(r#"{{"type":"record","name":"R{n}","fields":[{{"name":"f","type":"R{}"}}]}}"#, (n + 1) % 500)
    });
    let chain = format!("[{}]", records.collect::<Vec<_>>().join(","));
    let error = new_schema(&chain).expect_err("the canonical text would nest 500 records");
    assert_eq!(error.to_string(), "schema exceeds the limit of 512 nesting levels in the printed text");
    // A default that could be tried in exponentially many ways.
    let branches: Vec<String> = (0..8)
        .map(|n| format!(r#"{{"type":"record","name":"B{n}","fields":[{{"name":"f","type":"U"}}]}}"#))
        .collect();
    let names: Vec<String> = (0..8).map(|n| format!("\"B{n}\"")).collect();
    let union = format!("[{}]", names.join(","));
    let text = format!(
        r#"{{"type":"record","name":"R","fields":[{{"name":"a","type":[{}],"default":{}1{}}}]}}"#,
        branches.join(",").replace("\"U\"", &union),
        r#"{"f":"#.repeat(60),
        "}".repeat(60)
    );
    let error = new_schema(&text).expect_err("undecided");
    assert!(error.to_string().contains("steps"), "{error}");
}
