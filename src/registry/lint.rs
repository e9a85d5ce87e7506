//! Design advice: on a posted schema, with its references resolved as a registration would; on an event; on a subject
//! with its latest version and its settings. Never a verdict, never a write.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use chancery_engine::cloudevents::{AttributeValue, Data, Event};
use chancery_engine::lint::{
    EventInput, Level, Lint, LintInput, LintOptions, RecordShape, SchemaInput, SubjectInput, find_rule, lint,
    list_records,
};
use chancery_engine::{Dependency, Limits, Schema, SchemaError, SchemaType, Source, Strictness};

use super::cpu;
use super::references::Targets;
use super::versions::select;
use super::{Candidate, EventHints, Matched, Registry, RegistryError};
use crate::model::{Content, Metadata, SchemaId, SchemaVersion, Subject, VersionSelector};
use crate::store::{Deletion, Page, Scope, VersionQuery};

/// Metadata property that silences rules for a schema: `L11 the ledger counts in doubles; L23`.
const IGNORE_PROPERTY: &str = "lint.ignore";

/// Metadata properties that say who answers for a schema.
const OWNER_PROPERTIES: [&str; 4] = ["owner", "owners", "team", "contact"];

/// Latest versions of other subjects that record names are compared with, and how many of them are read at once.
const MAX_COMPARED: u32 = 1000;
const COMPARED_AT_ONCE: u32 = 50;

impl Registry {
    /// Lints a candidate with the levels that are set for its subject, or else for its context, and against the latest
    /// version of the subject.
    ///
    /// # Errors
    /// `InvalidSchema`: unknown type, blank or unreadable text, bad references. Store failures.
    pub async fn lint_candidate(
        &self,
        scope: &Subject,
        candidate: &Candidate,
    ) -> Result<Vec<Lint>, RegistryError> {
        self.lint_posted(scope, candidate, i32::MAX).await
    }

    /// The same for a candidate that has become a version, against the one before.
    ///
    /// # Errors
    /// As [`Registry::lint_candidate`].
    pub async fn lint_registered(
        &self,
        version: &SchemaVersion,
        candidate: &Candidate,
    ) -> Result<Vec<Lint>, RegistryError> {
        self.lint_posted(&version.subject, candidate, version.version).await
    }

    async fn lint_posted(
        &self,
        scope: &Subject,
        candidate: &Candidate,
        version: i32,
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
            before: self.version_before(scope, version, schema_type).await?,
        };
        // Texts that are no schemas get no advice.
        posted.lint(options, true).await.map_err(|cause| candidate.refused(&cause))
    }

    /// The newest active version below one, when it has this format.
    async fn version_before(
        &self,
        subject: &Subject,
        version: i32,
        schema_type: SchemaType,
    ) -> Result<Option<Arc<Content>>, RegistryError> {
        if subject.is_context() {
            return Ok(None);
        }
        let view = self.view_subject(subject).await?;
        let Some(row) = view.history.active().rfind(|row| row.version < version) else { return Ok(None) };
        let content = self.content_of(row).await?;
        Ok((content.schema_type == schema_type).then_some(content))
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
        let scope = match (matched.and_then(|matched| matched.subject.clone()), event.find_text("type")) {
            (Some(subject), _) => subject,
            (None, Some(name)) => self.resolve_alias(Subject::parse_in(&hints.context, name)).await?,
            (None, None) => Subject::of_context(hints.context.clone()),
        };
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
        let is_key = hints.is_key;
        let work = move || {
            let attributes: Vec<_> = attributes.iter().map(|(name, value)| (&**name, &**value)).collect();
            let data = data.and_then(|text| serde_json::from_str(&text).ok());
            let schema = content.as_ref().map(|content| (content.schema_type, content.text.as_str()));
            let input = EventInput {
                attributes: &attributes,
                data: data.as_ref(),
                bytes: Some(bytes),
                keyed: is_key,
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
            before: None,
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

    /// Subject, record name and shape of the records of a version, and of those with their names in the latest
    /// versions of its context, up to the first that differ.
    async fn shapes_of(&self, own: &SchemaVersion) -> Result<Vec<(String, String, String)>, RegistryError> {
        let subject = own.subject.qualified();
        let listed = cpu::by_size(own.content.text.len(), {
            let content = own.content.clone();
            move || records_of(&content)
        });
        let own_shapes = Arc::new(listed.await);
        let mut shapes: Vec<_> =
            own_shapes.iter().map(|(name, shape)| (subject.clone(), name.clone(), shape.clone())).collect();
        let mut query = VersionQuery {
            scope: Scope::Context(own.subject.context.clone()),
            prefix: String::new(),
            also: Vec::new(),
            with_entry: None,
            deletion: Deletion::Active,
            latest_only: true,
            rule_type: None,
            page: Page { offset: 0, limit: Some(COMPARED_AT_ONCE) },
        };
        while !own_shapes.is_empty() && query.page.offset < MAX_COMPARED {
            let mut page = self.store.list_versions(&query).await?;
            let is_last = page.len() < COMPARED_AT_ONCE as usize;
            page.retain(|other| {
                other.subject != own.subject && other.content.schema_type == own.content.schema_type
            });
            let known = Arc::clone(&own_shapes);
            let others = cpu::apart(move || namesakes(&known, &page)).await;
            let differs = others.iter().any(|(_, name, shape)| own_shapes.get(name) != Some(shape));
            shapes.extend(others);
            if is_last || differs {
                break;
            }
            query.page.offset += COMPARED_AT_ONCE;
        }
        Ok(shapes)
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
    /// The version that it follows.
    before: Option<Arc<Content>>,
}

impl Linted {
    /// Advice, found on the blocking pool when the text is long. `parse`: a text that is no schema is an error.
    async fn lint(self, options: LintOptions, parse: bool) -> Result<Vec<Lint>, SchemaError> {
        let bytes = self.text.len() + self.before.as_ref().map_or(0, |before| before.text.len());
        cpu::by_size(bytes, move || {
            let source = Source { text: &self.text, dependencies: &self.dependencies };
            if parse {
                Schema::parse(self.schema_type, &source, Strictness::Stored, &Limits::default())?;
            }
            let before = self.before.as_ref().map(|before| before.text.as_str());
            let input = SchemaInput { schema_type: self.schema_type, source, owned: self.owned, before };
            lint(&LintInput::Schema(input), &options)
        })
        .await
    }
}

fn has_owner(metadata: &Metadata) -> bool {
    let named = |name: &&str| metadata.properties.get(*name).is_some_and(|value| !value.trim().is_empty());
    OWNER_PROPERTIES.iter().any(named)
}

/// Shapes by the names of records; none when the text cannot be read any more. Of two of one name the first counts.
fn records_of(content: &Content) -> BTreeMap<String, String> {
    let listed = list_records(content.schema_type, &content.text, &Limits::default());
    listed.unwrap_or_default().into_iter().rev().collect()
}

/// Subject, name and shape of records in other versions that are called as known ones.
fn namesakes(known: &BTreeMap<String, String>, others: &[SchemaVersion]) -> Vec<(String, String, String)> {
    let simple: HashSet<&str> =
        known.keys().filter_map(|name| name.rsplit(is_outside_names).next()).collect();
    let mut found = Vec::new();
    for other in others {
        // Most have none of the names: they are not parsed.
        if other.content.text.split(is_outside_names).any(|word| simple.contains(word)) {
            let records = records_of(&other.content).into_iter().filter(|(name, _)| known.contains_key(name));
            found.extend(records.map(|(name, shape)| (other.subject.qualified(), name, shape)));
        }
    }
    found
}

/// Names in the text of a schema are words.
fn is_outside_names(character: char) -> bool {
    !character.is_alphanumeric() && character != '_'
}
