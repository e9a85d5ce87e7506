//! Documents: reads by key and by prefix, changes that verify what the caller read.

use sqlx::sqlite::SqliteRow;
use sqlx::{SqliteConnection, SqlitePool, query};

use super::read::unavailable;
use super::row;
use crate::store::codec::{At, to_json};
use crate::store::prefix::successor;
use crate::store::{Conflict, Document, DocumentChange, StoreError};

pub async fn find(readers: &SqlitePool, collection: &str, key: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT body FROM documents WHERE collection = ?1 AND key = ?2";
    let row = query(sql).bind(collection).bind(key).fetch_optional(readers).await.map_err(unavailable)?;
    let name = || format!("{collection} {key}");
    row.map(|row| row::get(&row, At { table: "documents", row: &name }, "body")).transpose()
}

/// Documents of these keys, by key.
pub async fn find_all(
    readers: &SqlitePool,
    collection: &str,
    keys: &[String],
) -> Result<Vec<Document>, StoreError> {
    let sql = "SELECT key, body FROM documents
                WHERE collection = ?1 AND key IN (SELECT value FROM json_each(?2))
                ORDER BY key";
    let rows =
        query(sql).bind(collection).bind(to_json(&keys)).fetch_all(readers).await.map_err(unavailable)?;
    documents(&rows, collection)
}

/// Documents whose keys start with a prefix, by key.
pub async fn list(readers: &SqlitePool, collection: &str, prefix: &str) -> Result<Vec<Document>, StoreError> {
    let sql = "SELECT key, body FROM documents
                WHERE collection = ?1 AND key >= ?2 AND (?3 IS NULL OR key < ?3)
                ORDER BY key";
    let rows = query(sql)
        .bind(collection)
        .bind(prefix)
        .bind(successor(prefix))
        .fetch_all(readers)
        .await
        .map_err(unavailable)?;
    documents(&rows, collection)
}

fn documents(rows: &[SqliteRow], collection: &str) -> Result<Vec<Document>, StoreError> {
    let name = || collection.to_owned();
    let at = At { table: "documents", row: &name };
    rows.iter()
        .map(|row| Ok(Document { key: row::get(row, at, "key")?, body: row::get(row, at, "body")? }))
        .collect()
}

/// Makes one change, or answers [`Conflict::DocumentMoved`].
pub async fn change(connection: &mut SqliteConnection, change: &DocumentChange) -> Result<(), StoreError> {
    let statement = match (&change.before, &change.after) {
        (None, None) => return Ok(()),
        (None, Some(_)) => {
            "INSERT INTO documents (collection, key, body) VALUES (?1, ?2, ?4)
             ON CONFLICT DO NOTHING"
        }
        (Some(_), Some(_)) => {
            "UPDATE documents SET body = ?4 WHERE collection = ?1 AND key = ?2 AND body = ?3"
        }
        (Some(_), None) => "DELETE FROM documents WHERE collection = ?1 AND key = ?2 AND body = ?3",
    };
    let done = query(statement)
        .bind(change.collection)
        .bind(&change.key)
        .bind(&change.before)
        .bind(&change.after)
        .execute(connection)
        .await
        .map_err(StoreError::unavailable)?;
    if done.rows_affected() == 0 {
        return Err(Conflict::DocumentMoved { collection: change.collection, key: change.key.clone() }.into());
    }
    Ok(())
}
