//! Stored form of values: JSON and names in columns, the same in every database.
//!
//! Decoding checks what it reads and names table, column and row when it does not hold, so that a damaged
//! row is never served.

use std::fmt::Display;
use std::sync::Arc;

use chancery_engine::SchemaType;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{StoreError, StoredContent};
use crate::model::{ChangeKind, Content, Fingerprint, Guid, Mode, RuleSet};

/// A row that is read: where to point when it does not hold.
#[derive(Clone, Copy)]
pub struct At<'a> {
    /// Table.
    pub table: &'static str,
    /// Prints the key of the row; called for damaged rows only.
    pub row: &'a (dyn Fn() -> String + Sync),
}

impl At<'_> {
    /// The error for one column.
    pub fn corrupt(self, column: &'static str, reason: impl Display) -> StoreError {
        StoreError::Corrupt { table: self.table, column, row: (self.row)(), reason: reason.to_string() }
    }

    /// Reads a JSON column.
    pub fn json<T: DeserializeOwned>(self, column: &'static str, text: &str) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|error| self.corrupt(column, error))
    }

    /// Reads a number that must be 0..=2^31-1: a version or an id.
    pub fn number(self, column: &'static str, value: i64) -> Result<i32, StoreError> {
        i32::try_from(value)
            .ok()
            .filter(|number| *number >= 0)
            .ok_or_else(|| self.corrupt(column, format!("expected 0..=2147483647, found {value}")))
    }

    /// Reads a boolean stored as 0 or 1.
    pub fn flag(self, column: &'static str, value: i64) -> Result<bool, StoreError> {
        match value {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(self.corrupt(column, format!("expected 0 or 1, found {other}"))),
        }
    }

    /// Reads a fingerprint.
    pub fn fingerprint(self, column: &'static str, bytes: &[u8]) -> Result<Fingerprint, StoreError> {
        let bytes = bytes.try_into().map_err(|_| self.corrupt(column, length_of("32 bytes", bytes)))?;
        Ok(Fingerprint(bytes))
    }

    /// Reads a guid.
    pub fn guid(self, column: &'static str, bytes: &[u8]) -> Result<Guid, StoreError> {
        let bytes = bytes.try_into().map_err(|_| self.corrupt(column, length_of("16 bytes", bytes)))?;
        Ok(Guid(bytes))
    }

    /// Reads a mode.
    pub fn mode(self, column: &'static str, name: &str) -> Result<Mode, StoreError> {
        name.parse().map_err(|()| self.corrupt(column, format!("no mode `{name}`")))
    }

    /// Reads a kind of change.
    pub fn change_kind(self, column: &'static str, name: &str) -> Result<ChangeKind, StoreError> {
        let known = ChangeKind::ALL.into_iter().find(|(_, stored)| *stored == name);
        known.map(|(kind, _)| kind).ok_or_else(|| self.corrupt(column, format!("no change `{name}`")))
    }
}

fn length_of(expected: &str, bytes: &[u8]) -> String {
    format!("expected {expected}, found {}", bytes.len())
}

/// A row of `contents` as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentRow {
    /// 32 bytes.
    pub fingerprint: Vec<u8>,
    /// 16 bytes.
    pub guid: Vec<u8>,
    /// Wire name.
    pub schema_type: String,
    /// JSON.
    pub metadata: Option<String>,
    /// JSON.
    pub rule_set: Option<String>,
    /// JSON list.
    pub references: String,
    /// Canonical text.
    pub text: String,
}

/// JSON list of the rule types in a content, each once, sorted.
pub fn rule_types(content: &Content) -> String {
    let rules = content.rule_set.iter().flat_map(RuleSet::rules);
    let types: std::collections::BTreeSet<&str> =
        rules.filter_map(|rule| rule.rule_type.as_deref()).collect();
    to_json(&types)
}

/// Lower-case hex digits: how bytes travel inside JSON parameters.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// JSON of a value of ours.
pub fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("our types have string keys and no failing serializer")
}

/// Reads a content and holds it against its fingerprint: a text that changed under its id is never served.
pub fn content_from(row: &ContentRow) -> Result<StoredContent, StoreError> {
    let key = || hex(&row.fingerprint);
    let at = At { table: "contents", row: &key };
    let fingerprint = at.fingerprint("fingerprint", &row.fingerprint)?;
    let guid = at.guid("guid", &row.guid)?;
    let schema_type = SchemaType::from_name(&row.schema_type)
        .ok_or_else(|| at.corrupt("schema_type", format!("no schema type `{}`", row.schema_type)))?;
    let content = Content {
        schema_type,
        text: row.text.clone(),
        references: at.json("references", &row.references)?,
        metadata: row.metadata.as_deref().map(|text| at.json("metadata", text)).transpose()?,
        rule_set: row.rule_set.as_deref().map(|text| at.json("rule_set", text)).transpose()?,
    };
    if content.fingerprint() != fingerprint {
        return Err(at.corrupt("text", "content does not match its fingerprint"));
    }
    Ok(StoredContent { fingerprint, guid, content: Arc::new(content) })
}
