//! The compiled form of a Protobuf schema that payloads are held against.
//!
//! A flat list of messages and enums that name each other by position: recursive types cost nothing, and
//! a lookup is an array access for the field numbers people use. Nothing here knows where it was compiled
//! from. Immutable after [`Table::new`].

use std::collections::HashMap;

use super::value::Value;

/// Field numbers below this are looked up by position; the rest by binary search.
const DENSE: u32 = 256;

/// Highest field number of the wire format: 29 bits.
pub(crate) const MAX_FIELD_NUMBER: u32 = (1 << 29) - 1;

/// All types that payloads of a schema can hold.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub messages: Vec<Message>,
    pub enums: Vec<Enum>,
    /// Messages of the file's top level, in order of the text (message indexes count these).
    pub roots: Vec<u32>,
    /// Bytes of the longest declared default.
    pub longest_default: usize,
    by_name: HashMap<Box<str>, u32>,
}

/// One message type.
#[derive(Debug)]
pub(crate) struct Message {
    /// Full name without leading dot.
    pub name: Box<str>,
    /// Fields in order of the text, known extensions after them. Numbers and names are unique.
    pub fields: Box<[Field]>,
    /// Nested messages in order of the text, without the entries of `map<…>` fields.
    pub nested: Box<[u32]>,
    /// Ranges declared by `extensions`, both ends included.
    pub extension_ranges: Box<[(u32, u32)]>,
    /// `message_set_wire_format`: items are groups that no field declares.
    pub is_message_set: bool,
    /// Positions of its required fields, ascending.
    pub required: Box<[u16]>,
    /// Whether this message, or a message below it, has a required field.
    pub has_required: bool,
    /// The type whose JSON has a form of its own.
    pub well_known: Option<WellKnown>,
    /// Names in proto3 JSON and in the text with positions, by name.
    json_names: Box<[(Box<str>, u16)]>,
    /// Position in `fields` plus one by number, zero for unknown.
    dense: Box<[u16]>,
    /// Numbers of [`DENSE`] and above with positions, ascending.
    sparse: Box<[(u32, u16)]>,
}

/// One field or extension.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub number: u32,
    pub kind: Kind,
    pub label: Label,
    /// Oneof of the message, by position; synthetic oneofs of proto3 `optional` are not counted.
    pub oneof: Option<u16>,
    /// Strings must be UTF-8 (proto3); otherwise it is only worth a warning.
    pub strict_utf8: bool,
    /// Name in the text; extensions as `[full.name]`.
    pub name: Box<str>,
    /// Name in proto3 JSON.
    pub json_name: Box<str>,
    /// The default that the text declares (proto2).
    pub default: Option<Value>,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Double,
    Float,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Bool,
    String,
    Bytes,
    Enum(u32),
    Message(u32),
    Group(u32),
}

/// How often a field may be present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    /// Proto3 without label: absent and default are the same.
    Implicit,
    /// Presence is known: `optional`, members of a oneof, singular messages.
    Optional,
    Required,
    Repeated,
    /// Repeated entry message, shown by its key. The message has fields 1 and 2.
    Map,
}

/// Messages with a JSON form of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WellKnown {
    Any,
    Duration,
    FieldMask,
    ListValue,
    Struct,
    Timestamp,
    Value,
    /// `BoolValue` to `UInt64Value`: the bare value.
    Wrapper,
}

/// One enum type.
#[derive(Debug)]
pub(crate) struct Enum {
    /// Full name without leading dot.
    pub name: Box<str>,
    /// Proto2: a number outside the list is an unknown field.
    pub is_closed: bool,
    /// Names with numbers in order of the text; aliases included.
    pub values: Box<[(Box<str>, i32)]>,
    /// Positions in `values` by name.
    by_name: Box<[u32]>,
    /// All numbers, ascending, each with the position of its first constant.
    by_number: Box<[(i32, u32)]>,
}

// === impl Table ===

impl Table {
    /// Takes the types and computes what the walkers need; `roots` are positions in `messages`.
    pub fn new(messages: Vec<Message>, enums: Vec<Enum>, roots: Vec<u32>) -> Self {
        let by_name = messages.iter().zip(0..).map(|(message, at)| (message.name.clone(), at)).collect();
        let defaults = messages.iter().flat_map(|message: &Message| &message.fields);
        let longest_default = defaults.map(|field| match &field.default {
            Some(Value::String(text)) => text.len(),
            Some(Value::Bytes(bytes)) => bytes.len(),
            _ => 0,
        });
        let longest_default = longest_default.max().unwrap_or(0);
        let mut table = Self { messages, enums, roots, longest_default, by_name };
        table.spread_required();
        table
    }

    /// The message of a full name, with or without leading dot.
    pub fn find_message(&self, name: &str) -> Option<u32> {
        self.by_name.get(name.strip_prefix('.').unwrap_or(name)).copied()
    }

    /// The message of the file itself, at its top, that has this name in its package.
    pub fn find_simple_name(&self, name: &str) -> Option<u32> {
        let simple = |id: &&u32| {
            let full = &self.messages[**id as usize].name;
            full.rsplit('.').next() == Some(name)
        };
        self.roots.iter().find(simple).copied()
    }

    /// Kinds of key and value of a map's entry message.
    pub fn entry(&self, entry: Kind) -> Option<(Kind, Kind)> {
        let entry = &self.messages[entry.message()? as usize];
        let kind = |number| entry.find_field(number).map(|at| entry.fields[usize::from(at)].kind);
        Some((kind(1)?, kind(2)?))
    }

    /// The value of a scalar field that is not set and declares no default.
    pub fn zero(&self, kind: Kind) -> Value {
        match kind {
            Kind::Bool => Value::Bool(false),
            Kind::String => Value::String(String::new()),
            Kind::Bytes => Value::Bytes(Vec::new()),
            Kind::Double | Kind::Float => Value::Double(0.0),
            Kind::Uint32 | Kind::Uint64 | Kind::Fixed32 | Kind::Fixed64 => Value::Uint(0),
            // The first constant, which proto2 need not number 0.
            Kind::Enum(id) => {
                let first = self.enums[id as usize].values.first();
                Value::Int(first.map_or(0, |(_, number)| (*number).into()))
            }
            _ => Value::Int(0),
        }
    }

    /// Marks every message from which a required field can be reached: each round follows one more edge
    /// backwards, and every message is marked at most once.
    fn spread_required(&mut self) {
        let mut users: Vec<Vec<u32>> = vec![Vec::new(); self.messages.len()];
        for (message, at) in self.messages.iter().zip(0u32..) {
            for field in &message.fields {
                if let Kind::Message(target) | Kind::Group(target) = field.kind {
                    users[target as usize].push(at);
                }
            }
        }
        let mut pending: Vec<u32> =
            (0..).zip(&self.messages).filter(|(_, m)| m.has_required).map(|(at, _)| at).collect();
        while let Some(at) = pending.pop() {
            for &user in &users[at as usize] {
                let message = &mut self.messages[user as usize];
                if !message.has_required {
                    message.has_required = true;
                    pending.push(user);
                }
            }
        }
    }
}

// === impl Message ===

impl Message {
    /// A message with these fields; the other properties are empty and may be set.
    pub fn new(name: impl Into<Box<str>>, fields: Vec<Field>) -> Self {
        let highest = fields.iter().map(|field| field.number).filter(|n| *n < DENSE).max();
        let mut dense = vec![0u16; highest.map_or(0, |number| number as usize + 1)];
        let mut sparse = Vec::new();
        for (field, at) in fields.iter().zip(0u16..) {
            match dense.get_mut(field.number as usize) {
                Some(slot) => *slot = at + 1,
                None => sparse.push((field.number, at)),
            }
        }
        sparse.sort_unstable();
        let name = name.into();
        let is_required = |(field, _): &(&Field, u16)| field.label == Label::Required;
        let required =
            fields.iter().zip(0u16..).filter(is_required).map(|(_, at)| at).collect::<Box<[u16]>>();
        Self {
            well_known: WellKnown::of(&name),
            json_names: json_names(&fields),
            name,
            has_required: !required.is_empty(),
            required,
            fields: fields.into(),
            nested: Box::default(),
            extension_ranges: Box::default(),
            is_message_set: false,
            dense: dense.into(),
            sparse: sparse.into(),
        }
    }

    /// Position of the field with a number.
    #[inline]
    pub fn find_field(&self, number: u32) -> Option<u16> {
        match self.dense.get(number as usize) {
            Some(0) => None,
            Some(at) => Some(at - 1),
            None => self.find_sparse(number),
        }
    }

    /// The field of a name. Linear: used where a person wrote the name.
    pub fn find_by_name(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| &*field.name == name)
    }

    /// The field with this name in the text. Fast unless another field has it as its name in JSON.
    pub fn find_text(&self, name: &str) -> Option<&Field> {
        let found = self.find_json(name).map(|at| &self.fields[usize::from(at)]);
        found.filter(|field| &*field.name == name).or_else(|| found.and_then(|_| self.find_by_name(name)))
    }

    /// Position of the field with a name in JSON: `jsonName`, the name in the text, `[extension]`.
    pub fn find_json(&self, name: &str) -> Option<u16> {
        let found = self.json_names.binary_search_by_key(&name, |(known, _)| known).ok()?;
        Some(self.json_names[found].1)
    }

    fn find_sparse(&self, number: u32) -> Option<u16> {
        let found = self.sparse.binary_search_by_key(&number, |(known, _)| *known).ok()?;
        Some(self.sparse[found].1)
    }

    /// Whether an `extensions` statement covers the number.
    pub fn is_extension_number(&self, number: u32) -> bool {
        self.extension_ranges.iter().any(|(first, last)| (*first..=*last).contains(&number))
    }
}

/// All names by which JSON may call the fields; a JSON name wins over a name in the text.
fn json_names(fields: &[Field]) -> Box<[(Box<str>, u16)]> {
    let first = fields.iter().zip(0u16..).map(|(field, at)| (field.json_name.clone(), at));
    let second = fields.iter().zip(0u16..).map(|(field, at)| (field.name.clone(), at));
    let mut names: Vec<_> = first.chain(second).collect();
    // Stable: of equal names the first stays.
    names.sort_by(|(a, _), (b, _)| a.cmp(b));
    names.dedup_by(|(later, _), (earlier, _)| later == earlier);
    names.into()
}

// === impl Field ===

impl Field {
    /// Whether several occurrences are several values.
    pub fn is_repeated(&self) -> bool {
        matches!(self.label, Label::Repeated | Label::Map)
    }
}

// === impl Kind ===

impl Kind {
    /// The wire type of one value.
    pub fn wire_type(self) -> u8 {
        match self {
            Self::Int32
            | Self::Int64
            | Self::Uint32
            | Self::Uint64
            | Self::Sint32
            | Self::Sint64
            | Self::Bool
            | Self::Enum(_) => 0,
            Self::Double | Self::Fixed64 | Self::Sfixed64 => 1,
            Self::String | Self::Bytes | Self::Message(_) => 2,
            Self::Group(_) => 3,
            Self::Float | Self::Fixed32 | Self::Sfixed32 => 5,
        }
    }

    /// Whether repeated values may stand packed in one length-delimited field.
    pub fn is_packable(self) -> bool {
        matches!(self.wire_type(), 0 | 1 | 5)
    }

    /// The message of a message or group.
    pub fn message(self) -> Option<u32> {
        match self {
            Self::Message(message) | Self::Group(message) => Some(message),
            _ => None,
        }
    }

    /// The word of the language, for findings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Double => "double",
            Self::Float => "float",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
            Self::Sint32 => "sint32",
            Self::Sint64 => "sint64",
            Self::Fixed32 => "fixed32",
            Self::Fixed64 => "fixed64",
            Self::Sfixed32 => "sfixed32",
            Self::Sfixed64 => "sfixed64",
            Self::Bool => "bool",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Enum(_) => "enum",
            Self::Message(_) => "message",
            Self::Group(_) => "group",
        }
    }
}

// === impl WellKnown ===

impl WellKnown {
    /// The well-known type of a full name.
    fn of(name: &str) -> Option<Self> {
        Some(match name.strip_prefix("google.protobuf.")? {
            "Any" => Self::Any,
            "Duration" => Self::Duration,
            "FieldMask" => Self::FieldMask,
            "ListValue" => Self::ListValue,
            "Struct" => Self::Struct,
            "Timestamp" => Self::Timestamp,
            "Value" => Self::Value,
            "BoolValue" | "BytesValue" | "DoubleValue" | "FloatValue" | "Int32Value" | "Int64Value"
            | "StringValue" | "UInt32Value" | "UInt64Value" => Self::Wrapper,
            _ => return None,
        })
    }
}

// === impl Enum ===

impl Enum {
    /// An enum with its constants in order of the text.
    pub fn new(name: impl Into<Box<str>>, is_closed: bool, values: Vec<(Box<str>, i32)>) -> Self {
        let mut by_name: Vec<u32> = values.iter().zip(0..).map(|(_, at)| at).collect();
        by_name.sort_by_key(|at| &*values[*at as usize].0);
        let mut by_number: Vec<(i32, u32)> =
            values.iter().zip(0..).map(|((_, number), at)| (*number, at)).collect();
        by_number.sort_unstable();
        by_number.dedup_by_key(|(number, _)| *number);
        Self {
            name: name.into(),
            is_closed,
            values: values.into(),
            by_name: by_name.into(),
            by_number: by_number.into(),
        }
    }

    /// Whether JSON writes it as `null`.
    pub fn is_null_value(&self) -> bool {
        &*self.name == "google.protobuf.NullValue"
    }

    /// Whether a constant has this number.
    pub fn has_number(&self, number: i32) -> bool {
        self.find_position(number).is_some()
    }

    /// The number of a constant.
    pub fn find_number(&self, name: &str) -> Option<i32> {
        let name_at = |at: &u32| &*self.values[*at as usize].0;
        let found = self.by_name.binary_search_by_key(&name, name_at).ok()?;
        Some(self.values[self.by_name[found] as usize].1)
    }

    /// The first constant with a number.
    pub fn find_name(&self, number: i32) -> Option<&str> {
        self.find_position(number).map(|at| &*self.values[at].0)
    }

    fn find_position(&self, number: i32) -> Option<usize> {
        let found = self.by_number.binary_search_by_key(&number, |(known, _)| *known).ok()?;
        Some(self.by_number[found].1 as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::Enum;

    #[test]
    fn of_constants_with_one_number_the_first_is_its_name() {
        let values = [("NEW", 0), ("OPEN", 2), ("DONE", 1), ("RUNNING", 2), ("BELOW", -1)];
        let values = values.map(|(name, number)| (name.into(), number)).to_vec();
        let status = Enum::new("Status", true, values);
        let numbers =
            ["BELOW", "NEW", "DONE", "OPEN", "RUNNING", "GONE", ""].map(|name| status.find_number(name));
        assert_eq!(numbers, [Some(-1), Some(0), Some(1), Some(2), Some(2), None, None]);
        assert_eq!(
            [-1, 0, 1, 2, 3].map(|number| status.find_name(number)),
            [Some("BELOW"), Some("NEW"), Some("DONE"), Some("OPEN"), None]
        );
        assert_eq!([-2, 2].map(|number| status.has_number(number)), [false, true]);
    }

    /// Looked for one by one these would be compared some ten thousand million times.
    #[test]
    fn constants_are_found_among_many() {
        let many = 0..200_000;
        let large = Enum::new(
            "Large",
            false,
            many.clone().map(|number| (format!("CONSTANT_{number}").into(), number)).collect(),
        );
        assert!(many.clone().all(|number| large.find_number(&format!("CONSTANT_{number}")) == Some(number)));
        assert!(many.clone().all(|number| large.find_name(number).is_some()));
    }
}
