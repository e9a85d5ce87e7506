//! The path of a request, as decoded segments.
//!
//! Segments are split on the raw text and percent-decoded once afterwards, so `%2F` stays inside a subject
//! and a literal `+` is a plus. A trailing slash is none. `/contexts/{ctx}/P` reads as `P` with that context;
//! `/contexts` and `/contexts/{ctx}` alone are resources of their own.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::model::{ContextName, InvalidContext};

/// Why a path cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPath {
    /// A segment does not decode to UTF-8.
    #[error("path segment is not UTF-8 after percent-decoding")]
    NotUtf8,
    /// A `%` without two hexadecimal digits.
    #[error("path segment holds a malformed percent-escape")]
    MalformedEscape,
    /// The context segment is no context name.
    #[error(transparent)]
    Context(#[from] InvalidContext),
}

/// A path taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestPath<'a> {
    /// Context of unqualified subject names: the one of `/contexts/{ctx}/…`, else the default one.
    pub context: ContextName,
    /// Decoded segments, none of them empty.
    pub segments: Vec<Cow<'a, str>>,
    /// Whether a segment in the middle was empty: such a path matches nothing.
    pub has_gap: bool,
}

/// Takes a raw path apart.
///
/// # Errors
/// [`BadPath`]; the caller answers 400.
pub fn read(raw: &str) -> Result<RequestPath<'_>, BadPath> {
    let trimmed = raw.strip_prefix('/').unwrap_or(raw);
    let trimmed = trimmed.strip_suffix('/').unwrap_or(trimmed);
    if trimmed.is_empty() {
        return Ok(RequestPath { context: ContextName::default(), segments: Vec::new(), has_gap: false });
    }
    let mut segments = trimmed.split('/').map(decode).collect::<Result<Vec<_>, _>>()?;
    let mut context = ContextName::default();
    let has_gap = segments.iter().any(|segment| segment.is_empty());
    if segments.len() > 2 && segments[0] == "contexts" {
        context = ContextName::from_segment(&segments[1])?;
        segments.drain(..2);
    }
    Ok(RequestPath { context, segments, has_gap })
}

fn decode(segment: &str) -> Result<Cow<'_, str>, BadPath> {
    if !segment.contains('%') {
        return Ok(Cow::Borrowed(segment));
    }
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        let is_hex = |next: Option<u8>| next.is_some_and(|digit| digit.is_ascii_hexdigit());
        if byte == b'%' && !(is_hex(bytes.next()) && is_hex(bytes.next())) {
            return Err(BadPath::MalformedEscape);
        }
    }
    percent_decode_str(segment).decode_utf8().map_err(|_| BadPath::NotUtf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(raw: &str) -> Vec<String> {
        let path = read(raw).expect("readable");
        path.segments.into_iter().map(Cow::into_owned).collect()
    }

    #[test]
    fn segments_are_split_before_they_are_decoded() {
        for (raw, expected) in [
            ("/", vec![]),
            ("/subjects", vec!["subjects"]),
            ("/subjects/", vec!["subjects"]),
            ("/subjects/a%2Fb/versions", vec!["subjects", "a/b", "versions"]),
            ("/subjects/a+b%20c%2525", vec!["subjects", "a+b c%25"]),
            ("/subjects/%C3%A9%3a", vec!["subjects", "é:"]),
            ("/contexts", vec!["contexts"]),
            ("/contexts/.dr", vec!["contexts", ".dr"]),
            ("/contexts/.dr/", vec!["contexts", ".dr"]),
        ] {
            assert_eq!(segments(raw), expected, "{raw}");
        }
    }

    #[test]
    fn a_context_in_front_is_taken_off_in_every_spelling() {
        for raw in
            ["/contexts/.dr/mode", "/contexts/dr/mode", "/contexts/:.dr:/mode", "/contexts/%3A.dr%3A/mode/"]
        {
            let path = read(raw).expect("readable");
            assert_eq!((path.context.as_str(), path.segments), (".dr", vec![Cow::Borrowed("mode")]), "{raw}");
        }
        for raw in ["/contexts/./mode", "/contexts/:.:/mode"] {
            assert!(read(raw).expect("readable").context.is_default(), "{raw}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        assert_eq!(read("/subjects/%ff"), Err(BadPath::NotUtf8));
        assert_eq!(read("/subjects/50%"), Err(BadPath::MalformedEscape));
        assert_eq!(read("/subjects/%g0"), Err(BadPath::MalformedEscape));
        assert!(matches!(read("/contexts/foo:bar/subjects"), Err(BadPath::Context(_))));
    }

    #[test]
    fn an_empty_segment_in_the_middle_is_marked() {
        assert!(read("/subjects//versions").expect("readable").has_gap);
        assert!(read("/contexts//subjects").expect("readable").has_gap);
        assert!(!read("/subjects/s/versions/").expect("readable").has_gap);
    }
}
