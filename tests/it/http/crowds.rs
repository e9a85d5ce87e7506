//! Many clients at once: what holds for one holds for all.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use super::app::App;

const CLIENTS: usize = 32;

/// Schemas that are all different, as the registry prints them.
fn schema(number: usize) -> String {
    format!(r#"{{"type":"fixed","name":"F","size":{}}}"#, number + 1)
}

fn numbers(list: &Value) -> BTreeSet<i64> {
    list.as_array().unwrap().iter().map(|number| number.as_i64().unwrap()).collect()
}

async fn app_without_tests() -> App {
    let app = App::new().await;
    app.put("/config", json!({ "compatibility": "NONE" })).await.is(200);
    app
}

/// What the database must hold after every change: a sound file, one id for a content in a context, nothing that
/// nobody uses, counters above every id, and a log that tells how the versions came to be.
async fn check_database(app: &App) {
    if !app.is_here() {
        return;
    }
    let options = SqliteConnectOptions::new().filename(app.database()).read_only(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let verdict: String =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap();
    assert_eq!(verdict, "ok");
    let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut connection).await.unwrap();
    assert!(broken.is_empty(), "{} rows refer to nothing", broken.len());
    for (rule, sql) in [
        ("one content has one id", "SELECT count(*) - count(DISTINCT context || hex(fingerprint)) FROM ids"),
        (
            "an id has a version",
            "SELECT count(*) FROM ids i WHERE NOT EXISTS
                (SELECT 1 FROM versions v WHERE v.context = i.context AND v.id = i.id)",
        ),
        (
            "a content has an id",
            "SELECT count(*) FROM contents c WHERE NOT EXISTS
                (SELECT 1 FROM ids i WHERE i.fingerprint = c.fingerprint)",
        ),
        (
            "no id is above the counter",
            "SELECT count(*) FROM changes l JOIN contexts x ON x.name = l.context WHERE l.id > x.max_id",
        ),
    ] {
        let broken: i64 = sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap();
        assert_eq!(broken, 0, "{rule}");
    }
    let stored = sqlx::query_as::<_, (String, i64, i64, bool)>(
        "SELECT s.qualified, v.version, v.id, v.deleted FROM versions v
           JOIN subjects s ON s.subject_id = v.subject_id",
    );
    let stored = stored.fetch_all(&mut connection).await.unwrap();
    let stored: BTreeMap<_, _> = stored
        .into_iter()
        .map(|(subject, version, id, deleted)| ((subject, version), (id, deleted)))
        .collect();
    assert_eq!(replay(&mut connection).await, stored, "the log tells of other versions");
    connection.close().await.unwrap();
}

/// The versions that the log of changes leads to: (subject, version) to (id, deleted). A number that is in use is
/// not given out again, and what is deleted was there.
async fn replay(connection: &mut SqliteConnection) -> BTreeMap<(String, i64), (i64, bool)> {
    let log = sqlx::query_as::<_, (String, String, i64, i64)>(
        "SELECT l.kind, s.qualified, l.version, l.id FROM changes l
           JOIN subjects s ON s.context = l.context AND s.name = l.name
          WHERE l.version IS NOT NULL ORDER BY l.sequence",
    );
    let mut versions = BTreeMap::new();
    for (kind, subject, version, id) in log.fetch_all(connection).await.unwrap() {
        let place = (subject, version);
        let before = match kind.as_str() {
            "registered" => versions.insert(place.clone(), (id, false)).is_none(),
            "soft-deleted" => versions.insert(place.clone(), (id, true)) == Some((id, false)),
            _ => versions.remove(&place) == Some((id, true)),
        };
        assert!(before, "{place:?} was {kind} out of turn");
    }
    versions
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_schema_is_registered_once() {
    let app = app_without_tests().await;
    let answers = join_all((0..CLIENTS).map(|_| app.register("s", schema(0)))).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(answers[0].1, 1);
    app.get("/subjects/s/versions").await.gives(json!([1]));
    let names: Vec<_> = (0..CLIENTS).map(|client| format!("s{client}")).collect();
    let spread = join_all(names.iter().map(|name| app.register(name, schema(0)))).await;
    assert!(spread.iter().all(|(id, _)| *id == answers[0].0), "one content, one id: {spread:?}");
    check_database(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn different_schemas_get_ids_and_versions_of_their_own() {
    let app = app_without_tests().await;
    let answers = join_all((0..CLIENTS).map(|client| app.register("s", schema(client)))).await;
    let ids: BTreeSet<_> = answers.iter().map(|(id, _)| *id).collect();
    let versions: BTreeSet<_> = answers.iter().map(|(_, version)| *version).collect();
    assert_eq!(ids.len(), CLIENTS);
    assert_eq!(versions, (1..=CLIENTS as i64).collect());
    for (client, (id, version)) in answers.iter().enumerate() {
        let found = app.get(&format!("/subjects/s/versions/{version}")).await.is(200);
        assert_eq!((&found["id"], found["schema"].as_str().unwrap()), (&json!(id), schema(client).as_str()));
    }
    check_database(&app).await;
}

/// More clients than a lone writer has attempts: whoever loses waits for a turn, none starves.
#[tokio::test(flavor = "multi_thread")]
async fn every_delete_and_config_of_a_great_crowd_is_made() {
    const CROWD: usize = 150;
    let app = app_without_tests().await;
    join_all((0..CROWD).map(|client| app.register("s", schema(client)))).await;
    let paths: Vec<_> = (1..=CROWD).map(|version| format!("/subjects/s/versions/{version}")).collect();
    join_all(paths.iter().map(async |path| app.delete(path).await.is(200))).await;
    join_all(paths.iter().map(async |path| app.delete(&format!("{path}?permanent=true")).await.is(200)))
        .await;
    app.get("/subjects/s/versions?deleted=true").await.refused(40401);
    let groups: Vec<_> =
        (0..CROWD).map(|client| json!({ "compatibilityGroup": client.to_string() })).collect();
    join_all(groups.iter().map(async |group| app.put("/config/s", group.clone()).await.is(200))).await;
    check_database(&app).await;
}

/// One round of a client: it registers, reads and maybe deletes. Answers which id it saw with which text.
async fn busy(app: &App, client: usize, round: usize) -> (i64, String) {
    // Some share subject and schema, some one of them, some neither; half of it in another context.
    let subject = match client % 4 {
        0 => "same".to_owned(),
        1 => format!("s{}", (client + round) % 5),
        2 => format!(":.c:s{}", (client + round) % 3),
        _ => format!("own{client}"),
    };
    let text = if client.is_multiple_of(2) { schema(round) } else { schema((client * 7 + round * 3) % 11) };
    let reply = app.post(&format!("/subjects/{subject}/versions"), json!({ "schema": text })).await.is(200);
    let id = reply["id"].as_i64().unwrap();
    let path = format!("/subjects/{subject}/versions/{}", reply["version"]);
    if (client + round).is_multiple_of(3) {
        // Others may have been there first.
        let soft = app.delete(&path).await;
        assert!(matches!(soft.status, 200 | 404), "{}", soft.text());
        if round.is_multiple_of(2) {
            let hard = app.delete(&format!("{path}?permanent=true")).await;
            assert!(matches!(hard.status, 200 | 404), "{}", hard.text());
        }
    }
    if client == 5 {
        let whole = app.delete("/subjects/same").await;
        assert!(matches!(whole.status, 200 | 404), "{}", whole.text());
    }
    let context = if subject.starts_with(":.c:") { "?subject=:.c:" } else { "" };
    let read = app.get(&format!("/schemas/ids/{id}{context}")).await;
    match read.status {
        200 => assert_eq!(read.is(200)["schema"].as_str().unwrap(), text),
        _ => drop(read.refused(40403)),
    }
    (id, text)
}

/// What anybody can ask: versions, ids and lists tell the same story.
async fn check_answers(app: &App, seen: &BTreeMap<(bool, i64), String>) {
    let mut versions: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    let mut ids: BTreeMap<(bool, String), i64> = BTreeMap::new();
    for listed in app.get("/schemas?deleted=true&subjectPrefix=:*:").await.is(200).as_array().unwrap() {
        let subject = listed["subject"].as_str().unwrap().to_owned();
        let (elsewhere, id) = (subject.starts_with(":.c:"), listed["id"].as_i64().unwrap());
        let text = listed["schema"].as_str().unwrap().to_owned();
        assert_eq!(seen.get(&(elsewhere, id)), Some(&text), "an id has the text that was told of it");
        assert_eq!(*ids.entry((elsewhere, text.clone())).or_insert(id), id, "one content, one id");
        let context = if elsewhere { "?subject=:.c:" } else { "" };
        assert_eq!(app.get(&format!("/schemas/ids/{id}{context}")).await.is(200)["schema"], text);
        assert!(versions.entry(subject).or_default().insert(listed["version"].as_i64().unwrap()), "{listed}");
    }
    for (subject, versions) in &versions {
        let listed = app.get(&format!("/subjects/{subject}/versions?deleted=true")).await.is(200);
        assert_eq!(numbers(&listed), *versions);
    }
    let names = app.get("/subjects?deleted=true&subjectPrefix=:*:").await.is(200);
    assert_eq!(names, json!(versions.keys().collect::<Vec<_>>()));
}

#[tokio::test(flavor = "multi_thread")]
async fn invariants_hold_after_each_round_of_registrations_and_deletes() {
    let app = app_without_tests().await;
    app.put("/config/:.c:", json!({ "compatibility": "NONE" })).await.is(200);
    let mut seen: BTreeMap<(bool, i64), String> = BTreeMap::new();
    for round in 0..6 {
        let answers = join_all((0..CLIENTS).map(|client| busy(&app, client, round))).await;
        for (client, (id, text)) in answers.into_iter().enumerate() {
            let known = seen.entry((client % 4 == 2, id)).or_insert_with(|| text.clone());
            assert_eq!(*known, text, "id {id} had two texts");
        }
        check_answers(&app, &seen).await;
        check_database(&app).await;
    }
    // What comes next gets an id that nobody had.
    for (elsewhere, subject) in [(false, "fresh"), (true, ":.c:fresh")] {
        let (fresh, _) = app.register(subject, schema(100)).await;
        let mut known = seen.keys().filter(|(place, _)| *place == elsewhere);
        assert!(known.all(|(_, id)| *id < fresh), "{fresh} was given out before");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_and_the_delete_of_its_target_cannot_both_win() {
    let app = app_without_tests().await;
    for round in 0..8 {
        let target = format!("target{round}");
        let text = json!({ "type": "record", "name": "shop.T", "doc": round.to_string(), "fields": [] });
        app.register(&target, text).await;
        let holder = json!({ "type": "record", "name": "shop.H", "doc": round.to_string(),
            "fields": [{ "name": "t", "type": "shop.T" }] });
        let references = [json!({ "name": "shop.T", "subject": target, "version": 1 })];
        let body = json!({ "schema": holder.to_string(), "references": references });
        let (path, of_target) = (format!("/subjects/holder{round}/versions"), format!("/subjects/{target}"));
        let (registered, deleted) = tokio::join!(app.post(&path, body), app.delete(&of_target));
        match (registered.status, deleted.status) {
            (200, 422) | (422, 200) => {}
            both => panic!("{both:?}: {} {}", registered.text(), deleted.text()),
        }
    }
    check_database(&app).await;
}

/// On one thread: what a comparison costs does not follow from the size of its texts, so a few kilobytes must not
/// hold the thread that answers everybody.
#[tokio::test]
async fn a_long_comparison_keeps_nobody_waiting() {
    let app = app_without_tests().await;
    let union = |field: &str| {
        let branches: Vec<_> = (0..200)
            .map(|number| {
                format!(
                    r#"{{"type":"record","name":"R{number}","fields":[{{"name":"{field}","type":"int"}}]}}"#
                )
            })
            .collect();
        format!("[{}]", branches.join(","))
    };
    let (stored, posted) = (union("a"), union("b"));
    assert!(posted.len() < 16 * 1024, "small enough to be parsed at once");
    app.register("s", &stored).await;
    app.put("/config/s", json!({ "compatibility": "FULL" })).await.is(200);
    for path in ["/compatibility/subjects/s/versions", "/v1/subjects/s/compatibility"] {
        let compared = std::sync::atomic::AtomicBool::new(false);
        let comparison = async {
            app.post(path, json!({ "schema": posted })).await.is(200);
            compared.store(true, std::sync::atomic::Ordering::SeqCst);
        };
        let others = async {
            // Behind the comparison's own reads.
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            for _ in 0..3 {
                app.get("/subjects").await.is(200);
            }
            assert!(!compared.load(std::sync::atomic::Ordering::SeqCst), "{path} came first");
        };
        tokio::join!(comparison, others);
    }
}

/// Places are looked up in two texts for every difference; that once took minutes for one request.
#[tokio::test]
async fn thousands_of_differences_are_explained_at_once() {
    let app = app_without_tests().await;
    let schema = |kind: &str| {
        let properties: Vec<_> =
            (0..3_000).map(|number| format!(r#""p{number}":{{"type":"{kind}"}}"#)).collect();
        json!({ "schemaType": "JSON", "schema": format!("{{\"properties\":{{{}}}}}", properties.join(",")) })
    };
    app.register_body("s", schema("string")).await;
    let started = std::time::Instant::now();
    let answer = app.post("/v1/subjects/s/compatibility", schema("integer")).await.is(200);
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    let differences = answer["versions"][0]["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 6_000, "both directions");
    assert!(differences.iter().all(|difference| difference["candidate"]["line"] == 1));
}

/// R504: a reference to the latest version is resolved again when that version goes before it is read.
#[tokio::test]
async fn r504_the_latest_version_is_found_while_versions_come_and_go() {
    let app = app_without_tests().await;
    let target =
        |number: usize| json!({ "type": "record", "name": "H", "doc": number.to_string(), "fields": [] });
    app.register("hot", target(0)).await;
    let referrer = |number: usize| {
        json!({ "type": "record", "name": format!("R{number}"), "fields": [{ "name": "h", "type": "H" }] })
            .to_string()
    };
    let pinned =
        json!({ "schema": referrer(0), "references": [{ "name": "H", "subject": "hot", "version": 1 }] });
    app.register_body("pinned", pinned).await;
    for round in 1..=12 {
        let comers = (0..6).map(|client| {
            app.post("/subjects/hot/versions", json!({ "schema": target(round * 10 + client).to_string() }))
        });
        let goers = (0..6).map(|_| app.delete("/subjects/hot/versions/latest"));
        let referrers = (0..6).map(|client| {
            let body = json!({ "schema": referrer(round * 10 + client),
                "references": [{ "name": "H", "subject": "hot", "version": -1 }] });
            let path = format!("/subjects/user-{round}-{client}/versions");
            let app = &app;
            async move { app.post(&path, body).await }
        });
        let (_, _, registered) = tokio::join!(join_all(comers), join_all(goers), join_all(referrers));
        for reply in registered {
            reply.is(200);
        }
    }
    check_database(&app).await;
}

/// A KEK is deleted, or gets a DEK: never both.
#[tokio::test]
async fn a_key_that_goes_gets_no_new_key_under_it() {
    let app = App::new().await;
    for round in 0..20 {
        let name = format!("k{round}");
        let kek = json!({ "name": name, "kmsType": "local-kms", "kmsKeyId": "id" });
        app.post("/dek-registry/v1/keks", kek).await.is(200);
        let path = format!("/dek-registry/v1/keks/{name}");
        let (deks, dek) = (format!("{path}/deks"), json!({ "subject": "s", "encryptedKeyMaterial": "bQ==" }));
        let (made, deleted) = tokio::join!(app.post(&deks, dek), app.delete(&path));
        match (made.status, deleted.status) {
            (200, 422) => drop(deleted.refused(42272)),
            (404, 204) => drop(made.refused(40470)),
            both => panic!("{both:?}: {} {}", made.text(), deleted.text()),
        }
    }
}
