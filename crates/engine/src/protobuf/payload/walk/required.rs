//! Required fields of proto2, in a pass of their own.
//!
//! A singular message that occurs twice is one merged message, so its required fields may stand in either
//! part. This pass follows merged messages; it enters only messages from which a required field can be
//! reached, which keeps schemas without any free of its cost. A part that cannot be read has been
//! reported by the walk, and what is missing after it is not known: nothing is said about that message.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::path::key_token;
use crate::protobuf::payload::findings::{self, Enough, Findings};
use crate::protobuf::payload::table::{Field, Kind, Label, Message, Table};
use crate::protobuf::payload::wire::{Reader, WireType};
use crate::tree::pointer_token;

/// Reports every required field that a payload lacks.
pub(super) fn check(table: &Table, message: u32, payload: &[u8], max_depth: usize, findings: &mut Findings) {
    let mut pass = Pass { table, findings };
    let whole = Reader { bytes: payload, at: 0 };
    // Whatever stopped the pass has been recorded.
    let _ = pass.message(message, &[whole], &Place::Root, max_depth);
}

struct Pass<'t, 'f> {
    table: &'t Table,
    findings: &'f mut Findings,
}

/// The way to a message.
enum Place<'p> {
    Root,
    /// A field, and the index or key that chooses among its values.
    Field {
        parent: &'p Place<'p>,
        field: &'p Field,
        chosen: Option<String>,
    },
    /// The value of a map entry: the key stands already in the path.
    MapValue {
        parent: &'p Place<'p>,
    },
}

/// What the fields of one merged message were found to hold. Grows with the payload, not with the
/// schema: an empty message of a thousand fields takes two bytes.
#[derive(Default)]
struct Seen<'a> {
    present: HashSet<u16>,
    /// Repeated elements so far, by field.
    counts: HashMap<u16, usize>,
    /// Parts of singular messages that have required fields, by field.
    parts: BTreeMap<u16, Vec<Reader<'a>>>,
    /// The member that is set, by oneof.
    oneofs: HashMap<u16, u16>,
}

impl Pass<'_, '_> {
    /// Checks the message that is merged from `parts`; each part is read to its end or end of group.
    fn message(
        &mut self,
        id: u32,
        parts: &[Reader<'_>],
        place: &Place<'_>,
        depth: usize,
    ) -> Result<(), Enough> {
        let message = &self.table.messages[id as usize];
        let mut seen = Seen::default();
        let mut is_readable = true;
        for part in parts {
            is_readable &= self.part(message, *part, place, depth, &mut seen)?;
        }
        let end = parts.last().map_or(0, |part| part.bytes.len());
        if is_readable {
            for position in &message.required {
                if !seen.present.contains(position) {
                    let field = &message.fields[usize::from(*position)];
                    let pointer = || place.pointer(&pointer_token(&field.name));
                    self.findings.error(end, || findings::missing(pointer(), message, field))?;
                }
            }
        }
        for (position, parts) in &seen.parts {
            let field = &message.fields[usize::from(*position)];
            self.below(field, None, parts, place, depth)?;
        }
        Ok(())
    }

    /// Reads one part and enters the repeated messages in it. False when it cannot be read to its end.
    fn part<'a>(
        &mut self,
        message: &Message,
        mut reader: Reader<'a>,
        place: &Place<'_>,
        depth: usize,
        seen: &mut Seen<'a>,
    ) -> Result<bool, Enough> {
        while !reader.is_at_end() {
            let Ok((number, wire_type)) = reader.tag() else { return Ok(false) };
            if wire_type == WireType::EndGroup {
                return Ok(true);
            }
            let mut value = reader;
            if reader.skip(number, wire_type, depth).is_err() {
                return Ok(false);
            }
            let Some(position) = message.find_field(number) else { continue };
            let field = &message.fields[usize::from(position)];
            if !self.is_known_constant(field, wire_type, value) {
                continue;
            }
            if field.label == Label::Required {
                seen.present.insert(position);
            }
            if wire_type == WireType::Len {
                let Ok(inner) = value.delimited() else { return Ok(false) };
                value = inner;
            }
            // A group is cut at the end of its own closing tag.
            value.bytes = &value.bytes[..reader.at];
            seen.leave_oneof(field, position);
            if field.kind.wire_type() != wire_type as u8 || !self.reaches_required(field.kind) {
                continue;
            }
            if field.is_repeated() {
                let chosen = self.chosen(field, position, value, seen);
                self.below(field, Some(chosen), &[value], place, depth)?;
            } else {
                seen.parts.entry(position).or_default().push(value);
            }
        }
        Ok(true)
    }

    fn chosen(&self, field: &Field, position: u16, value: Reader<'_>, seen: &mut Seen<'_>) -> String {
        let count = seen.counts.entry(position).or_default();
        *count += 1;
        match field.kind.message() {
            Some(entry) if field.label == Label::Map => {
                key_token(&self.table.messages[entry as usize], value)
            }
            _ => (*count - 1).to_string(),
        }
    }

    fn below(
        &mut self,
        field: &Field,
        chosen: Option<String>,
        parts: &[Reader<'_>],
        parent: &Place<'_>,
        depth: usize,
    ) -> Result<(), Enough> {
        let (Some(id), Some(depth)) = (field.kind.message(), depth.checked_sub(1)) else { return Ok(()) };
        if field.label == Label::Map {
            return self.map_value(id, parts, &Place::Field { parent, field, chosen }, depth);
        }
        self.message(id, parts, &Place::Field { parent, field, chosen }, depth)
    }

    /// The value of a map entry; an entry without one holds an empty message.
    fn map_value(
        &mut self,
        entry: u32,
        parts: &[Reader<'_>],
        parent: &Place<'_>,
        depth: usize,
    ) -> Result<(), Enough> {
        let entry = &self.table.messages[entry as usize];
        let value = entry.find_field(2).map(|value| &entry.fields[usize::from(value)]);
        let (Some(field), Some(depth)) = (value, depth.checked_sub(1)) else { return Ok(()) };
        let Some(id) = field.kind.message() else { return Ok(()) };
        let mut values = Vec::new();
        for part in parts {
            let mut reader = *part;
            while !reader.is_at_end() {
                let Ok((number, wire_type)) = reader.tag() else { return Ok(()) };
                let mut value = reader;
                if reader.skip(number, wire_type, depth).is_err() {
                    return Ok(());
                }
                if number == 2 && wire_type == WireType::Len {
                    values.extend(value.delimited());
                }
            }
        }
        if values.is_empty() {
            // Findings about the absent value stand where the entry ends.
            values.extend(parts.last().map(|part| Reader { at: part.bytes.len(), ..*part }));
        }
        self.message(id, &values, &Place::MapValue { parent }, depth)
    }

    fn reaches_required(&self, kind: Kind) -> bool {
        kind.message().is_some_and(|id| self.table.messages[id as usize].has_required)
    }

    /// A number outside a closed enum is an unknown field: the field is not set by it.
    fn is_known_constant(&self, field: &Field, wire_type: WireType, mut value: Reader<'_>) -> bool {
        match (field.kind, wire_type) {
            (Kind::Enum(id), WireType::Varint) => {
                let enumeration = &self.table.enums[id as usize];
                !enumeration.is_closed || value.varint().is_ok_and(|n| enumeration.has_number(n as i32))
            }
            _ => true,
        }
    }
}

impl Seen<'_> {
    /// Setting a member of a oneof drops the one that was set.
    fn leave_oneof(&mut self, field: &Field, position: u16) {
        let Some(oneof) = field.oneof else { return };
        if let Some(other) = self.oneofs.insert(oneof, position)
            && other != position
        {
            self.parts.remove(&other);
        }
    }
}

impl Place<'_> {
    fn pointer(&self, token: &str) -> String {
        let mut out = String::new();
        self.push(&mut out);
        out.push('/');
        out.push_str(token);
        out
    }

    fn push(&self, out: &mut String) {
        match self {
            Self::Root => {}
            Self::MapValue { parent } => parent.push(out),
            Self::Field { parent, field, chosen } => {
                parent.push(out);
                out.push('/');
                out.push_str(&pointer_token(&field.name));
                if let Some(chosen) = chosen {
                    out.push('/');
                    out.push_str(chosen);
                }
            }
        }
    }
}
