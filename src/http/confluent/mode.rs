//! `/mode` and `/mode/{subject}`.

use serde::Serialize;

use crate::http::call::{Answer, Call, json};
use crate::http::error::ApiError;
use crate::http::json::{Presence, read_object};

/// Mode of a scope.
#[derive(Serialize)]
struct ModeBody<'a> {
    /// Upper case; in the answer of PUT the text as sent. Absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'a str>,
}

/// Mode of the context of the path (`/mode`) or of a subject.
pub async fn get(call: Call) -> Result<Answer, ApiError> {
    let mode = call.registry().get_mode(&call.scope(), call.query.flag("defaultToGlobal")).await?;
    Ok(json(&ModeBody { mode: Some(mode.name()) }))
}

/// Sets the mode and answers the body as sent; `null` removes it.
pub async fn put(call: Call) -> Result<Answer, ApiError> {
    let body = read_object(&call.body)?;
    let sent = body.text("mode")?;
    let mode = (body.presence("mode") != Presence::Absent).then_some(sent.as_deref());
    let done = call.registry().put_mode(&call.scope(), mode, call.query.flag("force")).await;
    done.map_err(|error| ApiError::of_subject(error, call.sent_subject()))?;
    Ok(json(&ModeBody { mode: sent.as_deref() }))
}

/// Removes the mode and answers the old one.
pub async fn delete(call: Call) -> Result<Answer, ApiError> {
    let mode = call.registry().delete_mode(&call.scope(), call.query.flag("recursive")).await?;
    Ok(json(&ModeBody { mode: mode.map(crate::model::Mode::name) }))
}
