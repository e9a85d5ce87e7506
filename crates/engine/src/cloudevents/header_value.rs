//! Values of attribute headers (HTTP binding 3.1.3.2, NATS binding 3.1.3.1): quoting, then one round of
//! percent-decoding.

use std::borrow::Cow;

use super::findings::Findings;
use super::grammar::media_type::unescape;
use super::rules::{self, EventRule};
use crate::Severity;

/// Decodes a header value and reports what is wrong with it; `None` when no value came out.
pub(super) fn decode<'a>(
    raw: &'a [u8],
    name: &str,
    at: usize,
    findings: &mut Findings<'_>,
) -> Option<Cow<'a, str>> {
    let decoded = decode_silently(raw, |rule| findings.options.severity(rule) != Some(Severity::Error));
    for (rule, message) in decoded.remarks {
        findings.attribute(rule, name, at, message);
    }
    decoded.value
}

/// A decoded value with what is to be said about it.
pub(super) struct Decoded<'a> {
    pub value: Option<Cow<'a, str>>,
    remarks: Vec<(&'static EventRule, &'static str)>,
}

/// Decodes a header value; `forgives` says for which rules a value is made of the broken one.
pub(super) fn decode_silently(raw: &[u8], forgives: impl Fn(&EventRule) -> bool) -> Decoded<'_> {
    let mut remarks = Vec::new();
    let value = decode_value(trim(raw), forgives, &mut remarks);
    Decoded { value, remarks }
}

fn decode_value<'a>(
    raw: &'a [u8],
    forgives: impl Fn(&EventRule) -> bool,
    remarks: &mut Vec<(&'static EventRule, &'static str)>,
) -> Option<Cow<'a, str>> {
    if !raw.iter().all(|byte| matches!(byte, b'\t' | 0x20..=0x7e)) {
        remarks.push((&rules::HTTP_HEADER_CHARACTERS, "the value holds bytes other than printable ASCII"));
        if !forgives(&rules::HTTP_HEADER_CHARACTERS) {
            return None;
        }
    }
    let Ok(text) = std::str::from_utf8(raw) else {
        remarks.push((&rules::HTTP_PERCENT_UTF8, "the bytes are not UTF-8"));
        return None;
    };
    let unquoted = match quoted(text) {
        Some(inside) => unescape(inside),
        None => {
            if text.contains(' ') {
                remarks.push((&rules::HTTP_UNENCODED_SPACE, "the value holds an unencoded space"));
            }
            Cow::Borrowed(text)
        }
    };
    if !unquoted.contains('%') {
        return Some(unquoted);
    }
    let bytes = match percent_decode(&unquoted) {
        (bytes, true) => bytes,
        (bytes, false) => {
            remarks.push((&rules::HTTP_PERCENT_ENCODING, "`%` stands without two hexadecimal digits"));
            if !forgives(&rules::HTTP_PERCENT_ENCODING) {
                return None;
            }
            bytes
        }
    };
    let decoded = String::from_utf8(bytes).ok().map(Cow::Owned);
    if decoded.is_none() {
        remarks.push((&rules::HTTP_PERCENT_UTF8, "the percent-encoded bytes are not UTF-8"));
    }
    decoded
}

/// Removes white space around a header value.
pub(super) fn trim(raw: &[u8]) -> &[u8] {
    let is_white = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = raw.iter().position(|byte| !is_white(byte)).unwrap_or(raw.len());
    let end = raw.iter().rposition(|byte| !is_white(byte)).map_or(start, |last| last + 1);
    &raw[start..end]
}

/// The inside of a value that is quoted as a whole.
fn quoted(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('"')?.strip_suffix('"')?;
    let backslashes = inside.bytes().rev().take_while(|byte| *byte == b'\\').count();
    backslashes.is_multiple_of(2).then_some(inside)
}

/// Decodes what is encoded and keeps the rest; false when a `%` stands alone.
fn percent_decode(text: &str) -> (Vec<u8>, bool) {
    let mut decoded = Vec::with_capacity(text.len());
    let mut is_clean = true;
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            decoded.push(*byte);
            continue;
        }
        match after.split_first_chunk::<2>().and_then(|(pair, after)| Some((hex_pair(*pair)?, after))) {
            Some((value, after)) => {
                decoded.push(value);
                rest = after;
            }
            None => {
                decoded.push(b'%');
                is_clean = false;
            }
        }
    }
    (decoded, is_clean)
}

fn hex_pair(pair: [u8; 2]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8)
}
