//! R11xx: metadata, rule sets, inline tags.

use serde_json::{Value, json};

use super::app::{App, record};

#[tokio::test]
async fn r1101_r1102_metadata_is_sorted_and_part_of_the_content() {
    let app = App::new().await;
    let (plain, _) = app.register("s", "\"long\"").await;
    let metadata = json!({
        "tags": { "b": ["Z", "A"], "a": ["X", "X"] }, "properties": { "z": "1", "y": "2" }, "sensitive": ["z", "a"],
    });
    let stored = app.register_body("s", json!({ "schema": "\"long\"", "metadata": metadata })).await;
    assert_ne!(stored["id"], plain);
    assert_eq!(stored["version"], 2);
    let text = app.get("/subjects/s/versions/2").await.text();
    assert!(text.contains(
        r#""metadata":{"tags":{"a":["X"],"b":["A","Z"]},"properties":{"y":"2","z":"1"},"sensitive":["a","z"]}"#
    ), "{text}");
    let empty = app.register_body("s", json!({ "schema": "\"long\"", "metadata": { "tags": {} } })).await;
    assert_eq!(empty["metadata"], json!({}));
}

#[tokio::test]
async fn r1103_what_is_not_sent_is_that_of_the_latest_version() {
    let app = App::new().await;
    let metadata = json!({ "properties": { "owner": "billing" } });
    let rules = json!({ "domainRules": [{ "name": "r", "type": "CEL", "expr": "true" }] });
    let first =
        app.register_body("s", json!({ "schema": "\"int\"", "metadata": metadata, "ruleSet": rules })).await;
    assert_eq!(app.register_body("s", json!({ "schema": "\"int\"" })).await, first);
    let second = app.register_body("s", json!({ "schema": "\"long\"" })).await;
    assert_eq!((&second["metadata"], &second["ruleSet"]), (&metadata, &first["ruleSet"]));
    // An explicit empty object removes.
    let third = app.register_body("s", json!({ "schema": "\"long\"", "metadata": {}, "ruleSet": {} })).await;
    assert_eq!(
        (&third["version"], &third["metadata"], &third["ruleSet"]),
        (&json!(3), &json!({}), &json!({}))
    );
}

#[tokio::test]
async fn r1109_a_rule_set_is_inherited_like_metadata() {
    let app = App::new().await;
    let rules =
        json!({ "domainRules": [{ "name": "r", "type": "CEL", "expr": "true" }], "enableAt": "CLIENT" });
    let first = app.register_body("s", json!({ "schema": "\"int\"", "ruleSet": rules })).await;
    // The bare schema is that version, registered or looked up.
    assert_eq!(app.register_body("s", json!({ "schema": "\"int\"" })).await, first);
    assert_eq!(app.post("/subjects/s", json!({ "schema": "\"int\"" })).await.is(200)["version"], 1);
    // A new schema takes it over, with metadata of its own too.
    let metadata = json!({ "properties": { "owner": "billing" } });
    let second = app.register_body("s", json!({ "schema": "\"long\"", "metadata": metadata })).await;
    assert_eq!((&second["version"], &second["ruleSet"]), (&json!(2), &first["ruleSet"]));
    // Rules of its own replace it as a whole, and the next version inherits those.
    let other = json!({ "migrationRules": [{ "name": "m", "type": "JSONATA", "mode": "UPGRADE" }] });
    let third = app.register_body("s", json!({ "schema": "\"long\"", "ruleSet": other })).await;
    assert_eq!(third["version"], 3);
    assert!(
        third["ruleSet"].get("domainRules").is_none() && third["ruleSet"].get("enableAt").is_none(),
        "{third}"
    );
    let fourth = app.register_body("s", json!({ "schema": "\"double\"" })).await;
    assert_eq!(fourth["ruleSet"], third["ruleSet"]);
    // A soft-deleted latest version is not inherited from, and neither is another subject's.
    app.delete("/subjects/s/versions/4").await.is(200);
    app.delete("/subjects/s/versions/3").await.is(200);
    let next = app.register_body("s", json!({ "schema": "\"float\"", "metadata": {} })).await;
    assert_eq!(next["ruleSet"], first["ruleSet"]);
    assert!(app.register_body("t", json!({ "schema": "\"int\"" })).await.get("ruleSet").is_none());
}

#[tokio::test]
async fn r1104_defaults_and_overrides_frame_the_metadata_of_a_request() {
    let app = App::new().await;
    let config = json!({
        "defaultMetadata": { "properties": { "a": "default", "b": "default" }, "sensitive": ["a"] },
        "overrideMetadata": { "properties": { "c": "override" } },
    });
    app.put("/config/s", config).await.is(200);
    let own = json!({ "properties": { "b": "own", "c": "own" }, "sensitive": ["b"] });
    let stored = app.register_body("s", json!({ "schema": "\"long\"", "metadata": own })).await;
    assert_eq!(
        stored["metadata"],
        json!({ "properties": { "a": "default", "b": "own", "c": "override" }, "sensitive": ["a", "b"] })
    );
}

#[tokio::test]
async fn r1105_r1106_the_version_property_follows_the_version() {
    let app = App::new().await;
    app.register_body("s", json!({ "schema": "\"int\"", "version": 1 })).await;
    let number = |reply: &Value| reply["metadata"]["properties"]["confluent:version"].clone();
    let second = app.register_body("s", json!({ "schema": "\"long\"" })).await;
    assert_eq!(number(&second), "2");
    // Without the property the stored version is found all the same; with another number it is not.
    assert_eq!(app.post("/subjects/s", json!({ "schema": "\"int\"" })).await.is(200)["version"], 1);
    let asks = |number: &str| json!({ "schema": "\"int\"", "metadata": { "properties": { "confluent:version": number } } });
    assert_eq!(app.post("/subjects/s", asks("1")).await.is(200)["version"], 1);
    app.post("/subjects/s", asks("7")).await.refused(40403);
}

#[tokio::test]
async fn r1107_rule_sets_come_back_with_their_defaults() {
    let app = App::new().await;
    let rules = json!({
        "migrationRules": [{ "name": "up", "type": "JSONATA", "mode": "UPGRADE", "expr": "$" }],
        "domainRules": [{ "name": "check", "type": "CEL", "kind": "CONDITION", "tags": ["B", "A"],
            "params": { "z": "1", "a": 2 }, "doc": "", "onFailure": "ERROR", "disabled": true }],
        "encodingRules": [], "enableAt": "CLIENT",
    });
    let stored = app.register_body("s", json!({ "schema": "\"int\"", "ruleSet": rules })).await;
    assert_eq!(
        stored["ruleSet"],
        json!({
            "migrationRules": [{ "name": "up", "kind": "TRANSFORM", "mode": "UPGRADE", "type": "JSONATA",
                "expr": "$", "disabled": false }],
            "domainRules": [{ "name": "check", "kind": "CONDITION", "mode": "WRITEREAD", "type": "CEL",
                "tags": ["A", "B"], "params": { "a": "2", "z": "1" }, "onFailure": "ERROR", "disabled": true }],
            "enableAt": "CLIENT",
        })
    );
    assert_eq!(app.get("/subjects/s/versions/1").await.is(200)["ruleSet"], stored["ruleSet"]);
}

#[tokio::test]
async fn r1108_broken_rules_are_named() {
    let app = App::new().await;
    let rule = |changes: Value| {
        let mut rule = json!({ "name": "r", "type": "CEL" });
        rule.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        rule
    };
    for (list, rules, message) in [
        ("domainRules", json!([{ "type": "CEL" }]), "Missing rule name"),
        ("domainRules", json!([rule(json!({ "name": "" }))]), "Empty rule name"),
        ("domainRules", json!([rule(json!({ "name": "r".repeat(257) }))]), "Rule name too long"),
        ("domainRules", json!([rule(json!({ "name": "1r" }))]), "Illegal initial character in rule name: 1r"),
        ("domainRules", json!([rule(json!({ "name": "r.s" }))]), "Illegal character in rule name: r.s"),
        ("domainRules", json!([{ "name": "r" }]), "Missing rule type"),
        (
            "domainRules",
            json!([rule(json!({ "mode": "READ", "onFailure": "ERROR,NONE" }))]),
            "Multiple actions only valid with WRITEREAD and UPDOWN",
        ),
        ("domainRules", json!([rule(json!({})), rule(json!({}))]), "Found rule with duplicate name 'r'"),
        (
            "domainRules",
            json!([rule(json!({ "mode": "UPGRADE" }))]),
            "Domain rules can only be WRITE, READ, WRITEREAD",
        ),
        (
            "migrationRules",
            json!([rule(json!({}))]),
            "Migration rules can only be UPGRADE, DOWNGRADE, UPDOWN",
        ),
        (
            "encodingRules",
            json!([rule(json!({ "mode": "UPDOWN" }))]),
            "Encoding rules can only be WRITE, READ, WRITEREAD",
        ),
    ] {
        let body = json!({ "schema": "nonsense", "ruleSet": { list: rules } });
        let found = app.post("/subjects/__GLOBAL/versions", body).await.refused(42210);
        assert!(found.starts_with(message), "{found} instead of {message}");
    }
}

#[tokio::test]
async fn r1110_default_and_override_rules_frame_those_of_a_request() {
    let app = App::new().await;
    let rule = |name: &str, expr: &str| json!({ "name": name, "type": "CEL", "expr": expr });
    let config = json!({
        "defaultRuleSet": { "domainRules": [rule("a", "default"), rule("b", "default")] },
        "overrideRuleSet": { "domainRules": [rule("c", "override")] },
    });
    app.put("/config/s", config).await.is(200);
    let own = json!({ "domainRules": [rule("c", "own"), rule("a", "own")] });
    let stored = app.register_body("s", json!({ "schema": "\"int\"", "ruleSet": own })).await;
    let rules: Vec<_> = stored["ruleSet"]["domainRules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| (rule["name"].as_str().unwrap(), rule["expr"].as_str().unwrap()))
        .collect();
    assert_eq!(rules, [("b", "default"), ("a", "own"), ("c", "override")]);
}

fn tag(path: &str, kind: &str, tags: &[&str]) -> Value {
    json!([{ "schemaEntity": { "entityPath": path, "entityType": kind }, "tags": tags }])
}

#[tokio::test]
async fn r1111_r1112_r1113_inline_tags_are_written_and_taken_out() {
    let app = App::new().await;
    let text = record("shop.Order", &["id", "total"]);
    app.register("s", &text).await;
    let body = json!({ "schema": text, "schemaTagsToAdd": tag("shop.Order.id", "sr_field", &["PII"]) });
    let tagged = app.register_body("s", body).await;
    assert_eq!(
        (&tagged["version"], &tagged["metadata"]["properties"]["confluent:version"]),
        (&json!(2), &json!("2"))
    );
    assert!(tagged["schema"].as_str().unwrap().contains(r#""confluent:tags":["PII"]"#), "{tagged}");
    let body = json!({ "schema": tagged["schema"], "schemaTagsToRemove": tag(".shop.Order.id", "sr_field", &["PII"]) });
    let bare = app.register_body("s", body).await;
    assert!(!bare["schema"].as_str().unwrap().contains("confluent:tags"), "{bare}");
    let body = json!({ "schema": text, "schemaTagsToAdd": tag("shop.Order.nowhere", "sr_field", &["PII"]) });
    app.post("/subjects/s/versions", body).await.refused(42201);
    for nowhere in [
        json!([{ "schemaEntity": { "entityPath": null, "entityType": "sr_record" }, "tags": ["A"] }]),
        json!([{ "schemaEntity": null, "tags": ["A"] }]),
        json!([{ "tags": ["A"] }]),
    ] {
        let body = json!({ "schema": record("shop.Order", &["other="]), "schemaTagsToAdd": nowhere });
        app.post("/subjects/s/versions", body).await.refused(42201);
    }
}

#[tokio::test]
async fn r1114_tags_of_the_latest_version_can_be_carried_over() {
    let app = App::new().await;
    let text = record("R", &["id"]);
    let body = json!({ "schema": text, "schemaTagsToAdd": tag("R", "sr_record", &["TOP"]) });
    app.register_body("s", body).await;
    let body = json!({ "schema": record("R", &["id", "more="]), "propagateSchemaTags": true });
    let next = app.register_body("s", body).await;
    assert!(next["schema"].as_str().unwrap().contains(r#""confluent:tags":["TOP"]"#), "{next}");
}

#[tokio::test]
async fn r1115_tags_of_a_stored_version_can_be_changed() {
    let app = App::new().await;
    let rules = json!({ "domainRules": [{ "name": "r", "type": "CEL" }, { "name": "q", "type": "CEL" }] });
    app.register_body("s", json!({ "schema": record("R", &["id"]), "ruleSet": rules })).await;
    let path = "/subjects/s/versions/latest/tags";
    let both = json!({ "ruleSet": {}, "rulesToRemove": ["r"] });
    app.post(path, both).await.refused(42210);
    let body = json!({ "tagsToAdd": tag("R.id", "sr_field", &["PII"]), "rulesToRemove": ["r"] });
    let changed = app.post(path, body).await.is(200);
    assert_eq!(changed["version"], 2);
    assert!(changed["schema"].as_str().unwrap().contains("PII"), "{changed}");
    assert_eq!(changed["ruleSet"]["domainRules"].as_array().unwrap().len(), 1);
    // Whatever is changed, the new version says its number; what changes nothing is the version there is.
    let latest = app.get("/subjects/s/versions/latest").await.is(200)["version"].as_i64().unwrap();
    let body = json!({ "metadata": { "properties": { "owner": "billing" } } });
    let owned = app.post(path, body).await.is(200);
    assert_eq!(owned["version"], latest + 1);
    let properties = json!({ "confluent:version": (latest + 1).to_string(), "owner": "billing" });
    assert_eq!(owned["metadata"]["properties"], properties);
    assert_eq!(app.post(path, json!({ "tagsToAdd": [] })).await.is(200)["version"], latest + 1);
    app.register("plain", "\"long\"").await;
    assert_eq!(app.post("/subjects/plain/versions/1/tags", json!({})).await.is(200)["version"], 1);
    let body = json!({ "metadata": { "properties": { "owner": "billing" } } });
    let first = app.post("/subjects/plain/versions/1/tags", body).await.is(200);
    assert_eq!(first["metadata"]["properties"], json!({ "confluent:version": "2", "owner": "billing" }));
    app.post("/subjects/nope/versions/1/tags", json!({})).await.refused(40401);
    app.post("/subjects/s/versions/9/tags", json!({})).await.refused(40402);
    app.post("/subjects/s/versions/x/tags", json!({})).await.refused(42202);
}

#[tokio::test]
async fn r1116_reserved_fields_stay_free() {
    let app = App::new().await;
    app.put("/config/s", json!({ "validateFields": true })).await.is(200);
    let reserved = |names: &str| json!({ "properties": { "confluent:reserved": names } });
    let body =
        |fields: &[&str], names: &str| json!({ "schema": record("R", fields), "metadata": reserved(names) });
    app.post("/subjects/s/versions", body(&["id", "later"], "later, last")).await.refused(40901);
    app.post("/subjects/s/versions", body(&["id"], "later, last")).await.is(200);
    app.post("/subjects/s/versions", body(&["id", "x="], "later")).await.refused(40901);
    app.post("/subjects/s/versions", body(&["id", "x="], "later,last,more")).await.is(200);
}

/// R1111, R1114: tags for ten thousand fields take one walk over the schema, not one each.
#[tokio::test]
async fn very_many_tags_are_written_at_once() {
    let app = App::new().await;
    let names: Vec<_> = (0..5_000).map(|number| format!("f{number}=")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let properties: serde_json::Map<_, _> =
        (0..5_000).map(|number| (format!("f{number}"), json!({}))).collect();
    let fields: Vec<_> = (0..5_000).map(|number| format!("int32 f{number} = {};", number + 1)).collect();
    let fields = fields.concat();
    let proto = format!("syntax = \"proto3\"; message R {{ {fields} }}").replace(" 19000;", " 29000;");
    for (format, text) in [
        ("AVRO", record("R", &names)),
        ("JSON", json!({ "title": "R", "type": "object", "properties": properties }).to_string()),
        ("PROTOBUF", proto),
    ] {
        let started = std::time::Instant::now();
        let tags: Vec<_> =
            (0..5_000).map(|number| tag(&format!("R.f{number}"), "sr_field", &["T"])[0].clone()).collect();
        let body = json!({ "schemaType": format, "schema": text, "schemaTagsToAdd": tags });
        let tagged = app.register_body(format, body).await;
        let carried = app
            .register_body(
                format,
                json!({ "schemaType": format, "schema": text, "propagateSchemaTags": true }),
            )
            .await;
        for reply in [tagged, carried] {
            let found = reply["schema"].as_str().unwrap().matches("\"T\"").count();
            assert_eq!(found, 5_000, "{format}");
        }
        assert!(started.elapsed().as_secs() < 30, "{format} took {:?}", started.elapsed());
    }
}

/// R210, R1111, R1114: where normal texts are stored, a text with new tags is one, too.
#[tokio::test]
async fn r210_tags_are_written_into_the_normal_text() {
    let app = App::new().await;
    let avro = json!({ "type": "record", "name": "R", "zz": 1, "aa": 2,
        "fields": [{ "name": "f", "type": "int", "zz": 1 }] });
    let object = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    let message = "syntax = \"proto3\"; message M { string b = 2; int32 a = 1; }";
    for (format, text, path) in [
        ("AVRO", avro.to_string(), "R"),
        ("JSON", object.to_string(), "object"),
        ("PROTOBUF", message.to_owned(), "M"),
    ] {
        let subject = format!("/subjects/{format}/versions");
        let body = json!({ "schemaType": format, "schema": text, "schemaTagsToAdd": tag(path, "sr_record", &["T"]) });
        let tagged = app.post(&format!("{subject}?normalize=true"), body).await.is(200);
        let stored = &tagged["schema"];
        assert!(stored.as_str().unwrap().contains("\"T\""), "{stored}");
        let again = json!({ "schemaType": format, "schema": stored, "metadata": tagged["metadata"] });
        // What was stored is normal: normalizing it changes nothing.
        let fresh = format!("/subjects/fresh-{format}/versions?normalize=true");
        assert_eq!(app.post(&fresh, again.clone()).await.is(200)["id"], tagged["id"], "{stored}");
        let found = app.post(&format!("/subjects/{format}?normalize=true"), again.clone()).await.is(200);
        assert_eq!(found["version"], 1);
        let carried = json!({ "schemaType": format, "schema": text, "propagateSchemaTags": true,
            "metadata": tagged["metadata"] });
        let carried = app.post(&format!("{subject}?normalize=true"), carried).await.is(200);
        assert_eq!((&carried["id"], &carried["schema"]), (&tagged["id"], stored));
    }
}

/// R204, R215, R1106: a request with a number finds its version, also where an older one is more alike.
#[tokio::test]
async fn r214_a_repeated_request_with_a_number_finds_its_version() {
    let app = App::new().await;
    let with = |properties: &Value, version: i32| {
        let mut body = json!({ "schema": "\"int\"", "version": version });
        if properties.is_object() {
            body["metadata"] = json!({ "properties": properties });
        }
        body
    };
    for (subject, properties) in [("b", json!({ "g": "1" })), ("c", json!(null))] {
        let path = format!("/subjects/{subject}/versions");
        for (version, expected) in [(0, 1), (2, 2), (2, 2), (-1, 2), (1, 1), (3, 3), (2, 2), (-1, 3), (1, 1)]
        {
            let found = app.post(&path, with(&properties, version)).await.is(200);
            assert_eq!(found["version"], expected, "{subject} {version}");
        }
    }
}
