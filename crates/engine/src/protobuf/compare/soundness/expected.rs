//! What happens to a message on its way to a reader, foretold from the value and the reader's descriptor.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{
    Cardinality, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage, Syntax, Value,
};

/// Why a reader may refuse or change data although the schemas are compatible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Labels count only where both sides write one, and those of messages never: a list may become one value,
    /// and a packed list is not read as a number.
    PackedListReadAsOne,
    /// The same where values stand alone on the wire: the last one wins, messages are merged.
    ListReadAsOne,
    /// `string` and `bytes` are one group.
    BytesReadAsString,
    /// Groups are invisible to the reference, so a field in place of one is a new field.
    GroupAndField,
    /// All varints are one group, and signs do not matter: a value beyond the other range is cut.
    NumberCut,
    /// Enums may lose constants, and a closed enum keeps numbers that it does not know out of the field.
    ConstantUnknown,
    /// The labels of strings, bytes and messages do not matter, `required` included.
    BecameRequired,
}

/// What is foretold of one message.
#[derive(Default)]
pub(super) struct Expected {
    /// Why a reader refuses the bytes.
    pub(super) refused: BTreeSet<Class>,
    /// Fields, by their numbers from the root, that arrive changed.
    pub(super) changed: BTreeMap<String, Class>,
}

impl Expected {
    pub(super) fn of(sent: &DynamicMessage, reader: &MessageDescriptor) -> Self {
        let mut expected = Self::default();
        expected.message(sent, reader, "");
        expected
    }

    /// Whether `prost-reflect` refuses the bytes; it does not ask for required fields.
    pub(super) fn breaks_decoding(&self) -> bool {
        self.refused.iter().any(|class| *class != Class::BecameRequired)
    }

    fn message(&mut self, sent: &DynamicMessage, reader: &MessageDescriptor, path: &str) {
        for (field, value) in sent.fields() {
            if let Some(there) = reader.get_field(field.number()) {
                self.field(&field, value, &there, &format!("{path}/{}", field.number()));
            }
        }
        for field in reader.fields().filter(|field| field.cardinality() == Cardinality::Required) {
            let known = sent.descriptor().get_field(field.number());
            if known.is_none_or(|known| !sent.has_field(&known)) {
                self.refused.insert(Class::BecameRequired);
            }
        }
    }

    fn field(&mut self, field: &FieldDescriptor, value: &Value, reader: &FieldDescriptor, path: &str) {
        if field.is_group() != reader.is_group() {
            self.refused.insert(Class::GroupAndField);
            return;
        }
        match value {
            Value::List(items) => {
                if !reader.is_list() && field.is_packed() && !items.is_empty() {
                    self.refused.insert(Class::PackedListReadAsOne);
                } else if !reader.is_list() && items.len() > 1 {
                    self.changed.insert(path.to_owned(), Class::ListReadAsOne);
                }
                for item in items {
                    self.single(item, &reader.kind(), path);
                }
            }
            Value::Map(entries) => {
                let Kind::Message(entry) = reader.kind() else { return };
                for value in entries.values() {
                    self.single(value, &entry.map_entry_value_field().kind(), path);
                }
                for key in entries.keys() {
                    self.single(&key.clone().into(), &entry.map_entry_key_field().kind(), path);
                }
            }
            single => self.single(single, &reader.kind(), path),
        }
    }

    fn single(&mut self, value: &Value, reader: &Kind, path: &str) {
        match (value, reader) {
            (Value::Message(value), Kind::Message(reader)) => self.message(value, reader, path),
            (Value::Bytes(value), Kind::String) if std::str::from_utf8(value).is_err() => {
                self.refused.insert(Class::BytesReadAsString);
            }
            (value, reader) if is_cut(value, reader) => {
                self.changed.insert(path.to_owned(), Class::NumberCut);
            }
            (value, Kind::Enum(reader)) if reader.parent_file().syntax() == Syntax::Proto2 => {
                let number = integer(value).and_then(|number| i32::try_from(number).ok());
                if number.is_none_or(|number| reader.get_value(number).is_none()) {
                    self.changed.entry(path.to_owned()).or_insert(Class::ConstantUnknown);
                }
            }
            _ => {}
        }
    }
}

/// The number of a value that is one.
pub(super) fn integer(value: &Value) -> Option<i128> {
    Some(match value {
        Value::Bool(value) => i128::from(*value),
        Value::I32(value) | Value::EnumNumber(value) => i128::from(*value),
        Value::I64(value) => i128::from(*value),
        Value::U32(value) => i128::from(*value),
        Value::U64(value) => i128::from(*value),
        _ => return None,
    })
}

/// Whether a number lies outside the range of a kind.
fn is_cut(value: &Value, reader: &Kind) -> bool {
    let Some(number) = integer(value) else { return false };
    let range = match reader {
        Kind::Bool => 0..=1,
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 | Kind::Enum(_) => i32::MIN.into()..=i32::MAX.into(),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => i64::MIN.into()..=i64::MAX.into(),
        Kind::Uint32 | Kind::Fixed32 => 0..=u32::MAX.into(),
        Kind::Uint64 | Kind::Fixed64 => 0..=u64::MAX.into(),
        _ => return false,
    };
    !range.contains(&number)
}
