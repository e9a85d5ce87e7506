//! Every change but a group of registrations: one at a time, inside a transaction of the writer.
//!
//! Each function verifies what the caller read, writes, and appends to `changes`. An error means that the
//! transaction is rolled back.

use serde_json::{Value, json};
use sqlx::sqlite::SqliteQueryResult;
use sqlx::{SqliteConnection, query};

use super::purge::{self, Doomed};
use super::register::{register, write_changes};
use super::{document, row, scope};
use crate::model::{ChangeKind, Config, ContextName, Mode, Settings, Subject};
use crate::store::codec::{At, to_json};
use crate::store::{Applied, Command, Conflict, Stamp, StoreError};

pub async fn apply(
    connection: &mut SqliteConnection,
    command: &Command,
    stamp: &Stamp,
) -> Result<Applied, StoreError> {
    match command {
        Command::Register(registration) => {
            let outcome = register(connection, &[(registration, stamp)]).await?.pop().flatten();
            return outcome.expect("a single registration always has an outcome");
        }
        Command::SoftDelete { subject, revision, versions, whole_subject } => {
            let delete = Delete { subject, revision: *revision, versions, whole_subject: *whole_subject };
            delete.softly(connection, stamp).await?;
        }
        Command::HardDelete { subject, revision, versions, whole_subject } => {
            let delete = Delete { subject, revision: *revision, versions, whole_subject: *whole_subject };
            delete.for_good(connection, stamp).await?;
        }
        Command::PutConfig { scope, before, config } => {
            put_config(connection, scope, before.as_deref(), config, stamp).await?;
        }
        Command::DeleteConfig { scope } => delete_config(connection, scope, stamp).await?,
        Command::PutMode { scope, mode, needs_empty } => {
            if let Some(emptied) = needs_empty {
                purge::empty(connection, emptied, scope, stamp).await?;
            }
            put_mode(connection, scope, *mode, stamp).await?;
        }
        Command::DeleteMode { scope, recursive } => delete_mode(connection, scope, *recursive, stamp).await?,
        Command::PutSettings { scope, settings } => {
            put_settings(connection, scope, settings.as_deref(), stamp).await?;
        }
        Command::ChangeDocuments(changes) => {
            for one in changes {
                document::change(connection, one).await?;
                let name = format!("{}/{}", one.collection, one.key.replace('\u{1f}', "/"));
                let scope = Subject { context: ContextName::default(), name: name.into() };
                log(connection, ChangeKind::DocumentChanged, &scope, stamp).await?;
            }
        }
        Command::DeleteContext { context } => delete_context(connection, context, stamp).await?,
    }
    Ok(Applied::Done)
}

/// Versions of one subject that shall go.
struct Delete<'c> {
    subject: &'c Subject,
    revision: i64,
    versions: &'c [i32],
    whole_subject: bool,
}

impl Delete<'_> {
    async fn softly(&self, connection: &mut SqliteConnection, stamp: &Stamp) -> Result<(), StoreError> {
        // A soft-deleted referrer does not hold its target back from being hidden.
        let doomed = self.check(connection, false, "v.deleted = 0").await?;
        let sql = r"
            UPDATE versions SET deleted = 1
             WHERE subject_id = ?1 AND version IN (SELECT value FROM json_each(?2))";
        let Some(first) = doomed.first() else { return Ok(()) };
        query(sql)
            .bind(first.subject_id)
            .bind(to_json(&self.versions))
            .execute(&mut *connection)
            .await
            .map_err(StoreError::unavailable)?;
        move_subject(connection, first.subject_id).await?;
        let changes: Vec<Value> =
            doomed.iter().map(|one| one.change(ChangeKind::SoftDeleted, stamp)).collect();
        write_changes(connection, &changes).await
    }

    async fn for_good(&self, connection: &mut SqliteConnection, stamp: &Stamp) -> Result<(), StoreError> {
        let doomed = self.check(connection, true, "true").await?;
        let Some(first) = doomed.first() else { return Ok(()) };
        purge::remove_versions(connection, &doomed, stamp).await?;
        move_subject(connection, first.subject_id).await?;
        let left = query("SELECT 1 FROM versions WHERE subject_id = ?1 LIMIT 1")
            .bind(first.subject_id)
            .fetch_optional(&mut *connection)
            .await
            .map_err(StoreError::unavailable)?;
        // What is set under the empty name is the whole context's.
        if left.is_none() && !self.subject.is_context() {
            delete_config(connection, self.subject, stamp).await?;
            delete_mode(connection, self.subject, false, stamp).await?;
            put_settings(connection, self.subject, None, stamp).await?;
        }
        Ok(())
    }

    /// The versions, when the subject is as the caller read it and nothing that counts references them.
    async fn check(
        &self,
        connection: &mut SqliteConnection,
        are_deleted: bool,
        referrer_counts: &'static str,
    ) -> Result<Vec<Doomed>, StoreError> {
        let moved = || StoreError::from(Conflict::Moved { subject: self.subject.clone() });
        let sql = r"
            SELECT s.subject_id, s.context, s.name, v.version, v.id, v.deleted
              FROM subjects s
              JOIN versions v ON v.subject_id = s.subject_id
             WHERE s.context = ?1 AND s.name = ?2 AND s.revision = ?3
               AND v.version IN (SELECT value FROM json_each(?4))
             ORDER BY v.version";
        let rows = query(sql)
            .bind(self.subject.context.as_str())
            .bind(&self.subject.name)
            .bind(self.revision)
            .bind(to_json(&self.versions))
            .fetch_all(&mut *connection)
            .await
            .map_err(StoreError::unavailable)?;
        let doomed: Vec<Doomed> = rows.iter().map(Doomed::from_row).collect::<Result<_, _>>()?;
        if doomed.len() != self.versions.len() || doomed.iter().any(|one| one.deleted != are_deleted) {
            return Err(moved());
        }
        if let Some(first) = doomed.first() {
            self.check_unreferenced(connection, first.subject_id, referrer_counts).await?;
        }
        Ok(doomed)
    }

    async fn check_unreferenced(
        &self,
        connection: &mut SqliteConnection,
        subject_id: i64,
        referrer_counts: &'static str,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT r.target_version
               FROM version_references r
               JOIN versions v ON v.subject_id = r.subject_id AND v.version = r.version
              WHERE r.target_subject_id = ?1
                AND r.target_version IN (SELECT value FROM json_each(?2))
                AND NOT (?3 AND r.subject_id = ?1) AND {referrer_counts}
              ORDER BY r.target_version LIMIT 1"
        );
        // Put together from constants.
        let referenced = query(sqlx::AssertSqlSafe(sql))
            .bind(subject_id)
            .bind(to_json(&self.versions))
            .bind(self.whole_subject)
            .fetch_optional(connection)
            .await
            .map_err(StoreError::unavailable)?;
        let Some(row) = referenced else { return Ok(()) };
        let key = || self.subject.qualified();
        let at = At { table: "version_references", row: &key };
        let version = row::number(&row, at, "target_version")?;
        Err(Conflict::Referenced { subject: self.subject.clone(), version }.into())
    }
}

async fn move_subject(connection: &mut SqliteConnection, subject_id: i64) -> Result<(), StoreError> {
    query("UPDATE subjects SET revision = revision + 1 WHERE subject_id = ?1")
        .bind(subject_id)
        .execute(connection)
        .await
        .map_err(StoreError::unavailable)?;
    Ok(())
}

async fn put_config(
    connection: &mut SqliteConnection,
    scope: &Subject,
    before: Option<&Config>,
    config: &Config,
    stamp: &Stamp,
) -> Result<(), StoreError> {
    let row = query("SELECT config FROM configs WHERE context = ?1 AND name = ?2")
        .bind(scope.context.as_str())
        .bind(&scope.name)
        .fetch_optional(&mut *connection)
        .await
        .map_err(StoreError::unavailable)?;
    let current = row.map(|row| scope::config_from(&row, scope)).transpose()?;
    if current.as_ref() != before {
        return Err(Conflict::Moved { subject: scope.clone() }.into());
    }
    let sql = r"
        INSERT INTO configs (context, name, qualified, alias, config) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (context, name) DO UPDATE SET alias = excluded.alias, config = excluded.config";
    query(sql)
        .bind(scope.context.as_str())
        .bind(&scope.name)
        .bind(scope.qualified())
        .bind(config.alias.as_deref())
        .bind(to_json(config))
        .execute(&mut *connection)
        .await
        .map_err(StoreError::unavailable)?;
    log(connection, ChangeKind::ConfigSet, scope, stamp).await
}

async fn delete_config(
    connection: &mut SqliteConnection,
    scope: &Subject,
    stamp: &Stamp,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM configs WHERE context = ?1 AND name = ?2";
    if on_scope(connection, sql, scope).await?.rows_affected() > 0 {
        log(connection, ChangeKind::ConfigDeleted, scope, stamp).await?;
    }
    Ok(())
}

async fn put_mode(
    connection: &mut SqliteConnection,
    scope: &Subject,
    mode: Mode,
    stamp: &Stamp,
) -> Result<(), StoreError> {
    let sql = r"
        INSERT INTO modes (context, name, mode) VALUES (?1, ?2, ?3)
            ON CONFLICT (context, name) DO UPDATE SET mode = excluded.mode";
    query(sql)
        .bind(scope.context.as_str())
        .bind(&scope.name)
        .bind(mode.name())
        .execute(&mut *connection)
        .await
        .map_err(StoreError::unavailable)?;
    log(connection, ChangeKind::ModeSet, scope, stamp).await
}

async fn delete_mode(
    connection: &mut SqliteConnection,
    scope: &Subject,
    recursive: bool,
    stamp: &Stamp,
) -> Result<(), StoreError> {
    let sql = r"
        DELETE FROM modes WHERE context = ?1 AND (?3 OR name = ?2)
        RETURNING context, name";
    let rows = query(sql)
        .bind(scope.context.as_str())
        .bind(&scope.name)
        .bind(recursive)
        .fetch_all(&mut *connection)
        .await
        .map_err(StoreError::unavailable)?;
    let key = || scope.qualified();
    let at = At { table: "modes", row: &key };
    let mut removed: Vec<Subject> = rows.iter().map(|row| row::subject(row, at)).collect::<Result<_, _>>()?;
    removed.sort();
    for scope in &removed {
        log(connection, ChangeKind::ModeDeleted, scope, stamp).await?;
    }
    Ok(())
}

async fn put_settings(
    connection: &mut SqliteConnection,
    scope: &Subject,
    settings: Option<&Settings>,
    stamp: &Stamp,
) -> Result<(), StoreError> {
    let changed = match settings {
        Some(settings) => {
            let sql = r"
                INSERT INTO settings (context, name, settings) VALUES (?1, ?2, ?3)
                    ON CONFLICT (context, name) DO UPDATE SET settings = excluded.settings";
            query(sql)
                .bind(scope.context.as_str())
                .bind(&scope.name)
                .bind(to_json(settings))
                .execute(&mut *connection)
                .await
                .map_err(StoreError::unavailable)?
        }
        None => on_scope(connection, "DELETE FROM settings WHERE context = ?1 AND name = ?2", scope).await?,
    };
    if changed.rows_affected() > 0 {
        log(connection, ChangeKind::SettingsChanged, scope, stamp).await?;
    }
    Ok(())
}

async fn delete_context(
    connection: &mut SqliteConnection,
    context: &ContextName,
    stamp: &Stamp,
) -> Result<(), StoreError> {
    let scope = Subject::of_context(context.clone());
    let occupied = r"
        SELECT 1 FROM subjects s
         WHERE s.context = ?1 AND EXISTS (SELECT 1 FROM versions v WHERE v.subject_id = s.subject_id) LIMIT 1";
    let found = query(occupied)
        .bind(context.as_str())
        .fetch_optional(&mut *connection)
        .await
        .map_err(StoreError::unavailable)?;
    if found.is_some() {
        return Err(Conflict::NotEmpty { scope }.into());
    }
    // The row keeps the counter.
    let removed = query("UPDATE contexts SET registered = 0 WHERE name = ?1 AND registered = 1")
        .bind(context.as_str())
        .execute(&mut *connection)
        .await
        .map_err(StoreError::unavailable)?;
    if removed.rows_affected() > 0 {
        log(connection, ChangeKind::ContextDeleted, &scope, stamp).await?;
    }
    Ok(())
}

async fn on_scope(
    connection: &mut SqliteConnection,
    sql: &'static str,
    scope: &Subject,
) -> Result<SqliteQueryResult, StoreError> {
    query(sql)
        .bind(scope.context.as_str())
        .bind(&scope.name)
        .execute(connection)
        .await
        .map_err(StoreError::unavailable)
}

async fn log(
    connection: &mut SqliteConnection,
    kind: ChangeKind,
    scope: &Subject,
    stamp: &Stamp,
) -> Result<(), StoreError> {
    let none: Option<i32> = None;
    let (context, name) = (scope.context.as_str(), &scope.name);
    let row = json!([stamp.at_ms, stamp.principal, kind.name(), context, name, none, none]);
    write_changes(connection, &[row]).await
}
