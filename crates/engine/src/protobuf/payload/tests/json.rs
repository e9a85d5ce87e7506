//! Payloads in proto3 JSON, and payloads as values.

use super::*;
use crate::protobuf::payload::{MapKey, Value};
use crate::violation::{Encoding, MessageChoice, Outcome};

const KINDS: &str = r#"
    syntax = "proto3";
    package k;
    import "google/protobuf/timestamp.proto";
    import "google/protobuf/duration.proto";
    import "google/protobuf/struct.proto";
    import "google/protobuf/wrappers.proto";
    import "google/protobuf/field_mask.proto";
    import "google/protobuf/any.proto";
    message All {
      int32 i32 = 1; int64 i64 = 2; uint32 u32 = 3; uint64 u64 = 4;
      float f = 5; double d = 6; bool b = 7; string s = 8; bytes y = 9;
      Color color = 10;
      repeated int32 many = 11;
      map<string, int32> by_name = 12;
      map<bool, Color> by_flag = 13;
      map<int64, All> by_number = 14;
      All inner_part = 15;
      oneof o { string left = 16; int32 right = 17; google.protobuf.NullValue none = 18; }
      optional int32 maybe = 19 [json_name = "perhaps"];
      google.protobuf.Timestamp at = 20;
      google.protobuf.Duration took = 21;
      google.protobuf.Struct free = 22;
      google.protobuf.Value any_json = 23;
      google.protobuf.ListValue list = 24;
      google.protobuf.Int64Value boxed = 25;
      google.protobuf.FieldMask mask = 26;
      google.protobuf.Any any = 27;
      repeated google.protobuf.Value values = 28;
    }
    enum Color { RED = 0; BLUE = 5; }
"#;

fn json(unknown_fields: UnknownFields) -> PayloadOptions {
    PayloadOptions { encoding: Encoding::Json, unknown_fields, ..PayloadOptions::default() }
}

fn check(validator: &ProtobufValidator, cases: &[(&str, &[&str])]) {
    for (payload, expected) in cases {
        let report = validator.validate(payload.as_bytes(), &json(UnknownFields::Warn));
        assert_eq!(findings(&report), *expected, "{payload}");
    }
}

#[test]
fn every_kind_takes_the_forms_of_the_mapping() {
    check(
        &validator(KINDS),
        &[
            ("{}", &[]),
            (r#"{"i32": 1, "i64": "-9223372036854775808", "u32": "7", "u64": 18446744073709551615}"#, &[]),
            (r#"{"i32": 1.0, "i64": 1e3}"#, &[]),
            (r#"{"f": "NaN", "d": "-Infinity"}"#, &[]),
            (r#"{"f": 1e39}"#, &["type /f"]),
            (r#"{"d": 1e999}"#, &["type /d"]),
            (r#"{"i32": 2147483648}"#, &["type /i32"]),
            (r#"{"u32": -1, "u64": 1.5}"#, &["type /u32", "type /u64"]),
            (r#"{"b": "true"}"#, &["type /b"]),
            (r#"{"s": 5}"#, &["type /s"]),
            (r#"{"y": "-_8"}"#, &[]),
            (r#"{"y": "*"}"#, &["type /y"]),
            (r#"{"color": "BLUE"}"#, &[]),
            (r#"{"color": 17}"#, &[]),
            (r#"{"color": "GREEN"}"#, &["enum /color"]),
            (r#"{"color": true}"#, &["type /color"]),
            ("[]", &["type"]),
        ],
    );
}

#[test]
fn names_are_those_of_json_or_of_the_text() {
    check(
        &validator(KINDS),
        &[
            (r#"{"innerPart": {}, "perhaps": 1}"#, &[]),
            (r#"{"inner_part": {"by_name": {"a": 1}}, "maybe": 1}"#, &[]),
            (r#"{"innerPart": {}, "inner_part": {}}"#, &["type /inner_part"]),
            (r#"{"InnerPart": {}}"#, &["unknown-fields /InnerPart (warning)"]),
            (r#"{"innerPart": {}, "innerPart": {}}"#, &["syntax"]),
            (r#"{"innerPart": {"a": 1, "a": 1}}"#, &["syntax"]),
            (r#"{"innerPart": {"x/y": 1}}"#, &["unknown-fields /innerPart/x~1y (warning)"]),
        ],
    );
    let report = validator(KINDS).validate(br#"{"x": 1}"#, &json(UnknownFields::Reject));
    assert_eq!(report.outcome(), Outcome::Invalid);
}

#[test]
fn null_is_absent_where_it_is_no_value() {
    check(
        &validator(KINDS),
        &[
            (r#"{"i32": null, "many": null, "byName": null, "innerPart": null, "boxed": null}"#, &[]),
            (r#"{"left": null, "right": 1}"#, &[]),
            (r#"{"anyJson": null, "none": null, "values": [null]}"#, &[]),
            (r#"{"none": null, "right": 1}"#, &["oneof /right"]),
            (r#"{"many": [1, null]}"#, &["type /many/1"]),
            (r#"{"byName": {"a": null}}"#, &["type /byName/a"]),
            ("null", &["type"]),
        ],
    );
}

#[test]
fn structure_is_held_against_the_schema() {
    check(
        &validator(KINDS),
        &[
            (r#"{"many": [1, "2"]}"#, &[]),
            (r#"{"many": 1}"#, &["type /many"]),
            (r#"{"many": [1, {}]}"#, &["type /many/1"]),
            (r#"{"byName": []}"#, &["type /byName"]),
            (r#"{"byFlag": {"true": "RED"}}"#, &[]),
            (r#"{"byFlag": {"1": 0}}"#, &["type /byFlag/1"]),
            (r#"{"byNumber": {"-5": {"s": 1}}}"#, &["type /byNumber/-5/s"]),
            (r#"{"left": "a", "right": 1}"#, &["oneof /right"]),
            (r#"{"innerPart": {"innerPart": {"many": [[]]}}}"#, &["type /innerPart/innerPart/many/0"]),
        ],
    );
}

#[test]
fn well_known_types_have_their_own_form() {
    check(
        &validator(KINDS),
        &[
            (r#"{"at": "2024-01-01T00:00:00Z", "took": "1.5s", "boxed": "7", "mask": "a.b,cD"}"#, &[]),
            (r#"{"at": "yesterday"}"#, &["type /at"]),
            (r#"{"at": {"seconds": 1}}"#, &["type /at"]),
            (r#"{"took": 5}"#, &["type /took"]),
            (r#"{"boxed": {"value": 1}}"#, &["type /boxed"]),
            (r#"{"mask": "a_b"}"#, &["type /mask"]),
            (r#"{"free": {"a": [1, null, {"b": "x"}]}, "list": [1, []], "anyJson": 1.5}"#, &[]),
            (r#"{"free": [], "list": {}, "anyJson": 1e999}"#, &["type /free", "type /list", "type /anyJson"]),
            (r#"{"any": {}}"#, &[]),
            (r#"{"any": {"@type": "example.com/k.All", "i32": 1}}"#, &[]),
            (r#"{"any": {"@type": "example.com/k.All", "i32": "x"}}"#, &["type /any/i32"]),
            (r#"{"any": {"@type": "x/google.protobuf.Duration", "value": "1s"}}"#, &[]),
            (r#"{"any": {"@type": "x/google.protobuf.Duration", "value": 1}}"#, &["type /any/value"]),
            (r#"{"any": {"@type": "x/google.protobuf.Duration"}}"#, &["type /any"]),
            (r#"{"any": {"@type": "x/unknown.Type", "a": 1}}"#, &["unknown-fields /any/@type (warning)"]),
            (r#"{"any": {"a": 1}}"#, &["type /any/@type"]),
        ],
    );
}

#[test]
fn proto2_fields_extensions_and_closed_enums() {
    let validator = validator(
        r#"
        syntax = "proto2";
        package p;
        message M { required int32 a = 1; repeated M more = 2; optional E e = 3; extensions 10 to 20; optional group Part = 4 { required int32 n = 1; } }
        extend M { optional string note = 10; }
        enum E { ONE = 1; }
        "#,
    );
    check(
        &validator,
        &[
            (r#"{"a": 1, "[p.note]": "x", "e": "ONE"}"#, &[]),
            (r#"{"a": 1, "[p.note]": 5}"#, &["type /[p.note]"]),
            (r#"{"a": 1, "e": 7}"#, &["enum /e"]),
            (r#"{"a": 1, "more": [{}]}"#, &["required /more/0/a"]),
            (r#"{"a": 1, "part": {}}"#, &["required /part/n"]),
            (r#"{"a": null}"#, &["required /a"]),
        ],
    );
}

#[test]
fn what_is_no_json_is_one_finding_without_its_content() {
    let validator = validator(KINDS);
    for (payload, rule) in
        [(&b"{\"s\": \"secret\""[..], "syntax"), (b"", "syntax"), (b"{} {}", "syntax"), (b"\xff", "utf8")]
    {
        let report = validator.validate(payload, &json(UnknownFields::Warn));
        assert_eq!(findings(&report), [rule]);
        assert!(!report.findings[0].message.contains("secret"));
    }
    let deep = "[".repeat(200_000);
    assert_eq!(findings(&validator.validate(deep.as_bytes(), &json(UnknownFields::Warn))), ["limit"]);
    let wide = format!("{{\"many\": [{}]}}", vec!["1"; 20].join(","));
    let options = PayloadOptions { max_items: 10, ..json(UnknownFields::Warn) };
    assert_eq!(findings(&validator.validate(wide.as_bytes(), &options)), ["limit"]);
}

#[test]
fn values_say_what_kind_of_number_they_are_and_what_is_absent() {
    let validator = validator(KINDS);
    let payload = br#"{"i64": "9007199254740993", "u64": 5, "color": "BLUE", "y": "AQI=", "right": 0,
        "at": "1970-01-01T00:00:01.5Z", "boxed": 3, "byNumber": {"-5": {}}, "anyJson": [1, null]}"#;
    let value = validator.decode(payload, &json(UnknownFields::Warn)).expect("a valid payload");
    let Value::Message(message) = &value else { panic!("a message") };
    let get =
        |name: &str| message.set.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    assert_eq!(get("i64"), Some(Value::Int(9_007_199_254_740_993)));
    assert_eq!(get("u64"), Some(Value::Uint(5)));
    assert_eq!(get("u32"), None, "not set");
    assert_eq!(get("color"), Some(Value::Int(5)));
    assert_eq!(get("y"), Some(Value::Bytes(vec![1, 2])));
    assert_eq!(get("right"), Some(Value::Int(0)), "set to its default");
    assert_eq!((get("left"), get("maybe"), get("inner_part"), get("took")), (None, None, None, None));
    assert_eq!(get("at"), Some(Value::Timestamp(1, 500_000_000)));
    assert_eq!(get("boxed"), Some(Value::Int(3)));
    assert_eq!(get("any_json"), Some(Value::List(vec![Value::Double(1.0), Value::Null])));
    assert!(matches!(get("by_number"), Some(Value::Map(entries)) if entries[0].0 == MapKey::Int(-5)));
    assert_eq!(get("many"), None, "not set");
    let default = |name: &str| message.kind.find_default(name);
    assert_eq!(default("u32"), Some(Value::Uint(0)));
    assert_eq!(default("many"), Some(Value::List(Vec::new())));
    assert_eq!(default("boxed"), Some(Value::Null));
    assert_eq!(default("no_such_field"), None);
    assert_eq!(
        (message.kind.find_implicit("u32"), message.kind.find_implicit("maybe")),
        (Some(Value::Uint(0)), None)
    );
    assert_eq!(validator.decode(b"[]", &json(UnknownFields::Warn)), None);
    let missing = PayloadOptions { message: MessageChoice::Indexes(vec![9]), ..PayloadOptions::default() };
    assert_eq!(validator.decode(b"", &missing), None);
}

#[test]
fn fields_that_are_not_set_take_no_room() {
    let fields = (1..2_000).map(|n| format!("int32 f{n} = {n};")).collect::<Vec<_>>().concat();
    let text = format!("syntax = 'proto3'; message M {{ repeated W w = 1; }} message W {{ {fields} }}");
    let payload = [0x0a, 0x00].repeat(600);
    let validator = validator(&text);
    assert!(validator.decode(&payload, &PayloadOptions { max_items: 600, ..rejecting() }).is_some());
    assert_eq!(validator.decode(&payload, &PayloadOptions { max_items: 599, ..rejecting() }), None);
}

#[test]
fn defaults_that_a_text_declares_are_those_of_unset_fields() {
    let validator = validator(
        r#"syntax = "proto2"; message M { enum E { A = 3; B = 4; }
            optional int32 i = 1 [default = -7]; optional uint64 u = 2 [default = 0x10];
            optional string s = 3 [default = "\303\244"]; optional bytes y = 4 [default = "\377a"];
            optional double d = 5 [default = -inf]; optional bool b = 6 [default = true];
            optional E e = 7 [default = B]; optional E first = 8; optional float f = 9 [default = 1.5e3]; }"#,
    );
    let Some(Value::Message(message)) = validator.decode(b"", &rejecting()) else { panic!("a message") };
    for (name, expected) in [
        ("i", Value::Int(-7)),
        ("u", Value::Uint(16)),
        ("s", Value::String("ä".to_owned())),
        ("y", Value::Bytes(vec![0xff, b'a'])),
        ("d", Value::Double(f64::NEG_INFINITY)),
        ("b", Value::Bool(true)),
        ("e", Value::Int(4)),
        ("first", Value::Int(3)),
        ("f", Value::Double(1500.0)),
    ] {
        assert_eq!(message.kind.find_default(name), Some(expected), "{name}");
        assert_eq!(message.kind.find_implicit(name), None, "{name}");
    }
}
