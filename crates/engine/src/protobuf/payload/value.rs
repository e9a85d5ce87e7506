//! A payload as a tree of values, for rules that look at it.
//!
//! Validation never builds this; it is made from payloads that were found valid, binary or JSON. Integers
//! keep their 64 bits and say whether they are signed. A message holds the fields that are set and knows its type,
//! which says what the others are: the language definition of CEL tells a field that is not set from one that
//! holds its default only by `has`.

use std::sync::Arc;

use super::table::{self, Field, Kind, Label, Table, WellKnown};

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null` inside `google.protobuf.Value`; a wrapper that is not set.
    Null,
    /// `bool`
    Bool(bool),
    /// Signed integers of all widths; enums by number.
    Int(i64),
    /// Unsigned integers of all widths.
    Uint(u64),
    /// `float` and `double`.
    Double(f64),
    /// `string`
    String(String),
    /// `bytes`
    Bytes(Vec<u8>),
    /// `google.protobuf.Timestamp`: seconds since 1970, nanoseconds.
    Timestamp(i64, u32),
    /// `google.protobuf.Duration`: seconds and nanoseconds, of one sign.
    Duration(i64, i32),
    /// A repeated field, `google.protobuf.ListValue`.
    List(Vec<Value>),
    /// A map, `google.protobuf.Struct`; in the order of the payload, keys are unique and of one type.
    Map(Vec<(MapKey, Value)>),
    /// Any other message.
    Message(Message),
}

/// A key of a map.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MapKey {
    /// `bool`
    Bool(bool),
    /// Signed integers of all widths.
    Int(i64),
    /// Unsigned integers of all widths.
    Uint(u64),
    /// `string`
    String(String),
}

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its type.
    pub kind: MessageType,
    /// The fields that are set, by the names of the text and in its order. A field without presence is set when it
    /// does not hold its default, a repeated one when it is not empty.
    pub set: Vec<(String, Value)>,
}

/// The type of a message. A clone shares it.
#[derive(Clone)]
pub struct MessageType {
    table: Arc<Table>,
    id: u32,
}

impl MessageType {
    pub(super) fn new(table: &Arc<Table>, id: u32) -> Self {
        Self { table: Arc::clone(table), id }
    }

    fn message(&self) -> &table::Message {
        &self.table.messages[self.id as usize]
    }

    /// Full name without leading dot.
    pub fn name(&self) -> &str {
        &self.message().name
    }

    /// Bytes of the longest default that a message of the schema declares.
    pub fn longest_default(&self) -> usize {
        self.table.longest_default
    }

    /// Whether the type has a field of this name.
    pub fn has_field(&self, name: &str) -> bool {
        self.message().find_text(name).is_some()
    }

    /// What a field that is not set selects: an empty list or map, the declared default or that of its type, an empty
    /// message; `null` for a wrapper. `None` when there is no such field.
    pub fn find_default(&self, name: &str) -> Option<Value> {
        self.message().find_text(name).map(|field| self.default(field))
    }

    /// The same for fields whose absence does not show; `None` for others.
    pub fn find_implicit(&self, name: &str) -> Option<Value> {
        let field = self.message().find_text(name)?;
        let shows = matches!(field.label, Label::Optional | Label::Required);
        (!shows).then(|| self.default(field))
    }

    fn default(&self, field: &Field) -> Value {
        match (field.label, field.kind, &field.default) {
            (Label::Repeated, ..) => Value::List(Vec::new()),
            (Label::Map, ..) => Value::Map(Vec::new()),
            (_, _, Some(declared)) => declared.clone(),
            (_, Kind::Message(id) | Kind::Group(id), None) => self.empty(id),
            (_, kind, None) => self.table.zero(kind),
        }
    }

    fn empty(&self, id: u32) -> Value {
        match self.table.messages[id as usize].well_known {
            Some(WellKnown::Timestamp) => Value::Timestamp(0, 0),
            Some(WellKnown::Duration) => Value::Duration(0, 0),
            Some(WellKnown::Struct) => Value::Map(Vec::new()),
            Some(WellKnown::ListValue) => Value::List(Vec::new()),
            Some(WellKnown::Wrapper | WellKnown::Value) => Value::Null,
            Some(WellKnown::Any | WellKnown::FieldMask) | None => {
                Value::Message(Message { kind: Self::new(&self.table, id), set: Vec::new() })
            }
        }
    }
}

/// By name: two validators of one schema have a type each.
impl PartialEq for MessageType {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl std::fmt::Debug for MessageType {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

impl From<String> for MapKey {
    fn from(key: String) -> Self {
        Self::String(key)
    }
}
