//! R7xx: config.

use serde_json::json;

use super::app::{App, record};

#[tokio::test]
async fn r701_r702_the_level_has_two_names_and_any_letter_case() {
    let app = App::new().await;
    for level in [
        "NONE",
        "BACKWARD",
        "BACKWARD_TRANSITIVE",
        "FORWARD",
        "FORWARD_TRANSITIVE",
        "FULL",
        "FULL_TRANSITIVE",
    ] {
        let sent = level.to_lowercase();
        app.put("/config/s", json!({ "compatibility": sent })).await.gives(json!({ "compatibility": level }));
        app.get("/config/s").await.gives(json!({ "compatibilityLevel": level }));
    }
    for text in ["SIDEWAYS", "", " FULL"] {
        app.put("/config/s", json!({ "compatibility": text })).await.refused_with(
            42203,
            "Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, \
             forward_transitive, and full_transitive",
        );
    }
    app.put("/config/s", json!({ "compatibilityLevel": "NONE" }))
        .await
        .gives(json!({ "compatibility": "FULL_TRANSITIVE" }));
}

#[tokio::test]
async fn r703_r704_a_put_merges_and_answers_the_whole() {
    let app = App::new().await;
    app.put("/config/s", json!({ "compatibility": "full", "normalize": true }))
        .await
        .gives(json!({ "compatibility": "FULL", "normalize": true }));
    app.put("/config/s", json!({})).await.gives(json!({ "compatibility": "FULL", "normalize": true }));
    app.put("/config/s", json!({ "alias": "t", "normalize": null }))
        .await
        .gives(json!({ "compatibility": "FULL", "alias": "t" }));
    app.put("/config/s", json!({ "compatibility": null })).await.gives(json!({ "alias": "t" }));
    // Where nothing stands, nothing that is set leaves nothing.
    for nothing in [json!({}), json!({ "compatibilityLevel": "FULL" }), json!({ "alias": null })] {
        app.put("/config/bare", nothing).await.gives(json!({}));
        app.get("/config/bare").await.refused(40408);
    }
}

#[tokio::test]
async fn r705_r706_r707_r710_config_is_read_where_it_is_set_or_in_force() {
    let app = App::new().await;
    app.get("/config").await.gives(json!({ "compatibilityLevel": "BACKWARD" }));
    app.get("/config?defaultToGlobal=true").await.gives(json!({ "compatibilityLevel": "BACKWARD" }));
    let message = "Subject 's' does not have subject-level compatibility configured";
    app.get("/config/s").await.refused_with(40408, message);
    app.put("/config", json!({ "compatibility": "FORWARD" })).await.is(200);
    app.get("/config/s").await.refused_with(40408, message);
    app.get("/config/s?defaultToGlobal=true").await.gives(json!({ "compatibilityLevel": "FORWARD" }));
}

#[tokio::test]
async fn r708_r709_deletes_answer_what_stood_there() {
    let app = App::new().await;
    app.delete("/config/s").await.refused_with(40401, "Subject 's' not found.");
    app.put("/config/s", json!({ "compatibility": "FULL" })).await.is(200);
    app.delete("/config/s").await.gives(json!({ "compatibilityLevel": "FULL" }));
    app.put("/config", json!({ "compatibility": "NONE" })).await.is(200);
    app.delete("/config").await.gives(json!({ "compatibilityLevel": "NONE" }));
    app.get("/config").await.gives(json!({ "compatibilityLevel": "BACKWARD" }));
}

#[tokio::test]
async fn r711_config_of_the_default_context_does_not_reach_named_ones() {
    let app = App::new().await;
    let level = async |scope: &str| {
        app.get(&format!("/config/{scope}?defaultToGlobal=true")).await.is(200)["compatibilityLevel"].clone()
    };
    app.put("/config", json!({ "compatibility": "NONE" })).await.is(200);
    assert_eq!(level(":.c711:s").await, "BACKWARD");
    app.put("/config/:.__GLOBAL:", json!({ "compatibility": "FULL" })).await.is(200);
    assert_eq!(level(":.c711:s").await, "FULL");
    assert_eq!(level("s").await, "NONE");
    app.put("/config/:.c711:", json!({ "compatibility": "FORWARD" })).await.is(200);
    assert_eq!(level(":.c711:s").await, "FORWARD");
    app.put("/config/:.c711:s", json!({ "compatibility": "BACKWARD" })).await.is(200);
    assert_eq!(level(":.c711:s").await, "BACKWARD");
    app.get("/config/:.__GLOBAL:").await.gives(json!({ "compatibilityLevel": "FULL" }));
}

#[tokio::test]
async fn r712_an_own_config_is_completed_from_the_wider_one() {
    let app = App::new().await;
    app.put(
        "/config",
        json!({ "compatibility": "FULL", "normalize": true, "alias": "x", "compatibilityGroup": "g" }),
    )
    .await
    .is(200);
    app.put("/config/s", json!({ "validateFields": true })).await.is(200);
    app.get("/config/s?defaultToGlobal=true").await.gives(json!({
        "compatibilityLevel": "FULL", "normalize": true, "compatibilityGroup": "g", "validateFields": true,
    }));
    let own = app.get("/config/s").await.is(200);
    assert_eq!(own["compatibilityLevel"], "FULL", "{own}");
    assert!(own.get("alias").is_none(), "{own}");
}

#[tokio::test]
async fn r713_r717_levels_act_on_later_registrations_of_their_subject_only() {
    let app = App::new().await;
    app.put("/config/s", json!({ "compatibility": "NONE" })).await.is(200);
    app.register("s", "\"long\"").await;
    app.register("s", "\"string\"").await;
    app.put("/config/s", json!({ "compatibility": "FULL" })).await.is(200);
    app.get("/subjects/s/versions").await.gives(json!([1, 2]));
    app.post("/subjects/s/versions", json!({ "schema": "\"int\"" })).await.refused(40901);
    app.get("/config/t?defaultToGlobal=true").await.gives(json!({ "compatibilityLevel": "BACKWARD" }));
}

#[tokio::test]
async fn r714_invalid_names_come_after_invalid_levels_and_rules() {
    let app = App::new().await;
    app.put("/config/__GLOBAL", json!({ "compatibility": "SIDEWAYS" })).await.refused(42203);
    let rules = json!({ "domainRules": [{ "name": "1", "type": "CEL" }] });
    app.put("/config/__GLOBAL", json!({ "defaultRuleSet": rules })).await.refused(42210);
    app.put("/config/__GLOBAL", json!({ "compatibility": "FULL" }))
        .await
        .refused_with(42208, "The specified subject '__GLOBAL' is not a valid.");
}

#[tokio::test]
async fn r715_every_member_is_stored_and_unknown_policies_are_dropped() {
    let app = App::new().await;
    let metadata = json!({ "tags": { "a.*": ["PII"] }, "properties": { "k": "v" }, "sensitive": ["k"] });
    let rules = json!({ "domainRules": [{ "name": "r", "type": "CEL", "expr": "true" }] });
    let body = json!({
        "compatibility": "FULL", "aliasForDeks": "d", "validateFields": false, "validateNewSchemas": true,
        "validateRules": true, "compatibilityPolicy": "lenient", "compatibilityGroup": "g",
        "defaultMetadata": metadata, "overrideMetadata": {}, "defaultRuleSet": rules,
    });
    let stored = app.put("/config/s", body).await.is(200);
    assert_eq!((&stored["compatibilityPolicy"], &stored["defaultMetadata"]), (&json!("LENIENT"), &metadata));
    assert_eq!(stored["overrideMetadata"], json!({}));
    assert_eq!(
        stored["defaultRuleSet"]["domainRules"][0],
        json!({ "name": "r", "type": "CEL", "expr": "true", "kind": "TRANSFORM", "mode": "WRITEREAD", "disabled": false })
    );
    let stored = app.put("/config/s", json!({ "compatibilityPolicy": "NOTHING" })).await.is(200);
    assert!(stored.get("compatibilityPolicy").is_none(), "{stored}");
}

#[tokio::test]
async fn r716_the_default_context_has_two_spellings() {
    let app = App::new().await;
    app.put("/config/:.:", json!({ "compatibility": "NONE" })).await.is(200);
    app.get("/config").await.gives(json!({ "compatibilityLevel": "NONE" }));
    app.put("/mode/:.:", json!({ "mode": "READONLY" })).await.is(200);
    app.get("/mode").await.gives(json!({ "mode": "READONLY" }));
}

#[tokio::test]
async fn a_level_set_for_the_whole_registry_is_tested() {
    let app = App::new().await;
    app.put("/config", json!({ "compatibility": "FORWARD" })).await.is(200);
    app.register("s", record("R", &["a", "b"])).await;
    app.register("s", record("R", &["a", "b", "c"])).await;
    app.post("/subjects/s/versions", json!({ "schema": record("R", &["a"]) })).await.refused(40901);
}
