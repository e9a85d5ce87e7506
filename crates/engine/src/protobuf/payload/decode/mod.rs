//! Valid payloads as values ([`Value`]).
//!
//! For rules that look at a payload after it was validated. What turns out not to be valid after all gives
//! `None`, never a guess. Defaults are filled in, so a message can be larger than its bytes: their
//! number is bounded too.

mod binary;
mod json;

use super::table::{Field, Kind, Label, Message, Table, WellKnown};
use super::value::Value;
use crate::violation::{Encoding, PayloadOptions};

/// Values of one payload, defaults included.
const MAX_VALUES: u64 = 1_000_000;

/// The value of a valid payload.
pub(super) fn decode(table: &Table, message: u32, payload: &[u8], options: &PayloadOptions) -> Option<Value> {
    let mut budget = Budget(options.max_items.min(MAX_VALUES));
    match options.encoding {
        Encoding::Binary => {
            binary::decode(table, message, payload, options.max_depth.min(super::DEEPEST), &mut budget)
        }
        Encoding::Json | Encoding::AvroJson => {
            let node = super::json::parse(payload, options).ok()?;
            json::decode(table, message, &node, &mut budget)
        }
    }
}

/// Values that may still be made.
struct Budget(u64);

impl Budget {
    fn spend(&mut self, values: usize) -> Option<()> {
        self.0 = self.0.checked_sub(values as u64)?;
        Some(())
    }
}

/// Present fields by position, ascending.
type Present = Vec<(u16, Value)>;

/// The value of a message whose present fields were read.
fn finish(message: &Message, present: Present, budget: &mut Budget) -> Option<Value> {
    match message.well_known {
        Some(known) if known != WellKnown::Any && known != WellKnown::FieldMask => {
            well_known(known, message, present)
        }
        _ => with_defaults(message, present, budget),
    }
}

/// All fields in order of the text; those without presence have their default.
fn with_defaults(message: &Message, present: Present, budget: &mut Budget) -> Option<Value> {
    budget.spend(message.fields.len())?;
    let mut members = Vec::with_capacity(present.len());
    let mut present = present.into_iter().peekable();
    for (field, position) in message.fields.iter().zip(0u16..) {
        let value = match present.next_if(|(next, _)| *next == position) {
            Some((_, value)) => Some(value),
            None => default(field),
        };
        members.extend(value.map(|value| (field.name.to_string(), value)));
    }
    Some(Value::Map(members))
}

/// The value of an absent field; `None` where absence shows.
fn default(field: &Field) -> Option<Value> {
    match field.label {
        Label::Repeated => Some(Value::List(Vec::new())),
        Label::Map => Some(Value::Map(Vec::new())),
        Label::Implicit => Some(default_of(field.kind)),
        Label::Optional | Label::Required => None,
    }
}

fn default_of(kind: Kind) -> Value {
    match kind {
        Kind::Bool => Value::Bool(false),
        Kind::String => Value::String(String::new()),
        Kind::Bytes => Value::Bytes(Vec::new()),
        Kind::Double | Kind::Float => Value::Double(0.0),
        Kind::Uint32 | Kind::Uint64 | Kind::Fixed32 | Kind::Fixed64 => Value::Uint(0),
        Kind::Message(_) | Kind::Group(_) => Value::Map(Vec::new()),
        _ => Value::Int(0),
    }
}

/// The value of a message with a form of its own, from the fields of its binary form.
fn well_known(known: WellKnown, message: &Message, present: Present) -> Option<Value> {
    let by_number = |number| {
        let position = message.find_field(number)?;
        present.iter().find(|(known, _)| *known == position).map(|(_, value)| value.clone())
    };
    let integer = |number| match by_number(number) {
        Some(Value::Int(value)) => value,
        _ => 0,
    };
    Some(match known {
        WellKnown::Timestamp => Value::Timestamp(integer(1), u32::try_from(integer(2)).ok()?),
        WellKnown::Duration => Value::Duration(integer(1), i32::try_from(integer(2)).ok()?),
        WellKnown::Wrapper => {
            let position = message.find_field(1)?;
            by_number(1).unwrap_or_else(|| default_of(message.fields[usize::from(position)].kind))
        }
        WellKnown::Struct => by_number(1).unwrap_or_else(|| Value::Map(Vec::new())),
        WellKnown::ListValue => by_number(1).unwrap_or_else(|| Value::List(Vec::new())),
        // One member of the oneof is set; the first one stands for `null`.
        WellKnown::Value => match present.into_iter().next_back() {
            Some((position, value)) if message.fields[usize::from(position)].number != 1 => value,
            _ => Value::Null,
        },
        WellKnown::Any | WellKnown::FieldMask => return None,
    })
}

/// The key of a map as text.
fn key_text(key: &Value) -> String {
    match key {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::String(text) => text.clone(),
        _ => String::new(),
    }
}
