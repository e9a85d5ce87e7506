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
        let starts_with = |prefix: &str| {
            media_type.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        if starts_with("application/cloudevents-batch") {
            Self::Batched
        } else if starts_with("application/cloudevents") {
            Self::Structured
        } else {
            Self::Binary
        }
    }
}

type Reader<'a> = fn(&'a [u8], &EventOptions) -> Reading<'a>;

/// Reads a body in the event format that its media type names.
pub(super) fn read<'a>(mode: Mode, media_type: &str, body: &'a [u8], options: &EventOptions) -> Reading<'a> {
    let essence = media_type.split(';').next().unwrap_or_default().trim_end_matches([' ', '\t']);
    let suffix = essence.get("application/cloudevents".len()..).unwrap_or_default().to_ascii_lowercase();
    let (read, is_json): (Reader<'a>, bool) = match (mode, &*suffix) {
        (Mode::Structured, "+json") => (structured::read_json, true),
        (Mode::Structured, "+avro") => (avro::read_avro, false),
        (Mode::Structured, "+protobuf") => (protobuf::read_protobuf, false),
        (Mode::Batched, "-batch+json") => (structured::read_json_batch, true),
        (Mode::Batched, "-batch+protobuf") => (protobuf::read_protobuf_batch, false),
        _ => {
            let message = "the event format is not supported";
            return Reading::Refused(unsupported(&rules::HTTP_FORMAT_UNSUPPORTED, message));
        }
    };
    match is_json.then(|| refused_charset(media_type)).flatten() {
        Some(refusal) => Reading::Refused(refusal),
        None => read(body, options),
    }
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
