//! Soft and permanent deletes.

use std::sync::Arc;

use chancery::model::{Config, Mode, SchemaId, Settings, Subject};
use chancery::store::{Command, Conflict, Deletion};

use super::world::{avro, conflict, default_context, every_version, moved, referring};
use super::{Backend, Lab, on_every_backend};

fn referenced(name: &str, version: i32) -> Conflict {
    Conflict::Referenced { subject: Subject::parse(name), version }
}

async fn a_soft_deleted_version_is_kept_and_its_id_resolves<B: Backend>(lab: Lab<B>) {
    lab.register("orders", &avro("\"string\"")).await;
    lab.register("orders", &avro("\"int\"")).await;
    lab.soft_delete("orders", &[1]).await.unwrap();
    assert_eq!(lab.versions("orders").await, ["1 deleted", "2"]);
    assert!(lab.store.find_content(&default_context(), SchemaId(1)).await.unwrap().is_some());
    let version = lab.store.find_version(&Subject::parse("orders"), 1).await.unwrap().unwrap();
    assert!(version.deleted);
}

async fn deleting_twice_or_what_is_not_there_is_refused<B: Backend>(lab: Lab<B>) {
    assert_eq!(conflict(lab.soft_delete("none", &[1]).await), moved("none"));
    lab.register("orders", &avro("\"string\"")).await;
    assert_eq!(conflict(lab.hard_delete("orders", &[1]).await), moved("orders"), "it is active");
    assert_eq!(conflict(lab.soft_delete("orders", &[1, 2]).await), moved("orders"));
    assert_eq!(lab.versions("orders").await, ["1"], "nothing of a refused delete is done");
    lab.soft_delete("orders", &[1]).await.unwrap();
    assert_eq!(conflict(lab.soft_delete("orders", &[1]).await), moved("orders"));
}

async fn a_delete_on_a_stale_revision_is_refused<B: Backend>(lab: Lab<B>) {
    lab.register("orders", &avro("\"string\"")).await;
    let (subject, revision) = lab.revision("orders").await;
    lab.register("orders", &avro("\"int\"")).await;
    let stale = Command::SoftDelete { subject, revision, versions: vec![1], whole_subject: true };
    assert_eq!(conflict(lab.apply(stale).await), moved("orders"));
    assert_eq!(lab.versions("orders").await, ["1", "2"]);
}

async fn delete_and_register_of_one_subject_are_serialised<B: Backend>(lab: Lab<B>) {
    let lab = Arc::new(lab);
    for round in 0..20 {
        let name = format!("s{round}");
        lab.register(&name, &avro("\"first\"")).await;
        let (subject, revision) = lab.revision(&name).await;
        let delete = Command::SoftDelete { subject, revision, versions: vec![1], whole_subject: true };
        let register = Command::Register(lab.next(&name, &avro("\"second\"")).await);
        let (deleted, registered) = tokio::join!(lab.apply(delete), lab.apply(register));
        assert!(deleted.is_ok() != registered.is_ok(), "one wins: {deleted:?} {registered:?}");
        let expected = if deleted.is_ok() { vec!["1 deleted"] } else { vec!["1", "2"] };
        assert_eq!(lab.versions(&name).await, expected);
    }
}

async fn permanent_delete_removes_version_id_and_content<B: Backend>(lab: Lab<B>) {
    let text = avro("\"string\"");
    lab.register("orders", &text).await;
    lab.register("orders", &avro("\"int\"")).await;
    lab.purge("orders", &[1]).await;
    assert_eq!(lab.versions("orders").await, ["2"]);
    assert!(lab.store.find_version(&Subject::parse("orders"), 1).await.unwrap().is_none());
    assert!(lab.store.find_content(&default_context(), SchemaId(1)).await.unwrap().is_none());
    assert!(lab.store.list_contents(&[text.fingerprint()]).await.unwrap().is_empty());
    assert!(lab.store.list_guid_ids(text.guid()).await.unwrap().is_empty());
    assert!(lab.store.list_uses(&default_context(), SchemaId(1)).await.unwrap().is_empty());
}

async fn an_id_stays_while_another_version_uses_it<B: Backend>(lab: Lab<B>) {
    let text = avro("\"string\"");
    lab.register("a", &text).await;
    lab.register("b", &text).await;
    lab.register(":.dr:c", &text).await;
    lab.soft_delete("b", &[1]).await.unwrap();
    lab.purge("a", &[1]).await;
    assert!(
        lab.store.find_content(&default_context(), SchemaId(1)).await.unwrap().is_some(),
        "b is only hidden"
    );
    lab.hard_delete("b", &[1]).await.unwrap();
    assert!(lab.store.find_content(&default_context(), SchemaId(1)).await.unwrap().is_none());
    assert_eq!(
        lab.store.list_contents(&[text.fingerprint()]).await.unwrap(),
        vec![text],
        "still used in .dr"
    );
}

async fn numbers_after_a_permanent_delete_follow_the_highest_left<B: Backend>(lab: Lab<B>) {
    for text in ["\"1\"", "\"2\"", "\"3\""] {
        lab.register("orders", &avro(text)).await;
    }
    lab.purge("orders", &[3]).await;
    assert_eq!(lab.register("orders", &avro("\"4\"")).await, (4, 3));
    lab.purge("orders", &[1, 2, 3]).await;
    assert_eq!(lab.register("orders", &avro("\"5\"")).await, (5, 1));
}

async fn a_version_referenced_by_an_active_one_is_not_hidden<B: Backend>(lab: Lab<B>) {
    lab.register("base", &avro("\"int\"")).await;
    lab.register("base", &avro("\"long\"")).await;
    lab.register("user", &referring("\"u\"", &[("base", 2)])).await;
    assert_eq!(conflict(lab.soft_delete("base", &[1, 2]).await), referenced("base", 2));
    assert_eq!(lab.versions("base").await, ["1", "2"]);
    lab.soft_delete("user", &[1]).await.unwrap();
    lab.soft_delete("base", &[1, 2]).await.unwrap();
    assert_eq!(conflict(lab.hard_delete("base", &[1, 2]).await), referenced("base", 2), "by a hidden one");
    assert_eq!(lab.versions("base").await, ["1 deleted", "2 deleted"]);
    lab.hard_delete("user", &[1]).await.unwrap();
    lab.hard_delete("base", &[1, 2]).await.unwrap();
    assert!(lab.versions("base").await.is_empty());
}

async fn references_within_a_subject_do_not_hold_back_its_delete<B: Backend>(lab: Lab<B>) {
    lab.register("self", &avro("\"int\"")).await;
    lab.register("self", &referring("\"r\"", &[("self", 1)])).await;
    assert_eq!(conflict(lab.soft_delete("self", &[1]).await), referenced("self", 1));
    for versions in [vec![1, 2], vec![1, 2]] {
        let (subject, revision) = lab.revision("self").await;
        let active = lab.store.get_history(&subject).await.unwrap().active().count();
        let delete = if active > 0 {
            Command::SoftDelete { subject, revision, versions, whole_subject: true }
        } else {
            Command::HardDelete { subject, revision, versions, whole_subject: true }
        };
        lab.apply(delete).await.unwrap();
    }
    assert!(lab.versions("self").await.is_empty());
}

async fn the_last_permanent_delete_takes_config_mode_and_settings_along<B: Backend>(lab: Lab<B>) {
    let scope = Subject::parse("orders");
    lab.register("orders", &avro("\"int\"")).await;
    lab.register("orders", &avro("\"long\"")).await;
    let config = Box::new(Config { normalize: Some(true), ..Config::default() });
    lab.apply(Command::PutConfig { scope: scope.clone(), before: None, config }).await.unwrap();
    lab.apply(Command::PutMode { scope: scope.clone(), mode: Mode::Readonly, needs_empty: None })
        .await
        .unwrap();
    let settings = Some(Settings::default());
    lab.apply(Command::PutSettings { scope: scope.clone(), settings: settings.map(Box::new) }).await.unwrap();
    lab.soft_delete("orders", &[1, 2]).await.unwrap();
    lab.hard_delete("orders", &[1]).await.unwrap();
    assert!(lab.store.find_config(&scope).await.unwrap().is_some(), "a version is left");
    lab.hard_delete("orders", &[2]).await.unwrap();
    assert_eq!(lab.store.find_config(&scope).await.unwrap(), None);
    assert_eq!(lab.store.find_mode(&scope).await.unwrap(), None);
    assert_eq!(lab.store.find_settings(&scope).await.unwrap(), None);
}

async fn the_log_tells_every_delete<B: Backend>(lab: Lab<B>) {
    lab.register("orders", &avro("\"int\"")).await;
    lab.register("orders", &avro("\"long\"")).await;
    lab.purge("orders", &[1, 2]).await;
    let expected = [
        "registered orders v1 #1",
        "registered orders v2 #2",
        "soft-deleted orders v1 #1",
        "soft-deleted orders v2 #2",
        "hard-deleted orders v1 #1",
        "hard-deleted orders v2 #2",
    ];
    assert_eq!(lab.changes().await, expected);
    assert!(lab.schemas(every_version(Deletion::All)).await.is_empty());
}

on_every_backend!(
    a_soft_deleted_version_is_kept_and_its_id_resolves,
    deleting_twice_or_what_is_not_there_is_refused,
    a_delete_on_a_stale_revision_is_refused,
    delete_and_register_of_one_subject_are_serialised,
    permanent_delete_removes_version_id_and_content,
    an_id_stays_while_another_version_uses_it,
    numbers_after_a_permanent_delete_follow_the_highest_left,
    a_version_referenced_by_an_active_one_is_not_hidden,
    references_within_a_subject_do_not_hold_back_its_delete,
    the_last_permanent_delete_takes_config_mode_and_settings_along,
    the_log_tells_every_delete,
);
