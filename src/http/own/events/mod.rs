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

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, StatusCode};
use chancery_engine::cloudevents::{EventOptions, Profile, RuleSetting};
use chancery_engine::violation::Place;
use chancery_engine::{Report, Severity, Violation};

use super::verdict::{FindingBody, VerdictBody, values};
use crate::http::call::{Answer, Call, read_body};
use crate::http::error::TransportError;
use crate::http::json::{Presence, read_object};
use crate::http::negotiate::essence;
use crate::http::problem::Problem;
use crate::registry::{
    EventHints, EventSetting, Framing, LazyLocator, NamedSchema, RegistryError, parse_version,
};

/// Time spent on one container or batch; what it does not suffice for is left undecided.
const REQUEST_BUDGET: Duration = Duration::from_secs(30);

/// A verdict that there was no time for.
fn out_of_time() -> VerdictBody {
    VerdictBody::new(&Report::undecided("the time for one request is spent"), None)
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
    if !call.query.is_empty() {
        override_rules(call, Arc::make_mut(&mut options))?;
    }
    let hints = EventHints {
        schema: named_schema(call).await?,
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

/// The schema that the query names, which has to exist.
async fn named_schema(call: &Call) -> Result<Option<NamedSchema>, Problem> {
    let id = call.query.integer("schemaId")?;
    let version =
        call.query.find("version").filter(|text| !text.is_empty()).map(parse_version).transpose()?;
    let subject = match call.query.text("subject") {
        "" if version.is_some() => {
            let detail = "`version` comes with `subject`";
            return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
        }
        "" => None,
        name => Some(call.registry().resolve_alias(call.qualify(name)).await?),
    };
    if id.is_none() && subject.is_none() {
        return Ok(None);
    }
    let named = NamedSchema { id, subject, version };
    call.registry().check_named_schema(&named, &call.context).await?;
    Ok(Some(named))
}

/// Answers verdicts.
pub async fn validate(mut call: Call, body: Body) -> Result<Answer, Problem> {
    let setting = read_setting(&call).await?;
    let content_type = content_type(&call.headers);
    if content_type.eq_ignore_ascii_case(stream::NDJSON) {
        return Ok(stream::answer(call, body, setting));
    }
    let claims_event = claims_event(&call);
    let is_json = content_type.eq_ignore_ascii_case("application/json");
    call.body = match read_body(body, setting.options.max_batch_bytes).await {
        Ok(body) => body,
        Err(TransportError::TooLarge(limit)) if claims_event => return Err(too_large(limit)),
        Err(other) => return Err(other.into()),
    };
    if claims_event || !is_json {
        return event::answer(&call, &setting).await;
    }
    // What is no container of records is an event or nothing.
    match read_object(&call.body) {
        Ok(container) if container.presence("records") != Presence::Absent => {
            Box::pin(record::answer(&call, &container, &setting)).await
        }
        _ => event::answer(&call, &setting).await,
    }
}

/// The content type without parameters.
fn content_type(headers: &HeaderMap) -> &str {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    essence(value.unwrap_or_default())
}

/// Whether a request says of itself that it carries an event: its findings then have rule ids.
pub fn claims_event(call: &Call) -> bool {
    let content_type = content_type(&call.headers).as_bytes();
    content_type.get(..CLOUDEVENTS.len()).is_some_and(|start| start.eq_ignore_ascii_case(CLOUDEVENTS))
        || call.headers.keys().any(|name| name.as_str().starts_with("ce-"))
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
