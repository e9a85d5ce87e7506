//! Inline tags (`confluent:tags`) of JSON Schemas.
//!
//! An entity is an object schema (a record, named by its `title`, else by the property it stands under) or
//! a property (a field). A path starts with the title of the root (`object` when it has none) and goes down
//! by property names: `Order`, `Order.customer`, `Order.customer.name`. Array items and the members of
//! `allOf`, `anyOf` and `oneOf` are looked through: their properties belong to the object around them.
//! Objects under `definitions` and `$defs` start a path of their own, with their title, else their name.

use std::collections::HashMap;

use crate::tags::Missing;
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

/// Adds and removes tags; an emptied list disappears. Linear in schema and tags.
///
/// # Errors
/// [`SchemaError::Invalid`] when a path names no entity, unless those are skipped.
pub(super) fn change(
    root: &mut Node,
    add: &[EntityTags],
    remove: &[EntityTags],
    missing: Missing,
) -> Result<(), SchemaError> {
    let adds = |tags: &mut Vec<String>, wanted: &EntityTags| {
        let new: Vec<String> = wanted.tags.iter().filter(|tag| !tags.contains(tag)).cloned().collect();
        tags.extend(new);
    };
    let removes = |tags: &mut Vec<String>, unwanted: &EntityTags| {
        tags.retain(|tag| !unwanted.tags.contains(tag));
    };
    let untouched = edit(root, add, &adds).or(edit(root, remove, &removes));
    match untouched.filter(|_| missing == Missing::Refuse) {
        Some(path) => Err(SchemaError::invalid(format!("no object or property with the path `{path}`"))),
        None => Ok(()),
    }
}

/// Changes the tags of the first entity that each entry names. Answers a path that names none.
fn edit<'w>(
    root: &mut Node,
    wanted: &'w [EntityTags],
    change: &dyn Fn(&mut Vec<String>, &EntityTags),
) -> Option<&'w str> {
    let mut open: HashMap<&str, Vec<&'w EntityTags>> = HashMap::new();
    for one in wanted {
        open.entry(one.path.strip_prefix('.').unwrap_or(&one.path)).or_default().push(one);
    }
    walk_root(root, &mut |path, entity, node| {
        let Some(named) = open.get_mut(path) else { return };
        let is_object =
            node.get("properties").is_some() || node.get("type").and_then(Node::as_str) == Some("object");
        let Value::Object(object) = &mut node.value else { return };
        let mut tags = texts(object.get(KEYWORD));
        let before = named.len();
        named.retain(|one| {
            let is_meant = entity == one.entity || one.entity == EntityType::Record && is_object;
            if is_meant {
                change(&mut tags, one);
            }
            !is_meant
        });
        if named.len() == before {
            return;
        }
        if tags.is_empty() {
            object.remove(KEYWORD);
        } else {
            object.set(KEYWORD, Value::Array(tags.into_iter().map(Node::string).collect()));
        }
    });
    open.into_values().flatten().map(|one| one.path.as_str()).min()
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
        change(&mut root, &wanted, &[], Missing::Refuse)?;
        let mut found = list(&root);
        found.sort_by(|a, b| a.path.cmp(&b.path));
        let paths: Vec<&str> = found.iter().map(|found| found.path.as_str()).collect();
        assert_eq!(paths, ["Card.number", "Order", "Order.id", "Order.lines.sku"]);
        change(&mut root, &[], &wanted, Missing::Refuse)?;
        assert_eq!(print(&root, java_spelling), text);
        let unknown = change(&mut root, &[entity("Order.nothing", Field, &["X"])], &[], Missing::Refuse);
        assert!(unknown.is_err());
        Ok(())
    }
}
