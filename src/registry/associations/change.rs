//! Binding resources to subjects, one request: all of it or nothing.
//!
//! Rules: a resource has one subject a type (`key`, `value`); a subject is bound strongly to one resource or
//! weakly to many, and has an active version. Writers of associations take turns and keep deletes of versions
//! waiting, so that no subject loses its last version while it is bound.

use super::AssociationError;
use super::draft::Draft;
use super::find::Stored;
use super::request::{
    Associated, AssociatedResource, AssociationEntry, AssociationRequest, RESOURCE_TYPE, Write, frozen,
    invalid, required,
};
use crate::model::{Association, Lifecycle, Subject};
use crate::registry::config::moved_too_often;
use crate::registry::{MAX_ATTEMPTS, Registry, RegistryError};

/// Longest list of one subject.
const MAX_OF_SUBJECT: usize = 1000;

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

/// What a request comes to.
struct Plan<'r> {
    resource: Resource,
    draft: Draft,
    decisions: Vec<Decision<'r>>,
    /// Subjects that go with the associations that own them.
    orphans: Vec<Subject>,
}

impl Registry {
    /// Binds a resource to subjects and looses it from others, all or none; a repeated request changes nothing.
    /// A rehearsal (`dry_run`) tests everything and writes nothing.
    ///
    /// # Errors
    /// [`AssociationError`], and what registering the schemas or deleting the subjects may refuse.
    pub async fn associate(
        &self,
        request: &AssociationRequest,
        dry_run: bool,
    ) -> Result<AssociatedResource, RegistryError> {
        request.check()?;
        let turn = self.associating.write().await;
        for _ in 0..MAX_ATTEMPTS {
            let Plan { resource, draft, decisions, orphans } = self.plan(request).await?;
            for decision in &decisions {
                self.rehearse_schema(decision).await?;
            }
            let mut associations = Vec::with_capacity(decisions.len());
            for Decision { subject, association, entry, .. } in decisions {
                let version = match &entry.schema {
                    Some(schema) if !dry_run => {
                        Some(self.register(&subject, schema, entry.normalize, false).await?)
                    }
                    _ => None,
                };
                associations.push(Associated { association, version });
            }
            if !dry_run {
                if !draft.commit(self).await? {
                    continue;
                }
                // Deletes wait for this turn.
                drop(turn);
                self.delete_orphans(&orphans).await?;
            }
            let Resource { name, namespace, id, .. } = resource;
            return Ok(AssociatedResource {
                name,
                namespace,
                id,
                resource_type: RESOURCE_TYPE,
                associations,
            });
        }
        Err(moved_too_often(&Subject::default()))
    }

    async fn plan<'r>(&self, request: &'r AssociationRequest) -> Result<Plan<'r>, RegistryError> {
        let resource = self.find_resource(request).await?;
        let mut draft = Draft::default();
        let mut orphans = Vec::new();
        for removal in &request.removals {
            let stored = resource.known.iter().find(|stored| removal.takes(&stored.association));
            let stored = stored.ok_or_else(|| AssociationError::NotFound(resource.id.clone()))?;
            orphans.extend(self.plan_removal(&mut draft, stored, removal.cascade).await?);
        }
        let mut decisions = Vec::with_capacity(request.associations.len());
        for entry in &request.associations {
            let known =
                resource.known.iter().find(|stored| stored.association.association_type == entry.kind());
            let (subject, association) = decide_entry(&resource, entry, known)?;
            if orphans.contains(&subject) {
                return Err(invalid("subject", "is to be deleted by the same request"));
            }
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
        Ok(Plan { resource, draft, decisions, orphans })
    }

    /// Completes the resource from its associations, and refuses another one of the same name or id.
    async fn find_resource(&self, request: &AssociationRequest) -> Result<Resource, RegistryError> {
        let id = required("resourceId", request.resource_id.as_deref(), None)?;
        let known = self.list_by_id(&id).await?;
        if known.is_empty() && request.associations.is_empty() {
            return Err(AssociationError::NotFound(id).into());
        }
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

    /// Whether the schema of an entry could be registered, or is a version already when nothing may change.
    async fn rehearse_schema(&self, decision: &Decision<'_>) -> Result<(), RegistryError> {
        let Decision { subject, association, entry, was_frozen } = decision;
        let Some(schema) = &entry.schema else { return Ok(()) };
        match self.rehearse_registration(subject, schema, entry.normalize).await {
            Ok(None) | Err(RegistryError::Incompatible { .. }) if *was_frozen => Err(frozen(association)),
            Ok(_) => Ok(()),
            Err(refusal) => Err(refusal),
        }
    }
}

fn decide_entry(
    resource: &Resource,
    entry: &AssociationEntry,
    known: Option<&Stored>,
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
        if known.subject != association.subject || entry.write == Write::Create {
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
