//! Events over HTTP: structured, batched and binary mode.

use std::time::Instant;

use axum::http::StatusCode;
use chancery_engine::cloudevents::{EventReading, Reading, Refusal, read_http, read_http_ahead, rules};
use chancery_engine::{Outcome, Report, Violation};

use super::{REQUEST_BUDGET, out_of_time};
use crate::http::call::{Answer, Call, written};
use crate::http::own::lint::LintFinding;
use crate::http::own::members::Members;
use crate::http::own::verdict::{
    self, AnswerRoom, EventBody, FindingBody, MatchBody, Summary, VerdictBody, values,
};
use crate::http::problem::Problem;
use crate::registry::{EventSetting, Matched, Registry, RegistryError, Unchecked};

/// The verdicts on a batch.
struct BatchBody<'a> {
    summary: Summary,
    results: Vec<VerdictBody<'a>>,
    /// Findings about the batch as a whole.
    violations: Vec<FindingBody>,
    warnings: Vec<FindingBody>,
    /// Whether findings about the batch were cut off.
    truncated: bool,
}

impl BatchBody<'_> {
    fn write(&self, output: &mut Vec<u8>) {
        let mut members = Members::open(output);
        members.put("summary", &self.summary);
        members.list("results", &self.results, VerdictBody::write);
        members.put("violations", &self.violations);
        members.put("warnings", &self.warnings);
        members.put("truncated", &self.truncated);
    }

    /// What is the matter with the batch, in one line.
    fn detail(&self) -> String {
        let Summary { total, invalid, indeterminate, .. } = self.summary;
        let mut parts = Vec::new();
        if !self.violations.is_empty() {
            parts.push(verdict::first_of(&self.violations));
        }
        if invalid > 0 {
            parts.push(format!("{invalid} of {total} events are invalid"));
        }
        if indeterminate > 0 {
            let reason = self.results.iter().find(|one| one.outcome == Outcome::Indeterminate);
            let reason = reason.and_then(|one| one.reason.as_deref()).unwrap_or_default();
            parts.push(format!("{indeterminate} of {total} events are undecided: {reason}"));
        }
        parts.join("; ")
    }
}

/// Answers one event with its verdict, a batch with the verdicts on its events.
pub async fn answer(call: &Call, setting: &EventSetting) -> Result<Answer, Problem> {
    let headers: Vec<_> =
        call.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    if let Some(reading) = read_http_ahead(&headers, &call.body, &setting.options)
        && let Some((body, matched)) = judge_ahead(call.registry(), &reading, setting)
    {
        return verdict::answer_with(call, &body, Some(&matched));
    }
    match read_http(&headers, &call.body, &setting.options) {
        Reading::Refused(refusal) => Err(refused(&refusal)),
        Reading::Single(reading) => {
            let (body, matched) = judge(call.registry(), &reading, setting).await?;
            let body = VerdictBody { event: EventBody::of(&reading.event), ..body };
            verdict::answer_with(call, &body, matched.as_ref())
        }
        Reading::Batch { events, report } => Box::pin(batch(call, setting, events, &report)).await,
    }
}

/// The verdict on an event that was read without a look into its data; `None` when it is to be read and judged in full.
pub fn judge_ahead<'a>(
    registry: &Registry,
    reading: &EventReading<'a>,
    setting: &EventSetting,
) -> Option<(VerdictBody<'a>, Matched)> {
    let matched = registry.match_ahead(reading, setting)?;
    let event = EventBody::of(&reading.event);
    Some((VerdictBody { event, ..VerdictBody::new(&reading.report, Some(&matched)) }, matched))
}

/// The verdict on an event that has been read, which it does not name yet.
///
/// # Errors
/// Store failures.
pub async fn judge(
    registry: &Registry,
    reading: &EventReading<'_>,
    setting: &EventSetting,
) -> Result<(VerdictBody<'static>, Option<Matched>), RegistryError> {
    let found = match registry.validate_event(reading, setting).await {
        Ok(found) => found,
        Err(error) => return Ok((unjudged(error)?, None)),
    };
    let reason =
        found.unchecked.filter(|_| found.outcome == Outcome::Unchecked).map(|why| why.rule().to_owned());
    let body = VerdictBody {
        outcome: found.outcome,
        reason: reason.or_else(|| found.report.indeterminate.clone()),
        matched: found.matched.as_ref().map(MatchBody::from),
        data: (found.unchecked == Some(Unchecked::DataElsewhere)).then_some("absent (dataref)"),
        lint: found.lint.as_ref().map(|lints| lints.iter().map(LintFinding::from).collect()),
        ..VerdictBody::new(&found.report, None)
    };
    Ok((body, found.matched))
}

/// The verdict on one event or record that could not be judged, wherever it came from. Only a store that does not answer
/// stays an error: what does not exist, or does not any more, is a finding, and what cannot be read leaves it undecided.
pub fn unjudged(error: RegistryError) -> Result<VerdictBody<'static>, RegistryError> {
    let rule = match &error {
        RegistryError::Store(_) => return Err(error),
        RegistryError::SchemaNotFound(_) => &rules::SCHEMA_UNKNOWN_ID,
        RegistryError::SubjectNotFound(_)
        | RegistryError::VersionNotFound(_)
        | RegistryError::InvalidVersion(_) => &rules::SCHEMA_NOT_FOUND,
        other => return Ok(VerdictBody::new(&Report::undecided(other.to_string()), None)),
    };
    Ok(found(Violation::data(rule.id, "", error.to_string())))
}

/// A verdict of one finding.
pub fn found(finding: Violation) -> VerdictBody<'static> {
    VerdictBody::new(&finding.into(), None)
}

async fn batch(
    call: &Call,
    setting: &EventSetting,
    events: Vec<EventReading<'_>>,
    report: &Report,
) -> Result<Answer, Problem> {
    let mut summary = Summary::default();
    let mut results = Vec::with_capacity(events.len());
    let mut room = AnswerRoom::default();
    let started = Instant::now();
    for (index, reading) in events.into_iter().enumerate() {
        // Verdicts from memory never wait; other requests want their turn.
        tokio::task::consume_budget().await;
        let body = if started.elapsed() > REQUEST_BUDGET {
            out_of_time()
        } else {
            judge(call.registry(), &reading, setting).await?.0
        };
        summary.count(body.outcome);
        let mut body = VerdictBody { index: Some(index), event: EventBody::of(&reading.event), ..body };
        room.take(&mut body);
        results.push(body);
    }
    let body = BatchBody {
        summary,
        results,
        violations: report.violations().map(FindingBody::from).collect(),
        warnings: report.warnings().map(FindingBody::from).collect(),
        truncated: report.truncated,
    };
    if !verdict::wants_status(call) {
        return Ok(written(|output| body.write(output)));
    }
    // Findings on data point into the data: the index says of which event.
    let of_events = body.results.iter().flat_map(|one| {
        values(&one.violations).into_iter().map(|mut finding| {
            finding["index"] = one.index.into();
            finding
        })
    });
    let violations: Vec<_> = values(&body.violations).into_iter().chain(of_events).collect();
    if violations.is_empty() && body.summary.indeterminate == 0 {
        return Ok(verdict::no_content());
    }
    let kind = if violations.is_empty() { "undecided-payload" } else { "invalid-payload" };
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, body.detail()).kind(kind);
    let truncated = body.truncated || body.results.iter().any(|one| one.truncated);
    Err(problem.findings(violations, values(&body.warnings)).truncated(truncated))
}

/// There is no event to judge: the refusal's rule stands in the problem.
pub fn refused(refusal: &Refusal) -> Problem {
    let status = StatusCode::from_u16(refusal.kind.status()).unwrap_or(StatusCode::BAD_REQUEST);
    Problem::new(status, refusal.finding.message.clone())
        .kind("event-refused")
        .findings(values(&[FindingBody::from(&refusal.finding)]), Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Subject;
    use crate::store::StoreError;

    #[test]
    fn only_a_store_that_does_not_answer_leaves_no_verdict() {
        let subject = || Subject::parse("orders");
        for (error, outcome) in [
            (RegistryError::SubjectNotFound(subject()), Outcome::Invalid),
            (RegistryError::VersionNotFound(3), Outcome::Invalid),
            (RegistryError::InvalidVersion("x".to_owned()), Outcome::Invalid),
            (RegistryError::SchemaNotFound(Some("7".to_owned())), Outcome::Invalid),
            (RegistryError::InvalidSchema("it cannot be read".to_owned()), Outcome::Indeterminate),
            (RegistryError::InvalidSettings("`rules`: none".to_owned()), Outcome::Indeterminate),
        ] {
            let text = error.to_string();
            let verdict = unjudged(error).unwrap_or_else(|_| panic!("{text}"));
            assert_eq!(verdict.outcome, outcome, "{text}");
        }
        let lost = StoreError::Corrupt { table: "t", column: "c", row: String::new(), reason: String::new() };
        assert!(matches!(unjudged(RegistryError::Store(lost)), Err(RegistryError::Store(_))));
    }
}
