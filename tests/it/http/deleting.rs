//! R4xx: soft and permanent deletes.

use serde_json::json;

use super::app::{App, record};

async fn two_versions(app: &App) -> [i64; 2] {
    app.put("/config/s", json!({ "compatibility": "NONE" })).await.is(200);
    [app.register("s", "\"long\"").await.0, app.register("s", "\"int\"").await.0]
}

#[tokio::test]
async fn r401_r402_r403_r404_one_version_is_deleted_softly_then_for_good() {
    let app = App::new().await;
    two_versions(&app).await;
    app.delete("/subjects/s/versions/1?permanent=true")
        .await
        .refused_with(40407, "Subject 's' Version 1 was not deleted first before being permanently deleted");
    app.delete("/subjects/s/versions/1").await.gives(json!(1));
    app.delete("/subjects/s/versions/1").await.refused_with(
        40406,
        "Subject 's' Version 1 was soft deleted.Set permanent=true to delete permanently",
    );
    app.delete("/subjects/s/versions/1?permanent=true").await.gives(json!(1));
    app.get("/subjects/s/versions/1?deleted=true").await.refused(40402);
    app.delete("/subjects/s/versions/1?permanent=true").await.refused(40402);
    app.delete("/subjects/s/versions/2").await.gives(json!(2));
    app.delete("/subjects/s/versions/2?permanent=true").await.gives(json!(2));
    app.get("/subjects/s/versions/2?deleted=true").await.refused(40401);
}

#[tokio::test]
async fn r405_r406_missing_versions_and_latest() {
    let app = App::new().await;
    app.delete("/subjects/nope/versions/1").await.refused_with(40401, "Subject 'nope' not found.");
    app.delete("/subjects/nope/versions/latest").await.refused(40401);
    two_versions(&app).await;
    app.delete("/subjects/s/versions/3").await.refused_with(40402, "Version 3 not found.");
    app.delete("/subjects/s/versions/latest").await.gives(json!(2));
    app.delete("/subjects/s/versions/-1").await.gives(json!(1));
    app.delete("/subjects/s/versions/latest").await.refused_with(40402, "Version -1 not found.");
}

#[tokio::test]
async fn r407_r408_r409_r410_r411_whole_subjects() {
    let app = App::new().await;
    app.delete("/subjects/s").await.refused_with(40401, "Subject 's' not found.");
    app.delete("/subjects/s?permanent=true").await.refused(40401);
    two_versions(&app).await;
    app.delete("/subjects/s?permanent=true")
        .await
        .refused_with(40405, "Subject 's' was not deleted first before being permanently deleted");
    app.get("/subjects/s/versions").await.gives(json!([1, 2]));
    app.delete("/subjects/s/versions/1").await.is(200);
    app.delete("/subjects/s").await.gives(json!([2]));
    app.delete("/subjects/s")
        .await
        .refused_with(40404, "Subject 's' was soft deleted.Set permanent=true to delete permanently");
    app.delete("/subjects/s?permanent=true").await.gives(json!([1, 2]));
    app.delete("/subjects/s?permanent=true").await.refused(40401);
}

#[tokio::test]
async fn r412_config_and_mode_go_with_the_last_version() {
    let app = App::new().await;
    two_versions(&app).await;
    app.put("/mode/s", json!({ "mode": "READWRITE" })).await.is(200);
    app.delete("/subjects/s").await.is(200);
    app.get("/config/s").await.gives(json!({ "compatibilityLevel": "NONE" }));
    app.get("/mode/s").await.gives(json!({ "mode": "READWRITE" }));
    app.delete("/subjects/s?permanent=true").await.is(200);
    app.get("/config/s").await.refused(40408);
    app.get("/mode/s").await.refused(40409);
}

#[tokio::test]
async fn r413_deleted_content_comes_back_under_its_id() {
    let app = App::new().await;
    let (id, _) = app.register("s", "\"long\"").await;
    app.delete("/subjects/s").await.is(200);
    assert_eq!(app.register("s", "\"long\"").await, (id, 2));
    app.get("/subjects/s/versions?deleted=true").await.gives(json!([2]));
}

#[tokio::test]
async fn r414_r415_numbers_are_used_again_and_ids_are_not() {
    let app = App::new().await;
    let [_, second] = two_versions(&app).await;
    app.delete("/subjects/s/versions/2").await.is(200);
    app.delete("/subjects/s/versions/2?permanent=true").await.is(200);
    let (id, version) = app.register("s", "\"int\"").await;
    assert_eq!(version, 2);
    assert!(id > second, "{id} was given out before");
    app.delete("/subjects/s").await.is(200);
    app.delete("/subjects/s?permanent=true").await.is(200);
    let (again, version) = app.register("s", "\"int\"").await;
    assert_eq!(version, 1);
    assert!(again > id);
}

#[tokio::test]
async fn r416_deleted_versions_take_no_part_in_tests() {
    let app = App::new().await;
    app.register("s", record("R", &["a"])).await;
    let body = json!({ "schema": record("R", &["a", "b"]) });
    app.post("/subjects/s/versions", body.clone()).await.refused(40901);
    app.delete("/subjects/s").await.is(200);
    app.post("/subjects/s/versions", body).await.is(200);
}

#[tokio::test]
async fn r417_lists_of_subjects_tell_active_and_deleted_apart() {
    let app = App::new().await;
    app.register("gone", "\"long\"").await;
    app.register("half", "\"long\"").await;
    app.register("half", "[\"long\",\"null\"]").await;
    app.delete("/subjects/gone").await.is(200);
    app.delete("/subjects/half/versions/1").await.is(200);
    app.get("/subjects").await.gives(json!(["half"]));
    app.get("/subjects?deleted=true").await.gives(json!(["gone", "half"]));
    app.get("/subjects?deletedOnly=true&deleted=true").await.gives(json!(["gone"]));
}

#[tokio::test]
async fn r418_readonly_forbids_deletes() {
    let app = App::new().await;
    two_versions(&app).await;
    app.delete("/subjects/s/versions/1").await.is(200);
    app.put("/mode/s", json!({ "mode": "READONLY" })).await.is(200);
    for path in ["/subjects/s", "/subjects/s/versions/2", "/subjects/s/versions/1?permanent=true"] {
        app.delete(path).await.refused_with(42205, "Subject s in context  is in read-only mode");
    }
}

/// R412, R716, R717: `:.ctx:` is also the name of a whole context, whose config and mode are not those of the empty
/// subject in it.
#[tokio::test]
async fn r914_deleting_the_empty_subject_leaves_what_is_set_for_its_context() {
    let app = App::new().await;
    for (subject, config) in [(":.:", "/config"), (":.m:", "/config/:.m:")] {
        let mode = config.replace("config", "mode");
        for delete in [format!("/subjects/{subject}"), format!("/subjects/{subject}/versions/1")] {
            app.put(config, json!({ "compatibility": "FULL" })).await.is(200);
            app.put(&mode, json!({ "mode": "READWRITE" })).await.is(200);
            app.register(subject, "\"int\"").await;
            app.delete(&delete).await.is(200);
            app.delete(&format!("{delete}?permanent=true")).await.is(200);
            app.get(config).await.gives(json!({ "compatibilityLevel": "FULL" }));
            app.get(&mode).await.gives(json!({ "mode": "READWRITE" }));
        }
    }
}
