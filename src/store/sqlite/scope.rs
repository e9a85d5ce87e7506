//! Reads of config, mode and settings of a scope.

use sqlx::sqlite::SqliteRow;
use sqlx::{SqlitePool, query};

use super::read::unavailable;
use super::row;
use crate::model::{Config, Mode, Settings, Subject};
use crate::store::StoreError;
use crate::store::codec::At;

async fn find(
    readers: &SqlitePool,
    sql: &'static str,
    scope: &Subject,
) -> Result<Option<SqliteRow>, StoreError> {
    query(sql)
        .bind(scope.context.as_str())
        .bind(&scope.name)
        .fetch_optional(readers)
        .await
        .map_err(unavailable)
}

/// Reads the JSON of a row of `configs`.
pub fn config_from(row: &SqliteRow, scope: &Subject) -> Result<Config, StoreError> {
    let key = || scope.qualified();
    let at = At { table: "configs", row: &key };
    at.json("config", row::get(row, at, "config")?)
}

pub async fn find_config(readers: &SqlitePool, scope: &Subject) -> Result<Option<Config>, StoreError> {
    let sql = "SELECT config FROM configs WHERE context = ?1 AND name = ?2";
    find(readers, sql, scope).await?.map(|row| config_from(&row, scope)).transpose()
}

pub async fn find_mode(readers: &SqlitePool, scope: &Subject) -> Result<Option<Mode>, StoreError> {
    let sql = "SELECT mode FROM modes WHERE context = ?1 AND name = ?2";
    let Some(row) = find(readers, sql, scope).await? else { return Ok(None) };
    let key = || scope.qualified();
    let at = At { table: "modes", row: &key };
    at.mode("mode", row::get(&row, at, "mode")?).map(Some)
}

pub async fn find_settings(readers: &SqlitePool, scope: &Subject) -> Result<Option<Settings>, StoreError> {
    let sql = "SELECT settings FROM settings WHERE context = ?1 AND name = ?2";
    let Some(row) = find(readers, sql, scope).await? else { return Ok(None) };
    let key = || scope.qualified();
    let at = At { table: "settings", row: &key };
    at.json("settings", row::get(&row, at, "settings")?).map(Some)
}

pub async fn list_aliases(readers: &SqlitePool) -> Result<Vec<(Subject, String)>, StoreError> {
    let sql = "SELECT context, name, alias FROM configs WHERE alias IS NOT NULL ORDER BY qualified";
    let rows = query(sql).fetch_all(readers).await.map_err(unavailable)?;
    let key = || "aliases".to_owned();
    let at = At { table: "configs", row: &key };
    rows.iter().map(|row| Ok((row::subject(row, at)?, row::get(row, at, "alias")?))).collect()
}
