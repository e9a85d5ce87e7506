//! Reads of associations: one query each.

use std::collections::BTreeMap;

use super::{ANY_NAMESPACE, AssociationError, BY_ID, BY_NAME, BY_SUBJECT, SEPARATOR};
use crate::model::{Association, Lifecycle, SchemaVersion, Subject};
use crate::registry::{Registry, RegistryError, decode};
use crate::store::EntryFilter;

/// Which associations of a resource or subject are meant; what is empty takes all.
#[derive(Clone, Debug, Default)]
pub struct AssociationFilter {
    /// `topic`
    pub resource_type: String,
    /// `key`, `value`
    pub association_types: Vec<String>,
    /// `STRONG` or `WEAK`
    pub lifecycle: String,
}

impl AssociationFilter {
    /// The same for the lists of subjects in the store.
    pub(in crate::registry) fn as_entry(&self) -> EntryFilter {
        let Self { resource_type, association_types: kinds, lifecycle } = self;
        let one = |text: &str| if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
        let mut members = vec![
            ("resourceType", one(resource_type)),
            ("associationType", kinds.clone()),
            ("lifecycle", one(&lifecycle.to_ascii_uppercase())),
        ];
        members.retain(|(_, texts)| !texts.is_empty());
        EntryFilter { collection: BY_SUBJECT, members }
    }

    pub(super) fn takes(&self, association: &Association) -> bool {
        let Self { resource_type, association_types: kinds, lifecycle } = self;
        (resource_type.is_empty() || *resource_type == association.resource_type)
            && (kinds.is_empty() || kinds.contains(&association.association_type))
            && (lifecycle.is_empty() || lifecycle.eq_ignore_ascii_case(association.lifecycle.name()))
    }
}

/// An association as it was read.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) association: Association,
    /// Text of the document.
    pub(super) body: String,
}

impl Registry {
    /// Associations of the resources of a name; the namespace `-` stands for all.
    pub async fn list_associations_by_name(
        &self,
        namespace: &str,
        name: &str,
        filter: &AssociationFilter,
    ) -> Result<Vec<Association>, RegistryError> {
        let mut found = self.list_by_name(namespace, name).await?;
        found.retain(|association| filter.takes(association));
        Ok(found)
    }

    /// Associations of the resource of an id.
    pub async fn list_associations_by_id(
        &self,
        resource_id: &str,
        filter: &AssociationFilter,
    ) -> Result<Vec<Association>, RegistryError> {
        let found = self.list_by_id(resource_id).await?.into_iter().map(|stored| stored.association);
        Ok(found.filter(|association| filter.takes(association)).collect())
    }

    /// Associations of a subject.
    pub async fn list_associations_by_subject(
        &self,
        subject: &Subject,
        filter: &AssociationFilter,
    ) -> Result<Vec<Association>, RegistryError> {
        let (mut found, _) = self.list_by_subject(&subject.qualified()).await?;
        found.retain(|association| filter.takes(association));
        Ok(found)
    }

    /// Associations of the subjects of versions that the filter takes, by qualified name.
    pub(in crate::registry) async fn associations_of(
        &self,
        versions: &[SchemaVersion],
        filter: &AssociationFilter,
    ) -> Result<BTreeMap<String, Vec<Association>>, RegistryError> {
        let mut keys: Vec<_> = versions.iter().map(|version| version.subject.qualified()).collect();
        keys.dedup();
        let mut subjects = BTreeMap::new();
        for document in self.store.find_documents(BY_SUBJECT, &keys).await? {
            let mut found: Vec<Association> = decode(BY_SUBJECT, &document.key, &document.body)?;
            found.retain(|association| filter.takes(association));
            subjects.insert(document.key, found);
        }
        Ok(subjects)
    }

    /// Refuses to take the last active version away from a subject that resources are bound to.
    pub(in crate::registry) async fn check_not_associated(
        &self,
        subject: &Subject,
    ) -> Result<(), RegistryError> {
        let (found, _) = self.list_by_subject(&subject.qualified()).await?;
        if found.is_empty() { Ok(()) } else { Err(AssociationError::SubjectTaken(subject.clone()).into()) }
    }

    /// Whether a resource owns the subject.
    pub(in crate::registry) async fn is_owned(&self, subject: &Subject) -> Result<bool, RegistryError> {
        let (found, _) = self.list_by_subject(&subject.qualified()).await?;
        Ok(found.iter().any(|association| association.lifecycle == Lifecycle::Strong))
    }

    pub(super) async fn list_by_name(
        &self,
        namespace: &str,
        name: &str,
    ) -> Result<Vec<Association>, RegistryError> {
        let mut prefix = format!("{name}{SEPARATOR}");
        if namespace != ANY_NAMESPACE {
            prefix.extend([namespace, "\u{1f}"]);
        }
        let documents = self.store.list_documents(BY_NAME, &prefix).await?;
        let mut found = documents
            .iter()
            .map(|document| decode(BY_NAME, &document.key, &document.body))
            .collect::<Result<Vec<Association>, _>>()?;
        // A name that was sent with a separator inside has fitted a longer key.
        found.retain(|association| association.resource_name == name);
        Ok(found)
    }

    pub(super) async fn list_by_id(&self, resource_id: &str) -> Result<Vec<Stored>, RegistryError> {
        let documents = self.store.list_documents(BY_ID, &format!("{resource_id}{SEPARATOR}")).await?;
        let mut found = documents
            .into_iter()
            .map(|document| {
                let association = decode(BY_ID, &document.key, &document.body)?;
                Ok(Stored { association, body: document.body })
            })
            .collect::<Result<Vec<_>, RegistryError>>()?;
        found.retain(|stored| stored.association.resource_id == resource_id);
        Ok(found)
    }

    /// The list of a subject and its text.
    pub(super) async fn list_by_subject(
        &self,
        subject: &str,
    ) -> Result<(Vec<Association>, Option<String>), RegistryError> {
        let Some(body) = self.store.find_document(BY_SUBJECT, subject).await? else {
            return Ok((Vec::new(), None));
        };
        Ok((decode(BY_SUBJECT, subject, &body)?, Some(body)))
    }
}
