//! Binding resources to subjects, and loosing them.
//!
//! Rules: a resource has one subject a type (`key`, `value`); a subject is bound strongly to one resource or
//! weakly to many, and has an active version. Writers of associations take turns and keep deletes of versions
//! waiting, so that no subject loses its last version while it is bound.

use super::draft::Draft;
use super::find::Stored;
use super::{AssociationError, AssociationFilter};
use crate::model::{Association, Lifecycle, SchemaVersion, Subject};
use crate::registry::config::moved_too_often;
use crate::registry::mode::Operation;
use crate::registry::{Against, Candidate, MAX_ATTEMPTS, Registry, RegistryError};

/// Resources of this type are bound, in these ways.
const RESOURCE_TYPE: &str = "topic";
const ASSOCIATION_TYPES: [&str; 2] = ["key", "value"];

/// Longest list of one subject.
const MAX_OF_SUBJECT: usize = 1000;

/// A resource and the subjects it shall be bound to. Of a resource that is known the id suffices.
#[derive(Clone, Debug, Default)]
pub struct AssociationRequest {
    /// Name.
    pub resource_name: Option<String>,
    /// Where the name is unique.
    pub resource_namespace: Option<String>,
    /// Identity.
    pub resource_id: Option<String>,
    /// Absent means `topic`.
    pub resource_type: Option<String>,
    /// At least one.
    pub associations: Vec<AssociationEntry>,
}

/// One association of a request; what is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub struct AssociationEntry {
    /// The subject.
    pub subject: Option<Subject>,
    /// Absent means `value`.
    pub association_type: Option<String>,
    /// Absent means weak for a new association that is not frozen.
    pub lifecycle: Option<Lifecycle>,
    /// Whether it may be changed later; only a strong one is ever frozen.
    pub frozen: Option<bool>,
    /// Registered under the subject first.
    pub schema: Option<Candidate>,
    /// Whether that schema is normalized.
    pub normalize: bool,
}

/// An association with the version that its schema became.
#[derive(Clone, Debug)]
pub struct Associated {
    /// The association.
    pub association: Association,
    /// Only when the request brought a schema and was no rehearsal.
    pub version: Option<SchemaVersion>,
}

/// What may become of associations that exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// They must be as asked.
    Create,
    /// They are changed, unless frozen.
    Upsert,
}

/// The resource of a request with what is known about it.
struct Resource {
    name: String,
    namespace: String,
    id: String,
    known: Vec<Stored>,
}

/// One entry, decided.
struct Decision<'r> {
    subject: Subject,
    association: Association,
    entry: &'r AssociationEntry,
    /// Then no schema is registered that is not there yet.
    was_frozen: bool,
}

impl Registry {
    /// Binds a resource to subjects, all or none; a repeated request changes nothing. A rehearsal (`dry_run`)
    /// tests everything and writes nothing.
    ///
    /// # Errors
    /// [`AssociationError`], and what registering the schemas may refuse.
    pub async fn associate(
        &self,
        request: &AssociationRequest,
        write: Write,
        dry_run: bool,
    ) -> Result<Vec<Associated>, RegistryError> {
        check_request(request)?;
        let _turn = self.associating.write().await;
        for _ in 0..MAX_ATTEMPTS {
            let (draft, decisions) = self.decide(request, write).await?;
            for decision in &decisions {
                self.rehearse_schema(decision).await?;
            }
            let mut done = Vec::with_capacity(decisions.len());
            for Decision { subject, association, entry, .. } in decisions {
                let version = match &entry.schema {
                    Some(schema) if !dry_run => {
                        Some(self.register(&subject, schema, entry.normalize, false).await?)
                    }
                    _ => None,
                };
                done.push(Associated { association, version });
            }
            if dry_run || draft.commit(self).await? {
                return Ok(done);
            }
        }
        Err(moved_too_often(&Subject::default()))
    }

    /// Looses a resource from its subjects. With `cascade` also frozen ones, and the subjects that the resource
    /// owns are soft-deleted.
    ///
    /// # Errors
    /// [`AssociationError`]: `NotFound`, `Frozen`; with `cascade` what deleting the subjects may refuse.
    pub async fn dissociate(
        &self,
        resource_id: &str,
        filter: &AssociationFilter,
        cascade: bool,
        dry_run: bool,
    ) -> Result<(), RegistryError> {
        let turn = self.associating.write().await;
        let mut owned = None;
        for _ in 0..MAX_ATTEMPTS {
            let mut found = self.list_by_id(resource_id).await?;
            found.retain(|stored| filter.takes(&stored.association));
            if found.is_empty() {
                return Err(AssociationError::NotFound(resource_id.to_owned()).into());
            }
            let mut draft = Draft::default();
            let mut subjects = Vec::new();
            for stored in &found {
                let association = &stored.association;
                if association.frozen && !cascade {
                    return Err(frozen(association));
                }
                draft.list_of(self, &association.subject).await?;
                draft.remove(stored);
                if cascade && association.lifecycle == Lifecycle::Strong {
                    let subject = Subject::parse(&association.subject);
                    self.check_mode(&subject, Operation::Delete).await?;
                    subjects.push(subject);
                }
            }
            if dry_run {
                return Ok(());
            }
            if draft.commit(self).await? {
                owned = Some(subjects);
                break;
            }
        }
        // Deletes wait for this turn.
        drop(turn);
        for subject in owned.ok_or_else(|| moved_too_often(&Subject::default()))? {
            match self.delete_subject(&subject, false).await {
                Ok(_) | Err(RegistryError::SubjectNotFound(_) | RegistryError::SubjectSoftDeleted(_)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    async fn decide<'r>(
        &self,
        request: &'r AssociationRequest,
        write: Write,
    ) -> Result<(Draft, Vec<Decision<'r>>), RegistryError> {
        let resource = self.find_resource(request).await?;
        let mut draft = Draft::default();
        let mut decisions = Vec::with_capacity(request.associations.len());
        for entry in &request.associations {
            let known =
                resource.known.iter().find(|stored| stored.association.association_type == entry.kind());
            let (subject, association) = decide_entry(&resource, entry, known, write)?;
            let others = draft.list_of(self, &association.subject).await?;
            if known.is_none_or(|stored| stored.association != association) {
                check_others(&subject, &association, others)?;
                draft.put(known, &association);
            }
            if entry.schema.is_none() && self.history(&subject).await?.latest().is_none() {
                return Err(AssociationError::NoActiveVersion(subject).into());
            }
            let was_frozen = known.is_some_and(|stored| stored.association.frozen);
            decisions.push(Decision { subject, association, entry, was_frozen });
        }
        Ok((draft, decisions))
    }

    /// Completes the resource from its associations, and refuses another one of the same name or id.
    async fn find_resource(&self, request: &AssociationRequest) -> Result<Resource, RegistryError> {
        let id = required("resourceId", request.resource_id.as_deref(), None)?;
        let known = self.list_by_id(&id).await?;
        let first = known.first().map(|stored| &stored.association);
        let name = request.resource_name.as_deref();
        let name = required("resourceName", name, first.map(|known| known.resource_name.as_str()))?;
        let namespace = request.resource_namespace.as_deref();
        let namespace =
            required("resourceNamespace", namespace, first.map(|known| known.resource_namespace.as_str()))?;
        let namesakes = self.list_by_name(&namespace, &name).await?;
        if let Some(other) = namesakes
            .into_iter()
            .find(|other| other.resource_id != id && other.resource_namespace == namespace)
        {
            let (kind, resource) = (other.association_type, other.resource_name);
            return Err(AssociationError::ResourceTaken { kind, resource }.into());
        }
        Ok(Resource { name, namespace, id, known })
    }

    /// Whether the schema of an entry could be registered, as far as its history decides.
    async fn rehearse_schema(&self, decision: &Decision<'_>) -> Result<(), RegistryError> {
        let Decision { subject, association, entry, was_frozen } = decision;
        let Some(schema) = entry.schema.as_ref().filter(|schema| schema.text().is_some()) else {
            return Ok(());
        };
        let there = self.lookup(subject, schema, entry.normalize, false).await;
        if there.is_ok_and(|version| version.subject == *subject) {
            return Ok(());
        }
        if *was_frozen {
            return Err(frozen(association));
        }
        let verdict =
            self.test_compatibility(subject, Against::History, schema, entry.normalize, false).await?;
        if verdict.is_compatible() {
            return Ok(());
        }
        Err(RegistryError::Incompatible { subject: subject.clone(), verdict: Box::new(verdict) })
    }
}

impl AssociationEntry {
    fn kind(&self) -> &str {
        self.association_type.as_deref().unwrap_or("value")
    }
}

fn decide_entry(
    resource: &Resource,
    entry: &AssociationEntry,
    known: Option<&Stored>,
    write: Write,
) -> Result<(Subject, Association), RegistryError> {
    let known = known.map(|stored| &stored.association);
    let subject = match (&entry.subject, known) {
        (Some(subject), _) => subject.clone(),
        (None, Some(known)) => Subject::parse(&known.subject),
        (None, None) => return Err(invalid("subject", "is missing")),
    };
    if subject.is_context() || !subject.is_valid() || subject.context.is_global() {
        return Err(invalid("subject", "is not a valid subject"));
    }
    let wants_frozen = entry.frozen.unwrap_or_else(|| known.is_some_and(|known| known.frozen));
    let default = if wants_frozen { Lifecycle::Strong } else { Lifecycle::Weak };
    let lifecycle = entry.lifecycle.unwrap_or_else(|| known.map_or(default, |known| known.lifecycle));
    let association = Association {
        subject: subject.qualified(),
        guid: known.map_or_else(|| uuid::Uuid::new_v4().to_string(), |known| known.guid.clone()),
        resource_name: resource.name.clone(),
        resource_namespace: resource.namespace.clone(),
        resource_id: resource.id.clone(),
        resource_type: RESOURCE_TYPE.to_owned(),
        association_type: entry.kind().to_owned(),
        lifecycle,
        frozen: wants_frozen,
    };
    if let Some(known) = known.filter(|known| **known != association) {
        if known.subject != association.subject || write == Write::Create {
            let (kind, resource) = (association.association_type, association.resource_name);
            return Err(AssociationError::ResourceTaken { kind, resource }.into());
        }
        if known.frozen {
            return Err(frozen(known));
        }
    }
    if association.frozen && association.lifecycle == Lifecycle::Weak {
        return Err(invalid("frozen", "a weak association cannot be frozen"));
    }
    Ok((subject, association))
}

/// Whether the subject's other associations leave room for this one.
fn check_others(
    subject: &Subject,
    association: &Association,
    list: &[Association],
) -> Result<(), AssociationError> {
    let others: Vec<_> = list.iter().filter(|other| other.guid != association.guid).collect();
    if others.iter().any(|other| other.lifecycle == Lifecycle::Strong) {
        return Err(AssociationError::SubjectOwned(subject.clone()));
    }
    if association.lifecycle == Lifecycle::Strong && !others.is_empty() {
        return Err(AssociationError::SubjectTaken(subject.clone()));
    }
    if others.len() >= MAX_OF_SUBJECT {
        return Err(AssociationError::TooMany(subject.clone()));
    }
    Ok(())
}

/// What can be said without looking anything up.
fn check_request(request: &AssociationRequest) -> Result<(), RegistryError> {
    if request.resource_type.as_deref().is_some_and(|name| name != RESOURCE_TYPE) {
        return Err(invalid("resourceType", "must be topic"));
    }
    if request.associations.is_empty() {
        return Err(invalid("associations", "is missing or empty"));
    }
    for (index, entry) in request.associations.iter().enumerate() {
        if !ASSOCIATION_TYPES.contains(&entry.kind()) {
            return Err(invalid("associationType", "must be key or value"));
        }
        if request.associations.iter().take(index).any(|earlier| earlier.kind() == entry.kind()) {
            return Err(invalid("associationType", "stands twice in one request"));
        }
    }
    Ok(())
}

/// A member of the resource, as sent or as known; both must agree.
fn required(
    property: &'static str,
    sent: Option<&str>,
    known: Option<&str>,
) -> Result<String, RegistryError> {
    let text = sent.or(known).unwrap_or_default();
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(invalid(property, "is missing or has control characters"));
    }
    if known.is_some_and(|known| known != text) {
        return Err(invalid(property, "differs from the resource of this id"));
    }
    Ok(text.to_owned())
}

fn invalid(property: &'static str, reason: &str) -> RegistryError {
    AssociationError::Invalid { property, reason: reason.to_owned() }.into()
}

fn frozen(association: &Association) -> RegistryError {
    let (kind, subject) = (association.association_type.clone(), association.subject.clone());
    AssociationError::Frozen { kind, subject }.into()
}
