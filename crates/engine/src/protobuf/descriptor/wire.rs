//! Messages of `descriptor.proto` as bytes: a writer, and a view of the fields of one message.
//!
//! Descriptors are read and written on the wire and not through generated types, because those drop what
//! they do not know, and custom options are exactly that.

use crate::SchemaError;
use crate::protobuf::payload::wire::{Fault, Reader, WireType};

/// Nesting of a descriptor that is read; runtimes stop there too.
pub(super) const MAX_DEPTH: usize = 100;

/// A message being written.
#[derive(Default)]
pub(super) struct Out(pub Vec<u8>);

impl Out {
    pub fn varint(&mut self, number: u32, value: u64) {
        self.tag(number, 0);
        self.raw_varint(value);
    }

    /// Writes an `int32`; negative ones take ten bytes.
    pub fn int(&mut self, number: u32, value: i32) {
        self.varint(number, i64::from(value) as u64);
    }

    pub fn bool(&mut self, number: u32, value: bool) {
        self.varint(number, u64::from(value));
    }

    pub fn fixed32(&mut self, number: u32, value: [u8; 4]) {
        self.tag(number, 5);
        self.0.extend(value);
    }

    pub fn fixed64(&mut self, number: u32, value: [u8; 8]) {
        self.tag(number, 1);
        self.0.extend(value);
    }

    pub fn bytes(&mut self, number: u32, value: &[u8]) {
        self.tag(number, 2);
        self.raw_varint(value.len() as u64);
        self.0.extend(value);
    }

    pub fn string(&mut self, number: u32, value: &str) {
        self.bytes(number, value.as_bytes());
    }

    pub fn message(&mut self, number: u32, value: &Self) {
        self.bytes(number, &value.0);
    }

    /// Writes a message, unless it is empty.
    pub fn options(&mut self, number: u32, value: &Self) {
        if !value.0.is_empty() {
            self.message(number, value);
        }
    }

    pub fn group(&mut self, number: u32, value: &Self) {
        self.tag(number, 3);
        self.0.extend(&value.0);
        self.tag(number, 4);
    }

    pub fn raw_varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn tag(&mut self, number: u32, wire_type: u8) {
        self.raw_varint(u64::from(number) << 3 | u64::from(wire_type));
    }
}

/// The fields of one message in order of the bytes.
pub(super) struct Fields<'a>(Vec<(u32, Raw<'a>)>);

/// A value by its wire type; nothing is known of its kind.
#[derive(Clone, Copy)]
pub(super) enum Raw<'a> {
    Varint(u64),
    Fixed32([u8; 4]),
    Fixed64([u8; 8]),
    Len(&'a [u8]),
    /// The bytes of a group with its closing tag.
    Group(&'a [u8]),
}

impl<'a> Fields<'a> {
    /// Splits a message into its fields.
    pub fn read(bytes: &'a [u8]) -> Result<Self, SchemaError> {
        let mut reader = Reader { bytes, at: 0 };
        let mut fields = Vec::new();
        while !reader.is_at_end() {
            fields.push(field(&mut reader).map_err(damaged)?);
        }
        Ok(Self(fields))
    }

    /// Splits the bytes of a [`Raw::Group`], whose closing tag was found before.
    pub fn read_group(bytes: &'a [u8]) -> Result<Self, SchemaError> {
        let mut reader = Reader { bytes, at: 0 };
        let mut fields = Vec::new();
        loop {
            match field(&mut reader) {
                Ok(found) => fields.push(found),
                Err(Fault::Group) => return Ok(Self(fields)),
                Err(fault) => return Err(damaged(fault)),
            }
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (u32, Raw<'a>)> {
        self.0.iter().copied()
    }

    /// All values of a length-delimited field.
    pub fn all(&self, number: u32) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().filter_map(move |(known, value)| match value {
            Raw::Len(bytes) if *known == number => Some(*bytes),
            _ => None,
        })
    }

    /// All values of a repeated text field.
    pub fn strings(&self, number: u32) -> Result<Vec<String>, SchemaError> {
        self.all(number).map(text).collect()
    }

    /// The text of a field; the last one counts.
    pub fn string(&self, number: u32) -> Result<Option<String>, SchemaError> {
        self.all(number).last().map(text).transpose()
    }

    /// The name of an element. An identifier: anything else would be read as something else in the text.
    pub fn name(&self, number: u32) -> Result<String, SchemaError> {
        self.string(number)?.filter(|name| is_identifier(name)).ok_or_else(no_name)
    }

    /// The full name of a type, with or without leading dot, or of an option.
    pub fn full_name(&self, number: u32) -> Result<String, SchemaError> {
        let is_full = |name: &String| name.strip_prefix('.').unwrap_or(name).split('.').all(is_identifier);
        self.string(number)?.filter(is_full).ok_or_else(no_name)
    }

    /// The bytes of an options message; several parts are one message.
    pub fn merged(&self, number: u32) -> Vec<u8> {
        self.all(number).flatten().copied().collect()
    }

    /// The value of an integer field; the last one counts.
    pub fn int(&self, number: u32) -> Option<i32> {
        self.0.iter().rev().find_map(|(known, value)| match value {
            Raw::Varint(value) if *known == number => Some(*value as i32),
            _ => None,
        })
    }

    /// All values of a repeated integer field, packed or not.
    pub fn ints(&self, number: u32) -> Vec<i32> {
        let mut found = Vec::new();
        for (known, value) in &self.0 {
            match value {
                Raw::Varint(value) if *known == number => found.push(*value as i32),
                Raw::Len(bytes) if *known == number => {
                    let mut packed = Reader { bytes, at: 0 };
                    while let Ok(value) = packed.varint() {
                        found.push(value as i32);
                    }
                }
                _ => {}
            }
        }
        found
    }

    pub fn bool(&self, number: u32) -> bool {
        self.int(number).is_some_and(|value| value != 0)
    }
}

fn field<'a>(reader: &mut Reader<'a>) -> Result<(u32, Raw<'a>), Fault> {
    let (number, wire_type) = reader.tag()?;
    let value = match wire_type {
        WireType::Varint => Raw::Varint(reader.varint()?),
        WireType::Fixed32 => Raw::Fixed32(reader.fixed().ok_or(Fault::Truncated)?),
        WireType::Fixed64 => Raw::Fixed64(reader.fixed().ok_or(Fault::Truncated)?),
        WireType::Len => Raw::Len(reader.delimited()?.rest()),
        WireType::StartGroup => {
            let start = reader.at;
            reader.skip(number, wire_type, MAX_DEPTH)?;
            Raw::Group(&reader.bytes[start..reader.at])
        }
        WireType::EndGroup => return Err(Fault::Group),
    };
    Ok((number, value))
}

fn text(bytes: &[u8]) -> Result<String, SchemaError> {
    String::from_utf8(bytes.to_vec())
        .map_err(|_| SchemaError::invalid("a descriptor has text that is not UTF-8"))
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn no_name() -> SchemaError {
    SchemaError::invalid("a descriptor has an element without a name")
}

fn damaged(fault: Fault) -> SchemaError {
    SchemaError::invalid(format!("the bytes are not a serialized descriptor ({fault:?})"))
}
