//! Inline tags of a candidate: propagated from the latest version, added, removed.

use chancery_engine::{EntityTags, Strictness};

use super::lookup::Posted;
use super::references::Targets;
use super::{Candidate, Registry, RegistryError};
use crate::model::{Content, RuleSet, SchemaVersion, Subject, VersionSelector};
use crate::store::History;

/// A change of a version's tags and contract, as `POST …/versions/{version}/tags` takes it.
#[derive(Clone, Debug, Default)]
pub struct TagRequest {
    /// As [`Candidate::version`].
    pub new_version: i32,
    /// Tags to add.
    pub add: Vec<EntityTags>,
    /// Tags to remove.
    pub remove: Vec<EntityTags>,
    /// New metadata.
    pub metadata: Option<crate::model::Metadata>,
    /// New rule set; excludes the next two.
    pub rule_set: Option<RuleSet>,
    /// Rules merged over those of the version.
    pub rules_to_merge: Option<RuleSet>,
    /// Names of rules to drop.
    pub rules_to_remove: Vec<String>,
}

impl Registry {
    /// Registers a copy of a version with other tags, metadata or rules.
    ///
    /// # Errors
    /// As [`Registry::register`], `SubjectNotFound`, `VersionNotFound`; `InvalidRuleSet` when a rule set and
    /// rules to merge or remove are given together.
    pub async fn change_tags(
        &self,
        subject: &Subject,
        version: VersionSelector,
        request: TagRequest,
    ) -> Result<SchemaVersion, RegistryError> {
        let merges = request.rules_to_merge.is_some() || !request.rules_to_remove.is_empty();
        if request.rule_set.is_some() && merges {
            let text = "ruleSet should be omitted if specifying rulesToMerge or rulesToRemove";
            return Err(RegistryError::InvalidRuleSet(text.to_owned()));
        }
        let base = self.get_version(subject, version, false).await?;
        let rule_set = request.rule_set.or_else(|| {
            let merged = RuleSet::merge(base.content.rule_set.as_ref(), request.rules_to_merge.as_ref());
            merged.map(|rules| without(rules, &request.rules_to_remove))
        });
        let candidate = Candidate {
            schema: Some(base.content.text.clone()),
            schema_type: Some(base.content.schema_type.name().to_owned()),
            references: super::register::as_posted(&base.content),
            metadata: request.metadata.or_else(|| base.content.metadata.clone()),
            rule_set,
            version: request.new_version,
            id: None,
            tags: super::TagChange {
                add: request.add,
                remove: request.remove,
                propagate: false,
                says_version: true,
            },
        };
        self.register(&base.subject, &candidate, false, false).await
    }

    /// The candidate with its tag changes written into the text, which is normal again with `normalize`.
    pub(super) async fn retag(
        &self,
        subject: &Subject,
        posted: Posted,
        candidate: &Candidate,
        history: &History,
        normalize: bool,
    ) -> Result<Posted, RegistryError> {
        let mut posted = posted;
        if candidate.tags.propagate
            && let Some(row) = history.latest()
        {
            let (_, latest) = self.parse_row(&subject.context, row).await?;
            let text = posted.schema.with_tags(&latest.tags()).map_err(|cause| candidate.refused(&cause))?;
            posted = self.reparse(subject, posted, text, candidate, normalize).await?;
        }
        if candidate.tags.is_some() {
            let text = posted.schema.retagged(&candidate.tags.add, &candidate.tags.remove);
            let text = text.map_err(|cause| candidate.refused(&cause))?;
            posted = self.reparse(subject, posted, text, candidate, normalize).await?;
        }
        Ok(posted)
    }

    async fn reparse(
        &self,
        subject: &Subject,
        posted: Posted,
        text: String,
        candidate: &Candidate,
        normalize: bool,
    ) -> Result<Posted, RegistryError> {
        let Posted { content, targets, .. } = posted;
        let resolved = self.resolve(&subject.context, content.references.clone(), Targets::Stored).await?;
        let parsed =
            self.parse_text(content.schema_type, text, resolved, Strictness::Stored, normalize).await;
        let (schema, text, _) = parsed.map_err(|cause| candidate.refused(&cause))?;
        Ok(Posted { schema, content: Content { text, ..content }, targets })
    }
}

/// A rule set without the rules of these names.
fn without(mut rules: RuleSet, names: &[String]) -> RuleSet {
    for list in [&mut rules.migration_rules, &mut rules.domain_rules, &mut rules.encoding_rules] {
        list.retain(|rule| rule.name.as_ref().is_none_or(|name| !names.contains(name)));
    }
    rules
}
