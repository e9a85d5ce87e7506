//! Section 11, `/associations:batchGet` and `/associations:batchMutate`: many resources in one request, an outcome
//! for each.

use serde_json::{Value, json};

use super::app::{App, record};

const GET: &str = "/associations:batchGet";
const MUTATE: &str = "/associations:batchMutate";

/// An item about the topic of a name; its id is `id-` and the name.
#[expect(clippy::needless_pass_by_value, reason = "stories read better without the ampersand")]
fn topic(name: &str, associations: Value) -> Value {
    json!({ "resourceName": name, "resourceNamespace": "lkc-1", "resourceId": format!("id-{name}"),
        "associations": associations })
}

impl App {
    /// Sends a batch; its outcomes.
    async fn batch(&self, path: &str, requests: Value) -> Vec<Value> {
        let body = self.post(path, json!({ "requests": requests })).await.is(207);
        body["results"].as_array().unwrap().clone()
    }

    /// Subjects that a resource is bound to.
    async fn bound(&self, resource: &str) -> Vec<String> {
        let found = self.get(&format!("/associations/resources/{resource}")).await.is(200);
        found.as_array().unwrap().iter().map(|one| one["subject"].as_str().unwrap().to_owned()).collect()
    }
}

/// The code of an outcome that is a refusal.
#[track_caller]
fn code(outcome: &Value) -> i64 {
    let error = outcome["error"].as_object().unwrap_or_else(|| panic!("no refusal: {outcome}"));
    assert!(!error["message"].as_str().unwrap().is_empty());
    error["error_code"].as_i64().unwrap()
}

/// Section 11: an item that is refused leaves the others as they are, and results keep the order of the items.
#[tokio::test]
async fn each_item_of_a_batch_succeeds_or_fails_by_itself() {
    let app = App::new().await;
    app.register("a", "\"long\"").await;
    app.register("b", "\"int\"").await;
    let outcomes = app
        .batch(
            MUTATE,
            json!([
                topic("orders", json!([{ "opType": "CREATE", "subject": "a", "lifecycle": "STRONG" }])),
                topic("returns", json!([{ "opType": "CREATE", "subject": "a" }])),
                topic("nothing", json!([{ "opType": "CREATE", "subject": "none" }])),
                topic("returns", json!([{ "opType": "UPSERT", "subject": "b", "associationType": "key" }])),
                topic("gone", json!([{ "opType": "DELETE", "associationType": "value" }])),
            ]),
        )
        .await;
    assert_eq!(
        outcomes[0],
        json!({ "result": { "resourceName": "orders", "resourceNamespace": "lkc-1", "resourceId": "id-orders",
            "resourceType": "topic", "associations": [{ "subject": "a", "associationType": "value",
            "lifecycle": "STRONG", "frozen": false }] } })
    );
    assert_eq!(
        outcomes[1],
        json!({ "error": { "error_code": 40905,
            "message": "A strong association already exists for subject 'a'" } })
    );
    assert_eq!(code(&outcomes[2]), 40907);
    assert_eq!(outcomes[3]["result"]["associations"][0]["associationType"], "key");
    assert_eq!(code(&outcomes[4]), 40410);
    assert_eq!(app.bound("id-orders").await, ["a"]);
    assert_eq!(app.bound("id-returns").await, ["b"]);
    assert_eq!(app.bound("id-nothing").await, [""; 0]);
}

/// Section 11: creating, changing and loosing in one item happen together or not at all, schemas included.
#[tokio::test]
async fn one_item_is_all_or_nothing() {
    let app = App::new().await;
    app.register("a", "\"long\"").await;
    app.register("v", record("R", &["x"])).await;
    let key =
        json!([{ "opType": "CREATE", "subject": "a", "associationType": "key", "lifecycle": "STRONG" }]);
    assert!(app.batch(MUTATE, json!([topic("orders", key)])).await[0]["result"].is_object());

    let loose = json!({ "opType": "DELETE", "associationType": "key", "cascadeLifecycle": true });
    let broken = json!([loose, { "opType": "CREATE", "subject": "v", "schema": { "schema": record("R", &["x", "y"]) } }]);
    assert_eq!(code(&app.batch(MUTATE, json!([topic("orders", broken)])).await[0]), 40901);
    let owned = json!([loose, { "opType": "CREATE", "subject": "a" }]);
    assert_eq!(code(&app.batch(MUTATE, json!([topic("orders", owned)])).await[0]), 42212);
    app.put("/mode/locked", json!({ "mode": "READONLY" })).await.is(200);
    let locked = json!([
        { "opType": "CREATE", "subject": "new", "associationType": "key", "schema": { "schema": "\"int\"" } },
        { "opType": "CREATE", "subject": "locked", "schema": { "schema": "\"int\"" } },
    ]);
    assert_eq!(code(&app.batch(MUTATE, json!([topic("returns", locked)])).await[0]), 42205);
    assert_eq!(app.bound("id-orders").await, ["a"]);
    app.get("/subjects").await.gives(json!(["a", "v"]));

    let moved = json!([loose, { "opType": "CREATE", "subject": "v", "schema": { "schema": record("R", &["x", "y="]) } }]);
    // Of a known resource the id suffices.
    let done = app.batch(MUTATE, json!([{ "resourceId": "id-orders", "associations": moved }])).await;
    assert_eq!(done[0]["result"]["associations"][0]["schema"]["version"], 2);
    assert_eq!(app.bound("id-orders").await, ["v"]);
    app.get("/subjects").await.gives(json!(["v"]));
}

/// Section 11: DELETE names what goes; a frozen association goes only with `cascadeLifecycle`.
#[tokio::test]
async fn loosing_in_a_batch_names_what_goes() {
    let app = App::new().await;
    app.register("a", "\"long\"").await;
    let frozen = json!([{ "opType": "CREATE", "subject": "a", "lifecycle": "STRONG", "frozen": true }]);
    app.batch(MUTATE, json!([topic("orders", frozen)])).await;
    let loose = |more: Value| {
        let mut entry = json!({ "opType": "DELETE", "associationType": "value" });
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "resourceId": "id-orders", "associations": [entry] })
    };
    let refused = json!([
        loose(json!({})),
        loose(json!({ "associationType": "key" })),
        loose(json!({ "subject": "b", "cascadeLifecycle": true })),
        loose(json!({ "associationType": null })),
    ]);
    let outcomes = app.batch(MUTATE, refused).await;
    assert_eq!(outcomes.iter().map(code).collect::<Vec<_>>(), [40908, 40410, 40410, 42212]);
    let last = json!([loose(json!({ "subject": "a", "cascadeLifecycle": true }))]);
    // Nothing is left to be told about.
    let done = json!({ "result": { "resourceName": "orders", "resourceNamespace": "lkc-1",
        "resourceId": "id-orders", "resourceType": "topic" } });
    assert_eq!(app.batch(&format!("{MUTATE}?dryRun=true"), last.clone()).await, std::slice::from_ref(&done));
    app.get("/subjects").await.gives(json!(["a"]));
    assert_eq!(app.batch(MUTATE, last.clone()).await, [done]);
    app.get("/subjects").await.gives(json!([]));
    assert_eq!(code(&app.batch(MUTATE, last).await[0]), 40410);
}

/// Section 11: a subject that others still reference does not go with its association, nor does the association.
#[tokio::test]
async fn an_owned_subject_that_is_referenced_stays_bound() {
    let app = App::new().await;
    app.register("a", record("R", &["x"])).await;
    let referring = json!({ "schema": "{\"type\":\"record\",\"name\":\"S\",\"fields\":[{\"name\":\"r\",\"type\":\"R\"}]}",
        "references": [{ "name": "R", "subject": "a", "version": 1 }] });
    app.register_body("s", referring).await;
    let owned = json!([{ "opType": "CREATE", "subject": "a", "lifecycle": "STRONG" }]);
    app.batch(MUTATE, json!([topic("orders", owned)])).await;
    let loose = json!([{ "resourceId": "id-orders", "associations":
        [{ "opType": "DELETE", "associationType": "value", "cascadeLifecycle": true }] }]);
    for path in [format!("{MUTATE}?dryRun=true"), MUTATE.to_owned()] {
        assert_eq!(code(&app.batch(&path, loose.clone()).await[0]), 42206);
    }
    for query in ["&dryRun=true", ""] {
        let path = format!("/associations/resources/id-orders?cascadeLifecycle=true{query}");
        app.delete(&path).await.refused(42206);
    }
    assert_eq!(app.bound("id-orders").await, ["a"]);
}

/// Section 11: `dryRun` tests each item alone and writes nothing; without it an item sees those before it.
#[tokio::test]
async fn a_rehearsed_batch_changes_nothing() {
    let app = App::new().await;
    let create = |name: &str| {
        let entry = json!([{ "opType": "CREATE", "subject": "a", "lifecycle": "STRONG", "schema": { "schema": "\"long\"" } }]);
        topic(name, entry)
    };
    let items = json!([create("orders"), create("returns")]);
    let rehearsed = app.batch(&format!("{MUTATE}?dryRun=true"), items.clone()).await;
    assert!(rehearsed.iter().all(|outcome| outcome["result"].is_object()), "{rehearsed:?}");
    assert!(rehearsed[0]["result"]["associations"][0].get("schema").is_none());
    app.get("/subjects").await.gives(json!([]));
    assert_eq!(app.bound("id-orders").await, [""; 0]);

    let done = app.batch(MUTATE, items).await;
    assert_eq!(done[0]["result"]["associations"][0]["schema"]["version"], 1);
    assert_eq!(code(&done[1]), 40905);
}

/// Section 11: `context`, or the context of the path, is where unqualified subjects of a batch are.
#[tokio::test]
async fn the_context_of_a_batch_qualifies_its_subjects() {
    let app = App::new().await;
    app.register(":.dr:a", "\"long\"").await;
    let bind = |name: &str| json!([topic(name, json!([{ "opType": "CREATE", "subject": "a" }]))]);
    assert_eq!(code(&app.batch(MUTATE, bind("orders")).await[0]), 40907);
    for (name, path) in [
        ("orders", "/associations:batchMutate?context=.dr"),
        ("returns", "/contexts/.dr/associations:batchMutate"),
    ] {
        let done = app.batch(path, bind(name)).await;
        assert_eq!(done[0]["result"]["associations"][0]["subject"], ":.dr:a");
    }
    let loose = json!([{ "resourceId": "id-orders", "associations":
        [{ "opType": "DELETE", "associationType": "value", "subject": "a" }] }]);
    assert_eq!(code(&app.batch(MUTATE, loose.clone()).await[0]), 40410);
    assert!(app.batch(&format!("{MUTATE}?context=dr"), loose).await[0]["result"].is_object());
    let body = json!({ "requests": bind("orders") });
    app.post("/associations:batchMutate?context=a:b", body).await.refused(400);
}

/// Section 11: resources are asked for by id or by name, with the latest schemas of their subjects on demand.
#[tokio::test]
async fn a_batch_of_reads_gives_each_resource_its_associations() {
    let app = App::new().await;
    app.register("k", "\"string\"").await;
    app.register("v", record("R", &["x"])).await;
    app.register("v", record("R", &["x", "y="])).await;
    let both = json!([
        { "opType": "CREATE", "subject": "k", "associationType": "key" },
        { "opType": "CREATE", "subject": "v", "lifecycle": "STRONG" },
    ]);
    let twin = json!({ "resourceName": "orders", "resourceNamespace": "lkc-2", "resourceId": "id-2",
        "associations": [{ "opType": "CREATE", "subject": "k" }] });
    app.batch(MUTATE, json!([topic("orders", both), twin])).await;

    let outcomes = app
        .batch(
            GET,
            json!([
                { "resourceId": "id-orders" },
                { "resourceName": "orders", "resourceNamespace": "lkc-1", "resourceType": "topic", "lifecycle": "STRONG" },
                { "resourceName": "orders", "associationTypes": ["key"] },
                { "resourceName": "orders", "resourceNamespace": "-" },
                { "resourceId": "id-2", "resourceName": "returns" },
                { "resourceId": "id-2", "associationTypes": ["key"] },
                { "resourceNamespace": "lkc-1" },
            ]),
        )
        .await;
    let subjects = |outcome: &Value| {
        let associations = outcome["result"]["associations"].as_array().unwrap();
        associations.iter().map(|one| one["subject"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(outcomes[0]["result"]["resourceName"], "orders");
    assert_eq!(subjects(&outcomes[0]), ["k", "v"]);
    assert!(outcomes[0]["result"]["associations"][0].get("schema").is_none());
    assert_eq!(subjects(&outcomes[1]), ["v"]);
    assert_eq!(subjects(&outcomes[2]), ["k"]);
    assert_eq!(outcomes[3..].iter().map(code).collect::<Vec<_>>(), [42212, 40410, 40410, 42212]);
    assert_eq!(outcomes[4]["error"]["message"], "Association for 'id-2' not found.");

    let asked = json!([{ "resourceId": "id-orders" }]);
    let with_schemas = app.batch(&format!("{GET}?includeSchemas=True"), asked).await;
    let latest = app.get("/subjects/v/versions/latest").await.is(200);
    assert_eq!(with_schemas[0]["result"]["associations"][1]["schema"], latest);
}

/// Section 11: what cannot be read, no items and too many items refuse the batch as a whole.
#[tokio::test]
async fn a_batch_that_cannot_be_read_is_refused_whole() {
    let app = App::new().await;
    app.register("a", "\"long\"").await;
    let good = topic("orders", json!([{ "opType": "CREATE", "subject": "a" }]));
    for path in [GET, MUTATE] {
        for (body, expected) in [
            (json!({}), 42212),
            (json!({ "requests": [] }), 42212),
            (json!({ "requests": vec![good.clone(); 101] }), 42212),
            (json!({ "requests": {} }), 400),
            (json!({ "requests": [good, null] }), 400),
            (json!({ "requests": [good, "orders"] }), 400),
            (json!(null), 422),
        ] {
            app.post(path, body).await.refused(expected);
        }
        app.get(path).await.refused(405);
    }
    for entry in [
        json!({ "subject": "a" }),
        json!({ "opType": "create", "subject": "a" }),
        json!({ "opType": "CREATE", "subject": "a", "lifecycle": "LOOSE" }),
    ] {
        let body = json!({ "requests": [good, topic("returns", json!([entry]))] });
        app.post(MUTATE, body).await.refused(400);
    }
    app.post(GET, json!({ "requests": [{ "resourceId": "id", "lifecycle": "LOOSE" }] })).await.refused(400);
    for entries in [
        json!([]),
        json!([{ "opType": "CREATE", "subject": "a" }, { "opType": "DELETE", "associationType": "value" }]),
        json!([{ "opType": "CREATE", "subject": "a", "associationType": "header" }]),
    ] {
        assert_eq!(code(&app.batch(MUTATE, json!([topic("returns", entries)])).await[0]), 42212);
    }
    assert_eq!(app.bound("id-orders").await, [""; 0]);
    assert_eq!(app.batch(MUTATE, json!(vec![good; 100])).await.len(), 100);
}
