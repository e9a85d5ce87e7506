//! Opening: options, the lock, migrations, and refusals in plain words.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection, query_scalar};

use super::SqliteStore;
use super::log::Log;
use super::writer::Writer;
use crate::store::{Feed, OpenError};

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("./migrations/sqlite");

/// `application_id` of our files, set by the first migration.
const APPLICATION_ID: i64 = 0x4368_6e63;

/// Connections that read. More would only queue for the same cores.
const READERS: u32 = 4;

/// How long a statement waits for another process that holds the file (a backup, a shell).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

pub async fn open(path: &Path) -> Result<SqliteStore, OpenError> {
    let unusable = |source: Box<dyn std::error::Error + Send + Sync>| OpenError::Unusable {
        path: path.to_owned(),
        source,
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| unusable(error.into()))?;
    }
    let lock = lock(path)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging();
    refuse_foreign(path, &options).await?;
    let writing = options
        .clone()
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut connection =
        SqliteConnection::connect_with(&writing).await.map_err(|error| unusable(error.into()))?;
    migrate(path, &mut connection).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .test_before_acquire(false)
        .connect_with(options.read_only(true))
        .await
        .map_err(|error| unusable(error.into()))?;
    let last = query_scalar("SELECT coalesce(max(sequence), 0) FROM changes");
    let last = last.fetch_one(&mut connection).await.map_err(|error| unusable(error.into()))?;
    let feed = Arc::new(Feed::default());
    let writer = Writer::start(connection, Log::after(last, Arc::clone(&feed)));
    Ok(SqliteStore { path: path.to_owned(), readers, writer, feed, lock })
}

/// Locks a file beside the database. Not the database itself: closing any handle of a file drops the locks
/// SQLite holds on it.
fn lock(path: &Path) -> Result<File, OpenError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock_path = PathBuf::from(name);
    let unusable =
        |source: std::io::Error| OpenError::Unusable { path: lock_path.clone(), source: source.into() };
    let file = File::options().create(true).append(true).open(&lock_path).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: path.to_owned() }),
        // File systems without locks: the deployment has to keep to one process.
        Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}

/// Looks at an existing file without changing it.
async fn refuse_foreign(path: &Path, options: &SqliteConnectOptions) -> Result<(), OpenError> {
    let absent = std::fs::metadata(path).map_or_else(
        |error| error.kind() == std::io::ErrorKind::NotFound,
        |metadata| metadata.is_file() && metadata.len() == 0,
    );
    if absent {
        return Ok(());
    }
    let foreign = |reason: String| OpenError::Foreign { path: path.to_owned(), reason };
    let look = async {
        let mut connection = SqliteConnection::connect_with(options).await?;
        let id: i64 = query_scalar("PRAGMA application_id").fetch_one(&mut connection).await?;
        let tables: i64 =
            query_scalar("SELECT count(*) FROM sqlite_schema").fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok::<_, sqlx::Error>((id, tables))
    };
    match look.await {
        Ok((APPLICATION_ID, _) | (_, 0)) => Ok(()),
        Ok(_) => Err(foreign("it is the database of another program".to_owned())),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("26") => {
            Err(foreign("it is not an SQLite file".to_owned()))
        }
        Err(error) => Err(OpenError::Unusable { path: path.to_owned(), source: error.into() }),
    }
}

async fn migrate(path: &Path, connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
    // Not `run`: its future is not `Send` for a borrowed connection.
    MIGRATIONS.run_direct(None, connection, false).await.map_err(|error| match error {
        MigrateError::VersionMissing(found) => OpenError::Newer { path: path.to_owned(), found, known },
        error => OpenError::Unusable { path: path.to_owned(), source: error.into() },
    })
}
