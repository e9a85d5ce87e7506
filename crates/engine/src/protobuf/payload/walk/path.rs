//! Where a finding stands: the logical path of a position in the payload.
//!
//! The walk keeps no counters. Each message on the stack knows where its bytes start and which field led
//! to it; indexes and map keys are read again from the bytes, once a finding needs them. The ranges that
//! are read again do not overlap, so one path costs at most one pass over the payload.

use std::fmt::Write as _;

use crate::protobuf::payload::table::{Kind, Label, Message, Table};
use crate::protobuf::payload::wire::{Reader, WireType, unzigzag};
use crate::tree::pointer_token;

/// Characters of a map key shown in a path.
const MAX_KEY: usize = 128;

/// A message being walked.
pub(super) struct Frame<'a, 'p> {
    pub message: &'a Message,
    /// The bytes of the message, at its first one.
    pub start: Reader<'a>,
    /// Messages around this one.
    pub depth: usize,
    /// What led here; `None` for the message of the payload.
    pub via: Option<Via<'a, 'p>>,
}

/// The field by which a message was entered.
pub(super) struct Via<'a, 'p> {
    pub parent: &'p Frame<'a, 'p>,
    /// Position of the field in the parent's message.
    pub field: u16,
    /// Where the tag stands.
    pub at: usize,
}

/// A place inside a message.
#[derive(Clone, Copy)]
pub(super) enum Spot {
    /// The message itself.
    Message,
    /// A known field whose tag stands at `at`.
    Field { field: u16, at: usize },
    /// An element of a packed field: its number of elements before this one.
    Packed { field: u16, at: usize, before: usize },
    /// A field that the schema does not know.
    Unknown { number: u32 },
}

/// The JSON Pointer of a place.
pub(super) fn pointer(table: &Table, frame: &Frame<'_, '_>, spot: Spot) -> String {
    let mut out = String::new();
    push_frame(&mut out, table, frame);
    match spot {
        Spot::Message => {}
        Spot::Field { field, at } => push_field(&mut out, table, frame, field, at, 0),
        Spot::Packed { field, at, before } => push_field(&mut out, table, frame, field, at, before),
        Spot::Unknown { number } => push(&mut out, number),
    }
    out
}

fn push_frame(out: &mut String, table: &Table, frame: &Frame<'_, '_>) {
    if let Some(via) = &frame.via {
        push_frame(out, table, via.parent);
        push_field(out, table, via.parent, via.field, via.at, 0);
    }
}

fn push_field(out: &mut String, table: &Table, frame: &Frame<'_, '_>, field: u16, at: usize, before: usize) {
    if is_map_entry(frame) {
        // The key already stands in the path; the value has no name of its own.
        return;
    }
    let known = &frame.message.fields[usize::from(field)];
    push(out, pointer_token(&known.name));
    match known.label {
        Label::Repeated => push(out, count_elements(frame, field, at) + before),
        Label::Map => push(out, map_key(table, frame, known.kind, at)),
        Label::Implicit | Label::Optional | Label::Required => {}
    }
}

fn push(out: &mut String, token: impl std::fmt::Display) {
    // Writing to a String cannot fail.
    let _ = write!(out, "/{token}");
}

fn is_map_entry(frame: &Frame<'_, '_>) -> bool {
    frame
        .via
        .as_ref()
        .is_some_and(|via| via.parent.message.fields[usize::from(via.field)].label == Label::Map)
}

/// Elements of a repeated field before a position.
fn count_elements(frame: &Frame<'_, '_>, field: u16, until: usize) -> usize {
    let known = &frame.message.fields[usize::from(field)];
    let mut reader = frame.start;
    let mut count = 0;
    while reader.at < until {
        let Ok((number, wire_type)) = reader.tag() else { break };
        let value = reader;
        if reader.skip(number, wire_type, usize::MAX).is_err() {
            break;
        }
        if number == known.number {
            count += elements(known.kind, wire_type, value);
        }
    }
    count
}

/// Elements in one occurrence of a repeated field.
fn elements(kind: Kind, wire_type: WireType, mut value: Reader<'_>) -> usize {
    if wire_type != WireType::Len || kind.wire_type() == 2 {
        return 1;
    }
    let Ok(packed) = value.delimited() else { return 0 };
    match kind.wire_type() {
        0 => packed.rest().iter().filter(|byte| **byte < 0x80).count(),
        1 => packed.rest().len() / 8,
        _ => packed.rest().len() / 4,
    }
}

/// The key of the map entry whose tag stands at a position, as a token.
fn map_key(table: &Table, frame: &Frame<'_, '_>, entry: Kind, at: usize) -> String {
    let mut reader = Reader { at, ..frame.start };
    let value = reader.tag().and_then(|_| reader.delimited());
    match (entry.message(), value) {
        (Some(entry), Ok(value)) => key_token(&table.messages[entry as usize], value),
        _ => String::new(),
    }
}

/// The key inside an entry as a token. The last key counts, an absent one is the default.
pub(super) fn key_token(entry: &Message, mut reader: Reader<'_>) -> String {
    let kind = entry.find_field(1).map_or(Kind::String, |key| entry.fields[usize::from(key)].kind);
    let mut token = if kind == Kind::String { String::new() } else { default_key(kind).to_owned() };
    while let Ok((number, wire_type)) = reader.tag() {
        let value = reader;
        if reader.skip(number, wire_type, usize::MAX).is_err() {
            break;
        }
        if number == 1 {
            token = read_key(kind, value).unwrap_or(token);
        }
    }
    token
}

fn default_key(kind: Kind) -> &'static str {
    if kind == Kind::Bool { "false" } else { "0" }
}

/// One key as text; `None` when it has another wire type.
fn read_key(kind: Kind, mut value: Reader<'_>) -> Option<String> {
    Some(match kind {
        Kind::String => {
            let bytes = value.delimited().ok()?.rest();
            let bytes = &bytes[..bytes.len().min(MAX_KEY * char::MAX_LEN_UTF8)];
            let text: String = String::from_utf8_lossy(bytes).chars().take(MAX_KEY).collect();
            pointer_token(&text)
        }
        Kind::Bool => (value.varint().ok()? != 0).to_string(),
        Kind::Int32 => (value.varint().ok()? as i32).to_string(),
        Kind::Int64 => (value.varint().ok()? as i64).to_string(),
        Kind::Uint32 => (value.varint().ok()? as u32).to_string(),
        Kind::Uint64 => value.varint().ok()?.to_string(),
        Kind::Sint32 => (unzigzag(value.varint().ok()? & 0xffff_ffff) as i32).to_string(),
        Kind::Sint64 => unzigzag(value.varint().ok()?).to_string(),
        Kind::Fixed32 => u32::from_le_bytes(value.fixed()?).to_string(),
        Kind::Sfixed32 => i32::from_le_bytes(value.fixed()?).to_string(),
        Kind::Fixed64 => u64::from_le_bytes(value.fixed()?).to_string(),
        Kind::Sfixed64 => i64::from_le_bytes(value.fixed()?).to_string(),
        _ => return None,
    })
}
