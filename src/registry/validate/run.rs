//! Running compiled validators: blocking pool, deadline.

use bytes::Bytes;
use chancery_engine::violation::{PayloadOptions, Report};

use super::super::{Registry, RegistryError};
use super::target::Target;

/// Payload length from which validation leaves the async threads.
const BLOCKING_BYTES: usize = 64 * 1024;

impl Registry {
    /// Validates bytes against a schema. A schema that cannot validate, or a deadline that passes, makes the
    /// report indeterminate.
    pub(super) async fn run_validator(
        &self,
        target: &Target,
        body: Bytes,
        options: PayloadOptions,
    ) -> Result<Report, RegistryError> {
        let judge = match self.judge_of(&target.ready).await? {
            Ok(judge) => judge,
            Err(reason) => {
                return Ok(Report::undecided(format!("the schema cannot validate payloads: {reason}")));
            }
        };
        let now_ms = (self.clock)();
        // Rules are user's programs: their work is bounded, but not small.
        if body.len() < BLOCKING_BYTES && !judge.has_rules() {
            return Ok(judge.judge(&body, &options, now_ms));
        }
        let work = tokio::task::spawn_blocking(move || judge.judge(&body, &options, now_ms));
        Ok(match tokio::time::timeout(self.settings.validation_deadline, work).await {
            Ok(Ok(report)) => report,
            Ok(Err(_)) => Report::undecided("the validator failed"),
            Err(_) => Report::undecided("the deadline for validation passed"),
        })
    }
}
