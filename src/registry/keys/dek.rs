//! Data encryption keys, by KEK, subject, algorithm and version.

use super::{KeyError, Registry, RegistryError, SEPARATOR, check_name};
use crate::model::{Dek, DekAlgorithm, VersionSelector};
use crate::registry::MAX_ATTEMPTS;
use crate::store::{Command, Conflict, DocumentChange, StoreError};

/// Collection of DEK documents.
const DEKS: &str = "deks";

/// A DEK as posted.
#[derive(Clone, Debug, Default)]
pub struct DekRequest {
    /// Subject.
    pub subject: String,
    /// Number; absent means 1.
    pub version: Option<i32>,
    /// Algorithm.
    pub algorithm: DekAlgorithm,
    /// The encrypted key, base64.
    pub encrypted_key_material: Option<String>,
    /// Created as soft-deleted (copies between registries).
    pub deleted: bool,
}

/// Which DEKs of a KEK a request means.
#[derive(Clone, Debug)]
pub struct DekSelector {
    /// The KEK.
    pub kek: String,
    /// The subject.
    pub subject: String,
    /// Algorithm.
    pub algorithm: DekAlgorithm,
    /// One version, or all of them.
    pub version: Option<VersionSelector>,
}

impl Registry {
    /// Subjects that have a DEK under a KEK, sorted.
    ///
    /// # Errors
    /// [`KeyError::NotFound`] for the KEK.
    pub async fn list_dek_subjects(&self, kek: &str, deleted: bool) -> Result<Vec<String>, RegistryError> {
        self.get_kek(kek, true).await?;
        let deks = self.list_all_deks(kek).await?;
        let mut subjects: Vec<_> =
            deks.into_iter().filter(|dek| deleted || !dek.deleted).map(|dek| dek.subject).collect();
        subjects.sort();
        subjects.dedup();
        Ok(subjects)
    }

    /// Version numbers of a subject's DEKs, ascending.
    ///
    /// # Errors
    /// [`KeyError::NotFound`] for the KEK, or when there is none.
    pub async fn list_dek_versions(
        &self,
        selector: &DekSelector,
        deleted: bool,
    ) -> Result<Vec<i32>, RegistryError> {
        self.get_kek(&selector.kek, true).await?;
        let deks = self.list_deks(selector).await?;
        let versions: Vec<_> =
            deks.iter().filter(|(dek, _)| deleted || !dek.deleted).map(|(dek, _)| dek.version).collect();
        if versions.is_empty() {
            return Err(not_found(&selector.subject));
        }
        Ok(versions)
    }

    /// One DEK. Without a version, version 1 (reference behaviour).
    ///
    /// # Errors
    /// [`KeyError::NotFound`].
    pub async fn get_dek(&self, selector: &DekSelector, deleted: bool) -> Result<Dek, RegistryError> {
        self.get_kek(&selector.kek, deleted).await?;
        let deks = self.list_deks(selector).await?;
        let mut visible = deks.into_iter().map(|(dek, _)| dek).filter(|dek| deleted || !dek.deleted);
        let found = match selector.version.unwrap_or(VersionSelector::Number(1)) {
            VersionSelector::Latest => visible.next_back(),
            VersionSelector::Number(version) => visible.find(|dek| dek.version == version),
        };
        found.ok_or_else(|| not_found(&selector.subject))
    }

    /// Creates a DEK.
    ///
    /// # Errors
    /// [`KeyError`]: `NotFound` for the KEK, `Invalid` without key material, `Exists` for another key under the
    /// same version.
    pub async fn create_dek(&self, kek: &str, request: DekRequest) -> Result<Dek, RegistryError> {
        let _kek_stays = self.keying.read().await;
        self.get_kek(kek, false).await?;
        check_name("subject", &request.subject)?;
        let version = request.version.filter(|version| *version > 0).unwrap_or(1);
        if request.encrypted_key_material.as_deref().unwrap_or_default().is_empty() {
            let text = "encryptedKeyMaterial is missing, and this server does not generate keys";
            return Err(RegistryError::Key(KeyError::Invalid(text.to_owned())));
        }
        let dek = Dek {
            kek_name: kek.to_owned(),
            subject: request.subject,
            version,
            algorithm: request.algorithm,
            encrypted_key_material: request.encrypted_key_material,
            ts: (self.clock)(),
            deleted: request.deleted,
        };
        let key = document_key(&dek);
        self.change_key(DEKS, &key, |found: Option<Dek>| match found {
            Some(found) if !found.deleted => Err(KeyError::Exists(found.subject)),
            _ => Ok(Some(dek.clone())),
        })
        .await?;
        Ok(dek)
    }

    /// Deletes DEKs, softly first.
    ///
    /// # Errors
    /// [`KeyError`]: `NotFound`, `SoftDeleted`, `NotSoftDeleted`.
    pub async fn delete_deks(&self, selector: &DekSelector, permanent: bool) -> Result<(), RegistryError> {
        self.get_kek(&selector.kek, true).await?;
        let subject = &selector.subject;
        self.change_deks(selector, |deks| {
            if permanent && deks.iter().any(|dek| !dek.deleted) {
                return Err(KeyError::NotSoftDeleted(subject.clone()));
            }
            if !permanent && deks.iter().all(|dek| dek.deleted) {
                return Err(KeyError::SoftDeleted(subject.clone()));
            }
            let after = |dek: &Dek| (!permanent).then(|| Dek { deleted: true, ..dek.clone() });
            Ok(deks.iter().map(after).collect())
        })
        .await
    }

    /// Brings soft-deleted DEKs back.
    ///
    /// # Errors
    /// [`KeyError::NotFound`].
    pub async fn undelete_deks(&self, selector: &DekSelector) -> Result<(), RegistryError> {
        let _kek_stays = self.keying.read().await;
        self.get_kek(&selector.kek, false).await?;
        let back =
            |deks: &[Dek]| Ok(deks.iter().map(|dek| Some(Dek { deleted: false, ..dek.clone() })).collect());
        self.change_deks(selector, back).await
    }

    /// Reads the selected DEKs, decides what becomes of each, and writes all or none.
    async fn change_deks(
        &self,
        selector: &DekSelector,
        decide: impl Fn(&[Dek]) -> Result<Vec<Option<Dek>>, KeyError>,
    ) -> Result<(), RegistryError> {
        for _ in 0..MAX_ATTEMPTS {
            let mut found = self.list_deks(selector).await?;
            match selector.version {
                Some(VersionSelector::Number(version)) => found.retain(|(dek, _)| dek.version == version),
                Some(VersionSelector::Latest) => found = found.pop().into_iter().collect(),
                None => {}
            }
            if found.is_empty() {
                return Err(not_found(&selector.subject));
            }
            let (deks, bodies): (Vec<Dek>, Vec<String>) = found.into_iter().unzip();
            let after = decide(&deks).map_err(RegistryError::Key)?;
            let changes = deks.iter().zip(bodies).zip(after).map(|((dek, before), after)| DocumentChange {
                collection: DEKS,
                key: document_key(dek),
                before: Some(before),
                after: after.as_ref().map(crate::registry::encode),
            });
            match self.store.apply(Command::ChangeDocuments(changes.collect()), &self.stamp()).await {
                Ok(_) => return Ok(()),
                Err(StoreError::Conflict(Conflict::DocumentMoved { .. })) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(super::super::config::moved_too_often(&crate::model::Subject::parse(&selector.subject)))
    }

    /// All DEKs of a subject and algorithm by version, with their stored bodies.
    async fn list_deks(&self, selector: &DekSelector) -> Result<Vec<(Dek, String)>, RegistryError> {
        let (kek, subject, algorithm) = (&selector.kek, &selector.subject, selector.algorithm.name());
        let prefix = format!("{kek}{SEPARATOR}{subject}{SEPARATOR}{algorithm}{SEPARATOR}");
        let documents = self.store.list_documents(DEKS, &prefix).await?;
        documents
            .into_iter()
            .map(|document| {
                Ok((crate::registry::decode(DEKS, &document.key, &document.body)?, document.body))
            })
            .collect()
    }

    /// All DEKs of a KEK.
    pub(super) async fn list_all_deks(&self, kek: &str) -> Result<Vec<Dek>, RegistryError> {
        let documents = self.store.list_documents(DEKS, &format!("{kek}{SEPARATOR}")).await?;
        documents
            .iter()
            .map(|document| crate::registry::decode(DEKS, &document.key, &document.body))
            .collect()
    }
}

/// Versions are padded so that they sort as numbers.
fn document_key(dek: &Dek) -> String {
    let Dek { kek_name, subject, algorithm, version, .. } = dek;
    format!("{kek_name}{SEPARATOR}{subject}{SEPARATOR}{}{SEPARATOR}{version:010}", algorithm.name())
}

fn not_found(name: &str) -> RegistryError {
    RegistryError::Key(KeyError::NotFound(name.to_owned()))
}
