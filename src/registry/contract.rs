//! Data contracts: rule set checks, inherited metadata, `confluent:version`, reserved fields.

use std::collections::{BTreeSet, HashSet};

use chancery_engine::Schema;

use super::{EffectiveConfig, RegistryError};
use crate::model::{Content, Metadata, Rule, RuleMode, RuleSet};

/// Property that lists field names a contract keeps for later.
const RESERVED_PROPERTY: &str = "confluent:reserved";

/// Checks a rule set as the reference does.
///
/// # Errors
/// [`RegistryError::InvalidRuleSet`] with the reference's text.
pub(super) fn check_rule_set(rule_set: &RuleSet) -> Result<(), RegistryError> {
    let refused = |text: String| Err(RegistryError::InvalidRuleSet(text));
    let mut names = HashSet::new();
    for rule in rule_set.rules() {
        check_rule(rule).or_else(refused)?;
        let name = rule.name.as_deref().unwrap_or_default();
        if !names.insert(name) {
            return refused(format!("Found rule with duplicate name '{name}'"));
        }
    }
    let migrations = [RuleMode::Upgrade, RuleMode::Downgrade, RuleMode::Updown];
    let messages = [RuleMode::Write, RuleMode::Read, RuleMode::Writeread];
    for (rules, allowed, text) in [
        (&rule_set.migration_rules, migrations, "Migration rules can only be UPGRADE, DOWNGRADE, UPDOWN"),
        (&rule_set.domain_rules, messages, "Domain rules can only be WRITE, READ, WRITEREAD"),
        (&rule_set.encoding_rules, messages, "Encoding rules can only be WRITE, READ, WRITEREAD"),
    ] {
        if rules.iter().any(|rule| !allowed.contains(&rule.mode)) {
            return refused(text.to_owned());
        }
    }
    Ok(())
}

/// Longest rule name, in characters.
const MAX_RULE_NAME: usize = 256;

fn check_rule(rule: &Rule) -> Result<(), String> {
    let name = rule.name.as_deref().ok_or("Missing rule name")?;
    let first = name.chars().next().ok_or("Empty rule name")?;
    if name.chars().count() > MAX_RULE_NAME {
        return Err("Rule name too long".to_owned());
    }
    if !first.is_alphabetic() && first != '_' {
        return Err(format!("Illegal initial character in rule name: {name}"));
    }
    if !name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
        return Err(format!("Illegal character in rule name: {name}"));
    }
    if rule.rule_type.as_deref().unwrap_or_default().is_empty() {
        return Err("Missing rule type".to_owned());
    }
    let pairs = matches!(rule.mode, RuleMode::Writeread | RuleMode::Updown);
    let has_comma = |action: &Option<String>| action.as_deref().is_some_and(|text| text.contains(','));
    if !pairs && (has_comma(&rule.on_success) || has_comma(&rule.on_failure)) {
        return Err("Multiple actions only valid with WRITEREAD and UPDOWN".to_owned());
    }
    Ok(())
}

/// Fills a content's metadata and rule set: the request's own (or the latest version's), between the
/// config's defaults and overrides.
pub(super) fn complete(content: &mut Content, latest: Option<&Content>, config: &EffectiveConfig) {
    let config = &config.config;
    let inherited = latest.and_then(|latest| latest.metadata.clone());
    let own = content.metadata.take().or(inherited);
    let under = Metadata::merge(config.default_metadata.as_ref(), own.as_ref());
    content.metadata = Metadata::merge(under.as_ref(), config.override_metadata.as_ref());

    let inherited = latest.and_then(|latest| latest.rule_set.clone());
    let own = content.rule_set.take().or(inherited);
    let under = RuleSet::merge(config.default_rule_set.as_ref(), own.as_ref());
    content.rule_set = RuleSet::merge(under.as_ref(), config.override_rule_set.as_ref());
}

/// Writes the version number into the metadata when the request asked for a version or the metadata
/// already carries one.
pub(super) fn stamp_version(content: &mut Content, asked: bool, version: i32) {
    let carries =
        content.metadata.as_ref().is_some_and(|m| m.properties.contains_key(Metadata::VERSION_PROPERTY));
    if asked || carries {
        let metadata = content.metadata.get_or_insert_default();
        metadata.properties.insert(Metadata::VERSION_PROPERTY.to_owned(), version.to_string());
    }
}

/// Whether posted metadata means the same as that of a stored version. `confluent:version` is lenient: a
/// request without it matches, a request with the version's own number matches a version stored without it.
pub(super) fn metadata_matches(posted: Option<&Metadata>, stored: Option<&Metadata>, version: i32) -> bool {
    let number = |metadata: Option<&Metadata>| {
        metadata.and_then(|m| m.properties.get(Metadata::VERSION_PROPERTY)).cloned()
    };
    let numbers_agree = match (number(posted), number(stored)) {
        (Some(posted), Some(stored)) => posted == stored,
        (Some(posted), None) => posted == version.to_string(),
        (None, _) => true,
    };
    numbers_agree && without_version(posted) == without_version(stored)
}

/// Metadata without `confluent:version`; nothing left counts as none.
fn without_version(metadata: Option<&Metadata>) -> Option<Metadata> {
    let mut metadata = metadata?.clone();
    let removed = metadata.properties.remove(Metadata::VERSION_PROPERTY).is_some();
    (!removed || metadata != Metadata::default()).then_some(metadata)
}

/// The findings of the reserved-field rule: names may not be lost against the earlier version, and no
/// top-level field may take one.
pub(super) fn reserved_field_findings(
    schema: &Schema,
    posted: &Content,
    earlier: Option<&Content>,
) -> Vec<String> {
    let reserved = reserved_names(Some(posted));
    let lost = reserved_names(earlier).into_iter().filter(|name| !reserved.contains(name)).map(|name| {
        format!(
            "The new schema has reserved field {name} removed from its metadata which is present in the old \
             schema's metadata."
        )
    });
    let fields = schema.field_names();
    let taken = reserved
        .iter()
        .filter(|name| fields.contains(name))
        .map(|name| format!("The new schema has field that conflicts with the reserved field {name}."));
    lost.chain(taken).collect()
}

fn reserved_names(content: Option<&Content>) -> BTreeSet<String> {
    let property =
        content.and_then(|c| c.metadata.as_ref()).and_then(|m| m.properties.get(RESERVED_PROPERTY));
    let list = property.map(String::as_str).unwrap_or_default();
    list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
