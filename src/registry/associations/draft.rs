//! What a change of associations will write.

use std::collections::BTreeMap;

use super::find::Stored;
use super::{BY_ID, BY_NAME, BY_SUBJECT, SEPARATOR};
use crate::model::Association;
use crate::registry::{Registry, RegistryError, encode};
use crate::store::{Command, Conflict, DocumentChange, StoreError};

/// Documents before and after a change.
#[derive(Default)]
pub(super) struct Draft {
    single: Vec<DocumentChange>,
    lists: BTreeMap<String, List>,
}

struct List {
    before: Option<String>,
    associations: Vec<Association>,
}

impl Draft {
    /// The list of a subject as it stands with the changes so far.
    pub(super) async fn list_of(
        &mut self,
        registry: &Registry,
        subject: &str,
    ) -> Result<&[Association], RegistryError> {
        if !self.lists.contains_key(subject) {
            let (associations, before) = registry.list_by_subject(subject).await?;
            self.lists.insert(subject.to_owned(), List { before, associations });
        }
        Ok(self.lists.get(subject).map_or(&[], |list| &list.associations))
    }

    /// Adds an association or puts it in the place of what stood there. The list of the subject has been read.
    pub(super) fn put(&mut self, before: Option<&Stored>, after: &Association) {
        self.change_single(after, before.map(|stored| stored.body.as_str()), Some(&encode(after)));
        let list =
            self.lists.get_mut(&after.subject).expect("a change is decided on the list of its subject");
        list.associations.retain(|other| other.guid != after.guid);
        list.associations.push(after.clone());
    }

    /// Takes an association away. The list of the subject has been read.
    pub(super) fn remove(&mut self, stored: &Stored) {
        let association = &stored.association;
        self.change_single(association, Some(&stored.body), None);
        let list =
            self.lists.get_mut(&association.subject).expect("a change is decided on the list of its subject");
        list.associations.retain(|other| other.guid != association.guid);
    }

    fn change_single(&mut self, association: &Association, before: Option<&str>, after: Option<&str>) {
        let Association { resource_name, resource_namespace, resource_id, .. } = association;
        let Association { resource_type, association_type, .. } = association;
        let kind = format!("{resource_type}{SEPARATOR}{association_type}");
        let by_name = format!("{resource_name}{SEPARATOR}{resource_namespace}{SEPARATOR}{kind}");
        for (collection, key) in [(BY_NAME, by_name), (BY_ID, format!("{resource_id}{SEPARATOR}{kind}"))] {
            let (before, after) = (before.map(str::to_owned), after.map(str::to_owned));
            self.single.push(DocumentChange { collection, key, before, after });
        }
    }

    /// Writes all or nothing; false when somebody else wrote in between.
    pub(super) async fn commit(self, registry: &Registry) -> Result<bool, RegistryError> {
        let lists = self.lists.into_iter().map(|(key, list)| DocumentChange {
            collection: BY_SUBJECT,
            key,
            before: list.before,
            after: (!list.associations.is_empty()).then(|| encode(&list.associations)),
        });
        let changes: Vec<_> =
            self.single.into_iter().chain(lists).filter(|change| change.before != change.after).collect();
        if changes.is_empty() {
            return Ok(true);
        }
        match registry.store.apply(Command::ChangeDocuments(changes), &registry.stamp()).await {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict(Conflict::DocumentMoved { .. })) => Ok(false),
            Err(other) => Err(other.into()),
        }
    }
}
