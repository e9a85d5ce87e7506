//! Key encryption keys.

use std::collections::BTreeMap;

use super::{KeyError, Registry, RegistryError, check_name};
use crate::model::{Dek, Kek};

/// Collection of KEK documents, by name.
pub(super) const KEKS: &str = "keks";

/// A KEK as posted.
#[derive(Clone, Debug, Default)]
pub struct KekRequest {
    /// Unique name.
    pub name: String,
    /// Kind of service.
    pub kms_type: String,
    /// Id in the service.
    pub kms_key_id: String,
    /// Properties for the client's driver.
    pub kms_props: BTreeMap<String, String>,
    /// For people.
    pub doc: Option<String>,
    /// Stored only.
    pub shared: bool,
    /// Created as soft-deleted (copies between registries).
    pub deleted: bool,
}

/// What may be changed later; absent members stay.
#[derive(Clone, Debug, Default)]
pub struct KekChange {
    /// Properties.
    pub kms_props: Option<BTreeMap<String, String>>,
    /// For people.
    pub doc: Option<String>,
    /// Stored only.
    pub shared: Option<bool>,
}

impl Registry {
    /// Names of KEKs that start with any of the prefixes (none: all), sorted.
    pub async fn list_keks(&self, prefixes: &[String], deleted: bool) -> Result<Vec<String>, RegistryError> {
        let mut names = Vec::new();
        for document in self.store.list_documents(KEKS, "").await? {
            let kek: Kek = crate::registry::decode(KEKS, &document.key, &document.body)?;
            let fits =
                prefixes.is_empty() || prefixes.iter().any(|prefix| kek.name.starts_with(prefix.as_str()));
            if fits && (deleted || !kek.deleted) {
                names.push(kek.name);
            }
        }
        Ok(names)
    }

    /// One KEK.
    ///
    /// # Errors
    /// [`KeyError::NotFound`], also for a soft-deleted one unless `deleted`.
    pub async fn get_kek(&self, name: &str, deleted: bool) -> Result<Kek, RegistryError> {
        let found = self.find_key::<Kek>(KEKS, name).await?.map(|(kek, _)| kek);
        found
            .filter(|kek| deleted || !kek.deleted)
            .ok_or_else(|| RegistryError::Key(KeyError::NotFound(name.to_owned())))
    }

    /// Creates a KEK.
    ///
    /// # Errors
    /// [`KeyError::Exists`] unless a soft-deleted one stands there, [`KeyError::Invalid`].
    pub async fn create_kek(&self, request: KekRequest) -> Result<Kek, RegistryError> {
        check_name("name", &request.name)?;
        check_name("kmsType", &request.kms_type)?;
        check_name("kmsKeyId", &request.kms_key_id)?;
        let kek = Kek {
            name: request.name,
            kms_type: request.kms_type,
            kms_key_id: request.kms_key_id,
            kms_props: request.kms_props,
            doc: request.doc,
            shared: request.shared,
            ts: (self.clock)(),
            deleted: request.deleted,
        };
        let name = kek.name.clone();
        self.change_key(KEKS, &name, |found: Option<Kek>| match found {
            Some(found) if !found.deleted => Err(KeyError::Exists(found.name)),
            _ => Ok(Some(kek.clone())),
        })
        .await?;
        Ok(kek)
    }

    /// Changes what may be changed.
    ///
    /// # Errors
    /// [`KeyError::NotFound`].
    pub async fn update_kek(&self, name: &str, change: &KekChange) -> Result<Kek, RegistryError> {
        let now = (self.clock)();
        let changed = self.change_key(KEKS, name, |found: Option<Kek>| {
            let mut kek =
                found.filter(|kek| !kek.deleted).ok_or_else(|| KeyError::NotFound(name.to_owned()))?;
            if let Some(props) = &change.kms_props {
                kek.kms_props.clone_from(props);
            }
            kek.doc = change.doc.clone().or(kek.doc);
            kek.shared = change.shared.unwrap_or(kek.shared);
            kek.ts = now;
            Ok(Some(kek))
        });
        changed.await?.ok_or_else(|| RegistryError::Key(KeyError::NotFound(name.to_owned())))
    }

    /// Deletes a KEK, softly first. Its DEKs must be gone in the same way before.
    ///
    /// # Errors
    /// [`KeyError`]: `NotFound`, `SoftDeleted`, `NotSoftDeleted`, `Referenced`.
    pub async fn delete_kek(&self, name: &str, permanent: bool) -> Result<(), RegistryError> {
        let _no_new_dek = self.keying.write().await;
        let deks = self.list_all_deks(name).await?;
        let referenced = deks.iter().any(|dek: &Dek| permanent || !dek.deleted);
        let now = (self.clock)();
        self.change_key(KEKS, name, |found: Option<Kek>| {
            let kek = found.ok_or_else(|| KeyError::NotFound(name.to_owned()))?;
            if referenced {
                return Err(KeyError::Referenced(name.to_owned()));
            }
            match (kek.deleted, permanent) {
                (true, true) => Ok(None),
                (false, true) => Err(KeyError::NotSoftDeleted(name.to_owned())),
                (true, false) => Err(KeyError::SoftDeleted(name.to_owned())),
                (false, false) => Ok(Some(Kek { deleted: true, ts: now, ..kek })),
            }
        })
        .await?;
        Ok(())
    }

    /// Brings a soft-deleted KEK back; one that is not deleted stays as it is.
    ///
    /// # Errors
    /// [`KeyError::NotFound`].
    pub async fn undelete_kek(&self, name: &str) -> Result<(), RegistryError> {
        let now = (self.clock)();
        self.change_key(KEKS, name, |found: Option<Kek>| {
            let kek = found.ok_or_else(|| KeyError::NotFound(name.to_owned()))?;
            Ok(Some(if kek.deleted { Kek { deleted: false, ts: now, ..kek } } else { kek }))
        })
        .await?;
        Ok(())
    }
}
