//! Loosing resources from their subjects.

use super::draft::Draft;
use super::find::Stored;
use super::request::frozen;
use super::{AssociationError, AssociationFilter};
use crate::model::{Lifecycle, Subject};
use crate::registry::config::moved_too_often;
use crate::registry::{MAX_ATTEMPTS, Registry, RegistryError};

impl Registry {
    /// Looses a resource from its subjects. With `cascade` also frozen ones, and the subjects that the resource
    /// owns are soft-deleted.
    ///
    /// # Errors
    /// [`AssociationError`]: `NotFound`, `Frozen`; with `cascade` what deleting the subjects may refuse.
    pub async fn dissociate(
        &self,
        resource_id: &str,
        filter: &AssociationFilter,
        cascade: bool,
        dry_run: bool,
    ) -> Result<(), RegistryError> {
        let turn = self.associating.write().await;
        for _ in 0..MAX_ATTEMPTS {
            let mut found = self.list_by_id(resource_id).await?;
            found.retain(|stored| filter.takes(&stored.association));
            if found.is_empty() {
                return Err(AssociationError::NotFound(resource_id.to_owned()).into());
            }
            let mut draft = Draft::default();
            let mut orphans = Vec::new();
            for stored in &found {
                orphans.extend(self.plan_removal(&mut draft, stored, cascade).await?);
            }
            if dry_run {
                return Ok(());
            }
            if draft.commit(self).await? {
                // Deletes wait for this turn.
                drop(turn);
                return self.delete_orphans(&orphans).await;
            }
        }
        Err(moved_too_often(&Subject::default()))
    }

    /// Takes an association away in a draft; the subject, when it shall go with it.
    pub(super) async fn plan_removal(
        &self,
        draft: &mut Draft,
        stored: &Stored,
        cascade: bool,
    ) -> Result<Option<Subject>, RegistryError> {
        let association = &stored.association;
        if association.frozen && !cascade {
            return Err(frozen(association));
        }
        draft.list_of(self, &association.subject).await?;
        draft.remove(stored);
        if !cascade || association.lifecycle != Lifecycle::Strong {
            return Ok(None);
        }
        let subject = Subject::parse(&association.subject);
        self.check_subject_may_go(&subject).await?;
        Ok(Some(subject))
    }

    /// Soft-deletes subjects that nothing is bound to any more; what is gone already is no error.
    pub(super) async fn delete_orphans(&self, orphans: &[Subject]) -> Result<(), RegistryError> {
        for subject in orphans {
            match self.delete_subject(subject, false).await {
                Ok(_) | Err(RegistryError::SubjectNotFound(_) | RegistryError::SubjectSoftDeleted(_)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }
}
