//! `schemas/examples`: the request bodies hold exactly the schema files, and the README's commands do what the
//! README says.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::serve::Server;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Folder, type, extension, and how a referrer spells the customer.
const FORMATS: [(&str, &str, &str, &str); 3] = [
    ("avro", "AVRO", "avsc", "com.example.shop.Customer"),
    ("protobuf", "PROTOBUF", "proto", "customer.proto"),
    ("json", "JSON", "json", "customer.json"),
];

const NAMES: [&str; 4] = ["customer", "order-v1", "order-v2", "order-v3-breaking"];

#[test]
fn request_bodies_hold_the_schema_files() {
    let examples = root().join("schemas/examples");
    for (folder, schema_type, extension, spelling) in FORMATS {
        for name in NAMES {
            let schema = read(&examples.join(folder).join(format!("{name}.{extension}")));
            let mut expected = json!({"schemaType": schema_type, "schema": schema});
            if name != "customer" {
                let subject = format!("customer-{folder}");
                expected["references"] = json!([{"name": spelling, "subject": subject, "version": 1}]);
            }
            let request = read(&examples.join("requests").join(format!("{folder}-{name}.json")));
            let found: Value = serde_json::from_str(&request).unwrap();
            assert_eq!(found, expected, "{folder} {name}");
        }
    }
}

#[tokio::test]
async fn every_format_takes_v1_and_v2_and_refuses_the_breaking_v3() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path());
    let client = reqwest::Client::new();
    for (format, ..) in FORMATS {
        let post = async |name: &str, path: String| {
            let body = read(&root().join(format!("schemas/examples/requests/{format}-{name}.json")));
            let sent =
                client.post(format!("{}{path}", server.url)).header("content-type", "application/json");
            let response = sent.body(body).send().await.unwrap();
            (response.status().as_u16(), response.json::<Value>().await.unwrap())
        };
        let versions = |subject: &str| format!("/subjects/{subject}-{format}/versions");
        assert_eq!(post("customer", versions("customer")).await.0, 200, "{format}");
        for (version, name) in [(1, "order-v1"), (2, "order-v2")] {
            let (status, body) = post(name, versions("orders")).await;
            assert_eq!((status, &body["version"]), (200, &json!(version)), "{format}: {body}");
        }
        let (status, body) = post("order-v3-breaking", versions("orders")).await;
        assert_eq!((status, &body["error_code"]), (409, &json!(40901)), "{format}: {body}");
        let (status, body) =
            post("order-v3-breaking", format!("/v1/subjects/orders-{format}/compatibility")).await;
        assert_eq!((status, &body["compatible"]), (200, &json!(false)), "{format}: {body}");
        let breaking = body["versions"][0]["differences"].as_array().unwrap().iter();
        let breaking: Vec<_> = breaking.filter(|difference| difference["breaks"] == true).collect();
        assert!(!breaking.is_empty(), "{format}: {body}");
        for difference in breaking {
            assert!(difference["candidate"]["line"].as_u64().unwrap() > 1, "{format}: {difference}");
        }
    }
}

/// One fenced block of the README.
struct Block {
    language: String,
    text: String,
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in markdown.lines() {
        match (line.strip_prefix("```"), open.as_mut()) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(language), None) => {
                open = Some(Block { language: language.to_owned(), text: String::new() });
            }
            (None, Some(block)) => block.text = format!("{}{line}\n", block.text),
            (None, None) => {}
        }
    }
    blocks
}

/// Runs the commands in order against one server. A `text` block after commands lists what their output must
/// hold, line by line.
#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_readme_do_what_it_says() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path());
    let mut output = String::new();
    let (mut commands, mut checked) = (0, 0);
    for block in blocks(&read(&root().join("README.md"))) {
        match block.language.as_str() {
            "sh" if block.text.contains("curl") => {
                let script = block.text.replace("http://127.0.0.1:8081", &server.url);
                let done = Command::new("bash").args(["-ec", &script]).current_dir(root()).output().unwrap();
                output = String::from_utf8(done.stdout).unwrap();
                let complaints = String::from_utf8_lossy(&done.stderr).into_owned();
                assert!(done.status.success(), "{}\n{complaints}", block.text);
                assert!(!output.contains("\"error_code\":404"), "{}\n{output}", block.text);
                commands += block.text.matches("curl ").count();
            }
            "text" => {
                for line in block.text.lines() {
                    assert!(output.contains(line), "expected `{line}` in\n{output}");
                    checked += 1;
                }
            }
            _ => {}
        }
    }
    assert!(commands >= 7 && checked >= 5, "{commands} commands, {checked} expectations");
}

#[test]
fn the_two_commands_of_the_readme_exist() {
    let commands: Vec<_> =
        blocks(&read(&root().join("README.md"))).into_iter().map(|block| block.text).collect();
    assert!(commands.contains(&"cargo run --release -- serve\n".to_owned()));
    assert!(commands.contains(&"./scripts/test\n".to_owned()));
    let test = read(&root().join(".ci/run"));
    assert!(test.contains("./scripts/test"));
}
