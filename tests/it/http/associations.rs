//! Associations: topics bound to subjects, so that serializers need no naming rule.

use serde_json::{Value, json};

use super::app::{App, record};

const ASSOCIATIONS: &str = "/associations";
const BY_ID: &str = "/associations/resources/id-1";
const BY_NAME: &str = "/associations/resources/-/orders";

/// A request that binds the topic `orders` of cluster `lkc-1`.
#[expect(clippy::needless_pass_by_value, reason = "stories read better without the ampersand")]
fn orders(associations: Value) -> Value {
    json!({ "resourceName": "orders", "resourceNamespace": "lkc-1", "resourceId": "id-1", "resourceType": "topic",
        "associations": associations })
}

/// The same for another topic.
#[expect(clippy::needless_pass_by_value, reason = "stories read better without the ampersand")]
fn returns(associations: Value) -> Value {
    json!({ "resourceName": "returns", "resourceNamespace": "lkc-1", "resourceId": "id-2", "associations": associations })
}

fn subjects(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["subject"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_topic_is_bound_to_a_subject_and_found_from_all_sides() {
    let app = App::new().await;
    app.register("shop.Order", record("Order", &["id"])).await;
    let request = orders(json!([{ "subject": "shop.Order", "associationType": "value" }]));
    let created = json!({ "resourceName": "orders", "resourceNamespace": "lkc-1", "resourceId": "id-1",
        "resourceType": "topic", "associations": [{ "subject": "shop.Order", "associationType": "value",
        "lifecycle": "WEAK", "frozen": false }] });
    app.post(ASSOCIATIONS, request.clone()).await.gives(created.clone());
    app.post(ASSOCIATIONS, request).await.gives(created);

    let mut found = app.get(BY_ID).await.is(200);
    let paths = [
        "/associations/resources/-/orders?resourceType=topic&associationType=value",
        "/associations/resources/lkc-1/orders",
        "/associations/subjects/shop.Order?lifecycle=WEAK&associationType=key&associationType=value",
    ];
    for path in paths {
        app.get(path).await.gives(found.clone());
    }
    assert_eq!(found[0].as_object_mut().unwrap().remove("guid").unwrap().as_str().unwrap().len(), 36);
    assert_eq!(
        found,
        json!([{ "subject": "shop.Order", "resourceName": "orders", "resourceNamespace": "lkc-1",
            "resourceId": "id-1", "resourceType": "topic", "associationType": "value", "lifecycle": "WEAK",
            "frozen": false }])
    );
    for path in [
        "/associations/resources/-/order",
        "/associations/resources/lkc-2/orders",
        "/associations/resources/-/orders?associationType=key",
        "/associations/resources/-/orders?resourceType=table",
        "/associations/resources/-/orders?lifecycle=STRONG",
        "/associations/resources/-/orders?offset=1",
        "/associations/resources/-/orders%1Flkc-1",
        "/associations/resources/id",
        "/associations/subjects/shop",
    ] {
        app.get(path).await.gives(json!([]));
    }
}

#[tokio::test]
async fn key_and_value_are_bound_in_one_request_with_their_schemas() {
    let app = App::new().await;
    let request = orders(json!([
        { "subject": "k", "associationType": "key", "schema": { "schema": "\"string\"" } },
        { "subject": "v", "lifecycle": "STRONG", "frozen": true, "schema": { "schema": "\"long\"" } },
    ]));
    app.post("/associations?dryRun=true", request.clone()).await.is(200);
    app.get(BY_ID).await.gives(json!([]));
    app.get("/subjects").await.gives(json!([]));

    let created = app.post(ASSOCIATIONS, request.clone()).await.is(200);
    assert_eq!(created["associations"][0]["schema"]["version"], 1);
    assert_eq!(created["associations"][1]["schema"]["schema"], "\"long\"");
    assert_eq!(app.post(ASSOCIATIONS, request).await.is(200), created);
    app.get("/subjects/v/versions").await.gives(json!([1]));
    assert_eq!(subjects(&app.get(BY_NAME).await.is(200)), ["k", "v"]);
    assert_eq!(subjects(&app.get(&format!("{BY_NAME}?limit=1")).await.is(200)), ["k"]);
}

#[tokio::test]
async fn nothing_is_bound_when_one_schema_cannot_be_registered() {
    let app = App::new().await;
    app.register("v", record("R", &["a"])).await;
    let request = orders(json!([
        { "subject": "k", "associationType": "key", "schema": { "schema": "\"string\"" } },
        { "subject": "v", "schema": { "schema": record("R", &["a", "b"]) } },
    ]));
    app.post(ASSOCIATIONS, request).await.refused(40901);
    app.get(BY_ID).await.gives(json!([]));
    app.get("/subjects").await.gives(json!(["v"]));
}

#[tokio::test]
async fn a_subject_is_owned_by_one_or_used_by_many() {
    let app = App::new().await;
    app.register("a", "\"long\"").await;
    app.register("b", "\"int\"").await;
    app.post(ASSOCIATIONS, orders(json!([{ "subject": "none" }]))).await.refused(40907);
    app.post(ASSOCIATIONS, orders(json!([{ "subject": "a", "lifecycle": "STRONG" }]))).await.is(200);
    app.post(ASSOCIATIONS, orders(json!([{ "subject": "b" }]))).await.refused(40903);
    app.post(ASSOCIATIONS, orders(json!([{ "subject": "a", "lifecycle": "WEAK" }]))).await.refused(40903);
    app.post(ASSOCIATIONS, returns(json!([{ "subject": "a" }]))).await.refused(40905);
    app.post(ASSOCIATIONS, returns(json!([{ "subject": "b" }]))).await.is(200);
    let twins = json!([{ "subject": "b", "associationType": "key", "lifecycle": "STRONG" }]);
    app.post(ASSOCIATIONS, orders(twins)).await.refused(40904);
    let both =
        json!([{ "subject": "a", "lifecycle": "STRONG" }, { "subject": "b", "associationType": "key" }]);
    app.post(ASSOCIATIONS, orders(both)).await.is(200);
    assert_eq!(app.get("/associations/subjects/b").await.is(200).as_array().unwrap().len(), 2);
    // The same name again, with another id.
    let again = json!({ "resourceName": "orders", "resourceNamespace": "lkc-1", "resourceId": "id-3",
        "associations": [{ "subject": "b" }] });
    app.post(ASSOCIATIONS, again).await.refused(40903);
}

#[tokio::test]
async fn an_upsert_changes_what_is_not_frozen() {
    let app = App::new().await;
    app.register("a", "\"long\"").await;
    app.put(BY_ID, orders(json!([{ "subject": "a" }]))).await.is(200);
    // Of a known resource the id suffices.
    let strong = json!({ "associations": [{ "lifecycle": "STRONG", "frozen": true }] });
    app.put(&format!("{BY_ID}?dryRun=true"), strong.clone()).await.is(200);
    assert_eq!(app.get(BY_ID).await.is(200)[0]["lifecycle"], "WEAK");
    app.put(BY_ID, strong.clone()).await.is(200);
    let found = app.get("/associations/subjects/a").await.is(200);
    assert_eq!((&found[0]["lifecycle"], &found[0]["frozen"]), (&json!("STRONG"), &json!(true)));
    app.put(BY_ID, strong).await.is(200);
    app.put(BY_ID, json!({ "associations": [{ "frozen": false }] })).await.refused(40908);
    app.put(BY_ID, json!({ "associations": [{ "schema": { "schema": "\"double\"" } }] }))
        .await
        .refused(40908);
    app.put(BY_ID, json!({ "associations": [{ "schema": { "schema": "\"long\"" } }] })).await.is(200);
    app.put(BY_ID, json!({ "associations": [{ "subject": "b" }] })).await.refused(40903);
    app.put("/associations/resources/id-9", json!({ "associations": [{ "subject": "a" }] }))
        .await
        .refused(42212);
}

#[tokio::test]
async fn a_bound_subject_keeps_a_version_until_it_is_loosed() {
    let app = App::new().await;
    app.register("a", record("R", &["x"])).await;
    app.register("a", record("R", &["x", "y="])).await;
    app.post(ASSOCIATIONS, orders(json!([{ "subject": "a", "lifecycle": "STRONG", "frozen": true }])))
        .await
        .is(200);
    app.delete("/subjects/a").await.refused(40904);
    app.delete("/subjects/a/versions/1").await.gives(json!(1));
    app.delete("/subjects/a/versions/1?permanent=true").await.gives(json!(1));
    app.delete("/subjects/a/versions/latest").await.refused(40904);
    let referring = json!({ "schema": "{\"type\":\"record\",\"name\":\"S\",\"fields\":[{\"name\":\"r\",\"type\":\"R\"}]}",
        "references": [{ "name": "R", "subject": "a", "version": 2 }] });
    app.post("/subjects/s/versions", referring.clone()).await.refused(42205);

    app.delete(BY_ID).await.refused(40908);
    app.delete(&format!("{BY_ID}?cascadeLifecycle=true&associationType=key")).await.refused(40410);
    assert_eq!(app.delete(&format!("{BY_ID}?cascadeLifecycle=true&dryRun=true")).await.status, 204);
    app.get("/subjects").await.gives(json!(["a"]));
    assert_eq!(app.delete(&format!("{BY_ID}?cascadeLifecycle=True&resourceType=topic")).await.status, 204);
    app.get("/subjects").await.gives(json!([]));
    for path in [BY_ID, BY_NAME, "/associations/subjects/a"] {
        app.get(path).await.gives(json!([]));
    }
    app.delete(BY_ID).await.refused_with(40410, "Association for 'id-1' not found.");
}

#[tokio::test]
async fn loosing_one_type_keeps_the_other_and_its_subject() {
    let app = App::new().await;
    app.register("a", "\"long\"").await;
    let both =
        json!([{ "subject": "a", "associationType": "key" }, { "subject": "a", "associationType": "value" }]);
    app.post(ASSOCIATIONS, orders(both)).await.is(200);
    assert_eq!(app.delete(&format!("{BY_ID}?associationType=key&cascadeLifecycle=false")).await.status, 204);
    assert_eq!(app.get("/associations/subjects/a").await.is(200)[0]["associationType"], "value");
    app.delete("/subjects/a").await.refused(40904);
    assert_eq!(app.delete(BY_ID).await.status, 204);
    app.delete("/subjects/a").await.gives(json!([1]));
}

#[tokio::test]
async fn a_context_is_where_unqualified_subjects_are() {
    let app = App::new().await;
    app.register(":.dr:a", "\"long\"").await;
    app.post(ASSOCIATIONS, orders(json!([{ "subject": "a" }]))).await.refused(40907);
    let bound = app.post("/associations?context=.dr", orders(json!([{ "subject": "a" }]))).await.is(200);
    assert_eq!(bound["associations"][0]["subject"], ":.dr:a");
    assert_eq!(subjects(&app.get("/contexts/.dr/associations/subjects/a").await.is(200)), [":.dr:a"]);
}

#[tokio::test]
async fn broken_requests_are_refused() {
    let app = App::new().await;
    app.register("a", "\"long\"").await;
    let entries = [
        json!([]),
        json!([{ "associationType": "value" }]),
        json!([{ "subject": "a", "associationType": "header" }]),
        json!([{ "subject": "a" }, { "subject": "a" }]),
        json!([{ "subject": "a", "lifecycle": "WEAK", "frozen": true }]),
        json!([{ "subject": ":.dr:" }]),
    ];
    for entry in entries {
        app.post(ASSOCIATIONS, orders(entry)).await.refused(42212);
    }
    for (member, value) in
        [("resourceName", json!(null)), ("resourceId", json!("")), ("resourceNamespace", json!("a\u{1f}b"))]
    {
        let mut request = orders(json!([{ "subject": "a" }]));
        request[member] = value;
        app.post(ASSOCIATIONS, request).await.refused(42212);
    }
    let table = json!({ "resourceType": "table", "associations": [{ "subject": "a" }] });
    app.put(BY_ID, table).await.refused(42212);
    app.put("/associations/resources/other", orders(json!([{ "subject": "a" }]))).await.refused(42212);
    app.post(ASSOCIATIONS, orders(json!([{ "subject": "a", "lifecycle": "LOOSE" }]))).await.refused(400);
    app.post(ASSOCIATIONS, json!({ "associations": {} })).await.refused(400);
    app.get(BY_ID).await.gives(json!([]));
}

#[tokio::test]
async fn schemas_are_found_by_the_associations_of_their_subjects() {
    let app = App::new().await;
    for subject in ["a", "b", "c"] {
        app.register(subject, "\"long\"").await;
    }
    let both = json!([
        { "subject": "a", "associationType": "value", "lifecycle": "STRONG" },
        { "subject": "b", "associationType": "key" },
    ]);
    app.post(ASSOCIATIONS, orders(both)).await.is(200);
    for (query, expected) in [
        ("", vec!["a", "b", "c"]),
        ("?resourceType=topic", vec!["a", "b"]),
        ("?resourceType=table", vec![]),
        ("?associationType=key", vec!["b"]),
        ("?associationType=key&associationType=value", vec!["a", "b"]),
        ("?associationType=key&associationType=value&offset=1", vec!["b"]),
        ("?lifecycle=STRONG", vec!["a"]),
        ("?lifecycle=WEAK&subjectPrefix=a", vec![]),
        ("?resourceType=&lifecycle=", vec!["a", "b", "c"]),
    ] {
        assert_eq!(subjects(&app.get(&format!("/schemas{query}")).await.is(200)), expected, "{query}");
    }
    let listed = app.get("/schemas?lifecycle=STRONG").await.is(200);
    assert_eq!(listed[0]["associations"], app.get("/associations/subjects/a").await.is(200));
    assert!(app.get("/schemas").await.is(200)[0].get("associations").is_none());
}
