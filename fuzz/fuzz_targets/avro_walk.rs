//! A schema, a line feed, a payload: every encoding gives a report, within bounds.
#![no_main]

use chancery_engine::avro::AvroSchema;
use chancery_engine::violation::{Encoding, MAX_FINDINGS, PayloadOptions};
use chancery_engine::{Limits, Source, Strictness};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(cut) = bytes.iter().position(|byte| *byte == b'\n') else { return };
    let Ok(text) = std::str::from_utf8(&bytes[..cut]) else { return };
    let Ok(schema) = AvroSchema::parse(&Source::bare(text), Strictness::Stored, &Limits::default()) else { return };
    let validator = schema.validator().expect("compiles");
    for encoding in [Encoding::Binary, Encoding::AvroJson, Encoding::Json] {
        let options = PayloadOptions { encoding, max_items: 10_000, ..PayloadOptions::default() };
        let report = validator.validate(&bytes[cut + 1..], &options);
        assert!(report.findings.len() <= MAX_FINDINGS);
        assert!(report.findings.iter().all(|finding| finding.rule.starts_with("schema.avro.")));
    }
});
