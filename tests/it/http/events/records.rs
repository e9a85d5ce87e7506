//! Records: payloads with what their sender knows about them.

use super::*;

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
