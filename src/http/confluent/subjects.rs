//! `/subjects`, `/subjects/{subject}` and `/subjects/{subject}/metadata`.

use percent_encoding::percent_decode_str;

use super::candidate::read_candidate;
use super::wire::VersionBody;
use crate::http::call::{Answer, Call, json};
use crate::http::error::ApiError;
use crate::http::json::read_object;
use crate::model::{SchemaVersion, Subject};
use crate::registry::{Deletion, RegistryError};

/// Names of subjects, sorted.
pub async fn list(call: Call) -> Result<Answer, ApiError> {
    let page = call.page(None)?;
    let deletion = if call.query.flag("deletedOnly") {
        Deletion::DeletedOnly
    } else if call.query.flag("deleted") {
        Deletion::All
    } else {
        Deletion::Active
    };
    let prefix = call.subject_prefix();
    let subjects = call.registry().list_subjects(&prefix, deletion, page).await?;
    Ok(json(&subjects.iter().map(Subject::qualified).collect::<Vec<_>>()))
}

/// Finds the version that is the posted schema. Writes nothing.
pub async fn lookup(call: Call) -> Result<Answer, ApiError> {
    let candidate = read_candidate(&read_object(&call.body)?)?;
    let subject = call.target().await?;
    let (normalize, deleted) = (call.query.flag("normalize"), call.query.flag("deleted"));
    let version = call.registry().lookup(&subject, &candidate, normalize, deleted).await?;
    answer(&call, &version).await
}

/// Soft-deletes all active versions, or removes all versions for good.
pub async fn delete(call: Call) -> Result<Answer, ApiError> {
    let subject = call.target().await?;
    let versions = call.registry().delete_subject(&subject, call.query.flag("permanent")).await?;
    Ok(json(&versions))
}

/// The highest version with given metadata properties.
pub async fn find_by_metadata(call: Call) -> Result<Answer, ApiError> {
    let subject = call.target().await?;
    let deleted = call.query.flag("deleted");
    let pairs: Vec<_> = call.query.list("key").into_iter().zip(call.query.list("value")).collect();
    let found = match call.registry().find_by_metadata(&subject, &pairs, deleted).await {
        // The Python client encodes keys and values twice.
        Err(RegistryError::SchemaNotFound(_))
            if pairs.iter().any(|(k, v)| k.contains('%') || v.contains('%')) =>
        {
            let pairs: Vec<_> = pairs.iter().map(|(key, value)| (decode(key), decode(value))).collect();
            call.registry().find_by_metadata(&subject, &pairs, deleted).await
        }
        found => found,
    };
    answer(&call, &found?).await
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

async fn answer(call: &Call, version: &SchemaVersion) -> Result<Answer, ApiError> {
    let context = &version.subject.context;
    let text = call.registry().formatted(context, &version.content, call.query.text("format")).await?;
    Ok(json(&VersionBody::new(version, text)))
}
