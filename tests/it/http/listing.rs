//! R10xx: lists, filters, pages.

use serde_json::{Value, json};

use super::app::{App, skip_elsewhere};

/// Subjects in three contexts, one of them with two versions.
async fn some_subjects(app: &App) {
    for subject in ["b1", "b2", "Az", "9", ":.c10:b1", ":.d10:x"] {
        app.register(subject, "\"int\"").await;
    }
    app.register("b1", "\"long\"").await;
}

/// `subject/version` of every entry.
fn names(listed: &Value) -> Vec<String> {
    let name = |entry: &Value| format!("{}/{}", entry["subject"].as_str().unwrap(), entry["version"]);
    listed.as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn r1001_r1002_subjects_are_sorted_and_filtered_by_prefix() {
    let app = App::new().await;
    some_subjects(&app).await;
    for (prefix, expected) in [
        ("", json!(["9", "Az", "b1", "b2"])),
        ("?subjectPrefix=", json!(["9", "Az", "b1", "b2"])),
        ("?subjectPrefix=b", json!(["b1", "b2"])),
        ("?subjectPrefix=B", json!([])),
        ("?subjectPrefix=:.c10:", json!([":.c10:b1"])),
        ("?subjectPrefix=:.c10:b", json!([":.c10:b1"])),
        ("?subjectPrefix=:.c10:x", json!([])),
        ("?subjectPrefix=:*:", json!(["9", ":.c10:b1", ":.d10:x", "Az", "b1", "b2"])),
        ("?subjectPrefix=:*:b1", json!([":.c10:b1", "b1"])),
    ] {
        app.get(&format!("/subjects{prefix}")).await.gives(expected);
    }
}

#[tokio::test]
async fn r1003_subjects_with_deleted_versions_are_listed_when_asked_for() {
    let app = App::new().await;
    some_subjects(&app).await;
    app.delete("/subjects/b2").await.is(200);
    app.delete("/subjects/b1/versions/2").await.is(200);
    app.delete("/subjects/:.c10:b1").await.is(200);
    for (query, expected) in [
        ("", json!(["9", "Az", "b1"])),
        ("?deleted=true", json!(["9", "Az", "b1", "b2"])),
        ("?deletedOnly=true", json!(["b2"])),
        ("?deletedOnly=true&deleted=true", json!(["b2"])),
        ("?deletedOnly=true&subjectPrefix=:*:", json!([":.c10:b1", "b2"])),
        ("?deletedOnly=true&subjectPrefix=:*:&offset=1", json!(["b2"])),
        ("?deleted=true&subjectPrefix=b&limit=1", json!(["b1"])),
    ] {
        app.get(&format!("/subjects{query}")).await.gives(expected);
    }
}

#[tokio::test]
async fn r1004_r1005_r1006_schemas_are_listed_by_subject_and_version() {
    let app = App::new().await;
    some_subjects(&app).await;
    let listed = app.get("/schemas").await.is(200);
    assert_eq!(names(&listed), ["9/1", "Az/1", "b1/1", "b1/2", "b2/1"]);
    assert_eq!(listed[2], app.get("/subjects/b1/versions/1").await.is(200));
    let listed = app.get("/schemas?latestOnly=true&subjectPrefix=:*:b1").await.is(200);
    assert_eq!(names(&listed), [":.c10:b1/1", "b1/2"]);
    app.delete("/subjects/b1/versions/2").await.is(200);
    assert_eq!(names(&app.get("/schemas?subjectPrefix=b1").await.is(200)), ["b1/1"]);
    let listed = app.get("/schemas?subjectPrefix=b1&deleted=true").await.is(200);
    assert_eq!(names(&listed), ["b1/1", "b1/2"]);
    assert_eq!(listed[1]["deleted"], true);
    let listed = app.get("/schemas?subjectPrefix=b1&deleted=true&latestOnly=true").await.is(200);
    assert_eq!(names(&listed), ["b1/2"]);
}

#[tokio::test]
async fn r1007_subjects_are_found_by_their_aliases_too() {
    let app = App::new().await;
    app.register("orders", "\"int\"").await;
    app.put("/config/bestellungen", json!({ "alias": "orders" })).await.is(200);
    app.get("/schemas?subjectPrefix=best").await.gives(json!([]));
    let listed = app.get("/schemas?subjectPrefix=best&aliases=true").await.is(200);
    assert_eq!(names(&listed), ["orders/1"]);
    assert_eq!(listed[0]["aliases"], json!(["bestellungen"]));
    let listed = app.get("/schemas?aliases=true").await.is(200);
    assert_eq!(names(&listed), ["orders/1"]);
    assert!(app.get("/schemas").await.is(200)[0].get("aliases").is_none());
}

#[tokio::test]
async fn r1008_schemas_are_found_by_the_type_of_a_rule() {
    let app = App::new().await;
    let rules = json!({ "domainRules": [{ "name": "r", "type": "CEL", "expr": "true" }] });
    app.register_body("s", json!({ "schema": "\"int\"", "ruleSet": rules })).await;
    app.register_body("s", json!({ "schema": "\"long\"", "ruleSet": {} })).await;
    app.register("t", "\"int\"").await;
    assert_eq!(names(&app.get("/schemas?ruleType=CEL").await.is(200)), ["s/1"]);
    app.get("/schemas?ruleType=CEL&latestOnly=true").await.gives(json!([]));
    app.get("/schemas?ruleType=JSONATA").await.gives(json!([]));
}

#[tokio::test]
async fn r1009_r1010_pages() {
    let app = App::new().await;
    some_subjects(&app).await;
    for (query, expected) in [
        ("offset=1&limit=2", json!(["Az", "b1"])),
        ("offset=3", json!(["b2"])),
        ("offset=9", json!([])),
        ("limit=0", json!(["9", "Az", "b1", "b2"])),
        ("limit=-5", json!(["9", "Az", "b1", "b2"])),
        ("offset=-3&limit=1", json!(["9"])),
        ("offset=&limit=1", json!(["9"])),
    ] {
        app.get(&format!("/subjects?{query}")).await.gives(expected);
    }
    assert_eq!(names(&app.get("/schemas?offset=2&limit=2").await.is(200)), ["b1/1", "b1/2"]);
    assert_eq!(names(&app.get("/schemas?limit=5000").await.is(200)).len(), 5);
    app.get("/schemas?offset=99").await.gives(json!([]));
}

#[tokio::test]
async fn r1011_lists_of_schemas_stop_at_a_thousand() {
    let app = App::new().await;
    if skip_elsewhere(&app, "takes its time") {
        return;
    }
    for number in 1..=1005 {
        app.register(&format!("s{number:04}"), "\"long\"").await;
    }
    for query in ["", "?limit=-1", "?limit=5000"] {
        assert_eq!(names(&app.get(&format!("/schemas{query}")).await.is(200)).len(), 1000, "{query}");
    }
    assert_eq!(names(&app.get("/schemas?offset=1000").await.is(200)).len(), 5);
    assert_eq!(app.get("/subjects").await.is(200).as_array().unwrap().len(), 1005);
}
