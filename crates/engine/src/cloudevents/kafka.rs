//! The Kafka protocol binding, as far as a record's headers and value go.
//!
//! Attributes are `ce_` headers in plain UTF-8, compared exactly: Kafka's header keys have a case. There is
//! no batch mode. The record key belongs to the user and is no part of the event.

use super::binary_mode::{self, AttributeHeader, Binding, ContentType};
use super::event::Reading;
use super::event_format::{self, Mode};
use super::options::EventOptions;

/// Record headers in order; a value may be null.
pub type RecordHeaders<'h, 'a> = &'h [(&'a str, Option<&'a [u8]>)];

static KAFKA: Binding = Binding { prefix: "ce_", is_percent_encoded: false, has_content_type: true };

/// Header that carries the id of a value's schema: `00` and an id, or `01` and a guid, then Protobuf message indexes.
/// The value then has no frame.
pub const VALUE_ID_HEADER: &str = "__value_schema_id";
/// The same for the key.
pub const KEY_ID_HEADER: &str = "__key_schema_id";

/// What a record says in a header about the schema of its value or its key; the last header counts, as for the
/// reference's deserializers. [`crate::framing::split`] reads it.
pub fn find_schema_id<'a>(headers: RecordHeaders<'_, 'a>, is_key: bool) -> Option<&'a [u8]> {
    let wanted = if is_key { KEY_ID_HEADER } else { VALUE_ID_HEADER };
    headers.iter().rev().find(|(name, _)| *name == wanted).and_then(|(_, value)| *value)
}

/// Reads a record. A null value has no data in binary mode, and no event in structured mode.
pub fn read_kafka<'a>(
    headers: RecordHeaders<'_, 'a>,
    value: Option<&'a [u8]>,
    options: &EventOptions,
) -> Reading<'a> {
    let content_type = content_type(headers);
    let media_type = content_type.as_ref().map_or("", |content_type| &content_type.text);
    match Mode::of(media_type) {
        Mode::Binary => binary_mode::read(&KAFKA, attribute_headers(headers), content_type, value, options),
        // A batch type is refused like any other unknown format.
        Mode::Structured | Mode::Batched => {
            event_format::read(Mode::Structured, media_type, value.unwrap_or_default(), options)
        }
    }
}

/// Producers write the name in either case; the first one counts.
fn content_type<'a>(headers: RecordHeaders<'_, 'a>) -> Option<ContentType<'a>> {
    headers.iter().enumerate().find_map(|(at, (name, value))| {
        let text = String::from_utf8_lossy((*value)?);
        name.eq_ignore_ascii_case("content-type").then_some(ContentType { text, at })
    })
}

fn attribute_headers<'a>(headers: RecordHeaders<'_, 'a>) -> Vec<AttributeHeader<'a>> {
    let attribute = |(at, (name, value)): (usize, &(&'a str, Option<&'a [u8]>))| {
        let name = name.strip_prefix(KAFKA.prefix)?;
        Some(AttributeHeader { name: name.into(), value: *value, at })
    };
    headers.iter().enumerate().filter_map(attribute).collect()
}
