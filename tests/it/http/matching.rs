//! From an event to its schema: evidence, conflicts, settings.

use std::time::Duration;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chancery::registry::RegistrySettings;
use serde_json::{Value, json};

use super::app::{App, encode};

const PATH: &str = "/v1/validate";
pub const TYPE: &str = "com.example.order.placed.v1";
const GLOBAL: &str = "/v1/subjects/:.__GLOBAL:/settings";

pub fn event(changes: Value) -> Value {
    let mut event =
        json!({ "specversion": "1.0", "id": "1", "source": "https://example.com/orders", "type": TYPE });
    let Value::Object(changes) = changes else { panic!("changes are an object") };
    event.as_object_mut().unwrap().extend(changes);
    event
}

fn object(property: &str, kind: &str) -> String {
    json!({ "type": "object", "required": [property], "properties": { property: { "type": kind } } })
        .to_string()
}

pub async fn register_json(app: &App, subject: &str, schema: impl ToString) -> i64 {
    let body = json!({ "schema": schema.to_string(), "schemaType": "JSON" });
    app.register_body(&encode(subject), body).await["id"].as_i64().unwrap()
}

/// The verdict on an event, asked with a query.
pub async fn ask(app: &App, query: &str, event: &Value) -> Value {
    let headers = [("content-type", "application/cloudevents+json"), ("host", "registry.example.com")];
    app.send("POST", &format!("{PATH}{query}"), &headers, event.to_string().into_bytes()).await.is(200)
}

/// Outcome, what matched, and rules of errors and warnings, in one line.
pub fn summary(verdict: &Value) -> String {
    let rules = |name: &str| {
        let findings = verdict[name].as_array().unwrap();
        findings.iter().map(|one| one["rule"].as_str().unwrap()).collect::<Vec<_>>().join(",")
    };
    let matched = verdict.get("match").map_or_else(String::new, |matched| {
        let text = |name: &str| matched[name].as_str().unwrap_or("?").to_owned();
        format!(" {} {}/{}", text("matchedBy"), text("subject"), matched["version"])
    });
    format!(
        "{}{matched} [{}] [{}]",
        verdict["outcome"].as_str().unwrap(),
        rules("violations"),
        rules("warnings")
    )
}

/// Each row: `dataschema`, data, and the summary of the verdict.
async fn check(app: &App, rows: &[(&str, Value, &str)]) {
    for (dataschema, data, expected) in rows {
        let verdict = ask(app, "", &event(json!({ "dataschema": dataschema, "data": data }))).await;
        assert_eq!(summary(&verdict), *expected, "{dataschema} {data}: {verdict:#}");
    }
}

#[tokio::test]
async fn a_dataschema_that_names_nothing_here_is_told_before_the_type_decides() {
    let app = App::new().await;
    let good = json!({ "id": 1 });
    let elsewhere = "https://elsewhere.example.com/x";
    check(&app, &[(elsewhere, good.clone(), "unchecked [] []")]).await;
    let verdict = ask(&app, "", &event(json!({ "dataschema": elsewhere }))).await;
    assert_eq!(verdict["reason"], "data.missing");
    // Who asks for the finding by name gets it, also when nothing else names a schema.
    for (level, expected) in [
        ("error", "invalid [dataschema.unresolved] []"),
        ("warning", "unchecked [] [dataschema.unresolved]"),
        ("off", "unchecked [] []"),
    ] {
        let query = format!("?rules=dataschema.unresolved:{level}");
        let asked = ask(&app, &query, &event(json!({ "dataschema": elsewhere, "data": {} }))).await;
        assert_eq!(summary(&asked), expected, "{level}");
    }
    register_json(&app, TYPE, object("id", "integer")).await;
    let base = if app.is_here() { "http://registry.example.com" } else { return };
    let warned = format!("valid type {TYPE}/1 [] [dataschema.unresolved]");
    let (other_id, other_version) =
        (format!("{base}/schemas/ids/999"), format!("{base}/subjects/{TYPE}/versions/7"));
    check(
        &app,
        &[
            (elsewhere, good.clone(), &*warned),
            (&other_id, good.clone(), &warned),
            (&other_version, good.clone(), &warned),
            (
                elsewhere,
                json!({}),
                &warned.replace("valid", "invalid").replace("[] ", "[schema.json.required] "),
            ),
        ],
    )
    .await;
    let verdict = ask(&app, "", &event(json!({ "dataschema": elsewhere, "data": good }))).await;
    assert_eq!(
        (&verdict["warnings"][0]["in"], &verdict["warnings"][0]["pointer"]),
        (&json!("envelope"), &json!("/dataschema"))
    );
    for (policy, expected) in [
        ("reject", format!("invalid type {TYPE}/1 [dataschema.unresolved] []")),
        ("ignore", format!("valid type {TYPE}/1 [] []")),
        ("warn", warned),
    ] {
        let path = format!("/v1/subjects/{TYPE}/settings");
        app.put(&path, json!({ "unknownDataschema": policy })).await.is(200);
        check(&app, &[(elsewhere, json!({ "id": 1 }), &expected)]).await;
    }
    let verdict = ask(
        &app,
        "?rules=dataschema.unresolved:off",
        &event(json!({ "dataschema": elsewhere, "data": { "id": 1 } })),
    )
    .await;
    assert_eq!(summary(&verdict), format!("valid type {TYPE}/1 [] []"));
}

#[tokio::test]
async fn a_dataschema_without_a_version_means_the_latest_one_and_says_so() {
    let app = App::new().await;
    app.put("/config", json!({ "compatibility": "NONE" })).await.is(200);
    register_json(&app, TYPE, object("id", "string")).await;
    register_json(&app, TYPE, object("id", "integer")).await;
    for dataschema in [
        format!("http://registry.example.com/subjects/{TYPE}/versions/latest"),
        format!("http://registry.example.com/subjects/{TYPE}/versions/-1"),
        format!("http://registry.example.com/subjects/{TYPE}"),
        format!("http://registry.example.com/schemagroups/default/schemas/{TYPE}"),
        format!("urn:schema-registry:{TYPE}:latest"),
    ] {
        if dataschema.starts_with("http") && !app.is_here() {
            continue;
        }
        app.put(GLOBAL, json!({ "schemaGroups": { "default": "." } })).await.is(200);
        let new = format!("valid dataschema {TYPE}/2 [] [dataschema.unpinned]");
        let old = format!("invalid dataschema {TYPE}/2 [schema.json.type] [dataschema.unpinned]");
        check(&app, &[(&*dataschema, json!({ "id": 1 }), &*new), (&dataschema, json!({ "id": "x" }), &old)])
            .await;
    }
    // The type names the subject only: any version will do, unless settings choose one.
    let old = event(json!({ "data": { "id": "x" } }));
    assert_eq!(summary(&ask(&app, "", &old).await), format!("valid type {TYPE}/1 [] []"));
    for (policy, expected) in [
        ("latest", format!("invalid type {TYPE}/2 [schema.json.type] []")),
        ("pinned:1", format!("valid type {TYPE}/1 [] []")),
        ("any", format!("valid type {TYPE}/1 [] []")),
    ] {
        app.put(&format!("/v1/subjects/{TYPE}/settings"), json!({ "versions": policy })).await.is(200);
        assert_eq!(summary(&ask(&app, "", &old).await), expected, "{policy}");
    }
    app.put(&format!("/v1/subjects/{TYPE}/settings"), json!({ "versions": "pinned:9" })).await.is(200);
    let verdict = ask(&app, "", &old).await;
    assert_eq!(
        (summary(&verdict), &verdict["reason"]),
        ("unchecked [] [schema.not-found]".to_owned(), &json!("schema.not-found"))
    );
    let message = "the settings pin version 9, which the subject does not have";
    assert_eq!(verdict["warnings"][0]["message"], message);
    let silenced = ask(&app, "?rules=schema.not-found:off", &old).await;
    assert_eq!(summary(&silenced), "unchecked [] []");
    let rejecting = json!({ "versions": "pinned:9", "onMissingSchema": "reject" });
    app.put(&format!("/v1/subjects/{TYPE}/settings"), rejecting).await.is(200);
    assert_eq!(summary(&ask(&app, "", &old).await), "invalid [schema.not-found] []");
}

#[tokio::test]
async fn the_id_of_a_json_schema_is_a_dataschema() {
    let app = App::new().await;
    app.put("/config", json!({ "compatibility": "NONE" })).await.is(200);
    let named = |id: &str, kind: &str| {
        let mut schema: Value = serde_json::from_str(&object("id", kind)).unwrap();
        schema["$id"] = json!(id);
        schema.to_string()
    };
    let uri = "https://schemas.example.com/order.json";
    register_json(&app, "orders", named(uri, "string")).await;
    register_json(&app, "orders", named(uri, "integer")).await;
    let old_draft = json!({ "$schema": "http://json-schema.org/draft-04/schema#", "id": "urn:example:four#",
        "type": "object", "properties": { "id": { "type": "integer" } } });
    register_json(&app, "four", old_draft).await;
    check(
        &app,
        &[
            (uri, json!({ "id": 1 }), "valid dataschema orders/2 [] []"),
            (uri, json!({ "id": "x" }), "invalid dataschema orders/2 [schema.json.type] []"),
            ("urn:example:four", json!({ "id": "x" }), "invalid dataschema four/1 [schema.json.type] []"),
            (
                "https://schemas.example.com/order.json#/properties/id",
                json!(1),
                "valid dataschema orders/2 [] [dataschema.fragment]",
            ),
            ("https://schemas.example.com/other.json", json!({ "id": 1 }), "unchecked [] []"),
        ],
    )
    .await;
    // A deleted version is no evidence; of several subjects the one that agrees with the type counts.
    register_json(&app, "newer", named(uri, "boolean")).await;
    check(&app, &[(uri, json!({ "id": true }), "valid dataschema newer/1 [] []")]).await;
    let by_type = event(json!({ "type": "orders", "dataschema": uri, "data": { "id": 1 } }));
    assert_eq!(summary(&ask(&app, "", &by_type).await), "valid dataschema orders/2 [] []");
    app.delete("/subjects/newer").await.is(200);
    check(&app, &[(uri, json!({ "id": 1 }), "valid dataschema orders/2 [] []")]).await;
}

#[tokio::test]
async fn settings_give_other_names_to_schemas() {
    let app = App::new().await;
    register_json(&app, "vendor-order", object("id", "integer")).await;
    register_json(&app, ":.eu:orders", object("id", "integer")).await;
    app.put(
        GLOBAL,
        json!({
            "dataschemaAliases": [
                { "uri": "https://vendor.example/order.json", "subject": "vendor-order", "version": 1 },
                { "prefix": "https://vendor.example/", "subject": "vendor-order" },
                { "prefix": "https://eu.example/", "subject": ":.eu:orders" },
            ],
            "urnNamespace": "acme",
        }),
    )
    .await
    .is(200);
    let good = || json!({ "id": 1 });
    check(
        &app,
        &[
            ("https://vendor.example/order.json", good(), "valid dataschema vendor-order/1 [] []"),
            ("https://vendor.example/x", good(), "valid dataschema vendor-order/1 [] [dataschema.unpinned]"),
            ("https://eu.example/x", good(), "valid dataschema :.eu:orders/1 [] [dataschema.unpinned]"),
            ("urn:acme:vendor-order:1", good(), "valid dataschema vendor-order/1 [] []"),
            ("urn:schema-registry:vendor-order:1", good(), "unchecked [] []"),
        ],
    )
    .await;
    for settings in [
        json!({ "dataschemaAliases": [{ "uri": "a:b", "prefix": "a:", "subject": "s" }] }),
        json!({ "dataschemaAliases": [{ "uri": "a:b", "subject": "s", "version": 0 }] }),
        json!({ "dataschemaAliases": [{ "uri": "a:b", "subject": "" }] }),
        json!({ "subjectMap": [{ "type": "(", "subject": "s" }] }),
        json!({ "subjectMap": [{ "subject": "{nothing}" }] }),
        json!({ "subjectMap": [{ "type": ".*", "subject": "" }] }),
        json!({ "dataschemaAliases": [{ "uri": "not a uri", "subject": "s" }] }),
        json!({ "dataschemaAliases": [{ "prefix": "not a uri", "subject": "s" }] }),
        json!({ "urnNamespace": "" }),
        json!({ "urnNamespace": "a:b" }),
        json!({ "schemaGroups": { "g": "a:b" } }),
        json!({ "framedTypes": { "application/x": "XML" } }),
        json!({ "rules": { "source.nothing": "off" } }),
        json!({ "rules": { "json.syntax": "off" } }),
    ] {
        app.put(GLOBAL, settings).await.problem(StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn contexts_are_named_by_path_subject_and_guid() {
    let app = App::new().await;
    if !app.is_here() {
        return;
    }
    register_json(&app, "here", object("here", "integer")).await;
    let id = register_json(&app, ":.ctx:there", object("there", "integer")).await;
    register_json(&app, ":.ctx:copy", object("there", "integer")).await;
    let found = app.get("/subjects/:.ctx:there/versions/1").await.is(200);
    let guid = found["guid"].as_str().unwrap();
    let base = "http://registry.example.com";
    for dataschema in [
        format!("{base}/schemas/ids/{id}?subject=:.ctx:there"),
        format!("{base}/contexts/.ctx/schemas/ids/{id}"),
        format!("{base}/contexts/.ctx/schemas/guids/{guid}"),
        format!("{base}/schemas/guids/{guid}"),
        format!("urn:schema-registry:guid:{guid}"),
        format!("{base}/contexts/.ctx/subjects/there/versions/1"),
    ] {
        let bad = ask(&app, "", &event(json!({ "dataschema": dataschema, "data": { "there": "x" } }))).await;
        assert!(summary(&bad).starts_with("invalid dataschema :.ctx:"), "{dataschema} {bad:#}");
    }
    let other = format!("{base}/schemas/ids/{id}?subject=other");
    let verdict = ask(&app, "", &event(json!({ "dataschema": other, "data": {} }))).await;
    assert_eq!(summary(&verdict), "invalid [schema.conflict] []");
    let guid_bytes = u128::from_str_radix(&guid.replace('-', ""), 16).unwrap().to_be_bytes();
    let framed = [&[1][..], &guid_bytes, b"{\"there\":1}"].concat();
    let body =
        event(json!({ "datacontenttype": "application/json; x=1", "data_base64": STANDARD.encode(&framed) }));
    let verdict = ask(&app, "?rules=data.json-syntax:off", &body).await;
    assert!(summary(&verdict).starts_with("valid framing :.ctx:"), "{verdict:#}");
}

#[tokio::test]
async fn the_request_names_the_schema_before_everything_else() {
    let app = App::new().await;
    let id = register_json(&app, "orders", object("id", "integer")).await;
    register_json(&app, TYPE, object("id", "string")).await;
    let other = event(json!({ "type": "com.example.other", "data": { "id": 1 } }));
    for query in
        [format!("?schemaId={id}"), "?subject=orders&version=1".to_owned(), "?subject=orders".to_owned()]
    {
        assert_eq!(summary(&ask(&app, &query, &other).await), "valid parameter orders/1 [] []", "{query}");
        let conflict = ask(&app, &query, &event(json!({ "data": { "id": 1 } }))).await;
        assert_eq!(summary(&conflict), "invalid [schema.conflict] []", "{query}");
    }
    let forgiven = ask(
        &app,
        &format!("?schemaId={id}&rules=schema.conflict:warning"),
        &event(json!({ "data": { "id": 1 } })),
    )
    .await;
    assert_eq!(summary(&forgiven), "valid parameter orders/1 [] [schema.conflict]");
    let headers = [("content-type", "application/cloudevents+json")];
    for query in ["?schemaId=999", "?subject=nobody", "?subject=orders&version=9"] {
        let reply =
            app.send("POST", &format!("{PATH}{query}"), &headers, other.to_string().into_bytes()).await;
        reply.problem(StatusCode::NOT_FOUND);
    }
    for query in ["?version=1", "?subject=orders&version=x"] {
        let reply =
            app.send("POST", &format!("{PATH}{query}"), &headers, other.to_string().into_bytes()).await;
        assert!(matches!(reply.status, 400 | 422), "{query} {}", reply.status);
    }
}

#[tokio::test]
async fn a_fragment_selects_a_part_of_the_schema() {
    let app = App::new().await;
    let order =
        json!({ "type": "object", "required": ["id"], "properties": { "items": { "type": "array" } } });
    let id = register_json(&app, "orders", order).await;
    let avro = r#"{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"line","type":
        {"type":"record","name":"Line","fields":[{"name":"n","type":"int"}]}}]}"#;
    app.register("lines", avro).await;
    let urn = format!("urn:schema-registry:id:{id}");
    check(
        &app,
        &[
            (&*urn, json!({ "id": 1 }), "valid dataschema orders/1 [] []"),
            (
                &format!("{urn}#/properties/items"),
                json!({ "id": 1 }),
                "invalid dataschema orders/1 [schema.json.type] [dataschema.fragment]",
            ),
            (
                &format!("{urn}#/properties/items"),
                json!([]),
                "valid dataschema orders/1 [] [dataschema.fragment]",
            ),
            (
                &format!("{urn}#/properties/none"),
                json!({ "id": 1 }),
                "valid dataschema orders/1 [] [dataschema.fragment,dataschema.unresolved]",
            ),
            (
                "urn:schema-registry:lines:1#Line",
                json!({ "n": 1 }),
                "valid dataschema lines/1 [] [dataschema.fragment]",
            ),
            (
                "urn:schema-registry:lines:1#shop.Nobody",
                json!({ "line": { "n": 1 } }),
                "valid dataschema lines/1 [] [dataschema.fragment,dataschema.unresolved]",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn an_event_without_data_is_told_when_its_schema_asks_for_some() {
    let app = App::new().await;
    register_json(&app, TYPE, object("id", "integer")).await;
    register_json(&app, "anything", "true").await;
    let nothing = event(json!({}));
    assert_eq!(summary(&ask(&app, "", &nothing).await), format!("valid type {TYPE}/1 [] [data.missing]"));
    let no_bytes = event(json!({ "datacontenttype": "application/json", "data_base64": "" }));
    assert_eq!(summary(&ask(&app, "", &no_bytes).await), format!("valid type {TYPE}/1 [] [data.missing]"));
    let free = event(json!({ "type": "anything" }));
    assert_eq!(summary(&ask(&app, "", &free).await), "valid type anything/1 [] []");
    let elsewhere = ask(&app, "", &event(json!({ "dataref": "https://example.com/blob" }))).await;
    assert_eq!(summary(&elsewhere), format!("unchecked type {TYPE}/1 [] []"));
    assert_eq!(
        (&elsewhere["data"], &elsewhere["reason"]),
        (&json!("absent (dataref)"), &json!("data.missing"))
    );
    app.put(&format!("/v1/subjects/{TYPE}/settings"), json!({ "requireData": true })).await.is(200);
    assert_eq!(summary(&ask(&app, "", &nothing).await), format!("invalid type {TYPE}/1 [data.missing] []"));
    let proto = "syntax = \"proto3\"; message A { string a = 1; }";
    app.register_body("p", json!({ "schema": proto, "schemaType": "PROTOBUF" })).await;
    let empty = event(json!({ "type": "p", "datacontenttype": "application/protobuf" }));
    assert_eq!(summary(&ask(&app, "", &empty).await), "valid type p/1 [] []", "no bytes are a message");
}

#[tokio::test]
async fn data_that_cannot_be_read_is_found_once() {
    let app = App::new().await;
    register_json(&app, TYPE, object("id", "integer")).await;
    for (changes, expected) in [
        (
            json!({ "datacontenttype": "application/json", "data_base64": STANDARD.encode("{") }),
            "data.json-syntax",
        ),
        (json!({ "data": 1, "data_base64": 5 }), "data.exclusive,data.base64-type"),
        (json!({ "data": 1, "data_base64": "!" }), "data.exclusive,data.base64"),
    ] {
        let verdict = ask(&app, "", &event(changes)).await;
        assert_eq!(summary(&verdict), format!("invalid type {TYPE}/1 [{expected}] []"));
    }
}

#[tokio::test]
async fn settings_say_what_an_event_without_a_schema_comes_to() {
    let app = App::new().await;
    let unknown = event(json!({ "data": {} }));
    assert_eq!(summary(&ask(&app, "", &unknown).await), "unchecked [] []");
    for (policy, expected) in [
        ("reject", "invalid [schema.not-found] []"),
        ("warn", "unchecked [] [schema.not-found]"),
        ("pass", "unchecked [] []"),
    ] {
        app.put(GLOBAL, json!({ "onMissingSchema": policy })).await.is(200);
        assert_eq!(summary(&ask(&app, "", &unknown).await), expected, "{policy}");
    }
    // The subject that the type names counts although it does not exist yet.
    app.put(&format!("/v1/subjects/{TYPE}/settings"), json!({ "onMissingSchema": "reject" })).await.is(200);
    assert_eq!(summary(&ask(&app, "", &unknown).await), "invalid [schema.not-found] []");
    let other = event(json!({ "type": "com.example.other.v1", "data": {} }));
    assert_eq!(summary(&ask(&app, "", &other).await), "unchecked [] []");
}

#[tokio::test]
async fn strategies_name_the_subject_in_the_order_of_the_settings() {
    let app = App::new().await;
    for subject in
        ["com.example.order.placed", "com.example.order.placed.v1-value", "eu-orders", "shop.Placed"]
    {
        let kind = if subject == "shop.Placed" { "boolean" } else { "integer" };
        register_json(&app, subject, json!({ "title": subject, "properties": { "id": { "type": kind } } }))
            .await;
    }
    let placed = event(json!({ "data": { "id": 1 } }));
    for (settings, query, expected) in [
        (json!({ "subjectStrategies": ["type"] }), "", "unchecked [] []"),
        (
            json!({ "subjectStrategies": ["type-value"] }),
            "",
            "valid type com.example.order.placed.v1-value/1 [] []",
        ),
        (
            json!({ "subjectStrategies": ["type", "type-major-stripped"] }),
            "",
            "valid type com.example.order.placed/1 [] []",
        ),
        (
            json!({ "subjectStrategies": ["map"], "subjectMap": [
                { "type": "nothing", "subject": "no" },
                { "source": "https://(?<host>[a-z.]+)/(?<name>.*)", "topic": "(?<region>eu)-.*", "subject": "{region}-{name}" },
            ] }),
            "?topic=eu-1",
            "valid type eu-orders/1 [] []",
        ),
    ] {
        app.put(GLOBAL, settings.clone()).await.is(200);
        assert_eq!(summary(&ask(&app, query, &placed).await), expected, "{settings}");
    }
    let message = "syntax = \"proto3\"; package shop; message Shipped { int32 n = 1; }";
    app.register_body("shop.Shipped", json!({ "schema": message, "schemaType": "PROTOBUF" })).await;
    app.put(GLOBAL, json!({ "subjectStrategies": ["record"] })).await.is(200);
    let changes =
        json!({ "datacontenttype": "application/protobuf; messageType=shop.Shipped", "data_base64": "CAE=" });
    assert_eq!(summary(&ask(&app, "", &event(changes)).await), "valid type shop.Shipped/1 [] []");
}

#[tokio::test]
async fn exact_evidence_has_to_agree_with_type_and_topic() {
    let app = App::new().await;
    let order = r#"{"type":"record","name":"O","fields":[{"name":"id","type":"long"}]}"#;
    let (id, _) = app.register(TYPE, order).await;
    app.register("names-value", "\"string\"").await;
    app.register("orders-value", order).await;
    let frame = STANDARD.encode([&[0][..], &u32::try_from(id).unwrap().to_be_bytes(), &[2]].concat());
    let framed = event(json!({ "datacontenttype": "avro/binary", "data_base64": frame }));
    assert_eq!(summary(&ask(&app, "?topic=orders", &framed).await), format!("valid framing {TYPE}/1 [] []"));
    assert_eq!(summary(&ask(&app, "?topic=names", &framed).await), "invalid [schema.conflict] []");
    assert_eq!(summary(&ask(&app, "?topic=unknown", &framed).await), format!("valid framing {TYPE}/1 [] []"));
}

#[tokio::test]
async fn type_and_topic_have_to_agree_and_several_names_of_one_rank_need_not() {
    let app = App::new().await;
    for (subject, kind) in [("t", "integer"), ("t-value", "string"), ("u-value", "boolean")] {
        register_json(&app, subject, json!({ "type": kind })).await;
    }
    let named = event(json!({ "type": "t", "data": 1 }));
    for (query, expected) in [
        ("", "valid type t/1 [] []"),
        ("?topic=nobody", "valid type t/1 [] []"),
        ("?topic=u", "invalid [schema.conflict] []"),
        ("?topic=u&rules=schema.conflict:warning", "valid type t/1 [] [schema.conflict]"),
        ("?topic=u&rules=schema.conflict:off", "valid type t/1 [] []"),
    ] {
        assert_eq!(summary(&ask(&app, query, &named).await), expected, "{query}");
    }
    let conflict = ask(&app, "?topic=u", &named).await;
    assert_eq!(conflict["violations"][0]["message"], "type and topic name different schemas");
    for (strategies, query, expected) in [
        (json!(["type", "type-value"]), "", "valid type t/1 [] []"),
        (json!(["type-value", "type"]), "", "invalid type t-value/1 [schema.json.type] []"),
        (json!(["type-value", "type", "topic"]), "?topic=t", "invalid type t-value/1 [schema.json.type] []"),
        (json!(["topic", "type"]), "?topic=u", "invalid [schema.conflict] []"),
        (json!(["topic", "type"]), "?topic=t", "invalid [schema.conflict] []"),
    ] {
        app.put(GLOBAL, json!({ "subjectStrategies": strategies })).await.is(200);
        assert_eq!(summary(&ask(&app, query, &named).await), expected, "{strategies} {query}");
    }
    // Other evidence that agrees with the first name of a rank need not agree with the second.
    app.put(GLOBAL, json!({ "subjectStrategies": ["type", "type-value"] })).await.is(200);
    assert_eq!(summary(&ask(&app, "?subject=t", &named).await), "valid parameter t/1 [] []");
    assert_eq!(summary(&ask(&app, "?subject=t-value", &named).await), "invalid [schema.conflict] []");
}

#[tokio::test]
async fn rules_of_events_say_how_severe_findings_on_the_payload_are() {
    let app = App::new().await;
    let (id, _) =
        app.register("a", r#"{"type":"record","name":"R","fields":[{"name":"x","type":"int"}]}"#).await;
    let proto = "syntax = \"proto3\"; message M { int32 a = 1; }";
    app.register_body("p", json!({ "schema": proto, "schemaType": "PROTOBUF" })).await;
    let frame = [&[0][..], &u32::try_from(id).unwrap().to_be_bytes(), &[2, 0]].concat();
    let trailing = event(
        json!({ "type": "a", "datacontenttype": "avro/binary", "data_base64": STANDARD.encode(frame) }),
    );
    let unknown = event(
        json!({ "type": "p", "datacontenttype": "application/protobuf", "data_base64": STANDARD.encode([72, 1]) }),
    );
    let levels = ["off", "warning", "error"];
    let findings = |rule: &str| ["[] []".to_owned(), format!("[] [{rule}]"), format!("[{rule}] []")];
    for (rule, event, matched, reported, default) in [
        ("data.trailing-bytes", &trailing, "framing a/1", "schema.avro.trailing-bytes", 2),
        ("data.unknown-fields", &unknown, "type p/1", "schema.protobuf.unknown-fields", 1),
    ] {
        let expected: Vec<_> = findings(reported)
            .iter()
            .zip(["valid", "valid", "invalid"])
            .map(|(findings, outcome)| format!("{outcome} {matched} {findings}"))
            .collect();
        assert_eq!(summary(&ask(&app, "", event).await), expected[default], "{rule}");
        for (level, expected) in levels.iter().zip(&expected) {
            let asked = ask(&app, &format!("?rules={rule}:{level}"), event).await;
            assert_eq!(summary(&asked), *expected, "{rule}:{level}");
            app.put(GLOBAL, json!({ "rules": { rule: level } })).await.is(200);
            assert_eq!(summary(&ask(&app, "", event).await), *expected, "{rule}:{level} in settings");
        }
        app.put(GLOBAL, json!({})).await.is(200);
    }
    // The single rule wins over the setting of the subject.
    app.put("/v1/subjects/p/settings", json!({ "unknownFields": "reject" })).await.is(200);
    let reported = "[schema.protobuf.unknown-fields] []";
    assert_eq!(summary(&ask(&app, "", &unknown).await), format!("invalid type p/1 {reported}"));
    let silenced = ask(&app, "?rules=data.unknown-fields:off", &unknown).await;
    assert_eq!(summary(&silenced), "valid type p/1 [] []");
}

#[tokio::test]
async fn settings_say_how_payloads_are_written() {
    let app = App::new().await;
    let path = format!("/v1/subjects/{TYPE}/settings");
    let order = r#"{"type":"record","name":"O","fields":[{"name":"id","type":["null","long"]}]}"#;
    let (id, _) = app.register(TYPE, order).await;
    let plain = event(json!({ "data": { "id": 1 } }));
    let named = event(json!({ "data": { "id": { "long": 1 } } }));
    for (form, good, bad) in [("avro", &named, &plain), ("plain", &plain, &named)] {
        app.put(&path, json!({ "avroJson": form })).await.is(200);
        assert_eq!(ask(&app, "", good).await["outcome"], "valid", "{form}");
        assert_eq!(ask(&app, "", bad).await["outcome"], "invalid", "{form}");
        let by_version = format!("/v1/subjects/{TYPE}/versions/1/validate");
        let reply = app.send(
            "POST",
            &by_version,
            &[("content-type", "application/json")],
            good["data"].to_string().into_bytes(),
        );
        assert_eq!(reply.await.is(200)["outcome"], "valid", "{form}");
    }
    let frame = [&[0][..], &u32::try_from(id).unwrap().to_be_bytes()].concat();
    let binary = |bytes: &[u8]| {
        event(json!({ "datacontenttype": "avro/binary", "data_base64": STANDARD.encode(bytes) }))
    };
    app.put(&path, json!({ "framing": "confluent" })).await.is(200);
    let bare = ask(&app, "", &binary(&[2, 2])).await;
    assert_eq!(summary(&bare), "invalid [schema.id-required] []");
    assert_eq!(ask(&app, "", &binary(&[&frame[..], &[2, 2]].concat())).await["outcome"], "valid");
    let unknown = ask(&app, "", &binary(&[0, 0, 0, 99, 99, 2, 2])).await;
    assert_eq!(summary(&unknown), "invalid [schema.unknown-id] []");
    app.put(&path, json!({ "versions": "pinned:1", "framing": "none" })).await.is(200);
    assert_eq!(ask(&app, "", &binary(&[2, 2])).await["outcome"], "valid", "a pinned version is exact");
    app.put(GLOBAL, json!({ "framedTypes": { "application/x-acme": "AVRO" } })).await.is(200);
    app.put(&path, json!({})).await.is(200);
    let promised =
        event(json!({ "datacontenttype": "application/x-acme", "data_base64": STANDARD.encode([2, 2]) }));
    assert_eq!(summary(&ask(&app, "", &promised).await), "invalid [schema.id-required] []");

    let time = json!({ "properties": { "at": { "type": "string", "format": "date-time" } } });
    register_json(&app, "times", time).await;
    let naive = event(json!({ "type": "times", "data": { "at": "2026-05-12T14:22:31" } }));
    assert_eq!(summary(&ask(&app, "", &naive).await), "invalid type times/1 [schema.json.format] []");
    app.put("/v1/subjects/times/settings", json!({ "formats": "annotate" })).await.is(200);
    assert_eq!(summary(&ask(&app, "", &naive).await), "valid type times/1 [] []");
}

#[tokio::test]
async fn profiles_and_single_rules_are_settings_and_parameters() {
    let app = App::new().await;
    let relative = event(
        json!({ "source": "/orders", "specversion": "1.0-rc1", "datacontenttype": "text/plain", "data": 1 }),
    );
    assert_eq!(
        summary(&ask(&app, "", &relative).await),
        "invalid [data.not-string,specversion.unsupported] [source.relative]"
    );
    let interop = ask(&app, "?profile=interop&rules=source.relative:off", &relative).await;
    assert_eq!(summary(&interop), "unchecked [] [data.not-string,specversion.unsupported]");
    let strict = json!({ "profile": "interop", "rules": { "source.relative": "error" }, "documentedExtensions": true });
    app.put(GLOBAL, strict).await.is(200);
    let set = ask(&app, "", &relative).await;
    assert_eq!(summary(&set), "invalid [source.relative] [data.not-string,specversion.unsupported]");
    let extended = event(json!({ "sampledrate": 0, "data": {} }));
    assert_eq!(summary(&ask(&app, "", &extended).await), "unchecked [] [sampledrate.range]");
    app.put(GLOBAL, json!({})).await.is(200);
    register_json(&app, TYPE, object("id", "integer")).await;
    let envelope = ask(&app, "?profile=envelope-only", &event(json!({ "data": {} }))).await;
    assert_eq!(summary(&envelope), "valid [] []");
    let headers = [("content-type", "application/cloudevents+json")];
    ask(&app, "?rules=source.relative:warn", &relative).await;
    for query in ["?profile=loose", "?rules=source.relative", "?rules=no.rule:off", "?rules=json.syntax:off"]
    {
        let reply =
            app.send("POST", &format!("{PATH}{query}"), &headers, relative.to_string().into_bytes()).await;
        reply.problem(StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn findings_on_attributes_of_headers_name_the_header() {
    let app = App::new().await;
    register_json(&app, TYPE, object("id", "integer")).await;
    let headers = [
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "https://example.com/a"),
        ("ce-type", TYPE),
        ("ce-dataschema", "https://elsewhere.example.com/x"),
        ("content-type", "application/json"),
    ];
    let verdict = app.send("POST", PATH, &headers, b"{\"id\":1}".to_vec()).await.is(200);
    assert_eq!(summary(&verdict), format!("valid type {TYPE}/1 [] [dataschema.unresolved]"));
    assert_eq!(verdict["warnings"][0]["header"], "ce-dataschema");
    let batch = json!([
        event(json!({})),
        event(json!({ "id": "2", "dataschema": "https://elsewhere.example.com/x", "data": { "id": 1 } }))
    ]);
    let headers = [("content-type", "application/cloudevents-batch+json")];
    let body = app.send("POST", PATH, &headers, batch.to_string().into_bytes()).await.is(200);
    assert_eq!(body["results"][1]["warnings"][0]["pointer"], "/1/dataschema");
}

#[tokio::test]
async fn aliases_of_subjects_hold_for_events() {
    let app = App::new().await;
    register_json(&app, "orders", object("id", "integer")).await;
    for alias in ["short", "al-value"] {
        app.put(&format!("/config/{alias}"), json!({ "alias": "orders" })).await.is(200);
    }
    let bad = json!({ "id": "x" });
    let by_type = event(json!({ "type": "short", "data": bad }));
    assert_eq!(summary(&ask(&app, "", &by_type).await), "invalid type orders/1 [schema.json.type] []");
    let by_topic = event(json!({ "type": "unknown", "data": bad }));
    assert_eq!(
        summary(&ask(&app, "?topic=al", &by_topic).await),
        "invalid topic orders/1 [schema.json.type] []"
    );
    check(&app, &[("urn:schema-registry:short:1", bad, "invalid dataschema orders/1 [schema.json.type] []")])
        .await;
}

#[tokio::test]
async fn json_data_finds_its_version_whatever_the_format_of_the_schemas() {
    let app = App::new().await;
    let avro = |field: &str| {
        format!(r#"{{"type":"record","name":"R","fields":[{{"name":"{field}","type":"int"}}]}}"#)
    };
    app.put("/config", json!({ "compatibility": "NONE" })).await.is(200);
    for field in ["a", "b"] {
        app.register(TYPE, &avro(field)).await;
    }
    for message in ["message M { int32 a = 1; }", "message M { string a = 1; }"] {
        let schema = format!("syntax = \"proto3\"; {message}");
        app.register_body("proto", json!({ "schema": schema, "schemaType": "PROTOBUF" })).await;
    }
    register_json(&app, "mixed", object("a", "integer")).await;
    app.register("mixed", &avro("b")).await;
    for (subject, data, expected) in [
        (TYPE, json!({ "b": 1 }), "valid type {}/2 [] []"),
        (TYPE, json!({ "a": 1 }), "valid type {}/1 [] []"),
        (
            TYPE,
            json!({ "c": 1 }),
            "invalid type {}/2 [schema.avro.missing-field] [schema.avro.unknown-field]",
        ),
        ("proto", json!({ "a": "x" }), "valid type {}/2 [] []"),
        ("proto", json!({ "a": 1 }), "valid type {}/1 [] []"),
        ("mixed", json!({ "a": 1 }), "valid type {}/1 [] []"),
    ] {
        let verdict = ask(&app, "", &event(json!({ "type": subject, "data": data }))).await;
        assert_eq!(summary(&verdict), expected.replace("{}", subject), "{verdict:#}");
    }
    app.put(&format!("/v1/subjects/{TYPE}/settings"), json!({ "versions": "latest" })).await.is(200);
    let older = event(json!({ "data": { "a": 1 } }));
    assert!(summary(&ask(&app, "", &older).await).starts_with(&format!("invalid type {TYPE}/2 ")));
}

#[tokio::test]
async fn a_rule_of_a_version_whose_shape_fits_is_final() {
    let app = App::new().await;
    let schema = object("a", "boolean");
    register_json(&app, TYPE, &schema).await;
    let rules = json!({ "domainRules": [{ "name": "must", "kind": "CONDITION", "type": "CEL", "mode": "WRITE", "expr": "message.a == true" }] });
    app.register_body(TYPE, json!({ "schema": schema, "schemaType": "JSON", "ruleSet": rules })).await;
    let broken = event(json!({ "data": { "a": false } }));
    assert_eq!(summary(&ask(&app, "", &broken).await), format!("invalid type {TYPE}/2 [rule.must] []"));
}

#[tokio::test]
async fn a_datum_whose_trailing_bytes_are_forgiven_faces_the_rules_of_its_schema() {
    let app = App::new().await;
    let rules = json!({ "domainRules": [{ "name": "must", "kind": "CONDITION", "type": "CEL", "mode": "WRITE", "expr": "message.x == 2" }] });
    let schema = r#"{"type":"record","name":"R","fields":[{"name":"x","type":"int"}]}"#;
    let body = app.register_body("r", json!({ "schema": schema, "ruleSet": rules })).await;
    let id = u32::try_from(body["id"].as_i64().unwrap()).unwrap();
    for (x, query, expected) in [
        (1, "", "invalid framing r/1 [schema.avro.trailing-bytes] []"),
        (1, "warning", "invalid framing r/1 [rule.must] [schema.avro.trailing-bytes]"),
        (1, "off", "invalid framing r/1 [rule.must] []"),
        (2, "warning", "valid framing r/1 [] [schema.avro.trailing-bytes]"),
        (2, "off", "valid framing r/1 [] []"),
    ] {
        let data = STANDARD.encode([&[0][..], &id.to_be_bytes(), &[2 * x, 0]].concat());
        let event = event(json!({ "type": "r", "datacontenttype": "avro/binary", "data_base64": data }));
        let query =
            if query.is_empty() { String::new() } else { format!("?rules=data.trailing-bytes:{query}") };
        assert_eq!(summary(&ask(&app, &query, &event).await), expected, "{x} {query}");
    }
}

#[tokio::test]
async fn all_versions_together_have_the_time_of_one() {
    let settings = RegistrySettings { validation_deadline: Duration::ZERO, ..RegistrySettings::default() };
    let app = App::with(settings, |_| ()).await;
    app.put("/config", json!({ "compatibility": "NONE" })).await.is(200);
    for property in ["a", "b", "c"] {
        register_json(&app, TYPE, object(property, "integer")).await;
    }
    let newest = ask(&app, "", &event(json!({ "data": { "c": 1 } }))).await;
    assert_eq!(summary(&newest), format!("valid type {TYPE}/3 [] []"));
    let oldest = ask(&app, "", &event(json!({ "data": { "a": 1 } }))).await;
    assert_eq!(summary(&oldest), format!("indeterminate type {TYPE}/2 [] []"));
    assert_eq!(oldest["reason"], "the deadline for validation passed before all versions were tried");
}
