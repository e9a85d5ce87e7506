//! Confluent frames around payloads, held against the schema that the request names.

use chancery_engine::SchemaType;
use chancery_engine::cloudevents::matching::PayloadFormat;
use chancery_engine::cloudevents::rules;
use chancery_engine::framing::{self, Frame};
use chancery_engine::violation::{MessageChoice, Violation};

use super::super::{Registry, RegistryError};
use super::target::Target;
use super::{Framing, Payload, SchemaChoice};
use crate::model::VersionSelector;

/// A payload without its frame.
#[derive(Debug)]
pub(super) struct Unframed<'a> {
    pub target: Target,
    pub body: &'a [u8],
    pub message: MessageChoice,
    /// Whether there was a frame.
    pub framed: bool,
}

/// A payload whose frame is wrong, with the schema that was asked for.
#[derive(Debug)]
pub(super) struct Refused {
    pub target: Target,
    pub finding: Violation,
}

impl Refused {
    fn new(target: Target, finding: Violation) -> Box<Self> {
        Box::new(Self { target, finding })
    }
}

impl Registry {
    /// Strips a Confluent frame, if there is one. The inner error is a finding about the payload.
    pub(super) async fn unframe<'a>(
        &self,
        choice: &SchemaChoice,
        target: Target,
        payload: &'a Payload,
        format: &PayloadFormat,
    ) -> Result<Result<Unframed<'a>, Box<Refused>>, RegistryError> {
        let of_type = match format {
            PayloadFormat::Protobuf { message } => message.as_ref(),
            _ => None,
        };
        let named = payload.message.as_ref().or(of_type).cloned();
        let named = named.map_or(MessageChoice::First, MessageChoice::Name);
        let promised = matches!(format, PayloadFormat::Framed(_)) && payload.framing == Framing::Auto;
        let required = promised || payload.framing == Framing::Confluent;
        let Some(Split { frame, rest, indexes }) = split(payload) else {
            if payload.id_header.is_some() {
                return Ok(Err(Refused::new(target, unknown_id())));
            }
            if required {
                return Ok(Err(Refused::new(target, id_required())));
            }
            return Ok(Ok(Unframed { target, body: &payload.bytes, message: named, framed: false }));
        };
        if agrees(frame, &target) {
            return Ok(strip_indexes(target, rest, indexes));
        }
        let Some(framed) = self.find_framed(target.context(), frame).await? else {
            if required || payload.id_header.is_some() {
                return Ok(Err(Refused::new(target, unknown_id())));
            }
            return Ok(Ok(Unframed { target, body: &payload.bytes, message: named, framed: false }));
        };
        // A schema that comes with the request is no version of anything: nothing contradicts it.
        if matches!(choice, SchemaChoice::Inline(..)) {
            return Ok(strip_indexes(target, rest, indexes));
        }
        // `latest` names the subject; the frame then says which of its versions wrote the payload.
        if let SchemaChoice::Version(subject, VersionSelector::Latest) = choice
            && let Some(other) = self.version_with_id(subject, &framed.0, framed.1).await?
        {
            return Ok(strip_indexes(other, rest, indexes));
        }
        Ok(Err(Refused::new(
            target,
            conflict("the schema id in the frame is not the schema that the request names"),
        )))
    }
}

/// A frame and what it leaves.
struct Split<'a> {
    frame: Frame,
    rest: &'a [u8],
    /// Message indexes that stand apart from the rest.
    indexes: Option<&'a [u8]>,
}

/// The frame of a payload. A header goes before what the payload starts with.
fn split(payload: &Payload) -> Option<Split<'_>> {
    if let Some(header) = &payload.id_header {
        let (frame, indexes) = framing::split(header)?;
        return Some(Split { frame, rest: &payload.bytes, indexes: Some(indexes) });
    }
    if payload.framing == Framing::None {
        return None;
    }
    let (frame, rest) = framing::split(&payload.bytes)?;
    Some(Split { frame, rest, indexes: None })
}

fn agrees(frame: Frame, target: &Target) -> bool {
    match frame {
        Frame::Id(id) => target.matched.id.is_some_and(|known| i64::from(known) == i64::from(id)),
        Frame::Guid(guid) => guid == target.ready.guid.0,
    }
}

/// Protobuf frames carry the path of the message: apart from the payload, or before it.
pub(super) fn strip_indexes<'a>(
    target: Target,
    body: &'a [u8],
    apart: Option<&[u8]>,
) -> Result<Unframed<'a>, Box<Refused>> {
    if target.schema_type() != SchemaType::Protobuf {
        return Ok(Unframed { target, body, message: MessageChoice::First, framed: true });
    }
    let split = match apart {
        Some(apart) => framing::split_message_indexes(apart).map(|(indexes, _)| (indexes, body)),
        None => framing::split_message_indexes(body),
    };
    match split {
        Some((indexes, body)) => {
            Ok(Unframed { target, body, message: MessageChoice::Indexes(indexes), framed: true })
        }
        None => {
            let message = "the message indexes after the schema id are cut";
            Err(Refused::new(target, Violation::data("schema.protobuf.truncated", "", message)))
        }
    }
}

pub(super) fn id_required() -> Violation {
    Violation::data(rules::SCHEMA_ID_REQUIRED.id, "", "the payload does not say which schema id wrote it")
}

pub(super) fn unknown_id() -> Violation {
    Violation::data(rules::SCHEMA_UNKNOWN_ID.id, "", "the schema id in the frame of the payload is not known")
}

pub(super) fn conflict(message: &str) -> Violation {
    Violation::data(rules::SCHEMA_CONFLICT.id, "", message)
}
