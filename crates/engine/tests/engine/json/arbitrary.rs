//! Random schemas, and small changes of them.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => Just(json!({})),
        1 => Just(json!(true)),
        1 => Just(json!(false)),
        4 => prop::sample::select(vec!["string", "integer", "number", "boolean", "null", "object", "array"])
            .prop_map(|name| json!({"type": name})),
        2 => (0..4_u32, 0..6_u32).prop_map(|(min, more)| {
            json!({"type": "string", "minLength": min, "maxLength": min + more})
        }),
        1 => prop::sample::select(vec!["^a", "b$", "^[a-z]+$"])
            .prop_map(|pattern| json!({"type": "string", "pattern": pattern})),
        2 => (any::<bool>(), -3..4_i32, 0..6_i32).prop_map(|(whole, min, more)| {
            json!({"type": if whole { "integer" } else { "number" }, "minimum": min, "maximum": min + more})
        }),
        1 => (1..7_u32).prop_map(|step| json!({"type": "number", "multipleOf": step})),
        1 => (-3..4_i32).prop_map(|limit| json!({"type": "number", "exclusiveMaximum": limit})),
        2 => prop::collection::btree_set("[a-d]", 1..4).prop_map(|values| json!({"enum": values})),
        1 => (0..3_i32).prop_map(|value| json!({"const": value})),
        1 => prop::collection::btree_set(prop::sample::select(vec!["string", "integer", "null", "boolean"]), 1..4)
            .prop_map(|names| json!({"type": names})),
        1 => (0..4_u32).prop_map(|length| json!({"minLength": length})),
        1 => Just(json!({"type": "string", "format": "date"})),
        1 => Just(json!({"type": "string", "title": "t", "default": "d"})),
    ]
}

fn object(inner: impl Strategy<Value = Value> + Clone) -> impl Strategy<Value = Value> {
    let properties = prop::collection::btree_map("[a-d]", inner.clone(), 0..4);
    let required = prop::collection::btree_set("[a-e]", 0..3);
    let rest = prop_oneof![3 => Just(None), 2 => Just(Some(json!(false))), 2 => inner.clone().prop_map(Some)];
    let extra = prop_oneof![
        6 => Just(json!({})),
        1 => inner.clone().prop_map(|body| json!({"patternProperties": {"^[ab]": body}})),
        1 => Just(json!({"propertyNames": {"maxLength": 1}})),
        1 => Just(json!({"dependencies": {"a": ["b"]}})),
        1 => inner.prop_map(|body| json!({"dependencies": {"a": body}})),
        1 => Just(json!({"maxProperties": 2})),
        1 => Just(json!({"if": {"required": ["a"]}, "then": {"required": ["b"]}})),
    ];
    (properties, required, rest, extra).prop_map(|(properties, required, rest, extra)| {
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!("object"));
        schema.insert("properties".to_owned(), json!(properties));
        if !required.is_empty() {
            schema.insert("required".to_owned(), json!(required));
        }
        schema.extend(rest.map(|rest| ("additionalProperties".to_owned(), rest)));
        schema.extend(extra.as_object().cloned().unwrap_or_default());
        Value::Object(schema)
    })
}

fn array(inner: impl Strategy<Value = Value> + Clone) -> impl Strategy<Value = Value> {
    let rest = prop_oneof![2 => Just(json!(true)), 1 => Just(json!(false)), 1 => inner.clone()];
    prop_oneof![
        inner.clone().prop_map(|items| json!({"type": "array", "items": items})),
        (prop::collection::vec(inner.clone(), 0..3), rest)
            .prop_map(|(items, rest)| json!({"type": "array", "items": items, "additionalItems": rest})),
        (0..3_u32, any::<bool>())
            .prop_map(|(min, unique)| json!({"type": "array", "minItems": min, "uniqueItems": unique})),
        inner.prop_map(|body| json!({"type": "array", "contains": body})),
    ]
}

/// A schema of draft-07 without references.
pub fn schema() -> impl Strategy<Value = Value> + Clone {
    scalar().boxed().prop_recursive(3, 24, 4, |inner| {
        let union = prop::sample::select(vec!["allOf", "anyOf", "oneOf"]);
        prop_oneof![
            3 => object(inner.clone()),
            2 => array(inner.clone()),
            2 => (union, prop::collection::vec(inner.clone(), 1..4)).prop_map(|(keyword, members)| json!({keyword: members})),
            1 => inner.prop_map(|body| json!({"not": body})),
        ]
        .boxed()
    })
}

/// Two schemas: any, or one and a small change of it.
pub fn pair() -> impl Strategy<Value = (Value, Value)> {
    prop_oneof![
        1 => (schema(), schema()),
        4 => (schema(), schema(), prop::collection::vec(any::<u8>(), 12)).prop_map(|(one, other, choices)| {
            let mut changed = one.clone();
            change(&mut changed, &other, &mut choices.into_iter());
            // A change may hit the inside of a keyword and leave no schema.
            let is_schema = super::try_parse(&changed.to_string()).is_ok();
            (one, if is_schema { changed } else { other })
        }),
    ]
}

/// Changes one place below: a number by one, a schema for another, a member or a keyword more or less.
fn change(value: &mut Value, other: &Value, choices: &mut impl Iterator<Item = u8>) {
    let choice = usize::from(choices.next().unwrap_or(0));
    match value {
        Value::Number(number) => {
            let whole = number.as_i64().unwrap_or(0);
            *value = json!(if choice.is_multiple_of(2) { whole + 1 } else { (whole - 1).max(0) });
        }
        Value::Bool(flag) => *value = if choice.is_multiple_of(3) { other.clone() } else { json!(!*flag) },
        Value::Array(items) if items.is_empty() => items.push(other.clone()),
        Value::Array(items) if items[0].is_string() => {
            items.truncate(items.len().saturating_sub(choice % 2).max(1));
        }
        Value::Array(items) => match choice % 4 {
            0 => items.push(other.clone()),
            1 if items.len() > 1 => drop(items.pop()),
            _ => {
                let position = choice % items.len();
                change(&mut items[position], other, choices);
            }
        },
        Value::Object(members) if members.is_empty() => *value = other.clone(),
        Value::Object(members) => {
            let names: Vec<String> = members.keys().filter(|name| *name != "definitions").cloned().collect();
            let Some(name) = names.get(choice % names.len().max(1)) else { return };
            match (choice / 8) % 5 {
                0 if !["properties", "type", "items"].contains(&name.as_str()) => drop(members.remove(name)),
                1 => {
                    if let Some(Value::Object(properties)) = members.get_mut("properties") {
                        properties.insert("d".to_owned(), other.clone());
                    }
                }
                _ => {
                    if let Some(member) = members.get_mut(name) {
                        change(member, other, choices);
                    }
                }
            }
        }
        Value::String(text) => {
            if ["integer", "number"].contains(&text.as_str()) {
                *value = json!(if text == "integer" { "number" } else { "integer" });
            }
        }
        Value::Null => {}
    }
}
