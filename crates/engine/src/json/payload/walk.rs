//! Where schemas stand inside a schema: one table for all drafts.
//!
//! A keyword that a draft does not know is walked all the same; costs are upper bounds.

use serde_json::{Map, Value};

/// How a subschema meets the instance of its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// Applies to the same value.
    Here,
    /// Applies to the same value as one of several.
    Branch,
    /// Applies to one member or item, as no other schema of its keyword does.
    Named,
    /// Can apply to every member or item.
    Every,
}

/// Calls `visit` for each direct subschema.
pub(super) fn subschemas<'v>(schema: &'v Map<String, Value>, mut visit: impl FnMut(Relation, &'v Value)) {
    for (keyword, value) in schema {
        let (relation, shape) = match keyword.as_str() {
            "allOf" => (Relation::Here, Shape::List),
            "anyOf" | "oneOf" => (Relation::Branch, Shape::List),
            "not" | "if" | "then" | "else" => (Relation::Here, Shape::One),
            "dependentSchemas" | "dependencies" => (Relation::Here, Shape::Map),
            "properties" => (Relation::Named, Shape::Map),
            "patternProperties" => (Relation::Every, Shape::Map),
            "prefixItems" => (Relation::Named, Shape::List),
            "items" if value.is_array() => (Relation::Named, Shape::List),
            "items"
            | "additionalItems"
            | "additionalProperties"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "contains"
            | "propertyNames" => (Relation::Every, Shape::One),
            _ => continue,
        };
        match (shape, value) {
            (Shape::One, one) => visit(relation, one),
            (Shape::List, Value::Array(items)) => items.iter().for_each(|item| visit(relation, item)),
            (Shape::Map, Value::Object(members)) => {
                members.values().for_each(|member| visit(relation, member));
            }
            _ => {}
        }
    }
}

enum Shape {
    One,
    List,
    Map,
}

/// Identity of a value inside documents that are not changed any more.
pub(super) fn address(value: &Value) -> usize {
    std::ptr::from_ref(value) as usize
}
