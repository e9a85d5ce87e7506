//! `POST /v1/validate`, `POST /v1/lint`, `GET /v1/rules`.

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
async fn records_name_their_schema_in_several_ways() {
    let (app, id) = shop().await;
    app.register("orders-value", r#"{"type":"record","name":"O","fields":[{"name":"id","type":"long"}]}"#)
        .await;
    let records = json!({ "records": [
        { "schema": { "id": id }, "data": { "id": 1 } },
        { "schema": { "subject": "com.example.order.placed.v1" }, "data": { "id": "x" } },
        { "schema": { "subject": "orders-value", "version": 1 }, "dataBase64": "Ag==", "contentType": "avro/binary" },
        { "schema": { "schemaType": "JSON", "schema": "{\"type\":\"null\"}" }, "data": null },
        { "schema": { "id": 9999 }, "data": 1 },
        { "schema": { "subject": "nobody", "version": "latest" }, "data": 1 },
        { "schema": { "schema": "nonsense" }, "data": 1 },
        { "data": { "id": 1 } },
        { "topic": "orders", "data": { "id": 1 } },
    ] });
    let body = post(&app, "application/json", records).await.is(200);
    let outcomes: Vec<_> =
        body["results"].as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap()).collect();
    assert_eq!(
        outcomes,
        ["valid", "invalid", "valid", "valid", "invalid", "invalid", "indeterminate", "unchecked", "valid"]
    );
    assert_eq!(rules(&body["results"][4]["violations"]), ["schema.unknown-id"]);
    assert_eq!(rules(&body["results"][5]["violations"]), ["schema.not-found"]);
    assert_eq!(body["results"][8]["match"]["matchedBy"], "topic");
    assert_eq!(body["summary"]["total"], 9);
    for body in ["{\"records\":[]}", "{\"records\":7}", "{\"records\":null}", "{", "[]", ""] {
        post(&app, "application/json", body).await.problem(StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_record_that_cannot_be_read_takes_no_verdict_from_the_others() {
    let (app, id) = shop().await;
    let good = json!({ "schema": { "id": id }, "data": { "id": 1 } });
    let bad = [
        json!({}),
        json!({ "schema": { "id": id }, "dataBase64": "!" }),
        json!({ "schema": { "id": id }, "data": 1, "dataBase64": "MQ==" }),
        json!({ "schema": "x", "data": 1 }),
        json!({ "framing": "x", "data": 1 }),
        json!(7),
        json!(null),
    ];
    let records: Vec<_> = bad.iter().cloned().chain([good]).collect();
    let body = post(&app, "application/json", json!({ "records": records })).await.is(200);
    for (index, record) in bad.iter().enumerate() {
        let verdict = &body["results"][index];
        assert_eq!(
            (&verdict["outcome"], &verdict["index"]),
            (&json!("indeterminate"), &json!(index)),
            "{record}"
        );
        assert!(verdict["reason"].as_str().unwrap().len() > 5, "{record}");
    }
    assert_eq!(body["results"][bad.len()]["outcome"], "valid");
}

#[tokio::test]
async fn the_frame_of_a_record_names_its_schema() {
    let app = App::new().await;
    let order = r#"{"type":"record","name":"O","fields":[{"name":"id","type":"long"}]}"#;
    let (id, _) = app.register("orders-value", order).await;
    app.register("names-value", "\"string\"").await;
    let framed = |id: i64| {
        let id = u32::try_from(id).unwrap().to_be_bytes();
        STANDARD.encode([&[0][..], &id, &[2]].concat())
    };
    for (mut record, outcome, rule) in [
        (json!({}), "valid", None),
        (json!({ "topic": "orders", "contentType": "avro/binary" }), "valid", None),
        (json!({ "framing": "confluent" }), "valid", None),
        (json!({ "topic": "names" }), "invalid", Some("schema.conflict")),
        (json!({ "framing": "none" }), "unchecked", None),
        (json!({ "dataBase64": framed(9999) }), "unchecked", None),
        (json!({ "dataBase64": framed(9999), "framing": "confluent" }), "invalid", Some("schema.unknown-id")),
        (json!({ "dataBase64": "Ag==", "framing": "confluent" }), "invalid", Some("schema.id-required")),
        (json!({ "data": 1, "framing": "confluent" }), "invalid", Some("schema.id-required")),
    ] {
        if record.get("dataBase64").is_none() && record.get("data").is_none() {
            record["dataBase64"] = json!(framed(id));
        }
        let body = post(&app, "application/json", json!({ "records": [record] })).await.is(200);
        let verdict = &body["results"][0];
        assert_eq!(verdict["outcome"], outcome, "{record} {verdict}");
        assert_eq!(verdict["violations"][0]["rule"].as_str(), rule, "{record}");
    }
}

#[tokio::test]
async fn the_schema_and_the_topic_of_a_record_agree() {
    let app = App::new().await;
    let (id, _) = app.register("orders-value", "\"string\"").await;
    app.register("copies", "\"string\"").await;
    let (other, _) = app.register("names-value", "\"int\"").await;
    for (schema, topic, expected) in [
        (json!({ "id": id }), "orders", "valid"),
        (json!({ "id": id }), "unknown", "valid"),
        (json!({ "id": id }), "names", "schema.conflict"),
        (json!({ "id": other }), "orders", "schema.conflict"),
        (json!({ "id": id, "subject": "copies" }), "orders", "valid"),
        (json!({ "subject": "orders-value" }), "orders", "valid"),
        (json!({ "subject": "orders-value", "version": 1 }), "names", "schema.conflict"),
        (json!({ "subject": "orders-value", "version": 9 }), "orders", "schema.not-found"),
        (json!({ "id": 9999 }), "orders", "schema.unknown-id"),
        (json!({ "schema": "\"string\"" }), "names", "valid"),
    ] {
        let record = json!({ "schema": schema, "topic": topic, "data": "x" });
        let body = post(&app, "application/json", json!({ "records": [record] })).await.is(200);
        let verdict = &body["results"][0];
        let came = verdict["violations"][0]["rule"].as_str().or(verdict["outcome"].as_str());
        assert_eq!(came, Some(expected), "{record} {verdict}");
    }
    let record = json!({ "schema": { "id": id }, "topic": "names", "data": "x" });
    let (path, json) = ("/v1/validate?rules=schema.conflict:warning", [("content-type", "application/json")]);
    let records = json!({ "records": [record] }).to_string().into_bytes();
    let body = app.send("POST", path, &json, records).await.is(200);
    assert_eq!(body["results"][0]["outcome"], "valid");
    assert_eq!(body["results"][0]["warnings"][0]["rule"], "schema.conflict");
}

#[tokio::test]
async fn the_id_and_the_subject_of_a_record_name_one_schema() {
    let app = App::new().await;
    let (id, _) =
        app.register("orders", r#"{"type":"record","name":"O","fields":[{"name":"a","type":"int"}]}"#).await;
    app.register("names", "\"string\"").await;
    let other = json!({ "schema": "\"long\"" });
    let other = app.register_body(":.ctx:orders", other).await["id"].clone();
    for (schema, outcome, rule) in [
        (json!({ "id": id, "subject": "orders" }), "valid", None),
        (json!({ "id": id, "subject": "orders", "version": 1 }), "valid", None),
        (json!({ "id": id, "subject": ":.:" }), "valid", None),
        (json!({ "id": id, "subject": "" }), "valid", None),
        (json!({ "id": id, "subject": "names" }), "invalid", Some("schema.conflict")),
        (json!({ "id": id, "subject": "names", "version": 1 }), "invalid", Some("schema.conflict")),
        (json!({ "id": id, "subject": "nobody" }), "invalid", Some("schema.conflict")),
        (json!({ "id": id, "subject": "nobody", "version": 1 }), "invalid", Some("schema.not-found")),
        (json!({ "id": id, "subject": "orders", "version": 2 }), "invalid", Some("schema.not-found")),
        (json!({ "id": id, "subject": "orders", "version": "x" }), "invalid", Some("schema.not-found")),
        (json!({ "id": 999, "subject": "orders" }), "invalid", Some("schema.unknown-id")),
        (json!({ "id": other, "subject": ":.ctx:names" }), "invalid", Some("schema.conflict")),
    ] {
        let verdict = verdict_on(&app, &json!({ "schema": schema, "data": { "a": 1 } })).await;
        assert_eq!(verdict["outcome"], outcome, "{schema} {verdict}");
        assert_eq!(verdict["violations"][0]["rule"].as_str(), rule, "{schema}");
    }
    let records = json!({ "records": [{ "schema": { "id": id, "subject": "names" }, "data": { "a": 1 } }] });
    for (level, warnings) in [("warning", 1), ("off", 0)] {
        let path = format!("/v1/validate?rules=schema.conflict:{level}");
        let json = [("content-type", "application/json")];
        let answer = app.send("POST", &path, &json, records.to_string().into_bytes()).await.is(200);
        let verdict = &answer["results"][0];
        assert_eq!((&verdict["outcome"], &verdict["match"]["subject"]), (&json!("valid"), &json!("orders")));
        assert_eq!(verdict["warnings"].as_array().unwrap().len(), warnings, "{verdict}");
    }
}

#[tokio::test]
async fn the_answer_to_a_container_is_no_hundred_times_its_size() {
    let app = App::new().await;
    let maps = r#"{"type":"map","values":{"type":"map","values":"string"}}"#;
    let (id, _) = app.register("maps", maps).await;
    let wrong: serde_json::Map<_, _> = (0..100).map(|index| (format!("x{index}"), json!(1))).collect();
    let record = json!({ "schema": { "id": id }, "data": { "k".repeat(1_200): wrong } });
    let body = json!({ "records": vec![record; 300] });
    let answer = post(&app, "application/json", body).await.is(200);
    assert!(answer.to_string().len() < 24 << 20, "{}", answer.to_string().len());
    let results = answer["results"].as_array().unwrap();
    for (index, least) in [(0, 50), (299, 1)] {
        let found = results[index]["violations"].as_array().unwrap().len();
        assert!(found >= least && results[index]["truncated"] == (found < 100), "{index}: {found}");
    }
    assert_eq!(answer["summary"]["invalid"], 300);
}

/// The verdict on one record.
async fn verdict_on(app: &App, record: &Value) -> Value {
    let body = post(app, "application/json", json!({ "records": [record] })).await.is(200);
    body["results"][0].clone()
}

#[tokio::test]
async fn a_header_of_a_record_names_its_schema_as_a_frame_does() {
    let app = App::new().await;
    let order = r#"{"type":"record","name":"O","fields":[{"name":"id","type":"long"}]}"#;
    let (id, _) = app.register("orders-value", order).await;
    let (key, _) = app.register("orders-key", "\"string\"").await;
    let guid =
        app.get(&format!("/schemas/ids/{id}")).await.is(200)["guid"].as_str().unwrap().replace('-', "");
    let guid: Vec<u8> = (0..16).map(|byte| u8::from_str_radix(&guid[2 * byte..][..2], 16).unwrap()).collect();
    let file = "syntax = \"proto3\"; message A { string a = 1; } message B { int32 b = 1; }";
    let file = app.register_body("files", json!({ "schema": file, "schemaType": "PROTOBUF" })).await;
    let of = |id: &Value, indexes: &[u8]| {
        let id = u32::try_from(id.as_i64().unwrap()).unwrap().to_be_bytes();
        STANDARD.encode([&[0][..], &id, indexes].concat())
    };
    let (of_value, of_key) = (of(&json!(id), &[]), of(&json!(key), &[]));
    let by_guid = STANDARD.encode([&[1][..], &guid].concat());
    for (name, header, record, outcome, rule) in [
        ("__value_schema_id", &of_value, json!({ "dataBase64": "Ag==" }), "valid", None),
        ("__value_schema_id", &by_guid, json!({ "dataBase64": "Ag==", "topic": "orders" }), "valid", None),
        ("__value_schema_id", &by_guid, json!({ "dataBase64": "Ag==", "framing": "none" }), "valid", None),
        (
            "__value_schema_id",
            &by_guid,
            json!({ "dataBase64": "Ag==", "framing": "confluent" }),
            "valid",
            None,
        ),
        (
            "__value_schema_id",
            &of_value,
            json!({ "dataBase64": "AgI=" }),
            "invalid",
            Some("schema.avro.trailing-bytes"),
        ),
        ("__value_schema_id", &of_value, json!({ "dataBase64": "Ag==", "topic": "files" }), "valid", None),
        ("__key_schema_id", &of_key, json!({ "dataBase64": "AmE=", "isKey": true }), "valid", None),
        (
            "__key_schema_id",
            &of_key,
            json!({ "dataBase64": "AmE=", "isKey": true, "topic": "orders" }),
            "valid",
            None,
        ),
        (
            "__value_schema_id",
            &of_key,
            json!({ "dataBase64": "AmE=", "topic": "orders" }),
            "invalid",
            Some("schema.conflict"),
        ),
        ("__key_schema_id", &of_key, json!({ "dataBase64": "AmE=" }), "unchecked", None),
        (
            "__value_schema_id",
            &of(&json!(999), &[]),
            json!({ "dataBase64": "Ag==" }),
            "invalid",
            Some("schema.unknown-id"),
        ),
        (
            "__value_schema_id",
            &"AAA=".to_owned(),
            json!({ "dataBase64": "Ag==" }),
            "invalid",
            Some("schema.unknown-id"),
        ),
        ("__value_schema_id", &of(&file["id"], &[2, 2]), json!({ "dataBase64": "CAE=" }), "valid", None),
        (
            "__value_schema_id",
            &of(&file["id"], &[0]),
            json!({ "dataBase64": "CAE=" }),
            "invalid",
            Some("schema.protobuf.wire-type"),
        ),
        (
            "__value_schema_id",
            &of(&file["id"], &[]),
            json!({ "dataBase64": "CAE=" }),
            "invalid",
            Some("schema.protobuf.truncated"),
        ),
        // The request names a schema: the header has to agree.
        (
            "__value_schema_id",
            &of_value,
            json!({ "dataBase64": "Ag==", "schema": { "id": id } }),
            "valid",
            None,
        ),
        (
            "__value_schema_id",
            &of_value,
            json!({ "dataBase64": "Ag==", "schema": { "subject": "orders-value" } }),
            "valid",
            None,
        ),
        (
            "__value_schema_id",
            &of_key,
            json!({ "dataBase64": "Ag==", "schema": { "id": id } }),
            "invalid",
            Some("schema.conflict"),
        ),
        (
            "__value_schema_id",
            &of(&json!(999), &[]),
            json!({ "dataBase64": "Ag==", "schema": { "id": id } }),
            "invalid",
            Some("schema.unknown-id"),
        ),
        ("__value_schema_id", &"!".to_owned(), json!({ "dataBase64": "Ag==" }), "indeterminate", None),
    ] {
        let mut record = record;
        record["headers"] = json!({ name: header, "other": "!" });
        let verdict = verdict_on(&app, &record).await;
        assert_eq!(verdict["outcome"], outcome, "{record} {verdict}");
        assert_eq!(verdict["violations"][0]["rule"].as_str(), rule, "{record} {verdict}");
    }
}

#[tokio::test]
async fn an_inline_schema_takes_framed_payloads_whatever_their_id() {
    let app = App::new().await;
    let (id, _) = app.register("names", "\"string\"").await;
    let id = u32::try_from(id).unwrap().to_be_bytes();
    let framed = STANDARD.encode([&[0][..], &id[..], &[2][..]].concat());
    let record = json!({ "schema": { "schema": "\"long\"" }, "dataBase64": framed });
    assert_eq!(verdict_on(&app, &record).await["outcome"], "valid");
}

#[tokio::test]
async fn the_subject_beside_an_id_names_its_context() {
    let app = App::new().await;
    app.register("names", "\"string\"").await;
    let (id, _) = app.register(":.ctx:orders", "\"long\"").await;
    let record = |subject: &str| json!({ "schema": { "id": id, "subject": subject }, "dataBase64": "Ag==", "contentType": "avro/binary" });
    let verdict = verdict_on(&app, &record(":.ctx:orders")).await;
    assert_eq!(
        (&verdict["outcome"], &verdict["match"]["subject"]),
        (&json!("valid"), &json!(":.ctx:orders"))
    );
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
async fn a_stream_has_a_verdict_a_line_and_a_summary() {
    let (app, id) = shop().await;
    let input = format!(
        "{}\n\n{}\r\n{{broken\n{}\n{}",
        event(json!({ "id": 1 })),
        json!({ "schema": { "id": id }, "data": { "id": "x" } }),
        json!({ "schema": { "id": id } }),
        json!({ "id": "2", "source": "/s", "type": "t" }),
    );
    let reply = post(&app, "application/x-ndjson", input).await;
    assert_eq!(reply.header("content-type"), "application/x-ndjson");
    let lines = lines(&reply);
    let outcomes: Vec<_> = lines.iter().filter_map(|line| line["outcome"].as_str()).collect();
    assert_eq!(outcomes, ["valid", "invalid", "invalid", "indeterminate", "invalid"]);
    assert_eq!(rules(&lines[2]["violations"]), ["json.syntax"]);
    assert_eq!(rules(&lines[4]["violations"]), ["specversion.required"]);
    let indexes: Vec<_> = lines.iter().filter_map(|line| line["index"].as_i64()).collect();
    assert_eq!(indexes, [0, 1, 2, 3, 4]);
    assert_eq!(lines[5]["summary"]["total"], 5);
    let lines_of_empty = self::lines(&post(&app, "application/x-ndjson", "").await);
    assert_eq!(lines_of_empty[0]["summary"]["total"], 0);
}

#[tokio::test]
async fn a_line_over_the_limit_is_a_verdict_and_the_stream_goes_on() {
    let (app, _) = shop().await;
    let input = format!("{}\n{}\n", "x".repeat(3 << 20), event(json!({ "id": 1 })));
    let lines = lines(&post(&app, "application/x-ndjson", input).await);
    assert_eq!(rules(&lines[0]["violations"]), ["size.limit"]);
    assert_eq!(lines[1]["outcome"], "valid");
    assert_eq!(lines[2]["summary"]["total"], 2);
}

/// What a stream answers to chunks as they are.
async fn stream_of(app: &App, chunks: Vec<String>) -> Vec<Value> {
    let chunks = chunks.into_iter().map(|chunk| Ok::<_, std::io::Error>(Bytes::from(chunk)));
    let body = Body::from_stream(futures::stream::iter(chunks));
    let request = Request::post(PATH).header("content-type", "application/x-ndjson").body(body).unwrap();
    let answer = app.router().oneshot(request).await.unwrap().into_body().collect().await.unwrap();
    let text = String::from_utf8(answer.to_bytes().to_vec()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn the_length_of_a_whole_line_counts_however_it_arrives() {
    let (app, id) = shop().await;
    if skip_elsewhere(&app, "needs the registry in process") {
        return;
    }
    let line = |length: usize| {
        let text = json!({ "schema": { "id": id }, "data": { "id": 1, "note": "" } }).to_string();
        text.replace("\"\"", &format!("\"{}\"", "y".repeat(length - text.len())))
    };
    let of_event = |length: usize| {
        let text = event(json!({ "id": 1, "note": "" })).to_string();
        text.replace("\"\"", &format!("\"{}\"", "y".repeat(length - text.len())))
    };
    let limit = 1 << 20;
    for whole in [line(limit), of_event(limit)] {
        let lines = stream_of(&app, vec![format!("{whole}\n")]).await;
        assert_eq!((whole.len(), &lines[0]["outcome"]), (limit, &json!("valid")), "{}", lines[0]);
    }
    for whole in [line(limit + 1), of_event(limit + 1)] {
        let mut found = Vec::new();
        for end in ["\n", ""] {
            let whole = format!("{whole}{end}");
            for cut in [whole.len(), limit - 100, limit + 1] {
                let (start, rest) = whole.split_at(cut);
                found.push(stream_of(&app, vec![start.to_owned(), rest.to_owned()]).await);
            }
        }
        assert_eq!(rules(&found[0][0]["violations"]), ["size.limit"], "{}", found[0][0]);
        let message = "the line is longer than the limit of 1048576 bytes";
        assert_eq!(found[0][0]["violations"][0]["message"], message);
        assert!(found.iter().all(|lines| *lines == found[0]));
    }
}

/// RFC 9110 10.1.1: a final status without a 100 says that the body is not wanted.
#[tokio::test]
async fn a_client_that_waits_for_a_100_before_it_sends_its_stream_gets_it() {
    let (app, _) = shop().await;
    if skip_elsewhere(&app, "needs the registry in process") {
        return;
    }
    let mut stream = TcpStream::connect(serve(&app).await).await.unwrap();
    let line = format!("{}\n", event(json!({ "id": 1 })));
    let head = format!(
        "POST /v1/validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\n\
         expect: 100-continue\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        line.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut buffer = [0; 4096];
    let length = stream.read(&mut buffer).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&buffer[..length]), "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(line.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("\"valid\":1"), "{answer}");
}

#[tokio::test]
async fn a_stream_that_breaks_off_has_no_summary() {
    let (app, _) = shop().await;
    if !app.is_here() {
        return;
    }
    let line = format!("{}\n{{\"half", event(json!({ "id": 1 })));
    let broken = std::io::Error::other("the sender went away");
    let body = Body::from_stream(futures::stream::iter([Ok(Bytes::from(line)), Err(broken)]));
    let request = Request::post(PATH).header("content-type", "application/x-ndjson").body(body).unwrap();
    let mut answer = app.router().oneshot(request).await.unwrap().into_body();
    let first = answer.frame().await.unwrap().unwrap().into_data().unwrap();
    let verdict: Value = serde_json::from_slice(&first).unwrap();
    assert_eq!(verdict["outcome"], "valid");
    assert!(answer.frame().await.unwrap().is_err(), "the client has to see that lines were lost");
}

#[tokio::test]
async fn verdicts_of_a_stream_arrive_before_its_end() {
    let (app, _) = shop().await;
    if skip_elsewhere(&app, "needs the registry in process") {
        return;
    }
    let mut stream = TcpStream::connect(serve(&app).await).await.unwrap();
    let head = "POST /v1/validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\n\
                accept-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let line = format!("{}\n", event(json!({ "id": 1 })));
    let mut seen = String::new();
    for round in 1..=2 {
        stream.write_all(format!("{:x}\r\n{line}\r\n", line.len()).as_bytes()).await.unwrap();
        let mut buffer = [0; 4096];
        while seen.matches("\"outcome\":\"valid\"").count() < round {
            let length = stream.read(&mut buffer).await.unwrap();
            assert!(length > 0, "closed after {seen}");
            seen.push_str(&String::from_utf8_lossy(&buffer[..length]));
        }
    }
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    let mut buffer = [0; 4096];
    while !seen.contains("\"summary\"") {
        let length = stream.read(&mut buffer).await.unwrap();
        assert!(length > 0, "closed after {seen}");
        seen.push_str(&String::from_utf8_lossy(&buffer[..length]));
    }
}

#[tokio::test]
async fn schemas_and_events_get_advice() {
    let app = App::new().await;
    let schema =
        json!({ "type": "record", "name": "Order", "fields": [{ "name": "totalAmount", "type": "double" }] });
    let body = json!({ "schema": schema.to_string() });
    let found = app.post("/v1/lint", body.clone()).await.is(200);
    let ids: Vec<_> =
        found["lint"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"L11"), "{ids:?}");
    app.post("/v1/lint?fail=warn", body.clone()).await.is(422);
    app.post("/v1/lint?fail=loudly", body).await.problem(StatusCode::BAD_REQUEST);
    app.post("/v1/lint", json!({ "schema": "nonsense" })).await.problem(StatusCode::UNPROCESSABLE_ENTITY);
    app.get("/subjects").await.gives(json!([]));
}

fn lint_ids(found: &Value) -> Vec<&str> {
    found.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_event_gets_advice_however_it_travels() {
    let app = App::new().await;
    let mut event = event(json!({}));
    event["type"] = json!("com.example.getOrder");
    event["time"] = json!("1999-12-31T23:59:59Z");
    let text = event.to_string().into_bytes();
    for content_type in ["application/json", "application/cloudevents+json; charset=utf-8"] {
        let headers = [("content-type", content_type)];
        let found = app.send("POST", "/v1/lint", &headers, text.clone()).await.is(200);
        let ids = lint_ids(&found["lint"]);
        assert!(ids.contains(&"L03") && ids.contains(&"L09"), "{content_type} {ids:?}");
    }
    let headers =
        [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/a"), ("ce-type", "com.example.getOrder")];
    let found = app.send("POST", "/v1/lint", &headers, Vec::new()).await.is(200);
    assert!(lint_ids(&found["lint"]).contains(&"L03"));
    let asked = format!("{PATH}?lint=true");
    let headers = [("content-type", "application/cloudevents+json")];
    let verdict = app.send("POST", &asked, &headers, text.clone()).await.is(200);
    assert!(lint_ids(&verdict["lint"]).contains(&"L03"));
    let verdict = app.send("POST", PATH, &headers, text).await.is(200);
    assert_eq!(verdict.get("lint"), None);
    let headers = [("content-type", "application/cloudevents+json")];
    let problem =
        app.send("POST", "/v1/lint", &headers, b"{".to_vec()).await.problem(StatusCode::BAD_REQUEST);
    assert_eq!(rules(&problem["violations"]), ["json.syntax"]);
    let headers = [("content-type", "text/plain")];
    let reply = app.send("POST", "/v1/lint", &headers, b"{}".to_vec()).await;
    reply.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn lint_levels_follow_the_settings_of_the_subject() {
    let app = App::new().await;
    let schema =
        r#"{"type":"record","name":"OrderPlaced","fields":[{"name":"totalAmount","type":"double"}]}"#;
    app.put("/v1/subjects/:.__GLOBAL:/settings", json!({ "lint": { "L11": "error", "L23": "off" } }))
        .await
        .is(200);
    app.put("/v1/subjects/ledger/settings", json!({ "lint": { "L11": "off" } })).await.is(200);
    let level = |found: Value| {
        let all = found["lint"].as_array().unwrap().clone();
        all.iter().find(|one| one["id"] == "L11").map(|one| one["level"].as_str().unwrap().to_owned())
    };
    let body = json!({ "schema": schema });
    let found = app.post("/v1/lint", body.clone()).await.is(200);
    assert!(!lint_ids(&found["lint"]).contains(&"L23"));
    assert_eq!(level(found).as_deref(), Some("error"));
    let found = app.post("/v1/lint?subject=ledger", body.clone()).await.is(200);
    assert!(!lint_ids(&found["lint"]).contains(&"L23"), "levels of wider scopes hold as well");
    assert_eq!(level(found), None);
    let silenced =
        json!({ "schema": schema, "metadata": { "properties": { "lint.ignore": "L11 why not; L12" } } });
    assert_eq!(level(app.post("/v1/lint", silenced).await.is(200)), None);
    for no_text in [json!(5), json!(true), json!({}), json!([])] {
        app.post("/v1/lint", json!({ "schema": no_text })).await.problem(StatusCode::BAD_REQUEST);
    }
    app.post("/v1/lint", json!({ "schema": "5" })).await.problem(StatusCode::UNPROCESSABLE_ENTITY);
    app.put("/config", json!({ "compatibility": "NONE" })).await.is(200);
    let of_context = || app.get("/v1/subjects/:.:/lint");
    assert_eq!(of_context().await.is(200)["lint"][0]["level"], "error");
    app.put("/v1/subjects/:.:/settings", json!({ "lint": { "L19": "off" } })).await.is(200);
    assert_eq!(of_context().await.is(200)["lint"], json!([]));
    for lint in [json!({ "L11": "loud" }), json!({ "L999": "warn" })] {
        let reply = app.put("/v1/subjects/s/settings", json!({ "lint": lint })).await;
        let problem = reply.problem(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(problem["type"], "urn:chancery:problem:invalid-settings");
    }
}

#[tokio::test]
async fn what_the_metadata_of_a_schema_silence_is_silent_on_its_events() {
    let app = App::new().await;
    let schema = json!({ "title": "OrderPlaced.v1", "type": "object",
        "properties": { "amount": { "type": "number" } } });
    let metadata = json!({ "properties": { "lint.ignore": "L11 the ledger; L08 no trace here; L10" } });
    let body = json!({ "schemaType": "JSON", "schema": schema.to_string(), "metadata": metadata });
    app.register_body("com.example.silent.placed.v1", body.clone()).await;
    let id = app.register_body("silent-value", body).await["id"].clone();
    let about = |kind: &str| {
        let event = json!({ "specversion": "1.0", "id": "8f1c2d6a-1b1e", "source": "https://example.com/o",
            "type": kind, "data": { "amount": 1.5 } });
        event.to_string().into_bytes()
    };
    let headers = [("content-type", "application/cloudevents+json")];
    let (known, other) = ("com.example.silent.placed.v1", "com.example.other.placed.v1");
    for (path, kind, silent) in [
        ("/v1/lint".to_owned(), known, true),
        (format!("{PATH}?lint=true"), known, true),
        (format!("{PATH}?lint=true&schemaId={id}"), other, true),
        (format!("{PATH}?lint=true&subject=silent-value"), other, true),
        ("/v1/lint".to_owned(), other, false),
        (format!("{PATH}?lint=true"), other, false),
    ] {
        let found = app.send("POST", &path, &headers, about(kind)).await.is(200);
        let ids = lint_ids(&found["lint"]);
        let known = ["L08", "L10", "L11"].map(|id| ids.contains(&id));
        assert_eq!(known, [!silent; 3], "{path} {kind} {ids:?}");
        assert!(ids.contains(&"L09"), "{path} {kind}");
    }
}

#[tokio::test]
async fn a_registration_answers_advice_in_a_header_when_asked() {
    let app = App::new().await;
    let schema =
        r#"{"type":"record","name":"OrderPlaced","fields":[{"name":"totalAmount","type":"double"}]}"#;
    let body = json!({ "schema": schema });
    let plain = app.post("/subjects/s/versions", body.clone()).await;
    let asked = app.post("/subjects/s/versions?lint=true", body).await;
    assert_eq!(asked.is(200), plain.is(200), "the body is that of the reference");
    assert_eq!(plain.header("schema-lint"), "");
    assert!(
        asked.header("schema-lint").contains("L11;level=warn;at=\"/fields/0\""),
        "{}",
        asked.header("schema-lint")
    );
    let odd = json!({ "type": "object", "properties": { "größe\"Total": { "type": "number" } } }).to_string();
    let body = json!({ "schema": odd, "schemaType": "JSON" });
    let asked = app.post("/subjects/odd/versions?lint=true", body).await;
    let header = asked.header("schema-lint");
    assert!(header.contains("at=\"/properties/gr%C3%B6%C3%9Fe%22Total\""), "{header}");
}

#[tokio::test]
async fn owners_and_event_times_are_looked_at_as_settings_say() {
    let app = App::new().await;
    let schema =
        r#"{"description":"d","type":"object","properties":{"x":{"type":"string","description":"x"}}}"#;
    let asks = async |metadata: Value| {
        let body = json!({ "schemaType": "JSON", "schema": schema, "metadata": metadata });
        let found = app.post("/v1/lint", body).await.is(200);
        lint_ids(&found["lint"]).contains(&"L23")
    };
    assert!(!asks(Value::Null).await, "nothing is known of metadata");
    assert!(asks(json!({ "properties": { "x": "1" } })).await);
    assert!(!asks(json!({ "properties": { "owner": "orders team" } })).await);
    app.register_body("s", json!({ "schemaType": "JSON", "schema": schema })).await;
    let found = app.get("/v1/subjects/s/lint").await.is(200);
    assert!(lint_ids(&found["lint"]).contains(&"L23"));

    let old = json!({ "specversion": "1.0", "id": "1", "source": "https://example.com", "type": "s",
        "time": "2020-01-01T00:00:00Z" });
    let is_old = async || {
        let headers = [("content-type", "application/cloudevents+json")];
        let found = app.send("POST", "/v1/lint", &headers, old.to_string().into_bytes()).await.is(200);
        lint_ids(&found["lint"]).contains(&"L09")
    };
    assert!(is_old().await);
    let window = json!({ "eventTimeWindow": { "past": 4_000_000_000_u32 } });
    app.put("/v1/subjects/s/settings", window).await.is(200);
    assert!(!is_old().await);
    let unknown = json!({ "eventTimeWindow": { "ahead": 1 } });
    app.put("/v1/subjects/s/settings", unknown).await.problem(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_subject_gets_advice_on_what_it_is_set_to() {
    let app = App::new().await;
    let address = |street: &str| {
        let fields = json!([{ "name": street, "type": "string" }]);
        json!({ "type": "record", "name": "Address", "namespace": "com.acme", "fields": fields }).to_string()
    };
    app.register("users-value", address("street")).await;
    let metadata = json!({ "properties": { "deprecated": "true" } });
    app.register_body("orders-value", json!({ "schema": address("road"), "metadata": metadata })).await;
    app.put("/config/orders-value", json!({ "compatibility": "NONE" })).await.is(200);
    let found = app.get("/v1/subjects/orders-value/lint").await.is(200);
    let ids = lint_ids(&found["lint"]);
    assert!(["L19", "L20", "L28"].iter().all(|id| ids.contains(id)), "{ids:?}");
    let same = app.post("/v1/lint", json!({ "subject": "orders-value" })).await.is(200);
    assert_eq!(same, found);
    app.get("/v1/subjects/orders-value/lint?fail=warn").await.is(422);
    let found = app.get("/v1/subjects/:.c:/lint").await.is(200);
    assert_eq!(found["lint"], json!([]));
    app.get("/v1/subjects/nobody/lint").await.problem(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn records_inside_others_have_one_shape_as_well() {
    let app = App::new().await;
    let big = |name: &str, zip: &str, doc: &str| {
        let address = json!({ "type": "record", "name": "com.a.Address", "doc": doc,
            "fields": [{ "name": "zip", "type": zip }] });
        json!({ "type": "record", "name": name, "fields": [{ "name": "to", "type": address }] }).to_string()
    };
    app.register("orders", big("com.a.Order", "int", "where to")).await;
    app.register("users", big("com.a.User", "int", "where from")).await;
    let told = async |subject: &str| {
        let found = app.get(&format!("/v1/subjects/{subject}/lint")).await.is(200);
        let all = found["lint"].as_array().unwrap().clone();
        let one = all.into_iter().find(|one| one["id"] == "L28");
        one.map(|one| one["message"].as_str().unwrap().to_owned())
    };
    assert_eq!(told("orders").await, None, "documentation is no shape");
    // The first page of the others does not have it.
    for number in 0..60 {
        app.register(
            &format!("other-{number:02}"),
            format!(r#"{{"type":"enum","name":"E{number}","symbols":["A"]}}"#),
        )
        .await;
    }
    app.register("zones", big("com.a.Zone", "string", "")).await;
    let message = "`com.a.Address` has another shape under `zones`";
    assert_eq!(told("orders").await.as_deref(), Some(message));
}

#[tokio::test]
async fn new_required_fields_are_errors_where_a_version_is_known() {
    let app = App::new().await;
    app.put("/config", json!({ "compatibility": "NONE" })).await.is(200);
    let order = |names: &[&str]| {
        let fields: Vec<_> = names.iter().map(|name| json!({ "name": name, "type": "int" })).collect();
        json!({ "schema": json!({ "type": "record", "name": "OrderPlaced", "fields": fields }).to_string() })
    };
    let header = async |names: &[&str]| {
        let reply = app.post("/subjects/s/versions?lint=true", order(names)).await;
        reply.header("schema-lint").split(", ").find(|one| one.starts_with("L13")).map(str::to_owned)
    };
    assert_eq!(header(&["a"]).await.as_deref(), Some("L13;level=warn;at=\"\""), "the first version");
    assert_eq!(header(&["a", "b"]).await.as_deref(), Some("L13;level=error;at=\"\""));
    assert_eq!(header(&["a", "b"]).await.as_deref(), Some("L13;level=error;at=\"\""), "sent again");
    assert_eq!(header(&["b"]).await, None);
    let told = async |path: &str, names: &[&str]| {
        let found = app.post(path, order(names)).await.is(200);
        let all = found["lint"].as_array().unwrap().clone();
        all.into_iter()
            .find(|one| one["id"] == "L13")
            .map(|one| (one["level"].clone(), one["message"].clone()))
    };
    let of = |level: &str, message: &str| Some((json!(level), json!(message)));
    assert_eq!(told("/v1/lint", &["a", "b"]).await, of("warn", "required without a default: `a`, `b`"));
    let asked = "/v1/lint?subject=s";
    assert_eq!(told(asked, &["b", "c"]).await, of("error", "new and required without a default: `c`"));
    assert_eq!(told(asked, &["b"]).await, None);
    assert_eq!(told("/v1/lint?subject=nobody", &["b"]).await, of("warn", "required without a default: `b`"));
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
