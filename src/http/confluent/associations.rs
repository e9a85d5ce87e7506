//! `/associations`: which subject a resource takes its schemas from.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Serialize;

use super::candidate::read_candidate;
use super::wire::VersionBody;
use crate::http::call::{Answer, Call, cut, json};
use crate::http::error::{ApiError, ErrorBody};
use crate::http::json::{BadJson, Object, read_object};
use crate::model::{Association, ContextName, Lifecycle, Subject};
use crate::registry::{
    Associated, AssociatedResource, AssociationEntry, AssociationError, AssociationFilter,
    AssociationOutcomes, AssociationRemoval, AssociationRequest, RegistryError, ResourceQuery, Write,
};

/// A resource with the associations of one request, or those that it asked for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceBody {
    resource_name: String,
    resource_namespace: String,
    resource_id: String,
    resource_type: &'static str,
    /// Left out when the request only took associations away.
    #[serde(skip_serializing_if = "Vec::is_empty")]
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
    /// The version that the schema of the request became, or the latest one when schemas were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<VersionBody>,
}

/// What became of the items of a batch, in their order.
#[derive(Serialize)]
struct BatchBody {
    results: Vec<OutcomeBody>,
}

/// What became of one item.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum OutcomeBody {
    Result(ResourceBody),
    Error(ErrorBody),
}

/// Binds a resource to subjects.
pub async fn create(call: Call) -> Result<Answer, ApiError> {
    let request = read_request(&call, Write::Create)?;
    write(&call, &request).await
}

/// Binds the resource in the path to subjects, or changes how.
pub async fn upsert(call: Call) -> Result<Answer, ApiError> {
    let id = call.param("resourceId").to_owned();
    let mut request = read_request(&call, Write::Upsert)?;
    if request.resource_id.as_ref().is_some_and(|sent| *sent != id) {
        let reason = "differs from the one in the path".to_owned();
        return Err(RegistryError::from(AssociationError::Invalid { property: "resourceId", reason }).into());
    }
    request.resource_id = Some(id);
    write(&call, &request).await
}

/// Makes the changes of many resources; each item succeeds or fails by itself.
pub async fn mutate_batch(call: Call) -> Result<Answer, ApiError> {
    let body = read_object(&call.body)?;
    let context = read_context(&call)?;
    let items = read_items(&body)?;
    let items = items.iter().map(|item| read_item(&context, item)).collect::<Result<Vec<_>, _>>()?;
    let outcomes = call.registry().associate_each(&items, call.query.flag("dryRun")).await?;
    Ok(batch(outcomes))
}

/// Reads the associations of many resources.
pub async fn get_batch(call: Call) -> Result<Answer, ApiError> {
    let body = read_object(&call.body)?;
    let items = read_items(&body)?;
    let items = items.iter().map(read_query).collect::<Result<Vec<_>, _>>()?;
    let with_schemas = call.query.flag("includeSchemas");
    Ok(batch(call.registry().list_associations_of_each(&items, with_schemas).await?))
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

async fn write(call: &Call, request: &AssociationRequest) -> Result<Answer, ApiError> {
    let done = call.registry().associate(request, call.query.flag("dryRun")).await?;
    Ok(json(&resource_body(done)))
}

fn batch(outcomes: AssociationOutcomes) -> Answer {
    let results = outcomes.into_iter().map(|outcome| match outcome {
        Ok(done) => OutcomeBody::Result(resource_body(done)),
        Err(refusal) => OutcomeBody::Error(ApiError::from(refusal).into_body()),
    });
    let mut answer = json(&BatchBody { results: results.collect() });
    *answer.status_mut() = StatusCode::MULTI_STATUS;
    answer
}

fn resource_body(done: AssociatedResource) -> ResourceBody {
    let associations = done.associations.into_iter().map(|Associated { association, version }| {
        let Association { subject, association_type, lifecycle, frozen, .. } = association;
        let schema = version.map(|version| VersionBody::new(&version, version.content.text.clone()));
        EntryBody { subject, association_type, lifecycle, frozen, schema }
    });
    ResourceBody {
        associations: associations.collect(),
        resource_name: done.name,
        resource_namespace: done.namespace,
        resource_id: done.id,
        resource_type: done.resource_type,
    }
}

/// The associations that the query asks for.
pub fn filter(call: &Call) -> AssociationFilter {
    AssociationFilter {
        resource_type: call.query.text("resourceType").to_owned(),
        association_types: call.query.list("associationType"),
        lifecycle: call.query.text("lifecycle").to_owned(),
    }
}

/// Context of unqualified subjects: the query's, else the path's.
fn read_context(call: &Call) -> Result<ContextName, ApiError> {
    Ok(match call.query.text("context") {
        "" => call.context.clone(),
        name => ContextName::from_segment(name).map_err(RegistryError::from)?,
    })
}

fn read_request(call: &Call, write: Write) -> Result<AssociationRequest, ApiError> {
    let body = read_object(&call.body)?;
    let context = read_context(call)?;
    let mut request = read_resource(&body)?;
    for entry in body.objects("associations")?.unwrap_or_default() {
        request.associations.push(read_entry(&context, &entry, write)?);
    }
    Ok(request)
}

/// The items of a batch. None is skipped: outcomes are told apart by their place.
fn read_items<'a>(body: &Object<'a>) -> Result<Vec<Object<'a>>, BadJson> {
    let items = body.objects("requests")?.unwrap_or_default();
    if items.len() < body.raws("requests")?.unwrap_or_default().len() {
        return Err(BadJson::Malformed("`requests` must hold objects only, found null".to_owned()));
    }
    Ok(items)
}

/// An item of a batch: a resource, each of its associations with what shall become of it.
fn read_item(context: &ContextName, item: &Object<'_>) -> Result<AssociationRequest, BadJson> {
    let mut request = read_resource(item)?;
    for entry in item.objects("associations")?.unwrap_or_default() {
        let write = match entry.text("opType")?.as_deref() {
            Some("CREATE") => Write::Create,
            Some("UPSERT") => Write::Upsert,
            Some("DELETE") => {
                request.removals.push(read_removal(context, &entry)?);
                continue;
            }
            _ => return Err(entry.unknown_name("opType", "CREATE, UPSERT, DELETE")),
        };
        request.associations.push(read_entry(context, &entry, write)?);
    }
    Ok(request)
}

fn read_resource(body: &Object<'_>) -> Result<AssociationRequest, BadJson> {
    Ok(AssociationRequest {
        resource_name: body.text("resourceName")?,
        resource_namespace: body.text("resourceNamespace")?,
        resource_id: body.text("resourceId")?,
        resource_type: body.text("resourceType")?,
        ..AssociationRequest::default()
    })
}

fn read_query(item: &Object<'_>) -> Result<ResourceQuery, BadJson> {
    Ok(ResourceQuery {
        id: item.text("resourceId")?,
        name: item.text("resourceName")?,
        namespace: item.text("resourceNamespace")?,
        filter: AssociationFilter {
            resource_type: item.text("resourceType")?.unwrap_or_default(),
            association_types: item.texts("associationTypes")?.unwrap_or_default(),
            lifecycle: read_lifecycle(item)?.map_or_else(String::new, |one| one.name().to_owned()),
        },
    })
}

fn read_removal(context: &ContextName, entry: &Object<'_>) -> Result<AssociationRemoval, BadJson> {
    Ok(AssociationRemoval {
        association_type: entry.text("associationType")?,
        subject: read_subject(context, entry)?,
        cascade: entry.flag("cascadeLifecycle")?.unwrap_or(false),
    })
}

fn read_entry(context: &ContextName, entry: &Object<'_>, write: Write) -> Result<AssociationEntry, BadJson> {
    let schema = entry.object("schema")?;
    Ok(AssociationEntry {
        write,
        subject: read_subject(context, entry)?,
        association_type: entry.text("associationType")?,
        lifecycle: read_lifecycle(entry)?,
        frozen: entry.flag("frozen")?,
        schema: schema.as_ref().map(read_candidate).transpose()?,
        normalize: entry.flag("normalize")?.unwrap_or(false),
    })
}

fn read_subject(context: &ContextName, entry: &Object<'_>) -> Result<Option<Subject>, BadJson> {
    Ok(entry.text("subject")?.map(|name| Subject::parse_in(context, &name)))
}

fn read_lifecycle(entry: &Object<'_>) -> Result<Option<Lifecycle>, BadJson> {
    let Some(name) = entry.text("lifecycle")? else { return Ok(None) };
    let lifecycle = Lifecycle::from_name(&name);
    lifecycle.map(Some).ok_or_else(|| entry.unknown_name("lifecycle", "STRONG, WEAK"))
}
