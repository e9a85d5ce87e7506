//! The binary walk, one law of the encoding a test.

use super::*;
use crate::violation::{MAX_FINDINGS, MessageChoice, Outcome};

const ORDER: &str = r#"
    syntax = "proto3";
    package shop;
    message Order {
      string id = 1;
      repeated Item items = 2;
      map<string, Price> prices = 3;
      repeated sint32 deltas = 4;
      repeated fixed64 stamps = 5;
      optional double total = 6;
      oneof way { string post = 7; Item courier = 8; }
      State state = 9;
      fixed32 crc = 2000;
      map<int32, string> notes = 10;
      Order parent = 11;
    }
    message Item { string sku = 1; int32 qty = 2; Price price = 3; }
    message Price { int64 cents = 1; bytes raw = 2; }
    enum State { NEW = 0; PAID = 1; }
"#;

/// Bytes from a list of hex groups and quoted text: `0a 02 'ab'`.
fn bytes(spec: &str) -> Vec<u8> {
    spec.split_whitespace()
        .flat_map(|part| match part.strip_prefix('\'') {
            Some(text) => text.trim_end_matches('\'').as_bytes().to_vec(),
            None => vec![u8::from_str_radix(part, 16).expect("hex")],
        })
        .collect()
}

fn check(text: &str, cases: &[(&str, &str, &[&str])]) {
    let validator = validator(text);
    for (why, payload, expected) in cases {
        let report = validator.validate(&bytes(payload), &PayloadOptions::default());
        assert_eq!(findings(&report), *expected, "{why}");
    }
}

#[test]
fn well_formed_payloads_have_no_findings() {
    check(
        ORDER,
        &[
            ("empty", "", &[]),
            ("scalar", "0a 02 'ab'", &[]),
            ("nested", "12 06 0a 01 'x' 10 96 01", &[]),
            ("map entry", "1a 07 0a 01 'k' 12 02 08 05", &[]),
            ("map entry without key and value", "1a 00", &[]),
            ("packed", "22 03 01 02 03", &[]),
            ("unpacked", "20 01 20 02", &[]),
            ("packed and unpacked mixed", "20 01 22 01 02", &[]),
            ("packed fixed", "2a 08 00 00 00 00 00 00 00 00", &[]),
            ("double", "31 00 00 00 00 00 00 00 00", &[]),
            ("open enum takes any number", "48 63", &[]),
            ("int32 in ten bytes", "12 0b 10 ff ff ff ff ff ff ff ff ff 01", &[]),
            ("number beyond the dense table", "85 7d 00 00 00 00", &[]),
            ("last one wins", "0a 01 'a' 0a 01 'b'", &[]),
        ],
    );
}

#[test]
fn a_known_field_under_a_wrong_wire_type_is_reported_and_stepped_over() {
    check(
        ORDER,
        &[
            ("varint for string", "08 05", &["wire-type /id"]),
            ("64-bit for message", "11 00 00 00 00 00 00 00 00", &["wire-type /items/0"]),
            ("length for double", "32 01 00", &["wire-type /total"]),
            ("length for a singular int", "12 03 12 01 05", &["wire-type /items/0/qty"]),
            ("32-bit for packed", "25 00 00 00 00", &["wire-type /deltas/0"]),
            ("group for string", "0b 0c 08 01", &["wire-type /id", "wire-type /id"]),
            ("varint for a map", "18 01", &["wire-type /prices/"]),
            ("two in one payload", "08 05 12 02 08 01", &["wire-type /id", "wire-type /items/0/sku"]),
        ],
    );
}

#[test]
fn indexes_and_keys_lead_to_the_finding() {
    check(
        ORDER,
        &[
            ("second element", "12 00 12 02 10 80", &["truncated /items/1/qty"]),
            ("third of a packed", "22 04 01 02 03 80", &["truncated /deltas/3"]),
            ("after unpacked ones", "20 01 20 01 22 01 80", &["truncated /deltas/2"]),
            ("rest of packed fixed", "2a 0a 00 00 00 00 00 00 00 00 00 00", &["truncated /stamps/1"]),
            ("map key", "1a 08 0a 03 'a/b' 12 01 08", &["truncated /prices/a~1b/cents"]),
            ("key after the value", "1a 06 12 01 08 0a 01 'k'", &["truncated /prices/k/cents"]),
            ("negative key", "52 0e 08 ff ff ff ff ff ff ff ff ff 01 12 01 ff", &["utf8 /notes/-1"]),
            ("default key", "52 03 12 01 ff", &["utf8 /notes/0"]),
            ("number of an unknown field", "12 02 48 01", &["unknown-fields /items/0/9 (warning)"]),
            ("below a map value", "1a 05 12 03 5a 01 00", &["unknown-fields /prices//11 (warning)"]),
        ],
    );
}

#[test]
fn a_truncated_message_is_left_at_its_end() {
    check(
        ORDER,
        &[
            ("length beyond the payload", "0a 05 'ab'", &["truncated /id"]),
            (
                "length beyond the message",
                "12 03 0a 05 'a' 08 01",
                &["truncated /items/0/sku", "wire-type /id"],
            ),
            ("no length", "0a", &["truncated /id"]),
            ("no value", "31 00", &["truncated /total"]),
            ("endless varint", "48 ff ff ff ff ff ff ff ff ff ff 01", &["truncated /state"]),
            ("65 bits", "48 ff ff ff ff ff ff ff ff ff 02", &["truncated /state"]),
            ("cut tag", "80", &["truncated"]),
        ],
    );
}

#[test]
fn invalid_tags_end_a_message() {
    check(
        ORDER,
        &[
            ("field number 0", "00 01", &["wire-type"]),
            ("wire type 6", "0e 01", &["wire-type"]),
            ("wire type 7 inside", "12 01 0f 08 01", &["wire-type /items/0", "wire-type /id"]),
            ("beyond 29 bits", "f8 ff ff ff 1f 00", &["wire-type"]),
            ("highest number", "f8 ff ff ff 0f 00", &["unknown-fields /536870911 (warning)"]),
        ],
    );
}

#[test]
fn unknown_fields_follow_the_policy() {
    let validator = validator(ORDER);
    let payload = bytes("98 06 01 9b 06 08 01 9c 06 9a 06 01 00");
    for (policy, outcome, count) in [
        (UnknownFields::Warn, Outcome::Valid, 3),
        (UnknownFields::Reject, Outcome::Invalid, 3),
        (UnknownFields::Ignore, Outcome::Valid, 0),
    ] {
        let options = PayloadOptions { unknown_fields: policy, ..PayloadOptions::default() };
        let report = validator.validate(&payload, &options);
        assert_eq!((report.outcome(), report.findings.len()), (outcome, count), "{policy:?}");
    }
}

#[test]
fn groups_nest_and_close_by_number() {
    let text = r#"
        syntax = "proto2";
        message M {
          optional group Inner = 1 { optional int32 a = 2; repeated group Deep = 3 { optional string s = 4; } }
          optional int32 b = 5;
        }
    "#;
    check(
        text,
        &[
            ("empty group", "0b 0c", &[]),
            ("nested", "0b 10 01 1b 22 01 'x' 1c 0c 28 01", &[]),
            ("wrong end", "0b 14", &["group /inner"]),
            ("no end", "0b 10 01", &["group /inner"]),
            ("end without start", "28 01 0c", &["group"]),
            ("fault inside hides what follows", "0b 1b 20 01 1c 0c", &["wire-type /inner/deep/0/s"]),
            ("unknown group without end", "4b 08 01", &["group /9"]),
        ],
    );
}

#[test]
fn strings_are_utf8_and_proto2_only_warns() {
    check(
        ORDER,
        &[("proto3", "0a 02 c3 28", &["utf8 /id"]), ("key", "1a 03 0a 01 ff", &["utf8 /prices/\u{fffd}"])],
    );
    check(
        "syntax = 'proto2'; message M { optional string s = 1; }",
        &[("proto2", "0a 02 c3 28", &["utf8 /s (warning)"])],
    );
}

#[test]
fn closed_enums_treat_other_numbers_as_unknown_fields() {
    check(
        "syntax = 'proto2'; enum E { A = 1; B = -1; } message M { repeated E e = 1; required E r = 2; }",
        &[
            ("known", "10 01", &[]),
            ("negative", "10 ff ff ff ff ff ff ff ff ff 01", &[]),
            ("unknown", "08 01 08 07 10 01", &["unknown-fields /e/1 (warning)"]),
            ("packed", "0a 03 01 07 01 10 01", &["unknown-fields /e/1 (warning)"]),
            ("does not set the field", "10 07", &["unknown-fields /r (warning)", "required /r"]),
        ],
    );
}

#[test]
fn required_fields_are_looked_for_in_merged_messages() {
    check(
        r#"
        syntax = "proto2";
        message M {
          optional P one = 1;
          repeated P many = 2;
          map<string, P> by = 3;
          oneof o { P left = 4; P right = 5; }
          optional M deep = 6;
        }
        message P { required int32 a = 1; required string b = 2; optional P p = 3; }
        "#,
        &[
            ("both", "0a 05 08 01 12 01 'x'", &[]),
            ("merged from two parts", "0a 02 08 01 0a 03 12 01 'x'", &[]),
            ("one is missing", "0a 02 08 01", &["required /one/b"]),
            (
                "elements are not merged",
                "12 02 08 01 12 03 12 01 'x'",
                &["required /many/0/b", "required /many/1/a"],
            ),
            ("map value", "1a 07 0a 01 'k' 12 02 08 01", &["required /by/k/b"]),
            ("absent map value", "1a 03 0a 01 'k'", &["required /by/k/a", "required /by/k/b"]),
            ("a member that another one replaced", "22 00 2a 05 08 01 12 01 'x'", &[]),
            ("the member that stays", "2a 05 08 01 12 01 'x' 22 02 08 01", &["required /left/b"]),
            ("deep", "32 04 0a 02 08 01", &["required /deep/one/b"]),
            ("merged deep", "32 04 0a 02 08 01 32 05 0a 03 12 01 'x'", &[]),
            ("not said of a message that cannot be read", "0a 04 08 01 12 05", &["truncated /one/b"]),
            ("a wrong wire type is one finding", "0a 04 08 01 10 01", &["wire-type /one/b"]),
        ],
    );
}

#[test]
fn known_extensions_are_fields() {
    check(
        r#"
        syntax = "proto2";
        package p;
        message M { extensions 100 to 199; }
        extend M { optional string note = 100; }
        message Scope { extend M { repeated int32 marks = 101; } }
        "#,
        &[
            ("known", "a2 06 01 'x' a8 06 01", &[]),
            ("wrong type", "a0 06 01", &["wire-type /[p.note]"]),
            ("scoped", "ad 06 00 00 00 00", &["wire-type /[p.Scope.marks]/0"]),
            ("in the range", "b0 06 01", &["unknown-fields /102 (warning)"]),
        ],
    );
}

#[test]
fn nesting_is_limited_for_messages_and_for_unknown_groups() {
    let validator = validator(ORDER);
    let nested = |levels: usize| {
        (0..levels).fold(Vec::new(), |inner, _| {
            let mut outer = vec![0x5a];
            prost::encoding::encode_varint(inner.len() as u64, &mut outer);
            outer.extend(inner);
            outer
        })
    };
    let options = PayloadOptions::default();
    assert!(findings(&validator.validate(&nested(100), &options)).is_empty());
    let pointer = "/parent".repeat(101);
    assert_eq!(findings(&validator.validate(&nested(101), &options)), [format!("limit {pointer}")]);
    let groups = |levels: usize| [[0xa3, 0x06].repeat(levels), [0xa4, 0x06].repeat(levels)].concat();
    assert_eq!(findings(&validator.validate(&groups(100), &options)), ["unknown-fields /100 (warning)"]);
    assert_eq!(findings(&validator.validate(&groups(100_000), &options)), ["limit /100"]);
}

#[test]
fn the_number_of_values_is_limited() {
    let validator = validator(ORDER);
    let options = PayloadOptions { max_items: 3, ..PayloadOptions::default() };
    for (payload, outcome) in [
        ("22 02 01 01", Outcome::Valid),
        ("22 03 01 01 01", Outcome::Invalid),
        ("20 01 20 01 20 01 20 01", Outcome::Invalid),
    ] {
        let report = validator.validate(&bytes(payload), &options);
        assert_eq!(report.outcome(), outcome, "{payload}");
        assert!(report.violations().all(|finding| finding.rule == "schema.protobuf.limit"), "{payload}");
    }
}

#[test]
fn warnings_never_hide_an_error() {
    let validator = validator(ORDER);
    let payload = [bytes("98 06 01").repeat(300), bytes("08 01")].concat();
    let report = validator.validate(&payload, &PayloadOptions::default());
    assert_eq!(report.outcome(), Outcome::Invalid);
    assert!(report.truncated);
    assert_eq!(report.findings.len(), MAX_FINDINGS);
    assert_eq!(findings(&report).last().map(String::as_str), Some("wire-type /id"));
    let report = validator.validate(&payload, &rejecting());
    assert!(report.truncated);
    assert_eq!(report.findings.len(), MAX_FINDINGS);
}

#[test]
fn a_file_that_only_forwards_stands_for_the_one_it_forwards() {
    let first = |rest: &str, payload: &str| {
        let validator = validator(&format!("syntax = \"proto3\"; package p; {rest}"));
        findings(&validator.validate(&bytes(payload), &rejecting()))
    };
    let duration = r#"import public "google/protobuf/duration.proto";"#;
    assert!(first(duration, "08 05").is_empty());
    assert_eq!(first(duration, "08 'x' 22 00"), ["unknown-fields /4"]);
    for other in [
        r#"import "google/protobuf/duration.proto";"#.to_owned(),
        format!(r#"{duration} import public "google/protobuf/empty.proto";"#),
        format!("{duration} service S {{}}"),
        format!("{duration} enum E {{ NONE = 0; }}"),
    ] {
        assert_eq!(first(&other, ""), ["message"], "{other}");
    }
}

#[test]
fn messages_are_chosen_by_position_indexes_or_name() {
    let validator = validator(
        r#"
        syntax = "proto3";
        package p;
        message A { map<string, string> m = 1; message In { string s = 1; } In i = 2; }
        message B { fixed32 f = 1; }
        "#,
    );
    let choose = |message: MessageChoice, payload: &str| {
        let options = PayloadOptions { message, ..rejecting() };
        findings(&validator.validate(&bytes(payload), &options))
    };
    assert!(choose(MessageChoice::First, "12 03 0a 01 'x'").is_empty());
    assert!(choose(MessageChoice::Indexes(vec![1]), "0d 00 00 00 00").is_empty());
    assert!(choose(MessageChoice::Indexes(vec![0, 0]), "0a 01 'x'").is_empty(), "entries come last");
    assert!(choose(MessageChoice::Name("p.A.In".to_owned()), "0a 01 'x'").is_empty());
    assert!(choose(MessageChoice::Name(".p.B".to_owned()), "0d 00 00 00 00").is_empty());
    assert!(choose(MessageChoice::Name("B".to_owned()), "0d 00 00 00 00").is_empty(), "without the package");
    for missing in [
        MessageChoice::Indexes(vec![2]),
        MessageChoice::Indexes(vec![]),
        MessageChoice::Indexes(vec![1, 0]),
        MessageChoice::Name("In".to_owned()),
        MessageChoice::Name("q.A".to_owned()),
    ] {
        assert_eq!(choose(missing, ""), ["message"]);
    }
}
