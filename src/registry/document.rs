//! Documents of the store as values: what keys and associations are kept in.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::RegistryError;
use crate::store::StoreError;

pub(super) fn decode<T: DeserializeOwned>(
    collection: &'static str,
    key: &str,
    body: &str,
) -> Result<T, RegistryError> {
    serde_json::from_str(body).map_err(|error| {
        RegistryError::Store(StoreError::Corrupt {
            table: "documents",
            column: "body",
            row: format!("{collection}/{key}"),
            reason: error.to_string(),
        })
    })
}

pub(super) fn encode(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("documents are lists and structs of strings and numbers")
}
