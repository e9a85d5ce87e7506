//! Records that a schema declares, with what has to be equal for two of one name to be the same: names, order and types
//! of their fields. What people read (documentation, examples) and what readers fill in (defaults) is no shape.

use std::fmt::Write;

use super::model::qualified;
use crate::depth::with_room;
use crate::protobuf::ast::{self, FieldType, TypeNode};
use crate::tree::{self, Leniency, Node, Object, Value};
use crate::{Limits, SchemaError, SchemaType, Source};

/// Name and shape of each record, message, or of a JSON Schema with a title, in document order. References are not
/// followed: what they lead to is declared elsewhere.
///
/// # Errors
/// [`SchemaError`] when the text cannot be read.
pub fn list_records(
    schema_type: SchemaType,
    text: &str,
    limits: &Limits,
) -> Result<Vec<(String, String)>, SchemaError> {
    limits.check_source(&Source::bare(text))?;
    let mut records = Vec::new();
    match schema_type {
        SchemaType::Avro => {
            avro(&tree::parse(text, Leniency::Comments, &limits.of_avro())?, "", &mut records);
        }
        SchemaType::Protobuf => {
            let file = crate::protobuf::parse(text, limits)?;
            messages(&file.types, file.package.as_deref().unwrap_or_default(), &mut records);
        }
        SchemaType::Json => {
            let root = tree::parse(text, Leniency::Strict, limits)?;
            if let Some(title) = root.get("title").and_then(Node::as_str) {
                let shape = tree::print(&without_notes(&root, Holds::Schema), |number: &str| number.into());
                records.push((title.to_owned(), shape));
            }
        }
    }
    Ok(records)
}

/// Adds the records in a type; its shape as a part of others, where records and other named types are their names. As
/// deep as the text was parsed.
fn avro(node: &Node, space: &str, records: &mut Vec<(String, String)>) -> String {
    with_room(|| match &node.value {
        Value::String(name) if is_primitive(name) => name.clone(),
        Value::String(name) => qualified(name, space),
        Value::Array(branches) => {
            let branches: Vec<_> = branches.iter().map(|branch| avro(branch, space, records)).collect();
            format!("[{}]", branches.join(","))
        }
        Value::Object(object) => avro_object(node, object, space, records),
        _ => String::new(),
    })
}

fn avro_object(node: &Node, object: &Object, space: &str, records: &mut Vec<(String, String)>) -> String {
    let text = |member: &str| object.get(member).and_then(Node::as_str);
    let logical = text("logicalType").map(|name| format!(":{name}")).unwrap_or_default();
    let part = |member: &str, records: &mut _| node.get(member).map(|inner| avro(inner, space, records));
    match text("type") {
        Some("record" | "error") => {
            let space = text("namespace").unwrap_or(space);
            let name = qualified(text("name").unwrap_or_default(), space);
            let inner = name.rsplit_once('.').map_or("", |(space, _)| space);
            let position = records.len();
            records.push((name.clone(), String::new()));
            let mut shape = String::new();
            for field in object.get("fields").and_then(Node::as_array).unwrap_or_default() {
                let kind = field.get("type").map(|kind| avro(kind, inner, records)).unwrap_or_default();
                let field = field.get("name").and_then(Node::as_str).unwrap_or_default();
                // Writing to a `String` cannot fail.
                let _ = write!(shape, "{field}:{kind};");
            }
            records[position].1 = shape;
            name
        }
        Some("enum" | "fixed") => {
            qualified(text("name").unwrap_or_default(), text("namespace").unwrap_or(space))
        }
        Some("array") => format!("array<{}>", part("items", records).unwrap_or_default()),
        Some("map") => format!("map<{}>", part("values", records).unwrap_or_default()),
        _ => part("type", records).unwrap_or_default() + &logical,
    }
}

fn is_primitive(name: &str) -> bool {
    matches!(name, "null" | "boolean" | "int" | "long" | "float" | "double" | "bytes" | "string")
}

/// Adds messages with those inside. As deep as the text was parsed.
fn messages(types: &[TypeNode], scope: &str, records: &mut Vec<(String, String)>) {
    for message in ast::messages(types) {
        let name = if scope.is_empty() { message.name.clone() } else { format!("{scope}.{}", message.name) };
        let in_oneofs = message.oneofs.iter().flat_map(|oneof| &oneof.fields);
        let mut fields: Vec<_> = message.fields.iter().chain(in_oneofs).collect();
        fields.sort_by_key(|field| field.number);
        let mut shape = String::new();
        for field in fields {
            let repeated = field.label == Some(ast::Label::Repeated);
            let label = if repeated { "repeated " } else { "" };
            // Writing to a `String` cannot fail.
            let _ = write!(shape, "{}={label}{} {};", field.number, simple(&field.kind), field.name);
        }
        let in_oneofs = message.oneofs.iter().flat_map(|oneof| &oneof.groups);
        for group in message.groups.iter().chain(in_oneofs) {
            let _ = write!(shape, "{}=group {};", group.number, group.name);
        }
        with_room(|| messages(&message.types, &name, records));
        records.push((name, shape));
    }
}

/// A type without its scope: files may write one name in several ways.
fn simple(kind: &FieldType) -> String {
    match kind {
        FieldType::Named(name) => name.rsplit('.').next().unwrap_or(name).to_owned(),
        FieldType::Map(key, value) => format!("map<{},{}>", key.name(), simple(value)),
        FieldType::Scalar(scalar) => scalar.name().to_owned(),
    }
}

/// What the members of an object are.
#[derive(Clone, Copy)]
enum Holds {
    /// Keywords.
    Schema,
    /// Schemas by name.
    Named,
    /// Data.
    Values,
}

/// Keywords that no value is held against.
const NOTES: [&str; 12] = [
    "title",
    "description",
    "$comment",
    "examples",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$id",
    "id",
    "$schema",
    "x-lint-ignore",
];

/// A schema as it counts, its members in order of their names.
fn without_notes(node: &Node, holds: Holds) -> Node {
    with_room(|| match &node.value {
        Value::Object(object) => {
            let mut kept = Object::default();
            for (name, member) in object.iter() {
                let inside = match (holds, name) {
                    (Holds::Schema, name) if NOTES.contains(&name) => continue,
                    (Holds::Schema, "enum" | "const") | (Holds::Values, _) => Holds::Values,
                    (
                        Holds::Schema,
                        "properties" | "patternProperties" | "definitions" | "$defs" | "dependentSchemas"
                        | "dependencies",
                    ) => Holds::Named,
                    (Holds::Schema | Holds::Named, _) => Holds::Schema,
                };
                kept.set(name, without_notes(member, inside));
            }
            kept.sort();
            Value::Object(kept).into()
        }
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| without_notes(item, holds)).collect()).into()
        }
        _ => node.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(schema_type: SchemaType, text: &str) -> Vec<(String, String)> {
        list_records(schema_type, text, &Limits::default()).expect(text)
    }

    #[test]
    fn nested_records_have_names_and_shapes_of_their_own() {
        let avro = r#"{"type":"record","name":"com.a.Order","doc":"d","fields":[
            {"name":"to","type":["null",{"type":"record","name":"Address","fields":[
                {"name":"zip","type":"string","doc":"z"}]}],"default":null},
            {"name":"from","type":"Address"},
            {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}}]}"#;
        let expected = [
            ("com.a.Order", "to:[null,com.a.Address];from:com.a.Address;at:long:timestamp-millis;"),
            ("com.a.Address", "zip:string;"),
        ];
        assert_eq!(shapes(SchemaType::Avro, avro), expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
        let proto = "syntax = \"proto3\"; package a.v1; message Order { Address to = 2; repeated .a.v1.Order.Address more = 1;
            map<string, Address> by = 3; message Address { string zip = 1; } }";
        let expected = [
            ("a.v1.Order.Address", "1=string zip;"),
            ("a.v1.Order", "1=repeated Address more;2=Address to;3=map<string,Address> by;"),
        ];
        assert_eq!(shapes(SchemaType::Protobuf, proto), expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn documentation_is_no_shape() {
        let of = |schema_type, text: &str| shapes(schema_type, text).remove(0).1;
        let json =
            r#"{"title":"T","properties":{"description":{"type":"string"},"a":{}},"enum":[{"title":1}]}"#;
        let noted = r#"{"description":"d","title":"T","enum":[{"title":1}],
            "properties":{"a":{"description":"a","default":1},"description":{"type":"string"}}}"#;
        assert_eq!(of(SchemaType::Json, json), of(SchemaType::Json, noted));
        for other in
            [json.replace("\"a\"", "\"b\""), json.replace("description", "note"), json.replace(":1}", ":2}")]
        {
            assert_ne!(of(SchemaType::Json, json), of(SchemaType::Json, &other), "{other}");
        }
        assert_eq!(shapes(SchemaType::Json, "{}"), []);
        let avro = r#"{"type":"record","name":"P","fields":[{"name":"a","type":"int"}]}"#;
        let noted = r#"{"type":"record","name":"P","doc":"d","lintIgnore":["L23"],
            "fields":[{"name":"a","doc":"a","type":{"type":"int"},"default":1}]}"#;
        assert_eq!(of(SchemaType::Avro, avro), of(SchemaType::Avro, noted));
        assert_ne!(of(SchemaType::Avro, avro), of(SchemaType::Avro, &avro.replace("int", "long")));
    }
}
