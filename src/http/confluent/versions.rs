//! `/subjects/{subject}/versions` and what stands below it.

use super::wire::{VersionBody, matching_tags};
use crate::http::call::{Answer, Call, cut, json, json_bytes};
use crate::http::error::ApiError;
use crate::http::hot::keep;
use crate::model::SchemaVersion;
use crate::registry::{DependsOn, VersionFilter, parse_version};

/// Largest page of `…/referencedby`, also the default.
const MAX_REFERRERS: u32 = 1000;

/// Version numbers, ascending.
pub async fn list(call: Call) -> Result<Answer, ApiError> {
    let page = call.page(None)?;
    let filter = VersionFilter {
        deleted: call.query.flag("deleted"),
        deleted_only: call.query.flag("deletedOnly"),
        deleted_as_negative: call.query.flag("deletedAsNegative"),
    };
    let subject = call.target().await?;
    let numbers = call.registry().list_version_numbers(&subject, filter).await?;
    Ok(json(&cut(numbers, page)))
}

/// One version.
pub async fn get(call: Call) -> Result<Answer, ApiError> {
    let version = find(&call).await?;
    let context = &version.subject.context;
    let text = call.registry().formatted(context, &version.content, call.query.text("format")).await?;
    let mut body = VersionBody::new(&version, text);
    if call.query.text("referenceFormat").eq_ignore_ascii_case("qualified") {
        body.schema.qualify_references(context);
    }
    let asked = call.query.words("findTags");
    if !asked.is_empty() {
        let tags = call.registry().list_tags(context, &version.content).await?;
        body.schema.schema_tags = matching_tags(tags, &asked);
    }
    Ok(keep(json_bytes(&body), DependsOn::Everything))
}

/// The text of one version, bare.
pub async fn get_text(call: Call) -> Result<Answer, ApiError> {
    let version = find(&call).await?;
    let context = &version.subject.context;
    let text = call.registry().formatted(context, &version.content, call.query.text("format")).await?;
    Ok(keep(text.into(), DependsOn::Everything))
}

/// Ids of schemas that reference this version.
pub async fn list_referenced_by(call: Call) -> Result<Answer, ApiError> {
    let page = call.page(Some(MAX_REFERRERS))?;
    let selector = parse_version(call.param("version"))?;
    let subject = call.target().await?;
    let ids = call.registry().list_referenced_by(&subject, selector, call.query.flag("deleted")).await?;
    Ok(json(&cut(ids, page)))
}

/// Deletes one version; answers its bare number.
pub async fn delete(call: Call) -> Result<Answer, ApiError> {
    let selector = parse_version(call.param("version"))?;
    let subject = call.target().await?;
    let version = call.registry().delete_version(&subject, selector, call.query.flag("permanent")).await?;
    Ok(json(&version))
}

async fn find(call: &Call) -> Result<SchemaVersion, ApiError> {
    let selector = parse_version(call.param("version"))?;
    let subject = call.target().await?;
    Ok(call.registry().get_version(&subject, selector, call.query.flag("deleted")).await?)
}
