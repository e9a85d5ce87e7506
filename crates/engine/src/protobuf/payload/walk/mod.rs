//! Walking a binary payload along its compiled schema.
//!
//! Reads every byte once and builds no value: the bytes are compared with what each field may hold, and
//! findings are the only thing made. What is refused is what Google's runtimes refuse when they parse
//! and check initialization, and one thing more: a known field under a wrong wire type, which they take
//! for an unknown field. Repeated scalars are read packed and unpacked; merged messages count as one.
//!
//! A nested message that cannot be read on is left at its end, which its length gives, so one fault does
//! not hide the next. Recursion is bounded by `PayloadOptions::max_depth`, work by `max_items`; no length
//! from the payload is ever used to reserve memory. Source: "Encoding" and "Proto3 field presence" of the
//! Protocol Buffers documentation.

mod path;
mod required;

use crate::utf8::is_utf8;
use crate::violation::{PayloadOptions, Report, UnknownFields};

use super::findings::{self, Enough, Findings};
use super::table::{Field, Kind, Label, Table};
use super::wire::{Fault, Reader, WireType};
use path::{Frame, Spot, Via};

/// Why a message is not read on.
enum Stop {
    /// Its bytes cannot be read on; whoever knows where it ends continues there.
    Message,
    /// Nothing more to say about the payload.
    Payload,
}

impl From<Enough> for Stop {
    fn from(_: Enough) -> Self {
        Self::Payload
    }
}

/// Holds a payload against a message of the table.
pub(super) fn validate(table: &Table, message: u32, payload: &[u8], options: &PayloadOptions) -> Report {
    let mut walker = Walker {
        table,
        findings: Findings::default(),
        unknown_fields: options.unknown_fields,
        max_depth: options.max_depth.min(super::DEEPEST),
        max_items: options.max_items,
        budget: options.max_items,
    };
    let start = Reader { bytes: payload, at: 0 };
    let root = Frame { message: &table.messages[message as usize], start, depth: 0, via: None };
    // Whatever stopped the walk has been recorded.
    let outcome = walker.message(&root, &mut start.clone(), None);
    if root.message.has_required && !matches!(outcome, Err(Stop::Payload)) {
        required::check(table, message, payload, walker.max_depth, &mut walker.findings);
    }
    walker.findings.into_report()
}

struct Walker<'a> {
    table: &'a Table,
    findings: Findings,
    unknown_fields: UnknownFields,
    max_depth: usize,
    max_items: u64,
    /// Values that may still be visited.
    budget: u64,
}

impl<'a> Walker<'a> {
    /// Walks the fields of a message to its end, or to the end of the group `group`.
    fn message(
        &mut self,
        frame: &Frame<'a, '_>,
        reader: &mut Reader<'a>,
        group: Option<u32>,
    ) -> Result<(), Stop> {
        loop {
            if reader.is_at_end() {
                return match group {
                    None => Ok(()),
                    Some(_) => Err(self.broken(frame, Spot::Message, reader.at, Fault::Group)),
                };
            }
            let at = reader.at;
            let (number, wire_type) = match reader.tag() {
                Ok(tag) => tag,
                Err(fault) => return Err(self.broken(frame, Spot::Message, at, fault)),
            };
            self.spend(1, at)?;
            if wire_type == WireType::EndGroup {
                return match group {
                    Some(open) if open == number => Ok(()),
                    _ => Err(self.broken(frame, Spot::Message, at, Fault::Group)),
                };
            }
            match frame.message.find_field(number) {
                Some(field) => self.field(frame, reader, field, wire_type, at)?,
                None => self.unknown(frame, reader, number, wire_type, at)?,
            }
        }
    }

    /// Walks the value of a known field.
    #[inline]
    fn field(
        &mut self,
        frame: &Frame<'a, '_>,
        reader: &mut Reader<'a>,
        position: u16,
        wire_type: WireType,
        at: usize,
    ) -> Result<(), Stop> {
        let field = &frame.message.fields[usize::from(position)];
        let read = match (field.kind, wire_type) {
            (Kind::String, WireType::Len) => reader.delimited().map(|value| (value, Content::Text)),
            (Kind::Bytes, WireType::Len) => reader.delimited().map(|value| (value, Content::Checked)),
            (Kind::Message(message), WireType::Len) => {
                reader.delimited().map(|value| (value, Content::Message(message)))
            }
            (Kind::Group(message), WireType::StartGroup) => {
                return self.group(frame, reader, position, message, at);
            }
            (Kind::Enum(id), WireType::Varint) if self.table.enums[id as usize].is_closed => {
                reader.varint().map(|number| (*reader, Content::Enum(id, number as i32)))
            }
            (kind, WireType::Varint) if kind.wire_type() == 0 => {
                reader.varint().map(|_| (*reader, Content::Checked))
            }
            (kind, WireType::Fixed64) if kind.wire_type() == 1 => {
                reader.advance(8).map(|()| (*reader, Content::Checked))
            }
            (kind, WireType::Fixed32) if kind.wire_type() == 5 => {
                reader.advance(4).map(|()| (*reader, Content::Checked))
            }
            (kind, WireType::Len) if field.label == Label::Repeated && kind.is_packable() => {
                reader.delimited().map(|value| (value, Content::Packed))
            }
            _ => return self.wrong_wire_type(frame, reader, position, wire_type, at),
        };
        match read {
            Ok((_, Content::Checked)) => Ok(()),
            Ok((value, Content::Text)) => self.text(frame, field, position, value, at),
            Ok((value, Content::Message(message))) => self.nested(frame, value, position, message, at),
            Ok((_, Content::Enum(id, number))) => {
                let spot = Spot::Field { field: position, at };
                self.closed_enum(frame, spot, at, id, number)
            }
            Ok((value, Content::Packed)) => self.packed(frame, value, position, at),
            Err(fault) => Err(self.broken(frame, Spot::Field { field: position, at }, at, fault)),
        }
    }

    #[inline]
    fn text(
        &mut self,
        frame: &Frame<'a, '_>,
        field: &Field,
        position: u16,
        value: Reader<'a>,
        at: usize,
    ) -> Result<(), Stop> {
        if is_utf8(value.rest()) {
            return Ok(());
        }
        let pointer = || path::pointer(self.table, frame, Spot::Field { field: position, at });
        let finding = || findings::not_utf8(pointer(), field);
        if field.strict_utf8 {
            self.findings.error(at, finding)?;
        } else {
            self.findings.warning(at, finding)?;
        }
        Ok(())
    }

    /// Walks a nested message whose length was read; a fault inside ends at its end.
    fn nested(
        &mut self,
        frame: &Frame<'a, '_>,
        mut value: Reader<'a>,
        position: u16,
        message: u32,
        at: usize,
    ) -> Result<(), Stop> {
        if frame.depth >= self.max_depth {
            return self.too_deep(frame, Spot::Field { field: position, at }, at);
        }
        let inner = Frame {
            message: &self.table.messages[message as usize],
            start: value,
            depth: frame.depth + 1,
            via: Some(Via { parent: frame, field: position, at }),
        };
        match self.message(&inner, &mut value, None) {
            Ok(()) | Err(Stop::Message) => Ok(()),
            Err(Stop::Payload) => Err(Stop::Payload),
        }
    }

    /// Walks a group; where it ends is known only when all of it can be read.
    fn group(
        &mut self,
        frame: &Frame<'a, '_>,
        reader: &mut Reader<'a>,
        position: u16,
        message: u32,
        at: usize,
    ) -> Result<(), Stop> {
        if frame.depth >= self.max_depth {
            self.too_deep(frame, Spot::Field { field: position, at }, at)?;
            return Err(Stop::Message);
        }
        let inner = Frame {
            message: &self.table.messages[message as usize],
            start: *reader,
            depth: frame.depth + 1,
            via: Some(Via { parent: frame, field: position, at }),
        };
        let number = frame.message.fields[usize::from(position)].number;
        self.message(&inner, reader, Some(number))
    }

    /// Walks the elements of a packed field.
    fn packed(
        &mut self,
        frame: &Frame<'a, '_>,
        value: Reader<'a>,
        position: u16,
        at: usize,
    ) -> Result<(), Stop> {
        let kind = frame.message.fields[usize::from(position)].kind;
        let width = match kind.wire_type() {
            0 => return self.packed_varints(frame, value, position, kind, at),
            1 => 8,
            _ => 4,
        };
        let length = value.rest().len();
        self.spend((length / width) as u64, at)?;
        if length.is_multiple_of(width) {
            return Ok(());
        }
        let spot = Spot::Packed { field: position, at, before: length / width };
        self.damaged(frame, spot, at, Fault::Truncated)
    }

    fn packed_varints(
        &mut self,
        frame: &Frame<'a, '_>,
        mut value: Reader<'a>,
        position: u16,
        kind: Kind,
        at: usize,
    ) -> Result<(), Stop> {
        let closed = match kind {
            Kind::Enum(id) if self.table.enums[id as usize].is_closed => Some(id),
            _ => None,
        };
        let mut before = 0;
        while !value.is_at_end() {
            self.spend(1, at)?;
            let spot = Spot::Packed { field: position, at, before };
            match (value.varint(), closed) {
                (Ok(_), None) => {}
                (Ok(number), Some(id)) => self.closed_enum(frame, spot, at, id, number as i32)?,
                (Err(fault), _) => return self.damaged(frame, spot, at, fault),
            }
            before += 1;
        }
        Ok(())
    }

    #[inline]
    fn closed_enum(
        &mut self,
        frame: &Frame<'a, '_>,
        spot: Spot,
        at: usize,
        id: u32,
        number: i32,
    ) -> Result<(), Stop> {
        let enumeration = &self.table.enums[id as usize];
        if self.unknown_fields == UnknownFields::Ignore || enumeration.has_number(number) {
            return Ok(());
        }
        let pointer = || path::pointer(self.table, frame, spot);
        let finding = || findings::unknown_constant(pointer(), &enumeration.name);
        Ok(self.findings.unknown(self.unknown_fields, at, finding)?)
    }

    /// Steps over a field that the schema does not know, and reports it as the policy says.
    fn unknown(
        &mut self,
        frame: &Frame<'a, '_>,
        reader: &mut Reader<'a>,
        number: u32,
        wire_type: WireType,
        at: usize,
    ) -> Result<(), Stop> {
        let spot = Spot::Unknown { number };
        if let Err(fault) = reader.skip(number, wire_type, self.max_depth - frame.depth) {
            return Err(self.broken(frame, spot, at, fault));
        }
        if self.unknown_fields == UnknownFields::Ignore || frame.message.is_message_set {
            return Ok(());
        }
        let pointer = || path::pointer(self.table, frame, spot);
        let finding = || findings::unknown_field(pointer(), frame.message, number);
        Ok(self.findings.unknown(self.unknown_fields, at, finding)?)
    }

    /// Reports a known field under a wire type that its kind does not have, and steps over it.
    #[cold]
    fn wrong_wire_type(
        &mut self,
        frame: &Frame<'a, '_>,
        reader: &mut Reader<'a>,
        position: u16,
        wire_type: WireType,
        at: usize,
    ) -> Result<(), Stop> {
        let spot = Spot::Field { field: position, at };
        let field = &frame.message.fields[usize::from(position)];
        let pointer = || path::pointer(self.table, frame, spot);
        self.findings.error(at, || findings::wire_type(pointer(), field, wire_type))?;
        match reader.skip(field.number, wire_type, self.max_depth - frame.depth) {
            Ok(()) => Ok(()),
            Err(fault) => Err(self.broken(frame, spot, at, fault)),
        }
    }

    #[cold]
    fn too_deep(&mut self, frame: &Frame<'a, '_>, spot: Spot, at: usize) -> Result<(), Stop> {
        self.damaged(frame, spot, at, Fault::Depth)
    }

    /// Reports bytes that cannot be read; the message around them can be read on.
    #[cold]
    fn damaged(&mut self, frame: &Frame<'a, '_>, spot: Spot, at: usize, fault: Fault) -> Result<(), Stop> {
        let pointer = || path::pointer(self.table, frame, spot);
        Ok(self.findings.error(at, || findings::fault(pointer(), fault, self.max_depth))?)
    }

    /// Reports bytes that cannot be read, after which the message cannot be read on.
    #[cold]
    fn broken(&mut self, frame: &Frame<'a, '_>, spot: Spot, at: usize, fault: Fault) -> Stop {
        match self.damaged(frame, spot, at, fault) {
            Ok(()) => Stop::Message,
            Err(stop) => stop,
        }
    }

    #[inline]
    fn spend(&mut self, values: u64, at: usize) -> Result<(), Stop> {
        match self.budget.checked_sub(values) {
            Some(left) => {
                self.budget = left;
                Ok(())
            }
            None => Err(self.findings.budget_spent(at, self.max_items).into()),
        }
    }
}

/// What is left to do with a value that was read.
enum Content {
    Checked,
    Text,
    Packed,
    Enum(u32, i32),
    Message(u32),
}
