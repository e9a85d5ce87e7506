//! Protobuf payloads, binary and JSON, against schemas with everything in them: reports keep their
//! bounds, and what is valid can be decoded. The first byte chooses schema and encoding.
#![no_main]

use std::sync::LazyLock;

use chancery_engine::protobuf::{ProtobufSchema, ProtobufValidator};
use chancery_engine::violation::{Encoding, MAX_FINDINGS, Outcome, PayloadOptions, UnknownFields};
use chancery_engine::{Limits, Source, Strictness};
use libfuzzer_sys::fuzz_target;

const PROTO3: &str = r#"
    syntax = "proto3";
    import "google/protobuf/struct.proto"; import "google/protobuf/any.proto";
    import "google/protobuf/timestamp.proto"; import "google/protobuf/duration.proto";
    import "google/protobuf/wrappers.proto"; import "google/protobuf/field_mask.proto";
    message M {
      string s = 1; bytes b = 2; int32 i = 3; sint64 z = 4; fixed32 f = 5; double d = 6; bool t = 7;
      repeated M m = 8; map<string, M> by = 9; map<sint32, E> es = 10; repeated E e = 11;
      repeated fixed64 packed = 12; oneof o { M left = 13; string right = 14; } optional uint64 u = 15;
      google.protobuf.Struct st = 16; google.protobuf.Any any = 17; google.protobuf.Timestamp at = 18;
      google.protobuf.Duration took = 19; google.protobuf.Int64Value boxed = 20;
      google.protobuf.FieldMask mask = 21; google.protobuf.Value v = 22; float far = 3000;
    }
    enum E { A = 0; B = 1; }
"#;
const PROTO2: &str = r#"
    message M {
      required string s = 1; optional M m = 2; repeated M ms = 3; optional E e = 4; repeated E es = 5 [packed = true];
      optional group G = 6 { required int32 n = 1; optional M m = 2; } repeated group R = 7 { optional string x = 1; }
      map<int32, M> by = 8; oneof o { M a = 9; M b = 10; int32 c = 11; } extensions 100 to 200;
    }
    extend M { optional M more = 100; repeated int64 marks = 101; }
    enum E { A = 1; B = -1; }
"#;

static VALIDATORS: LazyLock<Vec<ProtobufValidator>> = LazyLock::new(|| {
    let compile = |text: &&str| {
        let schema = ProtobufSchema::parse(&Source::bare(text), Strictness::New, &Limits::default());
        schema.and_then(|schema| schema.validator()).expect("a valid schema")
    };
    [PROTO3, PROTO2].iter().map(compile).collect()
});

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, payload)) = bytes.split_first() else { return };
    let validator = &VALIDATORS[usize::from(choice & 1)];
    let encoding = if choice & 2 == 0 { Encoding::Binary } else { Encoding::Json };
    let unknown_fields = if choice & 4 == 0 { UnknownFields::Warn } else { UnknownFields::Reject };
    let options = PayloadOptions { encoding, unknown_fields, ..PayloadOptions::default() };
    let report = validator.validate(payload, &options);
    assert!(report.findings.len() <= MAX_FINDINGS);
    for finding in &report.findings {
        assert!(finding.rule.starts_with("schema.protobuf."));
        assert!(finding.pointer.is_empty() || finding.pointer.starts_with('/'));
    }
    let value = validator.decode(payload, &options);
    if report.outcome() == Outcome::Valid && payload.len() < 10_000 {
        assert!(value.is_some(), "valid and not readable");
    }
});
