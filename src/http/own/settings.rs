//! `/v1/subjects/{subject}/settings`: what the reference has no word for.

use axum::http::StatusCode;
use axum::response::IntoResponse;

use crate::http::call::{Answer, Call, json};
use crate::http::json::{BadJson, read_object};
use crate::http::problem::Problem;
use crate::model::Settings;

/// Policies of ours; the reference's own ones are set by `/config`.
const POLICIES: [&str; 4] = ["WIRE", "WIRE_JSON", "SOURCE", "SOUND"];
/// What to do with Protobuf fields that the schema does not know.
const UNKNOWN_FIELDS: [&str; 3] = ["warn", "reject", "ignore"];

/// Settings of exactly this subject, or with `effective=true` those in force.
pub async fn get(call: Call) -> Result<Answer, Problem> {
    let scope = call.subject();
    let settings = if call.query.flag("effective") {
        call.registry().effective_settings(&scope).await?
    } else {
        call.registry().get_settings(&scope).await?
    };
    Ok(json(&settings))
}

/// Replaces the settings and answers them.
pub async fn put(call: Call) -> Result<Answer, Problem> {
    let settings = read_settings(&call.body)?;
    call.registry().put_settings(&call.subject(), Some(settings.clone())).await?;
    Ok(json(&settings))
}

/// Removes the settings.
pub async fn delete(call: Call) -> Result<Answer, Problem> {
    call.registry().put_settings(&call.subject(), None).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn read_settings(text: &[u8]) -> Result<Settings, BadJson> {
    let body = read_object(text)?;
    for (name, known) in [("policy", &POLICIES[..]), ("unknownFields", &UNKNOWN_FIELDS)] {
        if body.text(name)?.is_some_and(|text| !known.contains(&text.as_str())) {
            return Err(body.unknown_name(name, &known.join(", ")));
        }
    }
    if let Some(name) = body.names().find(|name| !Settings::MEMBERS.contains(name)) {
        return Err(BadJson::Malformed(format!("there is no setting `{name}`")));
    }
    serde_json::from_slice(text).map_err(|error| BadJson::Malformed(error.to_string()))
}
