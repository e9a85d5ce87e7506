//! Settings of ours per scope: policies beyond the reference, lint levels, what names the schema of an event.

use chancery_engine::SchemaType;
use chancery_engine::verdict::CompatibilityPolicy as Policy;

use super::config::wider_scopes;
use super::{EffectiveConfig, Registry, RegistryError};
use crate::model::{ComparisonPolicy, Settings, Subject};
use crate::store::Command;

impl Registry {
    /// Settings set at exactly this scope; empty ones when none are.
    pub async fn get_settings(&self, scope: &Subject) -> Result<Settings, RegistryError> {
        Ok(self.store.find_settings(scope).await?.unwrap_or_default())
    }

    /// Sets or removes the settings of a scope.
    ///
    /// # Errors
    /// `InvalidSubject`; `InvalidSettings` when they name what does not exist.
    pub async fn put_settings(
        &self,
        scope: &Subject,
        settings: Option<Settings>,
    ) -> Result<(), RegistryError> {
        if !scope.is_valid() {
            return Err(RegistryError::InvalidSubject(scope.qualified()));
        }
        if let Some(settings) = &settings {
            if let Some(name) = settings.find_member_of_contexts().filter(|_| !scope.is_context()) {
                let reason = format!("`{name}` is set for a context or globally, not for a subject");
                return Err(RegistryError::InvalidSettings(reason));
            }
            self.check_settings(settings).await?;
        }
        self.store
            .apply(
                Command::PutSettings { scope: scope.clone(), settings: settings.map(Box::new) },
                &self.stamp(),
            )
            .await?;
        Ok(())
    }

    /// The settings in force: each member as the nearest scope says that sets it.
    pub async fn effective_settings(&self, subject: &Subject) -> Result<Settings, RegistryError> {
        let mut settings = Settings::default();
        for scope in wider_scopes(subject) {
            if let Some(wider) = self.store.find_settings(&scope).await? {
                settings = settings.over(wider);
            }
        }
        Ok(settings)
    }

    /// Which differences count for a subject: a policy of ours where it fits the format, else the config's.
    pub(super) async fn policy_for(
        &self,
        subject: &Subject,
        schema_type: SchemaType,
        config: &EffectiveConfig,
    ) -> Result<Policy, RegistryError> {
        let settings = self.effective_settings(subject).await?;
        Ok(match (settings.policy, schema_type) {
            (Some(ComparisonPolicy::Wire), SchemaType::Protobuf) => Policy::Wire,
            (Some(ComparisonPolicy::WireJson), SchemaType::Protobuf) => Policy::WireJson,
            (Some(ComparisonPolicy::Source), SchemaType::Protobuf) => Policy::Source,
            (Some(ComparisonPolicy::Sound), SchemaType::Json) => Policy::Sound,
            _ => config.policy,
        })
    }
}
