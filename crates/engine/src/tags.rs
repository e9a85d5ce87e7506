//! Inline tags of schema entities (`confluent:tags`), as data contracts use them.
//!
//! Source: `schemaTagsToAdd`, `schemaTagsToRemove`, `findTags` of the Confluent data contract API.

/// Kind of a tagged entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityType {
    /// A record, message or object: `sr_record`.
    Record,
    /// A field or property: `sr_field`.
    Field,
}

/// What becomes of tags for an entity that a schema does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The change is refused.
    Refuse,
    /// They are left out.
    Skip,
}

/// One entity of a schema and its inline tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityTags {
    /// Fully qualified path: `Record` or `Record.field`, nested with dots; a leading dot is optional on input.
    pub path: String,
    /// Record or field.
    pub entity: EntityType,
    /// The tags in order of the text.
    pub tags: Vec<String>,
}
