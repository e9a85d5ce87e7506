//! Does a payload keep the promise of a registered schema?
//!
//! The schema is named by the request; a Confluent frame around the payload must agree with it. Validators are
//! compiled once per schema and kept. Big payloads run on the blocking pool, with a deadline.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chancery_engine::format::Validator;
use chancery_engine::framing::{self, Frame};
use chancery_engine::violation::{
    Encoding, MessageChoice, PayloadOptions, Report, UnknownFields, ValidatorOptions, Violation,
};
use chancery_engine::{Schema, SchemaType};
use moka::sync::Cache;

use super::{IdScope, Registry, RegistryError};
use crate::model::{Content, ContextName, Fingerprint, Guid, Subject, VersionSelector};

/// Payload length from which validation leaves the async threads.
const BLOCKING_BYTES: usize = 64 * 1024;

/// Validators kept, by number: compiled forms are of the size of their schemas.
const KEPT_VALIDATORS: u64 = 10_000;

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
}

/// The schema a payload was validated against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// `parameter` or `framing`.
    pub by: &'static str,
    /// Subject, when known.
    pub subject: Option<Subject>,
    /// Version, when known.
    pub version: Option<i32>,
    /// Id in its context.
    pub id: i32,
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

/// A schema that a payload is held against.
#[derive(Clone)]
struct Target {
    context: ContextName,
    fingerprint: Fingerprint,
    guid: Guid,
    content: Arc<Content>,
    matched: Matched,
}

type Compiled = Result<Arc<Validator>, Arc<str>>;

/// Compiled validators by context and content; a schema that cannot validate keeps its reason.
pub(super) struct ValidatorCache(Cache<(ContextName, Fingerprint), Compiled>);

impl ValidatorCache {
    pub(super) fn new() -> Self {
        Self(Cache::new(KEPT_VALIDATORS))
    }

    /// Forgets everything (after permanent deletes).
    pub(super) fn clear(&self) {
        self.0.invalidate_all();
    }
}

impl Registry {
    /// Validates one payload against the schema that the request names.
    ///
    /// # Errors
    /// `SubjectNotFound`, `VersionNotFound`, `SchemaNotFound`, `Store`. Everything about the payload is a
    /// finding, and a schema that cannot validate makes the report indeterminate.
    pub async fn validate_payload(
        &self,
        choice: &SchemaChoice,
        payload: Payload,
    ) -> Result<PayloadVerdict, RegistryError> {
        let mut target = self.resolve_choice(choice).await?;
        let mut message = payload.message.clone().map_or(MessageChoice::First, MessageChoice::Name);
        let mut body = payload.bytes.clone();
        match self.unframe(choice, &target, &payload).await? {
            Unframed::Bare => {}
            Unframed::Framed { frame_target, rest } => {
                target = *frame_target;
                body = rest;
                if target.content.schema_type == SchemaType::Protobuf {
                    let Some((indexes, rest)) = framing::split_message_indexes(&body) else {
                        let report =
                            single("schema.protobuf.truncated", "the message indexes of the frame are cut");
                        return Ok(PayloadVerdict { report, matched: target.matched });
                    };
                    let length = rest.len();
                    message = MessageChoice::Indexes(indexes);
                    body = body.slice(body.len() - length..);
                }
            }
            Unframed::Refused(violation) => {
                let report = Report { findings: vec![violation], ..Report::default() };
                return Ok(PayloadVerdict { report, matched: target.matched });
            }
        }
        let encoding = match encoding_of(target.content.schema_type, payload.media_type.as_deref()) {
            Ok(encoding) => encoding,
            Err(violation) => {
                let report = Report { findings: vec![*violation], ..Report::default() };
                return Ok(PayloadVerdict { report, matched: target.matched });
            }
        };
        let unknown_fields = self.unknown_fields_policy(target.matched.subject.as_ref()).await?;
        let options = PayloadOptions { encoding, message, unknown_fields, ..PayloadOptions::default() };
        let report = self.run_validator(&target, body, options).await?;
        Ok(PayloadVerdict { report, matched: target.matched })
    }

    async fn run_validator(
        &self,
        target: &Target,
        body: Bytes,
        options: PayloadOptions,
    ) -> Result<Report, RegistryError> {
        let validator = match self.validator_of(target).await? {
            Ok(validator) => validator,
            Err(reason) => {
                return Ok(Report::undecided(format!("the schema cannot validate payloads: {reason}")));
            }
        };
        if body.len() < BLOCKING_BYTES {
            return Ok(validator.validate(&body, &options));
        }
        let deadline = self.settings.validation_deadline;
        let work = tokio::task::spawn_blocking(move || validator.validate(&body, &options));
        Ok(match tokio::time::timeout(deadline, work).await {
            Ok(Ok(report)) => report,
            Ok(Err(_)) => Report::undecided("the validator failed"),
            Err(_) => Report::undecided("the deadline for validation passed"),
        })
    }

    /// The compiled validator, or why there is none.
    async fn validator_of(&self, target: &Target) -> Result<Compiled, RegistryError> {
        let key = (target.context.clone(), target.fingerprint);
        if let Some(compiled) = self.validators.0.get(&key) {
            return Ok(compiled);
        }
        let schema = self.parse_stored(&target.context, target.fingerprint, &target.content).await?;
        let compiled =
            super::parsed::on_blocking_pool(target.content.text.len(), move || compile(&schema)).await;
        self.validators.0.insert(key, compiled.clone());
        Ok(compiled)
    }

    async fn resolve_choice(&self, choice: &SchemaChoice) -> Result<Target, RegistryError> {
        match choice {
            SchemaChoice::Id(id, scope) => {
                let found = self.get_schema_by_id(*id, scope).await?;
                Ok(Target {
                    context: found.context,
                    fingerprint: found.content.fingerprint(),
                    guid: found.guid,
                    matched: Matched {
                        by: "parameter",
                        subject: found.version.as_ref().map(|version| version.subject.clone()),
                        version: found.version.as_ref().map(|version| version.version),
                        id: found.id.0,
                        schema_type: found.content.schema_type,
                    },
                    content: found.content,
                })
            }
            SchemaChoice::Version(subject, selector) => {
                let found = self.get_version(subject, *selector, false).await?;
                Ok(Target {
                    context: found.subject.context.clone(),
                    fingerprint: found.content.fingerprint(),
                    guid: found.guid,
                    matched: Matched {
                        by: "parameter",
                        subject: Some(found.subject),
                        version: Some(found.version),
                        id: found.id.0,
                        schema_type: found.content.schema_type,
                    },
                    content: found.content,
                })
            }
        }
    }

    /// Strips a Confluent frame and holds it against the schema of the request.
    async fn unframe(
        &self,
        choice: &SchemaChoice,
        target: &Target,
        payload: &Payload,
    ) -> Result<Unframed, RegistryError> {
        let required = payload.framing == Framing::Confluent;
        let split = if payload.framing == Framing::None { None } else { framing::split(&payload.bytes) };
        let Some((frame, rest)) = split else {
            if required {
                return Ok(Unframed::Refused(Violation::data(
                    "schema.id-required",
                    "",
                    "the payload carries no schema id although framing is required",
                )));
            }
            return Ok(Unframed::Bare);
        };
        let rest = payload.bytes.slice(payload.bytes.len() - rest.len()..);
        let agrees = match frame {
            Frame::Id(id) => i64::from(id) == i64::from(target.matched.id),
            Frame::Guid(guid) => guid == target.guid.0,
        };
        if agrees {
            return Ok(Unframed::Framed { frame_target: Box::new(target.clone()), rest });
        }
        let Some(framed) = self.find_framed(&target.context, frame).await? else {
            if required {
                return Ok(Unframed::Refused(Violation::data(
                    "schema.unknown-id",
                    "",
                    "the schema id in the frame of the payload is not known",
                )));
            }
            return Ok(Unframed::Bare);
        };
        // `latest` names the subject; the frame then says which of its versions wrote the payload.
        if let SchemaChoice::Version(subject, VersionSelector::Latest) = choice
            && let Some(other) = self.version_with_id(subject, &target.context, framed).await?
        {
            return Ok(Unframed::Framed { frame_target: Box::new(other), rest });
        }
        Ok(Unframed::Refused(Violation::data(
            "schema.conflict",
            "",
            "the schema id in the frame of the payload is not the schema that the request names",
        )))
    }

    /// The id that a frame means in a context.
    async fn find_framed(&self, context: &ContextName, frame: Frame) -> Result<Option<i32>, RegistryError> {
        let id = match frame {
            Frame::Id(id) => i32::try_from(id).ok(),
            Frame::Guid(guid) => {
                let places = self.store.list_guid_ids(Guid(guid)).await?;
                places.into_iter().find(|(place, _)| place == context).map(|(_, id)| id.0)
            }
        };
        let Some(id) = id else { return Ok(None) };
        let known = self.store.find_content(context, crate::model::SchemaId(id)).await?.is_some();
        Ok(known.then_some(id))
    }

    /// The active version of a subject that has an id.
    async fn version_with_id(
        &self,
        subject: &Subject,
        context: &ContextName,
        id: i32,
    ) -> Result<Option<Target>, RegistryError> {
        let subject = Subject { context: context.clone(), name: subject.name.clone() };
        let history = self.store.get_history(&subject).await?;
        let Some(row) = history.active().rev().find(|row| row.id.0 == id) else {
            return Ok(None);
        };
        let content = self.content_of(row).await?;
        Ok(Some(Target {
            context: context.clone(),
            fingerprint: row.fingerprint,
            guid: row.guid,
            matched: Matched {
                by: "framing",
                subject: Some(subject),
                version: Some(row.version),
                id,
                schema_type: content.schema_type,
            },
            content,
        }))
    }

    async fn unknown_fields_policy(&self, subject: Option<&Subject>) -> Result<UnknownFields, RegistryError> {
        let Some(subject) = subject else { return Ok(UnknownFields::default()) };
        let settings = self.effective_settings(subject).await?;
        Ok(match settings.unknown_fields.as_deref() {
            Some("reject") => UnknownFields::Reject,
            Some("ignore") => UnknownFields::Ignore,
            _ => UnknownFields::Warn,
        })
    }
}

/// What is left of a payload without its frame.
enum Unframed {
    Bare,
    Framed { frame_target: Box<Target>, rest: Bytes },
    Refused(Violation),
}

fn compile(schema: &Schema) -> Compiled {
    match schema.validator(&ValidatorOptions::default()) {
        Ok(validator) => Ok(Arc::new(validator)),
        Err(reason) => Err(reason.to_string().into()),
    }
}

fn single(rule: &str, message: &str) -> Report {
    Report { findings: vec![Violation::data(rule, "", message)], ..Report::default() }
}

/// How the bytes are encoded: by media type, else binary. JSON fits every format, a binary media type only its own.
fn encoding_of(schema_type: SchemaType, media_type: Option<&str>) -> Result<Encoding, Box<Violation>> {
    let essence =
        media_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let says = |word: &str| essence.contains(word);
    let fits = match schema_type {
        SchemaType::Avro => !says("protobuf"),
        SchemaType::Protobuf => !says("avro"),
        SchemaType::Json => !says("protobuf") && !says("avro"),
    };
    if !fits {
        let message = format!("a payload of type `{essence}` cannot be held against a schema of type {schema_type}");
        let violation = Violation::data("schema.format-mismatch", "", message).expecting(schema_type.name());
        return Err(Box::new(violation));
    }
    let is_json = essence.ends_with("/json") || essence.ends_with("+json");
    Ok(match schema_type {
        SchemaType::Avro if says("avro") && is_json => Encoding::AvroJson,
        SchemaType::Avro | SchemaType::Protobuf if is_json => Encoding::Json,
        _ => Encoding::Binary,
    })
}

/// Longest time a payload may be validated.
pub(super) const DEFAULT_DEADLINE: Duration = Duration::from_secs(5);
