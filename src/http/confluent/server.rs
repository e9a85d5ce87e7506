//! What the server says about itself.

use serde::Serialize;
use serde_json::json as value;

use crate::http::call::{Answer, Call, json};
use crate::http::error::ApiError;
use crate::http::json::{BadJson, read_object};

/// Version of the program.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VersionInfo<'a> {
    version: &'a str,
    commit_id: &'a str,
}

/// `GET /`: probes of clients and load balancers.
pub async fn root(_: Call) -> Result<Answer, ApiError> {
    Ok(json(&value!({})))
}

/// `POST /`: the same with a body, an object of strings, that is read and ignored.
pub async fn post_root(call: Call) -> Result<Answer, ApiError> {
    match read_object(&call.body) {
        Err(BadJson::Missing) => {}
        body => {
            let body = body?;
            for name in body.names() {
                body.text(name)?;
            }
        }
    }
    Ok(json(&value!({})))
}

/// `GET /v1/metadata/id`.
pub async fn cluster(call: Call) -> Result<Answer, ApiError> {
    let clusters = value!({
        "kafka-cluster": call.state.info.cluster_id,
        "schema-registry-cluster": "schema-registry",
    });
    Ok(json(&value!({ "scope": { "path": [], "clusters": clusters } })))
}

/// `GET /v1/metadata/version`.
pub async fn version(call: Call) -> Result<Answer, ApiError> {
    let info = &call.state.info;
    Ok(json(&VersionInfo { version: &info.version, commit_id: &info.commit }))
}

/// `GET /v1/metadata/deployment`.
pub async fn deployment(_: Call) -> Result<Answer, ApiError> {
    Ok(json(&value!({ "attributes": [] })))
}
