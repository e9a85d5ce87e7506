//! Many clients at once: what holds for one holds for all.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::Connection;

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

/// The file is sound: no page, index or reference is broken.
async fn check_database(app: &App) {
    if !app.is_here() {
        return;
    }
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(app.database()).read_only(true);
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let verdict: String =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap();
    assert_eq!(verdict, "ok");
    let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut connection).await.unwrap();
    assert!(broken.is_empty(), "{} rows refer to nothing", broken.len());
    connection.close().await.unwrap();
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

/// A client that registers, reads and deletes in four subjects. Answers which id it saw with which text.
async fn busy(app: &App, client: usize) -> Vec<(i64, String)> {
    let mut seen = Vec::new();
    for round in 0..6 {
        let subject = format!("s{}", (client + round) % 4);
        let text = schema((client * 7 + round * 3) % 8);
        let reply =
            app.post(&format!("/subjects/{subject}/versions"), json!({ "schema": text })).await.is(200);
        seen.push((reply["id"].as_i64().unwrap(), text));
        if client.is_multiple_of(3) {
            let version = &reply["version"];
            let path = format!("/subjects/{subject}/versions/{version}");
            // Others may have been there first.
            let soft = app.delete(&path).await;
            assert!(matches!(soft.status, 200 | 404), "{}", soft.text());
            let hard = app.delete(&format!("{path}?permanent=true")).await;
            assert!(matches!(hard.status, 200 | 404), "{}", hard.text());
        }
        let (id, text) = seen.last().unwrap();
        let read = app.get(&format!("/schemas/ids/{id}")).await;
        match read.status {
            200 => assert_eq!(read.is(200)["schema"].as_str().unwrap(), text),
            _ => drop(read.refused(40403)),
        }
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_never_changes_its_text_among_registrations_and_deletes() {
    let app = app_without_tests().await;
    let seen = join_all((0..CLIENTS).map(|client| busy(&app, client))).await;
    let mut texts: BTreeMap<i64, String> = BTreeMap::new();
    for (id, text) in seen.into_iter().flatten() {
        let known = texts.entry(id).or_insert_with(|| text.clone());
        assert_eq!(*known, text, "id {id} had two texts");
    }
    let mut live: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for listed in app.get("/schemas?deleted=true").await.is(200).as_array().unwrap() {
        let id = listed["id"].as_i64().unwrap();
        let text = listed["schema"].as_str().unwrap().to_owned();
        assert_eq!(texts.get(&id), Some(&text));
        assert_eq!(app.get(&format!("/schemas/ids/{id}")).await.is(200)["schema"], text);
        let subject = listed["subject"].as_str().unwrap().to_owned();
        assert!(live.entry(subject).or_default().insert(listed["version"].as_i64().unwrap()), "{listed}");
    }
    for (subject, versions) in &live {
        let listed = app.get(&format!("/subjects/{subject}/versions?deleted=true")).await.is(200);
        assert_eq!(numbers(&listed), *versions);
    }
    // What comes next gets an id that nobody had.
    let (fresh, _) = app.register("fresh", schema(100)).await;
    assert!(texts.keys().all(|id| *id < fresh), "{fresh} was given out before");
    check_database(&app).await;
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
