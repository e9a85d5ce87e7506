//! How strictly events are read: profiles, overrides of single rules, limits.

use super::rules::{self, EventRule};
use crate::Severity;

/// A preset of severities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Every rule as its table row says.
    #[default]
    Strict,
    /// Forgives what widely used senders do: the rules in [`Profile::demotes`] warn, a byte order mark
    /// before JSON is skipped.
    Interop,
    /// The payload is not looked at: no rule on the content of `data`.
    EnvelopeOnly,
}

impl Profile {
    /// Whether an error of this rule is only a warning, whatever the value is.
    fn demotes(self, rule: &EventRule) -> bool {
        self == Self::Interop
            && [&rules::HTTP_PERCENT_ENCODING, &rules::HTTP_HEADER_CHARACTERS, &rules::DATA_NOT_STRING]
                .contains(&rule)
    }
}

/// What a finding of a rule becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleSetting {
    /// Not reported.
    Off,
    /// Reported with this severity.
    As(Severity),
}

/// Why a rule cannot be overridden.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OverrideError {
    /// No rule has this id.
    #[error("no event rule has the id `{0}`")]
    Unknown(String),
    /// Without what the rule asks for there is no event to judge.
    #[error("rule `{0}` decides whether there is an event at all and keeps its severity")]
    Fixed(&'static str),
}

/// Options of every reader in this module.
#[derive(Clone, Debug)]
pub struct EventOptions {
    /// Preset of severities.
    pub profile: Profile,
    /// Bytes of one event (default 1 MiB).
    pub max_event_bytes: usize,
    /// Bytes of one batch (default 8 MiB).
    pub max_batch_bytes: usize,
    /// Events in one batch (default 65,536).
    pub max_batch_events: usize,
    /// Nesting depth of an event, the event itself counted (default 128): data has a level less.
    pub max_depth: usize,
    /// Whether the constraints of documented extensions are checked (default false: a name may be in use
    /// for something else).
    pub documented_extensions: bool,
    /// Overrides of single rules; they win over the profile.
    pub overrides: Overrides,
}

impl Default for EventOptions {
    fn default() -> Self {
        Self {
            profile: Profile::Strict,
            max_event_bytes: 1 << 20,
            max_batch_bytes: 8 << 20,
            max_batch_events: 1 << 16,
            max_depth: 128,
            documented_extensions: false,
            overrides: Overrides::default(),
        }
    }
}

/// Rules whose finding means that no event could be read.
static FIXED: [&EventRule; 11] = [
    &rules::JSON_SYNTAX,
    &rules::JSON_SURROGATE,
    &rules::JSON_DEPTH,
    &rules::JSON_OBJECT,
    &rules::BATCH_NOT_ARRAY,
    &rules::AVRO_SYNTAX,
    &rules::PROTOBUF_SYNTAX,
    &rules::HTTP_FORMAT_UNSUPPORTED,
    &rules::HTTP_CHARSET,
    &rules::HTTP_NOT_A_CLOUDEVENT,
    &rules::SIZE_LIMIT,
];

/// Settings of single rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides(Vec<(&'static EventRule, RuleSetting)>);

impl Overrides {
    /// Overrides one rule; the last call wins.
    ///
    /// # Errors
    /// [`OverrideError`] for an unknown id, and for rules without which there is no event.
    pub fn set(&mut self, id: &str, setting: RuleSetting) -> Result<(), OverrideError> {
        let rule = rules::find_rule(id).ok_or_else(|| OverrideError::Unknown(id.to_owned()))?;
        if FIXED.contains(&rule) {
            return Err(OverrideError::Fixed(rule.id));
        }
        self.0.retain(|(known, _)| *known != rule);
        self.0.push((rule, setting));
        Ok(())
    }

    /// Whether a rule is overridden.
    pub fn sets(&self, rule: &EventRule) -> bool {
        self.find(rule).is_some()
    }

    fn find(&self, rule: &EventRule) -> Option<RuleSetting> {
        self.0.iter().find(|(known, _)| *known == rule).map(|(_, setting)| *setting)
    }
}

impl EventOptions {
    /// The defaults with another profile.
    pub fn with_profile(profile: Profile) -> Self {
        Self { profile, ..Self::default() }
    }

    /// What a finding of this rule becomes; `None`: it is not reported.
    pub fn severity(&self, rule: &EventRule) -> Option<Severity> {
        let severity = if self.profile.demotes(rule) { Severity::Warning } else { rule.severity };
        self.overridden(rule, severity)
    }

    /// The same for a finding that the interop profile forgives because of its value.
    pub(super) fn lenient_severity(&self, rule: &EventRule) -> Option<Severity> {
        let interop = self.profile == Profile::Interop;
        self.overridden(rule, if interop { Severity::Warning } else { rule.severity })
    }

    /// Whether the content of `data` is looked at.
    pub fn reads_payload(&self) -> bool {
        self.profile != Profile::EnvelopeOnly
    }

    fn overridden(&self, rule: &EventRule, otherwise: Severity) -> Option<Severity> {
        match self.overrides.find(rule) {
            Some(RuleSetting::Off) => None,
            Some(RuleSetting::As(severity)) => Some(severity),
            None => Some(otherwise),
        }
    }
}
