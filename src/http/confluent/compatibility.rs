//! `/compatibility`: may this schema follow the versions of a subject? Writes nothing.

use serde::Serialize;

use super::candidate::read_candidate;
use crate::http::call::{Answer, Call, json};
use crate::http::error::ApiError;
use crate::http::json::read_object;
use crate::registry::{Against, Candidate, parse_version};

/// What a test answers.
#[derive(Serialize)]
struct CompatibilityBody {
    is_compatible: bool,
    /// Only with `verbose=true`; then also when empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<Vec<String>>,
}

/// Tests against one version.
pub async fn test_version(call: Call) -> Result<Answer, ApiError> {
    // What the body is comes before what the path means.
    let candidate = read_candidate(&read_object(&call.body)?)?;
    let against = Against::One(parse_version(call.param("version"))?);
    test(&call, against, &candidate).await
}

/// Tests as registration would.
pub async fn test_history(call: Call) -> Result<Answer, ApiError> {
    let candidate = read_candidate(&read_object(&call.body)?)?;
    test(&call, Against::History, &candidate).await
}

async fn test(call: &Call, against: Against, candidate: &Candidate) -> Result<Answer, ApiError> {
    let subject = call.target().await?;
    let (normalize, verbose) = (call.query.flag("normalize"), call.query.flag("verbose"));
    let verdict =
        call.registry().test_compatibility(&subject, against, candidate, normalize, verbose).await?;
    Ok(json(&CompatibilityBody {
        is_compatible: verdict.is_compatible(),
        messages: verbose.then_some(verdict.messages),
    }))
}
