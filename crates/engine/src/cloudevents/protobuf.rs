//! The Protobuf event format: `io.cloudevents.v1.CloudEvent` and `CloudEventBatch`.
//!
//! Field numbers are those of the published `.proto` file, which the SDKs use; the specification's text has
//! others. In proto3 an empty required attribute and a missing one are the same. Unknown fields pass.

use std::borrow::Cow;

use super::attributes::{self, Carried, CarriedValue};
use super::avro::without_repeated;
use super::batch;
use super::event::{Data, Event, EventReading, Reading, RefusalKind};
use super::findings::{Carrier, Findings, NOWHERE};
use super::grammar::{timestamp, uri};
use super::options::EventOptions;
use super::payload;
use super::rules;
use super::structured::{check_portable_size, refusal, too_large, too_many};
use super::wire::{Broken, Wire, utf8};
use crate::Severity;
use crate::violation::Place;

/// Reads one event in the Protobuf event format.
pub fn read_protobuf<'a>(body: &'a [u8], options: &EventOptions) -> Reading<'a> {
    if body.len() > options.max_event_bytes {
        return Reading::Refused(too_large(Place::Envelope));
    }
    let mut findings = Findings::new(options, Carrier::Document(String::new()));
    match read_event(body, &mut findings) {
        Ok(event) => {
            check_portable_size(body.len(), &mut findings);
            Reading::Single(findings.into_reading(event))
        }
        Err(Broken) => unreadable(Place::Envelope),
    }
}

/// Reads a batch in the Protobuf batch format.
pub fn read_protobuf_batch<'a>(body: &'a [u8], options: &EventOptions) -> Reading<'a> {
    if body.len() > options.max_batch_bytes {
        return Reading::Refused(too_large(Place::Batch));
    }
    let mut budget = batch::Budget::default();
    let mut events = Vec::new();
    for field in Fields::of(body) {
        let element = match field {
            Ok(Field { number: 1, value: FieldValue::Bytes(element) }) => element,
            Ok(Field { number: 1, .. }) | Err(Broken) => return unreadable(Place::Batch),
            Ok(_) => continue,
        };
        if events.len() >= options.max_batch_events {
            return Reading::Refused(too_many(options.max_batch_events));
        }
        let reading = read_element(element, events.len(), &budget, options);
        budget.spend(&reading.report);
        events.push(reading);
    }
    let report = batch::check(&events, body.len(), options);
    Reading::Batch { events, report }
}

fn read_element<'a>(
    element: &'a [u8],
    index: usize,
    budget: &batch::Budget,
    options: &EventOptions,
) -> EventReading<'a> {
    let mut findings =
        Findings::new(options, Carrier::Document(format!("/{index}"))).with_room(budget.room());
    let event = read_event(element, &mut findings).unwrap_or_else(|Broken| {
        findings.whole(&rules::PROTOBUF_SYNTAX, "the element is not a message of the event format");
        Event::default()
    });
    if element.len() > options.max_event_bytes {
        findings.whole(&rules::SIZE_LIMIT, "the event is larger than the limit");
    }
    findings.into_reading(event)
}

fn unreadable<'a>(place: Place) -> Reading<'a> {
    let message = "the body is not a message of the Protobuf event format";
    Reading::Refused(refusal(RefusalKind::Unreadable, &rules::PROTOBUF_SYNTAX, place, message))
}

/// The fields that say what the data is; at most one may be set.
#[derive(Default)]
struct Payload<'a> {
    binary: Option<&'a [u8]>,
    text: Option<&'a str>,
    message: Option<&'a [u8]>,
}

fn read_event<'a>(bytes: &'a [u8], findings: &mut Findings<'_>) -> Result<Event<'a>, Broken> {
    let mut carried: Vec<Carried<'a>> = Vec::with_capacity(8);
    let mut payload = Payload::default();
    for field in Fields::of(bytes) {
        let Field { number, value } = field?;
        let at = carried.len();
        match (number, value) {
            (1..=4, FieldValue::Bytes(bytes)) => {
                let name = ["id", "source", "specversion", "type"][number as usize - 1];
                carried.push(Carried { name: Cow::Borrowed(name), value: required(utf8(bytes)?), at });
            }
            (5, FieldValue::Bytes(bytes)) => carried.extend(read_attribute(bytes, at, findings)?),
            (6, FieldValue::Bytes(bytes)) => payload.binary = Some(bytes),
            (7, FieldValue::Bytes(bytes)) => payload.text = Some(utf8(bytes)?),
            (8, FieldValue::Bytes(bytes)) => payload.message = Some(bytes),
            (1..=8, _) => return Err(Broken),
            _ => {}
        }
    }
    let mut carried = without_repeated(carried, findings);
    if let Some(message) = payload.message
        && let Data::Message { type_url, .. } = read_any(message)?
    {
        for carried in &mut carried {
            accept_type_url(carried, &type_url, findings);
        }
    }
    let attributes = attributes::check(carried, findings);
    let data = read_data(&payload, payload::content(&attributes), findings)?;
    Ok(Event { attributes, data, data_pointer: Cow::Borrowed(""), header_prefix: None })
}

/// Proto3 does not tell an empty string from one that is not set.
fn required(text: &str) -> CarriedValue<'_> {
    if text.is_empty() { CarriedValue::Null } else { CarriedValue::Text(Cow::Borrowed(text)) }
}

/// Reads an entry of the attribute map. The required attributes have fields of their own.
fn read_attribute<'a>(
    entry: &'a [u8],
    at: usize,
    findings: &mut Findings<'_>,
) -> Result<Option<Carried<'a>>, Broken> {
    let (mut name, mut message) = ("", None);
    for field in Fields::of(entry) {
        match field? {
            Field { number: 1, value: FieldValue::Bytes(bytes) } => name = utf8(bytes)?,
            Field { number: 2, value: FieldValue::Bytes(bytes) } => message = Some(bytes),
            Field { number: 1 | 2, .. } => return Err(Broken),
            Field { .. } => {}
        }
    }
    if attributes::is_required(name) {
        let message = "the attribute has a field of its own";
        findings.attribute(&rules::JSON_DUPLICATE_MEMBER, name, at, message);
        return Ok(None);
    }
    let value = match read_value(name, message.unwrap_or_default())? {
        Some(value) => value,
        None if name == "time" => {
            findings.attribute(&rules::TIME_RFC3339, name, at, "the timestamp is out of range");
            CarriedValue::Unreadable
        }
        None => CarriedValue::OtherType,
    };
    Ok(Some(Carried { name: Cow::Borrowed(name), value, at }))
}

/// Reads a `CloudEventAttributeValue`; of several members of its `oneof` the last one counts. `None` is a timestamp
/// that is out of its range. A core attribute has one type: `dataschema` is a URI, `time` a timestamp, the others are
/// strings; each may also be carried as a string.
fn read_value<'a>(name: &str, message: &'a [u8]) -> Result<Option<CarriedValue<'a>>, Broken> {
    let is_extension = !attributes::is_core(name);
    let mut value = Some(CarriedValue::Null);
    for field in Fields::of(message) {
        value = match field? {
            Field { number: 1, value: FieldValue::Varint(value) } => Some(CarriedValue::Boolean(value != 0)),
            // An int32 is written with the sign extended to 64 bits; parsers keep the low 32.
            Field { number: 2, value: FieldValue::Varint(value) } => {
                Some(CarriedValue::Integer(value as i32))
            }
            Field { number: number @ (3 | 5 | 6), value: FieldValue::Bytes(bytes) } => {
                let text = utf8(bytes)?;
                let fits = number == 3 || is_extension || name == "dataschema";
                Some(if fits { CarriedValue::Text(Cow::Borrowed(text)) } else { CarriedValue::OtherType })
            }
            Field { number: 4, value: FieldValue::Bytes(bytes) } => {
                Some(CarriedValue::Binary(Cow::Borrowed(bytes)))
            }
            Field { number: 7, value: FieldValue::Bytes(bytes) } => match read_timestamp(bytes)? {
                Some(text) if is_extension || name == "time" => Some(CarriedValue::Text(Cow::Owned(text))),
                Some(_) => Some(CarriedValue::OtherType),
                None => None,
            },
            Field { number: 1..=7, .. } => return Err(Broken),
            Field { .. } => value,
        };
    }
    Ok(value)
}

/// Reads a `google.protobuf.Timestamp` as RFC 3339 text; `None` when it is out of its range.
fn read_timestamp(message: &[u8]) -> Result<Option<String>, Broken> {
    let (mut seconds, mut nanos) = (0, 0);
    for field in Fields::of(message) {
        match field? {
            Field { number: 1, value: FieldValue::Varint(value) } => seconds = value as i64,
            Field { number: 2, value: FieldValue::Varint(value) } => nanos = value as i32,
            Field { number: 1 | 2, .. } => return Err(Broken),
            Field { .. } => {}
        }
    }
    Ok(timestamp::format(seconds, nanos))
}

/// With a packed message the specification wants its type URL as `dataschema`, and that has no scheme.
fn accept_type_url(carried: &mut Carried<'_>, type_url: &str, findings: &mut Findings<'_>) {
    if carried.name != "dataschema" {
        return;
    }
    if let CarriedValue::Text(text) = &mut carried.value
        && text == type_url
        && uri::parse(text).is_some_and(|uri| !uri.has_scheme && !uri.has_fragment)
    {
        let rule = &rules::DATASCHEMA_URI;
        let severity = findings.options.severity(rule).map(|_| Severity::Warning);
        let message = "the type URL has no scheme and is no URI";
        findings.attribute_as(severity, rule, "dataschema", carried.at, message);
        carried.value = CarriedValue::Judged(std::mem::take(text));
    }
}

fn read_data<'a>(
    payload: &Payload<'a>,
    content: Option<payload::Content>,
    findings: &mut Findings<'_>,
) -> Result<Data<'a>, Broken> {
    let content = content.unwrap_or(payload::Content::Unknown);
    let at = NOWHERE - 1;
    findings.note_data(at);
    Ok(match (payload.binary, payload.text, payload.message) {
        (None, None, None) => Data::Absent,
        (Some(bytes), None, None) => payload::from_bytes(Cow::Borrowed(bytes), content, at, findings),
        (None, Some(text), None) => payload::from_text(Cow::Borrowed(text), content, at, findings),
        (None, None, Some(any)) => read_any(any)?,
        _ => {
            findings.attribute(&rules::DATA_EXCLUSIVE, "data", at, "the event has several kinds of data");
            Data::Absent
        }
    })
}

fn read_any(message: &[u8]) -> Result<Data<'_>, Broken> {
    let (mut type_url, mut value) = ("", &[][..]);
    for field in Fields::of(message) {
        match field? {
            Field { number: 1, value: FieldValue::Bytes(bytes) } => type_url = utf8(bytes)?,
            Field { number: 2, value: FieldValue::Bytes(bytes) } => value = bytes,
            Field { number: 1 | 2, .. } => return Err(Broken),
            Field { .. } => {}
        }
    }
    Ok(Data::Message { type_url: Cow::Borrowed(type_url), bytes: Cow::Borrowed(value) })
}

/// One field on the wire.
struct Field<'a> {
    number: u32,
    value: FieldValue<'a>,
}

enum FieldValue<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    /// A fixed-width number or a group; no field of the format is one.
    Other,
}

/// The fields of a message, in order.
struct Fields<'a> {
    wire: Wire<'a>,
}

impl<'a> Fields<'a> {
    fn of(message: &'a [u8]) -> Self {
        Self { wire: Wire::new(message) }
    }

    fn field(&mut self) -> Result<Field<'a>, Broken> {
        let (number, wire_type) = self.tag()?;
        let value = match wire_type {
            0 => FieldValue::Varint(self.wire.varint()?),
            2 => {
                let length = self.wire.varint()?;
                FieldValue::Bytes(self.wire.take(length)?)
            }
            3 => {
                self.skip_group()?;
                FieldValue::Other
            }
            other => {
                self.skip_fixed(other)?;
                FieldValue::Other
            }
        };
        Ok(Field { number, value })
    }

    fn tag(&mut self) -> Result<(u32, u64), Broken> {
        let tag = self.wire.varint()?;
        let number = u32::try_from(tag >> 3).ok().filter(|number| (1..1 << 29).contains(number));
        Ok((number.ok_or(Broken)?, tag & 7))
    }

    fn skip_fixed(&mut self, wire_type: u64) -> Result<(), Broken> {
        match wire_type {
            1 => self.wire.take(8),
            5 => self.wire.take(4),
            _ => Err(Broken),
        }
        .map(|_| ())
    }

    /// Skips an unknown group, whatever it nests, without recursion.
    fn skip_group(&mut self) -> Result<(), Broken> {
        let mut depth = 1u64;
        while depth > 0 {
            match self.tag()?.1 {
                0 => self.wire.varint().map(|_| ())?,
                2 => {
                    let length = self.wire.varint()?;
                    self.wire.take(length)?;
                }
                3 => depth += 1,
                4 => depth -= 1,
                other => self.skip_fixed(other)?,
            }
        }
        Ok(())
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.wire.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.wire = Wire::new(&[]);
        }
        Some(field)
    }
}
