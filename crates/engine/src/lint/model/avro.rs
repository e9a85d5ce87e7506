//! The lint model of an Avro schema.

use super::{DefaultValue, Enumeration, Field, Kind, Model, Record};
use crate::depth::with_room;
use crate::lint::ignore::Ignores;
use crate::tree::{self, Leniency, Node, Value};
use crate::{Limits, SchemaError, SchemaType};

pub(super) fn read(text: &str, limits: &Limits) -> Result<(Model, Ignores), SchemaError> {
    let root = tree::parse(text, Leniency::Comments, &limits.of_avro())?;
    let mut model = Model::new(SchemaType::Avro);
    visit(&mut model, &root, "", 0);
    model.name = full_name(&root);
    model.name_pointer = String::from("/name");
    Ok((model, Ignores::of_tree(&root, "lintIgnore")))
}

fn full_name(node: &Node) -> Option<String> {
    let name = node.get("name")?.as_str()?;
    match node.get("namespace").and_then(Node::as_str) {
        Some(space) if !space.is_empty() && !name.contains('.') => Some(format!("{space}.{name}")),
        _ => Some(name.to_owned()),
    }
}

/// As deep as the text was parsed.
fn visit(model: &mut Model, node: &Node, pointer: &str, depth: usize) {
    match &node.value {
        Value::Array(branches) => {
            for (position, branch) in branches.iter().enumerate() {
                visit(model, branch, &format!("{pointer}/{position}"), depth);
            }
        }
        Value::Object(_) => match node.get("type").and_then(Node::as_str) {
            Some("record" | "error") => with_room(|| record(model, node, pointer, depth)),
            Some("enum") => {
                let open = node.get("default").is_some();
                model.enums.push(Enumeration { pointer: pointer.to_owned(), open });
            }
            Some("array") => below(model, node, pointer, "items", depth),
            Some("map") => below(model, node, pointer, "values", depth),
            _ => below(model, node, pointer, "type", depth),
        },
        _ => {}
    }
}

fn below(model: &mut Model, node: &Node, pointer: &str, member: &str, depth: usize) {
    if let Some(child) = node.get(member) {
        with_room(|| visit(model, child, &format!("{pointer}/{member}"), depth));
    }
}

fn record(model: &mut Model, node: &Node, pointer: &str, depth: usize) {
    let position = model.records.len();
    let documented = is_documented(node);
    model.records.push(Record { pointer: pointer.to_owned(), documented, depth, ..Record::default() });
    let mut fields = Vec::new();
    for (index, field) in node.get("fields").and_then(Node::as_array).unwrap_or_default().iter().enumerate() {
        let (Some(name), Some(kind)) = (field.get("name").and_then(Node::as_str), field.get("type")) else {
            continue;
        };
        let pointer = format!("{pointer}/fields/{index}");
        visit(model, kind, &format!("{pointer}/type"), depth + 1);
        let (kind, nullable) = kind_of(kind);
        let default = field.get("default").map(|default| match default.value {
            Value::Null => DefaultValue::Null,
            _ => DefaultValue::Value,
        });
        fields.push(Field {
            name: name.to_owned(),
            documented: is_documented(field),
            required: default.is_none(),
            allowed: Vec::new(),
            pointer,
            kind,
            nullable,
            default,
        });
    }
    model.records[position].fields = fields;
}

fn is_documented(node: &Node) -> bool {
    node.get("doc").and_then(Node::as_str).is_some_and(|doc| !doc.trim().is_empty())
}

/// Kind of a type, and whether null is one of its branches.
fn kind_of(node: &Node) -> (Kind, bool) {
    match &node.value {
        Value::Array(branches) => {
            let is_null = |branch: &&Node| branch.as_str() == Some("null");
            let others: Vec<&Node> = branches.iter().filter(|branch| !is_null(branch)).collect();
            let kind = match others[..] {
                [only] => kind_of(only).0,
                _ => Kind::Other,
            };
            (kind, others.len() < branches.len())
        }
        Value::String(name) => (named(name), false),
        Value::Object(_) => (object(node), false),
        _ => (Kind::Other, false),
    }
}

fn named(name: &str) -> Kind {
    match name {
        "int" | "long" => Kind::Integer,
        "float" | "double" => Kind::Float,
        "string" => Kind::Text(None),
        _ => Kind::Other,
    }
}

fn object(node: &Node) -> Kind {
    match node.get("logicalType").and_then(Node::as_str) {
        Some("decimal") => return Kind::Decimal,
        Some("date" | "time-millis" | "time-micros") => return Kind::Time,
        Some(name) if name.contains("timestamp") => return Kind::Time,
        _ => {}
    }
    match node.get("type").map(|kind| (kind, kind.as_str())) {
        Some((_, Some("record" | "error"))) => Kind::Record,
        Some((_, Some("array"))) => Kind::List,
        Some((_, Some("map"))) => match node.get("values").and_then(Node::as_str) {
            Some("string") => Kind::MapOfText,
            _ => Kind::Other,
        },
        Some((_, Some(name))) => named(name),
        Some((inner, None)) => kind_of(inner).0,
        None => Kind::Other,
    }
}
