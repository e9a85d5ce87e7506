//! `POST /v1/validate`: records, CloudEvents, and streams of either.
//!
//! The body says itself what it is: `application/x-ndjson` is a stream; `application/cloudevents*` is a
//! structured or batched event; any `ce-` header makes it binary mode; `application/json` with a `records` member
//! is the container. Anything else is no CloudEvent (400).

mod event;
mod record;
mod stream;

pub use event::refused;

use std::sync::Arc;
use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, StatusCode};
use chancery_engine::cloudevents::{EventOptions, Profile, RuleSetting, rules};
use chancery_engine::violation::Place;
use chancery_engine::{Report, Severity, Violation};

use super::verdict::{FindingBody, VerdictBody, values};
use crate::http::call::{Answer, Call, Unread, read_body};
use crate::http::error::TransportError;
use crate::http::json::{BadJson, Presence, read_object};
use crate::http::negotiate::essence;
use crate::http::problem::Problem;
use crate::registry::{
    EventHints, EventSetting, Framing, LazyLocator, NamedSchema, RegistryError, parse_version,
};

/// Time spent on one container or batch; what it does not suffice for is left undecided.
const REQUEST_BUDGET: Duration = Duration::from_secs(30);

/// A verdict that there was no time for.
fn out_of_time() -> VerdictBody<'static> {
    VerdictBody::new(&Report::undecided("the time for one request is spent"), None)
}

/// A verdict that the store is needed for, which does not answer.
fn unavailable() -> VerdictBody<'static> {
    VerdictBody::new(&Report::undecided("the store does not answer"), None)
}

/// What content types of structured and batched events start with.
const CLOUDEVENTS: &[u8] = b"application/cloudevents";

/// What all verdicts of one request share.
///
/// Query: `schemaId`, `subject` and `version` name the schema; `topic` and `isKey` say where the events go;
/// `profile` and `rules=ID:LEVEL,…` override how envelopes are judged; `lint=true` asks for advice; with
/// `onUnavailable=pass` an event is `indeterminate` while the store does not answer, where the answer is 503 otherwise.
async fn read_setting(call: &Call) -> Result<EventSetting, Problem> {
    let state = Arc::clone(&call.state);
    let host = call.headers.get(HOST).cloned();
    let locator = LazyLocator::new(move || {
        let mut locator = state.locator.clone();
        // Unless public URLs are set, the name under which the client reached us is ours, as far as it can be the host
        // of a URL.
        let host = host.filter(|_| !locator.has_base_urls());
        if let Some(host) = host.as_ref().and_then(|host| host.to_str().ok()) {
            for scheme in ["http", "https"] {
                let _ = locator.add_base_url(&format!("{scheme}://{host}"));
            }
        }
        locator
    });
    let passes_unavailable = match call.query.text("onUnavailable") {
        "" | "reject" => false,
        "pass" => true,
        _ => {
            let detail = "`onUnavailable` must be one of reject, pass";
            return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
        }
    };
    let mut options = match call.registry().event_options(&call.context).await {
        Err(RegistryError::Store(_)) if passes_unavailable => Arc::default(),
        options => options?,
    };
    // Settings that nobody overrides stay the shared ones.
    if !call.query.text("profile").is_empty() || call.query.find("rules").is_some() {
        override_rules(call, Arc::make_mut(&mut options))?;
    }
    let hints = EventHints {
        schema: named_schema(call, passes_unavailable).await?,
        topic: call.query.find("topic").filter(|topic| !topic.is_empty()).map(str::to_owned),
        is_key: call.query.flag("isKey"),
        context: call.context.clone(),
        framing: Framing::Auto,
        lint: call.query.flag("lint"),
        passes_unavailable,
        id_header: None,
    };
    Ok(EventSetting { options, locator, hints })
}

/// What the query says about envelopes, over the settings of the context.
fn override_rules(call: &Call, options: &mut EventOptions) -> Result<(), Problem> {
    let wrong = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
    match call.query.text("profile") {
        "" => {}
        "strict" => options.profile = Profile::Strict,
        "interop" => options.profile = Profile::Interop,
        "envelope-only" => options.profile = Profile::EnvelopeOnly,
        _ => return Err(wrong("`profile` must be one of strict, interop, envelope-only".to_owned())),
    }
    for rule in call.query.words("rules").iter().filter(|rule| !rule.is_empty()) {
        let setting = match rule.rsplit_once(':').map(|(id, level)| (id, level.to_ascii_lowercase())) {
            Some((id, level)) if level == "off" => Some((id, RuleSetting::Off)),
            Some((id, level)) if matches!(&*level, "warning" | "warn") => {
                Some((id, RuleSetting::As(Severity::Warning)))
            }
            Some((id, level)) if level == "error" => Some((id, RuleSetting::As(Severity::Error))),
            _ => None,
        };
        let Some((id, setting)) = setting else {
            return Err(wrong("`rules` holds ID:LEVEL with off, warning or error as level".to_owned()));
        };
        options.overrides.set(id, setting).map_err(|error| wrong(format!("`rules`: {error}")))?;
    }
    Ok(())
}

/// The schema that the query names, which has to exist. While the store does not answer and that may pass, nobody
/// knows; the verdicts will say so.
async fn named_schema(call: &Call, passes_unavailable: bool) -> Result<Option<NamedSchema>, Problem> {
    let wrong = |_| Problem::new(StatusCode::BAD_REQUEST, "`schemaId` must be an integer of 32 bits");
    let id = call.query.integer("schemaId").map_err(wrong)?;
    let version =
        call.query.find("version").filter(|text| !text.is_empty()).map(parse_version).transpose()?;
    let subject = match call.query.text("subject") {
        "" if version.is_some() => {
            let detail = "`version` comes with `subject`";
            return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
        }
        "" => None,
        name => match call.registry().resolve_alias(call.qualify(name)).await {
            Err(RegistryError::Store(_)) if passes_unavailable => Some(call.qualify(name)),
            subject => Some(subject?),
        },
    };
    if id.is_none() && subject.is_none() {
        return Ok(None);
    }
    let named = NamedSchema { id, subject, version };
    match call.registry().check_named_schema(&named, &call.context).await {
        Err(RegistryError::Store(_)) if passes_unavailable => {}
        known => known?,
    }
    Ok(Some(named))
}

/// Answers verdicts.
pub async fn validate(mut call: Call, body: Unread) -> Result<Answer, Problem> {
    let setting = read_setting(&call).await?;
    let content_type = content_type(&call.headers);
    if content_type.eq_ignore_ascii_case(stream::NDJSON) {
        return Ok(Box::pin(stream::answer(call, body.take(), setting)).await);
    }
    let claims_event = is_cloudevents(content_type) || has_event_headers(&call.headers);
    let is_json = content_type.eq_ignore_ascii_case("application/json");
    let silence = call.state.limits.body_silence;
    call.body = match read_body(body.take(), setting.options.max_batch_bytes, silence).await {
        Ok(body) => body,
        Err(TransportError::TooLarge(limit)) if claims_event => return Err(too_large(limit)),
        Err(other) => return Err(other.into()),
    };
    if claims_event || !is_json {
        return event::answer(&call, &setting).await;
    }
    match read_object(&call.body) {
        Ok(container) if container.presence("records") != Presence::Absent => {
            Box::pin(record::answer(&call, &container, &setting)).await
        }
        // An object of another kind is no event, and is told so.
        Ok(_) => event::answer(&call, &setting).await,
        Err(error) => {
            let outcome = event::answer(&call, &setting).await;
            outcome.map_err(|problem| problem.detail(unreadable_container(&error)))
        }
    }
}

/// A body that says nothing of an event is meant to be the container of records.
fn unreadable_container(error: &BadJson) -> String {
    let reason = match error {
        BadJson::Missing => "there is no body",
        BadJson::Malformed(reason) => reason,
    };
    format!("the container of records cannot be read: {reason}")
}

/// The content type without parameters.
fn content_type(headers: &HeaderMap) -> &str {
    let value = headers.get(CONTENT_TYPE).and_then(|value| str::from_utf8(value.as_bytes()).ok());
    essence(value.unwrap_or_default())
}

/// Whether a request says of itself that it carries an event: its findings then have rule ids.
pub fn claims_event(headers: &HeaderMap) -> bool {
    is_cloudevents(content_type(headers)) || has_event_headers(headers)
}

fn is_cloudevents(content_type: &str) -> bool {
    let start = content_type.as_bytes().get(..CLOUDEVENTS.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(CLOUDEVENTS))
}

fn has_event_headers(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| name.as_str().starts_with("ce-"))
}

/// A body that is too large to be read as an event.
fn too_large(limit: usize) -> Problem {
    let mut finding = Violation::data(
        rules::SIZE_LIMIT.id,
        "",
        format!("the event or batch is larger than the limit of {limit} bytes"),
    );
    finding.place = Place::Envelope;
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, finding.message.clone())
        .kind("event-refused")
        .findings(values(&[FindingBody::from(&finding)]), Vec::new())
}
