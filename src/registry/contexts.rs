//! Contexts that have had a registration.

use super::{Registry, RegistryError};
use crate::model::{ContextName, Subject};
use crate::store::{Command, Conflict, StoreError};

impl Registry {
    /// Contexts whose names start with `prefix`: the default one first, then the others sorted.
    pub async fn list_contexts(&self, prefix: &str) -> Result<Vec<ContextName>, RegistryError> {
        let mut contexts = vec![ContextName::default()];
        contexts
            .extend(self.store.list_contexts().await?.into_iter().filter(|context| !context.is_default()));
        contexts.retain(|context| context.as_str().starts_with(prefix));
        Ok(contexts)
    }

    /// Takes an empty context off the list; config and modes that are set in it stay. An unknown one is no error.
    ///
    /// # Errors
    /// `ContextNotEmpty` when a version is left, also a soft-deleted one.
    pub async fn delete_context(&self, context: &ContextName) -> Result<(), RegistryError> {
        let command = Command::DeleteContext { context: context.clone() };
        match self.store.apply(command, &self.stamp()).await {
            Ok(_) => Ok(()),
            Err(StoreError::Conflict(Conflict::NotEmpty { .. })) => {
                Err(RegistryError::ContextNotEmpty(context.clone()))
            }
            Err(other) => Err(other.into()),
        }
    }

    /// The subject that requests for this one act on: one step along the alias in its config. A whole context
    /// has no alias.
    pub async fn resolve_alias(&self, subject: Subject) -> Result<Subject, RegistryError> {
        if subject.is_context() {
            return Ok(subject);
        }
        Ok(match &self.view_subject(&subject).await?.alias {
            Some(alias) => Subject::parse_in(&subject.context, alias),
            None => subject,
        })
    }
}
