//! Binary content mode: attributes are headers, the body is the data, byte for byte.
//!
//! The bindings differ in the prefix of the names, in how values are written, and in which header carries
//! the content type; a [`Binding`] says so, and the rest is one code.

use std::borrow::Cow;

use super::attributes::{self, Carried, CarriedValue};
use super::event::{Data, Event, Reading, RefusalKind};
use super::findings::{Carrier, Findings, NOWHERE};
use super::header_value::{decode, trim};
use super::options::EventOptions;
use super::payload::{self, Content};
use super::repeated::find_repeated;
use super::rules;
use super::structured::{check_portable_size, refusal, too_large};
use crate::violation::Place;

/// How a protocol carries attributes.
pub(super) struct Binding {
    /// What stands before an attribute's name.
    pub prefix: &'static str,
    /// Whether values are quoted and percent-encoded; otherwise they are plain UTF-8.
    pub is_percent_encoded: bool,
    /// Whether the content type has a header of its own, and is no attribute header.
    pub has_content_type: bool,
}

impl Binding {
    /// The header that carries an attribute.
    pub fn header(&self, attribute: &str) -> String {
        if self.has_content_type && attribute == "datacontenttype" {
            return "content-type".to_owned();
        }
        format!("{}{attribute}", self.prefix)
    }
}

/// An attribute header: name without prefix.
pub(super) struct AttributeHeader<'a> {
    pub name: Cow<'a, str>,
    /// `None` where a protocol can say that a header has no value.
    pub value: Option<&'a [u8]>,
    /// Index among all headers.
    pub at: usize,
}

/// A content type header.
pub(super) struct ContentType<'a> {
    pub text: Cow<'a, str>,
    /// Index among all headers.
    pub at: usize,
}

/// Reads an event in binary mode; `body` is `None` when there is no data at all.
pub(super) fn read<'a>(
    binding: &'static Binding,
    headers: Vec<AttributeHeader<'a>>,
    content_type: Option<ContentType<'a>>,
    body: Option<&'a [u8]>,
    options: &EventOptions,
) -> Reading<'a> {
    let bytes = body.map_or(0, <[u8]>::len);
    if bytes > options.max_event_bytes {
        return Reading::Refused(too_large(Place::Data));
    }
    if !headers.iter().any(|header| attributes::is_required(&header.name)) {
        let message = "there is no attribute header that an event must have, and no CloudEvents content type";
        let rule = &rules::HTTP_NOT_A_CLOUDEVENT;
        return Reading::Refused(refusal(RefusalKind::NotAnEvent, rule, Place::Header, message));
    }
    let mut findings = Findings::new(options, Carrier::Headers(binding));
    let mut carried = carry(binding, headers, &mut findings);
    if let Some(ContentType { text, at }) = content_type {
        carried.push(Carried { name: Cow::Borrowed("datacontenttype"), value: CarriedValue::Text(text), at });
    }
    let attributes = attributes::check(carried, &mut findings);
    let content = payload::content(&attributes).unwrap_or(Content::Unknown);
    let data = body.map_or(Data::Absent, |body| {
        findings.note_data(NOWHERE - 1);
        payload::from_bytes(Cow::Borrowed(body), content, NOWHERE - 1, &mut findings)
    });
    check_portable_size(bytes, &mut findings);
    let event =
        Event { attributes, data, data_pointer: Cow::Borrowed(""), header_prefix: Some(binding.prefix) };
    Reading::Single(findings.into_reading(event))
}

/// Decodes attribute headers. A repeated one is reported once and has no value: which one was meant is
/// unknown, unless the values are equal and that is forgiven.
fn carry<'a>(
    binding: &Binding,
    headers: Vec<AttributeHeader<'a>>,
    findings: &mut Findings<'_>,
) -> Vec<Carried<'a>> {
    let repetition = repetitions(&headers);
    let mut carried = Vec::with_capacity(headers.len() + 1);
    for (header, repetition) in headers.into_iter().zip(repetition) {
        if repetition == Repetition::Later {
            continue;
        }
        if binding.has_content_type && header.name == "datacontenttype" {
            let message = "the content type travels in its own header";
            let pointer = format!("{}datacontenttype", binding.prefix);
            findings.header(&rules::HTTP_CE_DATACONTENTTYPE, pointer, header.at, message);
            continue;
        }
        let is_usable = repetition == Repetition::None || !report_repeated(&header, &repetition, findings);
        let value = match header.value {
            _ if !is_usable => CarriedValue::Unreadable,
            None => CarriedValue::Null,
            Some(raw) => {
                let text = if binding.is_percent_encoded {
                    decode(raw, &header.name, header.at, findings)
                } else {
                    utf8(raw, &header.name, header.at, findings)
                };
                text.map_or(CarriedValue::Unreadable, CarriedValue::Text)
            }
        };
        carried.push(Carried { name: header.name, value, at: header.at });
    }
    carried
}

/// Reports a repeated header; returns whether the event is invalid because of it.
fn report_repeated(
    header: &AttributeHeader<'_>,
    repetition: &Repetition,
    findings: &mut Findings<'_>,
) -> bool {
    let rule = &rules::HTTP_DUPLICATE_HEADER;
    let severity = if *repetition == Repetition::FirstOfEqual {
        findings.options.lenient_severity(rule)
    } else {
        findings.options.severity(rule)
    };
    findings.attribute_as(severity, rule, &header.name, header.at, "the header stands more than once")
}

#[derive(Clone, PartialEq, Eq)]
enum Repetition {
    None,
    FirstOfEqual,
    FirstOfDifferent,
    Later,
}

fn repetitions(headers: &[AttributeHeader<'_>]) -> Vec<Repetition> {
    let mut repetitions = vec![Repetition::None; headers.len()];
    let value = |at: usize| headers[at].value.map(trim);
    for (later, first) in find_repeated(headers, |header| &header.name) {
        repetitions[later] = Repetition::Later;
        if value(later) != value(first) {
            repetitions[first] = Repetition::FirstOfDifferent;
        } else if repetitions[first] == Repetition::None {
            repetitions[first] = Repetition::FirstOfEqual;
        }
    }
    repetitions
}

fn utf8<'a>(raw: &'a [u8], name: &str, at: usize, findings: &mut Findings<'_>) -> Option<Cow<'a, str>> {
    let text = std::str::from_utf8(raw).ok();
    let message = "the value is not UTF-8";
    if text.is_none() && !findings.attribute(&rules::HTTP_HEADER_CHARACTERS, name, at, message) {
        // Forgiven or not: no value comes out of it, and none may be lost in silence.
        findings.attribute(&rules::HTTP_PERCENT_UTF8, name, at, message);
    }
    text.map(Cow::Borrowed)
}
