//! R8xx: compatibility tests and refused registrations.

use serde_json::{Value, json};

use super::app::{App, record};

async fn test(app: &App, path: &str, schema: &str) -> Value {
    app.post(&format!("/compatibility/subjects/{path}"), json!({ "schema": schema })).await.is(200)
}

#[tokio::test]
async fn r801_r802_one_version_or_the_history() {
    let app = App::new().await;
    app.put("/config/s", json!({ "compatibility": "NONE" })).await.is(200);
    app.register("s", record("R", &["a"])).await;
    app.register("s", record("R", &["a", "b"])).await;
    app.put("/config/s", json!({ "compatibility": "BACKWARD_TRANSITIVE" })).await.is(200);
    let candidate = record("R", &["a", "b", "c="]);
    for (path, expected) in [
        ("s/versions/1", false),
        ("s/versions/2", true),
        ("s/versions/latest", true),
        ("s/versions/-1", true),
        ("s/versions", false),
    ] {
        assert_eq!(test(&app, path, &candidate).await, json!({ "is_compatible": expected }), "{path}");
    }
    app.put("/config/s", json!({ "compatibility": "BACKWARD" })).await.is(200);
    assert_eq!(test(&app, "s/versions", &candidate).await, json!({ "is_compatible": true }));
    app.get("/subjects/s/versions").await.gives(json!([1, 2]));
}

#[tokio::test]
async fn r803_messages_only_when_asked_for() {
    let app = App::new().await;
    app.register("s", record("R", &["a"])).await;
    let body = json!({ "schema": record("R", &["a", "b="]) });
    app.post("/compatibility/subjects/s/versions/latest?verbose=True", body)
        .await
        .gives(json!({ "is_compatible": true, "messages": [] }));
}

#[tokio::test]
async fn r804_r805_r806_unknown_subjects_and_versions() {
    let app = App::new().await;
    assert_eq!(test(&app, "nope/versions/latest", "\"long\"").await, json!({ "is_compatible": true }));
    assert_eq!(test(&app, "nope/versions", "\"long\"").await, json!({ "is_compatible": true }));
    let body = json!({ "schema": "\"long\"" });
    app.post("/compatibility/subjects/nope/versions/1", body.clone())
        .await
        .refused_with(40402, "Version 1 not found.");
    app.register("s", "\"long\"").await;
    app.delete("/subjects/s/versions/1").await.is(200);
    app.post("/compatibility/subjects/s/versions/1", body.clone()).await.refused(40402);
    app.post("/compatibility/subjects/s/versions/zero", body).await.refused(42202);
}

#[tokio::test]
async fn r807_an_invalid_schema_is_an_error_or_with_verbose_a_verdict() {
    let app = App::new().await;
    app.register("s", "\"long\"").await;
    for body in [
        json!({ "schema": "nonsense" }),
        json!({ "schema": " " }),
        json!({}),
        json!({ "schema": "\"long\"", "references": [{ "name": "n", "subject": "nobody", "version": 1 }] }),
    ] {
        for path in ["s/versions/latest", "s/versions", "nope/versions/latest"] {
            app.post(&format!("/compatibility/subjects/{path}"), body.clone()).await.refused(42201);
            let verdict =
                app.post(&format!("/compatibility/subjects/{path}?verbose=true"), body.clone()).await.is(200);
            assert_eq!(verdict["is_compatible"], false);
            assert_eq!(verdict["messages"].as_array().unwrap().len(), 1, "{verdict}");
        }
    }
}

#[tokio::test]
async fn r808_r813_levels_decide_who_reads_whom() {
    let app = App::new().await;
    app.register("s", record("R", &["a", "b="])).await;
    let (wider, narrower) = (record("R", &["a", "b=", "c"]), record("R", &["b="]));
    for (level, takes_wider, takes_narrower) in
        [("NONE", true, true), ("BACKWARD", false, true), ("FORWARD", true, false), ("FULL", false, false)]
    {
        app.put("/config/s", json!({ "compatibility": level })).await.is(200);
        assert_eq!(test(&app, "s/versions/latest", &wider).await["is_compatible"], takes_wider, "{level}");
        assert_eq!(
            test(&app, "s/versions/latest", &narrower).await["is_compatible"],
            takes_narrower,
            "{level}"
        );
    }
}

#[tokio::test]
async fn r809_r810_messages_name_the_finding_the_old_schema_and_the_level() {
    let app = App::new().await;
    let old = app.register_body("s", json!({ "schema": record("R", &["a"]) })).await;
    let body = json!({ "schema": record("R", &["a", "b"]) });
    let verdict =
        app.post("/compatibility/subjects/s/versions/latest?verbose=true", body.clone()).await.is(200);
    let messages: Vec<_> =
        verdict["messages"].as_array().unwrap().iter().map(|m| m.as_str().unwrap()).collect();
    assert_eq!(verdict["is_compatible"], false);
    assert_eq!(messages.len(), 4, "{messages:#?}");
    assert!(
        messages[0].starts_with("{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'"),
        "{}",
        messages[0]
    );
    assert!(messages[0].ends_with("additionalInfo:'b'}"), "{}", messages[0]);
    assert_eq!(messages[1], "{oldSchemaVersion: 1}");
    assert_eq!(messages[2], format!("{{oldSchema: '{}'}}", old["schema"].as_str().unwrap()));
    assert_eq!(messages[3], "{validateFields: 'false', compatibility: 'BACKWARD'}");
    let message = app.post("/subjects/s/versions", body).await.refused(40901);
    let expected = format!(
        "Schema being registered is incompatible with an earlier schema for subject \"s\", details: [{}]",
        messages.join(", ")
    );
    assert_eq!(message, expected);
}

#[tokio::test]
async fn r811_transitive_levels_look_at_every_active_version() {
    let app = App::new().await;
    app.put("/config/s", json!({ "compatibility": "NONE" })).await.is(200);
    app.register("s", "\"string\"").await;
    app.register("s", "\"int\"").await;
    app.put("/config/s", json!({ "compatibility": "BACKWARD_TRANSITIVE" })).await.is(200);
    app.post("/subjects/s/versions", json!({ "schema": "\"long\"" })).await.refused(40901);
    app.delete("/subjects/s/versions/1").await.is(200);
    app.register("s", "\"long\"").await;
}

#[tokio::test]
async fn r812_groups_keep_versions_apart() {
    let app = App::new().await;
    app.put("/config/s", json!({ "compatibilityGroup": "major" })).await.is(200);
    let major = |number: &str| json!({ "properties": { "major": number } });
    app.register_body("s", json!({ "schema": "\"string\"", "metadata": major("1") })).await;
    let body = json!({ "schema": "\"int\"", "metadata": major("1") });
    app.post("/subjects/s/versions", body).await.refused(40901);
    app.register_body("s", json!({ "schema": "\"int\"", "metadata": major("2") })).await;
    app.register_body("s", json!({ "schema": "\"long\"", "metadata": major("2") })).await;
}

#[tokio::test]
async fn r814_another_type_is_one_message_and_the_level() {
    let app = App::new().await;
    app.register("s", "\"long\"").await;
    let body = json!({ "schema": "{\"type\":\"string\"}", "schemaType": "JSON" });
    let verdict = app.post("/compatibility/subjects/s/versions/latest?verbose=true", body).await.is(200);
    assert_eq!(
        verdict["messages"],
        json!([
            "Incompatible because of different schema type",
            "{validateFields: 'false', compatibility: 'BACKWARD'}",
        ])
    );
}
