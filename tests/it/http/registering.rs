//! R2xx: identity and registration.

use serde_json::{Value, json};

use super::app::{App, record};

#[tokio::test]
async fn r201_r202_r203_ids_count_per_context_and_content_has_one() {
    let app = App::new().await;
    let (first, _) = app.register("a", "\"long\"").await;
    let (second, _) = app.register("a2", "\"int\"").await;
    assert_eq!(second, first + 1);
    assert_eq!(app.register("b", "\"long\"").await.0, first);
    let here = app.get("/subjects/a/versions/1").await.is(200);
    let there = app.register_body(":.c203:a", json!({ "schema": "\"long\"" })).await;
    assert_eq!(there["guid"], here["guid"]);
    if app.is_here() {
        assert_eq!((first, there["id"].as_i64()), (1, Some(1)));
    }
}

#[tokio::test]
async fn r204_r220_registering_again_writes_nothing() {
    let app = App::new().await;
    let text = record("R", &["a"]);
    let first = app.register_body("s", json!({ "schema": text })).await;
    assert_eq!(first["version"], 1);
    for member in ["id", "guid", "schemaType", "schema"] {
        assert!(!first[member].is_null(), "{member}: {first}");
    }
    assert_eq!(app.register_body("s", json!({ "schema": text })).await, first);
    app.get("/subjects/s/versions").await.gives(json!([1]));
}

#[tokio::test]
async fn r205_r209_r511_content_is_text_references_metadata_and_rules() {
    let app = App::new().await;
    app.put("/config", json!({ "compatibility": "NONE" })).await.is(200);
    app.register("target", "\"bytes\"").await;
    app.register("target", "\"long\"").await;
    let reference = |version: i64| json!([{ "name": "t", "subject": "target", "version": version }]);
    let two = json!([{ "name": "t", "subject": "target", "version": 1 }, { "name": "u", "subject": "target", "version": 1 }]);
    let swapped = json!([{ "name": "u", "subject": "target", "version": 1 }, { "name": "t", "subject": "target", "version": 1 }]);
    let json_schema = |text: &str| json!({ "schema": text, "schemaType": "JSON" });
    let with = |member: &str, value: &Value| json!({ "schema": "\"int\"", member: value });
    let contents = [
        json!({ "schema": "\"int\"" }),
        json!({ "schema": "\"float\"" }),
        with("references", &reference(1)),
        with("references", &reference(2)),
        with("references", &two),
        with("references", &swapped),
        with("metadata", &json!({})),
        with("metadata", &json!({ "properties": { "a": "1" } })),
        with("metadata", &json!({ "sensitive": ["a"] })),
        with("ruleSet", &json!({})),
        with("ruleSet", &json!({ "domainRules": [{ "name": "r", "type": "CEL" }] })),
        with("ruleSet", &json!({ "domainRules": [{ "name": "r", "type": "CEL", "disabled": true }] })),
        // JSON: the order of members counts unless normalization is on.
        json_schema(r#"{"type":"object","title":"T"}"#),
        json_schema(r#"{"title":"T","type":"object"}"#),
    ];
    let mut ids = std::collections::BTreeSet::new();
    for (number, content) in contents.iter().enumerate() {
        // Each in a subject of its own: nothing is inherited.
        let reply = app.register_body(&format!("s{number}"), content.clone()).await;
        assert!(ids.insert(reply["id"].as_i64().unwrap()), "{content} is content that was there");
        let again = app.register_body(&format!("again{number}"), content.clone()).await;
        assert_eq!((&again["id"], &again["guid"]), (&reply["id"], &reply["guid"]), "{content}");
    }
    let [one, other] = [12, 13].map(|number| contents[number].clone());
    let one = app.post("/subjects/n/versions?normalize=true", one).await.is(200);
    assert_eq!(app.post("/subjects/n/versions?normalize=true", other).await.is(200), one);
}

#[tokio::test]
async fn r206_r207_white_space_and_long_spellings_are_the_same_content() {
    let app = App::new().await;
    let (id, _) = app.register("s", "\"string\"").await;
    for text in ["{\"type\":\"string\"}", " \"string\" ", "{ \"type\" : \"string\" }"] {
        assert_eq!(app.register("s", text).await, (id, 1), "{text}");
    }
    assert_eq!(app.get(&format!("/schemas/ids/{id}")).await.is(200)["schema"], "\"string\"");
}

#[tokio::test]
async fn r208_docs_aliases_defaults_and_properties_make_new_content() {
    let app = App::new().await;
    app.put("/config", json!({ "compatibility": "NONE" })).await.is(200);
    let texts = [
        json!({ "type": "record", "name": "R", "fields": [] }),
        json!({ "type": "record", "name": "R", "doc": "d", "fields": [] }),
        json!({ "type": "record", "name": "R", "aliases": ["Q"], "fields": [] }),
        json!({ "type": "record", "name": "R", "fields": [], "owner": "x" }),
    ];
    for (index, text) in texts.iter().enumerate() {
        assert_eq!(app.register("s", text).await.1, index as i64 + 1, "{text}");
    }
    let (id, _) = app.register("p", r#"{"type":"record","name":"P","fields":[],"x":1,"y":2}"#).await;
    assert_eq!(app.register("p", r#"{"type":"record","name":"P","fields":[],"y":2,"x":1}"#).await, (id, 1));
}

#[tokio::test]
async fn r210_normalization_is_on_by_query_or_config() {
    let app = App::new().await;
    let mixed = r#"{"fields":[],"y":2,"x":1,"name":"P","type":"record"}"#;
    let body = json!({ "schema": mixed });
    let normal = app.post("/subjects/q/versions?normalize=true", body.clone()).await.is(200);
    app.put("/config/c", json!({ "normalize": true })).await.is(200);
    let by_config = app.post("/subjects/c/versions?normalize=false", body).await.is(200);
    assert_eq!(normal["schema"], by_config["schema"]);
    let text = normal["schema"].as_str().unwrap();
    assert!(text.find("\"x\"").unwrap() < text.find("\"y\"").unwrap(), "{text}");
}

#[tokio::test]
async fn r211_a_known_registration_succeeds_under_readonly() {
    let app = App::new().await;
    let known = app.register("s", "\"long\"").await;
    app.put("/mode/s", json!({ "mode": "READONLY" })).await.is(200);
    assert_eq!(app.register("s", "\"long\"").await, known);
    app.post("/subjects/s/versions", json!({ "schema": "\"int\"" }))
        .await
        .refused_with(42205, "Subject s in context  is in read-only mode");
}

#[tokio::test]
async fn r213_numbers_count_soft_deleted_versions() {
    let app = App::new().await;
    app.put("/config/s", json!({ "compatibility": "NONE" })).await.is(200);
    app.register("s", "\"long\"").await;
    app.register("s", "\"int\"").await;
    app.delete("/subjects/s/versions/2").await.gives(json!(2));
    assert_eq!(app.register("s", "\"string\"").await.1, 3);
}

#[tokio::test]
async fn r214_r215_r216_a_version_in_the_body_must_be_the_next_one() {
    let app = App::new().await;
    app.put("/config/s", json!({ "compatibility": "NONE" })).await.is(200);
    app.register("s", "\"long\"").await;
    app.post("/subjects/s/versions", json!({ "schema": "\"int\"", "version": 3 }))
        .await
        .refused_with(42201, "Version is not one more than previous version");
    let second = app.register_body("s", json!({ "schema": "\"int\"", "version": 2 })).await;
    assert_eq!(second["version"], 2);
    assert_eq!(second["metadata"]["properties"]["confluent:version"], "2");
    let same = app.register_body("s", json!({ "schema": "\"int\"", "version": -1 })).await;
    assert_eq!(same["version"], 2);
    let third = app.register_body("s", json!({ "schema": "\"string\"", "version": -1 })).await;
    assert_eq!(
        (&third["version"], &third["metadata"]["properties"]["confluent:version"]),
        (&json!(3), &json!("3"))
    );
    let zero = app.register_body("t", json!({ "schema": "\"string\"", "version": 0 })).await;
    assert_eq!((&zero["version"], &zero["metadata"]), (&json!(1), &Value::Null));
}

#[tokio::test]
async fn r217_a_blank_schema_is_that_of_the_latest_version() {
    let app = App::new().await;
    app.post("/subjects/s/versions", json!({ "schema": " " })).await.refused_with(42201, "Empty schema");
    let (id, _) = app.register("s", "\"long\"").await;
    assert_eq!(app.register_body("s", json!({})).await["id"], id);
    let body = json!({ "metadata": { "properties": { "owner": "billing" } } });
    let reply = app.register_body("s", body).await;
    assert_eq!((&reply["version"], &reply["schema"]), (&json!(2), &json!("\"long\"")));
    assert_eq!(reply["metadata"], json!({ "properties": { "owner": "billing" } }));
    assert_ne!(reply["id"], id);
}

#[tokio::test]
async fn r218_r219_unknown_types_and_unparsable_schemas_are_refused() {
    let app = App::new().await;
    for name in ["THRIFT", "avro", ""] {
        let body = json!({ "schema": "\"long\"", "schemaType": name });
        app.post("/subjects/s/versions", body)
            .await
            .refused_with(42201, &format!("Invalid schema type {name}"));
    }
    for text in ["nonsense", "{", "{\"type\":\"record\"}", "\"longer\"", "[\"int\",\"int\"]"] {
        let message = app.post("/subjects/s/versions", json!({ "schema": text })).await.refused(42201);
        assert!(message.starts_with("Invalid schema"), "{text}: {message}");
    }
    app.get("/subjects").await.gives(json!([]));
}

#[tokio::test]
async fn r221_force_skips_the_compatibility_test_only() {
    let app = App::new().await;
    app.register("s", record("R", &["a"])).await;
    let body = json!({ "schema": record("R", &["a", "b"]) });
    app.post("/subjects/s/versions", body.clone()).await.refused(40901);
    app.post("/subjects/s/versions?force=true", json!({ "schema": "nope" })).await.refused(42201);
    assert_eq!(app.post("/subjects/s/versions?force=True", body).await.is(200)["version"], 2);
}

#[tokio::test]
async fn r222_new_schemas_are_parsed_strictly_unless_switched_off() {
    let app = App::new().await;
    let bad_default = json!({ "type": "record", "name": "R",
        "fields": [{ "name": "a", "type": "int", "default": "x" }] });
    let body = json!({ "schema": bad_default.to_string() });
    app.post("/subjects/s/versions", body.clone()).await.refused(42201);
    // A lookup never is strict.
    app.post("/subjects/s", body.clone()).await.refused(40401);
    app.put("/config/s", json!({ "validateNewSchemas": false })).await.is(200);
    app.post("/subjects/s/versions", body).await.is(200);
}

#[tokio::test]
async fn r223_another_type_is_incompatible_unless_nothing_is_tested() {
    let app = App::new().await;
    app.register("s", "\"string\"").await;
    let body = json!({ "schema": "{\"type\":\"string\"}", "schemaType": "JSON" });
    let message = app.post("/subjects/s/versions", body.clone()).await.refused(40901);
    assert!(message.contains("Incompatible because of different schema type"), "{message}");
    app.put("/config/s", json!({ "compatibility": "NONE" })).await.is(200);
    let second = app.post("/subjects/s/versions", body).await.is(200);
    assert_eq!((&second["version"], &second["schemaType"]), (&json!(2), &json!("JSON")));
}

#[tokio::test]
async fn r224_a_schema_over_the_limit_is_too_large() {
    let app = App::new().await;
    let doc = "d".repeat(1 << 20);
    let text = json!({ "type": "record", "name": "R", "doc": doc, "fields": [] }).to_string();
    app.post("/subjects/s/versions", json!({ "schema": text }))
        .await
        .refused_with(42209, "Register operation failed because schema is too large");
    // What would be stored counts, not the blanks around it.
    let padded = format!("\"int\"{}", " ".repeat(1 << 20));
    app.register("padded", padded).await;
    // The name and the mode are looked at before.
    app.post("/subjects/__EMPTY/versions", json!({ "schema": text })).await.refused(42208);
    app.put("/mode/s", json!({ "mode": "READONLY" })).await.is(200);
    app.post("/subjects/s/versions", json!({ "schema": text })).await.refused(42205);
}

#[tokio::test]
async fn r226_references_that_lead_nowhere_are_refused() {
    let app = App::new().await;
    let body = |reference: Value| json!({ "schema": "\"int\"", "references": [reference] });
    for reference in [
        json!({}),
        json!({ "name": "n", "subject": "nobody", "version": 1 }),
        json!({ "name": "n", "subject": "nobody", "version": -1 }),
        json!({ "name": "n", "version": 1 }),
    ] {
        app.post("/subjects/s/versions", body(reference.clone())).await.refused(42201);
        app.post("/subjects/s", body(reference.clone())).await.refused(42201);
        app.post("/compatibility/subjects/s/versions", body(reference)).await.refused(42201);
    }
    app.get("/subjects").await.gives(json!([]));
}

#[tokio::test]
async fn r225_the_guid_is_the_md5_of_the_content() {
    let app = App::new().await;
    let reply = app.register_body("s", json!({ "schema": "\"long\"" })).await;
    // md5 of `"long"` with its quotes.
    assert_eq!(reply["guid"], "e1dd9a1e-f98b-451b-5369-0370b393966b");
}
