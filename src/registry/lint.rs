//! Design advice: on a posted schema, with its references resolved as a registration would; on an event; on a subject
//! with its latest version and its settings. Never a verdict, never a write.

use std::sync::Arc;

use chancery_engine::cloudevents::{AttributeValue, Data, Event};
use chancery_engine::lint::{
    EventInput, Level, Lint, LintInput, LintOptions, RecordShape, SchemaInput, SubjectInput, find_rule, lint,
};
use chancery_engine::{Dependency, Limits, Schema, SchemaError, SchemaType, Source, Strictness};

use super::cpu;
use super::references::Targets;
use super::versions::select;
use super::{Candidate, EventHints, Matched, Registry, RegistryError};
use crate::model::{Content, ContextName, Metadata, SchemaId, SchemaVersion, Subject, VersionSelector};
use crate::store::{Deletion, Page, Scope, VersionQuery};

/// Metadata property that silences rules for a schema: `L11 the ledger counts in doubles; L23`.
const IGNORE_PROPERTY: &str = "lint.ignore";

/// Metadata properties that say who answers for a schema.
const OWNER_PROPERTIES: [&str; 4] = ["owner", "owners", "team", "contact"];

/// Latest versions of other subjects that a record name is compared with.
const MAX_COMPARED: u32 = 1000;

impl Registry {
    /// Lints a candidate with the levels that are set for its subject, or else for its context.
    ///
    /// # Errors
    /// `InvalidSchema`: unknown type, blank or unreadable text, bad references. Store failures.
    pub async fn lint_candidate(
        &self,
        scope: &Subject,
        candidate: &Candidate,
    ) -> Result<Vec<Lint>, RegistryError> {
        let schema_type = candidate.format()?;
        let text = candidate.text().ok_or_else(|| RegistryError::InvalidSchema("Empty schema".to_owned()))?;
        let resolved = self.resolve_posted(&scope.context, &candidate.references, Targets::Stored).await?;
        let options = self.lint_options(scope, candidate.metadata.as_ref()).await?;
        let posted = Linted {
            schema_type,
            text: text.to_owned(),
            dependencies: resolved.dependencies,
            owned: candidate.metadata.as_ref().map(has_owner),
        };
        // Texts that are no schemas get no advice.
        posted.lint(options, true).await.map_err(|cause| candidate.refused(&cause))
    }

    /// Lints an event with the levels of the subject that its data belongs to, of the subject its type names, or of
    /// the context. What its schema silences is silent here, too.
    ///
    /// # Errors
    /// Store failures.
    pub async fn lint_event(
        &self,
        event: &Event<'_>,
        matched: Option<&Matched>,
        hints: &EventHints,
    ) -> Result<Vec<Lint>, RegistryError> {
        let named = || event.find_text("type").map(|name| Subject::parse_in(&hints.context, name));
        let scope = matched.and_then(|matched| matched.subject.clone()).or_else(named);
        let scope = scope.unwrap_or_else(|| Subject::of_context(hints.context.clone()));
        let content = self.schema_of_event(&scope, matched).await?;
        let metadata = content.as_ref().and_then(|content| content.metadata.as_ref());
        let mut options = self.lint_options(&scope, metadata).await?;
        options.now = Some((self.clock)().div_euclid(1000));
        let attributes: Vec<_> = event
            .attributes
            .iter()
            .map(|attribute| {
                (attribute.name.to_string(), AttributeValue::to_text(&attribute.value).into_owned())
            })
            .collect();
        let data = match &event.data {
            Data::Json(text) => Some(text.to_string()),
            _ => None,
        };
        let of_attributes: usize = attributes.iter().map(|(name, value)| name.len() + value.len()).sum();
        let bytes = of_attributes + event.data.bytes().map_or(0, <[u8]>::len);
        let of_schema = content.as_ref().map_or(0, |content| content.text.len());
        let work = move || {
            let attributes: Vec<_> = attributes.iter().map(|(name, value)| (&**name, &**value)).collect();
            let data = data.and_then(|text| serde_json::from_str(&text).ok());
            let schema = content.as_ref().map(|content| (content.schema_type, content.text.as_str()));
            let input = EventInput {
                attributes: &attributes,
                data: data.as_ref(),
                bytes: Some(bytes),
                keyed: false,
                schema,
            };
            lint(&LintInput::Event(input), &options).expect("only schema texts can be unreadable")
        };
        Ok(cpu::by_size(bytes + of_schema, work).await)
    }

    /// The schema that an event has by the verdict on it, or else the latest one of the subject that its type names:
    /// what is silenced there is silent on the event.
    async fn schema_of_event(
        &self,
        scope: &Subject,
        matched: Option<&Matched>,
    ) -> Result<Option<Arc<Content>>, RegistryError> {
        if let Some(Matched { subject: None, id: Some(id), .. }) = matched {
            let view = self.view_id(&scope.context, SchemaId(*id)).await?;
            return Ok(view.map(|view| view.stored.content.clone()));
        }
        if scope.is_context() {
            return Ok(None);
        }
        let version = matched.and_then(|matched| matched.version);
        let selector = version.map_or(VersionSelector::Latest, VersionSelector::Number);
        let view = self.view_subject(scope).await?;
        match select(scope, &view.history, selector, version.is_some()) {
            Ok(row) => self.content_of(row).await.map(Some),
            Err(_) => Ok(None),
        }
    }

    /// Lints a subject: its latest version, and what it is set to. A context has settings only.
    ///
    /// # Errors
    /// `SubjectNotFound`; store failures.
    pub async fn lint_subject(&self, subject: &Subject) -> Result<Vec<Lint>, RegistryError> {
        if subject.is_context() {
            let options = self.lint_options(subject, None).await?;
            return self.lint_config(subject, None, &options).await;
        }
        let latest = self.get_version(subject, VersionSelector::Latest, false).await?;
        let (content, context) = (latest.content.clone(), &latest.subject.context);
        let options = self.lint_options(&latest.subject, content.metadata.as_ref()).await?;
        let resolved = self.resolve(context, content.references.clone(), Targets::Stored).await?;
        let stored = Linted {
            schema_type: content.schema_type,
            text: content.text.clone(),
            dependencies: resolved.dependencies,
            owned: Some(content.metadata.as_ref().is_some_and(has_owner)),
        };
        let mut found = stored.lint(options.clone(), false).await.map_err(|cause| {
            RegistryError::InvalidSchema(format!("a stored schema cannot be read: {cause}"))
        })?;
        found.extend(self.lint_config(&latest.subject, Some(&latest), &options).await?);
        Ok(found)
    }

    async fn lint_config(
        &self,
        scope: &Subject,
        latest: Option<&SchemaVersion>,
        options: &LintOptions,
    ) -> Result<Vec<Lint>, RegistryError> {
        let level = self.effective_config(scope).await?.level;
        let metadata = latest.and_then(|latest| latest.content.metadata.as_ref());
        let says = |names: &[&str]| {
            let values = names.iter().filter_map(|name| metadata?.properties.get(*name));
            values.into_iter().any(|value| !value.is_empty() && value != "false")
        };
        let name = scope.qualified();
        let mut shapes = Vec::new();
        if let Some(latest) = latest {
            shapes = self.shapes_of(latest).await?;
        }
        let records: Vec<_> =
            shapes.iter().map(|(subject, name, shape)| RecordShape { subject, name, shape }).collect();
        let input = SubjectInput {
            subject: (!scope.is_context()).then_some(&name),
            compatibility: Some(level),
            deprecated: says(&["deprecated"]),
            has_sunset: says(&["sunset", "deprecationsunset"]),
            has_migration: says(&["successor", "migration", "deprecationmigration"]),
            records: &records,
        };
        Ok(lint(&LintInput::Subject(input), options).expect("only schema texts can be unreadable"))
    }

    /// Subject, record name and shape of a version, and of the latest versions in its context that have the name.
    async fn shapes_of(&self, own: &SchemaVersion) -> Result<Vec<(String, String, String)>, RegistryError> {
        let Some(name) = self.name_of(&own.subject.context, own).await? else { return Ok(Vec::new()) };
        let simple = name.rsplit('.').next().unwrap_or(&name);
        let query = VersionQuery {
            scope: Scope::Context(own.subject.context.clone()),
            prefix: String::new(),
            also: Vec::new(),
            with_entry: None,
            deletion: Deletion::Active,
            latest_only: true,
            rule_type: None,
            page: Page { offset: 0, limit: Some(MAX_COMPARED) },
        };
        let mut shapes = vec![(own.subject.qualified(), name.clone(), shape(&own.content))];
        for other in self.store.list_versions(&query).await? {
            let is_candidate = other.subject != own.subject
                && other.content.schema_type == own.content.schema_type
                && other.content.text.contains(simple);
            if is_candidate && self.name_of(&other.subject.context, &other).await?.as_ref() == Some(&name) {
                shapes.push((other.subject.qualified(), name.clone(), shape(&other.content)));
            }
        }
        Ok(shapes)
    }

    /// What a stored schema is called; none when it cannot be read any more.
    async fn name_of(
        &self,
        context: &ContextName,
        version: &SchemaVersion,
    ) -> Result<Option<String>, RegistryError> {
        match self.parse_stored(context, version.content.fingerprint(), &version.content).await {
            Ok(schema) => Ok(schema.name()),
            Err(RegistryError::InvalidSchema(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Levels in force for a scope, without the rules that the metadata of a schema silence.
    async fn lint_options(
        &self,
        scope: &Subject,
        metadata: Option<&Metadata>,
    ) -> Result<LintOptions, RegistryError> {
        let mut options = self.policy_of(scope).await?.lint.clone();
        let ignored = metadata.and_then(|metadata| metadata.properties.get(IGNORE_PROPERTY));
        for entry in ignored.iter().flat_map(|text| text.split(';')) {
            let id = entry.split_whitespace().next().unwrap_or_default().trim_end_matches(':');
            if find_rule(id).is_some() {
                options.levels.insert(id.to_owned(), Level::Off);
            }
        }
        Ok(options)
    }
}

/// A schema on its way to advice.
struct Linted {
    schema_type: SchemaType,
    text: String,
    dependencies: Vec<Dependency>,
    /// Whether its metadata name an owner, where they are known.
    owned: Option<bool>,
}

impl Linted {
    /// Advice, found on the blocking pool when the text is long. `parse`: a text that is no schema is an error.
    async fn lint(self, options: LintOptions, parse: bool) -> Result<Vec<Lint>, SchemaError> {
        cpu::by_size(self.text.len(), move || {
            let source = Source { text: &self.text, dependencies: &self.dependencies };
            if parse {
                Schema::parse(self.schema_type, &source, Strictness::Stored, &Limits::default())?;
            }
            let input =
                SchemaInput { schema_type: self.schema_type, source, owned: self.owned, before: None };
            lint(&LintInput::Schema(input), &options)
        })
        .await
    }
}

fn has_owner(metadata: &Metadata) -> bool {
    let named = |name: &&str| metadata.properties.get(*name).is_some_and(|value| !value.trim().is_empty());
    OWNER_PROPERTIES.iter().any(named)
}

/// Equal for equal schemas, whatever their metadata and rules.
fn shape(content: &Content) -> String {
    Content { metadata: None, rule_set: None, ..content.clone() }.guid().to_string()
}
