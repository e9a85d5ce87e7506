//! `POST /v1/validate`, `POST /v1/lint`, `GET /v1/rules`: events here, the rest in files of their own.

mod advice;
mod records;
mod streams;

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chancery::registry::RegistrySettings;
use chancery_engine::cloudevents::matching::SchemaLocator;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower::ServiceExt;

use super::app::{App, Reply, skip_elsewhere};
use super::sockets::serve;

const PATH: &str = "/v1/validate";
const PLACED: &str = r#"{"type":"object","required":["id"],"properties":{"id":{"type":"integer"}}}"#;

/// A registry with the JSON Schema of `com.example.order.placed.v1`; answers its id.
async fn shop() -> (App, i64) {
    let app = App::new().await;
    let body = json!({ "schema": PLACED, "schemaType": "JSON" });
    let id = app.register_body("com.example.order.placed.v1", body).await["id"].as_i64().unwrap();
    (app, id)
}

#[expect(clippy::needless_pass_by_value, reason = "stories read better without the ampersand")]
fn event(data: Value) -> Value {
    json!({ "specversion": "1.0", "id": "1", "source": "https://example.com/orders",
        "type": "com.example.order.placed.v1", "data": data })
}

async fn post(app: &App, content_type: &str, body: impl ToString) -> Reply {
    app.send("POST", PATH, &[("content-type", content_type)], body.to_string().into_bytes()).await
}

fn rules(findings: &Value) -> Vec<&str> {
    findings.as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
}

fn lines(reply: &Reply) -> Vec<Value> {
    reply.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_structured_event_is_held_against_the_subject_of_its_type() {
    let (app, id) = shop().await;
    let good = post(&app, "application/cloudevents+json", event(json!({ "id": 1 }))).await;
    let verdict = good.is(200);
    assert_eq!(verdict["outcome"], "valid");
    assert_eq!(
        verdict["event"],
        json!({ "id": "1", "source": "https://example.com/orders",
        "type": "com.example.order.placed.v1" })
    );
    assert_eq!(
        verdict["match"],
        json!({ "matchedBy": "type", "subject": "com.example.order.placed.v1",
        "version": 1, "schemaId": id, "schemaType": "JSON" })
    );
    assert_eq!(good.header("validation-outcome"), "valid");
    let verdict = post(&app, "application/cloudevents+json", event(json!({ "id": "x" }))).await.is(200);
    assert_eq!(
        (&verdict["outcome"], rules(&verdict["violations"])),
        (&json!("invalid"), vec!["schema.json.type"])
    );
    let mut broken = event(json!({ "id": 1 }));
    broken["source"] = json!("");
    let verdict = post(&app, "application/cloudevents+json", broken).await.is(200);
    assert_eq!(rules(&verdict["violations"]), ["source.empty"]);
    assert_eq!(verdict["violations"][0]["in"], "envelope");
}

#[tokio::test]
async fn an_event_without_a_schema_is_unchecked() {
    let app = App::new().await;
    let verdict = post(&app, "application/cloudevents+json", event(json!({}))).await.is(200);
    assert_eq!((&verdict["outcome"], &verdict["valid"]), (&json!("unchecked"), &json!(false)));
    assert_eq!((&verdict["reason"], &verdict["violations"]), (&json!("schema.not-found"), &json!([])));
    let headers = [("content-type", "application/cloudevents+json"), ("prefer", "status")];
    let reply = app.send("POST", PATH, &headers, event(json!({})).to_string().into_bytes()).await;
    assert_eq!((reply.status, reply.header("validation-outcome")), (204, "unchecked"));
}

#[tokio::test]
async fn binary_mode_has_its_attributes_in_headers() {
    let (app, _) = shop().await;
    let mut headers = vec![
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "https://example.com/orders"),
        ("ce-type", "com.example.order.placed.v1"),
        ("content-type", "application/json"),
    ];
    let reply = app.send("POST", PATH, &headers, b"{\"id\":1}".to_vec()).await;
    assert_eq!(reply.is(200)["outcome"], "valid");
    headers.retain(|(name, _)| *name != "ce-id");
    headers.push(("ce-time", "yesterday"));
    let verdict = app.send("POST", PATH, &headers, b"{\"id\":1}".to_vec()).await.is(200);
    let mut found = rules(&verdict["violations"]);
    found.sort_unstable();
    assert_eq!(found, ["id.required", "time.rfc3339"]);
    let time =
        verdict["violations"].as_array().unwrap().iter().find(|one| one["rule"] == "time.rfc3339").unwrap();
    assert_eq!((&time["in"], &time["header"]), (&json!("header"), &json!("ce-time")));
}

#[tokio::test]
async fn a_batch_has_a_verdict_an_event_and_findings_of_its_own() {
    let (app, _) = shop().await;
    let (good, bad) = (event(json!({ "id": 1 })), event(json!({ "id": "x" })));
    let batch = json!([good, bad]);
    let body = post(&app, "application/cloudevents-batch+json", &batch).await.is(200);
    assert_eq!(
        body["summary"],
        json!({ "total": 2, "valid": 1, "invalid": 1, "unchecked": 0, "indeterminate": 0 })
    );
    assert_eq!(
        (&body["results"][1]["index"], &body["results"][1]["outcome"]),
        (&json!(1), &json!("invalid"))
    );
    assert_eq!(rules(&body["warnings"]), ["batch.duplicate-id"]);
    let headers = [("content-type", "application/cloudevents-batch+json")];
    let asked = format!("{PATH}?status=verdict");
    let reply = app.send("POST", &asked, &headers, batch.to_string().into_bytes()).await;
    let problem = reply.problem(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(rules(&problem["violations"]), ["schema.json.type"]);
    assert_eq!(problem["violations"][0]["index"], 1, "the second event");
    let reply = app.send("POST", &asked, &headers, json!([good]).to_string().into_bytes()).await;
    assert_eq!(reply.status, 204);
}

#[tokio::test]
async fn refusals_carry_their_rule() {
    let app = App::new().await;
    for (content_type, body, status, rule) in [
        ("application/cloudevents+json", "{", StatusCode::BAD_REQUEST, "json.syntax"),
        ("application/cloudevents+json", "[]", StatusCode::BAD_REQUEST, "json.object"),
        ("application/cloudevents-batch+json", "{}", StatusCode::BAD_REQUEST, "batch.not-array"),
        (
            "application/cloudevents+yaml",
            "a: b",
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "http.format-unsupported",
        ),
        ("application/json", "{}", StatusCode::BAD_REQUEST, "http.not-a-cloudevent"),
        ("application/json", "", StatusCode::BAD_REQUEST, "http.not-a-cloudevent"),
        ("application/json", "[]", StatusCode::BAD_REQUEST, "http.not-a-cloudevent"),
        ("application/json", "5", StatusCode::BAD_REQUEST, "http.not-a-cloudevent"),
        ("application/json", "{", StatusCode::BAD_REQUEST, "http.not-a-cloudevent"),
        ("text/plain", "hello", StatusCode::BAD_REQUEST, "http.not-a-cloudevent"),
    ] {
        let problem = post(&app, content_type, body).await.problem(status);
        assert_eq!(rules(&problem["violations"]), [rule], "{content_type} {body}");
    }
    let large = event(json!({ "text": "x".repeat(1 << 20) }));
    let problem =
        post(&app, "application/cloudevents+json", large).await.problem(StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(rules(&problem["violations"]), ["size.limit"]);
    let huge = " ".repeat(9 << 20);
    let problem =
        post(&app, "application/cloudevents-batch+json", &huge).await.problem(StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(rules(&problem["violations"]), ["size.limit"]);
    post(&app, "application/json", huge).await.problem(StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn findings_stand_in_the_order_of_the_document() {
    let (app, _) = shop().await;
    let (before, after) = (r#""source":"/relative""#, r#""time":"x""#);
    let text = format!(
        r#"{{"specversion":"1.0","id":"1",{before},"type":"com.example.order.placed.v1","data":{{"id":"x"}},{after}}}"#
    );
    let verdict = post(&app, "application/cloudevents+json", &text).await.is(200);
    assert_eq!(rules(&verdict["violations"]), ["schema.json.type", "time.rfc3339"]);
    let text = text.replace(before, after).replace(&format!(",{after}}}"), &format!(",{before}}}"));
    let verdict = post(&app, "application/cloudevents+json", &text).await.is(200);
    assert_eq!(rules(&verdict["violations"]), ["time.rfc3339", "schema.json.type"]);
}

#[tokio::test]
async fn a_batch_says_that_its_findings_were_cut() {
    let (app, _) = shop().await;
    for (count, truncated) in [(101, false), (102, true)] {
        let batch = vec![event(json!({ "id": 1 })); count];
        let body = post(&app, "application/cloudevents-batch+json", json!(batch)).await.is(200);
        assert_eq!((rules(&body["warnings"]).len(), &body["truncated"]), (100, &json!(truncated)));
    }
}

#[tokio::test]
async fn compressed_bodies_are_refused_and_missing_ones_named() {
    let (app, id) = shop().await;
    let compressed = |path: String, content_type: &'static str| {
        let headers = [("content-type", content_type), ("content-encoding", "gzip")];
        let app = &app;
        async move { app.send("POST", &path, &headers, vec![0x1f, 0x8b]).await }
    };
    for (path, content_type) in [
        (PATH.to_owned(), "application/cloudevents+json"),
        (PATH.to_owned(), "application/x-ndjson"),
        ("/v1/lint".to_owned(), "application/json"),
        (format!("/v1/schemas/ids/{id}/validate"), "application/json"),
        ("/v1/subjects/com.example.order.placed.v1/versions/1/validate".to_owned(), "application/json"),
    ] {
        let problem = compressed(path, content_type).await.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert!(problem["detail"].as_str().unwrap().contains("content-encoding"), "{problem}");
    }
    let path = format!("/v1/schemas/ids/{id}/validate");
    let headers = [("content-type", "application/json"), ("content-encoding", "identity")];
    app.send("POST", &path, &headers, b"{\"id\":1}".to_vec()).await.is(200);
    let headers = [("content-type", "application/json")];
    let problem = app.send("POST", "/v1/lint", &headers, Vec::new()).await.problem(StatusCode::BAD_REQUEST);
    assert_eq!(problem["detail"], "the request has no body");
}

#[tokio::test]
async fn an_invalid_event_says_why_its_data_was_not_judged() {
    let (app, _) = shop().await;
    let schema = json!({ "schema": r#"{"minLength":-1}"#, "schemaType": "JSON" });
    let path = "/v1/subjects/com.example.order.placed.v1/settings";
    app.put(path, json!({ "versions": "latest" })).await.is(200);
    app.put("/config/com.example.order.placed.v1", json!({ "compatibility": "NONE" })).await.is(200);
    app.register_body("com.example.order.placed.v1", schema).await;
    let text = event(json!("x")).to_string();
    let verdict = post(&app, "application/cloudevents+json", &text).await.is(200);
    assert_eq!(verdict["outcome"], "indeterminate", "{verdict}");
    let reason = verdict["reason"].clone();
    let text = text.replacen('{', r#"{"time":"x","#, 1);
    let verdict = post(&app, "application/cloudevents+json", &text).await.is(200);
    assert_eq!((&verdict["outcome"], &verdict["reason"]), (&json!("invalid"), &reason));
    assert_eq!(rules(&verdict["violations"]), ["time.rfc3339"]);
}

#[tokio::test]
async fn the_host_of_a_request_takes_no_url_away_and_adds_none() {
    let base = "https://registry.example.com";
    let app = App::with(RegistrySettings::default(), |state| {
        state.locator = SchemaLocator::new([base]).unwrap();
    })
    .await;
    if skip_elsewhere(&app, "needs URLs of its own") {
        return;
    }
    app.register_body("placed", json!({ "schema": PLACED, "schemaType": "JSON" })).await;
    let ours = format!("{base}/subjects/placed/versions/1");
    for (host, dataschema, outcome) in [
        ("a b", &*ours, "invalid"),
        ("[::1", &ours, "invalid"),
        ("there.example.com:99", &ours, "invalid"),
        ("there.example.com:99", "https://there.example.com:99/subjects/placed/versions/1", "unchecked"),
        ("there.example.com:99", "https://elsewhere.example.com/subjects/placed/versions/1", "unchecked"),
        ("there.example.com:99", &format!("{base}/contexts/a:b/subjects/placed/versions/1"), "unchecked"),
    ] {
        let mut event = event(json!({ "id": "x" }));
        event["dataschema"] = json!(dataschema);
        event["type"] = json!("com.example.other.v1");
        let headers = [("host", host), ("content-type", "application/cloudevents+json")];
        let verdict = app.send("POST", PATH, &headers, event.to_string().into_bytes()).await.is(200);
        assert_eq!(verdict["outcome"], outcome, "{host} {dataschema} {verdict}");
    }
}

#[tokio::test]
async fn a_fragment_of_the_dataschema_names_the_message() {
    let app = App::new().await;
    let text = "syntax = \"proto3\"; package p; message A { string a = 1; } message B { int32 b = 1; }";
    let id = app.register_body("files", json!({ "schema": text, "schemaType": "PROTOBUF" })).await["id"]
        .as_i64()
        .unwrap();
    for (fragment, content_type, rule) in [
        ("#p.B", "application/protobuf", None),
        ("", "application/protobuf", Some("schema.protobuf.wire-type")),
        ("#p.C", "application/protobuf", Some("schema.protobuf.message")),
        ("#p.A", "application/protobuf; messageType=p.B", None),
    ] {
        let body = json!({ "specversion": "1.0", "id": "1", "source": "https://example.com/a", "type": "t",
            "dataschema": format!("urn:schema-registry:id:{id}{fragment}"),
            "datacontenttype": content_type, "data_base64": "CAE=" });
        let verdict = post(&app, "application/cloudevents+json", body).await.is(200);
        assert_eq!(verdict["violations"][0]["rule"].as_str(), rule, "{fragment} {content_type} {verdict}");
    }
}

#[tokio::test]
async fn the_catalogue_lists_what_verdicts_can_hold() {
    let app = App::new().await;
    let body = app.get("/v1/rules").await.is(200);
    let ids: Vec<_> =
        body["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    for id in
        ["L11", "source.empty", "schema.avro.truncated", "schema.unknown-id", "schema.conflict", "size.limit"]
    {
        assert!(ids.contains(&id), "{id} is not listed");
    }
}
