//! `POST /v1/lint` and `GET /v1/rules`: advice on design, and the catalogue of everything that can be found.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use chancery_engine::catalogue;
use chancery_engine::cloudevents::{AttributeValue, Data, EventOptions, Reading, read_json};
use chancery_engine::lint::{EventInput, Level, Lint, LintInput, LintOptions, lint};
use chancery_engine::violation::Place;
use serde::Serialize;
use serde_json::Value;

use crate::http::call::{Answer, Call, json};
use crate::http::confluent::read_candidate;
use crate::http::json::{Presence, read_object};
use crate::http::problem::Problem;

/// What a run found.
#[derive(Serialize)]
struct LintBody {
    lint: Vec<FindingBody>,
}

/// One piece of advice.
#[derive(Serialize)]
struct FindingBody {
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

/// Lints a schema (`{"schemaType", "schema", "references"}`) or an event in the JSON format. With `?fail=LEVEL`
/// the status is 422 when something is found at that level or above.
pub async fn lint_body(call: Call) -> Result<Answer, Problem> {
    let fail =
        match call.query.text("fail") {
            "" => None,
            name => {
                let level = Level::from_name(&name.to_ascii_lowercase()).filter(|level| *level != Level::Off);
                Some(level.ok_or_else(|| {
                    Problem::new(StatusCode::BAD_REQUEST, "`fail` must be info, warn or error")
                })?)
            }
        };
    let body = read_object(&call.body)?;
    let found =
        if body.presence("schema") != Presence::Absent || body.presence("specversion") == Presence::Absent {
            call.registry().lint_candidate(&call.context, &read_candidate(&body)?).await?
        } else {
            lint_event(&call.body)?
        };
    let fails = fail.is_some_and(|fail| found.iter().any(|one| one.level >= fail));
    let answer = json(&LintBody { lint: found.into_iter().map(FindingBody::from).collect() });
    Ok(if fails { (StatusCode::UNPROCESSABLE_ENTITY, answer).into_response() } else { answer })
}

fn lint_event(text: &[u8]) -> Result<Vec<Lint>, Problem> {
    let options = EventOptions::default();
    let reading = match read_json(text, &options) {
        Reading::Single(reading) => reading,
        Reading::Refused(refusal) => {
            return Err(Problem::new(StatusCode::BAD_REQUEST, refusal.finding.message));
        }
        Reading::Batch { .. } => return Err(Problem::new(StatusCode::BAD_REQUEST, "one event at a time")),
    };
    let attributes: Vec<_> = reading
        .event
        .attributes
        .iter()
        .map(|attribute| (attribute.name.as_ref(), AttributeValue::to_text(&attribute.value)))
        .collect();
    let attributes: Vec<_> = attributes.iter().map(|(name, value)| (*name, value.as_ref())).collect();
    let data: Option<Value> = match &reading.event.data {
        Data::Json(text) => serde_json::from_str(text).ok(),
        _ => None,
    };
    let input =
        EventInput { attributes: &attributes, data: data.as_ref(), bytes: Some(text.len()), keyed: false };
    // Without a clock the rules on event time are silent: the answer depends on the request alone.
    lint(&LintInput::Event(input), &LintOptions::default())
        .map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))
}

impl From<Lint> for FindingBody {
    fn from(found: Lint) -> Self {
        Self {
            id: found.id,
            level: found.level.name(),
            place: found.place,
            pointer: found.pointer,
            message: found.message,
            suggestion: found.suggestion,
        }
    }
}
