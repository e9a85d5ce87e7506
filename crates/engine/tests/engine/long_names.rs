//! Names in a payload can be as long as the payload, and everything that is wrong below one repeats it: what is
//! reported, and the work to report it, must not multiply by it.

use std::time::{Duration, Instant};

use chancery_engine::violation::{
    Encoding, MAX_FINDING_BYTES, MAX_FINDINGS, PayloadOptions, UnknownFields, ValidatorOptions,
};
use chancery_engine::{Limits, Outcome, Report, Schema, SchemaType, Source, Strictness};

/// Bytes of the long name.
const NAME: usize = 40_000;
/// What stands wrongly below it.
const WRONG: usize = 20_000;

const AVRO_MAPS: &str = r#"{"type":"map","values":{"type":"map","values":"string"}}"#;
const AVRO_RECORDS: &str =
    r#"{"type":"map","values":["null",{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}]}"#;
const JSON_MAPS: &str = r#"{"additionalProperties":{"additionalProperties":{"type":"string"}}}"#;
const JSON_LISTS: &str = r#"{"additionalProperties":{"items":{"not":{"type":"integer"}}}}"#;
const PROTOBUF: &str =
    r#"syntax = "proto3"; message M { map<string, N> m = 1; } message N { string s = 1; }"#;

fn validate(schema_type: SchemaType, schema: &str, payload: &[u8], options: &PayloadOptions) -> Report {
    let source = Source { text: schema, dependencies: &[] };
    let schema = Schema::parse(schema_type, &source, Strictness::New, &Limits::default()).expect(schema);
    schema.validator(&ValidatorOptions::default()).expect("compiles").validate(payload, options)
}

/// `{"kkk…": {"x0": 1, …}}`, with what stands before and behind the inner members.
fn members(before: &str, behind: &str) -> Vec<u8> {
    let wrong: Vec<_> = (0..WRONG).map(|index| format!(r#""x{index}":1"#)).collect();
    format!(r#"{before}{{"{}":{{{}{behind}}}"#, "k".repeat(NAME), wrong.join(",")).into_bytes()
}

fn delimited(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let mut length = content.len();
    while length > 0x7f {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(content);
    out
}

#[test]
fn findings_below_a_long_name_are_few_and_quickly_made() {
    let name = "k".repeat(NAME);
    let items = format!(r#"{{"{name}":[{}]}}"#, vec!["1"; WRONG].join(",")).into_bytes();
    let entry = [delimited(0x0a, name.as_bytes()), delimited(0x12, &[0x78, 1].repeat(WRONG))].concat();
    let json = PayloadOptions { encoding: Encoding::Json, ..PayloadOptions::default() };
    let rejecting = PayloadOptions { unknown_fields: UnknownFields::Reject, ..json.clone() };
    let binary = PayloadOptions::default();
    let warned = members("", r#","a":1},"z":{"a":"x"}"#);
    for (case, schema_type, schema, payload, options, outcome) in [
        ("avro", SchemaType::Avro, AVRO_MAPS, members("", "}"), &json, Outcome::Invalid),
        ("avro, warnings before an error", SchemaType::Avro, AVRO_RECORDS, warned, &json, Outcome::Invalid),
        ("json schema", SchemaType::Json, JSON_MAPS, members("", "}"), &binary, Outcome::Invalid),
        ("json schema, lists", SchemaType::Json, JSON_LISTS, items, &binary, Outcome::Invalid),
        ("proto json", SchemaType::Protobuf, PROTOBUF, members(r#"{"m":"#, "}}"), &json, Outcome::Valid),
        (
            "proto json, errors",
            SchemaType::Protobuf,
            PROTOBUF,
            members(r#"{"m":"#, "}}"),
            &rejecting,
            Outcome::Invalid,
        ),
        ("protobuf", SchemaType::Protobuf, PROTOBUF, delimited(0x0a, &entry), &binary, Outcome::Valid),
    ] {
        let start = Instant::now();
        let report = validate(schema_type, schema, &payload, options);
        assert!(start.elapsed() < Duration::from_secs(4), "{case}: {:?}", start.elapsed());
        assert_eq!(report.outcome(), outcome, "{case}");
        assert!(report.truncated, "{case}");
        assert!((1..=MAX_FINDINGS).contains(&report.findings.len()), "{case}");
        let texts = report.findings.iter().map(|finding| finding.pointer.len() + finding.message.len());
        assert!(texts.sum::<usize>() < MAX_FINDING_BYTES + 2 * NAME, "{case}");
        let first = &report.findings[0].pointer;
        assert!(first.contains("kkk") && first.matches('/').count() >= 2, "{case}: a pointer is whole");
    }
}
