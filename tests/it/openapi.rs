//! `openapi.yaml` is the contract: it describes exactly the routes of the server, and every answer that a
//! story of `http` gets is held against it.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, OnceLock};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::http::Reply;

/// Headers that say in short what a verdict says.
const VERDICT_HEADERS: [&str; 4] = ["schema-id", "schema-subject", "schema-version", "validation-outcome"];

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// The document.
fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.yaml")).unwrap();
        serde_norway::from_str(&text).unwrap()
    })
}

/// Holds an answer against the document: the status must be described (or covered by `default`), the media type
/// too, and the body must fit its schema.
#[track_caller]
pub fn check(method: &str, path: &str, reply: &Reply) {
    let Some((pattern, operation)) = find_operation(method, path) else {
        assert!(
            matches!(reply.status, 400 | 404 | 405) || method == "OPTIONS",
            "{method} {path} is not described and answered {}",
            reply.status
        );
        let is_problem = reply.header("content-type") == "application/problem+json";
        let name = if is_problem { "Problem" } else { "Error" };
        check_body(&format!("#/components/schemas/{name}"), reply, path);
        return;
    };
    let responses = &operation["responses"];
    let described = match &responses[reply.status.to_string()] {
        Value::Null if reply.status >= 400 => &responses["default"],
        described => described,
    };
    assert!(!described.is_null(), "{method} {pattern} does not describe {}", reply.status);
    if method == "HEAD" {
        return;
    }
    for name in VERDICT_HEADERS.iter().filter(|name| !reply.header(name).is_empty()) {
        let headers = resolve(described)["headers"].as_object();
        let mut names = headers.into_iter().flatten().map(|(name, _)| name);
        let status = reply.status;
        assert!(
            names.any(|known| known.eq_ignore_ascii_case(name)),
            "{method} {pattern} {status} does not describe {name}"
        );
    }
    let content = &resolve(described)["content"];
    if content.is_null() {
        assert!(reply.body.is_empty(), "{method} {path}: a body that is not described: {}", reply.text());
        return;
    }
    let media = reply.header("content-type").split(';').next().unwrap();
    let pointer = format!("/{}/schema", media.replace('~', "~0").replace('/', "~1"));
    let schema = content.pointer(&pointer);
    let schema = schema.unwrap_or_else(|| panic!("{method} {pattern}: {media} is not described"));
    if media == "application/x-ndjson" {
        // Every line but the last, which is the summary.
        let lines: Vec<_> = reply.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
        for line in &lines[..lines.len() - 1] {
            check_against("a line", &json!({ "$ref": "#/components/schemas/Verdict" }), line, path);
        }
    } else if media.ends_with("json") && *schema != Value::Bool(true) {
        let key = format!("{method} {pattern} {} {media}", reply.status);
        check_against(&key, schema, &reply.body, path);
    }
}

fn check_body(reference: &str, reply: &Reply, path: &str) {
    if !reply.body.is_empty() {
        check_against(reference, &json!({ "$ref": reference }), &reply.body, path);
    }
}

#[track_caller]
fn check_against(key: &str, schema: &Value, body: &[u8], path: &str) {
    static COMPILED: OnceLock<Mutex<HashMap<String, Validator>>> = OnceLock::new();
    let body: Value = serde_json::from_slice(body)
        .unwrap_or_else(|error| panic!("{path}: no JSON ({error}): {}", String::from_utf8_lossy(body)));
    let mut compiled = COMPILED.get_or_init(Mutex::default).lock().unwrap();
    let validator = compiled.entry(key.to_owned()).or_insert_with(|| compile(schema));
    let faults: Vec<_> =
        validator.iter_errors(&body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    drop(compiled);
    assert!(faults.is_empty(), "{key} ({path}) does not fit the document: {faults:#?}\n{body:#}");
}

fn compile(schema: &Value) -> Validator {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "allOf": [schema],
        "components": document()["components"],
    });
    jsonschema::options().offline().build(&schema).unwrap()
}

/// The operation of a request; more literal patterns win.
fn find_operation(method: &str, path: &str) -> Option<(&'static str, &'static Value)> {
    let path = path.split('?').next().unwrap().trim_matches('/');
    let mut segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    if segments.len() > 2 && segments[0] == "contexts" {
        segments.drain(..2);
    }
    let method = if method == "HEAD" { "get".to_owned() } else { method.to_lowercase() };
    let paths = document()["paths"].as_object().unwrap();
    let fitting = paths.iter().filter(|(pattern, _)| fits(pattern, &segments));
    let (pattern, item) = fitting.min_by_key(|(pattern, _)| pattern.matches('{').count())?;
    Some((pattern, item.get(&method)?))
}

fn fits(pattern: &str, segments: &[&str]) -> bool {
    let pieces: Vec<_> = pattern.split('/').filter(|piece| !piece.is_empty()).collect();
    pieces.len() == segments.len()
        && pieces.iter().zip(segments).all(|(piece, segment)| piece.starts_with('{') || piece == segment)
}

fn resolve(node: &'static Value) -> &'static Value {
    match node["$ref"].as_str() {
        Some(reference) => document().pointer(&reference[1..]).unwrap(),
        None => node,
    }
}

#[test]
fn document_and_router_name_the_same_routes() {
    let served: BTreeSet<_> = chancery::http::route_list()
        .into_iter()
        .map(|(method, pattern)| (method.to_lowercase(), pattern.to_owned()))
        .collect();
    let mut described = BTreeSet::new();
    for (pattern, item) in document()["paths"].as_object().unwrap() {
        for method in METHODS.iter().filter(|method| !item[**method].is_null()) {
            described.insert(((*method).to_owned(), pattern.clone()));
        }
    }
    let undescribed: Vec<_> = served.difference(&described).collect();
    let unserved: Vec<_> = described.difference(&served).collect();
    assert!(
        undescribed.is_empty() && unserved.is_empty(),
        "undescribed {undescribed:?}, unserved {unserved:?}"
    );
}

#[test]
fn every_operation_has_a_name_of_its_own_a_summary_and_its_path_parameters() {
    let mut names = BTreeSet::new();
    for (pattern, item) in document()["paths"].as_object().unwrap() {
        let in_path: BTreeSet<_> =
            pattern.split('/').filter_map(|piece| piece.strip_prefix('{')?.strip_suffix('}')).collect();
        for method in METHODS.iter().filter(|method| !item[**method].is_null()) {
            let operation = &item[*method];
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name), "{name} is used twice");
            assert!(operation["summary"].as_str().is_some_and(|text| text.ends_with('.')), "{name}");
            assert!(!operation["responses"]["default"].is_null(), "{name} does not describe its errors");
            let lists = [&item["parameters"], &operation["parameters"]];
            let described: BTreeSet<_> = lists
                .into_iter()
                .filter_map(Value::as_array)
                .flatten()
                .map(resolve)
                .filter(|parameter| parameter["in"] == "path")
                .map(|parameter| parameter["name"].as_str().unwrap())
                .collect();
            assert_eq!(described, in_path, "{name}");
        }
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_example_fits() {
    fn walk(node: &Value, place: &str) {
        match node {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    assert!(document().pointer(&reference[1..]).is_some(), "{place}: {reference}");
                }
                if let (Some(schema), Some(example)) = (members.get("schema"), members.get("example")) {
                    let faults: Vec<_> =
                        compile(schema).iter_errors(example).map(|error| error.to_string()).collect();
                    assert!(faults.is_empty(), "{place}: {faults:?}");
                }
                members.iter().for_each(|(name, member)| walk(member, &format!("{place}/{name}")));
            }
            Value::Array(entries) => {
                entries.iter().enumerate().for_each(|(at, entry)| walk(entry, &format!("{place}/{at}")));
            }
            _ => {}
        }
    }
    walk(document(), "#");
}
