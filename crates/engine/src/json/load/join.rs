//! How the loader of 2019-09 and 2020-12 joins the parts of one schema object, keyword by keyword.
//!
//! Parts of one family merge; a part merges into the first member of its kind of a type array; everything
//! else goes into a generated `allOf`, in which parts of one family merge. The empty part (`format`,
//! `readOnly`, `writeOnly`) adds nothing and still turns what is there into a generated `allOf`, so that a
//! type array that follows it stays apart from its keywords.

use super::super::node::{Additional, Kind};
use super::Part;

/// Parts of one schema object while they are joined.
pub(super) enum Joined<'n> {
    Nothing,
    One(Part<'n>),
    /// The generated `allOf`.
    All(Vec<Part<'n>>),
}

impl<'n> Joined<'n> {
    /// Joins one more part; `None` is the empty part.
    pub(super) fn join(self, next: Option<Part<'n>>) -> Self {
        match (self, next) {
            (Self::Nothing, None) => Self::All(Vec::new()),
            (Self::Nothing, Some(next)) => Self::One(next),
            (Self::One(part), None) => Self::All(vec![part]),
            (Self::One(part), Some(next)) => match merge(part, next) {
                (part, None) => Self::One(part),
                (part, Some(next)) => Self::All(vec![part, next]),
            },
            (Self::All(parts), None) => Self::All(parts),
            (Self::All(mut parts), Some(next)) => {
                match parts.iter().position(|part| is_same_family(part, &next)) {
                    Some(position) => {
                        let (part, rest) = merge(parts.remove(position), next);
                        parts.insert(position, part);
                        parts.extend(rest);
                    }
                    None => parts.push(next),
                }
                Self::All(parts)
            }
        }
    }
}

fn is_same_family(a: &Part<'_>, b: &Part<'_>) -> bool {
    match (a, b) {
        (Part::Kind(a), Part::Kind(b)) => is_same_kind(a, b),
        _ => false,
    }
}

fn is_same_kind(a: &Kind, b: &Kind) -> bool {
    matches!(
        (a, b),
        (Kind::Object(_), Kind::Object(_))
            | (Kind::Array(_), Kind::Array(_))
            | (Kind::Number(_), Kind::Number(_))
            | (Kind::String(_), Kind::String(_))
    )
}

/// Two parts as one, or both back.
fn merge<'n>(first: Part<'n>, second: Part<'n>) -> (Part<'n>, Option<Part<'n>>) {
    match (first, second) {
        (Part::Kind(mut a), Part::Kind(b)) if is_same_kind(&a, &b) => {
            absorb(&mut a, b);
            (Part::Kind(a), None)
        }
        (Part::Types(mut kinds), Part::Kind(kind)) | (Part::Kind(kind), Part::Types(mut kinds))
            if kinds.iter().any(|member| is_same_kind(member, &kind)) =>
        {
            if let Some(member) = kinds.iter_mut().find(|member| is_same_kind(member, &kind)) {
                absorb(member, kind);
            }
            (Part::Types(kinds), None)
        }
        (first, second) => (first, Some(second)),
    }
}

fn put<T>(into: &mut Option<T>, from: Option<T>) {
    if from.is_some() {
        *into = from;
    }
}

/// Adds the keywords of a part to another of the same kind.
fn absorb(into: &mut Kind, from: Kind) {
    match (into, from) {
        (Kind::String(into), Kind::String(from)) => {
            into.typed |= from.typed;
            put(&mut into.min_length, from.min_length);
            put(&mut into.max_length, from.max_length);
            put(&mut into.pattern, from.pattern);
        }
        (Kind::Number(into), Kind::Number(from)) => {
            into.typed |= from.typed;
            into.integer |= from.integer;
            put(&mut into.minimum, from.minimum);
            put(&mut into.maximum, from.maximum);
            put(&mut into.exclusive_minimum, from.exclusive_minimum);
            put(&mut into.exclusive_maximum, from.exclusive_maximum);
            put(&mut into.multiple_of, from.multiple_of);
        }
        (Kind::Object(into), Kind::Object(from)) => {
            into.typed |= from.typed;
            if !from.properties.is_empty() {
                into.set_properties(from.properties);
            }
            into.required.extend(from.required);
            if from.additional != Additional::Allowed {
                into.additional = from.additional;
            }
            into.patterns.extend(from.patterns);
            put(&mut into.unevaluated, from.unevaluated);
            put(&mut into.min_properties, from.min_properties);
            put(&mut into.max_properties, from.max_properties);
            into.required_together.extend(from.required_together);
            into.schema_dependencies.extend(from.schema_dependencies);
            put(&mut into.property_names, from.property_names);
        }
        (Kind::Array(into), Kind::Array(from)) => {
            into.typed |= from.typed;
            put(&mut into.items, from.items);
            put(&mut into.tuple, from.tuple);
            if from.additional != Additional::Allowed {
                into.additional = from.additional;
            }
            put(&mut into.unevaluated, from.unevaluated);
            put(&mut into.min_items, from.min_items);
            put(&mut into.max_items, from.max_items);
            into.unique |= from.unique;
            put(&mut into.contains, from.contains);
            put(&mut into.min_contains, from.min_contains);
            put(&mut into.max_contains, from.max_contains);
        }
        _ => {}
    }
}

/// Drops what the reference overwrites with unknown keywords.
pub(super) fn forget_unevaluated(part: &mut Part<'_>) {
    match part {
        Part::Kind(Kind::Object(part)) => part.unevaluated = None,
        Part::Kind(Kind::Array(part)) => {
            part.unevaluated = None;
            part.min_contains = None;
            part.max_contains = None;
        }
        _ => {}
    }
}
