//! Where the values of a payload stand in their schema.
//!
//! Compiles a schema text and finds, for a payload, the values that it says something of: records and fields with
//! their full names, types, inline tags and inline rules. Avro and Protobuf are shapes that a value is walked along
//! (`walk`); a JSON Schema is asked through the validator (`json`). A rule that no value can be shown to is not
//! forgotten: [`Shapes::unplaced`] names it.

mod avro;
mod json;
mod protobuf;
mod walk;

use std::cell::OnceCell;
use std::ops::ControlFlow;

use serde_json::Value as Json;

use crate::json::Applied;
use crate::violation::ValidatorOptions;
use crate::{SchemaError, SchemaType, Source, Violation};

use super::Value;

/// A rule as the schema text writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WrittenRule {
    pub name: String,
    pub doc: Option<String>,
    pub expr: String,
}

/// A schema as far as conditions need it.
#[derive(Debug)]
pub(super) struct Shapes {
    form: Form,
    unplaced: Vec<Unplaced>,
}

#[derive(Debug)]
enum Form {
    /// Avro: the types and the root.
    Avro(Vec<Shape>, usize),
    /// Protobuf: the types. A payload can be any message of the file and knows which.
    Protobuf(Vec<Shape>),
    Json(Box<json::Sites>),
}

/// An inline rule, or what stands in the place of one, that is evaluated on no value.
#[derive(Debug)]
pub(super) struct Unplaced {
    /// Pointer into the schema text, behind the name of the referenced document
    /// (`addr.json#/properties/zip/confluent:rules/0`); in Protobuf the full name of the element.
    pub place: String,
    pub reason: String,
}

impl Unplaced {
    /// A warning on every payload: somebody meant it.
    pub(super) fn finding(&self) -> Violation {
        let finding = Violation::data("rules.not-evaluated", "", &self.reason).warning();
        Violation { schema_pointer: Some(self.place.clone()), ..finding }
    }
}

/// Why an entry is no rule.
const UNREADABLE: &str = "an inline rule without a name or an expression is not evaluated";

/// Which values are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Those with inline rules.
    Rules,
    /// All that the schema describes.
    Fields,
}

/// One type.
#[derive(Debug, Default)]
struct Shape {
    /// Type name as field rules see it: `STRING`, `INT`, `RECORD`, ….
    type_name: &'static str,
    /// Full name of a record.
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
    /// The record, message or object that it is a field of, or in a list of; the root is its own.
    pub container: &'s Value,
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

/// What is done with each site; to break ends the walk.
pub(super) type Visit<'f> = dyn FnMut(&Site<'_>) -> ControlFlow<()> + 'f;

/// A payload that is walked, once or more often.
pub(super) struct Datum<'v> {
    /// Decoded from `payload`.
    pub value: &'v Value,
    pub payload: &'v [u8],
    /// Which parts of a JSON Schema apply to which values, once it was asked for; none when that cannot be told.
    applied: OnceCell<Option<Vec<Applied>>>,
}

impl<'v> Datum<'v> {
    pub(super) fn new(value: &'v Value, payload: &'v [u8]) -> Self {
        Self { value, payload, applied: OnceCell::new() }
    }
}

impl Shapes {
    /// Reads a schema text with its references.
    pub(super) fn read(
        schema_type: SchemaType,
        source: &Source<'_>,
        options: ValidatorOptions,
        wanted: Wanted,
    ) -> Result<Self, SchemaError> {
        let mut shapes = match schema_type {
            SchemaType::Json => return json::read(source, options, wanted),
            SchemaType::Avro => avro::read(source)?,
            SchemaType::Protobuf => protobuf::read(source)?,
        };
        if wanted == Wanted::Fields {
            // These find all fields; what is wrong with inline rules is said where those are evaluated.
            shapes.unplaced.clear();
        }
        Ok(shapes)
    }

    /// What was wanted and is not visited, or not everywhere: in order of the text, referenced documents last.
    pub(super) fn unplaced(&self) -> &[Unplaced] {
        &self.unplaced
    }

    /// Every inline rule, in order of the text.
    pub(super) fn rules(&self) -> Vec<&WrittenRule> {
        match &self.form {
            Form::Avro(shapes, _) | Form::Protobuf(shapes) => shapes.iter().flat_map(Shape::rules).collect(),
            Form::Json(sites) => sites.rules().collect(),
        }
    }

    /// Calls `visit` for every value that the schema says something of, until it breaks. Returns whether the payload is
    /// small enough for that.
    pub(super) fn walk(&self, datum: &Datum<'_>, visit: &mut Visit<'_>) -> bool {
        match &self.form {
            Form::Avro(shapes, root) => walk::walk(shapes, *root, datum.value, visit),
            Form::Protobuf(shapes) => {
                let name = datum.value.message_name();
                match shapes.iter().position(|shape| name == Some(shape.full_name.as_str())) {
                    Some(root) => walk::walk(shapes, root, datum.value, visit),
                    None => false,
                }
            }
            Form::Json(sites) => sites.walk(datum, visit),
        }
    }
}

impl Shape {
    fn rules(&self) -> impl Iterator<Item = &WrittenRule> {
        let of_fields = match &self.parts {
            Parts::Fields(fields) => &fields[..],
            _ => &[],
        };
        self.rules.iter().chain(of_fields.iter().flat_map(|(_, field)| &field.rules))
    }
}

/// The rules in the list under `confluent:rules`, and pointers to what is none: the list itself, or entries without
/// a name or an expression.
fn written_rules(list: Option<&Json>) -> (Vec<WrittenRule>, Vec<String>) {
    let text = |entry: &Json, name: &str| entry.get(name).and_then(Json::as_str).map(str::to_owned);
    let rule = |entry: &Json| {
        Some(WrittenRule { name: text(entry, "name")?, doc: text(entry, "doc"), expr: text(entry, "expr")? })
    };
    let entries = match list {
        None | Some(Json::Null) => return Default::default(),
        Some(Json::Array(entries)) => entries,
        Some(_) => return (Vec::new(), vec![String::new()]),
    };
    let (mut rules, mut unreadable) = (Vec::new(), Vec::new());
    for (position, entry) in entries.iter().enumerate() {
        match rule(entry) {
            Some(rule) => rules.push(rule),
            None => unreadable.push(format!("/{position}")),
        }
    }
    (rules, unreadable)
}

/// Rules where no value has them.
fn misplaced(place: &str, rules: &[WrittenRule], why: &str) -> Vec<Unplaced> {
    let reason = |rule: &WrittenRule| format!("inline rule `{}` is not evaluated: {why}", rule.name);
    rules.iter().map(|rule| Unplaced { place: place.to_owned(), reason: reason(rule) }).collect()
}

/// A place in one document, named if it is a referenced one.
fn place_in(name: Option<&str>, pointer: &str) -> String {
    name.map_or_else(|| pointer.to_owned(), |name| format!("{name}#{pointer}"))
}

/// The texts under `confluent:tags`.
fn written_tags(list: Option<&Json>) -> Vec<String> {
    let tags = list.and_then(Json::as_array).into_iter().flatten();
    tags.filter_map(Json::as_str).map(str::to_owned).collect()
}
