//! `POST /v1/validate`: records that bring their schema.

use serde_json::{Value, json};

use super::app::App;

async fn verdict(app: &App, path: &str, record: Value) -> Value {
    let body = json!({ "records": [record] }).to_string().into_bytes();
    let reply = app.send("POST", path, &[("content-type", "application/json")], body).await;
    reply.is(200)["results"][0].clone()
}

#[tokio::test]
async fn references_of_an_inline_schema_are_looked_up_in_the_context_of_the_request() {
    let app = App::new().await;
    let base = json!({ "schemaType": "JSON", "schema": r#"{"type":"integer"}"# });
    app.post("/contexts/.c1/subjects/base/versions", base).await.is(200);
    let schema = json!({ "schemaType": "JSON", "schema": r#"{"$ref":"base.json"}"#,
        "references": [{ "name": "base.json", "subject": "base", "version": 1 }] });
    let there = "/contexts/.c1/v1/validate";
    let of = |data: Value| json!({ "schema": schema, "data": data });
    assert_eq!(verdict(&app, there, of(json!(1))).await["outcome"], "valid");
    assert_eq!(verdict(&app, there, of(json!("x"))).await["outcome"], "invalid");
    assert_eq!(verdict(&app, "/v1/validate", of(json!(1))).await["outcome"], "indeterminate");
}

#[tokio::test]
async fn settings_of_the_context_hold_for_an_inline_schema() {
    let app = App::new().await;
    app.put("/v1/subjects/:.c1:/settings", json!({ "formats": "annotate" })).await.is(200);
    let schema = json!({ "schemaType": "JSON", "schema": r#"{"format":"date"}"# });
    let record = json!({ "schema": schema, "data": "no date" });
    assert_eq!(verdict(&app, "/contexts/.c1/v1/validate", record.clone()).await["outcome"], "valid");
    assert_eq!(verdict(&app, "/v1/validate", record).await["outcome"], "invalid");
}
