//! Options between literals and the bytes of the options messages.
//!
//! Writing interprets an option by the field it names: a field of the options message, or a known extension
//! of it. What cannot be interpreted (an option nobody defines, a value of another kind) is kept as
//! `uninterpreted_option`, where `protoc`'s own parser leaves what it does not know; nothing is lost and
//! runtimes load it. Reading turns known fields and uninterpreted options into literals again; bytes of
//! unknown extensions have no name and are left out.

use super::text::{bytes_to_text, parse_float, parse_integer, text_to_bytes, text_to_string};
use super::wire::{Fields, MAX_DEPTH, Out, Raw};
use crate::SchemaError;
use crate::protobuf::ast::{OptionNode, OptionValue, Span};
use crate::protobuf::payload::wire::{Reader, unzigzag};
use crate::protobuf::payload::{Field, Kind, Label, Table};

/// `uninterpreted_option` of every options message.
const UNINTERPRETED: u32 = 999;

/// The option of messages that are sets of extensions.
pub(super) const MESSAGE_SET: &str = "message_set_wire_format";

/// The element that has options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OptionsOf {
    File,
    Message,
    Field,
    Oneof,
    Enum,
    EnumValue,
    ExtensionRange,
    Service,
    Method,
}

impl OptionsOf {
    /// The options message.
    pub fn message(self) -> &'static str {
        match self {
            Self::File => "google.protobuf.FileOptions",
            Self::Message => "google.protobuf.MessageOptions",
            Self::Field => "google.protobuf.FieldOptions",
            Self::Oneof => "google.protobuf.OneofOptions",
            Self::Enum => "google.protobuf.EnumOptions",
            Self::EnumValue => "google.protobuf.EnumValueOptions",
            Self::ExtensionRange => "google.protobuf.ExtensionRangeOptions",
            Self::Service => "google.protobuf.ServiceOptions",
            Self::Method => "google.protobuf.MethodOptions",
        }
    }
}

/// How much of the options is written.
pub(super) trait OptionsWriter {
    /// The bytes of an options message; `scope` is where its custom options are looked up from.
    fn write(&self, of: OptionsOf, scope: &str, options: &[OptionNode]) -> Result<Out, SchemaError>;
}

/// Only what changes the meaning of payloads.
pub(super) struct Structural;

impl OptionsWriter for Structural {
    fn write(&self, of: OptionsOf, _scope: &str, options: &[OptionNode]) -> Result<Out, SchemaError> {
        let mut out = Out::default();
        let flags = [(MESSAGE_SET, 1), ("map_entry", 7)];
        for (name, number) in flags.into_iter().filter(|_| of == OptionsOf::Message) {
            if is_set(options, name) {
                out.bool(number, true);
            }
        }
        Ok(out)
    }
}

/// Whether a flag is true.
pub(super) fn is_set(options: &[OptionNode], name: &str) -> bool {
    let named = |option: &&OptionNode| !option.parenthesized && option.name == name;
    let value = options.iter().rfind(named).map(|option| &option.value);
    matches!(value, Some(OptionValue::Bool(value)) if value == "true")
}

/// Everything, interpreted by a table that knows the options messages and their extensions.
pub(super) struct Complete<'a> {
    pub table: &'a Table,
    /// Whether an option that cannot be interpreted is an error.
    pub strict: bool,
}

impl OptionsWriter for Complete<'_> {
    fn write(&self, of: OptionsOf, scope: &str, options: &[OptionNode]) -> Result<Out, SchemaError> {
        let mut out = Out::default();
        let message = self.table.find_message(of.message());
        for option in options {
            let mut one = Out::default();
            match message.and_then(|message| self.option(&mut one, message, scope, option)) {
                Some(()) => out.0.extend(one.0),
                None if self.strict => {
                    return Err(SchemaError::Invalid {
                        message: format!("Could not interpret option: {}", option.name),
                        offset: option.span.is_known().then_some(option.span.start),
                    });
                }
                None => uninterpreted(&mut out, option),
            }
        }
        Ok(out)
    }
}

impl Complete<'_> {
    fn option(&self, out: &mut Out, message: u32, scope: &str, option: &OptionNode) -> Option<()> {
        let field = if option.parenthesized {
            self.extension(message, scope, &option.name)?
        } else {
            self.table.messages[message as usize].find_by_name(&option.name)?
        };
        self.value(out, field, scope, &option.value)
    }

    /// The extension that a written name means; searched like a type.
    fn extension(&self, message: u32, scope: &str, name: &str) -> Option<&Field> {
        let message = &self.table.messages[message as usize];
        if let Some(full_name) = name.strip_prefix('.') {
            return message.find_by_name(&format!("[{full_name}]"));
        }
        let mut prefix = scope;
        while !prefix.is_empty() {
            if let Some(found) = message.find_by_name(&format!("[{prefix}.{name}]")) {
                return Some(found);
            }
            prefix = prefix.rfind('.').map_or("", |dot| &prefix[..dot]);
        }
        message.find_by_name(&format!("[{name}]"))
    }

    fn value(&self, out: &mut Out, field: &Field, scope: &str, value: &OptionValue) -> Option<()> {
        match value {
            OptionValue::List(items) if field.is_repeated() => {
                items.iter().try_for_each(|item| self.single(out, field, scope, item))
            }
            OptionValue::List(_) => None,
            value => self.single(out, field, scope, value),
        }
    }

    fn single(&self, out: &mut Out, field: &Field, scope: &str, value: &OptionValue) -> Option<()> {
        let number = field.number;
        match field.kind {
            Kind::Message(message) => {
                let mut inner = Out::default();
                self.aggregate(&mut inner, message, scope, value)?;
                out.message(number, &inner);
            }
            Kind::Group(message) => {
                let mut inner = Out::default();
                self.aggregate(&mut inner, message, scope, value)?;
                out.group(number, &inner);
            }
            Kind::Enum(id) => match value {
                OptionValue::Enum(name) => out.int(number, self.table.enums[id as usize].find_number(name)?),
                OptionValue::Number(text) => out.int(number, i32::try_from(parse_integer(text)?).ok()?),
                _ => return None,
            },
            Kind::String => out.string(number, &text_to_string(literal(value)?)),
            Kind::Bytes => out.bytes(number, &text_to_bytes(literal(value)?)),
            Kind::Bool => match value {
                OptionValue::Bool(text) => out.bool(number, text == "true"),
                _ => return None,
            },
            kind => write_number(out, number, kind, value)?,
        }
        Some(())
    }

    fn aggregate(&self, out: &mut Out, message: u32, scope: &str, value: &OptionValue) -> Option<()> {
        match value {
            OptionValue::Option(inner) => self.option(out, message, scope, inner),
            OptionValue::Map(entries) => entries.iter().try_for_each(|(key, value)| {
                let field = match key.strip_prefix('[').and_then(|key| key.strip_suffix(']')) {
                    Some(name) => self.extension(message, scope, name)?,
                    None => self.table.messages[message as usize].find_by_name(key)?,
                };
                self.value(out, field, scope, value)
            }),
            _ => None,
        }
    }
}

fn literal(value: &OptionValue) -> Option<&str> {
    match value {
        OptionValue::String(text) => Some(text),
        _ => None,
    }
}

fn write_number(out: &mut Out, number: u32, kind: Kind, value: &OptionValue) -> Option<()> {
    let (OptionValue::Number(text) | OptionValue::Enum(text)) = value else { return None };
    if let Kind::Double | Kind::Float = kind {
        let value = parse_float(text)?;
        match kind {
            Kind::Double => out.fixed64(number, value.to_le_bytes()),
            _ => out.fixed32(number, (value as f32).to_le_bytes()),
        }
        return Some(());
    }
    let value = parse_integer(text)?;
    match kind {
        Kind::Int32 => out.int(number, value.try_into().ok()?),
        Kind::Int64 => out.varint(number, i64::try_from(value).ok()? as u64),
        Kind::Uint32 => out.varint(number, u32::try_from(value).ok()?.into()),
        Kind::Uint64 => out.varint(number, value.try_into().ok()?),
        Kind::Sint32 => out.varint(number, zigzag(i32::try_from(value).ok()?.into())),
        Kind::Sint64 => out.varint(number, zigzag(value.try_into().ok()?)),
        Kind::Fixed32 => out.fixed32(number, u32::try_from(value).ok()?.to_le_bytes()),
        Kind::Fixed64 => out.fixed64(number, u64::try_from(value).ok()?.to_le_bytes()),
        Kind::Sfixed32 => out.fixed32(number, i32::try_from(value).ok()?.to_le_bytes()),
        Kind::Sfixed64 => out.fixed64(number, i64::try_from(value).ok()?.to_le_bytes()),
        _ => return None,
    }
    Some(())
}

fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

// === uninterpreted options ===

/// Keeps an option as it was written; a list becomes one option an item.
fn uninterpreted(out: &mut Out, option: &OptionNode) {
    let mut names = Vec::new();
    let mut node = option;
    loop {
        names.push((node.name.as_str(), node.parenthesized));
        match &node.value {
            OptionValue::Option(inner) => node = inner,
            OptionValue::List(items) => {
                for item in items {
                    out.message(UNINTERPRETED, &uninterpreted_value(&names, item));
                }
                return;
            }
            value => {
                out.message(UNINTERPRETED, &uninterpreted_value(&names, value));
                return;
            }
        }
    }
}

fn uninterpreted_value(names: &[(&str, bool)], value: &OptionValue) -> Out {
    let mut out = Out::default();
    for (name, is_extension) in names {
        let mut part = Out::default();
        part.string(1, name);
        part.bool(2, *is_extension);
        out.message(2, &part);
    }
    match value {
        OptionValue::Bool(text) | OptionValue::Enum(text) => out.string(3, text),
        OptionValue::Number(text) => match parse_integer(text) {
            Some(value) if value >= 0 => out.varint(4, value as u64),
            Some(value) => out.varint(5, value as u64),
            None => match parse_float(text) {
                Some(value) => out.fixed64(6, value.to_le_bytes()),
                None => out.string(3, text),
            },
        },
        OptionValue::String(text) => out.bytes(7, text_to_string(text).as_bytes()),
        OptionValue::Map(_) | OptionValue::List(_) | OptionValue::Option(_) => {
            let mut text = String::new();
            push_text(&mut text, value);
            let inner = text.strip_prefix("{ ").and_then(|text| text.strip_suffix(" }"));
            out.string(8, inner.unwrap_or(&text));
        }
    }
    out
}

/// A value in the text format of messages.
fn push_text(out: &mut String, value: &OptionValue) {
    match value {
        OptionValue::Bool(text) | OptionValue::Enum(text) | OptionValue::Number(text) => out.push_str(text),
        OptionValue::String(text) => {
            out.push('"');
            out.push_str(&super::text::escape_bytes(text_to_string(text).as_bytes()));
            out.push('"');
        }
        OptionValue::List(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                out.push_str(if position == 0 { "" } else { ", " });
                push_text(out, item);
            }
            out.push(']');
        }
        OptionValue::Map(entries) => {
            out.push_str("{ ");
            for (key, value) in entries {
                out.push_str(key);
                out.push_str(": ");
                push_text(out, value);
                out.push(' ');
            }
            out.push('}');
        }
        OptionValue::Option(inner) => {
            out.push_str("{ ");
            out.push_str(&inner.name);
            out.push_str(": ");
            push_text(out, &inner.value);
            out.push_str(" }");
        }
    }
}

// === reading ===

/// File options in the order in which the reference prints those of a descriptor.
const FILE_ORDER: [u32; 8] = [1, 8, 10, 27, 9, 11, 16, 17];

/// The options in the bytes of an options message.
pub(super) fn read(table: &Table, of: OptionsOf, bytes: &[u8]) -> Result<Vec<OptionNode>, SchemaError> {
    let fields = Fields::read(bytes)?;
    let Some(message) = table.find_message(of.message()) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for (number, value) in fields.iter() {
        if number == UNINTERPRETED {
            if let Raw::Len(bytes) = value {
                found.extend(read_uninterpreted(bytes)?.map(|option| (rank(of, number), option)));
            }
            continue;
        }
        let message = &table.messages[message as usize];
        let Some(field) = message.find_field(number) else { continue };
        let field = &message.fields[usize::from(field)];
        for value in read_values(table, field, value, MAX_DEPTH)? {
            found.push((rank(of, number), option(field, value)));
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    Ok(last_of_each(table, message, found.into_iter().map(|(_, option)| option)))
}

fn rank(of: OptionsOf, number: u32) -> usize {
    let position = FILE_ORDER.iter().position(|known| *known == number && of == OptionsOf::File);
    position.unwrap_or(FILE_ORDER.len() + number as usize)
}

fn option(field: &Field, value: OptionValue) -> OptionNode {
    let custom = field.name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    OptionNode {
        name: custom.unwrap_or(&field.name).to_owned(),
        parenthesized: custom.is_some(),
        value,
        span: Span::default(),
    }
}

/// A singular option that is set twice has the last value; parts of a message are kept apart, as a text
/// may set them apart.
fn last_of_each(table: &Table, message: u32, options: impl Iterator<Item = OptionNode>) -> Vec<OptionNode> {
    let message = &table.messages[message as usize];
    let mut kept: Vec<OptionNode> = Vec::new();
    for option in options {
        let name = if option.parenthesized { format!("[{}]", option.name) } else { option.name.clone() };
        let is_single = message
            .find_by_name(&name)
            .is_some_and(|field| !field.is_repeated() && field.kind.message().is_none());
        let same = |known: &&mut OptionNode| {
            known.name == option.name && known.parenthesized == option.parenthesized
        };
        match kept.iter_mut().find(same) {
            Some(known) if is_single => known.value = option.value,
            _ => kept.push(option),
        }
    }
    kept
}

/// The values in one occurrence of a field: several when it is packed.
fn read_values(
    table: &Table,
    field: &Field,
    value: Raw<'_>,
    depth: usize,
) -> Result<Vec<OptionValue>, SchemaError> {
    if let (Raw::Len(bytes), true) = (value, field.kind.is_packable()) {
        let mut reader = Reader { bytes, at: 0 };
        let mut values = Vec::new();
        while let Some(raw) = packed(&mut reader, field.kind) {
            values.extend(read_value(table, field.kind, raw, depth)?);
        }
        return Ok(values);
    }
    Ok(read_value(table, field.kind, value, depth)?.into_iter().collect())
}

fn packed<'a>(reader: &mut Reader<'_>, kind: Kind) -> Option<Raw<'a>> {
    Some(match kind.wire_type() {
        0 => Raw::Varint(reader.varint().ok()?),
        1 => Raw::Fixed64(reader.fixed()?),
        _ => Raw::Fixed32(reader.fixed()?),
    })
}

/// One value; `None` under a wire type that its kind does not have.
fn read_value(
    table: &Table,
    kind: Kind,
    value: Raw<'_>,
    depth: usize,
) -> Result<Option<OptionValue>, SchemaError> {
    let number = |text: String| Some(OptionValue::Number(text));
    Ok(match (kind, value) {
        (Kind::Message(id), Raw::Len(bytes)) => Some(read_message(table, id, &Fields::read(bytes)?, depth)?),
        (Kind::Group(id), Raw::Group(bytes)) => {
            Some(read_message(table, id, &Fields::read_group(bytes)?, depth)?)
        }
        (Kind::String, Raw::Len(bytes)) => {
            Some(OptionValue::String(String::from_utf8_lossy(bytes).into_owned()))
        }
        (Kind::Bytes, Raw::Len(bytes)) => Some(OptionValue::String(bytes_to_text(bytes))),
        (Kind::Bool, Raw::Varint(value)) => Some(OptionValue::Bool((value != 0).to_string())),
        (Kind::Enum(id), Raw::Varint(value)) => match table.enums[id as usize].find_name(value as i32) {
            Some(name) => Some(OptionValue::Enum(name.to_owned())),
            None => number((value as i32).to_string()),
        },
        (Kind::Int32, Raw::Varint(value)) => number((value as i32).to_string()),
        (Kind::Int64, Raw::Varint(value)) => number((value as i64).to_string()),
        (Kind::Uint32, Raw::Varint(value)) => number((value as u32).to_string()),
        (Kind::Uint64, Raw::Varint(value)) => number(value.to_string()),
        (Kind::Sint32, Raw::Varint(value)) => number(unzigzag(value & 0xffff_ffff).to_string()),
        (Kind::Sint64, Raw::Varint(value)) => number(unzigzag(value).to_string()),
        (Kind::Fixed32, Raw::Fixed32(value)) => number(u32::from_le_bytes(value).to_string()),
        (Kind::Sfixed32, Raw::Fixed32(value)) => number(i32::from_le_bytes(value).to_string()),
        (Kind::Fixed64, Raw::Fixed64(value)) => number(u64::from_le_bytes(value).to_string()),
        (Kind::Sfixed64, Raw::Fixed64(value)) => number(i64::from_le_bytes(value).to_string()),
        (Kind::Double, Raw::Fixed64(value)) => Some(float(f64::from_le_bytes(value).to_string())),
        (Kind::Float, Raw::Fixed32(value)) => Some(float(f32::from_le_bytes(value).to_string())),
        _ => None,
    })
}

/// A number, or one of the words that stand for none.
fn float(text: String) -> OptionValue {
    match text.as_str() {
        "inf" => OptionValue::Enum(text),
        "NaN" => OptionValue::Enum("nan".to_owned()),
        _ => OptionValue::Number(text),
    }
}

fn read_message(
    table: &Table,
    id: u32,
    fields: &Fields<'_>,
    depth: usize,
) -> Result<OptionValue, SchemaError> {
    let depth =
        depth.checked_sub(1).ok_or(SchemaError::Limit { what: "nesting levels", limit: MAX_DEPTH })?;
    let message = &table.messages[id as usize];
    let mut entries: Vec<(String, OptionValue)> = Vec::new();
    for (number, value) in fields.iter() {
        let Some(field) = message.find_field(number) else { continue };
        let field = &message.fields[usize::from(field)];
        let values = read_values(table, field, value, depth)?;
        let known = entries.iter_mut().find(|(name, _)| **name == *field.name);
        match (known, field.label) {
            (Some((_, OptionValue::List(items))), Label::Repeated | Label::Map) => items.extend(values),
            (None, Label::Repeated | Label::Map) => {
                entries.push((field.name.to_string(), OptionValue::List(values)));
            }
            (Some((_, known)), _) => values.into_iter().for_each(|value| *known = value),
            (None, _) => entries.extend(values.into_iter().map(|value| (field.name.to_string(), value))),
        }
    }
    Ok(OptionValue::Map(entries))
}

fn read_uninterpreted(bytes: &[u8]) -> Result<Option<OptionNode>, SchemaError> {
    let fields = Fields::read(bytes)?;
    let mut names = Vec::new();
    for part in fields.all(2) {
        let part = Fields::read(part)?;
        names.push((part.full_name(1)?, part.bool(2)));
    }
    if names.len() > MAX_DEPTH {
        return Err(SchemaError::Limit { what: "nesting levels", limit: MAX_DEPTH });
    }
    let (Some(value), Some((name, parenthesized))) = (uninterpreted_literal(&fields)?, names.pop()) else {
        return Ok(None);
    };
    let node = |name, parenthesized, value| OptionNode { name, parenthesized, value, span: Span::default() };
    let last = node(name, parenthesized, value);
    Ok(Some(names.into_iter().rev().fold(last, |inner, (name, parenthesized)| {
        node(name, parenthesized, OptionValue::Option(Box::new(inner)))
    })))
}

fn uninterpreted_literal(fields: &Fields<'_>) -> Result<Option<OptionValue>, SchemaError> {
    let mut found = None;
    for (number, value) in fields.iter() {
        found = match (number, value) {
            (3, Raw::Len(_)) => fields.full_name(3).ok().map(|text| match text.as_str() {
                "true" | "false" => OptionValue::Bool(text),
                _ => OptionValue::Enum(text),
            }),
            (4, Raw::Varint(value)) => Some(OptionValue::Number(value.to_string())),
            (5, Raw::Varint(value)) => Some(OptionValue::Number((value as i64).to_string())),
            (6, Raw::Fixed64(value)) => Some(float(f64::from_le_bytes(value).to_string())),
            (7, Raw::Len(bytes)) => Some(OptionValue::String(String::from_utf8_lossy(bytes).into_owned())),
            (8, Raw::Len(_)) => aggregate_literal(&fields.string(8)?.unwrap_or_default()),
            _ => found,
        };
    }
    Ok(found)
}

/// An aggregate in the text format, read by the parser of option values.
fn aggregate_literal(text: &str) -> Option<OptionValue> {
    let file =
        crate::protobuf::parse(&format!("option x = {{ {text} }};"), &crate::Limits::default()).ok()?;
    file.options.into_iter().next().map(|option| option.value)
}
