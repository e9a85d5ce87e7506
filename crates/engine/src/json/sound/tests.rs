//! The reference's verdict and the truth, side by side.

use super::{Containment, contains};
use crate::difference::{CompareOptions, Policy};
use crate::json::JsonSchema;
use crate::{Limits, SchemaError, Source, Strictness};

const MODERN: &str = r#""$schema":"https://json-schema.org/draft/2020-12/schema""#;
const DRAFT4: &str = r#""$schema":"http://json-schema.org/draft-04/schema#""#;

fn parse(text: &str) -> Result<JsonSchema, SchemaError> {
    JsonSchema::parse(&Source::bare(text), Strictness::New, &Limits::default())
}

fn reference_accepts(reader: &JsonSchema, writer: &JsonSchema) -> bool {
    JsonSchema::compare(reader, writer, &CompareOptions::default()).is_compatible()
}

/// The classes of changes that the reference takes for compatible and that lose documents (writer, reader).
/// Each of them must be refuted here, or the class is described wrongly.
fn unsound_classes() -> Vec<(&'static str, String, String)> {
    let classic = |writer: &str, reader: &str| (writer.to_owned(), reader.to_owned());
    let modern =
        |writer: &str, reader: &str| (format!("{{{MODERN},{writer}}}"), format!("{{{MODERN},{reader}}}"));
    let old =
        |writer: &str, reader: &str| (format!("{{{DRAFT4},{writer}}}"), format!("{{{DRAFT4},{reader}}}"));
    [
        (
            "a name without a property becomes required",
            classic(r#"{"type":"object"}"#, r#"{"type":"object","required":["zz"]}"#),
        ),
        (
            "a property with a default becomes required",
            classic(
                r#"{"properties":{"a":{"type":"string"}}}"#,
                r#"{"properties":{"a":{"type":"string","default":"x"}},"required":["a"]}"#,
            ),
        ),
        (
            "a required property without conditions is added",
            classic(r#"{"properties":{"a":{}}}"#, r#"{"properties":{"a":{},"b":{}},"required":["b"]}"#),
        ),
        (
            "patternProperties change",
            classic(
                r#"{"type":"object","patternProperties":{"^x-":{"type":"string"}}}"#,
                r#"{"type":"object","patternProperties":{"^x-":{"type":"integer"}}}"#,
            ),
        ),
        (
            "an object with patternProperties is taken for closed",
            classic(
                r#"{"type":"object","patternProperties":{"^x-":{}}}"#,
                r#"{"type":"object","properties":{"y":{"type":"string"}},"patternProperties":{"^x-":{}}}"#,
            ),
        ),
        (
            "propertyNames change",
            classic(r#"{"type":"object"}"#, r#"{"type":"object","propertyNames":{"maxLength":3}}"#),
        ),
        (
            "the length of names changes",
            classic(r#"{"propertyNames":{"maxLength":5}}"#, r#"{"propertyNames":{"maxLength":3}}"#),
        ),
        ("contains changes", classic(r#"{"type":"array"}"#, r#"{"type":"array","contains":{"type":"string"}}"#)),
        (
            "branches of if change",
            classic(
                r#"{"if":{"required":["a"]},"then":{}}"#,
                r#"{"if":{"required":["a"]},"then":{"required":["b"]}}"#,
            ),
        ),
        ("untyped keywords get a type", classic(r#"{"minLength":1}"#, r#"{"type":"string","minLength":1}"#)),
        (
            "boolean limits of draft 4",
            old(r#""type":"number","maximum":5"#, r#""type":"number","maximum":5,"exclusiveMaximum":true"#),
        ),
        (
            "the end of a chain of references changes",
            classic(
                r##"{"properties":{"a":{"$ref":"#/definitions/x"}},"definitions":{"x":{"$ref":"#/definitions/y"},"y":{"type":"integer"}}}"##,
                r##"{"properties":{"a":{"$ref":"#/definitions/x"}},"definitions":{"x":{"$ref":"#/definitions/y"},"y":{"type":"string"}}}"##,
            ),
        ),
        (
            "members of oneOf overlap",
            classic(
                r#"{"oneOf":[{"type":"integer"},{"type":"string"}]}"#,
                r#"{"oneOf":[{"type":"integer"},{"type":"string"},{"type":"number"}]}"#,
            ),
        ),
        (
            "a format is asserted",
            classic(r#"{"type":"string"}"#, r#"{"type":"string","format":"date"}"#),
        ),
        (
            "connect byte arrays change type",
            classic(r#"{"type":"string","connect.type":"bytes"}"#, r#"{"type":"integer","connect.type":"bytes"}"#),
        ),
        (
            "split members of 2020-12",
            modern(r#""type":"integer""#, r#""oneOf":[{"type":"integer","enum":[1,2]},{"type":"string"}]"#),
        ),
        (
            "unevaluatedProperties beside an unknown keyword",
            modern(r#""x-a":1,"type":"object""#, r#""x-a":1,"type":"object","unevaluatedProperties":false"#),
        ),
        (
            "limits that are one double",
            classic(
                r#"{"type":"integer","maximum":9007199254740993}"#,
                r#"{"type":"integer","maximum":9007199254740992}"#,
            ),
        ),
    ]
    .into_iter()
    .map(|(name, (writer, reader))| (name, writer, reader))
    .collect()
}

#[test]
fn documents_that_the_reference_loses_are_found() -> Result<(), SchemaError> {
    for (name, writer, reader) in unsound_classes() {
        let (writer, reader) = (parse(&writer)?, parse(&reader)?);
        assert!(reference_accepts(&reader, &writer), "{name}: the reference accepts it");
        let answer = contains(&reader, &writer);
        assert!(matches!(answer, Containment::Refuted { .. }), "{name}: {answer:?}");
        let options = CompareOptions { policy: Policy::Sound, limits: Limits::default() };
        let comparison = JsonSchema::compare(&reader, &writer, &options);
        let ids: Vec<&str> = comparison.incompatible().map(|difference| difference.rule.id).collect();
        assert_eq!(ids, ["json/document-lost"], "{name}");
    }
    Ok(())
}

#[test]
fn changes_that_the_reference_refuses_without_need_are_proven() -> Result<(), SchemaError> {
    for (writer, reader) in [
        (r#"{"type":"array"}"#, r#"{"type":"array","items":true}"#),
        (r#"{"type":"string"}"#, r#"{"type":"string","minLength":0}"#),
        (r#"{"type":"object"}"#, r#"{"type":"object","additionalProperties":{}}"#),
        (r#"{"const":"a"}"#, r#"{"enum":["a"]}"#),
        (r#"{"enum":[1]}"#, r#"{"enum":[1.0]}"#),
        (r#"{"type":["string","null"]}"#, r#"{"oneOf":[{"type":"string"},{"type":"null"}]}"#),
        (r#"{"type":"integer"}"#, r#"{"type":"number","multipleOf":1}"#),
        (r#"{"type":"number","exclusiveMinimum":1}"#, r#"{"type":"number","minimum":1}"#),
        (r#"{"type":"integer"}"#, r#"{"type":"integer","maxLength":3}"#),
        (r#"{"anyOf":[{"const":1},{"const":2}]}"#, r#"{"type":"integer"}"#),
        (r##"{"$ref":"#/definitions/x","definitions":{"x":{"type":"null"}}}"##, r#"{"enum":[null]}"#),
    ] {
        let (writer, reader) = (parse(writer)?, parse(reader)?);
        assert_eq!(contains(&reader, &writer), Containment::Proven, "{writer:?}");
        let options = CompareOptions { policy: Policy::Sound, limits: Limits::default() };
        assert!(JsonSchema::compare(&reader, &writer, &options).is_compatible());
    }
    Ok(())
}

#[test]
fn drafts_are_compared_in_one_dialect_and_recursion_through_definitions() -> Result<(), SchemaError> {
    let writer = parse(r#"{"type":"array","items":[{"type":"string"}],"additionalItems":false}"#)?;
    let reader =
        parse(&format!(r#"{{{MODERN},"type":"array","prefixItems":[{{"type":"string"}}],"items":false}}"#))?;
    assert_eq!(contains(&reader, &writer), Containment::Proven);
    let writer = parse(r##"{"type":"object","properties":{"next":{"$ref":"#"}}}"##)?;
    let reader = parse(r##"{"type":"object","properties":{"next":{"$ref":"#"}},"minProperties":1}"##)?;
    assert_eq!(contains(&reader, &writer), Containment::Refuted { witness: "{}".to_owned() });
    assert_eq!(contains(&writer, &writer), Containment::Proven);
    Ok(())
}

#[test]
fn what_is_not_shown_keeps_the_verdict_of_the_reference_and_says_so() -> Result<(), SchemaError> {
    let properties: Vec<String> = (0..2_000).map(|n| format!(r#""p{n}":{{"type":"string"}}"#)).collect();
    let text =
        |last: &str| format!(r#"{{"properties":{{{},"last":{{"type":"{last}"}}}}}}"#, properties.join(","));
    let (writer, reader) = (parse(&text("integer"))?, parse(&text("number"))?);
    assert_eq!(contains(&reader, &writer), Containment::Undecided);
    let options = CompareOptions { policy: Policy::Sound, limits: Limits::default() };
    let comparison = JsonSchema::compare(&reader, &writer, &options);
    assert!(comparison.is_compatible());
    assert!(
        comparison.differences.iter().any(|difference| difference.rule.id == "json/undecided-containment")
    );
    assert!(!JsonSchema::compare(&writer, &reader, &options).is_compatible());
    Ok(())
}

#[test]
fn products_of_unions_are_not_multiplied_out() -> Result<(), SchemaError> {
    let text = |least: usize| {
        let members: Vec<String> = (0..10)
            .map(|n| {
                let choices: Vec<String> = (0..6)
                    .map(|m| format!(r#"{{"properties":{{"p{n}{m}":{{"minLength":{least}}}}}}}"#))
                    .collect();
                format!(r#"{{"anyOf":[{}]}}"#, choices.join(","))
            })
            .collect();
        format!(r#"{{"type":"object","allOf":[{}]}}"#, members.join(","))
    };
    assert_eq!(contains(&parse(&text(1))?, &parse(&text(2))?), Containment::Undecided);
    Ok(())
}
