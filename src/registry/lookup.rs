//! Lookup: is this candidate a version of the subject already?
//!
//! A candidate is the same as a stored version when canonical text, references, metadata and rule set are
//! equal; failing that, when the engine finds the schemas equivalent (Avro: order of custom properties,
//! references against inlined definitions) with equal rule set and metadata up to `confluent:version`.
//! The highest version wins.

use std::sync::Arc;

use chancery_engine::{Schema, SchemaType, Source, Strictness};

use super::contract::{self, metadata_matches};
use super::cpu;
use super::references::{Resolved, Targets};
use super::versions::passes_on;
use super::{Candidate, EffectiveConfig, Registry, RegistryError};
use crate::model::{Content, ContextName, Reference, SchemaVersion, Subject};
use crate::store::{History, Target, VersionRow};

/// A candidate after parsing: what it is, and what would be stored.
#[derive(Clone, Debug)]
pub(super) struct Posted {
    pub schema: Arc<Schema>,
    pub content: Content,
    pub targets: Vec<Target>,
}

/// What a candidate is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadAs {
    /// Something that may be stored: a lookup, an import. Any stored version may be referenced.
    Stored,
    /// A new schema: references lead to active versions.
    New {
        /// Whether names and defaults are checked.
        strict: bool,
    },
}

/// Which versions a lookup sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Visible {
    Active,
    All,
}

impl Registry {
    /// Finds the version of a subject that is this candidate. Never writes.
    ///
    /// # Errors
    /// `InvalidSchema` also for unknown subjects; `SubjectNotFound` when no version is visible;
    /// `SchemaNotFound`.
    pub async fn lookup(
        &self,
        subject: &Subject,
        candidate: &Candidate,
        normalize: bool,
        deleted: bool,
    ) -> Result<SchemaVersion, RegistryError> {
        let visible = if deleted { Visible::All } else { Visible::Active };
        for namesake in self.same_name_everywhere(subject).await? {
            match self.lookup_in(&namesake, candidate, normalize, visible).await {
                Ok(found) => return Ok(found),
                Err(refusal) => passes_on(subject, &namesake, refusal)?,
            }
        }
        Err(RegistryError::SubjectNotFound(subject.clone()))
    }

    async fn lookup_in(
        &self,
        subject: &Subject,
        candidate: &Candidate,
        normalize: bool,
        visible: Visible,
    ) -> Result<SchemaVersion, RegistryError> {
        let config = self.effective_config(subject).await?;
        let posted = self
            .parse_candidate(&subject.context, candidate, normalize || config.normalize, ReadAs::Stored)
            .await?;
        let history = self.history(subject).await?;
        if !history.versions.iter().any(|row| visible.includes(row)) {
            return Err(RegistryError::SubjectNotFound(subject.clone()));
        }
        if let Some(found) = self.find_match(subject, &history, &posted, |row| visible.includes(row)).await? {
            return Ok(found);
        }
        let completed = self.complete_posted(subject, posted, &history, &config).await?;
        let found = self.find_match(subject, &history, &completed, |row| visible.includes(row)).await?;
        found.ok_or(RegistryError::SchemaNotFound(None))
    }

    /// Parses a candidate with its references and normalizes it when asked.
    ///
    /// # Errors
    /// `InvalidSchema`: unknown type, blank text, bad references, unparsable text.
    pub(super) async fn parse_candidate(
        &self,
        context: &ContextName,
        candidate: &Candidate,
        normalize: bool,
        read_as: ReadAs,
    ) -> Result<Posted, RegistryError> {
        let schema_type = candidate.format()?;
        let text = candidate.text().ok_or_else(|| RegistryError::InvalidSchema("Empty schema".to_owned()))?;
        let (strictness, targets) = match read_as {
            ReadAs::Stored => (Strictness::Stored, Targets::Stored),
            ReadAs::New { strict: false } => (Strictness::Stored, Targets::Active),
            ReadAs::New { strict: true } => (Strictness::New, Targets::Active),
        };
        let resolved = self.resolve_posted(context, &candidate.references, targets).await?;
        let parsed = self.parse_text(schema_type, text.to_owned(), resolved, strictness, normalize).await;
        let (schema, text, resolved) = parsed.map_err(|cause| candidate.refused(&cause))?;
        Ok(Posted {
            schema,
            content: Content {
                schema_type,
                text,
                references: stored_references(resolved.references, normalize),
                metadata: candidate.metadata.clone(),
                rule_set: candidate.rule_set.clone(),
            },
            targets: resolved.targets,
        })
    }

    /// Parses a text; with `normalize` the schema and text of its normal form.
    pub(super) async fn parse_text(
        &self,
        schema_type: SchemaType,
        text: String,
        resolved: Resolved,
        strictness: Strictness,
        normalize: bool,
    ) -> Result<(Arc<Schema>, String, Resolved), chancery_engine::SchemaError> {
        let limits = self.settings.limits;
        cpu::by_size(text.len() + resolved.bytes(), move || {
            let source = Source { text: &text, dependencies: &resolved.dependencies };
            let schema = Schema::parse(schema_type, &source, strictness, &limits)?;
            if !normalize {
                let text = schema.canonical();
                return Ok((Arc::new(schema), text, resolved));
            }
            let normal = schema.normalized();
            let source = Source { text: &normal, dependencies: &resolved.dependencies };
            let schema = Schema::parse(schema_type, &source, Strictness::Stored, &limits)?;
            Ok((Arc::new(schema), normal, resolved))
        })
        .await
    }

    /// Fills in inherited and configured metadata and rules.
    pub(super) async fn complete_posted(
        &self,
        _subject: &Subject,
        mut posted: Posted,
        history: &History,
        config: &EffectiveConfig,
    ) -> Result<Posted, RegistryError> {
        let latest = match history.latest() {
            Some(row) => Some(self.content_of(row).await?),
            None => None,
        };
        contract::complete(&mut posted.content, latest.as_deref(), config);
        Ok(posted)
    }

    /// The version among those that count that is this candidate: by fingerprint first, else by equivalence, highest first.
    pub(super) async fn find_match(
        &self,
        subject: &Subject,
        history: &History,
        posted: &Posted,
        counts: impl Fn(&VersionRow) -> bool,
    ) -> Result<Option<SchemaVersion>, RegistryError> {
        let fingerprint = posted.content.fingerprint();
        let rows: Vec<_> = history.versions.iter().rev().filter(|row| counts(row)).collect();
        if let Some(row) = rows.iter().find(|row| row.fingerprint == fingerprint) {
            return Ok(Some(version_of(subject, row, self.content_of(row).await?)));
        }
        let digest = Some(posted.schema.digest());
        let digests = self.digests_of(&subject.context, &rows).await?;
        for (row, _) in rows.into_iter().zip(digests).filter(|(_, known)| *known == digest) {
            let (content, schema) = self.parse_row(&subject.context, row).await?;
            let matches = contract_matches(&posted.content, &content, row.version);
            if matches && posted.schema.is_equivalent(&schema) {
                return Ok(Some(version_of(subject, row, content)));
            }
        }
        Ok(None)
    }
}

impl Visible {
    fn includes(self, row: &VersionRow) -> bool {
        self == Self::All || !row.deleted
    }
}

/// Everything but the schema itself.
fn contract_matches(posted: &Content, stored: &Content, version: i32) -> bool {
    let avro_inlined = posted.schema_type == SchemaType::Avro
        && posted.references.is_empty()
        && !stored.references.is_empty();
    posted.schema_type == stored.schema_type
        && posted.rule_set == stored.rule_set
        && (avro_inlined || posted.references == stored.references)
        && metadata_matches(posted.metadata.as_ref(), stored.metadata.as_ref(), version)
}

/// Normal form of a list of references: sorted by subject and version, without repetition.
fn stored_references(mut references: Vec<Reference>, normalize: bool) -> Vec<Reference> {
    if normalize {
        references.sort_by(|a, b| (&a.subject, a.version, &a.name).cmp(&(&b.subject, b.version, &b.name)));
        references.dedup();
    }
    references
}

/// A version row with its content.
pub(super) fn version_of(subject: &Subject, row: &VersionRow, content: Arc<Content>) -> SchemaVersion {
    SchemaVersion {
        subject: subject.clone(),
        version: row.version,
        id: row.id,
        guid: row.guid,
        content,
        deleted: row.deleted,
        created_ms: row.created_ms,
    }
}
