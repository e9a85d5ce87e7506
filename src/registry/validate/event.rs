//! Events: which schema the data claims to have, and whether it keeps it.
//!
//! Evidence in order of rank: request parameter, frame, `dataschema`, `type`, topic. All that resolves must
//! agree. A fragment of `dataschema` names the message of a Protobuf file, unless stronger evidence does. A `dataschema` that is not ours is never fetched. An event for which nothing names a schema is
//! unchecked, and says why.

use std::sync::LazyLock;

use bytes::Bytes;
use chancery_engine::cloudevents::matching::{
    Agreement, AvroJson, Claim, FramedTypes, Match, MatchedBy, PayloadFormat, SchemaLocator, SchemaTarget,
    SubjectFacts, SubjectStrategy, join,
};
use chancery_engine::cloudevents::{Data, Event, EventReading};
use chancery_engine::framing;
use chancery_engine::violation::{Encoding, MessageChoice, Outcome, PayloadOptions};
use chancery_engine::{Report, SchemaType};

use super::super::{IdScope, Registry, RegistryError};
use super::frame::{Unframed, conflict, id_required, single, strip_indexes, unknown_id};
use super::target::Target;
use super::{Framing, Matched, format_mismatch, says_nothing};
use crate::model::{ContextName, Guid, Subject, VersionSelector};

/// Media types that promise a frame.
static FRAMED_TYPES: LazyLock<FramedTypes> = LazyLock::new(FramedTypes::default);

/// What the request says beside the event.
#[derive(Clone, Debug, Default)]
pub struct EventHints {
    /// The topic the event goes to.
    pub topic: Option<String>,
    /// Whether the data is the key of a record.
    pub is_key: bool,
    /// The context to look in.
    pub context: ContextName,
    /// How the data says which schema it was written with.
    pub framing: Framing,
}

/// Why the data of an event was not held against a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unchecked {
    /// Nothing names a schema that is registered.
    NoSchema,
    /// `dataschema` names something that is not ours, and nothing else names a schema.
    ForeignSchema,
    /// There is no data.
    NoData,
    /// The content type is none that can be validated.
    Opaque,
}

impl Unchecked {
    /// Rule id of the reason.
    pub fn rule(self) -> &'static str {
        match self {
            Self::NoSchema => "schema.not-found",
            Self::ForeignSchema => "dataschema.unresolved",
            Self::NoData => "data.missing",
            Self::Opaque => "data.not-validated",
        }
    }
}

/// The verdict on one event.
#[derive(Clone, Debug)]
pub struct EventVerdict {
    /// What came out.
    pub outcome: Outcome,
    /// Findings on envelope and data.
    pub report: Report,
    /// The schema the data was held against.
    pub matched: Option<Matched>,
    /// Why it was held against none.
    pub unchecked: Option<Unchecked>,
}

/// Data on its way to a validator.
struct Input {
    body: Bytes,
    /// Whether a frame was taken off.
    framed: bool,
    /// Which message it is, unless a frame says so.
    message: MessageChoice,
}

/// What checking the data came to.
enum DataCheck {
    Done(Report, Option<Matched>),
    Unchecked(Unchecked),
}

impl Registry {
    /// Validates the data of an event that has been read, and joins the findings with those on the envelope.
    ///
    /// # Errors
    /// `Store`; everything about the event is a finding.
    pub async fn validate_event(
        &self,
        reading: EventReading<'_>,
        locator: &SchemaLocator,
        hints: &EventHints,
    ) -> Result<EventVerdict, RegistryError> {
        let EventReading { event, report: mut joined } = reading;
        let (matched, unchecked) = match self.check_data(&event, locator, hints).await? {
            DataCheck::Done(report, matched) => {
                for finding in report.findings {
                    joined.push(finding);
                }
                joined.truncated |= report.truncated;
                joined.indeterminate = report.indeterminate;
                (matched, None)
            }
            DataCheck::Unchecked(reason) => (None, Some(reason)),
        };
        let outcome = match (joined.outcome(), unchecked) {
            (Outcome::Valid, Some(_)) => Outcome::Unchecked,
            (outcome, _) => outcome,
        };
        Ok(EventVerdict { outcome, report: joined, matched, unchecked })
    }

    async fn check_data(
        &self,
        event: &Event<'_>,
        locator: &SchemaLocator,
        hints: &EventHints,
    ) -> Result<DataCheck, RegistryError> {
        let format = PayloadFormat::of_event(event, &FRAMED_TYPES);
        let Some(data) = event.data.bytes() else { return Ok(DataCheck::Unchecked(Unchecked::NoData)) };
        let mut body = Bytes::copy_from_slice(data);
        let mut claims = Vec::new();
        let mut framed = false;
        let promised = matches!(format, PayloadFormat::Framed(_)) && hints.framing == Framing::Auto;
        let required = promised || hints.framing == Framing::Confluent;
        let may_be_framed = hints.framing != Framing::None && may_be_framed(&format, event);
        if let Some((frame, rest)) = may_be_framed.then(|| framing::split(data)).flatten() {
            match self.find_framed(&hints.context, frame).await? {
                Some(id) => {
                    body = body.slice(data.len() - rest.len()..);
                    claims.push(self.exact_claim(MatchedBy::Framing, &hints.context, id).await?);
                    framed = true;
                }
                None if required => return Ok(DataCheck::Done(single(unknown_id()), None)),
                None => {}
            }
        } else if required {
            return Ok(DataCheck::Done(single(id_required()), None));
        }
        let mut foreign = false;
        let mut selected = None;
        if let Some(dataschema) = event.find_text("dataschema") {
            let reference = locator.locate(dataschema);
            match self.dataschema_claim(&reference.target, hints).await? {
                Some(claim) => {
                    claims.push(claim);
                    selected = reference.selected_type().map(str::to_owned);
                }
                None => foreign = true,
            }
        }
        claims.extend(self.find_named_claim(event, hints).await?);
        let input = Input { body, framed, message: message_of(&format, selected) };
        match join(&claims) {
            Agreement::NoEvidence if foreign => Ok(DataCheck::Unchecked(Unchecked::ForeignSchema)),
            Agreement::NoEvidence => Ok(DataCheck::Unchecked(Unchecked::NoSchema)),
            Agreement::Conflict(stronger, weaker) => {
                let message = format!("{} and {} name different schemas", stronger.name(), weaker.name());
                Ok(DataCheck::Done(single(conflict(&message)), None))
            }
            Agreement::Agreed(found) => {
                self.check_against(event, &format, &found, input, &hints.context).await
            }
        }
    }

    /// Holds the data against the schema that the evidence names; where only a subject is named, JSON tries its
    /// versions newest first, other formats take the latest.
    async fn check_against(
        &self,
        event: &Event<'_>,
        format: &PayloadFormat,
        found: &Match,
        input: Input,
        context: &ContextName,
    ) -> Result<DataCheck, RegistryError> {
        let targets = self.targets_of(found, context).await?;
        let Some(newest) = targets.first() else { return Ok(DataCheck::Unchecked(Unchecked::NoSchema)) };
        let exact = found.schema_id.is_some() || found.version.is_some();
        let schema_type = newest.schema_type();
        let media_type = event.datacontenttype().unwrap_or("application/json");
        // A frame says enough about bytes that come without a content type.
        let unnamed = *format == PayloadFormat::Opaque && says_nothing(event.datacontenttype());
        let encoding = format.encoding(schema_type, AvroJson::Avro);
        let Some(encoding) = encoding.or_else(|| (input.framed && unnamed).then_some(Encoding::Binary))
        else {
            let matched = Some(newest.matched.clone());
            if unnamed {
                return Ok(DataCheck::Unchecked(Unchecked::Opaque));
            }
            return Ok(DataCheck::Done(single(format_mismatch(media_type, schema_type)), matched));
        };
        if *format == PayloadFormat::Avro && !exact {
            return Ok(DataCheck::Done(single(id_required()), Some(newest.matched.clone())));
        }
        let tries = if exact || schema_type != SchemaType::Json { 1 } else { targets.len() };
        let mut first = None;
        for target in targets.into_iter().take(tries) {
            let unframed = if input.framed {
                strip_indexes(target, input.body.clone())
            } else {
                Ok(Unframed {
                    target,
                    body: input.body.clone(),
                    message: input.message.clone(),
                    framed: false,
                })
            };
            let Unframed { target, body, message, framed } = match unframed {
                Ok(unframed) => unframed,
                Err(refused) => {
                    return Ok(DataCheck::Done(single(refused.finding), Some(refused.target.matched)));
                }
            };
            let unknown_fields = self.unknown_fields_policy(target.matched.subject.as_ref()).await?;
            let options =
                PayloadOptions { encoding, message, unknown_fields, framed, ..PayloadOptions::default() };
            let report = self.run_validator(&target, body, options).await?;
            let passed = report.outcome() == Outcome::Valid;
            let done = (report, Some(target.matched));
            if passed {
                return Ok(DataCheck::Done(done.0, done.1));
            }
            first.get_or_insert(done);
        }
        Ok(match first {
            Some((report, matched)) => DataCheck::Done(report, matched),
            None => DataCheck::Unchecked(Unchecked::NoSchema),
        })
    }

    /// The schemas that agreed evidence means, newest first.
    async fn targets_of(&self, found: &Match, context: &ContextName) -> Result<Vec<Target>, RegistryError> {
        let by = found.by.name();
        let subject = found.subject.as_deref().map(|name| Subject::parse_in(context, name));
        match (found.schema_id, subject, found.version) {
            (_, Some(subject), Some(version)) => {
                let selector = VersionSelector::Number(i32::try_from(version).unwrap_or(i32::MAX));
                Ok(vec![self.target_of_version(&subject, selector, by).await?])
            }
            (Some(id), _, _) => {
                let scope = IdScope::Context(context.clone());
                let id = i32::try_from(id).unwrap_or(i32::MAX);
                Ok(vec![self.target_of_id(id, &scope, by).await?])
            }
            (None, Some(subject), None) => {
                let view = self.view_subject(&subject).await?;
                let mut targets = Vec::new();
                for row in view.history.active().rev() {
                    targets.push(self.target_of_row(&subject, row, by).await?);
                }
                Ok(targets)
            }
            (None, None, _) => Ok(Vec::new()),
        }
    }

    /// A claim on one id with everything that uses it.
    async fn exact_claim(
        &self,
        by: MatchedBy,
        context: &ContextName,
        id: i32,
    ) -> Result<Claim, RegistryError> {
        let uses = self.active_uses(context, id).await?;
        let uses =
            uses.into_iter().map(|one| (one.subject.qualified(), one.version.unsigned_abs())).collect();
        Ok(Claim { by, schema_id: Some(id.unsigned_abs()), subject: None, version: None, uses })
    }

    /// What `dataschema` claims; `None` when it resolves to nothing of ours.
    async fn dataschema_claim(
        &self,
        target: &SchemaTarget,
        hints: &EventHints,
    ) -> Result<Option<Claim>, RegistryError> {
        let by = MatchedBy::Dataschema;
        let context = match target {
            SchemaTarget::Id { context, .. }
            | SchemaTarget::SubjectVersion { context, .. }
            | SchemaTarget::SubjectLatest { context, .. } => context.as_deref(),
            SchemaTarget::Guid(_) | SchemaTarget::JsonSchemaId(_) => None,
        };
        let place = match context.map(ContextName::from_segment) {
            Some(Ok(place)) => place,
            // No schema of ours is in a context that cannot exist.
            Some(Err(_)) => return Ok(None),
            None => hints.context.clone(),
        };
        match target {
            SchemaTarget::Id { id, subject, .. } => {
                let Ok(id) = i32::try_from(*id) else { return Ok(None) };
                if self.view_id(&place, crate::model::SchemaId(id)).await?.is_none() {
                    return Ok(None);
                }
                let mut claim = self.exact_claim(by, &place, id).await?;
                claim.subject = subject.as_ref().map(|name| Subject::parse_in(&place, name).qualified());
                Ok(Some(claim))
            }
            SchemaTarget::Guid(guid) => {
                let places = self.store.list_guid_ids(Guid(*guid)).await?;
                match places.into_iter().find(|(place, _)| *place == hints.context) {
                    Some((place, id)) => Ok(Some(self.exact_claim(by, &place, id.0).await?)),
                    None => Ok(None),
                }
            }
            SchemaTarget::SubjectVersion { subject, version, .. } => {
                let subject = Subject::parse_in(&place, subject);
                let view = self.view_subject(&subject).await?;
                let number = i32::try_from(*version).unwrap_or(i32::MAX);
                let known = view.history.find(number).is_some_and(|row| !row.deleted);
                Ok(known.then(|| named_claim(by, &subject, Some(*version))))
            }
            SchemaTarget::SubjectLatest { subject, .. } => {
                let subject = Subject::parse_in(&place, subject);
                let known = self.view_subject(&subject).await?.history.latest().is_some();
                Ok(known.then(|| named_claim(by, &subject, None)))
            }
            SchemaTarget::JsonSchemaId(_) => Ok(None),
        }
    }

    /// What `type` or else the topic claims: a subject that exists.
    async fn find_named_claim(
        &self,
        event: &Event<'_>,
        hints: &EventHints,
    ) -> Result<Option<Claim>, RegistryError> {
        let facts = SubjectFacts {
            event_type: event.find_text("type"),
            source: event.find_text("source"),
            topic: hints.topic.as_deref(),
            is_key: hints.is_key,
            ..SubjectFacts::default()
        };
        for (by, strategy) in
            [(MatchedBy::Type, SubjectStrategy::Type), (MatchedBy::Topic, SubjectStrategy::Topic)]
        {
            let Some(name) = strategy.find_subject(&facts) else { continue };
            let subject = Subject::parse_in(&hints.context, &name);
            if self.view_subject(&subject).await?.history.latest().is_some() {
                // Two names for one event are a convention of the producer, not a contradiction: the stronger one
                // counts.
                return Ok(Some(named_claim(by, &subject, None)));
            }
        }
        Ok(None)
    }
}

fn named_claim(by: MatchedBy, subject: &Subject, version: Option<u32>) -> Claim {
    Claim { by, schema_id: None, subject: Some(subject.qualified()), version, uses: Vec::new() }
}

/// Bytes may carry a frame unless their content type is one that is never a payload; text never does.
fn may_be_framed(format: &PayloadFormat, event: &Event<'_>) -> bool {
    let fits = match format {
        PayloadFormat::Opaque => says_nothing(event.datacontenttype()),
        PayloadFormat::NotAPayload => false,
        _ => true,
    };
    fits && matches!(event.data, Data::Bytes(_))
}

fn message_of(format: &PayloadFormat, selected: Option<String>) -> MessageChoice {
    let named = match format {
        PayloadFormat::Protobuf { message } => message.clone(),
        _ => None,
    };
    named.or(selected).map_or(MessageChoice::First, MessageChoice::Name)
}
