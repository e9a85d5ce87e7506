//! Histories of subjects with many versions, kept while their revision stands.
//!
//! A registration into a subject with thousands of versions must not read all of them each time. A kept history is
//! used only after the database has said that its revision still holds, so writes of other nodes are seen too.

use std::sync::Arc;

use super::cache::BoundedCache;
use super::{Registry, RegistryError};
use crate::model::{SchemaVersion, Subject};
use crate::store::{History, VersionRow};

/// Shorter histories are read whole: that costs what asking for their revision costs.
const LONG: usize = 64;

/// Bytes of rows that are kept.
const MAX_BYTES: u64 = 32 << 20;

pub(super) struct Histories(BoundedCache<Subject, Arc<History>>);

impl Histories {
    pub(super) fn new() -> Self {
        Self(BoundedCache::new(MAX_BYTES, |subject: &Subject, history: &Arc<History>| {
            subject.name.len() + history.versions.len() * size_of::<VersionRow>()
        }))
    }

    fn keep(&self, subject: &Subject, history: Arc<History>) {
        if history.versions.len() >= LONG {
            self.0.keep(subject.clone(), history);
        }
    }
}

impl Registry {
    /// All versions of a subject as the database has them now.
    pub(super) async fn history(&self, subject: &Subject) -> Result<Arc<History>, RegistryError> {
        if let Some(kept) = self.histories.0.find(subject)
            && kept.revision == self.store.find_revision(subject).await?
        {
            return Ok(kept);
        }
        let history = Arc::new(self.store.get_history(subject).await?);
        self.histories.keep(subject, history.clone());
        Ok(history)
    }

    /// Keeps the history that a registration made: one row more at the next revision.
    pub(super) fn extend_history(&self, before: Arc<History>, registered: &SchemaVersion) {
        // A registration may remove versions that were soft-deleted.
        let only_adds = before.versions.iter().all(|row| !row.deleted)
            && before.versions.last().is_none_or(|row| row.version < registered.version);
        if before.versions.len() + 1 < LONG || !only_adds {
            return;
        }
        let mut history = Arc::unwrap_or_clone(before);
        history.revision += 1;
        history.versions.push(VersionRow {
            version: registered.version,
            id: registered.id,
            fingerprint: registered.content.fingerprint(),
            guid: registered.guid,
            deleted: false,
            created_ms: registered.created_ms,
        });
        self.histories.keep(&registered.subject, Arc::new(history));
    }
}
