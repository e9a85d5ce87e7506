//! `POST /subjects/{subject}/versions` and `POST …/versions/{version}/tags`: new versions.

use axum::http::{HeaderName, HeaderValue};
use chancery_engine::lint::Lint;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;

use super::candidate::{read_candidate, read_metadata, read_rule_set, read_tags};
use super::wire::SchemaBody;
use crate::http::Facts;
use crate::http::call::{Answer, Call, json};
use crate::http::error::ApiError;
use crate::http::json::read_object;
use crate::model::SchemaVersion;
use crate::registry::{TagRequest, parse_version};

/// What a registration answers, also when the schema was there already.
#[derive(Serialize)]
struct RegisterBody {
    id: i32,
    version: i32,
    #[serde(flatten)]
    schema: SchemaBody,
}

/// Registers a schema under a subject.
pub async fn register(call: Call) -> Result<Answer, ApiError> {
    let candidate = read_candidate(&read_object(&call.body)?)?;
    let subject = call.target().await?;
    let (normalize, force) = (call.query.flag("normalize"), call.query.flag("force"));
    let version = call.registry().register(&subject, &candidate, normalize, force).await;
    let version = version.map_err(|error| ApiError::of_subject(error, call.sent_subject()))?;
    let mut answer = answer(&call, &version).await?;
    if call.query.flag("lint") {
        // Advice never refuses what has been registered.
        let found = call.registry().lint_registered(&version, &candidate).await.unwrap_or_default();
        answer.headers_mut().extend(advice(&found).map(|value| (SCHEMA_LINT, value)));
    }
    Ok(answer)
}

/// Header with advice on a schema that was registered, when it was asked for: a list of rules with their level and
/// place (RFC 8941), such as `L11;level=warn;at="/fields/0"`.
const SCHEMA_LINT: HeaderName = HeaderName::from_static("schema-lint");

/// Findings shown in the header; `POST /v1/lint` shows all.
const MAX_ADVICE: usize = 40;

/// Longest place shown.
const MAX_PLACE: usize = 120;

/// What cannot stand inside a quoted text of a header, and `%`, so that decoding gives the place back.
const NOT_IN_TEXTS: &AsciiSet = &CONTROLS.add(b'"').add(b'\\').add(b'%');

fn advice(found: &[Lint]) -> Option<HeaderValue> {
    let entry = |one: &Lint| {
        let place = utf8_percent_encode(&one.pointer, NOT_IN_TEXTS).to_string();
        let place = if place.len() > MAX_PLACE { "" } else { &place };
        format!("{};level={};at=\"{place}\"", one.id, one.level.name())
    };
    let list: Vec<_> = found.iter().take(MAX_ADVICE).map(entry).collect();
    HeaderValue::from_str(&list.join(", ")).ok()
}

/// Registers a copy of a version with other tags, metadata or rules (deprecated in the reference).
pub async fn change_tags(call: Call) -> Result<Answer, ApiError> {
    let body = read_object(&call.body)?;
    let request = TagRequest {
        new_version: body.integer("newVersion")?.unwrap_or(0),
        add: read_tags(&body, "tagsToAdd")?,
        remove: read_tags(&body, "tagsToRemove")?,
        metadata: read_metadata(&body, "metadata")?,
        rule_set: read_rule_set(&body, "ruleSet")?,
        rules_to_merge: read_rule_set(&body, "rulesToMerge")?,
        rules_to_remove: body.texts("rulesToRemove")?.unwrap_or_default(),
    };
    let selector = parse_version(call.param("version"))?;
    let subject = call.target().await?;
    let version = call.registry().change_tags(&subject, selector, request).await?;
    answer(&call, &version).await
}

async fn answer(call: &Call, version: &SchemaVersion) -> Result<Answer, ApiError> {
    let context = &version.subject.context;
    let text = call.registry().formatted(context, &version.content, call.query.text("format")).await?;
    let mut answer = json(&RegisterBody {
        id: version.id.0,
        version: version.version,
        schema: SchemaBody::new(version, text),
    });
    Facts::note(&mut answer, |facts| {
        facts.subject = Some(version.subject.qualified());
        facts.version = Some(version.version.to_string());
        facts.schema_id = Some(version.id.0);
    });
    Ok(answer)
}
