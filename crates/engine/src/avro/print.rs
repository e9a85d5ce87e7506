//! Graph to text: canonical, resolved and normalized.
//!
//! The canonical text is what Avro Java prints (`Schema.toString`), which the reference stores and returns:
//! one line, fixed member order, custom properties kept in order. It is not the specification's "Parsing
//! Canonical Form". A named type is written in full at its first use and by name after that; the
//! type that a reference stands for is written by name everywhere, except in the resolved text, while a type
//! nested inside a reference is written in full where it is used (`Schema.toString(referencedSchemas)`).
//!
//! The normalized text is the same with everything sorted whose order means nothing. One difference from
//! the reference is kept on purpose: a type with an explicitly empty namespace inside a namespaced type keeps
//! it, where the reference's normalization drops it and so renames the type.

use std::borrow::Cow;
use std::collections::HashSet;

use super::defaults::normal_default;
use super::model::{Enum, Field, Fixed, Graph, Kind, Named, Order, Record, Type, TypeId};
use super::numbers::java_number;
use crate::SchemaError;
use crate::depth::with_room;
use crate::tree::{Node, Object, print, quote};

/// Which text is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Canonical,
    Normal,
}

/// Prints a graph; `known` are full names that are written by name from the start.
///
/// # Errors
/// [`SchemaError::Limit`] when the text would nest deeper than `max_depth`: a definition moves to its first
/// use, so a text may nest deeper than the one it was read from.
pub(super) fn print_graph(
    graph: &Graph,
    known: &HashSet<String>,
    style: Style,
    max_depth: usize,
) -> Result<String, SchemaError> {
    print_types(&graph.types, graph.root, known, style, max_depth)
}

/// Prints one type of a list of types; see [`print_graph`].
pub(super) fn print_types(
    types: &[Type],
    root: TypeId,
    known: &HashSet<String>,
    style: Style,
    max_depth: usize,
) -> Result<String, SchemaError> {
    let known = known.iter().map(String::as_str).collect();
    let mut printer = Printer { types, known, style, max_depth, depth: 0, out: String::new() };
    printer.write_type(root, None)?;
    Ok(printer.out)
}

/// Longest type quoted in a message.
const MAX_QUOTED: usize = 2_000;

/// The text of a type inside a message, shortened.
pub(super) fn quoted_type(types: &[Type], of: TypeId) -> String {
    let text = print_types(types, of, &HashSet::new(), Style::Canonical, 128)
        .unwrap_or_else(|_| types[of.0 as usize].kind.word().to_owned());
    match text.char_indices().nth(MAX_QUOTED) {
        Some((cut, _)) => format!("{}...", &text[..cut]),
        None => text,
    }
}

struct Printer<'a> {
    types: &'a [Type],
    known: HashSet<&'a str>,
    style: Style,
    max_depth: usize,
    depth: usize,
    out: String,
}

impl<'a> Printer<'a> {
    fn write_type(&mut self, id: TypeId, space: Option<&str>) -> Result<(), SchemaError> {
        with_room(|| self.write_any(id, space))
    }

    fn write_any(&mut self, id: TypeId, space: Option<&str>) -> Result<(), SchemaError> {
        let types = self.types;
        let known = &types[id.0 as usize];
        match &known.kind {
            Kind::Primitive(primitive) if known.properties.is_empty() => {
                quote(primitive.word(), &mut self.out);
                return Ok(());
            }
            Kind::Union(branches) => return self.write_union(branches, space),
            _ => {}
        }
        if let Some(named) = known.kind.named()
            && !self.known.insert(named.name.full())
        {
            quote(named.name.written_in(space), &mut self.out);
            return Ok(());
        }
        self.enter()?;
        self.out.push('{');
        match &known.kind {
            Kind::Primitive(primitive) => self.string("type", primitive.word()),
            Kind::Array(of) => self.write_items("array", "items", *of, space)?,
            Kind::Map(of) => self.write_items("map", "values", *of, space)?,
            Kind::Record(record) => self.write_record(record, space)?,
            Kind::Enum(known) => self.write_enum(known, space),
            Kind::Fixed(fixed) => self.write_fixed(fixed, space),
            Kind::Union(_) | Kind::Pending(_) => {}
        }
        self.write_properties(&known.properties);
        if let Some(named) = known.kind.named() {
            self.write_type_aliases(named);
        }
        self.out.push('}');
        self.depth -= 1;
        Ok(())
    }

    fn enter(&mut self) -> Result<(), SchemaError> {
        self.depth += 1;
        if self.depth > self.max_depth {
            return Err(SchemaError::Limit {
                what: "nesting levels in the printed text",
                limit: self.max_depth,
            });
        }
        Ok(())
    }

    fn write_union(&mut self, branches: &[TypeId], space: Option<&str>) -> Result<(), SchemaError> {
        self.enter()?;
        self.out.push('[');
        for (position, branch) in branches.iter().enumerate() {
            self.comma(position);
            self.write_type(*branch, space)?;
        }
        self.out.push(']');
        self.depth -= 1;
        Ok(())
    }

    fn write_items(
        &mut self,
        word: &str,
        member: &str,
        of: TypeId,
        space: Option<&str>,
    ) -> Result<(), SchemaError> {
        self.string("type", word);
        self.key(member);
        self.write_type(of, space)
    }

    fn write_record(&mut self, record: &'a Record, space: Option<&str>) -> Result<(), SchemaError> {
        let is_error = record.is_error && self.style == Style::Canonical;
        self.string("type", if is_error { "error" } else { "record" });
        self.write_names(&record.named, space);
        self.key("fields");
        self.enter()?;
        self.out.push('[');
        for (position, field) in record.fields.iter().enumerate() {
            self.comma(position);
            self.write_field(field, record.named.name.space())?;
        }
        self.out.push(']');
        self.depth -= 1;
        Ok(())
    }

    fn write_field(&mut self, field: &'a Field, space: Option<&str>) -> Result<(), SchemaError> {
        self.enter()?;
        self.out.push('{');
        self.string("name", &field.name);
        self.key("type");
        self.write_type(field.of, space)?;
        if let Some(doc) = &field.doc {
            self.string("doc", doc);
        }
        if let Some(default) = &field.default {
            let default = match self.style {
                Style::Canonical => Cow::Borrowed(default),
                Style::Normal => Cow::Owned(normal_default(self.types, field.of, default)),
            };
            self.value("default", &default);
        }
        match field.order {
            Order::Ascending => {}
            Order::Descending => self.string("order", "descending"),
            Order::Ignore => self.string("order", "ignore"),
        }
        let mut aliases: Vec<&str> = field.aliases.iter().map(String::as_str).collect();
        if self.style == Style::Normal {
            aliases.sort_by(|a, b| java_order(a, b));
        }
        self.strings("aliases", &aliases);
        self.write_properties(&field.properties);
        self.out.push('}');
        self.depth -= 1;
        Ok(())
    }

    fn write_enum(&mut self, known: &Enum, space: Option<&str>) {
        self.string("type", "enum");
        self.write_names(&known.named, space);
        self.key("symbols");
        self.list(known.symbols.iter().map(String::as_str));
        if let Some(default) = &known.default {
            self.string("default", default);
        }
    }

    fn write_fixed(&mut self, fixed: &Fixed, space: Option<&str>) {
        self.string("type", "fixed");
        self.write_names(&fixed.named, space);
        self.key("size");
        self.out.push_str(&fixed.size.to_string());
    }

    fn write_names(&mut self, named: &Named, space: Option<&str>) {
        self.string("name", named.name.simple());
        if named.name.space() != space {
            self.string("namespace", named.name.space().unwrap_or_default());
        }
        match named.doc.as_deref() {
            None => {}
            // The reference's normalization takes an empty doc of a named type for none.
            Some("") if self.style == Style::Normal => {}
            Some(doc) => self.string("doc", doc),
        }
    }

    fn write_type_aliases(&mut self, named: &Named) {
        let mut aliases: Vec<_> = named.aliases.iter().collect();
        if self.style == Style::Normal {
            aliases.sort_by(|a, b| java_order(a.full(), b.full()));
        }
        let written: Vec<&str> = aliases.iter().map(|alias| alias.written_in(named.name.space())).collect();
        self.strings("aliases", &written);
    }

    fn write_properties(&mut self, properties: &Object) {
        let mut members: Vec<(&str, &Node)> = properties.iter().collect();
        if self.style == Style::Canonical {
            for (name, node) in members {
                self.value(name, node);
            }
            return;
        }
        let is_decimal = properties.get("logicalType").and_then(Node::as_str) == Some("decimal");
        let rank = |name: &str| match name {
            "logicalType" => 0,
            "precision" if is_decimal => 1,
            "scale" if is_decimal => 2,
            _ => 3,
        };
        members.sort_by(|(a, _), (b, _)| rank(a).cmp(&rank(b)).then_with(|| java_order(a, b)));
        for (name, node) in members {
            let mut sorted = node.clone();
            sorted.sort_members();
            self.value(name, &sorted);
        }
    }

    fn comma(&mut self, position: usize) {
        if position > 0 {
            self.out.push(',');
        }
    }

    fn key(&mut self, name: &str) {
        if !self.out.ends_with('{') {
            self.out.push(',');
        }
        quote(name, &mut self.out);
        self.out.push(':');
    }

    fn string(&mut self, name: &str, text: &str) {
        self.key(name);
        quote(text, &mut self.out);
    }

    fn value(&mut self, name: &str, node: &Node) {
        self.key(name);
        self.out.push_str(&print(node, java_number));
    }

    /// A member that is left out when it has no elements.
    fn strings(&mut self, name: &str, texts: &[&str]) {
        if !texts.is_empty() {
            self.key(name);
            self.list(texts.iter().copied());
        }
    }

    fn list<'t>(&mut self, texts: impl Iterator<Item = &'t str>) {
        self.out.push('[');
        for (position, text) in texts.enumerate() {
            self.comma(position);
            quote(text, &mut self.out);
        }
        self.out.push(']');
    }
}

/// The order of Java strings: by UTF-16 code units.
fn java_order(one: &str, other: &str) -> std::cmp::Ordering {
    one.encode_utf16().cmp(other.encode_utf16())
}
