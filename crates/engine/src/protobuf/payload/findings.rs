//! The findings of the walks: their rule ids and words, and their order.

use super::table::{Field, Label, Message};
use super::wire::{Fault, WireType};
use crate::violation::{MAX_FINDINGS, Report, Room, UnknownFields, Violation};

/// There is nothing more to say about the payload.
pub(super) struct Enough;

/// Findings with the position they belong to. Warnings never end a walk: an error may follow. What is not kept is
/// not made: to say where it stands can take as long as the payload.
#[derive(Default)]
pub(super) struct Findings {
    errors: List,
    warnings: List,
    truncated: bool,
}

struct List {
    found: Vec<(usize, Violation)>,
    room: Room,
}

impl Default for List {
    fn default() -> Self {
        Self { found: Vec::new(), room: Room::of(MAX_FINDINGS) }
    }
}

impl List {
    /// Returns whether there was room.
    fn push(&mut self, at: usize, make: impl FnOnce() -> Violation) -> bool {
        if self.room.is_spent() {
            return false;
        }
        self.found.push((at, self.room.take(make())));
        true
    }
}

impl Findings {
    /// Adds an error; ends the walk when there are enough.
    pub fn error(&mut self, at: usize, make: impl FnOnce() -> Violation) -> Result<(), Enough> {
        if self.errors.push(at, make) {
            return Ok(());
        }
        self.truncated = true;
        Err(Enough)
    }

    /// Adds a warning, as long as there is room.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "the shape of `error`, so that callers choose one of the two"
    )]
    pub fn warning(&mut self, at: usize, make: impl FnOnce() -> Violation) -> Result<(), Enough> {
        self.truncated |= !self.warnings.push(at, || make().warning());
        Ok(())
    }

    /// Adds a finding about something the schema does not know, as the policy says.
    pub fn unknown(
        &mut self,
        policy: UnknownFields,
        at: usize,
        make: impl FnOnce() -> Violation,
    ) -> Result<(), Enough> {
        match policy {
            UnknownFields::Reject => self.error(at, make),
            UnknownFields::Warn => self.warning(at, make),
            UnknownFields::Ignore => Ok(()),
        }
    }

    /// Adds the error that ends every walk: too many values.
    pub fn budget_spent(&mut self, at: usize, max_items: u64) -> Enough {
        let message = || format!("the payload holds more than {max_items} values");
        let _ = self.error(at, || Violation::data("schema.protobuf.limit", "", message()));
        Enough
    }

    /// All findings by position; errors before warnings when there is no room for both.
    pub fn into_report(self) -> Report {
        let Self { errors: List { mut found, mut room }, warnings, mut truncated } = self;
        for (at, warning) in warnings.found {
            if room.is_spent() {
                truncated = true;
                break;
            }
            found.push((at, room.take(warning)));
        }
        found.sort_by_key(|(at, _)| *at);
        Report {
            findings: found.into_iter().map(|(_, finding)| finding).collect(),
            truncated,
            indeterminate: None,
        }
    }
}

/// Bytes that are not the wire format.
pub(super) fn fault(pointer: String, fault: Fault, max_depth: usize) -> Violation {
    let (rule, message) = match fault {
        Fault::Truncated => ("schema.protobuf.truncated", "the message ends inside a value".to_owned()),
        Fault::Varint => ("schema.protobuf.truncated", "a varint does not end within 64 bits".to_owned()),
        Fault::Tag => (
            "schema.protobuf.wire-type",
            "invalid tag: a field number is 1 to 536870911, a wire type 0 to 5".to_owned(),
        ),
        Fault::Group => {
            ("schema.protobuf.group", "a group is not closed, or an end of group closes nothing".to_owned())
        }
        Fault::Depth => ("schema.protobuf.limit", format!("messages nest deeper than {max_depth} levels")),
    };
    Violation::data(rule, pointer, message)
}

/// A known field under the wire type of another kind.
pub(super) fn wire_type(pointer: String, field: &Field, found: WireType) -> Violation {
    let kind = if field.label == Label::Map { "map" } else { field.kind.name() };
    Violation::data(
        "schema.protobuf.wire-type",
        pointer,
        format!("expected the wire type of {kind}, found {}", found.name()),
    )
    .expecting(kind)
}

/// A string that is not UTF-8.
pub(super) fn not_utf8(pointer: String, field: &Field) -> Violation {
    let message = if field.strict_utf8 {
        "the string is not UTF-8"
    } else {
        "the string is not UTF-8, which proto2 leaves to the reader"
    };
    Violation::data("schema.protobuf.utf8", pointer, message).expecting("UTF-8")
}

/// A field number that the message does not have.
pub(super) fn unknown_field(pointer: String, message: &Message, number: u32) -> Violation {
    let name = &message.name;
    let text = if message.is_extension_number(number) {
        format!("no known extension of `{name}` has the number {number}")
    } else {
        format!("`{name}` has no field with the number {number}")
    };
    Violation::data("schema.protobuf.unknown-fields", pointer, text)
}

/// A number that a closed enum does not have: readers keep the field as an unknown one.
pub(super) fn unknown_constant(pointer: String, enumeration: &str) -> Violation {
    Violation::data(
        "schema.protobuf.unknown-fields",
        pointer,
        format!("closed enum `{enumeration}` has no constant with this number"),
    )
}

/// A required field that is absent.
pub(super) fn missing(pointer: String, message: &Message, field: &Field) -> Violation {
    Violation::data(
        "schema.protobuf.required",
        pointer,
        format!("required field `{}` of `{}` is missing", field.name, message.name),
    )
    .expecting(field.kind.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_kept_is_not_made() {
        for (length, kept) in [(10, MAX_FINDINGS), (40_000, 4)] {
            let (mut findings, mut made) = (Findings::default(), 0);
            for at in 0..1_000 {
                let _ = findings.warning(at, || {
                    made += 1;
                    Violation::data("schema.protobuf.unknown-fields", "k".repeat(length), "")
                });
            }
            assert_eq!(made, kept);
            let _ = findings.error(0, || Violation::data("schema.protobuf.type", "", ""));
            let report = findings.into_report();
            assert!(report.truncated && report.violations().count() == 1);
        }
    }
}
