//! The Avro event format: one record of a fixed schema, in Avro's binary encoding.
//!
//! `attribute` is a map of (null, boolean, int, string, bytes); `data` is a union of bytes, null and values
//! that stand for JSON. The latter are handed out as JSON text. The names of the records differ between the
//! specification's text and its schema file, which the encoding does not show. There is no batch format.

use std::borrow::Cow;

use super::attributes::{self, Carried, CarriedValue};
use super::event::{Data, Event, Reading, RefusalKind};
use super::findings::{Carrier, Findings, NOWHERE};
use super::options::EventOptions;
use super::payload::{self, Content};
use super::repeated::find_repeated;
use super::rules;
use super::structured::{check_portable_size, refusal, too_large};
use super::wire::{Broken, Wire, utf8};
use crate::tree::quote;
use crate::violation::Place;

/// Reads one event in the Avro event format.
pub fn read_avro<'a>(body: &'a [u8], options: &EventOptions) -> Reading<'a> {
    if body.len() > options.max_event_bytes {
        return Reading::Refused(too_large(Place::Envelope));
    }
    let mut wire = Wire::new(body);
    let (carried, payload) = match read_record(&mut wire, options) {
        Ok(record) => record,
        Err(fault) => {
            let (rule, message) = match fault {
                Fault::Broken => (&rules::AVRO_SYNTAX, "the body is not one record of the Avro event format"),
                Fault::Depth => (&rules::JSON_DEPTH, "the data is nested too deep"),
            };
            return Reading::Refused(refusal(RefusalKind::Unreadable, rule, Place::Envelope, message));
        }
    };
    let mut findings = Findings::new(options, Carrier::Document(String::new()));
    let carried = without_repeated(carried, &mut findings);
    let attributes = attributes::check(carried, &mut findings);
    let content = payload::content(&attributes);
    findings.note_data(NOWHERE - 1);
    let data = payload.into_data(content, &mut findings);
    check_portable_size(body.len(), &mut findings);
    let event = Event { attributes, data, data_pointer: Cow::Borrowed(""), header_prefix: None };
    Reading::Single(findings.into_reading(event))
}

/// Why there is no event.
enum Fault {
    /// The bytes are not one record.
    Broken,
    /// The data nests deeper than the limit.
    Depth,
}

impl From<Broken> for Fault {
    fn from(Broken: Broken) -> Self {
        Self::Broken
    }
}

fn read_record<'a>(
    wire: &mut Wire<'a>,
    options: &EventOptions,
) -> Result<(Vec<Carried<'a>>, Payload<'a>), Fault> {
    let attributes = read_attributes(wire)?;
    let payload = read_payload(wire, payload::max_depth(options))?;
    if wire.is_empty() { Ok((attributes, payload)) } else { Err(Fault::Broken) }
}

/// Reports repeated map keys. Which value was meant is unknown, so none is kept.
pub(super) fn without_repeated<'a>(
    mut carried: Vec<Carried<'a>>,
    findings: &mut Findings<'_>,
) -> Vec<Carried<'a>> {
    let repeated = find_repeated(&carried, |carried| &carried.name);
    for (later, first) in &repeated {
        let Carried { name, at, .. } = &carried[*later];
        findings.attribute(&rules::JSON_DUPLICATE_MEMBER, name, *at, "the attribute repeats an earlier one");
        carried[*first].value = CarriedValue::Unreadable;
    }
    let mut later = repeated.iter().map(|(later, _)| *later).peekable();
    let mut index = 0;
    carried.retain(|_| {
        let is_later = later.next_if_eq(&index).is_some();
        index += 1;
        !is_later
    });
    carried
}

fn read_attributes<'a>(wire: &mut Wire<'a>) -> Result<Vec<Carried<'a>>, Broken> {
    let mut carried = Vec::with_capacity(8);
    let mut blocks = Blocks::default();
    while blocks.next(wire)? {
        let name = Cow::Borrowed(string(wire)?);
        let value = match wire.zigzag()? {
            0 => CarriedValue::Null,
            1 => CarriedValue::Boolean(boolean(wire)?),
            2 => CarriedValue::Integer(i32::try_from(wire.zigzag()?).map_err(|_| Broken)?),
            3 => CarriedValue::Text(Cow::Borrowed(string(wire)?)),
            4 => CarriedValue::Binary(Cow::Borrowed(bytes(wire)?)),
            _ => return Err(Broken),
        };
        carried.push(Carried { name, value, at: carried.len() });
    }
    Ok(carried)
}

/// The value of `data`.
enum Payload<'a> {
    Absent,
    Bytes(&'a [u8]),
    /// A string alone: text, or a JSON string where the content is JSON.
    String(&'a str),
    /// JSON text.
    Json(String),
    /// A value that stands for JSON, with a double in it that JSON has no word for.
    NotANumber,
}

impl<'a> Payload<'a> {
    fn into_data(self, content: Option<Content>, findings: &mut Findings<'_>) -> Data<'a> {
        let json = match (self, content) {
            (Self::Absent, _) => return Data::Absent,
            (Self::Bytes(bytes), _) => {
                let content = content.unwrap_or(Content::Unknown);
                return payload::from_bytes(Cow::Borrowed(bytes), content, NOWHERE - 1, findings);
            }
            (Self::NotANumber, _) => {
                if findings.options.reads_payload() {
                    let message = "a double of the data is not a number, which JSON cannot write";
                    findings.payload(&rules::DATA_JSON_SYNTAX, "", NOWHERE - 1, message);
                }
                return Data::Absent;
            }
            (Self::String(text), Some(Content::Other)) => return Data::Text(Cow::Borrowed(text)),
            (Self::String(text), _) => quoted(text),
            (Self::Json(text), _) => text,
        };
        if content == Some(Content::Other) && findings.options.reads_payload() {
            let message = "the content type is not JSON and the value is not a string";
            findings.attribute(&rules::DATA_NOT_STRING, "data", NOWHERE - 1, message);
            return Data::Json(Cow::Owned(json));
        }
        payload::from_text(Cow::Owned(json), Content::Json, NOWHERE - 1, findings)
    }
}

fn read_payload<'a>(wire: &mut Wire<'a>, max_depth: usize) -> Result<Payload<'a>, Fault> {
    let mut json = JsonText { text: String::new(), open: Vec::new(), max_depth, is_number: true };
    match wire.zigzag()? {
        0 => return Ok(Payload::Bytes(bytes(wire)?)),
        1 => return Ok(Payload::Absent),
        2 => json.scalar(Scalar::Boolean, wire)?,
        3 => json.open(Shape::Values)?,
        4 => json.open(Shape::ObjectArray)?,
        5 => json.scalar(Scalar::Double, wire)?,
        6 => return Ok(Payload::String(string(wire)?)),
        _ => return Err(Fault::Broken),
    }
    json.finish(wire)?;
    Ok(if json.is_number { Payload::Json(json.text) } else { Payload::NotANumber })
}

/// What a container of the schema holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Map of (null, boolean, `CloudEventData`, double, string), the outermost one.
    Values,
    /// The map in a `CloudEventData`: (null, boolean, map, array, double, string).
    Object,
    /// Map of `CloudEventData`.
    ObjectMap,
    /// Array of `CloudEventData`.
    ObjectArray,
}

#[derive(Clone, Copy)]
enum Scalar {
    Null,
    Boolean,
    Double,
    String,
}

/// Writes the JSON text that a value stands for, with a stack of its own.
struct JsonText {
    text: String,
    open: Vec<(Shape, Blocks)>,
    max_depth: usize,
    /// Whether every double so far is a number.
    is_number: bool,
}

impl JsonText {
    fn open(&mut self, shape: Shape) -> Result<(), Fault> {
        if self.open.len() >= self.max_depth {
            return Err(Fault::Depth);
        }
        self.text.push(if shape == Shape::ObjectArray { '[' } else { '{' });
        self.open.push((shape, Blocks::default()));
        Ok(())
    }

    /// Writes the items of all open containers.
    fn finish(&mut self, wire: &mut Wire<'_>) -> Result<(), Fault> {
        while let Some((shape, blocks)) = self.open.last_mut() {
            let shape = *shape;
            let is_first = blocks.is_fresh;
            if !blocks.next(wire)? {
                self.text.push(if shape == Shape::ObjectArray { ']' } else { '}' });
                self.open.pop();
                continue;
            }
            if !is_first {
                self.text.push(',');
            }
            if shape != Shape::ObjectArray {
                quote(string(wire)?, &mut self.text);
                self.text.push(':');
            }
            self.item(shape, wire)?;
        }
        Ok(())
    }

    fn item(&mut self, shape: Shape, wire: &mut Wire<'_>) -> Result<(), Fault> {
        let branch = match shape {
            Shape::ObjectMap | Shape::ObjectArray => return self.open(Shape::Object),
            Shape::Values | Shape::Object => wire.zigzag()?,
        };
        match (shape, branch) {
            (_, 0) => self.scalar(Scalar::Null, wire),
            (_, 1) => self.scalar(Scalar::Boolean, wire),
            (Shape::Values, 2) => self.open(Shape::Object),
            (Shape::Values, 3) | (Shape::Object, 4) => self.scalar(Scalar::Double, wire),
            (Shape::Values, 4) | (Shape::Object, 5) => self.scalar(Scalar::String, wire),
            (Shape::Object, 2) => self.open(Shape::ObjectMap),
            (Shape::Object, 3) => self.open(Shape::ObjectArray),
            _ => Err(Fault::Broken),
        }
    }

    fn scalar(&mut self, scalar: Scalar, wire: &mut Wire<'_>) -> Result<(), Fault> {
        match scalar {
            Scalar::Null => self.text.push_str("null"),
            Scalar::Boolean => self.text.push_str(if boolean(wire)? { "true" } else { "false" }),
            Scalar::String => quote(string(wire)?, &mut self.text),
            Scalar::Double => match serde_json::Number::from_f64(f64::from_le_bytes(wire.array()?)) {
                Some(number) => self.text.push_str(&number.to_string()),
                None => self.is_number = false,
            },
        }
        Ok(())
    }
}

/// The blocks of a map or array: a count, then so many items; a negative count is followed by the size of
/// the block in bytes; a zero ends them.
struct Blocks {
    left: u64,
    /// Whether no item was read yet.
    is_fresh: bool,
    /// Bytes that have to be left after a block that told its size.
    left_after: Option<usize>,
}

impl Default for Blocks {
    fn default() -> Self {
        Self { left: 0, is_fresh: true, left_after: None }
    }
}

impl Blocks {
    /// Moves to the next item; false at the end. An item takes at least a byte, so a count that lies runs
    /// into the end of the input.
    fn next(&mut self, wire: &mut Wire<'_>) -> Result<bool, Broken> {
        if self.left == 0 {
            if self.left_after.take().is_some_and(|left| left != wire.left()) {
                return Err(Broken);
            }
            let count = wire.zigzag()?;
            if count < 0 {
                let size = usize::try_from(wire.zigzag()?).map_err(|_| Broken)?;
                self.left_after = Some(wire.left().checked_sub(size).ok_or(Broken)?);
            }
            self.left = count.unsigned_abs();
        }
        let has_item = self.left > 0;
        if has_item {
            self.left -= 1;
            self.is_fresh = false;
        }
        Ok(has_item)
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quote(text, &mut quoted);
    quoted
}

fn boolean(wire: &mut Wire<'_>) -> Result<bool, Broken> {
    match wire.byte()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Broken),
    }
}

fn bytes<'a>(wire: &mut Wire<'a>) -> Result<&'a [u8], Broken> {
    let length = u64::try_from(wire.zigzag()?).map_err(|_| Broken)?;
    wire.take(length)
}

fn string<'a>(wire: &mut Wire<'a>) -> Result<&'a str, Broken> {
    utf8(bytes(wire)?)
}
