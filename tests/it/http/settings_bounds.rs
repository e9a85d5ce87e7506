//! Settings that would cost too much are refused when they are put.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::app::App;

const GLOBAL: &str = "/v1/subjects/:.:/settings";

async fn refusal(app: &App, settings: Value) -> String {
    let problem = app.put(GLOBAL, settings).await.problem(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["type"], "urn:chancery:problem:invalid-settings");
    problem["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_list_and_table_has_an_end() {
    let app = App::new().await;
    let many = |value: &dyn Fn(usize) -> Value| (0..1001).map(value).collect::<Vec<_>>();
    let table = |value: &str| -> Value {
        (0..1001)
            .map(|n| (format!("application/x{n}"), Value::from(value)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    for (name, value) in [
        ("subjectStrategies", json!(many(&|_| json!("type")))),
        ("subjectMap", json!(many(&|n| json!({ "type": format!("t{n}"), "subject": "s" })))),
        ("dataschemaAliases", json!(many(&|n| json!({ "uri": format!("a:{n}"), "subject": "s" })))),
        ("schemaGroups", table("g")),
        ("framedTypes", table("AVRO")),
        ("rules", table("off")),
        ("lint", table("off")),
    ] {
        let detail = refusal(&app, json!({ name: value })).await;
        assert_eq!(detail, format!("`{name}` has at most 1000 entries"));
    }
}

#[tokio::test]
async fn a_strategy_stands_once() {
    let app = App::new().await;
    let detail = refusal(&app, json!({ "subjectStrategies": ["type", "topic", "type"] })).await;
    assert!(detail.contains("`subjectStrategies` names a strategy twice"), "{detail}");
    app.put(GLOBAL, json!({ "subjectStrategies": ["type", "topic"] })).await.is(200);
}

#[tokio::test]
async fn patterns_that_would_fill_the_memory_are_refused() {
    let app = App::new().await;
    let rows = |pattern: &dyn Fn(usize) -> String, count: usize| {
        let rows = (0..count).map(|n| json!({ "type": pattern(n), "subject": "s" }));
        json!({ "subjectStrategies": ["map"], "subjectMap": rows.collect::<Vec<_>>() })
    };
    let detail = refusal(&app, rows(&|n| format!(r"\w{{100}}x{n}"), 400)).await;
    assert!(detail.starts_with("`subjectMap`: row 0: Compiled regex exceeds size limit"), "{detail}");
    let detail = refusal(&app, rows(&|n| format!(r"\w{{8}}x{n}"), 1000)).await;
    assert!(detail.contains("the patterns up to here take more than"), "{detail}");
    app.put(GLOBAL, rows(&|n| format!(r"shop\.[a-z]+\.v{n}"), 1000)).await.is(200);
}
