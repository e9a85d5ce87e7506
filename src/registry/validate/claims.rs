//! Evidence of an event: everything that claims to know its schema, looked up in the store.
//!
//! What does not exist is no evidence, except in a request's own parameters, where it is an error. A `dataschema`
//! that is not ours is never fetched.

use bytes::Bytes;
use chancery_engine::cloudevents::matching::{
    Agreement, Claim, MatchedBy, PayloadFormat, SchemaReference, SchemaTarget, SubjectFacts, Uses, join,
};
use chancery_engine::cloudevents::{Data, Event};
use chancery_engine::framing;

use super::super::policies::EventPolicy;
use super::super::{Registry, RegistryError};
use super::event::{EventHints, LazyLocator, NamedSchema};
use super::{Framing, framing_of, says_nothing};
use crate::model::{ContextName, Guid, SchemaId, Subject, VersionSelector};

/// Everything that claims to know the schema of one event.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// Claims of the request and of `dataschema`.
    pub claims: Vec<Claim>,
    /// Subjects that strategies name: of each rank the first that exists.
    pub named: Vec<Claim>,
    pub frame: Frame,
    pub dataschema: Dataschema,
    /// The subject that the first strategy names, whether it exists or not.
    pub expected: Option<Subject>,
}

/// What a frame around the data says.
#[derive(Debug, Default)]
pub(super) enum Frame {
    /// There is none.
    #[default]
    Absent,
    /// There is one, and nothing has its id.
    Unknown,
    /// A header has an id, and nothing has this id.
    UnknownInHeader,
    /// There is one.
    Known(KnownFrame),
}

/// A frame whose id is known.
#[derive(Debug)]
pub(super) struct KnownFrame {
    pub claim: Claim,
    /// Where the payload starts in the data.
    pub start: usize,
    /// Message indexes, when the frame travels in a header; otherwise they stand before the payload.
    pub indexes: Option<Bytes>,
}

/// What `dataschema` says.
#[derive(Debug, Default)]
pub(super) enum Dataschema {
    /// There is none.
    #[default]
    Absent,
    /// It names nothing of ours.
    Unresolved,
    /// It names a schema, which is one of the claims.
    Resolved(SchemaReference),
}

impl Evidence {
    /// What all evidence comes to. A schema can be a version of several subjects: where something names the schema
    /// itself, each name has to agree with that, and need not be the same as the others.
    pub fn join(&self, framed: Option<&Claim>) -> Agreement {
        let mut claims: Vec<Claim> = self.claims.iter().chain(framed).cloned().collect();
        if claims.iter().all(|claim| claim.schema_id.is_none()) {
            claims.extend(self.named.iter().cloned());
            return join(&claims);
        }
        for named in self.named.get(1..).unwrap_or_default() {
            claims.push(named.clone());
            let agreement = join(&claims);
            claims.pop();
            if matches!(agreement, Agreement::Conflict(..)) {
                return agreement;
            }
        }
        claims.extend(self.named.first().cloned());
        join(&claims)
    }

    /// The scope whose settings hold for the event.
    pub fn scope(&self, context: &ContextName) -> Subject {
        let mut claims: Vec<&Claim> = self.claims.iter().chain(&self.named).collect();
        claims.sort_by_key(|claim| claim.by);
        let named = claims.iter().find_map(|claim| claim.subject.clone());
        let used = || match claims.first().map(|claim| &*claim.uses) {
            Some([(subject, _)]) => Some(subject.clone()),
            _ => None,
        };
        let subject = named.or_else(used).map(|name| Subject::parse_in(context, &name));
        subject.or_else(|| self.expected.clone()).unwrap_or_else(|| Subject::of_context(context.clone()))
    }
}

impl Registry {
    /// Looks up everything that names a schema.
    ///
    /// # Errors
    /// `Store`; `SubjectNotFound`, `VersionNotFound`, `SchemaNotFound` for what the request itself names.
    pub(super) async fn gather(
        &self,
        event: &Event<'_>,
        format: &PayloadFormat,
        policy: &EventPolicy,
        locator: &LazyLocator,
        hints: &EventHints,
    ) -> Result<Evidence, RegistryError> {
        let mut evidence =
            Evidence { frame: self.frame_of(event, format, hints).await?, ..Evidence::default() };
        if let Some(named) = &hints.schema {
            let mut claim = self.parameter_claim(named, &hints.context).await?;
            // The latest version is named by its subject: a frame says which of its versions wrote the data.
            let is_open = matches!(named.version, None | Some(VersionSelector::Latest));
            let counts = framing_of(hints.framing, &policy.settings) != Framing::None;
            if is_open && counts && matches!(evidence.frame, Frame::Known(_)) {
                claim.version = None;
            }
            evidence.claims.push(claim);
        }
        (evidence.expected, evidence.named) = self.named_claims(event, format, policy, hints).await?;
        if let Some(dataschema) = event.find_text("dataschema") {
            let reference = locator.get().locate(dataschema, &policy.names);
            let claim = match &reference.target {
                SchemaTarget::JsonSchemaId(uri) => self.json_schema_id_claim(uri, &evidence, hints).await?,
                target => self.dataschema_claim(target, hints).await?,
            };
            evidence.dataschema = match claim {
                Some(claim) => {
                    evidence.claims.push(claim);
                    Dataschema::Resolved(reference)
                }
                // It says what the packed message says itself.
                None if is_type_url(dataschema, &event.data) => Dataschema::Absent,
                None => Dataschema::Unresolved,
            };
        }
        Ok(evidence)
    }

    /// The frame in a header, or else one that the data starts with, whether it counts or not.
    async fn frame_of(
        &self,
        event: &Event<'_>,
        format: &PayloadFormat,
        hints: &EventHints,
    ) -> Result<Frame, RegistryError> {
        if let Some(header) = &hints.id_header {
            let claim = match framing::split(header) {
                Some((frame, _)) => self.frame_claim(frame, hints).await?,
                None => None,
            };
            let indexes = framing::split(header).map(|(_, rest)| header.slice_ref(rest));
            return Ok(match claim {
                Some(claim) => Frame::Known(KnownFrame { claim, start: 0, indexes }),
                None => Frame::UnknownInHeader,
            });
        }
        let Some(data) = event.data.bytes().filter(|_| may_be_framed(format, event)) else {
            return Ok(Frame::Absent);
        };
        let Some((frame, rest)) = framing::split(data) else { return Ok(Frame::Absent) };
        Ok(match self.frame_claim(frame, hints).await? {
            Some(claim) => Frame::Known(KnownFrame { claim, start: data.len() - rest.len(), indexes: None }),
            None => Frame::Unknown,
        })
    }

    /// What a frame claims, if its id is known.
    async fn frame_claim(
        &self,
        frame: framing::Frame,
        hints: &EventHints,
    ) -> Result<Option<Claim>, RegistryError> {
        match self.find_framed(&hints.context, frame).await? {
            Some((context, id)) => Ok(Some(self.exact_claim(MatchedBy::Framing, &context, id).await?)),
            None => Ok(None),
        }
    }

    /// Makes sure that a schema which a request names exists.
    ///
    /// # Errors
    /// `SubjectNotFound`, `VersionNotFound`, `SchemaNotFound`, `Store`.
    pub async fn check_named_schema(
        &self,
        named: &NamedSchema,
        context: &ContextName,
    ) -> Result<(), RegistryError> {
        self.parameter_claim(named, context).await.map(|_| ())
    }

    /// Whether the id and the subject that a request names can be one schema.
    ///
    /// # Errors
    /// `SubjectNotFound`, `VersionNotFound`, `SchemaNotFound`, `Store`.
    pub async fn names_one_schema(
        &self,
        named: &NamedSchema,
        context: &ContextName,
    ) -> Result<bool, RegistryError> {
        let claim = self.parameter_claim(named, context).await?;
        Ok(!matches!(join(&[claim]), Agreement::Conflict(..)))
    }

    /// Whether what a request names in a context can be a schema of the topic that the hints tell.
    /// A topic without a subject contradicts nothing.
    ///
    /// # Errors
    /// `SubjectNotFound`, `VersionNotFound`, `SchemaNotFound`, `InvalidSettings`, `Store`.
    pub async fn is_schema_of_topic(
        &self,
        named: &NamedSchema,
        context: &ContextName,
        hints: &EventHints,
    ) -> Result<bool, RegistryError> {
        let policy = self.policy_of(&Subject::of_context(hints.context.clone())).await?;
        let (_, of_topic) =
            self.named_claims(&Event::default(), &PayloadFormat::Opaque, &policy, hints).await?;
        let claims = vec![self.parameter_claim(named, context).await?];
        let evidence = Evidence { claims, named: of_topic, ..Evidence::default() };
        Ok(!matches!(evidence.join(None), Agreement::Conflict(..)))
    }

    /// What the request names, which has to exist.
    async fn parameter_claim(
        &self,
        named: &NamedSchema,
        context: &ContextName,
    ) -> Result<Claim, RegistryError> {
        let by = MatchedBy::Parameter;
        let mut claim = match named.id {
            Some(id) => {
                let known = self.view_id(context, SchemaId(id)).await?;
                known.ok_or_else(|| RegistryError::SchemaNotFound(Some(id.to_string())))?;
                self.exact_claim(by, context, id).await?
            }
            None => Claim {
                by,
                schema_id: None,
                context: None,
                subject: None,
                version: None,
                uses: Uses::default(),
            },
        };
        if let Some(subject) = &named.subject {
            claim.subject = Some(subject.qualified());
            if named.id.is_none() || named.version.is_some() {
                let selector = named.version.unwrap_or(VersionSelector::Latest);
                let version = self.get_version(subject, selector, false).await?;
                claim.subject = Some(version.subject.qualified());
                claim.version = Some(version.version.unsigned_abs());
            }
        }
        Ok(claim)
    }

    /// A claim on one id with everything that uses it.
    async fn exact_claim(
        &self,
        by: MatchedBy,
        context: &ContextName,
        id: i32,
    ) -> Result<Claim, RegistryError> {
        let view = self.view_id(context, SchemaId(id)).await?;
        let uses = view.map_or_else(Uses::default, |view| Uses::clone(&view.active));
        Ok(Claim {
            by,
            schema_id: Some(id.unsigned_abs()),
            context: Some(context.as_str().to_owned()),
            subject: None,
            version: None,
            uses,
        })
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
                let subject = subject.as_ref().map(|name| Subject::parse_in(&place, name));
                // A subject may name its context itself.
                let place = subject.as_ref().map_or(place, |subject| subject.context.clone());
                if self.view_id(&place, SchemaId(id)).await?.is_none() {
                    return Ok(None);
                }
                let mut claim = self.exact_claim(by, &place, id).await?;
                claim.subject = subject.as_ref().map(Subject::qualified);
                Ok(Some(claim))
            }
            SchemaTarget::Guid(guid) => match self.place_of_guid(Guid(*guid), &hints.context).await? {
                Some((place, id)) => Ok(Some(self.exact_claim(by, &place, id).await?)),
                None => Ok(None),
            },
            SchemaTarget::SubjectVersion { subject, version, .. } => {
                let subject = self.resolve_alias(Subject::parse_in(&place, subject)).await?;
                let view = self.view_subject(&subject).await?;
                let number = i32::try_from(*version).unwrap_or(i32::MAX);
                let known = view.history.find(number).is_some_and(|row| !row.deleted);
                Ok(known.then(|| subject_claim(by, &subject, Some(*version))))
            }
            SchemaTarget::SubjectLatest { subject, .. } => {
                let subject = self.resolve_alias(Subject::parse_in(&place, subject)).await?;
                let known = self.view_subject(&subject).await?.history.latest().is_some();
                Ok(known.then(|| subject_claim(by, &subject, None)))
            }
            SchemaTarget::JsonSchemaId(_) => Ok(None),
        }
    }

    /// A `dataschema` that is the `$id` of a stored JSON Schema, with its fragment or without. Of several the newest
    /// counts that agrees with everything else, or the newest of all.
    async fn json_schema_id_claim(
        &self,
        uri: &str,
        evidence: &Evidence,
        hints: &EventHints,
    ) -> Result<Option<Claim>, RegistryError> {
        let bare = uri.split('#').next().unwrap_or(uri);
        let empty_fragment = format!("{bare}#");
        let spellings = [uri, bare, &empty_fragment];
        let mut newest = None;
        for (index, spelling) in spellings.iter().enumerate() {
            if spellings[..index].contains(spelling) {
                continue;
            }
            for id in self.view_json_schema_ids(&hints.context, spelling).await?.iter() {
                let claim = self.exact_claim(MatchedBy::Dataschema, &hints.context, id.0).await?;
                if claim.uses.is_empty() {
                    continue;
                }
                let framed = match &evidence.frame {
                    Frame::Known(frame) => Some(&frame.claim),
                    _ => None,
                };
                let claims = evidence.claims.iter().chain([&claim]).cloned().collect();
                let all = Evidence { claims, named: evidence.named.clone(), ..Evidence::default() };
                if matches!(all.join(framed), Agreement::Agreed(_)) {
                    return Ok(Some(claim));
                }
                newest.get_or_insert(claim);
            }
            if newest.is_some() {
                break;
            }
        }
        Ok(newest)
    }

    /// What the strategies claim: the subject that the first one names, and of each rank the first that exists.
    /// Several names of one rank are conventions of the producer, which do not contradict each other.
    async fn named_claims(
        &self,
        event: &Event<'_>,
        format: &PayloadFormat,
        policy: &EventPolicy,
        hints: &EventHints,
    ) -> Result<(Option<Subject>, Vec<Claim>), RegistryError> {
        let record = match format {
            PayloadFormat::Protobuf { message } => message.as_deref(),
            _ => None,
        };
        let facts = SubjectFacts {
            event_type: event.find_text("type"),
            source: event.find_text("source"),
            topic: hints.topic.as_deref(),
            is_key: hints.is_key,
            record,
        };
        let map = self.subject_map(policy).await?;
        let (mut expected, mut claims) = (None, Vec::new());
        for (by, strategy) in &policy.strategies {
            let Some(name) = strategy.find_subject(&facts, &map) else { continue };
            let subject = self.resolve_alias(Subject::parse_in(&hints.context, &name)).await?;
            let is_first = !claims.iter().any(|claim: &Claim| claim.by == *by);
            if is_first && self.view_subject(&subject).await?.history.latest().is_some() {
                claims.push(subject_claim(*by, &subject, None));
            }
            expected.get_or_insert(subject);
        }
        Ok((expected, claims))
    }
}

fn subject_claim(by: MatchedBy, subject: &Subject, version: Option<u32>) -> Claim {
    Claim {
        by,
        schema_id: None,
        context: None,
        subject: Some(subject.qualified()),
        version,
        uses: Uses::default(),
    }
}

/// Whether a `dataschema` is the type URL of the packed message, of which one may lack the scheme.
fn is_type_url(dataschema: &str, data: &Data<'_>) -> bool {
    fn bare(url: &str) -> &str {
        url.split_once("://").map_or(url, |(_, rest)| rest)
    }
    matches!(data, Data::Message { type_url, .. } if bare(type_url) == bare(dataschema))
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
