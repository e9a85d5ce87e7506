//! Modes: what a scope may do.

use super::config::{global_scope, wider_scopes};
use super::{Refusal, Registry, RegistryError};
use crate::model::{Mode, Subject};
use crate::store::{Command, Conflict, Emptied, ModeRead, StoreError};

/// What a caller wants to do under the mode in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// Set or remove config.
    ChangeConfig,
    /// Delete versions.
    Delete,
}

impl Registry {
    /// Mode of a scope: the default and the global context always answer, others only when set or with
    /// `default_to_global`.
    ///
    /// # Errors
    /// [`RegistryError::NoSubjectMode`].
    pub async fn get_mode(&self, scope: &Subject, default_to_global: bool) -> Result<Mode, RegistryError> {
        let always = scope.is_context() && (scope.context.is_default() || scope.context.is_global());
        if always || default_to_global {
            return self.effective_mode(scope).await;
        }
        let own = self.store.find_mode(scope).await?;
        own.ok_or_else(|| RegistryError::NoSubjectMode(scope.clone()))
    }

    /// Own mode, else the context's, else the global one, else the server's default.
    pub async fn effective_mode(&self, scope: &Subject) -> Result<Mode, RegistryError> {
        Ok(self.read_mode(scope).await?.mode.unwrap_or(self.settings.default_mode))
    }

    /// What is set, and where it was looked for.
    pub(super) async fn read_mode(&self, scope: &Subject) -> Result<ModeRead, RegistryError> {
        let scopes = wider_scopes(scope);
        for candidate in &scopes {
            if let Some(mode) = self.store.find_mode(candidate).await? {
                return Ok(ModeRead { scopes, mode: Some(mode) });
            }
        }
        Ok(ModeRead { scopes, mode: None })
    }

    /// Sets the mode of a scope; `None` removes it.
    ///
    /// `text` is the mode as sent, `Some(None)` is a JSON null, `None` a missing member.
    ///
    /// # Errors
    /// In this order: `InvalidSubject`, `InvalidMode`, `ForwardModeNotGlobal`, `OperationNotPermitted`,
    /// `ReferenceExists`.
    pub async fn put_mode(
        &self,
        scope: &Subject,
        text: Option<Option<&str>>,
        force: bool,
    ) -> Result<(), RegistryError> {
        if !scope.is_valid() {
            return Err(RegistryError::InvalidSubject(scope.qualified()));
        }
        let mode = match text {
            Some(Some(text)) => {
                text.parse::<Mode>().map_err(|()| RegistryError::InvalidMode(text.to_owned()))?
            }
            Some(None) => return self.clear_mode(scope).await,
            None => return Err(RegistryError::InvalidMode(String::new())),
        };
        if mode == Mode::Forward && *scope != global_scope() {
            return Err(RegistryError::ForwardModeNotGlobal);
        }
        self.check_mode_mutable(scope)?;
        let needs_empty =
            if mode == Mode::Import && !force && self.effective_mode(scope).await? != Mode::Import {
                Some(emptied_scope(scope))
            } else {
                None
            };
        let command = Command::PutMode { scope: scope.clone(), mode, needs_empty };
        match self.store.apply(command, &self.stamp()).await {
            Ok(_) => {}
            Err(StoreError::Conflict(Conflict::NotEmpty { .. })) => {
                return Err(refused(scope, Refusal::ExistingSubjects));
            }
            Err(StoreError::Conflict(Conflict::Referenced { subject, version })) => {
                return Err(RegistryError::ReferenceExists(subject, version));
            }
            Err(other) => return Err(other.into()),
        }
        Ok(())
    }

    /// Removes the mode of a scope and returns what stood there; `None` when recursive and none was set.
    ///
    /// # Errors
    /// [`RegistryError::SubjectNotFound`] when none is set (not for the default context or `recursive`),
    /// `OperationNotPermitted`.
    pub async fn delete_mode(&self, scope: &Subject, recursive: bool) -> Result<Option<Mode>, RegistryError> {
        let is_default = scope.is_context() && scope.context.is_default();
        let own = self.store.find_mode(scope).await?;
        if own.is_none() && !is_default && !recursive {
            return Err(RegistryError::SubjectNotFound(scope.clone()));
        }
        self.check_mode_mutable(scope)?;
        let old = match own {
            None if is_default => Some(self.effective_mode(scope).await?),
            other => other,
        };
        self.store.apply(Command::DeleteMode { scope: scope.clone(), recursive }, &self.stamp()).await?;
        Ok(old)
    }

    /// Whether the mode in force lets an operation through.
    pub(super) async fn check_mode(
        &self,
        scope: &Subject,
        _operation: Operation,
    ) -> Result<(), RegistryError> {
        if self.effective_mode(scope).await?.is_read_only() {
            return Err(refused(scope, Refusal::ReadOnly));
        }
        Ok(())
    }

    async fn clear_mode(&self, scope: &Subject) -> Result<(), RegistryError> {
        self.check_mode_mutable(scope)?;
        self.store
            .apply(Command::DeleteMode { scope: scope.clone(), recursive: false }, &self.stamp())
            .await?;
        Ok(())
    }

    fn check_mode_mutable(&self, scope: &Subject) -> Result<(), RegistryError> {
        if self.settings.mode_mutable { Ok(()) } else { Err(refused(scope, Refusal::ModeImmutable)) }
    }
}

/// What must be empty before a scope becomes IMPORT: the default context's own mode looks at every context.
fn emptied_scope(scope: &Subject) -> Emptied {
    if !scope.is_context() {
        Emptied::Subject(scope.clone())
    } else if scope.context.is_default() || scope.context.is_global() {
        Emptied::Everything
    } else {
        Emptied::Context(scope.context.clone())
    }
}

pub(super) fn refused(subject: &Subject, reason: Refusal) -> RegistryError {
    RegistryError::OperationNotPermitted { subject: subject.clone(), reason }
}
