//! A payload as a tree of values, for rules that look at it.
//!
//! Validation never builds this; it is made from payloads that were found valid, binary or JSON. Integers
//! keep their 64 bits and say whether they are signed. What has no presence is there with its
//! default; an absent field with presence (`optional`, member of a oneof, message) is absent.

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null` inside `google.protobuf.Value`.
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
    /// A message by the names of its text, `google.protobuf.Struct`, or a map with its keys as text; in the
    /// order of the schema or of the payload, names are unique.
    Map(Vec<(String, Value)>),
}
