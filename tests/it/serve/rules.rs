//! Settings that change what the registry decides, over a started server. Their rules: R222, R224, R512, R622, R705,
//! R715, R914.

use serde_json::json;

use super::process::{Server, chancery};
use crate::http::{App, record};

/// A server with flags of the story's own; gone with the first value.
fn serve(flags: &[&str]) -> (Server, tempfile::TempDir, App) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = chancery(folder.path());
    command.args(["serve", "--listen", "127.0.0.1:0", "--log-filter", "warn"]).args(flags);
    let server = Server::spawn(command);
    let app = App::at(&server.url);
    (server, folder, app)
}

#[tokio::test]
async fn mode_mutable_false_forbids_every_change_of_a_mode() {
    let (_server, _folder, app) = serve(&["--mode-mutable=false"]);
    let refusal = "Mode changes are not allowed";
    for path in ["/mode", "/mode/s", "/mode/:.c:", "/contexts/.c/mode/s", "/mode/:.__GLOBAL:"] {
        for body in [json!({ "mode": "READONLY" }), json!({ "mode": "import" }), json!({ "mode": null })] {
            app.put(&format!("{path}?force=true"), body).await.refused_with(42205, refusal);
        }
    }
    app.delete("/mode").await.refused_with(42205, refusal);
    app.delete("/mode/:.c:?recursive=true").await.refused_with(42205, refusal);
    app.get("/mode").await.gives(json!({ "mode": "READWRITE" }));
    app.register("s", "\"int\"").await;
}

#[tokio::test]
async fn reject_empty_subject_refuses_it_and_the_star() {
    let (_server, _folder, app) = serve(&["--reject-empty-subject=true"]);
    let body = json!({ "schema": "\"int\"" });
    for name in [":.:", ":.c:", "*"] {
        let message = format!("The specified subject '{name}' is not a valid.");
        app.post(&format!("/subjects/{name}/versions"), body.clone()).await.refused_with(42208, &message);
    }
    // Config and mode of the same names are those of contexts.
    app.put("/config/:.c:", json!({ "compatibility": "FULL" })).await.is(200);
    app.register("a*", "\"int\"").await;
    app.get("/subjects?subjectPrefix=:*:").await.gives(json!(["a*"]));
}

#[tokio::test]
async fn strict_reference_versions_forbid_two_versions_of_one_name() {
    let (_server, _folder, app) = serve(&["--strict-reference-versions=true"]);
    app.register("a", record("n.A", &["x"])).await;
    app.register("a", record("n.A", &["x", "y="])).await;
    let holder = |name: &str, held: &[&str]| {
        let fields: Vec<_> = held
            .iter()
            .enumerate()
            .map(|(at, held)| json!({ "name": format!("f{at}"), "type": held }))
            .collect();
        json!({ "type": "record", "name": name, "fields": fields }).to_string()
    };
    let reference = |name: &str, subject: &str, version: i64| json!({ "name": name, "subject": subject, "version": version });
    let body = json!({ "schema": holder("n.B", &["n.A"]), "references": [reference("n.A", "a", 1)] });
    app.register_body("b", body).await;
    let both = |version: i64| {
        json!({ "schema": holder("n.C", &["n.B", "n.A"]),
            "references": [reference("n.B", "b", 1), reference("n.A", "a", version)] })
    };
    let message = app.post("/subjects/c/versions", both(2)).await.refused(42201);
    assert!(message.contains("Conflicting reference versions"), "{message}");
    app.register_body("c", both(1)).await;
}

#[tokio::test]
async fn the_level_and_the_checks_of_a_server_hold_where_nothing_else_is_set() {
    let flags =
        ["--compatibility-level=FULL_TRANSITIVE", "--validate-fields=true", "--validate-new-schemas=false"];
    let (_server, _folder, app) = serve(&flags);
    app.get("/config").await.gives(json!({ "compatibilityLevel": "FULL_TRANSITIVE" }));
    app.get("/config/:.c:s?defaultToGlobal=true")
        .await
        .gives(json!({ "compatibilityLevel": "FULL_TRANSITIVE" }));
    app.register("s", record("R", &["a"])).await;
    app.post("/subjects/s/versions", json!({ "schema": record("R", &[]) })).await.refused(40901);
    // Lenient parsing of new schemas.
    let bad_default =
        json!({ "type": "record", "name": "D", "fields": [{ "name": "a", "type": "int", "default": "x" }] });
    let body = json!({ "schema": bad_default.to_string() });
    app.post("/subjects/d/versions", body.clone()).await.is(200);
    app.put("/config/e", json!({ "validateNewSchemas": true })).await.is(200);
    app.post("/subjects/e/versions", body).await.refused(42201);
    // Names of properties that start with `$$` are reserved.
    let odd = json!({ "schemaType": "JSON", "schema": r#"{"type":"object","properties":{"$$x":{}}}"# });
    app.post("/subjects/j/versions", odd.clone()).await.refused(42201);
    app.put("/config/j", json!({ "validateFields": false })).await.is(200);
    app.post("/subjects/j/versions", odd).await.is(200);
}

#[tokio::test]
async fn sizes_of_schemas_and_bodies_have_their_bounds() {
    let (_server, _folder, app) = serve(&["--max-schema-bytes=1000", "--max-body-bytes=4000"]);
    let sized = |bytes: usize| json!({ "schema": record("R", &[]).replace("[]", &format!("[],\"doc\":\"{}\"", "d".repeat(bytes))) });
    app.post("/subjects/s/versions", sized(800)).await.is(200);
    app.post("/subjects/s/versions", sized(1200))
        .await
        .refused_with(42209, "Register operation failed because schema is too large");
    app.post("/subjects/s/versions", sized(5000)).await.refused(413);
}
