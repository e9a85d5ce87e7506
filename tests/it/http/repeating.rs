//! Reads that are repeated are answered from kept bytes. Nobody may notice.

use serde_json::json;

use super::app::App;

#[tokio::test]
async fn a_repeated_read_gives_the_same_answer_in_the_type_that_is_asked_for() {
    let app = App::new().await;
    let (id, _) = app.register("s", "\"long\"").await;
    for path in [
        format!("/schemas/ids/{id}"),
        format!("/schemas/ids/{id}?subject=s"),
        format!("/schemas/ids/{id}/schema"),
        "/subjects/s/versions/latest".to_owned(),
        "/subjects/s/versions/1/schema".to_owned(),
        format!("/contexts/:.:/schemas/ids/{id}"),
    ] {
        let first = app.get(&path).await;
        let again = app.get(&path).await;
        assert_eq!((again.status, &again.body), (first.status, &first.body), "{path}");
        assert_ne!(again.header("x-request-id"), first.header("x-request-id"), "{path}");
        let json = app.send("GET", &path, &[("accept", "application/json")], Vec::new()).await;
        assert_eq!((json.header("content-type"), &json.body), ("application/json", &first.body), "{path}");
        app.send("GET", &path, &[("accept", "text/html")], Vec::new()).await.refused(406);
    }
}

#[tokio::test]
async fn a_change_shows_at_once() {
    let app = App::new().await;
    let (id, _) = app.register("s", "\"int\"").await;
    let named = format!("/schemas/ids/{id}?subject=s");
    assert_eq!(app.get(&named).await.is(200)["deleted"], false);
    assert_eq!(app.get("/subjects/s/versions/latest").await.is(200)["version"], 1);
    app.register("s", "\"long\"").await;
    assert_eq!(app.get("/subjects/s/versions/latest").await.is(200)["version"], 2);
    app.delete("/subjects/s/versions/1").await.is(200);
    assert_eq!(app.get(&named).await.is(200)["deleted"], true);
    app.get("/subjects/s/versions/1").await.refused(40402);
    // An alias moves what a path means.
    app.register("t", "\"string\"").await;
    app.put("/config/s", json!({ "alias": "t" })).await.is(200);
    assert_eq!(app.get("/subjects/s/versions/latest").await.is(200)["subject"], "t");
    app.delete("/config/s").await.is(200);
    assert_eq!(app.get("/subjects/s/versions/latest").await.is(200)["version"], 2);
}

#[tokio::test]
async fn an_id_is_gone_with_its_last_use_however_it_goes() {
    let app = App::new().await;
    let (id, _) = app.register("s", "\"int\"").await;
    let path = format!("/schemas/ids/{id}");
    app.get(&path).await.is(200);
    app.delete("/subjects/s").await.is(200);
    app.get(&path).await.is(200);
    app.delete("/subjects/s?permanent=true").await.is(200);
    app.get(&path).await.refused(40403);
    // A switch to IMPORT removes what was soft-deleted.
    let (id, _) = app.register("s", "\"int\"").await;
    let path = format!("/schemas/ids/{id}");
    app.delete("/subjects/s").await.is(200);
    app.get(&path).await.is(200);
    app.put("/mode/s", json!({ "mode": "IMPORT" })).await.is(200);
    app.get(&path).await.refused(40403);
    // An import over an existing version replaces what stood there.
    app.register_body("s", json!({ "schema": "\"int\"", "id": 500, "version": 1 })).await;
    app.get("/schemas/ids/500").await.is(200);
    app.register_body("s", json!({ "schema": "\"long\"", "id": 501, "version": 1 })).await;
    app.get("/schemas/ids/500").await.refused(40403);
    app.get("/schemas/ids/501").await.is(200);
}
