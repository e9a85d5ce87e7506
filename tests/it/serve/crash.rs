//! Crashes and full disks: what was acknowledged is there, what failed is whole or absent.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use chancery::model::{ContextName, SchemaId, Subject};
use chancery::store::Store;
use chancery::store::sqlite::SqliteStore;

use super::process::{Server, record, register};

/// Rounds of crash and recovery on one file.
const ROUNDS: usize = 5;

/// What a client was told: by subject, (id, version); `None` when it got no answer.
type Told = BTreeMap<String, Option<(i64, i64)>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_writes_survive_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let mut told = Told::new();
    for round in 0..ROUNDS {
        let server = Server::start_quiet(folder.path());
        let mut clients = tokio::task::JoinSet::new();
        for number in 0..8 {
            clients.spawn(write_until_it_fails(server.url.clone(), format!("R{round}x{number}")));
        }
        // A different moment each round: while groups form, while they commit.
        tokio::time::sleep(Duration::from_millis(250 + 37 * round as u64)).await;
        server.kill();
        told.extend(clients.join_all().await.into_iter().flatten());
        check_file(folder.path(), &told).await;
    }
    let acknowledged = told.values().flatten().count();
    assert!(acknowledged > 10 * ROUNDS, "only {acknowledged} registrations");
    retry_finds_what_stands(folder.path(), &told).await;
}

async fn write_until_it_fails(url: String, prefix: String) -> Told {
    let client = reqwest::Client::new();
    let mut told = Told::new();
    for count in 0.. {
        let name = format!("{prefix}x{count}");
        let answer = register(&client, &url, &name, &record(&name)).await.ok();
        let failed = answer.is_none();
        told.insert(name, answer);
        if failed {
            break;
        }
    }
    told
}

/// Holds the file itself against what clients were told, and against its own rules.
async fn check_file(folder: &Path, told: &Told) {
    let store = SqliteStore::open(&folder.join("chancery-data").join("chancery.db")).await.unwrap();
    let mut contents = BTreeMap::new();
    for (name, answer) in told {
        let history = store.get_history(&Subject::parse(name)).await.unwrap();
        let [row] = &history.versions[..] else {
            assert_eq!((answer, history.versions.len()), (&None, 0), "{name}");
            continue;
        };
        if let Some(answer) = answer {
            assert_eq!((i64::from(row.id.0), i64::from(row.version)), *answer, "{name}");
        }
        let stored = store.find_content(&ContextName::default(), row.id).await.unwrap().unwrap();
        assert_eq!(stored.fingerprint, row.fingerprint);
        assert!(stored.content.text.contains(&format!("\"{name}\"")), "{name} has the text of another");
        assert_eq!(contents.insert(row.id, name), None, "one id, two contents");
    }
    let highest = contents.keys().next_back().copied();
    assert!(store.find_max_id(&ContextName::default()).await.unwrap() >= highest);
    let registered = store.list_changes(0, 1_000_000).await.unwrap();
    let logged: Vec<SchemaId> = registered.iter().filter_map(|change| change.id).collect();
    assert_eq!(logged.len(), contents.len(), "each change is logged once, with the change");
    store.close().await;
}

/// A request without an answer either did not happen or is found by its retry.
async fn retry_finds_what_stands(folder: &Path, told: &Told) {
    let store = SqliteStore::open(&folder.join("chancery-data").join("chancery.db")).await.unwrap();
    let mut standing = BTreeMap::new();
    for name in told.iter().filter(|(_, answer)| answer.is_none()).map(|(name, _)| name) {
        let history = store.get_history(&Subject::parse(name)).await.unwrap();
        standing.insert(name, history.latest().map(|row| i64::from(row.id.0)));
    }
    store.close().await;
    let server = Server::start_quiet(folder);
    for (name, id) in standing {
        let (retried, version) = server.register(name, &record(name)).await.unwrap();
        assert_eq!(version, 1, "{name}");
        assert!(id.is_none_or(|id| id == retried), "{name} had id {id:?}, its retry got {retried}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn on_a_full_disk_writes_fail_whole_and_reads_go_on() {
    let folder = tempfile::tempdir().unwrap();
    Server::start_quiet(folder.path()).stop();
    let server = Server::start_on_small_disk(folder.path(), 4_000);
    let mut told = Told::new();
    for count in 0..2_000 {
        let name = format!("Full{count}");
        let answer = server.register(&name, &record(&name)).await;
        let failed = answer.clone().err();
        told.insert(name, answer.ok());
        if let Some(reason) = failed {
            assert!(reason.starts_with('5'), "{reason}");
            break;
        }
    }
    let (name, last) = told.iter().find(|(_, answer)| answer.is_none()).expect("the disk filled up");
    assert_eq!(last, &None);
    assert!(server.register(name, &record(name)).await.is_err(), "still full");
    assert!(told.len() > 10, "only {} registrations", told.len());
    assert_eq!(server.get("/subjects/Full0/versions").await.0, 200, "reads go on");
    assert_eq!(server.get("/health/live").await.0, 200);
    server.stop();

    check_file(folder.path(), &told).await;
    retry_finds_what_stands(folder.path(), &told).await;
}
