//! Two schemas, separated by a line feed: comparison ends within its steps, and its findings print.
#![no_main]

use chancery_engine::avro::AvroSchema;
use chancery_engine::difference::CompareOptions;
use chancery_engine::{Limits, Source, Strictness};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Some((reader, writer)) = text.split_once('\n') else { return };
    let limits = Limits { max_steps: 20_000, ..Limits::default() };
    let parse = |text: &str| AvroSchema::parse(&Source::bare(text), Strictness::Stored, &limits);
    let (Ok(reader), Ok(writer)) = (parse(reader), parse(writer)) else { return };
    let options = CompareOptions { limits, ..CompareOptions::default() };
    for (reader, writer) in [(&reader, &writer), (&writer, &reader)] {
        let comparison = AvroSchema::compare(reader, writer, &options);
        assert!(comparison.steps <= limits.max_steps);
        for difference in &comparison.differences {
            assert!(difference.path.starts_with('/'));
            assert!(!difference.message("new", "old").is_empty());
        }
    }
});
