//! What registration accepts, what it refuses, and which text is stored.

use std::fmt::Write;

use super::JsonSchema;
use crate::difference::{CompareOptions, Difference, Side};
use crate::{Dependency, Limits, SchemaError, Source, Strictness};

const MODERN: &str = r#""$schema":"https://json-schema.org/draft/2020-12/schema""#;
const DRAFT4: &str = r#""$schema":"http://json-schema.org/draft-04/schema#""#;

fn parse(text: &str) -> Result<JsonSchema, SchemaError> {
    JsonSchema::parse(&Source::bare(text), Strictness::New, &Limits::default())
}

fn parse_with(text: &str, names: &[(&str, &str)]) -> Result<JsonSchema, SchemaError> {
    let dependencies: Vec<Dependency> = names
        .iter()
        .map(|(name, text)| Dependency { name: (*name).into(), text: (*text).into(), origin: None })
        .collect();
    let source = Source { text, dependencies: &dependencies };
    JsonSchema::parse(&source, Strictness::New, &Limits::default())
}

/// The same body without `$schema` and under 2020-12.
fn both(body: &str) -> [String; 2] {
    let inner = &body[1..];
    let comma = if inner.starts_with('}') { "" } else { "," };
    [body.to_owned(), format!("{{{MODERN}{comma}{inner}")]
}

#[test]
fn what_the_reference_accepts_is_accepted_in_both_loaders() {
    for body in [
        "{}",
        r#"{"type":[]}"#,
        r#"{"type":["string","string"]}"#,
        r#"{"required":[]}"#,
        r#"{"required":["a","a"]}"#,
        r#"{"enum":[]}"#,
        r#"{"enum":[1,1]}"#,
        r#"{"allOf":[]}"#,
        r#"{"minLength":-1}"#,
        r#"{"multipleOf":-2}"#,
        r#"{"definitions":5}"#,
        r#"{"$defs":5}"#,
        r#"{"format":"no-such-format"}"#,
        r#"{"x-anything":[1]}"#,
        r#"{"pattern":"a++"}"#,
        r#"{"$id":"a/b:"}"#,
        r#"{"pattern":"(?i)x\\Z\\Q.\\E[\\w-.]"}"#,
        r#"{"definitions":{"unused":7}}"#,
        r##"{"properties":{"a":{"$ref":"#"}}}"##,
        r##"{"properties":{"a":{"$ref":"#/properties/b"},"b":{"type":"null"}}}"##,
        r##"{"$ref":"#/$defs/x","definitions":{"x":true}}"##,
        r##"{"$ref":"#/definitions/a~1b%20c","definitions":{"a/b c":{}}}"##,
        r#"{"$id":"http://example.com/root.json","$ref":"http://json-schema.org/draft-07/schema#"}"#,
        r#"{"title":"t","description":"d","default":[{}]}"#,
    ] {
        for text in both(body) {
            assert!(parse(&text).is_ok(), "{text}: {:?}", parse(&text).err());
        }
    }
    for text in [
        "true",
        "false",
        r#"{"$schema":"urn:unknown"}"#,
        r#"{"$schema":"http://json-schema.org/draft-03/schema#"}"#,
    ] {
        assert!(parse(text).is_ok(), "{text}");
    }
    for body in
        [r#"{"multipleOf":0}"#, r#"{"minLength":1.0}"#, r##"{"$ref":"#x","$defs":{"a":{"$anchor":"x"}}}"##]
    {
        assert!(parse(&both(body)[1]).is_ok(), "{body}");
    }
}

#[test]
fn what_the_reference_trips_over_is_refused_in_both_loaders() {
    for body in [
        r#"{"$id":"//"}"#,
        r#"{"$id":"x_y:z"}"#,
        r#"{"$id":"http://example.com/[a]"}"#,
        r#"{"pattern":"(?<=a*)b"}"#,
        r#"{"$schema":1}"#,
        r#"{"type":"any"}"#,
        r#"{"type":1}"#,
        r#"{"type":["string",1]}"#,
        r#"{"required":true}"#,
        r#"{"required":[1]}"#,
        r#"{"enum":{}}"#,
        r#"{"oneOf":{}}"#,
        r#"{"anyOf":[1]}"#,
        r#"{"not":"x"}"#,
        r#"{"properties":[]}"#,
        r#"{"properties":{"a":null}}"#,
        r#"{"items":null}"#,
        r#"{"items":3}"#,
        r#"{"additionalProperties":"no"}"#,
        r#"{"patternProperties":{"(":{}}}"#,
        r#"{"pattern":"[[]"}"#,
        r#"{"pattern":"\\u{1F600}"}"#,
        r#"{"minLength":"1"}"#,
        r#"{"title":1}"#,
        r#"{"description":[]}"#,
        r#"{"format":1}"#,
        r#"{"$id":1}"#,
        r#"{"$id":"not a uri"}"#,
        r#"{"exclusiveMaximum":true}"#,
        r##"{"$ref":"#/definitions/none"}"##,
        r##"{"$ref":"#none"}"##,
        r#"{"$ref":"other.json"}"#,
        r#"{"$ref":"https://example.com/other.json"}"#,
        r#"{"$ref":"file:///etc/hostname"}"#,
        r#"{"$ref":7}"#,
        r##"{"$ref":"#/definitions/bad","definitions":{"bad":7}}"##,
    ] {
        for text in both(body) {
            let duplicated_schema = body.contains("$schema") && text.contains("2020-12");
            assert!(duplicated_schema || parse(&text).is_err(), "{text}");
        }
    }
    for text in ["[]", "1", "null", "\"x\"", "", "{} {}", "{"] {
        assert!(parse(text).is_err(), "{text}");
    }
    for body in [
        r#"{"multipleOf":0.0}"#,
        r#"{"minLength":1.0}"#,
        r#"{"maxItems":4294967296}"#,
        r#"{"$ref":"https://json-schema.org/draft/2020-12/schema"}"#,
    ] {
        assert!(parse(body).is_err(), "{body}");
    }
    assert!(parse(&both(r#"{"items":[{}]}"#)[1]).is_err());
    assert!(parse(&format!(r#"{{{DRAFT4},"exclusiveMaximum":true,"id":"x"}}"#)).is_ok());
}

#[test]
fn references_find_what_came_with_the_schema() {
    let number = ("num.json", r#"{"type":"number"}"#);
    let pair = ("pair.json", r#"{"definitions":{"p":{"$ref":"num.json"}}}"#);
    for text in [
        r#"{"$ref":"num.json"}"#.to_owned(),
        r#"{"$id":"http://example.com/a/root.json","$ref":"num.json"}"#.to_owned(),
        r#"{"$id":"http://example.com/a/root.json","$ref":"http://example.com/a/num.json"}"#.to_owned(),
        r#"{"$ref":"pair.json#/definitions/p"}"#.to_owned(),
        format!(r#"{{{MODERN},"$ref":"./num.json"}}"#),
        format!(r#"{{{MODERN},"$ref":"mem://input/num.json"}}"#),
        format!(r#"{{{MODERN},"$ref":"pair.json#/$defs/p"}}"#),
    ] {
        let parsed = parse_with(&text, &[number, pair]);
        assert!(parsed.is_ok(), "{text}: {:?}", parsed.err());
    }
    let embedded = r#""$defs":{"n":{"$id":"inner.json","type":"null"}},"$id":"http://example.com/r.json""#;
    assert!(parse(&format!(r#"{{{MODERN},{embedded},"$ref":"inner.json"}}"#)).is_ok());
    assert!(parse(&format!(r#"{{{embedded},"properties":{{"a":{{"$ref":"inner.json"}}}}}}"#)).is_err());
    assert!(parse(r##"{"$ref":"#n","definitions":{"x":{"$id":"#n"}}}"##).is_ok());
    assert!(parse(&format!(r##"{{{DRAFT4},"$ref":"#n","definitions":{{"x":{{"id":"#n"}}}}}}"##)).is_ok());
    assert!(parse_with("{}", &[("unused", "not json")]).is_ok());
    assert!(parse_with(r#"{"$ref":"broken"}"#, &[("broken", "{")]).is_err());
}

#[test]
fn anchors_and_identifiers_are_found_under_any_name() -> Result<(), SchemaError> {
    for name in ["default", "enum", "const", "examples", "other", "properties"] {
        for map in ["properties", "patternProperties", "definitions", "$defs"] {
            let classic = format!(r##"{{"{map}":{{"{name}":{{"$id":"#x"}}}},"allOf":[{{"$ref":"#x"}}]}}"##);
            parse(&classic)?;
            let anchored =
                format!(r##"{{{MODERN},"{map}":{{"{name}":{{"$anchor":"x"}}}},"allOf":[{{"$ref":"#x"}}]}}"##);
            parse(&anchored)?;
            let embedded = format!(
                r#"{{{MODERN},"{map}":{{"{name}":{{"$id":"sub.json"}}}},"allOf":[{{"$ref":"sub.json"}}]}}"#
            );
            parse(&embedded)?;
        }
        let data = format!(r##"{{"{name}":{{"$id":"#x"}},"allOf":[{{"$ref":"#x"}}]}}"##);
        assert_eq!(parse(&data).is_ok(), name == "other", "{data}");
    }
    Ok(())
}

#[test]
fn only_what_is_reached_is_read_in_both_loaders() -> Result<(), SchemaError> {
    for body in [r#"{"$defs":{"a":{"type":"zzz"}}}"#, r#"{"$defs":{"a":5}}"#, r#"{"then":5}"#] {
        parse(&format!("{{{MODERN},{}", &body[1..]))?;
    }
    parse(r#"{"$defs":{"a":{"type":"zzz"}}}"#).map(drop)
}

#[test]
fn references_into_wide_objects_take_linear_time() -> Result<(), SchemaError> {
    // A quadratic search takes minutes here.
    let count = 30_000;
    let mut definitions = String::new();
    for number in 0..count {
        let _ = write!(definitions, r##""d{number}":{{"$ref":"#/definitions/d{}"}},"##, number + 1);
    }
    let text = format!(r##"{{"definitions":{{{definitions}"d{count}":{{}}}},"$ref":"#/definitions/d0"}}"##);
    parse(&text).map(drop)
}

#[test]
fn many_parts_of_one_kind_take_linear_time() -> Result<(), SchemaError> {
    // Each of these took minutes when something in it was quadratic, or compiled an automaton a part.
    let many = |count: usize, part: &dyn Fn(usize) -> String| (0..count).map(part).collect::<String>();
    let properties = many(20_000, &|_| r"\\p{Lu}".to_owned());
    parse(&format!(r#"{{"pattern":"{properties}"}}"#))?;
    let groups = many(10_000, &|number| format!("(?<n{number}>a)"));
    parse(&format!(r#"{{"pattern":"{groups}"}}"#))?;
    for draft in [MODERN, DRAFT4] {
        let unknown = many(50_000, &|number| format!(r#","k{number}":0"#));
        parse(&format!("{{{draft}{unknown}}}"))?;
    }
    Ok(())
}

#[test]
fn the_stored_text_keeps_order_and_the_normal_form_sorts_it() -> Result<(), SchemaError> {
    let text = r#" { "b" : 1.50, "a" : {"z":1e5,"\u00e9":"\/"}, "required":["y","x"], "b": 2 } "#;
    let schema = parse(text)?;
    assert_eq!(schema.canonical(), r#"{"b":2,"a":{"z":1E+5,"é":"/"},"required":["y","x"]}"#);
    assert_eq!(schema.normalized(), r#"{"a":{"z":1E+5,"é":"/"},"b":2,"required":["y","x"]}"#);
    assert_eq!(parse(&schema.canonical())?.canonical(), schema.canonical());
    Ok(())
}

#[test]
fn names_that_start_with_two_dollars_are_refused_where_fields_are_checked() -> Result<(), SchemaError> {
    let schema = parse(r#"{"title":"T","properties":{"a":{},"$$b":{}}}"#)?;
    assert_eq!(schema.name().as_deref(), Some("T"));
    assert_eq!(schema.field_names(), ["a", "$$b"]);
    let refused = schema.check_fields().expect_err("a reserved prefix");
    assert_eq!(refused.to_string(), "Field names cannot start with $$ prefix");
    parse(r#"{"properties":{"$b":{"properties":{"$$c":{}}}}}"#)?.check_fields()
}

#[test]
fn hostile_texts_are_refused_and_do_not_overflow() {
    assert!(parse(&"[".repeat(100_000)).is_err());
    assert!(parse(&format!("{}{}", r#"{"not":"#.repeat(50_000), "{}")).is_err());
    let mut chain = String::new();
    for n in 0..5_000 {
        let _ = write!(chain, r##""d{n}":{{"$ref":"#/definitions/d{}"}},"##, n + 1);
    }
    let text = format!(r##"{{"definitions":{{{chain}"d5000":{{}}}},"$ref":"#/definitions/d0"}}"##);
    assert!(parse(&text).is_ok());
}

/// Objects nested under long names, and many leaves at the bottom: the places of the leaves are long.
fn deep_and_wide(levels: usize, name: usize, leaves: usize, leaf: &str) -> String {
    let mut text = String::new();
    for level in 0..levels {
        let _ = write!(text, r#"{{"properties":{{"n{level}{}":"#, "x".repeat(name));
    }
    let leaves: Vec<String> = (0..leaves).map(|number| format!(r#""p{number}":{leaf}"#)).collect();
    let _ = write!(text, r#"{{"properties":{{{}}}}}"#, leaves.join(","));
    text + &"}}".repeat(levels)
}

#[test]
fn places_of_a_tree_are_together_as_long_as_its_text() -> Result<(), SchemaError> {
    let text = deep_and_wide(60, 5_000, 5_000, "true");
    let schema = parse(&text)?;
    let nodes = &schema.tree.nodes;
    let held: usize = nodes.iter().map(|node| node.pointer.own_bytes()).sum();
    assert!(nodes.len() > 5_000 && held < 4 * text.len(), "{held} for {}", text.len());
    let longest = nodes.iter().map(|node| node.pointer.text()).max_by_key(String::len).unwrap_or_default();
    assert_eq!(longest.len(), 60 * "/properties/n00".len() - 10 + 60 * 5_000 + "/properties/p4999".len());
    Ok(())
}

#[test]
fn findings_in_long_places_are_bounded_by_their_text() -> Result<(), SchemaError> {
    let schema = |leaf: &str| parse(&deep_and_wide(50, 1_000, 2_000, leaf));
    let (writer, reader) = (schema(r#"{"type":"string"}"#)?, schema(r#"{"type":"integer"}"#)?);
    let comparison = JsonSchema::compare(&reader, &writer, &CompareOptions::default());
    let place = |side: &Option<Side>| side.as_ref().map_or(0, |side| side.pointer.len());
    let text = |one: &Difference| one.path.len() + one.info.len() + place(&one.reader) + place(&one.writer);
    let total: usize = comparison.differences.iter().map(text).sum();
    assert!(!comparison.is_compatible() && total < 6 << 20, "{total}");
    let first = &comparison.differences[0];
    assert!(first.path.len() > 50_000 && first.path.contains("x/properties/p"));
    assert!(comparison.differences.len() > 20, "{}", comparison.differences.len());
    Ok(())
}

#[test]
fn an_endless_path_is_cut() -> Result<(), SchemaError> {
    let schema = |leaf: &str| parse(&deep_and_wide(20, 5_000, 1, leaf));
    let (writer, reader) = (schema(r#"{"type":"string"}"#)?, schema(r#"{"type":"integer"}"#)?);
    let comparison = JsonSchema::compare(&reader, &writer, &CompareOptions::default());
    assert!(!comparison.is_compatible());
    let path = &comparison.differences[0].path;
    assert!(path.len() < 70_000 && path.starts_with("#/properties/n0x") && path.ends_with("x…"));
    Ok(())
}

#[test]
fn an_absurd_base_does_not_lengthen_every_identifier_below_it() {
    let long = "x".repeat(100_000);
    let part = r##""p":{"$id":"b","$anchor":"n","properties":{"q":{"$ref":"b"},"r":{"$ref":"b#n"}}},"s":{"$ref":"#"}"##;
    let text = format!(r#"{{{MODERN},"$id":"https://a.example/{long}/","properties":{{{part}}}}}"#);
    assert!(parse(&text).is_ok());
    assert!(parse(&text.replace(r#""b#n""#, r#""c""#)).is_err());
}
