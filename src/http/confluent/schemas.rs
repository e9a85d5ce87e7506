//! `/schemas`: lists, and reads by id and guid.

use serde::Serialize;

use super::associations::filter;
use super::wire::{SchemaBody, VersionBody, matching_tags};
use crate::http::call::{Answer, Call, cut, json, json_bytes};
use crate::http::error::ApiError;
use crate::http::hot::keep;
use crate::model::{Association, SchemaVersion, Subject};
use crate::registry::{DependsOn, FoundSchema, IdScope, SchemaFilter};

/// Largest page of `/schemas`, also the default.
const MAX_SCHEMAS: u32 = 1000;

/// An entry of `/schemas`.
#[derive(Serialize)]
struct ListedBody {
    #[serde(flatten)]
    version: VersionBody,
    /// Subjects that are aliases of this one; only with `aliases=true`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
    /// Associations of the subject; only with a filter for them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    associations: Vec<Association>,
}

/// A schema found by id or guid.
#[derive(Serialize)]
struct FoundBody {
    #[serde(flatten)]
    place: Option<PlaceBody>,
    #[serde(flatten)]
    schema: SchemaBody,
    /// Epoch milliseconds of the first write that still stands; with a subject that of its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<i64>,
    /// Highest id of the context; only with `fetchMaxId=true`.
    #[serde(rename = "maxId", skip_serializing_if = "Option::is_none")]
    max_id: Option<i32>,
}

/// Where a schema was found; only when a subject was named.
#[derive(Serialize)]
struct PlaceBody {
    subject: String,
    version: i32,
    /// Not sent by the reference. The Python client takes an answer with a `subject` for a whole version and
    /// fails when the id is missing.
    id: i32,
    deleted: bool,
}

/// A use of an id.
#[derive(Serialize)]
struct UseBody {
    subject: String,
    version: i32,
}

/// A place of a guid.
#[derive(Serialize)]
struct GuidPlaceBody {
    context: String,
    id: i32,
}

/// Versions with their schemas, sorted by subject, then version.
pub async fn list(call: Call) -> Result<Answer, ApiError> {
    let asks = |name| call.query.find(name).is_some_and(|value| !value.is_empty());
    let associated = ["resourceType", "associationType", "lifecycle"].into_iter().any(asks);
    let asked = SchemaFilter {
        subject_prefix: call.subject_prefix(),
        aliases: call.query.flag("aliases"),
        deleted: call.query.flag("deleted"),
        latest_only: call.query.flag("latestOnly"),
        rule_type: call.query.find("ruleType").filter(|rule| !rule.is_empty()).map(str::to_owned),
        associated: associated.then(|| filter(&call)),
        page: call.page(Some(MAX_SCHEMAS))?,
    };
    let listed = call.registry().list_schemas(&asked).await?;
    let bodies = listed.into_iter().map(|entry| ListedBody {
        version: VersionBody::new(&entry.version, entry.version.content.text.clone()),
        aliases: entry.aliases,
        associations: entry.associations,
    });
    Ok(json(&bodies.collect::<Vec<_>>()))
}

/// The schema of an id.
pub async fn get_by_id(call: Call) -> Result<Answer, ApiError> {
    let id = call.integer("id")?;
    let scope = id_scope(&call).await?;
    let found = call.registry().get_schema_by_id(id, &scope).await?;
    let mut body = body_of(&call, &found).await?;
    if scope != IdScope::Default {
        body.place = found.version.as_ref().map(place_of);
        body.ts = found.version.as_ref().map(|version| version.created_ms);
    }
    if call.query.text("referenceFormat").eq_ignore_ascii_case("qualified") {
        body.schema.qualify_references(&found.context);
    }
    let asked = call.query.words("findTags");
    if !asked.is_empty() {
        let tags = call.registry().list_tags(&found.context, &found.content).await?;
        body.schema.schema_tags = matching_tags(tags, &asked);
    }
    if call.query.flag("fetchMaxId") {
        body.max_id = call.registry().find_max_id(&found.context).await?.map(|id| id.0);
        return Ok(json(&body));
    }
    Ok(keep(json_bytes(&body), depends_on(&scope)))
}

/// The bare text of an id.
pub async fn get_text_by_id(call: Call) -> Result<Answer, ApiError> {
    let id = call.integer("id")?;
    let scope = id_scope(&call).await?;
    let found = call.registry().get_schema_by_id(id, &scope).await?;
    let text = call.registry().formatted(&found.context, &found.content, call.query.text("format")).await?;
    Ok(keep(text.into(), depends_on(&scope)))
}

/// Subjects that use an id, in the context that `subject` names.
pub async fn list_subjects(call: Call) -> Result<Answer, ApiError> {
    let uses = uses(&call).await?;
    let mut names: Vec<_> = uses.into_iter().map(|one| one.subject).collect();
    names.dedup();
    Ok(json(&cut(names, call.page(None)?)))
}

/// Versions that use an id, in the context that `subject` names.
pub async fn list_versions(call: Call) -> Result<Answer, ApiError> {
    let uses = uses(&call).await?;
    Ok(json(&cut(uses, call.page(None)?)))
}

/// The schema of a guid, in whatever context.
pub async fn get_by_guid(call: Call) -> Result<Answer, ApiError> {
    let found = call.registry().get_schema_by_guid(call.param("guid")).await?;
    // Which context it is found in may change with every registration, and with it what references mean.
    let depends_on =
        if call.query.text("format").is_empty() { DependsOn::Contents } else { DependsOn::Everything };
    Ok(keep(json_bytes(&body_of(&call, &found).await?), depends_on))
}

/// Contexts and ids of a guid.
pub async fn list_guid_ids(call: Call) -> Result<Answer, ApiError> {
    let places = call.registry().list_guid_ids(call.param("guid")).await?;
    let places =
        places.into_iter().map(|(context, id)| GuidPlaceBody { context: context.to_string(), id: id.0 });
    Ok(json(&places.collect::<Vec<_>>()))
}

/// The formats.
pub async fn list_types(_: Call) -> Result<Answer, ApiError> {
    Ok(json(&chancery_engine::SchemaType::ALL.map(chancery_engine::SchemaType::name)))
}

/// Without a subject only the id decides, and its content never changes.
fn depends_on(scope: &IdScope) -> DependsOn<'static> {
    if *scope == IdScope::Default { DependsOn::Contents } else { DependsOn::Everything }
}

async fn uses(call: &Call) -> Result<Vec<UseBody>, ApiError> {
    let id = call.integer("id")?;
    // Paging is read before anything is looked up: a bad number makes the path unknown.
    call.page(None)?;
    let scope = id_scope(call).await?;
    let uses = call.registry().list_id_uses(id, &scope, call.query.flag("deleted")).await?;
    Ok(uses
        .into_iter()
        .map(|one| UseBody { subject: one.subject.qualified(), version: one.version })
        .collect())
}

/// The `subject` query in the context of the path, its alias resolved.
async fn id_scope(call: &Call) -> Result<IdScope, ApiError> {
    let asked = call.query.text("subject");
    let subject = call.qualify(asked);
    if asked.is_empty() && subject.context.is_default() {
        return Ok(IdScope::Default);
    }
    let subject: Subject = call.registry().resolve_alias(subject).await?;
    Ok(if subject.is_context() { IdScope::Context(subject.context) } else { IdScope::Subject(subject) })
}

async fn body_of(call: &Call, found: &FoundSchema) -> Result<FoundBody, ApiError> {
    let content = &found.content;
    let text = call.registry().formatted(&found.context, content, call.query.text("format")).await?;
    Ok(FoundBody {
        place: None,
        schema: SchemaBody {
            guid: found.guid.to_string(),
            schema_type: content.schema_type.name(),
            references: content.references.clone(),
            metadata: content.metadata.clone(),
            rule_set: content.rule_set.clone(),
            schema: text,
            schema_tags: Vec::new(),
        },
        ts: found.first_ms,
        max_id: None,
    })
}

fn place_of(version: &SchemaVersion) -> PlaceBody {
    PlaceBody {
        subject: version.subject.qualified(),
        version: version.version,
        id: version.id.0,
        deleted: version.deleted,
    }
}
