//! References: from posted names to texts.
//!
//! References of references are resolved depth-first, inner ones first; the first entry of a name wins.
//! An unqualified subject means the referrer's own context.

use std::collections::{HashMap, HashSet};

use chancery_engine::Dependency;

use super::config::moved_too_often;
use super::{MAX_ATTEMPTS, RawReference, Registry, RegistryError};
use crate::model::{ContextName, Reference, SchemaId, Subject};
use crate::store::Target;

/// Which targets a reference may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Targets {
    /// Active versions only: a new schema.
    Active,
    /// Any stored version: lookups, imports, stored schemas.
    Stored,
}

/// References of one schema, resolved.
#[derive(Clone, Debug, Default)]
pub(super) struct Resolved {
    /// As stored: version numbers instead of -1.
    pub references: Vec<Reference>,
    /// Direct targets.
    pub targets: Vec<Target>,
    /// All texts, inner ones first.
    pub dependencies: Vec<Dependency>,
}

impl Resolved {
    /// Bytes of all texts.
    pub(super) fn bytes(&self) -> usize {
        self.dependencies.iter().map(|dependency| dependency.text.len()).sum()
    }
}

/// A walk over the graph of references.
struct Walk<'a> {
    registry: &'a Registry,
    dependencies: Vec<Dependency>,
    /// Version by reference name, for the strict setting.
    names: HashMap<String, (Subject, i32)>,
    open: HashSet<(Subject, i32)>,
    /// What was read: its id, and whether it is soft-deleted.
    read: HashMap<(Subject, i32), (SchemaId, bool)>,
}

impl Registry {
    /// Resolves posted references.
    ///
    /// # Errors
    /// [`RegistryError::InvalidSchema`] for a missing member or target, a circle, too many references.
    pub(super) async fn resolve_posted(
        &self,
        context: &ContextName,
        posted: &[RawReference],
        targets: Targets,
    ) -> Result<Resolved, RegistryError> {
        let mut references = self.complete_all(context, posted, targets).await?;
        for _ in 0..MAX_ATTEMPTS {
            match self.resolve(context, references.clone(), targets).await {
                Err(RegistryError::InvalidSchema(reason)) => {
                    // A version that was the latest may be deleted before it is read: another one is, then.
                    let again = self.complete_all(context, posted, targets).await?;
                    if again == references {
                        return Err(RegistryError::InvalidSchema(reason));
                    }
                    references = again;
                }
                other => return other,
            }
        }
        Err(moved_too_often(&Subject::of_context(context.clone())))
    }

    async fn complete_all(
        &self,
        context: &ContextName,
        posted: &[RawReference],
        targets: Targets,
    ) -> Result<Vec<Reference>, RegistryError> {
        let mut references = Vec::with_capacity(posted.len());
        for raw in posted {
            references.push(self.complete(context, raw, targets).await?);
        }
        Ok(references)
    }

    /// Resolves stored references.
    pub(super) async fn resolve(
        &self,
        context: &ContextName,
        references: Vec<Reference>,
        targets: Targets,
    ) -> Result<Resolved, RegistryError> {
        let mut walk = Walk {
            registry: self,
            dependencies: Vec::new(),
            names: HashMap::new(),
            open: HashSet::new(),
            read: HashMap::new(),
        };
        walk.list(context.clone(), references.clone(), targets).await?;
        let mut direct = Vec::with_capacity(references.len());
        for reference in &references {
            let place = (Subject::parse_in(context, &reference.subject), reference.version);
            direct.push(self.target(place, &walk, targets).await?);
        }
        Ok(Resolved { targets: direct, references, dependencies: walk.dependencies })
    }

    /// A direct target; also one whose text is not needed, as another reference has its name, must be there.
    async fn target(
        &self,
        place: (Subject, i32),
        walk: &Walk<'_>,
        targets: Targets,
    ) -> Result<Target, RegistryError> {
        let found = match walk.read.get(&place) {
            Some(read) => Some(*read),
            None => {
                let found = self.store.find_version(&place.0, place.1).await?;
                found.map(|version| (version.id, version.deleted))
            }
        };
        let found = found.filter(|(_, deleted)| targets == Targets::Stored || !deleted);
        let (id, _) = found.ok_or_else(|| missing(&place.0, place.1))?;
        Ok(Target { subject: place.0, version: place.1, id })
    }

    /// Fills in a posted reference: all members present and a name to call it by, -1 replaced by the latest version.
    async fn complete(
        &self,
        context: &ContextName,
        raw: &RawReference,
        targets: Targets,
    ) -> Result<Reference, RegistryError> {
        let name = raw.name.as_ref().filter(|name| !name.is_empty());
        let (Some(name), Some(subject), Some(version)) = (name, &raw.subject, raw.version) else {
            let text = |part: &Option<String>| part.clone().unwrap_or_else(|| "null".to_owned());
            let version = raw.version.map_or_else(|| "null".to_owned(), |version| version.to_string());
            return Err(invalid(&format!(
                "Invalid reference: {{name='{}', subject='{}', version={version}}}",
                text(&raw.name),
                text(&raw.subject)
            )));
        };
        let target = Subject::parse_in(context, subject);
        let version = if version == -1 {
            let history = self.history(&target).await?;
            let latest = match targets {
                Targets::Active => history.latest(),
                Targets::Stored => history.latest().or(history.versions.last()),
            };
            latest.map(|row| row.version).ok_or_else(|| missing(&target, -1))?
        } else {
            version
        };
        Ok(Reference { name: name.clone(), subject: subject.clone(), version })
    }
}

impl Walk<'_> {
    /// Appends the texts of a list of references, inner ones first.
    async fn list(
        &mut self,
        context: ContextName,
        references: Vec<Reference>,
        targets: Targets,
    ) -> Result<(), RegistryError> {
        for reference in references {
            let target = (Subject::parse_in(&context, &reference.subject), reference.version);
            if let Some(known) = self.names.get(&reference.name) {
                if *known != target && self.registry.settings.strict_reference_versions {
                    return Err(invalid(&format!("Conflicting reference versions for `{}`", reference.name)));
                }
                continue;
            }
            // Boxed: the graph is as deep as its data, and the depth is bounded by `max_references`.
            Box::pin(self.one(reference.name, target, targets)).await?;
        }
        Ok(())
    }

    async fn one(
        &mut self,
        name: String,
        target: (Subject, i32),
        targets: Targets,
    ) -> Result<(), RegistryError> {
        let limit = self.registry.settings.limits.max_references;
        if self.dependencies.len() + self.open.len() >= limit {
            return Err(invalid(&format!("more than {limit} references")));
        }
        if !self.open.insert(target.clone()) {
            return Err(invalid(&format!("circle of references at {} version {}", target.0, target.1)));
        }
        let found = self.registry.store.find_version(&target.0, target.1).await?;
        let found = found
            .filter(|version| targets == Targets::Stored || !version.deleted)
            .ok_or_else(|| missing(&target.0, target.1))?;
        // The first text counts, should an import replace it before the second is read.
        self.read.entry(target.clone()).or_insert((found.id, found.deleted));
        let inner = found.content.references.clone();
        self.list(target.0.context.clone(), inner, Targets::Stored).await?;
        self.open.remove(&target);
        // An inner reference of the same name came first and wins.
        if !self.names.contains_key(&name) {
            self.dependencies.push(Dependency {
                name: name.clone(),
                text: found.content.text.clone(),
                origin: Some((target.0.qualified(), target.1)),
            });
            self.names.insert(name, target);
        }
        Ok(())
    }
}

fn missing(subject: &Subject, version: i32) -> RegistryError {
    invalid(&format!("No schema reference found for subject \"{subject}\" and version {version}"))
}

fn invalid(cause: &str) -> RegistryError {
    RegistryError::InvalidSchema(format!("Invalid schema: {cause}"))
}
