//! Inline tags (`confluent:tags`) of JSON Schemas.
//!
//! An entity is an object schema (a record, named by its `title`, else by the property it stands under) or
//! a property (a field). A path starts with the title of the root (`object` when it has none) and goes down
//! by property names: `Order`, `Order.customer`, `Order.customer.name`. Array items and the members of
//! `allOf`, `anyOf` and `oneOf` are looked through: their properties belong to the object around them.
//! Objects under `definitions` and `$defs` start a path of their own, with their title, else their name.

use crate::tree::{Node, Value};
use crate::{EntityTags, EntityType, SchemaError};

const KEYWORD: &str = "confluent:tags";
const UNIONS: [&str; 3] = ["allOf", "anyOf", "oneOf"];
const DEFINITIONS: [&str; 2] = ["definitions", "$defs"];

fn texts(node: Option<&Node>) -> Vec<String> {
    let items = node.and_then(Node::as_array).unwrap_or_default();
    items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

fn title<'n>(node: &'n Node, otherwise: &'n str) -> &'n str {
    node.get("title").and_then(Node::as_str).unwrap_or(otherwise)
}

/// Calls `visit` for every entity: path, kind and the node that carries its tags.
/// A property that is an object is visited as a field only; both share one node.
fn walk(node: &mut Node, path: &str, visit: &mut dyn FnMut(&str, EntityType, &mut Node)) {
    let Value::Object(object) = &mut node.value else { return };
    for (keyword, member) in object.iter_mut() {
        match &mut member.value {
            Value::Object(properties) if keyword == "properties" => {
                for (name, property) in properties.iter_mut() {
                    let below = format!("{path}.{name}");
                    visit(&below, EntityType::Field, property);
                    walk(property, &below, visit);
                }
            }
            Value::Object(definitions) if DEFINITIONS.contains(&keyword) => {
                for (name, definition) in definitions.iter_mut() {
                    let own = title(definition, name).to_owned();
                    visit(&own, EntityType::Record, definition);
                    walk(definition, &own, visit);
                }
            }
            Value::Object(_) if keyword == "items" => walk(member, path, visit),
            Value::Array(members) if UNIONS.contains(&keyword) || keyword == "items" => {
                for member in members {
                    walk(member, path, visit);
                }
            }
            _ => {}
        }
    }
}

fn walk_root(root: &mut Node, visit: &mut dyn FnMut(&str, EntityType, &mut Node)) {
    let name = title(root, "object").to_owned();
    visit(&name, EntityType::Record, root);
    walk(root, &name, visit);
}

/// Entities with at least one tag, in order of the text.
pub(super) fn list(root: &Node) -> Vec<EntityTags> {
    let mut found = Vec::new();
    walk_root(&mut root.clone(), &mut |path, entity, node| {
        let tags = texts(node.get(KEYWORD));
        if !tags.is_empty() {
            found.push(EntityTags { path: path.to_owned(), entity, tags });
        }
    });
    found
}

/// Adds and removes tags; an emptied list disappears.
///
/// # Errors
/// [`SchemaError::Invalid`] when a path names no entity.
pub(super) fn change(root: &mut Node, add: &[EntityTags], remove: &[EntityTags]) -> Result<(), SchemaError> {
    let missing = |path: &str| SchemaError::invalid(format!("no object or property with the path `{path}`"));
    for wanted in add {
        let known = |tags: &mut Vec<String>| {
            let new: Vec<String> = wanted.tags.iter().filter(|tag| !tags.contains(tag)).cloned().collect();
            tags.extend(new);
        };
        edit(root, wanted, &known).ok_or_else(|| missing(&wanted.path))?;
    }
    for wanted in remove {
        let known = |tags: &mut Vec<String>| tags.retain(|tag| !wanted.tags.contains(tag));
        edit(root, wanted, &known).ok_or_else(|| missing(&wanted.path))?;
    }
    Ok(())
}

fn edit(root: &mut Node, wanted: &EntityTags, change: &dyn Fn(&mut Vec<String>)) -> Option<()> {
    let wanted_path = wanted.path.strip_prefix('.').unwrap_or(&wanted.path);
    let mut found = None;
    walk_root(root, &mut |path, entity, node| {
        let is_object =
            || node.get("properties").is_some() || node.get("type").and_then(Node::as_str) == Some("object");
        let is_wanted = entity == wanted.entity || wanted.entity == EntityType::Record && is_object();
        if path != wanted_path || !is_wanted || found.is_some() {
            return;
        }
        let Value::Object(object) = &mut node.value else { return };
        let mut tags = texts(object.get(KEYWORD));
        change(&mut tags);
        if tags.is_empty() {
            object.remove(KEYWORD);
        } else {
            object.set(KEYWORD, Value::Array(tags.into_iter().map(Node::string).collect()));
        }
        found = Some(());
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Leniency, parse, print};
    use crate::{Limits, json::number::java_spelling};

    fn entity(path: &str, entity: EntityType, tags: &[&str]) -> EntityTags {
        EntityTags { path: path.to_owned(), entity, tags: tags.iter().map(|tag| (*tag).to_owned()).collect() }
    }

    #[test]
    fn tags_are_added_found_and_removed_by_path() -> Result<(), SchemaError> {
        use EntityType::{Field, Record};
        let text = concat!(
            r##"{"title":"Order","type":"object","properties":{"id":{"type":"string"},"lines":{"type":"array","##,
            r##""items":{"properties":{"sku":{}}}}},"definitions":{"Card":{"properties":{"number":{}}}}}"##
        );
        let mut root = parse(text, Leniency::Strict, &Limits::default())?;
        let wanted = [
            entity(".Order", Record, &["A"]),
            entity("Order.id", Field, &["PII", "KEY"]),
            entity("Order.lines.sku", Field, &["S"]),
            entity("Card.number", Field, &["PCI"]),
        ];
        change(&mut root, &wanted, &[])?;
        let mut found = list(&root);
        found.sort_by(|a, b| a.path.cmp(&b.path));
        let paths: Vec<&str> = found.iter().map(|found| found.path.as_str()).collect();
        assert_eq!(paths, ["Card.number", "Order", "Order.id", "Order.lines.sku"]);
        change(&mut root, &[], &wanted)?;
        assert_eq!(print(&root, java_spelling), text);
        let unknown = change(&mut root, &[entity("Order.nothing", Field, &["X"])], &[]);
        assert!(unknown.is_err());
        Ok(())
    }
}
