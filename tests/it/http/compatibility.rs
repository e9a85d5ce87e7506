//! R8xx: compatibility tests and refused registrations.

use serde_json::{Value, json};

use super::app::{App, JSON, record};

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

/// A dry run of a bare schema, as tools do before they register it.
#[tokio::test]
async fn r802_r812_r1103_r1104_a_test_fills_in_metadata_as_registration_does() {
    let app = App::new().await;
    let group = || json!({ "properties": { "major": "1" } });
    let bare = |text: &str| json!({ "schema": text });
    for (subject, member) in
        [("own", None), ("default", Some("defaultMetadata")), ("over", Some("overrideMetadata"))]
    {
        let mut config = json!({ "compatibilityGroup": "major" });
        let mut first = bare("\"int\"");
        match member {
            Some(member) => config[member] = group(),
            None => first["metadata"] = group(),
        }
        app.put(&format!("/config/{subject}"), config).await.is(200);
        app.register_body(subject, first).await;
        for path in ["versions", "versions/latest", "versions/1"] {
            let path = format!("{subject}/{path}");
            assert_eq!(test(&app, &path, "\"bytes\"").await, json!({ "is_compatible": false }), "{path}");
        }
        app.post(&format!("/subjects/{subject}/versions"), bare("\"bytes\"")).await.refused(40901);
    }
    // Metadata of its own is another group.
    let other = json!({ "schema": "\"bytes\"", "metadata": { "properties": { "major": "2" } } });
    app.post("/compatibility/subjects/own/versions", other.clone())
        .await
        .gives(json!({ "is_compatible": true }));
    app.register_body("own", other).await;
}

#[tokio::test]
async fn r802_r1116_a_test_of_a_bare_schema_loses_no_reserved_field() {
    let app = App::new().await;
    app.put("/config/s", json!({ "validateFields": true, "compatibility": "NONE" })).await.is(200);
    let reserving = json!({ "properties": { "confluent:reserved": "b" } });
    app.register_body("s", json!({ "schema": record("R", &["a"]), "metadata": reserving })).await;
    for fields in [&["a"][..], &["a", "c"]] {
        assert_eq!(test(&app, "s/versions", &record("R", fields)).await, json!({ "is_compatible": true }));
    }
    let taken = record("R", &["a", "b"]);
    assert_eq!(test(&app, "s/versions", &taken).await, json!({ "is_compatible": false }));
    let lost = json!({ "schema": record("R", &["a", "c"]), "metadata": {} });
    app.post("/compatibility/subjects/s/versions", lost.clone())
        .await
        .gives(json!({ "is_compatible": false }));
    app.post("/subjects/s/versions", lost).await.refused(40901);
}

#[tokio::test]
async fn r107_r108_r806_the_body_is_read_before_the_version() {
    let app = App::new().await;
    for (body, code) in
        [("{", 400), ("[]", 400), ("{\"schema\":{}}", 400), ("", 422), ("null", 422), ("{}", 42202)]
    {
        for version in ["0", "one"] {
            let path = format!("/compatibility/subjects/s/versions/{version}");
            app.send("POST", &path, &JSON, body.into()).await.refused(code);
        }
    }
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
