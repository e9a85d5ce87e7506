//! Parsed schemas of stored contents, kept by context and fingerprint.
//!
//! A content never changes; what its references resolve to could only change after a permanent delete.

use std::collections::HashMap;
use std::sync::Arc;

use chancery_engine::{EntityTags, Schema, SchemaError, Source, Strictness};

use super::cache::BoundedCache;
use super::cpu;
use super::freshness::{DependsOn, FreshCache, Moment};
use super::references::Targets;
use super::{Registry, RegistryError, weight};
use crate::model::{Content, ContextName, Fingerprint};
use crate::store::{StoreError, VersionRow};

/// What a content costs beside its text.
const CONTENT_BYTES: usize = 256;

pub(super) struct ParsedCache {
    /// With what they weigh.
    schemas: FreshCache<(ContextName, Fingerprint), (Arc<Schema>, usize)>,
    contents: BoundedCache<Fingerprint, Arc<Content>>,
    /// [`Schema::digest`] of texts without references, which holds for ever.
    digests: BoundedCache<Fingerprint, u64>,
    /// The same of texts with references, whose targets are looked for in a context.
    digests_in: FreshCache<(ContextName, Fingerprint), u64>,
}

/// Digests that are kept, some hundred bytes each.
const MAX_DIGESTS: u64 = 100_000;

/// Contents that are read by one query.
const BATCH: usize = 256;

impl ParsedCache {
    /// A cache for schemas that weigh about this many bytes together.
    pub(super) fn new(max_bytes: u64) -> Self {
        let known = |_: &(ContextName, Fingerprint), (_, bytes): &(Arc<Schema>, usize)| *bytes;
        let by_content = |_: &Fingerprint, content: &Arc<Content>| content.text.len() + CONTENT_BYTES;
        Self {
            schemas: FreshCache::undivided(max_bytes, known),
            contents: BoundedCache::new(max_bytes / 4, by_content),
            digests: BoundedCache::new(MAX_DIGESTS, |_: &Fingerprint, _: &u64| 1),
            digests_in: FreshCache::new(MAX_DIGESTS, |_: &(ContextName, Fingerprint), _: &u64| 1),
        }
    }

    fn find_digest(&self, key: &(ContextName, Fingerprint), now: Moment) -> Option<u64> {
        self.digests.find(&key.1).or_else(|| self.digests_in.find(key, now))
    }
}

impl Registry {
    /// The content of a version row.
    pub(super) async fn content_of(&self, row: &VersionRow) -> Result<Arc<Content>, RegistryError> {
        if let Some(content) = self.parsed.contents.find(&row.fingerprint) {
            return Ok(content);
        }
        let found = self.store.list_contents(&[row.fingerprint]).await?;
        let content = found.into_iter().next().ok_or_else(|| lost(row))?;
        self.parsed.contents.keep(row.fingerprint, content.clone());
        Ok(content)
    }

    /// The parsed form of a stored content. Parses at most once while it stays in the cache.
    pub(super) async fn parse_stored(
        &self,
        context: &ContextName,
        fingerprint: Fingerprint,
        content: &Arc<Content>,
    ) -> Result<Arc<Schema>, RegistryError> {
        let key = (context.clone(), fingerprint);
        let moment = self.moment(DependsOn::Contents);
        if let Some((schema, _)) = self.parsed.schemas.find(&key, moment) {
            return Ok(schema);
        }
        let resolved = self.resolve(context, content.references.clone(), Targets::Stored).await?;
        let (content, limits) = (content.clone(), self.settings.limits);
        let (parsed, bytes) = cpu::by_size(content.text.len() + resolved.bytes(), move || {
            let source = Source { text: &content.text, dependencies: &resolved.dependencies };
            let parsed = Schema::parse(content.schema_type, &source, Strictness::Stored, &limits);
            (parsed, weight::parsed(source.text, source.dependencies))
        })
        .await;
        let schema = Arc::new(parsed.map_err(|cause| stored_but_unreadable(&cause))?);
        self.parsed.schemas.keep(key, moment, (schema.clone(), bytes));
        Ok(schema)
    }

    /// Digests of versions, equal for equivalent schemas; `None` for a stored text that cannot be read. Contents
    /// are read many by one query, and each is parsed at most once while its digest stays in the cache.
    pub(super) async fn digests_of(
        &self,
        context: &ContextName,
        rows: &[&VersionRow],
    ) -> Result<Vec<Option<u64>>, RegistryError> {
        let now = self.moment(DependsOn::Contents);
        let mut digests: Vec<_> = rows
            .iter()
            .map(|row| self.parsed.find_digest(&(context.clone(), row.fingerprint), now))
            .collect();
        let missing: Vec<_> = (0..rows.len()).filter(|at| digests[*at].is_none()).collect();
        for batch in missing.chunks(BATCH) {
            let fingerprints: Vec<_> = batch.iter().map(|at| rows[*at].fingerprint).collect();
            let contents = self.list_contents(&fingerprints).await?;
            for at in batch {
                let Some(content) = contents.get(&rows[*at].fingerprint) else { continue };
                digests[*at] = self.digest_of(context, rows[*at].fingerprint, content).await?;
            }
        }
        Ok(digests)
    }

    /// Contents by fingerprint.
    async fn list_contents(
        &self,
        fingerprints: &[Fingerprint],
    ) -> Result<HashMap<Fingerprint, Arc<Content>>, RegistryError> {
        let kept = |fingerprint: &Fingerprint| {
            self.parsed.contents.find(fingerprint).map(|content| (*fingerprint, content))
        };
        let mut contents: HashMap<_, _> = fingerprints.iter().filter_map(kept).collect();
        let missing: Vec<_> =
            fingerprints.iter().filter(|fingerprint| !contents.contains_key(*fingerprint)).copied().collect();
        if !missing.is_empty() {
            for content in self.store.list_contents(&missing).await? {
                contents.insert(content.fingerprint(), content);
            }
        }
        Ok(contents)
    }

    async fn digest_of(
        &self,
        context: &ContextName,
        fingerprint: Fingerprint,
        content: &Arc<Content>,
    ) -> Result<Option<u64>, RegistryError> {
        let moment = self.moment(DependsOn::Contents);
        let schema = match self.parse_stored(context, fingerprint, content).await {
            Ok(schema) => schema,
            Err(RegistryError::InvalidSchema(_)) => return Ok(None),
            Err(other) => return Err(other),
        };
        let digest = schema.digest();
        if content.references.is_empty() {
            self.parsed.digests.keep(fingerprint, digest);
        } else {
            self.parsed.digests_in.keep((context.clone(), fingerprint), moment, digest);
        }
        Ok(Some(digest))
    }

    /// Content and parsed form of a version row.
    pub(super) async fn parse_row(
        &self,
        context: &ContextName,
        row: &VersionRow,
    ) -> Result<(Arc<Content>, Arc<Schema>), RegistryError> {
        let content = self.content_of(row).await?;
        let schema = self.parse_stored(context, row.fingerprint, &content).await?;
        Ok((content, schema))
    }

    /// The text of a stored content under a `format` query value. A form that the text cannot take gives
    /// the canonical text, as the reference does for unknown formats.
    pub async fn formatted(
        &self,
        context: &ContextName,
        content: &Arc<Content>,
        format: &str,
    ) -> Result<String, RegistryError> {
        if format.is_empty() || format.eq_ignore_ascii_case("default") {
            return Ok(content.text.clone());
        }
        let schema = self.parse_stored(context, content.fingerprint(), content).await?;
        match schema.formatted(format) {
            Err(SchemaError::Limit { .. }) => Ok(content.text.clone()),
            formatted => {
                formatted.map_err(|cause| RegistryError::InvalidSchema(format!("Invalid schema: {cause}")))
            }
        }
    }

    /// Entities of a stored schema that carry inline tags.
    pub async fn list_tags(
        &self,
        context: &ContextName,
        content: &Arc<Content>,
    ) -> Result<Vec<EntityTags>, RegistryError> {
        Ok(self.parse_stored(context, content.fingerprint(), content).await?.tags())
    }
}

/// A version row whose content is gone breaks the database's own foreign key.
fn lost(row: &VersionRow) -> RegistryError {
    RegistryError::Store(StoreError::Corrupt {
        table: "contents",
        column: "fingerprint",
        row: format!("{:?}", row.fingerprint),
        reason: "a version refers to a content that is not stored".to_owned(),
    })
}

/// A stored text that no longer parses: an older release was more lenient, or the database was edited.
fn stored_but_unreadable(cause: &SchemaError) -> RegistryError {
    RegistryError::InvalidSchema(format!("Invalid schema: a stored schema cannot be read: {cause}"))
}
