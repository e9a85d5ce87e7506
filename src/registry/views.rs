//! What requests about a subject or an id read, kept together.
//!
//! One view answers what a validation asks of a subject: its versions, its alias. Views are
//! bounded by bytes and hold as long as their moment does. So does the answer that a subject is not there, which
//! producers of foreign events ask for with each; it is kept apart, so that unknown names never take the place of known
//! ones. A 404 comes from the database all the same.

use std::sync::Arc;

use chancery_engine::cloudevents::matching::Uses;

use super::freshness::{DependsOn, FreshCache};
use super::{Registry, RegistryError};
use crate::model::{ContextName, Guid, SchemaId, Subject};
use crate::store::{History, StoredContent, Use};

/// Bytes of all views of subjects together, and of ids.
const MAX_BYTES: u64 = 32 << 20;

/// Bytes of what is known not to be there, and of `$id`s.
const MAX_ABSENT_BYTES: u64 = 4 << 20;

/// What a view costs beside its rows, and what a row costs.
const VIEW_BYTES: usize = 512;
const ROW_BYTES: usize = 128;

/// A subject at one moment.
#[derive(Debug)]
pub(super) struct SubjectView {
    /// Its versions.
    pub history: Arc<History>,
    /// The alias of its own config; never empty.
    pub alias: Option<String>,
}

/// An id at one moment.
#[derive(Debug)]
pub(super) struct IdView {
    /// Its content.
    pub stored: StoredContent,
    /// Versions that use it, soft-deleted ones included, sorted by subject, then version.
    pub uses: Vec<Use>,
    /// Active versions by qualified name of their subject. There can be thousands, and each framed event asks.
    pub active: Uses,
    /// When it was used first.
    pub first_ms: Option<i64>,
}

impl IdView {
    fn new(stored: StoredContent, uses: Vec<Use>) -> Self {
        let active = uses.iter().filter(|one| !one.deleted);
        let mut active: Vec<_> =
            active.map(|one| (one.subject.qualified(), one.version.unsigned_abs())).collect();
        active.sort_unstable();
        let first_ms = uses.iter().map(|one| one.created_ms).min();
        Self { stored, uses, active: active.into(), first_ms }
    }
}

pub(super) struct Views {
    subjects: FreshCache<Subject, Arc<SubjectView>>,
    /// Subjects without versions and alias.
    absent: FreshCache<Subject, Arc<SubjectView>>,
    ids: FreshCache<(ContextName, SchemaId), Arc<IdView>>,
    guids: FreshCache<Guid, GuidPlaces>,
    json_schema_ids: FreshCache<(ContextName, String), Arc<[SchemaId]>>,
}

/// Where a guid is known, and as which id.
type GuidPlaces = Arc<Vec<(ContextName, SchemaId)>>;

impl Views {
    pub fn new() -> Self {
        let of_subject = |subject: &Subject, view: &Arc<SubjectView>| {
            VIEW_BYTES + subject.name.len() + view.history.versions.len() * ROW_BYTES
        };
        // Texts are shared with the cache of contents or weigh as much here.
        let of_id = |_: &(ContextName, SchemaId), view: &Arc<IdView>| {
            VIEW_BYTES + view.stored.content.text.len() + (view.uses.len() + view.active.len()) * ROW_BYTES
        };
        let of_guid = |_: &Guid, places: &GuidPlaces| VIEW_BYTES + places.len() * ROW_BYTES;
        Self {
            subjects: FreshCache::new(MAX_BYTES, of_subject),
            absent: FreshCache::new(MAX_ABSENT_BYTES, of_subject),
            ids: FreshCache::new(MAX_BYTES, of_id),
            guids: FreshCache::new(MAX_BYTES / 8, of_guid),
            json_schema_ids: FreshCache::new(
                MAX_ABSENT_BYTES,
                |(_, uri): &(ContextName, String), ids: &Arc<[SchemaId]>| {
                    VIEW_BYTES + uri.len() + ids.len() * ROW_BYTES
                },
            ),
        }
    }
}

impl Registry {
    /// A subject with its versions and alias; an unknown one has none.
    pub(super) async fn view_subject(&self, subject: &Subject) -> Result<Arc<SubjectView>, RegistryError> {
        let moment = self.moment(DependsOn::Name(&subject.name));
        let kept = self.views.subjects.find(subject, moment);
        if let Some(view) = kept.or_else(|| self.views.absent.find(subject, moment)) {
            return Ok(view);
        }
        // Boxed: futures of requests that find everything in memory stay small.
        Box::pin(self.load_subject(subject)).await
    }

    /// The same from the database: where the answer is going to be that something is not there.
    pub(super) async fn load_subject(&self, subject: &Subject) -> Result<Arc<SubjectView>, RegistryError> {
        let moment = self.moment(DependsOn::Name(&subject.name));
        let config = self.store.find_config(subject).await?;
        let view = Arc::new(SubjectView {
            history: self.history(subject).await?,
            alias: config.and_then(|config| config.alias).filter(|alias| !alias.is_empty()),
        });
        let is_absent = view.history.versions.is_empty() && view.alias.is_none();
        let kept = if is_absent { &self.views.absent } else { &self.views.subjects };
        kept.keep(subject.clone(), moment, Arc::clone(&view));
        Ok(view)
    }

    /// An id with its content and uses.
    pub(super) async fn view_id(
        &self,
        context: &ContextName,
        id: SchemaId,
    ) -> Result<Option<Arc<IdView>>, RegistryError> {
        let moment = self.moment(DependsOn::Id(id));
        let key = (context.clone(), id);
        if let Some(view) = self.views.ids.find(&key, moment) {
            return Ok(Some(view));
        }
        let load = async {
            let Some(stored) = self.store.find_content(context, id).await? else { return Ok(None) };
            let uses = self.store.list_uses(context, id).await?;
            let view = Arc::new(IdView::new(stored, uses));
            self.views.ids.keep(key, moment, Arc::clone(&view));
            Ok(Some(view))
        };
        Box::pin(load).await
    }

    /// Contexts and ids of a guid, sorted by context, then id.
    pub(super) async fn view_guid(&self, guid: Guid) -> Result<GuidPlaces, RegistryError> {
        let moment = self.moment(DependsOn::Everything);
        if let Some(places) = self.views.guids.find(&guid, moment) {
            return Ok(places);
        }
        let places = Arc::new(self.store.list_guid_ids(guid).await?);
        if !places.is_empty() {
            self.views.guids.keep(guid, moment, Arc::clone(&places));
        }
        Ok(places)
    }

    /// Ids of JSON Schemas that have this `$id`, in a context, newest first; mostly there are none.
    pub(super) async fn view_json_schema_ids(
        &self,
        context: &ContextName,
        json_schema_id: &str,
    ) -> Result<Arc<[SchemaId]>, RegistryError> {
        let moment = self.moment(DependsOn::Everything);
        let key = (context.clone(), json_schema_id.to_owned());
        if let Some(ids) = self.views.json_schema_ids.find(&key, moment) {
            return Ok(ids);
        }
        let load = async {
            let ids: Arc<[SchemaId]> = self.store.list_json_schema_ids(context, json_schema_id).await?.into();
            self.views.json_schema_ids.keep(key, moment, Arc::clone(&ids));
            Ok(ids)
        };
        Box::pin(load).await
    }
}
