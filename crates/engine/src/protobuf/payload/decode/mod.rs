//! Valid payloads as values ([`Value`]).
//!
//! For rules that look at a payload after it was validated. What turns out not to be valid after all gives
//! `None`, never a guess. Their number is bounded.

mod binary;
mod json;

use std::sync::Arc;

use super::table::{self, Field, Label, Table, WellKnown};
use super::value::{MapKey, Message, MessageType, Value};
use crate::violation::{Encoding, PayloadOptions};

/// Values of one payload.
const MAX_VALUES: u64 = 1_000_000;

/// The value of a valid payload.
pub(super) fn decode(
    table: &Arc<Table>,
    message: u32,
    payload: &[u8],
    options: &PayloadOptions,
) -> Option<Value> {
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
fn finish(table: &Arc<Table>, id: u32, present: Present) -> Option<Value> {
    let message = &table.messages[id as usize];
    match message.well_known {
        Some(known) if known != WellKnown::Any && known != WellKnown::FieldMask => {
            well_known(table, known, message, present)
        }
        _ => Some(of_set(table, id, present)),
    }
}

/// The message of the present fields that are set.
fn of_set(table: &Arc<Table>, id: u32, present: Present) -> Value {
    let fields = &table.messages[id as usize].fields;
    let set = present.into_iter().map(|(position, value)| (&fields[usize::from(position)], value));
    let set = set.filter(|(field, value)| is_set(field, value));
    let set = set.map(|(field, value)| (field.name.to_string(), value)).collect();
    Value::Message(Message { kind: MessageType::new(table, id), set })
}

/// Whether a field that was read is set: where absence does not show, a default is as good as absent.
fn is_set(field: &Field, value: &Value) -> bool {
    match (field.label, value) {
        (Label::Optional | Label::Required, _) => true,
        (_, Value::Bool(value)) => *value,
        (_, Value::Int(value)) => *value != 0,
        (_, Value::Uint(value)) => *value != 0,
        // A negative zero is written.
        (_, Value::Double(value)) => value.to_bits() != 0,
        (_, Value::String(text)) => !text.is_empty(),
        (_, Value::Bytes(bytes)) => !bytes.is_empty(),
        (_, Value::List(items)) => !items.is_empty(),
        (_, Value::Map(entries)) => !entries.is_empty(),
        _ => true,
    }
}

/// The value of a message with a form of its own, from the fields of its binary form.
fn well_known(table: &Table, known: WellKnown, message: &table::Message, present: Present) -> Option<Value> {
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
            by_number(1).unwrap_or_else(|| table.zero(message.fields[usize::from(position)].kind))
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

/// The type that a type URL names, when the schema knows it.
fn packed_type(table: &Table, url: &str) -> Option<u32> {
    url.rsplit_once('/').and_then(|(_, name)| table.find_message(name))
}

/// The key of a map.
fn map_key(key: Value) -> Option<MapKey> {
    Some(match key {
        Value::Bool(key) => MapKey::Bool(key),
        Value::Int(key) => MapKey::Int(key),
        Value::Uint(key) => MapKey::Uint(key),
        Value::String(key) => MapKey::String(key),
        _ => return None,
    })
}
