//! The lint model of a JSON Schema.

use super::{DefaultValue, Enumeration, Field, Kind, Model, Record};
use crate::lint::ignore::Ignores;
use crate::tree::{self, Leniency, Node, Value, pointer_token};
use crate::{Limits, SchemaError, SchemaType};

/// Symbols that say "none of the others".
const OPEN_SYMBOLS: [&str; 6] = ["unknown", "unspecified", "undefined", "other", "default", "none"];

pub(super) fn read(text: &str, limits: &Limits) -> Result<(Model, Ignores), SchemaError> {
    let root = tree::parse(text, Leniency::Strict, limits)?;
    let mut model = Model::new(SchemaType::Json);
    schema(&mut model, &root, &root, "", 0);
    model.name = root.get("title").and_then(Node::as_str).map(str::to_owned);
    model.name_pointer = String::from("/title");
    Ok((model, Ignores::of_tree(&root, "x-lint-ignore")))
}

/// As deep as the text was parsed.
fn schema(model: &mut Model, root: &Node, node: &Node, pointer: &str, depth: usize) {
    let Some(members) = node.as_object() else { return };
    // Each member has a place, and each property two.
    let properties = node.get("properties").and_then(Node::as_object).map_or(0, tree::Object::len);
    if !model.takes(pointer, 1 + members.len() + 2 * properties) {
        return;
    }
    if is_enumeration(node) {
        model.enums.push(Enumeration { pointer: pointer.to_owned(), open: has_open_symbol(node) });
    }
    let inside = object(model, root, node, pointer, depth);
    for (keyword, child) in members.iter() {
        let pointer = format!("{pointer}/{}", pointer_token(keyword));
        match (keyword, &child.value) {
            ("allOf" | "anyOf" | "oneOf" | "items" | "prefixItems", Value::Array(items)) => {
                for (position, item) in items.iter().enumerate() {
                    schema(model, root, item, &format!("{pointer}/{position}"), depth);
                }
            }
            (
                "items"
                | "additionalItems"
                | "unevaluatedItems"
                | "contains"
                | "additionalProperties"
                | "unevaluatedProperties"
                | "not"
                | "if"
                | "then"
                | "else",
                Value::Object(_),
            ) => schema(model, root, child, &pointer, depth),
            ("patternProperties" | "dependentSchemas" | "dependencies", Value::Object(members)) => {
                for (name, member) in members.iter() {
                    schema(model, root, member, &format!("{pointer}/{}", pointer_token(name)), depth);
                }
            }
            ("properties", Value::Object(properties)) => {
                for (name, property) in properties.iter() {
                    schema(model, root, property, &format!("{pointer}/{}", pointer_token(name)), inside);
                }
            }
            ("definitions" | "$defs", Value::Object(definitions)) => {
                for (name, definition) in definitions.iter() {
                    schema(model, root, definition, &format!("{pointer}/{}", pointer_token(name)), 1);
                }
            }
            _ => {}
        }
    }
}

/// Adds an object; returns the depth of its members.
fn object(model: &mut Model, root: &Node, node: &Node, pointer: &str, depth: usize) -> usize {
    let has = |keyword: &str| node.get(keyword).is_some();
    let is_object = node.get("type").and_then(Node::as_str) == Some("object");
    if !is_object && !has("properties") {
        return depth;
    }
    let content = [
        "properties",
        "patternProperties",
        "additionalProperties",
        "required",
        "allOf",
        "anyOf",
        "oneOf",
        "$ref",
    ];
    let required: Vec<&str> = node
        .get("required")
        .and_then(Node::as_array)
        .unwrap_or_default()
        .iter()
        .filter_map(Node::as_str)
        .collect();
    let properties = node.get("properties").and_then(Node::as_object);
    let fields = properties.into_iter().flat_map(tree::Object::iter).map(|(name, property)| {
        let (kind, nullable) = kind_of(root, property, 0);
        Field {
            name: name.to_owned(),
            pointer: format!("{pointer}/properties/{}", pointer_token(name)),
            documented: is_documented(property) || target(root, property).is_some_and(is_documented),
            required: required.contains(&name),
            default: property.get("default").map(|default| match default.value {
                Value::Null => DefaultValue::Null,
                _ => DefaultValue::Value,
            }),
            allowed: allowed(property),
            kind,
            nullable,
        }
    });
    model.records.push(Record {
        pointer: pointer.to_owned(),
        documented: is_documented(node),
        fields: fields.collect(),
        depth,
        untyped: !content.iter().any(|keyword| has(keyword)),
    });
    depth + 1
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

/// What a reference inside the document leads to.
fn target<'d>(root: &'d Node, node: &Node) -> Option<&'d Node> {
    let pointer = node.get("$ref")?.as_str()?.strip_prefix("#/")?;
    pointer.split('/').try_fold(root, |node, token| node.get(&token.replace("~1", "/").replace("~0", "~")))
}

/// The only branch of `anyOf` or `oneOf` that is not null, and whether there is one that is.
fn only_branch(node: &Node) -> Option<(&Node, bool)> {
    let branches = node.get("anyOf").or_else(|| node.get("oneOf"))?.as_array()?;
    let is_null = |branch: &&Node| branch.get("type").and_then(Node::as_str) == Some("null");
    let others: Vec<&Node> = branches.iter().filter(|branch| !is_null(branch)).collect();
    match others[..] {
        [only] => Some((only, branches.len() > 1)),
        _ => None,
    }
}

fn kind_of(root: &Node, node: &Node, hops: usize) -> (Kind, bool) {
    if hops < 8
        && let Some(target) = target(root, node)
    {
        return kind_of(root, target, hops + 1);
    }
    if hops < 8
        && node.get("type").is_none()
        && let Some((only, nullable)) = only_branch(node)
    {
        let (kind, inside) = kind_of(root, only, hops + 1);
        return (kind, nullable || inside);
    }
    let names: Vec<&str> = match node.get("type").map(|kind| (kind.as_str(), kind.as_array())) {
        Some((Some(one), _)) => vec![one],
        Some((_, Some(several))) => several.iter().filter_map(Node::as_str).collect(),
        _ => Vec::new(),
    };
    let nullable = names.contains(&"null");
    let others: Vec<&str> = names.into_iter().filter(|name| *name != "null").collect();
    let kind = match others[..] {
        ["integer"] => Kind::Integer,
        ["number"] => Kind::Float,
        ["string"] => Kind::Text(node.get("format").and_then(Node::as_str).map(str::to_owned)),
        ["object"] => Kind::Record,
        ["array"] => Kind::List,
        [] if node.get("properties").is_some() => Kind::Record,
        [] if node.as_object().is_some_and(tree::Object::is_empty) || node.as_bool() == Some(true) => {
            Kind::Untyped
        }
        _ => Kind::Other,
    };
    (kind, nullable)
}
