//! From what a request or a frame names to one stored schema.

use std::sync::Arc;

use chancery_engine::SchemaType;
use chancery_engine::cloudevents::matching::{SchemaReference, versions_of};
use chancery_engine::framing::Frame;
use chancery_engine::violation::Formats;

use super::super::{IdScope, Registry, RegistryError};
use super::ready::{Form, Ready};
use super::{Matched, SchemaChoice};
use crate::model::{ContextName, FormatPolicy, Guid, SchemaId, Settings, Subject, VersionSelector};
use crate::store::VersionRow;

/// A schema that a payload is held against.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub ready: Arc<Ready>,
    pub matched: Matched,
}

impl Target {
    /// The format.
    pub fn schema_type(&self) -> SchemaType {
        self.matched.schema_type
    }

    /// The context whose ids and references it uses.
    pub fn context(&self) -> &ContextName {
        &self.ready.context
    }
}

impl Registry {
    /// The schema that a request names.
    pub(super) async fn resolve_choice(&self, choice: &SchemaChoice) -> Result<Target, RegistryError> {
        match choice {
            SchemaChoice::Id(id, scope) => self.target_of_id(*id, scope, "parameter").await,
            SchemaChoice::Version(subject, selector) => {
                self.target_of_version(subject, *selector, "parameter").await
            }
            SchemaChoice::Inline(context, candidate) => {
                let ready = self.ready_candidate(context, candidate).await?;
                let schema_type = ready.content.schema_type;
                let matched =
                    Matched { by: "parameter", subject: None, version: None, id: None, schema_type };
                Ok(Target { ready, matched })
            }
        }
    }

    /// The schema of an id, with the use that the scope names.
    pub(super) async fn target_of_id(
        &self,
        id: i32,
        scope: &IdScope,
        by: &'static str,
    ) -> Result<Target, RegistryError> {
        let found = self.get_schema_by_id(id, scope).await?;
        Ok(Target {
            matched: Matched {
                by,
                subject: found.version.as_ref().map(|version| version.subject.clone()),
                version: found.version.as_ref().map(|version| version.version),
                id: Some(found.id.0),
                schema_type: found.content.schema_type,
            },
            ready: self.ready_content((found.context, found.fingerprint), found.content),
        })
    }

    /// A version of a subject.
    pub(super) async fn target_of_version(
        &self,
        subject: &Subject,
        selector: VersionSelector,
        by: &'static str,
    ) -> Result<Target, RegistryError> {
        let (subject, row) = self.find_row(subject, selector, false).await?;
        self.target_of_row(&subject, &row, by).await
    }

    /// A version of a subject whose row is at hand.
    pub(super) async fn target_of_row(
        &self,
        subject: &Subject,
        row: &VersionRow,
        by: &'static str,
    ) -> Result<Target, RegistryError> {
        let ready = self.ready_row(&subject.context, row).await?;
        let matched = Matched {
            by,
            subject: Some(subject.clone()),
            version: Some(row.version),
            id: Some(row.id.0),
            schema_type: ready.content.schema_type,
        };
        Ok(Target { ready, matched })
    }

    /// Context and id that a frame means, if they are known. An id counts in this context only.
    pub(super) async fn find_framed(
        &self,
        context: &ContextName,
        frame: Frame,
    ) -> Result<Option<(ContextName, i32)>, RegistryError> {
        let id = match frame {
            Frame::Id(id) => i32::try_from(id).ok(),
            Frame::Guid(guid) => return self.place_of_guid(Guid(guid), context).await,
        };
        let Some(id) = id else { return Ok(None) };
        let known = self.view_id(context, SchemaId(id)).await?.is_some();
        Ok(known.then(|| (context.clone(), id)))
    }

    /// Where a guid, which means the same everywhere, is found: in this context, or else in the first that has it,
    /// the default one before others.
    pub(super) async fn place_of_guid(
        &self,
        guid: Guid,
        context: &ContextName,
    ) -> Result<Option<(ContextName, i32)>, RegistryError> {
        let places = self.view_guid(guid).await?;
        let rank = |place: &ContextName| (place != context, !place.is_default());
        let nearest = places.iter().min_by_key(|(place, id)| (rank(place), place, *id));
        Ok(nearest.map(|(place, id)| (place.clone(), id.0)))
    }

    /// A schema as the settings of its subject want it compiled.
    pub(super) fn formed(&self, target: Target, settings: &Settings) -> Target {
        let formats = match settings.formats {
            Some(FormatPolicy::Annotate) => Formats::Annotate,
            Some(FormatPolicy::Assert) | None => Formats::Assert,
        };
        let form = Form { formats, part: target.ready.form.part.clone() };
        if form == target.ready.form {
            return target;
        }
        Target { ready: self.ready_formed(&target.ready, form), ..target }
    }

    /// The part of a schema that a fragment selects; the target itself when nothing there has the name, which the
    /// flag says.
    pub(super) async fn part_of(
        &self,
        target: Target,
        reference: &SchemaReference,
    ) -> Result<(Target, bool), RegistryError> {
        let part = match target.schema_type() {
            SchemaType::Json => reference.fragment.as_deref().filter(|fragment| !fragment.is_empty()),
            SchemaType::Avro => reference.selected_type(),
            // A file is taken whole: the fragment names the message.
            SchemaType::Protobuf => None,
        };
        let Some(part) = part else { return Ok((target, true)) };
        match self.ready_part(&target.ready, part).await? {
            Some(ready) => Ok((Target { ready, ..target }, true)),
            None => Ok((target, false)),
        }
    }

    /// The newest active version of a subject that has an id.
    pub(super) async fn version_with_id(
        &self,
        subject: &Subject,
        context: &ContextName,
        id: i32,
    ) -> Result<Option<Target>, RegistryError> {
        let Some(view) = self.view_id(context, SchemaId(id)).await? else { return Ok(None) };
        let there = Subject { context: context.clone(), name: subject.name.clone() };
        let newest = versions_of(&view.active, &there.qualified()).last();
        let Some((_, version)) = newest else { return Ok(None) };
        let selector = VersionSelector::Number(i32::try_from(*version).unwrap_or(i32::MAX));
        self.target_of_version(&there, selector, "framing").await.map(Some)
    }
}
