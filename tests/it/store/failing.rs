//! A database that refuses statements: nothing is half-written, one failure fails only itself.

use std::sync::Arc;

use chancery::model::Subject;
use chancery::store::{Applied, Command, Deletion, StoreError};

use super::world::{avro, every_version, registered};
use super::{Backend, Lab, Sqlite};

/// Stands for a failing disk: the version row of one subject cannot be written.
const BROKEN_SUBJECT: &str = "
    CREATE TRIGGER broken BEFORE INSERT ON versions
    WHEN (SELECT name FROM subjects s WHERE s.subject_id = NEW.subject_id) = 'broken'
    BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END";

/// The log of changes, written last, cannot be written.
const BROKEN_LOG: &str = "
    CREATE TRIGGER broken_log BEFORE INSERT ON changes BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END";

fn certainly_not_written(outcome: &Result<Applied, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Unavailable { certainly_not_written: true, .. }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_failing_registration_of_a_group_fails_alone() {
    let lab = Arc::new(Lab::<Sqlite>::new().await);
    lab.backend.tamper(BROKEN_SUBJECT).await;
    let mut names: Vec<String> = (0..20).map(|number| format!("s{number}")).collect();
    names.insert(10, "broken".to_owned());
    let mut tasks = tokio::task::JoinSet::new();
    for name in names {
        let next = lab.next(&name, &avro(&format!("\"{name}\""))).await;
        let lab = lab.clone();
        tasks.spawn(async move { (name, lab.apply(Command::Register(next)).await) });
    }
    let mut ids = Vec::new();
    for (name, outcome) in tasks.join_all().await {
        match outcome {
            Ok(applied) => ids.push(registered(applied).0),
            failed => assert!(name == "broken" && certainly_not_written(&failed), "{name}: {failed:?}"),
        }
    }
    ids.sort_unstable();
    assert_eq!(ids, (1..=20).collect::<Vec<_>>(), "the failed one took no id");
    assert!(lab.versions("broken").await.is_empty());
    lab.backend.tamper("DROP TRIGGER broken").await;
    assert_eq!(lab.register("broken", &avro("\"broken\"")).await, (21, 1), "a retry succeeds");
}

#[tokio::test]
async fn a_change_that_fails_in_its_last_statement_leaves_nothing_behind() {
    let lab = Lab::<Sqlite>::new().await;
    lab.register("orders", &avro("\"int\"")).await;
    lab.register("hidden", &avro("\"long\"")).await;
    lab.soft_delete("hidden", &[1]).await.unwrap();
    let before = (lab.schemas(every_version(Deletion::All)).await, lab.revision("orders").await);
    lab.backend.tamper(BROKEN_LOG).await;
    let next = lab.next("orders", &avro("\"bytes\"")).await;
    for outcome in [
        lab.apply(Command::Register(next)).await,
        lab.soft_delete("orders", &[1]).await,
        lab.hard_delete("hidden", &[1]).await,
        lab.import("imported", 7, 70, &avro("\"far\"")).await,
        lab.apply(Command::PutMode {
            scope: Subject::parse("orders"),
            mode: chancery::model::Mode::Readonly,
            needs_empty: None,
        })
        .await,
    ] {
        assert!(certainly_not_written(&outcome), "{outcome:?}");
    }
    let after = (lab.schemas(every_version(Deletion::All)).await, lab.revision("orders").await);
    assert_eq!(after, before);
    assert_eq!(lab.store.find_mode(&Subject::parse("orders")).await.unwrap(), None);
    lab.backend.tamper("DROP TRIGGER broken_log").await;
    assert_eq!(lab.register("orders", &avro("\"bytes\"")).await, (3, 2), "no id was used up");
    lab.store.close().await;
    lab.backend.check_integrity().await;
}

#[tokio::test]
async fn a_write_lock_held_by_another_process_is_unavailable_not_a_wait_for_ever() {
    let lab = Lab::<Sqlite>::new().await;
    let next = lab.next("orders", &avro("\"int\"")).await;
    let held = lab.backend.hold_write_lock().await;
    let outcome = lab.apply(Command::Register(next)).await;
    assert!(certainly_not_written(&outcome), "{outcome:?}");
    assert!(lab.versions("orders").await.is_empty(), "reads go on");
    drop(held);
    assert_eq!(lab.register("orders", &avro("\"int\"")).await, (1, 1));
}
