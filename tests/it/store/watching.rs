//! The feed: every change is heard after it stands and before its caller knows.

use std::sync::{Arc, Mutex};

use chancery::model::Change;
use chancery::store::{Command, News};
use futures::future::join_all;

use super::world::{avro, conflict, moved};
use super::{Backend, Lab, on_every_backend};

/// What a watcher has heard so far.
fn listen<B: Backend>(lab: &Lab<B>) -> Arc<Mutex<Vec<Change>>> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ears = Arc::clone(&heard);
    lab.store.watch(Box::new(move |news| match news {
        News::Changes(changes) => ears.lock().unwrap().extend_from_slice(changes),
        News::Unknown => panic!("the outcome is known"),
    }));
    heard
}

async fn what_is_heard_is_the_log<B: Backend>(lab: Lab<B>) {
    lab.register("before", &avro("\"int\"")).await;
    let heard = listen(&lab);
    lab.register("s", &avro("\"int\"")).await;
    lab.register("s", &avro("\"long\"")).await;
    lab.purge("s", &[1, 2]).await;
    let log = lab.store.list_changes(1, 100).await.unwrap();
    assert_eq!(*heard.lock().unwrap(), log);
    assert_eq!(log.len(), 6);
}

async fn a_caller_that_knows_of_its_change_is_not_the_first<B: Backend>(lab: Lab<B>) {
    let heard = listen(&lab);
    let names: Vec<_> = (0..64).map(|number| format!("s{number}")).collect();
    let content = avro("\"int\"");
    join_all(names.iter().map(async |name| {
        lab.register(name, &content).await;
        let told = heard.lock().unwrap().iter().any(|change| *change.subject.name == **name);
        assert!(told, "{name} is registered and nobody was told");
    }))
    .await;
    assert_eq!(heard.lock().unwrap().len(), names.len());
}

async fn what_was_refused_is_not_heard<B: Backend>(lab: Lab<B>) {
    let heard = listen(&lab);
    let stale = lab.next("s", &avro("\"int\"")).await;
    lab.register("s", &avro("\"long\"")).await;
    assert_eq!(conflict(lab.apply(Command::Register(stale)).await), moved("s"));
    assert_eq!(heard.lock().unwrap().len(), 1);
}

async fn an_import_over_a_version_tells_that_the_old_id_lost_it<B: Backend>(lab: Lab<B>) {
    let heard = listen(&lab);
    lab.import("s", 3, 7, &avro("\"int\"")).await.unwrap();
    lab.import("s", 3, 7, &avro("\"int\"")).await.unwrap();
    lab.import("s", 3, 9, &avro("\"long\"")).await.unwrap();
    let told: Vec<_> = heard
        .lock()
        .unwrap()
        .iter()
        .map(|change| (change.kind.name(), change.version.unwrap(), change.id.unwrap().0))
        .collect();
    assert_eq!(
        told,
        [("registered", 3, 7), ("registered", 3, 7), ("hard-deleted", 3, 7), ("registered", 3, 9)]
    );
}

on_every_backend!(
    what_is_heard_is_the_log,
    a_caller_that_knows_of_its_change_is_not_the_first,
    what_was_refused_is_not_heard,
    an_import_over_a_version_tells_that_the_old_id_lost_it,
);
