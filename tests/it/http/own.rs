//! Our own surface under `/v1/` and `/health/`.

use std::time::Duration;

use axum::http::StatusCode;
use chancery::registry::RegistrySettings;
use serde_json::{Value, json};

use super::app::{App, Reply, record};

const ORDER: &str = r#"{"type":"record","name":"Order","fields":[{"name":"id","type":"long"}]}"#;

async fn validate(app: &App, path: &str, content_type: &str, payload: &[u8]) -> Reply {
    app.send("POST", path, &[("content-type", content_type)], payload.to_vec()).await
}

/// A payload with the Confluent frame in front.
fn framed(id: i64, payload: &[u8]) -> Vec<u8> {
    let id = u32::try_from(id).unwrap();
    [&[0][..], &id.to_be_bytes(), payload].concat()
}

#[tokio::test]
async fn a_payload_is_held_against_a_version_or_an_id() {
    let app = App::new().await;
    let (id, _) = app.register("orders", ORDER).await;
    for path in
        ["/v1/subjects/orders/versions/latest/validate".to_owned(), format!("/v1/schemas/ids/{id}/validate")]
    {
        let good = validate(&app, &path, "avro/binary", &[2]).await;
        let verdict = good.is(200);
        assert_eq!((&verdict["outcome"], &verdict["valid"]), (&json!("valid"), &json!(true)));
        assert_eq!(verdict["violations"], json!([]));
        let matched = json!({ "matchedBy": "parameter", "subject": "orders", "version": 1, "schemaId": id, "schemaType": "AVRO" });
        assert_eq!(verdict["match"], matched);
        assert_eq!(good.header("schema-subject"), "orders");
        assert_eq!(good.header("schema-version"), "1");
        assert_eq!(good.header("schema-id"), id.to_string());
        assert_eq!(good.header("validation-outcome"), "valid");
        let bad = validate(&app, &path, "avro/binary", &[2, 2]).await;
        let verdict = bad.is(200);
        assert_eq!(
            (&verdict["outcome"], &verdict["violations"][0]["rule"]),
            (&json!("invalid"), &json!("schema.avro.trailing-bytes"))
        );
        assert_eq!(bad.header("validation-outcome"), "invalid");
    }
}

#[tokio::test]
async fn the_status_alone_can_tell_the_verdict() {
    let app = App::new().await;
    app.register("orders", ORDER).await;
    let path = "/v1/subjects/orders/versions/1/validate";
    let asked = format!("{path}?status=verdict");
    let good = validate(&app, &asked, "avro/binary", &[2]).await;
    assert_eq!((good.status, good.body.len(), good.header("validation-outcome")), (204, 0, "valid"));
    let bad = validate(&app, &asked, "avro/binary", &[]).await;
    let problem = bad.problem(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["violations"][0]["rule"], "schema.avro.truncated");
    assert_eq!(problem["type"], "urn:chancery:problem:invalid-payload");
    assert_eq!(problem["instance"], path);
    assert_eq!(bad.header("validation-outcome"), "invalid");
    let headers = [("content-type", "avro/binary"), ("prefer", "wait=5, status")];
    assert_eq!(app.send("POST", path, &headers, vec![2]).await.status, 204);
}

#[tokio::test]
async fn frames_are_read_and_must_agree() {
    let app = App::new().await;
    let (id, _) = app.register("orders", ORDER).await;
    let (other, _) = app.register("names", "\"string\"").await;
    let path = "/v1/subjects/orders/versions/1/validate";
    validate(&app, path, "application/octet-stream", &framed(id, &[2])).await.is(200);
    let verdict = validate(&app, path, "application/octet-stream", &framed(other, &[2])).await.is(200);
    assert_eq!(verdict["violations"][0]["rule"], "schema.conflict");
    let asked = format!("{path}?framing=confluent");
    let verdict = validate(&app, &asked, "application/octet-stream", &[2]).await.is(200);
    assert_eq!(verdict["violations"][0]["rule"], "schema.id-required");
    validate(&app, &format!("{path}?framing=maybe"), "avro/binary", &[2])
        .await
        .problem(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_media_type_can_promise_a_frame_or_name_a_message() {
    let app = App::new().await;
    let (id, _) = app.register("orders", ORDER).await;
    let text = "syntax = \"proto3\"; package p; message A { string a = 1; } message B { int32 b = 1; }";
    app.register_body("files", json!({ "schema": text, "schemaType": "PROTOBUF" })).await;
    let unknown = framed(9999, &[2]);
    let known = framed(id, &[2]);
    for (subject, content_type, payload, rule) in [
        ("orders", "application/vnd.confluent.avro", &known[..], None),
        ("orders", "application/vnd.confluent.avro", &[2][..], Some("schema.id-required")),
        ("orders", "application/vnd.confluent.avro", &unknown[..], Some("schema.unknown-id")),
        ("orders", "text/plain; charset=utf-8", &[2][..], Some("schema.format-mismatch")),
        ("orders", "application/xml", &[2][..], Some("schema.format-mismatch")),
        ("orders", "application/x-www-form-urlencoded", &[2][..], None),
        ("files", "application/protobuf; messageType=p.B", &[8, 1][..], None),
        ("files", "application/protobuf; messageType=p.C", &[8, 1][..], Some("schema.protobuf.message")),
        ("files", "application/protobuf", &[8, 1][..], Some("schema.protobuf.wire-type")),
    ] {
        let path = format!("/v1/subjects/{subject}/versions/1/validate");
        let verdict = validate(&app, &path, content_type, payload).await.is(200);
        assert_eq!(verdict["violations"][0]["rule"].as_str(), rule, "{content_type} {payload:?}");
    }
}

#[tokio::test]
async fn what_the_request_names_must_exist() {
    let app = App::new().await;
    app.register("orders", ORDER).await;
    for (path, kind) in [
        ("/v1/subjects/nope/versions/1/validate", "subject-not-found"),
        ("/v1/subjects/orders/versions/2/validate", "version-not-found"),
        ("/v1/schemas/ids/99999/validate", "schema-not-found"),
    ] {
        let problem = validate(&app, path, "avro/binary", &[2]).await.problem(StatusCode::NOT_FOUND);
        assert_eq!(problem["type"], format!("urn:chancery:problem:{kind}"));
        assert_eq!(problem["instance"], path);
    }
    validate(&app, "/v1/schemas/ids/one/validate", "avro/binary", &[]).await.problem(StatusCode::NOT_FOUND);
    validate(&app, "/v1/subjects/orders/versions/none/validate", "avro/binary", &[])
        .await
        .problem(StatusCode::UNPROCESSABLE_ENTITY);
    app.get("/v1/subjects/orders/versions/1/validate").await.problem(StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_change_is_explained() {
    let app = App::new().await;
    app.register("s", record("R", &["a"])).await;
    app.register("s", record("R", &["a", "b="])).await;
    let body = json!({ "schema": record("R", &["a", "c"]) });
    let path = "/v1/subjects/s/compatibility";
    let explained = app.post(path, body.clone()).await.is(200);
    assert_eq!((&explained["compatible"], &explained["level"]), (&json!(false), &json!("BACKWARD")));
    assert_eq!(explained["versions"].as_array().unwrap().len(), 1);
    let explained = app.post(&format!("{path}?version=all"), body.clone()).await.is(200);
    let versions: Vec<_> =
        explained["versions"].as_array().unwrap().iter().map(|one| &one["version"]).collect();
    assert_eq!(versions, [2, 1]);
    app.post("/v1/subjects/nope/compatibility", body.clone()).await.problem(StatusCode::NOT_FOUND);
    app.post(&format!("{path}?version=9"), body).await.problem(StatusCode::NOT_FOUND);
    app.post(path, json!({ "schema": "nonsense" })).await.problem(StatusCode::UNPROCESSABLE_ENTITY);
    app.send("POST", path, &[("content-type", "application/json")], b"{".to_vec())
        .await
        .problem(StatusCode::BAD_REQUEST);
    app.get("/subjects/s/versions").await.gives(json!([1, 2]));
}

#[tokio::test]
async fn settings_are_kept_apart_from_config() {
    let app = App::new().await;
    let path = "/v1/subjects/s/settings";
    app.get(path).await.gives(json!({}));
    let settings = json!({ "policy": "WIRE", "lint": { "L01": "off" }, "unknownFields": "reject" });
    app.put(path, settings.clone()).await.gives(settings.clone());
    app.get(path).await.gives(settings);
    app.get("/config/s").await.refused(40408);
    app.put("/v1/subjects/:.c:/settings", json!({ "unknownFields": "ignore" })).await.is(200);
    app.get("/v1/subjects/:.c:s/settings").await.gives(json!({}));
    app.get("/v1/subjects/:.c:s/settings?effective=true").await.gives(json!({ "unknownFields": "ignore" }));
    assert_eq!(app.delete(path).await.status, 204);
    app.get(path).await.gives(json!({}));
    app.put("/v1/subjects/:.c:t/settings", json!({ "policy": "WIRE" })).await.is(200);
    let both = json!({ "policy": "WIRE", "unknownFields": "ignore" });
    app.get("/v1/subjects/:.c:t/settings?effective=true").await.gives(both);
    app.put("/v1/subjects/__GLOBAL/settings", json!({})).await.problem(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn settings_that_nobody_knows_are_refused_by_name_and_change_nothing() {
    let app = App::new().await;
    let path = "/v1/subjects/s/settings";
    let settings = json!({ "unknownFields": "ignore" });
    app.put(path, settings.clone()).await.is(200);
    for (body, named) in [
        (json!({ "zzz": 1 }), "`zzz`"),
        (json!({ "unknownFields": "ignore", "unknownfields": "ignore" }), "`unknownfields`"),
        (json!({ "policy": "STRICTEST" }), "`policy`"),
        (json!({ "policy": 5 }), "`policy`"),
        (json!({ "unknownFields": "eat" }), "`unknownFields`"),
        (json!({ "lint": { "L99": "off" } }), "`L99`"),
        (json!({ "lint": { "L11": "loud" } }), "`lint.L11`"),
        (json!({ "lint": { "L11": 5 } }), "`lint`"),
        (json!({ "lint": ["L11"] }), "`lint`"),
        (json!({ "versions": "pinned:0" }), "`versions`"),
        (json!({ "onMissingSchema": "explode" }), "`onMissingSchema`"),
        (json!({ "requireData": "yes" }), "`requireData`"),
    ] {
        let problem = app.put(path, body.clone()).await.problem(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(problem["type"], "urn:chancery:problem:invalid-settings", "{body}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(named) && !detail.contains("column"), "{body}: {detail}");
        app.get(path).await.gives(settings.clone());
    }
    // What is decided before an event has a subject is nothing a subject can set.
    let wide = "/v1/subjects/:.c:/settings";
    for (body, named) in [
        (json!({ "profile": "interop" }), "`profile`"),
        (json!({ "rules": { "source.relative": "off" } }), "`rules`"),
        (json!({ "subjectStrategies": ["topic"] }), "`subjectStrategies`"),
        (json!({ "documentedExtensions": true }), "`documentedExtensions`"),
    ] {
        app.put(wide, body.clone()).await.gives(body.clone());
        let problem = app.put(path, body).await.problem(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(problem["detail"].as_str().unwrap().contains(named), "{problem}");
        app.get(path).await.gives(settings.clone());
    }
    for (body, named) in [
        (json!({ "profile": "loose" }), "`profile`"),
        (json!({ "rules": { "source.relative": "loud" } }), "`rules`"),
        (json!({ "subjectStrategies": ["name"] }), "`subjectStrategies`"),
        (
            json!({ "dataschemaAliases": [{ "uri": "a:b", "subject": "s", "more": 1 }] }),
            "`dataschemaAliases`",
        ),
    ] {
        let problem = app.put(wide, body).await.problem(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(problem["detail"].as_str().unwrap().contains(named), "{problem}");
    }
    app.put(wide, json!({ "rules": { "source.relative": "warn" } }))
        .await
        .gives(json!({ "rules": { "source.relative": "warning" } }));
    app.put(wide, json!({ "profile": null, "lint": null })).await.gives(json!({}));
    for text in ["", "[]", "{\"lint\"", "{\"lint\":{}}x"] {
        let headers = [("content-type", "application/json")];
        app.send("PUT", path, &headers, text.as_bytes().to_vec()).await.problem(StatusCode::BAD_REQUEST);
    }
    app.get(path).await.gives(settings);
}

#[tokio::test]
async fn probes_and_the_document_answer() {
    let app = App::new().await;
    app.get("/health/live").await.gives(json!({ "status": "up" }));
    app.get("/health/ready").await.gives(json!({ "status": "ready" }));
    let document = app.get("/openapi.yaml").await;
    assert_eq!((document.status, document.header("content-type")), (200, "application/yaml"));
    assert!(document.text().starts_with("openapi: 3.1.0"));
    // Nobody is refused for an `Accept` header here.
    let reply = app.send("GET", "/health/live", &[("accept", "text/html")], Vec::new()).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"));
}

/// Work that nobody waits for any more still holds its place: clients that repeat it cannot pile it up.
#[tokio::test(flavor = "multi_thread")]
async fn a_payload_that_missed_its_deadline_is_still_at_work_and_others_find_no_place() {
    let settings = RegistrySettings {
        heavy_validations: 1,
        validation_deadline: Duration::from_millis(50),
        ..RegistrySettings::default()
    };
    let app = App::with(settings, |_| ()).await;
    let patterns: serde_json::Map<_, _> =
        (0..100).map(|number| (format!("[a-f]{{3}}x{number}$"), json!(false))).collect();
    let schema = json!({ "patternProperties": patterns }).to_string();
    app.register_body("s", json!({ "schemaType": "JSON", "schema": schema })).await;
    let keys = |count| {
        let members: serde_json::Map<_, _> =
            (0..count).map(|number| (format!("abcdef-{number:060}"), json!(1))).collect();
        Value::Object(members).to_string().into_bytes()
    };
    let path = "/v1/subjects/s/versions/latest/validate";
    let headers = [("content-type", "application/json")];
    let verdict = async |body| {
        let verdict = app.send("POST", path, &headers, body).await.is(200);
        (verdict["outcome"].as_str().unwrap().to_owned(), verdict["reason"].as_str().map(str::to_owned))
    };
    let undecided = |reason: &str| ("indeterminate".to_owned(), Some(reason.to_owned()));
    // Too much for the deadline, by far.
    assert_eq!(verdict(keys(20_000)).await, undecided("the deadline for validation passed"));
    // Just enough for the blocking pool: the only place is taken.
    assert_eq!(verdict(keys(1_000)).await, undecided("too many payloads that take long are at work"));
    // What needs no place is judged meanwhile.
    assert_eq!(verdict(keys(1)).await, ("valid".to_owned(), None));
}

/// A payload that an async thread judges meets no deadline.
#[tokio::test]
async fn small_payloads_leave_the_async_threads_when_their_schema_makes_them_expensive() {
    let settings = RegistrySettings { validation_deadline: Duration::ZERO, ..RegistrySettings::default() };
    let app = App::with(settings, |_| ()).await;
    let fields: Vec<_> =
        (0..200).map(|number| json!({ "name": format!("f{number}"), "type": "int", "default": 0 })).collect();
    let records = json!({ "type": "array", "items": { "type": "record", "name": "R", "fields": fields } });
    let texts = json!({ "items": { "pattern": "^(?:(?:a|a(?=a))*b|a*)$" } });
    let plain = json!({ "items": { "pattern": "^a+$" } });
    let list = serde_json::to_vec(&vec!["aaaaaaaaaaaaa"; 300]).unwrap();
    let defaults = |count| serde_json::to_vec(&vec![json!({}); count]).unwrap();
    for (subject, schema_type, schema, payload, expected) in [
        ("backtracks", "JSON", texts, list.clone(), "indeterminate"),
        ("plain", "JSON", plain, list, "valid"),
        ("defaults", "AVRO", records.clone(), defaults(15_000), "indeterminate"),
        ("few-defaults", "AVRO", records, defaults(100), "valid"),
    ] {
        app.register_body(subject, json!({ "schemaType": schema_type, "schema": schema.to_string() })).await;
        let path = format!("/v1/subjects/{subject}/versions/latest/validate");
        let headers = [("content-type", "application/json")];
        let verdict = app.send("POST", &path, &headers, payload).await.is(200);
        assert_eq!(verdict["outcome"], expected, "{subject}: {verdict}");
    }
}

#[tokio::test]
async fn a_container_holds_ten_thousand_records_and_no_more() {
    let app = App::new().await;
    let schema = json!({ "schemaType": "JSON", "schema": r#"{"type":"integer"}"# });
    let container = |count| {
        let record = json!({ "schema": schema, "data": 1 });
        json!({ "records": vec![record; count] }).to_string().into_bytes()
    };
    let full = app.send("POST", "/v1/validate", &[("content-type", "application/json")], container(10_000));
    assert_eq!(full.await.is(200)["summary"]["valid"], 10_000);
    let over = app.send("POST", "/v1/validate", &[("content-type", "application/json")], container(10_001));
    over.await.problem(StatusCode::PAYLOAD_TOO_LARGE);
}
