//! What a request about associations asks for, and what of it is wrong on its face.

use super::AssociationError;
use crate::model::{Association, Lifecycle, SchemaVersion, Subject};
use crate::registry::{Candidate, RegistryError};

/// Resources of this type are bound, in these ways.
pub(super) const RESOURCE_TYPE: &str = "topic";
const ASSOCIATION_TYPES: [&str; 2] = ["key", "value"];

/// A resource, the subjects it shall be bound to and those it shall be loosed from; a type of association stands
/// in one of the two lists, once. Of a resource that is known the id suffices.
#[derive(Clone, Debug, Default)]
pub struct AssociationRequest {
    /// Name.
    pub resource_name: Option<String>,
    /// Where the name is unique.
    pub resource_namespace: Option<String>,
    /// Identity.
    pub resource_id: Option<String>,
    /// Absent means `topic`.
    pub resource_type: Option<String>,
    /// At least one, or a removal.
    pub associations: Vec<AssociationEntry>,
    /// Associations that shall go.
    pub removals: Vec<AssociationRemoval>,
}

/// One association of a request; what is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub struct AssociationEntry {
    /// What may become of one that exists.
    pub write: Write,
    /// The subject.
    pub subject: Option<Subject>,
    /// Absent means `value`.
    pub association_type: Option<String>,
    /// Absent means weak for a new association that is not frozen.
    pub lifecycle: Option<Lifecycle>,
    /// Whether it may be changed later; only a strong one is ever frozen.
    pub frozen: Option<bool>,
    /// Registered under the subject first.
    pub schema: Option<Candidate>,
    /// Whether that schema is normalized.
    pub normalize: bool,
}

/// What may become of an association that exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Write {
    /// It must be as asked.
    #[default]
    Create,
    /// It is changed, unless frozen.
    Upsert,
}

/// An association that shall go.
#[derive(Clone, Debug, Default)]
pub struct AssociationRemoval {
    /// Required: nothing is taken away by default.
    pub association_type: Option<String>,
    /// Absent means whatever it is bound to.
    pub subject: Option<Subject>,
    /// Also a frozen one, and the subject with it when the resource owns it.
    pub cascade: bool,
}

/// A resource with the associations that were asked about.
#[derive(Clone, Debug)]
pub struct AssociatedResource {
    /// Name.
    pub name: String,
    /// Where the name is unique.
    pub namespace: String,
    /// Identity.
    pub id: String,
    /// `topic`
    pub resource_type: &'static str,
    /// Empty when a request only took some away.
    pub associations: Vec<Associated>,
}

/// An association with a version of its subject.
#[derive(Clone, Debug)]
pub struct Associated {
    /// The association.
    pub association: Association,
    /// What the schema of the request became, or the latest version when schemas were asked for.
    pub version: Option<SchemaVersion>,
}

impl AssociationRequest {
    /// What can be said without looking anything up.
    pub(super) fn check(&self) -> Result<(), RegistryError> {
        if self.resource_type.as_deref().is_some_and(|name| name != RESOURCE_TYPE) {
            return Err(invalid("resourceType", "must be topic"));
        }
        if self.associations.is_empty() && self.removals.is_empty() {
            return Err(invalid("associations", "is missing or empty"));
        }
        let removed = self.removals.iter().map(|removal| removal.association_type.as_deref());
        let mut seen = Vec::new();
        for kind in self.associations.iter().map(|entry| Some(entry.kind())).chain(removed) {
            let Some(kind) = kind.filter(|kind| ASSOCIATION_TYPES.contains(kind)) else {
                return Err(invalid("associationType", "must be key or value"));
            };
            if seen.contains(&kind) {
                return Err(invalid("associationType", "stands twice in one request"));
            }
            seen.push(kind);
        }
        Ok(())
    }
}

impl AssociationRemoval {
    pub(super) fn takes(&self, association: &Association) -> bool {
        self.association_type.as_ref() == Some(&association.association_type)
            && self.subject.as_ref().is_none_or(|subject| subject.qualified() == association.subject)
    }
}

impl AssociationEntry {
    pub(super) fn kind(&self) -> &str {
        self.association_type.as_deref().unwrap_or("value")
    }
}

/// A member of the resource, as sent or as known; both must agree.
pub(super) fn required(
    property: &'static str,
    sent: Option<&str>,
    known: Option<&str>,
) -> Result<String, RegistryError> {
    let text = sent.or(known).unwrap_or_default();
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(invalid(property, "is missing or has control characters"));
    }
    if known.is_some_and(|known| known != text) {
        return Err(invalid(property, "differs from the resource of this id"));
    }
    Ok(text.to_owned())
}

pub(super) fn invalid(property: &'static str, reason: &str) -> RegistryError {
    AssociationError::Invalid { property, reason: reason.to_owned() }.into()
}

pub(super) fn frozen(association: &Association) -> RegistryError {
    let (kind, subject) = (association.association_type.clone(), association.subject.clone());
    AssociationError::Frozen { kind, subject }.into()
}
