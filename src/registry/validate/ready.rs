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
use super::super::{Candidate, Registry, RegistryError};
use super::rules::PayloadRules;
use crate::model::{Content, ContextName, Fingerprint, Guid};
use crate::store::VersionRow;

/// Compiled forms are of the size of their schemas; small ones cost more than their text.
const BYTES_OF_TEXT: usize = 8;
const ENTRY_BYTES: usize = 2048;

/// A compiled schema with its rules.
pub(super) struct Judge {
    validator: Validator,
    rules: PayloadRules,
}

/// Length from which a payload is never judged on an async thread.
const MAX_BYTES_AT_ONCE: usize = 64 * 1024;

impl Judge {
    /// The verdict on a payload, if it takes no longer than an async thread may be kept. Rules are users' programs:
    /// their work is bounded, but not small.
    pub fn judge_at_once(&self, body: &[u8], options: &PayloadOptions) -> Option<Report> {
        let may_be_quick = body.len() < MAX_BYTES_AT_ONCE && self.rules.is_empty();
        if may_be_quick { self.validator.validate_at_once(body, options) } else { None }
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
    compiled: OnceCell<Compiled>,
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

/// Ready schemas.
pub(in crate::registry) struct ReadySchemas {
    /// By context, content and form.
    stored: FreshCache<Key, Arc<Ready>>,
    /// Those that came with a request and refer to nothing, by type and text as posted: the records of a container
    /// often bring the same one.
    inline: FreshCache<(String, String), Arc<Ready>>,
}

impl ReadySchemas {
    /// Schemas that weigh about this many bytes together.
    pub(in crate::registry) fn new(max_bytes: u64) -> Self {
        Self {
            stored: FreshCache::new(max_bytes, |_: &Key, ready: &Arc<Ready>| ready.weight()),
            inline: FreshCache::new(max_bytes / 4, |(_, text): &(String, String), ready: &Arc<Ready>| {
                text.len() + ready.weight()
            }),
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
        if let Some(ready) = self.ready.stored.find(&key, self.moment(DependsOn::Contents)) {
            return Ok(ready);
        }
        let content = Box::pin(self.content_of(row)).await?;
        Ok(self.ready_key(key, content))
    }

    /// A content that is at hand.
    pub(super) fn ready_content(&self, key: (ContextName, Fingerprint), content: Arc<Content>) -> Arc<Ready> {
        let (context, fingerprint) = key;
        self.ready_key((context, fingerprint, Form::default()), content)
    }

    /// The same content in another form.
    pub(super) fn ready_formed(&self, ready: &Ready, form: Form) -> Arc<Ready> {
        let key = (ready.context.clone(), ready.fingerprint, form);
        self.ready_key(key, Arc::clone(&ready.content))
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
        if let Some(known) = self.ready.stored.find(&key, moment) {
            return Ok(Some(known));
        }
        let found = Arc::new(Ready::new(key.clone(), Arc::clone(&ready.content)));
        if self.judge_of(&found).await?.is_err() {
            // Senders choose names of parts: wrong ones must not push out what is in use.
            return Ok(None);
        }
        self.ready.stored.keep(key, moment, Arc::clone(&found));
        Ok(Some(found))
    }

    fn ready_key(&self, key: Key, content: Arc<Content>) -> Arc<Ready> {
        // What references mean is looked up later than this, when the content is compiled.
        let moment = self.moment(DependsOn::Contents);
        if let Some(ready) = self.ready.stored.find(&key, moment) {
            return ready;
        }
        let ready = Arc::new(Ready::new(key.clone(), content));
        self.ready.stored.keep(key, moment, Arc::clone(&ready));
        ready
    }

    /// A schema that comes with the request and is not registered.
    pub(super) async fn ready_candidate(&self, candidate: &Candidate) -> Result<Arc<Ready>, RegistryError> {
        let stands_alone = candidate.references.is_empty()
            && candidate.metadata.is_none()
            && candidate.rule_set.is_none()
            && !candidate.tags.is_some();
        let as_posted = |text: &Option<String>| text.clone().unwrap_or_default();
        let key = stands_alone.then(|| (as_posted(&candidate.schema_type), as_posted(&candidate.schema)));
        let moment = self.moment(DependsOn::Contents);
        if let Some(ready) = key.as_ref().and_then(|key| self.ready.inline.find(key, moment)) {
            return Ok(ready);
        }
        let context = ContextName::default();
        let posted = self.parse_candidate(&context, candidate, false, ReadAs::Stored).await?;
        let content = Arc::new(posted.content);
        let ready = self.ready_content((context, content.fingerprint()), content);
        if let Some(key) = key {
            self.ready.inline.keep(key, moment, Arc::clone(&ready));
        }
        Ok(ready)
    }

    /// The compiled schema, or why there is none. Compiles at most once while it stays in the cache.
    pub(super) async fn judge_of(&self, ready: &Ready) -> Result<Compiled, RegistryError> {
        if let Some(compiled) = ready.compiled.get() {
            return Ok(compiled.clone());
        }
        let compiled = ready.compiled.get_or_try_init(|| async {
            let (context, content) = (&ready.context, &ready.content);
            let schema = self.parse_stored(context, ready.fingerprint, content).await?;
            let resolved = self.resolve(context, content.references.clone(), Targets::Stored).await?;
            let content = Arc::clone(content);
            let (form, limits) = (ready.form.clone(), self.settings.limits);
            let work = move || compile(&schema, &content, &resolved.dependencies, &form, &limits);
            Ok::<_, RegistryError>(cpu::apart(work).await)
        });
        Box::pin(compiled).await.cloned()
    }
}

impl Ready {
    fn new((context, fingerprint, form): Key, content: Arc<Content>) -> Self {
        Self { context, fingerprint, guid: content.guid(), content, form, compiled: OnceCell::new() }
    }

    /// Bytes that it takes, about.
    pub fn weight(&self) -> usize {
        self.content.text.len().saturating_mul(BYTES_OF_TEXT) + ENTRY_BYTES
    }

    /// The judge, if it has been needed before and can validate.
    pub fn known_judge(&self) -> Option<Arc<Judge>> {
        self.compiled.get()?.as_ref().ok().cloned()
    }
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
        return Ok(Arc::new(Judge { validator, rules }));
    };
    let source = Source { text: &content.text, dependencies };
    let schema = Schema::parse_part(content.schema_type, &source, part, limits).map_err(refused)?;
    let validator = schema.validator(&options).map_err(refused)?;
    // Rules of the whole schema see another message than this part.
    Ok(Arc::new(Judge { validator, rules: PayloadRules::default() }))
}
