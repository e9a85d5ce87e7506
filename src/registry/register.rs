//! Registration: may this candidate become a version of the subject, and under which id?
//!
//! The order of tests is the reference's: rule set, subject name, "is it there already" (before the mode, so
//! repetition succeeds under READONLY), mode, inheritance, strict parse, compatibility, version number, id.
//! Everything is decided on one history; the store verifies its revision when it writes, and when the
//! subject moved the decision is made again.

use std::sync::Arc;

use super::config::moved_too_often;
use super::lookup::{Posted, ReadAs};
use super::mode::refused;
use super::{
    Candidate, EffectiveConfig, MAX_ATTEMPTS, RawReference, Refusal, Registry, RegistryError, contract,
};
use crate::model::{Content, Mode, SchemaId, SchemaVersion, Subject};
use crate::store::{
    Applied, Command, Conflict, History, IdChoice, ModeRead, Registration, StoreError, VersionRow,
};

/// The reference's text for a version number that cannot be the next one.
const NOT_NEXT: &str = "Version is not one more than previous version";

/// What one attempt decided.
enum Decided {
    /// The candidate is a version already.
    There(SchemaVersion),
    /// It may become one.
    New(Box<Draft>),
}

/// A version that may be written on this history.
struct Draft {
    posted: Posted,
    history: Arc<History>,
    mode: ModeRead,
    version: i32,
    importing: bool,
}

impl Registry {
    /// Registers a candidate, or returns the version it already is. Idempotent: a repeated request gives the
    /// same id and version.
    ///
    /// # Errors
    /// `InvalidRuleSet`, `InvalidSubject`, `InvalidSchema`, `OperationNotPermitted`, `Incompatible`,
    /// `ReferenceExists` (an import over a version that others reference), `SchemaTooLarge`, `Store`.
    pub async fn register(
        &self,
        subject: &Subject,
        candidate: &Candidate,
        normalize: bool,
        force: bool,
    ) -> Result<SchemaVersion, RegistryError> {
        self.check_face(subject, candidate).await?;
        let mut turn = None;
        for _ in 0..MAX_ATTEMPTS {
            let attempt = match self.decide_registration(subject, candidate, normalize, force).await? {
                Decided::There(version) => return Ok(version),
                Decided::New(draft) => self.write(subject, candidate, *draft).await,
            };
            match attempt {
                Err(RegistryError::Store(StoreError::Conflict(conflict))) => match conflict {
                    // A reference that went away is refused by name when it is resolved again.
                    Conflict::Moved { .. } | Conflict::ReferenceGone { .. } => {
                        self.turns.take(&mut turn, subject).await;
                    }
                    Conflict::Referenced { subject, version } => {
                        return Err(RegistryError::ReferenceExists(subject, version));
                    }
                    Conflict::IdTaken(id) => return Err(refused(subject, Refusal::IdTaken(id.0))),
                    Conflict::IdsExhausted(_) => return Err(refused(subject, Refusal::IdsExhausted)),
                    other => return Err(StoreError::Conflict(other).into()),
                },
                other => return other,
            }
        }
        Err(moved_too_often(subject))
    }

    /// Decides as a registration would and writes nothing; the version, when the candidate is one already.
    ///
    /// # Errors
    /// Those of [`Self::register`].
    pub(super) async fn rehearse_registration(
        &self,
        subject: &Subject,
        candidate: &Candidate,
        normalize: bool,
    ) -> Result<Option<SchemaVersion>, RegistryError> {
        self.check_face(subject, candidate).await?;
        match self.decide_registration(subject, candidate, normalize, false).await? {
            Decided::There(version) => Ok(Some(version)),
            Decided::New(_) => Ok(None),
        }
    }

    /// What can be said before the candidate is parsed.
    async fn check_face(&self, subject: &Subject, candidate: &Candidate) -> Result<(), RegistryError> {
        if let Some(rule_set) = &candidate.rule_set {
            contract::check_rule_set(rule_set)?;
        }
        self.check_subject(subject)?;
        if candidate.text().is_some_and(|text| text.len() > self.settings.limits.max_bytes) {
            // Nothing that large is parsed, so of the tests before this one only the mode is made.
            check_register_mode(subject, self.effective_mode(subject).await?, candidate)?;
            return Err(RegistryError::SchemaTooLarge);
        }
        Ok(())
    }

    fn check_subject(&self, subject: &Subject) -> Result<(), RegistryError> {
        let rejected = self.settings.reject_empty_subject && (subject.is_context() || &*subject.name == "*");
        if !subject.is_valid() || subject.context.is_global() || rejected {
            return Err(RegistryError::InvalidSubject(subject.qualified()));
        }
        Ok(())
    }

    /// One attempt on one history.
    async fn decide_registration(
        &self,
        subject: &Subject,
        candidate: &Candidate,
        normalize: bool,
        force: bool,
    ) -> Result<Decided, RegistryError> {
        let history = self.history(subject).await?;
        let config = self.effective_config(subject).await?;
        let mode_read = self.read_mode(subject).await?;
        let mode = mode_read.mode.unwrap_or(self.settings.default_mode);
        let importing = mode == Mode::Import;
        let normalize = (normalize || config.normalize) && !importing;

        let mut searched = None;
        if !candidate.tags.is_some() && !config.adds_contract() && candidate.text().is_some() {
            let posted = self.parse_candidate(&subject.context, candidate, normalize, ReadAs::Stored).await?;
            if let Some(existing) = self.find_registered(subject, candidate, &history, &posted).await? {
                return Ok(Decided::There(existing));
            }
            searched = Some(posted.content);
        }
        check_register_mode(subject, mode, candidate)?;

        let inherited = self.inherit(candidate, &history).await?;
        let read_as =
            if importing { ReadAs::Stored } else { ReadAs::New { strict: config.validate_new_schemas } };
        let mut posted = self.parse_candidate(&subject.context, &inherited, normalize, read_as).await?;
        if candidate.tags.is_some() || candidate.tags.propagate {
            posted = self.retag(subject, posted, candidate, &history, normalize).await?;
        }
        if config.validate_fields && !importing {
            posted.schema.check_fields().map_err(|cause| candidate.refused(&cause))?;
        }
        if !importing {
            posted = self.complete_posted(subject, posted, &history, &config).await?;
            if searched.is_none_or(|content| content != posted.content)
                && let Some(existing) = self.find_registered(subject, candidate, &history, &posted).await?
            {
                return Ok(Decided::There(existing));
            }
        }

        if !importing {
            self.check_targets(subject, &posted).await?;
        }
        let version = if importing && candidate.version > 0 {
            candidate.version
        } else {
            history.next_version().ok_or_else(no_version_left)?
        };
        if !importing {
            let asked = candidate.version != 0 || candidate.tags.is_some() || candidate.tags.says_version;
            contract::stamp_version(&mut posted.content, asked, version);
            if !force && mode != Mode::Forward {
                self.check_candidate(subject, &posted, &history, &config).await?;
            }
            if candidate.version > 0 && candidate.version != version {
                return Err(RegistryError::InvalidSchema(NOT_NEXT.to_owned()));
            }
        }
        Ok(Decided::New(Box::new(Draft { posted, history, mode: mode_read, version, importing })))
    }

    /// The version this candidate already is, unless it asks for another number or id.
    async fn find_registered(
        &self,
        subject: &Subject,
        candidate: &Candidate,
        history: &History,
        posted: &Posted,
    ) -> Result<Option<SchemaVersion>, RegistryError> {
        let wanted = match candidate.version {
            0 => None,
            version if version < 0 => Some(history.latest().map_or(version, |row| row.version)),
            version => Some(version),
        };
        let id = candidate.given_id();
        // The same content may stand there under several ids (imports): the one that is asked for counts.
        let fits = |row: &VersionRow| {
            !row.deleted
                && wanted.is_none_or(|version| version == row.version)
                && id.is_none_or(|id| id == row.id.0)
        };
        self.find_match(subject, history, posted, fits).await
    }

    /// A blank schema takes text, type and references of the latest version.
    async fn inherit(&self, candidate: &Candidate, history: &History) -> Result<Candidate, RegistryError> {
        let mut inherited = candidate.clone();
        if candidate.text().is_none() {
            let row = history.latest();
            let row = row.ok_or_else(|| RegistryError::InvalidSchema("Empty schema".to_owned()))?;
            let latest = self.content_of(row).await?;
            inherited.schema = Some(latest.text.clone());
            inherited.schema_type = Some(latest.schema_type.name().to_owned());
            inherited.references = as_posted(&latest);
        }
        Ok(inherited)
    }

    /// A subject that a resource owns is referenced by nobody else.
    async fn check_targets(&self, subject: &Subject, posted: &Posted) -> Result<(), RegistryError> {
        for target in posted.targets.iter().filter(|target| target.subject != *subject) {
            if self.is_owned(&target.subject).await? {
                return Err(refused(&target.subject, Refusal::Owned));
            }
        }
        Ok(())
    }

    /// Compares with the history under the config in force.
    async fn check_candidate(
        &self,
        subject: &Subject,
        posted: &Posted,
        history: &History,
        config: &EffectiveConfig,
    ) -> Result<(), RegistryError> {
        let verdict = self.judge(subject, posted, history, config, None).await?;
        if verdict.is_compatible() {
            return Ok(());
        }
        Err(RegistryError::Incompatible { subject: subject.clone(), verdict: Box::new(verdict) })
    }

    async fn write(
        &self,
        subject: &Subject,
        candidate: &Candidate,
        draft: Draft,
    ) -> Result<SchemaVersion, RegistryError> {
        let Draft { posted, history, mode, version, importing } = draft;
        let content = Arc::new(posted.content);
        let id = candidate.given_id().map_or(IdChoice::Allocate, |id| IdChoice::Exactly(SchemaId(id)));
        let registration = Registration {
            subject: subject.clone(),
            revision: history.revision,
            mode,
            version,
            content: content.clone(),
            id,
            references: posted.targets,
            references_must_be_active: !importing,
            overwrites: importing && candidate.version > 0,
        };
        let stamp = self.stamp();
        let applied = self.store.apply(Command::Register(registration), &stamp).await?;
        let Applied::Registered { id, version } = applied else {
            return Err(moved_too_often(subject));
        };
        let guid = content.guid();
        let (subject, created_ms) = (subject.clone(), stamp.at_ms);
        let registered = SchemaVersion { subject, version, id, guid, content, deleted: false, created_ms };
        self.extend_history(history, &registered);
        Ok(registered)
    }
}

/// The highest number there is stands in the subject.
fn no_version_left() -> RegistryError {
    RegistryError::InvalidSchema(format!("{NOT_NEXT}: {} is the highest there is", i32::MAX))
}

/// READONLY refuses all; an id needs IMPORT or FORWARD, no id needs READWRITE.
fn check_register_mode(subject: &Subject, mode: Mode, candidate: &Candidate) -> Result<(), RegistryError> {
    let refusal = match (mode, candidate.given_id()) {
        (mode, _) if mode.is_read_only() => Refusal::ReadOnly,
        (Mode::Readwrite, Some(_)) => Refusal::NotImport,
        (Mode::Import | Mode::Forward, None) => Refusal::NotReadWrite,
        _ => return Ok(()),
    };
    Err(refused(subject, refusal))
}

/// Stored references in the shape of a request.
pub(super) fn as_posted(content: &Content) -> Vec<RawReference> {
    let raw = content.references.iter().map(|reference| RawReference {
        name: Some(reference.name.clone()),
        subject: Some(reference.subject.clone()),
        version: Some(reference.version),
    });
    raw.collect()
}
