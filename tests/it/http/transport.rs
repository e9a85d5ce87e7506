//! R1xx: paths, methods, media types, bodies, request ids.

use serde_json::{Value, json};

use super::app::{App, JSON};

const V1: &str = "application/vnd.schemaregistry.v1+json";

#[tokio::test]
async fn r101_r102_bodies_are_json_under_four_types_or_none() {
    let app = App::new().await;
    let body = json!({ "schema": "\"long\"" }).to_string();
    for content_type in [
        "application/vnd.schemaregistry.v1+json",
        "application/vnd.schemaregistry+json",
        "application/json; charset=utf-8",
        "application/octet-stream",
    ] {
        let headers = [("content-type", content_type)];
        app.send("POST", "/subjects/s/versions", &headers, body.clone().into()).await.is(200);
    }
    app.send("POST", "/subjects/s/versions", &[], body.into()).await.is(200);
}

#[tokio::test]
async fn r103_other_body_types_are_415() {
    let app = App::new().await;
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/xml"] {
        let headers = [("content-type", content_type)];
        app.send("POST", "/subjects/s/versions", &headers, b"{}".to_vec())
            .await
            .refused_with(415, "HTTP 415 Unsupported Media Type");
        app.send("PUT", "/config", &headers, b"{}".to_vec()).await.refused(415);
    }
}

#[tokio::test]
async fn r104_answers_have_the_type_the_client_prefers() {
    let app = App::new().await;
    assert_eq!(app.get("/subjects").await.header("content-type"), V1);
    for (accept, expected) in [
        ("*/*", V1),
        ("application/json", "application/json"),
        ("application/json, text/plain, */*", V1),
        ("application/vnd.schemaregistry+json, application/json", "application/vnd.schemaregistry+json"),
        ("application/vnd.schemaregistry.v1+json;q=0.1, application/json", "application/json"),
    ] {
        let headers = [("accept", accept)];
        let reply = app.send("GET", "/subjects", &headers, Vec::new()).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, expected), "{accept}");
        let missing = app.send("GET", "/subjects/s/versions", &headers, Vec::new()).await;
        assert_eq!((missing.status, missing.header("content-type")), (404, expected), "{accept}");
    }
}

#[tokio::test]
async fn r105_a_client_that_takes_nothing_of_ours_gets_406() {
    let app = App::new().await;
    let reply = app.send("GET", "/subjects", &[("accept", "text/html")], Vec::new()).await;
    reply.refused_with(406, "HTTP 406 Not Acceptable");
    assert_eq!(reply.header("content-type"), V1);
    // The path comes first.
    app.send("GET", "/nowhere", &[("accept", "text/html")], Vec::new()).await.refused(404);
    app.send("PUT", "/subjects", &[("accept", "text/html")], b"{}".to_vec()).await.refused(405);
    let text = [("accept", "text/html"), ("content-type", "text/plain")];
    app.send("POST", "/subjects/s", &text, b"{}".to_vec()).await.refused(415);
}

#[tokio::test]
async fn r106_unknown_members_and_nulls_are_ignored_at_every_level() {
    let app = App::new().await;
    let body = json!({
        "schema": "\"long\"", "schemaType": null, "metadata": null, "ruleSet": null, "id": null,
        "references": null, "somethingNew": { "deep": [1, { "er": null }] },
    });
    app.post("/subjects/s/versions", body).await.is(200);
    let body = json!({ "compatibility": "FULL", "somethingNew": [] });
    app.put("/config/s", body).await.gives(json!({ "compatibility": "FULL" }));
}

#[tokio::test]
async fn r107_wrong_kinds_are_400_and_scalars_are_text() {
    let app = App::new().await;
    for body in [
        "{",
        "[]",
        "\"x\"",
        "{\"schema\":{}}",
        "{\"schema\":[]}",
        "{\"schema\":\"x\",\"version\":\"one\"}",
        "{\"schema\":\"\\\"long\\\"\",\"references\":{}}",
        "{\"schema\":\"\\\"long\\\"\",\"references\":[1]}",
        "{\"ruleSet\":{\"domainRules\":[{\"name\":\"r\",\"type\":\"CEL\",\"kind\":\"MAYBE\"}]}}",
        "{\"ruleSet\":{\"domainRules\":[{\"name\":\"r\",\"type\":\"CEL\",\"mode\":\"write\"}]}}",
        "{\"schema\":\"x\",\"id\":99999999999}",
    ] {
        app.send("POST", "/subjects/s/versions", &JSON, body.into()).await.refused(400);
    }
    app.send("POST", "/subjects/s/versions", &JSON, vec![b'{', 0xff, b'}']).await.refused(400);
    app.send("PUT", "/mode", &JSON, b"{\"mode\":{}}".to_vec()).await.refused(400);
    app.send("PUT", "/config", &JSON, b"{\"normalize\":[]}".to_vec()).await.refused(400);
    // A number where text is expected is taken as its text, which then is no schema.
    let message = app.post("/subjects/s/versions", json!({ "schema": 12 })).await.refused(42201);
    assert!(message.starts_with("Invalid schema"), "{message}");
    app.put("/config/s", json!({ "alias": 7 })).await.gives(json!({ "alias": "7" }));
}

#[tokio::test]
async fn r108_a_missing_body_is_422_and_an_empty_object_is_one() {
    let app = App::new().await;
    for body in ["", "null", "  \n"] {
        app.send("POST", "/subjects/s/versions", &JSON, body.into()).await.refused(422);
        app.send("POST", "/subjects/s", &JSON, body.into()).await.refused(422);
        app.send("PUT", "/config", &JSON, body.into()).await.refused(422);
        app.send("PUT", "/mode", &JSON, body.into()).await.refused(422);
        app.send("POST", "/compatibility/subjects/s/versions", &JSON, body.into()).await.refused(422);
    }
    app.post("/subjects/s/versions", json!({})).await.refused_with(42201, "Empty schema");
}

#[tokio::test]
async fn r109_every_refusal_is_an_object_with_a_code_and_a_text() {
    let app = App::new().await;
    app.register("s", "\"long\"").await;
    let requests = [
        ("GET", "/nowhere", "", 404),
        ("PUT", "/subjects", "{}", 405),
        ("POST", "/subjects/s/versions", "", 422),
        ("POST", "/subjects/s/versions", "[", 400),
        ("POST", "/subjects/s/versions", "{\"schema\":\"nope\"}", 422),
        ("POST", "/subjects/s/versions", "{\"schema\":\"\\\"string\\\"\"}", 409),
        ("GET", "/subjects/t/versions/1", "", 404),
        ("GET", "/subjects/s/versions/0", "", 422),
        ("GET", "/schemas/ids/99", "", 404),
        ("DELETE", "/subjects/t", "", 404),
        ("PUT", "/config/s", "{\"compatibility\":\"X\"}", 422),
        ("PUT", "/mode/s", "{\"mode\":\"X\"}", 422),
        ("GET", "/contexts/a:b/subjects", "", 400),
        ("GET", "/dek-registry/v1/keks/k", "", 404),
        ("DELETE", "/associations/resources/r", "", 404),
    ];
    for (method, path, body, status) in requests {
        let reply = app.send(method, path, &JSON, body.into()).await;
        let error = reply.is(status);
        let code = error["error_code"].as_u64().unwrap();
        assert!(code == u64::from(status) || code / 100 == u64::from(status), "{method} {path}: {error}");
        assert!(error["message"].is_string(), "{method} {path}: {error}");
        assert_eq!(error.as_object().unwrap().len(), 2, "{method} {path}: {error}");
    }
}

#[tokio::test]
async fn r110_unknown_paths_and_numbers_that_are_none_are_404() {
    let app = App::new().await;
    for path in [
        "/nowhere",
        "/subjects/s/versions/1/nowhere",
        "/subjects//versions",
        "/contexts//subjects",
        "/schemas/ids/one",
        "/schemas/ids/2147483648",
        "/schemas/ids/1.0/schema",
        "/subjects?offset=x",
        "/subjects?limit=2147483648",
        "/schemas?offset=1.5",
        "/contexts?limit=many",
        "/dek-registry/v1/nowhere",
        "/contexts/.c/nowhere",
        "/associations/resources",
    ] {
        let reply = app.get(path).await;
        reply.refused_with(404, "HTTP 404 Not Found");
        assert_eq!(reply.header("content-type"), V1, "{path}");
    }
}

#[tokio::test]
async fn r111_wrong_methods_are_405_with_the_right_ones() {
    let app = App::new().await;
    let reply = app.put("/subjects", json!({})).await;
    reply.refused_with(405, "HTTP 405 Method Not Allowed");
    if app.is_here() {
        assert_eq!(reply.header("allow"), "GET, HEAD, OPTIONS");
    }
    app.send("PATCH", "/config", &JSON, b"{}".to_vec()).await.refused(405);
    app.get("/contexts/.dr").await.refused(405);
    app.delete("/schemas/ids/1").await.refused(405);
}

#[tokio::test]
async fn r112_booleans_in_queries_never_fail() {
    let app = App::new().await;
    app.register("s", "\"long\"").await;
    app.delete("/subjects/s").await.gives(json!([1]));
    for (text, expected) in
        [("true", 1), ("True", 1), ("TRUE", 1), ("1", 0), ("yes", 0), ("", 0), ("false", 0)]
    {
        let subjects = app.get(&format!("/subjects?deleted={text}")).await.is(200);
        assert_eq!(subjects.as_array().unwrap().len(), expected, "{text}");
    }
}

#[tokio::test]
async fn r113_request_ids_are_echoed_or_made() {
    let app = App::new().await;
    let reply = app.send("GET", "/", &[("x-request-id", "abc-1")], Vec::new()).await;
    assert_eq!(reply.header("x-request-id"), "abc-1");
    let fresh = app.get("/nowhere").await;
    let id: uuid::Uuid = fresh.header("x-request-id").parse().unwrap();
    assert_eq!(id.get_version_num(), 4);
    assert_ne!(fresh.header("x-request-id"), app.get("/nowhere").await.header("x-request-id"));
    for headers in [vec![("x-request-id", " ")], vec![("x-request-id", "a"), ("x-request-id", "b")]] {
        let reply = app.send("GET", "/", &headers, Vec::new()).await;
        assert!(reply.header("x-request-id").parse::<uuid::Uuid>().is_ok(), "{headers:?}");
    }
}

#[tokio::test]
async fn r114_schema_texts_are_sent_bare() {
    let app = App::new().await;
    let (id, _) = app.register("s", "{\"type\": \"long\"}").await;
    for path in [format!("/schemas/ids/{id}/schema"), "/subjects/s/versions/latest/schema".to_owned()] {
        let reply = app.get(&path).await;
        assert_eq!((reply.status, reply.text().as_str()), (200, "\"long\""));
        assert_eq!(reply.header("content-type"), V1);
        let reply = app.send("GET", &path, &[("accept", "application/json")], Vec::new()).await;
        assert_eq!(reply.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn r115_unknown_query_parameters_are_ignored() {
    let app = App::new().await;
    let (id, _) = app.register("s", "\"long\"").await;
    app.get(&format!("/schemas/ids/{id}?deleted=true&colour=red&&=")).await.is(200);
}

#[tokio::test]
async fn r116_the_root_answers_an_empty_object() {
    let app = App::new().await;
    app.get("/").await.gives(json!({}));
    app.post("/", json!({ "a": "b", "c": 1, "d": null })).await.gives(json!({}));
    app.post("/", Value::Null).await.gives(json!({}));
    for no_text in [json!({}), json!([])] {
        app.post("/", json!({ "a": no_text })).await.refused(400);
    }
}

#[tokio::test]
async fn a_trailing_slash_is_none() {
    let app = App::new().await;
    app.get("/subjects/").await.gives(json!([]));
    app.get("/config/").await.gives(json!({ "compatibilityLevel": "BACKWARD" }));
    app.post("/compatibility/subjects/s/versions/", json!({ "schema": "\"long\"" }))
        .await
        .gives(json!({ "is_compatible": true }));
}

#[tokio::test]
async fn an_empty_registry_answers_probes_and_user_interfaces() {
    let app = App::new().await;
    app.get("/subjects").await.gives(json!([]));
    app.get("/schemas").await.gives(json!([]));
    app.get("/mode").await.gives(json!({ "mode": "READWRITE" }));
    app.get("/config").await.gives(json!({ "compatibilityLevel": "BACKWARD" }));
    let types = app.get("/schemas/types").await.is(200);
    for name in ["AVRO", "JSON", "PROTOBUF"] {
        assert!(types.as_array().unwrap().contains(&json!(name)), "{types}");
    }
    let resources = "/associations/resources/-/orders?resourceType=topic&associationType=value";
    app.get(resources).await.gives(json!([]));
    let scope = &app.get("/v1/metadata/id").await.is(200)["scope"];
    assert_eq!(scope["clusters"]["schema-registry-cluster"], "schema-registry");
    let version = app.get("/v1/metadata/version").await.is(200);
    for member in ["version", "commitId"] {
        assert!(version[member].as_str().is_some_and(|text| !text.is_empty()), "{version}");
    }
    app.get("/v1/metadata/deployment").await.gives(json!({ "attributes": [] }));
}

#[tokio::test]
async fn head_and_options_tell_about_a_resource_without_its_body() {
    let app = App::new().await;
    app.register("s", "\"long\"").await;
    let head = app.send("HEAD", "/subjects/s/versions", &[], Vec::new()).await;
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, "3", 0));
    assert_eq!(app.send("HEAD", "/subjects/t/versions", &[], Vec::new()).await.status, 404);
    let options = app.send("OPTIONS", "/config", &[], Vec::new()).await;
    assert_eq!((options.status, options.header("allow")), (204, "GET, PUT, DELETE, HEAD, OPTIONS"));
    assert_eq!(options.header("content-type"), "");
}

#[tokio::test]
async fn unreadable_paths_are_400() {
    let app = App::new().await;
    for path in ["/subjects/%ff/versions", "/subjects/100%/versions", "/contexts/a:b/subjects"] {
        app.get(path).await.refused(400);
    }
}

#[tokio::test]
async fn headers_of_known_clients_change_nothing() {
    let app = App::new().await;
    let headers = [
        ("confluent-accept-unknown-properties", "true"),
        ("confluent-client-version", "python/2.16.0"),
        ("target-sr-cluster", "lsrc-1"),
        ("confluent-identity-pool-id", "pool-a"),
        ("x-forward", "true"),
        ("authorization", "Basic Og=="),
        ("content-type", "application/vnd.schemaregistry.v1+json"),
    ];
    app.send("GET", "/subjects", &headers, Vec::new()).await.gives(json!([]));
}
