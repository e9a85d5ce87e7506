//! Stored schemas, ready to judge payloads.

use std::sync::Arc;

use chancery_engine::format::Validator;
use chancery_engine::violation::{Formats, Outcome, PayloadOptions, Report, ValidatorOptions};
use chancery_engine::{Dependency, Limits, Schema, Source};
use tokio::sync::OnceCell;

use super::super::cpu;
use super::super::freshness::{DependsOn, FreshCache};
use super::super::lookup::ReadAs;
use super::super::references::Targets;
use super::super::weight::{self, ENTRY_BYTES};
use super::super::{Candidate, Registry, RegistryError};
use super::rules::PayloadRules;
use crate::model::{Content, ContextName, Fingerprint, Guid};
use crate::store::VersionRow;

/// A compiled schema with its rules.
pub(super) struct Judge {
    validator: Validator,
    rules: PayloadRules,
    /// Bytes that it takes, about.
    bytes: usize,
}

/// Length from which a payload is never judged on an async thread.
const MAX_BYTES_AT_ONCE: usize = 64 * 1024;

impl Judge {
    fn new(
        validator: Validator,
        rules: PayloadRules,
        content: &Content,
        dependencies: &[Dependency],
    ) -> Arc<Self> {
        let of_validator = validator.bytes().unwrap_or_else(|| weight::parsed(&content.text, dependencies));
        // Rules inside a schema are found by a walk that has a compiled form of its own.
        let of_rules = if rules.is_empty() { 0 } else { of_validator + weight::rules(content) };
        Arc::new(Self { validator, rules, bytes: of_validator + of_rules })
    }

    /// The verdict on a payload, if it takes no longer than an async thread may be kept. Rules are users' programs:
    /// their work is bounded, but not small.
    pub fn judge_at_once(&self, body: &[u8], options: &PayloadOptions) -> Option<Report> {
        let may_be_quick = body.len() < MAX_BYTES_AT_ONCE && self.rules.is_empty();
        if may_be_quick { self.validator.validate_at_once(body, options) } else { None }
    }

    /// Whether a payload that nobody has looked into is JSON without repeated members and keeps the schema, as far as that
    /// can be said as quickly.
    pub fn proves_json(&self, body: &[u8], options: &PayloadOptions) -> bool {
        body.len() < MAX_BYTES_AT_ONCE && self.rules.is_empty() && self.validator.proves_json(body, options)
    }

    /// Validates a payload; rules look only into payloads that are valid so far.
    pub fn judge(&self, body: &[u8], options: &PayloadOptions, now_ms: i64) -> Report {
        let mut report = self.validator.validate(body, options);
        if self.rules.is_empty() || report.outcome() != Outcome::Valid {
            return report;
        }
        match self.validator.decode(body, options) {
            Some(message) => self.rules.check(&message, body, now_ms, &mut report),
            None => return Report::undecided("the payload cannot be read for its rules"),
        }
        report
    }

    /// Whether rules are to be evaluated.
    pub fn has_rules(&self) -> bool {
        !self.rules.is_empty()
    }
}

/// A judge, or why the schema cannot validate.
pub(super) type Compiled = Result<Arc<Judge>, Arc<str>>;

/// A content in its context, compiled when it is first needed.
#[derive(Debug)]
pub(super) struct Ready {
    pub context: ContextName,
    pub fingerprint: Fingerprint,
    pub guid: Guid,
    pub content: Arc<Content>,
    pub form: Form,
    origin: Origin,
    compiled: OnceCell<Compiled>,
}

/// Where a content comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// It is registered.
    Stored,
    /// It came with a request.
    Posted,
}

/// How a content is compiled; usually as a whole with asserted formats.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Form {
    pub formats: Formats,
    /// A part of the schema instead of the whole.
    pub part: Option<String>,
}

type Key = (ContextName, Fingerprint, Form);

impl std::fmt::Debug for Judge {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Judge").field("rules", &self.rules).finish_non_exhaustive()
    }
}

/// Ready schemas. Each weighs little until it is compiled, and is kept anew with its weight then.
pub(in crate::registry) struct ReadySchemas {
    stored: Kept,
    /// Those that came with requests: whatever senders think of, it never takes the place of registered ones.
    posted: Kept,
    /// Contents of candidates that refer to nothing, by context, type and text as posted: the records of a container
    /// often bring the same one.
    texts: FreshCache<(ContextName, String, String), Fingerprint>,
}

/// Ready schemas by context, content and form, with what they weigh.
type Kept = FreshCache<Key, (Arc<Ready>, usize)>;

impl ReadySchemas {
    /// Schemas that weigh about this many bytes together; posted ones a quarter of that.
    pub(in crate::registry) fn new(max_bytes: u64) -> Self {
        let known = |_: &Key, (_, bytes): &(Arc<Ready>, usize)| *bytes;
        let by_text =
            |(_, _, text): &(ContextName, String, String), _: &Fingerprint| ENTRY_BYTES + text.len();
        Self {
            stored: Kept::undivided(max_bytes, known),
            posted: Kept::undivided(max_bytes / 4, known),
            texts: FreshCache::new(max_bytes / 16, by_text),
        }
    }

    fn of(&self, origin: Origin) -> &Kept {
        match origin {
            Origin::Stored => &self.stored,
            Origin::Posted => &self.posted,
        }
    }
}

impl Registry {
    /// The schema of a version row.
    pub(super) async fn ready_row(
        &self,
        context: &ContextName,
        row: &VersionRow,
    ) -> Result<Arc<Ready>, RegistryError> {
        let key = (context.clone(), row.fingerprint, Form::default());
        if let Some((ready, _)) = self.ready.stored.find(&key, self.moment(DependsOn::Contents)) {
            return Ok(ready);
        }
        let content = Box::pin(self.content_of(row)).await?;
        Ok(self.ready_key(key, content, Origin::Stored))
    }

    /// A content that is at hand.
    pub(super) fn ready_content(&self, key: (ContextName, Fingerprint), content: Arc<Content>) -> Arc<Ready> {
        let (context, fingerprint) = key;
        self.ready_key((context, fingerprint, Form::default()), content, Origin::Stored)
    }

    /// The same content in another form.
    pub(super) fn ready_formed(&self, ready: &Ready, form: Form) -> Arc<Ready> {
        let key = (ready.context.clone(), ready.fingerprint, form);
        self.ready_key(key, Arc::clone(&ready.content), ready.origin)
    }

    /// A part of the same content, if there is one of that name.
    pub(super) async fn ready_part(
        &self,
        ready: &Ready,
        part: &str,
    ) -> Result<Option<Arc<Ready>>, RegistryError> {
        let form = Form { part: Some(part.to_owned()), formats: ready.form.formats };
        let key = (ready.context.clone(), ready.fingerprint, form);
        let moment = self.moment(DependsOn::Contents);
        if let Some((known, _)) = self.ready.of(ready.origin).find(&key, moment) {
            return Ok(Some(known));
        }
        let found = Arc::new(Ready::new(key, Arc::clone(&ready.content), ready.origin));
        // Senders choose names of parts: wrong ones are not kept, and push out nothing that is in use.
        Ok(self.judge_of(&found).await?.is_ok().then_some(found))
    }

    fn ready_key(&self, key: Key, content: Arc<Content>, origin: Origin) -> Arc<Ready> {
        // What references mean is looked up later than this, when the content is compiled.
        let moment = self.moment(DependsOn::Contents);
        let kept = self.ready.of(origin);
        if let Some((ready, _)) = kept.find(&key, moment) {
            return ready;
        }
        let ready = Arc::new(Ready::new(key.clone(), content, origin));
        kept.keep(key, moment, (Arc::clone(&ready), ready.weight()));
        ready
    }

    /// A schema that comes with a request in this context and is not registered.
    pub(super) async fn ready_candidate(
        &self,
        context: &ContextName,
        candidate: &Candidate,
    ) -> Result<Arc<Ready>, RegistryError> {
        let moment = self.moment(DependsOn::Contents);
        let text = text_as_posted(context, candidate);
        if let Some(fingerprint) = text.as_ref().and_then(|text| self.ready.texts.find(text, moment)) {
            let key = (context.clone(), fingerprint, Form::default());
            if let Some((ready, _)) = self.ready.posted.find(&key, moment) {
                return Ok(ready);
            }
        }
        let posted = self.parse_candidate(context, candidate, false, ReadAs::Stored).await?;
        let content = Arc::new(posted.content);
        let fingerprint = content.fingerprint();
        if let Some(text) = text {
            self.ready.texts.keep(text, moment, fingerprint);
        }
        Ok(self.ready_key((context.clone(), fingerprint, Form::default()), content, Origin::Posted))
    }

    /// The compiled schema, or why there is none. Compiles at most once while it stays in the cache.
    pub(super) async fn judge_of(&self, ready: &Arc<Ready>) -> Result<Compiled, RegistryError> {
        if let Some(compiled) = ready.compiled.get() {
            return Ok(compiled.clone());
        }
        let compiled = ready.compiled.get_or_try_init(|| async {
            let moment = self.moment(DependsOn::Contents);
            let (context, content) = (&ready.context, &ready.content);
            let schema = self.parse_stored(context, ready.fingerprint, content).await?;
            let resolved = self.resolve(context, content.references.clone(), Targets::Stored).await?;
            let content = Arc::clone(content);
            let (form, limits) = (ready.form.clone(), self.settings.limits);
            let work = move || compile(&schema, &content, &resolved.dependencies, &form, &limits);
            let compiled = cpu::apart(work).await;
            if let Ok(judge) = &compiled {
                let weight = ready.weight() + judge.bytes;
                self.ready.of(ready.origin).keep(ready.key(), moment, (Arc::clone(ready), weight));
            }
            Ok::<_, RegistryError>(compiled)
        });
        Box::pin(compiled).await.cloned()
    }
}

impl Ready {
    fn new((context, fingerprint, form): Key, content: Arc<Content>, origin: Origin) -> Self {
        let guid = content.guid();
        Self { context, fingerprint, guid, content, form, origin, compiled: OnceCell::new() }
    }

    fn key(&self) -> Key {
        (self.context.clone(), self.fingerprint, self.form.clone())
    }

    /// Bytes that it takes, about: more once it is compiled.
    pub fn weight(&self) -> usize {
        let of_judge = self.known_judge().map_or(0, |judge| judge.bytes);
        ENTRY_BYTES + self.content.text.len() + of_judge
    }

    /// The judge, if it has been needed before and can validate.
    pub fn known_judge(&self) -> Option<Arc<Judge>> {
        self.compiled.get()?.as_ref().ok().cloned()
    }
}

/// What names the content of a candidate that refers to nothing and carries nothing else.
fn text_as_posted(context: &ContextName, candidate: &Candidate) -> Option<(ContextName, String, String)> {
    let stands_alone = candidate.references.is_empty()
        && candidate.metadata.is_none()
        && candidate.rule_set.is_none()
        && !candidate.tags.is_some();
    let as_posted = |text: &Option<String>| text.clone().unwrap_or_default();
    stands_alone.then(|| (context.clone(), as_posted(&candidate.schema_type), as_posted(&candidate.schema)))
}

fn compile(
    schema: &Schema,
    content: &Content,
    dependencies: &[Dependency],
    form: &Form,
    limits: &Limits,
) -> Compiled {
    let refused = |reason: chancery_engine::SchemaError| Arc::from(reason.to_string());
    let options = ValidatorOptions { formats: form.formats };
    let Some(part) = &form.part else {
        let validator = schema.validator(&options).map_err(refused)?;
        let rules = PayloadRules::compile(content, dependencies, options);
        return Ok(Judge::new(validator, rules, content, dependencies));
    };
    let source = Source { text: &content.text, dependencies };
    let schema = Schema::parse_part(content.schema_type, &source, part, limits).map_err(refused)?;
    let validator = schema.validator(&options).map_err(refused)?;
    // Rules of the whole schema see another message than this part.
    Ok(Judge::new(validator, PayloadRules::default(), content, dependencies))
}

#[cfg(test)]
mod tests;
