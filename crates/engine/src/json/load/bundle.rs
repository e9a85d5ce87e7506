//! One self-contained 2020-12 document that says what a schema of any draft says.
//!
//! Every reference becomes an entry of `$defs`, also `#` and references into other documents; older
//! keywords are written in the newer way; annotations are dropped. What 2020-12 cannot say, or what the
//! loaders read in another way than validators do, is noted as unmodelled.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::super::draft::Draft;
use super::super::number::as_double;
use super::documents::{Documents, Place, Texts};
use crate::tree::{Node, Object, Value};
use crate::{Limits, SchemaError, Source};

/// A schema as one document.
pub(in crate::json) struct Bundle {
    /// The document; `$schema` is left out.
    pub(in crate::json) document: Json,
    /// Whether it leaves out something that decides about documents.
    pub(in crate::json) is_partial: bool,
    /// Number of JSON values in it.
    pub(in crate::json) size: usize,
}

/// Keywords that validators of some draft assert and that have no counterpart here.
const UNMODELLED: [&str; 4] = ["$dynamicRef", "$recursiveRef", "contentEncoding", "contentMediaType"];
const SCHEMAS: [&str; 10] = [
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "additionalProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "items",
];
const LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
const MAPS: [&str; 3] = ["properties", "patternProperties", "dependentSchemas"];
const DATA: [&str; 20] = [
    "type",
    "enum",
    "const",
    "required",
    "dependentRequired",
    "minProperties",
    "maxProperties",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minContains",
    "maxContains",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
];

/// Bundles a schema that the loaders accepted.
///
/// # Errors
/// [`SchemaError::Limit`] when the document has more than `max_values` values.
pub(in crate::json) fn bundle(
    root: &Node,
    source: &Source<'_>,
    draft: Draft,
    limits: &Limits,
    max_values: usize,
) -> Result<Bundle, SchemaError> {
    let texts = Texts::parse(source, limits);
    let mut bundler = Bundler {
        documents: Documents::new(root, &texts, draft),
        keys: HashMap::new(),
        pending: Vec::new(),
        is_partial: false,
        size: 0,
        max_values,
    };
    let place = bundler.documents.root(0)?;
    let first = bundler.key(&place);
    let mut definitions = Map::new();
    while let Some((key, place)) = bundler.pending.pop() {
        let body = bundler.schema(&place)?;
        definitions.insert(key, body);
    }
    let document = if definitions.len() == 1 && !mentions(&definitions, &first) {
        definitions.remove(&first).unwrap_or(Json::Bool(true))
    } else {
        json!({"$ref": format!("#/$defs/{first}"), "$defs": definitions})
    };
    Ok(Bundle { document, is_partial: bundler.is_partial, size: bundler.size })
}

/// Whether a reference to a key stands in one of the definitions.
fn mentions(definitions: &Map<String, Json>, key: &str) -> bool {
    fn find(value: &Json, reference: &str) -> bool {
        match value {
            Json::Object(members) => members.iter().any(|(name, member)| {
                (name == "$ref" && member.as_str() == Some(reference)) || find(member, reference)
            }),
            Json::Array(items) => items.iter().any(|item| find(item, reference)),
            _ => false,
        }
    }
    let reference = format!("#/$defs/{key}");
    definitions.values().any(|body| find(body, &reference))
}

struct Bundler<'a> {
    documents: Documents<'a>,
    /// Definition names by the address of the schema.
    keys: HashMap<usize, String>,
    pending: Vec<(String, Place<'a>)>,
    is_partial: bool,
    size: usize,
    max_values: usize,
}

impl<'a> Bundler<'a> {
    /// The definition that stands for a place; it is written later.
    fn key(&mut self, place: &Place<'a>) -> String {
        if let Some(key) = self.keys.get(&place.address()) {
            return key.clone();
        }
        let key = format!("n{}", self.keys.len());
        self.keys.insert(place.address(), key.clone());
        self.pending.push((key.clone(), place.clone()));
        key
    }

    fn count(&mut self, values: usize) -> Result<(), SchemaError> {
        self.size += values;
        if self.size > self.max_values {
            return Err(SchemaError::Limit { what: "values", limit: self.max_values });
        }
        Ok(())
    }

    fn schema(&mut self, place: &Place<'a>) -> Result<Json, SchemaError> {
        self.count(1)?;
        let object = match &place.node.value {
            Value::Bool(value) => return Ok(Json::Bool(*value)),
            Value::Object(object) => object,
            _ => return Ok(Json::Bool(true)),
        };
        let draft = self.documents.draft(place);
        let mut out = Map::new();
        if let Some(reference) = object.get("$ref").and_then(Node::as_str) {
            let target = self.documents.resolve(place, reference)?;
            let key = self.key(&target);
            out.insert("$ref".to_owned(), Json::String(format!("#/$defs/{key}")));
            if !draft.is_modern() {
                return Ok(Json::Object(out));
            }
        }
        self.is_partial |= UNMODELLED.iter().any(|keyword| object.contains(keyword));
        for (keyword, node) in object.iter().filter(|(keyword, _)| exists(keyword, draft)) {
            self.keyword(place, object, keyword, node, draft, &mut out)?;
        }
        if draft == Draft::Draft4 {
            flags(object, &mut out);
        }
        Ok(Json::Object(out))
    }

    fn keyword(
        &mut self,
        place: &Place<'a>,
        object: &'a Object,
        keyword: &str,
        node: &'a Node,
        draft: Draft,
        out: &mut Map<String, Json>,
    ) -> Result<(), SchemaError> {
        let is_tuple = keyword == "items" && node.as_array().is_some();
        if is_tuple || LISTS.contains(&keyword) {
            let mut members = Vec::new();
            for (position, member) in node.as_array().unwrap_or_default().iter().enumerate() {
                let child = self.documents.child(place, member, &[keyword, &position.to_string()]);
                members.push(self.schema(&child)?);
            }
            // An empty union is accepted by the reference's loaders and by nobody else.
            self.is_partial |= members.is_empty() && !is_tuple;
            out.insert(if is_tuple { "prefixItems" } else { keyword }.to_owned(), Json::Array(members));
            if let Some(rest) = object.get("additionalItems").filter(|_| is_tuple) {
                let child = self.documents.child(place, rest, &["additionalItems"]);
                out.insert("items".to_owned(), self.schema(&child)?);
            }
        } else if SCHEMAS.contains(&keyword) {
            let child = self.documents.child(place, node, &[keyword]);
            out.insert(keyword.to_owned(), self.schema(&child)?);
        } else if MAPS.contains(&keyword) {
            let members = self.map(place, keyword, node)?;
            out.insert(keyword.to_owned(), Json::Object(members));
        } else if keyword == "dependencies" {
            self.dependencies(place, node, out)?;
        } else if DATA.contains(&keyword) || keyword == "format" && !draft.is_modern() {
            self.count(1)?;
            // Draft 4 alone tells 1.0 from an integer; no other draft can say that.
            let is_integer = |node: &Node| node.as_str() == Some("integer");
            let has_integer =
                is_integer(node) || node.as_array().is_some_and(|names| names.iter().any(is_integer));
            self.is_partial |= draft == Draft::Draft4 && keyword == "type" && has_integer;
            out.insert(keyword.to_owned(), node.to_serde());
        }
        Ok(())
    }

    fn map(
        &mut self,
        place: &Place<'a>,
        keyword: &str,
        node: &'a Node,
    ) -> Result<Map<String, Json>, SchemaError> {
        let mut members = Map::new();
        if let Some(object) = node.as_object() {
            for (name, member) in object.iter() {
                let child = self.documents.child(place, member, &[keyword, name]);
                members.insert(name.to_owned(), self.schema(&child)?);
            }
        }
        Ok(members)
    }

    fn dependencies(
        &mut self,
        place: &Place<'a>,
        node: &'a Node,
        out: &mut Map<String, Json>,
    ) -> Result<(), SchemaError> {
        let (mut required, mut schemas) = (Map::new(), Map::new());
        if let Some(object) = node.as_object() {
            for (name, member) in object.iter() {
                if member.as_array().is_some() {
                    required.insert(name.to_owned(), member.to_serde());
                } else {
                    let child = self.documents.child(place, member, &["dependencies", name]);
                    schemas.insert(name.to_owned(), self.schema(&child)?);
                }
            }
        }
        for (keyword, members) in [("dependentRequired", required), ("dependentSchemas", schemas)] {
            if !members.is_empty() && !out.contains_key(keyword) {
                out.insert(keyword.to_owned(), Json::Object(members));
            }
        }
        Ok(())
    }
}

/// Whether a keyword means anything in a draft.
fn exists(keyword: &str, draft: Draft) -> bool {
    match keyword {
        "const" | "contains" | "propertyNames" => draft != Draft::Draft4,
        "exclusiveMinimum" | "exclusiveMaximum" => draft != Draft::Draft4,
        "if" | "then" | "else" => draft >= Draft::Draft7,
        "prefixItems"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "dependentSchemas"
        | "dependentRequired"
        | "minContains"
        | "maxContains" => draft.is_modern(),
        _ => true,
    }
}

/// The boolean limits of draft 4 as numbers.
fn flags(object: &Object, out: &mut Map<String, Json>) {
    for (flag, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        let is_set = object.get(flag).and_then(Node::as_bool) == Some(true);
        let is_limit =
            object.get(limit).and_then(Node::as_number).is_some_and(|text| as_double(text).is_finite());
        if let Some(value) = (is_set && is_limit).then(|| out.remove(limit)).flatten() {
            out.insert(flag.to_owned(), value);
        }
    }
}
