//! Config: what is set where, and what is in force.
//!
//! A scope is a subject, a context (its empty subject), or the global context `:.__GLOBAL:`. In force is
//! the first of own, context's and global config. A subject's own config is completed from the default
//! context's one for plain switches; a missing level is inherited from the wider scope (the reference takes
//! the server default there, which lets an alias weaken a stricter registry).

use chancery_engine::CompatibilityLevel;
use chancery_engine::verdict::CompatibilityPolicy;

use super::mode::Operation;
use super::{MAX_ATTEMPTS, Registry, RegistryError, contract};
use crate::model::{Config, ContextName, Metadata, RuleSet, Subject};
use crate::store::{Command, Conflict, StoreError};

/// A member of a config change: absent = keep, null = clear, value = set.
pub type Patch<T> = Option<Option<T>>;

/// A change of config as posted.
#[derive(Clone, Debug, Default)]
pub struct ConfigPatch {
    /// Level text in any letter case.
    pub compatibility: Patch<String>,
    /// See [`Config::alias`].
    pub alias: Patch<String>,
    /// See [`Config::alias_for_deks`].
    pub alias_for_deks: Patch<String>,
    /// See [`Config::normalize`].
    pub normalize: Patch<bool>,
    /// See [`Config::validate_fields`].
    pub validate_fields: Patch<bool>,
    /// See [`Config::validate_new_schemas`].
    pub validate_new_schemas: Patch<bool>,
    /// See [`Config::validate_rules`].
    pub validate_rules: Patch<bool>,
    /// Unknown texts are dropped silently, as the reference does.
    pub compatibility_policy: Patch<String>,
    /// See [`Config::compatibility_group`].
    pub compatibility_group: Patch<String>,
    /// See [`Config::default_metadata`].
    pub default_metadata: Patch<Metadata>,
    /// See [`Config::override_metadata`].
    pub override_metadata: Patch<Metadata>,
    /// See [`Config::default_rule_set`].
    pub default_rule_set: Patch<RuleSet>,
    /// See [`Config::override_rule_set`].
    pub override_rule_set: Patch<RuleSet>,
}

/// What is in force for a subject.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectiveConfig {
    /// The config with inherited members filled in; the level is always set.
    pub config: Config,
    /// The level.
    pub level: CompatibilityLevel,
    /// Normalize.
    pub normalize: bool,
    /// Stricter per-format checks.
    pub validate_fields: bool,
    /// Strict parsing of new schemas.
    pub validate_new_schemas: bool,
    /// STRICT or LENIENT.
    pub policy: CompatibilityPolicy,
}

impl EffectiveConfig {
    /// Whether registrations get metadata or rules that they did not ask for.
    pub fn adds_contract(&self) -> bool {
        let config = &self.config;
        config.default_metadata.is_some()
            || config.override_metadata.is_some()
            || config.default_rule_set.is_some()
            || config.override_rule_set.is_some()
    }
}

/// The scope whose defaults hold for all contexts.
pub(super) fn global_scope() -> Subject {
    Subject::of_context(ContextName::from_stored(ContextName::GLOBAL))
}

impl Registry {
    /// Config as set at a scope. The default context and the global one always answer (with the level in
    /// force); others only when set, or with `default_to_global`.
    ///
    /// # Errors
    /// [`RegistryError::NoSubjectConfig`].
    pub async fn get_config(
        &self,
        scope: &Subject,
        default_to_global: bool,
    ) -> Result<Config, RegistryError> {
        let always = scope.is_context() && (scope.context.is_default() || scope.context.is_global());
        if !always && !default_to_global && self.store.find_config(scope).await?.is_none() {
            return Err(RegistryError::NoSubjectConfig(scope.clone()));
        }
        if always || default_to_global {
            return Ok(self.effective_config(scope).await?.config);
        }
        let mut config = self.store.find_config(scope).await?.unwrap_or_default();
        if config.compatibility_level.is_none() {
            config.compatibility_level = Some(self.inherited_level(scope).await?);
        }
        Ok(config)
    }

    /// What is in force for a subject or context.
    pub async fn effective_config(&self, scope: &Subject) -> Result<EffectiveConfig, RegistryError> {
        let mut config = Config::default();
        for candidate in wider_scopes(scope) {
            if let Some(found) = self.store.find_config(&candidate).await? {
                config = found;
                if candidate == *scope && !scope.is_context() {
                    self.fill_switches(&mut config).await?;
                }
                break;
            }
        }
        let level = match config.compatibility_level {
            Some(level) => level,
            None => self.inherited_level(scope).await?,
        };
        config.compatibility_level = Some(level);
        Ok(EffectiveConfig {
            level,
            normalize: config.normalize.unwrap_or(false),
            validate_fields: config.validate_fields.unwrap_or(self.settings.validate_fields),
            validate_new_schemas: config.validate_new_schemas.unwrap_or(self.settings.validate_new_schemas),
            policy: match config.compatibility_policy.as_deref() {
                Some("LENIENT") => CompatibilityPolicy::Lenient,
                _ => CompatibilityPolicy::Reference,
            },
            config,
        })
    }

    /// Merges a change into the config of a scope and returns what then stands.
    ///
    /// # Errors
    /// In this order: [`RegistryError::InvalidLevel`], `InvalidRuleSet`, `InvalidSubject`, `OperationNotPermitted`.
    pub async fn put_config(&self, scope: &Subject, patch: ConfigPatch) -> Result<Config, RegistryError> {
        let level = match &patch.compatibility {
            Some(Some(text)) => {
                Some(Some(text.parse().map_err(|()| RegistryError::InvalidLevel(text.clone()))?))
            }
            Some(None) => Some(None),
            None => None,
        };
        for rule_set in [&patch.default_rule_set, &patch.override_rule_set].into_iter().flatten().flatten() {
            contract::check_rule_set(rule_set)?;
        }
        if !scope.is_valid() {
            return Err(RegistryError::InvalidSubject(scope.qualified()));
        }
        self.check_mode(scope, Operation::ChangeConfig).await?;
        let mut turn = None;
        for _ in 0..MAX_ATTEMPTS {
            let before = self.store.find_config(scope).await?;
            let config = merge(before.clone().unwrap_or_default(), &patch, level);
            if before.is_none() && config == Config::default() {
                // Nothing stood there and nothing was set.
                return Ok(config);
            }
            let command = Command::PutConfig {
                scope: scope.clone(),
                before: before.map(Box::new),
                config: Box::new(config.clone()),
            };
            match self.store.apply(command, &self.stamp()).await {
                Ok(_) => return Ok(config),
                Err(StoreError::Conflict(Conflict::Moved { .. })) => self.turns.take(&mut turn, scope).await,
                Err(other) => return Err(other.into()),
            }
        }
        Err(moved_too_often(scope))
    }

    /// Removes the config of a scope and returns what stood there. The default context always answers.
    ///
    /// # Errors
    /// [`RegistryError::SubjectNotFound`] when none is set, `OperationNotPermitted`.
    pub async fn delete_config(&self, scope: &Subject) -> Result<Config, RegistryError> {
        let is_default = scope.is_context() && scope.context.is_default();
        let found = self.store.find_config(scope).await?;
        if found.is_none() && !is_default {
            return Err(RegistryError::SubjectNotFound(scope.clone()));
        }
        let mut old = found.unwrap_or_default();
        if old.compatibility_level.is_none() {
            old.compatibility_level = Some(self.inherited_level(scope).await?);
        }
        self.check_mode(scope, Operation::ChangeConfig).await?;
        self.store.apply(Command::DeleteConfig { scope: scope.clone() }, &self.stamp()).await?;
        Ok(old)
    }

    /// Switches that a subject's own config leaves open come from the default context's config, also for
    /// subjects of named contexts (reference behaviour).
    async fn fill_switches(&self, config: &mut Config) -> Result<(), RegistryError> {
        let Some(wide) = self.store.find_config(&Subject::default()).await? else {
            return Ok(());
        };
        config.normalize = config.normalize.or(wide.normalize);
        config.validate_fields = config.validate_fields.or(wide.validate_fields);
        config.validate_new_schemas = config.validate_new_schemas.or(wide.validate_new_schemas);
        config.validate_rules = config.validate_rules.or(wide.validate_rules);
        config.compatibility_policy = config.compatibility_policy.take().or(wide.compatibility_policy);
        config.compatibility_group = config.compatibility_group.take().or(wide.compatibility_group);
        Ok(())
    }

    /// The level of the nearest scope that sets one.
    async fn inherited_level(&self, scope: &Subject) -> Result<CompatibilityLevel, RegistryError> {
        for candidate in wider_scopes(scope) {
            let found = self.store.find_config(&candidate).await?;
            if let Some(level) = found.and_then(|config| config.compatibility_level) {
                return Ok(level);
            }
        }
        Ok(self.settings.default_level)
    }
}

/// The scope itself, its context, the global context: from narrow to wide, without repetition.
pub(super) fn wider_scopes(scope: &Subject) -> Vec<Subject> {
    let mut scopes = vec![scope.clone()];
    if !scope.is_context() {
        scopes.push(Subject::of_context(scope.context.clone()));
    }
    if !scope.context.is_global() {
        scopes.push(global_scope());
    }
    scopes
}

fn merge(mut config: Config, patch: &ConfigPatch, level: Patch<CompatibilityLevel>) -> Config {
    fn put<T: Clone>(slot: &mut Option<T>, change: Option<&Option<T>>) {
        if let Some(value) = change {
            slot.clone_from(value);
        }
    }
    put(&mut config.compatibility_level, level.as_ref());
    put(&mut config.alias, patch.alias.as_ref());
    put(&mut config.alias_for_deks, patch.alias_for_deks.as_ref());
    put(&mut config.normalize, patch.normalize.as_ref());
    put(&mut config.validate_fields, patch.validate_fields.as_ref());
    put(&mut config.validate_new_schemas, patch.validate_new_schemas.as_ref());
    put(&mut config.validate_rules, patch.validate_rules.as_ref());
    put(&mut config.compatibility_group, patch.compatibility_group.as_ref());
    put(&mut config.default_metadata, patch.default_metadata.as_ref());
    put(&mut config.override_metadata, patch.override_metadata.as_ref());
    put(&mut config.default_rule_set, patch.default_rule_set.as_ref());
    put(&mut config.override_rule_set, patch.override_rule_set.as_ref());
    if let Some(policy) = &patch.compatibility_policy {
        config.compatibility_policy = policy.as_deref().and_then(known_policy);
    }
    config
}

/// The reference's policies; other texts count as none.
fn known_policy(text: &str) -> Option<String> {
    let upper = text.to_ascii_uppercase();
    ["STRICT", "LENIENT", "LOGICAL"].contains(&upper.as_str()).then_some(upper)
}

/// The same scope moved under every attempt: the database is not making progress for this caller.
pub(super) fn moved_too_often(subject: &Subject) -> RegistryError {
    RegistryError::Store(StoreError::Unavailable {
        certainly_not_written: true,
        source: format!("`{subject}` changed under every attempt").into(),
    })
}
