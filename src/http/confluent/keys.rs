//! `/dek-registry/v1/keks`: storage of keys for the clients' field encryption.

use axum::http::StatusCode;
use axum::response::IntoResponse;

use crate::http::call::{Answer, Call, cut, json};
use crate::http::error::{ApiError, TransportError};
use crate::http::json::{BadJson, Object, read_object};
use crate::model::DekAlgorithm;
use crate::registry::{DekRequest, DekSelector, KekChange, KekRequest, parse_version};

/// Names of KEKs.
pub async fn list_keks(call: Call) -> Result<Answer, ApiError> {
    let prefixes = call.query.list("subjectPrefix");
    let page = call.page(None)?;
    let names = call.registry().list_keks(&prefixes, call.query.flag("deleted")).await?;
    Ok(json(&cut(names, page)))
}

/// Creates a KEK.
pub async fn create_kek(call: Call) -> Result<Answer, ApiError> {
    let body = read_object(&call.body)?;
    let request = KekRequest {
        name: body.text("name")?.unwrap_or_default(),
        kms_type: body.text("kmsType")?.unwrap_or_default(),
        kms_key_id: body.text("kmsKeyId")?.unwrap_or_default(),
        kms_props: body.text_map("kmsProps")?.unwrap_or_default(),
        doc: body.text("doc")?,
        shared: body.flag("shared")?.unwrap_or(false),
        deleted: body.flag("deleted")?.unwrap_or(false),
    };
    Ok(json(&call.registry().create_kek(request).await?))
}

/// One KEK.
pub async fn get_kek(call: Call) -> Result<Answer, ApiError> {
    Ok(json(&call.registry().get_kek(call.param("name"), call.query.flag("deleted")).await?))
}

/// Changes properties, doc or sharing of a KEK.
pub async fn update_kek(call: Call) -> Result<Answer, ApiError> {
    let body = read_object(&call.body)?;
    let change = KekChange {
        kms_props: body.text_map("kmsProps")?,
        doc: body.text("doc")?,
        shared: body.flag("shared")?,
    };
    Ok(json(&call.registry().update_kek(call.param("name"), &change).await?))
}

/// Deletes a KEK.
pub async fn delete_kek(call: Call) -> Result<Answer, ApiError> {
    call.registry().delete_kek(call.param("name"), call.query.flag("permanent")).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Brings a soft-deleted KEK back.
pub async fn undelete_kek(call: Call) -> Result<Answer, ApiError> {
    call.registry().undelete_kek(call.param("name")).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Subjects with a DEK under a KEK.
pub async fn list_deks(call: Call) -> Result<Answer, ApiError> {
    let (page, deleted) = (call.page(None)?, call.query.flag("deleted"));
    let subjects = call.registry().list_dek_subjects(call.param("name"), deleted).await?;
    Ok(json(&cut(subjects, page)))
}

/// Creates a DEK; the subject stands in the body or in the path.
pub async fn create_dek(call: Call) -> Result<Answer, ApiError> {
    let body = read_object(&call.body)?;
    let subject = match call.param("subject") {
        "" => body.text("subject")?.unwrap_or_default(),
        subject => subject.to_owned(),
    };
    let request = DekRequest {
        subject,
        version: body.integer("version")?,
        algorithm: body_algorithm(&body)?,
        encrypted_key_material: body.text("encryptedKeyMaterial")?,
        deleted: body.flag("deleted")?.unwrap_or(false),
    };
    Ok(json(&call.registry().create_dek(call.param("name"), request).await?))
}

/// One DEK, by version where the path has one.
pub async fn get_dek(call: Call) -> Result<Answer, ApiError> {
    let selector = selector(&call)?;
    Ok(json(&call.registry().get_dek(&selector, call.query.flag("deleted")).await?))
}

/// Version numbers of a subject's DEKs.
pub async fn list_dek_versions(call: Call) -> Result<Answer, ApiError> {
    let (selector, page) = (selector(&call)?, call.page(None)?);
    let versions = call.registry().list_dek_versions(&selector, call.query.flag("deleted")).await?;
    Ok(json(&cut(versions, page)))
}

/// Deletes one DEK or all of a subject.
pub async fn delete_deks(call: Call) -> Result<Answer, ApiError> {
    let selector = selector(&call)?;
    call.registry().delete_deks(&selector, call.query.flag("permanent")).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Brings soft-deleted DEKs back.
pub async fn undelete_deks(call: Call) -> Result<Answer, ApiError> {
    let selector = selector(&call)?;
    call.registry().undelete_deks(&selector).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn selector(call: &Call) -> Result<DekSelector, ApiError> {
    let version = match call.param("version") {
        "" => None,
        text => Some(parse_version(text)?),
    };
    let algorithm = match call.query.text("algorithm") {
        "" => DekAlgorithm::default(),
        name => DekAlgorithm::from_name(name).ok_or(TransportError::NotFound)?,
    };
    Ok(DekSelector {
        kek: call.param("name").to_owned(),
        subject: call.param("subject").to_owned(),
        algorithm,
        version,
    })
}

fn body_algorithm(body: &Object<'_>) -> Result<DekAlgorithm, BadJson> {
    match body.text("algorithm")? {
        None => Ok(DekAlgorithm::default()),
        Some(name) => DekAlgorithm::from_name(&name).ok_or_else(|| {
            BadJson::Malformed(format!("`{name}` is not an algorithm: AES128_GCM, AES256_GCM or AES256_SIV"))
        }),
    }
}
