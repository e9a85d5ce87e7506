//! The lint model of a JSON Schema: a record for every place that says something of values of the event. What only
//! tests a value (`if`) or rules one out (`not`) is left out.

mod references;
mod types;

use std::collections::HashSet;
use std::rc::Rc;

use self::references::References;
use self::types::Types;
use super::{DefaultValue, Enumeration, Field, Model, Record};
use crate::depth::with_room;
use crate::json::{Draft, resolve_uri};
use crate::lint::ignore::Ignores;
use crate::tree::{self, Leniency, Node, Value, pointer_token};
use crate::{Limits, SchemaError, SchemaType};

/// Symbols that say "none of the others".
const OPEN_SYMBOLS: [&str; 6] = ["unknown", "unspecified", "undefined", "other", "default", "none"];

/// Keywords that say which members an object has, or which object it is.
const CONTENT: [&str; 7] = [
    "properties",
    "patternProperties",
    "additionalProperties",
    "unevaluatedProperties",
    "required",
    "const",
    "enum",
];

/// Keywords that leave it to other schemas.
const COMBINED: [&str; 10] = [
    "allOf",
    "anyOf",
    "oneOf",
    "then",
    "else",
    "dependentSchemas",
    "dependencies",
    "$ref",
    "$dynamicRef",
    "$recursiveRef",
];

pub(super) fn read(text: &str, limits: &Limits) -> Result<Model, SchemaError> {
    let root = tree::parse(text, Leniency::Strict, limits)?;
    let mut model = Model::new(SchemaType::Json);
    model.ignores = Ignores::of_tree(&root, "x-lint-ignore");
    let draft = Draft::of_text(&root);
    let mut reader =
        Reader { model, root: &root, draft, types: Vec::new(), references: References::default() };
    let base: Rc<str> = Rc::from("");
    if let Some(position) = reader.schema(&root, "", &base, Part::Value) {
        reader.model.roots.push(position);
        reader.references.add_resource("", position);
    }
    reader.resolve();
    reader.finish();
    let mut model = reader.model;
    model.names = names(&root, &model);
    Ok(model)
}

struct Reader<'d> {
    model: Model,
    root: &'d Node,
    draft: Draft,
    /// What each record allows by itself.
    types: Vec<Types>,
    references: References<'d>,
}

/// What a schema is a part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Nothing: it says all of a value.
    Value,
    /// One of several that say something of a value.
    Branch,
}

impl<'d> Reader<'d> {
    /// Adds a schema and all below. As deep as the text was parsed.
    fn schema(&mut self, node: &'d Node, pointer: &str, base: &Rc<str>, part: Part) -> Option<usize> {
        let members = node.as_object()?;
        // Each member has a place, and each property two.
        let properties = node.get("properties").and_then(Node::as_object);
        if !self.model.takes(pointer, 2 + members.len() + 2 * properties.map_or(0, tree::Object::len)) {
            return None;
        }
        let position = self.model.records.len();
        let types = Types::of(node);
        let has = |keywords: &[&str]| keywords.iter().any(|keyword| node.get(keyword).is_some());
        self.model.records.push(Record {
            pointer: pointer.to_owned(),
            documented: is_documented(node),
            is_object: properties.is_some() || types.is_object(),
            untyped: types.is_object() && !has(&CONTENT) && !has(&COMBINED),
            declares: has(&CONTENT),
            ..Record::default()
        });
        self.types.push(types);
        if is_enumeration(node) {
            self.model.enums.push(Enumeration { pointer: pointer.to_owned(), open: has_open_symbol(node) });
        }
        let base = &self.enter(node, position, base);
        for keyword in ["$ref", "$dynamicRef", "$recursiveRef"] {
            if let Some(reference) = node.get(keyword).and_then(Node::as_str) {
                self.references.ask(position, base, reference);
            }
        }
        for (keyword, child) in members.iter() {
            let pointer = format!("{pointer}/{}", pointer_token(keyword));
            with_room(|| self.keyword(position, keyword, child, &pointer, base));
        }
        self.demand(node, position, part);
        Some(position)
    }

    /// Notes what can be referred to; the base inside.
    fn enter(&mut self, node: &'d Node, position: usize, base: &Rc<str>) -> Rc<str> {
        let id = node.get(self.draft.id_keyword()).and_then(Node::as_str);
        let own = id
            .map(|id| id.strip_suffix('#').unwrap_or(id))
            .filter(|id| !id.is_empty() && !id.starts_with('#'));
        let base = match own {
            Some(id) => Rc::from(resolve_uri(base, id)),
            None => Rc::clone(base),
        };
        if own.is_some() {
            self.references.add_resource(&base, position);
        }
        let anchors = ["$anchor", "$dynamicAnchor"].into_iter().filter_map(|name| node.get(name)?.as_str());
        for name in anchors.chain(id.and_then(|id| id.strip_prefix('#'))) {
            self.references.add_anchor(&base, name, position);
        }
        base
    }

    fn keyword(&mut self, record: usize, keyword: &str, child: &'d Node, pointer: &str, base: &Rc<str>) {
        match (keyword, &child.value) {
            ("allOf", _) => {
                let parts = self.list(child, pointer, base, Part::Value);
                self.model.records[record].with.extend(parts);
            }
            ("anyOf" | "oneOf", _) => {
                let branches = self.list(child, pointer, base, Part::Branch);
                self.model.records[record].either.push(branches);
            }
            ("then" | "else", _) => {
                let part = self.schema(child, pointer, base, Part::Value);
                self.model.records[record].with.extend(part);
            }
            ("dependentSchemas" | "dependencies", _) => {
                let parts = self.named(child, pointer, base);
                self.model.records[record].with.extend(parts.into_iter().map(|(_, part)| part));
            }
            ("items" | "prefixItems", Value::Array(_)) => {
                let items = self.list(child, pointer, base, Part::Value);
                self.model.records[record].inside.extend(items);
            }
            ("items" | "additionalItems" | "unevaluatedItems" | "contains", _) => {
                let items = self.schema(child, pointer, base, Part::Value);
                self.model.records[record].inside.extend(items);
            }
            ("additionalProperties" | "unevaluatedProperties", Value::Object(_)) => {
                let values = self.schema(child, pointer, base, Part::Value);
                self.model.records[record].inside.extend(values);
                self.model.records[record].open = true;
            }
            ("patternProperties", Value::Object(_)) => {
                let values = self.named(child, pointer, base);
                self.model.records[record].open |= !values.is_empty();
                self.model.records[record].inside.extend(values.into_iter().map(|(_, value)| value));
            }
            ("properties", Value::Object(properties)) => {
                for (name, property) in properties.iter() {
                    let pointer = format!("{pointer}/{}", pointer_token(name));
                    let shape = with_room(|| self.schema(property, &pointer, base, Part::Value));
                    let field = field_of(name, property, pointer, shape);
                    self.model.records[record].fields.push(field);
                }
            }
            ("definitions" | "$defs", _) => {
                self.named(child, pointer, base);
            }
            _ => {}
        }
    }

    fn list(&mut self, node: &'d Node, pointer: &str, base: &Rc<str>, part: Part) -> Vec<usize> {
        let items = node.as_array().unwrap_or_default().iter().enumerate();
        items
            .filter_map(|(position, item)| {
                with_room(|| self.schema(item, &format!("{pointer}/{position}"), base, part))
            })
            .collect()
    }

    fn named(&mut self, node: &'d Node, pointer: &str, base: &Rc<str>) -> Vec<(&'d str, usize)> {
        let members = node.as_object().into_iter().flat_map(tree::Object::iter);
        members
            .filter_map(|(name, member)| {
                let pointer = format!("{pointer}/{}", pointer_token(name));
                Some((name, with_room(|| self.schema(member, &pointer, base, Part::Value))?))
            })
            .collect()
    }

    /// Notes which members have to be there. What one of several branches asks for and declares elsewhere is a
    /// choice.
    fn demand(&mut self, node: &Node, position: usize, part: Part) {
        let names = node.get("required").and_then(Node::as_array).unwrap_or_default();
        let mut required: HashSet<&str> = names.iter().filter_map(Node::as_str).collect();
        let record = &mut self.model.records[position];
        for field in &mut record.fields {
            field.required = required.remove(field.name.as_str());
        }
        if part == Part::Value {
            let others = names.iter().filter_map(Node::as_str).filter(|name| required.remove(name));
            record.demands = others.map(str::to_owned).collect();
        }
    }

    /// Follows all references; what they lead to may refer to more.
    fn resolve(&mut self) {
        while let Some(asked) = self.references.next() {
            let known = match self.references.find(&asked, &self.model.records) {
                Some(known) => Some(known),
                None => self.elsewhere(&asked),
            };
            let record = &mut self.model.records[asked.record];
            match known {
                Some(known) => record.with.push(known),
                // Another text may name members of the event.
                None => (record.open, record.declares) = (true, true),
            }
        }
    }

    /// A schema at a place where no keyword holds schemas.
    fn elsewhere(&mut self, asked: &references::Asked) -> Option<usize> {
        let pointer = self.references.place(asked, &self.model.records)?;
        let node = node_at(self.root, &pointer)?;
        let position = self.schema(node, &pointer, &asked.base, Part::Value)?;
        self.references.note_place(&pointer, position);
        Some(position)
    }

    /// Completes fields by what their records say together with others.
    fn finish(&mut self) {
        let summary = types::combined(&self.model.records, &self.types);
        let silent = self.silent();
        let Model { records, ignores, .. } = &mut self.model;
        let described: Vec<bool> = records.iter().map(|record| record.documented).collect();
        let with: Vec<Vec<usize>> = records.iter().map(|record| record.with.clone()).collect();
        for field in records.iter_mut().flat_map(|record| &mut record.fields) {
            let Some(shape) = field.leads.first().copied() else { continue };
            field.kinds = summary[shape].kinds();
            field.nullable = summary[shape].may_be_null();
            field.documented |= with[shape].iter().any(|part| described[*part]);
        }
        for (place, ids) in silent {
            ignores.note(&place, ids);
        }
    }

    /// Rules that schemas of fields silence where those are referred to or combined.
    fn silent(&self) -> Vec<(String, Vec<String>)> {
        if self.model.ignores.is_empty() {
            return Vec::new();
        }
        let mut silent = Vec::new();
        for field in self.model.fields() {
            for part in self.model.first_parts(&field.leads, MAX_SILENT_PARTS).into_iter().skip(1) {
                let ids = self.model.ignores.at(&self.model.records[part].pointer);
                if !ids.is_empty() {
                    silent.push((field.pointer.clone(), ids.to_vec()));
                }
            }
        }
        silent
    }
}

/// The title of the root, or else those of what it refers to and of its branches.
fn names(root: &Node, model: &Model) -> Vec<(String, String)> {
    let mut names = Vec::new();
    let mut open = model.roots.clone();
    let mut seen: HashSet<usize> = open.iter().copied().collect();
    while let Some(position) = open.pop() {
        let record = &model.records[position];
        let title = node_at(root, &record.pointer).and_then(|node| node.get("title")?.as_str());
        if let Some(title) = title {
            names.push((title.to_owned(), format!("{}/title", record.pointer)));
            continue;
        }
        let parts = record.with.iter().chain(record.either.iter().flatten()).rev();
        open.extend(parts.copied().filter(|part| seen.len() < MAX_NAMED && seen.insert(*part)));
    }
    names
}

/// Parts of an event that may have its name.
const MAX_NAMED: usize = 1_000;

/// What stands at a JSON Pointer.
fn node_at<'d>(root: &'d Node, pointer: &str) -> Option<&'d Node> {
    let mut tokens = pointer.split('/').skip(1);
    tokens.try_fold(root, |node, token| {
        let name = token.replace("~1", "/").replace("~0", "~");
        node.get(&name).or_else(|| node.as_array()?.get(name.parse::<usize>().ok()?))
    })
}

/// Schemas of one field that are asked what they silence.
const MAX_SILENT_PARTS: usize = 32;

fn field_of(name: &str, property: &Node, pointer: String, shape: Option<usize>) -> Field {
    Field {
        name: name.to_owned(),
        json_name: None,
        pointer,
        documented: is_documented(property),
        kinds: super::Kinds::NONE,
        nullable: false,
        loose: false,
        required: false,
        default: property.get("default").map(|default| match default.value {
            Value::Null => DefaultValue::Null,
            _ => DefaultValue::Value,
        }),
        allowed: allowed(property),
        leads: shape.into_iter().collect(),
    }
}

fn is_documented(node: &Node) -> bool {
    let text =
        |keyword: &str| node.get(keyword).and_then(Node::as_str).is_some_and(|text| !text.trim().is_empty());
    text("description") || text("$comment")
}

/// Two texts or more; a single one is a constant.
fn is_enumeration(node: &Node) -> bool {
    let options = node.get("enum").and_then(Node::as_array).unwrap_or_default();
    options.iter().filter(|option| option.as_str().is_some()).count() > 1
}

fn has_open_symbol(node: &Node) -> bool {
    let is_open = |symbol: &str| OPEN_SYMBOLS.contains(&symbol.to_ascii_lowercase().as_str());
    allowed(node).iter().any(|symbol| is_open(symbol.rsplit('_').next().unwrap_or(symbol)))
}

/// Texts and numbers of `enum` and `const`.
fn allowed(node: &Node) -> Vec<String> {
    let options = node.get("enum").and_then(Node::as_array).unwrap_or_default();
    let text = |option: &Node| match &option.value {
        Value::String(text) | Value::Number(text) => Some(text.clone()),
        _ => None,
    };
    options.iter().chain(node.get("const")).filter_map(text).collect()
}
