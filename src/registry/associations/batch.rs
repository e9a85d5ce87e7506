//! Many resources in one request: each item has its own outcome, and none undoes another.

use super::find::AssociationFilter;
use super::request::{Associated, AssociatedResource, AssociationRequest, RESOURCE_TYPE, invalid};
use super::{ANY_NAMESPACE, AssociationError};
use crate::model::{Association, SchemaVersion, Subject};
use crate::registry::lookup::version_of;
use crate::registry::{Registry, RegistryError};

/// Longest batch.
const MAX_ITEMS: usize = 100;

/// Which resource is asked for: by id, or by name.
#[derive(Clone, Debug, Default)]
pub struct ResourceQuery {
    /// Identity.
    pub id: Option<String>,
    /// Name; needed without an id.
    pub name: Option<String>,
    /// Where the name is unique; absent and `-` mean all, where only one may have it.
    pub namespace: Option<String>,
    /// Which of its associations.
    pub filter: AssociationFilter,
}

/// Outcomes in the order of the items.
pub type Outcomes = Vec<Result<AssociatedResource, RegistryError>>;

impl Registry {
    /// Makes the changes of each item as [`Self::associate`] would, one after the other: an item sees what those
    /// before it did. In a rehearsal each is tested alone.
    ///
    /// # Errors
    /// [`AssociationError::Invalid`] for too many items, or none; refusals of items are outcomes.
    pub async fn associate_each(
        &self,
        items: &[AssociationRequest],
        dry_run: bool,
    ) -> Result<Outcomes, RegistryError> {
        check_length(items.len())?;
        let mut outcomes = Vec::with_capacity(items.len());
        for item in items {
            outcomes.push(self.associate(item, dry_run).await);
        }
        Ok(outcomes)
    }

    /// Reads the associations of each resource; `with_schemas` adds the latest version of their subjects.
    ///
    /// # Errors
    /// As [`Self::associate_each`].
    pub async fn list_associations_of_each(
        &self,
        items: &[ResourceQuery],
        with_schemas: bool,
    ) -> Result<Outcomes, RegistryError> {
        check_length(items.len())?;
        let mut outcomes = Vec::with_capacity(items.len());
        for item in items {
            outcomes.push(self.get_associated(item, with_schemas).await);
        }
        Ok(outcomes)
    }

    async fn get_associated(
        &self,
        asked: &ResourceQuery,
        with_schemas: bool,
    ) -> Result<AssociatedResource, RegistryError> {
        let found = self.list_asked(asked).await?;
        let Some(first) = found.first() else {
            let name = asked.id.as_ref().or(asked.name.as_ref()).cloned().unwrap_or_default();
            return Err(AssociationError::NotFound(name).into());
        };
        if found.iter().any(|other| other.resource_id != first.resource_id) {
            return Err(invalid("resourceNamespace", "is needed: several resources have this name"));
        }
        let (name, namespace, id) =
            (first.resource_name.clone(), first.resource_namespace.clone(), first.resource_id.clone());
        let mut associations = Vec::with_capacity(found.len());
        for association in found {
            let version = if with_schemas {
                self.find_latest(&Subject::parse(&association.subject)).await?
            } else {
                None
            };
            associations.push(Associated { association, version });
        }
        Ok(AssociatedResource { name, namespace, id, resource_type: RESOURCE_TYPE, associations })
    }

    async fn find_latest(&self, subject: &Subject) -> Result<Option<SchemaVersion>, RegistryError> {
        let history = self.history(subject).await?;
        let Some(row) = history.latest() else { return Ok(None) };
        Ok(Some(version_of(subject, row, self.content_of(row).await?)))
    }

    async fn list_asked(&self, asked: &ResourceQuery) -> Result<Vec<Association>, RegistryError> {
        let ResourceQuery { id, name, namespace, filter } = asked;
        let namespace = namespace.as_deref().unwrap_or(ANY_NAMESPACE);
        let Some(id) = id else {
            let name =
                name.as_deref().ok_or_else(|| invalid("resourceId", "is missing, and so is resourceName"))?;
            return self.list_associations_by_name(namespace, name, filter).await;
        };
        let mut found = self.list_associations_by_id(id, filter).await?;
        found.retain(|association| {
            name.as_ref().is_none_or(|name| *name == association.resource_name)
                && (namespace == ANY_NAMESPACE || namespace == association.resource_namespace)
        });
        Ok(found)
    }
}

fn check_length(items: usize) -> Result<(), RegistryError> {
    match items {
        0 => Err(invalid("requests", "is missing or empty")),
        1..=MAX_ITEMS => Ok(()),
        _ => Err(invalid("requests", &format!("has more than {MAX_ITEMS} items"))),
    }
}
