//! Running compiled validators: blocking pool, deadline.
//!
//! Who gave up waiting does not stop the work: it ends by its own bounds. So the place in the blocking pool is held
//! until the work ends, not until it is answered, and payloads that keep failing the deadline cannot pile up threads.
//! The deadline is that of the work: a payload that finds no place in as much time is not looked at, and told so.

use std::sync::Arc;

use bytes::Bytes;
use chancery_engine::violation::{Encoding, Outcome, PayloadOptions, Report};
use tokio::time::timeout;

use super::super::{Registry, RegistryError};
use super::checking::is_of_rule;
use super::excerpt;
use super::target::Target;
use crate::model::Settings;

impl Registry {
    /// Validates bytes in one form and, when something is to be said of them so, in another: who wrote them meant the
    /// one that they fit better. A rule is about what was meant, so it does not count here.
    pub(super) async fn run_forms(
        &self,
        target: &Target,
        body: &[u8],
        options: PayloadOptions,
        other: Option<Encoding>,
        settings: &Settings,
    ) -> Result<Report, RegistryError> {
        let shows_values = settings.show_values == Some(true);
        let Some(other) = other else {
            return self.run_validator(target, body, options, shows_values).await;
        };
        let second = PayloadOptions { encoding: other, ..options.clone() };
        let report = self.run_validator(target, body, options, shows_values).await?;
        if misfit(&report) == (0, 0) {
            return Ok(report);
        }
        let other = self.run_validator(target, body, second, shows_values).await?;
        let is_meant = match other.outcome() {
            Outcome::Indeterminate => report.outcome() == Outcome::Invalid,
            _ => misfit(&other) < misfit(&report),
        };
        Ok(if is_meant { other } else { report })
    }

    /// Validates bytes against a schema. A schema that cannot validate, or a deadline that passes, makes the
    /// report indeterminate.
    pub(super) async fn run_validator(
        &self,
        target: &Target,
        body: &[u8],
        options: PayloadOptions,
        shows_values: bool,
    ) -> Result<Report, RegistryError> {
        let judge = match self.judge_of(&target.ready).await? {
            Ok(judge) => judge,
            Err(reason) => {
                return Ok(Report::undecided(format!("the schema cannot validate payloads: {reason}")));
            }
        };
        let (encoding, schema_type) = (options.encoding, target.schema_type());
        let shown = move |mut report: Report, body: &[u8]| {
            if shows_values {
                excerpt::show(&mut report, body, encoding, schema_type);
            }
            report
        };
        if let Some(report) = judge.judge_at_once(body, &options) {
            return Ok(shown(report, body));
        }
        let (body, now_ms) = (Bytes::copy_from_slice(body), (self.clock)());
        let work = move || shown(judge.judge(&body, &options, now_ms), &body);
        Ok(Box::pin(self.judge_apart(work)).await)
    }

    /// Judges on the blocking pool, as soon as there is a place.
    async fn judge_apart(&self, work: impl FnOnce() -> Report + Send + 'static) -> Report {
        let deadline = self.settings.validation_deadline;
        let Ok(place) = timeout(deadline, Arc::clone(&self.heavy).acquire_owned()).await else {
            return Report::undecided("too many payloads that take long are at work");
        };
        let work = move || {
            let report = work();
            drop(place);
            report
        };
        match timeout(deadline, tokio::task::spawn_blocking(work)).await {
            Ok(Ok(report)) => report,
            Ok(Err(_)) => Report::undecided("the validator failed"),
            Err(_) => Report::undecided("the deadline for validation passed"),
        }
    }
}

/// How far bytes are from what the schema says of their shape: errors, then warnings.
fn misfit(report: &Report) -> (usize, usize) {
    let of_shape = |finding: &&_| !is_of_rule(finding);
    (report.violations().filter(of_shape).count(), report.warnings().filter(of_shape).count())
}
