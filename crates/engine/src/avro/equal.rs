//! Whether two types are the same type.
//!
//! Two notions, both of the reference: the structural equality that decides about repeated definitions
//! (names, fields, defaults, symbols, sizes and properties, the order of properties aside), and the one that
//! finds a registered schema again, which also looks at docs, aliases and enum defaults.
//! Works through a list of pairs, so neither recursion in the schema nor its depth matters.

use std::collections::{BTreeSet, HashSet};

use super::model::{Field, Kind, Named, Type, TypeId};
use super::numbers::java_number;
use crate::tree::{Node, Object, Value};
use crate::{Limits, SchemaError};

/// What equality looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attention {
    /// What decides how data is read, and properties.
    Structure,
    /// Also docs, aliases and enum defaults.
    Everything,
}

/// Compares two types with everything below them.
///
/// # Errors
/// [`SchemaError::Limit`] when more pairs had to be looked at than a comparison may take.
pub(super) fn are_equal(
    left: (&[Type], TypeId),
    right: (&[Type], TypeId),
    attention: Attention,
    limits: &Limits,
) -> Result<bool, SchemaError> {
    let mut seen = HashSet::new();
    let mut open = vec![(left.1, right.1)];
    while let Some(pair) = open.pop() {
        if !seen.insert(pair) {
            continue;
        }
        if seen.len() as u64 > limits.max_steps {
            return Err(SchemaError::Limit { what: "steps", limit: limits.max_steps as usize });
        }
        let (one, other) = (&left.0[pair.0.0 as usize], &right.0[pair.1.0 as usize]);
        if !is_same_node(one, other, attention, &mut open) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_same_node(one: &Type, other: &Type, attention: Attention, open: &mut Vec<(TypeId, TypeId)>) -> bool {
    if !same_members(&one.properties, &other.properties) {
        return false;
    }
    match (&one.kind, &other.kind) {
        (Kind::Primitive(a), Kind::Primitive(b)) => a == b,
        (Kind::Array(a), Kind::Array(b)) | (Kind::Map(a), Kind::Map(b)) => {
            open.push((*a, *b));
            true
        }
        (Kind::Union(a), Kind::Union(b)) => {
            open.extend(a.iter().copied().zip(b.iter().copied()));
            a.len() == b.len()
        }
        (Kind::Fixed(a), Kind::Fixed(b)) => same_names(&a.named, &b.named, attention) && a.size == b.size,
        (Kind::Enum(a), Kind::Enum(b)) => {
            same_names(&a.named, &b.named, attention)
                && a.symbols == b.symbols
                && (attention == Attention::Structure || a.default == b.default)
        }
        (Kind::Record(a), Kind::Record(b)) => {
            open.extend(a.fields.iter().zip(&b.fields).map(|(a, b)| (a.of, b.of)));
            same_names(&a.named, &b.named, attention)
                && a.fields.len() == b.fields.len()
                && a.fields.iter().zip(&b.fields).all(|(a, b)| is_same_field(a, b, attention))
        }
        _ => false,
    }
}

fn same_names(one: &Named, other: &Named, attention: Attention) -> bool {
    one.name == other.name
        && (attention == Attention::Structure
            || (one.doc == other.doc && same_set(&one.aliases, &other.aliases)))
}

/// Aliases are sets without repetitions.
fn same_set<T: Ord>(one: &[T], other: &[T]) -> bool {
    one == other || one.iter().collect::<BTreeSet<_>>() == other.iter().collect::<BTreeSet<_>>()
}

/// Everything but the type, which is a pair of its own.
fn is_same_field(one: &Field, other: &Field, attention: Attention) -> bool {
    let same_default = match (&one.default, &other.default) {
        (None, None) => true,
        (Some(a), Some(b)) => same_value(a, b),
        _ => false,
    };
    one.name == other.name
        && one.order == other.order
        && same_default
        && same_members(&one.properties, &other.properties)
        && (attention == Attention::Structure
            || (one.doc == other.doc && same_set(&one.aliases, &other.aliases)))
}

/// JSON equality: member order and the spelling of numbers do not matter. Depth is that of one text.
fn same_value(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Number(a), Value::Number(b)) => java_number(a) == java_number(b),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b))
        }
        (Value::Object(a), Value::Object(b)) => same_members(a, b),
        (a, b) => a == b,
    }
}

fn same_members(one: &Object, other: &Object) -> bool {
    if one.len() != other.len() {
        return false;
    }
    if one.len() <= 8 {
        return one.iter().all(|(name, a)| other.get(name).is_some_and(|b| same_value(a, b)));
    }
    let (one, other) = (sorted(one), sorted(other));
    one.iter().zip(&other).all(|(a, b)| a.0 == b.0 && same_value(a.1, b.1))
}

/// Members by name; keeps the comparison of wide objects from costing a square.
fn sorted(object: &Object) -> Vec<(&str, &Node)> {
    let mut members: Vec<_> = object.iter().collect();
    members.sort_by_key(|(name, _)| *name);
    members
}
