//! Compiles any text as a JSON Schema and validates any bytes with it.
//!
//! The schema ends at the first line feed, the rest is the payload. Looked for: panics, endless loops (the
//! budgets of schema and payload must hold), findings that carry texts of the payload, and a report that
//! another run does not repeat.

#![no_main]

use chancery_engine::json::JsonValidator;
use chancery_engine::violation::{MAX_FINDINGS, PayloadOptions, ValidatorOptions};
use chancery_engine::{Dependency, Outcome};
use libfuzzer_sys::fuzz_target;

/// Stands in payloads and in no schema.
const SECRET: &str = "hunter2";

fuzz_target!(|input: &[u8]| {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let (schema, payload) = (&input[..end], input.get(end + 1..).unwrap_or_default());
    let Ok(schema) = std::str::from_utf8(schema) else { return };
    let dependencies = [Dependency {
        name: "common.json".to_owned(),
        text: r##"{"definitions":{"id":{"type":"string","pattern":"^[a-z]+$"},"list":{"items":{"$ref":"#/definitions/id"}}}}"##
            .to_owned(),
        origin: None,
    }];
    let Ok(validator) = JsonValidator::compile(schema, &dependencies, &ValidatorOptions::default()) else { return };
    let options = PayloadOptions::default();
    let report = validator.validate(payload, &options);
    assert!(report.findings.len() <= MAX_FINDINGS);
    assert_eq!(report, validator.validate(payload, &options));
    if serde_json::from_slice::<serde_json::Value>(payload).is_err() {
        assert_ne!(report.outcome(), Outcome::Valid);
    }
    let quoted = format!("\"{SECRET}\"");
    let report = validator.validate(quoted.as_bytes(), &options);
    if !schema.contains(SECRET) {
        assert!(report.findings.iter().all(|finding| !finding.message.contains(SECRET)), "{report:?}");
    }
});
