//! `/associations`: which subject a resource takes its schemas from.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Serialize;

use super::candidate::read_candidate;
use super::wire::VersionBody;
use crate::http::call::{Answer, Call, cut, json};
use crate::http::error::ApiError;
use crate::http::json::{BadJson, Object, read_object};
use crate::model::{Association, ContextName, Lifecycle, Subject};
use crate::registry::{
    Associated, AssociationEntry, AssociationError, AssociationFilter, AssociationRequest, RegistryError,
    Write,
};

/// A resource with the associations of one request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceBody {
    resource_name: String,
    resource_namespace: String,
    resource_id: String,
    resource_type: String,
    associations: Vec<EntryBody>,
}

/// An association of a resource.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EntryBody {
    subject: String,
    association_type: String,
    lifecycle: Lifecycle,
    frozen: bool,
    /// The version that the schema of the request became.
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<VersionBody>,
}

/// Binds a resource to subjects.
pub async fn create(call: Call) -> Result<Answer, ApiError> {
    let request = read_request(&call)?;
    write(&call, &request, Write::Create).await
}

/// Binds the resource in the path to subjects, or changes how.
pub async fn upsert(call: Call) -> Result<Answer, ApiError> {
    let id = call.param("resourceId").to_owned();
    let mut request = read_request(&call)?;
    if request.resource_id.as_ref().is_some_and(|sent| *sent != id) {
        let reason = "differs from the one in the path".to_owned();
        return Err(RegistryError::from(AssociationError::Invalid { property: "resourceId", reason }).into());
    }
    request.resource_id = Some(id);
    write(&call, &request, Write::Upsert).await
}

/// Looses the resource in the path from its subjects.
pub async fn delete(call: Call) -> Result<Answer, ApiError> {
    let (cascade, dry_run) = (call.query.flag("cascadeLifecycle"), call.query.flag("dryRun"));
    let filter = AssociationFilter { lifecycle: String::new(), ..filter(&call) };
    call.registry().dissociate(call.param("resourceId"), &filter, cascade, dry_run).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Associations of the resource of an id.
pub async fn list_by_id(call: Call) -> Result<Answer, ApiError> {
    let page = call.page(None)?;
    let found = call.registry().list_associations_by_id(call.param("resourceId"), &filter(&call)).await?;
    Ok(json(&cut(found, page)))
}

/// Associations of the resources of a name. Serializers ask this before they first use a topic.
pub async fn list_by_name(call: Call) -> Result<Answer, ApiError> {
    let page = call.page(None)?;
    let (namespace, name) = (call.param("namespace"), call.param("name"));
    let found = call.registry().list_associations_by_name(namespace, name, &filter(&call)).await?;
    Ok(json(&cut(found, page)))
}

/// Associations of a subject.
pub async fn list_by_subject(call: Call) -> Result<Answer, ApiError> {
    let page = call.page(None)?;
    let found = call.registry().list_associations_by_subject(&call.subject(), &filter(&call)).await?;
    Ok(json(&cut(found, page)))
}

async fn write(call: &Call, request: &AssociationRequest, write: Write) -> Result<Answer, ApiError> {
    let done = call.registry().associate(request, write, call.query.flag("dryRun")).await?;
    Ok(json(&resource_body(done)))
}

fn resource_body(done: Vec<Associated>) -> Option<ResourceBody> {
    let first = done.first()?.association.clone();
    let associations = done.into_iter().map(|Associated { association, version }| {
        let Association { subject, association_type, lifecycle, frozen, .. } = association;
        let schema = version.map(|version| VersionBody::new(&version, version.content.text.clone()));
        EntryBody { subject, association_type, lifecycle, frozen, schema }
    });
    Some(ResourceBody {
        associations: associations.collect(),
        resource_name: first.resource_name,
        resource_namespace: first.resource_namespace,
        resource_id: first.resource_id,
        resource_type: first.resource_type,
    })
}

/// The associations that the query asks for.
pub fn filter(call: &Call) -> AssociationFilter {
    AssociationFilter {
        resource_type: call.query.text("resourceType").to_owned(),
        association_types: call.query.list("associationType"),
        lifecycle: call.query.text("lifecycle").to_owned(),
    }
}

fn read_request(call: &Call) -> Result<AssociationRequest, ApiError> {
    let body = read_object(&call.body)?;
    let context = match call.query.text("context") {
        "" => call.context.clone(),
        name => ContextName::from_segment(name).map_err(RegistryError::from)?,
    };
    let entries = body.objects("associations")?.unwrap_or_default();
    Ok(AssociationRequest {
        resource_name: body.text("resourceName")?,
        resource_namespace: body.text("resourceNamespace")?,
        resource_id: body.text("resourceId")?,
        resource_type: body.text("resourceType")?,
        associations: entries.iter().map(|entry| read_entry(&context, entry)).collect::<Result<_, _>>()?,
    })
}

fn read_entry(context: &ContextName, entry: &Object<'_>) -> Result<AssociationEntry, BadJson> {
    let lifecycle = entry.text("lifecycle")?.map(|name| {
        Lifecycle::from_name(&name).ok_or_else(|| entry.unknown_name("lifecycle", "STRONG, WEAK"))
    });
    let schema = entry.object("schema")?;
    Ok(AssociationEntry {
        subject: entry.text("subject")?.map(|name| Subject::parse_in(context, &name)),
        association_type: entry.text("associationType")?,
        lifecycle: lifecycle.transpose()?,
        frozen: entry.flag("frozen")?,
        schema: schema.as_ref().map(read_candidate).transpose()?,
        normalize: entry.flag("normalize")?.unwrap_or(false),
    })
}
