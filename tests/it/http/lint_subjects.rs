//! `POST /v1/lint` with a name, and `GET /v1/subjects/{subject}/lint`: the same advice.

use serde_json::{Value, json};

use super::app::App;

async fn lint(app: &App, content_type: &str, query: &str, body: &Value) -> (u16, Value) {
    let path = format!("/v1/lint{query}");
    let headers = [("content-type", content_type)];
    let reply = app.send("POST", &path, &headers, body.to_string().into_bytes()).await;
    (reply.status, serde_json::from_slice(&reply.body).unwrap())
}

#[tokio::test]
async fn a_subject_is_linted_alike_by_path_and_by_body() {
    let app = App::new().await;
    let schema = json!({ "type": "record", "name": "X", "fields": [{ "name": "amount", "type": "double" }] });
    app.register("orders-value", &schema).await;
    app.put("/config/o", json!({ "alias": "orders-value" })).await.is(200);
    for name in ["orders-value", "o"] {
        let by_path = app.get(&format!("/v1/subjects/{name}/lint")).await.is(200);
        assert!(!by_path["lint"].as_array().unwrap().is_empty(), "{by_path}");
        assert_eq!(lint(&app, "application/json", "", &json!({ "subject": name })).await, (200, by_path));
    }
    // Levels of the subject that the name stands for.
    let posted = json!({ "schema": schema.to_string() });
    let found = lint(&app, "application/json", "?subject=o", &posted).await.1;
    let is_l11 = |finding: &Value| finding["id"] == "L11";
    assert!(found["lint"].as_array().unwrap().iter().any(is_l11), "{found}");
    app.put("/v1/subjects/orders-value/settings", json!({ "lint": { "L11": "off" } })).await.is(200);
    let found = lint(&app, "application/json", "?subject=o", &posted).await.1;
    assert!(!found["lint"].as_array().unwrap().iter().any(is_l11), "{found}");
}

#[tokio::test]
async fn a_subject_beside_a_schema_or_in_an_event_is_no_name() {
    let app = App::new().await;
    let odd = json!({ "a": 1 });
    let event = json!({ "specversion": "1.0", "id": "1", "source": "https://example.com/", "type": "t",
        "subject": odd });
    let schema = json!({ "schema": "\"string\"", "subject": odd });
    assert_eq!(lint(&app, "application/json", "", &event).await.0, 200);
    assert_eq!(lint(&app, "application/json", "", &schema).await.0, 200);
    assert_eq!(lint(&app, "application/json", "", &json!({ "subject": odd })).await.0, 400);
}
