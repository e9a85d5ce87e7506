//! From what a request or a frame names to one stored schema.

use std::sync::Arc;

use chancery_engine::SchemaType;
use chancery_engine::framing::Frame;

use super::super::{Candidate, IdScope, Registry, RegistryError};
use super::{Matched, SchemaChoice};
use crate::model::{
    Content, ContextName, Fingerprint, Guid, SchemaId, SchemaVersion, Subject, VersionSelector,
};
use crate::store::Use;

/// A schema that a payload is held against.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub context: ContextName,
    pub fingerprint: Fingerprint,
    pub guid: Guid,
    pub content: Arc<Content>,
    pub matched: Matched,
}

impl Target {
    /// A registered version.
    pub fn of_version(found: SchemaVersion, by: &'static str) -> Self {
        Self {
            context: found.subject.context.clone(),
            fingerprint: found.content.fingerprint(),
            guid: found.guid,
            matched: Matched {
                by,
                subject: Some(found.subject),
                version: Some(found.version),
                id: Some(found.id.0),
                schema_type: found.content.schema_type,
            },
            content: found.content,
        }
    }

    /// The format.
    pub fn schema_type(&self) -> SchemaType {
        self.content.schema_type
    }
}

impl Registry {
    /// The schema that a request names.
    pub(super) async fn resolve_choice(&self, choice: &SchemaChoice) -> Result<Target, RegistryError> {
        match choice {
            SchemaChoice::Id(id, scope) => self.target_of_id(*id, scope, "parameter").await,
            SchemaChoice::Version(subject, selector) => {
                Ok(Target::of_version(self.get_version(subject, *selector, false).await?, "parameter"))
            }
            SchemaChoice::Inline(candidate) => self.target_of_candidate(candidate).await,
        }
    }

    /// The schema of an id, with the use that the scope names.
    pub(super) async fn target_of_id(
        &self,
        id: i32,
        scope: &IdScope,
        by: &'static str,
    ) -> Result<Target, RegistryError> {
        let found = self.get_schema_by_id(id, scope).await?;
        Ok(Target {
            context: found.context,
            fingerprint: found.content.fingerprint(),
            guid: found.guid,
            matched: Matched {
                by,
                subject: found.version.as_ref().map(|version| version.subject.clone()),
                version: found.version.as_ref().map(|version| version.version),
                id: Some(found.id.0),
                schema_type: found.content.schema_type,
            },
            content: found.content,
        })
    }

    /// A schema that comes with the request and is not registered.
    async fn target_of_candidate(&self, candidate: &Candidate) -> Result<Target, RegistryError> {
        let context = ContextName::default();
        let strictness = chancery_engine::Strictness::Stored;
        let posted = self.parse_candidate(&context, candidate, false, strictness).await?;
        let content = Arc::new(posted.content);
        let matched = Matched {
            by: "parameter",
            subject: None,
            version: None,
            id: None,
            schema_type: content.schema_type,
        };
        Ok(Target { context, fingerprint: content.fingerprint(), guid: content.guid(), content, matched })
    }

    /// The id that a frame means in a context, if it is known there.
    pub(super) async fn find_framed(
        &self,
        context: &ContextName,
        frame: Frame,
    ) -> Result<Option<i32>, RegistryError> {
        let id = match frame {
            Frame::Id(id) => i32::try_from(id).ok(),
            Frame::Guid(guid) => {
                let places = self.store.list_guid_ids(Guid(guid)).await?;
                places.into_iter().find(|(place, _)| place == context).map(|(_, id)| id.0)
            }
        };
        let Some(id) = id else { return Ok(None) };
        let known = self.store.find_content(context, SchemaId(id)).await?.is_some();
        Ok(known.then_some(id))
    }

    /// Active versions that use an id.
    pub(super) async fn active_uses(
        &self,
        context: &ContextName,
        id: i32,
    ) -> Result<Vec<Use>, RegistryError> {
        let uses = self.store.list_uses(context, SchemaId(id)).await?;
        Ok(uses.into_iter().filter(|one| !one.deleted).collect())
    }

    /// The newest active version of a subject that has an id.
    pub(super) async fn version_with_id(
        &self,
        subject: &Subject,
        context: &ContextName,
        id: i32,
    ) -> Result<Option<Target>, RegistryError> {
        let uses = self.active_uses(context, id).await?;
        let newest =
            uses.into_iter().filter(|one| one.subject.name == subject.name).max_by_key(|one| one.version);
        let Some(one) = newest else { return Ok(None) };
        let selector = VersionSelector::Number(one.version);
        Ok(Some(Target::of_version(self.get_version(&one.subject, selector, false).await?, "framing")))
    }
}
