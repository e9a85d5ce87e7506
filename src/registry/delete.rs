//! Deletes: soft first, then permanent.
//!
//! The order of tests is the reference's. The store verifies revision and references again in its
//! transaction, so a delete and a registration that race cannot both win.

use super::config::moved_too_often;
use super::mode::Operation;
use super::{MAX_ATTEMPTS, Registry, RegistryError};
use crate::model::{Subject, VersionSelector};
use crate::store::{Command, Conflict, History, StoreError, VersionRow};

impl Registry {
    /// Deletes one version and returns its number.
    ///
    /// # Errors
    /// `VersionSoftDeleted`, `SubjectNotFound`, `VersionNotFound`, `OperationNotPermitted`, `Association`,
    /// `ReferenceExists`,
    /// `VersionNotSoftDeleted`, in this order.
    pub async fn delete_version(
        &self,
        subject: &Subject,
        selector: VersionSelector,
        permanent: bool,
    ) -> Result<i32, RegistryError> {
        let _unassociated = self.associating.read().await;
        let mut turn = None;
        for _ in 0..MAX_ATTEMPTS {
            let history = self.history(subject).await?;
            let row = select_for_delete(subject, &history, selector)?;
            if row.deleted && !permanent {
                return Err(RegistryError::VersionSoftDeleted(subject.clone(), row.version));
            }
            self.check_mode(subject, Operation::Delete).await?;
            let active = history.versions.iter().filter(|row| !row.deleted).count();
            if !permanent && active == 1 {
                self.check_not_associated(subject).await?;
            }
            if permanent && !row.deleted {
                self.check_unreferenced(subject, row.version, permanent, false).await?;
                return Err(RegistryError::VersionNotSoftDeleted(subject.clone(), row.version));
            }
            if self.remove(subject, &history, vec![row.version], permanent, false).await? {
                return Ok(row.version);
            }
            self.turns.take(&mut turn, subject).await;
        }
        Err(moved_too_often(subject))
    }

    /// Deletes a subject: all active versions softly, or all versions for good. Returns their numbers, ascending.
    ///
    /// # Errors
    /// `SubjectNotFound`, `SubjectSoftDeleted`, `OperationNotPermitted`, `Association`, then by version ascending
    /// `ReferenceExists`, `SubjectNotSoftDeleted`.
    pub async fn delete_subject(
        &self,
        subject: &Subject,
        permanent: bool,
    ) -> Result<Vec<i32>, RegistryError> {
        let _unassociated = self.associating.read().await;
        let mut turn = None;
        for _ in 0..MAX_ATTEMPTS {
            let history = self.history(subject).await?;
            if history.versions.is_empty() {
                return Err(RegistryError::SubjectNotFound(subject.clone()));
            }
            if !permanent && history.latest().is_none() {
                return Err(RegistryError::SubjectSoftDeleted(subject.clone()));
            }
            self.check_mode(subject, Operation::Delete).await?;
            self.check_not_associated(subject).await?;
            let rows: Vec<_> = history.versions.iter().filter(|row| permanent || !row.deleted).collect();
            for row in &rows {
                self.check_unreferenced(subject, row.version, permanent, true).await?;
                if permanent && !row.deleted {
                    return Err(RegistryError::SubjectNotSoftDeleted(subject.clone()));
                }
            }
            let versions: Vec<_> = rows.iter().map(|row| row.version).collect();
            if self.remove(subject, &history, versions.clone(), permanent, true).await? {
                return Ok(versions);
            }
            self.turns.take(&mut turn, subject).await;
        }
        Err(moved_too_often(subject))
    }

    /// Makes the change; false when the subject moved and the decision must be made again.
    async fn remove(
        &self,
        subject: &Subject,
        history: &History,
        versions: Vec<i32>,
        permanent: bool,
        whole_subject: bool,
    ) -> Result<bool, RegistryError> {
        let (subject, revision) = (subject.clone(), history.revision);
        let command = if permanent {
            Command::HardDelete { subject, revision, versions, whole_subject }
        } else {
            Command::SoftDelete { subject, revision, versions, whole_subject }
        };
        match self.store.apply(command, &self.stamp()).await {
            Ok(_) => {}
            Err(StoreError::Conflict(Conflict::Moved { .. })) => return Ok(false),
            Err(StoreError::Conflict(Conflict::Referenced { subject, version })) => {
                return Err(RegistryError::ReferenceExists(subject, version));
            }
            Err(other) => return Err(other.into()),
        }
        Ok(true)
    }

    /// Tests what can be tested before associations with a subject are given up together with the subject.
    pub(super) async fn check_subject_may_go(&self, subject: &Subject) -> Result<(), RegistryError> {
        self.check_mode(subject, Operation::Delete).await?;
        for row in self.history(subject).await?.active() {
            self.check_unreferenced(subject, row.version, false, true).await?;
        }
        Ok(())
    }

    async fn check_unreferenced(
        &self,
        subject: &Subject,
        version: i32,
        permanent: bool,
        whole_subject: bool,
    ) -> Result<(), RegistryError> {
        let referrers = self.store.list_referrers(subject, version).await?;
        let counts = referrers.iter().any(|referrer| {
            (permanent || !referrer.deleted) && !(whole_subject && referrer.subject == *subject)
        });
        if counts {
            return Err(RegistryError::ReferenceExists(subject.clone(), version));
        }
        Ok(())
    }
}

fn select_for_delete<'a>(
    subject: &Subject,
    history: &'a History,
    selector: VersionSelector,
) -> Result<&'a VersionRow, RegistryError> {
    if history.versions.is_empty() {
        return Err(RegistryError::SubjectNotFound(subject.clone()));
    }
    match selector {
        VersionSelector::Latest => history.latest().ok_or(RegistryError::VersionNotFound(-1)),
        VersionSelector::Number(number) => history.find(number).ok_or(RegistryError::VersionNotFound(number)),
    }
}
