//! The texts a schema is stored, shown and found by.

use super::{new_schema, stored_schema, with_references};

/// Canonical text: `(sent, stored)`.
#[test]
fn canonical_texts_follow_the_member_order_of_the_reference() {
    for (sent, canonical) in [
        (r#" { "type" : "int" } "#, r#""int""#),
        (
            r#"{"precision":4,"type":"bytes","logicalType":"decimal"}"#,
            r#"{"type":"bytes","precision":4,"logicalType":"decimal"}"#,
        ),
        (
            r#"{"aliases":["Old","b.Older","Old"],"fields":[],"zeta":1,"doc":"","name":"a.b.New","alpha":{"z":1,"a":2},"type":"record","namespace":"gone"}"#,
            r#"{"type":"record","name":"New","namespace":"a.b","doc":"","fields":[],"zeta":1,"alpha":{"z":1,"a":2},"aliases":["Old","b.Older"]}"#,
        ),
        (
            r#"{"default":"A","symbols":["B","A"],"type":"enum","name":"E","x":true}"#,
            r#"{"type":"enum","name":"E","symbols":["B","A"],"default":"A","x":true}"#,
        ),
        (
            r#"{"size":2,"name":"F","type":"fixed","aliases":["G"],"doc":"two"}"#,
            r#"{"type":"fixed","name":"F","doc":"two","size":2,"aliases":["G"]}"#,
        ),
        (
            r#"{"values":{"items":"int","type":"array","y":null},"type":"map","x":"1"}"#,
            r#"{"type":"map","values":{"type":"array","items":"int","y":null},"x":"1"}"#,
        ),
        (
            r#"{"type":"record","name":"R","fields":[{"x":1,"aliases":["o","p","o"],"order":"Descending","default":1.50,"doc":"d","type":"double","name":"f"}]}"#,
            r#"{"type":"record","name":"R","fields":[{"name":"f","type":"double","doc":"d","default":1.5,"order":"descending","aliases":["o","p"],"x":1}]}"#,
        ),
        (
            r#"{"type":"record","name":"R","fields":[{"name":"f","type":"float","default":"2"},{"name":"g","type":"double","default":"NaN"},{"name":"h","type":"double","default":1,"order":"ascending","doc":7}]}"#,
            r#"{"type":"record","name":"R","fields":[{"name":"f","type":"float","default":2.0},{"name":"g","type":"double","default":"NaN"},{"name":"h","type":"double","default":1}]}"#,
        ),
        // Namespaces: inherited, changed, emptied; later uses by name.
        (
            r#"{"type":"record","name":"n.R","fields":[{"name":"a","type":{"type":"record","name":"A","fields":[{"name":"x","type":"R"}]}},{"name":"b","type":{"type":"fixed","name":"m.B","size":1}},{"name":"c","type":{"type":"fixed","name":"C","namespace":"","size":1}},{"name":"d","type":["n.A","m.B","C"]}]}"#,
            r#"{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":{"type":"record","name":"A","fields":[{"name":"x","type":"R"}]}},{"name":"b","type":{"type":"fixed","name":"B","namespace":"m","size":1}},{"name":"c","type":{"type":"fixed","name":"C","namespace":"","size":1}},{"name":"d","type":["A","m.B","C"]}]}"#,
        ),
        // A simple name that is a type word is written in full.
        (
            r#"{"type":"record","name":"n.R","fields":[{"name":"a","type":{"type":"fixed","name":"map","size":1}},{"name":"b","type":"n.map"}]}"#,
            r#"{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":{"type":"fixed","name":"map","size":1}},{"name":"b","type":"n.map"}]}"#,
        ),
        // A definition moves to the first use.
        (
            r#"{"type":"record","name":"R","fields":[{"name":"a","type":"Q"},{"name":"b","type":{"type":"fixed","name":"Q","size":1}}]}"#,
            r#"{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"fixed","name":"Q","size":1}},{"name":"b","type":"Q"}]}"#,
        ),
        (r#"{"type":"error","name":"Oops","fields":[]}"#, r#"{"type":"error","name":"Oops","fields":[]}"#),
        ("{\"type\":\"int\",\"x\":\"\\u00e9\\/\\u0001\"}", "{\"type\":\"int\",\"x\":\"é/\\u0001\"}"),
    ] {
        let schema = new_schema(sent).expect(sent);
        assert_eq!(schema.canonical(), canonical, "{sent}");
        let again = new_schema(canonical).expect(canonical);
        assert_eq!(again.canonical(), canonical, "canonical texts are stable");
        assert!(schema.is_equivalent(&again) && again.is_equivalent(&schema), "{sent}");
        assert_eq!(schema.digest(), again.digest(), "{sent}");
    }
}

/// Normalized text: `(sent, normalized)`.
#[test]
fn normalized_texts_sort_what_has_no_order() {
    for (sent, normalized) in [
        (
            r#"{"type":"bytes","scale":1,"b":{"y":1,"x":[{"d":1,"c":2}]},"precision":4,"a":0,"logicalType":"decimal"}"#,
            r#"{"type":"bytes","logicalType":"decimal","precision":4,"scale":1,"a":0,"b":{"x":[{"c":2,"d":1}],"y":1}}"#,
        ),
        (
            r#"{"type":"int","scale":1,"precision":4,"logicalType":"date","connect":1}"#,
            r#"{"type":"int","logicalType":"date","connect":1,"precision":4,"scale":1}"#,
        ),
        (
            r#"{"type":"error","name":"R","doc":"","aliases":["z.A","Y","B"],"fields":[{"name":"f","type":"double","doc":"","default":1,"aliases":["q","p"],"z":1,"y":2}]}"#,
            r#"{"type":"record","name":"R","fields":[{"name":"f","type":"double","doc":"","default":1.0,"aliases":["p","q"],"y":2,"z":1}],"aliases":["B","Y","z.A"]}"#,
        ),
        (
            r#"{"type":"record","name":"R","fields":[{"name":"m","type":{"type":"map","values":"float"},"default":{"b":1,"a":0.5}},{"name":"u","type":["null","double"],"default":3},{"name":"l","type":"long","default":3}]}"#,
            r#"{"type":"record","name":"R","fields":[{"name":"m","type":{"type":"map","values":"float"},"default":{"a":0.5,"b":1.0}},{"name":"u","type":["null","double"],"default":3.0},{"name":"l","type":"long","default":3}]}"#,
        ),
        // Order that means something stays.
        (
            r#"[{"type":"enum","name":"E","symbols":["B","A"],"default":"B"},"null",{"type":"record","name":"R","fields":[{"name":"z","type":"int"},{"name":"a","type":"int"}]}]"#,
            r#"[{"type":"enum","name":"E","symbols":["B","A"],"default":"B"},"null",{"type":"record","name":"R","fields":[{"name":"z","type":"int"},{"name":"a","type":"int"}]}]"#,
        ),
        // An empty namespace inside a namespace keeps the type's name.
        (
            r#"{"type":"record","name":"n.R","fields":[{"name":"c","type":{"type":"fixed","name":"C","namespace":"","size":1}}]}"#,
            r#"{"type":"record","name":"R","namespace":"n","fields":[{"name":"c","type":{"type":"fixed","name":"C","namespace":"","size":1}}]}"#,
        ),
    ] {
        let schema = new_schema(sent).expect(sent);
        assert_eq!(schema.normalized(), normalized, "{sent}");
        let again = new_schema(normalized).expect(normalized);
        assert_eq!(again.normalized(), normalized, "normalized texts are stable");
        assert_eq!(again.canonical(), normalized, "and canonical");
    }
}

const ADDRESS: &str = r#"{"type":"record","name":"Address","namespace":"post","fields":[{"name":"land","type":{"type":"enum","name":"Land","symbols":["DE"]}}]}"#;

#[test]
fn referenced_types_stay_names_unless_the_resolved_text_is_asked_for() {
    let user = r#"{"type":"record","name":"P","namespace":"people","fields":[{"name":"home","type":"post.Address"},{"name":"work","type":"post.Address"}]}"#;
    let schema = with_references(user, &[("post.Address", ADDRESS)]).expect("parses");
    assert_eq!(schema.canonical(), user);
    assert_eq!(schema.normalized(), user);
    let resolved = format!(
        r#"{{"type":"record","name":"P","namespace":"people","fields":[{{"name":"home","type":{ADDRESS}}},{{"name":"work","type":"post.Address"}}]}}"#
    );
    for (format, text) in
        [("resolved", resolved.as_str()), ("RESOLVED", &resolved), ("default", user), ("", user), ("?", user)]
    {
        assert_eq!(schema.formatted(format).expect("within limits"), text, "{format}");
    }
    let inlined = stored_schema(&resolved).expect("parses");
    assert!(inlined.is_equivalent(&schema) && schema.is_equivalent(&inlined));
    assert_eq!(inlined.digest(), schema.digest());
    // The reference knows a referenced text by the type it stands for, not by the types nested in it.
    let nested =
        r#"{"type":"record","name":"P","namespace":"people","fields":[{"name":"land","type":"post.Land"}]}"#;
    let schema = with_references(nested, &[("post.Address", ADDRESS)]).expect("parses");
    let written = r#"{"type":"record","name":"P","namespace":"people","fields":[{"name":"land","type":{"type":"enum","name":"Land","namespace":"post","symbols":["DE"]}}]}"#;
    assert_eq!(schema.canonical(), written);
    let again = with_references(written, &[("post.Address", ADDRESS)]).expect("an equal definition");
    assert_eq!(again.canonical(), written);
}

/// `(one, other, equivalent)`
#[test]
fn equivalence_ignores_the_order_of_properties_and_nothing_else() {
    let record = |inner: &str| format!(r#"{{"type":"record","name":"R"{inner}}}"#);
    let (plain, field) = (record(r#","fields":[]"#), |inner: &str| {
        record(&format!(r#","fields":[{{"name":"a","type":"int"{inner}}}]"#))
    });
    for (one, other, equivalent) in [
        (
            r#"{"type":"int","a":1,"b":{"x":1,"y":2}}"#.to_owned(),
            r#"{"type":"int","b":{"y":2,"x":1},"a":1}"#.to_owned(),
            true,
        ),
        (r#"{"type":"int","a":1}"#.to_owned(), r#"{"type":"int","a":1.0}"#.to_owned(), false),
        (plain.clone(), record(r#","fields":[],"doc":"d""#), false),
        (plain.clone(), record(r#","fields":[],"aliases":["Q"]"#), false),
        (record(r#","fields":[],"aliases":["P","Q"]"#), record(r#","fields":[],"aliases":["Q","P"]"#), true),
        (plain, record(r#","fields":[],"namespace":"n""#), false),
        (field(""), field(r#","doc":"d""#), false),
        (field(""), field(r#","default":1"#), false),
        (field(""), field(r#","order":"ignore""#), false),
        (field(""), field(r#","aliases":["b"]"#), false),
        (field(r#","p":1,"q":2"#), field(r#","q":2,"p":1"#), true),
        (
            r#"{"type":"enum","name":"E","symbols":["A"]}"#.to_owned(),
            r#"{"type":"enum","name":"E","symbols":["A"],"default":"A"}"#.to_owned(),
            false,
        ),
        (r#"["null","int"]"#.to_owned(), r#"["int","null"]"#.to_owned(), false),
    ] {
        let (one, other) = (new_schema(&one).expect(&one), new_schema(&other).expect(&other));
        assert_eq!(one.is_equivalent(&other), equivalent, "{one:?} {other:?}");
        assert_eq!(other.is_equivalent(&one), equivalent, "{other:?} {one:?}");
        assert_eq!(one.digest() == other.digest(), equivalent, "{one:?} {other:?}");
    }
}

#[test]
fn names_and_fields_of_the_top_level() {
    let schema = new_schema(
        r#"{"type":"record","name":"n.R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int"}]}"#,
    )
    .expect("parses");
    assert_eq!(schema.name().as_deref(), Some("n.R"));
    assert_eq!(schema.field_names(), ["a", "b"]);
    let union = new_schema(r#"["null"]"#).expect("parses");
    assert_eq!((union.name(), union.field_names()), (None, Vec::new()));
}
