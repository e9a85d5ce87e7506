//! Associations: which subject a resource (a topic) takes its schemas from.

use serde::{Deserialize, Serialize};

/// How close subject and resource are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Lifecycle {
    /// The resource owns the subject: nobody else may be associated with it.
    Strong,
    /// The resource uses the subject beside others.
    #[default]
    Weak,
}

impl Lifecycle {
    /// The wire name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strong => "STRONG",
            Self::Weak => "WEAK",
        }
    }

    /// The lifecycle of a wire name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Strong, Self::Weak].into_iter().find(|lifecycle| lifecycle.name() == name)
    }
}

/// A subject bound to a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Association {
    /// Qualified name of the subject.
    pub subject: String,
    /// Identity of the association.
    pub guid: String,
    /// Name of the resource.
    pub resource_name: String,
    /// Where the name is unique: the id of a Kafka cluster.
    pub resource_namespace: String,
    /// Identity of the resource; another one after it was deleted and created again.
    pub resource_id: String,
    /// `topic`
    pub resource_type: String,
    /// `key` or `value`
    pub association_type: String,
    /// How close they are.
    pub lifecycle: Lifecycle,
    /// Whether the association may not be changed any more.
    pub frozen: bool,
}
