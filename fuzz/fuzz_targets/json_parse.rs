//! Any text as a JSON Schema: whatever parses prints, prints the same again, and reads its own data.
#![no_main]

use chancery_engine::difference::CompareOptions;
use chancery_engine::json::JsonSchema;
use chancery_engine::{Limits, Source, Strictness};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let limits = Limits { max_steps: 20_000, ..Limits::default() };
    let parse = |text: &str| JsonSchema::parse(&Source::bare(text), Strictness::New, &limits);
    let schema = match parse(text) {
        Ok(schema) => schema,
        Err(error) => {
            let _ = error.to_string();
            return;
        }
    };
    let canonical = schema.canonical();
    let again = parse(&canonical).expect("a canonical text is a schema");
    assert_eq!(again.canonical(), canonical);
    assert_eq!(again.normalized(), schema.normalized());
    let _ = (schema.name(), schema.field_names(), schema.check_fields(), schema.tags(), schema.retagged(&[], &[]));
    let options = CompareOptions { limits, ..CompareOptions::default() };
    let comparison = JsonSchema::compare(&again, &schema, &options);
    let undecided = comparison.differences.iter().any(|difference| difference.rule.id == "json/undecided");
    assert!(undecided || comparison.is_compatible(), "a schema reads its own data");
});
