//! Random schemas, evolved schemas and datums from a list of bytes.
//!
//! A list of bytes shrinks well: shorter lists and smaller bytes give simpler schemas. Names are always full, and
//! a type refers to itself only below a union, array or map, so every schema has datums.

use serde_json::{Value, json};

/// Choices in the order in which they are asked for; zero when none are left.
pub struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl<'a> Choices<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes: bytes.iter() }
    }

    pub fn byte(&mut self) -> u8 {
        self.bytes.next().copied().unwrap_or(0)
    }

    /// Below `count`, which is not 0.
    pub fn below(&mut self, count: usize) -> usize {
        self.byte() as usize % count
    }

    pub fn chance(&mut self, percent: u8) -> bool {
        // A spent list says no.
        let byte = self.byte();
        byte > 0 && byte % 100 < percent
    }
}

const PRIMITIVES: [&str; 8] = ["null", "int", "string", "long", "boolean", "double", "bytes", "float"];

/// Names given so far.
#[derive(Default)]
struct Names {
    /// Types whose fields are being made.
    open: Vec<String>,
    done: Vec<String>,
    count: usize,
}

/// A schema of at most `depth` levels.
pub fn schema(choices: &mut Choices<'_>, depth: usize) -> Value {
    schema_with(choices, depth, &mut Names::default(), false)
}

fn schema_with(choices: &mut Choices<'_>, depth: usize, names: &mut Names, may_recur: bool) -> Value {
    if may_recur && !names.open.is_empty() && choices.chance(15) {
        return json!(names.open[choices.below(names.open.len())]);
    }
    if !names.done.is_empty() && choices.chance(15) {
        return json!(names.done[choices.below(names.done.len())]);
    }
    let kinds = if depth == 0 { 2 } else { 8 };
    match choices.below(kinds) {
        0 => json!(PRIMITIVES[choices.below(8)]),
        1 => annotated(choices),
        2 => json!({"type": "array", "items": schema_with(choices, depth - 1, names, true)}),
        3 => json!({"type": "map", "values": schema_with(choices, depth - 1, names, true)}),
        4 => union(choices, depth, names),
        5 => enumeration(choices, names),
        6 => json!({"type": "fixed", "name": name(names), "size": choices.below(5)}),
        _ => record(choices, depth, names),
    }
}

fn annotated(choices: &mut Choices<'_>) -> Value {
    let base = PRIMITIVES[choices.below(8)];
    match choices.below(3) {
        0 => json!({"type": base}),
        1 => json!({"type": base, "unit": "kg", "limits": {"most": choices.below(9), "least": 0}}),
        _ => json!({"type": "long", "logicalType": "timestamp-millis"}),
    }
}

fn name(names: &mut Names) -> String {
    names.count += 1;
    let space = ["top.", "shop.", "shop.stock."][names.count % 3];
    format!("{space}T{}", names.count)
}

fn union(choices: &mut Choices<'_>, depth: usize, names: &mut Names) -> Value {
    let mut branches = vec![json!("null")];
    // A union inside a union is not allowed.
    let mut taken = vec!["null".to_owned(), "union".to_owned()];
    for _ in 0..choices.below(4) {
        let known = names.done.len();
        let branch = schema_with(choices, depth - 1, names, true);
        let key = match &branch {
            Value::String(word) => word.clone(),
            Value::Object(members) => members
                .get("name")
                .or(members.get("type"))
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            _ => "union".to_owned(),
        };
        if taken.contains(&key) {
            // What the dropped branch defined is not there for later types.
            names.done.truncate(known);
        } else {
            taken.push(key);
            branches.push(branch);
        }
    }
    Value::Array(branches)
}

fn enumeration(choices: &mut Choices<'_>, names: &mut Names) -> Value {
    let symbols: Vec<String> = (0..=choices.below(4)).map(|n| format!("S{n}")).collect();
    let mut known = json!({"type": "enum", "name": name(names), "symbols": symbols});
    if choices.chance(30) {
        known["default"] = json!("S0");
    }
    names.done.extend(known["name"].as_str().map(str::to_owned));
    known
}

fn record(choices: &mut Choices<'_>, depth: usize, names: &mut Names) -> Value {
    let own = name(names);
    names.open.push(own.clone());
    let fields: Vec<Value> = (0..choices.below(5))
        .map(|n| {
            let mut field =
                json!({"name": format!("f{n}"), "type": schema_with(choices, depth - 1, names, false)});
            if choices.chance(20) {
                field["doc"] = json!("a field");
            }
            if choices.chance(20) {
                field["x"] = json!([1, {"b": 1, "a": null}]);
            }
            field
        })
        .collect();
    names.open.pop();
    names.done.push(own.clone());
    let mut known = json!({"type": "record", "name": own, "fields": fields});
    if choices.chance(20) {
        known["aliases"] = json!(["Former", "far.Older"]);
    }
    known
}

/// A later or earlier version of a schema: some changes that keep it readable, some that do not.
pub fn evolved(schema: &Value, choices: &mut Choices<'_>) -> Value {
    match schema {
        Value::String(word) => evolved_word(word, choices),
        Value::Array(branches) => evolved_union(branches, choices),
        Value::Object(members) => {
            let mut known = schema.clone();
            for part in ["items", "values"] {
                if let Some(inner) = members.get(part) {
                    known[part] = evolved(inner, choices);
                }
            }
            if let Some(fields) = members.get("fields").and_then(Value::as_array) {
                known["fields"] = Value::Array(evolved_fields(fields, choices));
            }
            if let Some(symbols) = members.get("symbols").and_then(Value::as_array) {
                known["symbols"] = evolved_symbols(symbols, choices);
            }
            if choices.chance(4) && members.contains_key("size") {
                known["size"] = json!(9);
            }
            if choices.chance(5) { json!(["null", known]) } else { known }
        }
        other => other.clone(),
    }
}

fn evolved_word(word: &str, choices: &mut Choices<'_>) -> Value {
    if !PRIMITIVES.contains(&word) {
        return json!(word);
    }
    match choices.below(12) {
        0 => json!(PRIMITIVES[choices.below(8)]),
        1..=3 => json!(match word {
            "int" => ["long", "float", "double"][choices.below(3)],
            "long" => ["float", "double"][choices.below(2)],
            "float" => "double",
            "string" => "bytes",
            other => other,
        }),
        4 if word != "null" => json!(["null", word]),
        _ => json!(word),
    }
}

fn evolved_union(branches: &[Value], choices: &mut Choices<'_>) -> Value {
    let mut changed: Vec<Value> = branches
        .iter()
        .map(|branch| match evolved(branch, choices) {
            // No union inside a union, and no second branch of a type.
            Value::Array(_) => branch.clone(),
            Value::String(word) if branches.contains(&json!(word)) => branch.clone(),
            other => other,
        })
        .collect();
    if choices.chance(20) {
        changed.rotate_left(1);
    }
    Value::Array(changed)
}

fn evolved_fields(fields: &[Value], choices: &mut Choices<'_>) -> Vec<Value> {
    let mut changed = Vec::new();
    for field in fields {
        let mut next = field.clone();
        next["type"] = evolved(&field["type"], choices);
        changed.push(next);
    }
    if choices.chance(15) {
        changed.reverse();
    }
    if choices.chance(20) {
        changed.push(json!({"name": "added", "type": "int", "default": 7}));
    }
    if choices.chance(5) {
        changed.push(json!({"name": "required", "type": "string"}));
    }
    changed
}

fn evolved_symbols(symbols: &[Value], choices: &mut Choices<'_>) -> Value {
    let mut changed = symbols.to_vec();
    if choices.chance(20) {
        changed.push(json!("LATE"));
    }
    if choices.chance(10) && changed.len() > 1 {
        changed.pop();
    }
    if choices.chance(20) {
        changed.rotate_left(1);
    }
    // The default of the original is its first symbol, which stays.
    Value::Array(changed)
}

/// Writes random datums of one schema.
pub struct Datums {
    definitions: std::collections::HashMap<String, Value>,
    /// Whether values of bytes are UTF-8: schemas let bytes be read as string, the data decides.
    pub bytes_are_text: bool,
}

impl Datums {
    pub fn of(schema: &Value) -> Self {
        let mut datums = Self { definitions: std::collections::HashMap::new(), bytes_are_text: false };
        datums.collect(schema);
        datums
    }

    fn collect(&mut self, schema: &Value) {
        match schema {
            Value::Array(branches) => branches.iter().for_each(|branch| self.collect(branch)),
            Value::Object(members) => {
                if let Some(name) = members.get("name").and_then(Value::as_str) {
                    self.definitions.insert(name.to_owned(), schema.clone());
                }
                for field in members.get("fields").and_then(Value::as_array).into_iter().flatten() {
                    self.collect(&field["type"]);
                }
                ["items", "values"]
                    .iter()
                    .filter_map(|part| members.get(*part))
                    .for_each(|of| self.collect(of));
            }
            _ => {}
        }
    }

    /// Appends one datum.
    pub fn write(&self, schema: &Value, choices: &mut Choices<'_>, depth: usize, out: &mut Vec<u8>) {
        let word = match schema {
            Value::Array(branches) => {
                // Branch 0 is null unless the union was evolved; it ends recursion.
                let null = branches.iter().position(|branch| branch == "null").unwrap_or(0);
                let branch = if depth > 6 { null } else { choices.below(branches.len()) };
                long(branch as i64, out);
                return self.write(&branches[branch], choices, depth + 1, out);
            }
            Value::Object(members) => members["type"].as_str().unwrap_or_default(),
            other => other.as_str().unwrap_or_default(),
        };
        match word {
            "null" => {}
            "boolean" => out.push(choices.byte() & 1),
            "int" => long(i64::from(number(choices) as i32), out),
            "long" => long(number(choices), out),
            "float" => out.extend((f32::from(choices.byte()) / 7.0).to_le_bytes()),
            "double" => out.extend((f64::from(choices.byte()) / 7.0).to_le_bytes()),
            "bytes" if self.bytes_are_text => string(choices, out),
            "bytes" => {
                let bytes: Vec<u8> = (0..choices.below(4)).map(|_| choices.byte()).collect();
                long(bytes.len() as i64, out);
                out.extend(bytes);
            }
            "string" => string(choices, out),
            "fixed" => {
                let size = schema["size"].as_u64().unwrap_or(0);
                (0..size).for_each(|_| out.push(choices.byte()));
            }
            "enum" => long(choices.below(schema["symbols"].as_array().map_or(1, Vec::len)) as i64, out),
            "array" => self.blocks(&schema["items"], false, choices, depth, out),
            "map" => self.blocks(&schema["values"], true, choices, depth, out),
            "record" => {
                for field in schema["fields"].as_array().into_iter().flatten() {
                    self.write(&field["type"], choices, depth + 1, out);
                }
            }
            name => self.write(&self.definitions[name], choices, depth + 1, out),
        }
    }

    fn blocks(&self, of: &Value, is_map: bool, choices: &mut Choices<'_>, depth: usize, out: &mut Vec<u8>) {
        let count = if depth > 6 { 0 } else { choices.below(3) };
        let mut block = Vec::new();
        for _ in 0..count {
            if is_map {
                string(choices, &mut block);
            }
            self.write(of, choices, depth + 1, &mut block);
        }
        if count > 0 {
            let is_sized = choices.chance(30);
            long(if is_sized { -(count as i64) } else { count as i64 }, out);
            if is_sized {
                long(block.len() as i64, out);
            }
            out.extend(block);
        }
        out.push(0);
    }
}

fn number(choices: &mut Choices<'_>) -> i64 {
    match choices.below(4) {
        0 => i64::from(choices.byte()),
        1 => -i64::from(choices.byte()),
        2 => i64::MAX - i64::from(choices.byte()),
        _ => i64::from(choices.byte()) << choices.below(56),
    }
}

fn string(choices: &mut Choices<'_>, out: &mut Vec<u8>) {
    let text: String = (0..choices.below(4)).map(|_| ['a', 'é', '~', '😀'][choices.below(4)]).collect();
    long(text.len() as i64, out);
    out.extend(text.as_bytes());
}

/// A zig-zag varint.
pub fn long(value: i64, out: &mut Vec<u8>) {
    let mut left = ((value << 1) ^ (value >> 63)) as u64;
    while left >= 0x80 {
        out.push(left as u8 | 0x80);
        left >>= 7;
    }
    out.push(left as u8);
}
