//! Shapes of an Avro schema.

use std::collections::HashMap;

use crate::depth::with_room;
use crate::tree::{self, Leniency, Node, Value};
use crate::{Limits, SchemaError, Source};

use super::{
    Field, Form, Parts, Shape, Shapes, UNREADABLE, Unplaced, WrittenRule, misplaced, place_in, written_rules,
    written_tags,
};

/// Reads a schema. References come first, so that their names are known.
pub(super) fn read(source: &Source<'_>) -> Result<Shapes, SchemaError> {
    let parse = |text| tree::parse(text, Leniency::Comments, &Limits::default().of_avro());
    let mut reader = Reader::default();
    let mut of_references = Vec::new();
    for dependency in source.dependencies {
        let document = parse(&dependency.text)?;
        reader.add(&document, "");
        of_references.extend(reader.take_unplaced(Some(&dependency.name), &document));
    }
    let document = parse(source.text)?;
    let root = reader.add(&document, "");
    let mut unplaced = reader.take_unplaced(None, &document);
    unplaced.append(&mut of_references);
    Ok(Shapes { form: Form::Avro(reader.shapes, root), unplaced })
}

#[derive(Default)]
struct Reader {
    shapes: Vec<Shape>,
    names: HashMap<String, usize>,
    /// Of the document at hand; places are pointers from the list of rules that starts there.
    unplaced: Vec<(usize, Unplaced)>,
}

impl Reader {
    /// As deep as the text was parsed.
    fn add(&mut self, node: &Node, space: &str) -> usize {
        match &node.value {
            Value::String(name) => self.named(name, space),
            Value::Array(branches) => {
                let choices = branches.iter().map(|branch| self.add(branch, space)).collect();
                self.push(Shape { type_name: "COMBINED", parts: Parts::Union(choices), ..Shape::default() })
            }
            Value::Object(_) => with_room(|| self.object(node, space)),
            _ => self.push(Shape::default()),
        }
    }

    /// What was found in a document, in order of the text.
    fn take_unplaced(&mut self, name: Option<&str>, document: &Node) -> Vec<Unplaced> {
        self.unplaced.sort_by_key(|(offset, _)| *offset);
        let found = self.unplaced.drain(..).filter_map(|(offset, found)| {
            let pointer = tree::find_pointer(document, offset)?;
            Some(Unplaced { place: place_in(name, &(pointer + &found.place)), ..found })
        });
        found.collect()
    }

    fn rules(&mut self, node: &Node) -> Vec<WrittenRule> {
        let Some(list) = node.get("confluent:rules") else { return Vec::new() };
        let (rules, unreadable) = written_rules(Some(&list.to_serde()));
        for place in unreadable {
            self.unplaced.push((list.offset, Unplaced { place, reason: UNREADABLE.to_owned() }));
        }
        rules
    }

    /// Rules of a type that no serializer evaluates rules of.
    fn no_rules(&mut self, node: &Node) {
        let Some(list) = node.get("confluent:rules") else { return };
        let rules = self.rules(node);
        let found = misplaced("", &rules, "it stands on no record or field");
        self.unplaced.extend(found.into_iter().map(|found| (list.offset, found)));
    }

    fn push(&mut self, shape: Shape) -> usize {
        self.shapes.push(shape);
        self.shapes.len() - 1
    }

    fn named(&mut self, name: &str, space: &str) -> usize {
        if let Some(type_name) = primitive(name) {
            return self.push(Shape { type_name, ..Shape::default() });
        }
        let known = self.names.get(&full(name, space)).or_else(|| self.names.get(name)).copied();
        known.unwrap_or_else(|| self.push(Shape::default()))
    }

    fn object(&mut self, node: &Node, space: &str) -> usize {
        let Some(kind) = node.get("type") else { return self.push(Shape::default()) };
        if !matches!(kind.as_str(), Some("record" | "error")) {
            self.no_rules(node);
        }
        match kind.as_str() {
            Some("record" | "error") => self.record(node, space),
            Some("enum") => self.name_only(node, space, "ENUM"),
            Some("fixed") => self.name_only(node, space, "FIXED"),
            Some("array") => {
                let items = node.get("items").map_or(0, |items| self.add(items, space));
                self.push(Shape { type_name: "ARRAY", parts: Parts::Items(items), ..Shape::default() })
            }
            Some("map") => {
                let values = node.get("values").map_or(0, |values| self.add(values, space));
                self.push(Shape { type_name: "MAP", parts: Parts::Values(values), ..Shape::default() })
            }
            _ => self.add(kind, space),
        }
    }

    fn name_only(&mut self, node: &Node, space: &str, type_name: &'static str) -> usize {
        let id = self.push(Shape { type_name, ..Shape::default() });
        self.names.entry(name_of(node, space)).or_insert(id);
        id
    }

    fn record(&mut self, node: &Node, space: &str) -> usize {
        let full_name = name_of(node, space);
        let rules = self.rules(node);
        let id = self.push(Shape {
            type_name: "RECORD",
            rules,
            tags: tags(node),
            full_name: full_name.clone(),
            parts: Parts::None,
        });
        self.names.entry(full_name.clone()).or_insert(id);
        let space = full_name.rsplit_once('.').map_or("", |(space, _)| space);
        let mut fields = Vec::new();
        for field in node.get("fields").and_then(Node::as_array).unwrap_or_default() {
            let (Some(name), Some(kind)) = (field.get("name").and_then(Node::as_str), field.get("type"))
            else {
                continue;
            };
            let shape = self.add(kind, space);
            let rules = self.rules(field);
            let field = Field { shape, rules, tags: tags(field) };
            fields.push((name.to_owned(), field));
        }
        self.shapes[id].parts = Parts::Fields(fields);
        id
    }
}

fn tags(node: &Node) -> Vec<String> {
    written_tags(node.get("confluent:tags").map(Node::to_serde).as_ref())
}

fn full(name: &str, space: &str) -> String {
    if name.contains('.') || space.is_empty() { name.to_owned() } else { format!("{space}.{name}") }
}

fn name_of(node: &Node, space: &str) -> String {
    let name = node.get("name").and_then(Node::as_str).unwrap_or_default();
    let own = node.get("namespace").and_then(Node::as_str).unwrap_or(space);
    full(name, own)
}

fn primitive(name: &str) -> Option<&'static str> {
    Some(match name {
        "null" => "NULL",
        "boolean" => "BOOLEAN",
        "int" => "INT",
        "long" => "LONG",
        "float" => "FLOAT",
        "double" => "DOUBLE",
        "bytes" => "BYTES",
        "string" => "STRING",
        _ => return None,
    })
}
