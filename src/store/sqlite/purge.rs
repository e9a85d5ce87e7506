//! Permanent removal: versions go, ids without uses go, contents without ids go. Counters and revisions stay.

use serde_json::{Value, json};
use sqlx::{Row, SqliteConnection, query};

use super::register::write_changes;
use super::row;
use crate::model::{ChangeKind, ContextName, SchemaId, Subject};
use crate::store::codec::{At, to_json};
use crate::store::{Conflict, Emptied, Stamp, StoreError};

/// A version that is looked at before it goes.
pub struct Doomed {
    pub subject_id: i64,
    pub subject: Subject,
    pub version: i32,
    pub id: SchemaId,
    pub deleted: bool,
}

impl Doomed {
    /// Reads `subject_id`, `context`, `name`, `version`, `id` and `deleted`.
    pub fn from_row(row: &sqlx::sqlite::SqliteRow) -> Result<Self, StoreError> {
        let key = || row.try_get::<String, _>("name").unwrap_or_default();
        let at = At { table: "versions", row: &key };
        Ok(Self {
            subject_id: row::get(row, at, "subject_id")?,
            subject: row::subject(row, at)?,
            version: row::number(row, at, "version")?,
            id: row::id(row, at)?,
            deleted: at.flag("deleted", row::get(row, at, "deleted")?)?,
        })
    }

    /// Its entry in the log of changes.
    pub fn change(&self, kind: ChangeKind, stamp: &Stamp) -> Value {
        let subject = &self.subject;
        let context = subject.context.as_str();
        json!([stamp.at_ms, stamp.principal, kind.name(), context, subject.name, self.version, self.id.0])
    }
}

/// Removes versions with what only they used, and logs each.
pub async fn remove_versions(
    connection: &mut SqliteConnection,
    doomed: &[Doomed],
    stamp: &Stamp,
) -> Result<(), StoreError> {
    if doomed.is_empty() {
        return Ok(());
    }
    // Their references go with them (cascade).
    let sql = r"
        DELETE FROM versions
         WHERE (subject_id, version) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))";
    let keys: Vec<Value> = doomed.iter().map(|one| json!([one.subject_id, one.version])).collect();
    query(sql).bind(to_json(&keys)).execute(&mut *connection).await.map_err(StoreError::unavailable)?;
    let ids: Vec<_> = doomed.iter().map(|one| (one.subject.context.clone(), one.id)).collect();
    remove_unused_ids(connection, &ids).await?;
    let changes: Vec<Value> = doomed.iter().map(|one| one.change(ChangeKind::HardDeleted, stamp)).collect();
    write_changes(connection, &changes).await
}

/// Removes those of the ids that no version uses, and the contents that no id uses then.
pub async fn remove_unused_ids(
    connection: &mut SqliteConnection,
    ids: &[(ContextName, SchemaId)],
) -> Result<(), StoreError> {
    let remove_ids = r"
        DELETE FROM ids
         WHERE (context, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))
           AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.context = ids.context AND v.id = ids.id)
        RETURNING lower(hex(fingerprint)) AS fingerprint";
    let remove_contents = r"
        DELETE FROM contents
         WHERE fingerprint IN (SELECT unhex(value) FROM json_each(?1))
           AND NOT EXISTS (SELECT 1 FROM ids i WHERE i.fingerprint = contents.fingerprint)";
    let keys: Vec<Value> = ids.iter().map(|(context, id)| json!([context.as_str(), id.0])).collect();
    let rows = query(remove_ids)
        .bind(to_json(&keys))
        .fetch_all(&mut *connection)
        .await
        .map_err(StoreError::unavailable)?;
    let key = || "unused".to_owned();
    let at = At { table: "ids", row: &key };
    let fingerprints: Vec<String> =
        rows.iter().map(|row| row::get(row, at, "fingerprint")).collect::<Result<_, _>>()?;
    if !fingerprints.is_empty() {
        query(remove_contents)
            .bind(to_json(&fingerprints))
            .execute(connection)
            .await
            .map_err(StoreError::unavailable)?;
    }
    Ok(())
}

/// Removes lower soft-deleted versions with the same id, unless something references them.
pub async fn remove_superseded(
    connection: &mut SqliteConnection,
    subject: &Subject,
    version: i32,
    id: SchemaId,
    stamp: &Stamp,
) -> Result<(), StoreError> {
    let sql = r"
        SELECT v.subject_id, s.context, s.name, v.version, v.id, v.deleted
          FROM subjects s
          JOIN versions v ON v.subject_id = s.subject_id
         WHERE s.context = ?1 AND s.name = ?2 AND v.version < ?3 AND v.id = ?4 AND v.deleted = 1
           AND NOT EXISTS (SELECT 1 FROM version_references r
                            WHERE r.target_subject_id = v.subject_id AND r.target_version = v.version)";
    let rows = query(sql)
        .bind(subject.context.as_str())
        .bind(&subject.name)
        .bind(version)
        .bind(id.0)
        .fetch_all(&mut *connection)
        .await
        .map_err(StoreError::unavailable)?;
    let doomed: Vec<Doomed> = rows.iter().map(Doomed::from_row).collect::<Result<_, _>>()?;
    remove_versions(connection, &doomed, stamp).await
}

/// Removes all versions of a scope that holds soft-deleted ones only.
pub async fn empty(
    connection: &mut SqliteConnection,
    emptied: &Emptied,
    scope: &Subject,
    stamp: &Stamp,
) -> Result<(), StoreError> {
    let (context, name) = match emptied {
        Emptied::Subject(subject) => (Some(subject.context.as_str()), Some(&*subject.name)),
        Emptied::Context(context) => (Some(context.as_str()), None),
        Emptied::Everything => (None, None),
    };
    let all = r"
        SELECT v.subject_id, s.context, s.name, v.version, v.id, v.deleted
          FROM subjects s
          JOIN versions v ON v.subject_id = s.subject_id
         WHERE (?1 IS NULL OR s.context = ?1) AND (?2 IS NULL OR s.name = ?2)
         ORDER BY s.qualified, v.version";
    let rows = query(all)
        .bind(context)
        .bind(name)
        .fetch_all(&mut *connection)
        .await
        .map_err(StoreError::unavailable)?;
    let doomed: Vec<Doomed> = rows.iter().map(Doomed::from_row).collect::<Result<_, _>>()?;
    if doomed.iter().any(|one| !one.deleted) {
        return Err(Conflict::NotEmpty { scope: scope.clone() }.into());
    }
    let outside = r"
        SELECT target.context, target.name, r.target_version
          FROM version_references r
          JOIN subjects target ON target.subject_id = r.target_subject_id
          JOIN subjects s ON s.subject_id = r.subject_id
         WHERE (?1 IS NULL OR target.context = ?1) AND (?2 IS NULL OR target.name = ?2)
           AND NOT ((?1 IS NULL OR s.context = ?1) AND (?2 IS NULL OR s.name = ?2))
         ORDER BY target.qualified, r.target_version LIMIT 1";
    let referenced = query(outside)
        .bind(context)
        .bind(name)
        .fetch_optional(&mut *connection)
        .await
        .map_err(StoreError::unavailable)?;
    if let Some(row) = referenced {
        let key = || scope.qualified();
        let at = At { table: "version_references", row: &key };
        let version = row::number(&row, at, "target_version")?;
        return Err(Conflict::Referenced { subject: row::subject(&row, at)?, version }.into());
    }
    let subjects: std::collections::BTreeSet<i64> = doomed.iter().map(|one| one.subject_id).collect();
    remove_versions(connection, &doomed, stamp).await?;
    let moved = r"
        UPDATE subjects SET revision = revision + 1
         WHERE subject_id IN (SELECT value FROM json_each(?1))";
    query(moved).bind(to_json(&subjects)).execute(connection).await.map_err(StoreError::unavailable)?;
    Ok(())
}
