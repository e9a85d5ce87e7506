//! Running compiled validators: blocking pool, deadline.
//!
//! Who gave up waiting does not stop the work: it ends by its own bounds. So the place in the blocking pool is held
//! until the work ends, not until it is answered, and payloads that keep failing the deadline cannot pile up threads.

use std::sync::Arc;

use bytes::Bytes;
use chancery_engine::violation::{Encoding, Outcome, PayloadOptions, Report};

use super::super::{Registry, RegistryError};
use super::checking::is_of_rule;
use super::excerpt;
use super::target::Target;
use crate::model::Settings;

impl Registry {
    /// Validates bytes in one form and, when they break the schema so, in another: what is valid in one of them is
    /// valid. Of two reports with findings the shorter one says what was meant.
    pub(super) async fn run_forms(
        &self,
        target: &Target,
        body: &[u8],
        options: PayloadOptions,
        other: Option<Encoding>,
        settings: &Settings,
    ) -> Result<Report, RegistryError> {
        let encoding = options.encoding;
        let shown = |mut report: Report| {
            if settings.show_values == Some(true) {
                excerpt::show(&mut report, body, encoding, target.schema_type());
            }
            report
        };
        let Some(other) = other else {
            return Ok(shown(self.run_validator(target, body, options).await?));
        };
        let second = PayloadOptions { encoding: other, ..options.clone() };
        let report = self.run_validator(target, body, options).await?;
        if report.outcome() != Outcome::Invalid || report.violations().all(is_of_rule) {
            return Ok(shown(report));
        }
        let other = self.run_validator(target, body, second).await?;
        let is_meant = other.outcome() == Outcome::Valid
            || other.violations().count() < report.violations().count()
            || other.violations().all(is_of_rule);
        Ok(shown(if is_meant { other } else { report }))
    }

    /// Validates bytes against a schema. A schema that cannot validate, or a deadline that passes, makes the
    /// report indeterminate.
    pub(super) async fn run_validator(
        &self,
        target: &Target,
        body: &[u8],
        options: PayloadOptions,
    ) -> Result<Report, RegistryError> {
        let judge = match self.judge_of(&target.ready).await? {
            Ok(judge) => judge,
            Err(reason) => {
                return Ok(Report::undecided(format!("the schema cannot validate payloads: {reason}")));
            }
        };
        let now_ms = (self.clock)();
        if let Some(report) = judge.judge_at_once(body, &options) {
            return Ok(report);
        }
        let body = Bytes::copy_from_slice(body);
        let places = Arc::clone(&self.heavy);
        let work = async move {
            let place = places.acquire_owned().await;
            let work = move || {
                let report = judge.judge(&body, &options, now_ms);
                drop(place);
                report
            };
            tokio::task::spawn_blocking(work).await
        };
        Ok(match Box::pin(tokio::time::timeout(self.settings.validation_deadline, work)).await {
            Ok(Ok(report)) => report,
            Ok(Err(_)) => Report::undecided("the validator failed"),
            Err(_) => Report::undecided("the deadline for validation passed"),
        })
    }
}
