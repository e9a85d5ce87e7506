//! Levels, directions and the verdict of a candidate against a history.
//!
//! Follows the reference's selection and message order (`compatibility` endpoints and 409 bodies):
//! FULL reports old-cannot-read-new findings first; transitive levels go from the newest version to the
//! oldest and stop at the first one with findings; the two `oldSchema` lines follow only when the last
//! direction that ran had findings.

use std::fmt;
use std::str::FromStr;

use crate::difference::{CompareOptions, Comparison, Difference, Policy};
use crate::{Limits, Schema};

/// What `compatibilityPolicy` is called in settings.
pub use crate::difference::Policy as CompatibilityPolicy;

/// Longest old schema text quoted in a message, in characters (reference: 10240).
const MAX_QUOTED_CHARACTERS: usize = 10_240;

/// The seven levels of the Confluent API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompatibilityLevel {
    /// No check.
    None,
    /// New reads the latest.
    Backward,
    /// New reads all.
    BackwardTransitive,
    /// The latest reads new.
    Forward,
    /// All read new.
    ForwardTransitive,
    /// Both against the latest.
    Full,
    /// Both against all.
    FullTransitive,
}

use CompatibilityLevel as Level;

impl Level {
    /// All levels with their wire names.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::None, "NONE"),
        (Self::Backward, "BACKWARD"),
        (Self::BackwardTransitive, "BACKWARD_TRANSITIVE"),
        (Self::Forward, "FORWARD"),
        (Self::ForwardTransitive, "FORWARD_TRANSITIVE"),
        (Self::Full, "FULL"),
        (Self::FullTransitive, "FULL_TRANSITIVE"),
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(level, _)| *level == self).map_or("NONE", |(_, name)| name)
    }

    /// Whether all versions are checked, not only the latest.
    pub fn is_transitive(self) -> bool {
        matches!(self, Self::BackwardTransitive | Self::ForwardTransitive | Self::FullTransitive)
    }

    /// The directions of the level in the order in which the reference runs them.
    pub fn directions(self) -> &'static [Direction] {
        match self {
            Self::None => &[],
            Self::Backward | Self::BackwardTransitive => &[Direction::Backward],
            Self::Forward | Self::ForwardTransitive => &[Direction::Forward],
            Self::Full | Self::FullTransitive => &[Direction::Forward, Direction::Backward],
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Level {
    type Err = ();

    /// Any letter case, as the reference reads it.
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().find(|(_, name)| name.eq_ignore_ascii_case(text)).map(|(level, _)| *level).ok_or(())
    }
}

/// Who reads whose data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Reader = candidate, writer = history.
    Backward,
    /// Reader = history, writer = candidate.
    Forward,
}

impl Direction {
    /// The words for (reader, writer) in messages.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Backward => ("new", "old"),
            Self::Forward => ("old", "new"),
        }
    }

    /// Compares a candidate with an earlier schema in this direction.
    pub fn compare(self, candidate: &Schema, earlier: &Schema, options: &CompareOptions) -> Comparison {
        match self {
            Self::Backward => Schema::compare(candidate, earlier, options),
            Self::Forward => Schema::compare(earlier, candidate, options),
        }
    }
}

/// An earlier version that a candidate is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Earlier<'a> {
    /// Version number, when the earlier schema has one (offline checks may not).
    pub version: Option<i32>,
    /// The parsed schema.
    pub schema: &'a Schema,
}

/// How a candidate is checked.
#[derive(Clone, Copy, Debug)]
pub struct CheckOptions<'a> {
    /// The level in force.
    pub level: Level,
    /// Which differences count.
    pub policy: Policy,
    /// The value of `validateFields`, quoted in the last message.
    pub validate_fields: bool,
    /// Findings made before the comparison (reserved fields); reported first, also under NONE.
    pub reserved: &'a [String],
    /// Bounds of each comparison.
    pub limits: Limits,
}

impl Default for CheckOptions<'_> {
    fn default() -> Self {
        Self {
            level: Level::Backward,
            policy: Policy::default(),
            validate_fields: false,
            reserved: &[],
            limits: Limits::default(),
        }
    }
}

/// One incompatible difference with its direction and the version it was found against.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Who could not read.
    pub direction: Direction,
    /// Version of the earlier schema.
    pub version: Option<i32>,
    /// What was found.
    pub difference: Difference,
}

/// The answer to "may this candidate follow this history".
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// The reference's messages in order; empty exactly when the candidate is compatible.
    pub messages: Vec<String>,
    /// The findings behind the messages.
    pub findings: Vec<Finding>,
    /// Steps of all comparisons.
    pub steps: u64,
}

impl Verdict {
    /// Whether the candidate may follow the history.
    pub fn is_compatible(&self) -> bool {
        self.messages.is_empty()
    }
}

/// Checks a candidate against a history (oldest first, soft-deleted versions already left out).
///
/// Non-transitive levels look at the last entry only. An empty history is compatible.
/// Cost: one comparison a direction and version, each bounded by `limits.max_steps`.
pub fn check(candidate: &Schema, history: &[Earlier<'_>], options: &CheckOptions<'_>) -> Verdict {
    let mut verdict = Verdict { messages: options.reserved.to_vec(), ..Verdict::default() };
    let checked = match options.level {
        Level::None => 0,
        level if level.is_transitive() => history.len(),
        _ => 1,
    };
    for earlier in history.iter().rev().take(checked) {
        if check_against(candidate, *earlier, options, &mut verdict) {
            break;
        }
    }
    if !verdict.messages.is_empty() {
        verdict.messages.push(format!(
            "{{validateFields: '{}', compatibility: '{}'}}",
            options.validate_fields, options.level
        ));
    }
    verdict
}

/// Runs all directions against one version; returns whether anything was found.
fn check_against(
    candidate: &Schema,
    earlier: Earlier<'_>,
    options: &CheckOptions<'_>,
    verdict: &mut Verdict,
) -> bool {
    if candidate.schema_type() != earlier.schema.schema_type() {
        verdict.messages.push("Incompatible because of different schema type".to_owned());
        return true;
    }
    let compare = CompareOptions { policy: options.policy, limits: options.limits };
    let (mut found, mut last_leg_found) = (false, false);
    for direction in options.level.directions() {
        let comparison = direction.compare(candidate, earlier.schema, &compare);
        verdict.steps += comparison.steps;
        let (reader, writer) = direction.words();
        last_leg_found = !comparison.is_compatible();
        found |= last_leg_found;
        for difference in comparison.differences.into_iter().filter(|difference| difference.incompatible) {
            verdict.messages.push(difference.message(reader, writer));
            verdict.findings.push(Finding { direction: *direction, version: earlier.version, difference });
        }
    }
    if last_leg_found {
        if let Some(version) = earlier.version {
            verdict.messages.push(format!("{{oldSchemaVersion: {version}}}"));
        }
        verdict.messages.push(quoted_schema(&earlier.schema.canonical()));
    }
    found
}

fn quoted_schema(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTED_CHARACTERS) {
        None => format!("{{oldSchema: '{text}'}}"),
        Some((cut, _)) => format!("{{oldSchema: <truncated> '{}...'}}", &text[..cut]),
    }
}
