//! Values that expressions see.
//!
//! Integers are CEL `int` and unsigned ones `uint`. The conversion that comes with the crate reads every
//! non-negative JSON number as `uint`, after which `message.age + 1` has no overload.

use std::collections::HashMap;
use std::sync::Arc;

use cel::objects::{Key, Map};
use chrono::{DateTime, FixedOffset, TimeDelta};

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
pub struct Value(pub(super) cel::Value);

impl Value {
    /// No value.
    pub fn null() -> Self {
        Self(cel::Value::Null)
    }

    /// Bytes.
    pub fn bytes(bytes: Vec<u8>) -> Self {
        Self(cel::Value::Bytes(Arc::new(bytes)))
    }

    /// A point in time; `None` outside the years 1 to 9999, which CEL cannot hold.
    pub fn timestamp(at: Timestamp) -> Option<Self> {
        const YEAR_1: i64 = -62_135_596_800;
        const YEAR_10000: i64 = 253_402_300_800;
        let time = DateTime::from_timestamp(at.seconds, at.nanos)?;
        let utc: DateTime<FixedOffset> = time.fixed_offset();
        (YEAR_1..YEAR_10000).contains(&at.seconds).then_some(Self(cel::Value::Timestamp(utc)))
    }

    /// A list.
    pub fn list(items: Vec<Self>) -> Self {
        Self(cel::Value::List(Arc::new(items.into_iter().map(|item| item.0).collect())))
    }

    /// A record, message or object; of two members with one name the last counts.
    pub fn map(members: impl IntoIterator<Item = (String, Self)>) -> Self {
        let members = members.into_iter().map(|(name, value)| (Key::String(Arc::new(name)), value.0));
        Self(cel::Value::Map(Map { map: Arc::new(members.collect::<HashMap<_, _>>()) }))
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

    /// Member of a map.
    pub(super) fn get(&self, name: &str) -> Option<Self> {
        match &self.0 {
            cel::Value::Map(map) => map.get(&Key::String(Arc::new(name.to_owned()))).cloned().map(Self),
            _ => None,
        }
    }

    /// Items of a list.
    pub(super) fn items(&self) -> &[cel::Value] {
        match &self.0 {
            cel::Value::List(items) => items,
            _ => &[],
        }
    }

    /// Members of a map, sorted by name so that findings have an order.
    pub(super) fn members(&self) -> Vec<(String, Self)> {
        let cel::Value::Map(map) = &self.0 else { return Vec::new() };
        let named = map.map.iter().filter_map(|(key, value)| match key {
            Key::String(name) => Some((name.to_string(), Self(value.clone()))),
            _ => None,
        });
        let mut members: Vec<_> = named.collect();
        members.sort_by(|(a, _), (b, _)| a.cmp(b));
        members
    }

    /// Whether there is no value.
    pub(super) fn is_null(&self) -> bool {
        matches!(self.0, cel::Value::Null)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self(cel::Value::Bool(value))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self(cel::Value::Int(value))
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self(cel::Value::UInt(value))
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self(cel::Value::Float(value))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self(cel::Value::String(Arc::new(text.to_owned())))
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
            Proto::String(text) => Self(cel::Value::String(Arc::new(text))),
            Proto::Bytes(bytes) => Self::bytes(bytes),
            Proto::Timestamp(seconds, nanos) => {
                Self::timestamp(Timestamp { seconds, nanos }).unwrap_or_else(Self::null)
            }
            Proto::Duration(seconds, nanos) => {
                let duration = TimeDelta::try_seconds(seconds)
                    .and_then(|whole| whole.checked_add(&TimeDelta::nanoseconds(nanos.into())));
                duration.map_or_else(Self::null, |duration| Self(cel::Value::Duration(duration)))
            }
            Proto::List(items) => Self::list(items.into_iter().map(Self::from).collect()),
            Proto::Map(members) => {
                Self::map(members.into_iter().map(|(name, member)| (name, Self::from(member))))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_numbers_become_the_types_that_arithmetic_expects() {
        let value = |text: &str| Value::from_json(&serde_json::from_str(text).expect(text)).0;
        assert_eq!(value("5"), cel::Value::Int(5));
        assert_eq!(value("-5"), cel::Value::Int(-5));
        assert_eq!(value("18446744073709551615"), cel::Value::UInt(u64::MAX));
        assert_eq!(value("1.5"), cel::Value::Float(1.5));
    }

    #[test]
    fn times_outside_the_range_of_cel_are_no_values() {
        assert!(Value::timestamp(Timestamp { seconds: 0, nanos: 0 }).is_some());
        assert!(Value::timestamp(Timestamp { seconds: i64::MAX, nanos: 0 }).is_none());
        assert!(Value::timestamp(Timestamp { seconds: 253_402_300_800, nanos: 0 }).is_none());
    }
}
