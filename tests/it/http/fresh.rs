//! Nothing that was acknowledged is forgotten by what is kept in memory: readers run against writers, and every
//! answer is at least as new as the last write that was acknowledged before the question was asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use futures::future::join_all;
use serde_json::{Value, json};

use super::app::{App, JSON};

/// A schema that only the events of one version keep.
fn schema(version: i64) -> Value {
    let text = json!({ "type": "object", "properties": { "version": { "const": version } } });
    json!({ "schemaType": "JSON", "schema": text.to_string() })
}

async fn validate(app: &App, body: &Value) -> Value {
    let headers = [("content-type", "application/cloudevents+json")];
    app.send("POST", "/v1/validate", &headers, body.to_string().into_bytes()).await.is(200)
}

fn event(kind: &str, version: i64) -> Value {
    json!({ "specversion": "1.0", "id": "1", "source": "/s", "type": kind,
        "datacontenttype": "application/json", "data": { "version": version } })
}

/// One record held against the latest version of a subject: the version that answered, and the outcome.
async fn against_latest(app: &App, subject: &str, version: i64) -> (i64, String) {
    let record = json!({ "schema": { "subject": subject }, "data": { "version": version } });
    let body = json!({ "records": [record] }).to_string().into_bytes();
    let reply = app.send("POST", "/v1/validate", &[("content-type", "application/json")], body).await.is(200);
    let verdict = &reply["results"][0];
    (verdict["match"]["version"].as_i64().unwrap_or(0), verdict["outcome"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_is_as_new_as_the_last_acknowledged_registration() {
    const VERSIONS: i64 = 30;
    const SUBJECTS: [&str; 3] = ["a", "b", "c"];
    let app = Arc::new(App::new().await);
    app.put("/config", json!({ "compatibility": "NONE" })).await.is(200);
    let acknowledged = Arc::new(SUBJECTS.map(|_| AtomicI64::new(0)));
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let (app, acknowledged, done) = (app.clone(), acknowledged.clone(), done.clone());
            tokio::spawn(async move {
                let mut asked = 0;
                while !done.load(Ordering::SeqCst) {
                    // Answers from memory never wait; the writers want their turn.
                    tokio::task::yield_now().await;
                    for (subject, acknowledged) in SUBJECTS.iter().zip(acknowledged.iter()) {
                        let known = acknowledged.load(Ordering::SeqCst);
                        if known > 0 {
                            check_as_new(&app, subject, known).await;
                            asked += 1;
                        }
                    }
                }
                asked
            })
        })
        .collect();
    join_all(SUBJECTS.iter().zip(acknowledged.iter()).map(async |(subject, acknowledged)| {
        for version in 1..=VERSIONS {
            app.register_body(subject, schema(version)).await;
            acknowledged.store(version, Ordering::SeqCst);
            // The writer itself is the most demanding reader.
            assert_eq!(against_latest(&app, subject, version).await, (version, "valid".to_owned()));
        }
    }))
    .await;
    done.store(true, Ordering::SeqCst);
    for reader in readers {
        assert!(reader.await.unwrap() > 0, "a reader that never asked proves nothing");
    }
}

/// All that is answered about a subject knows a version that was acknowledged.
async fn check_as_new(app: &App, subject: &str, known: i64) {
    let (seen, _) = against_latest(app, subject, known).await;
    assert!(seen >= known, "{subject}: version {known} was acknowledged, {seen} answered");
    let verdict = validate(app, &event(subject, known)).await;
    assert_eq!(verdict["outcome"], "valid", "{subject} version {known}: {verdict}");
    let latest = app.get(&format!("/subjects/{subject}/versions/latest")).await.is(200);
    assert!(latest["version"].as_i64().unwrap() >= known, "{latest}");
}

/// All that a validation reads of a subject, changed one after the other; each verdict follows at once.
#[tokio::test]
async fn every_kind_of_change_is_seen_by_the_next_verdict() {
    let app = App::new().await;
    app.put("/config", json!({ "compatibility": "NONE" })).await.is(200);
    for round in 0..3 {
        let unknown = validate(&app, &event("s", 1)).await;
        assert_eq!(unknown["outcome"], "unchecked", "round {round}");
        app.register_body("s", schema(1)).await;
        assert_eq!(against_latest(&app, "s", 1).await, (round * 2 + 1, "valid".to_owned()));
        app.register_body("s", schema(2)).await;
        assert_eq!(against_latest(&app, "s", 1).await, (round * 2 + 2, "invalid".to_owned()));
        app.register_body("other", schema(1)).await;
        app.put("/config/s", json!({ "alias": "other" })).await.is(200);
        assert_eq!(against_latest(&app, "s", 1).await, (1, "valid".to_owned()));
        app.delete("/config/s").await.is(200);
        assert_eq!(against_latest(&app, "s", 2).await, (round * 2 + 2, "valid".to_owned()));
        app.delete(&format!("/subjects/s/versions/{}", round * 2 + 2)).await.is(200);
        assert_eq!(against_latest(&app, "s", 2).await, (round * 2 + 1, "invalid".to_owned()));
        app.delete("/subjects/s").await.is(200);
        assert_eq!(against_latest(&app, "s", 1).await, (0, "invalid".to_owned()));
    }
}

/// An event of a type that was seen before is spared the search for its schema. Each step changes what that search
/// comes to; the verdict is asked for twice, so that the second one may be spared it.
#[tokio::test]
async fn an_event_of_a_known_type_sees_every_change_around_its_subject() {
    let app = App::new().await;
    app.put("/config", json!({ "compatibility": "NONE" })).await.is(200);
    let asked = async |query: &str, version: i64| {
        let headers = [("content-type", "application/cloudevents+json")];
        let body = event("s", version).to_string().into_bytes();
        let found = app.send("POST", &format!("/v1/validate{query}"), &headers, body).await.is(200);
        let matched = &found["match"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let rules: Vec<_> =
            found["violations"].as_array().unwrap().iter().map(|one| text(&one["rule"])).collect();
        format!(
            "{} {}{} {}",
            text(&found["outcome"]),
            text(&matched["subject"]),
            matched["version"],
            rules.join(",")
        )
    };
    let verdict = async |query: &str, version: i64| {
        let first = asked(query, version).await;
        assert_eq!(asked(query, version).await, first, "{query} {version}");
        first
    };
    let settings = async |scope: &str, settings: Value| {
        let path = format!("/v1/subjects/{scope}/settings");
        app.send("PUT", &path, &JSON, settings.to_string().into_bytes()).await.is(200);
    };
    let unset = async |scope: &str| {
        app.delete(&format!("/v1/subjects/{scope}/settings")).await.is(204);
    };
    for round in 0..2 {
        assert_eq!(verdict("", 1).await, "unchecked null ", "{round}");
        app.register_body("s", schema(1)).await;
        let first = if round == 0 { 1 } else { 3 };
        let (one, two) = (format!("valid s{first} "), format!("valid s{} ", first + 1));
        assert_eq!(verdict("", 1).await, one);
        app.register_body("s", schema(2)).await;
        assert_eq!((verdict("", 2).await, verdict("", 1).await), (two.clone(), one.clone()));
        for latest in
            [json!({ "versions": "latest" }), json!({ "versions": format!("pinned:{}", first + 1) })]
        {
            settings("s", latest).await;
            assert_eq!(verdict("", 1).await, format!("invalid s{} schema.json.const", first + 1));
            assert_eq!(verdict("", 2).await, two);
        }
        settings("s", json!({ "framing": "confluent" })).await;
        assert_eq!(verdict("", 2).await, "invalid null schema.id-required");
        unset("s").await;
        assert_eq!(verdict("", 2).await, two);
        settings(":.:", json!({ "framedTypes": { "application/json": "JSON" } })).await;
        assert_eq!(verdict("", 2).await, "invalid null schema.id-required");
        assert_eq!(verdict("?rules=schema.id-required:off", 2).await, two);
        assert_eq!(
            verdict("", 2).await,
            "invalid null schema.id-required",
            "what a request forgives is its own matter"
        );
        settings(":.:", json!({ "subjectStrategies": ["type-value", "type"] })).await;
        assert_eq!(verdict("", 2).await, two);
        app.register_body("s-value", schema(1)).await;
        assert_eq!(verdict("", 2).await, "invalid s-value1 schema.json.const");
        app.delete("/subjects/s-value").await.is(200);
        app.delete("/subjects/s-value?permanent=true").await.is(200);
        unset(":.:").await;
        assert_eq!(verdict("", 2).await, two);
        app.register_body("other", schema(5)).await;
        assert_eq!(verdict("?subject=other", 2).await, "invalid null schema.conflict");
        assert_eq!(verdict("?profile=envelope-only", 2).await, "valid null ");
        app.put("/config/s", json!({ "alias": "other" })).await.is(200);
        assert_eq!(
            (verdict("", 2).await, verdict("", 5).await),
            ("invalid other1 schema.json.const".to_owned(), "valid other1 ".to_owned())
        );
        app.delete("/config/s").await.is(200);
        assert_eq!(verdict("", 2).await, two);
        app.delete(&format!("/subjects/s/versions/{}", first + 1)).await.is(200);
        assert_eq!(
            (verdict("", 2).await, verdict("", 1).await),
            (format!("invalid s{first} schema.json.const"), one)
        );
        app.delete("/subjects/s").await.is(200);
    }
    assert_eq!(verdict("", 1).await, "unchecked null ");
    app.delete("/subjects/s?permanent=true").await.is(200);
    app.register_body("s", schema(7)).await;
    assert_eq!(
        (verdict("", 1).await, verdict("", 7).await),
        ("invalid s1 schema.json.const".to_owned(), "valid s1 ".to_owned())
    );
}

/// Events of foreign producers ask for what is not there, over and over.
#[tokio::test]
async fn what_is_not_there_is_asked_of_the_store_once_until_something_changes() {
    let app = App::new().await;
    let uri = "https://elsewhere.example.com/order.json";
    let foreign = || {
        let mut event = event("com.example.order", 1);
        event["dataschema"] = json!(uri);
        event
    };
    assert_eq!(validate(&app, &foreign()).await["outcome"], "unchecked");
    let mut identified = schema(2);
    identified["schema"] = json!({ "$id": uri, "type": "object", "required": ["total"] }).to_string().into();
    app.register_body("orders", identified).await;
    let found = validate(&app, &foreign()).await;
    assert_eq!((&found["outcome"], &found["match"]["subject"]), (&json!("invalid"), &json!("orders")));
    app.delete("/subjects/orders").await.is(200);
    assert_eq!(validate(&app, &foreign()).await["outcome"], "unchecked");
    app.register_body("com.example.order", schema(1)).await;
    assert_eq!(validate(&app, &foreign()).await["outcome"], "valid");
    app.delete("/subjects/com.example.order").await.is(200);
    assert_eq!(validate(&app, &foreign()).await["outcome"], "unchecked");
    let unheard = event("com.example.unheard", 1);
    let answer = async || (validate(&app, &unheard).await, validate(&app, &foreign()).await);
    let before = answer().await;
    if app.is_here() {
        app.close_store().await;
        assert_eq!(answer().await, before, "nobody asks the store");
    }
}

#[tokio::test]
async fn settings_of_a_wider_scope_are_seen_by_the_next_verdict() {
    let app = App::new().await;
    let text = "syntax = \"proto3\"; message Empty {}";
    app.register_body("s", json!({ "schemaType": "PROTOBUF", "schema": text })).await;
    // A field that the message does not have.
    let verdict = async || {
        let path = "/v1/subjects/s/versions/latest/validate";
        let headers = [("content-type", "application/x-protobuf")];
        let found = app.send("POST", path, &headers, vec![0x08, 0x01]).await.is(200);
        (found["outcome"].as_str().unwrap().to_owned(), found["warnings"].as_array().unwrap().len())
    };
    assert_eq!(verdict().await, ("valid".to_owned(), 1));
    for (scope, policy, expected) in
        [("s", "ignore", ("valid", 0)), ("s", "reject", ("invalid", 0)), (":.:", "ignore", ("invalid", 0))]
    {
        let path = format!("/v1/subjects/{scope}/settings");
        app.send("PUT", &path, &JSON, json!({ "unknownFields": policy }).to_string().into_bytes())
            .await
            .is(200);
        assert_eq!(verdict().await, (expected.0.to_owned(), expected.1), "{scope}: {policy}");
    }
    app.delete("/v1/subjects/s/settings").await.is(204);
    assert_eq!(verdict().await, ("valid".to_owned(), 0), "the context's own settings stand now");
    app.delete("/v1/subjects/:.:/settings").await.is(204);
    assert_eq!(verdict().await, ("valid".to_owned(), 1));
}

/// A client that hangs up after its write was handed in has changed something all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_whose_client_went_away_is_seen_when_it_stands() {
    let app = App::new().await;
    app.put("/config", json!({ "compatibility": "NONE" })).await.is(200);
    for version in 1..=30 {
        let before = against_latest(&app, "s", version).await.0;
        let hasty = app.register_body("s", schema(version));
        let _ = tokio::time::timeout(std::time::Duration::from_micros(version as u64 * 60), hasty).await;
        // Repeating it finds it, or makes it; either way it stands now.
        app.register_body("s", schema(version)).await;
        assert_eq!(against_latest(&app, "s", version).await, (before + 1, "valid".to_owned()));
    }
}

/// What references mean may change after a permanent delete.
#[tokio::test]
async fn a_schema_is_compiled_again_when_what_it_refers_to_was_replaced() {
    let app = App::new().await;
    app.put("/config", json!({ "compatibility": "NONE" })).await.is(200);
    let holder = json!({ "schemaType": "JSON", "schema": json!({ "$ref": "part.json" }).to_string(),
        "references": [{ "name": "part.json", "subject": "part", "version": 1 }] });
    let path = "/subjects/holder/versions";
    for kind in ["string", "integer"] {
        let part = json!({ "schemaType": "JSON", "schema": json!({ "type": kind }).to_string() });
        assert_eq!(app.register_body("part", part).await["version"], 1);
        app.post(path, holder.clone()).await.is(200);
        for (data, fits) in [(json!("text"), "string"), (json!(7), "integer")] {
            let record = json!({ "schema": { "subject": "holder" }, "data": data });
            let body = json!({ "records": [record] }).to_string().into_bytes();
            let json = [("content-type", "application/json")];
            let reply = app.send("POST", "/v1/validate", &json, body).await.is(200);
            assert_eq!(reply["results"][0]["valid"], fits == kind, "{kind} {data}: {reply}");
        }
        for subject in ["holder", "part"] {
            app.delete(&format!("/subjects/{subject}")).await.is(200);
            app.delete(&format!("/subjects/{subject}?permanent=true")).await.is(200);
        }
    }
}
