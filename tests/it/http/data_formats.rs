//! How the data of events and payloads is written: frames, content types, JSON for Avro.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::app::{App, skip_elsewhere};
use super::matching::{TYPE, ask, event, register_json, summary};

/// The verdict on an event in binary mode.
async fn binary(app: &App, query: &str, content_type: Option<&str>, body: &[u8]) -> Value {
    let mut headers = vec![
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "https://example.com/orders"),
        ("ce-type", TYPE),
    ];
    headers.extend(content_type.map(|text| ("content-type", text)));
    app.send("POST", &format!("/v1/validate{query}"), &headers, body.to_vec()).await.is(200)
}

fn framed(id: i64, payload: &[u8]) -> Vec<u8> {
    [&[0][..], &u32::try_from(id).unwrap().to_be_bytes(), payload].concat()
}

fn object(required: &[&str]) -> Value {
    json!({ "type": "object", "required": required, "properties": { "a": { "type": "integer" } } })
}

#[tokio::test]
async fn a_frame_says_which_version_of_the_named_subject_wrote_the_data() {
    let app = App::new().await;
    app.put("/config", json!({ "compatibility": "NONE" })).await.is(200);
    let first = register_json(&app, TYPE, object(&["a"])).await;
    register_json(&app, TYPE, object(&["a", "b"])).await;
    let body = framed(first, b"{\"a\":1}");
    let by_subject = format!("?subject={TYPE}");
    let by_latest = format!("{by_subject}&version=latest");
    for (query, by) in [("", "framing"), (&by_subject, "parameter"), (&by_latest, "parameter")] {
        let verdict = binary(&app, query, Some("application/octet-stream"), &body).await;
        assert_eq!(summary(&verdict), format!("valid {by} {TYPE}/1 [] []"), "{query}");
    }
    let verdict = binary(&app, &format!("?subject={TYPE}&version=2"), Some("application/json"), &body).await;
    assert_eq!(summary(&verdict), "invalid [schema.conflict] []", "another version is named");
    let verdict = binary(&app, &by_subject, Some("application/json"), b"{\"a\":1}").await;
    assert_eq!(
        summary(&verdict),
        format!("invalid parameter {TYPE}/2 [schema.json.required] []"),
        "without a frame the latest version is meant"
    );
}

#[tokio::test]
async fn json_behind_a_frame_is_json() {
    let app = App::new().await;
    let id = register_json(&app, TYPE, object(&["a"])).await;
    for (payload, expected) in [
        ("{\"a\":1}", format!("valid framing {TYPE}/1 [] []")),
        ("{\"a\":\"x\"}", format!("invalid framing {TYPE}/1 [schema.json.type] []")),
        ("{\"a\":", format!("invalid framing {TYPE}/1 [schema.json.syntax] []")),
    ] {
        let verdict = binary(&app, "", Some("application/json"), &framed(id, payload.as_bytes())).await;
        assert_eq!(summary(&verdict), expected, "{payload}");
    }
    let verdict = binary(&app, "", Some("application/json"), &framed(id + 9, b"{\"a\":1}")).await;
    assert_eq!(
        summary(&verdict),
        format!("invalid type {TYPE}/1 [data.json-syntax] []"),
        "an unknown id is no frame"
    );
}

#[tokio::test]
async fn a_content_type_that_fits_no_schema_is_a_mismatch() {
    let app = App::new().await;
    register_json(&app, TYPE, object(&["a"])).await;
    let mismatch = format!("invalid type {TYPE}/1 [schema.format-mismatch] []");
    for content_type in [
        "application/xml",
        "image/png",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "application/vnd.schemaregistry.v1+json",
        "application/vnd.schemaregistry+json",
        "avro/binary",
    ] {
        let verdict = binary(&app, "", Some(content_type), b"{\"a\":1}").await;
        assert_eq!(summary(&verdict), mismatch, "{content_type}");
    }
    let verdict = binary(&app, "", None, b"{\"a\":1}").await;
    let unchecked = format!("unchecked type {TYPE}/1 [] [data.not-validated]");
    assert_eq!(summary(&verdict), unchecked, "nothing is said about the bytes");
}

#[tokio::test]
async fn json_for_avro_is_read_either_way_unless_settings_choose() {
    let app = App::new().await;
    let schema = r#"{"type":"record","name":"O","fields":[{"name":"note","type":["null","string"],"default":null},
        {"name":"qty","type":"int"}]}"#;
    app.register(TYPE, schema).await;
    let path = format!("/v1/subjects/{TYPE}/versions/1/validate");
    for (data, expected) in [
        (json!({ "note": "x", "qty": 1 }), ""),
        (json!({ "note": { "string": "x" }, "qty": 1 }), ""),
        (json!({ "qty": 1 }), ""),
        (json!({ "note": { "string": "x" }, "qty": "1" }), "schema.avro.type /qty"),
        (json!({ "note": "x", "qty": "1" }), "schema.avro.type /qty"),
        (json!({ "note": { "string": 5 }, "qty": 1 }), "schema.avro.type /note"),
    ] {
        let of_event = ask(&app, "", &event(json!({ "data": data }))).await;
        let headers = [("content-type", "application/json")];
        let alone = app.send("POST", &path, &headers, data.to_string().into_bytes()).await.is(200);
        assert_eq!(of_event["violations"], alone["violations"], "one payload has one verdict");
        let found: Vec<_> = alone["violations"].as_array().unwrap().iter().collect();
        let found: Vec<_> = found.iter().map(|one| format!("{} {}", one["rule"], one["pointer"])).collect();
        assert_eq!(found.join(", ").replace('"', ""), expected, "{data}");
    }
    let headers = [("content-type", "application/avro+json")];
    let plain = app.send("POST", &path, &headers, b"{\"note\":\"x\",\"qty\":1}".to_vec()).await.is(200);
    assert_eq!(plain["outcome"], "invalid", "this content type is the Avro JSON encoding");
}

#[tokio::test]
async fn types_that_promise_a_frame_hold_for_payloads_too() {
    let app = App::new().await;
    let (id, _) = app.register("s", r#""string""#).await;
    let settings = json!({ "framedTypes": { "application/x-acme": "AVRO" } });
    app.put("/v1/subjects/:.:/settings", settings).await.is(200);
    let ask = async |body: Vec<u8>| {
        let headers = [("content-type", "application/x-acme")];
        summary(&app.send("POST", "/v1/subjects/s/versions/1/validate", &headers, body).await.is(200))
    };
    assert_eq!(ask(framed(id, &[2, b'a'])).await, "valid parameter s/1 [] []");
    assert_eq!(ask(vec![2, b'a']).await, "invalid parameter s/1 [schema.id-required] []");
}

#[tokio::test]
async fn messages_show_values_only_when_settings_ask_for_them() {
    let app = App::new().await;
    register_json(&app, TYPE, object(&["a"])).await;
    let secret = format!("S3CR3T{}", "x".repeat(100));
    let message = async || {
        let of_event = ask(&app, "", &event(json!({ "data": { "a": secret } }))).await;
        let path = format!("/v1/subjects/{TYPE}/versions/1/validate");
        let headers = [("content-type", "application/json")];
        let body = json!({ "a": secret }).to_string().into_bytes();
        let alone = app.send("POST", &path, &headers, body).await.is(200);
        assert_eq!(of_event["violations"], alone["violations"]);
        alone["violations"][0]["message"].as_str().unwrap().to_owned()
    };
    let hidden = "expected integer, found string";
    assert_eq!(message().await, hidden);
    app.put(&format!("/v1/subjects/{TYPE}/settings"), json!({ "showValues": true })).await.is(200);
    let shown: String = secret.chars().take(63).collect();
    assert_eq!(message().await, format!("{hidden}; the value is \"{shown}…"));
}

#[tokio::test]
async fn an_event_may_pass_while_the_store_does_not_answer() {
    let app = App::new().await;
    if skip_elsewhere(&app, "closes the database") {
        return;
    }
    app.close_store().await;
    let bad = event(json!({ "time": "now", "data": {} }));
    let headers = [("content-type", "application/cloudevents+json")];
    let ask = async |path: &str, event: &Value| {
        app.send("POST", path, &headers, event.to_string().into_bytes()).await
    };
    let refused = ask("/v1/validate", &bad).await;
    refused.problem(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.header("retry-after"), "1");
    let passed = ask("/v1/validate?onUnavailable=pass", &bad).await.is(200);
    assert_eq!(summary(&passed), "invalid [time.rfc3339] []", "the envelope needs no store");
    let passed = ask("/v1/validate?onUnavailable=pass", &event(json!({ "data": {} }))).await.is(200);
    assert_eq!((&passed["outcome"], &passed["valid"]), (&json!("indeterminate"), &json!(false)));
    assert_eq!(passed["reason"], "the store does not answer");
    ask("/v1/validate?onUnavailable=maybe", &bad).await.problem(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_problem_about_a_batch_has_no_more_findings_than_a_verdict() {
    let app = App::new().await;
    let bad = json!({ "specversion": "1.0", "id": "", "source": "x", "type": "t", "time": "y" });
    let headers = [("content-type", "application/cloudevents-batch+json")];
    let ask = async |events: usize| {
        let body = Value::from(vec![bad.clone(); events]).to_string().into_bytes();
        let reply = app.send("POST", "/v1/validate?status=verdict", &headers, body).await;
        let problem = reply.problem(StatusCode::UNPROCESSABLE_ENTITY);
        (problem["violations"].as_array().unwrap().len(), problem.get("truncated").cloned())
    };
    assert_eq!(ask(10).await, (20, None));
    assert_eq!(ask(150).await, (100, Some(json!(true))));
}

#[tokio::test]
async fn every_rule_on_matching_obeys_its_override() {
    let app = App::new().await;
    register_json(&app, TYPE, object(&["a"])).await;
    let text = event(json!({ "datacontenttype": "text/plain", "data": "x" }));
    let unknown = event(json!({ "type": "nobody", "data": {} }));
    for (query, event, expected) in [
        ("", &text, format!("invalid type {TYPE}/1 [schema.format-mismatch] []")),
        (
            "?rules=schema.format-mismatch:warning",
            &text,
            format!("unchecked type {TYPE}/1 [] [schema.format-mismatch]"),
        ),
        ("?rules=schema.format-mismatch:off", &text, format!("unchecked type {TYPE}/1 [] []")),
        ("", &unknown, "unchecked [] []".to_owned()),
        ("?rules=schema.not-found:error", &unknown, "invalid [schema.not-found] []".to_owned()),
        ("?rules=schema.not-found:warning", &unknown, "unchecked [] [schema.not-found]".to_owned()),
    ] {
        assert_eq!(summary(&ask(&app, query, event).await), expected, "{query}");
    }
    app.register("avro", r#""string""#).await;
    let bare = event(json!({ "type": "avro", "datacontenttype": "avro/binary", "data_base64": "AmE=" }));
    assert_eq!(summary(&ask(&app, "", &bare).await), "invalid type avro/1 [schema.id-required] []");
    let forgiven = ask(&app, "?rules=schema.id-required:warning", &bare).await;
    assert_eq!(summary(&forgiven), "unchecked type avro/1 [] [schema.id-required]");
}

#[tokio::test]
async fn a_dataschema_that_is_no_uri_has_one_finding() {
    let app = App::new().await;
    register_json(&app, TYPE, object(&["a"])).await;
    for (dataschema, expected) in [
        ("x y", format!("invalid type {TYPE}/1 [dataschema.uri] []")),
        ("", format!("invalid type {TYPE}/1 [dataschema.empty] []")),
        ("https://elsewhere.example.com/x", format!("valid type {TYPE}/1 [] [dataschema.unresolved]")),
    ] {
        let verdict = ask(&app, "", &event(json!({ "dataschema": dataschema, "data": { "a": 1 } }))).await;
        assert_eq!(summary(&verdict), expected, "{dataschema}");
    }
}
