//! Settings of ours, compiled: how events are read, and what names their schema.
//!
//! Compiling is also the check of settings that are put: a text that names no rule, no format or no level is refused
//! with its place. Compiled forms are kept by their settings; patterns of subject maps apart from them, since they can
//! be large, and many subjects have settings of their own under one map.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, LazyLock};

use chancery_engine::cloudevents::matching::{
    Alias, AliasPattern, FramedTypes, MatchedBy, SchemaNames, SubjectMap, SubjectRule, SubjectStrategy,
};
use chancery_engine::cloudevents::{EventOptions, Profile, RuleSetting};
use chancery_engine::lint::{self, Level, LintOptions};
use chancery_engine::{SchemaType, Severity};

use super::cache::BoundedCache;
use super::freshness::{DependsOn, FreshCache, Moment};
use super::{Registry, RegistryError, cpu};
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
    /// What these settings call schemas.
    pub names: SchemaNames,
    /// The table of [`SubjectStrategy::Map`], where that is one of the strategies.
    map: Option<Arc<MapKey>>,
}

/// The rows of a subject map, hashed once.
#[derive(Debug, PartialEq, Eq)]
struct MapKey {
    hash: u64,
    rows: Vec<SubjectMapRow>,
}

impl MapKey {
    fn new(rows: Vec<SubjectMapRow>) -> Self {
        let mut hasher = DefaultHasher::new();
        rows.hash(&mut hasher);
        Self { hash: hasher.finish(), rows }
    }
}

impl Hash for MapKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hash.hash(state);
    }
}

/// Compiled settings by scope, shared by all scopes with the same settings.
pub(super) struct PolicyCache {
    scopes: FreshCache<Subject, Arc<EventPolicy>>,
    compiled: BoundedCache<Settings, Arc<EventPolicy>>,
    /// Nothing else holds maps for longer than an event.
    maps: BoundedCache<Arc<MapKey>, Arc<SubjectMap>>,
    /// The turn to compile a map.
    making: tokio::sync::Mutex<()>,
}

/// Bytes of subject maps that are kept; the largest one takes a quarter.
const MAX_MAP_BYTES: u64 = 256 << 20;

impl PolicyCache {
    pub(super) fn new() -> Self {
        let weight = |scope: &Subject, _: &Arc<EventPolicy>| ENTRY_BYTES + scope.name.len();
        Self {
            scopes: FreshCache::new(MAX_BYTES, weight),
            compiled: BoundedCache::new(KEPT, |_: &Settings, _: &Arc<EventPolicy>| 1),
            maps: BoundedCache::new(MAX_MAP_BYTES, |_: &Arc<MapKey>, map: &Arc<SubjectMap>| map.bytes()),
            making: tokio::sync::Mutex::new(()),
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

    /// Checks settings that are to be put.
    ///
    /// # Errors
    /// `InvalidSettings` says which member is wrong and why.
    pub(super) async fn check_settings(&self, settings: &Settings) -> Result<(), RegistryError> {
        check_lengths(settings).map_err(RegistryError::InvalidSettings)?;
        let policy = EventPolicy::compile(settings.clone()).map_err(RegistryError::InvalidSettings)?;
        // A map is checked whether it is in use or not.
        let key = policy.map.unwrap_or_else(|| Arc::new(MapKey::new(settings.subject_map.clone())));
        self.compiled_map(&key).await.map(drop)
    }

    /// The compiled subject map of a policy; an empty one when none of its strategies asks for it.
    ///
    /// # Errors
    /// `InvalidSettings` for a stored one that this release does not understand.
    pub(super) async fn subject_map(&self, policy: &EventPolicy) -> Result<Arc<SubjectMap>, RegistryError> {
        static EMPTY: LazyLock<Arc<SubjectMap>> = LazyLock::new(Arc::default);
        match &policy.map {
            Some(key) => self.compiled_map(key).await,
            None => Ok(Arc::clone(&EMPTY)),
        }
    }

    async fn compiled_map(&self, key: &Arc<MapKey>) -> Result<Arc<SubjectMap>, RegistryError> {
        if let Some(map) = self.policies.maps.find(key) {
            return Ok(map);
        }
        // One at a time: each takes megabytes while it is made, and all who wait want the same one.
        let _turn = self.policies.making.lock().await;
        if let Some(map) = self.policies.maps.find(key) {
            return Ok(map);
        }
        let rules: Vec<_> = key.rows.iter().map(as_rule).collect();
        let compiled = Box::pin(cpu::apart(move || SubjectMap::new(rules))).await;
        let map = compiled
            .map_err(|error| RegistryError::InvalidSettings(format!("`subjectMap`: {error}")))
            .map(Arc::new)?;
        self.policies.maps.keep(Arc::clone(key), Arc::clone(&map));
        Ok(map)
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
        let names = names(&settings)?;
        let framed_types = framed_types(&settings)?;
        let strategies = strategies(&settings)?;
        let has_map = strategies.iter().any(|(_, strategy)| *strategy == SubjectStrategy::Map);
        Ok(Self {
            options: Arc::new(event_options(&settings)?),
            lint: lint_options(&settings)?,
            map: has_map.then(|| Arc::new(MapKey::new(settings.subject_map.clone()))),
            strategies,
            framed_types,
            names,
            settings,
        })
    }
}

/// Every list and table has an end.
fn check_lengths(settings: &Settings) -> Result<(), String> {
    for (name, entries) in [
        ("lint", settings.lint.len()),
        ("subjectStrategies", settings.subject_strategies.len()),
        ("subjectMap", settings.subject_map.len()),
        ("dataschemaAliases", settings.dataschema_aliases.len()),
        ("schemaGroups", settings.schema_groups.len()),
        ("framedTypes", settings.framed_types.len()),
        ("rules", settings.rules.len()),
    ] {
        if entries > MAX_ENTRIES {
            return Err(format!("`{name}` has at most {MAX_ENTRIES} entries"));
        }
    }
    Ok(())
}

fn names(settings: &Settings) -> Result<SchemaNames, String> {
    for group in settings.schema_groups.values() {
        ContextName::from_segment(group).map_err(|error| format!("`schemaGroups`: {error}"))?;
    }
    let groups = settings.schema_groups.iter().map(|(name, context)| (name.clone(), context.clone()));
    let aliases = settings.dataschema_aliases.iter().map(as_alias).collect::<Result<Vec<_>, _>>()?;
    let names = SchemaNames::default().with_groups(groups).with_aliases(aliases);
    match settings.urn_namespace.as_deref() {
        Some(name) if !is_namespace(name) => {
            Err("`urnNamespace` holds letters, digits and hyphens, at least one".to_owned())
        }
        Some(name) => Ok(names.with_namespace(name)),
        None => Ok(names),
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
fn strategies(settings: &Settings) -> Result<Vec<(MatchedBy, SubjectStrategy)>, String> {
    let names = match settings.subject_strategies.as_slice() {
        [] => &[StrategyName::Type, StrategyName::Topic],
        names => names,
    };
    let strategy = |name: &StrategyName| match name {
        StrategyName::Type => (MatchedBy::Type, SubjectStrategy::Type),
        StrategyName::TypeValue => (MatchedBy::Type, SubjectStrategy::TypeValue),
        StrategyName::TypeMajorStripped => (MatchedBy::Type, SubjectStrategy::TypeMajorStripped),
        StrategyName::Record => (MatchedBy::Type, SubjectStrategy::Record),
        StrategyName::Map => (MatchedBy::Type, SubjectStrategy::Map),
        StrategyName::Topic => (MatchedBy::Topic, SubjectStrategy::Topic),
        StrategyName::TopicRecord => (MatchedBy::Topic, SubjectStrategy::TopicRecord),
        StrategyName::TopicType => (MatchedBy::Topic, SubjectStrategy::TopicType),
    };
    let mut strategies = Vec::with_capacity(names.len().min(8));
    for strategy in names.iter().map(strategy) {
        if strategies.contains(&strategy) {
            return Err("`subjectStrategies` names a strategy twice".to_owned());
        }
        strategies.push(strategy);
    }
    Ok(strategies)
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
