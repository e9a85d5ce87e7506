//! `POST /v1/lint`, `GET /v1/subjects/{subject}/lint` and `GET /v1/rules`: advice on design, and the catalogue of everything that can be found.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use chancery_engine::catalogue;
use chancery_engine::cloudevents::{EventOptions, Reading, read_http, read_json};
use chancery_engine::lint::{Level, Lint};
use chancery_engine::violation::Place;
use serde::Serialize;

use super::events::{claims_event, refused};
use crate::http::call::{Answer, Call, json};
use crate::http::confluent::read_candidate;
use crate::http::error::TransportError;
use crate::http::json::{Presence, read_object};
use crate::http::negotiate::is_json_body;
use crate::http::problem::Problem;
use crate::model::Subject;
use crate::registry::EventHints;

/// What a run found.
#[derive(Serialize)]
struct LintBody {
    lint: Vec<LintFinding>,
}

/// One piece of advice.
#[derive(Debug, Serialize)]
pub struct LintFinding {
    id: &'static str,
    /// `info`, `warn` or `error`.
    level: &'static str,
    #[serde(rename = "in")]
    place: Place,
    pointer: String,
    message: String,
    suggestion: &'static str,
}

/// The catalogue.
#[derive(Serialize)]
struct RulesBody {
    rules: Vec<RuleBody>,
}

/// One rule, whatever it is about.
#[derive(Serialize)]
struct RuleBody {
    id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
    group: &'static str,
    level: &'static str,
    summary: &'static str,
    /// Page and anchor in the documentation.
    doc: String,
}

/// Every difference, payload, event and lint rule.
pub async fn list_rules(_: Call) -> Result<Answer, Problem> {
    let rules = catalogue::entries().into_iter().map(|entry| RuleBody {
        id: entry.id,
        format: entry.format.map(chancery_engine::SchemaType::name),
        group: entry.group.name(),
        level: entry.level,
        summary: entry.summary,
        doc: entry.doc,
    });
    Ok(json(&RulesBody { rules: rules.collect() }))
}

/// `POST /v1/lint`: a schema (`{"schemaType", "schema", "references"}`), an event, structured or in binary mode, or a
/// subject (`{"subject"}`). `?subject=` names whose levels hold for a schema and what it is compared with; an event
/// takes the levels of the subject that its type names. With `?fail=LEVEL` the status is 422 when something is found at
/// that level or above.
pub async fn lint_body(call: Call) -> Result<Answer, Problem> {
    let fail = read_fail(&call)?;
    if claims_event(&call.headers) {
        return Ok(answer(fail, &lint_message(&call).await?));
    }
    if !is_json_body(&call.headers) {
        return Err(TransportError::UnsupportedMediaType.into());
    }
    let body = read_object(&call.body)?;
    let has = |name: &str| body.presence(name) != Presence::Absent;
    if !has("schema") && has("specversion") {
        let reading = read_json(&call.body, &EventOptions::default());
        return Ok(answer(fail, &lint_reading(&call, reading).await?));
    }
    // Beside a schema or in an event the name means something else.
    if !has("schema")
        && let Some(name) = body.text("subject")?
    {
        let subject = call.registry().resolve_alias(call.qualify(&name)).await?;
        return Ok(answer(fail, &call.registry().lint_subject(&subject).await?));
    }
    if let Some(schema) = body.raw("schema").filter(|schema| !schema.get().starts_with('"')) {
        let found = schema.get().chars().next().unwrap_or_default();
        let detail = format!("`schema` must be a text, found a value that starts with `{found}`");
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
    }
    let scope = match call.query.text("subject") {
        "" => Subject::of_context(call.context.clone()),
        name => call.registry().resolve_alias(call.qualify(name)).await?,
    };
    Ok(answer(fail, &call.registry().lint_candidate(&scope, &read_candidate(&body)?).await?))
}

/// `GET /v1/subjects/{subject}/lint`: the latest version and what the subject is set to.
pub async fn lint_subject(call: Call) -> Result<Answer, Problem> {
    let fail = read_fail(&call)?;
    let subject = call.target().await?;
    Ok(answer(fail, &call.registry().lint_subject(&subject).await?))
}

fn read_fail(call: &Call) -> Result<Option<Level>, Problem> {
    let name = call.query.text("fail");
    if name.is_empty() {
        return Ok(None);
    }
    let level = Level::from_name(&name.to_ascii_lowercase()).filter(|level| *level != Level::Off);
    let refused = || Problem::new(StatusCode::BAD_REQUEST, "`fail` must be info, warn or error");
    level.map(Some).ok_or_else(refused)
}

fn answer(fail: Option<Level>, found: &[Lint]) -> Answer {
    let fails = fail.is_some_and(|fail| found.iter().any(|one| one.level >= fail));
    let answer = json(&LintBody { lint: found.iter().map(LintFinding::from).collect() });
    if fails { (StatusCode::UNPROCESSABLE_ENTITY, answer).into_response() } else { answer }
}

async fn lint_message(call: &Call) -> Result<Vec<Lint>, Problem> {
    let headers: Vec<_> =
        call.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    lint_reading(call, read_http(&headers, &call.body, &EventOptions::default())).await
}

async fn lint_reading(call: &Call, reading: Reading<'_>) -> Result<Vec<Lint>, Problem> {
    let reading = match reading {
        Reading::Single(reading) => reading,
        Reading::Refused(refusal) => return Err(refused(&refusal)),
        Reading::Batch { .. } => return Err(Problem::new(StatusCode::BAD_REQUEST, "one event at a time")),
    };
    let hints = EventHints { context: call.context.clone(), ..EventHints::default() };
    Ok(call.registry().lint_event(&reading.event, None, &hints).await?)
}

impl From<&Lint> for LintFinding {
    fn from(found: &Lint) -> Self {
        Self {
            id: found.id,
            level: found.level.name(),
            place: found.place,
            pointer: found.pointer.clone(),
            message: found.message.clone(),
            suggestion: found.suggestion,
        }
    }
}
