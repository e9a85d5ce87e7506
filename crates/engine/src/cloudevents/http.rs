//! The HTTP protocol binding: structured, batched and binary mode.
//!
//! The mode is told by `Content-Type` alone. In structured modes the body decides and headers never fill
//! gaps; in binary mode `ce-` headers are the attributes.

use std::borrow::Cow;

use super::binary_mode::{self, AttributeHeader, Binding, ContentType};
use super::event::{AttributeValue, EventReading, Reading};
use super::event_format::{self, Mode};
use super::findings::violation;
use super::header_value::{decode_silently, trim};
use super::options::EventOptions;
use super::rules;
use super::structured::read_json_ahead;
use crate::violation::Place;

/// Header fields in wire order: name in any case, value as received.
pub type Headers<'h, 'a> = &'h [(&'a str, &'a [u8])];

static HTTP: Binding = Binding { prefix: "ce-", is_percent_encoded: true, has_content_type: true };

/// Reads an HTTP request.
pub fn read_http<'a>(headers: Headers<'_, 'a>, body: &'a [u8], options: &EventOptions) -> Reading<'a> {
    let content_type = content_type(headers);
    let media_type = content_type.as_ref().map_or("", |content_type| &content_type.text);
    let mode = Mode::of(media_type);
    if mode == Mode::Binary {
        // An empty body is no data (HTTP binding 3.1.2).
        let body = (!body.is_empty()).then_some(body);
        return binary_mode::read(&HTTP, attribute_headers(headers), content_type, body, options);
    }
    let mut reading = event_format::read(mode, media_type, body, options);
    if let (Mode::Structured, Reading::Single(reading)) = (mode, &mut reading) {
        check_mismatch(headers, reading, options);
    }
    reading
}

/// Reads an HTTP request that carries one event in JSON, as [`read_json_ahead`] does.
pub fn read_http_ahead<'a>(
    headers: Headers<'_, 'a>,
    body: &'a [u8],
    options: &EventOptions,
) -> Option<EventReading<'a>> {
    let is_json = event_format::is_json(&content_type(headers)?.text);
    // Headers that repeat attributes are compared with them.
    let is_plain = is_json && attribute_headers(headers).is_empty();
    if is_plain { read_json_ahead(body, options) } else { None }
}

/// The content type as text; repeated fields are joined as any list field (RFC 9110 5.3), which no media
/// type survives.
fn content_type<'a>(headers: Headers<'_, 'a>) -> Option<ContentType<'a>> {
    let mut values = headers
        .iter()
        .enumerate()
        .filter(|(_, (name, _))| name.eq_ignore_ascii_case("content-type"))
        .map(|(at, (_, value))| ContentType { text: lossy(trim(value)), at });
    let first = values.next()?;
    Some(values.fold(first, |joined, next| ContentType {
        text: Cow::Owned(format!("{}, {}", joined.text, next.text)),
        at: joined.at,
    }))
}

/// The text with U+FFFD for what is not UTF-8; the library's own search for such bytes is slow.
fn lossy(value: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(value).map_or_else(|_| String::from_utf8_lossy(value), Cow::Borrowed)
}

/// The `ce-` headers with their attribute names in lower case.
pub(super) fn attribute_headers<'a>(headers: Headers<'_, 'a>) -> Vec<AttributeHeader<'a>> {
    let is_prefix = |text: &str| text.eq_ignore_ascii_case(HTTP.prefix);
    let attribute = |(at, (name, value)): (usize, &(&'a str, &'a [u8]))| {
        let (_, name) = name.split_at_checked(HTTP.prefix.len()).filter(|(prefix, _)| is_prefix(prefix))?;
        let is_lower = !name.bytes().any(|byte| byte.is_ascii_uppercase());
        let name = if is_lower { Cow::Borrowed(name) } else { Cow::Owned(name.to_ascii_lowercase()) };
        Some(AttributeHeader { name, value: Some(*value), at })
    };
    headers.iter().enumerate().filter_map(attribute).collect()
}

/// Headers of a structured event may repeat attributes; the body decides.
fn check_mismatch(headers: Headers<'_, '_>, reading: &mut EventReading<'_>, options: &EventOptions) {
    let rule = &rules::HTTP_HEADER_MISMATCH;
    let Some(severity) = options.severity(rule) else { return };
    for header in attribute_headers(headers) {
        let decoded = header.value.and_then(|raw| decode_silently(raw, |_| true).value);
        let in_body = reading.event.find(&header.name).map(AttributeValue::to_text);
        if decoded.is_none() || decoded != in_body {
            let message = "the header differs from the attribute in the body, which counts";
            let pointer = format!("{}{}", HTTP.prefix, header.name);
            reading.report.push(violation(rule, severity, Place::Header, pointer, message));
        }
    }
}
