//! Imports: versions that come with id and number from another registry, and what they may not replace.

use serde_json::{Value, json};

use super::app::{App, Reply, record};

const HIGHEST: i64 = i32::MAX as i64;

/// An empty registry with one context in IMPORT mode.
async fn importing(context: &str) -> App {
    let app = App::new().await;
    app.put(&format!("/mode/{context}"), json!({ "mode": "IMPORT" })).await.is(200);
    app
}

async fn import(app: &App, subject: &str, body: Value) -> Reply {
    app.post(&format!("/subjects/{subject}/versions"), body).await
}

#[tokio::test]
async fn r213_r617_no_version_follows_the_highest_number() {
    let app = importing(":.i:").await;
    import(&app, ":.i:v", json!({ "schema": "\"int\"", "id": 5, "version": HIGHEST })).await.is(200);
    let message = import(&app, ":.i:v", json!({ "schema": "\"long\"", "id": 6 })).await.refused(42201);
    assert!(message.contains("2147483647"), "{message}");
    app.get("/subjects/:.i:v/versions").await.gives(json!([HIGHEST]));
    assert_eq!(app.get("/schemas/ids/5?subject=:.i:").await.is(200)["schema"], "\"int\"");
    // A number that is asked for is free, and may also be written over.
    import(&app, ":.i:v", json!({ "schema": "\"long\"", "id": 6, "version": 3 })).await.is(200);
    import(&app, ":.i:v", json!({ "schema": "\"bytes\"", "id": 7, "version": HIGHEST })).await.is(200);

    app.put("/mode/:.i:", json!({ "mode": "READWRITE" })).await.is(200);
    app.put("/config/:.i:", json!({ "compatibility": "NONE" })).await.is(200);
    for body in [
        json!({ "schema": "\"float\"" }),
        json!({ "schema": "\"float\"", "version": -1 }),
        json!({ "schema": "\"float\"", "version": HIGHEST }),
        json!({ "metadata": { "properties": { "owner": "billing" } } }),
    ] {
        import(&app, ":.i:v", body).await.refused(42201);
    }
    // What is there already is still answered, and the number comes free with its version.
    assert_eq!(app.register(":.i:v", "\"bytes\"").await, (7, HIGHEST));
    app.delete(&format!("/subjects/:.i:v/versions/{HIGHEST}")).await.is(200);
    import(&app, ":.i:v", json!({ "schema": "\"float\"" })).await.refused(42201);
    app.delete(&format!("/subjects/:.i:v/versions/{HIGHEST}?permanent=true")).await.is(200);
    assert_eq!(app.register(":.i:v", "\"float\"").await, (8, 4));
}

#[tokio::test]
async fn r509_a_referenced_version_is_not_replaced_by_other_content() {
    let app = importing(":.i:").await;
    let target = record("A", &["x"]);
    import(&app, ":.i:a", json!({ "schema": target, "id": 1, "version": 1 })).await.is(200);
    let user = json!({
        "schema": r#"{"type":"record","name":"B","fields":[{"name":"a","type":"A"}]}"#,
        "references": [{ "name": "A", "subject": "a", "version": 1 }],
    });
    let mut with_id = user.clone();
    with_id["id"] = json!(2);
    with_id["version"] = json!(1);
    import(&app, ":.i:b", with_id.clone()).await.is(200);

    let replacing = json!({ "schema": "\"int\"", "id": 3, "version": 1 });
    let refusal =
        "One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=:.i:a,version=1}.";
    import(&app, ":.i:a", replacing.clone()).await.refused_with(42206, refusal);
    // The same content may come again, also under another id; what nobody references may be replaced.
    import(&app, ":.i:a", json!({ "schema": target, "id": 1, "version": 1 })).await.is(200);
    import(&app, ":.i:a", json!({ "schema": target, "id": 4, "version": 1 })).await.is(200);
    with_id["id"] = json!(5);
    import(&app, ":.i:b", with_id).await.is(200);
    let resolved = app.get("/subjects/:.i:b/versions/1?format=resolved").await.is(200);
    assert!(resolved["schema"].as_str().unwrap().contains("\"x\""), "{resolved}");
    app.post("/subjects/:.i:b", user).await.is(200);

    // A soft-deleted version still references it.
    app.delete("/subjects/:.i:b/versions/1").await.is(200);
    import(&app, ":.i:a", replacing.clone()).await.refused_with(42206, refusal);
    app.delete("/subjects/:.i:b/versions/1?permanent=true").await.is(200);
    let itself = json!({ "schema": r#"{"type":"record","name":"C","fields":[{"name":"a","type":"A"}]}"#, "id": 6,
        "version": 1, "references": [{ "name": "A", "subject": "a", "version": 1 }] });
    import(&app, ":.i:a", itself).await.refused_with(42206, refusal);
    import(&app, ":.i:a", replacing).await.is(200);
}

#[tokio::test]
async fn r413_an_import_of_soft_deleted_content_takes_its_place() {
    let app = importing(":.i:").await;
    for (schema, id, version) in [("\"int\"", 10, 1), ("\"long\"", 11, 2)] {
        let body = json!({ "schema": schema, "id": id, "version": version });
        import(&app, ":.i:s", body).await.is(200);
    }
    app.delete("/subjects/:.i:s/versions/1").await.is(200);
    let again = import(&app, ":.i:s", json!({ "schema": "\"int\"", "id": 10 })).await.is(200);
    assert_eq!((&again["id"], &again["version"]), (&json!(10), &json!(3)));
    app.get("/subjects/:.i:s/versions?deletedAsNegative=true&deleted=true").await.gives(json!([2, 3]));
    app.get("/schemas/ids/10/versions?deleted=true&subject=:.i:")
        .await
        .gives(json!([{ "subject": ":.i:s", "version": 3 }]));
}

/// R204, R211, R612: of several versions with the same content the one that is asked for is found.
#[tokio::test]
async fn r615_content_under_two_ids_is_known_under_both() {
    let app = importing(":.i:").await;
    for (id, version) in [(10, 1), (12, 2)] {
        let body = json!({ "schema": "\"int\"", "id": id, "version": version });
        import(&app, ":.i:t", body).await.is(200);
    }
    let place = |body: Value| (body["id"].as_i64().unwrap(), body["version"].as_i64().unwrap());
    let ask = async |body: Value| place(import(&app, ":.i:t", body).await.is(200));
    for mode in ["IMPORT", "READWRITE", "READONLY"] {
        app.put("/mode/:.i:t?force=true", json!({ "mode": mode })).await.is(200);
        for (body, expected) in [
            (json!({ "schema": "\"int\"" }), (12, 2)),
            (json!({ "schema": "\"int\"", "version": 1 }), (10, 1)),
            (json!({ "schema": "\"int\"", "version": 2 }), (12, 2)),
            (json!({ "schema": "\"int\"", "version": -1 }), (12, 2)),
            (json!({ "schema": "\"int\"", "id": 10 }), (10, 1)),
            (json!({ "schema": "\"int\"", "id": 12 }), (12, 2)),
            (json!({ "schema": "\"int\"", "id": 10, "version": 1 }), (10, 1)),
        ] {
            assert_eq!(ask(body.clone()).await, expected, "{mode} {body}");
        }
    }
    app.get("/subjects/:.i:t/versions").await.gives(json!([1, 2]));
}
