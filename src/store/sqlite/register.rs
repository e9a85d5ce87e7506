//! Registrations, many in one transaction, each with its own outcome.
//!
//! Statements cost time in SQLite behind an async driver, rows hardly any, so the state of all subjects is
//! read by one statement, the decisions are made here, and each table is written by one statement whose rows
//! come from a JSON list (`json_each`). Only this connection writes, so what was read stays true until the
//! commit. Texts are bound, not put into JSON.
//!
//! A subject occurs once in a group: the second registration finds its revision moved, as it would have
//! one by one.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Value, json};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection, query};

use super::writer::Outcome;
use super::{purge, row};
use crate::model::{ChangeKind, Content, ContextName, Fingerprint, Guid, Mode, SchemaId, Subject};
use crate::store::codec::{At, hex, rule_types, to_json};
use crate::store::{Applied, Conflict, IdChoice, Registration, Stamp, StoreError, Target};

/// Registers all items whose conditions hold. `None`: the item must go alone, as it removes versions that
/// others may look at. With a single item there is always an outcome.
pub async fn register(
    connection: &mut SqliteConnection,
    items: &[(&Registration, &Stamp)],
) -> Result<Vec<Option<Outcome>>, StoreError> {
    let identities: Vec<Identity> = items.iter().map(|(item, _)| Identity::of(&item.content)).collect();
    let states = read_states(connection, items, &identities).await?;
    let references = read_references(connection, items).await?;
    let mut plan = Plan::new(states.next_subject_id);
    let mut outcomes = Vec::with_capacity(items.len());
    for (position, (item, stamp)) in items.iter().enumerate() {
        let state = &states.of_items[position];
        if items.len() > 1 && state.has_deleted {
            outcomes.push(None);
            continue;
        }
        let targets = references.get(&position).map_or(&[][..], Vec::as_slice);
        let decided = plan.add(item, stamp, &identities[position], state, targets);
        outcomes.push(Some(decided.map_err(StoreError::Conflict)));
    }
    if plan.versions.is_empty() {
        return Ok(outcomes);
    }
    plan.write(connection).await?;
    if let ([(item, stamp)], [Some(Ok(Applied::Registered { id, .. }))]) = (items, &outcomes[..]) {
        remove_replaced(connection, item, stamp, &states.of_items[0], *id).await?;
    }
    Ok(outcomes)
}

/// What a single registration replaces: the id of a version that was written over, and lower soft-deleted
/// versions with the id of the new one.
async fn remove_replaced(
    connection: &mut SqliteConnection,
    item: &Registration,
    stamp: &Stamp,
    state: &State,
    id: SchemaId,
) -> Result<(), StoreError> {
    if let Some(replaced) = state.replaced.as_ref().filter(|replaced| replaced.id != id) {
        purge::remove_unused_ids(connection, &[(item.subject.context.clone(), replaced.id)]).await?;
    }
    if state.has_deleted {
        purge::remove_superseded(connection, &item.subject, item.version, id, stamp).await?;
    }
    Ok(())
}

/// Each target must be stored as it was read, and active unless the registration is an import.
fn check_references(item: &Registration, found: &[Found]) -> Result<(), Conflict> {
    for (found, target) in found.iter().zip(&item.references) {
        let holds = found
            .version
            .as_ref()
            .is_some_and(|found| target.id == found.id && !(found.deleted && item.references_must_be_active));
        if !holds {
            let Target { subject, version, .. } = target.clone();
            return Err(Conflict::ReferenceGone { subject, version });
        }
    }
    Ok(())
}

/// Other content may not take the place of a version that is referenced, nor of one that it references itself:
/// whoever references it would mean another schema from then on.
fn check_replaced(item: &Registration, identity: &Identity, state: &State) -> Result<(), Conflict> {
    let Some(replaced) = &state.replaced else { return Ok(()) };
    let itself = (&item.subject, item.version);
    let references_itself = item.references.iter().any(|target| (&target.subject, target.version) == itself);
    if replaced.content != identity.fingerprint && (replaced.is_referenced || references_itself) {
        return Err(Conflict::Referenced { subject: item.subject.clone(), version: item.version });
    }
    Ok(())
}

struct Identity {
    fingerprint: Fingerprint,
    guid: Guid,
}

impl Identity {
    fn of(content: &Content) -> Self {
        Self { fingerprint: content.fingerprint(), guid: content.guid() }
    }
}

/// What the database knows about one item.
struct State {
    subject_id: Option<i64>,
    revision: i64,
    /// Of the scopes that the caller looked at.
    mode: Option<Mode>,
    /// The version to be written, if it stands already.
    replaced: Option<Replaced>,
    has_deleted: bool,
    /// Lowest id of the content in the context.
    known_id: Option<SchemaId>,
    content_known: bool,
    /// Content of the id that was asked for.
    id_owner: Option<Fingerprint>,
    max_id: Option<i32>,
    registered: bool,
}

/// A version that would be written over.
struct Replaced {
    id: SchemaId,
    content: Fingerprint,
    /// Whether any version references it, a soft-deleted one included.
    is_referenced: bool,
}

struct States {
    of_items: Vec<State>,
    next_subject_id: i64,
}

async fn read_states(
    connection: &mut SqliteConnection,
    items: &[(&Registration, &Stamp)],
    identities: &[Identity],
) -> Result<States, StoreError> {
    let sql = r"
        SELECT s.subject_id, coalesce(s.revision, 0) AS revision,
               (SELECT m.mode
                  FROM json_each(item.value -> 5) scope
                 CROSS JOIN modes m ON m.context = scope.value ->> 0 AND m.name = scope.value ->> 1
                 ORDER BY scope.key LIMIT 1) AS mode,
               v.id AS replaced_id, r.fingerprint AS replaced_content,
               EXISTS (SELECT 1 FROM version_references f
                        WHERE f.target_subject_id = v.subject_id
                          AND f.target_version = v.version) AS is_referenced,
               EXISTS (SELECT 1 FROM versions d
                        WHERE d.subject_id = s.subject_id AND d.deleted = 1) AS has_deleted,
               (SELECT min(i.id) FROM ids i
                 WHERE i.fingerprint = unhex(item.value ->> 3) AND i.context = item.value ->> 0) AS known_id,
               EXISTS (SELECT 1 FROM contents c
                        WHERE c.fingerprint = unhex(item.value ->> 3)) AS content_known,
               (SELECT i.fingerprint FROM ids i
                 WHERE i.context = item.value ->> 0 AND i.id = item.value ->> 4) AS id_owner,
               x.max_id, coalesce(x.registered, 0) AS registered,
               (SELECT coalesce(max(subject_id), 0) + 1 FROM subjects) AS next_subject_id
          FROM json_each(?1) item
          LEFT JOIN subjects s ON s.context = item.value ->> 0 AND s.name = item.value ->> 1
          LEFT JOIN contexts x ON x.name = item.value ->> 0
          LEFT JOIN versions v ON v.subject_id = s.subject_id AND v.version = item.value ->> 2
          LEFT JOIN ids r ON r.context = v.context AND r.id = v.id
         ORDER BY item.key";
    let asked: Vec<Value> = items
        .iter()
        .zip(identities)
        .map(|((item, _), identity)| {
            let wanted = match item.id {
                IdChoice::Exactly(SchemaId(id)) => Some(id),
                IdChoice::Allocate => None,
            };
            let subject = &item.subject;
            let scopes = item.mode.scopes.iter().map(|scope| (scope.context.as_str(), &*scope.name));
            let scopes: Vec<_> = scopes.collect();
            json!([
                subject.context.as_str(),
                subject.name,
                item.version,
                hex(&identity.fingerprint.0),
                wanted,
                scopes
            ])
        })
        .collect();
    let rows =
        query(sql).bind(to_json(&asked)).fetch_all(connection).await.map_err(StoreError::unavailable)?;
    let mut states = States { of_items: Vec::with_capacity(items.len()), next_subject_id: 1 };
    for (row, (item, _)) in rows.iter().zip(items) {
        let key = || item.subject.qualified();
        let at = |table| At { table, row: &key };
        let number = |table, column| -> Result<Option<i32>, StoreError> {
            let value: Option<i64> = row::get(row, at(table), column)?;
            value.map(|value| at(table).number(column, value)).transpose()
        };
        let content = |column| -> Result<Option<Fingerprint>, StoreError> {
            let bytes: Option<&[u8]> = row::get(row, at("ids"), column)?;
            bytes.map(|bytes| at("ids").fingerprint("fingerprint", bytes)).transpose()
        };
        let replaced = number("versions", "replaced_id")?.map(SchemaId).zip(content("replaced_content")?);
        let is_referenced = row::get(row, at("version_references"), "is_referenced")?;
        states.next_subject_id = row::get(row, at("subjects"), "next_subject_id")?;
        let mode: Option<&str> = row::get(row, at("modes"), "mode")?;
        states.of_items.push(State {
            subject_id: row::get(row, at("subjects"), "subject_id")?,
            revision: row::get(row, at("subjects"), "revision")?,
            mode: mode.map(|name| at("modes").mode("mode", name)).transpose()?,
            replaced: replaced.map(|(id, content)| Replaced { id, content, is_referenced }),
            has_deleted: row::get(row, at("versions"), "has_deleted")?,
            known_id: number("ids", "known_id")?.map(SchemaId),
            content_known: row::get(row, at("contents"), "content_known")?,
            id_owner: content("id_owner")?,
            max_id: number("contexts", "max_id")?,
            registered: row::get(row, at("contexts"), "registered")?,
        });
    }
    Ok(states)
}

/// The target of a reference as the database knows it.
struct Found {
    subject_id: Option<i64>,
    version: Option<FoundVersion>,
}

/// A version that is stored.
struct FoundVersion {
    id: SchemaId,
    deleted: bool,
}

/// Targets by position of their item, in the order of `Registration::references`.
async fn read_references(
    connection: &mut SqliteConnection,
    items: &[(&Registration, &Stamp)],
) -> Result<HashMap<usize, Vec<Found>>, StoreError> {
    let sql = r"
        SELECT wanted.value ->> 0 AS item, s.subject_id, v.id, v.deleted
          FROM json_each(?1) wanted
          LEFT JOIN subjects s ON s.context = wanted.value ->> 1 AND s.name = wanted.value ->> 2
          LEFT JOIN versions v ON v.subject_id = s.subject_id AND v.version = wanted.value ->> 3
         ORDER BY wanted.key";
    let mut wanted = Vec::new();
    for (position, (item, _)) in items.iter().enumerate() {
        for Target { subject, version, .. } in &item.references {
            wanted.push(json!([position, subject.context.as_str(), subject.name, version]));
        }
    }
    let mut targets: HashMap<usize, Vec<Found>> = HashMap::new();
    if wanted.is_empty() {
        return Ok(targets);
    }
    let rows =
        query(sql).bind(to_json(&wanted)).fetch_all(connection).await.map_err(StoreError::unavailable)?;
    let key = || "target of a reference".to_owned();
    for row in &rows {
        let at = At { table: "versions", row: &key };
        let item: i64 = row::get(row, at, "item")?;
        let id: Option<i64> = row::get(row, at, "id")?;
        let deleted: Option<i64> = row::get(row, at, "deleted")?;
        let version = match (id, deleted) {
            (Some(id), Some(deleted)) => Some(FoundVersion {
                id: SchemaId(at.number("id", id)?),
                deleted: at.flag("deleted", deleted)?,
            }),
            _ => None,
        };
        let subject_id = row::get(row, At { table: "subjects", row: &key }, "subject_id")?;
        targets.entry(item as usize).or_default().push(Found { subject_id, version });
    }
    Ok(targets)
}

/// Rows to be written, and what earlier items of the group changed.
struct Plan {
    next_subject_id: i64,
    /// Highest id by context, with what the group allocated.
    counters: BTreeMap<ContextName, i32>,
    touched_contexts: BTreeSet<ContextName>,
    /// Ids the group gave out.
    allocated: HashMap<(ContextName, Fingerprint), SchemaId>,
    touched_subjects: HashSet<Subject>,
    contents: Vec<(Identity, Arc<Content>)>,
    ids: Vec<Value>,
    subjects: Vec<Value>,
    versions: Vec<Value>,
    /// Versions that are written over: their references go before the new ones come.
    overwritten: Vec<Value>,
    references: Vec<Value>,
    changes: Vec<Value>,
}

impl Plan {
    fn new(next_subject_id: i64) -> Self {
        Self {
            next_subject_id,
            counters: BTreeMap::new(),
            touched_contexts: BTreeSet::new(),
            allocated: HashMap::new(),
            touched_subjects: HashSet::new(),
            contents: Vec::new(),
            ids: Vec::new(),
            subjects: Vec::new(),
            versions: Vec::new(),
            overwritten: Vec::new(),
            references: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// Decides one item and notes its rows.
    fn add(
        &mut self,
        item: &Registration,
        stamp: &Stamp,
        identity: &Identity,
        state: &State,
        targets: &[Found],
    ) -> Result<Applied, Conflict> {
        let subject = &item.subject;
        let moved = state.revision != item.revision
            || state.mode != item.mode.mode
            || (state.replaced.is_some() && !item.overwrites)
            || self.touched_subjects.contains(subject);
        if moved {
            return Err(Conflict::Moved { subject: subject.clone() });
        }
        check_references(item, targets)?;
        check_replaced(item, identity, state)?;
        let id = self.choose_id(item, identity, state)?;

        self.touched_subjects.insert(subject.clone());
        let context = subject.context.as_str();
        let subject_id = state.subject_id.unwrap_or(self.next_subject_id);
        self.next_subject_id += i64::from(state.subject_id.is_none());
        let revision = state.revision + 1;
        self.subjects.push(json!([subject_id, context, subject.name, subject.qualified(), revision]));
        self.versions.push(json!([subject_id, item.version, context, id.0, stamp.at_ms]));
        if state.replaced.is_some() {
            self.overwritten.push(json!([subject_id, item.version]));
        }
        for (found, target) in targets.iter().zip(&item.references) {
            self.references.push(json!([subject_id, item.version, found.subject_id, target.version]));
        }
        // What stood under the number before is gone for good.
        let replaced = state.replaced.as_ref().map(|replaced| replaced.id).filter(|replaced| *replaced != id);
        let changes = replaced.map(|replaced| (ChangeKind::HardDeleted, replaced)).into_iter();
        for (kind, id) in changes.chain([(ChangeKind::Registered, id)]) {
            let (kind, principal) = (kind.name(), &stamp.principal);
            self.changes.push(json!([
                stamp.at_ms,
                principal,
                kind,
                context,
                subject.name,
                item.version,
                id.0
            ]));
        }
        Ok(Applied::Registered { id, version: item.version })
    }

    fn choose_id(
        &mut self,
        item: &Registration,
        identity: &Identity,
        state: &State,
    ) -> Result<SchemaId, Conflict> {
        let context = &item.subject.context;
        let fingerprint = identity.fingerprint;
        let counter = self.counters.get(context).copied().or(state.max_id);
        let known = state.known_id.or_else(|| self.allocated.get(&(context.clone(), fingerprint)).copied());
        let (id, is_new) = match item.id {
            IdChoice::Allocate => match known {
                Some(id) => (id, false),
                None => {
                    let next = counter.unwrap_or(0).checked_add(1);
                    let id = next.ok_or_else(|| Conflict::IdsExhausted(context.clone()))?;
                    (SchemaId(id), true)
                }
            },
            IdChoice::Exactly(id) if state.id_owner.is_some_and(|owner| owner != fingerprint) => {
                return Err(Conflict::IdTaken(id));
            }
            IdChoice::Exactly(id) => (id, state.id_owner.is_none()),
        };
        if is_new {
            if !state.content_known
                && !self.contents.iter().any(|(known, _)| known.fingerprint == fingerprint)
            {
                let identity = Identity { fingerprint, guid: identity.guid };
                self.contents.push((identity, item.content.clone()));
            }
            self.ids.push(json!([context.as_str(), id.0, hex(&fingerprint.0)]));
            self.allocated.insert((context.clone(), fingerprint), id);
        }
        let highest = counter.map_or(id.0, |counter| counter.max(id.0));
        self.counters.insert(context.clone(), highest);
        if Some(highest) != state.max_id || !state.registered {
            self.touched_contexts.insert(context.clone());
        }
        Ok(id)
    }

    async fn write(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let contexts: Vec<Value> =
            self.touched_contexts.iter().map(|name| json!([name.as_str(), self.counters[name]])).collect();
        run_rows(connection, CONTEXTS, &contexts).await?;
        self.write_contents(connection).await?;
        for (sql, rows) in [
            (IDS, &self.ids),
            (SUBJECTS, &self.subjects),
            (VERSIONS, &self.versions),
            (OVERWRITTEN_REFERENCES, &self.overwritten),
            (REFERENCES, &self.references),
            (CHANGES, &self.changes),
        ] {
            run_rows(connection, sql, rows).await?;
        }
        Ok(())
    }

    async fn write_contents(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        if self.contents.is_empty() {
            return Ok(());
        }
        let mut insert: QueryBuilder<Sqlite> = QueryBuilder::new(
            r#"INSERT INTO contents
               (fingerprint, guid, schema_type, rule_types, metadata, rule_set, "references", text) "#,
        );
        insert.push_values(&self.contents, |mut row, (identity, content)| {
            row.push_bind(identity.fingerprint.0.to_vec())
                .push_bind(identity.guid.0.to_vec())
                .push_bind(content.schema_type.name())
                .push_bind(rule_types(content))
                .push_bind(content.metadata.as_ref().map(to_json))
                .push_bind(content.rule_set.as_ref().map(to_json))
                .push_bind(to_json(&content.references))
                .push_bind(content.text.as_str());
        });
        // One content is the usual case and worth a prepared statement; others come in all lengths.
        let statement = insert.build().persistent(self.contents.len() == 1);
        statement.execute(connection).await.map_err(StoreError::unavailable)?;
        Ok(())
    }
}

const CONTEXTS: &str = r"
    INSERT INTO contexts (name, max_id, registered)
    SELECT value ->> 0, value ->> 1, 1 FROM json_each(?1) WHERE true
        ON CONFLICT (name) DO UPDATE SET max_id = excluded.max_id, registered = 1";
const IDS: &str = r"
    INSERT INTO ids (context, id, fingerprint)
    SELECT value ->> 0, value ->> 1, unhex(value ->> 2) FROM json_each(?1)";
const SUBJECTS: &str = r"
    INSERT INTO subjects (subject_id, context, name, qualified, revision)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?1) WHERE true
        ON CONFLICT (subject_id) DO UPDATE SET revision = excluded.revision";
const VERSIONS: &str = r"
    INSERT INTO versions (subject_id, version, context, id, deleted, created_ms)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, 0, value ->> 4 FROM json_each(?1) WHERE true
        ON CONFLICT (subject_id, version)
        DO UPDATE SET id = excluded.id, deleted = 0, created_ms = excluded.created_ms";
const OVERWRITTEN_REFERENCES: &str = r"
    DELETE FROM version_references
     WHERE (subject_id, version) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))";
const REFERENCES: &str = r"
    INSERT OR IGNORE INTO version_references (subject_id, version, target_subject_id, target_version)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?1)";
const CHANGES: &str = r"
    INSERT INTO changes (at_ms, principal, kind, context, name, version, id)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
      FROM json_each(?1)";

/// Appends to the log of changes.
pub async fn write_changes(connection: &mut SqliteConnection, rows: &[Value]) -> Result<(), StoreError> {
    run_rows(connection, CHANGES, rows).await
}

async fn run_rows(
    connection: &mut SqliteConnection,
    sql: &'static str,
    rows: &[Value],
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    query(sql).bind(to_json(&rows)).execute(connection).await.map_err(StoreError::unavailable)?;
    Ok(())
}
