//! `/health/live` and `/health/ready`.

use axum::http::StatusCode;
use serde_json::json as value;

use crate::http::call::{Answer, Call, json};
use crate::http::problem::Problem;

/// The process answers.
pub async fn live(_: Call) -> Result<Answer, Problem> {
    Ok(json(&value!({ "status": "up" })))
}

/// The store can read and write.
pub async fn ready(call: Call) -> Result<Answer, Problem> {
    match call.registry().check_ready().await {
        Ok(()) => Ok(json(&value!({ "status": "ready" }))),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "not ready");
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the store does not answer")
                .kind("store-unavailable"))
        }
    }
}
