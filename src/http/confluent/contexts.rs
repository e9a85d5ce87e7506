//! `/contexts`.

use axum::http::StatusCode;
use axum::response::IntoResponse;

use crate::http::call::{Answer, Call, cut, json};
use crate::http::error::ApiError;
use crate::model::ContextName;
use crate::registry::RegistryError;

/// Names of contexts, the default one first.
pub async fn list(call: Call) -> Result<Answer, ApiError> {
    let page = call.page(None)?;
    let contexts = call.registry().list_contexts(call.query.text("contextPrefix")).await?;
    let names: Vec<_> = contexts.iter().map(ContextName::as_str).collect();
    Ok(json(&cut(names, page)))
}

/// Removes an empty context.
pub async fn delete(call: Call) -> Result<Answer, ApiError> {
    let context = ContextName::from_segment(call.param("context")).map_err(RegistryError::from)?;
    call.registry().delete_context(&context).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
