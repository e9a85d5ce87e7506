//! The loader of drafts 4, 6 and 7.
//!
//! Parts are collected in a fixed order: `enum`, the unions, `not`, `const`, the typed node with its
//! family's keywords, then one untyped node for each family that is left. Siblings of `$ref` are ignored.

use super::super::draft::Draft;
use super::super::node::{
    Additional, ArrayPart, Criterion, Kind, NodeId, NumberPart, ObjectPart, StringPart,
};
use super::documents::Place;
use super::keywords::{self, kind_of_type};
use super::{Loader, Part};
use crate::SchemaError;
use crate::tree::{Node, Object, Value};

const OBJECT: [&str; 8] = [
    "properties",
    "required",
    "minProperties",
    "maxProperties",
    "dependencies",
    "patternProperties",
    "additionalProperties",
    "propertyNames",
];
const ARRAY: [&str; 6] = ["items", "additionalItems", "minItems", "maxItems", "uniqueItems", "contains"];
const NUMBER: [&str; 5] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
const STRING: [&str; 4] = ["minLength", "maxLength", "pattern", "format"];
const UNIONS: [Criterion; 3] = [Criterion::All, Criterion::Any, Criterion::One];
const CONDITIONS: [&str; 3] = ["if", "then", "else"];
const OTHER: [&str; 13] = [
    "$schema",
    "$ref",
    "title",
    "description",
    "default",
    "definitions",
    "$defs",
    "enum",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "type",
];

/// A keyword family.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Array,
    Object,
    Number,
    String,
}

impl Family {
    const ALL: [Self; 4] = [Self::Array, Self::Object, Self::Number, Self::String];

    fn keywords(self, draft: Draft) -> &'static [&'static str] {
        // `contains` and `propertyNames` came with draft-06; both stand last in their lists.
        let old = usize::from(draft == Draft::Draft4);
        match self {
            Self::Array => &ARRAY[..ARRAY.len() - old],
            Self::Object => &OBJECT[..OBJECT.len() - old],
            Self::Number => &NUMBER,
            Self::String => &STRING,
        }
    }

    fn of(kind: &Kind) -> Option<Self> {
        Some(match kind {
            Kind::Array(_) => Self::Array,
            Kind::Object(_) => Self::Object,
            Kind::Number(_) => Self::Number,
            Kind::String(_) => Self::String,
            _ => return None,
        })
    }
}

impl<'a> Loader<'a> {
    pub(super) fn load_classic(
        &mut self,
        place: &Place<'a>,
        object: &'a Object,
    ) -> Result<NodeId, SchemaError> {
        if let Some(node) = object.get("$ref") {
            return self.reference(place, "$ref", node, super::Notes::default());
        }
        let draft = self.documents.draft(place);
        keywords::check_uri(draft.id_keyword(), object)?;
        let is_known = |name: &str| {
            OTHER.contains(&name)
                || name == draft.id_keyword()
                || Family::ALL.iter().any(|family| family.keywords(draft).contains(&name))
                || draft != Draft::Draft4 && name == "const"
                || draft == Draft::Draft7 && CONDITIONS.contains(&name)
        };
        let notes = keywords::notes(object, Some(draft.id_keyword()), is_known)?;
        let parts = self.classic_parts(place, object, draft)?;
        self.assemble(place, parts, notes)
    }

    fn classic_parts(
        &mut self,
        place: &Place<'a>,
        object: &'a Object,
        draft: Draft,
    ) -> Result<Vec<Part<'a>>, SchemaError> {
        let mut parts = Vec::new();
        if let Some(node) = object.get("enum") {
            parts.push(Part::Kind(Kind::Enum(keywords::values("enum", node)?)));
        }
        for criterion in UNIONS {
            if let Some(node) = object.get(criterion.keyword()) {
                let members = self.list(place, criterion.keyword(), node)?;
                parts.push(Part::Kind(Kind::Combined { criterion, members }));
            }
        }
        if let Some(not) = self.optional(place, object, "not")? {
            parts.push(Part::Kind(Kind::Not(not)));
        }
        if let Some(node) = object.get("const").filter(|_| draft != Draft::Draft4) {
            parts.push(Part::Kind(Kind::Const(super::value_text(node))));
        }
        let mut left = Family::ALL.to_vec();
        if let Some(node) = object.get("type") {
            parts.push(self.classic_types(place, object, draft, node, &mut left)?);
        }
        for family in left {
            if family.keywords(draft).iter().any(|keyword| object.contains(keyword)) {
                parts.push(Part::Kind(self.classic_part(place, object, draft, family)?));
            }
        }
        let has_condition = CONDITIONS.iter().any(|keyword| object.contains(keyword));
        if has_condition && draft == Draft::Draft7 {
            let mut branches = Vec::new();
            for keyword in CONDITIONS {
                branches.extend(self.optional(place, object, keyword)?.map(|id| (keyword, id)));
            }
            parts.push(Part::Kind(Kind::Conditional(branches)));
        }
        Ok(parts)
    }

    /// `type`, with the keywords of each named family; those families are no longer left.
    fn classic_types(
        &mut self,
        place: &Place<'a>,
        object: &'a Object,
        draft: Draft,
        node: &'a Node,
        left: &mut Vec<Family>,
    ) -> Result<Part<'a>, SchemaError> {
        let mut typed = |name: &Node| -> Result<Kind, SchemaError> {
            let bare = kind_of_type(name)?;
            let Some(family) = Family::of(&bare) else { return Ok(bare) };
            left.retain(|other| *other != family);
            Ok(with_type(self.classic_part(place, object, draft, family)?, &bare))
        };
        let Value::Array(names) = &node.value else { return Ok(Part::Kind(typed(node)?)) };
        let mut kinds = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for name in names {
            // A repeated name is the same member again: members are compared without duplicates.
            let kind = typed_once(name, &mut seen, &mut typed)?;
            kinds.extend(kind);
        }
        Ok(Part::Types(kinds))
    }

    fn classic_part(
        &mut self,
        place: &Place<'a>,
        object: &'a Object,
        draft: Draft,
        family: Family,
    ) -> Result<Kind, SchemaError> {
        Ok(match family {
            Family::Array => Kind::Array(Box::new(self.classic_array(place, object, draft)?)),
            Family::Object => Kind::Object(Box::new(self.classic_object(place, object, draft)?)),
            Family::Number => Kind::Number(classic_number(object, draft)?),
            Family::String => Kind::String(classic_string(object)?),
        })
    }

    fn additional(
        &mut self,
        place: &Place<'a>,
        object: &'a Object,
        keyword: &str,
    ) -> Result<Additional, SchemaError> {
        Ok(match object.get(keyword).map(|node| (node, &node.value)) {
            None | Some((_, Value::Bool(true))) => Additional::Allowed,
            Some((_, Value::Bool(false))) => Additional::Forbidden,
            Some((node, _)) => Additional::Schema(self.child(place, keyword, node)?),
        })
    }

    fn classic_array(
        &mut self,
        place: &Place<'a>,
        object: &'a Object,
        draft: Draft,
    ) -> Result<ArrayPart, SchemaError> {
        let count =
            |keyword: &str| object.get(keyword).map(|node| keywords::count(keyword, node, false)).transpose();
        let raw = |keyword: &str| object.get(keyword).and_then(Node::as_number).map(str::to_owned);
        let mut part = ArrayPart {
            min_items: count("minItems")?,
            max_items: count("maxItems")?,
            min_contains: raw("minContains"),
            max_contains: raw("maxContains"),
            ..ArrayPart::default()
        };
        part.additional = self.additional(place, object, "additionalItems")?;
        match object.get("items") {
            Some(node) if node.as_array().is_some() => part.tuple = Some(self.list(place, "items", node)?),
            Some(node) => {
                part.items = Some(self.child(place, "items", node)?);
                if part.additional == Additional::Forbidden {
                    part.additional = Additional::Allowed;
                }
            }
            None => {}
        }
        if let Some(node) = object.get("uniqueItems") {
            part.unique = keywords::boolean("uniqueItems", node)?;
        }
        if draft != Draft::Draft4 {
            part.contains = self.optional(place, object, "contains")?;
        }
        Ok(part)
    }

    fn classic_object(
        &mut self,
        place: &Place<'a>,
        object: &'a Object,
        draft: Draft,
    ) -> Result<ObjectPart, SchemaError> {
        let count =
            |keyword: &str| object.get(keyword).map(|node| keywords::count(keyword, node, false)).transpose();
        let mut part = ObjectPart {
            min_properties: count("minProperties")?,
            max_properties: count("maxProperties")?,
            ..ObjectPart::default()
        };
        if let Some(node) = object.get("properties") {
            part.set_properties(self.named(place, "properties", node)?);
        }
        if let Some(node) = object.get("required") {
            part.required = keywords::strings("required", node)?.into_iter().collect();
        }
        part.additional = self.additional(place, object, "additionalProperties")?;
        if let Some(node) = object.get("patternProperties") {
            part.patterns = self.patterns(place, node)?;
        }
        if let Some(node) = object.get("dependencies") {
            for (name, dependency) in keywords::object("dependencies", node)?.iter() {
                if dependency.as_array().is_some() {
                    let names = keywords::string_set("dependencies", dependency)?;
                    if !names.is_empty() {
                        part.required_together.push((name.to_owned(), names));
                    }
                } else {
                    let child = self.documents.child(place, dependency, &["dependencies", name]);
                    part.schema_dependencies.push((name.to_owned(), self.subschema(&child)?));
                }
            }
        }
        if draft != Draft::Draft4 {
            part.property_names = self.optional(place, object, "propertyNames")?;
        }
        Ok(part)
    }

    /// `patternProperties`, whose names are regular expressions.
    pub(super) fn patterns(
        &mut self,
        place: &Place<'a>,
        node: &'a Node,
    ) -> Result<Vec<(String, NodeId)>, SchemaError> {
        for (name, member) in keywords::object("patternProperties", node)?.iter() {
            keywords::expression("patternProperties", name, member.offset)?;
        }
        self.named(place, "patternProperties", node)
    }
}

/// Loads the kind of a type name once for each name.
fn typed_once<'n>(
    name: &'n Node,
    seen: &mut Vec<&'n str>,
    typed: &mut impl FnMut(&Node) -> Result<Kind, SchemaError>,
) -> Result<Option<Kind>, SchemaError> {
    let text = keywords::string("type", name)?;
    if seen.contains(&text) {
        return Ok(None);
    }
    seen.push(text);
    typed(name).map(Some)
}

/// The part of a family under a type name.
fn with_type(part: Kind, bare: &Kind) -> Kind {
    match (part, bare) {
        (Kind::Number(part), Kind::Number(bare)) => {
            Kind::Number(NumberPart { typed: true, integer: bare.integer, ..part })
        }
        (Kind::String(part), _) => Kind::String(StringPart { typed: true, ..part }),
        (Kind::Object(mut part), _) => {
            part.typed = true;
            Kind::Object(part)
        }
        (Kind::Array(mut part), _) => {
            part.typed = true;
            Kind::Array(part)
        }
        (other, _) => other,
    }
}

fn classic_number(object: &Object, draft: Draft) -> Result<NumberPart, SchemaError> {
    let numeral =
        |keyword: &str| object.get(keyword).map(|node| keywords::numeral(keyword, node)).transpose();
    let flag = |keyword: &str| object.get(keyword).map_or(Ok(false), |node| keywords::boolean(keyword, node));
    let mut part = NumberPart {
        minimum: numeral("minimum")?,
        maximum: numeral("maximum")?,
        multiple_of: numeral("multipleOf")?,
        ..NumberPart::default()
    };
    if draft == Draft::Draft4 {
        part.flags = (flag("exclusiveMinimum")?, flag("exclusiveMaximum")?);
    } else {
        part.exclusive_minimum = numeral("exclusiveMinimum")?;
        part.exclusive_maximum = numeral("exclusiveMaximum")?;
    }
    if part.multiple_of.as_deref().is_some_and(super::super::number::is_zero) {
        let offset = object.get("multipleOf").map_or(0, |node| node.offset);
        return Err(SchemaError::invalid_at("`multipleOf` must not be 0", offset));
    }
    Ok(part)
}

fn classic_string(object: &Object) -> Result<StringPart, SchemaError> {
    let count =
        |keyword: &str| object.get(keyword).map(|node| keywords::count(keyword, node, false)).transpose();
    let text = |keyword: &str| {
        object.get(keyword).map(|node| keywords::string(keyword, node).map(str::to_owned)).transpose()
    };
    let part = StringPart {
        typed: false,
        min_length: count("minLength")?,
        max_length: count("maxLength")?,
        pattern: text("pattern")?,
        format: text("format")?,
    };
    if let (Some(pattern), Some(node)) = (&part.pattern, object.get("pattern")) {
        keywords::expression("pattern", pattern, node.offset)?;
    }
    Ok(part)
}
