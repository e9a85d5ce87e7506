//! JSON for an Avro schema, where nothing says which of its two forms is meant.

use serde_json::{Value, json};

use super::App;

/// The verdict on a payload under a content type, in short.
async fn verdict(app: &App, subject: &str, content_type: &str, payload: &Value) -> String {
    let path = format!("/v1/subjects/{subject}/versions/latest/validate");
    let headers = [("content-type", content_type)];
    let verdict = app.send("POST", &path, &headers, payload.to_string().into_bytes()).await.is(200);
    let findings = |list: &str| {
        let findings = verdict[list].as_array().unwrap().iter();
        let lines = findings.map(|found| format!(" {} {}", found["rule"], found["pointer"]).replace('"', ""));
        lines.collect::<String>()
    };
    format!("{}{}{}", verdict["outcome"].as_str().unwrap(), findings("violations"), findings("warnings"))
}

async fn register(app: &App, subject: &str, schema: &Value, condition: &str) {
    let rule = json!({ "name": "r", "kind": "CONDITION", "type": "CEL", "mode": "WRITE", "expr": condition });
    let body = json!({ "schema": schema.to_string(), "ruleSet": { "domainRules": [rule] } });
    app.register_body(subject, body).await;
}

/// A record whose fields all have defaults takes every object, with a warning for each of its members.
#[tokio::test]
async fn the_form_that_leaves_nothing_out_is_the_one_that_is_meant() {
    let app = App::new().await;
    let customer = json!({ "type": "record", "name": "Customer", "fields": [
        { "name": "name", "type": "string", "default": "" },
        { "name": "vip", "type": "boolean", "default": false },
    ]});
    let order = json!({ "type": "record", "name": "Order", "fields": [
        { "name": "customer", "type": ["null", customer], "default": null },
        { "name": "note", "type": "string", "default": "" },
    ]});
    register(&app, "vip", &order, "message.customer == null || message.customer.vip").await;
    register(&app, "no-vip", &order, "message.customer == null || !message.customer.vip").await;
    let vip = json!({ "name": "x", "vip": true });
    let named = json!({ "customer": { "Customer": vip }, "note": "" });
    let plain = json!({ "customer": vip });
    let misnamed = json!({ "customer": { "Customer": { "name": 5, "vip": true } }, "note": "" });
    let unknown = json!({ "customer": { "nickname": "y" } });
    for (subject, payload, expected) in [
        ("vip", &named, "valid"),
        ("vip", &plain, "valid"),
        ("no-vip", &named, "invalid rule.r "),
        ("no-vip", &plain, "invalid rule.r "),
        ("vip", &misnamed, "invalid schema.avro.type /customer"),
        ("no-vip", &unknown, "valid schema.avro.unknown-field /customer/nickname"),
        ("vip", &unknown, "invalid rule.r  schema.avro.unknown-field /customer/nickname"),
    ] {
        assert_eq!(
            verdict(&app, subject, "application/json", payload).await,
            expected,
            "{subject} {payload}"
        );
    }
    let as_avro = verdict(&app, "no-vip", "application/avro+json", &named).await;
    assert_eq!(as_avro, "invalid rule.r ", "what the content type says is what is read without it");
}

#[tokio::test]
async fn rules_see_the_branch_that_knows_all_members() {
    let app = App::new().await;
    let union = json!([
        { "type": "record", "name": "A", "fields": [
            { "name": "x", "type": "int" }, { "name": "c", "type": "int", "default": 3 }] },
        { "type": "record", "name": "B", "fields": [
            { "name": "x", "type": "int" }, { "name": "d", "type": "string" }] },
    ]);
    register(&app, "union", &union, "has(message.d) == (message.x == 1)").await;
    for (payload, expected) in [
        (json!({ "x": 1, "d": "q" }), "valid"),
        (json!({ "B": { "x": 1, "d": "q" } }), "valid"),
        (json!({ "x": 2, "d": "q" }), "invalid rule.r "),
        (json!({ "x": 2 }), "valid"),
        (json!({ "x": 2, "c": 1, "d": "q" }), "valid schema.avro.unknown-field /d"),
    ] {
        assert_eq!(verdict(&app, "union", "application/json", &payload).await, expected, "{payload}");
    }
}
