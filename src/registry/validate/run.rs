//! Running compiled validators: cache, blocking pool, deadline.

use std::sync::Arc;

use bytes::Bytes;
use chancery_engine::format::Validator;
use chancery_engine::violation::{Outcome, PayloadOptions, Report, UnknownFields, ValidatorOptions};
use chancery_engine::{Dependency, Schema};
use moka::sync::Cache;

use super::super::parsed::on_blocking_pool;
use super::super::references::Targets;
use super::super::{Registry, RegistryError};
use super::rules::PayloadRules;
use super::target::Target;
use crate::model::{Content, ContextName, Fingerprint, Subject};

/// Payload length from which validation leaves the async threads.
const BLOCKING_BYTES: usize = 64 * 1024;

/// Validators kept, by number: compiled forms are of the size of their schemas.
const KEPT_VALIDATORS: u64 = 10_000;

/// A schema ready to judge payloads.
struct Judge {
    validator: Validator,
    rules: PayloadRules,
}

impl Judge {
    /// Validates a payload; rules look only into payloads that are valid so far.
    fn judge(&self, body: &[u8], options: &PayloadOptions, now_ms: i64) -> Report {
        let mut report = self.validator.validate(body, options);
        if self.rules.is_empty() || report.outcome() != Outcome::Valid {
            return report;
        }
        match self.validator.decode(body, options) {
            Some(message) => self.rules.check(&message, now_ms, &mut report),
            None => return Report::undecided("the payload cannot be read for its rules"),
        }
        report
    }
}

type Compiled = Result<Arc<Judge>, Arc<str>>;

/// Compiled validators by context and content; a schema that cannot validate keeps its reason.
pub(in crate::registry) struct ValidatorCache(Cache<(ContextName, Fingerprint), Compiled>);

impl ValidatorCache {
    pub(in crate::registry) fn new() -> Self {
        Self(Cache::new(KEPT_VALIDATORS))
    }

    /// Forgets everything (after permanent deletes).
    pub(in crate::registry) fn clear(&self) {
        self.0.invalidate_all();
    }
}

impl Registry {
    /// Validates bytes against a schema. A schema that cannot validate, or a deadline that passes, makes the
    /// report indeterminate.
    pub(super) async fn run_validator(
        &self,
        target: &Target,
        body: Bytes,
        options: PayloadOptions,
    ) -> Result<Report, RegistryError> {
        let judge = match self.judge_of(target).await? {
            Ok(judge) => judge,
            Err(reason) => {
                return Ok(Report::undecided(format!("the schema cannot validate payloads: {reason}")));
            }
        };
        let now_ms = (self.clock)();
        // Rules are user's programs: their work is bounded, but not small.
        if body.len() < BLOCKING_BYTES && judge.rules.is_empty() {
            return Ok(judge.judge(&body, &options, now_ms));
        }
        let work = tokio::task::spawn_blocking(move || judge.judge(&body, &options, now_ms));
        Ok(match tokio::time::timeout(self.settings.validation_deadline, work).await {
            Ok(Ok(report)) => report,
            Ok(Err(_)) => Report::undecided("the validator failed"),
            Err(_) => Report::undecided("the deadline for validation passed"),
        })
    }

    /// The compiled schema, or why there is none.
    async fn judge_of(&self, target: &Target) -> Result<Compiled, RegistryError> {
        let key = (target.context.clone(), target.fingerprint);
        if let Some(compiled) = self.validators.0.get(&key) {
            return Ok(compiled);
        }
        let schema = self.parse_stored(&target.context, target.fingerprint, &target.content).await?;
        let content = target.content.clone();
        let resolved = self.resolve(&target.context, content.references.clone(), Targets::Stored).await?;
        let bytes = content.text.len();
        let compiled =
            on_blocking_pool(bytes, move || compile(&schema, &content, &resolved.dependencies)).await;
        self.validators.0.insert(key, compiled.clone());
        Ok(compiled)
    }

    /// What a subject's settings say about unknown Protobuf fields.
    pub(super) async fn unknown_fields_policy(
        &self,
        subject: Option<&Subject>,
    ) -> Result<UnknownFields, RegistryError> {
        let Some(subject) = subject else { return Ok(UnknownFields::default()) };
        let settings = self.effective_settings(subject).await?;
        Ok(match settings.unknown_fields.as_deref() {
            Some("reject") => UnknownFields::Reject,
            Some("ignore") => UnknownFields::Ignore,
            _ => UnknownFields::Warn,
        })
    }
}

fn compile(schema: &Schema, content: &Content, dependencies: &[Dependency]) -> Compiled {
    match schema.validator(&ValidatorOptions::default()) {
        Ok(validator) => {
            Ok(Arc::new(Judge { validator, rules: PayloadRules::compile(content, dependencies) }))
        }
        Err(reason) => Err(reason.to_string().into()),
    }
}
