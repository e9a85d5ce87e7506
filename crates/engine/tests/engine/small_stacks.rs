//! Whatever the limits let in, no walk over it needs a large stack: an overflow ends the process, and with it the
//! requests of everybody else. Each step runs on a thread of its own, named after it, since that is all that an
//! overflow tells. Built without optimisation, when frames are largest.

use chancery_engine::difference::CompareOptions;
use chancery_engine::verdict::{CheckOptions, Earlier, check};
use chancery_engine::violation::ValidatorOptions;
use chancery_engine::{CompatibilityLevel, Limits, Schema, SchemaType, Source, Strictness};

/// What the threads of the server have.
const WHOLE: usize = 2 << 20;

/// Runs a step on half of that: others have called before.
fn on_a_small_stack<T: Send>(name: &str, step: impl FnOnce() -> T + Send) -> T {
    on_a_stack(WHOLE / 2, name, step)
}

fn on_a_stack<T: Send>(bytes: usize, name: &str, step: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name(name.to_owned()).stack_size(bytes);
        thread.spawn_scoped(scope, step).expect("a thread").join().expect("no panic")
    })
}

fn parse(schema_type: SchemaType, text: &str, strictness: Strictness) -> Option<Schema> {
    let source = Source { text, dependencies: &[] };
    Schema::parse(schema_type, &source, strictness, &Limits::default()).ok()
}

/// Every walk over a schema that a request can ask for.
fn walk(what: &str, schema_type: SchemaType, text: &str) {
    let step = |name: &str| format!("{what}: {name}");
    on_a_small_stack(&step("parse as new"), || parse(schema_type, text, Strictness::New));
    let schema = on_a_small_stack(&step("parse"), || parse(schema_type, text, Strictness::Stored));
    let schema = schema.unwrap_or_else(|| panic!("{what} is within the limits"));
    let other = on_a_small_stack(&step("parse again"), || parse(schema_type, text, Strictness::Stored));
    let other = other.expect("the same text");
    on_a_small_stack(&step("canonical"), || schema.canonical());
    let normal = on_a_small_stack(&step("normalized"), || schema.normalized());
    on_a_small_stack(&step("parse normal"), || parse(schema_type, &normal, Strictness::Stored));
    for format in ["resolved", "serialized", "ignore_extensions"] {
        on_a_small_stack(&step(format), || schema.formatted(format).is_ok());
    }
    on_a_small_stack(&step("name"), || schema.name());
    on_a_small_stack(&step("digest"), || schema.digest());
    on_a_small_stack(&step("is equivalent"), || schema.is_equivalent(&other));
    on_a_small_stack(&step("field names"), || schema.field_names());
    on_a_small_stack(&step("check fields"), || schema.check_fields().is_ok());
    let tags = on_a_small_stack(&step("tags"), || schema.tags());
    on_a_small_stack(&step("retag"), || schema.retagged(&tags, &tags).is_ok());
    on_a_small_stack(&step("with tags"), || schema.with_tags(&tags).is_ok());
    on_a_small_stack(&step("compare"), || {
        Schema::compare(&schema, &other, &CompareOptions::default());
    });
    on_a_small_stack(&step("witness"), || Schema::witness(&schema, &other));
    on_a_small_stack(&step("check"), || {
        let history = [Earlier { version: Some(1), schema: &other }];
        let options = CheckOptions { level: CompatibilityLevel::FullTransitive, ..CheckOptions::default() };
        check(&schema, &history, &options);
    });
    // Compiled by a library, first thing on a thread of its own.
    on_a_stack(WHOLE, &step("validator"), || schema.validator(&ValidatorOptions::default()).is_ok());
    on_a_small_stack(&step("drop"), move || drop((schema, other)));
}

/// The deepest text of a kind that is still taken.
fn deepest(schema_type: SchemaType, text: impl Fn(usize) -> String + Sync) -> String {
    let fits = |depth: usize| {
        let text = text(depth);
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(64 << 20);
            let parsed = thread.spawn_scoped(scope, || parse(schema_type, &text, Strictness::New).is_some());
            parsed.expect("a thread").join().expect("no panic")
        })
    };
    let depth = (1..=2048).take_while(|depth| fits(*depth)).last().expect("one level is not too deep");
    assert!(depth > 20, "{depth}: {}", text(depth + 1));
    text(depth)
}

#[test]
fn the_deepest_json_schemas_are_walked_on_small_stacks() {
    for (name, open, close) in [
        ("items", r#"{"type":"array","items":"#, "}"),
        ("properties", r#"{"type":"object","properties":{"a":"#, "}}"),
        ("allOf", r#"{"allOf":["#, "]}"),
        ("oneOf", r#"{"oneOf":[{"type":"null"},"#, "]}"),
        ("not", r#"{"not":"#, "}"),
        ("definitions", r##"{"$ref":"#/definitions/a","definitions":{"a":"##, "}}"),
        ("additional", r#"{"type":"object","additionalProperties":"#, "}"),
        ("dependencies", r#"{"dependencies":{"a":"#, "}}"),
        ("enum", r#"{"enum":["#, "]}"),
        ("prefixItems", r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","prefixItems":["#, "]}"),
        ("if", r#"{"if":true,"then":"#, "}"),
        ("additionalItems", r#"{"type":"array","items":[{"type":"string"}],"additionalItems":"#, "}"),
        ("types", r#"{"type":["array","null"],"items":"#, "}"),
        ("patterns", r#"{"type":["object","null"],"patternProperties":{"^a":"#, "}}"),
    ] {
        let text = |depth: usize| format!("{}{}{}", open.repeat(depth), "{}", close.repeat(depth));
        walk(name, SchemaType::Json, &deepest(SchemaType::Json, text));
    }
}

#[test]
fn the_deepest_avro_schemas_are_walked_on_small_stacks() {
    for (name, open, close) in [
        ("array", r#"{"type":"array","items":"#, "}"),
        ("map", r#"{"type":"map","values":"#, "}"),
        ("union", r#"["null",{"type":"array","items":"#, "}]"),
    ] {
        let text = |depth: usize| format!("{}{}{}", open.repeat(depth), r#""int""#, close.repeat(depth));
        walk(name, SchemaType::Avro, &deepest(SchemaType::Avro, text));
    }
    let records = |depth: usize| {
        let open: Vec<_> = (0..depth)
            .map(|level| format!(r#"{{"type":"record","name":"R{level}","fields":[{{"name":"f","type":"#))
            .collect();
        let open = open.concat();
        format!("{open}\"int\"{}", "}]}".repeat(depth))
    };
    walk("records", SchemaType::Avro, &deepest(SchemaType::Avro, records));
    let property =
        |depth: usize| format!(r#"{{"type":"int","p":{}1{}}}"#, "[".repeat(depth), "]".repeat(depth));
    walk("property", SchemaType::Avro, &deepest(SchemaType::Avro, property));
    let default = |depth: usize| {
        let of = r#"{"type":"array","items":"#.repeat(depth);
        let value = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let field = format!(r#"{{"name":"f","type":{of}"int"{},"default":{value}}}"#, "}".repeat(depth));
        format!(r#"{{"type":"record","name":"R","fields":[{field}]}}"#)
    };
    walk("default", SchemaType::Avro, &deepest(SchemaType::Avro, default));
}

#[test]
fn the_deepest_protobuf_schemas_are_walked_on_small_stacks() {
    let messages = |depth: usize| {
        let open: Vec<_> = (0..depth)
            .map(|level| match level {
                0 => "message M0 {".to_owned(),
                _ => format!(" M{level} f = 1; message M{level} {{"),
            })
            .collect();
        let open = open.concat();
        format!("syntax = \"proto3\"; {open} int32 a = 2; {}", "}".repeat(depth))
    };
    walk("messages", SchemaType::Protobuf, &deepest(SchemaType::Protobuf, messages));
    let option = |depth: usize| {
        let value = format!("{}{}", "{ a: ".repeat(depth), "1 }".to_owned() + &"}".repeat(depth - 1));
        format!("syntax = \"proto3\"; option (o) = {value}; message M {{}}")
    };
    walk("option", SchemaType::Protobuf, &deepest(SchemaType::Protobuf, option));
}
