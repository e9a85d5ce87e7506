//! R6xx: modes.

use chancery::registry::RegistrySettings;
use serde_json::json;

use super::app::{App, skip_elsewhere};

#[tokio::test]
async fn r601_r602_r606_r620_modes_are_set_in_any_letter_case() {
    let app = App::new().await;
    app.get("/mode").await.gives(json!({ "mode": "READWRITE" }));
    for (sent, mode) in
        [("readonly", "READONLY"), ("ReadOnly_Override", "READONLY_OVERRIDE"), ("READWRITE", "READWRITE")]
    {
        app.put("/mode", json!({ "mode": sent })).await.gives(json!({ "mode": sent }));
        app.get("/mode").await.gives(json!({ "mode": mode }));
    }
    for body in [json!({ "mode": "SIDEWAYS" }), json!({ "mode": "" }), json!({})] {
        app.put("/mode/s", body)
            .await
            .refused_with(42204, "Invalid mode. Valid values are READWRITE, READONLY, IMPORT and FORWARD.");
    }
    app.put("/mode/s", json!({ "mode": "READONLY" })).await.is(200);
    app.put("/mode/s", json!({ "mode": null })).await.is(200);
    app.get("/mode/s").await.refused(40409);
}

#[tokio::test]
async fn r603_r604_r608_the_narrowest_mode_is_in_force() {
    let app = App::new().await;
    app.get("/mode/s").await.refused_with(40409, "Subject 's' does not have subject-level mode configured");
    app.put("/mode/:.__GLOBAL:", json!({ "mode": "READONLY" })).await.is(200);
    app.get("/mode/s?defaultToGlobal=true").await.gives(json!({ "mode": "READONLY" }));
    app.get("/mode/:.c603:s?defaultToGlobal=true").await.gives(json!({ "mode": "READONLY" }));
    app.put("/mode", json!({ "mode": "READWRITE" })).await.is(200);
    app.get("/mode/s?defaultToGlobal=true").await.gives(json!({ "mode": "READWRITE" }));
    // What is set for the default context does not reach named ones.
    app.get("/mode/:.c603:s?defaultToGlobal=true").await.gives(json!({ "mode": "READONLY" }));
    app.put("/mode/:.c603:s", json!({ "mode": "READWRITE" })).await.is(200);
    app.register(":.c603:s", "\"long\"").await;
    app.post("/subjects/:.c603:t/versions", json!({ "schema": "\"long\"" }))
        .await
        .refused_with(42205, "Subject :.c603:t in context :.c603: is in read-only mode");
    app.put("/mode/s", json!({ "mode": "READONLY" })).await.is(200);
    app.post("/subjects/s/versions", json!({ "schema": "\"long\"" })).await.refused(42205);
    app.register("t", "\"long\"").await;
}

#[tokio::test]
async fn r605_modes_are_removed() {
    let app = App::new().await;
    app.delete("/mode/s").await.refused_with(40401, "Subject 's' not found.");
    app.put("/mode/s", json!({ "mode": "READONLY" })).await.is(200);
    app.delete("/mode/s").await.gives(json!({ "mode": "READONLY" }));
    app.delete("/mode").await.gives(json!({ "mode": "READWRITE" }));
    app.put("/mode", json!({ "mode": "READONLY" })).await.is(200);
    app.delete("/mode").await.gives(json!({ "mode": "READONLY" }));
    app.get("/mode").await.gives(json!({ "mode": "READWRITE" }));
    for name in ["a", "b"] {
        app.put(&format!("/mode/:.c605:{name}"), json!({ "mode": "READONLY" })).await.is(200);
    }
    app.delete("/mode/:.c605:?recursive=true").await.gives(json!({}));
    app.get("/mode/:.c605:a").await.refused(40409);
}

#[tokio::test]
async fn r607_r609_readonly_blocks_what_writes_and_nothing_else() {
    for mode in ["READONLY", "READONLY_OVERRIDE"] {
        let app = App::new().await;
        app.register("s", "\"long\"").await;
        app.put("/mode/s", json!({ "mode": mode })).await.is(200);
        let refusal = "Subject s in context  is in read-only mode";
        app.post("/subjects/s/versions", json!({ "schema": "\"int\"" })).await.refused_with(42205, refusal);
        app.put("/config/s", json!({ "compatibility": "FULL" })).await.refused_with(42205, refusal);
        app.delete("/subjects/s").await.refused_with(42205, refusal);
        app.get("/subjects/s/versions/1").await.is(200);
        app.post("/subjects/s", json!({ "schema": "\"long\"" })).await.is(200);
        app.post("/compatibility/subjects/s/versions/latest", json!({ "schema": "\"int\"" })).await.is(200);
        app.register("s", "\"long\"").await;
        app.put("/mode/s", json!({ "mode": "READWRITE" })).await.is(200);
        app.delete("/subjects/s").await.gives(json!([1]));
    }
}

#[tokio::test]
async fn r610_import_needs_an_empty_scope_unless_forced() {
    let app = App::new().await;
    app.register("s", "\"long\"").await;
    let message = "Cannot import since found existing subjects";
    app.put("/mode/s", json!({ "mode": "IMPORT" })).await.refused_with(42205, message);
    app.put("/mode", json!({ "mode": "IMPORT" })).await.refused_with(42205, message);
    app.put("/mode/other", json!({ "mode": "IMPORT" })).await.is(200);
    app.put("/mode/s?force=true", json!({ "mode": "IMPORT" })).await.is(200);
    app.put("/mode/s", json!({ "mode": "READWRITE" })).await.is(200);
    // Soft-deleted versions are removed on the way.
    app.delete("/subjects/s").await.is(200);
    app.put("/mode/s", json!({ "mode": "IMPORT" })).await.is(200);
    app.get("/subjects/s/versions?deleted=true").await.refused(40401);
}

#[tokio::test]
async fn r611_r612_ids_belong_to_import() {
    let app = App::new().await;
    app.post("/subjects/s/versions", json!({ "schema": "\"long\"", "id": 7 }))
        .await
        .refused_with(42205, "Subject s in context  is not in import mode");
    let (id, _) = app.register("s", "\"long\"").await;
    // Already there under that id.
    assert_eq!(app.register_body("s", json!({ "schema": "\"long\"", "id": id })).await["id"], id);
    app.register_body("s", json!({ "schema": "\"long\"", "id": -1 })).await;
    app.put("/mode/t", json!({ "mode": "IMPORT" })).await.is(200);
    app.post("/subjects/t/versions", json!({ "schema": "\"int\"" }))
        .await
        .refused_with(42205, "Subject t in context  is not in read-write mode");
}

#[tokio::test]
async fn r613_r614_r615_r616_r617_r618_imports_take_ids_and_versions_as_they_come() {
    let app = App::new().await;
    app.put("/mode/:.c613:", json!({ "mode": "IMPORT" })).await.is(200);
    let import = async |subject: &str, text: &str, id: i64, version: Option<i64>| {
        let body = json!({ "schema": text, "id": id, "version": version });
        app.post(&format!("/subjects/:.c613:{subject}/versions"), body).await
    };
    assert_eq!(import("s", "\"long\"", 500, Some(7)).await.is(200)["version"], 7);
    assert_eq!(import("s", "\"string\"", 300, Some(3)).await.is(200)["id"], 300);
    app.get("/subjects/:.c613:s/versions").await.gives(json!([3, 7]));
    import("t", "\"int\"", 500, Some(1))
        .await
        .refused_with(42205, "Overwrite new schema with id 500 in context :.c613: is not permitted.");
    // The same content under several ids.
    assert_eq!(import("t", "\"long\"", 600, Some(1)).await.is(200)["id"], 600);
    // No number: the next one. No test: another type of data follows.
    let reply = import("s", "\"bytes\"", 700, None).await.is(200);
    assert_eq!((&reply["version"], &reply["id"]), (&json!(8), &json!(700)));
    assert_eq!(app.get("/schemas/ids/500?subject=:.c613:").await.is(200)["subject"], ":.c613:s");
    app.put("/mode/:.c613:", json!({ "mode": "READWRITE" })).await.is(200);
    let (id, _) = app.register(":.c613:u", "\"float\"").await;
    assert_eq!(id, 701);
}

#[tokio::test]
async fn r211_a_known_registration_without_id_succeeds_under_import() {
    let app = App::new().await;
    let (id, _) = app.register("s", "\"long\"").await;
    app.put("/mode/s?force=true", json!({ "mode": "IMPORT" })).await.is(200);
    assert_eq!(app.register("s", "\"long\"").await, (id, 1));
}

#[tokio::test]
async fn r616_an_import_is_stored_as_it_comes() {
    let app = App::new().await;
    app.put("/mode/s", json!({ "mode": "IMPORT" })).await.is(200);
    let config = json!({ "normalize": true, "defaultMetadata": { "properties": { "owner": "billing" } } });
    app.put("/config/s", config).await.is(200);
    let bad_default = json!({ "type": "record", "name": "R", "y": 2, "x": 1,
        "fields": [{ "name": "a", "type": "int", "default": "x" }] });
    let body = json!({ "schema": bad_default.to_string(), "id": 11 });
    let stored = app.post("/subjects/s/versions?normalize=true", body).await.is(200);
    assert!(stored.get("metadata").is_none(), "{stored}");
    // Another type of schema would not be compatible.
    let body = json!({ "schema": r#"{"type":"object","title":"T"}"#, "schemaType": "JSON", "id": 12 });
    let stored = app.post("/subjects/s/versions?normalize=true", body).await.is(200);
    assert_eq!(
        (&stored["version"], &stored["schema"]),
        (&json!(2), &json!(r#"{"type":"object","title":"T"}"#))
    );
}

#[tokio::test]
async fn r618_when_the_highest_id_is_taken_registrations_are_refused() {
    let app = App::new().await;
    app.put("/mode/:.c618:s", json!({ "mode": "IMPORT" })).await.is(200);
    app.register_body(":.c618:s", json!({ "schema": "\"int\"", "id": i32::MAX })).await;
    let path = "/subjects/:.c618:t/versions";
    let message = app.post(path, json!({ "schema": "\"long\"" })).await.refused(42205);
    assert!(message.contains("no free id"), "{message}");
    // What has an id keeps it, and other contexts have their own.
    assert_eq!(app.register(":.c618:t", "\"int\"").await.0, i64::from(i32::MAX));
    app.register("t", "\"long\"").await;
}

#[tokio::test]
async fn r619_forward_is_for_the_global_scope() {
    let app = App::new().await;
    for scope in ["", "/s", "/:.c619:"] {
        app.put(&format!("/mode{scope}"), json!({ "mode": "FORWARD" }))
            .await
            .refused_with(42204, "Forward mode only supported on global level");
    }
    for scope in [":.__GLOBAL:", ":.__GLOBAL"] {
        app.put(&format!("/mode/{scope}"), json!({ "mode": "FORWARD" })).await.is(200);
        app.get(&format!("/mode/{scope}")).await.gives(json!({ "mode": "FORWARD" }));
    }
}

#[tokio::test]
async fn r621_invalid_names_come_before_invalid_modes() {
    let app = App::new().await;
    for name in ["__GLOBAL", "__EMPTY", "a%00b", "a%0Ab", "%C2%80"] {
        app.put(&format!("/mode/{name}"), json!({ "mode": "SIDEWAYS" })).await.refused(42208);
    }
    app.put("/mode/:.c%00:x", json!({ "mode": "READONLY" })).await.refused(42208);
}

#[tokio::test]
async fn r622_modes_can_be_made_immutable() {
    let app = App::with(RegistrySettings { mode_mutable: false, ..Default::default() }, |_| ()).await;
    if skip_elsewhere(&app, "needs a setting") {
        return;
    }
    let refusal = "Mode changes are not allowed";
    for path in ["/mode", "/mode/s", "/mode/:.c622:", "/contexts/.c622/mode/s"] {
        app.put(path, json!({ "mode": "READONLY" })).await.refused_with(42205, refusal);
        app.put(path, json!({ "mode": null })).await.refused_with(42205, refusal);
    }
    app.delete("/mode").await.refused_with(42205, refusal);
    // Names and values are looked at before, and what has no mode is not found.
    app.put("/mode/__EMPTY", json!({ "mode": "READONLY" })).await.refused(42208);
    app.put("/mode/s", json!({ "mode": "SIDEWAYS" })).await.refused(42204);
    app.delete("/mode/s").await.refused(40401);
    app.get("/mode").await.gives(json!({ "mode": "READWRITE" }));
}
