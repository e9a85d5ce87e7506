//! Answers that more than one resource sends. Absent, empty and `null` values are left out, `false` is kept.

use chancery_engine::{EntityTags, EntityType};
use serde::Serialize;

use crate::model::{ContextName, Metadata, Reference, RuleSet, SchemaVersion, Subject};

/// A version of a subject: reads by version, lookup, `/schemas`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionBody {
    /// Qualified: `:.ctx:name` outside the default context.
    pub subject: String,
    /// 1-based.
    pub version: i32,
    /// In the subject's context.
    pub id: i32,
    #[serde(flatten)]
    pub schema: SchemaBody,
    /// Epoch milliseconds of the write.
    pub ts: i64,
    /// Whether it is soft-deleted.
    pub deleted: bool,
}

/// What a schema is, without where it stands.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SchemaBody {
    /// Equal for equal content in every context.
    pub guid: String,
    /// Always sent, also for AVRO.
    pub schema_type: &'static str,
    /// Direct references.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_set: Option<RuleSet>,
    /// Canonical text, or the form that `format` asked for.
    pub schema: String,
    /// Only with `findTags`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schema_tags: Vec<TagsBody>,
}

/// Inline tags of one entity.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TagsBody {
    pub schema_entity: EntityBody,
    pub tags: Vec<String>,
}

/// An entity of a schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EntityBody {
    pub entity_path: String,
    /// `sr_record` or `sr_field`.
    pub entity_type: &'static str,
}

impl SchemaBody {
    /// The content of a version with its text as given.
    pub fn new(version: &SchemaVersion, text: String) -> Self {
        Self {
            guid: version.guid.to_string(),
            schema_type: version.content.schema_type.name(),
            references: version.content.references.clone(),
            metadata: version.content.metadata.clone(),
            rule_set: version.content.rule_set.clone(),
            schema: text,
            schema_tags: Vec::new(),
        }
    }

    /// Spells the unqualified subjects of references with the context they are resolved in.
    pub fn qualify_references(&mut self, context: &ContextName) {
        let unqualified = self.references.iter_mut().filter(|reference| !reference.subject.starts_with(":."));
        for reference in unqualified {
            reference.subject = Subject::parse_in(context, &reference.subject).qualified();
        }
    }
}

impl VersionBody {
    /// A version with its text as given.
    pub fn new(version: &SchemaVersion, text: String) -> Self {
        Self {
            subject: version.subject.qualified(),
            version: version.version,
            id: version.id.0,
            schema: SchemaBody::new(version, text),
            ts: version.created_ms,
            deleted: version.deleted,
        }
    }
}

/// The entities that carry one of the asked tags; `*` asks for all.
pub fn matching_tags(entities: Vec<EntityTags>, asked: &[String]) -> Vec<TagsBody> {
    let all = asked.iter().any(|tag| tag == "*");
    let fits = |entity: &EntityTags| all || entity.tags.iter().any(|tag| asked.contains(tag));
    let entities = entities.into_iter().filter(fits);
    entities
        .map(|entity| TagsBody {
            schema_entity: EntityBody {
                entity_path: entity.path,
                entity_type: match entity.entity {
                    EntityType::Record => "sr_record",
                    EntityType::Field => "sr_field",
                },
            },
            tags: entity.tags,
        })
        .collect()
}
