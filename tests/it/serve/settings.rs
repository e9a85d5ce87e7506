//! Flags, environment and file; clear words for what is wrong.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::process::{Server, chancery, record};

/// Exit code and error text of a run that ends by itself.
fn refusal(mut command: Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn serve(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = chancery(folder);
    command.arg("serve").args(arguments);
    command
}

#[test]
fn wrong_settings_are_named_and_end_with_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("typo.toml", "listen = \"127.0.0.1:0\"\nlistn = 1\n");
    write("type.toml", "log-reads = \"often\"\n");
    write("broken.toml", "listen = [\n");
    for (arguments, expected) in [
        (&["--listen", "nowhere"][..], "error: setting `listen`: expected HOST:PORT"),
        (&["--database-url", "orders.db"], "error: setting `database-url`: expected `sqlite:PATH`"),
        (&["--database-url", "redis:x"], "no database is called `redis`"),
        (&["--compatibility-level", "MOST"], "error: setting `compatibility-level`: expected NONE"),
        (&["--max-body-bytes", "many"], "invalid value 'many' for '--max-body-bytes <BYTES>'"),
        (&["--max-in-flight", "0"], "error: setting `max-in-flight`: must be at least 1"),
        (&["--max-body-bytes", "0"], "error: setting `max-body-bytes`: must be at least 1"),
        (&["--log-format", "xml"], "possible values: text, json"),
        (&["--log-filter", "chancery=loud"], "error: setting `log-filter`:"),
        (&["--listn", "x"], "unexpected argument '--listn'"),
        (&["--config", "absent.toml"], "error: cannot read the configuration file absent.toml"),
        (&["--config", "typo.toml"], "unknown field `listn`"),
        (&["--config", "type.toml"], "expected a boolean"),
        (&["--config", "broken.toml"], "configuration file broken.toml"),
    ] {
        let (code, error) = refusal(serve(folder.path(), arguments));
        assert_eq!(code, Some(2), "{arguments:?}: {error}");
        assert!(error.contains(expected), "{arguments:?}: {error}");
    }
    assert!(!folder.path().join("chancery-data").exists(), "nothing is made for a refused setting");
}

#[test]
fn a_wrong_variable_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = serve(folder.path(), &[]);
    command.env("CHANCERY_MAX_SCHEMA_BYTES", "-1");
    let (code, error) = refusal(command);
    assert_eq!(code, Some(2), "{error}");
    assert!(error.contains("--max-schema-bytes"), "{error}");
}

#[tokio::test]
async fn what_cannot_be_opened_ends_with_code_1() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.txt"), "no database at all, just words\n".repeat(50)).unwrap();
    let (code, error) =
        refusal(serve(folder.path(), &["--listen", "127.0.0.1:0", "--database-url", "sqlite:notes.txt"]));
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("notes.txt is not a chancery database"), "{error}");

    let server = Server::start(folder.path());
    let address = server.url.strip_prefix("http://").unwrap();
    let (code, error) = refusal(serve(folder.path(), &["--listen", address]));
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains(&format!("cannot listen on {address}")), "{error}");
    let (code, error) = refusal(serve(folder.path(), &["--listen", "127.0.0.1:0"]));
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("in use by another chancery process"), "{error}");
}

#[tokio::test]
async fn a_flag_wins_over_a_variable_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = "listen = \"127.0.0.1:0\"\ncluster-id = \"file\"\ncompatibility-level = \"FULL\"\n\
                database-url = \"sqlite:deep/file.db\"\nmode-mutable = false\n";
    std::fs::write(folder.path().join("chancery.toml"), file).unwrap();
    let mut command = serve(folder.path(), &["--compatibility-level", "NONE"]);
    command
        .env("CHANCERY_CONFIG", "chancery.toml")
        .env("CHANCERY_CLUSTER_ID", "variable")
        .env("CHANCERY_COMPATIBILITY_LEVEL", "FORWARD");
    let server = Server::spawn(command);
    assert_eq!(server.data, "sqlite:deep/file.db");
    assert_eq!(server.get("/config").await, (200, json!({ "compatibilityLevel": "NONE" })));
    let (_, id) = server.get("/v1/metadata/id").await;
    assert!(id.to_string().contains("variable"), "{id}");
}

#[tokio::test]
async fn each_write_and_refusal_is_one_line_without_payload() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = chancery(folder.path());
    command.args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json"]);
    let server = Server::spawn(command);
    server.register("orders", &record("Secret")).await.unwrap();
    server.get("/subjects").await;
    server.get("/subjects/unknown/versions").await;
    let log = server.stop();
    assert!(!log.contains("Secret"), "{log}");
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let requests: Vec<_> = lines.iter().filter(|line| line.get("method").is_some()).collect();
    let shown: Vec<_> = requests
        .iter()
        .map(|line| format!("{} {} {}", line["method"], line["path"], line["status"]))
        .collect();
    let expected = [r#""POST" "/subjects/orders/versions" 200"#, r#""GET" "/subjects/unknown/versions" 404"#];
    assert_eq!(shown, expected);
    let [write, refusal] = &requests[..] else { panic!("{requests:?}") };
    assert_eq!(
        (&write["subject"], &write["version"], &write["schema.id"], &write["error.code"]),
        (&json!("orders"), &json!("1"), &json!(1), &Value::Null)
    );
    assert_eq!(refusal["error.code"], json!(40401));
    assert!(requests.iter().all(|line| line["duration_ms"].as_f64().is_some_and(|ms| ms > 0.0)));
}

#[test]
fn version_and_help_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    let output = chancery(folder.path()).arg("--version").output().unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        format!("chancery {}\n", env!("CARGO_PKG_VERSION"))
    );
    let output = chancery(folder.path()).args(["serve", "--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for word in ["--listen", "CHANCERY_DATABASE_URL", "[default: 127.0.0.1:8081]", "--config"] {
        assert!(help.contains(word), "{word} in {help}");
    }
}
