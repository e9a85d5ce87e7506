//! Documents that may tell two schemas apart.
//!
//! Made from the schemas: values at and beside their limits, their constants, objects with and without
//! each property, with names that only the other schema knows. Nothing here claims that a document is valid
//! for anything; the caller tries them. Everything is bounded, also through recursive references.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// Documents made from one schema at one level.
const MAX_MADE: usize = 40;
/// Levels of nesting that are made.
const MAX_LEVELS: usize = 5;
/// Schemas visited in all.
const MAX_VISITS: usize = 6_000;
/// Names of the other schema that are tried as additional properties.
const MAX_NAMES: usize = 24;
/// Documents handed out.
const MAX_DOCUMENTS: usize = 1_200;
/// JSON values in all documents together, also those that are thrown away.
const MAX_SPENT: usize = 400_000;
/// JSON values in a document that becomes a part of another.
const MAX_PART: usize = 64;
/// Items and characters that are written out.
const MAX_LENGTH: u64 = 300;

/// Documents from the writer's and the reader's schema, both self-contained.
pub(super) fn documents(writer: &Value, reader: &Value) -> Vec<Value> {
    let mut words = Words::default();
    words.collect(writer, 0);
    words.collect(reader, 0);
    let mut found = Vec::new();
    for root in [writer, reader] {
        let mut maker = Maker { root, words: &words, visits: 0, spent: 0 };
        found.extend(maker.make(root, MAX_LEVELS));
    }
    // Objects of the writer with the values that the reader describes, and the other way round.
    found.extend(basic());
    found.truncate(MAX_DOCUMENTS);
    found
}

/// One small value of each kind.
fn basic() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(-1),
        json!(0.5),
        json!(""),
        json!("a"),
        json!([]),
        json!({}),
        json!([null]),
        json!({"a": null}),
    ]
}

/// Property names, constants and numbers that occur in the schemas.
#[derive(Default)]
struct Words {
    names: BTreeSet<String>,
    strings: BTreeSet<String>,
}

impl Words {
    fn collect(&mut self, value: &Value, depth: usize) {
        if depth > 64 {
            return;
        }
        match value {
            Value::Object(members) => {
                for (keyword, member) in members {
                    if let ("properties" | "dependentSchemas" | "dependentRequired", Some(map)) =
                        (keyword.as_str(), member.as_object())
                    {
                        self.names.extend(map.keys().take(MAX_NAMES).cloned());
                    }
                    if let ("required", Some(list)) = (keyword.as_str(), member.as_array()) {
                        self.names.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    if let ("patternProperties", Some(map)) = (keyword.as_str(), member.as_object()) {
                        self.names.extend(map.keys().take(MAX_NAMES).map(|pattern| sample(pattern)));
                    }
                    if let ("propertyNames", Some(schema)) = (keyword.as_str(), member.as_object()) {
                        self.names.extend(sized(schema));
                        self.names.extend(schema.get("pattern").and_then(Value::as_str).map(sample));
                    }
                    if let ("pattern", Some(pattern)) = (keyword.as_str(), member.as_str()) {
                        self.strings.insert(sample(pattern));
                    }
                    if let ("const" | "enum", true) = (keyword.as_str(), self.strings.len() < MAX_NAMES) {
                        let list = member.as_array().map_or(std::slice::from_ref(member), Vec::as_slice);
                        self.strings.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    self.collect(member, depth + 1);
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.collect(item, depth + 1);
                }
            }
            _ => {}
        }
    }
}

/// A text that a simple pattern is likely to match: classes give their first character, anchors and
/// quantifiers are dropped.
fn sample(pattern: &str) -> String {
    let mut out = String::new();
    let mut characters = pattern.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '^' | '$' | '(' | ')' | '?' | '*' | '+' => {}
            '.' => out.push('a'),
            '|' => break,
            '\\' => match characters.next() {
                Some('d') => out.push('0'),
                Some('w') => out.push('a'),
                Some('s') => out.push(' '),
                Some(other) if !other.is_alphanumeric() => out.push(other),
                _ => {}
            },
            '[' => {
                let inside: String = characters.by_ref().take_while(|c| *c != ']').collect();
                out.extend(inside.chars().find(|c| c.is_alphanumeric()));
            }
            '{' => {
                let count: String = characters.by_ref().take_while(|c| *c != '}').collect();
                let count =
                    count.split(',').next().and_then(|count| count.parse::<usize>().ok()).unwrap_or(1);
                if let Some(last) = out.chars().last() {
                    out.extend(std::iter::repeat_n(last, count.saturating_sub(1).min(40)));
                }
            }
            other => out.push(other),
        }
    }
    out
}

struct Maker<'s> {
    root: &'s Value,
    words: &'s Words,
    visits: usize,
    spent: usize,
}

/// JSON values in a document, counted no further than a bound.
fn weight(value: &Value, bound: usize) -> usize {
    let mut total = 1;
    let mut add = |part: &Value| {
        if total <= bound {
            total += weight(part, bound - total.min(bound));
        }
    };
    match value {
        Value::Object(members) => members.values().for_each(&mut add),
        Value::Array(items) => items.iter().for_each(&mut add),
        _ => {}
    }
    total
}

impl<'s> Maker<'s> {
    /// Documents small enough to be parts of others.
    fn parts(&mut self, schema: &'s Value, levels: usize) -> Vec<Value> {
        let mut made = self.make(schema, levels);
        made.retain(|value| weight(value, MAX_PART) <= MAX_PART);
        made.truncate(MAX_MADE);
        made
    }

    fn make(&mut self, schema: &'s Value, levels: usize) -> Vec<Value> {
        let made = self.make_unbounded(schema, levels);
        self.spent += made.iter().map(|value| weight(value, 10_000)).sum::<usize>();
        made
    }

    fn make_unbounded(&mut self, schema: &'s Value, levels: usize) -> Vec<Value> {
        self.visits += 1;
        if levels == 0 || self.visits > MAX_VISITS || self.spent > MAX_SPENT {
            return vec![Value::Null, json!("a"), json!(1), json!({}), json!([])];
        }
        let Some(object) = schema.as_object() else { return basic() };
        let mut made = Vec::new();
        if let Some(target) = object.get("$ref").and_then(Value::as_str).and_then(|text| self.find(text)) {
            made.extend(self.parts(target, levels - 1));
        }
        made.extend(object.get("const").cloned());
        made.extend(
            object.get("enum").and_then(Value::as_array).into_iter().flatten().take(MAX_MADE).cloned(),
        );
        let mut parts = Vec::new();
        for keyword in ["anyOf", "oneOf", "allOf"] {
            for member in object.get(keyword).and_then(Value::as_array).into_iter().flatten().take(12) {
                let member_made = self.parts(member, levels - 1);
                parts.extend(member_made.into_iter().take(MAX_MADE / 2));
            }
        }
        for keyword in ["not", "if", "then", "else"] {
            if let Some(member) = object.get(keyword) {
                parts.extend(self.parts(member, levels - 1).into_iter().take(MAX_MADE / 2));
            }
        }
        made.extend(parts.iter().cloned());
        let wants = |name: &str| match object.get("type") {
            Some(Value::String(only)) => only == name || (only == "integer" && name == "number"),
            Some(Value::Array(names)) => {
                names.iter().any(|known| known == name || (name == "number" && known == "integer"))
            }
            _ => true,
        };
        if wants("object") {
            made.extend(self.objects(object, levels, &parts));
        }
        if wants("array") {
            made.extend(self.arrays(object, levels));
        }
        if wants("string") {
            made.extend(self.strings(object));
        }
        if wants("number") {
            made.extend(numbers(object));
        }
        // Values of the wanted type first: the first one stands for the schema inside larger documents.
        let is_wanted = |value: &Value| match value {
            Value::Null => wants("null"),
            Value::Bool(_) => wants("boolean"),
            Value::Number(_) => wants("number"),
            Value::String(_) => wants("string"),
            Value::Array(_) | Value::Object(_) => false,
        };
        let (wanted, others): (Vec<Value>, Vec<Value>) = basic().into_iter().partition(is_wanted);
        made.extend(wanted);
        made.extend(others.into_iter().filter(|value| !value.is_object() && !value.is_array()));
        made
    }

    fn find(&self, reference: &str) -> Option<&'s Value> {
        self.root.pointer(reference.strip_prefix('#')?)
    }

    fn objects(&mut self, schema: &'s Map<String, Value>, levels: usize, parts: &[Value]) -> Vec<Value> {
        let properties = schema.get("properties").and_then(Value::as_object);
        let mut choices: Vec<(&str, Vec<Value>)> = Vec::new();
        for (name, property) in properties.into_iter().flatten().take(MAX_MADE) {
            let values = self.parts(property, levels - 1);
            choices.push((name, values));
        }
        let full: Map<String, Value> = choices
            .iter()
            .filter_map(|(name, values)| Some(((*name).to_owned(), values.first()?.clone())))
            .collect();
        let required = |extra: Map<String, Value>| -> Map<String, Value> {
            let mut object = extra;
            for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
                let Some(name) = name.as_str() else { continue };
                let value = full.get(name).cloned().unwrap_or_else(|| json!("a"));
                object.entry(name).or_insert(value);
            }
            object
        };
        let base = required(Map::new());
        let mut made = vec![json!({}), Value::Object(base.clone()), Value::Object(full.clone())];
        for (name, values) in &choices {
            let mut without = full.clone();
            without.remove(*name);
            made.push(Value::Object(without));
            for value in values {
                let mut with = base.clone();
                with.insert((*name).to_owned(), value.clone());
                made.push(Value::Object(with));
            }
        }
        let rest =
            ["additionalProperties", "unevaluatedProperties"].iter().find_map(|name| schema.get(*name));
        let mut values = rest.map_or_else(basic, |rest| self.parts(rest, levels - 1));
        values.truncate(12);
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        for (pattern, body) in patterns.into_iter().flatten().take(MAX_NAMES) {
            for value in self.parts(body, levels - 1).into_iter().take(12) {
                let mut with = base.clone();
                with.insert(sample(pattern), value);
                made.push(Value::Object(with));
            }
        }
        let names = self.words.names.iter().map(String::as_str).take(MAX_NAMES);
        for name in names.chain(["zz", "longer-name"]) {
            for value in &values {
                let mut with = base.clone();
                with.entry(name).or_insert_with(|| value.clone());
                made.push(Value::Object(with));
            }
        }
        // Members of combinations describe parts of the same object.
        for part in parts.iter().filter_map(Value::as_object).take(MAX_MADE) {
            let mut with = base.clone();
            with.extend(part.clone());
            made.push(Value::Object(with));
        }
        for count in ["minProperties", "maxProperties"].iter().filter_map(|name| schema.get(*name)?.as_u64())
        {
            for size in [count.saturating_sub(1), count, count + 1].into_iter().filter(|size| *size <= 100) {
                let mut with = base.clone();
                for number in 0..size {
                    if with.len() as u64 >= size {
                        break;
                    }
                    with.insert(format!("p{number}"), values.first().cloned().unwrap_or(Value::Null));
                }
                made.push(Value::Object(with));
            }
        }
        made
    }

    fn arrays(&mut self, schema: &'s Map<String, Value>, levels: usize) -> Vec<Value> {
        let mut prefix = Vec::new();
        let mut made = vec![json!([])];
        for member in schema.get("prefixItems").and_then(Value::as_array).into_iter().flatten().take(12) {
            let values = self.parts(member, levels - 1);
            for value in values.iter().take(12) {
                let mut items: Vec<Value> = prefix.clone();
                items.push(value.clone());
                made.push(Value::Array(items));
            }
            prefix.push(values.first().cloned().unwrap_or(Value::Null));
        }
        let items = schema.get("items").or_else(|| schema.get("contains"));
        let mut values = items.map_or_else(basic, |items| self.parts(items, levels - 1));
        values.truncate(MAX_MADE);
        for value in &values {
            for count in [1, 2] {
                let mut items = prefix.clone();
                items.extend(std::iter::repeat_n(value.clone(), count));
                made.push(Value::Array(items));
            }
        }
        made.push(Value::Array(values.iter().take(6).cloned().collect()));
        let limits = ["minItems", "maxItems", "minContains", "maxContains"];
        for count in limits.iter().filter_map(|name| schema.get(*name)?.as_u64()) {
            for size in [count.saturating_sub(1), count, count + 1].into_iter().filter(|size| *size <= 100) {
                let size = usize::try_from(size).unwrap_or(0);
                let fill = values.first().cloned().unwrap_or(Value::Null);
                let mut items = prefix.clone();
                items.resize(size, fill);
                made.push(Value::Array(items));
                made.push(Value::Array((0..size).map(|number| json!(number)).collect()));
            }
        }
        made
    }

    fn strings(&self, schema: &Map<String, Value>) -> Vec<Value> {
        let mut made: Vec<Value> =
            self.words.strings.iter().take(MAX_NAMES).map(|text| json!(text)).collect();
        made.extend(sized(schema).map(Value::from));
        if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
            made.insert(0, json!(sample(pattern)));
        }
        made.extend(
            ["2026-01-31", "12:00:00Z", "2026-01-31T12:00:00Z", "a@b.example", "127.0.0.1", "urn:a", "A b"]
                .map(Value::from),
        );
        made
    }
}

/// Texts at and beside the limits of a length.
fn sized(schema: &Map<String, Value>) -> impl Iterator<Item = String> {
    let counts = ["minLength", "maxLength"].iter().filter_map(|name| schema.get(*name)?.as_u64());
    let sizes = counts.flat_map(|count| [count.saturating_sub(1), count, count.saturating_add(1)]);
    let sizes = sizes.filter(|size| *size <= MAX_LENGTH);
    sizes.map(|size| "a".repeat(usize::try_from(size).unwrap_or(0)))
}

fn numbers(schema: &Map<String, Value>) -> Vec<Value> {
    let mut made = Vec::new();
    for keyword in ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"] {
        let Some(limit) = schema.get(keyword) else { continue };
        made.push(limit.clone());
        if let Some(whole) = limit.as_i64() {
            made.extend([whole.saturating_sub(1), whole.saturating_add(1)].map(Value::from));
            made.extend(
                [limit.as_f64().unwrap_or(0.0) + 0.5, limit.as_f64().unwrap_or(0.0) - 0.5].map(Value::from),
            );
        } else if let Some(limit) = limit.as_f64() {
            made.extend(
                [limit - 1.0, limit + 1.0, limit - 1e-3, limit + 1e-3, limit.ceil(), limit.floor()]
                    .map(Value::from),
            );
        }
    }
    if let Some(step) = schema.get("multipleOf") {
        made.push(step.clone());
        if let Some(whole) = step.as_i64() {
            made.extend([whole.saturating_mul(2), whole.saturating_mul(3), 0].map(Value::from));
        } else if let Some(step) = step.as_f64() {
            made.extend([step * 2.0, step * 3.0].map(Value::from));
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_patterns_are_sampled() {
        for (pattern, expected) in
            [("^x-", "x-"), ("^[a-z]{3}\\d$", "aaa0"), ("a|b", "a"), ("^(ab)+$", "ab"), ("\\.", ".")]
        {
            assert_eq!(sample(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn recursive_and_wide_schemas_stay_bounded() {
        let recursive = json!({"$defs": {"n": {"properties": {"a": {"$ref": "#/$defs/n"}, "b": {"$ref": "#/$defs/n"}},
            "items": {"$ref": "#/$defs/n"}, "anyOf": [{"$ref": "#/$defs/n"}, {"$ref": "#/$defs/n"}]}}, "$ref": "#/$defs/n"});
        assert!(documents(&recursive, &recursive).len() <= MAX_DOCUMENTS);
    }
}
