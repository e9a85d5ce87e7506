//! What parses and what is refused, with the words clients see.

use super::parse;
use crate::protobuf::ast::{File, OptionValue, ReservedValue, Syntax};
use crate::{Limits, SchemaError};

fn read(text: &str) -> Result<File, SchemaError> {
    parse(text, &Limits::default())
}

#[test]
fn tolerated_texts_parse() {
    let texts = [
        "",
        "// only a remark",
        ";;",
        "/* first */ syntax = \"proto3\";",
        "syntax = 'proto' \"3\"; enum E { A = 0; };",
        "syntax = \"proto3\"; import \"gone.proto\"; import weak \"w.proto\"; message M {}",
        "syntax = \"proto3\"; option (any.thing).deep = 1; message M { int32 a = 1 [(x.y) = 3, (z) = { k: [1, 2] }]; }",
        "syntax = \"proto3\"; message M { int32 a = 0; int32 a = 0; int32 b = -4; int32 c = 19500; reserved 0; }",
        "syntax = \"proto3\"; enum E { X = 7; Y = 7; }",
        "message M { map<string, int64> m = 1; required group G = 2 { optional int32 a = 3; } }",
        "message M { oneof o { option (k) = true; int32 a = 1; group G = 2 { optional int32 b = 1; } } }",
        "message M { extensions 100 to 199, 500 to max; extend N { optional int32 e = 100; } } extend M { repeated string s = 101; }",
        "service S { option deprecated = true; rpc A (stream B) returns (stream .p.C) { option (h) = { get: \"/x\" body { a: 1 }; }; } rpc D (stream E) returns (E); };",
        "syntax = \"proto3\"; message M { string s = 1 [json_name = \"\\x41\\102\\n\", deprecated = true]; }",
        "syntax = \"proto3\"; message M { reserved 2, 9 to 11, 40 to max; reserved \"foo\", 'bar'; }",
        "syntax = \"proto3\"; message M { int32 a = 0x1F; message message { int32 enum = 1; } }",
        "syntax = \"proto3\"; message M { int32 a = 1; /* behind\n two lines */ \t\n int32 b = 2; // and\n }",
        "syntax = \"proto3\"; message M { option (o) = 1; /* a */ message N {} /* b */ extensions 4; /* c */ }",
        "message 1M {} reserved 4; service 2S { reserved \"a\"; } extend M { reserved 1; } enum 3E {}",
        "syntax = \"proto3\"; message M { .a\n .b.C c = 1; map<string, a .b> m = 2; } service S { rpc R (a .b) returns (M); }",
    ];
    for text in texts {
        if let Err(error) = read(text) {
            panic!("{text}: {error}");
        }
    }
}

#[test]
fn refused_texts_say_where_and_why() {
    let cases = [
        (
            "syntax = \"proto3\";\nmessage M { required int32 a = 1; }",
            ":2:13: 'required' label forbidden in proto3 field declarations",
        ),
        ("message M {\n  int32 a = 1;\n}", ":2:3: unexpected label: int32"),
        (
            "syntax = \"proto2\"; message M { optional map<string, string> m = 1; }",
            ":1:32: 'map' type cannot have label",
        ),
        ("edition = \"2023\"; message M {}", ":1:8: edition is not currently supported"),
        (
            "message M {} syntax = \"proto3\";",
            ":1:14: 'syntax' element must be the first declaration in a file",
        ),
        ("syntax = \"proto4\";", ":1:1: unexpected syntax: proto4"),
        ("record R {}", ":1:1: unexpected label: record"),
        ("message M {", ":1:12: unexpected end of file"),
        ("enum E { 1A = 0; }", ":1:9: field and constant names cannot start with a digit"),
        ("enum E {\n1A = 0; }", ":2:0: field and constant names cannot start with a digit"),
        (
            "syntax = \"proto3\"; message M { int32 1a = 1; }",
            ":1:37: field and constant names cannot start with a digit",
        ),
        ("syntax = \"proto3\"; message M { int32 a = x; }", ":1:43: expected an integer but was x"),
        ("syntax = \"proto3\"; message M { int32 a = 1 }", ":1:45: expected ';' but was '}'"),
        ("syntax = \"proto3\"; message M { int32 a = 1 [a = 1 b]; }", ":1:51: Expected ',' or ']"),
        ("{\"type\": \"record\"}", ":1:1: expected a word"),
        ("/* never", ":1:8: unterminated comment"),
        ("/*", ":1:3: unterminated comment"),
        ("/ /", ":1:3: unexpected '/'"),
        ("import \"a", ":1:10: unterminated string"),
        ("service S { rpc A (B) gives (C); }", ":1:13: expected 'returns'"),
        ("message M { reserved 1 until 3; }", ":1:13: expected ',', ';', or 'to'"),
        ("message M { extensions 4 x; }", ":1:13: expected ',', ';', '[' or 'to'"),
        ("message M { extensions 4 -; }", ":1:13: expected ',', ';', '[' or 'to'"),
        ("message M { extensions 4 @; }", ":1:26: expected a word"),
        ("service S { rpc A (stream) returns (C); }", ":1:26: expected a word"),
        ("syntax = proto3;", ":1:11: expected quoted string"),
        ("import foo;", ":1:1: expected quoted string"),
        ("import public foo;", ":1:16: expected quoted string"),
        ("enum E { A = 0; /* x */ B = 1; }", ":1:26: no syntax may follow trailing comment"),
        ("message M { reserved 1; /* x */\r\n }", ":1:33: no syntax may follow trailing comment"),
        ("enum E { A = 0; /* x", ":1:21: trailing comment must be closed"),
        ("reserved 1;", ":1:12: expected '//' or '/*'"),
        ("enum E { A = 0; /", ":1:17: expected '//' or '/*'"),
        ("syntax = \"proto3\"; message M { string a = 1;", ":1:45: expected '//' or '/*'"),
        ("service S { extensions 4; }", ":1:13: unexpected label: extensions"),
        ("enum E { extensions 4; }", ":1:22: expected '=' but was '4'"),
        ("option (a .b) = 1;", ":1:12: expected ')'"),
        ("package a .b;", ":1:12: expected ';' but was '.'"),
        ("syntax = \"proto3\"; message M { int32 a = 0x1g; }", ":1:46: expected an integer but was 1g"),
        ("\u{feff}message M {}", ":1:1: expected a word"),
    ];
    for (text, expected) in cases {
        let error = read(text).expect_err(text);
        assert_eq!(error.to_string(), format!("Syntax error in {expected}"), "{text}");
        assert!(matches!(error, SchemaError::Invalid { offset: Some(_), .. }), "{text}");
    }
}

#[test]
fn names_of_a_file_are_its_own() {
    for (text, expected) in [
        ("syntax = \"proto3\";\nmessage M {} message M {}", "M (:2:14) is already defined at :2:1"),
        ("service S {} service S {}", "S (:1:14) is already defined at :1:1"),
        ("message M {} enum M {}", "M (:1:14) is already defined at :1:1"),
    ] {
        assert_eq!(read(text).expect_err(text).to_string(), expected);
    }
    assert!(read("message M {} service M {}").is_ok());
}

#[test]
fn map_keys_are_integers_booleans_or_strings() {
    for key in ["float", "double", "bytes", "Other", "map"] {
        let text = format!("syntax = \"proto3\"; message M {{ map<{key}, string> m = 1; }}");
        assert_eq!(read(&text).expect_err(key).to_string(), format!("non-scalar map key: {key}"));
    }
}

#[test]
fn a_map_key_is_looked_at_after_the_rest_of_the_text() {
    let text = "syntax = \"proto3\"; message M { map<float, string> m = 1; map<M, M> n = 2; } mess";
    assert_eq!(read(text).expect_err(text).to_string(), "Syntax error in :1:77: unexpected label: mess");
}

#[test]
fn the_end_of_a_range_is_a_number_in_the_words_of_java() {
    let text = "message M { reserved 1 to 9x; }";
    assert_eq!(read(text).expect_err(text).to_string(), "For input string: \"9x\"");
}

#[test]
fn trees_keep_what_was_written() -> Result<(), SchemaError> {
    let file = read(
        "syntax = \"proto2\"; package a.b; import public \"p.proto\"; import \"i.proto\";\n\
         message M { optional .a.b.M next = 1 [default = inf, (t).u.v = \"x\" 'y', packed = false]; reserved 3 to max; }",
    )?;
    assert_eq!(file.syntax, Some(Syntax::Proto2));
    assert_eq!(file.package.as_deref(), Some("a.b"));
    assert_eq!(
        (file.imports.as_slice(), file.public_imports.as_slice()),
        (&["i.proto".to_owned()][..], &["p.proto".to_owned()][..])
    );
    let message = file.messages().next().expect("one message");
    let field = &message.fields[0];
    assert_eq!(field.kind.to_string(), ".a.b.M");
    assert_eq!(field.default.as_deref(), Some("inf"));
    assert_eq!(field.options.len(), 2);
    assert!(field.options[0].parenthesized);
    let OptionValue::Option(nested) = &field.options[0].value else { panic!("a dotted option") };
    assert_eq!(nested.name, "u");
    assert!(
        matches!(&message.reserved[0].values[0], ReservedValue::Range(range) if range.contains(536_870_911))
    );
    Ok(())
}

#[test]
fn repeated_keys_of_an_aggregate_become_a_list() -> Result<(), SchemaError> {
    let file = read("option (o) = { a: 1 b { c: 2 } a: 3, (d).e: 4; (d).f: 5 [x.y]: 6 a: [7] };")?;
    let OptionValue::Map(entries) = &file.options[0].value else { panic!("an aggregate") };
    let keys: Vec<_> = entries.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["a", "b", "d", "[x.y]"]);
    assert!(matches!(&entries[0].1, OptionValue::List(items) if items.len() == 3));
    assert!(matches!(&entries[2].1, OptionValue::Map(inner) if inner.len() == 2));
    Ok(())
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = "message M {".repeat(200_000);
    assert!(matches!(read(&deep), Err(SchemaError::Limit { what: "nesting levels", .. })));
    let deep = format!("option (o) = {}", "{ a ".repeat(200_000));
    assert!(matches!(read(&deep), Err(SchemaError::Limit { what: "nesting levels", .. })));
    let deep = format!("option (o) = {}", "[".repeat(200_000));
    assert!(matches!(read(&deep), Err(SchemaError::Limit { what: "nesting levels", .. })));
    let dotted = format!("option (o){} = 1;", ".a".repeat(200_000));
    assert!(matches!(read(&dotted), Err(SchemaError::Limit { what: "nesting levels", .. })));
    let wide = "enum E { A = 1; ".to_owned() + &"A = 1; ".repeat(400_000);
    assert!(matches!(read(&wide), Err(SchemaError::Limit { what: "nodes", .. })));
}
