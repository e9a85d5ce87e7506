//! Normal forms, written out.

use crate::protobuf::ProtobufSchema;
use crate::{Dependency, Limits, Source, Strictness};

fn normalized(text: &str) -> String {
    let schema = ProtobufSchema::parse(&Source::bare(text), Strictness::New, &Limits::default());
    schema.expect(text).normalized()
}

/// The normal form of a text is also its own normal form.
fn assert_normal(text: &str, expected: &str) {
    let printed = normalized(text);
    assert_eq!(printed, expected);
    assert_eq!(normalized(&printed), expected);
}

#[test]
fn order_and_spelling_do_not_matter() {
    assert_normal(
        r#"syntax = "proto3"; package shop.v1;
        import "google/type/money.proto"; import "google/protobuf/any.proto"; import "google/type/money.proto";
        option java_package = "z"; option go_package = "g";
        message Order {
          Line lines = 7; map<string, Line> by_name = 6; google.type.Money price = 1 [json_name = "p", deprecated = true, ctype = CORD];
          oneof late { int32 z = 9; int32 y = 8; } oneof empty {} oneof early { Kind kind = 2; }
          reserved "b", 30 to 40, 20; reserved "a", 5 to 5;
          message Line { Order parent = 1; }
          enum Kind { B = 1; A = 0; AA = 1; option allow_alias = true; }
        }
        service S { rpc Put (Order) returns (stream Order.Line); rpc Get (Order) returns (Order); }"#,
        r#"syntax = "proto3";
package shop.v1;

import "google/protobuf/any.proto";
import "google/type/money.proto";

option go_package = "g";
option java_package = "z";

message Order {
  reserved 5;
  reserved 20;
  reserved 30 to 40;
  reserved "a";
  reserved "b";

  .google.type.Money price = 1 [
    ctype = CORD,
    deprecated = true,
    json_name = "p"
  ];
  map<string, .shop.v1.Order.Line> by_name = 6;
  .shop.v1.Order.Line lines = 7;

  oneof early {
    .shop.v1.Order.Kind kind = 2;
  }
  oneof late {
    int32 y = 8;
    int32 z = 9;
  }

  message Line {
    .shop.v1.Order parent = 1;
  }
  enum Kind {
    option allow_alias = true;
    A = 0;
    AA = 1;
    B = 1;
  }
}

service S {
  rpc Put (.shop.v1.Order) returns (stream .shop.v1.Order.Line);
  rpc Get (.shop.v1.Order) returns (.shop.v1.Order);
}
"#,
    );
}

#[test]
fn proto2_loses_its_syntax_line_and_extensions_are_merged() {
    assert_normal(
        r#"syntax = "proto2"; package p; message M { extensions 200, 100 to 199; optional int32 n = 1 [default = 0x10]; optional group G = 4 { optional M b = 2; optional int32 a = 1; } }
        extend M { optional int32 y = 102; } extend .p.M { optional M x = 101; }"#,
        r"package p;

message M {
  optional int32 n = 1 [default = 16];

  optional group G = 4 {
    optional int32 a = 1;
    optional .p.M b = 2;
  }

  extensions 100 to 199;
  extensions 200;
}

extend .p.M {
  optional .p.M x = 101;
  optional int32 y = 102;
}
",
    );
}

#[test]
fn map_entry_messages_become_maps() {
    assert_normal(
        r#"syntax = "proto3"; package p;
        message M { repeated .p.M.NamesEntry names = 1; message NamesEntry { option map_entry = true; string key = 1; V value = 2; } message V {} }"#,
        r#"syntax = "proto3";
package p;

message M {
  map<string, .p.M.V> names = 1;

  message V {}
}
"#,
    );
}

#[test]
fn custom_options_are_named_in_full_and_merged() {
    assert_normal(
        r#"syntax = "proto3"; package a.b; import "google/protobuf/descriptor.proto"; import "confluent/meta.proto";
        message Rule { int32 max = 1; repeated string tags = 2; Rule inner = 3; }
        extend google.protobuf.FieldOptions { Rule rule = 50001; repeated Rule many = 50002; }
        message M {
          string s = 1 [(unknown).b = 2, (rule).tags = "x", (b.rule).max = 0x1F, (rule).inner.max = 2, (unknown).a = 1, (many) = { tags: ["t"], max: 3, tags: [] }, (many) = { inner { tags: [] } }];
        }"#,
        r#"syntax = "proto3";
package a.b;

import "confluent/meta.proto";
import "google/protobuf/descriptor.proto";

message Rule {
  int32 max = 1;
  repeated string tags = 2;
  .a.b.Rule inner = 3;
}
message M {
  string s = 1 [
    (a.b.many) = {
      max: 3,
      tags: "t"
    },
    (a.b.many) = {
      inner: {
      }
    },
    (a.b.rule) = {
      inner: {
        max: 2
      },
      max: 31,
      tags: "x"
    },
    (unknown).b = 2,
    (unknown).a = 1
  ];
}

extend .google.protobuf.FieldOptions {
  .a.b.Rule rule = 50001;
  repeated .a.b.Rule many = 50002;
}
"#,
    );
}

#[test]
fn references_are_searched_for_names() {
    let dependency = Dependency {
        name: "common.proto".to_owned(),
        text: "syntax = \"proto3\"; package common; message Id {}".to_owned(),
        origin: None,
    };
    let source = Source {
        text: "syntax = \"proto3\"; package common.sub; import \"common.proto\"; message M { Id id = 1; }",
        dependencies: std::slice::from_ref(&dependency),
    };
    let schema = ProtobufSchema::parse(&source, Strictness::New, &Limits::default()).expect("resolves");
    assert!(schema.normalized().contains(".common.Id id = 1;"));
    let error = ProtobufSchema::parse(&Source::bare(source.text), Strictness::New, &Limits::default());
    assert_eq!(error.expect_err("no reference").to_string(), "Could not resolve type: Id");
    assert!(
        ProtobufSchema::parse(&Source::bare(source.text), Strictness::Stored, &Limits::default()).is_ok()
    );
}
