//! Lists of subjects and versions, filtered and cut in the database.

use std::collections::BTreeMap;

use super::{AssociationFilter, Registry, RegistryError};
use crate::model::{Association, ContextName, SchemaVersion, Subject};
use crate::store::{Deletion, Page, Scope, SubjectQuery, VersionQuery};

/// Filter of `/schemas`.
#[derive(Clone, Debug, Default)]
pub struct SchemaFilter {
    /// Prefix as sent; see [`parse_prefix`].
    pub subject_prefix: String,
    /// Subjects whose alias matches the prefix too.
    pub aliases: bool,
    /// Soft-deleted versions too.
    pub deleted: bool,
    /// Highest version of each subject only.
    pub latest_only: bool,
    /// Versions with a rule of this type only.
    pub rule_type: Option<String>,
    /// Versions of subjects with such associations only.
    pub associated: Option<AssociationFilter>,
    /// Part of the list.
    pub page: Page,
}

/// A version and the subjects that are aliases of its subject.
#[derive(Clone, Debug)]
pub struct ListedVersion {
    /// The version.
    pub version: SchemaVersion,
    /// Qualified names, sorted; empty unless asked for.
    pub aliases: Vec<String>,
    /// The associations of its subject that were asked for.
    pub associations: Vec<Association>,
}

/// Reads a subject prefix: `` and `abc` mean the default context, `:.ctx:abc` another, `:*:abc` all.
pub fn parse_prefix(text: &str) -> (Scope, String) {
    if let Some(prefix) = text.strip_prefix(":*:") {
        return (Scope::Everywhere, prefix.to_owned());
    }
    let subject = Subject::parse(text);
    (Scope::Context(subject.context), subject.name.to_string())
}

impl Registry {
    /// Qualified subject names, sorted.
    pub async fn list_subjects(
        &self,
        subject_prefix: &str,
        deletion: Deletion,
        page: Page,
    ) -> Result<Vec<Subject>, RegistryError> {
        let (scope, prefix) = parse_prefix(subject_prefix);
        Ok(self.store.list_subjects(&SubjectQuery { scope, prefix, deletion, page }).await?)
    }

    /// Versions with their contents, sorted by subject, then version.
    pub async fn list_schemas(&self, filter: &SchemaFilter) -> Result<Vec<ListedVersion>, RegistryError> {
        let (scope, prefix) = parse_prefix(&filter.subject_prefix);
        let aliases = if filter.aliases { self.aliases_by_target().await? } else { BTreeMap::new() };
        let also = aliases
            .iter()
            .filter(|(_, names)| names.iter().any(|name| matches(&scope, &prefix, name)))
            .map(|(target, _)| target.clone())
            .collect();
        let query = VersionQuery {
            scope,
            prefix,
            also,
            with_entry: filter.associated.as_ref().map(AssociationFilter::as_entry),
            deletion: if filter.deleted { Deletion::All } else { Deletion::Active },
            latest_only: filter.latest_only,
            rule_type: filter.rule_type.clone(),
            page: filter.page,
        };
        let versions = self.store.list_versions(&query).await?;
        let associated = match &filter.associated {
            Some(associated) => self.associations_of(&versions, associated).await?,
            None => BTreeMap::new(),
        };
        let listed = versions.into_iter().map(|version| {
            let names = aliases.get(&version.subject).map(Vec::as_slice).unwrap_or_default();
            let associations = associated.get(&version.subject.qualified());
            ListedVersion {
                aliases: names.iter().map(Subject::qualified).collect(),
                associations: associations.cloned().unwrap_or_default(),
                version,
            }
        });
        Ok(listed.collect())
    }

    /// Subjects that name an alias, by what they name.
    async fn aliases_by_target(&self) -> Result<BTreeMap<Subject, Vec<Subject>>, RegistryError> {
        let mut by_target: BTreeMap<Subject, Vec<Subject>> = BTreeMap::new();
        for (subject, alias) in self.store.list_aliases().await? {
            if !subject.is_context() {
                by_target.entry(Subject::parse_in(&subject.context, &alias)).or_default().push(subject);
            }
        }
        Ok(by_target)
    }
}

fn matches(scope: &Scope, prefix: &str, subject: &Subject) -> bool {
    let context_fits = |context: &ContextName| subject.context == *context;
    let fits = match scope {
        Scope::Everywhere => true,
        Scope::Context(context) => context_fits(context),
    };
    fits && subject.name.starts_with(prefix)
}
