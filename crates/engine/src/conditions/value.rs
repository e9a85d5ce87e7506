//! Values that conditions look at: a payload as a tree that knows what its schema says of it.
//!
//! Integers are CEL `int` and unsigned ones `uint`: a conversion that reads every non-negative JSON number as
//! `uint` leaves `message.age + 1` without an overload. A value of an Avro union knows its branch, and a Protobuf
//! message its type: what rules apply, and what an unset field is, cannot be told from the bare value.
//! Parts are shared, so a clone is cheap. `bind` shows the values to expressions.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, TimeDelta};

use crate::protobuf::MessageType;

/// A point in time, given by the caller: the engine has no clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// Nanoseconds of the second, below one thousand million.
    pub nanos: u32,
}

/// One value of a payload.
#[derive(Clone, Debug)]
pub struct Value {
    pub(super) data: Data,
    /// The branch of the Avro union that it is a value of.
    branch: Option<u32>,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Data {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    String(Arc<String>),
    Bytes(Arc<Vec<u8>>),
    Timestamp(DateTime<FixedOffset>),
    Duration(TimeDelta),
    List(Arc<Vec<Value>>),
    /// A record, an object, or a map with texts as keys.
    Object(Arc<BTreeMap<String, Value>>),
    /// A map of Protobuf with other keys.
    Keyed(Arc<BTreeMap<Key, Value>>),
    Message(Arc<Message>),
}

/// A key that is no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Bool(bool),
    Int(i64),
    Uint(u64),
}

/// A Protobuf message: the fields that are set.
#[derive(Debug)]
pub(super) struct Message {
    pub kind: MessageType,
    pub set: BTreeMap<String, Value>,
}

impl Value {
    /// No value.
    pub fn null() -> Self {
        Data::Null.into()
    }

    /// Bytes.
    pub fn bytes(bytes: Vec<u8>) -> Self {
        Data::Bytes(Arc::new(bytes)).into()
    }

    /// A point in time; `None` outside the years 1 to 9999, which CEL cannot hold.
    pub fn timestamp(at: Timestamp) -> Option<Self> {
        const YEAR_1: i64 = -62_135_596_800;
        const YEAR_10000: i64 = 253_402_300_800;
        let time = DateTime::from_timestamp(at.seconds, at.nanos)?;
        let utc: DateTime<FixedOffset> = time.fixed_offset();
        (YEAR_1..YEAR_10000).contains(&at.seconds).then(|| Data::Timestamp(utc).into())
    }

    /// A list.
    pub fn list(items: Vec<Self>) -> Self {
        Data::List(Arc::new(items)).into()
    }

    /// A record, an object, or a map with texts as keys; of two members with one name the last counts.
    pub fn map(members: impl IntoIterator<Item = (String, Self)>) -> Self {
        Data::Object(Arc::new(members.into_iter().collect())).into()
    }

    /// The same value as one of this branch of an Avro union.
    #[must_use]
    pub fn of_branch(self, branch: usize) -> Self {
        Self { branch: u32::try_from(branch).ok(), ..self }
    }

    /// The branch of the Avro union that it is a value of.
    pub(super) fn branch(&self) -> Option<usize> {
        self.branch.map(|branch| branch as usize)
    }

    /// A JSON value. Integers beyond 63 bits are `uint`, other numbers `double`.
    /// As deep as the value, which its parser bounds.
    pub fn from_json(json: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Self::null(),
            Json::Bool(value) => Self::from(*value),
            Json::Number(number) => number
                .as_i64()
                .map(Self::from)
                .or_else(|| number.as_u64().map(Self::from))
                // The text of a number always reads as a double; beyond its range as an infinity.
                .unwrap_or_else(|| Self::from(number.to_string().parse().unwrap_or(f64::NAN))),
            Json::String(text) => Self::from(text.as_str()),
            Json::Array(items) => Self::list(items.iter().map(Self::from_json).collect()),
            Json::Object(members) => {
                Self::map(members.iter().map(|(name, member)| (name.clone(), Self::from_json(member))))
            }
        }
    }

    /// Field of a record or message, member of an object. An unset field of a message is there with its default
    /// unless its absence shows.
    pub(super) fn get(&self, name: &str) -> Option<Cow<'_, Self>> {
        match &self.data {
            Data::Object(members) => members.get(name).map(Cow::Borrowed),
            Data::Message(message) => match message.set.get(name) {
                Some(value) => Some(Cow::Borrowed(value)),
                None => message.kind.find_implicit(name).map(Self::from).map(Cow::Owned),
            },
            _ => None,
        }
    }

    /// Full name of its type, when it is a Protobuf message.
    pub(super) fn message_name(&self) -> Option<&str> {
        match &self.data {
            Data::Message(message) => Some(message.kind.name()),
            _ => None,
        }
    }

    /// Items of a list.
    pub(super) fn items(&self) -> &[Self] {
        match &self.data {
            Data::List(items) => items,
            _ => &[],
        }
    }

    /// Entries of a map or object in order of their keys, with the keys as text.
    pub(super) fn members(&self) -> Vec<(Cow<'_, str>, &Self)> {
        match &self.data {
            Data::Object(members) => {
                members.iter().map(|(name, member)| (Cow::Borrowed(name.as_str()), member)).collect()
            }
            Data::Keyed(entries) => {
                entries.iter().map(|(key, member)| (Cow::Owned(key.to_string()), member)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether there is no value.
    pub(super) fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bool(key) => key.fmt(formatter),
            Self::Int(key) => key.fmt(formatter),
            Self::Uint(key) => key.fmt(formatter),
        }
    }
}

impl From<Data> for Value {
    fn from(data: Data) -> Self {
        Self { data, branch: None }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Data::Bool(value).into()
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Data::Int(value).into()
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Data::Uint(value).into()
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Data::Double(value).into()
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Data::String(Arc::new(text.to_owned())).into()
    }
}

impl From<crate::protobuf::Value> for Value {
    /// A duration beyond CEL's range and a time outside its years are no values (`null`).
    fn from(value: crate::protobuf::Value) -> Self {
        use crate::protobuf::Value as Proto;
        match value {
            Proto::Null => Self::null(),
            Proto::Bool(value) => Self::from(value),
            Proto::Int(value) => Self::from(value),
            Proto::Uint(value) => Self::from(value),
            Proto::Double(value) => Self::from(value),
            Proto::String(text) => Data::String(Arc::new(text)).into(),
            Proto::Bytes(bytes) => Self::bytes(bytes),
            Proto::Timestamp(seconds, nanos) => {
                Self::timestamp(Timestamp { seconds, nanos }).unwrap_or_else(Self::null)
            }
            Proto::Duration(seconds, nanos) => {
                let duration = TimeDelta::try_seconds(seconds)
                    .and_then(|whole| whole.checked_add(&TimeDelta::nanoseconds(nanos.into())));
                duration.map_or_else(Self::null, |duration| Data::Duration(duration).into())
            }
            Proto::List(items) => Self::list(items.into_iter().map(Self::from).collect()),
            Proto::Map(entries) => of_entries(entries),
            Proto::Message(message) => {
                let set = message.set.into_iter().map(|(name, field)| (name, Self::from(field))).collect();
                Data::Message(Arc::new(Message { kind: message.kind, set })).into()
            }
        }
    }
}

/// A map of Protobuf: all of its keys are of one type.
fn of_entries(entries: Vec<(crate::protobuf::MapKey, crate::protobuf::Value)>) -> Value {
    use crate::protobuf::MapKey;
    let (mut named, mut keyed) = (BTreeMap::new(), BTreeMap::new());
    for (key, value) in entries {
        let value = Value::from(value);
        let key = match key {
            MapKey::String(name) => {
                named.insert(name, value);
                continue;
            }
            MapKey::Bool(key) => Key::Bool(key),
            MapKey::Int(key) => Key::Int(key),
            MapKey::Uint(key) => Key::Uint(key),
        };
        keyed.insert(key, value);
    }
    if keyed.is_empty() { Data::Object(Arc::new(named)).into() } else { Data::Keyed(Arc::new(keyed)).into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_numbers_become_the_types_that_arithmetic_expects() {
        let value = |text: &str| Value::from_json(&serde_json::from_str(text).expect(text)).data;
        assert!(matches!(value("5"), Data::Int(5)));
        assert!(matches!(value("-5"), Data::Int(-5)));
        assert!(matches!(value("18446744073709551615"), Data::Uint(u64::MAX)));
        assert!(matches!(value("1.5"), Data::Double(1.5)));
    }

    #[test]
    fn times_outside_the_range_of_cel_are_no_values() {
        assert!(Value::timestamp(Timestamp { seconds: 0, nanos: 0 }).is_some());
        assert!(Value::timestamp(Timestamp { seconds: i64::MAX, nanos: 0 }).is_none());
        assert!(Value::timestamp(Timestamp { seconds: 253_402_300_800, nanos: 0 }).is_none());
    }
}
