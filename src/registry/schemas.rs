//! Reads by schema id and guid.

use std::sync::Arc;

use super::views::IdView;
use super::{Registry, RegistryError};
use crate::model::{Content, ContextName, Fingerprint, Guid, SchemaId, SchemaVersion, Subject};
use crate::store::Use;

/// Where an id is looked for, as the `subject` query of `/schemas/ids` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdScope {
    /// No subject: the default context.
    Default,
    /// Only a context (`:.ctx:`): any use of the id there.
    Context(ContextName),
    /// A subject. In a named context it must hold the id; an unqualified one is a hint.
    Subject(Subject),
}

impl IdScope {
    /// Reads the `subject` query; absent and empty mean no subject.
    pub fn from_query(subject: Option<&str>) -> Self {
        match subject.unwrap_or_default() {
            "" => Self::Default,
            text => match Subject::parse(text) {
                subject if subject.is_context() => Self::Context(subject.context),
                subject => Self::Subject(subject),
            },
        }
    }

    /// The context that `…/subjects` and `…/versions` look in.
    pub fn context(&self) -> ContextName {
        match self {
            Self::Default => ContextName::default(),
            Self::Context(context) => context.clone(),
            Self::Subject(subject) => subject.context.clone(),
        }
    }
}

/// A schema found by id or guid.
#[derive(Clone, Debug)]
pub struct FoundSchema {
    /// Where it was found.
    pub context: ContextName,
    /// Its id there.
    pub id: SchemaId,
    /// Identity of the content.
    pub fingerprint: Fingerprint,
    /// Its guid.
    pub guid: Guid,
    /// The content.
    pub content: Arc<Content>,
    /// Epoch milliseconds of the oldest of its uses.
    pub first_ms: Option<i64>,
    /// The use that the request named, or the lowest one (subject, then version).
    pub version: Option<SchemaVersion>,
}

impl Registry {
    /// The schema of an id, also when all its uses are soft-deleted.
    ///
    /// # Errors
    /// `SchemaNotFound` with the id.
    pub async fn get_schema_by_id(&self, id: i32, scope: &IdScope) -> Result<FoundSchema, RegistryError> {
        let found = match scope {
            IdScope::Default => self.find_in(&ContextName::default(), id, None).await?,
            IdScope::Context(context) => self.find_in(context, id, None).await?,
            IdScope::Subject(subject) if !subject.context.is_default() => {
                self.find_in(&subject.context, id, Some(subject)).await?
            }
            IdScope::Subject(subject) => self.find_unqualified(id, subject).await?,
        };
        found.ok_or_else(|| RegistryError::SchemaNotFound(Some(id.to_string())))
    }

    /// Versions that use an id, in the context of the scope.
    ///
    /// # Errors
    /// `SchemaNotFound` without the id (reference behaviour) when the context does not know it.
    pub async fn list_id_uses(
        &self,
        id: i32,
        scope: &IdScope,
        deleted: bool,
    ) -> Result<Vec<Use>, RegistryError> {
        let view = self.view_id(&scope.context(), SchemaId(id)).await?;
        let view = view.filter(|view| !view.uses.is_empty()).ok_or(RegistryError::SchemaNotFound(None))?;
        Ok(view.uses.iter().filter(|one| deleted || !one.deleted).cloned().collect())
    }

    /// Highest id of a context.
    pub async fn find_max_id(&self, context: &ContextName) -> Result<Option<SchemaId>, RegistryError> {
        Ok(self.store.find_max_id(context).await?)
    }

    /// The schema of a guid, default context first.
    ///
    /// # Errors
    /// `SchemaNotFound` with the guid as sent, also when it is no guid.
    pub async fn get_schema_by_guid(&self, text: &str) -> Result<FoundSchema, RegistryError> {
        let missing = || RegistryError::SchemaNotFound(Some(text.to_owned()));
        let guid: Guid = text.parse().map_err(|()| missing())?;
        let mut places = self.store.list_guid_ids(guid).await?;
        places.sort_by_key(|(context, id)| (!context.is_default(), context.clone(), *id));
        for (context, id) in places {
            if let Some(found) = self.find_in(&context, id.0, None).await? {
                return Ok(found);
            }
        }
        Err(missing())
    }

    /// Every (context, id) of a guid; empty for an unknown one.
    pub async fn list_guid_ids(&self, text: &str) -> Result<Vec<(ContextName, SchemaId)>, RegistryError> {
        match text.parse::<Guid>() {
            Ok(guid) => Ok(self.store.list_guid_ids(guid).await?),
            Err(()) => Ok(Vec::new()),
        }
    }

    /// An unqualified subject: there, then the same name in other contexts, then the id in the default context.
    async fn find_unqualified(
        &self,
        id: i32,
        subject: &Subject,
    ) -> Result<Option<FoundSchema>, RegistryError> {
        if let Some(found) = self.find_in(&subject.context, id, Some(subject)).await? {
            return Ok(Some(found));
        }
        for namesake in self.namesakes_elsewhere(subject).await? {
            if let Some(found) = self.find_in(&namesake.context, id, Some(&namesake)).await? {
                return Ok(Some(found));
            }
        }
        self.find_in(&ContextName::default(), id, None).await
    }

    /// An id of a context; with `holder` only when that subject has a version of it.
    async fn find_in(
        &self,
        context: &ContextName,
        id: i32,
        holder: Option<&Subject>,
    ) -> Result<Option<FoundSchema>, RegistryError> {
        let Some(view) = self.view_id(context, SchemaId(id)).await? else { return Ok(None) };
        let chosen = view.uses.iter().find(|one| holder.is_none_or(|subject| one.subject == *subject));
        if holder.is_some() && chosen.is_none() {
            return Ok(None);
        }
        Ok(Some(FoundSchema {
            context: context.clone(),
            id: SchemaId(id),
            fingerprint: view.stored.fingerprint,
            guid: view.stored.guid,
            content: view.stored.content.clone(),
            first_ms: view.first_ms,
            version: chosen.map(|one| as_version(one, SchemaId(id), &view)),
        }))
    }
}

fn as_version(one: &Use, id: SchemaId, view: &IdView) -> SchemaVersion {
    SchemaVersion {
        subject: one.subject.clone(),
        version: one.version,
        id,
        guid: view.stored.guid,
        content: view.stored.content.clone(),
        deleted: one.deleted,
        created_ms: one.created_ms,
    }
}
