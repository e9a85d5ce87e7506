//! The compiled form of a Protobuf schema that payloads are held against.
//!
//! A flat list of messages and enums that name each other by position: recursive types cost nothing, and
//! a lookup is an array access for the field numbers people use. Nothing here knows where it was compiled
//! from. Immutable after [`Table::new`].

use std::collections::HashMap;

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
    /// Whether this message, or a message below it, has a required field.
    pub has_required: bool,
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

/// One enum type.
#[derive(Debug)]
pub(crate) struct Enum {
    /// Full name without leading dot.
    pub name: Box<str>,
    /// Proto2: a number outside the list is an unknown field.
    pub is_closed: bool,
    /// Names with numbers in order of the text; aliases included.
    pub values: Box<[(Box<str>, i32)]>,
    /// All numbers, ascending.
    numbers: Box<[i32]>,
}

// === impl Table ===

impl Table {
    /// Takes the types and computes what the walkers need; `roots` are positions in `messages`.
    pub fn new(messages: Vec<Message>, enums: Vec<Enum>, roots: Vec<u32>) -> Self {
        let by_name = messages.iter().zip(0..).map(|(message, at)| (message.name.clone(), at)).collect();
        let mut table = Self { messages, enums, roots, by_name };
        table.spread_required();
        table
    }

    /// The message of a full name, with or without leading dot.
    pub fn find_message(&self, name: &str) -> Option<u32> {
        self.by_name.get(name.strip_prefix('.').unwrap_or(name)).copied()
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
        Self {
            name: name.into(),
            has_required: fields.iter().any(|field| field.label == Label::Required),
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

    fn find_sparse(&self, number: u32) -> Option<u16> {
        let found = self.sparse.binary_search_by_key(&number, |(known, _)| *known).ok()?;
        Some(self.sparse[found].1)
    }

    /// Whether an `extensions` statement covers the number.
    pub fn is_extension_number(&self, number: u32) -> bool {
        self.extension_ranges.iter().any(|(first, last)| (*first..=*last).contains(&number))
    }
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

// === impl Enum ===

impl Enum {
    /// An enum with its constants in order of the text.
    pub fn new(name: impl Into<Box<str>>, is_closed: bool, values: Vec<(Box<str>, i32)>) -> Self {
        let mut numbers: Vec<i32> = values.iter().map(|(_, number)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        Self { name: name.into(), is_closed, values: values.into(), numbers: numbers.into() }
    }

    /// Whether a constant has this number.
    pub fn has_number(&self, number: i32) -> bool {
        self.numbers.binary_search(&number).is_ok()
    }

    /// The number of a constant.
    pub fn find_number(&self, name: &str) -> Option<i32> {
        self.values.iter().find(|(known, _)| &**known == name).map(|(_, number)| *number)
    }

    /// The first constant with a number.
    pub fn find_name(&self, number: i32) -> Option<&str> {
        self.values.iter().find(|(_, known)| *known == number).map(|(name, _)| &**name)
    }
}
