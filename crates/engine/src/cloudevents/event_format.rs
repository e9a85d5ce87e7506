//! Event formats: which reader a media type names.

use super::avro;
use super::event::{Reading, Refusal, RefusalKind};
use super::grammar::media_type::MediaType;
use super::options::EventOptions;
use super::protobuf;
use super::rules::{self, EventRule};
use super::structured::{self, refusal};
use crate::violation::Place;

/// Content modes (HTTP binding 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Attributes in headers.
    Binary,
    /// One event in the body.
    Structured,
    /// Several events in the body.
    Batched,
}

impl Mode {
    /// Tells the mode by the beginning of the content type, in any case.
    pub fn of(media_type: &str) -> Self {
        match after_prefix(media_type, FORMATS) {
            None => Self::Binary,
            Some(format) if after_prefix(format, BATCH).is_some() => Self::Batched,
            Some(_) => Self::Structured,
        }
    }
}

/// How the media types of event formats begin.
const FORMATS: &str = "application/cloudevents";
/// How those of batches go on.
const BATCH: &str = "-batch";

/// What follows a prefix in any case, where the text has it.
fn after_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

type Reader<'a> = fn(&'a [u8], &EventOptions) -> Reading<'a>;

/// Reads a body in the event format that its media type names.
pub(super) fn read<'a>(mode: Mode, media_type: &str, body: &'a [u8], options: &EventOptions) -> Reading<'a> {
    let (format, has_parameters) = format_of(media_type);
    let is = |name: &str| format.eq_ignore_ascii_case(name);
    let (read, is_json): (Reader<'a>, bool) = match mode {
        Mode::Structured if is("+json") => (structured::read_json, true),
        Mode::Structured if is("+avro") => (avro::read_avro, false),
        Mode::Structured if is("+protobuf") => (protobuf::read_protobuf, false),
        Mode::Batched if is("-batch+json") => (structured::read_json_batch, true),
        Mode::Batched if is("-batch+protobuf") => (protobuf::read_protobuf_batch, false),
        _ => {
            let message = "the event format is not supported";
            return Reading::Refused(unsupported(&rules::HTTP_FORMAT_UNSUPPORTED, message));
        }
    };
    match (is_json && has_parameters).then(|| refused_charset(media_type)).flatten() {
        Some(refusal) => Reading::Refused(refusal),
        None => read(body, options),
    }
}

/// Whether a media type names one event in JSON, in a charset that is read.
pub(super) fn is_json(media_type: &str) -> bool {
    let (format, has_parameters) = format_of(media_type);
    format.eq_ignore_ascii_case("+json") && !(has_parameters && refused_charset(media_type).is_some())
}

/// What follows [`FORMATS`] in a media type, without parameters, and whether there are some.
fn format_of(media_type: &str) -> (&str, bool) {
    let format = after_prefix(media_type, FORMATS).unwrap_or_default();
    let (format, has_parameters) = format.split_once(';').map_or((format, false), |(name, _)| (name, true));
    (format.trim_end_matches([' ', '\t']), has_parameters)
}

/// JSON events are UTF-8, which contains US-ASCII; the name of anything else is believed.
fn refused_charset(media_type: &str) -> Option<Refusal> {
    let charset = MediaType::parse(media_type)?.find_parameter("charset")?;
    let is_readable = ["utf-8", "us-ascii"].iter().any(|name| charset.eq_ignore_ascii_case(name));
    (!is_readable).then(|| unsupported(&rules::HTTP_CHARSET, "the charset is neither utf-8 nor us-ascii"))
}

fn unsupported(rule: &'static EventRule, message: &str) -> Refusal {
    let mut refusal = refusal(RefusalKind::Unsupported, rule, Place::Header, message);
    "content-type".clone_into(&mut refusal.finding.pointer);
    refusal
}
