//! The schemas that data may have been written with, newest first. Each is looked up when it is its turn: mostly the
//! first one is right.

use std::sync::Arc;

use chancery_engine::cloudevents::matching::Match;

use super::super::views::SubjectView;
use super::super::{IdScope, Registry, RegistryError};
use super::target::Target;
use crate::model::{ContextName, Subject, VersionPolicy, VersionSelector};

/// What is still to be tried.
pub(super) enum Tries {
    /// At most one schema.
    Exact(Option<Target>),
    /// Active versions of a subject.
    Versions {
        subject: Subject,
        view: Arc<SubjectView>,
        by: &'static str,
        /// Rows from here on have had their turn.
        end: usize,
        /// Whether the next one is the last.
        only_one: bool,
    },
}

impl Tries {
    /// The next schema.
    ///
    /// # Errors
    /// `Store`.
    pub async fn next(&mut self, registry: &Registry) -> Result<Option<Target>, RegistryError> {
        match self {
            Self::Exact(target) => Ok(target.take()),
            Self::Versions { subject, view, by, end, only_one } => {
                let rows = &view.history.versions[..*end];
                let Some(next) = rows.iter().rposition(|row| !row.deleted) else { return Ok(None) };
                *end = if *only_one { 0 } else { next };
                registry.target_of_row(subject, &rows[next], by).await.map(Some)
            }
        }
    }
}

impl Registry {
    /// The schemas that agreed evidence means; of a subject alone those that the policy lists.
    pub(super) async fn tries_of(
        &self,
        found: &Match,
        context: &ContextName,
        policy: VersionPolicy,
    ) -> Result<Tries, RegistryError> {
        let by = found.by.name();
        let subject = found.subject.as_deref().map(|name| Subject::parse_in(context, name));
        match (found.schema_id, subject, found.version) {
            (_, Some(subject), Some(version)) => {
                let selector = VersionSelector::Number(i32::try_from(version).unwrap_or(i32::MAX));
                Ok(Tries::Exact(Some(self.target_of_version(&subject, selector, by).await?)))
            }
            (Some(id), _, _) => {
                let context = found.context.as_deref().map_or(context.clone(), ContextName::from_stored);
                let scope = IdScope::Context(context);
                let id = i32::try_from(id).unwrap_or(i32::MAX);
                Ok(Tries::Exact(Some(self.target_of_id(id, &scope, by).await?)))
            }
            (None, Some(subject), None) => {
                let view = self.view_subject(&subject).await?;
                let history = &view.history;
                if let VersionPolicy::Pinned(version) = policy {
                    let Some(row) = history.find(version).filter(|row| !row.deleted) else {
                        return Ok(Tries::Exact(None));
                    };
                    return Ok(Tries::Exact(Some(self.target_of_row(&subject, row, by).await?)));
                }
                let (end, only_one) = (history.versions.len(), policy == VersionPolicy::Latest);
                Ok(Tries::Versions { subject, view, by, end, only_one })
            }
            (None, None, _) => Ok(Tries::Exact(None)),
        }
    }
}
