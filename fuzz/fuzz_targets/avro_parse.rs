//! Any text is refused or has stable texts, reads its own data and can be compiled.
#![no_main]

use chancery_engine::avro::AvroSchema;
use chancery_engine::difference::CompareOptions;
use chancery_engine::{Limits, Source, Strictness};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let limits = Limits { max_steps: 20_000, ..Limits::default() };
    for strictness in [Strictness::New, Strictness::Stored] {
        let parse = |text: &str| AvroSchema::parse(&Source::bare(text), strictness, &limits);
        let schema = match parse(text) {
            Ok(schema) => schema,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                continue;
            }
        };
        let canonical = schema.canonical();
        let again = parse(&canonical).expect("canonical texts parse");
        assert_eq!(again.canonical(), canonical);
        let normal = parse(&schema.normalized()).expect("normalized texts parse");
        assert_eq!(normal.normalized(), schema.normalized());
        let _ = (schema.formatted("resolved"), schema.name(), schema.field_names(), schema.is_equivalent(&again));
        let _ = schema.retagged(&schema.tags(), &[]).expect("its own tags");
        let options = CompareOptions { limits, ..CompareOptions::default() };
        for difference in AvroSchema::compare(&schema, &again, &options).differences {
            // A schema reads its own data, unless an alias makes a field ambiguous or a limit stops the work.
            assert!(difference.rule.kind.is_empty(), "{}", difference.message("new", "old"));
        }
        schema.validator().expect("compiles");
    }
});
