//! Registering: ids, version numbers, references, imports.

use std::collections::BTreeSet;
use std::sync::Arc;

use chancery::model::{ContextName, Metadata, Mode, SchemaId, Subject};
use chancery::store::{Command, Conflict, Deletion, IdChoice, ModeRead, Registration, Target};

use super::world::{avro, conflict, default_context, every_version, moved, referring, registered};
use super::{Backend, Lab, on_every_backend};

async fn first_registration_in_a_context_gets_id_1_and_version_1<B: Backend>(lab: Lab<B>) {
    assert_eq!(lab.register("orders", &avro("\"string\"")).await, (1, 1));
    assert_eq!(lab.register("orders", &avro("\"long\"")).await, (2, 2));
    assert_eq!(lab.register(":.dr:orders", &avro("\"long\"")).await, (1, 1));
}

async fn one_content_has_one_id_in_a_context_whatever_the_subject<B: Backend>(lab: Lab<B>) {
    let text = avro("\"string\"");
    assert_eq!(lab.register("a", &text).await, (1, 1));
    assert_eq!(lab.register("b", &avro("\"int\"")).await, (2, 1));
    assert_eq!(lab.register("c", &text).await, (1, 1));
    let other = (*text).clone();
    let with_metadata = Arc::new(chancery::model::Content { metadata: Some(Metadata::default()), ..other });
    assert_eq!(lab.register("c", &with_metadata).await, (3, 2), "empty metadata is not none");
}

async fn a_stored_content_comes_back_whole<B: Backend>(lab: Lab<B>) {
    let content = full_content();
    lab.register("base", &avro("\"int\"")).await;
    let (id, version) = lab.register("full", &content).await;
    let found = lab.store.find_content(&default_context(), SchemaId(id)).await.unwrap().unwrap();
    assert_eq!(found.content, content);
    assert_eq!((found.fingerprint, found.guid), (content.fingerprint(), content.guid()));
    let by_version = lab.store.find_version(&Subject::parse("full"), version).await.unwrap().unwrap();
    assert_eq!(by_version.content, content);
    assert_eq!(by_version.guid, content.guid());
    let unknown = avro("\"bytes\"").fingerprint();
    let listed = lab.store.list_contents(&[unknown, content.fingerprint()]).await.unwrap();
    assert_eq!(listed, vec![content]);
}

fn full_content() -> Arc<chancery::model::Content> {
    let metadata = r#"{"tags":{"a.b":["PII"]},"properties":{"owner":"ü \" \\"},"sensitive":["owner"]}"#;
    let rules = r#"{"domainRules":[{"name":"r","type":"CEL","mode":"WRITE","expr":"true","disabled":true}]}"#;
    Arc::new(chancery::model::Content {
        metadata: Some(serde_json::from_str(metadata).unwrap()),
        rule_set: Some(serde_json::from_str(rules).unwrap()),
        ..(*referring("{\"type\":\"record\",\"name\":\"Ω\u{1f600}\"}", &[("base", 1)])).clone()
    })
}

async fn a_stale_revision_is_refused_and_writes_nothing<B: Backend>(lab: Lab<B>) {
    let stale = lab.next("orders", &avro("\"string\"")).await;
    lab.register("orders", &avro("\"long\"")).await;
    let before = lab.changes().await;
    assert_eq!(conflict(lab.apply(Command::Register(stale)).await), moved("orders"));
    assert_eq!(lab.changes().await, before);
    assert_eq!(lab.versions("orders").await, ["1"]);
    assert!(lab.store.list_contents(&[avro("\"string\"").fingerprint()]).await.unwrap().is_empty());
}

async fn a_mode_that_changed_is_decided_on_again<B: Backend>(lab: Lab<B>) {
    let (subject, context) = (Subject::parse("orders"), Subject::of_context(default_context()));
    let scopes = vec![subject.clone(), context.clone()];
    let under = |mode| ModeRead { scopes: scopes.clone(), mode };
    let set = async |scope: &Subject, mode| {
        lab.apply(Command::PutMode { scope: scope.clone(), mode, needs_empty: None }).await.unwrap();
    };
    let attempt = async |mode| {
        let next = lab.next("orders", &avro("\"string\"")).await;
        lab.apply(Command::Register(Registration { mode: under(mode), ..next })).await
    };
    assert_eq!(conflict(attempt(Some(Mode::Readonly)).await), moved("orders"));
    set(&context, Mode::Readonly).await;
    assert_eq!(conflict(attempt(None).await), moved("orders"));
    set(&subject, Mode::Import).await;
    // The narrowest counts.
    assert_eq!(conflict(attempt(Some(Mode::Readonly)).await), moved("orders"));
    assert!(lab.versions("orders").await.is_empty());
    assert_eq!(registered(attempt(Some(Mode::Import)).await.unwrap()), (1, 1));
}

async fn a_live_version_number_is_never_written_over_by_a_registration<B: Backend>(lab: Lab<B>) {
    lab.register("orders", &avro("\"string\"")).await;
    let again = Registration { version: 1, ..lab.next("orders", &avro("\"long\"")).await };
    assert_eq!(conflict(lab.apply(Command::Register(again)).await), moved("orders"));
    assert_eq!(lab.schemas(every_version(Deletion::All)).await, ["orders/1#1"]);
}

async fn the_revision_grows_with_every_change_and_survives_a_purge<B: Backend>(lab: Lab<B>) {
    let mut revisions = vec![lab.revision("orders").await.1];
    lab.register("orders", &avro("\"string\"")).await;
    revisions.push(lab.revision("orders").await.1);
    lab.soft_delete("orders", &[1]).await.unwrap();
    revisions.push(lab.revision("orders").await.1);
    lab.hard_delete("orders", &[1]).await.unwrap();
    revisions.push(lab.revision("orders").await.1);
    assert_eq!(revisions[..2], [0, 1], "a registration moves it by one");
    assert!(revisions.is_sorted_by(|a, b| a < b), "{revisions:?}");
}

async fn a_reference_must_be_an_active_version<B: Backend>(lab: Lab<B>) {
    let gone = |version| Conflict::ReferenceGone { subject: Subject::parse("base"), version };
    let referrer = referring("\"a\"", &[("base", 1)]);
    let early = lab.next("user", &referrer).await;
    assert_eq!(conflict(lab.apply(Command::Register(early)).await), gone(1));
    lab.register("base", &avro("\"int\"")).await;
    lab.register("user", &referrer).await;
    lab.soft_delete("user", &[1]).await.unwrap();
    lab.soft_delete("base", &[1]).await.unwrap();
    let late = lab.next("user", &referring("\"b\"", &[("base", 1)])).await;
    assert_eq!(conflict(lab.apply(Command::Register(late)).await), gone(1));
}

async fn a_reference_must_be_what_it_was_when_it_was_read<B: Backend>(lab: Lab<B>) {
    lab.register("base", &avro("\"int\"")).await;
    let read = |id| vec![Target { subject: Subject::parse("base"), version: 1, id: SchemaId(id) }];
    let referrer = referring("\"a\"", &[("base", 1)]);
    let before = Registration { references: read(1), ..lab.next("user", &referrer).await };
    lab.import("base", 1, 40, &avro("\"long\"")).await.unwrap();
    let changes = lab.changes().await;
    let gone = Conflict::ReferenceGone { subject: Subject::parse("base"), version: 1 };
    assert_eq!(conflict(lab.apply(Command::Register(before.clone())).await), gone);
    let import = Registration {
        id: IdChoice::Exactly(SchemaId(50)),
        references_must_be_active: false,
        overwrites: true,
        ..before.clone()
    };
    assert_eq!(conflict(lab.apply(Command::Register(import)).await), gone);
    assert_eq!(lab.changes().await, changes);
    let after = Registration { references: read(40), ..before };
    assert_eq!(registered(lab.apply(Command::Register(after)).await.unwrap()), (41, 1));
}

async fn a_number_that_came_back_is_not_what_was_read<B: Backend>(lab: Lab<B>) {
    lab.register("base", &avro("\"int\"")).await;
    let references = vec![Target { subject: Subject::parse("base"), version: 1, id: SchemaId(1) }];
    let early = Registration { references, ..lab.next("user", &referring("\"a\"", &[("base", 1)])).await };
    lab.purge("base", &[1]).await;
    assert_eq!(lab.register("base", &avro("\"long\"")).await, (2, 1));
    let gone = Conflict::ReferenceGone { subject: Subject::parse("base"), version: 1 };
    assert_eq!(conflict(lab.apply(Command::Register(early)).await), gone);
}

async fn a_name_is_never_cut_at_a_nul<B: Backend>(lab: Lab<B>) {
    lab.register("base", &avro("\"int\"")).await;
    let longer = lab.next("user", &referring("\"u\"", &[("base\0x", 1)])).await;
    let gone = Conflict::ReferenceGone { subject: Subject::parse("base\0x"), version: 1 };
    assert_eq!(conflict(lab.apply(Command::Register(longer)).await), gone);
    lab.register("base\0x", &avro("\"long\"")).await;
    let history = lab.store.get_history(&Subject::parse("base\0x")).await.unwrap();
    assert_eq!(history.versions.len(), 1);
    assert_eq!(lab.versions("base").await, ["1"]);
}

async fn an_import_may_reference_a_soft_deleted_version_but_not_a_missing_one<B: Backend>(lab: Lab<B>) {
    lab.register("base", &avro("\"int\"")).await;
    lab.soft_delete("base", &[1]).await.unwrap();
    lab.import("user", 1, 9, &referring("\"a\"", &[("base", 1)])).await.unwrap();
    let missing = lab.import("user", 2, 10, &referring("\"a\"", &[("base", 2)])).await;
    let gone = Conflict::ReferenceGone { subject: Subject::parse("base"), version: 2 };
    assert_eq!(conflict(missing), gone);
}

async fn referrers_are_listed_by_id<B: Backend>(lab: Lab<B>) {
    lab.register("base", &avro("\"int\"")).await;
    lab.register(":.dr:far", &referring("\"f\"", &[(":.:base", 1)])).await;
    lab.register("two", &referring("\"2\"", &[("base", 1)])).await;
    lab.register("three", &referring("\"3\"", &[("base", 1), ("two", 1), ("base", 1)])).await;
    lab.soft_delete("three", &[1]).await.unwrap();
    let found = lab.store.list_referrers(&Subject::parse("base"), 1).await.unwrap();
    let shown: Vec<_> = found
        .iter()
        .map(|one| format!("{}/{}#{} {}", one.subject, one.version, one.id.0, one.deleted))
        .collect();
    assert_eq!(shown, [":.dr:far/1#1 false", "two/1#2 false", "three/1#3 true"]);
    assert!(lab.store.list_referrers(&Subject::parse("base"), 2).await.unwrap().is_empty());
}

async fn imports_keep_id_and_version_and_move_the_counter<B: Backend>(lab: Lab<B>) {
    let text = avro("\"string\"");
    assert_eq!(registered(lab.import("orders", 7, 40, &text).await.unwrap()), (40, 7));
    assert_eq!(registered(lab.import("orders", 3, 20, &avro("\"int\"")).await.unwrap()), (20, 3));
    assert_eq!(
        registered(lab.import("other", 1, 41, &text).await.unwrap()),
        (41, 1),
        "same content, other id"
    );
    assert_eq!(registered(lab.import("zero", 1, 0, &avro("\"zero\"")).await.unwrap()), (0, 1));
    assert_eq!(lab.versions("orders").await, ["3", "7"]);
    assert_eq!(lab.store.find_max_id(&default_context()).await.unwrap(), Some(SchemaId(41)));
    assert_eq!(lab.register("fresh", &avro("\"new\"")).await, (42, 1));
    assert_eq!(lab.register("again", &text).await, (40, 1), "the lowest id of the content");
    let ids = lab.store.list_ids(&default_context(), text.fingerprint()).await.unwrap();
    assert_eq!(ids, [SchemaId(40), SchemaId(41)]);
}

async fn an_import_over_other_content_is_refused<B: Backend>(lab: Lab<B>) {
    lab.register("orders", &avro("\"string\"")).await;
    let taken = lab.import("orders", 2, 1, &avro("\"int\"")).await;
    assert_eq!(conflict(taken), Conflict::IdTaken(SchemaId(1)));
    assert_eq!(lab.versions("orders").await, ["1"]);
}

async fn an_import_writes_over_a_version_with_its_references<B: Backend>(lab: Lab<B>) {
    lab.register("base", &avro("\"int\"")).await;
    lab.import("orders", 1, 10, &referring("\"a\"", &[("base", 1)])).await.unwrap();
    lab.import("orders", 1, 11, &avro("\"b\"")).await.unwrap();
    assert_eq!(lab.schemas(every_version(Deletion::All)).await, ["base/1#1", "orders/1#11"]);
    assert!(lab.store.list_referrers(&Subject::parse("base"), 1).await.unwrap().is_empty());
    assert!(
        lab.store.find_content(&default_context(), SchemaId(10)).await.unwrap().is_none(),
        "id 10 has no use"
    );
    lab.soft_delete("orders", &[1]).await.unwrap();
    lab.import("orders", 1, 11, &avro("\"b\"")).await.unwrap();
    assert_eq!(lab.versions("orders").await, ["1"], "an imported version is active");
}

async fn other_content_is_not_written_over_a_version_that_is_referenced<B: Backend>(lab: Lab<B>) {
    let base = avro("\"int\"");
    lab.import("base", 1, 1, &base).await.unwrap();
    lab.import(":.dr:user", 1, 2, &referring("\"u\"", &[(":.:base", 1)])).await.unwrap();
    let referenced = Conflict::Referenced { subject: Subject::parse("base"), version: 1 };
    for hidden in [false, true] {
        if hidden {
            lab.soft_delete(":.dr:user", &[1]).await.unwrap();
        }
        assert_eq!(conflict(lab.import("base", 1, 3, &avro("\"long\"")).await), referenced);
        assert_eq!(lab.schemas(every_version(Deletion::All)).await, [":.dr:user/1#2", "base/1#1"]);
    }
    lab.import("base", 1, 1, &base).await.unwrap();
    assert_eq!(registered(lab.import("base", 1, 3, &base).await.unwrap()), (3, 1), "the same content");
    lab.hard_delete(":.dr:user", &[1]).await.unwrap();
    let itself = lab.import("base", 1, 4, &referring("\"b\"", &[("base", 1)])).await;
    assert_eq!(conflict(itself), referenced, "it would reference itself");
    assert_eq!(registered(lab.import("base", 1, 4, &avro("\"long\"")).await.unwrap()), (4, 1));
}

async fn the_last_id_can_be_given_out_but_none_beyond<B: Backend>(lab: Lab<B>) {
    lab.import("top", 1, i32::MAX, &avro("\"top\"")).await.unwrap();
    let beyond = lab.next("orders", &avro("\"int\"")).await;
    let exhausted = Conflict::IdsExhausted(ContextName::default());
    assert_eq!(conflict(lab.apply(Command::Register(beyond)).await), exhausted);
    assert_eq!(
        lab.register("orders", &avro("\"top\"")).await,
        (i32::MAX, 1),
        "known content needs no new id"
    );
}

async fn registering_deleted_content_again_replaces_the_soft_deleted_version<B: Backend>(lab: Lab<B>) {
    let text = avro("\"string\"");
    lab.register("orders", &text).await;
    lab.register("orders", &avro("\"int\"")).await;
    lab.soft_delete("orders", &[1, 2]).await.unwrap();
    assert_eq!(lab.register("orders", &text).await, (1, 3));
    assert_eq!(lab.versions("orders").await, ["2 deleted", "3"]);
}

async fn a_referenced_soft_deleted_version_is_not_replaced<B: Backend>(lab: Lab<B>) {
    let text = avro("\"string\"");
    lab.register("base", &text).await;
    lab.register("user", &referring("\"u\"", &[("base", 1)])).await;
    lab.soft_delete("user", &[1]).await.unwrap();
    lab.soft_delete("base", &[1]).await.unwrap();
    assert_eq!(lab.register("base", &text).await, (1, 2));
    assert_eq!(lab.versions("base").await, ["1 deleted", "2"]);
}

async fn an_id_is_never_given_out_twice<B: Backend>(mut lab: Lab<B>) {
    let text = avro("\"string\"");
    lab.register("orders", &text).await;
    lab.purge("orders", &[1]).await;
    lab.restart().await;
    assert!(lab.store.find_content(&default_context(), SchemaId(1)).await.unwrap().is_none());
    assert_eq!(lab.register("orders", &text).await, (2, 1));
    lab.import("orders", 2, 500, &avro("\"far\"")).await.unwrap();
    lab.purge("orders", &[1, 2]).await;
    lab.apply(Command::DeleteContext { context: default_context() }).await.unwrap();
    lab.restart().await;
    assert_eq!(lab.register("other", &text).await, (501, 1));
}

async fn one_content_gets_one_id_under_32_concurrent_registrars<B: Backend>(lab: Lab<B>) {
    let lab = Arc::new(lab);
    let mut tasks = tokio::task::JoinSet::new();
    for registrar in 0..32 {
        let lab = lab.clone();
        tasks.spawn(async move {
            let mut answers = Vec::new();
            for round in 0..8 {
                let text = avro(&format!("\"shared {round}\""));
                answers.push((round, lab.register(&format!("s{registrar}"), &text).await.0));
            }
            answers
        });
    }
    let answers: BTreeSet<(i32, i32)> = tasks.join_all().await.into_iter().flatten().collect();
    let ids: BTreeSet<i32> = answers.iter().map(|(_, id)| *id).collect();
    assert_eq!(answers.len(), 8, "each content has one id: {answers:?}");
    assert_eq!(ids, (1..=8).collect(), "no id is skipped or shared");
}

async fn concurrent_registrars_of_one_subject_get_numbers_without_gaps<B: Backend>(lab: Lab<B>) {
    let lab = Arc::new(lab);
    let mut tasks = tokio::task::JoinSet::new();
    for registrar in 0..16 {
        let lab = lab.clone();
        tasks.spawn(async move {
            let text = avro(&format!("\"{registrar}\""));
            loop {
                let registration = lab.next("orders", &text).await;
                match lab.apply(Command::Register(registration)).await {
                    Ok(applied) => return registered(applied).1,
                    Err(error) => assert_eq!(conflict(Err(error)), moved("orders")),
                }
            }
        });
    }
    let versions: BTreeSet<i32> = tasks.join_all().await.into_iter().collect();
    assert_eq!(versions, (1..=16).collect());
}

async fn a_group_answers_each_registration_by_itself<B: Backend>(lab: Lab<B>) {
    lab.register("stale", &avro("\"0\"")).await;
    let good = lab.next("good", &avro("\"1\"")).await;
    let stale = Registration { revision: 0, ..lab.next("stale", &avro("\"2\"")).await };
    let dangling = lab.next("dangling", &referring("\"3\"", &[("none", 1)])).await;
    let twin = lab.next("good", &avro("\"4\"")).await;
    let import =
        Registration { id: IdChoice::Exactly(SchemaId(1)), ..lab.next("import", &avro("\"5\"")).await };
    let stamp = lab.stamp();
    let apply = |registration| lab.store.apply(Command::Register(registration), &stamp);
    let (good, stale, dangling, twin, import) =
        tokio::join!(apply(good), apply(stale), apply(dangling), apply(twin), apply(import));
    assert_eq!(registered(good.unwrap()), (2, 1));
    assert_eq!(conflict(stale), moved("stale"));
    assert_eq!(conflict(dangling), Conflict::ReferenceGone { subject: Subject::parse("none"), version: 1 });
    assert_eq!(conflict(twin), moved("good"));
    assert_eq!(conflict(import), Conflict::IdTaken(SchemaId(1)));
}

async fn a_repeated_registration_is_found_by_its_retry<B: Backend>(lab: Lab<B>) {
    let registration = lab.next("orders", &avro("\"string\"")).await;
    let first = lab.apply(Command::Register(registration.clone())).await.unwrap();
    // The answer was lost: the same command again is refused, and the history shows what stands.
    assert_eq!(conflict(lab.apply(Command::Register(registration)).await), moved("orders"));
    let history = lab.store.get_history(&Subject::parse("orders")).await.unwrap();
    let found = history.versions.iter().find(|row| row.fingerprint == avro("\"string\"").fingerprint());
    assert_eq!(found.map(|row| (row.id.0, row.version)), Some(registered(first)));
}

on_every_backend!(
    first_registration_in_a_context_gets_id_1_and_version_1,
    one_content_has_one_id_in_a_context_whatever_the_subject,
    a_stored_content_comes_back_whole,
    a_stale_revision_is_refused_and_writes_nothing,
    a_mode_that_changed_is_decided_on_again,
    a_live_version_number_is_never_written_over_by_a_registration,
    the_revision_grows_with_every_change_and_survives_a_purge,
    a_reference_must_be_an_active_version,
    a_reference_must_be_what_it_was_when_it_was_read,
    a_number_that_came_back_is_not_what_was_read,
    a_name_is_never_cut_at_a_nul,
    an_import_may_reference_a_soft_deleted_version_but_not_a_missing_one,
    referrers_are_listed_by_id,
    imports_keep_id_and_version_and_move_the_counter,
    an_import_over_other_content_is_refused,
    an_import_writes_over_a_version_with_its_references,
    other_content_is_not_written_over_a_version_that_is_referenced,
    the_last_id_can_be_given_out_but_none_beyond,
    registering_deleted_content_again_replaces_the_soft_deleted_version,
    a_referenced_soft_deleted_version_is_not_replaced,
    an_id_is_never_given_out_twice,
    one_content_gets_one_id_under_32_concurrent_registrars,
    concurrent_registrars_of_one_subject_get_numbers_without_gaps,
    a_group_answers_each_registration_by_itself,
    a_repeated_registration_is_found_by_its_retry,
);
