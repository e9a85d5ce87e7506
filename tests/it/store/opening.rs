//! Opening an SQLite file: made when absent, refused when it is not ours.

use std::path::Path;

use chancery::store::sqlite::SqliteStore;
use chancery::store::{OpenError, Store, StoreError};

use super::world::{Backend, Sqlite, avro};
use super::{Lab, world};

async fn refusal(path: &Path) -> OpenError {
    match SqliteStore::open(path).await {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_database_and_its_folders_are_made_when_absent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a").join("b").join("chancery.db");
    let store = SqliteStore::open(&path).await.unwrap();
    store.check_ready().await.unwrap();
    assert!(path.is_file());
    assert_eq!(store.path(), path);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    let text = "not a database, but long enough to be looked at as one\n".repeat(40);
    std::fs::write(&path, &text).unwrap();
    let error = refusal(&path).await;
    assert!(matches!(error, OpenError::Foreign { .. }), "{error:?}");
    assert!(error.to_string().ends_with("is not a chancery database: it is not an SQLite file"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn a_database_of_another_program_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    run(&path, "CREATE TABLE contents (fingerprint INTEGER)").await;
    let before = std::fs::read(&path).unwrap();
    let error = refusal(&path).await;
    assert!(matches!(error, OpenError::Foreign { .. }), "{error:?}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_database_of_a_newer_release_is_refused() {
    let backend = Sqlite::create().await;
    backend.open().await.close().await;
    let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (999, 'later', 1, x'00', 0)";
    backend.tamper(later).await;
    let error = refusal(&backend.path()).await;
    assert!(matches!(error, OpenError::Newer { found: 999, known: 1.., .. }), "{error:?}");
    assert!(error.to_string().contains("has schema 999, this release knows schemas up to "), "{error}");
}

#[tokio::test]
async fn a_folder_in_place_of_the_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chancery.db");
    std::fs::create_dir(&path).unwrap();
    assert!(matches!(refusal(&path).await, OpenError::Unusable { .. }));
}

#[tokio::test]
async fn a_second_opener_is_kept_out_until_the_first_closes() {
    let backend = Sqlite::create().await;
    let first = backend.open().await;
    let error = refusal(&backend.path()).await;
    assert!(matches!(error, OpenError::InUse { .. }), "{error:?}");
    first.close().await;
    backend.open().await.check_ready().await.unwrap();
}

#[tokio::test]
async fn a_closed_store_answers_unavailable() {
    let lab = Lab::<Sqlite>::new().await;
    lab.register("orders", &avro("\"int\"")).await;
    let next = lab.next("orders", &avro("\"long\"")).await;
    lab.store.close().await;
    let written = lab.apply(chancery::store::Command::Register(next)).await;
    assert!(
        matches!(written, Err(StoreError::Unavailable { certainly_not_written: true, .. })),
        "{written:?}"
    );
    let read = lab.store.list_contexts().await;
    assert!(matches!(read, Err(StoreError::Unavailable { .. })), "{read:?}");
    assert!(lab.store.check_ready().await.is_err());
    lab.store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_handed_in_before_a_close_are_answered() {
    let lab = std::sync::Arc::new(Lab::<Sqlite>::new().await);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..50 {
        let next = lab.next(&format!("s{number}"), &avro(&format!("\"{number}\""))).await;
        let lab = lab.clone();
        tasks.spawn(async move { (number, lab.apply(chancery::store::Command::Register(next)).await) });
    }
    tokio::task::yield_now().await;
    lab.store.close().await;
    let mut acknowledged = Vec::new();
    for (number, outcome) in tasks.join_all().await {
        match outcome {
            Ok(_) => acknowledged.push(number),
            Err(StoreError::Unavailable { certainly_not_written: true, .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    let store = lab.backend.open().await;
    let subjects = store.list_subjects(&world::everywhere(chancery::store::Deletion::Active)).await.unwrap();
    assert_eq!(subjects.len(), acknowledged.len());
}

async fn run(path: &Path, sql: &'static str) {
    use sqlx::Connection;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}
