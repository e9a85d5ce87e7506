//! Real schemas by the hundred: registered, read back, registered again under the same id.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::http::{App, encode};

/// One line of `tests/corpus/*.jsonl`.
struct Entry {
    name: String,
    body: Value,
}

fn entries(file: &str, schema_type: &str) -> Vec<Entry> {
    let path = format!("{}/tests/corpus/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    let line = |line: &str| {
        let entry: Value = serde_json::from_str(line).unwrap();
        let imports = entry["imports"].as_array().cloned().unwrap_or_default();
        let references: Vec<_> =
            imports.iter().map(|import| json!({"name": import, "subject": import, "version": 1})).collect();
        let mut body = json!({"schemaType": schema_type, "schema": entry["schema"]});
        if !references.is_empty() {
            body["references"] = json!(references);
        }
        Entry { name: entry["name"].as_str().unwrap().to_owned(), body }
    };
    text.lines().map(line).collect()
}

/// Imported files stand before the files that import them.
async fn round_trip(file: &str, schema_type: &str, at_least: usize) {
    let app = App::new().await;
    let entries = entries(file, schema_type);
    assert!(entries.len() >= at_least, "{file} has {} schemas", entries.len());
    let mut ids = BTreeMap::new();
    for entry in &entries {
        let registered = app.register_body(&encode(&entry.name), entry.body.clone()).await;
        let id = registered["id"].as_i64().unwrap_or_else(|| panic!("{}: {registered}", entry.name));
        let read = app.get(&format!("/schemas/ids/{id}")).await.is(200);
        assert_eq!(read["schema"], registered["schema"], "{}", entry.name);
        ids.insert(entry.name.clone(), id);
    }
    for entry in &entries {
        let posted_again = app.register_body(&encode(&entry.name), entry.body.clone()).await;
        assert_eq!(posted_again["id"], json!(ids[&entry.name]), "{}", entry.name);
        let mut canonical = entry.body.clone();
        canonical["schema"] = posted_again["schema"].clone();
        let canonical = app.register_body(&encode(&entry.name), canonical).await;
        assert_eq!(canonical["id"], json!(ids[&entry.name]), "canonical text of {}", entry.name);
        assert_eq!(canonical["version"], json!(1), "{}", entry.name);
    }
}

#[tokio::test]
async fn real_avro_schemas_keep_their_ids() {
    round_trip("avro.jsonl", "AVRO", 50).await;
}

#[tokio::test]
async fn real_protobuf_files_keep_their_ids() {
    round_trip("protobuf.jsonl", "PROTOBUF", 60).await;
}

#[tokio::test]
async fn real_json_schemas_keep_their_ids() {
    round_trip("json.jsonl", "JSON", 100).await;
}
