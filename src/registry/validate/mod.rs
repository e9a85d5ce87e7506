//! Does a payload keep the promise of a registered schema?
//!
//! The schema is named by the request (`target`); a Confluent frame around the payload must agree with it
//! (`frame`). Validators are compiled once per schema and kept (`ready`); big payloads run on the blocking pool, with
//! a deadline (`run`), and then face the rules that travel with the schema (`rules`). Events say themselves which
//! schema they claim (`event`, `checking`), by several kinds of evidence (`claims`), which may leave several versions to
//! try (`tries`). Valid events of a type that was seen before are spared the search (`usual`). Findings show the value
//! at their place only to those who ask (`excerpt`).

mod checking;
mod claims;
mod event;
mod excerpt;
mod frame;
mod ready;
mod rules;
mod run;
mod target;
mod tries;
mod usual;

use std::time::Duration;

use bytes::Bytes;
use chancery_engine::cloudevents::matching::{AvroJson, PayloadFormat};
use chancery_engine::cloudevents::rules::SCHEMA_FORMAT_MISMATCH;
use chancery_engine::violation::{Encoding, PayloadOptions, UnknownFields, Violation};
use chancery_engine::{Report, SchemaType};

pub use event::{EventHints, EventSetting, EventVerdict, LazyLocator, NamedSchema, Unchecked};
pub(in crate::registry) use ready::ReadySchemas;
pub(in crate::registry) use usual::UsualWays;

use super::{Candidate, IdScope, Registry, RegistryError};
use crate::model::{
    AvroJsonForm, ContextName, FramingPolicy, Settings, Subject, UnknownFieldsPolicy, VersionSelector,
};

/// Longest time a payload may be validated.
pub(super) const DEFAULT_DEADLINE: Duration = Duration::from_secs(5);

/// How a payload says which schema it was written with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// Framed when it starts so and the id is known.
    #[default]
    Auto,
    /// Never framed.
    None,
    /// Must be framed.
    Confluent,
}

/// Which schema the request names.
#[derive(Clone, Debug)]
pub enum SchemaChoice {
    /// An id.
    Id(i32, IdScope),
    /// A version of a subject.
    Version(Subject, VersionSelector),
    /// A schema that comes with the request; its references are looked up in this context.
    Inline(ContextName, Box<Candidate>),
}

/// A payload and what is known about it.
#[derive(Clone, Debug)]
pub struct Payload {
    /// As received.
    pub bytes: Bytes,
    /// Its media type, if it came with one.
    pub media_type: Option<String>,
    /// Framing.
    pub framing: Framing,
    /// Message of a Protobuf file, by full name.
    pub message: Option<String>,
    /// The id of the schema as a header of a record carries it, beside the payload.
    pub id_header: Option<Bytes>,
}

/// The schema a payload was validated against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// What named it: `parameter`, `framing`, `dataschema`, `type` or `topic`.
    pub by: &'static str,
    /// Subject, when known.
    pub subject: Option<Subject>,
    /// Version, when known.
    pub version: Option<i32>,
    /// Id in its context; none for a schema that came with the request.
    pub id: Option<i32>,
    /// Format.
    pub schema_type: SchemaType,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct PayloadVerdict {
    /// Findings.
    pub report: Report,
    /// The schema.
    pub matched: Matched,
}

impl Registry {
    /// Validates one payload against the schema that the request names.
    ///
    /// # Errors
    /// `SubjectNotFound`, `VersionNotFound`, `SchemaNotFound`, `InvalidSchema` (inline), `Store`. Everything
    /// about the payload is a finding, and a schema that cannot validate makes the report indeterminate.
    pub async fn validate_payload(
        &self,
        choice: &SchemaChoice,
        payload: Payload,
    ) -> Result<PayloadVerdict, RegistryError> {
        let target = self.resolve_choice(choice).await?;
        let policy = match &target.matched.subject {
            Some(subject) => self.policy_of(subject).await?,
            None => self.policy_of(&Subject::of_context(target.context().clone())).await?,
        };
        let settings = &policy.settings;
        let payload = Payload { framing: framing_of(payload.framing, settings), ..payload };
        let media_type = payload.media_type.as_deref().unwrap_or_default();
        let format = PayloadFormat::of_media_type(media_type, &policy.framed_types);
        let unframed = match self.unframe(choice, target, &payload, &format).await? {
            Ok(unframed) => unframed,
            Err(refused) => {
                return Ok(PayloadVerdict {
                    report: refused.finding.into(),
                    matched: refused.target.matched,
                });
            }
        };
        let target = self.formed(unframed.target, settings);
        let Some(encoding) = encoding_of(&format, target.schema_type(), &payload, settings) else {
            let finding = format_mismatch(media_type, target.schema_type());
            return Ok(PayloadVerdict { report: finding.into(), matched: target.matched });
        };
        let options = PayloadOptions {
            encoding,
            message: unframed.message,
            unknown_fields: unknown_fields(settings),
            framed: unframed.framed,
            ..PayloadOptions::default()
        };
        let other = other_form(&format, target.schema_type(), settings);
        let report = self.run_forms(&target, unframed.body, options, other, settings).await?;
        Ok(PayloadVerdict { report, matched: target.matched })
    }
}

/// How the bytes are encoded, when the request names the schema: JSON media types as JSON, a media type that
/// says nothing as the binary encoding of the schema's format. `None`: they do not fit.
fn encoding_of(
    format: &PayloadFormat,
    schema_type: SchemaType,
    payload: &Payload,
    settings: &Settings,
) -> Option<Encoding> {
    if *format == PayloadFormat::Opaque && says_nothing(payload.media_type.as_deref()) {
        return Some(Encoding::Binary);
    }
    format.encoding(schema_type, avro_json(settings))
}

/// How JSON is read for an Avro schema; first, when [`other_form`] names another one.
fn avro_json(settings: &Settings) -> AvroJson {
    match settings.avro_json {
        Some(AvroJsonForm::Avro) => AvroJson::Avro,
        Some(AvroJsonForm::Plain) | None => AvroJson::Plain,
    }
}

/// The form in which JSON is read for an Avro schema when the first one does not fit, and nothing says which is meant.
fn other_form(format: &PayloadFormat, schema_type: SchemaType, settings: &Settings) -> Option<Encoding> {
    let is_open =
        *format == PayloadFormat::Json && schema_type == SchemaType::Avro && settings.avro_json.is_none();
    is_open.then_some(Encoding::AvroJson)
}

/// What a request that leaves it open means.
fn framing_of(asked: Framing, settings: &Settings) -> Framing {
    match (asked, settings.framing) {
        (Framing::Auto, Some(FramingPolicy::None)) => Framing::None,
        (Framing::Auto, Some(FramingPolicy::Confluent)) => Framing::Confluent,
        (asked, _) => asked,
    }
}

/// What settings say about unknown Protobuf fields.
fn unknown_fields(settings: &Settings) -> UnknownFields {
    match settings.unknown_fields {
        Some(UnknownFieldsPolicy::Reject) => UnknownFields::Reject,
        Some(UnknownFieldsPolicy::Ignore) => UnknownFields::Ignore,
        Some(UnknownFieldsPolicy::Warn) | None => UnknownFields::Warn,
    }
}

/// Media types that say nothing about the bytes: what clients send when nobody told them a better one.
const ANYTHING: [&str; 2] = ["application/octet-stream", "application/x-www-form-urlencoded"];

/// Whether a media type says nothing about the bytes.
fn says_nothing(media_type: Option<&str>) -> bool {
    let essence = media_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.is_empty() || ANYTHING.iter().any(|name| essence.eq_ignore_ascii_case(name))
}

fn format_mismatch(media_type: &str, schema_type: SchemaType) -> Violation {
    let message =
        format!("a payload of type `{media_type}` cannot be held against a schema of type {schema_type}");
    Violation::data(SCHEMA_FORMAT_MISMATCH.id, "", message).expecting(schema_type.name())
}
