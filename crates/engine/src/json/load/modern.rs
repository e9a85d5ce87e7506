//! The loader of 2019-09 and 2020-12.
//!
//! Parts are joined keyword by keyword, in the order in which the reference's hash map gives them out:
//! parts of one family merge; a part merges into the first member of its kind of a type array; everything
//! else goes into a generated `allOf`. Keywords without any meaning to the comparison (`format`,
//! `readOnly`, `writeOnly`) still take part in the joining, as an empty part.

use super::super::java_order;
use super::super::node::{
    Additional, ArrayPart, Criterion, Kind, NodeId, NumberPart, ObjectPart, StringPart,
};
use super::documents::Place;
use super::join::{Joined, forget_unevaluated};
use super::keywords::{self, kind_of_type};
use super::{Loader, Part};
use crate::SchemaError;
use crate::tree::{Node, Object, Value};

/// Keywords that are no "unknown keyword", beside those that [`Loader::modern_part`] reads.
const QUIET: [&str; 19] = [
    "$schema",
    "$id",
    "$anchor",
    "$dynamicAnchor",
    "$vocabulary",
    "$comment",
    "$defs",
    "title",
    "description",
    "default",
    "deprecated",
    "examples",
    "format",
    "readOnly",
    "writeOnly",
    "then",
    "else",
    "minContains",
    "maxContains",
];
const READ: [&str; 33] = [
    "type",
    "enum",
    "const",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "$ref",
    "$dynamicRef",
    "properties",
    "patternProperties",
    "additionalProperties",
    "unevaluatedProperties",
    "propertyNames",
    "required",
    "minProperties",
    "maxProperties",
    "dependentRequired",
    "dependentSchemas",
    "prefixItems",
    "items",
    "contains",
    "unevaluatedItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "pattern",
];
const LENGTHS: [&str; 2] = ["minLength", "maxLength"];

fn is_known(name: &str) -> bool {
    QUIET.contains(&name) || READ.contains(&name) || LENGTHS.contains(&name)
}

impl<'a> Loader<'a> {
    pub(super) fn load_modern(
        &mut self,
        place: &Place<'a>,
        object: &'a Object,
    ) -> Result<NodeId, SchemaError> {
        keywords::check_uri("$id", object)?;
        if let Some(node) = object.get("format") {
            keywords::string("format", node)?;
        }
        let notes = keywords::notes(object, None, is_known)?;
        let mut names: Vec<&str> = object.iter().map(|(name, _)| name).collect();
        let is_bridged = place.pointer.is_root()
            && !object.contains("$defs")
            && object.get("definitions").is_some_and(|node| node.as_object().is_some());
        if is_bridged {
            names.push("$defs");
        }
        java_order::sort(&mut names, |name| name);
        // The reference keeps these bodies among the unknown keywords and overwrites them with the others.
        let loses_unevaluated = object.iter().any(|(name, _)| !is_known(name))
            || ["$defs", "definitions"].iter().any(|defs| {
                let members = object.get(defs).and_then(Node::as_object);
                (*defs == "$defs" || is_bridged) && members.is_some_and(|members| !members.is_empty())
            });
        let mut joined = Joined::Nothing;
        for name in names {
            let Some(node) = object.get(name) else { continue };
            if ["format", "readOnly", "writeOnly"].contains(&name) {
                joined = joined.join(None);
            } else if let Some(mut part) = self.modern_part(place, object, name, node)? {
                if loses_unevaluated {
                    forget_unevaluated(&mut part);
                }
                joined = joined.join(Some(part));
            }
        }
        let parts = match joined {
            Joined::Nothing => Vec::new(),
            Joined::One(part) => vec![part],
            Joined::All(parts) => parts,
        };
        self.assemble(place, parts, notes)
    }

    /// What one keyword contributes.
    fn modern_part(
        &mut self,
        place: &Place<'a>,
        object: &'a Object,
        name: &str,
        node: &'a Node,
    ) -> Result<Option<Part<'a>>, SchemaError> {
        let kind = match name {
            "$ref" | "$dynamicRef" => return Ok(Some(Part::Reference(node))),
            "type" => return modern_types(node).map(Some),
            "enum" => Kind::Enum(keywords::values("enum", node)?),
            "const" => Kind::Const(super::value_text(node)),
            "not" => Kind::Not(self.child(place, "not", node)?),
            "allOf" => self.modern_union(place, Criterion::All, node)?,
            "anyOf" => self.modern_union(place, Criterion::Any, node)?,
            "oneOf" => self.modern_union(place, Criterion::One, node)?,
            "if" => {
                let mut branches = vec![("if", self.child(place, "if", node)?)];
                for keyword in ["then", "else"] {
                    branches.extend(self.optional(place, object, keyword)?.map(|id| (keyword, id)));
                }
                Kind::Conditional(branches)
            }
            // The newer loader keeps properties apart from keywords; none of them is nothing at all.
            "properties" | "patternProperties" if keywords::object(name, node)?.is_empty() => {
                return Ok(None);
            }
            _ => {
                if let Some(part) = self.modern_object(place, name, node)? {
                    Kind::Object(Box::new(part))
                } else if let Some(part) = self.modern_array(place, object, name, node)? {
                    Kind::Array(Box::new(part))
                } else if let Some(part) = modern_number(name, node)? {
                    Kind::Number(part)
                } else if let Some(part) = modern_string(name, node)? {
                    Kind::String(part)
                } else {
                    return Ok(None);
                }
            }
        };
        Ok(Some(Part::Kind(kind)))
    }

    /// Members of a union. A member that is itself a generated `allOf` gives its parts one by one
    /// (reference defect, kept for equality).
    fn modern_union(
        &mut self,
        place: &Place<'a>,
        criterion: Criterion,
        node: &'a Node,
    ) -> Result<Kind, SchemaError> {
        let mut members = Vec::new();
        for id in self.list(place, criterion.keyword(), node)? {
            match &self.nodes[id.0 as usize].kind {
                Kind::Combined { members: parts, .. } if self.generated.contains(&id) => {
                    members.extend(parts.iter().copied());
                }
                _ => members.push(id),
            }
        }
        Ok(Kind::Combined { criterion, members })
    }

    fn modern_object(
        &mut self,
        place: &Place<'a>,
        name: &str,
        node: &'a Node,
    ) -> Result<Option<ObjectPart>, SchemaError> {
        let mut part = ObjectPart::default();
        match name {
            "properties" => part.set_properties(self.named(place, name, node)?),
            "required" => part.required = keywords::strings(name, node)?.into_iter().collect(),
            "patternProperties" => part.patterns = self.patterns(place, node)?,
            "additionalProperties" => part.additional = self.modern_additional(place, name, node)?,
            "unevaluatedProperties" => part.unevaluated = Some(self.child(place, name, node)?),
            "propertyNames" => part.property_names = Some(self.child(place, name, node)?),
            "minProperties" => part.min_properties = Some(keywords::count(name, node, true)?),
            "maxProperties" => part.max_properties = Some(keywords::count(name, node, true)?),
            "dependentSchemas" => part.schema_dependencies = self.named(place, name, node)?,
            "dependentRequired" => {
                for (property, names) in keywords::object(name, node)?.iter() {
                    let names = keywords::string_set(name, names)?;
                    if !names.is_empty() {
                        part.required_together.push((property.to_owned(), names));
                    }
                }
            }
            _ => return Ok(None),
        }
        Ok(Some(part))
    }

    fn modern_additional(
        &mut self,
        place: &Place<'a>,
        name: &str,
        node: &'a Node,
    ) -> Result<Additional, SchemaError> {
        Ok(match node.value {
            Value::Bool(true) => Additional::Allowed,
            Value::Bool(false) => Additional::Forbidden,
            _ => Additional::Schema(self.child(place, name, node)?),
        })
    }

    fn modern_array(
        &mut self,
        place: &Place<'a>,
        object: &'a Object,
        name: &str,
        node: &'a Node,
    ) -> Result<Option<ArrayPart>, SchemaError> {
        let mut part = ArrayPart::default();
        match name {
            "prefixItems" => part.tuple = Some(self.list(place, name, node)?),
            "items" => {
                if node.as_array().is_some() {
                    let message =
                        "`items` must be a schema in this draft; a list of schemas is `prefixItems`";
                    return Err(SchemaError::invalid_at(message, node.offset));
                }
                let prefix = object.get("prefixItems").and_then(Node::as_array);
                let is_rest = prefix.is_some_and(|prefix| !prefix.is_empty());
                match self.modern_additional(place, name, node)? {
                    Additional::Schema(items) if !is_rest => part.items = Some(items),
                    additional => part.additional = additional,
                }
            }
            "contains" => {
                part.contains = Some(self.child(place, name, node)?);
                let count = |keyword: &str| {
                    object.get(keyword).map(|node| keywords::count(keyword, node, true)).transpose()
                };
                part.min_contains = Some(count("minContains")?.unwrap_or_else(|| "1".to_owned()));
                part.max_contains = count("maxContains")?;
            }
            "unevaluatedItems" => part.unevaluated = Some(self.child(place, name, node)?),
            "minItems" => part.min_items = Some(keywords::count(name, node, true)?),
            "maxItems" => part.max_items = Some(keywords::count(name, node, true)?),
            "uniqueItems" => part.unique = keywords::boolean(name, node)?,
            _ => return Ok(None),
        }
        Ok(Some(part))
    }
}

fn modern_types(node: &Node) -> Result<Part<'_>, SchemaError> {
    let Value::Array(names) = &node.value else { return Ok(Part::Kind(kind_of_type(node)?)) };
    let mut seen = Vec::new();
    let mut kinds = Vec::new();
    for name in names {
        let kind = kind_of_type(name)?;
        // A repeated name is the same member again: members are compared without duplicates.
        if !seen.contains(&name.as_str()) {
            seen.push(name.as_str());
            kinds.push(kind);
        }
    }
    Ok(Part::Types(kinds))
}

fn modern_number(name: &str, node: &Node) -> Result<Option<NumberPart>, SchemaError> {
    let mut part = NumberPart::default();
    let slot = match name {
        "minimum" => &mut part.minimum,
        "maximum" => &mut part.maximum,
        "exclusiveMinimum" => &mut part.exclusive_minimum,
        "exclusiveMaximum" => &mut part.exclusive_maximum,
        "multipleOf" => &mut part.multiple_of,
        _ => return Ok(None),
    };
    *slot = Some(keywords::numeral(name, node)?);
    Ok(Some(part))
}

fn modern_string(name: &str, node: &Node) -> Result<Option<StringPart>, SchemaError> {
    let mut part = StringPart::default();
    match name {
        "minLength" => part.min_length = Some(keywords::count(name, node, true)?),
        "maxLength" => part.max_length = Some(keywords::count(name, node, true)?),
        "pattern" => {
            let text = keywords::string(name, node)?;
            keywords::expression(name, text, node.offset)?;
            part.pattern = Some(text.to_owned());
        }
        _ => return Ok(None),
    }
    Ok(Some(part))
}
