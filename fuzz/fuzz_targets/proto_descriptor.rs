//! Serialized descriptors: what is accepted prints to a text that is read as the same schema, and can be
//! written again.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chancery_engine::protobuf::ProtobufSchema;
use chancery_engine::{Limits, Source, Strictness};
use libfuzzer_sys::fuzz_target;

fn parse(text: &str) -> Option<ProtobufSchema> {
    ProtobufSchema::parse(&Source::bare(text), Strictness::Stored, &Limits::default()).ok()
}

fuzz_target!(|bytes: &[u8]| {
    let Some(schema) = parse(&STANDARD.encode(bytes)) else { return };
    let canonical = schema.canonical();
    let _ = schema.validator();
    let again = parse(&canonical).expect("the text of an accepted descriptor is read");
    assert_eq!(again.canonical(), canonical);
    let Ok(serialized) = schema.formatted("serialized") else { return };
    let again = parse(&serialized).expect("what was written is read");
    let twice = again.formatted("serialized").expect("and written again");
    assert!(twice == serialized, "{}\n{}", again.canonical(), canonical);
});
