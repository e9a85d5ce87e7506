//! Where the values of a payload stand in their schema.
//!
//! Compiles a schema text into shapes and walks a value along them: records and fields with their full
//! names, types, inline tags and inline rules. Lenient on purpose: a value that does not fit is skipped,
//! since saying so is the validator's part.

mod avro;
mod json;
mod protobuf;

use std::collections::BTreeSet;

use crate::tree::{self, Node, pointer_token};
use crate::violation::MessageChoice;
use crate::{SchemaError, SchemaType, Source};

use super::Value;
use super::value::Data;

/// Steps of one walk; schemas that apply themselves to one value in many ways end here.
const MAX_STEPS: usize = 1_000_000;
/// References in a row for one value.
const MAX_HOPS: usize = 32;

/// A rule as the schema text writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WrittenRule {
    pub name: String,
    pub doc: Option<String>,
    pub expr: String,
}

/// A schema as far as conditions need it. Shape 0 is the root.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    list: Vec<Shape>,
    /// What paths start with: `$` in JSON Schema, nothing in Avro.
    root: &'static str,
    /// Places of inline rules that cannot be read: pointers into the schema text, behind the name of the
    /// referenced document (`addr.json#/properties/zip/confluent:rules/0`).
    unreadable: Vec<String>,
    /// Messages of a Protobuf file, any of which a payload can be; empty where shape 0 is the root.
    messages: Vec<Message>,
}

/// A message of a Protobuf file.
#[derive(Debug)]
struct Message {
    name: String,
    indexes: Vec<usize>,
    shape: usize,
}

/// One type.
#[derive(Debug, Default)]
struct Shape {
    /// Type name as field rules see it: `STRING`, `INT`, `RECORD`, ….
    type_name: &'static str,
    /// Full name of a record; empty where fields are named by their path.
    full_name: String,
    rules: Vec<WrittenRule>,
    tags: Vec<String>,
    parts: Parts,
}

#[derive(Debug, Default)]
enum Parts {
    #[default]
    None,
    /// Fields by name.
    Fields(Vec<(String, Field)>),
    /// Items of a list.
    Items(usize),
    /// Values of a map.
    Values(usize),
    /// Branches of an Avro union, in order: the value knows its own.
    Union(Vec<usize>),
    /// One of these, whichever fits.
    OneOf(Vec<usize>),
    /// All of these, for the same value.
    AllOf(Vec<usize>),
}

#[derive(Debug, Default)]
struct Field {
    shape: usize,
    rules: Vec<WrittenRule>,
    tags: Vec<String>,
}

/// A value and where it stands.
pub(super) struct Site<'s> {
    pub value: &'s Value,
    /// Dotted path from the message: `addr.zip`, `tags[3]`, `$.addr.zip` in JSON Schema.
    pub path: &'s str,
    /// JSON Pointer into the payload.
    pub pointer: &'s str,
    /// Full name of the field: of its record, a dot, its name.
    pub full_name: &'s str,
    pub name: &'s str,
    pub type_name: &'static str,
    pub tags: &'s [&'s str],
    pub rules: &'s [&'s WrittenRule],
}

impl Shapes {
    /// Reads a schema text with its references.
    pub(super) fn read(schema_type: SchemaType, source: &Source<'_>) -> Result<Self, SchemaError> {
        match schema_type {
            SchemaType::Avro => avro::read(source),
            SchemaType::Json => json::read(source),
            SchemaType::Protobuf => protobuf::read(source),
        }
    }

    /// Places of entries that are no rules, in order of the text, referenced documents last.
    pub(super) fn unreadable(&self) -> &[String] {
        &self.unreadable
    }

    /// Every inline rule, in order of the text.
    pub(super) fn rules(&self) -> impl Iterator<Item = &WrittenRule> {
        self.list.iter().flat_map(|shape| {
            let of_fields = match &shape.parts {
                Parts::Fields(fields) => &fields[..],
                _ => &[],
            };
            shape.rules.iter().chain(of_fields.iter().flat_map(|(_, field)| &field.rules))
        })
    }

    /// The shape of the payload as a whole.
    fn root_of(&self, choice: &MessageChoice) -> usize {
        let found = match choice {
            MessageChoice::First => self.messages.first(),
            MessageChoice::Indexes(path) => self.messages.iter().find(|message| message.indexes == *path),
            MessageChoice::Name(name) => {
                let name = name.strip_prefix('.').unwrap_or(name);
                self.messages.iter().find(|message| message.name == name)
            }
        };
        found.map_or(0, |message| message.shape)
    }

    /// Calls `visit` for every value that has a shape. Returns whether the whole value was walked.
    pub(super) fn walk(
        &self,
        value: &Value,
        choice: &MessageChoice,
        visit: &mut dyn FnMut(&Site<'_>),
    ) -> bool {
        let mut walk =
            Walk { shapes: &self.list, visit, steps: 0, path: self.root.to_owned(), pointer: String::new() };
        if !self.list.is_empty() {
            walk.value(value, self.root_of(choice), &Place::default(), 0);
        }
        walk.steps <= MAX_STEPS
    }
}

/// What the field above says about the value.
#[derive(Clone, Default)]
struct Place<'w> {
    full_name: String,
    name: &'w str,
    rules: Vec<&'w WrittenRule>,
    tags: Vec<&'w str>,
}

struct Walk<'w, 'f> {
    shapes: &'w [Shape],
    visit: &'f mut dyn FnMut(&Site<'_>),
    steps: usize,
    path: String,
    pointer: String,
}

impl<'w> Walk<'w, '_> {
    /// As deep as the value, times [`MAX_HOPS`].
    fn value(&mut self, value: &Value, shape: usize, place: &Place<'w>, hops: usize) {
        self.steps += 1;
        let shapes = self.shapes;
        let Some(shape) = shapes.get(shape) else { return };
        if self.steps > MAX_STEPS || hops > MAX_HOPS {
            return;
        }
        match &shape.parts {
            Parts::Union(branches) => {
                match value.branch().and_then(|branch| branches.get(branch)) {
                    Some(branch) => self.value(value, *branch, place, hops + 1),
                    // Never from a decoded datum; the rules of the field hold whatever the branch.
                    None => self.site(value, shape, place),
                }
                return;
            }
            Parts::OneOf(choices) => {
                if let Some(choice) = choose(shapes, choices, value) {
                    self.value(value, choice, place, hops + 1);
                }
                return;
            }
            Parts::AllOf(parts) => {
                self.site(value, shape, place);
                // Rules of the field above hold once.
                let inner = Place { rules: Vec::new(), ..place.clone() };
                for part in parts {
                    self.value(value, *part, &inner, hops + 1);
                }
                return;
            }
            _ => self.site(value, shape, place),
        }
        self.parts(value, shape, place);
    }

    fn site(&mut self, value: &Value, shape: &'w Shape, place: &Place<'w>) {
        let rules: Vec<_> = place.rules.iter().copied().chain(&shape.rules).collect();
        let tags: Vec<_> = place.tags.iter().copied().chain(shape.tags.iter().map(String::as_str)).collect();
        (self.visit)(&Site {
            value,
            path: self.path.trim_start_matches('.'),
            pointer: &self.pointer,
            full_name: &place.full_name,
            name: place.name,
            type_name: shape.type_name,
            tags: &tags,
            rules: &rules,
        });
    }

    fn parts(&mut self, value: &Value, shape: &'w Shape, place: &Place<'w>) {
        match &shape.parts {
            Parts::Fields(fields) => {
                for (name, field) in fields {
                    let Some(member) = value.get(name) else { continue };
                    let inner = Place {
                        full_name: self.full_name(shape, name),
                        name,
                        rules: field.rules.iter().collect(),
                        tags: field.tags.iter().map(String::as_str).collect(),
                    };
                    self.below(&format!(".{name}"), name, |walk| walk.value(&member, field.shape, &inner, 0));
                }
            }
            Parts::Items(item) => {
                let inner = Place { rules: Vec::new(), ..place.clone() };
                for (position, element) in value.items().iter().enumerate() {
                    let token = position.to_string();
                    self.below(&format!("[{token}]"), &token, |walk| walk.value(element, *item, &inner, 0));
                }
            }
            Parts::Values(shape) => {
                let inner = Place { rules: Vec::new(), ..place.clone() };
                for (key, member) in value.members() {
                    self.below(&format!(".{key}"), &key, |walk| walk.value(member, *shape, &inner, 0));
                }
            }
            Parts::None | Parts::Union(_) | Parts::OneOf(_) | Parts::AllOf(_) => {}
        }
    }

    fn full_name(&self, shape: &Shape, name: &str) -> String {
        if !shape.full_name.is_empty() {
            return format!("{}.{name}", shape.full_name);
        }
        // The path without positions in lists.
        let names = self.path.split('.').map(|part| part.split('[').next().unwrap_or_default());
        names.chain([name]).collect::<Vec<_>>().join(".")
    }

    fn below(&mut self, step: &str, token: &str, walk: impl FnOnce(&mut Self)) {
        let lengths = (self.path.len(), self.pointer.len());
        self.path.push_str(step);
        self.pointer.push('/');
        self.pointer.push_str(&pointer_token(token));
        walk(self);
        self.path.truncate(lengths.0);
        self.pointer.truncate(lengths.1);
    }
}

/// The branch of the value's kind. Of several, the first that knows all members of the value.
fn choose(shapes: &[Shape], choices: &[usize], value: &Value) -> Option<usize> {
    let of_kind = |choice: &&usize| fits(kind(shapes, **choice, 0), value);
    let fitting: Vec<usize> = choices.iter().filter(of_kind).copied().collect();
    match fitting[..] {
        [only] => Some(only),
        _ => fitting
            .into_iter()
            .find(|choice| value.members().iter().all(|(name, _)| knows_member(shapes, *choice, name, 0))),
    }
}

/// The type of a shape, looked up behind references.
fn kind(shapes: &[Shape], shape: usize, hops: usize) -> &'static str {
    match shapes.get(shape) {
        Some(Shape { type_name: "" | "COMBINED", parts: Parts::AllOf(parts), .. }) if hops < MAX_HOPS => {
            parts.first().map_or("", |part| kind(shapes, *part, hops + 1))
        }
        Some(shape) => shape.type_name,
        None => "",
    }
}

fn knows_member(shapes: &[Shape], shape: usize, name: &str, hops: usize) -> bool {
    match shapes.get(shape).map(|shape| &shape.parts) {
        Some(Parts::Fields(fields)) => fields.iter().any(|(known, _)| known == name),
        // Only references and `properties` lead here in a row; wide combinations are cut by the hops.
        Some(Parts::AllOf(parts)) if hops < 3 => {
            parts.iter().any(|part| knows_member(shapes, *part, name, hops + 1))
        }
        Some(Parts::Values(_)) => true,
        _ => false,
    }
}

fn fits(kind: &str, value: &Value) -> bool {
    match &value.data {
        Data::Null => kind == "NULL",
        Data::Bool(_) => kind == "BOOLEAN",
        Data::Int(_) | Data::Uint(_) => matches!(kind, "INT" | "LONG" | "FLOAT" | "DOUBLE"),
        Data::Double(_) => matches!(kind, "FLOAT" | "DOUBLE"),
        Data::String(_) => matches!(kind, "STRING" | "ENUM" | "BYTES" | "FIXED"),
        Data::Bytes(_) => matches!(kind, "BYTES" | "FIXED"),
        Data::List(_) => kind == "ARRAY",
        Data::Object(_) | Data::Keyed(_) | Data::Message(_) => matches!(kind, "MAP" | "RECORD"),
        Data::Timestamp(_) | Data::Duration(_) => false,
    }
}

/// The list under `confluent:rules`. What is no list, and entries without a name or an expression, are left out;
/// where they start is noted.
fn written_rules(node: &Node, unreadable: &mut BTreeSet<usize>) -> Vec<WrittenRule> {
    let text = |entry: &Node, name: &str| entry.get(name).and_then(Node::as_str).map(str::to_owned);
    let rule = |entry: &Node| {
        Some(WrittenRule { name: text(entry, "name")?, doc: text(entry, "doc"), expr: text(entry, "expr")? })
    };
    let mut rules = Vec::new();
    match node.get("confluent:rules") {
        None | Some(Node { value: tree::Value::Null, .. }) => {}
        Some(Node { value: tree::Value::Array(entries), .. }) => {
            for entry in entries {
                match rule(entry) {
                    Some(rule) => rules.push(rule),
                    None => _ = unreadable.insert(entry.offset),
                }
            }
        }
        Some(other) => _ = unreadable.insert(other.offset),
    }
    rules
}

/// Places in one document, named if it is a referenced one.
fn places(name: Option<&str>, document: &Node, offsets: &BTreeSet<usize>) -> Vec<String> {
    let pointers = offsets.iter().filter_map(|offset| tree::find_pointer(document, *offset));
    match name {
        Some(name) => pointers.map(|pointer| format!("{name}#{pointer}")).collect(),
        None => pointers.collect(),
    }
}

/// The texts under `confluent:tags`.
fn written_tags(node: &Node) -> Vec<String> {
    let tags = node.get("confluent:tags").and_then(Node::as_array).unwrap_or_default();
    tags.iter().filter_map(Node::as_str).map(str::to_owned).collect()
}
