//! Explained verdicts: why a candidate may or may not follow a history, in plain words.
//!
//! Ours, under `/v1/`. Every difference is reported, also those that break nothing, against each version that
//! was asked for and in both directions, so that the answer can also say which levels would accept it.

use std::sync::Arc;

use chancery_engine::difference::{CompareOptions, Difference, Policy, Side};
use chancery_engine::tree::Lines;
use chancery_engine::verdict::Direction;
use chancery_engine::{CompatibilityLevel, Schema, SchemaType};
use serde::Serialize;

use super::lookup::ReadAs;
use super::versions::select;
use super::{Candidate, Registry, RegistryError, cpu};
use crate::model::{Subject, VersionSelector};

/// Which versions a candidate is explained against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExplainAgainst {
    /// One version.
    One(VersionSelector),
    /// All active versions.
    All,
}

/// The explained verdict.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// Qualified subject.
    pub subject: String,
    /// Format of the candidate.
    pub schema_type: &'static str,
    /// Level in force.
    pub level: &'static str,
    /// Policy in force.
    pub policy: &'static str,
    /// Whether the level in force accepts the candidate against these versions.
    pub compatible: bool,
    /// Levels that would accept it against these versions.
    pub accepted_levels: Vec<&'static str>,
    /// What was found, newest version first.
    pub versions: Vec<VersionExplanation>,
}

/// What was found against one version.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionExplanation {
    /// The version.
    pub version: i32,
    /// Its id.
    pub schema_id: i32,
    /// Whether the candidate reads its data.
    pub backward: bool,
    /// Whether it reads the candidate's data.
    pub forward: bool,
    /// Set when the two are of different formats; nothing else is compared then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub different_type: Option<&'static str>,
    /// Differences, forward ones first under FULL as in the reference's messages.
    pub differences: Vec<ExplainedDifference>,
    /// A document that the change loses although the verdict accepts it (JSON Schema).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
}

/// A document for which a verdict of the reference does not hold.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Witness {
    /// `backward` or `forward`.
    pub direction: &'static str,
    /// The document.
    pub document: String,
    /// What it shows.
    pub explanation: String,
}

/// One difference in plain words.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedDifference {
    /// Stable rule id.
    pub rule: &'static str,
    /// The reference's type name, when it has one.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub kind: &'static str,
    /// `backward`: the candidate reads old data; `forward`: the old version reads new data.
    pub direction: &'static str,
    /// Whether it makes the candidate incompatible under the level and policy in force.
    pub breaks: bool,
    /// Path as the reference prints it.
    pub path: String,
    /// One line.
    pub summary: &'static str,
    /// Who cannot read what.
    pub explanation: String,
    /// Where it stands in the text that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate: Option<Location>,
    /// Where it stands in the stored version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existing: Option<Location>,
    /// Policies under which this difference breaks nothing.
    pub accepted_by_policies: Vec<&'static str>,
    /// Levels that do not look in this direction.
    pub accepted_by_levels: Vec<&'static str>,
    /// A change that would pass.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub advice: &'static str,
}

/// A place in a schema text.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// JSON Pointer or dotted element name.
    pub pointer: String,
    /// Line from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Column from 1, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The element's text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fragment: Option<String>,
}

/// One earlier version as the comparison needs it.
struct EarlierVersion {
    version: i32,
    id: i32,
    text: String,
    schema: Arc<Schema>,
}

impl Registry {
    /// Explains what a candidate changes against earlier versions of a subject. Never writes.
    /// Cost: two comparisons a version, on the blocking pool.
    ///
    /// # Errors
    /// `SubjectNotFound`, `VersionNotFound`, `InvalidSchema`.
    pub async fn explain(
        &self,
        subject: &Subject,
        against: ExplainAgainst,
        candidate: &Candidate,
    ) -> Result<Explanation, RegistryError> {
        let history = self.history(subject).await?;
        let rows: Vec<_> = match against {
            ExplainAgainst::One(selector) => vec![select(subject, &history, selector, false)?],
            ExplainAgainst::All => history.active().rev().collect(),
        };
        let mut earlier = Vec::with_capacity(rows.len());
        for row in rows {
            let (content, schema) = self.parse_row(&subject.context, row).await?;
            earlier.push(EarlierVersion {
                version: row.version,
                id: row.id.0,
                text: content.text.clone(),
                schema,
            });
        }
        let config = self.effective_config(subject).await?;
        // Not normalized: places must point into the text that was sent.
        let posted =
            self.parse_candidate(&subject.context, candidate, false, ReadAs::New { strict: true }).await?;
        let policy = self.policy_for(subject, posted.content.schema_type, &config).await?;
        let sent = candidate.schema.clone().unwrap_or_default();
        let options = CompareOptions { policy, limits: self.settings.limits };
        let (schema, level) = (posted.schema, config.level);
        let versions = cpu::apart(move || {
            let sent = Lines::of(&sent);
            let explain = |one: &EarlierVersion| explain_version(&schema, &sent, one, level, &options);
            earlier.iter().map(explain).collect::<Vec<_>>()
        })
        .await;
        Ok(Explanation {
            subject: subject.qualified(),
            schema_type: posted.content.schema_type.name(),
            level: level.name(),
            policy: policy.name(),
            compatible: accepts(level, &versions),
            accepted_levels: accepted_levels(|level| accepts(level, &versions)),
            versions,
        })
    }
}

fn explain_version(
    candidate: &Schema,
    sent: &Lines<'_>,
    earlier: &EarlierVersion,
    level: CompatibilityLevel,
    options: &CompareOptions,
) -> VersionExplanation {
    let mut explained = VersionExplanation {
        version: earlier.version,
        schema_id: earlier.id,
        backward: true,
        forward: true,
        different_type: None,
        differences: Vec::new(),
        witness: None,
    };
    if candidate.schema_type() != earlier.schema.schema_type() {
        explained.different_type = Some(earlier.schema.schema_type().name());
        (explained.backward, explained.forward) = (false, false);
        return explained;
    }
    let texts = Texts { sent, stored: &Lines::of(&earlier.text), version: earlier.version };
    for direction in [Direction::Forward, Direction::Backward] {
        let comparison = direction.compare(candidate, &earlier.schema, options);
        let compatible = comparison.is_compatible();
        match direction {
            Direction::Backward => explained.backward = compatible,
            Direction::Forward => explained.forward = compatible,
        }
        let in_force = level.directions().contains(&direction);
        if explained.witness.is_none() && in_force && compatible {
            explained.witness = lost_document(direction, candidate, earlier);
        }
        for difference in &comparison.differences {
            explained.differences.push(explain_difference(difference, direction, in_force, &texts));
        }
    }
    explained
}

/// A document that the verdict overlooks: valid for the writer, and no longer valid for the reader. JSON Schema
/// only; the reference's rules compare keywords, not the documents they accept.
fn lost_document(direction: Direction, candidate: &Schema, earlier: &EarlierVersion) -> Option<Witness> {
    let (reader, writer) = match direction {
        Direction::Backward => (candidate, &*earlier.schema),
        Direction::Forward => (&*earlier.schema, candidate),
    };
    let document = Schema::witness(reader, writer)?;
    let (valid_for, refused_by) = match direction {
        Direction::Backward => (format!("version {}", earlier.version), "this schema".to_owned()),
        Direction::Forward => ("this schema".to_owned(), format!("version {}", earlier.version)),
    };
    let explanation =
        format!("passes here, but `{document}` is valid for {valid_for} and not for {refused_by}");
    Some(Witness { direction: direction_name(direction), document, explanation })
}

/// The two texts a difference points into.
struct Texts<'a> {
    sent: &'a Lines<'a>,
    stored: &'a Lines<'a>,
    version: i32,
}

fn explain_difference(
    difference: &Difference,
    direction: Direction,
    in_force: bool,
    texts: &Texts<'_>,
) -> ExplainedDifference {
    let existing = format!("version {}", texts.version);
    let (reader, writer) = match direction {
        Direction::Backward => ("this schema", existing.as_str()),
        Direction::Forward => (existing.as_str(), "this schema"),
    };
    let (new_side, old_side) = match direction {
        Direction::Backward => (&difference.reader, &difference.writer),
        Direction::Forward => (&difference.writer, &difference.reader),
    };
    let (reader_word, writer_word) = direction.words();
    let consequence = difference.consequence(reader_word, writer_word);
    let explanation = if difference.incompatible {
        format!("consumers on {reader} cannot read data written with {writer}: {consequence}")
    } else {
        consequence
    };
    ExplainedDifference {
        rule: difference.rule.id,
        kind: difference.rule.kind,
        direction: direction_name(direction),
        breaks: in_force && difference.incompatible,
        path: difference.path.clone(),
        summary: difference.rule.summary,
        explanation,
        candidate: new_side.as_ref().map(|side| locate(side, texts.sent)),
        existing: old_side.as_ref().map(|side| locate(side, texts.stored)),
        accepted_by_policies: policies_of(difference.rule.format)
            .iter()
            .filter(|policy| !difference.rule.breaks_under(**policy))
            .map(|policy| policy.name())
            .collect(),
        accepted_by_levels: accepted_levels(|level| {
            !difference.incompatible || !level.directions().contains(&direction)
        }),
        advice: difference.rule.advice,
    }
}

/// The policies that mean something for a format.
fn policies_of(format: SchemaType) -> &'static [Policy] {
    match format {
        SchemaType::Avro => &[Policy::Reference],
        SchemaType::Json => &[Policy::Reference, Policy::Lenient, Policy::Sound],
        SchemaType::Protobuf => &[Policy::Reference, Policy::Wire, Policy::WireJson, Policy::Source],
    }
}

fn locate(side: &Side, lines: &Lines<'_>) -> Location {
    let place = side.offset.map(|offset| lines.place(offset));
    Location {
        pointer: side.pointer.clone(),
        line: place.map(|(line, _)| line),
        column: place.map(|(_, column)| column),
        fragment: side.fragment.clone(),
    }
}

fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Backward => "backward",
        Direction::Forward => "forward",
    }
}

/// Whether a level accepts the candidate against these versions (newest first).
fn accepts(level: CompatibilityLevel, versions: &[VersionExplanation]) -> bool {
    let looked_at = if level.is_transitive() { versions.len() } else { 1 };
    versions.iter().take(looked_at).all(|one| {
        level.directions().iter().all(|direction| match direction {
            Direction::Backward => one.backward,
            Direction::Forward => one.forward,
        })
    })
}

fn accepted_levels(accepts: impl Fn(CompatibilityLevel) -> bool) -> Vec<&'static str> {
    let accepted = CompatibilityLevel::ALL.iter().filter(|(level, _)| accepts(*level));
    accepted.map(|(_, name)| *name).collect()
}
