//! Schema text to graph.
//!
//! Follows the parser of Avro Java 1.12, whose acceptance and error texts the reference server passes on:
//! comments are read, names may be used before their definition, a repeated equal definition becomes a
//! use of the first, and `Strictness::Stored` leaves out the name and default checks that apply to new
//! schemas only. All texts share one name table, references first; their own checks are those of stored
//! schemas, because that is what they are.
//!
//! Recursion follows the JSON nesting, which the tree parser has bounded.

use std::collections::{HashMap, HashSet};

use super::link;
use super::model::{
    Enum, Field, Fixed, Graph, Kind, Named, Order, Place, Record, Type, TypeId, sorted_positions,
};
use super::names::{Name, Primitive, check_word};
use super::numbers::java_double_value;
use crate::depth::with_room;
use crate::tree::{self, Leniency, Node, Object, Value};
use crate::{Limits, SchemaError, Source, Strictness};

/// Members of a type that are not custom properties; an enum's `default` is one more.
const TYPE_RESERVED: [&str; 9] =
    ["doc", "fields", "items", "name", "namespace", "size", "symbols", "values", "type"];
/// Members of a field that are not custom properties.
const FIELD_RESERVED: [&str; 6] = ["default", "doc", "name", "order", "type", "aliases"];
/// Longest JSON quoted in an error.
const MAX_QUOTED: usize = 300;

/// Parses a text with its references into one graph, and lists the full names of the types that
/// references stand for. Types nested inside them are not listed: the reference writes those in full.
pub(crate) fn parse(
    source: &Source<'_>,
    strictness: Strictness,
    limits: &Limits,
) -> Result<(Graph, HashSet<String>), SchemaError> {
    let mut builder = Builder::new();
    let mut seen = HashSet::new();
    let mut referenced = HashSet::new();
    for dependency in source.dependencies {
        if seen.insert(dependency.name.as_str()) {
            let root = builder.add_text(&dependency.text, Strictness::Stored, false, limits);
            let root = &builder.types[root.map_err(without_offset)?.0 as usize];
            referenced.extend(root.kind.named().map(|named| named.name.full().to_owned()));
        }
    }
    let root = builder.add_text(source.text, strictness, true, limits)?;
    Ok((Graph { types: builder.types, root }, referenced))
}

/// An error inside a reference has no place in the text that was sent.
fn without_offset(error: SchemaError) -> SchemaError {
    match error {
        SchemaError::Invalid { message, .. } => SchemaError::invalid(message),
        other => other,
    }
}

/// Where a name is defined.
#[derive(Clone, Copy, Debug)]
pub(super) struct Definition {
    pub(super) of: TypeId,
    /// A record whose fields are still being read is not complete.
    is_complete: bool,
}

/// The types of all texts read so far.
pub(super) struct Builder {
    pub(super) types: Vec<Type>,
    /// Full name to first definition.
    pub(super) names: HashMap<String, Definition>,
    /// Placeholders of names used before their definition, with the text that was written.
    pub(super) pending: Vec<(TypeId, String)>,
    /// First and repeated definitions of a name; equal ones, if the schema is accepted.
    pub(super) repeated: Vec<(TypeId, TypeId)>,
    /// Fields with a default in the order in which they were complete: inner ones first.
    defaults: Vec<(TypeId, usize)>,
    pub(super) strictness: Strictness,
    own: bool,
}

impl Builder {
    fn new() -> Self {
        Self {
            types: Vec::new(),
            names: HashMap::new(),
            pending: Vec::new(),
            repeated: Vec::new(),
            defaults: Vec::new(),
            strictness: Strictness::New,
            own: false,
        }
    }

    fn add_text(
        &mut self,
        text: &str,
        strictness: Strictness,
        own: bool,
        limits: &Limits,
    ) -> Result<TypeId, SchemaError> {
        (self.strictness, self.own) = (strictness, own);
        let node = tree::parse(text, Leniency::Comments, limits)?;
        let first_new = self.types.len();
        let root = self.read_type(&node, None)?;
        let root = link::link(self, first_new, root, limits)?;
        let defaults = std::mem::take(&mut self.defaults);
        if strictness == Strictness::New {
            super::defaults::check_all(&self.types, &defaults, limits)?;
        }
        Ok(root)
    }

    fn place(&self, node: &Node) -> Place {
        Place { own: self.own, offset: node.offset }
    }

    fn add(&mut self, kind: Kind, properties: Object, node: &Node) -> TypeId {
        let id = TypeId(self.types.len() as u32);
        self.types.push(Type { kind, properties, place: self.place(node) });
        id
    }

    fn read_type(&mut self, node: &Node, space: Option<&str>) -> Result<TypeId, SchemaError> {
        match &node.value {
            Value::String(name) => Ok(self.use_name(name, node, space)),
            Value::Object(object) => with_room(|| self.read_object(object, node, space)),
            Value::Array(branches) => with_room(|| self.read_union(branches, node, space)),
            _ => Err(error("Schema not yet supported", node)),
        }
    }

    /// A type by name: primitive, then a complete definition of the name in the namespace in force, then one
    /// of the bare name. Everything else waits for linking, which knows full names only. So decides Avro
    /// Java 1.12; inside a namespace a bare name never means an enclosing record without namespace.
    fn use_name(&mut self, text: &str, node: &Node, space: Option<&str>) -> TypeId {
        if let Some(primitive) = Primitive::from_word(text) {
            return self.add(Kind::Primitive(primitive), Object::default(), node);
        }
        // A dotted text is looked up as it is written: `.A` names nothing.
        let full =
            if text.contains('.') { text.to_owned() } else { Name::new(text, space).full().to_owned() };
        let complete = |name: &str| self.names.get(name).filter(|known| known.is_complete);
        if let Some(known) = complete(&full).or_else(|| complete(text)) {
            return known.of;
        }
        let id = self.add(Kind::Pending(full), Object::default(), node);
        self.pending.push((id, text.to_owned()));
        id
    }

    fn read_object(
        &mut self,
        object: &Object,
        node: &Node,
        space: Option<&str>,
    ) -> Result<TypeId, SchemaError> {
        let word = text_of(object, "type").ok_or_else(|| error("No type", node))?;
        let part = |name: &str, problem: &str| object.get(name).ok_or_else(|| error(problem, node));
        let kind = match word {
            "record" | "error" => return self.read_record(object, node, space, word == "error"),
            "enum" => return self.read_enum(object, node, space),
            "fixed" => return self.read_fixed(object, node, space),
            "array" => Kind::Array(self.read_type(part("items", "Array has no items type")?, space)?),
            "map" => Kind::Map(self.read_type(part("values", "Map has no values type")?, space)?),
            _ => match Primitive::from_word(word) {
                Some(primitive) => Kind::Primitive(primitive),
                None => return Ok(self.use_name(word, node, space)),
            },
        };
        Ok(self.add(kind, properties(object, false), node))
    }

    fn read_union(
        &mut self,
        branches: &[Node],
        node: &Node,
        space: Option<&str>,
    ) -> Result<TypeId, SchemaError> {
        let mut types = Vec::with_capacity(branches.len());
        let mut seen = HashSet::with_capacity(branches.len());
        for branch in branches {
            let of = self.read_type(branch, space)?;
            let kind = &self.types[of.0 as usize].kind;
            let key = match kind {
                Kind::Union(_) => return Err(error("Nested union", node)),
                Kind::Pending(full) => full,
                other => other.named().map_or(other.word(), |named| named.name.full()),
            };
            if !seen.insert(key.to_owned()) {
                return Err(SchemaError::invalid_at(format!("Duplicate in union:{key}"), branch.offset));
            }
            types.push(of);
        }
        Ok(self.add(Kind::Union(types), Object::default(), node))
    }

    fn read_record(
        &mut self,
        object: &Object,
        node: &Node,
        space: Option<&str>,
        is_error: bool,
    ) -> Result<TypeId, SchemaError> {
        let named = self.read_named(object, node, space)?;
        let name = named.name.clone();
        let record = Record { named, is_error, fields: Vec::new(), by_name: Vec::new() };
        // Defined before its fields are read: they may refer to it.
        let id = self.define(Kind::Record(record), properties(object, false), node);
        let members = object.get("fields").and_then(Node::as_array);
        let members = members.ok_or_else(|| error("Record has no fields", node))?;
        let mut fields = Vec::with_capacity(members.len());
        for member in members {
            let field = self.read_field(member, name.space())?;
            if field.default.is_some() {
                self.defaults.push((id, fields.len()));
            }
            fields.push(field);
        }
        let words: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        let by_name = sorted_positions(&words).map_err(|(first, second, word)| {
            let shown = |at: usize| {
                let of = &self.types[fields[at].of.0 as usize].kind;
                format!("{word} type:{} pos:{at}", of.word().to_uppercase())
            };
            let message = format!(
                "Duplicate field {word} in record {}: {} and {}.",
                name.full(),
                shown(second),
                shown(first)
            );
            SchemaError::invalid_at(message, fields[second].place.offset)
        })?;
        if let Kind::Record(record) = &mut self.types[id.0 as usize].kind {
            (record.fields, record.by_name) = (fields, by_name);
        }
        if let Some(known) = self.names.get_mut(name.full()) {
            known.is_complete = true;
        }
        Ok(id)
    }

    fn read_field(&mut self, node: &Node, space: Option<&str>) -> Result<Field, SchemaError> {
        let no_name = || error("No field name", node);
        let object = node.as_object().ok_or_else(no_name)?;
        let name = text_of(object, "name").ok_or_else(no_name)?;
        check_word(name, self.strictness, node.offset)?;
        let of = self.read_type(object.get("type").ok_or_else(|| error("No field type", node))?, space)?;
        let default = match object.get("default") {
            Some(default) => Some(self.read_default(default, of)?),
            None => None,
        };
        let order = match object.get("order") {
            None => Order::Ascending,
            Some(order) => read_order(order)?,
        };
        let mut aliases = read_aliases(object, node)?;
        keep_first(&mut aliases);
        Ok(Field {
            name: name.to_owned(),
            of,
            doc: text_of(object, "doc").map(str::to_owned),
            default,
            order,
            aliases,
            properties: members(object, |name| !FIELD_RESERVED.contains(&name)),
            place: self.place(node),
        })
    }

    /// A text default of a float or double becomes the number it spells, as the reference reads it.
    fn read_default(&self, default: &Node, of: TypeId) -> Result<Node, SchemaError> {
        let kind = &self.types[of.0 as usize].kind;
        let (Kind::Primitive(Primitive::Float | Primitive::Double), Some(text)) = (kind, default.as_str())
        else {
            return Ok(default.clone());
        };
        let number = java_double_value(text)
            .ok_or_else(|| SchemaError::invalid_at(no_number(text), default.offset))?;
        let value = super::defaults::number(number.is_finite(), super::numbers::java_double(number));
        Ok(Node { offset: default.offset, value })
    }

    fn read_enum(
        &mut self,
        object: &Object,
        node: &Node,
        space: Option<&str>,
    ) -> Result<TypeId, SchemaError> {
        let named = self.read_named(object, node, space)?;
        let members = object.get("symbols").and_then(Node::as_array);
        let members = members.ok_or_else(|| error("Enum has no symbols", node))?;
        let mut symbols = Vec::with_capacity(members.len());
        for member in members {
            let symbol = member.as_str().ok_or_else(|| error("Enum symbol is not a string", member))?;
            check_word(symbol, self.strictness, member.offset)?;
            symbols.push(symbol.to_owned());
        }
        let words: Vec<&str> = symbols.iter().map(String::as_str).collect();
        let by_name = sorted_positions(&words).map_err(|(_, second, word)| {
            SchemaError::invalid_at(format!("Duplicate enum symbol: {word}"), members[second].offset)
        })?;
        let default = text_of(object, "default").map(str::to_owned);
        if let Some(missing) = default.as_deref().filter(|symbol| !words.contains(symbol)) {
            let message =
                format!("The Enum Default: {missing} is not in the enum symbol set: [{}]", words.join(", "));
            return Err(SchemaError::invalid_at(message, node.offset));
        }
        let known = Enum { named, symbols, default, by_name };
        Ok(self.define(Kind::Enum(known), properties(object, true), node))
    }

    fn read_fixed(
        &mut self,
        object: &Object,
        node: &Node,
        space: Option<&str>,
    ) -> Result<TypeId, SchemaError> {
        let named = self.read_named(object, node, space)?;
        let size = object.get("size").and_then(Node::as_number).and_then(|text| text.parse::<i32>().ok());
        let size = size.ok_or_else(|| error("Invalid or no size", node))?;
        let size = u32::try_from(size).map_err(|_| {
            SchemaError::invalid_at(format!("Malformed data. Length is negative: {size}"), node.offset)
        })?;
        Ok(self.define(Kind::Fixed(Fixed { named, size }), properties(object, false), node))
    }

    fn read_named(&self, object: &Object, node: &Node, space: Option<&str>) -> Result<Named, SchemaError> {
        let simple = text_of(object, "name").ok_or_else(|| error("No name in schema", node))?;
        let name = Name::new(simple, text_of(object, "namespace").or(space));
        name.check(self.strictness, node.offset)?;
        let mut aliases: Vec<Name> =
            read_aliases(object, node)?.iter().map(|alias| Name::new(alias, name.space())).collect();
        keep_first(&mut aliases);
        for alias in &aliases {
            alias.check_alias(self.strictness, node.offset)?;
        }
        Ok(Named { name, doc: text_of(object, "doc").map(str::to_owned), aliases })
    }

    /// Adds a named type. A name that is known is remembered as a repetition; linking decides about it.
    fn define(&mut self, kind: Kind, properties: Object, node: &Node) -> TypeId {
        let full = kind.named().map(|named| named.name.full().to_owned());
        let id = self.add(kind, properties, node);
        if let Some(full) = full {
            let is_complete = !matches!(self.types[id.0 as usize].kind, Kind::Record(_));
            let first = self.names.entry(full).or_insert(Definition { of: id, is_complete }).of;
            if first != id {
                self.repeated.push((first, id));
            }
        }
        id
    }
}

/// The words of `Double.valueOf`.
fn no_number(text: &str) -> String {
    if text.trim().is_empty() { "empty String".to_owned() } else { format!("For input string: \"{text}\"") }
}

fn read_order(node: &Node) -> Result<Order, SchemaError> {
    let text = node.as_str().unwrap_or_default();
    match text.to_ascii_lowercase().as_str() {
        "ascending" => Ok(Order::Ascending),
        "descending" => Ok(Order::Descending),
        "ignore" => Ok(Order::Ignore),
        _ => Err(SchemaError::invalid_at(format!("field order `{text}` is not known"), node.offset)),
    }
}

fn read_aliases(object: &Object, node: &Node) -> Result<Vec<String>, SchemaError> {
    let Some(aliases) = object.get("aliases") else {
        return Ok(Vec::new());
    };
    let aliases = aliases.as_array().ok_or_else(|| error("aliases not an array", node))?;
    let text =
        |alias: &Node| alias.as_str().map(str::to_owned).ok_or_else(|| error("alias not a string", alias));
    aliases.iter().map(text).collect()
}

/// Removes repetitions, keeping the first of equal elements.
fn keep_first<T: Clone + Eq + std::hash::Hash>(items: &mut Vec<T>) {
    let mut seen = HashSet::with_capacity(items.len());
    items.retain(|item| seen.insert(item.clone()));
}

fn properties(object: &Object, is_enum: bool) -> Object {
    members(object, |name| {
        !TYPE_RESERVED.contains(&name) && name != "aliases" && !(is_enum && name == "default")
    })
}

/// The members whose names are wanted.
fn members(object: &Object, is_wanted: impl Fn(&str) -> bool) -> Object {
    let wanted = object.iter().filter(|(name, _)| is_wanted(name));
    Object::from_unique(wanted.map(|(name, node)| (name.to_owned(), node.clone())).collect())
}

fn text_of<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Node::as_str)
}

/// An error that quotes the element it is about, as the reference does.
pub(super) fn error(problem: &str, node: &Node) -> SchemaError {
    let text = tree::print(node, super::numbers::java_number);
    let shown = match text.char_indices().nth(MAX_QUOTED) {
        Some((cut, _)) => format!("{}...", &text[..cut]),
        None => text,
    };
    SchemaError::invalid_at(format!("{problem}: {shown}"), node.offset)
}
