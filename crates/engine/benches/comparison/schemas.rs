//! One family of schemas a format: version `n` follows version `n - 1` by a compatible change.

use std::fmt::Write;

use chancery_engine::{Limits, Schema, SchemaType, Source, Strictness};

/// How a family is written: parts (fields, messages, definitions) and version to text.
pub type Texts = fn(usize, usize) -> String;

/// Format, what its parts are, how many stand for a large schema, versions of a long history, the texts.
pub const FAMILIES: [(SchemaType, &str, usize, usize, Texts); 3] = [
    (SchemaType::Avro, "fields", 300, 100, avro),
    (SchemaType::Protobuf, "messages", 200, 50, protobuf),
    (SchemaType::Json, "definitions", 128, 50, json),
];

/// Parses one text of a family.
pub fn parse(schema_type: SchemaType, text: &str) -> Schema {
    Schema::parse(schema_type, &Source::bare(text), Strictness::New, &Limits::default())
        .expect("texts of a family parse")
}

/// A record of documented fields; every version adds one with a default.
fn avro(fields: usize, version: usize) -> String {
    let types = [
        r#""string""#,
        r#"["null","string"]"#,
        r#"{"type":"long","logicalType":"timestamp-millis"}"#,
        r#"{"type":"array","items":{"type":"map","values":"double"}}"#,
    ];
    let doc = "What the field means, in a sentence that is as long as such sentences are in practice.";
    let mut text = r#"{"type":"record","name":"Wide","namespace":"com.example","fields":["#.to_owned();
    for field in 0..fields {
        let comma = if field > 0 { "," } else { "" };
        let of = types[field % types.len()];
        let _ = write!(text, r#"{comma}{{"name":"field{field}","type":{of},"doc":"{doc}"}}"#);
    }
    for field in 0..version {
        let _ =
            write!(text, r#",{{"name":"added{field}","type":["null","int"],"default":null,"doc":"{doc}"}}"#);
    }
    text + "]}"
}

/// Messages that use each other; every version adds one field to the first message.
fn protobuf(messages: usize, version: usize) -> String {
    let mut text = "syntax = \"proto3\";\npackage shop.orders.v1;\n".to_owned();
    for message in 0..messages {
        let _ = write!(
            text,
            "message Order{message} {{ string id = 1; int64 amount = 2 [deprecated = true]; repeated Line lines = 3; \
             map<string, Order{}> linked = 4; oneof how {{ string card = 5; bytes token = 6; }} \
             message Line {{ string sku = 1; uint32 count = 2; }} enum State {{ OPEN = 0; PAID = 1; }} State state = 7;",
            (message + 1) % messages
        );
        for field in (0..version).filter(|_| message == 0) {
            let _ = write!(text, " string note{field} = {};", 100 + field);
        }
        text.push_str(" }\n");
    }
    text
}

/// Definitions that refer to each other, about 470 bytes each; every version widens a limit in all of them.
fn json(definitions: usize, version: usize) -> String {
    let mut text =
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Order","$defs":{"#.to_owned();
    for part in 0..definitions {
        let comma = if part > 0 { "," } else { "" };
        let next = (part + 1) % definitions;
        let _ = write!(
            text,
            r##"{comma}"part{part}":{{"type":"object","title":"Part {part}","description":"What part {part} of an order looks like",
            "properties":{{"id":{{"type":"string","minLength":1,"maxLength":{}}},"count":{{"type":"integer","minimum":0}},
            "state":{{"enum":["open","paid","shipped","lost"]}},"note":{{"type":["string","null"]}},
            "next":{{"$ref":"#/$defs/part{next}"}},"choice":{{"oneOf":[{{"type":"null"}},{{"$ref":"#/$defs/part{next}"}}]}}}},
            "required":["id"],"additionalProperties":false}}"##,
            64 + version
        );
    }
    text + r##"},"$ref":"#/$defs/part0"}"##
}
