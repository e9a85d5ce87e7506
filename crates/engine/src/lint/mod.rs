//! Event-design lint: advice on schemas, events and subject settings. Never a verdict.
//!
//! One rule a file under `rules/`, one row a rule: id, default level, what it finds and why, and the check; for each
//! kind of input it looks at, one under `fixtures/` on which it fires and one on which it does not. Ids (`L01` …) are
//! stable and never reused.
//!
//! A finding can be silenced where it stands, each with an optional reason:
//! - JSON Schema: `"x-lint-ignore": ["L11"]`, or `[{"id": "L11", "reason": "…"}]`;
//! - Avro: the property `lintIgnore` of a type or a field, same values;
//! - Protobuf: a comment `// lint:ignore L11 reason` on the line of the element or the lines before it;
//!   before anything else in the file it holds for the whole file.
//!
//! It holds for the element it stands at and everything inside; at the type of a field it holds for the field, and what
//! the schema of an event silences at a member is silent in its data.
//!
//! To add a rule: a file `rules/lNN_name.rs` with a `RULE`, its fixtures, one line in [`RULES`]. The tests hold the
//! folders against the table and run both fixtures of every kind. `docs/rules/lint/` has a page for each.

mod ignore;
mod input;
mod model;
mod names;
mod records;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::violation::{FURTHER_INSIDE, MAX_FINDING_BYTES, Place, Room, climb};
use crate::{SchemaError, SchemaType};

pub use input::{EventInput, LintInput, RecordShape, SchemaInput, SubjectInput};
pub use records::list_records;
pub use rules::RULES;

/// How a finding is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Not at all.
    Off,
    /// A remark.
    Info,
    /// Worth a change.
    Warn,
    /// A check fails.
    Error,
}

impl Level {
    /// All levels with the names used in settings.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Off, "off"), (Self::Info, "info"), (Self::Warn, "warn"), (Self::Error, "error")];

    /// The name used in settings.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The level of an exact name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(level, _)| *level)
    }
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A schema of this format, at registration or in CI.
    Schema(SchemaType),
    /// An event.
    Event,
    /// The settings of a subject.
    Subject,
}

impl Scope {
    /// The name in documentation.
    pub fn name(self) -> &'static str {
        match self {
            Self::Schema(SchemaType::Avro) => "Avro schemas",
            Self::Schema(SchemaType::Protobuf) => "Protobuf schemas",
            Self::Schema(SchemaType::Json) => "JSON Schemas",
            Self::Event => "events",
            Self::Subject => "subjects",
        }
    }
}

/// An input on which a rule fires, or does not.
#[derive(Clone, Copy, Debug)]
pub enum Example {
    /// A schema text.
    Schema(SchemaType, &'static str),
    /// A CloudEvent in the JSON format.
    Event(&'static str),
    /// The settings of a subject.
    Subject(SubjectInput<'static>),
}

/// Two inputs of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// The rule fires here.
    pub bad: Example,
    /// It does not fire here.
    pub good: Example,
}

impl Pair {
    /// The kind of both inputs.
    pub fn scope(&self) -> Scope {
        match self.bad {
            Example::Schema(format, _) => Scope::Schema(format),
            Example::Event(_) => Scope::Event,
            Example::Subject(_) => Scope::Subject,
        }
    }
}

/// One rule: a row of the catalogue.
#[derive(Debug)]
pub struct Rule {
    /// Stable id: `L11`.
    pub id: &'static str,
    /// Readable name: `money-as-float`.
    pub name: &'static str,
    /// Level unless settings say otherwise.
    pub level: Level,
    /// What is found, one line.
    pub summary: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do instead.
    pub suggestion: &'static str,
    /// One pair for each kind of input that it looks at.
    pub examples: &'static [Pair],
    /// The check.
    check: fn(&input::View<'_>, &mut Found),
}

impl Rule {
    /// What it looks at.
    pub fn scopes(&self) -> impl Iterator<Item = Scope> {
        self.examples.iter().map(Pair::scope)
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// Id of the rule.
    pub id: &'static str,
    /// Never [`Level::Off`].
    pub level: Level,
    /// Part of the input; [`Place::Data`] for schemas.
    pub place: Place,
    /// JSON Pointer into the schema, the event or its data; dotted element name in Protobuf; empty for a
    /// subject.
    pub pointer: String,
    /// What was found. Never carries payload values.
    pub message: String,
    /// What to do instead.
    pub suggestion: &'static str,
}

impl Lint {
    /// Brings the pointer to a length that can be shown.
    fn bounded(mut self) -> Self {
        if climb(&mut self.pointer) {
            self.message.push_str(FURTHER_INSIDE);
        }
        self
    }

    fn bytes(&self) -> usize {
        self.pointer.len() + self.message.len()
    }
}

/// Settings of a lint run.
#[derive(Clone, Debug, Default)]
pub struct LintOptions {
    /// Levels by rule id; rules that are not named keep their default.
    pub levels: BTreeMap<String, Level>,
    /// Seconds since 1970 at the time of the check; rules on event time are silent without it.
    pub now: Option<i64>,
    /// Oldest event that counts as recent, in seconds (default seven days).
    pub max_age: Option<i64>,
    /// How far ahead of the clock an event may be, in seconds (default five minutes).
    pub max_ahead: Option<i64>,
}

impl LintOptions {
    fn level(&self, rule: &Rule) -> Level {
        self.levels.get(rule.id).copied().unwrap_or(rule.level)
    }
}

/// Finds a rule by its id.
pub fn find_rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// Findings reported for one input.
pub const MAX_LINTS: usize = 100;

/// Runs all rules on one input. Findings come by rule, then in document order; of more than [`MAX_LINTS`], or than
/// [`MAX_FINDING_BYTES`] hold, the most severe ones are kept, and come first.
///
/// # Errors
/// [`SchemaError`] when a schema text cannot be read; events and settings always can.
pub fn lint(input: &LintInput<'_>, options: &LintOptions) -> Result<Vec<Lint>, SchemaError> {
    let view = input::View::of(input, options)?;
    let mut lints = Vec::new();
    for rule in RULES {
        let level = options.level(rule);
        if level == Level::Off {
            continue;
        }
        let mut found = Found::default();
        (rule.check)(&view, &mut found);
        let kept =
            found.list.into_iter().filter(|finding| !view.ignores(rule.id, finding.place, &finding.pointer));
        let kept = kept.map(|finding| Lint {
            id: rule.id,
            level: finding.level.filter(|_| !options.levels.contains_key(rule.id)).unwrap_or(level),
            place: finding.place,
            pointer: finding.pointer,
            message: finding.message,
            suggestion: rule.suggestion,
        });
        lints.extend(kept.map(Lint::bounded));
    }
    let bytes: usize = lints.iter().map(Lint::bytes).sum();
    if lints.len() > MAX_LINTS || bytes > MAX_FINDING_BYTES {
        lints.sort_by_key(|lint| std::cmp::Reverse(lint.level));
        let mut room = Room::of(MAX_LINTS);
        lints.retain(|lint| {
            let is_kept = !room.is_spent();
            room.spend(lint.bytes());
            is_kept
        });
    }
    Ok(lints)
}

/// Findings of one rule before the silenced ones are left out, and bytes of their pointers.
const MAX_OF_RULE: usize = 1_000;
const MAX_BYTES_OF_RULE: usize = 1 << 20;

/// Characters of a message: names can be long.
const MAX_MESSAGE: usize = 300;

/// Findings of one rule.
#[derive(Debug, Default)]
struct Found {
    list: Vec<Finding>,
    bytes: usize,
}

#[derive(Debug)]
struct Finding {
    place: Place,
    pointer: String,
    message: String,
    /// Where one rule has two levels; settings win over both.
    level: Option<Level>,
}

impl Found {
    /// In a schema, or in the data of an event.
    fn data(&mut self, pointer: &str, message: impl Into<String>) {
        self.push(Place::Data, pointer, message.into());
    }

    /// In an attribute of an event.
    fn attribute(&mut self, name: &str, message: impl Into<String>) {
        self.push(Place::Envelope, &format!("/{name}"), message.into());
    }

    fn push(&mut self, place: Place, pointer: &str, mut message: String) {
        if self.list.len() >= MAX_OF_RULE || self.bytes >= MAX_BYTES_OF_RULE {
            return;
        }
        self.bytes += pointer.len();
        if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE) {
            message.truncate(end);
            message.push('…');
        }
        self.list.push(Finding { place, pointer: pointer.to_owned(), message, level: None });
    }

    /// In a schema or in settings, at another level than that of the rule.
    fn raise(&mut self, level: Level, pointer: &str, message: impl Into<String>) {
        let before = self.list.len();
        self.push(Place::Data, pointer, message.into());
        for finding in &mut self.list[before..] {
            finding.level = Some(level);
        }
    }
}
