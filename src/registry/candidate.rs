//! What a client posts to register, look up or test.

use chancery_engine::{EntityTags, SchemaError, SchemaType};

use super::RegistryError;
use crate::model::{Metadata, RuleSet};

/// A reference as posted: any member may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawReference {
    /// How the schema spells the target.
    pub name: Option<String>,
    /// Target subject.
    pub subject: Option<String>,
    /// Target version; -1 means latest.
    pub version: Option<i32>,
}

/// Inline tags to be written into or taken out of the schema text.
#[derive(Clone, Debug, Default)]
pub struct TagChange {
    /// To add.
    pub add: Vec<EntityTags>,
    /// To remove.
    pub remove: Vec<EntityTags>,
    /// Copy the tags of the latest version onto the new text.
    pub propagate: bool,
    /// Write `confluent:version` whatever is changed: a version that is made from another one says its number.
    pub says_version: bool,
}

impl TagChange {
    /// Whether the request names tags at all (propagation alone does not count).
    pub fn is_some(&self) -> bool {
        !self.add.is_empty() || !self.remove.is_empty()
    }
}

/// A posted schema.
#[derive(Clone, Debug, Default)]
pub struct Candidate {
    /// Text; absent or blank means "as the latest version" on registration.
    pub schema: Option<String>,
    /// Wire name of the format; absent means AVRO.
    pub schema_type: Option<String>,
    /// References.
    pub references: Vec<RawReference>,
    /// Metadata; absent means "as the latest version".
    pub metadata: Option<Metadata>,
    /// Rule set; absent means "as the latest version".
    pub rule_set: Option<RuleSet>,
    /// 0 or absent: no opinion; -1: as latest; n: must become version n.
    pub version: i32,
    /// Negative or absent: allocate.
    pub id: Option<i32>,
    /// Inline tags.
    pub tags: TagChange,
}

impl Candidate {
    /// The text unless it is blank; blanks behind it do not count.
    pub fn text(&self) -> Option<&str> {
        self.schema.as_deref().map(str::trim_end).filter(|text| !text.is_empty())
    }

    /// The format.
    ///
    /// # Errors
    /// [`RegistryError::InvalidSchema`] for an unknown name (case-sensitive).
    pub fn format(&self) -> Result<SchemaType, RegistryError> {
        let name = self.schema_type.as_deref().unwrap_or("AVRO");
        SchemaType::from_name(name)
            .ok_or_else(|| RegistryError::InvalidSchema(format!("Invalid schema type {name}")))
    }

    /// The id when it asks for one.
    pub fn given_id(&self) -> Option<i32> {
        self.id.filter(|id| *id >= 0)
    }

    /// The refusal of this candidate's text, in the reference's frame:
    /// `Invalid schema <request> with refs [...] of type T, details: CAUSE`.
    pub fn refused(&self, cause: &SchemaError) -> RegistryError {
        let format = self.schema_type.as_deref().unwrap_or("AVRO");
        RegistryError::InvalidSchema(format!("Invalid schema of type {format}, details: {cause}"))
    }
}
