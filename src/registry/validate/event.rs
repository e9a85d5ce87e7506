//! Events: which schema the data claims to have, and whether it keeps it.
//!
//! Evidence in order of rank: request parameter, frame, `dataschema`, `type`, topic (`claims`). All that resolves must
//! agree. A fragment of `dataschema` selects a message, a record or a part of the schema. Settings of the subject
//! decide which version counts and what happens when nothing names a schema. An event for which nothing names a schema
//! is unchecked, and says why.

use std::sync::{Arc, LazyLock};
use std::time::Instant;

use bytes::Bytes;
use chancery_engine::cloudevents::matching::{
    Match, MatchedBy, PayloadFormat, SchemaLocator, SchemaReference,
};
use chancery_engine::cloudevents::{EventOptions, EventReading, rules};
use chancery_engine::lint::Lint;
use chancery_engine::violation::{Outcome, PayloadOptions};
use chancery_engine::{Report, SchemaType};

use super::super::policies::EventPolicy;
use super::super::{Registry, RegistryError};
use super::checking::{Checking, Input, in_document_order, is_of_rule, message_of};
use super::claims::Dataschema;
use super::frame::{Unframed, id_required, strip_indexes};
use super::usual::{self, Way};
use super::{Framing, Matched, other_form};
use crate::model::{ContextName, Settings, Subject, VersionPolicy, VersionSelector};

/// What all events of one request share.
#[derive(Clone, Debug, Default)]
pub struct EventSetting {
    /// How envelopes are read.
    pub options: Arc<EventOptions>,
    /// Which URLs are ours.
    pub locator: LazyLocator,
    /// What else is known.
    pub hints: EventHints,
}

type Make = Box<dyn FnOnce() -> SchemaLocator + Send>;

/// A locator that is made when the first `dataschema` comes: most events have none, and URLs take time to read.
#[derive(Clone)]
pub struct LazyLocator(Arc<LazyLock<SchemaLocator, Make>>);

impl LazyLocator {
    /// What `make` will say.
    pub fn new(make: impl FnOnce() -> SchemaLocator + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(make))))
    }

    /// The locator.
    pub fn get(&self) -> &SchemaLocator {
        &self.0
    }
}

impl Default for LazyLocator {
    fn default() -> Self {
        Self::new(SchemaLocator::default)
    }
}

impl std::fmt::Debug for LazyLocator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("LazyLocator")
    }
}

/// What the request says beside the event.
#[derive(Clone, Debug, Default)]
pub struct EventHints {
    /// The schema that the request names.
    pub schema: Option<NamedSchema>,
    /// The topic the event goes to.
    pub topic: Option<String>,
    /// Whether the data is the key of a record.
    pub is_key: bool,
    /// The context to look in.
    pub context: ContextName,
    /// How the data says which schema it was written with.
    pub framing: Framing,
    /// The id of the schema as a header of a record carries it, beside the data.
    pub id_header: Option<Bytes>,
    /// Whether advice on design is asked for.
    pub lint: bool,
    /// Whether an event gets a verdict, `indeterminate`, while the store does not answer.
    pub passes_unavailable: bool,
}

/// A schema by id, or by subject and version; both have to agree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedSchema {
    /// Id in the context.
    pub id: Option<i32>,
    /// Subject.
    pub subject: Option<Subject>,
    /// Version; the latest without one.
    pub version: Option<VersionSelector>,
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
    /// The data is elsewhere: `dataref` says where.
    DataElsewhere,
    /// The content type is none that can be validated.
    Opaque,
}

impl Unchecked {
    /// Rule id of the reason.
    pub fn rule(self) -> &'static str {
        match self {
            Self::NoSchema => rules::SCHEMA_NOT_FOUND.id,
            Self::ForeignSchema => rules::DATASCHEMA_UNRESOLVED.id,
            Self::NoData | Self::DataElsewhere => rules::DATA_MISSING.id,
            Self::Opaque => rules::DATA_NOT_VALIDATED.id,
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
    /// Advice on design, when it was asked for.
    pub lint: Option<Vec<Lint>>,
}

impl Registry {
    /// Validates the data of an event that has been read, and joins the findings with those on the envelope.
    ///
    /// # Errors
    /// `Store`, and what the request itself names and does not exist; everything about the event is a finding.
    pub async fn validate_event(
        &self,
        reading: &EventReading<'_>,
        setting: &EventSetting,
    ) -> Result<EventVerdict, RegistryError> {
        if let Some(matched) = self.usual_match(reading, setting) {
            return Ok(EventVerdict {
                outcome: Outcome::Valid,
                report: reading.report.clone(),
                matched: Some(matched),
                unchecked: None,
                lint: None,
            });
        }
        // Boxed: the future of a request that needs no search stays small.
        Box::pin(self.validate_in_full(reading, setting)).await
    }

    async fn validate_in_full(
        &self,
        reading: &EventReading<'_>,
        setting: &EventSetting,
    ) -> Result<EventVerdict, RegistryError> {
        let EventReading { event, report, before_data } = reading;
        let of_envelope = report.findings.len();
        let hints = &setting.hints;
        let usual = usual::signs(reading, setting).map(|signs| (signs, self.since(&signs)));
        let mut checking = Checking {
            event,
            format: PayloadFormat::Opaque,
            options: &setting.options,
            context: &hints.context,
            policy: self.policy_at(hints).await?,
            report: report.clone(),
            of_envelope,
            matched: None,
            unchecked: None,
            is_usual: usual.is_some(),
            way: None,
        };
        let policy = Arc::clone(&checking.policy);
        // Envelopes only: nothing is matched.
        if setting.options.reads_payload() {
            match self.check_data(&mut checking, setting).await {
                Err(RegistryError::Store(_)) if hints.passes_unavailable => {
                    checking.report.indeterminate = Some("the store does not answer".to_owned());
                }
                outcome => outcome?,
            }
        }
        let Checking { mut report, of_envelope, matched, unchecked, way, .. } = checking;
        if let (Some((signs, since)), Some(way)) = (usual, way) {
            self.keep_way(&signs, since, setting, &policy, way);
        }
        in_document_order(&mut report, *before_data, of_envelope);
        let outcome = match (report.outcome(), unchecked) {
            (Outcome::Valid, Some(_)) => Outcome::Unchecked,
            (outcome, _) => outcome,
        };
        let lint = if hints.lint {
            match Box::pin(self.lint_event(event, matched.as_ref(), hints)).await {
                Err(RegistryError::Store(_)) if hints.passes_unavailable => None,
                lints => Some(lints?),
            }
        } else {
            None
        };
        Ok(EventVerdict { outcome, report, matched, unchecked, lint })
    }

    /// The settings of the context, or none while the store does not answer and that may pass.
    async fn policy_at(&self, hints: &EventHints) -> Result<Arc<EventPolicy>, RegistryError> {
        match self.policy_of(&Subject::of_context(hints.context.clone())).await {
            Err(RegistryError::Store(_)) if hints.passes_unavailable => {
                let policy = EventPolicy::compile(Settings::default());
                Ok(Arc::new(policy.map_err(RegistryError::InvalidSettings)?))
            }
            policy => policy,
        }
    }

    async fn check_data(
        &self,
        checking: &mut Checking<'_>,
        setting: &EventSetting,
    ) -> Result<(), RegistryError> {
        let (event, hints) = (checking.event, &setting.hints);
        checking.format = PayloadFormat::of_event(event, &checking.policy.framed_types);
        let policy = Arc::clone(&checking.policy);
        let evidence = self.gather(event, &checking.format, &policy, &setting.locator, hints).await?;
        checking.policy = self.policy_of(&evidence.scope(&hints.context)).await?;
        let Ok(frame) = checking.framing(&evidence, hints.framing) else { return Ok(()) };
        if frame.is_some_and(|frame| frame.start > 0) {
            checking.forget_syntax();
        }
        let framed = frame.map(|frame| &frame.claim);
        let Ok(found) = checking.agree(&evidence, framed) else {
            checking.unresolved(&evidence.dataschema);
            return Ok(());
        };
        let Some(found) = found else {
            checking.nothing_matches(&evidence.dataschema);
            return Ok(());
        };
        checking.unresolved(&evidence.dataschema);
        let reference = match &evidence.dataschema {
            Dataschema::Resolved(reference) => Some(reference),
            _ => None,
        };
        if reference.is_some_and(SchemaReference::is_unpinned) {
            checking
                .about_dataschema(&rules::DATASCHEMA_UNPINNED, "the URI names a subject without a version");
        }
        let Some(data) = checking.data() else {
            return Box::pin(self.check_absence(checking, &found)).await;
        };
        let start = frame.map_or(0, |frame| frame.start);
        let selected = reference.and_then(SchemaReference::selected_type).map(str::to_owned);
        let input = Input {
            body: &data[start..],
            framed: frame.is_some(),
            indexes: frame.and_then(|frame| frame.indexes.clone()),
            message: message_of(&checking.format, selected),
            reference: reference.cloned(),
        };
        let unpinned =
            found.by == MatchedBy::Dataschema && reference.is_some_and(SchemaReference::is_unpinned);
        self.check_against(checking, &found, input, unpinned).await
    }

    /// An event without data whose schema is known: fine when the schema takes "nothing", or when the data is
    /// elsewhere.
    async fn check_absence(&self, checking: &mut Checking<'_>, found: &Match) -> Result<(), RegistryError> {
        let mut tries = self.tries_of(found, checking.context, VersionPolicy::Latest).await?;
        let Some(target) = tries.next(self).await? else {
            checking.missing_schema(Unchecked::NoData);
            return Ok(());
        };
        checking.matched = Some(target.matched.clone());
        if checking.has_broken_data() {
            return Ok(());
        }
        if checking.is_elsewhere() {
            checking.unchecked = Some(Unchecked::DataElsewhere);
            return Ok(());
        }
        let nothing = if target.schema_type() == SchemaType::Json { &b"null"[..] } else { b"" };
        let target = self.formed(target, checking.settings());
        let report = self.run_validator(&target, nothing, PayloadOptions::default(), false).await?;
        if report.outcome() != Outcome::Valid {
            let required = checking.settings().require_data == Some(true);
            let message = "the event has no data, and its schema does not accept nothing";
            checking.about_data(&rules::DATA_MISSING, required, message);
        }
        Ok(())
    }

    /// Holds the data against the schema that the evidence names; where only a subject is named, the policy on
    /// versions chooses: JSON data tries versions newest first, other data takes the latest.
    async fn check_against(
        &self,
        checking: &mut Checking<'_>,
        found: &Match,
        input: Input<'_>,
        unpinned: bool,
    ) -> Result<(), RegistryError> {
        let exact = found.schema_id.is_some() || found.version.is_some();
        let policy = if unpinned { Some(VersionPolicy::Latest) } else { checking.settings().versions };
        let listed = match (exact, policy) {
            (false, Some(policy)) => policy,
            _ => VersionPolicy::Any,
        };
        let mut tries = self.tries_of(found, checking.context, listed).await?;
        let Some(newest) = tries.next(self).await? else {
            match policy {
                Some(VersionPolicy::Pinned(version)) => checking.missing_pin(version),
                _ => checking.missing_schema(Unchecked::NoSchema),
            }
            return Ok(());
        };
        if checking.has_broken_data() {
            checking.matched = Some(newest.matched);
            return Ok(());
        }
        let pinned = matches!(policy, Some(VersionPolicy::Pinned(_)));
        let is_avro = checking.format == PayloadFormat::Avro && newest.schema_type() == SchemaType::Avro;
        if is_avro && !exact && !pinned {
            checking.finish_as(&rules::SCHEMA_ID_REQUIRED, &newest, id_required());
            return Ok(());
        }
        // JSON tells its members by name, whatever the schema is written in.
        let is_json = checking.format == PayloadFormat::Json || newest.schema_type() == SchemaType::Json;
        let tries_all = policy == Some(VersionPolicy::Any) || is_json;
        let started = Instant::now();
        let mut first: Option<(Report, Matched)> = None;
        let tries_older = tries_all && !exact;
        let mut newest = Some(newest);
        while let Some(target) = match newest.take() {
            None if tries_older => tries.next(self).await?,
            newest => newest,
        } {
            if first.is_some() && started.elapsed() > self.settings.validation_deadline {
                let report =
                    Report::undecided("the deadline for validation passed before all versions were tried");
                first = Some((report, target.matched));
                break;
            }
            let Some(encoding) = checking.encoding(&target, &input) else {
                if first.is_some() {
                    continue;
                }
                checking.no_encoding(&target);
                return Ok(());
            };
            let unframed = if input.framed {
                strip_indexes(target, input.body, input.indexes.as_deref())
            } else {
                Ok(Unframed { target, body: input.body, message: input.message.clone(), framed: false })
            };
            let Unframed { target, body, message, framed } = match unframed {
                Ok(unframed) => unframed,
                Err(refused) => {
                    checking.finish(&refused.target, refused.finding);
                    return Ok(());
                }
            };
            let options = PayloadOptions { encoding, message, framed, ..checking.payload_options() };
            let mut target = self.formed(target, checking.settings());
            if let Some(reference) = &input.reference {
                let (part, is_there) = Box::pin(self.part_of(target, reference)).await?;
                if !is_there {
                    checking.unresolved_dataschema("the fragment names nothing in the schema");
                }
                target = part;
            }
            let other = other_form(&checking.format, target.schema_type(), checking.settings());
            let way_options = (checking.is_usual && first.is_none()).then(|| options.clone());
            let report = self.run_forms(&target, body, options, other, checking.settings()).await?;
            if let Some(options) = way_options.filter(|_| report.outcome() == Outcome::Valid) {
                checking.way = Way::to(&target, options, checking.options.max_depth);
            }
            // Older versions are tried for their shape: a rule that the shape's own version sets is final.
            if report.outcome() == Outcome::Valid || report.violations().all(is_of_rule) {
                first = Some((report, target.matched));
                break;
            }
            first.get_or_insert((report, target.matched));
        }
        if let Some((report, matched)) = first {
            checking.matched = Some(matched);
            checking.join(report);
        }
        Ok(())
    }
}
