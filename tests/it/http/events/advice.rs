//! Advice on design: schemas, events, subjects.

use super::*;

#[tokio::test]
async fn schemas_and_events_get_advice() {
    let app = App::new().await;
    let schema =
        json!({ "type": "record", "name": "Order", "fields": [{ "name": "totalAmount", "type": "double" }] });
    let body = json!({ "schema": schema.to_string() });
    let found = app.post("/v1/lint", body.clone()).await.is(200);
    let ids: Vec<_> =
        found["lint"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"L11"), "{ids:?}");
    app.post("/v1/lint?fail=warn", body.clone()).await.is(422);
    app.post("/v1/lint?fail=loudly", body).await.problem(StatusCode::BAD_REQUEST);
    app.post("/v1/lint", json!({ "schema": "nonsense" })).await.problem(StatusCode::UNPROCESSABLE_ENTITY);
    app.get("/subjects").await.gives(json!([]));
}

fn lint_ids(found: &Value) -> Vec<&str> {
    found.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_event_gets_advice_however_it_travels() {
    let app = App::new().await;
    let mut event = event(json!({}));
    event["type"] = json!("com.example.getOrder");
    event["time"] = json!("1999-12-31T23:59:59Z");
    let text = event.to_string().into_bytes();
    for content_type in ["application/json", "application/cloudevents+json; charset=utf-8"] {
        let headers = [("content-type", content_type)];
        let found = app.send("POST", "/v1/lint", &headers, text.clone()).await.is(200);
        let ids = lint_ids(&found["lint"]);
        assert!(ids.contains(&"L03") && ids.contains(&"L09"), "{content_type} {ids:?}");
    }
    let headers =
        [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/a"), ("ce-type", "com.example.getOrder")];
    let found = app.send("POST", "/v1/lint", &headers, Vec::new()).await.is(200);
    assert!(lint_ids(&found["lint"]).contains(&"L03"));
    let asked = format!("{PATH}?lint=true");
    let headers = [("content-type", "application/cloudevents+json")];
    let verdict = app.send("POST", &asked, &headers, text.clone()).await.is(200);
    assert!(lint_ids(&verdict["lint"]).contains(&"L03"));
    let verdict = app.send("POST", PATH, &headers, text).await.is(200);
    assert_eq!(verdict.get("lint"), None);
    let headers = [("content-type", "application/cloudevents+json")];
    let problem =
        app.send("POST", "/v1/lint", &headers, b"{".to_vec()).await.problem(StatusCode::BAD_REQUEST);
    assert_eq!(rules(&problem["violations"]), ["json.syntax"]);
    let headers = [("content-type", "text/plain")];
    let reply = app.send("POST", "/v1/lint", &headers, b"{}".to_vec()).await;
    reply.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn lint_levels_follow_the_settings_of_the_subject() {
    let app = App::new().await;
    let schema =
        r#"{"type":"record","name":"OrderPlaced","fields":[{"name":"totalAmount","type":"double"}]}"#;
    app.put("/v1/subjects/:.__GLOBAL:/settings", json!({ "lint": { "L11": "error", "L23": "off" } }))
        .await
        .is(200);
    app.put("/v1/subjects/ledger/settings", json!({ "lint": { "L11": "off" } })).await.is(200);
    let level = |found: Value| {
        let all = found["lint"].as_array().unwrap().clone();
        all.iter().find(|one| one["id"] == "L11").map(|one| one["level"].as_str().unwrap().to_owned())
    };
    let body = json!({ "schema": schema });
    let found = app.post("/v1/lint", body.clone()).await.is(200);
    assert!(!lint_ids(&found["lint"]).contains(&"L23"));
    assert_eq!(level(found).as_deref(), Some("error"));
    let found = app.post("/v1/lint?subject=ledger", body.clone()).await.is(200);
    assert!(!lint_ids(&found["lint"]).contains(&"L23"), "levels of wider scopes hold as well");
    assert_eq!(level(found), None);
    let silenced =
        json!({ "schema": schema, "metadata": { "properties": { "lint.ignore": "L11 why not; L12" } } });
    assert_eq!(level(app.post("/v1/lint", silenced).await.is(200)), None);
    for no_text in [json!(5), json!(true), json!({}), json!([])] {
        app.post("/v1/lint", json!({ "schema": no_text })).await.problem(StatusCode::BAD_REQUEST);
    }
    app.post("/v1/lint", json!({ "schema": "5" })).await.problem(StatusCode::UNPROCESSABLE_ENTITY);
    app.put("/config", json!({ "compatibility": "NONE" })).await.is(200);
    let of_context = || app.get("/v1/subjects/:.:/lint");
    assert_eq!(of_context().await.is(200)["lint"][0]["level"], "error");
    app.put("/v1/subjects/:.:/settings", json!({ "lint": { "L19": "off" } })).await.is(200);
    assert_eq!(of_context().await.is(200)["lint"], json!([]));
    for lint in [json!({ "L11": "loud" }), json!({ "L999": "warn" })] {
        let reply = app.put("/v1/subjects/s/settings", json!({ "lint": lint })).await;
        let problem = reply.problem(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(problem["type"], "urn:chancery:problem:invalid-settings");
    }
}

#[tokio::test]
async fn what_the_metadata_of_a_schema_silence_is_silent_on_its_events() {
    let app = App::new().await;
    let schema = json!({ "title": "OrderPlaced.v1", "type": "object",
        "properties": { "amount": { "type": "number" } } });
    let metadata = json!({ "properties": { "lint.ignore": "L11 the ledger; L08 no trace here; L10" } });
    let body = json!({ "schemaType": "JSON", "schema": schema.to_string(), "metadata": metadata });
    app.register_body("com.example.silent.placed.v1", body.clone()).await;
    let id = app.register_body("silent-value", body).await["id"].clone();
    let about = |kind: &str| {
        let event = json!({ "specversion": "1.0", "id": "8f1c2d6a-1b1e", "source": "https://example.com/o",
            "type": kind, "data": { "amount": 1.5 } });
        event.to_string().into_bytes()
    };
    let headers = [("content-type", "application/cloudevents+json")];
    let (known, other) = ("com.example.silent.placed.v1", "com.example.other.placed.v1");
    for (path, kind, silent) in [
        ("/v1/lint".to_owned(), known, true),
        (format!("{PATH}?lint=true"), known, true),
        (format!("{PATH}?lint=true&schemaId={id}"), other, true),
        (format!("{PATH}?lint=true&subject=silent-value"), other, true),
        ("/v1/lint".to_owned(), other, false),
        (format!("{PATH}?lint=true"), other, false),
    ] {
        let found = app.send("POST", &path, &headers, about(kind)).await.is(200);
        let ids = lint_ids(&found["lint"]);
        let known = ["L08", "L10", "L11"].map(|id| ids.contains(&id));
        assert_eq!(known, [!silent; 3], "{path} {kind} {ids:?}");
        assert!(ids.contains(&"L09"), "{path} {kind}");
    }
}

#[tokio::test]
async fn a_registration_answers_advice_in_a_header_when_asked() {
    let app = App::new().await;
    let schema =
        r#"{"type":"record","name":"OrderPlaced","fields":[{"name":"totalAmount","type":"double"}]}"#;
    let body = json!({ "schema": schema });
    let plain = app.post("/subjects/s/versions", body.clone()).await;
    let asked = app.post("/subjects/s/versions?lint=true", body).await;
    assert_eq!(asked.is(200), plain.is(200), "the body is that of the reference");
    assert_eq!(plain.header("schema-lint"), "");
    assert!(
        asked.header("schema-lint").contains("L11;level=warn;at=\"/fields/0\""),
        "{}",
        asked.header("schema-lint")
    );
    let odd = json!({ "type": "object", "properties": { "größe\"Total": { "type": "number" } } }).to_string();
    let body = json!({ "schema": odd, "schemaType": "JSON" });
    let asked = app.post("/subjects/odd/versions?lint=true", body).await;
    let header = asked.header("schema-lint");
    assert!(header.contains("at=\"/properties/gr%C3%B6%C3%9Fe%22Total\""), "{header}");
}

#[tokio::test]
async fn owners_and_event_times_are_looked_at_as_settings_say() {
    let app = App::new().await;
    let schema =
        r#"{"description":"d","type":"object","properties":{"x":{"type":"string","description":"x"}}}"#;
    let asks = async |metadata: Value| {
        let body = json!({ "schemaType": "JSON", "schema": schema, "metadata": metadata });
        let found = app.post("/v1/lint", body).await.is(200);
        lint_ids(&found["lint"]).contains(&"L23")
    };
    assert!(!asks(Value::Null).await, "nothing is known of metadata");
    assert!(asks(json!({ "properties": { "x": "1" } })).await);
    assert!(!asks(json!({ "properties": { "owner": "orders team" } })).await);
    app.register_body("s", json!({ "schemaType": "JSON", "schema": schema })).await;
    let found = app.get("/v1/subjects/s/lint").await.is(200);
    assert!(lint_ids(&found["lint"]).contains(&"L23"));

    let old = json!({ "specversion": "1.0", "id": "1", "source": "https://example.com", "type": "s",
        "time": "2020-01-01T00:00:00Z" });
    let is_old = async || {
        let headers = [("content-type", "application/cloudevents+json")];
        let found = app.send("POST", "/v1/lint", &headers, old.to_string().into_bytes()).await.is(200);
        lint_ids(&found["lint"]).contains(&"L09")
    };
    assert!(is_old().await);
    let window = json!({ "eventTimeWindow": { "past": 4_000_000_000_u32 } });
    app.put("/v1/subjects/s/settings", window).await.is(200);
    assert!(!is_old().await);
    let unknown = json!({ "eventTimeWindow": { "ahead": 1 } });
    app.put("/v1/subjects/s/settings", unknown).await.problem(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_subject_gets_advice_on_what_it_is_set_to() {
    let app = App::new().await;
    let address = |street: &str| {
        let fields = json!([{ "name": street, "type": "string" }]);
        json!({ "type": "record", "name": "Address", "namespace": "com.acme", "fields": fields }).to_string()
    };
    app.register("users-value", address("street")).await;
    let metadata = json!({ "properties": { "deprecated": "true" } });
    app.register_body("orders-value", json!({ "schema": address("road"), "metadata": metadata })).await;
    app.put("/config/orders-value", json!({ "compatibility": "NONE" })).await.is(200);
    let found = app.get("/v1/subjects/orders-value/lint").await.is(200);
    let ids = lint_ids(&found["lint"]);
    assert!(["L19", "L20", "L28"].iter().all(|id| ids.contains(id)), "{ids:?}");
    let same = app.post("/v1/lint", json!({ "subject": "orders-value" })).await.is(200);
    assert_eq!(same, found);
    app.get("/v1/subjects/orders-value/lint?fail=warn").await.is(422);
    let found = app.get("/v1/subjects/:.c:/lint").await.is(200);
    assert_eq!(found["lint"], json!([]));
    app.get("/v1/subjects/nobody/lint").await.problem(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn records_inside_others_have_one_shape_as_well() {
    let app = App::new().await;
    let big = |name: &str, zip: &str, doc: &str| {
        let address = json!({ "type": "record", "name": "com.a.Address", "doc": doc,
            "fields": [{ "name": "zip", "type": zip }] });
        json!({ "type": "record", "name": name, "fields": [{ "name": "to", "type": address }] }).to_string()
    };
    app.register("orders", big("com.a.Order", "int", "where to")).await;
    app.register("users", big("com.a.User", "int", "where from")).await;
    let told = async |subject: &str| {
        let found = app.get(&format!("/v1/subjects/{subject}/lint")).await.is(200);
        let all = found["lint"].as_array().unwrap().clone();
        let one = all.into_iter().find(|one| one["id"] == "L28");
        one.map(|one| one["message"].as_str().unwrap().to_owned())
    };
    assert_eq!(told("orders").await, None, "documentation is no shape");
    // The first page of the others does not have it.
    for number in 0..60 {
        app.register(
            &format!("other-{number:02}"),
            format!(r#"{{"type":"enum","name":"E{number}","symbols":["A"]}}"#),
        )
        .await;
    }
    app.register("zones", big("com.a.Zone", "string", "")).await;
    let message = "`com.a.Address` has another shape under `zones`";
    assert_eq!(told("orders").await.as_deref(), Some(message));
}

#[tokio::test]
async fn new_required_fields_are_errors_where_a_version_is_known() {
    let app = App::new().await;
    app.put("/config", json!({ "compatibility": "NONE" })).await.is(200);
    let order = |names: &[&str]| {
        let fields: Vec<_> = names.iter().map(|name| json!({ "name": name, "type": "int" })).collect();
        json!({ "schema": json!({ "type": "record", "name": "OrderPlaced", "fields": fields }).to_string() })
    };
    let header = async |names: &[&str]| {
        let reply = app.post("/subjects/s/versions?lint=true", order(names)).await;
        reply.header("schema-lint").split(", ").find(|one| one.starts_with("L13")).map(str::to_owned)
    };
    assert_eq!(header(&["a"]).await.as_deref(), Some("L13;level=warn;at=\"\""), "the first version");
    assert_eq!(header(&["a", "b"]).await.as_deref(), Some("L13;level=error;at=\"\""));
    assert_eq!(header(&["a", "b"]).await.as_deref(), Some("L13;level=error;at=\"\""), "sent again");
    assert_eq!(header(&["b"]).await, None);
    let told = async |path: &str, names: &[&str]| {
        let found = app.post(path, order(names)).await.is(200);
        let all = found["lint"].as_array().unwrap().clone();
        all.into_iter()
            .find(|one| one["id"] == "L13")
            .map(|one| (one["level"].clone(), one["message"].clone()))
    };
    let of = |level: &str, message: &str| Some((json!(level), json!(message)));
    assert_eq!(told("/v1/lint", &["a", "b"]).await, of("warn", "required without a default: `a`, `b`"));
    let asked = "/v1/lint?subject=s";
    assert_eq!(told(asked, &["b", "c"]).await, of("error", "new and required without a default: `c`"));
    assert_eq!(told(asked, &["b"]).await, None);
    assert_eq!(told("/v1/lint?subject=nobody", &["b"]).await, of("warn", "required without a default: `b`"));
}
