//! A number that is the same for schemas that `equal` finds the same, so that a long history is searched
//! without comparing each of its schemas.
//!
//! Different schemas may share a digest: who finds one still compares. Numbers of two builds differ; keep them
//! in memory only.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::model::{Field, Graph, Kind, Named, Type, TypeId};
use super::numbers::java_number;
use crate::tree::{Node, Object, Value};

/// The digest of the root type with everything below it. Linear in the size of the graph: a named type counts
/// where it is seen first, and only named types are shared.
pub(super) fn digest(graph: &Graph) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut seen = HashSet::new();
    let mut open = vec![graph.root];
    while let Some(id) = open.pop() {
        let node = graph.get(id);
        node.kind.word().hash(&mut hasher);
        if let Some(named) = node.kind.named() {
            named.name.hash(&mut hasher);
            if !seen.insert(&named.name) {
                continue;
            }
            hash_named(named, &mut hasher);
        }
        hash_node(node, &mut hasher, &mut open);
    }
    hasher.finish()
}

fn hash_node(node: &Type, hasher: &mut DefaultHasher, open: &mut Vec<TypeId>) {
    hash_members(&node.properties, hasher);
    match &node.kind {
        Kind::Primitive(_) | Kind::Pending(_) => {}
        Kind::Array(of) | Kind::Map(of) => open.push(*of),
        Kind::Union(branches) => {
            branches.len().hash(hasher);
            open.extend(branches);
        }
        Kind::Fixed(fixed) => fixed.size.hash(hasher),
        Kind::Enum(known) => (&known.symbols, &known.default).hash(hasher),
        Kind::Record(record) => {
            record.fields.len().hash(hasher);
            record.fields.iter().for_each(|field| hash_field(field, hasher));
            open.extend(record.fields.iter().map(|field| field.of));
        }
    }
}

fn hash_named(named: &Named, hasher: &mut DefaultHasher) {
    let aliases: BTreeSet<_> = named.aliases.iter().collect();
    (&named.doc, aliases).hash(hasher);
}

/// Everything but the type, which is a node of its own.
fn hash_field(field: &Field, hasher: &mut DefaultHasher) {
    let aliases: BTreeSet<_> = field.aliases.iter().collect();
    (&field.name, &field.doc, aliases, field.order as u8).hash(hasher);
    field.default.is_some().hash(hasher);
    if let Some(default) = &field.default {
        hash_value(default, hasher);
    }
    hash_members(&field.properties, hasher);
}

/// Depth is that of one text.
fn hash_value(node: &Node, hasher: &mut DefaultHasher) {
    std::mem::discriminant(&node.value).hash(hasher);
    match &node.value {
        Value::Null => {}
        Value::Bool(flag) => flag.hash(hasher),
        Value::Number(text) => java_number(text).hash(hasher),
        Value::String(text) => text.hash(hasher),
        Value::Array(items) => {
            items.len().hash(hasher);
            for item in items {
                hash_value(item, hasher);
            }
        }
        Value::Object(members) => hash_members(members, hasher),
    }
}

/// By name: the order of members does not matter.
fn hash_members(members: &Object, hasher: &mut DefaultHasher) {
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    sorted.len().hash(hasher);
    for (name, value) in sorted {
        name.hash(hasher);
        hash_value(value, hasher);
    }
}
