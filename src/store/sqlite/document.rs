//! Documents: reads by key and by prefix, changes that verify what the caller read.

use sqlx::{Row, SqliteConnection, SqlitePool, query};

use super::read::unavailable;
use crate::store::{Conflict, Document, DocumentChange, StoreError};

pub async fn find(readers: &SqlitePool, collection: &str, key: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT body FROM documents WHERE collection = ?1 AND key = ?2";
    let row = query(sql).bind(collection).bind(key).fetch_optional(readers).await.map_err(unavailable)?;
    row.map(|row| row.try_get("body").map_err(unavailable)).transpose()
}

/// Documents whose keys start with a prefix, by key. The prefix is a range, so the primary key serves.
pub async fn list(readers: &SqlitePool, collection: &str, prefix: &str) -> Result<Vec<Document>, StoreError> {
    let sql = "SELECT key, body FROM documents
                WHERE collection = ?1 AND key >= ?2 AND substr(key, 1, length(?2)) = ?2
                ORDER BY key";
    let rows = query(sql).bind(collection).bind(prefix).fetch_all(readers).await.map_err(unavailable)?;
    rows.into_iter()
        .map(|row| {
            Ok(Document {
                key: row.try_get("key").map_err(unavailable)?,
                body: row.try_get("body").map_err(unavailable)?,
            })
        })
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
