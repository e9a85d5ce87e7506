//! A registry of a hundred thousand subjects: pages, prefixes and filters are answered by the database, which walks
//! an index and stops; nothing loads the rest.

use std::time::{Duration, Instant};

use chancery::registry::RegistrySettings;
use chancery::store::Store;
use chancery::store::sqlite::SqliteStore;
use serde_json::{Value, json};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use super::app::App;

const SUBJECTS: usize = 100_000;

/// `s00000` … in the default context with the one schema that is there, every thousandth soft-deleted, and a
/// second version of the last one with a rule. Written by hand: registering them would take minutes.
async fn hundred_thousand_subjects() -> App {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chancery.db");
    let small = App::over(folder, RegistrySettings::default(), |_| ()).await;
    small.register("s00000", "\"int\"").await;
    let rules = json!({ "domainRules": [{ "name": "r", "type": "CEL" }] });
    small.register_body("s99999", json!({ "schema": "\"long\"", "ruleSet": rules })).await;
    small.register(":.other:t1", "\"int\"").await;
    small.register(":.other:t2", "\"int\"").await;
    let folder = small.close();
    let options = SqliteConnectOptions::new().filename(&path);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    for sql in [
        "INSERT INTO subjects (subject_id, context, name, qualified, revision)
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99998)
         SELECT 1000 + i, '.', printf('s%05d', i), printf('s%05d', i), 1 FROM n",
        "INSERT INTO versions (subject_id, version, context, id, deleted, created_ms)
         SELECT subject_id, 1, '.', 1, (subject_id - 1000) % 1000 = 0, 0 FROM subjects WHERE subject_id > 1000",
        "ANALYZE",
    ] {
        sqlx::query(sql).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
    // It is a database like any other.
    SqliteStore::open(&path).await.unwrap().close().await;
    App::over(folder, RegistrySettings::default(), |_| ()).await
}

/// The shortest of a few tries, so that what else the machine does matters little.
async fn time_of(app: &App, path: &str) -> (Duration, Value) {
    let (mut shortest, mut answer) = (Duration::MAX, Value::Null);
    for _ in 0..3 {
        let started = Instant::now();
        let reply = app.router_reply(path, &[]).await;
        shortest = shortest.min(started.elapsed());
        answer = reply.is(200);
    }
    (shortest, answer)
}

/// First entry and number of entries: a name, or `subject/version`.
fn outline(list: &Value) -> (String, usize) {
    let entries = list.as_array().unwrap();
    let first = entries.first().map_or_else(String::new, |entry| match entry.as_str() {
        Some(name) => name.to_owned(),
        None => format!("{}/{}", entry["subject"].as_str().unwrap(), entry["version"]),
    });
    (first, entries.len())
}

/// R1001, R1002, R1003, R1005, R1008, R1009: the rules hold for long lists, in time that does not grow with them.
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_long_lists_cost_what_they_show() {
    let app = hundred_thousand_subjects().await;
    let (whole, all) = time_of(&app, "/subjects").await;
    assert_eq!(outline(&all), ("s00000".to_owned(), SUBJECTS - 99));
    for (path, first, entries) in [
        ("/subjects?limit=20", "s00000", 20),
        ("/subjects?offset=50000&limit=20", "s50050", 20),
        ("/subjects?subjectPrefix=s0777", "s07770", 10),
        ("/subjects?subjectPrefix=s09&offset=500&limit=20", "s09501", 20),
        ("/subjects?subjectPrefix=:*:s0777", "s07770", 10),
        ("/subjects?subjectPrefix=:*:&limit=20", ":.other:t1", 20),
        ("/subjects?subjectPrefix=:*:t", ":.other:t1", 2),
        ("/subjects?subjectPrefix=:.other:", ":.other:t1", 2),
        ("/subjects?subjectPrefix=zzz", "", 0),
        ("/subjects?deletedOnly=true&limit=20", "s01000", 20),
        ("/subjects?deletedOnly=true&subjectPrefix=s77", "s77000", 1),
        ("/schemas?limit=20", "s00000/1", 20),
        ("/schemas?offset=50000&limit=20", "s50050/1", 20),
        ("/schemas?subjectPrefix=s0777&latestOnly=true", "s07770/1", 10),
        ("/schemas?latestOnly=true&limit=20", "s00000/1", 20),
        ("/schemas?ruleType=CEL&subjectPrefix=s99", "s99999/1", 1),
        ("/contexts", ".", 2),
        ("/schemas/ids/2/subjects", "s99999", 1),
    ] {
        let (time, list) = time_of(&app, path).await;
        assert_eq!(outline(&list), (first.to_owned(), entries), "{path}");
        eprintln!("{path}: {time:?} of {whole:?}");
        assert!(time * 5 < whole, "{path} takes {time:?}, the whole list {whole:?}");
    }
    // A rule that hardly any version has must be looked for everywhere; only what is shown is loaded.
    let (_, list) = time_of(&app, "/schemas?ruleType=CEL").await;
    assert_eq!(outline(&list), ("s99999/1".to_owned(), 1));
}
