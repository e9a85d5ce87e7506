//! Shapes of a JSON Schema.
//!
//! Members of `oneOf` and `anyOf` are told apart by the kind of the value alone; schemas under `not`, `if`
//! and patterns are not looked at.

use std::collections::{BTreeSet, HashMap};

use crate::tree::{self, Leniency, Node, Value};
use crate::{Limits, SchemaError, Source};

use super::{Field, Parts, Shape, Shapes, places, written_rules, written_tags};

/// Reads a schema. A reference to another document is followed when the text before `#` is the name of a
/// dependency.
pub(super) fn read(source: &Source<'_>) -> Result<Shapes, SchemaError> {
    let parse = |text| tree::parse(text, Leniency::Strict, &Limits::default());
    let mut documents = vec![(String::new(), parse(source.text)?)];
    for dependency in source.dependencies {
        documents.push((dependency.name.trim_end_matches('#').to_owned(), parse(&dependency.text)?));
    }
    let mut reader = Reader {
        documents: &documents,
        shapes: Vec::new(),
        known: HashMap::new(),
        open: Vec::new(),
        unreadable: vec![BTreeSet::new(); documents.len()],
    };
    reader.schema(0, &documents[0].1);
    // Targets of references are read one after the other, not inside each other.
    while let Some((document, node, id)) = reader.open.pop() {
        let target = reader.schema(document, node);
        reader.shapes[id].parts = Parts::AllOf(vec![target]);
    }
    let unreadable = documents.iter().zip(&reader.unreadable).flat_map(|((name, document), offsets)| {
        places(Some(name.as_str()).filter(|name| !name.is_empty()), document, offsets)
    });
    Ok(Shapes { unreadable: unreadable.collect(), list: reader.shapes, root: "$", messages: Vec::new() })
}

struct Reader<'d> {
    documents: &'d [(String, Node)],
    shapes: Vec<Shape>,
    known: HashMap<*const Node, usize>,
    open: Vec<(usize, &'d Node, usize)>,
    /// Where rules start that cannot be read, by document.
    unreadable: Vec<BTreeSet<usize>>,
}

impl<'d> Reader<'d> {
    /// As deep as the text was parsed.
    fn schema(&mut self, document: usize, node: &'d Node) -> usize {
        let id = self.shapes.len();
        self.shapes.push(Shape {
            type_name: type_name(node),
            full_name: String::new(),
            rules: written_rules(node, &mut self.unreadable[document]),
            tags: written_tags(node),
            parts: Parts::None,
        });
        let mut parts = Vec::new();
        if let Some(target) = node.get("$ref").and_then(Node::as_str) {
            parts.extend(self.reference(document, target));
        }
        for part in node.get("allOf").and_then(Node::as_array).unwrap_or_default() {
            parts.push(self.schema(document, part));
        }
        for keyword in ["oneOf", "anyOf"] {
            let choices = node.get(keyword).and_then(Node::as_array).unwrap_or_default();
            let choices: Vec<usize> = choices.iter().map(|choice| self.schema(document, choice)).collect();
            if !choices.is_empty() {
                parts.push(self.part("COMBINED", Parts::OneOf(choices)));
            }
        }
        if let Some(properties) = node.get("properties").and_then(Node::as_object) {
            let mut fields = Vec::new();
            for (name, property) in properties.iter() {
                let shape = self.schema(document, property);
                fields.push((name.to_owned(), Field { shape, ..Field::default() }));
            }
            parts.push(self.part("", Parts::Fields(fields)));
        }
        if let Some(items) = node.get("items").filter(|items| items.as_object().is_some()) {
            let items = self.schema(document, items);
            parts.push(self.part("", Parts::Items(items)));
        }
        if let Some(values) = node.get("additionalProperties").filter(|values| values.as_object().is_some()) {
            let values = self.schema(document, values);
            if node.get("properties").is_none() {
                parts.push(self.part("", Parts::Values(values)));
            }
        }
        if !parts.is_empty() {
            self.shapes[id].parts = Parts::AllOf(parts);
        }
        id
    }

    fn part(&mut self, type_name: &'static str, parts: Parts) -> usize {
        self.shapes.push(Shape { type_name, parts, ..Shape::default() });
        self.shapes.len() - 1
    }

    /// A shape that stands for the target, read later.
    fn reference(&mut self, document: usize, target: &str) -> Option<usize> {
        let (name, fragment) = target.split_once('#').unwrap_or((target, ""));
        let documents = self.documents;
        let document = match name {
            "" => document,
            name => documents.iter().skip(1).position(|(known, _)| known == name)? + 1,
        };
        let node = pointed(&documents[document].1, fragment)?;
        let key = std::ptr::from_ref(node);
        if let Some(known) = self.known.get(&key) {
            return Some(*known);
        }
        let id = self.part("", Parts::None);
        self.known.insert(key, id);
        self.open.push((document, node, id));
        Some(id)
    }
}

/// The node at a JSON Pointer; top-level `definitions` answer to `$defs`.
fn pointed<'d>(root: &'d Node, pointer: &str) -> Option<&'d Node> {
    let mut node = root;
    for (depth, token) in pointer.split('/').skip(1).enumerate() {
        let token = token.replace("~1", "/").replace("~0", "~");
        node = match &node.value {
            Value::Array(items) => items.get(token.parse::<usize>().ok()?)?,
            _ => match node.get(&token) {
                Some(member) => member,
                None if depth == 0 && token == "$defs" => node.get("definitions")?,
                None => return None,
            },
        };
    }
    Some(node)
}

fn type_name(node: &Node) -> &'static str {
    if node.get("enum").is_some() || node.get("const").is_some() {
        return "ENUM";
    }
    match node.get("type").and_then(Node::as_str) {
        Some("string") => "STRING",
        Some("integer") => "INT",
        Some("number") => "DOUBLE",
        Some("boolean") => "BOOLEAN",
        Some("null") => "NULL",
        Some("array") => "ARRAY",
        Some("object") => "RECORD",
        _ if node.get("properties").is_some() => "RECORD",
        _ => "COMBINED",
    }
}
