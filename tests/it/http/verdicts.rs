//! Verdicts that come as a status, while the store does not answer, and in headers.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::app::{App, Reply, encode, skip_elsewhere};
use super::matching::{TYPE, event, register_json, summary};

const PATH: &str = "/v1/validate";
const ONE: [(&str, &str); 1] = [("content-type", "application/cloudevents+json")];
const BATCH: [(&str, &str); 1] = [("content-type", "application/cloudevents-batch+json")];

async fn post(app: &App, query: &str, headers: &[(&str, &str)], body: impl ToString) -> Reply {
    app.send("POST", &format!("{PATH}{query}"), headers, body.to_string().into_bytes()).await
}

fn order() -> Value {
    json!({ "type": "object", "required": ["id"], "properties": { "id": { "type": "integer" } } })
}

/// Kind and detail of a problem.
fn told(problem: &Value) -> (String, String) {
    let text = |name: &str| problem[name].as_str().unwrap().to_owned();
    (text("type").replace("urn:chancery:problem:", ""), text("detail"))
}

#[tokio::test]
async fn a_verdict_as_a_status_says_what_is_the_matter() {
    let app = App::new().await;
    register_json(&app, TYPE, order()).await;
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let mut nameless = event(json!({ "type": "nobody", "data": {} }));
    nameless.as_object_mut().unwrap().remove("id");
    let invalid = "invalid-payload";
    for (body, detail) in [
        (nameless, "id.required: the attribute is missing"),
        (event(json!({ "data": { "id": "x" } })), "schema.json.type: expected integer, found string"),
        (
            event(json!({ "id": "", "data": { "id": "x" } })),
            "schema.json.type: expected integer, found string; id.empty: the value is empty",
        ),
        (
            event(json!({ "id": "", "time": "now", "data": { "id": "x" } })),
            "schema.json.type: expected integer, found string; and 2 more violations",
        ),
    ] {
        let problem = post(&app, "?status=verdict", &ONE, &body).await.problem(refused);
        assert_eq!(told(&problem), (invalid.to_owned(), detail.to_owned()), "{body}");
    }
    let (good, bad) = (event(json!({ "data": { "id": 1 } })), event(json!({ "id": "2", "data": {} })));
    for (query, batch, detail) in [
        ("", json!([good, bad]), "1 of 2 events are invalid"),
        (
            "&rules=batch.duplicate-id:error",
            json!([good, good]),
            "batch.duplicate-id: source and id are those of event 0",
        ),
        (
            "&rules=batch.duplicate-id:error",
            json!([good, good, bad]),
            "batch.duplicate-id: source and id are those of event 0; 1 of 3 events are invalid",
        ),
    ] {
        let query = format!("?status=verdict{query}");
        let problem = post(&app, &query, &BATCH, &batch).await.problem(refused);
        assert_eq!(told(&problem), (invalid.to_owned(), detail.to_owned()), "{batch}");
    }
}

#[tokio::test]
async fn a_preference_may_have_parameters() {
    let app = App::new().await;
    register_json(&app, TYPE, order()).await;
    let bad = event(json!({ "data": {} }));
    for (preferred, status) in [
        ("status; wait=1", 422),
        ("respond-async, STATUS;x=y , wait=5", 422),
        ("wait=1; status", 200),
        ("x=\"a, status, b\"", 200),
        ("statuses", 200),
    ] {
        let headers = [ONE[0], ("prefer", preferred)];
        assert_eq!(post(&app, "", &headers, &bad).await.status, status, "{preferred}");
    }
}

#[tokio::test]
async fn nothing_needs_the_store_where_its_silence_may_pass() {
    let app = App::new().await;
    if skip_elsewhere(&app, "closes the database") {
        return;
    }
    app.close_store().await;
    let silent = |verdict: &Value| {
        assert_eq!(verdict["outcome"], "indeterminate", "{verdict}");
        assert_eq!(verdict["reason"], "the store does not answer", "{verdict}");
    };
    let json = [("content-type", "application/json")];
    let records = json!({ "records": [
        { "schema": { "id": 55 }, "data": 1 },
        { "schema": { "subject": "s" }, "data": 1 },
        { "data": 1, "topic": "t" },
        { "schema": { "schema": "\"int\"" }, "data": 1 },
    ] });
    let body = post(&app, "?onUnavailable=pass", &json, &records).await.is(200);
    for verdict in body["results"].as_array().unwrap() {
        silent(verdict);
    }
    assert_eq!(body["summary"]["indeterminate"], 4);
    post(&app, "", &json, &records).await.problem(StatusCode::SERVICE_UNAVAILABLE);
    let good = event(json!({ "data": {} }));
    for query in ["schemaId=44", "subject=s", "subject=s&version=2", "lint=true"] {
        let asked = format!("?onUnavailable=pass&{query}");
        silent(&post(&app, &asked, &ONE, &good).await.is(200));
        let refused = post(&app, &format!("?{query}"), &ONE, &good).await;
        refused.problem(StatusCode::SERVICE_UNAVAILABLE);
    }
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let problem = post(&app, "?onUnavailable=pass&status=verdict", &BATCH, json!([good])).await;
    let problem = problem.problem(refused);
    let detail = "1 of 1 events are undecided: the store does not answer";
    assert_eq!(told(&problem), ("undecided-payload".to_owned(), detail.to_owned()));
    let problem = post(&app, "?onUnavailable=pass&status=verdict", &ONE, &good).await.problem(refused);
    let detail = "the store does not answer";
    assert_eq!(told(&problem), ("undecided-payload".to_owned(), detail.to_owned()));
}

#[tokio::test]
async fn lines_that_are_undecided_say_which_event_they_are_about() {
    let app = App::new().await;
    if skip_elsewhere(&app, "closes the database") {
        return;
    }
    let headers = [("content-type", "application/x-ndjson")];
    // The settings of the context are then at hand, and the head of the answer goes out.
    post(&app, "", &headers, "").await.is(200);
    app.close_store().await;
    for query in ["", "?onUnavailable=pass"] {
        let reply = post(&app, query, &headers, event(json!({ "id": "17", "data": {} }))).await;
        let verdict: Value = serde_json::from_str(reply.text().lines().next().unwrap()).unwrap();
        let found = (&verdict["outcome"], &verdict["event"]["id"], &verdict["reason"]);
        let expected = (&json!("indeterminate"), &json!("17"), &json!("the store does not answer"));
        assert_eq!(found, expected, "{query}");
    }
}

#[tokio::test]
async fn a_subject_that_begins_or_ends_with_spaces_comes_whole_in_a_header() {
    let app = App::new().await;
    for (subject, expected) in [
        ("plain", "plain"),
        ("two words", "two words"),
        ("end  ", "end%20%20"),
        (" both ", "%20both%20"),
        ("a% ", "a%25%20"),
    ] {
        register_json(&app, subject, order()).await;
        let path = format!("/v1/subjects/{}/versions/1/validate", encode(subject));
        let reply = app.send("POST", &path, &[("content-type", "application/json")], b"{}".to_vec()).await;
        assert_eq!(reply.header("schema-subject"), expected, "{subject:?}");
    }
}

#[tokio::test]
async fn a_container_that_cannot_be_read_says_where() {
    let app = App::new().await;
    let json = [("content-type", "application/json")];
    for (body, reason) in [
        (&b"{\"records\":[{\"data\":1}"[..], "EOF while parsing a list at line 1 column 22"),
        (b"{\"records\":\n[\"\xff\"]}", "the request body is not UTF-8 at byte 14"),
        (b"", "there is no body"),
        (b"null", "there is no body"),
        (b"[]", "expected an object at `the request body`, found an array"),
    ] {
        let problem = app.send("POST", PATH, &json, body.to_vec()).await.problem(StatusCode::BAD_REQUEST);
        let expected = format!("the container of records cannot be read: {reason}");
        assert_eq!(told(&problem), ("event-refused".to_owned(), expected));
    }
    let problem = post(&app, "", &json, json!({ "id": 1 })).await.problem(StatusCode::BAD_REQUEST);
    assert_eq!(problem["violations"][0]["rule"], "http.not-a-cloudevent");
    let problem = post(&app, "?schemaId=x", &json, "").await.problem(StatusCode::BAD_REQUEST);
    assert_eq!(problem["detail"], "`schemaId` must be an integer of 32 bits");
}

/// A field of a Protobuf message whose value has a length.
fn field(number: u8, value: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2, u8::try_from(value.len()).unwrap()], value].concat()
}

/// An event in the Protobuf format with a packed message.
fn packed(dataschema: &str, type_url: &str) -> Vec<u8> {
    let attribute = [field(1, b"dataschema"), field(2, &field(6, dataschema.as_bytes()))].concat();
    let any = [field(1, type_url.as_bytes()), field(2, &[8, 1])].concat();
    [
        field(1, b"1"),
        field(2, b"https://s/"),
        field(3, b"1.0"),
        field(4, b"p"),
        field(5, &attribute),
        field(8, &any),
    ]
    .concat()
}

#[tokio::test]
async fn a_dataschema_that_repeats_the_type_url_of_the_message_is_not_unresolved() {
    let app = App::new().await;
    let file = "syntax = \"proto3\"; package p.q; message M { int32 a = 1; }";
    app.register_body("p", json!({ "schema": file, "schemaType": "PROTOBUF" })).await;
    app.put("/v1/subjects/:.:/settings", json!({ "unknownDataschema": "reject" })).await.is(200);
    let headers = [("content-type", "application/cloudevents+protobuf")];
    let (bare, whole) = ("type.googleapis.com/p.q.M", "https://type.googleapis.com/p.q.M");
    let other = "https://type.googleapis.com/p.q.N";
    for (dataschema, type_url, expected) in [
        (whole, whole, "valid type p/1 [] []"),
        (whole, bare, "valid type p/1 [] []"),
        (bare, bare, "valid type p/1 [] [dataschema.uri]"),
        (other, whole, "invalid type p/1 [dataschema.unresolved] []"),
    ] {
        let body = packed(dataschema, type_url);
        let verdict = app.send("POST", PATH, &headers, body).await.is(200);
        assert_eq!(summary(&verdict), expected, "{dataschema} {type_url} {verdict:#}");
    }
}
