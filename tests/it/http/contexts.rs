//! R9xx: contexts, names of subjects, aliases.

use chancery::registry::RegistrySettings;
use serde_json::json;

use super::app::{App, skip_elsewhere};

#[tokio::test]
async fn r901_r902_r907_r908_contexts_have_several_spellings() {
    let app = App::new().await;
    for prefix in [".c902", "c902", ":.c902:", "%3A.c902%3A"] {
        app.register_at(&format!("/contexts/{prefix}/subjects/s/versions"), "\"long\"").await;
        app.get(&format!("/contexts/{prefix}/subjects")).await.gives(json!([":.c902:s"]));
    }
    app.get("/subjects/:.c902:s/versions").await.gives(json!([1]));
    app.get("/subjects").await.gives(json!([]));
    // HTTP clients take a bare dot out of a path before they send it.
    for prefix in if app.is_here() { [".", ":.:"] } else { [":.:", ":.:"] } {
        app.register_at(&format!("/contexts/{prefix}/subjects/plain/versions"), "\"long\"").await;
    }
    app.get("/subjects/:.:plain/versions").await.gives(json!([1]));
    assert_eq!(app.get("/subjects/:.:plain/versions/1").await.is(200)["subject"], "plain");
    app.get("/subjects").await.gives(json!(["plain"]));
}

#[tokio::test]
async fn r903_r904_contexts_appear_with_a_registration_and_go_when_empty() {
    let app = App::new().await;
    app.put("/config/:.z903:", json!({ "compatibility": "NONE" })).await.is(200);
    app.get("/contexts").await.gives(json!(["."]));
    app.register(":.b903:s", "\"long\"").await;
    app.register(":.a903:s", "\"long\"").await;
    app.get("/contexts").await.gives(json!([".", ".a903", ".b903"]));
    app.get("/contexts?contextPrefix=.a").await.gives(json!([".a903"]));
    app.get("/contexts?offset=1&limit=1").await.gives(json!([".a903"]));
    app.get("/contexts/.a903/contexts").await.is(200);
    app.delete("/contexts/.a903").await.refused_with(42211, "The specified context ':.a903:' is not empty.");
    app.delete("/contexts/.a903/subjects/s").await.gives(json!([1]));
    app.delete("/contexts/a903").await.refused(42211);
    app.delete("/subjects/:.a903:s?permanent=true").await.gives(json!([1]));
    app.get("/contexts").await.gives(json!([".", ".a903", ".b903"]));
    let gone = app.delete("/contexts/:.a903:").await;
    assert_eq!((gone.status, gone.body.len(), gone.header("content-type")), (204, 0, ""));
    app.get("/contexts").await.gives(json!([".", ".b903"]));
    assert_eq!(app.delete("/contexts/.never").await.status, 204);
    // What was set stays: nobody asked for a weaker level or an open door.
    app.put("/config/:.__GLOBAL:", json!({ "compatibility": "FULL" })).await.is(200);
    app.put("/mode/:.e903:", json!({ "mode": "READONLY" })).await.is(200);
    app.put("/config", json!({ "compatibility": "FORWARD" })).await.is(200);
    for context in [".__GLOBAL", ".e903", ":.:"] {
        assert_eq!(app.delete(&format!("/contexts/{context}")).await.status, 204, "{context}");
    }
    app.get("/config/:.__GLOBAL:").await.gives(json!({ "compatibilityLevel": "FULL" }));
    app.get("/mode/:.e903:").await.gives(json!({ "mode": "READONLY" }));
    app.get("/config").await.gives(json!({ "compatibilityLevel": "FORWARD" }));
}

#[tokio::test]
async fn r905_ids_of_a_context_are_its_own() {
    let app = App::new().await;
    let first = app.register(":.a905:s", "\"long\"").await;
    assert_eq!(app.register(":.b905:s", "\"int\"").await, first);
    assert_eq!(app.register_at("/contexts/.b905/subjects/t/versions", "\"long\"").await.0, first.0 + 1);
    let text = async |path: String| app.get(&path).await.is(200)["schema"].clone();
    assert_eq!(text(format!("/contexts/.a905/schemas/ids/{}", first.0)).await, "\"long\"");
    assert_eq!(text(format!("/contexts/.b905/schemas/ids/{}", first.0)).await, "\"int\"");
    app.get(&format!("/contexts/.a905/schemas/ids/{}", first.0 + 1)).await.refused(40403);
}

#[tokio::test]
async fn r906_every_resource_exists_inside_a_context() {
    let app = App::new().await;
    let base = "/contexts/.c906";
    app.put(&format!("{base}/config"), json!({ "compatibility": "NONE" })).await.is(200);
    app.get("/config/:.c906:").await.gives(json!({ "compatibilityLevel": "NONE" }));
    app.put(&format!("{base}/config/s"), json!({ "compatibility": "FULL" })).await.is(200);
    app.get("/config/:.c906:s").await.gives(json!({ "compatibilityLevel": "FULL" }));
    app.put(&format!("{base}/mode"), json!({ "mode": "READWRITE" })).await.is(200);
    app.get("/mode/:.c906:").await.gives(json!({ "mode": "READWRITE" }));
    app.put(&format!("{base}/mode/s"), json!({ "mode": "READWRITE" })).await.is(200);
    app.get("/mode/:.c906:s").await.gives(json!({ "mode": "READWRITE" }));
    let (id, _) = app.register_at(&format!("{base}/subjects/s/versions"), "\"long\"").await;
    app.post(&format!("{base}/compatibility/subjects/s/versions/latest"), json!({ "schema": "\"string\"" }))
        .await
        .gives(json!({ "is_compatible": false }));
    assert_eq!(app.get(&format!("{base}/schemas/ids/{id}")).await.is(200)["subject"], ":.c906:s");
    app.get(&format!("{base}/schemas/ids/{id}?subject=s")).await.is(200);
    app.get(&format!("{base}/schemas/ids/{id}?subject=t")).await.refused(40403);
    app.get(&format!("{base}/schemas/ids/{id}/subjects")).await.gives(json!([":.c906:s"]));
    app.get(&format!("{base}/subjects?subjectPrefix=s")).await.gives(json!([":.c906:s"]));
    app.get(&format!("{base}/subjects?subjectPrefix=t")).await.gives(json!([]));
    assert_eq!(app.get(&format!("{base}/schemas")).await.is(200)[0]["subject"], ":.c906:s");
    assert_eq!(
        app.post(&format!("{base}/subjects/s"), json!({ "schema": "\"long\"" })).await.is(200)["id"],
        id
    );
}

#[tokio::test]
async fn r909_a_colon_inside_a_context_is_400() {
    let app = App::new().await;
    app.get("/contexts/foo:bar/subjects")
        .await
        .refused_with(400, "Context name 'foo:bar' cannot contain a colon");
    app.delete("/contexts/foo:bar").await.refused(400);
    // The wildcard belongs to prefixes and names no context.
    app.post("/contexts/:*:/subjects/s/versions", json!({ "schema": "\"long\"" })).await.refused(400);
    app.get("/contexts/%3A*%3A/subjects").await.refused(400);
    app.get("/contexts").await.gives(json!(["."]));
}

#[tokio::test]
async fn r910_qualified_names_keep_their_context() {
    let app = App::new().await;
    app.register_at("/contexts/.c910/subjects/:.other910:s/versions", "\"long\"").await;
    app.get("/subjects?subjectPrefix=:*:").await.gives(json!([":.other910:s"]));
    app.get("/contexts/.c910/subjects?subjectPrefix=:.other910:").await.gives(json!([":.other910:s"]));
    app.get("/contexts/.c910/subjects?subjectPrefix=:*:").await.gives(json!([":.other910:s"]));
    app.get("/contexts/.c910/subjects/:*:s/versions/1")
        .await
        .refused_with(40401, "Subject ':*:s' not found.");
}

#[tokio::test]
async fn r913_r914_some_names_are_refused() {
    let app = App::new().await;
    let body = json!({ "schema": "\"long\"" });
    for name in ["__GLOBAL", "__EMPTY", "a%0Bb", "%7F", "a%C2%9Fb", ":.__GLOBAL:s"] {
        app.post(&format!("/subjects/{name}/versions"), body.clone()).await.refused(42208);
    }
    app.put("/config/__EMPTY", json!({ "compatibility": "FULL" }))
        .await
        .refused_with(42208, "The specified subject '__EMPTY' is not a valid.");
    // Control characters in a context, and names as they were sent.
    for path in
        ["/subjects/:.c%00:x/versions", "/contexts/.c%00/subjects/x/versions", "/subjects/a%7Fb/versions"]
    {
        app.post(path, body.clone()).await.refused(42208);
    }
    app.put("/config/:.c%00:x", json!({ "compatibility": "FULL" })).await.refused(42208);
    for name in [":.__GLOBAL", ":.__GLOBAL:", ":.__GLOBAL:s"] {
        let message = format!("The specified subject '{name}' is not a valid.");
        app.post(&format!("/subjects/{name}/versions"), body.clone()).await.refused_with(42208, &message);
    }
    app.get("/contexts").await.gives(json!(["."]));
    app.register(":.:", "\"long\"").await;
    app.register(":.c914:", "\"long\"").await;
    assert_eq!(app.get("/subjects/:.c914:/versions/1").await.is(200)["subject"], ":.c914:");

    // A registry elsewhere serves one story at a time.
    drop(app);
    let app = App::with(RegistrySettings { reject_empty_subject: true, ..Default::default() }, |_| ()).await;
    if skip_elsewhere(&app, "its second half needs a setting") {
        return;
    }
    for name in [":.:", ":.c914:", "*"] {
        app.post(&format!("/subjects/{name}/versions"), body.clone()).await.refused(42208);
    }
}

#[tokio::test]
async fn r915_names_are_case_sensitive() {
    let app = App::new().await;
    app.register("Orders", "\"long\"").await;
    app.get("/subjects/orders/versions").await.refused(40401);
}

#[tokio::test]
async fn r916_an_alias_stands_for_its_subject_in_every_path_of_versions() {
    let app = App::new().await;
    app.put("/config/old", json!({ "alias": "new" })).await.is(200);
    let (id, _) = app.register("old", "\"long\"").await;
    app.get("/subjects").await.gives(json!(["new"]));
    assert_eq!(app.get("/subjects/old/versions/1").await.is(200)["subject"], "new");
    assert_eq!(app.post("/subjects/old", json!({ "schema": "\"long\"" })).await.is(200)["subject"], "new");
    app.get("/subjects/old/versions").await.gives(json!([1]));
    assert_eq!(app.get(&format!("/schemas/ids/{id}?subject=old")).await.is(200)["subject"], "new");
    app.post("/compatibility/subjects/old/versions/1", json!({ "schema": "\"string\"" }))
        .await
        .gives(json!({ "is_compatible": false }));
    // Config and mode are those of the name itself.
    assert_eq!(app.get("/config/old").await.is(200)["alias"], "new");
    app.get("/config/new").await.refused(40408);
    app.get("/mode/old").await.refused(40409);
    // One step only, and in the alias' own context.
    app.put("/config/new", json!({ "alias": "newest" })).await.is(200);
    app.get("/subjects/old/versions").await.gives(json!([1]));
    app.put("/config/:.c916:old", json!({ "alias": "new" })).await.is(200);
    app.register(":.c916:old", "\"int\"").await;
    app.get("/subjects?subjectPrefix=:.c916:").await.gives(json!([":.c916:new"]));
    app.delete("/subjects/old").await.gives(json!([1]));
}

#[tokio::test]
async fn r916_an_alias_of_the_whole_registry_has_no_effect() {
    let app = App::new().await;
    app.put("/config", json!({ "alias": "elsewhere" })).await.is(200);
    app.register("s", "\"long\"").await;
    app.get("/subjects").await.gives(json!(["s"]));
}

#[tokio::test]
async fn r917_the_global_context_always_answers() {
    let app = App::new().await;
    app.get("/config/:.__GLOBAL:").await.gives(json!({ "compatibilityLevel": "BACKWARD" }));
    app.get("/mode/:.__GLOBAL:").await.gives(json!({ "mode": "READWRITE" }));
}

#[tokio::test]
async fn r908_the_default_context_in_front_changes_no_name() {
    let app = App::new().await;
    app.register(":.:plain", "\"int\"").await;
    app.register(":.::.x:y", "\"int\"").await;
    app.register(":.::.:again", "\"int\"").await;
    app.get("/subjects?subjectPrefix=:*:").await.gives(json!([":.x:y", "again", "plain"]));
    for name in [":.x:y", ":.::.x:y", ":.::.::.x:y"] {
        app.get(&format!("/subjects/{name}/versions")).await.gives(json!([1]));
    }
    app.get("/contexts").await.gives(json!([".", ".x"]));
}
