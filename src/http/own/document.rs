//! `GET /openapi.yaml`: the contract itself.

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::http::call::{Answer, Call};
use crate::http::problem::Problem;

/// The document, as it stands in the repository.
const OPENAPI: &str = include_str!("../../../openapi.yaml");

/// Answers the document.
pub async fn openapi(_: Call) -> Result<Answer, Problem> {
    Ok(([(CONTENT_TYPE, "application/yaml")], OPENAPI).into_response())
}
