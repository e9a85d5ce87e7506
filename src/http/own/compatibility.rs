//! `POST /v1/subjects/{subject}/compatibility`: why a schema may or may not follow, in plain words.

use crate::http::call::{Answer, Call, json};
use crate::http::confluent::read_candidate;
use crate::http::json::read_object;
use crate::http::problem::Problem;
use crate::registry::{ExplainAgainst, parse_version};

/// Explains a candidate against `?version=latest` (default), a number, or `all`. Writes nothing.
pub async fn explain(call: Call) -> Result<Answer, Problem> {
    let candidate = read_candidate(&read_object(&call.body)?)?;
    let against = match call.query.find("version").unwrap_or("latest") {
        all if all.eq_ignore_ascii_case("all") => ExplainAgainst::All,
        version => ExplainAgainst::One(parse_version(version)?),
    };
    let subject = call.target().await?;
    Ok(json(&call.registry().explain(&subject, against, &candidate).await?))
}
