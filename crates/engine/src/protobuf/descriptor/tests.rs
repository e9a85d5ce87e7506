//! Descriptors against those of an independent compiler, and there and back again.

use prost_reflect::{DescriptorPool, DynamicMessage};
use protox::Compiler;
use protox::file::{ChainFileResolver, File as ProtoxFile, FileResolver, GoogleFileResolver};
use serde_json::Value;

use super::*;
use crate::protobuf::builtin;
use crate::protobuf::{ProtobufSchema, binary, print};
use crate::random::Random;
use crate::{Source, Strictness};

const PROTO3: &str = r#"
    syntax = "proto3";
    package shop.v1;
    import "google/protobuf/timestamp.proto";
    import "confluent/meta.proto";
    import public "google/protobuf/any.proto";
    option java_package = "com.example";
    option java_multiple_files = true;
    option optimize_for = CODE_SIZE;
    option go_package = "example.com/shop";
    option (confluent.file_meta) = { doc: "a file", params: [{ key: "a", value: "b" }] };
    message Order {
      option deprecated = true;
      option (confluent.message_meta).doc = "an order";
      option (confluent.message_meta).tags = "PII";
      reserved 10, 12 to 14, 100 to max;
      reserved "old", "older";
      string id = 1 [json_name = "ID", deprecated = true];
      optional int64 total = 2 [jstype = JS_STRING];
      repeated Item items = 3;
      map<string, Item.Kind> kinds = 4;
      map<int32, google.protobuf.Timestamp> at_times = 5;
      repeated int32 codes = 6 [packed = false];
      oneof way { string post = 7; Item courier = 8; }
      optional Item last = 9;
      message Item {
        Kind kind = 1 [(confluent.field_meta) = { doc: "kind", tags: ["A", "B"] }];
        enum Kind { option allow_alias = true; NEW = 0; OLD = 1; AGED = 1 [deprecated = true]; NEG = -5; reserved 3 to 7, 9; reserved "GONE"; }
        shop.v1.Order back = 2;
        .shop.v1.Order.Item next = 3;
      }
    }
    enum Top { ZERO = 0; }
    service Shop {
      option deprecated = true;
      rpc Put (Order) returns (Order.Item) { option idempotency_level = IDEMPOTENT; }
      rpc Watch (stream Order) returns (stream google.protobuf.Any);
    }
"#;

const PROTO2: &str = r#"
    package old;
    import "google/protobuf/descriptor.proto";
    message M {
      required string s = 1 [default = "a\"b\n"];
      optional bytes b = 2 [default = "\001x\377"];
      optional int32 i = 3 [default = -0x10];
      optional double d = 4 [default = inf];
      optional E e = 5 [default = B];
      optional bool f = 6 [default = true];
      repeated group Part = 7 { required int32 n = 1; optional M m = 2; }
      extensions 100 to 199, 500 to max;
      extend M { optional M inner = 150; }
      oneof o { int32 x = 20; string y = 21; }
      message Set { option message_set_wire_format = true; extensions 4 to max; }
    }
    enum E { A = 1; B = 2; }
    extend M { repeated sint64 more = 100; }
    extend google.protobuf.FieldOptions { optional Rule rule = 50001; repeated int32 codes = 50002; }
    extend google.protobuf.MessageOptions { optional float weight = 50003; optional E letter = 50004; optional bytes raw = 50005; }
    message Rule { optional string expr = 1; repeated Rule all = 2; optional sint32 z = 3; optional fixed64 f = 4; extensions 10 to 20; }
    extend Rule { optional bool strict = 10; }
    message Used {
      option (weight) = 1.5;
      option (letter) = B;
      option (raw) = "\000\377";
      optional int32 a = 1 [(rule).expr = "a > 0", (rule).z = -7, (codes) = 1, (codes) = 2];
      optional int32 b = 2 [(rule) = { expr: "x" all: [{ expr: "y" }, { f: 0x10 }] [old.strict]: true }];
    }
"#;

/// One text beside the files that every schema may import.
struct Texts(String);

impl FileResolver for Texts {
    fn open_file(&self, name: &str) -> Result<ProtoxFile, protox::Error> {
        let text = if name == "default" { Some(self.0.as_str()) } else { builtin::find(name) };
        text.map_or_else(
            || Err(protox::Error::file_not_found(name)),
            |text| ProtoxFile::from_source(name, text),
        )
    }
}

fn schema(text: &str) -> ProtobufSchema {
    ProtobufSchema::parse(&Source::bare(text), Strictness::New, &Limits::default()).expect("a valid text")
}

fn ours(text: &str) -> Vec<u8> {
    serialized(&schema(text).files).expect("a descriptor")
}

/// The file as JSON, by a pool that knows its options, without what compilers may choose.
fn comparable(pool: &DescriptorPool, bytes: &[u8]) -> Value {
    let kind = pool.get_message_by_name("google.protobuf.FileDescriptorProto").expect("descriptor.proto");
    let message = DynamicMessage::decode(kind, bytes).expect("a descriptor");
    let mut value = serde_json::to_value(&message).expect("JSON");
    strip(&mut value);
    value
}

/// JSON names are optional; the order of nested messages and of fields is free.
fn strip(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::Object(members) => {
            if members.contains_key("number") {
                members.remove("jsonName");
            }
            for (name, key) in [("nestedType", "name"), ("field", "name")] {
                if let Some(Value::Array(items)) = members.get_mut(name) {
                    items.sort_by_key(|item| item[key].to_string());
                }
            }
            members.remove("sourceCodeInfo");
            members.values_mut().for_each(strip);
        }
        _ => {}
    }
}

#[test]
fn descriptors_equal_those_of_an_independent_compiler() {
    for text in [PROTO3, PROTO2] {
        let mut resolver = ChainFileResolver::new();
        resolver.add(GoogleFileResolver::new());
        resolver.add(Texts(text.to_owned()));
        let mut compiler = Compiler::with_file_resolver(resolver);
        if let Err(error) = compiler.include_imports(true).open_file("default") {
            panic!("{error:?}");
        }
        let _ = compiler.open_file("google/protobuf/descriptor.proto");
        let pool = compiler.descriptor_pool();
        let expected = pool.get_file_by_name("default").expect("the file").encode_to_vec();
        let (expected, found) = (comparable(&pool, &expected), comparable(&pool, &ours(text)));
        assert_eq!(
            serde_json::to_string_pretty(&found).expect("JSON"),
            serde_json::to_string_pretty(&expected).expect("JSON")
        );
    }
}

/// What a binary registration of a text is stored as.
fn sent_as_bytes(text: &str) -> String {
    print::print(&to_file(&ours(text)).expect("a descriptor"))
}

#[test]
fn a_file_that_was_read_is_written_as_the_same_bytes() {
    let without_groups =
        PROTO2.replace("repeated group Part = 7 { required int32 n = 1; optional M m = 2; }", "");
    for text in [PROTO3, without_groups.as_str()] {
        let bytes = ours(text);
        let again = ours(&binary::to_base64(&bytes));
        assert_eq!(to_file(&again), to_file(&bytes));
        assert!(again == bytes, "{}", print::print(&to_file(&again).expect("a descriptor")));
    }
}

#[test]
fn binary_registrations_are_stored_as_the_reference_reads_them() {
    let stored = sent_as_bytes(
        r#"
        syntax = "proto3";
        package p;
        import "google/protobuf/timestamp.proto";
        option go_package = "g";
        option java_package = "j";
        enum E { Z = 0; }
        message M {
          reserved 5 to 6, 9;
          reserved "x";
          map<string, E> m = 1;
          optional string s = 2 [json_name = "S"];
          google.protobuf.Timestamp t = 3;
          oneof o { In in = 4; }
          message In { repeated double d = 1; }
        }
        "#,
    );
    assert_eq!(
        stored,
        r#"syntax = "proto3";
package p;

import "google/protobuf/timestamp.proto";

option java_package = "j";
option go_package = "g";

message M {
  reserved 5 to 6;
  reserved 9;
  reserved "x";

  repeated .p.M.MEntry m = 1;
  optional string s = 2 [json_name = "S"];
  .google.protobuf.Timestamp t = 3;

  oneof o {
    .p.M.In in = 4;
  }

  message In {
    repeated double d = 1;
  }
  message MEntry {
    option map_entry = true;
  
    string key = 1;
    .p.E value = 2;
  }
}
enum E {
  Z = 0;
}
"#
    );
}

#[test]
fn groups_are_skipped_and_their_messages_stay() {
    let stored = sent_as_bytes("message M { optional group Part = 1 { required int32 n = 1; } }");
    assert_eq!(stored, "\nmessage M {\n  message Part {\n    required int32 n = 1;\n  }\n}\n");
}

#[test]
fn options_nobody_defines_are_kept_uninterpreted() {
    let text = r#"
        syntax = "proto3";
        option (some.ref).deep.er = "x";
        option (ref) = { a: 1 b: [{ c: "q\"" }, { d: E }] };
        option (list) = [1, -2, 1.5];
        message M {
          option unknown = WORD;
          option (flag) = true;
          string s = 1 [deprecated = "yes"];
        }
    "#;
    let (bytes, stored) = (ours(text), sent_as_bytes(text));
    for expected in [
        "option (some.ref).deep.er = \"x\";",
        "option (list) = 1;\noption (list) = -2;\noption (list) = 1.5;",
        "option unknown = WORD;",
        "option (flag) = true;",
        "[deprecated = \"yes\"]",
        "d: E",
    ] {
        assert!(stored.contains(expected), "{expected}\n{stored}");
    }
    assert!(ours(&binary::to_base64(&bytes)) == bytes, "{stored}");
}

#[test]
fn what_no_descriptor_can_express_is_unsupported() {
    let stored = |text| {
        let source = Source::bare(text);
        let schema = ProtobufSchema::parse(&source, Strictness::Stored, &Limits::default()).expect("a text");
        serialized(&schema.files)
    };
    assert!(matches!(
        stored("syntax = \"proto3\"; message M { Nope n = 1; }"),
        Err(SchemaError::Unsupported(reason)) if reason.contains("Nope")
    ));
    assert!(stored("syntax = \"proto3\"; import \"nowhere.proto\"; message M { int32 n = 1; }").is_ok());
}

#[test]
fn used_files_are_imported_and_unknown_imports_are_left_out() {
    let bytes = ours(
        r#"
        syntax = "proto3";
        import "nowhere.proto";
        import "google/protobuf/duration.proto";
        message M { google.protobuf.Timestamp t = 1; google.type.Money m = 2; }
        "#,
    );
    let file = FileDescriptorProto::decode(bytes.as_slice()).expect("a descriptor");
    assert_eq!(
        file.dependency,
        ["google/protobuf/duration.proto", "google/protobuf/timestamp.proto", "google/type/money.proto"]
    );
}

#[test]
fn synthetic_oneofs_find_a_free_name() {
    let bytes = ours(
        "syntax = 'proto3'; message M { optional int32 a = 1; oneof _a { int32 b = 2; } int32 X_a = 3; }",
    );
    let file = FileDescriptorProto::decode(bytes.as_slice()).expect("a descriptor");
    let oneofs = &file.message_type[0].oneof_decl;
    assert_eq!((oneofs[0].name(), oneofs[1].name()), ("_a", "XX_a"));
    assert_eq!(file.message_type[0].field[0].oneof_index, Some(1));
}

#[test]
fn damaged_descriptors_are_refused() {
    let bytes = ours(PROTO3);
    assert!(to_file(&bytes[..bytes.len() - 1]).is_err());
    assert!(to_file(&[0x0a, 0x01, 0xff]).is_ok(), "the name of the file is not looked at");
    for (why, bytes) in [
        ("package is not UTF-8", &[0x12, 0x01, 0xff][..]),
        ("a message without a name", &[0x22, 0x00]),
        ("edition", &[0x62, 0x08, b'e', b'd', b'i', b't', b'i', b'o', b'n', b's']),
        ("syntax", &[0x62, 0x01, b'x']),
        ("end of group", &[0x0c]),
        ("a name that is text", &[0x22, 0x05, 0x0a, 0x03, b'M', b'{', b'}']),
        (
            "a default that is text",
            &[
                0x22, 0x12, 0x0a, 0x01, b'M', 0x12, 0x0d, 0x0a, 0x01, b'f', 0x18, 0x01, 0x28, 0x05, 0x3a,
                0x04, b'1', b']', b';', b'}',
            ],
        ),
    ] {
        assert!(to_file(bytes).is_err(), "{why}");
    }
}

/// Number of damaged descriptors to try.
#[expect(clippy::disallowed_methods, reason = "a longer run by hand, not a setting of the program")]
fn cases() -> u64 {
    std::env::var("CHANCERY_PROTOBUF_CASES").map_or(200, |cases| cases.parse().expect("a number"))
}

/// A descriptor with up to three damaged bytes.
fn damaged(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = random.pick(seeds).clone();
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len());
        match random.below(3) {
            0 => bytes[at] = random.next() as u8,
            1 => bytes[at] ^= 1 << random.below(8),
            // Text where a name or a number was.
            _ => bytes[at] = *random.pick(b"{}[]();=\"\\/.,-+ \n\0a0_"),
        }
    }
    bytes
}

/// What an accepted descriptor must keep: its text is read as the same text, and what is written of it is
/// read and written as the same bytes.
fn keeps_its_laws(schema: &ProtobufSchema) -> Result<(), String> {
    let limits = Limits::default();
    let canonical = schema.canonical();
    let again = ProtobufSchema::parse(&Source::bare(&canonical), Strictness::Stored, &limits);
    let again = again.map_err(|error| format!("{error}\n{canonical}"))?;
    if again.canonical() != canonical {
        return Err(format!("{canonical}\n{}", again.canonical()));
    }
    // Whatever the answer is, it is no panic.
    let _ = schema.validator();
    let Ok(written) = serialized(&schema.files) else { return Ok(()) };
    let read = to_file(&written).map_err(|error| format!("{error}\n{canonical}"))?;
    let files = Files::new(read, Vec::new(), &limits).map_err(|error| error.to_string())?;
    match serialized(&files) {
        Ok(twice) if twice == written => Ok(()),
        Ok(_) => Err(format!("{canonical}\n{}", print::print(&files.local))),
        Err(error) => Err(format!("{error}\n{canonical}")),
    }
}

#[test]
fn damaged_descriptors_that_are_accepted_keep_their_laws() {
    let seeds = [ours(PROTO3), ours(PROTO2)];
    let (mut accepted, mut broken) = (0, Vec::new());
    for case in 0..cases() {
        let text = binary::to_base64(&damaged(&mut Random::new(case), &seeds));
        let source = Source::bare(&text);
        let Ok(schema) = ProtobufSchema::parse(&source, Strictness::Stored, &Limits::default()) else {
            continue;
        };
        accepted += 1;
        if let Err(reason) = keeps_its_laws(&schema) {
            broken.push(format!("case {case}: {reason}"));
        }
    }
    assert!(accepted > cases() / 20, "damage that is never accepted proves nothing");
    assert!(broken.is_empty(), "{} of {accepted}, first: {}", broken.len(), broken[0]);
}
