//! Events of public projects: each keeps its schema, and spoiled at one place it breaks it there.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::http::{App, encode};

/// Lines of a file under `tests/corpus/`.
fn lines(file: &str) -> Vec<Value> {
    let path = format!("{}/tests/corpus/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The schema of an event: beside it, or one of the real schemas.
fn schema_of(entry: &Value) -> Value {
    let Some([file, name]) = entry["schemaOf"].as_array().map(Vec::as_slice) else {
        return entry["schema"].clone();
    };
    let schemas = lines(file.as_str().unwrap());
    schemas.iter().find(|one| one["name"] == *name).unwrap()["schema"].clone()
}

/// The event around a payload; unframed Avro has to name its version.
fn event(entry: &Value, payload: &Value) -> Value {
    let name = entry["name"].as_str().unwrap();
    let mut event = json!({ "specversion": "1.0", "id": "9d2c", "source": "https://example.com/real",
        "type": name, "datacontenttype": entry["contentType"],
        "dataschema": format!("urn:schema-registry:{name}:1") });
    let member = if entry.get("base64").is_some() { "data_base64" } else { "data" };
    event[member] = payload.clone();
    event
}

fn payload(entry: &Value) -> &Value {
    entry.get("base64").or_else(|| entry.get("data")).unwrap()
}

/// The payload with one place spoiled.
fn spoiled(entry: &Value, how: &Value) -> Value {
    if let Some(base64) = entry.get("base64") {
        let mut bytes = STANDARD.decode(base64.as_str().unwrap()).unwrap();
        if let Some([at, byte]) = how["set"].as_array().map(Vec::as_slice) {
            bytes[at.as_u64().unwrap() as usize] = u8::try_from(byte.as_u64().unwrap()).unwrap();
        }
        bytes.truncate(bytes.len() - how["cut"].as_u64().unwrap_or(0) as usize);
        bytes.extend(STANDARD.decode(how["append"].as_str().unwrap_or_default()).unwrap());
        return json!(STANDARD.encode(bytes));
    }
    let mut data = entry["data"].clone();
    if let Some(pointer) = how["replace"].as_str() {
        *data.pointer_mut(pointer).unwrap() = how["with"].clone();
    } else {
        let (outer, member) = how["remove"].as_str().unwrap().rsplit_once('/').unwrap();
        data.pointer_mut(outer).unwrap().as_object_mut().unwrap().remove(member).unwrap();
    }
    data
}

async fn judge(app: &App, event: &Value) -> Value {
    let headers = [("content-type", "application/cloudevents+json")];
    app.send("POST", "/v1/validate", &headers, event.to_string().into_bytes()).await.is(200)
}

#[tokio::test]
async fn real_events_keep_their_schemas_and_spoiled_ones_break_them_where_they_were_spoiled() {
    let app = App::new().await;
    let entries = lines("events.jsonl");
    let mut spoils = 0;
    for entry in &entries {
        let name = entry["name"].as_str().unwrap();
        let body = json!({ "schemaType": entry["schemaType"], "schema": schema_of(entry) });
        app.register_body(&encode(name), body).await;
        let verdict = judge(&app, &event(entry, payload(entry))).await;
        assert_eq!(verdict["outcome"], "valid", "{name}: {verdict:#}");
        assert_eq!(verdict["match"]["subject"], name);
        for how in entry["broken"].as_array().unwrap() {
            let verdict = judge(&app, &event(entry, &spoiled(entry, how))).await;
            assert_eq!(verdict["outcome"], "invalid", "{name} {how}");
            let found = verdict["violations"].as_array().unwrap();
            assert!(
                found.iter().any(|one| one["rule"] == how["rule"] && one["pointer"] == how["at"]),
                "{name} {how}: {found:#?}"
            );
            spoils += 1;
        }
    }
    assert!(entries.len() >= 30 && spoils >= 85, "{} events, {spoils} spoiled ones", entries.len());
}
