//! One raw payload under its own content type, held against one schema that the path names.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;

use super::verdict;
use crate::http::call::{Answer, Call};
use crate::http::problem::Problem;
use crate::registry::{Framing, IdScope, Payload, SchemaChoice, parse_version};

/// `POST /v1/subjects/{subject}/versions/{version}/validate`
pub async fn by_version(call: Call) -> Result<Answer, Problem> {
    let selector = parse_version(call.param("version"))?;
    let subject = call.target().await?;
    validate(&call, SchemaChoice::Version(subject, selector)).await
}

/// `POST /v1/schemas/ids/{id}/validate`; `?subject=` names context and holder as on `/schemas/ids/{id}`.
pub async fn by_id(call: Call) -> Result<Answer, Problem> {
    let id = call.integer("id")?;
    let subject = call.qualify(call.query.text("subject")).qualified();
    validate(&call, SchemaChoice::Id(id, IdScope::from_query(Some(&subject)))).await
}

async fn validate(call: &Call, choice: SchemaChoice) -> Result<Answer, Problem> {
    let media_type = call.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let payload = Payload {
        bytes: call.body.clone(),
        media_type: media_type.map(str::to_owned),
        framing: read_framing(call.query.text("framing"))?,
        message: call.query.find("message").filter(|name| !name.is_empty()).map(str::to_owned),
        id_header: None,
    };
    let verdict = call.registry().validate_payload(&choice, payload).await?;
    verdict::answer(call, &verdict)
}

/// Reads the `framing` of a request; absent means `auto`.
fn read_framing(text: &str) -> Result<Framing, Problem> {
    match text.to_ascii_lowercase().as_str() {
        "" | "auto" => Ok(Framing::Auto),
        "none" => Ok(Framing::None),
        "confluent" => Ok(Framing::Confluent),
        _ => Err(Problem::new(StatusCode::BAD_REQUEST, "`framing` must be auto, none or confluent")),
    }
}
