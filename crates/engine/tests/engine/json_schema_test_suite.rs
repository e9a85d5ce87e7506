//! The required tests of the JSON Schema Test Suite through [`JsonValidator`].

use chancery_engine::catalogue::payload::find_rule;
use chancery_engine::json::JsonValidator;
use chancery_engine::violation::{Formats, PayloadOptions, ValidatorOptions};
use chancery_engine::{Dependency, Outcome};
use serde_json::Value;

const REMOTES: &str = include_str!("../corpus/json-schema-test-suite/remotes.jsonl");
/// Draft, its `$schema`, its tests, and how many there are.
const DRAFTS: [(&str, &str, &str, usize); 5] = [
    (
        "draft4",
        "http://json-schema.org/draft-04/schema#",
        include_str!("../corpus/json-schema-test-suite/draft4.jsonl"),
        610,
    ),
    (
        "draft6",
        "http://json-schema.org/draft-06/schema#",
        include_str!("../corpus/json-schema-test-suite/draft6.jsonl"),
        829,
    ),
    (
        "draft7",
        "http://json-schema.org/draft-07/schema#",
        include_str!("../corpus/json-schema-test-suite/draft7.jsonl"),
        913,
    ),
    (
        "draft2019-09",
        "https://json-schema.org/draft/2019-09/schema",
        include_str!("../corpus/json-schema-test-suite/draft2019-09.jsonl"),
        1227,
    ),
    (
        "draft2020-12",
        "https://json-schema.org/draft/2020-12/schema",
        include_str!("../corpus/json-schema-test-suite/draft2020-12.jsonl"),
        1257,
    ),
];

/// Tests that fail by decision. `$schema` with a URI that is no draft means draft 7, as the reference reads
/// it, also when a document of that URI is known: a dialect cannot switch vocabularies off.
const BY_DECISION: [&str; 2] = [
    "draft2019-09 vocabulary: schema that uses custom metaschema with with no validation vocabulary: \
     no validation: invalid number, but it still validates",
    "draft2020-12 vocabulary: schema that uses custom metaschema with with no validation vocabulary: \
     no validation: invalid number, but it still validates",
];

fn lines(text: &str) -> impl Iterator<Item = Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a line of the corpus is JSON"))
}

/// Remote schemas as references: those of no draft and those of this one.
fn remotes(draft: &str) -> Vec<Dependency> {
    let others: Vec<&str> = DRAFTS.iter().map(|(name, ..)| *name).filter(|name| *name != draft).collect();
    lines(REMOTES)
        .filter_map(|remote| {
            let path = remote["path"].as_str()?;
            let foreign = others.iter().any(|other| path.starts_with(&format!("{other}/")));
            (!foreign).then(|| Dependency {
                name: format!("http://localhost:1234/{path}"),
                text: remote["schema"].to_string(),
                origin: None,
            })
        })
        .collect()
}

/// The schema with its draft said, as a registry would be told.
fn with_draft(schema: &Value, uri: &str) -> Value {
    let mut schema = schema.clone();
    if let Some(members) = schema.as_object_mut() {
        members.entry("$schema").or_insert_with(|| uri.into());
    }
    schema
}

#[test]
fn all_required_tests_pass_but_those_that_fail_by_decision() {
    let mut failures = Vec::new();
    for (draft, uri, text, expected) in DRAFTS {
        let dependencies = remotes(draft);
        let mut ran = 0;
        for group in lines(text) {
            let schema = with_draft(&group["schema"], uri).to_string();
            let options = ValidatorOptions { formats: Formats::Annotate };
            let validator = JsonValidator::compile(&schema, &dependencies, &options);
            for test in group["tests"].as_array().into_iter().flatten() {
                let wanted = if test["valid"] == true { Outcome::Valid } else { Outcome::Invalid };
                let payload = test["data"].to_string();
                let found = validator.as_ref().map(|validator| {
                    let report = validator.validate(payload.as_bytes(), &PayloadOptions::default());
                    for finding in &report.findings {
                        assert!(find_rule(&finding.rule).is_some(), "{} is in the catalogue", finding.rule);
                    }
                    report.outcome()
                });
                ran += 1;
                if found != Ok(wanted) {
                    let name = [&group["file"], &group["description"], &test["description"]];
                    let name = name.map(|part| part.as_str().unwrap_or_default()).join(": ");
                    failures.push(format!("{draft} {name}"));
                }
            }
        }
        assert_eq!(ran, expected, "{draft}: every test of the corpus ran");
    }
    assert_eq!(failures, BY_DECISION);
}
