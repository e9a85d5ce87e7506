//! Design advice on a posted schema, with its references resolved as a registration would.

use chancery_engine::Source;
use chancery_engine::lint::{Level, Lint, LintInput, LintOptions, SchemaInput, lint};

use super::references::Targets;
use super::{Candidate, Registry, RegistryError};
use crate::model::{ContextName, Subject};

impl Registry {
    /// Lints a candidate with the levels that are set for its context. Never writes.
    ///
    /// # Errors
    /// `InvalidSchema`: unknown type, blank or unreadable text, bad references.
    pub async fn lint_candidate(
        &self,
        context: &ContextName,
        candidate: &Candidate,
    ) -> Result<Vec<Lint>, RegistryError> {
        let schema_type = candidate.format()?;
        let text = candidate.text().ok_or_else(|| RegistryError::InvalidSchema("Empty schema".to_owned()))?;
        let resolved = self.resolve_posted(context, &candidate.references, Targets::Stored).await?;
        let settings = self.effective_settings(&Subject::of_context(context.clone())).await?;
        let levels =
            settings.lint.iter().filter_map(|(id, name)| Some((id.clone(), Level::from_name(name)?)));
        let options = LintOptions { levels: levels.collect(), ..LintOptions::default() };
        let source = Source { text, dependencies: &resolved.dependencies };
        lint(&LintInput::Schema(SchemaInput { schema_type, source }), &options)
            .map_err(|cause| candidate.refused(&cause))
    }
}
