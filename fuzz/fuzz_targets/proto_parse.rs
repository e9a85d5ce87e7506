//! Any bytes as a Protobuf schema: parse, print, normal form, formats, tags, validator.
#![no_main]

use chancery_engine::protobuf::ProtobufSchema;
use chancery_engine::{Limits, Source, Strictness};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let limits = Limits::default();
    let Ok(schema) = ProtobufSchema::parse(&Source::bare(text), Strictness::Stored, &limits) else { return };
    let printed = schema.canonical();
    let again = ProtobufSchema::parse(&Source::bare(&printed), Strictness::Stored, &limits)
        .unwrap_or_else(|error| panic!("{error} in printed text:\n{printed}"));
    assert_eq!(again.canonical(), printed);
    let _ = (schema.normalized(), schema.tags(), schema.name(), schema.field_names());
    let _ = (schema.formatted("serialized"), schema.formatted("ignore_extensions"), schema.check_fields());
    let _ = schema.validator();
});
