//! The lint model of an Avro schema.

use std::collections::HashMap;

use super::{DefaultValue, Enumeration, Field, Kinds, Model, Record};
use crate::depth::with_room;
use crate::lint::ignore::{Ignores, ids};
use crate::tree::{self, Leniency, Node, Value};
use crate::{Limits, SchemaError, SchemaType};

const IGNORE: &str = "lintIgnore";

pub(super) fn read(text: &str, limits: &Limits) -> Result<Model, SchemaError> {
    let root = tree::parse(text, Leniency::Comments, &limits.of_avro())?;
    let mut model = Model::new(SchemaType::Avro);
    model.ignores = Ignores::of_tree(&root, IGNORE);
    let mut reader = Reader { model, names: HashMap::new(), uses: Vec::new() };
    let roots = reader.records_of(&root, "", "");
    reader.resolve();
    let mut model = reader.model;
    if is_map_of_text(&root) {
        model.maps_of_text.push(String::new());
    }
    model.roots = roots;
    model.names = match root.as_array() {
        None => full_name(&root).map(|name| (name, "/name".to_owned())).into_iter().collect(),
        Some(branches) => branches.iter().enumerate().filter_map(name_of_branch).collect(),
    };
    Ok(model)
}

fn full_name(node: &Node) -> Option<String> {
    let name = node.get("name")?.as_str()?;
    Some(qualified(name, node.get("namespace").and_then(Node::as_str).unwrap_or_default()))
}

/// Of the types that an event can be only records are events.
fn name_of_branch((position, branch): (usize, &Node)) -> Option<(String, String)> {
    let is_record = branch.get("type").and_then(Node::as_str) == Some("record");
    is_record.then(|| full_name(branch)).flatten().map(|name| (name, format!("/{position}/name")))
}

/// A name with its namespace, unless it has one.
pub(in crate::lint) fn qualified(name: &str, space: &str) -> String {
    if space.is_empty() || name.contains('.') { name.to_owned() } else { format!("{space}.{name}") }
}

struct Reader {
    model: Model,
    /// Records by full name.
    names: HashMap<String, usize>,
    /// Fields, by record and position, whose values are records of a full name.
    uses: Vec<(usize, usize, String)>,
}

impl Reader {
    /// Adds what a type declares; the records that its values are, at any depth of lists, maps and unions. As deep as
    /// the text was parsed.
    fn records_of(&mut self, node: &Node, pointer: &str, space: &str) -> Vec<usize> {
        let mut found = Vec::new();
        match &node.value {
            Value::Array(branches) => {
                for (position, branch) in branches.iter().enumerate() {
                    found.extend(self.records_of(branch, &format!("{pointer}/{position}"), space));
                }
            }
            Value::Object(_) => match node.get("type").and_then(Node::as_str) {
                Some("record" | "error") => {
                    found.push(with_room(|| self.record(node, pointer, space)));
                }
                Some("enum") => {
                    let open = node.get("default").is_some();
                    self.model.enums.push(Enumeration { pointer: pointer.to_owned(), open });
                }
                Some("array") => found = self.below(node, pointer, "items", space),
                Some("map") => found = self.below(node, pointer, "values", space),
                _ => found = self.below(node, pointer, "type", space),
            },
            _ => {}
        }
        found
    }

    fn below(&mut self, node: &Node, pointer: &str, member: &str, space: &str) -> Vec<usize> {
        let Some(child) = node.get(member) else { return Vec::new() };
        with_room(|| self.records_of(child, &format!("{pointer}/{member}"), space))
    }

    fn record(&mut self, node: &Node, pointer: &str, space: &str) -> usize {
        let position = self.model.records.len();
        let name = node.get("name").and_then(Node::as_str).unwrap_or_default();
        let space = node.get("namespace").and_then(Node::as_str).unwrap_or(space);
        let name = qualified(name, space);
        let space = name.rsplit_once('.').map_or("", |(space, _)| space).to_owned();
        self.names.entry(name).or_insert(position);
        self.model.records.push(Record {
            pointer: pointer.to_owned(),
            documented: is_documented(node),
            is_object: true,
            whole: position,
            ..Record::default()
        });
        let mut fields = Vec::new();
        for (index, field) in
            node.get("fields").and_then(Node::as_array).unwrap_or_default().iter().enumerate()
        {
            let (Some(name), Some(kind)) = (field.get("name").and_then(Node::as_str), field.get("type"))
            else {
                continue;
            };
            let pointer = format!("{pointer}/fields/{index}");
            let leads = self.records_of(kind, &format!("{pointer}/type"), &space);
            self.note_uses(kind, (position, fields.len()), &space);
            // What a reason at the type silences, it silences for the field.
            self.model.ignores.note(&pointer, ids_at_type(kind));
            fields.push(field_of(name, field, kind, pointer, leads));
        }
        self.model.records[position].fields = fields;
        position
    }

    /// Notes names in a type that may be those of records.
    fn note_uses(&mut self, node: &Node, field: (usize, usize), space: &str) {
        match &node.value {
            Value::String(name) if primitive(name).is_none() => {
                self.uses.push((field.0, field.1, qualified(name, space)));
            }
            Value::Array(branches) => {
                for branch in branches {
                    with_room(|| self.note_uses(branch, field, space));
                }
            }
            Value::Object(_) => {
                let inner = match node.get("type").and_then(Node::as_str) {
                    Some("array") => node.get("items"),
                    Some("map") => node.get("values"),
                    Some("record" | "error" | "enum" | "fixed") => None,
                    _ => node.get("type"),
                };
                if let Some(inner) = inner {
                    with_room(|| self.note_uses(inner, field, space));
                }
            }
            _ => {}
        }
    }

    fn resolve(&mut self) {
        for (record, field, name) in std::mem::take(&mut self.uses) {
            let simple = || self.names.get(name.rsplit('.').next().unwrap_or(&name));
            if let Some(known) = self.names.get(&name).or_else(simple).copied() {
                self.model.records[record].fields[field].leads.push(known);
            }
        }
    }
}

fn field_of(name: &str, field: &Node, kind: &Node, pointer: String, leads: Vec<usize>) -> Field {
    let default = field.get("default").map(|default| match default.value {
        Value::Null => DefaultValue::Null,
        _ => DefaultValue::Value,
    });
    let branches = kind.as_array().unwrap_or_default();
    Field {
        name: name.to_owned(),
        json_name: None,
        documented: is_documented(field),
        required: default.is_none(),
        allowed: Vec::new(),
        pointer,
        kinds: kinds_of(kind),
        nullable: branches.iter().any(|branch| branch.as_str() == Some("null")),
        loose: is_map_of_text(kind),
        default,
        leads,
    }
}

/// Rules that a type silences: at itself, inside a type that only wraps it, or at a branch.
fn ids_at_type(node: &Node) -> Vec<String> {
    match &node.value {
        Value::Array(branches) => branches.iter().flat_map(ids_at_type).collect(),
        Value::Object(object) => {
            let own = object.get(IGNORE).map(ids).unwrap_or_default();
            let inner = object.get("type").map(|inner| with_room(|| ids_at_type(inner)));
            own.into_iter().chain(inner.unwrap_or_default()).collect()
        }
        _ => Vec::new(),
    }
}

fn is_documented(node: &Node) -> bool {
    node.get("doc").and_then(Node::as_str).is_some_and(|doc| !doc.trim().is_empty())
}

/// What values of a type can be; of a union, of all its branches.
fn kinds_of(node: &Node) -> Kinds {
    match &node.value {
        Value::Array(branches) => branches.iter().map(kinds_of).fold(Kinds::NONE, Kinds::or),
        Value::String(name) => primitive(name).unwrap_or(Kinds::NONE),
        Value::Object(_) => of_object(node),
        _ => Kinds::NONE,
    }
}

/// None: a name of a record, an enum or a fixed.
fn primitive(name: &str) -> Option<Kinds> {
    Some(match name {
        "int" | "long" => Kinds::INTEGER,
        "float" | "double" => Kinds::FLOAT,
        "string" => Kinds::TEXT,
        "null" | "boolean" | "bytes" => Kinds::NONE,
        _ => return None,
    })
}

fn of_object(node: &Node) -> Kinds {
    // On another type a logical type is ignored.
    let base = node.get("type").and_then(Node::as_str).unwrap_or_default();
    match (node.get("logicalType").and_then(Node::as_str), base) {
        (Some("decimal"), "bytes" | "fixed") | (Some("big-decimal"), "bytes") => return Kinds::DECIMAL,
        (Some("date" | "time-millis"), "int") | (Some("time-micros"), "long") => return Kinds::TIME,
        (Some(name), "long") if name.contains("timestamp") => return Kinds::TIME,
        _ => {}
    }
    match node.get("type").map(|kind| (kind, kind.as_str())) {
        Some((_, Some("record" | "error" | "array" | "map"))) => Kinds::COMPOUND,
        Some((_, Some(name))) => primitive(name).unwrap_or(Kinds::NONE),
        Some((inner, None)) => with_room(|| kinds_of(inner)),
        None => Kinds::NONE,
    }
}

/// Whether a type maps names to texts somewhere outside of records.
fn is_map_of_text(node: &Node) -> bool {
    match &node.value {
        Value::Array(branches) => branches.iter().any(|branch| with_room(|| is_map_of_text(branch))),
        Value::Object(_) => match node.get("type").and_then(Node::as_str) {
            Some("map") => node.get("values").is_some_and(|values| {
                kinds_of(values) == Kinds::TEXT || with_room(|| is_map_of_text(values))
            }),
            Some("array") => node.get("items").is_some_and(|items| with_room(|| is_map_of_text(items))),
            Some(_) | None => node.get("type").is_some_and(|inner| {
                matches!(inner.value, Value::Object(_) | Value::Array(_))
                    && with_room(|| is_map_of_text(inner))
            }),
        },
        _ => false,
    }
}
