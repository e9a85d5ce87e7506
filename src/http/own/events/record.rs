//! Records: a payload with what the sender knows about it.

use std::borrow::Cow;
use std::time::Instant;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chancery_engine::cloudevents::rules;
use chancery_engine::cloudevents::{
    Attribute, AttributeValue, Data, Event, EventReading, KEY_ID_HEADER, VALUE_ID_HEADER,
};
use chancery_engine::{Report, Severity, Violation};

use super::{REQUEST_BUDGET, event, out_of_time, unavailable};
use crate::http::call::{Answer, Call, written};
use crate::http::confluent::read_candidate;
use crate::http::json::{BadJson, Object, Presence, read_object};
use crate::http::own::members::Members;
use crate::http::own::verdict::{AnswerRoom, Summary, VerdictBody};
use crate::http::problem::Problem;
use crate::model::{ContextName, Subject};
use crate::registry::{
    Candidate, EventHints, EventSetting, Framing, IdScope, NamedSchema, Payload, Registry, RegistryError,
    SchemaChoice, parse_version,
};

/// The verdicts on a container.
#[derive(Default)]
struct ContainerBody {
    summary: Summary,
    results: Vec<VerdictBody<'static>>,
    room: AnswerRoom,
}

impl ContainerBody {
    fn push(&mut self, mut verdict: VerdictBody<'static>) {
        self.room.take(&mut verdict);
        self.summary.count(verdict.outcome);
        self.results.push(verdict);
    }

    fn write(&self, output: &mut Vec<u8>) {
        let mut members = Members::open(output);
        members.put("summary", &self.summary);
        members.list("results", &self.results, VerdictBody::write);
    }
}

/// Records of one container. A verdict may cost a hundred times what its record weighs; streams have no such bound.
const MAX_RECORDS: usize = 10_000;

/// Answers a container with the verdicts on its records.
pub async fn answer(call: &Call, container: &Object<'_>, setting: &EventSetting) -> Result<Answer, Problem> {
    let records: Vec<_> = container.raws("records")?.unwrap_or_default();
    if records.is_empty() {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "`records` holds no records"));
    }
    if records.len() > MAX_RECORDS {
        let detail = format!("`records` holds more than {MAX_RECORDS} records; send them as a stream");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
    }
    let mut results = ContainerBody::default();
    let started = Instant::now();
    for (index, raw) in records.into_iter().enumerate() {
        // Verdicts from memory never wait; other requests want their turn.
        tokio::task::consume_budget().await;
        // A record that cannot be read takes no verdict away from the others.
        let verdict = match read_object(raw.get().as_bytes()).and_then(|body| Record::read(&body)) {
            Ok(_) if started.elapsed() > REQUEST_BUDGET => out_of_time(),
            Ok(record) => match record.validate(call.registry(), setting).await {
                Err(RegistryError::Store(_)) if setting.hints.passes_unavailable => unavailable(),
                verdict => verdict?,
            },
            Err(reason) => VerdictBody::new(&Report::undecided(reason.to_string()), None),
        };
        results.push(VerdictBody { index: Some(index), ..verdict });
    }
    Ok(written(|output| results.write(output)))
}

/// One record as posted.
pub struct Record {
    schema: Option<SchemaName>,
    data: Bytes,
    content_type: Option<String>,
    framing: Framing,
    topic: Option<String>,
    is_key: bool,
    id_header: Option<Bytes>,
}

/// How a record names its schema.
enum SchemaName {
    /// With the subject and the version that are named beside it.
    Id(i32, Option<String>, Option<String>),
    Version(String, String),
    Inline(Box<Candidate>),
}

/// What the names of a schema come to.
enum Chosen {
    /// A schema, and what is remarkable about its names.
    Schema(SchemaChoice, Option<Violation>),
    /// They name different schemas.
    Contradiction(Violation),
}

impl Record {
    /// Reads a record.
    ///
    /// # Errors
    /// [`BadJson`] when a member is missing or of the wrong kind.
    pub fn read(body: &Object<'_>) -> Result<Self, BadJson> {
        let (data, is_text) = read_data(body)?;
        let content_type = body.text("contentType")?;
        let is_key = body.flag("isKey")?.unwrap_or(false);
        Ok(Self {
            schema: body.object("schema")?.map(|schema| SchemaName::read(&schema)).transpose()?,
            data,
            // `data` is JSON in the container, so it is JSON as payload unless the record says more.
            content_type: content_type.or_else(|| is_text.then(|| "application/json".to_owned())),
            framing: match body.text("framing")?.as_deref() {
                None | Some("auto") => Framing::Auto,
                Some("none") => Framing::None,
                Some("confluent") => Framing::Confluent,
                Some(_) => return Err(body.unknown_name("framing", "auto, none, confluent")),
            },
            topic: body.text("topic")?,
            is_key,
            id_header: read_id_header(body, is_key)?,
        })
    }

    /// The verdict. A schema that does not exist is a finding: the other records still get theirs.
    ///
    /// # Errors
    /// Store failures.
    pub async fn validate(
        self,
        registry: &Registry,
        setting: &EventSetting,
    ) -> Result<VerdictBody<'static>, RegistryError> {
        let Some(schema) = &self.schema else { return self.validate_by_evidence(registry, setting).await };
        let chosen = match schema.choose(registry, setting).await {
            Ok(Chosen::Schema(choice, None)) => self.hold_against_topic(choice, registry, setting).await,
            chosen => chosen,
        };
        let (choice, remark) = match chosen {
            Ok(Chosen::Schema(choice, remark)) => (choice, remark),
            Ok(Chosen::Contradiction(finding)) => return Ok(event::found(finding)),
            Err(error) => return event::unjudged(error),
        };
        let payload = Payload {
            bytes: self.data,
            media_type: self.content_type,
            framing: self.framing,
            message: None,
            id_header: self.id_header,
        };
        match registry.validate_payload(&choice, payload).await {
            Ok(mut found) => {
                if let Some(remark) = remark {
                    found.report.push(remark);
                }
                Ok(VerdictBody::new(&found.report, Some(&found.matched)))
            }
            Err(error) => event::unjudged(error),
        }
    }

    /// The topic has to agree with the schema that the record names.
    async fn hold_against_topic(
        &self,
        choice: SchemaChoice,
        registry: &Registry,
        setting: &EventSetting,
    ) -> Result<Chosen, RegistryError> {
        let topic = self.topic.clone().or_else(|| setting.hints.topic.clone());
        if topic.is_none() {
            return Ok(Chosen::Schema(choice, None));
        }
        let by_id = |id: i32| NamedSchema { id: Some(id), ..NamedSchema::default() };
        let (named, context) = match &choice {
            // The subject has the id; others may have it, too.
            SchemaChoice::Id(id, IdScope::Subject(subject)) => (by_id(*id), subject.context.clone()),
            SchemaChoice::Id(id, IdScope::Context(context)) => (by_id(*id), context.clone()),
            SchemaChoice::Id(id, IdScope::Default) => (by_id(*id), ContextName::default()),
            SchemaChoice::Version(subject, version) => {
                let context = subject.context.clone();
                (NamedSchema { id: None, subject: Some(subject.clone()), version: Some(*version) }, context)
            }
            SchemaChoice::Inline(..) => return Ok(Chosen::Schema(choice, None)),
        };
        let hints = EventHints {
            topic,
            is_key: self.is_key || setting.hints.is_key,
            context: setting.hints.context.clone(),
            ..EventHints::default()
        };
        if registry.is_schema_of_topic(&named, &context, &hints).await? {
            return Ok(Chosen::Schema(choice, None));
        }
        Ok(contradiction("`schema` and `topic` name different schemas", choice, setting))
    }

    /// Without a schema the frame and the topic say which one it is, as for events.
    async fn validate_by_evidence(
        self,
        registry: &Registry,
        setting: &EventSetting,
    ) -> Result<VerdictBody<'static>, RegistryError> {
        let attributes = self.content_type.iter().map(|text| Attribute {
            name: Cow::Borrowed("datacontenttype"),
            value: AttributeValue::Text(Cow::Borrowed(text)),
        });
        let event = Event {
            attributes: attributes.collect(),
            data: Data::Bytes(Cow::Borrowed(&self.data)),
            ..Event::default()
        };
        let hints = EventHints {
            topic: self.topic.clone().or_else(|| setting.hints.topic.clone()),
            is_key: self.is_key || setting.hints.is_key,
            context: setting.hints.context.clone(),
            framing: self.framing,
            // Advice is on events.
            lint: false,
            passes_unavailable: setting.hints.passes_unavailable,
            schema: setting.hints.schema.clone(),
            id_header: self.id_header,
        };
        let setting =
            EventSetting { options: setting.options.clone(), locator: setting.locator.clone(), hints };
        let reading = EventReading { event, ..EventReading::default() };
        Ok(event::judge(registry, &reading, &setting).await?.0)
    }
}

impl SchemaName {
    fn read(body: &Object<'_>) -> Result<Self, BadJson> {
        if let Some(id) = body.integer("id")? {
            return Ok(Self::Id(id, body.text("subject")?, body.text("version")?));
        }
        if let Some(subject) = body.text("subject")? {
            return Ok(Self::Version(subject, body.text("version")?.unwrap_or_else(|| "latest".to_owned())));
        }
        Ok(Self::Inline(Box::new(read_candidate(body)?)))
    }

    /// The schema that is meant.
    async fn choose(&self, registry: &Registry, setting: &EventSetting) -> Result<Chosen, RegistryError> {
        let context = &setting.hints.context;
        let choice = match self {
            Self::Id(id, None, _) => SchemaChoice::Id(*id, IdScope::Context(context.clone())),
            Self::Id(id, Some(subject), version) => {
                let subject = Subject::parse_in(context, subject);
                return choose_id(registry, setting, *id, subject, version.as_deref()).await;
            }
            Self::Version(subject, version) => {
                let subject = Subject::parse_in(context, subject);
                SchemaChoice::Version(registry.resolve_alias(subject).await?, parse_version(version)?)
            }
            Self::Inline(candidate) => SchemaChoice::Inline(context.clone(), candidate.clone()),
        };
        Ok(Chosen::Schema(choice, None))
    }
}

/// An id with the subject beside it, which is only its context or has to have the schema of the id.
async fn choose_id(
    registry: &Registry,
    setting: &EventSetting,
    id: i32,
    subject: Subject,
    version: Option<&str>,
) -> Result<Chosen, RegistryError> {
    let anywhere = SchemaChoice::Id(id, IdScope::Context(subject.context.clone()));
    if subject.is_context() {
        return Ok(Chosen::Schema(anywhere, None));
    }
    let subject = registry.resolve_alias(subject).await?;
    let there = SchemaChoice::Id(id, IdScope::Subject(subject.clone()));
    let context = subject.context.clone();
    let version = version.map(parse_version).transpose()?;
    let named = NamedSchema { id: Some(id), subject: Some(subject), version };
    if registry.names_one_schema(&named, &context).await? {
        return Ok(Chosen::Schema(there, None));
    }
    let message = "`id` names a schema that is no version of the subject that `subject` names";
    Ok(contradiction(message, anywhere, setting))
}

/// Names that do not agree. Where that is no error, the schema is held on to.
fn contradiction(message: &str, choice: SchemaChoice, setting: &EventSetting) -> Chosen {
    let finding = Violation::data(rules::SCHEMA_CONFLICT.id, "", message);
    match setting.options.severity(&rules::SCHEMA_CONFLICT) {
        Some(Severity::Error) => Chosen::Contradiction(finding),
        Some(Severity::Warning) => Chosen::Schema(choice, Some(finding.warning())),
        None => Chosen::Schema(choice, None),
    }
}

/// The header of a Kafka record that carries the id of the schema, if it has one.
fn read_id_header(body: &Object<'_>, is_key: bool) -> Result<Option<Bytes>, BadJson> {
    let name = if is_key { KEY_ID_HEADER } else { VALUE_ID_HEADER };
    let Some(text) = body.object("headers")?.map(|headers| headers.text(name)).transpose()?.flatten() else {
        return Ok(None);
    };
    let bytes = STANDARD.decode(text);
    let bytes = bytes.map_err(|_| BadJson::Malformed(format!("`headers.{name}` is not base64")))?;
    Ok(Some(bytes.into()))
}

/// The payload, and whether it is JSON by its place.
fn read_data(body: &Object<'_>) -> Result<(Bytes, bool), BadJson> {
    if let Some(text) = body.text("dataBase64")? {
        if body.presence("data") != Presence::Absent {
            return Err(BadJson::Malformed("a record has `data` or `dataBase64`, not both".to_owned()));
        }
        let bytes = STANDARD.decode(text);
        let bytes = bytes.map_err(|_| BadJson::Malformed("`dataBase64` is not base64".to_owned()))?;
        return Ok((bytes.into(), false));
    }
    match (body.presence("data"), body.raw("data")) {
        (Presence::Absent, _) => Err(BadJson::Malformed("a record has `data` or `dataBase64`".to_owned())),
        (_, None) => Ok((Bytes::from_static(b"null"), true)),
        (_, Some(raw)) => Ok((Bytes::copy_from_slice(raw.get().as_bytes()), true)),
    }
}
