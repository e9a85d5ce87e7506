//! Compatibility vectors: data, one runner for all formats.
//!
//! A file is a JSON array of `{name, schemaType, direction, old, new, compatible, kinds, findings?, note?}`;
//! `old` and `new` are `{schema, references?: [{name, schema, references?}]}`, inner references first.
//! `kinds` are the reference's type names, as a set; `findings`, where given, are all findings of the
//! verdict in order, each `KIND path | info`.
//!
//! To add a format: its file and one test here. A vector that the engine gets wrong on purpose is listed in
//! the gaps of its test with the reason beside it; an entry that starts passing fails the run.

use std::collections::BTreeSet;
use std::path::Path;

use chancery_engine::verdict::{CheckOptions, Earlier, Verdict, check};
use chancery_engine::{Dependency, Limits, Schema, SchemaType, Source, Strictness};
use serde_json::Value;

#[test]
fn avro_vectors_give_the_expected_verdicts() {
    run("avro.json", 80, &[]);
}

#[test]
fn json_vectors_give_the_expected_verdicts() {
    run("json.json", 250, &[]);
}

#[test]
fn protobuf_vectors_give_the_expected_verdicts() {
    run("protobuf.json", 150, &[]);
}

/// Runs all vectors of a file; `at_least` keeps an emptied file from passing.
fn run(file: &str, at_least: usize, gaps: &[&str]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(file);
    let text = std::fs::read_to_string(&path).expect("the vector file is there");
    let vectors: Vec<Value> = serde_json::from_str(&text).expect("the vector file is a JSON array");
    assert!(vectors.len() >= at_least, "{file} holds {} vectors", vectors.len());
    let names: BTreeSet<&str> = vectors.iter().map(name_of).collect();
    assert_eq!(names.len(), vectors.len(), "names are unique");
    let mut problems = Vec::new();
    for vector in &vectors {
        let name = name_of(vector);
        match (problem_of(vector), gaps.contains(&name)) {
            (Some(problem), false) => problems.push(format!("{name}: {problem}")),
            (None, true) => problems.push(format!("{name}: passes, take it off the list of gaps")),
            _ => {}
        }
    }
    problems
        .extend(gaps.iter().filter(|gap| !names.contains(*gap)).map(|gap| format!("no vector named {gap}")));
    assert!(problems.is_empty(), "{} of {file}:\n{}", problems.len(), problems.join("\n"));
}

fn name_of(vector: &Value) -> &str {
    vector["name"].as_str().expect("a vector has a name")
}

fn problem_of(vector: &Value) -> Option<String> {
    let verdict = match verdict_of(vector) {
        Ok(verdict) => verdict,
        Err(problem) => return Some(problem),
    };
    if Some(verdict.is_compatible()) != vector["compatible"].as_bool() {
        return Some(format!("compatible is {}: {:?}", verdict.is_compatible(), verdict.messages));
    }
    let kinds: BTreeSet<&str> = verdict.findings.iter().map(|finding| finding.difference.rule.kind).collect();
    let found: Vec<&str> = kinds.into_iter().filter(|kind| !kind.is_empty()).collect();
    if vector["kinds"] != serde_json::json!(found) {
        return Some(format!("kinds are {found:?}"));
    }
    let all = |verdict: &Verdict| -> Vec<String> {
        let line = |difference: &chancery_engine::Difference| {
            format!("{} {} | {}", difference.rule.kind, difference.path, difference.info)
        };
        verdict.findings.iter().map(|finding| line(&finding.difference)).collect()
    };
    let wanted = vector.get("findings")?;
    (*wanted != serde_json::json!(all(&verdict))).then(|| format!("findings are {:#?}", all(&verdict)))
}

fn verdict_of(vector: &Value) -> Result<Verdict, String> {
    let schema_type =
        vector["schemaType"].as_str().and_then(SchemaType::from_name).ok_or("no schema type")?;
    let level = vector["direction"].as_str().and_then(|word| word.parse().ok()).ok_or("no direction")?;
    let old = parse(schema_type, &vector["old"], Strictness::Stored)?;
    let new = parse(schema_type, &vector["new"], Strictness::New)?;
    let history = [Earlier { version: Some(1), schema: &old }];
    Ok(check(&new, &history, &CheckOptions { level, ..CheckOptions::default() }))
}

fn parse(schema_type: SchemaType, side: &Value, strictness: Strictness) -> Result<Schema, String> {
    let text = side["schema"].as_str().ok_or("no schema")?;
    let mut dependencies = Vec::new();
    add_references(side, &mut dependencies);
    let source = Source { text, dependencies: &dependencies };
    Schema::parse(schema_type, &source, strictness, &Limits::default())
        .map_err(|error| format!("{text}: {error}"))
}

fn add_references(side: &Value, dependencies: &mut Vec<Dependency>) {
    for reference in side.get("references").and_then(Value::as_array).into_iter().flatten() {
        add_references(reference, dependencies);
        dependencies.push(Dependency {
            name: reference["name"].as_str().expect("a reference has a name").to_owned(),
            text: reference["schema"].as_str().expect("a reference has a schema").to_owned(),
            // `subject` names the referenced subject, `version` its version; without them the text is no
            // registered schema.
            origin: reference["subject"]
                .as_str()
                .map(|subject| (subject.to_owned(), reference["version"].as_i64().unwrap_or(1) as i32)),
        });
    }
}
