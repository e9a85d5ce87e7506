//! Reads by key: one statement each, so each sees one snapshot.

use std::sync::Arc;

use sqlx::{Row, SqlitePool, query};

use super::row;
use crate::model::{Content, ContextName, Fingerprint, Guid, SchemaId, SchemaVersion, Subject};
use crate::store::codec::{At, content_from, hex, to_json};
use crate::store::{History, Referrer, StoreError, StoredContent, Use, VersionRow};

/// A failed read writes nothing.
pub fn unavailable(error: sqlx::Error) -> StoreError {
    StoreError::unavailable(error)
}

pub async fn ping(readers: &SqlitePool) -> Result<(), StoreError> {
    query("SELECT 1").execute(readers).await.map_err(unavailable)?;
    Ok(())
}

pub async fn history(readers: &SqlitePool, subject: &Subject) -> Result<History, StoreError> {
    let sql = r"
        SELECT s.revision, v.version, v.id, v.deleted, v.created_ms, i.fingerprint, c.guid
          FROM subjects s
          LEFT JOIN versions v ON v.subject_id = s.subject_id
          LEFT JOIN ids i ON i.context = v.context AND i.id = v.id
          LEFT JOIN contents c ON c.fingerprint = i.fingerprint
         WHERE s.context = ?1 AND s.name = ?2
         ORDER BY v.version";
    let rows = query(sql)
        .bind(subject.context.as_str())
        .bind(&subject.name)
        .fetch_all(readers)
        .await
        .map_err(unavailable)?;
    let mut history = History::default();
    for row in &rows {
        let key = || subject.qualified();
        history.revision = row::get(row, At { table: "subjects", row: &key }, "revision")?;
        // A subject whose versions are all gone still has its revision.
        let Some(version) = row::get::<Option<i64>>(row, At { table: "versions", row: &key }, "version")?
        else {
            continue;
        };
        let key = || format!("{subject} version {version}");
        let at = At { table: "versions", row: &key };
        let content = At { table: "contents", row: &key };
        history.versions.push(VersionRow {
            version: at.number("version", version)?,
            id: row::id(row, at)?,
            fingerprint: content.fingerprint("fingerprint", row::get(row, content, "fingerprint")?)?,
            guid: content.guid("guid", row::get(row, content, "guid")?)?,
            deleted: at.flag("deleted", row::get(row, at, "deleted")?)?,
            created_ms: row::get(row, at, "created_ms")?,
        });
    }
    Ok(history)
}

pub async fn revision(readers: &SqlitePool, subject: &Subject) -> Result<i64, StoreError> {
    let sql = "SELECT revision FROM subjects WHERE context = ?1 AND name = ?2";
    let row = query(sql)
        .bind(subject.context.as_str())
        .bind(&subject.name)
        .fetch_optional(readers)
        .await
        .map_err(unavailable)?;
    let key = || subject.qualified();
    row.map_or(Ok(0), |row| row::get(&row, At { table: "subjects", row: &key }, "revision"))
}

pub async fn contents(
    readers: &SqlitePool,
    fingerprints: &[Fingerprint],
) -> Result<Vec<Arc<Content>>, StoreError> {
    let sql = r#"
        SELECT c.fingerprint, c.guid, c.schema_type, c.metadata, c.rule_set, c."references", c.text
          FROM json_each(?1) asked
          JOIN contents c ON c.fingerprint = unhex(asked.value)
         ORDER BY asked.key"#;
    let asked: Vec<String> = fingerprints.iter().map(|fingerprint| hex(&fingerprint.0)).collect();
    let rows = query(sql).bind(to_json(&asked)).fetch_all(readers).await.map_err(unavailable)?;
    rows.iter().map(|row| Ok(content_from(&row::content(row)?)?.content)).collect()
}

pub async fn content(
    readers: &SqlitePool,
    context: &ContextName,
    id: SchemaId,
) -> Result<Option<StoredContent>, StoreError> {
    let sql = r#"
        SELECT c.fingerprint, c.guid, c.schema_type, c.metadata, c.rule_set, c."references", c.text
          FROM ids i
          JOIN contents c ON c.fingerprint = i.fingerprint
         WHERE i.context = ?1 AND i.id = ?2"#;
    let row =
        query(sql).bind(context.as_str()).bind(id.0).fetch_optional(readers).await.map_err(unavailable)?;
    row.map(|row| content_from(&row::content(&row)?)).transpose()
}

pub async fn ids(
    readers: &SqlitePool,
    context: &ContextName,
    fingerprint: Fingerprint,
) -> Result<Vec<SchemaId>, StoreError> {
    let sql = "SELECT id FROM ids WHERE fingerprint = ?1 AND context = ?2 ORDER BY id";
    let rows = query(sql)
        .bind(fingerprint.0.as_slice())
        .bind(context.as_str())
        .fetch_all(readers)
        .await
        .map_err(unavailable)?;
    let key = || format!("{context} {fingerprint:?}");
    rows.iter().map(|row| row::id(row, At { table: "ids", row: &key })).collect()
}

/// `CROSS JOIN` keeps the order of the tables: the planner would rather walk all ids of the context and read the text
/// of each schema for its `$id`.
const JSON_SCHEMA_IDS: &str = r"
    SELECT i.id
      FROM contents c
     CROSS JOIN ids i ON i.fingerprint = c.fingerprint
     WHERE c.json_schema_id = ?1 AND i.context = ?2
     ORDER BY i.id DESC
     LIMIT 100";

pub async fn json_schema_ids(
    readers: &SqlitePool,
    context: &ContextName,
    json_schema_id: &str,
) -> Result<Vec<SchemaId>, StoreError> {
    let rows = query(JSON_SCHEMA_IDS)
        .bind(json_schema_id)
        .bind(context.as_str())
        .fetch_all(readers)
        .await
        .map_err(unavailable)?;
    let key = || format!("{context} {json_schema_id}");
    rows.iter().map(|row| row::id(row, At { table: "ids", row: &key })).collect()
}

pub async fn guid_ids(readers: &SqlitePool, guid: Guid) -> Result<Vec<(ContextName, SchemaId)>, StoreError> {
    let sql = r"
        SELECT i.context, i.id
          FROM contents c
          JOIN ids i ON i.fingerprint = c.fingerprint
         WHERE c.guid = ?1
         ORDER BY i.context, i.id";
    let rows = query(sql).bind(guid.0.as_slice()).fetch_all(readers).await.map_err(unavailable)?;
    let key = || guid.to_string();
    let at = At { table: "ids", row: &key };
    rows.iter()
        .map(|row| Ok((ContextName::from_stored(row::get(row, at, "context")?), row::id(row, at)?)))
        .collect()
}

pub async fn uses(readers: &SqlitePool, context: &ContextName, id: SchemaId) -> Result<Vec<Use>, StoreError> {
    let sql = r"
        SELECT s.context, s.name, v.version, v.deleted, v.created_ms
          FROM versions v
          JOIN subjects s ON s.subject_id = v.subject_id
         WHERE v.context = ?1 AND v.id = ?2
         ORDER BY s.qualified, v.version";
    let rows = query(sql).bind(context.as_str()).bind(id.0).fetch_all(readers).await.map_err(unavailable)?;
    let key = || format!("{context} id {}", id.0);
    let at = At { table: "versions", row: &key };
    let uses = rows.iter().map(|row| {
        Ok(Use {
            subject: row::subject(row, at)?,
            version: row::number(row, at, "version")?,
            deleted: at.flag("deleted", row::get(row, at, "deleted")?)?,
            created_ms: row::get(row, at, "created_ms")?,
        })
    });
    uses.collect()
}

pub async fn max_id(readers: &SqlitePool, context: &ContextName) -> Result<Option<SchemaId>, StoreError> {
    let sql = "SELECT max_id FROM contexts WHERE name = ?1";
    let row = query(sql).bind(context.as_str()).fetch_optional(readers).await.map_err(unavailable)?;
    let Some(row) = row else { return Ok(None) };
    let key = || context.to_string();
    let at = At { table: "contexts", row: &key };
    let max_id: Option<i64> = row::get(&row, at, "max_id")?;
    max_id.map(|id| at.number("max_id", id).map(SchemaId)).transpose()
}

/// Columns of a version with its content; `find_version` and `list_versions` share their reading.
pub fn schema_version(row: &sqlx::sqlite::SqliteRow) -> Result<SchemaVersion, StoreError> {
    let key = || {
        let text = |column| row.try_get::<String, _>(column).unwrap_or_default();
        format!(
            "{} {} version {}",
            text("context"),
            text("name"),
            row.try_get::<i64, _>("version").unwrap_or_default()
        )
    };
    let at = At { table: "versions", row: &key };
    let stored = content_from(&row::content(row)?)?;
    Ok(SchemaVersion {
        subject: row::subject(row, at)?,
        version: row::number(row, at, "version")?,
        id: row::id(row, at)?,
        guid: stored.guid,
        content: stored.content,
        deleted: at.flag("deleted", row::get(row, at, "deleted")?)?,
        created_ms: row::get(row, at, "created_ms")?,
    })
}

pub async fn version(
    readers: &SqlitePool,
    subject: &Subject,
    version: i32,
) -> Result<Option<SchemaVersion>, StoreError> {
    let sql = r#"
        SELECT s.context, s.name, v.version, v.id, v.deleted, v.created_ms,
               c.fingerprint, c.guid, c.schema_type, c.metadata, c.rule_set, c."references", c.text
          FROM subjects s
          JOIN versions v ON v.subject_id = s.subject_id
          JOIN ids i ON i.context = v.context AND i.id = v.id
          JOIN contents c ON c.fingerprint = i.fingerprint
         WHERE s.context = ?1 AND s.name = ?2 AND v.version = ?3"#;
    let row = query(sql)
        .bind(subject.context.as_str())
        .bind(&subject.name)
        .bind(version)
        .fetch_optional(readers)
        .await
        .map_err(unavailable)?;
    row.as_ref().map(schema_version).transpose()
}

pub async fn referrers(
    readers: &SqlitePool,
    subject: &Subject,
    version: i32,
) -> Result<Vec<Referrer>, StoreError> {
    let sql = r"
        SELECT s.context, s.name, v.version, v.id, v.deleted
          FROM subjects target
          JOIN version_references r ON r.target_subject_id = target.subject_id
          JOIN versions v ON v.subject_id = r.subject_id AND v.version = r.version
          JOIN subjects s ON s.subject_id = v.subject_id
         WHERE target.context = ?1 AND target.name = ?2 AND r.target_version = ?3
         ORDER BY v.id, s.qualified, v.version";
    let rows = query(sql)
        .bind(subject.context.as_str())
        .bind(&subject.name)
        .bind(version)
        .fetch_all(readers)
        .await
        .map_err(unavailable)?;
    let key = || format!("referrers of {subject} version {version}");
    let at = At { table: "versions", row: &key };
    let referrers = rows.iter().map(|row| {
        Ok(Referrer {
            subject: row::subject(row, at)?,
            version: row::number(row, at, "version")?,
            id: row::id(row, at)?,
            deleted: at.flag("deleted", row::get(row, at, "deleted")?)?,
        })
    });
    referrers.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_schema_is_found_by_its_json_schema_id_without_a_scan() {
        let readers = SqlitePool::connect("sqlite::memory:").await.expect("a database in memory");
        super::super::open::MIGRATIONS.run(&readers).await.expect("the migrations run");
        let plan = query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {JSON_SCHEMA_IDS}")))
            .bind("https://example.com/order")
            .bind(".")
            .fetch_all(&readers)
            .await
            .expect("a plan");
        let steps: Vec<String> = plan.iter().map(|step| step.get("detail")).collect();
        assert!(steps[0].contains("contents_by_json_schema_id"), "{steps:?}");
        assert!(!steps.iter().any(|step| step.contains("SCAN")), "{steps:?}");
    }
}
