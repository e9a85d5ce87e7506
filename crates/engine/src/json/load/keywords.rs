//! Values of keywords, checked as the reference's loaders check them.

use std::collections::BTreeSet;

use super::super::java_uri::is_uri;
use super::super::node::{Kind, Notes, NumberPart, StringPart};
use super::super::{number, pattern};
use super::value_text;
use crate::SchemaError;
use crate::tree::{Node, Object, Value};

fn expected(keyword: &str, what: &str, node: &Node) -> SchemaError {
    let found = match &node.value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    SchemaError::invalid_at(format!("expected {what} in `{keyword}`, found {found}"), node.offset)
}

pub(super) fn string<'n>(keyword: &str, node: &'n Node) -> Result<&'n str, SchemaError> {
    node.as_str().ok_or_else(|| expected(keyword, "a string", node))
}

pub(super) fn array<'n>(keyword: &str, node: &'n Node) -> Result<&'n [Node], SchemaError> {
    node.as_array().ok_or_else(|| expected(keyword, "an array", node))
}

pub(super) fn object<'n>(keyword: &str, node: &'n Node) -> Result<&'n Object, SchemaError> {
    node.as_object().ok_or_else(|| expected(keyword, "an object", node))
}

pub(super) fn boolean(keyword: &str, node: &Node) -> Result<bool, SchemaError> {
    node.as_bool().ok_or_else(|| expected(keyword, "a boolean", node))
}

/// A number; its text is kept.
pub(super) fn numeral(keyword: &str, node: &Node) -> Result<String, SchemaError> {
    node.as_number().map(str::to_owned).ok_or_else(|| expected(keyword, "a number", node))
}

/// A count: the older loader wants the literal of a 32-bit integer, the newer one any number.
pub(super) fn count(keyword: &str, node: &Node, modern: bool) -> Result<String, SchemaError> {
    let text = numeral(keyword, node)?;
    if modern || number::is_int32(&text) {
        Ok(text)
    } else {
        Err(expected(keyword, "a 32-bit integer", node))
    }
}

/// An array of strings, as a list.
pub(super) fn strings(keyword: &str, node: &Node) -> Result<Vec<String>, SchemaError> {
    array(keyword, node)?.iter().map(|item| string(keyword, item).map(str::to_owned)).collect()
}

/// An array of strings, as a set.
pub(super) fn string_set(keyword: &str, node: &Node) -> Result<BTreeSet<String>, SchemaError> {
    Ok(strings(keyword, node)?.into_iter().collect())
}

/// The canonical texts of an `enum`.
pub(super) fn values(keyword: &str, node: &Node) -> Result<Vec<String>, SchemaError> {
    Ok(array(keyword, node)?.iter().map(value_text).collect())
}

/// A regular expression that Java compiles.
pub(super) fn expression(keyword: &str, text: &str, offset: usize) -> Result<(), SchemaError> {
    pattern::check(text).map_err(|reason| {
        SchemaError::invalid_at(
            format!("invalid regular expression `{text}` in `{keyword}`: {reason}"),
            offset,
        )
    })
}

/// The typed node of a type name without its keywords.
pub(super) fn kind_of_type(node: &Node) -> Result<Kind, SchemaError> {
    let name = string("type", node)?;
    Ok(match name {
        "string" => Kind::String(StringPart { typed: true, ..StringPart::default() }),
        "number" => Kind::Number(NumberPart { typed: true, ..NumberPart::default() }),
        "integer" => Kind::Number(NumberPart { typed: true, integer: true, ..NumberPart::default() }),
        "boolean" => Kind::Boolean,
        "null" => Kind::Null,
        "object" => Kind::Object(Box::default()),
        "array" => Kind::Array(Box::default()),
        _ => return Err(SchemaError::invalid_at(format!("unknown type `{name}`"), node.offset)),
    })
}

/// Title, description, default, id and unknown keywords.
pub(super) fn notes(
    object: &Object,
    id_keyword: Option<&str>,
    is_known: impl Fn(&str) -> bool,
) -> Result<Notes, SchemaError> {
    let text = |keyword: &str| -> Result<Option<String>, SchemaError> {
        object.get(keyword).map(|node| string(keyword, node).map(str::to_owned)).transpose()
    };
    let id = id_keyword.map(&text).transpose()?.flatten();
    let mut unknown: Vec<(String, String)> = object
        .iter()
        .filter(|(name, _)| !is_known(name))
        .map(|(name, node)| (name.to_owned(), value_text(node)))
        .collect();
    unknown.sort();
    Ok(Notes {
        id,
        title: text("title")?,
        description: text("description")?,
        default: object.get("default").map(value_text),
        unknown,
    })
}

/// Refuses an identifier that Java's URI class would not read.
pub(super) fn check_uri(keyword: &str, object: &Object) -> Result<(), SchemaError> {
    let Some(node) = object.get(keyword) else { return Ok(()) };
    let text = string(keyword, node)?;
    if is_uri(text) {
        Ok(())
    } else {
        Err(SchemaError::invalid_at(format!("`{keyword}` is not a URI: `{text}`"), node.offset))
    }
}
