//! Compatibility: may this candidate follow the history of the subject?

use chancery_engine::verdict::{CheckOptions, Earlier};
use chancery_engine::{CompatibilityLevel, Verdict, verdict};

use super::lookup::{Posted, ReadAs};
use super::{Candidate, EffectiveConfig, Registry, RegistryError, contract, cpu};
use crate::model::{Content, Subject, VersionSelector};
use crate::store::History;

/// What a candidate is tested against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// One version, also under transitive levels.
    One(VersionSelector),
    /// What registration would test.
    History,
}

impl Registry {
    /// Tests a candidate without writing. An unknown subject is compatible with everything but a number.
    ///
    /// # Errors
    /// `VersionNotFound` for an absent or soft-deleted number, then `InvalidSchema`; with `verbose` an invalid
    /// schema is a verdict with its reason as the only message.
    pub async fn test_compatibility(
        &self,
        subject: &Subject,
        against: Against,
        candidate: &Candidate,
        normalize: bool,
        verbose: bool,
    ) -> Result<Verdict, RegistryError> {
        let history = self.history(subject).await?;
        let only = match against {
            Against::History => None,
            Against::One(VersionSelector::Latest) => history.latest().map(|row| row.version),
            Against::One(VersionSelector::Number(version)) => {
                let row = history.find(version).filter(|row| !row.deleted);
                Some(row.ok_or(RegistryError::VersionNotFound(version))?.version)
            }
        };
        let config = self.effective_config(subject).await?;
        match self.parse_for_test(subject, candidate, normalize, &history, &config).await {
            Ok(posted) => self.judge(subject, &posted, &history, &config, only).await,
            Err(RegistryError::InvalidSchema(reason)) if verbose => {
                Ok(Verdict { messages: vec![reason], ..Verdict::default() })
            }
            Err(other) => Err(other),
        }
    }

    /// The candidate as its registration would store it: metadata takes part in groups and reserved fields.
    async fn parse_for_test(
        &self,
        subject: &Subject,
        candidate: &Candidate,
        normalize: bool,
        history: &History,
        config: &EffectiveConfig,
    ) -> Result<Posted, RegistryError> {
        let read_as = ReadAs::New { strict: config.validate_new_schemas };
        let normalize = normalize || config.normalize;
        let posted = self.parse_candidate(&subject.context, candidate, normalize, read_as).await?;
        if config.validate_fields {
            posted.schema.check_fields().map_err(|cause| candidate.refused(&cause))?;
        }
        self.complete_posted(subject, posted, history, config).await
    }

    /// The verdict of a parsed candidate: against `only` when given, else against the history as the level
    /// says, filtered by compatibility group.
    pub(super) async fn judge(
        &self,
        subject: &Subject,
        posted: &Posted,
        history: &History,
        config: &EffectiveConfig,
        only: Option<i32>,
    ) -> Result<Verdict, RegistryError> {
        let rows: Vec<_> =
            history.active().filter(|row| only.is_none_or(|version| row.version == version)).collect();
        let reserved = match rows.last() {
            _ if !config.validate_fields => Vec::new(),
            Some(row) => {
                let latest = self.content_of(row).await?;
                contract::reserved_field_findings(&posted.schema, &posted.content, Some(&latest))
            }
            None => contract::reserved_field_findings(&posted.schema, &posted.content, None),
        };
        let policy = self.policy_for(subject, posted.content.schema_type, config).await?;
        let mut earlier = Vec::new();
        if config.level != CompatibilityLevel::None {
            for row in rows.into_iter().rev() {
                let content = self.content_of(row).await?;
                if !same_group(config, &posted.content, &content) {
                    continue;
                }
                let schema = self.parse_stored(&subject.context, row.fingerprint, &content).await?;
                earlier.push((row.version, schema));
                if !config.level.is_transitive() {
                    break;
                }
            }
        }
        earlier.reverse();
        let (candidate, level) = (posted.schema.clone(), config.level);
        let (validate_fields, limits) = (config.validate_fields, self.settings.limits);
        Ok(cpu::apart(move || {
            let history: Vec<_> =
                earlier.iter().map(|(version, schema)| Earlier { version: Some(*version), schema }).collect();
            let options = CheckOptions { level, policy, validate_fields, reserved: &reserved, limits };
            verdict::check(&candidate, &history, &options)
        })
        .await)
    }
}

/// Whether two contents belong to the same compatibility group (absent equals absent).
fn same_group(config: &EffectiveConfig, posted: &Content, stored: &Content) -> bool {
    let Some(property) = config.config.compatibility_group.as_deref() else {
        return true;
    };
    let group =
        |content: &Content| content.metadata.as_ref().and_then(|m| m.properties.get(property)).cloned();
    group(posted) == group(stored)
}
