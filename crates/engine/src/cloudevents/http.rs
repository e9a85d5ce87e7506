//! The HTTP protocol binding: structured, batched and binary mode.
//!
//! The mode is told by `Content-Type` alone. In structured modes the body decides and headers never fill
//! gaps; in binary mode headers are the attributes and the body is the data, byte for byte.

use std::borrow::Cow;

use super::attributes::{self, Carried, CarriedValue};
use super::event::{Data, Event, EventReading, Reading, Refusal, RefusalKind};
use super::findings::{Carrier, Findings};
use super::grammar::media_type::MediaType;
use super::header_value::{decode, decode_silently, trim};
use super::options::EventOptions;
use super::payload::{self, Content};
use super::rules;
use super::structured::{self, check_portable_size, refusal, too_large};
use crate::violation::Place;

/// Header fields in wire order: name in any case, value as received.
pub type Headers<'h, 'a> = &'h [(&'a str, &'a [u8])];

const PREFIX: &str = "ce-";

/// Reads an HTTP request.
pub fn read_http<'a>(headers: Headers<'_, 'a>, body: &'a [u8], options: &EventOptions) -> Reading<'a> {
    let content_type = content_type(headers);
    let essence = content_type.as_deref().map(essence).unwrap_or_default();
    match Mode::of(&essence) {
        Mode::Binary => read_binary(headers, content_type, body, options),
        Mode::Structured | Mode::Batched => {
            match refused_charset(content_type.as_deref().unwrap_or_default()) {
                Some(refusal) => Reading::Refused(refusal),
                None => read_document(&essence, headers, body, options),
            }
        }
    }
}

/// Content modes (HTTP binding 3).
enum Mode {
    Binary,
    Structured,
    Batched,
}

impl Mode {
    fn of(essence: &str) -> Self {
        if essence.starts_with("application/cloudevents-batch") {
            Self::Batched
        } else if essence.starts_with("application/cloudevents") {
            Self::Structured
        } else {
            Self::Binary
        }
    }
}

fn read_document<'a>(
    essence: &str,
    headers: Headers<'_, 'a>,
    body: &'a [u8],
    options: &EventOptions,
) -> Reading<'a> {
    let mut reading = match essence {
        "application/cloudevents+json" => structured::read_json(body, options),
        "application/cloudevents-batch+json" => structured::read_json_batch(body, options),
        _ => {
            let message = "the event format is not supported";
            let rule = &rules::HTTP_FORMAT_UNSUPPORTED;
            return Reading::Refused(header_refusal(RefusalKind::Unsupported, rule, message));
        }
    };
    if let Reading::Single(reading) = &mut reading {
        check_mismatch(headers, reading, options);
    }
    reading
}

/// Type and subtype in lower case; the rest may be anything here.
fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim_end_matches([' ', '\t']).to_ascii_lowercase()
}

/// The content type as text; repeated fields are joined as any list field (RFC 9110 5.3), which no media
/// type survives.
fn content_type<'a>(headers: Headers<'_, 'a>) -> Option<Cow<'a, str>> {
    let mut values = headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        .map(|(_, value)| String::from_utf8_lossy(trim(value)));
    let first = values.next()?;
    Some(values.fold(first, |joined, value| Cow::Owned(format!("{joined}, {value}"))))
}

/// JSON events are UTF-8, which contains US-ASCII; the name of anything else is believed.
fn refused_charset(content_type: &str) -> Option<Refusal> {
    let charset = MediaType::parse(content_type)?.find_parameter("charset")?;
    let is_readable = ["utf-8", "us-ascii"].iter().any(|name| charset.eq_ignore_ascii_case(name));
    let message = "the charset is neither utf-8 nor us-ascii";
    (!is_readable).then(|| header_refusal(RefusalKind::Unsupported, &rules::HTTP_CHARSET, message))
}

fn header_refusal(kind: RefusalKind, rule: &'static rules::EventRule, message: &str) -> Refusal {
    let mut refusal = refusal(kind, rule, Place::Header, message);
    "content-type".clone_into(&mut refusal.finding.pointer);
    refusal
}

/// An attribute header.
struct AttributeHeader<'a> {
    name: Cow<'a, str>,
    value: &'a [u8],
    at: usize,
}

/// The `ce-` headers with their attribute names in lower case.
fn attribute_headers<'a>(headers: Headers<'_, 'a>) -> Vec<AttributeHeader<'a>> {
    let attribute = |(at, (name, value)): (usize, &(&'a str, &'a [u8]))| {
        let (prefix, name) = name.split_at_checked(PREFIX.len())?;
        let name = if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(name.to_ascii_lowercase())
        } else {
            Cow::Borrowed(name)
        };
        prefix.eq_ignore_ascii_case(PREFIX).then_some(AttributeHeader { name, value, at })
    };
    headers.iter().enumerate().filter_map(attribute).collect()
}

fn read_binary<'a>(
    headers: Headers<'_, 'a>,
    content_type: Option<Cow<'a, str>>,
    body: &'a [u8],
    options: &EventOptions,
) -> Reading<'a> {
    if body.len() > options.max_event_bytes {
        return Reading::Refused(too_large(Place::Data));
    }
    let found = attribute_headers(headers);
    if !found.iter().any(|header| attributes::is_required(&header.name)) {
        let message =
            "the request has no `ce-` header that an event must have, and no CloudEvents content type";
        let refusal = refusal(RefusalKind::NotAnEvent, &rules::HTTP_NOT_A_CLOUDEVENT, Place::Header, message);
        return Reading::Refused(refusal);
    }
    let mut findings = Findings::new(options, Carrier::Headers(PREFIX));
    let mut carried = carry(found, &mut findings);
    let content = content_type.as_deref().map_or(Content::Unknown, Content::of);
    if let Some(text) = content_type {
        let at = headers.iter().position(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let at = at.unwrap_or_default();
        carried.push(Carried { name: Cow::Borrowed("datacontenttype"), value: CarriedValue::Text(text), at });
    }
    let attributes = attributes::check(carried, &mut findings);
    let data = if body.is_empty() {
        Data::Absent
    } else {
        payload::from_bytes(Cow::Borrowed(body), content, headers.len(), &mut findings)
    };
    check_portable_size(body.len(), &mut findings);
    let event = Event { attributes, data, data_pointer: String::new() };
    Reading::Single(EventReading { event, report: findings.into_report() })
}

/// Decodes attribute headers. A repeated one is reported once and has no value: which one was meant is
/// unknown.
fn carry<'a>(headers: Vec<AttributeHeader<'a>>, findings: &mut Findings<'_>) -> Vec<Carried<'a>> {
    let mut carried: Vec<Carried<'a>> = Vec::with_capacity(headers.len() + 1);
    let mut raw: Vec<&[u8]> = Vec::with_capacity(headers.len());
    let mut repeated: Vec<Repeated> = Vec::new();
    for AttributeHeader { name, value, at } in headers {
        if let Some(index) = carried.iter().position(|carried| carried.name == name) {
            let is_equal = trim(raw[index]) == trim(value);
            match repeated.iter_mut().find(|repeated| repeated.index == index) {
                Some(repeated) => repeated.is_equal &= is_equal,
                None => repeated.push(Repeated { index, at, is_equal }),
            }
            continue;
        }
        raw.push(value);
        carried.push(Carried { name, value: CarriedValue::Null, at });
    }
    for Repeated { index, at, is_equal } in repeated {
        let rule = &rules::HTTP_DUPLICATE_HEADER;
        let options = findings.options;
        let severity = if is_equal { options.lenient_severity(rule) } else { options.severity(rule) };
        let message = "the header stands more than once";
        if findings.attribute_as(severity, rule, &carried[index].name, at, message) {
            carried[index].value = CarriedValue::Unreadable;
        }
    }
    for (carried, raw) in carried.iter_mut().zip(raw) {
        if matches!(carried.value, CarriedValue::Null) {
            carried.value = match decode(raw, &carried.name, carried.at, findings) {
                Some(text) => CarriedValue::Text(text),
                None => CarriedValue::Unreadable,
            };
        }
    }
    carried.retain(|carried| keep(carried, findings));
    carried
}

struct Repeated {
    index: usize,
    at: usize,
    is_equal: bool,
}

/// `ce-datacontenttype` is no carrier of anything.
fn keep(carried: &Carried<'_>, findings: &mut Findings<'_>) -> bool {
    let is_misplaced = carried.name == "datacontenttype";
    if is_misplaced {
        let message = "the content type travels in `Content-Type`";
        findings.header(
            &rules::HTTP_CE_DATACONTENTTYPE,
            format!("{PREFIX}datacontenttype"),
            carried.at,
            message,
        );
    }
    !is_misplaced
}

/// Headers of a structured event may repeat attributes; the body decides.
fn check_mismatch(headers: Headers<'_, '_>, reading: &mut EventReading<'_>, options: &EventOptions) {
    let rule = &rules::HTTP_HEADER_MISMATCH;
    for header in attribute_headers(headers) {
        let decoded = decode_silently(header.value, |_| true).value;
        let in_body = reading.event.find(&header.name).map(super::event::AttributeValue::to_text);
        if decoded.is_some() && decoded == in_body {
            continue;
        }
        if let Some(severity) = options.severity(rule) {
            let message = "the header differs from the attribute in the body, which counts";
            let pointer = format!("{PREFIX}{}", header.name);
            let finding = super::findings::violation(rule, severity, Place::Header, pointer, message);
            reading.report.push(finding);
        }
    }
}
