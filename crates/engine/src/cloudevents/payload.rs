//! Rules on the payload itself, as far as they need no schema.

use std::borrow::Cow;

use super::event::{Attribute, Data};
use super::findings::Findings;
use super::grammar::media_type::MediaType;
use super::json;
use super::options::{EventOptions, Profile};
use super::rules;

/// What `datacontenttype` says about a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// There is none, or it could not be read.
    Unknown,
    /// JSON.
    Json,
    /// A media type that is not JSON.
    Other,
}

impl Content {
    /// Reads a `datacontenttype`.
    pub fn of(media_type: &str) -> Self {
        match MediaType::parse(media_type) {
            None => Self::Unknown,
            Some(media_type) if media_type.is_json() => Self::Json,
            Some(_) => Self::Other,
        }
    }
}

/// What the attributes say about the payload; `None` without a readable `datacontenttype`.
pub(super) fn content(attributes: &[Attribute<'_>]) -> Option<Content> {
    let attribute = attributes.iter().find(|attribute| attribute.name == "datacontenttype")?;
    Some(attribute.value.as_text().map_or(Content::Unknown, Content::of))
}

/// A byte order mark, which the interop profile skips before JSON.
pub(super) fn without_mark<'a>(bytes: &'a [u8], options: &EventOptions) -> &'a [u8] {
    let skipped =
        if options.profile == Profile::Interop { bytes.strip_prefix(b"\xef\xbb\xbf") } else { None };
    skipped.unwrap_or(bytes)
}

/// Levels of the data alone: the event around it is one, whatever carries it.
pub(super) fn max_depth(options: &EventOptions) -> usize {
    options.max_depth.saturating_sub(1)
}

/// Checks a payload that came as bytes; declared JSON has to parse. No bytes are no JSON text, and fine.
pub(super) fn from_bytes<'a>(
    bytes: Cow<'a, [u8]>,
    content: Content,
    at: usize,
    findings: &mut Findings<'_>,
) -> Data<'a> {
    if content != Content::Json || bytes.is_empty() || !findings.options.reads_payload() {
        return Data::Bytes(bytes);
    }
    let text = match bytes {
        Cow::Borrowed(bytes) => std::str::from_utf8(without_mark(bytes, findings.options))
            .map(Cow::Borrowed)
            .map_err(|_| Cow::Borrowed(bytes)),
        Cow::Owned(bytes) => {
            String::from_utf8(bytes).map(Cow::Owned).map_err(|error| Cow::Owned(error.into_bytes()))
        }
    };
    match text {
        Err(bytes) => {
            findings.payload(&rules::DATA_JSON_SYNTAX, "", at, "the data is not UTF-8");
            Data::Bytes(bytes)
        }
        Ok(text) => from_declared_json(text, at, findings),
    }
}

/// Checks a payload that came as text.
pub(super) fn from_text<'a>(
    text: Cow<'a, str>,
    content: Content,
    at: usize,
    findings: &mut Findings<'_>,
) -> Data<'a> {
    if content == Content::Json && !text.is_empty() && findings.options.reads_payload() {
        from_declared_json(text, at, findings)
    } else {
        Data::Text(text)
    }
}

fn from_declared_json<'a>(text: Cow<'a, str>, at: usize, findings: &mut Findings<'_>) -> Data<'a> {
    match json::read_value(&text, max_depth(findings.options)) {
        Ok(repeated) => {
            report_repeated(&repeated, at, findings);
            if is_double_encoded(&text, findings.options) {
                findings.payload(&rules::DATA_DOUBLE_ENCODED, "", at, "the string holds JSON text");
            }
            Data::Json(text)
        }
        Err(fault) => {
            let rule = match fault.kind {
                json::FaultKind::Depth => &rules::JSON_DEPTH,
                _ => &rules::DATA_JSON_SYNTAX,
            };
            findings.payload(rule, "", at, &json_message(&fault));
            Data::Bytes(match text {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            })
        }
    }
}

fn report_repeated(repeated: &[String], at: usize, findings: &mut Findings<'_>) {
    for pointer in repeated {
        findings.payload(&rules::DATA_DUPLICATE_MEMBER, pointer, at, "the member repeats an earlier one");
    }
}

/// Whether a JSON text is a string that holds an object or array as text.
pub(super) fn is_double_encoded(text: &str, options: &EventOptions) -> bool {
    let Some(inside) = json::string_value(text) else { return false };
    inside.trim_ascii_start().starts_with(['{', '[']) && json::read_value(&inside, options.max_depth).is_ok()
}

/// Where a JSON text is broken, in words.
pub(super) fn json_message(fault: &json::Fault) -> String {
    match fault.kind {
        json::FaultKind::Depth => format!("the JSON text is nested too deep at byte {}", fault.offset),
        json::FaultKind::Surrogate => format!("the escape at byte {} is an unpaired surrogate", fault.offset),
        json::FaultKind::Syntax => format!("expected {} at byte {}", fault.expected, fault.offset),
    }
}
