//! `POST /v1/validate`: records, CloudEvents, and streams of either.
//!
//! The body says itself what it is: `application/x-ndjson` is a stream; `application/cloudevents*` is a
//! structured or batched event; any `ce-` header makes it binary mode; `application/json` with a `records` member
//! is the container. Anything else is no CloudEvent (400).

mod event;
mod record;
mod stream;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, StatusCode};
use chancery_engine::Violation;
use chancery_engine::cloudevents::EventOptions;
use chancery_engine::cloudevents::matching::SchemaLocator;
use chancery_engine::violation::Place;

use super::verdict::{FindingBody, VerdictBody, values};
use crate::http::call::{Answer, Call, json, read_body};
use crate::http::error::TransportError;
use crate::http::json::{Presence, read_object};
use crate::http::negotiate::essence;
use crate::http::problem::Problem;
use crate::registry::{EventHints, Framing};

/// What all verdicts of one request share.
struct Setting {
    options: EventOptions,
    locator: SchemaLocator,
    hints: EventHints,
}

impl Setting {
    fn of(call: &Call) -> Self {
        let mut locator = call.state.locator.clone();
        // The name under which the client reached us is ours, too, as far as it can be the host of a URL.
        if let Some(host) = call.headers.get(HOST).and_then(|value| value.to_str().ok()) {
            for scheme in ["http", "https"] {
                let _ = locator.add_base_url(&format!("{scheme}://{host}"));
            }
        }
        let topic = call.query.find("topic").filter(|topic| !topic.is_empty()).map(str::to_owned);
        let hints = EventHints {
            topic,
            is_key: call.query.flag("isKey"),
            context: call.context.clone(),
            framing: Framing::Auto,
        };
        Self { options: EventOptions::default(), locator, hints }
    }
}

/// Answers verdicts.
pub async fn validate(mut call: Call, body: Body) -> Result<Answer, Problem> {
    let setting = Setting::of(&call);
    let content_type = content_type(&call.headers);
    if content_type == stream::NDJSON {
        return Ok(stream::answer(call, body, setting));
    }
    let claims_event = claims_event(&call.headers, &content_type);
    call.body = match read_body(body, setting.options.max_batch_bytes).await {
        Ok(body) => body,
        Err(TransportError::TooLarge(limit)) if claims_event => return Err(too_large(limit)),
        Err(other) => return Err(other.into()),
    };
    if claims_event || content_type != "application/json" {
        return event::answer(&call, &setting).await;
    }
    let container = read_object(&call.body)?;
    if container.presence("records") == Presence::Absent {
        return event::answer(&call, &setting).await;
    }
    let records = container.objects("records")?.unwrap_or_default();
    if records.is_empty() {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "`records` holds no records"));
    }
    let records = records.iter().map(record::Record::read).collect::<Result<Vec<_>, _>>()?;
    let mut answer = record::Results::default();
    for (index, record) in records.into_iter().enumerate() {
        // Verdicts from memory never wait; other requests want their turn.
        tokio::task::consume_budget().await;
        let verdict = record.validate(call.registry(), &setting).await?;
        answer.push(VerdictBody { index: Some(index), ..verdict });
    }
    Ok(json(&answer))
}

/// The content type without parameters, in lower case.
fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    essence(value.unwrap_or_default()).to_ascii_lowercase()
}

/// Whether a request says of itself that it carries an event: its findings then have rule ids.
fn claims_event(headers: &HeaderMap, content_type: &str) -> bool {
    content_type.starts_with("application/cloudevents")
        || headers.keys().any(|name| name.as_str().starts_with("ce-"))
}

/// A body that is too large to be read as an event.
fn too_large(limit: usize) -> Problem {
    let mut finding = Violation::data(
        "size.limit",
        "",
        format!("the event or batch is larger than the limit of {limit} bytes"),
    );
    finding.place = Place::Envelope;
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, finding.message.clone())
        .kind("event-refused")
        .findings(values(&[FindingBody::from(&finding)]), Vec::new())
}
