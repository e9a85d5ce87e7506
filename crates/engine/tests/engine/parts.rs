//! Parts of documents as schemas of their own: what the fragment of a `dataschema` selects.

use chancery_engine::violation::{Outcome, PayloadOptions, ValidatorOptions};
use chancery_engine::{Dependency, Limits, Schema, SchemaType, Source};

fn outcome(schema_type: SchemaType, source: &Source<'_>, part: &str, payload: &[u8]) -> Option<Outcome> {
    let schema = Schema::parse_part(schema_type, source, part, &Limits::default()).ok()?;
    let validator = schema.validator(&ValidatorOptions::default()).ok()?;
    Some(validator.validate(payload, &PayloadOptions::default()).outcome())
}

#[test]
fn a_json_pointer_or_anchor_selects_a_schema_of_the_document() {
    let classic = r##"{"$schema":"http://json-schema.org/draft-07/schema#","$id":"https://example.com/order",
        "type":"object","properties":{"items":{"type":"array","items":{"$ref":"#/definitions/a~b"}}},
        "definitions":{"a~b":{"type":"integer","minimum":1}}}"##;
    let modern = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema",
        "$defs":{"line":{"$anchor":"line","type":"object","required":["sku"]}}}"#;
    for (text, part, good, bad) in [
        (classic, "/properties/items", "[1]", "[0]"),
        (classic, "/definitions/a~0b", "1", "0"),
        (modern, "/$defs/line", r#"{"sku":1}"#, "{}"),
        (modern, "line", r#"{"sku":1}"#, "{}"),
    ] {
        let source = Source::bare(text);
        let check = |payload: &str| outcome(SchemaType::Json, &source, part, payload.as_bytes());
        assert_eq!((check(good), check(bad)), (Some(Outcome::Valid), Some(Outcome::Invalid)), "{part}");
    }
    for part in ["/properties/none", "none", "/definitions"] {
        assert_ne!(
            outcome(SchemaType::Json, &Source::bare(modern), part, b"{}"),
            Some(Outcome::Invalid),
            "{part}"
        );
    }
    assert_eq!(outcome(SchemaType::Json, &Source::bare(classic), "/properties/none", b"{}"), None);
}

#[test]
fn a_name_selects_a_type_of_an_avro_schema() {
    let line = Dependency {
        name: "shop.Line".to_owned(),
        text:
            r#"{"type":"record","name":"Line","namespace":"shop","fields":[{"name":"n","type":"boolean"}]}"#
                .to_owned(),
        origin: None,
    };
    let text = r#"{"type":"record","name":"Order","namespace":"shop","fields":[
        {"name":"id","type":"long"},{"name":"line","type":"shop.Line"},
        {"name":"state","type":{"type":"enum","name":"other.State","symbols":["A"]}}]}"#;
    let source = Source { text, dependencies: &[line] };
    for (part, payload, expected) in [
        ("shop.Order", &[2, 1, 0][..], Some(Outcome::Valid)),
        ("Order", &[2, 1, 0], Some(Outcome::Valid)),
        ("Line", &[1], Some(Outcome::Valid)),
        ("other.State", &[0], Some(Outcome::Valid)),
        ("State", &[2], Some(Outcome::Invalid)),
        ("Nobody", &[], None),
        ("long", &[2], None),
    ] {
        assert_eq!(outcome(SchemaType::Avro, &source, part, payload), expected, "{part}");
    }
}
