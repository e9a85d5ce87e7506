//! Canonical texts, written out.

use super::print;
use crate::protobuf::parse;
use crate::{Limits, SchemaError};

fn canonical(text: &str) -> Result<String, SchemaError> {
    Ok(print(&parse(text, &Limits::default())?))
}

/// The second printing of a text must not change it.
fn assert_canonical(text: &str, expected: &str) {
    let printed = canonical(text).expect(text);
    assert_eq!(printed, expected);
    assert_eq!(canonical(&printed).as_deref(), Ok(expected));
}

#[test]
fn declarations_are_printed_in_a_fixed_order() {
    assert_canonical(
        r#"// greeting
        syntax = "proto3";
        service S { rpc A (In) returns (stream Out) { option deprecated = true; } rpc B (stream In) returns (Out); option deprecated = true; }
        enum Colour { option allow_alias = true; RED = 0; CRIMSON = 0 [deprecated = true]; reserved 4 to 6, 9; reserved "BLUE"; }
        message Out {
          message Deep { message Deeper { oneof pick { int32 a = 1; } int32 b = 2; } }
          enum Kind { NONE = 0; }
          oneof either { option (x) = 1; string left = 3; bytes right = 4; }
          map < string , .shop.In > lookup = 2;
          repeated Deep many = 1 [deprecated = true];
          option deprecated = true;
          reserved 10, 12 to 14, 100 to max;
        }
        option java_multiple_files = true; option go_package = 'ex/shop';
        import public "b.proto"; import "a.proto"; import weak "w.proto";
        package shop;
        message In {}
        "#,
        r#"syntax = "proto3";
package shop;

import "a.proto";
import public "b.proto";

option java_multiple_files = true;
option go_package = "ex/shop";

message Out {
  reserved 10, 12 to 14, 100 to max;

  option deprecated = true;

  map<string, .shop.In> lookup = 2;
  repeated Deep many = 1 [deprecated = true];

  oneof either {
    option (x) = 1;
  
    string left = 3;
    bytes right = 4;
  }

  message Deep {
    message Deeper {
      int32 b = 2;
    
      oneof pick {
        int32 a = 1;
      }
    }
  }
  enum Kind {
    NONE = 0;
  }
}
message In {}
enum Colour {
  reserved 4 to 6, 9;
  reserved "BLUE";
  option allow_alias = true;
  RED = 0;
  CRIMSON = 0 [deprecated = true];
}

service S {
  option deprecated = true;

  rpc A (In) returns (stream Out) {
    option deprecated = true;
  };
  rpc B (stream In) returns (Out);
}
"#,
    );
}

#[test]
fn proto2_declarations_keep_labels_and_ranges() {
    assert_canonical(
        r#"message Base { extensions 100 to 199, 500, 1000 to max; optional group Part = 3 { required int32 n = 1; }
           required string s = 1 [default = "a\"b\n\x41"]; repeated int64 l = 2 [packed = true]; optional Mode m = 4 [default = SLOW];
           extend Base { optional string inner = 101; } oneof o { group G = 8 { optional bool b = 1; } } }
           extend Base { optional float weight = 100 [default = -1.5e3]; }"#,
        r#"
message Base {
  required string s = 1 [default = "a\"b\nA"];
  repeated int64 l = 2 [packed = true];
  optional Mode m = 4 [default = SLOW];

  oneof o {
    group G = 8 {
      optional bool b = 1;
    }
  }

  optional group Part = 3 {
    required int32 n = 1;
  }

  extensions 100 to 199, 500, 1000 to max;

  extend Base {
    optional string inner = 101;
  }
}

extend Base {
  optional float weight = 100 [default = -1.5e3];
}
"#,
    );
}

#[test]
fn options_are_printed_one_a_line_when_there_are_several() {
    assert_canonical(
        r#"syntax = "proto3"; message M {
            string a = 1 [json_name = "A", (my.rule).max.len = 0x10, deprecated = true];
            string b = 2 [(meta) = { tags: ["PII", 'X'], doc: "it's", deep { n: 1 m: [ {k: -2} ] } , [ext.key]: on, n: 1, n: 2 }];
        }"#,
        r#"syntax = "proto3";

message M {
  string a = 1 [
    (my.rule).max.len = 0x10,
    deprecated = true,
    json_name = "A"
  ];
  string b = 2 [(meta) = {
    tags: [
      "PII",
      "X"
    ],
    doc: "it\'s",
    deep: {
      n: 1,
      m: [
        {
          k: -2
        }
      ]
    },
    [ext.key]: on,
    n: [
      1,
      2
    ]
  }];
}
"#,
    );
}

#[test]
fn empty_bodies_stay_on_one_line() {
    assert_canonical("", "");
    assert_canonical("syntax = \"proto2\";", "syntax = \"proto2\";\n");
    assert_canonical("message A {} enum B {} service C {}", "\nmessage A {}\nenum B {}\n\nservice C {}\n");
}
