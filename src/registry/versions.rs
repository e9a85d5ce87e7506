//! Reads of a subject's versions.

use super::lookup::version_of;
use super::{Registry, RegistryError};
use crate::model::{SchemaId, SchemaVersion, Subject, VersionSelector};
use crate::store::{History, VersionRow};

/// Reads a version of a request: `latest` in any letter case, `-1`, or 1..=2^31-1; blanks around it are ignored.
///
/// # Errors
/// [`RegistryError::InvalidVersion`] with the text as sent.
pub fn parse_version(text: &str) -> Result<VersionSelector, RegistryError> {
    let trimmed = text.trim();
    if trimmed.eq_ignore_ascii_case("latest") || trimmed == "-1" {
        return Ok(VersionSelector::Latest);
    }
    let number = trimmed.parse::<i32>().ok().filter(|number| *number > 0);
    number.map(VersionSelector::Number).ok_or_else(|| RegistryError::InvalidVersion(text.to_owned()))
}

/// Which version numbers a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VersionFilter {
    /// Soft-deleted ones too.
    pub deleted: bool,
    /// Soft-deleted ones only.
    pub deleted_only: bool,
    /// All, soft-deleted ones negated. Wins over the other two.
    pub deleted_as_negative: bool,
}

impl Registry {
    /// A version of a subject; an unqualified subject that the default context does not have is looked for in
    /// the other contexts.
    ///
    /// # Errors
    /// `SubjectNotFound` when no version is visible, else `VersionNotFound`.
    pub async fn get_version(
        &self,
        subject: &Subject,
        selector: VersionSelector,
        deleted: bool,
    ) -> Result<SchemaVersion, RegistryError> {
        let (subject, row) = self.find_row(subject, selector, deleted).await?;
        Ok(version_of(&subject, &row, self.content_of(&row).await?))
    }

    /// The row of a version, and the subject that has it.
    ///
    /// # Errors
    /// As [`Registry::get_version`].
    pub(super) async fn find_row(
        &self,
        subject: &Subject,
        selector: VersionSelector,
        deleted: bool,
    ) -> Result<(Subject, VersionRow), RegistryError> {
        let kept = self.view_subject(subject).await?;
        if let Ok(row) = select(subject, &kept.history, selector, deleted) {
            return Ok((subject.clone(), row.clone()));
        }
        Box::pin(self.search_row(subject, selector, deleted)).await
    }

    async fn search_row(
        &self,
        subject: &Subject,
        selector: VersionSelector,
        deleted: bool,
    ) -> Result<(Subject, VersionRow), RegistryError> {
        for namesake in self.same_name_everywhere(subject).await? {
            let loaded = self.load_subject(&namesake).await?;
            match select(&namesake, &loaded.history, selector, deleted).cloned() {
                Ok(row) => return Ok((namesake, row)),
                Err(refusal) => passes_on(subject, &namesake, refusal)?,
            }
        }
        Err(RegistryError::SubjectNotFound(subject.clone()))
    }

    /// Version numbers of a subject.
    ///
    /// # Errors
    /// `SubjectNotFound` when the subject has no active version, or none at all with `deleted` or `deleted_only`.
    pub async fn list_version_numbers(
        &self,
        subject: &Subject,
        filter: VersionFilter,
    ) -> Result<Vec<i32>, RegistryError> {
        let history = self.history(subject).await?;
        // Negation shows soft-deleted versions, but does not by itself ask for a subject that has no others.
        let shows_deleted = filter.deleted || filter.deleted_only;
        let known = if shows_deleted { !history.versions.is_empty() } else { history.latest().is_some() };
        if !known {
            return Err(RegistryError::SubjectNotFound(subject.clone()));
        }
        let numbers = history.versions.iter().filter_map(|row| {
            let negated = filter.deleted_as_negative && row.deleted;
            let shown = filter.deleted_as_negative
                || if filter.deleted_only { row.deleted } else { filter.deleted || !row.deleted };
            shown.then_some(if negated { -row.version } else { row.version })
        });
        Ok(numbers.collect())
    }

    /// Ids of schemas that directly reference a version, ascending, without repetition. Referrers that are
    /// soft-deleted count only with `deleted`; the version itself may be soft-deleted.
    ///
    /// # Errors
    /// `SubjectNotFound`, `VersionNotFound`.
    pub async fn list_referenced_by(
        &self,
        subject: &Subject,
        selector: VersionSelector,
        deleted: bool,
    ) -> Result<Vec<SchemaId>, RegistryError> {
        let history = self.history(subject).await?;
        let version = select(subject, &history, selector, true)?.version;
        let referrers = self.store.list_referrers(subject, version).await?;
        let mut ids: Vec<_> = referrers
            .into_iter()
            .filter(|referrer| deleted || !referrer.deleted)
            .map(|referrer| referrer.id)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// The highest visible version whose metadata has all these properties; without properties, the highest
    /// that has metadata at all.
    ///
    /// # Errors
    /// `SubjectNotFound`, `SchemaNotFound`.
    pub async fn find_by_metadata(
        &self,
        subject: &Subject,
        properties: &[(String, String)],
        deleted: bool,
    ) -> Result<SchemaVersion, RegistryError> {
        let history = self.history(subject).await?;
        let visible: Vec<_> = history.versions.iter().rev().filter(|row| deleted || !row.deleted).collect();
        if visible.is_empty() {
            return Err(RegistryError::SubjectNotFound(subject.clone()));
        }
        for row in visible {
            let content = self.content_of(row).await?;
            let Some(metadata) = &content.metadata else { continue };
            if properties.iter().all(|(key, value)| metadata.properties.get(key) == Some(value)) {
                return Ok(version_of(subject, row, content));
            }
        }
        Err(RegistryError::SchemaNotFound(None))
    }

    /// The subject itself, and for an unqualified name those of the same name in other contexts.
    pub(super) async fn same_name_everywhere(
        &self,
        subject: &Subject,
    ) -> Result<Vec<Subject>, RegistryError> {
        let mut subjects = vec![subject.clone()];
        subjects.extend(self.namesakes_elsewhere(subject).await?);
        Ok(subjects)
    }

    /// For an unqualified name those of the same name in other contexts, else none.
    pub(super) async fn namesakes_elsewhere(&self, subject: &Subject) -> Result<Vec<Subject>, RegistryError> {
        if !subject.context.is_default() || subject.is_context() {
            return Ok(Vec::new());
        }
        let others = self.store.list_namesakes(&subject.name).await?;
        Ok(others.into_iter().filter(|other| other != subject).collect())
    }
}

/// Whether the search goes on in other contexts: when the asked subject has nothing to look at, and whatever a
/// namesake lacks, since that says nothing about the subject that was asked for.
pub(super) fn passes_on(
    asked: &Subject,
    searched: &Subject,
    refusal: RegistryError,
) -> Result<(), RegistryError> {
    match refusal {
        RegistryError::SubjectNotFound(_) => Ok(()),
        RegistryError::Store(failure) => Err(RegistryError::Store(failure)),
        other if searched == asked => Err(other),
        _ => Ok(()),
    }
}

/// The row that a selector means.
pub(super) fn select<'a>(
    subject: &Subject,
    history: &'a History,
    selector: VersionSelector,
    deleted: bool,
) -> Result<&'a VersionRow, RegistryError> {
    if !history.versions.iter().any(|row| deleted || !row.deleted) {
        return Err(RegistryError::SubjectNotFound(subject.clone()));
    }
    match selector {
        VersionSelector::Latest => history.latest().ok_or(RegistryError::VersionNotFound(-1)),
        VersionSelector::Number(number) => history
            .find(number)
            .filter(|row| deleted || !row.deleted)
            .ok_or(RegistryError::VersionNotFound(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_texts_are_read_as_the_reference_reads_them() {
        for text in ["latest", "LATEST", " -1 "] {
            assert!(matches!(parse_version(text), Ok(VersionSelector::Latest)), "{text}");
        }
        assert!(matches!(parse_version(" 2147483647 "), Ok(VersionSelector::Number(i32::MAX))));
        for text in ["0", "-2", "2147483648", "one", "", "1.0"] {
            assert!(matches!(parse_version(text), Err(RegistryError::InvalidVersion(sent)) if sent == text));
        }
    }
}
