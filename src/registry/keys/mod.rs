//! Plain storage of keys for field encryption: clients encrypt and decrypt, the server keeps what they send.
//!
//! Follows the paths and codes of Confluent's DEK registry for keys that are not shared. What would need a key
//! management service (generating or decrypting a key for a shared KEK) is refused as an invalid key.

mod dek;
mod kek;

pub use dek::{DekRequest, DekSelector};
pub use kek::{KekChange, KekRequest};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{MAX_ATTEMPTS, Registry, RegistryError, decode, encode};
use crate::store::{Command, Conflict, DocumentChange, StoreError};

/// Why a request about keys was not done; the text names the key or what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No such key, or a soft-deleted one.
    #[error("Key '{0}' not found")]
    NotFound(String),
    /// Permanent delete before soft delete.
    #[error("Key '{0}' was not deleted first before being permanently deleted")]
    NotSoftDeleted(String),
    /// Soft-deleted already.
    #[error("Key '{0}' was soft deleted.Set permanent=true to delete permanently")]
    SoftDeleted(String),
    /// A key of this name exists.
    #[error("Key '{0}' already exists")]
    Exists(String),
    /// DEKs are left under the KEK.
    #[error("One or more references exist to the key '{0}'")]
    Referenced(String),
    /// A member is missing or has a wrong value.
    #[error("Invalid key: {0}")]
    Invalid(String),
}

/// Separates the parts of a document key (unit separator): control characters stand in no name. Not NUL, at
/// which SQLite's text functions stop.
const SEPARATOR: char = '\u{1f}';

impl Registry {
    /// Reads one document.
    async fn find_key<T: DeserializeOwned>(
        &self,
        collection: &'static str,
        key: &str,
    ) -> Result<Option<(T, String)>, RegistryError> {
        let Some(body) = self.store.find_document(collection, key).await? else { return Ok(None) };
        let value = decode(collection, key, &body)?;
        Ok(Some((value, body)))
    }

    /// Reads, decides and writes until nobody else wrote in between. `decide` gets the document as it stands and
    /// says what shall stand.
    async fn change_key<T: DeserializeOwned + Serialize>(
        &self,
        collection: &'static str,
        key: &str,
        decide: impl Fn(Option<T>) -> Result<Option<T>, KeyError>,
    ) -> Result<Option<T>, RegistryError> {
        for _ in 0..MAX_ATTEMPTS {
            let before = self.store.find_document(collection, key).await?;
            let found = before.as_deref().map(|body| decode(collection, key, body)).transpose()?;
            let after = decide(found).map_err(RegistryError::Key)?;
            let body = after.as_ref().map(encode);
            if body == before {
                return Ok(after);
            }
            let change = DocumentChange { collection, key: key.to_owned(), before, after: body };
            match self.store.apply(Command::ChangeDocuments(vec![change]), &self.stamp()).await {
                Ok(_) => return Ok(after),
                Err(StoreError::Conflict(Conflict::DocumentMoved { .. })) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(super::config::moved_too_often(&crate::model::Subject::parse(key)))
    }
}

/// Names become parts of document keys.
fn check_name(what: &str, name: &str) -> Result<(), RegistryError> {
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(RegistryError::Key(KeyError::Invalid(format!(
            "{what} is missing or has control characters"
        ))));
    }
    Ok(())
}
