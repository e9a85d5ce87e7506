//! Which types values have, as far as a schema and what it is combined with say.

use super::super::{Kinds, Record};
use crate::tree::{Node, Value};

/// Types that are possible, and what is known of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Types {
    possible: u8,
    /// Texts are listed, or say by their format that they are times.
    texts: Texts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Texts {
    Any,
    Times,
    Listed,
}

const NULL: u8 = 1;
const BOOLEAN: u8 = 2;
const INTEGER: u8 = 4;
/// Numbers with a fraction.
const FRACTION: u8 = 8;
const TEXT: u8 = 16;
const OBJECT: u8 = 32;
const ARRAY: u8 = 64;
const ALL: u8 = 127;

impl Types {
    /// What one schema says by itself.
    pub(super) fn of(node: &Node) -> Self {
        let named = match node.get("type").map(|kind| &kind.value) {
            Some(Value::String(name)) => of_name(name),
            Some(Value::Array(names)) => {
                names.iter().filter_map(Node::as_str).map(of_name).fold(0, |all, one| all | one)
            }
            _ if node.get("properties").is_some() => OBJECT,
            _ => ALL,
        };
        let mut values = node.get("enum").and_then(Node::as_array).unwrap_or_default().iter();
        let values = values.by_ref().chain(node.get("const"));
        let listed = values.map(|value| of_value(&value.value)).fold(0, |all, one| all | one);
        let format = node.get("format").and_then(Node::as_str);
        let texts = match format {
            _ if listed != 0 => Texts::Listed,
            Some("date-time" | "date" | "time") => Texts::Times,
            _ => Texts::Any,
        };
        let possible = if listed == 0 { named } else { named & listed };
        Self { possible, texts }
    }

    /// Whether the schema is for objects, and may let null through.
    pub(super) fn is_object(self) -> bool {
        self.possible & !NULL == OBJECT
    }

    pub(super) fn may_be_null(self) -> bool {
        self.possible != ALL && self.possible & NULL != 0
    }

    pub(super) fn kinds(self) -> Kinds {
        let mut kinds = Kinds::NONE;
        // Nothing is said: none of them is meant.
        if self.possible == ALL {
            return kinds;
        }
        let text = match self.texts {
            Texts::Any => Kinds::TEXT,
            Texts::Times => Kinds::TIME,
            Texts::Listed => Kinds::NONE,
        };
        for (bit, kind) in [(FRACTION, Kinds::FLOAT), (TEXT, text), (OBJECT | ARRAY, Kinds::COMPOUND)] {
            if self.possible & bit != 0 {
                kinds = kinds.or(kind);
            }
        }
        // Every schema for numbers lets integers through.
        if self.possible & (INTEGER | FRACTION) == INTEGER {
            kinds = kinds.or(Kinds::INTEGER);
        }
        kinds
    }

    /// Both hold.
    fn and(self, other: Self) -> Self {
        Self { possible: self.possible & other.possible, texts: self.texts.max(other.texts) }
    }

    /// One of both holds.
    fn or(self, other: Self) -> Self {
        let texts = match (self.possible & TEXT != 0, other.possible & TEXT != 0) {
            (true, false) => self.texts,
            (false, true) => other.texts,
            _ => self.texts.min(other.texts),
        };
        Self { possible: self.possible | other.possible, texts }
    }
}

fn of_name(name: &str) -> u8 {
    match name {
        "null" => NULL,
        "boolean" => BOOLEAN,
        "integer" => INTEGER,
        "number" => INTEGER | FRACTION,
        "string" => TEXT,
        "object" => OBJECT,
        "array" => ARRAY,
        _ => ALL,
    }
}

fn of_value(value: &Value) -> u8 {
    match value {
        Value::Null => NULL,
        Value::Bool(_) => BOOLEAN,
        Value::Number(text) if text.contains(['.', 'e', 'E']) => FRACTION,
        Value::Number(_) => INTEGER,
        Value::String(_) => TEXT,
        Value::Array(_) => ARRAY,
        Value::Object(_) => OBJECT,
    }
}

/// What each record allows together with what it is combined with.
pub(super) fn combined(records: &[Record], own: &[Types]) -> Vec<Types> {
    let mut known: Vec<Option<Types>> = vec![None; records.len()];
    (0..records.len()).map(|position| combine(records, own, &mut known, position, 0)).collect()
}

/// References that are followed one after the other.
const MAX_HOPS: usize = 32;

fn combine(
    records: &[Record],
    own: &[Types],
    known: &mut [Option<Types>],
    position: usize,
    hops: usize,
) -> Types {
    if let Some(known) = known[position] {
        return known;
    }
    // Until all is known, also for what leads back here.
    known[position] = Some(own[position]);
    if hops >= MAX_HOPS {
        return own[position];
    }
    let record = &records[position];
    let mut types = own[position];
    for part in &record.with {
        types = types.and(combine(records, own, known, *part, hops + 1));
    }
    for branches in &record.either {
        let branches = branches.iter().map(|branch| combine(records, own, known, *branch, hops + 1));
        // One that says nothing takes part as well.
        types = branches.reduce(Types::or).map_or(types, |any| types.and(any));
    }
    known[position] = Some(types);
    types
}
