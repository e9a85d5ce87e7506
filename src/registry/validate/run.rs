//! Running compiled validators: cache, blocking pool, deadline.

use std::sync::Arc;

use bytes::Bytes;
use chancery_engine::Schema;
use chancery_engine::format::Validator;
use chancery_engine::violation::{PayloadOptions, Report, UnknownFields, ValidatorOptions};
use moka::sync::Cache;

use super::super::parsed::on_blocking_pool;
use super::super::{Registry, RegistryError};
use super::target::Target;
use crate::model::{ContextName, Fingerprint, Subject};

/// Payload length from which validation leaves the async threads.
const BLOCKING_BYTES: usize = 64 * 1024;

/// Validators kept, by number: compiled forms are of the size of their schemas.
const KEPT_VALIDATORS: u64 = 10_000;

type Compiled = Result<Arc<Validator>, Arc<str>>;

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
        let validator = match self.validator_of(target).await? {
            Ok(validator) => validator,
            Err(reason) => {
                return Ok(Report::undecided(format!("the schema cannot validate payloads: {reason}")));
            }
        };
        if body.len() < BLOCKING_BYTES {
            return Ok(validator.validate(&body, &options));
        }
        let work = tokio::task::spawn_blocking(move || validator.validate(&body, &options));
        Ok(match tokio::time::timeout(self.settings.validation_deadline, work).await {
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
        let compiled = on_blocking_pool(target.content.text.len(), move || compile(&schema)).await;
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

fn compile(schema: &Schema) -> Compiled {
    match schema.validator(&ValidatorOptions::default()) {
        Ok(validator) => Ok(Arc::new(validator)),
        Err(reason) => Err(reason.to_string().into()),
    }
}
