//! Settings of ours, compiled: how events are read, and what names their schema.
//!
//! Compiling is also the check of settings that are put: a text that names no rule, no format or no level is refused
//! with its place. Compiled forms are kept by their settings.

use std::sync::Arc;

use chancery_engine::cloudevents::matching::{
    Alias, AliasPattern, FramedTypes, MatchedBy, SchemaLocator, SubjectMap, SubjectRule, SubjectStrategy,
};
use chancery_engine::cloudevents::{EventOptions, Profile, RuleSetting};
use chancery_engine::lint::{self, Level, LintOptions};
use chancery_engine::{SchemaType, Severity};

use super::cache::BoundedCache;
use super::freshness::{DependsOn, FreshCache, Moment};
use super::{Registry, RegistryError};
use crate::model::{
    ContextName, DataschemaAlias, EnvelopeProfile, RuleLevel, Settings, StrategyName, Subject, SubjectMapRow,
};

/// Different settings kept compiled; most registries have a handful.
const KEPT: u64 = 1000;

/// Bytes of all scopes that are kept with their settings, and of one.
const MAX_BYTES: u64 = 8 << 20;
const ENTRY_BYTES: usize = 256;

/// Longest list or table in settings.
const MAX_ENTRIES: usize = 1000;

/// Settings of a scope, ready for use.
#[derive(Debug)]
pub(super) struct EventPolicy {
    pub settings: Settings,
    /// How envelopes are read.
    pub options: Arc<EventOptions>,
    pub lint: LintOptions,
    pub framed_types: FramedTypes,
    /// Ways to name the subject, in order.
    pub strategies: Vec<(MatchedBy, SubjectStrategy)>,
    aliases: Vec<Alias>,
}

/// Compiled settings by scope, shared by all scopes with the same settings.
pub(super) struct PolicyCache {
    scopes: FreshCache<Subject, Arc<EventPolicy>>,
    compiled: BoundedCache<Settings, Arc<EventPolicy>>,
}

impl PolicyCache {
    pub(super) fn new() -> Self {
        let weight = |scope: &Subject, _: &Arc<EventPolicy>| ENTRY_BYTES + scope.name.len();
        Self {
            scopes: FreshCache::new(MAX_BYTES, weight),
            compiled: BoundedCache::new(KEPT, |_: &Settings, _: &Arc<EventPolicy>| 1),
        }
    }
}

impl Registry {
    /// The settings in force, compiled.
    ///
    /// # Errors
    /// `InvalidSettings` for stored ones that this release does not understand.
    pub(super) async fn policy_of(&self, scope: &Subject) -> Result<Arc<EventPolicy>, RegistryError> {
        let moment = self.moment(DependsOn::Name(&scope.name));
        if let Some(policy) = self.policies.scopes.find(scope, moment) {
            return Ok(policy);
        }
        // Boxed: futures of requests that find everything in memory stay small.
        Box::pin(self.load_policy(scope, moment)).await
    }

    async fn load_policy(&self, scope: &Subject, moment: Moment) -> Result<Arc<EventPolicy>, RegistryError> {
        let settings = self.effective_settings(scope).await?;
        let policy = match self.policies.compiled.find(&settings) {
            Some(policy) => policy,
            None => {
                let policy =
                    EventPolicy::compile(settings.clone()).map_err(RegistryError::InvalidSettings)?;
                let policy = Arc::new(policy);
                self.policies.compiled.keep(settings, policy.clone());
                policy
            }
        };
        self.policies.scopes.keep(scope.clone(), moment, policy.clone());
        Ok(policy)
    }

    /// How envelopes of events are read in a context.
    ///
    /// # Errors
    /// Store failures, `InvalidSettings`.
    pub async fn event_options(&self, context: &ContextName) -> Result<Arc<EventOptions>, RegistryError> {
        let policy = self.policy_of(&Subject::of_context(context.clone())).await?;
        Ok(Arc::clone(&policy.options))
    }
}

impl EventPolicy {
    /// Compiles settings; the error says which member is wrong and why.
    pub(super) fn compile(settings: Settings) -> Result<Self, String> {
        let entries = settings.subject_map.len().max(settings.dataschema_aliases.len());
        if entries > MAX_ENTRIES {
            return Err(format!("a list of settings has at most {MAX_ENTRIES} entries"));
        }
        let map = SubjectMap::new(settings.subject_map.iter().map(as_rule));
        let map = map.map_err(|error| format!("`subjectMap`: {error}"))?;
        let aliases = settings.dataschema_aliases.iter().map(as_alias).collect::<Result<_, _>>()?;
        let framed_types = framed_types(&settings)?;
        if settings.urn_namespace.as_deref().is_some_and(|name| !is_namespace(name)) {
            return Err("`urnNamespace` holds letters, digits and hyphens, at least one".to_owned());
        }
        for group in settings.schema_groups.values() {
            ContextName::from_segment(group).map_err(|error| format!("`schemaGroups`: {error}"))?;
        }
        Ok(Self {
            options: Arc::new(event_options(&settings)?),
            lint: lint_options(&settings)?,
            strategies: strategies(&settings, &map),
            framed_types,
            aliases,
            settings,
        })
    }

    /// A locator that also knows the names these settings give to schemas.
    pub(super) fn locator(&self, base: &SchemaLocator) -> SchemaLocator {
        let groups =
            self.settings.schema_groups.iter().map(|(name, context)| (name.clone(), context.clone()));
        let locator = base.clone().with_aliases(self.aliases.iter().cloned()).with_groups(groups);
        match &self.settings.urn_namespace {
            Some(namespace) => locator.with_namespace(namespace),
            None => locator,
        }
    }
}

fn event_options(settings: &Settings) -> Result<EventOptions, String> {
    let mut options = EventOptions {
        profile: match settings.profile {
            None | Some(EnvelopeProfile::Strict) => Profile::Strict,
            Some(EnvelopeProfile::Interop) => Profile::Interop,
            Some(EnvelopeProfile::EnvelopeOnly) => Profile::EnvelopeOnly,
        },
        documented_extensions: settings.documented_extensions.unwrap_or(false),
        ..EventOptions::default()
    };
    for (id, level) in &settings.rules {
        let setting = match level {
            RuleLevel::Off => RuleSetting::Off,
            RuleLevel::Warning => RuleSetting::As(Severity::Warning),
            RuleLevel::Error => RuleSetting::As(Severity::Error),
        };
        options.overrides.set(id, setting).map_err(|error| format!("`rules`: {error}"))?;
    }
    Ok(options)
}

fn lint_options(settings: &Settings) -> Result<LintOptions, String> {
    let window = settings.event_time_window.unwrap_or_default();
    let mut options = LintOptions {
        max_age: window.past.map(i64::from),
        max_ahead: window.future.map(i64::from),
        ..LintOptions::default()
    };
    for (id, name) in &settings.lint {
        if lint::find_rule(id).is_none() {
            return Err(format!("`lint`: no lint rule has the id `{id}`"));
        }
        let level = Level::from_name(name);
        let level = level.ok_or_else(|| format!("`lint.{id}` must be one of off, info, warn, error"))?;
        options.levels.insert(id.clone(), level);
    }
    Ok(options)
}

fn framed_types(settings: &Settings) -> Result<FramedTypes, String> {
    if settings.framed_types.is_empty() {
        return Ok(FramedTypes::default());
    }
    let types = settings.framed_types.iter().map(|(media_type, name)| {
        let format = SchemaType::from_name(name);
        let format = format.ok_or_else(|| format!("`framedTypes`: no schema type is called `{name}`"))?;
        Ok((media_type.clone(), format))
    });
    Ok(FramedTypes::new(types.collect::<Result<Vec<_>, String>>()?))
}

/// By default the type names the subject, and failing that the topic.
fn strategies(settings: &Settings, map: &SubjectMap) -> Vec<(MatchedBy, SubjectStrategy)> {
    let names = match settings.subject_strategies.as_slice() {
        [] => &[StrategyName::Type, StrategyName::Topic],
        names => names,
    };
    let strategy = |name: &StrategyName| match name {
        StrategyName::Type => (MatchedBy::Type, SubjectStrategy::Type),
        StrategyName::TypeValue => (MatchedBy::Type, SubjectStrategy::TypeValue),
        StrategyName::TypeMajorStripped => (MatchedBy::Type, SubjectStrategy::TypeMajorStripped),
        StrategyName::Record => (MatchedBy::Type, SubjectStrategy::Record),
        StrategyName::Map => (MatchedBy::Type, SubjectStrategy::Map(map.clone())),
        StrategyName::Topic => (MatchedBy::Topic, SubjectStrategy::Topic),
        StrategyName::TopicRecord => (MatchedBy::Topic, SubjectStrategy::TopicRecord),
        StrategyName::TopicType => (MatchedBy::Topic, SubjectStrategy::TopicType),
    };
    names.iter().map(strategy).collect()
}

/// Whether a URN can have this namespace: letters, digits and hyphens (RFC 8141 2).
fn is_namespace(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn as_rule(row: &SubjectMapRow) -> SubjectRule {
    SubjectRule {
        event_type: row.event_type.clone(),
        source: row.source.clone(),
        topic: row.topic.clone(),
        template: row.subject.clone(),
    }
}

fn as_alias(alias: &DataschemaAlias) -> Result<Alias, String> {
    let pattern = match (&alias.uri, &alias.prefix) {
        (Some(uri), None) if !uri.is_empty() => AliasPattern::Exact(uri.clone()),
        (None, Some(prefix)) if !prefix.is_empty() => AliasPattern::Prefix(prefix.clone()),
        _ => return Err("`dataschemaAliases`: an alias has either `uri` or `prefix`".to_owned()),
    };
    if !pattern.can_fit() {
        let text = alias.uri.as_ref().or(alias.prefix.as_ref()).map_or("", String::as_str);
        return Err(format!("`dataschemaAliases`: `{text}` is no URI"));
    }
    if alias.subject.is_empty() || alias.version == Some(0) {
        return Err("`dataschemaAliases`: an alias has a subject, and a version from 1 if any".to_owned());
    }
    Ok(Alias { pattern, subject: alias.subject.clone(), version: alias.version })
}
