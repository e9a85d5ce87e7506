//! Lists, filtered, sorted and cut by the database.
//!
//! Statements are put together from constants only; every value is bound. A prefix is a range of names
//! (`name >= prefix and name < successor`), which an index answers and in which `%` and `_` mean themselves.

use sqlx::{AssertSqlSafe, SqliteExecutor, SqlitePool, query};

use super::read::{schema_version, unavailable};
use super::row;
use crate::model::{Change, ContextName, SchemaVersion, Subject};
use crate::store::codec::{At, to_json};
use crate::store::prefix::successor;
use crate::store::{Deletion, Page, Scope, StoreError, SubjectQuery, VersionQuery};

pub async fn contexts(readers: &SqlitePool) -> Result<Vec<ContextName>, StoreError> {
    let sql = "SELECT name FROM contexts WHERE registered = 1 ORDER BY name";
    let rows = query(sql).fetch_all(readers).await.map_err(unavailable)?;
    let key = || "list".to_owned();
    let at = At { table: "contexts", row: &key };
    rows.iter().map(|row| Ok(ContextName::from_stored(row::get(row, at, "name")?))).collect()
}

pub async fn subjects(readers: &SqlitePool, asked: &SubjectQuery) -> Result<Vec<Subject>, StoreError> {
    // Not `EXISTS`: SQLite 3.51 turns it into a join that applies OFFSET to the joined rows, so that a
    // subject with two versions is skipped and listed all the same.
    let any = "(SELECT 1 FROM versions v WHERE v.subject_id = s.subject_id LIMIT 1) IS NOT NULL";
    let any_active = "(SELECT 1 FROM versions v WHERE v.subject_id = s.subject_id AND v.deleted = 0 LIMIT 1)";
    let visible = match asked.deletion {
        Deletion::Active => format!("{any_active} IS NOT NULL"),
        Deletion::All => any.to_owned(),
        Deletion::DeletedOnly => format!("{any} AND {any_active} IS NULL"),
    };
    let range = NameRange::of(&asked.scope, &asked.prefix);
    let sql = format!(
        "SELECT s.context, s.name FROM subjects s
          WHERE {} AND {visible}
          ORDER BY {} LIMIT ?4 OFFSET ?5",
        range.condition("s"),
        range.order(),
    );
    let (limit, offset) = cut(asked.page);
    let rows = query(AssertSqlSafe(sql))
        .bind(range.context)
        .bind(range.from)
        .bind(range.to)
        .bind(limit)
        .bind(offset)
        .fetch_all(readers)
        .await
        .map_err(unavailable)?;
    let key = || "list".to_owned();
    rows.iter().map(|row| row::subject(row, At { table: "subjects", row: &key })).collect()
}

pub async fn versions(readers: &SqlitePool, asked: &VersionQuery) -> Result<Vec<SchemaVersion>, StoreError> {
    let range = NameRange::of(&asked.scope, &asked.prefix);
    let subjects = if asked.also.is_empty() {
        range.condition("s")
    } else {
        format!(
            "s.subject_id IN (
                SELECT p.subject_id FROM subjects p WHERE {}
                 UNION
                SELECT a.subject_id
                  FROM json_each(?7) extra
                  JOIN subjects a ON a.context = extra.value ->> 0 AND a.name = extra.value ->> 1)",
            range.condition("p")
        )
    };
    // `deleted = deleted` keeps the shape of the statement when all versions count.
    let (state, latest_state) = match asked.deletion {
        Deletion::Active => ("v.deleted = 0", "l.deleted = 0"),
        Deletion::All => ("v.deleted = v.deleted", "l.deleted = l.deleted"),
        Deletion::DeletedOnly => ("v.deleted = 1", "l.deleted = 1"),
    };
    let latest = if asked.latest_only {
        format!(
            "AND v.version = (SELECT l.version FROM versions l
                               WHERE l.subject_id = s.subject_id AND {latest_state}
                               ORDER BY l.version DESC LIMIT 1)"
        )
    } else {
        String::new()
    };
    let rule = if asked.rule_type.is_some() {
        "AND ?6 IN (SELECT rule.value FROM json_each(c.rule_types) rule)"
    } else {
        ""
    };
    // Not `EXISTS`, as above. Looked up subject by subject, so that a page costs what it shows.
    let with_entry = if asked.with_entry.is_some() {
        "AND (SELECT 1
                FROM documents d
               CROSS JOIN json_each(d.body) entry
               WHERE d.collection = ?8 AND d.key = s.qualified
                 AND (SELECT 1 FROM json_each(?9) member
                       WHERE coalesce(entry.value ->> (member.value ->> 0), '')
                             NOT IN (SELECT value FROM json_each(member.value -> 1))
                       LIMIT 1) IS NULL
               LIMIT 1) IS NOT NULL"
    } else {
        ""
    };
    let order = if asked.also.is_empty() { range.order() } else { "s.qualified" };
    // CROSS JOIN keeps this order of loops, so that the index on names yields the sorted list and a limit
    // ends the walk.
    let sql = format!(
        r#"SELECT s.context, s.name, v.version, v.id, v.deleted, v.created_ms,
                  c.fingerprint, c.guid, c.schema_type, c.metadata, c.rule_set, c."references", c.text
             FROM subjects s
            CROSS JOIN versions v ON v.subject_id = s.subject_id
            CROSS JOIN ids i ON i.context = v.context AND i.id = v.id
            CROSS JOIN contents c ON c.fingerprint = i.fingerprint
            WHERE {subjects} {with_entry} AND {state} {latest} {rule}
            ORDER BY {order}, v.version LIMIT ?4 OFFSET ?5"#
    );
    let (limit, offset) = cut(asked.page);
    let rows = query(AssertSqlSafe(sql))
        .bind(range.context)
        .bind(range.from)
        .bind(range.to)
        .bind(limit)
        .bind(offset)
        .bind(asked.rule_type.as_deref())
        .bind(names_of(&asked.also))
        .bind(asked.with_entry.as_ref().map(|entry| entry.collection))
        .bind(asked.with_entry.as_ref().map(|entry| to_json(&entry.members)))
        .fetch_all(readers)
        .await
        .map_err(unavailable)?;
    rows.iter().map(schema_version).collect()
}

pub async fn namesakes(readers: &SqlitePool, name: &str) -> Result<Vec<Subject>, StoreError> {
    let sql = r"
        SELECT s.context, s.name FROM subjects s
         WHERE s.name = ?1 AND EXISTS (SELECT 1 FROM versions v WHERE v.subject_id = s.subject_id)
         ORDER BY s.context";
    let rows = query(sql).bind(name).fetch_all(readers).await.map_err(unavailable)?;
    let key = || name.to_owned();
    rows.iter().map(|row| row::subject(row, At { table: "subjects", row: &key })).collect()
}

pub async fn changes(
    connection: impl SqliteExecutor<'_>,
    after: i64,
    limit: Option<u32>,
) -> Result<Vec<Change>, StoreError> {
    let sql = r"
        SELECT sequence, at_ms, principal, kind, context, name, version, id
          FROM changes WHERE sequence > ?1 ORDER BY sequence LIMIT ?2";
    let limit = limit.map_or(NO_LIMIT, i64::from);
    let rows = query(sql).bind(after).bind(limit).fetch_all(connection).await.map_err(unavailable)?;
    let key = || format!("after {after}");
    let at = At { table: "changes", row: &key };
    let changes = rows.iter().map(|row| {
        let optional = |column| -> Result<Option<i32>, StoreError> {
            let value: Option<i64> = row::get(row, at, column)?;
            value.map(|value| at.number(column, value)).transpose()
        };
        Ok(Change {
            sequence: row::get(row, at, "sequence")?,
            at_ms: row::get(row, at, "at_ms")?,
            principal: row::get(row, at, "principal")?,
            kind: at.change_kind("kind", row::get(row, at, "kind")?)?,
            subject: row::subject(row, at)?,
            version: optional("version")?,
            id: optional("id")?.map(crate::model::SchemaId),
        })
    });
    changes.collect()
}

/// SQLite reads a negative limit as none.
const NO_LIMIT: i64 = -1;

/// Contexts and names as a JSON list.
fn names_of(subjects: &[Subject]) -> String {
    let names: Vec<(&str, &str)> =
        subjects.iter().map(|subject| (subject.context.as_str(), &*subject.name)).collect();
    to_json(&names)
}

/// `LIMIT` and `OFFSET` of a page.
fn cut(page: Page) -> (i64, i64) {
    (page.limit.map_or(NO_LIMIT, i64::from), i64::from(page.offset))
}

/// The names a list looks at: bound as `?1` (context), `?2` (from) and `?3` (below).
struct NameRange<'q> {
    context: Option<&'q str>,
    from: &'q str,
    to: Option<String>,
}

impl<'q> NameRange<'q> {
    fn of(scope: &'q Scope, prefix: &'q str) -> Self {
        let context = match scope {
            Scope::Context(context) => Some(context.as_str()),
            Scope::Everywhere => None,
        };
        Self { context, from: prefix, to: successor(prefix) }
    }

    fn condition(&self, table: &str) -> String {
        let mut parts = Vec::new();
        if self.context.is_some() {
            parts.push(format!("{table}.context = ?1"));
        }
        parts.push(format!("{table}.name >= ?2"));
        if self.to.is_some() {
            parts.push(format!("{table}.name < ?3"));
        }
        parts.join(" AND ")
    }

    /// Within one context the order of names is the order of qualified names, and has an index.
    fn order(&self) -> &'static str {
        if self.context.is_some() { "s.name" } else { "s.qualified" }
    }
}
