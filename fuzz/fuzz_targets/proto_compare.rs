//! Two texts as versions of one Protobuf schema, split at the first NUL: every schema reads itself, and the
//! number of steps stays inside the limit.
#![no_main]

use chancery_engine::difference::CompareOptions;
use chancery_engine::protobuf::ProtobufSchema;
use chancery_engine::{Limits, Source, Strictness};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let limits = Limits { max_steps: 50_000, ..Limits::default() };
    let options = CompareOptions { limits, ..CompareOptions::default() };
    let (old, new) = text.split_once('\0').unwrap_or((text, text));
    let parse = |text| ProtobufSchema::parse(&Source::bare(text), Strictness::Stored, &limits);
    let (Ok(old), Ok(new)) = (parse(old), parse(new)) else { return };
    for (reader, writer) in [(&new, &old), (&old, &new)] {
        assert!(ProtobufSchema::compare(reader, writer, &options).steps <= limits.max_steps);
    }
    let own = ProtobufSchema::compare(&old, &old, &options);
    assert!(own.is_compatible() || own.steps == limits.max_steps);
});
