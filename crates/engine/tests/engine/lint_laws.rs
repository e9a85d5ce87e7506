//! Laws of lint, on many schemas.

use chancery_engine::lint::{LintInput, LintOptions, SchemaInput, Scope, find_rule, lint};
use chancery_engine::{SchemaType, Source};
use serde_json::Value;

const SUITES: [&str; 3] = [
    include_str!("../corpus/json-schema-test-suite/draft4.jsonl"),
    include_str!("../corpus/json-schema-test-suite/draft7.jsonl"),
    include_str!("../corpus/json-schema-test-suite/draft2020-12.jsonl"),
];

#[test]
fn findings_stand_at_places_that_exist_and_can_be_silenced_there() {
    let mut findings = 0;
    for line in SUITES.iter().flat_map(|suite| suite.lines()) {
        let group: Value = serde_json::from_str(line).expect("a line of the corpus is JSON");
        let schema = &group["schema"];
        let text = schema.to_string();
        let run = |text: &str| {
            let input = SchemaInput {
                schema_type: SchemaType::Json,
                source: Source::bare(text),
                owned: None,
                before: None,
            };
            lint(&LintInput::Schema(input), &LintOptions::default()).expect("the schema is JSON")
        };
        for found in run(&text) {
            findings += 1;
            let rule = find_rule(found.id).expect("findings name rules");
            assert!(rule.scopes().any(|scope| scope == Scope::Schema(SchemaType::Json)), "{}", found.id);
            assert!(schema.pointer(&found.pointer).is_some(), "{} at {} in {text}", found.id, found.pointer);
            let mut silent = schema.clone();
            let place = silent.pointer_mut(&found.pointer).and_then(Value::as_object_mut);
            let Some(place) = place else { continue };
            place.insert("x-lint-ignore".to_owned(), Value::from(vec![found.id]));
            let left = run(&silent.to_string());
            let still = left.iter().any(|other| (other.id, &other.pointer) == (found.id, &found.pointer));
            assert!(!still, "{} at {} is silenced in {silent}", found.id, found.pointer);
        }
    }
    assert!(findings > 400, "{findings}");
}
