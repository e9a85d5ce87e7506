//! Which subject a resource takes its schemas from.
//!
//! | file | answers |
//! |---|---|
//! | `find` | the associations of a resource or a subject |
//! | `request` | what is asked for |
//! | `change` | may this resource be bound to this subject |
//! | `loose` | may it be loosed from it |
//! | `batch` | the same of many resources |
//! | `draft` | the documents a change writes, all or none |
//!
//! An association is kept three times, so that every question is one read by key: under the name of its resource
//! (serializers ask before they first use a topic), under the id of its resource, and in the list of its subject.
//! The list is one document, because what may be bound to a subject depends on what is.

mod batch;
mod change;
mod draft;
mod find;
mod loose;
mod request;

pub use batch::{Outcomes as AssociationOutcomes, ResourceQuery};
pub use find::AssociationFilter;
pub use request::{
    Associated, AssociatedResource, AssociationEntry, AssociationRemoval, AssociationRequest, Write,
};

use crate::model::Subject;

/// By name of the resource, namespace, resource type and association type: the name comes first, because clients
/// that do not know their cluster ask for a name in all namespaces.
const BY_NAME: &str = "associations";
/// By id of the resource, resource type and association type.
const BY_ID: &str = "associations_by_id";
/// Lists, by qualified name of the subject.
const BY_SUBJECT: &str = "associations_by_subject";

/// The namespace of clients that do not know their cluster: all of them.
const ANY_NAMESPACE: &str = "-";

/// Separates the parts of a document key (unit separator): control characters stand in no name.
const SEPARATOR: char = '\u{1f}';

/// Why a request about associations was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssociationError {
    /// No association of this resource.
    #[error("Association for '{0}' not found.")]
    NotFound(String),
    /// The list of the subject is full.
    #[error("Too many associations for subject '{0}'")]
    TooMany(Subject),
    /// The resource is bound otherwise.
    #[error("An association of type '{kind}' already exists for resource '{resource}'")]
    ResourceTaken {
        /// `key` or `value`.
        kind: String,
        /// Name of the resource.
        resource: String,
    },
    /// The subject has associations.
    #[error("An association already exists for subject '{0}'")]
    SubjectTaken(Subject),
    /// A resource owns the subject.
    #[error("A strong association already exists for subject '{0}'")]
    SubjectOwned(Subject),
    /// There is nothing to be bound to.
    #[error("No active (non-deleted) version exists for subject '{0}'")]
    NoActiveVersion(Subject),
    /// The association may not be changed.
    #[error("The association of type '{kind}' is frozen for subject '{subject}'")]
    Frozen {
        /// `key` or `value`.
        kind: String,
        /// Qualified name of the subject.
        subject: String,
    },
    /// A member is missing or has a wrong value.
    #[error("Invalid property '{property}': {reason}")]
    Invalid {
        /// The member.
        property: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}
