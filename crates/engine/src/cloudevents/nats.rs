//! The NATS protocol binding: HTTP's header values, but the content type of the data is an attribute
//! header like any other (`ce-datacontenttype`); `Content-Type` only tells the mode.

use super::binary_mode::{self, Binding};
use super::event::Reading;
use super::event_format::{self, Mode};
use super::header_value::trim;
use super::http::{Headers, attribute_headers};
use super::options::EventOptions;

static NATS: Binding = Binding { prefix: "ce-", is_percent_encoded: true, has_content_type: false };

/// Reads a message of a server that has headers (2.2 and newer).
pub fn read_nats<'a>(headers: Headers<'_, 'a>, body: &'a [u8], options: &EventOptions) -> Reading<'a> {
    let content_type = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let media_type =
        content_type.map_or("", |(_, value)| std::str::from_utf8(trim(value)).unwrap_or_default());
    match Mode::of(media_type) {
        Mode::Binary => {
            let body = (!body.is_empty()).then_some(body);
            binary_mode::read(&NATS, attribute_headers(headers), None, body, options)
        }
        // There is no batch mode: its type is refused like any other unknown format.
        Mode::Structured | Mode::Batched => event_format::read(Mode::Structured, media_type, body, options),
    }
}
