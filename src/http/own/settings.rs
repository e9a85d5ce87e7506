//! `/v1/subjects/{subject}/settings`: what the reference has no word for.

use axum::http::StatusCode;
use axum::response::IntoResponse;

use crate::http::call::{Answer, Call, json};
use crate::http::json::read_object;
use crate::http::problem::Problem;
use crate::model::Settings;
use crate::registry::RegistryError;

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

/// Reads settings member by member, so that what is wrong has a name. `null` sets nothing.
fn read_settings(text: &[u8]) -> Result<Settings, Problem> {
    let body = read_object(text)?;
    let mut settings = Settings::default();
    for name in body.names() {
        if !Settings::MEMBERS.contains(&name) {
            return Err(refused(format!("there is no setting `{name}`")));
        }
        let Some(value) = body.raw(name) else { continue };
        let alone = format!("{{\"{name}\":{value}}}");
        let member: Settings = serde_json::from_str(&alone).map_err(|error| {
            let reason = error.to_string();
            let reason = reason.rsplit_once(" at line ").map_or(&*reason, |(reason, _)| reason);
            refused(format!("`{name}`: {reason}"))
        })?;
        settings = settings.over(member);
    }
    Ok(settings)
}

fn refused(reason: String) -> Problem {
    RegistryError::InvalidSettings(reason).into()
}
