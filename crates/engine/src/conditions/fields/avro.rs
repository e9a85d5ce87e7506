//! Shapes of an Avro schema.

use std::collections::{BTreeSet, HashMap};

use crate::depth::with_room;
use crate::tree::{self, Leniency, Node, Value};
use crate::{Limits, SchemaError, Source};

use super::{Field, Parts, Shape, Shapes, places, written_rules, written_tags};

/// Reads a schema. References come first, so that their names are known.
pub(super) fn read(source: &Source<'_>) -> Result<Shapes, SchemaError> {
    let parse = |text| tree::parse(text, Leniency::Comments, &Limits::default().of_avro());
    let mut reader = Reader::default();
    // The root is shape 0: its place is kept while references are read.
    reader.shapes.push(Shape::default());
    let mut of_references = Vec::new();
    for dependency in source.dependencies {
        let document = parse(&dependency.text)?;
        reader.add(&document, "");
        let unreadable = std::mem::take(&mut reader.unreadable);
        of_references.extend(places(Some(&dependency.name), &document, &unreadable));
    }
    let document = parse(source.text)?;
    let root = reader.add(&document, "");
    reader.shapes[0] = Shape { parts: Parts::AllOf(vec![root]), ..Shape::default() };
    let mut unreadable = places(None, &document, &reader.unreadable);
    unreadable.append(&mut of_references);
    Ok(Shapes { list: reader.shapes, root: "", unreadable, messages: Vec::new() })
}

#[derive(Default)]
struct Reader {
    shapes: Vec<Shape>,
    names: HashMap<String, usize>,
    /// Where rules start that cannot be read, in the document at hand.
    unreadable: BTreeSet<usize>,
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
        let rules = written_rules(node, &mut self.unreadable);
        let id = self.push(Shape {
            type_name: "RECORD",
            rules,
            tags: written_tags(node),
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
            let rules = written_rules(field, &mut self.unreadable);
            let field = Field { shape, rules, tags: written_tags(field) };
            fields.push((name.to_owned(), field));
        }
        self.shapes[id].parts = Parts::Fields(fields);
        id
    }
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
