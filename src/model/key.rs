//! Keys for field encryption as clients store them: key encryption keys (KEKs) and data encryption keys (DEKs).
//! The server never sees a key in the clear and never talks to a key management service.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A key encryption key: where a key management service keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kek {
    /// Unique name.
    pub name: String,
    /// Kind of service: `aws-kms`, `local-kms`, …
    pub kms_type: String,
    /// Id of the key in the service.
    pub kms_key_id: String,
    /// Properties for the client's driver, sorted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kms_props: BTreeMap<String, String>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// Whether a server would share decrypted keys; stored only.
    #[serde(default)]
    pub shared: bool,
    /// Epoch milliseconds of the last change.
    #[serde(default)]
    pub ts: i64,
    /// Whether it is soft-deleted; left out when not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

/// Algorithm of a data encryption key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DekAlgorithm {
    /// AES-128 in GCM.
    #[serde(rename = "AES128_GCM")]
    Aes128Gcm,
    /// AES-256 in GCM.
    #[default]
    #[serde(rename = "AES256_GCM")]
    Aes256Gcm,
    /// AES-256 in SIV (deterministic).
    #[serde(rename = "AES256_SIV")]
    Aes256Siv,
}

impl DekAlgorithm {
    /// All algorithms with their wire names.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Aes128Gcm, "AES128_GCM"), (Self::Aes256Gcm, "AES256_GCM"), (Self::Aes256Siv, "AES256_SIV")];

    /// The wire name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(algorithm, _)| *algorithm == self).map_or("AES256_GCM", |(_, name)| name)
    }

    /// The algorithm of a wire name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(algorithm, _)| *algorithm)
    }
}

/// A data encryption key, encrypted under a KEK.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dek {
    /// The KEK.
    pub kek_name: String,
    /// The subject it is for.
    pub subject: String,
    /// Number from 1, per subject and algorithm.
    pub version: i32,
    /// Algorithm.
    pub algorithm: DekAlgorithm,
    /// The encrypted key, base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted_key_material: Option<String>,
    /// Epoch milliseconds of the last change.
    #[serde(default)]
    pub ts: i64,
    /// Whether it is soft-deleted; left out when not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}
