//! Columns to values. A value of the wrong kind is [`StoreError::Corrupt`]; anything else that goes wrong
//! while reading is [`StoreError::Unavailable`].

use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row, Sqlite, Type};

use crate::model::{ContextName, SchemaId, Subject};
use crate::store::StoreError;
use crate::store::codec::{At, ContentRow, hex};

/// Reads one column by its name in the result.
pub fn get<'r, T>(row: &'r SqliteRow, at: At<'_>, column: &'static str) -> Result<T, StoreError>
where
    T: Decode<'r, Sqlite> + Type<Sqlite>,
{
    row.try_get(column).map_err(|error| at.corrupt(column, error))
}

/// Reads a version or an id.
pub fn number(row: &SqliteRow, at: At<'_>, column: &'static str) -> Result<i32, StoreError> {
    at.number(column, get(row, at, column)?)
}

/// Reads an id.
pub fn id(row: &SqliteRow, at: At<'_>) -> Result<SchemaId, StoreError> {
    number(row, at, "id").map(SchemaId)
}

/// Reads `context` and `name` as a subject.
pub fn subject(row: &SqliteRow, at: At<'_>) -> Result<Subject, StoreError> {
    let context: &str = get(row, at, "context")?;
    Ok(Subject { context: ContextName::from_stored(context), name: get(row, at, "name")? })
}

/// Reads the columns of `contents`.
pub fn content(row: &SqliteRow) -> Result<ContentRow, StoreError> {
    let key =
        || row.try_get("fingerprint").map_or_else(|_| "unknown".to_owned(), |bytes: Vec<u8>| hex(&bytes));
    let at = At { table: "contents", row: &key };
    Ok(ContentRow {
        fingerprint: get(row, at, "fingerprint")?,
        guid: get(row, at, "guid")?,
        schema_type: get(row, at, "schema_type")?,
        metadata: get(row, at, "metadata")?,
        rule_set: get(row, at, "rule_set")?,
        references: get(row, at, "references")?,
        text: get(row, at, "text")?,
    })
}
