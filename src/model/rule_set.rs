//! Rule sets of data contracts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// What a rule does with a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RuleKind {
    /// Replaces the message.
    #[default]
    Transform,
    /// Accepts or refuses it.
    Condition,
}

/// When a rule runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RuleMode {
    /// Migration to a newer version.
    Upgrade,
    /// Migration to an older version.
    Downgrade,
    /// Both migrations.
    Updown,
    /// On write.
    Write,
    /// On read.
    Read,
    /// On both.
    #[default]
    Writeread,
}

/// One rule. Empty strings, lists and maps are left out of JSON; `disabled` is always sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Unique within the rule set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For people; the error text of a failed condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// Transform or condition.
    #[serde(default)]
    pub kind: RuleKind,
    /// When it runs.
    #[serde(default)]
    pub mode: RuleMode,
    /// Executor: `CEL`, `CEL_FIELD`, `JSONATA`, `ENCRYPT`, or any other text.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub rule_type: Option<String>,
    /// Tags it applies to, sorted.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    /// Parameters, sorted by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
    /// The expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expr: Option<String>,
    /// Action on success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_success: Option<String>,
    /// Action on failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<String>,
    /// Whether it is switched off.
    #[serde(default)]
    pub disabled: bool,
}

/// The three lists of rules, part of a schema's identity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleSet {
    /// Between versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub migration_rules: Vec<Rule>,
    /// On messages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domain_rules: Vec<Rule>,
    /// On encoded bytes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub encoding_rules: Vec<Rule>,
    /// Where the set runs: `ALL`, `CLIENT`, `GATEWAY`, `SERVER`, `NONE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_at: Option<String>,
}

impl RuleSet {
    /// All rules in migration, domain, encoding order.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.migration_rules.iter().chain(&self.domain_rules).chain(&self.encoding_rules)
    }

    /// Merges two rule sets list by list: older rules whose name also occurs in the newer list go, then the
    /// newer ones follow.
    pub fn merge(older: Option<&Self>, newer: Option<&Self>) -> Option<Self> {
        let (older, newer) = match (older, newer) {
            (Some(older), Some(newer)) => (older, newer),
            (one, other) => return one.or(other).cloned(),
        };
        Some(Self {
            migration_rules: merge_lists(&older.migration_rules, &newer.migration_rules),
            domain_rules: merge_lists(&older.domain_rules, &newer.domain_rules),
            encoding_rules: merge_lists(&older.encoding_rules, &newer.encoding_rules),
            enable_at: newer.enable_at.clone().or_else(|| older.enable_at.clone()),
        })
    }
}

fn merge_lists(older: &[Rule], newer: &[Rule]) -> Vec<Rule> {
    let kept = older.iter().filter(|rule| newer.iter().all(|other| other.name != rule.name));
    kept.chain(newer).cloned().collect()
}
