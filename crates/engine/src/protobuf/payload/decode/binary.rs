//! Binary payloads as values: singular fields have their last value, messages are merged.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{Budget, Present, finish, map_key, of_set, packed_type};
use crate::protobuf::payload::table::{Field, Kind, Label, Message, Table, WellKnown};
use crate::protobuf::payload::value::{MapKey, Value};
use crate::protobuf::payload::wire::{Reader, WireType, unzigzag};

pub(super) fn decode(
    table: &Arc<Table>,
    message: u32,
    payload: &[u8],
    max_depth: usize,
    budget: &mut Budget,
) -> Option<Value> {
    let mut decoder = Decoder { table, budget };
    decoder.message(message, &[Reader { bytes: payload, at: 0 }], max_depth)
}

struct Decoder<'a, 'b> {
    table: &'a Arc<Table>,
    budget: &'b mut Budget,
}

/// What was read of one field.
enum Slot<'a> {
    One(Value),
    /// A singular message, in parts.
    Parts(Vec<Reader<'a>>),
    Many(Vec<Value>),
    /// Entries in order of first appearance, and where each key stands.
    Map(Vec<(MapKey, Value)>, HashMap<MapKey, usize>),
}

impl Decoder<'_, '_> {
    fn message(&mut self, id: u32, parts: &[Reader<'_>], depth: usize) -> Option<Value> {
        let message = &self.table.messages[id as usize];
        let mut slots = BTreeMap::new();
        let mut oneofs = HashMap::new();
        for part in parts {
            self.part(message, *part, depth, &mut slots, &mut oneofs)?;
        }
        let mut present = Vec::with_capacity(slots.len());
        for (position, slot) in slots {
            let value = match slot {
                Slot::One(value) => value,
                Slot::Many(values) => Value::List(values),
                Slot::Map(entries, _) => Value::Map(entries),
                Slot::Parts(parts) => {
                    let id = message.fields[usize::from(position)].kind.message()?;
                    self.message(id, &parts, depth.checked_sub(1)?)?
                }
            };
            present.push((position, value));
        }
        if message.well_known == Some(WellKnown::Any) {
            return Some(self.any(id, present, depth));
        }
        finish(self.table, id, present)
    }

    /// The packed message. One of an unknown type, or none of its type, is its type URL alone.
    fn any(&mut self, id: u32, mut present: Present, depth: usize) -> Value {
        let fields = &self.table.messages[id as usize].fields;
        let numbered = |number| {
            let by_number = |(position, _): &&(u16, Value)| fields[usize::from(*position)].number == number;
            present.iter().find(by_number).map(|(_, value)| value)
        };
        let empty = Value::Bytes(Vec::new());
        if let (Some(Value::String(url)), Value::Bytes(bytes)) = (numbered(1), numbered(2).unwrap_or(&empty))
            && let (Some(packed), Some(depth)) = (packed_type(self.table, url), depth.checked_sub(1))
            && let Some(message) = self.message(packed, &[Reader { bytes, at: 0 }], depth)
        {
            return message;
        }
        present.retain(|(position, _)| fields[usize::from(*position)].number == 1);
        of_set(self.table, id, present)
    }

    fn part<'a>(
        &mut self,
        message: &Message,
        mut reader: Reader<'a>,
        depth: usize,
        slots: &mut BTreeMap<u16, Slot<'a>>,
        oneofs: &mut HashMap<u16, u16>,
    ) -> Option<()> {
        while !reader.is_at_end() {
            let (number, wire_type) = reader.tag().ok()?;
            if wire_type == WireType::EndGroup {
                return Some(());
            }
            let value = reader;
            reader.skip(number, wire_type, depth).ok()?;
            let Some(position) = message.find_field(number) else { continue };
            let field = &message.fields[usize::from(position)];
            let value = Reader { bytes: &value.bytes[..reader.at], ..value };
            if self.field(field, position, value, wire_type, depth, slots)?
                && let Some(oneof) = field.oneof
                && let Some(other) = oneofs.insert(oneof, position)
                && other != position
            {
                slots.remove(&other);
            }
        }
        Some(())
    }

    /// Adds what one occurrence of a field holds. False when it holds an unknown constant.
    fn field<'a>(
        &mut self,
        field: &Field,
        position: u16,
        mut value: Reader<'a>,
        wire_type: WireType,
        depth: usize,
        slots: &mut BTreeMap<u16, Slot<'a>>,
    ) -> Option<bool> {
        self.budget.spend(1)?;
        match (field.label, field.kind) {
            (Label::Map, kind) => {
                let (key, value) = self.entry(kind, value.delimited().ok()?, depth.checked_sub(1)?)?;
                let slot = slots.entry(position).or_insert_with(|| Slot::Map(Vec::new(), HashMap::new()));
                if let Slot::Map(entries, positions) = slot {
                    match positions.get(&key) {
                        Some(known) => entries[*known].1 = value,
                        None => {
                            positions.insert(key.clone(), entries.len());
                            entries.push((key, value));
                        }
                    }
                }
                Some(true)
            }
            (Label::Repeated, kind) => {
                let values = self.elements(kind, value, wire_type, depth)?;
                let slot = slots.entry(position).or_insert_with(|| Slot::Many(Vec::new()));
                if let Slot::Many(known) = slot {
                    known.extend(values);
                }
                Some(true)
            }
            (_, Kind::Message(_) | Kind::Group(_)) => {
                let inner = if wire_type == WireType::Len { value.delimited().ok()? } else { value };
                let slot = slots.entry(position).or_insert_with(|| Slot::Parts(Vec::new()));
                if let Slot::Parts(parts) = slot {
                    parts.push(inner);
                }
                Some(true)
            }
            (_, kind) if self.is_unknown_constant(kind, value) => Some(false),
            (_, kind) => {
                slots.insert(position, Slot::One(scalar(kind, &mut value, wire_type)?));
                Some(true)
            }
        }
    }

    /// Elements of one occurrence of a repeated field, packed or not.
    fn elements(
        &mut self,
        kind: Kind,
        mut value: Reader<'_>,
        wire_type: WireType,
        depth: usize,
    ) -> Option<Vec<Value>> {
        if let Some(id) = kind.message() {
            let inner = if wire_type == WireType::Len { value.delimited().ok()? } else { value };
            return Some(vec![self.message(id, &[inner], depth.checked_sub(1)?)?]);
        }
        if wire_type != WireType::Len || !kind.is_packable() {
            let is_known = !self.is_unknown_constant(kind, value);
            let value = scalar(kind, &mut value, wire_type)?;
            return Some(Some(value).filter(|_| is_known).into_iter().collect());
        }
        let mut packed = value.delimited().ok()?;
        let each = match kind.wire_type() {
            0 => WireType::Varint,
            1 => WireType::Fixed64,
            _ => WireType::Fixed32,
        };
        let mut values = Vec::new();
        while !packed.is_at_end() {
            self.budget.spend(1)?;
            let is_known = !self.is_unknown_constant(kind, packed);
            let value = scalar(kind, &mut packed, each)?;
            values.extend(Some(value).filter(|_| is_known));
        }
        Some(values)
    }

    /// Key and value of a map entry, absent ones with their defaults.
    fn entry(&mut self, entry: Kind, mut reader: Reader<'_>, depth: usize) -> Option<(MapKey, Value)> {
        let (key_kind, value_kind) = self.table.entry(entry)?;
        let (mut key, mut value, mut parts) =
            (self.table.zero(key_kind), self.table.zero(value_kind), Vec::new());
        while !reader.is_at_end() {
            let (number, wire_type) = reader.tag().ok()?;
            let mut found = reader;
            reader.skip(number, wire_type, depth).ok()?;
            match number {
                1 => key = scalar(key_kind, &mut found, wire_type)?,
                2 if value_kind.message().is_some() => parts.push(found.delimited().ok()?),
                2 if self.is_unknown_constant(value_kind, found) => {}
                2 => value = scalar(value_kind, &mut found, wire_type)?,
                _ => {}
            }
        }
        if let Some(id) = value_kind.message() {
            value = self.message(id, &parts, depth.checked_sub(1)?)?;
        }
        Some((map_key(key)?, value))
    }

    /// Whether a number is none of a closed enum: readers take it for an unknown field.
    fn is_unknown_constant(&self, kind: Kind, mut value: Reader<'_>) -> bool {
        let Kind::Enum(id) = kind else { return false };
        let enumeration = &self.table.enums[id as usize];
        enumeration.is_closed && value.varint().is_ok_and(|number| !enumeration.has_number(number as i32))
    }
}

/// One scalar; `None` when it is none of its kind.
fn scalar(kind: Kind, value: &mut Reader<'_>, wire_type: WireType) -> Option<Value> {
    if kind.wire_type() != wire_type as u8 {
        return None;
    }
    Some(match kind {
        Kind::Double => Value::Double(f64::from_le_bytes(value.fixed()?)),
        Kind::Float => Value::Double(f32::from_le_bytes(value.fixed()?).into()),
        Kind::Int32 | Kind::Enum(_) => Value::Int((value.varint().ok()? as i32).into()),
        Kind::Int64 => Value::Int(value.varint().ok()? as i64),
        Kind::Uint32 => Value::Uint((value.varint().ok()? as u32).into()),
        Kind::Uint64 => Value::Uint(value.varint().ok()?),
        Kind::Sint32 => Value::Int(unzigzag(value.varint().ok()? & 0xffff_ffff)),
        Kind::Sint64 => Value::Int(unzigzag(value.varint().ok()?)),
        Kind::Fixed32 => Value::Uint(u32::from_le_bytes(value.fixed()?).into()),
        Kind::Fixed64 => Value::Uint(u64::from_le_bytes(value.fixed()?)),
        Kind::Sfixed32 => Value::Int(i32::from_le_bytes(value.fixed()?).into()),
        Kind::Sfixed64 => Value::Int(i64::from_le_bytes(value.fixed()?)),
        Kind::Bool => Value::Bool(value.varint().ok()? != 0),
        Kind::String => Value::String(String::from_utf8_lossy(value.delimited().ok()?.rest()).into_owned()),
        Kind::Bytes => Value::Bytes(value.delimited().ok()?.rest().to_vec()),
        Kind::Message(_) | Kind::Group(_) => return None,
    })
}
