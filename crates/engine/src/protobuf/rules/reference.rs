//! The kinds that Confluent Schema Registry knows, with its type names and descriptions.
//!
//! Descriptions of kinds that are compatible there are ours; the reference never shows them. Where one of
//! our policies is more lenient (a removed field is skipped on the wire), the row says so by leaving it out.

use super::{ALWAYS, JSON, NEVER, REFERENCE_AND_SOURCE, SOURCE, rows};
use crate::difference::Rule;

rows! {
    PACKAGE_CHANGED {
        id: "proto/package-changed", kind: "PACKAGE_CHANGED", breaks: ALWAYS,
        description: "The package at '{path}' in the {reader} schema does not match the package in the {writer} schema",
        summary: "the package of the file changed",
        consequence: "Every full type name differs between the {reader} and the {writer} schema: `Any` values, RPC routes and generated code no longer meet ({info}).",
        advice: "Keep the package; put a new package into a new subject.",
        writer: r#"syntax = "proto3"; package shop.v1; message M {}"#,
        reader: r#"syntax = "proto3"; package shop.v2; message M {}"#,
    }
    MESSAGE_ADDED {
        id: "proto/message-added", kind: "MESSAGE_ADDED", breaks: NEVER,
        description: "The message at '{path}' in the {reader} schema is missing in the {writer} schema",
        summary: "a message was added",
        consequence: "Nothing: no data of the {writer} schema uses the message at {path}.",
        advice: "",
        writer: r#"syntax = "proto3"; message M {}"#,
        reader: r#"syntax = "proto3"; message M {} message N {}"#,
    }
    MESSAGE_REMOVED {
        id: "proto/message-removed", kind: "MESSAGE_REMOVED", breaks: ALWAYS,
        description: "The {reader} schema is missing a MESSAGE type at path '{path}' in the {writer} schema",
        summary: "a message was removed, renamed or moved to another place",
        consequence: "Readers with the {reader} schema have no message for data of {path} that the {writer} schema describes.",
        advice: "Keep the message; mark it deprecated when nobody should write it any more.",
        writer: r#"syntax = "proto3"; message M {} message N {}"#,
        reader: r#"syntax = "proto3"; message M {}"#,
    }
    MESSAGE_MOVED {
        id: "proto/message-moved", kind: "MESSAGE_MOVED", breaks: NEVER,
        description: "The message at '{path}' stands at another position in the {reader} schema",
        summary: "the order of messages changed",
        consequence: "Nothing on the wire: message indexes always refer to the text of the schema id they are sent with.",
        advice: "",
        writer: r#"syntax = "proto3"; message M {} message N {}"#,
        reader: r#"syntax = "proto3"; message N {} message M {}"#,
    }
    ENUM_ADDED {
        id: "proto/enum-added", kind: "ENUM_ADDED", breaks: NEVER,
        description: "The enum at '{path}' in the {reader} schema is missing in the {writer} schema",
        summary: "an enum was added",
        consequence: "Nothing: no data of the {writer} schema uses the enum at {path}.",
        advice: "",
        writer: r#"syntax = "proto3"; message M {}"#,
        reader: r#"syntax = "proto3"; message M {} enum E { A = 0; }"#,
    }
    ENUM_REMOVED {
        id: "proto/enum-removed", kind: "ENUM_REMOVED", breaks: SOURCE,
        description: "The {reader} schema is missing an ENUM type at path '{path}' in the {writer} schema",
        summary: "an enum was removed or renamed",
        consequence: "Code that names the enum at {path} no longer compiles; numbers on the wire are not touched.",
        advice: "Keep the enum and mark it deprecated.",
        writer: r#"syntax = "proto3"; message M {} enum E { A = 0; }"#,
        reader: r#"syntax = "proto3"; message M {}"#,
    }
    ENUM_CONST_ADDED {
        id: "proto/enum-constant-added", kind: "ENUM_CONST_ADDED", breaks: NEVER,
        description: "The enum constant at '{path}' in the {reader} schema is missing in the {writer} schema",
        summary: "an enum constant was added",
        consequence: "Nothing: data of the {writer} schema never holds it.",
        advice: "",
        writer: r#"syntax = "proto3"; enum E { A = 0; }"#,
        reader: r#"syntax = "proto3"; enum E { A = 0; B = 1; }"#,
    }
    ENUM_CONST_CHANGED {
        id: "proto/enum-constant-renamed", kind: "ENUM_CONST_CHANGED", breaks: JSON,
        description: "The name of the enum constant at '{path}' in the {reader} schema does not match the {writer} schema",
        summary: "an enum constant has another name under the same number",
        consequence: "Readers with the {reader} schema do not know the name that JSON of the {writer} schema holds ({info}); the number on the wire still means the same place in the enum.",
        advice: "Keep the name, or add an alias with `option allow_alias = true`.",
        writer: r#"syntax = "proto3"; enum E { A = 0; }"#,
        reader: r#"syntax = "proto3"; enum E { Z = 0; }"#,
    }
    ENUM_CONST_REMOVED {
        id: "proto/enum-constant-removed", kind: "ENUM_CONST_REMOVED", breaks: JSON,
        description: "The {reader} schema is missing the enum constant at '{path}' in the {writer} schema",
        summary: "an enum constant was removed",
        consequence: "Readers with the {reader} schema cannot name the value {info}: in JSON it is refused, on the wire it is a bare number.",
        advice: "Keep the constant and mark it deprecated.",
        writer: r#"syntax = "proto3"; enum E { A = 0; B = 1; }"#,
        reader: r#"syntax = "proto3"; enum E { A = 0; reserved 1; }"#,
    }
    FIELD_ADDED {
        id: "proto/field-added", kind: "FIELD_ADDED", breaks: NEVER,
        description: "The field at '{path}' in the {reader} schema is missing in the {writer} schema",
        summary: "a field was added",
        consequence: "Nothing: readers see the default where the {writer} schema has no field.",
        advice: "",
        writer: r#"syntax = "proto3"; message M {  }"#,
        reader: r#"syntax = "proto3"; message M { int32 a = 1; }"#,
    }
    FIELD_REMOVED {
        id: "proto/field-removed", kind: "FIELD_REMOVED", breaks: SOURCE,
        description: "The {reader} schema is missing a field at path '{path}' in the {writer} schema",
        summary: "a field was removed or got another number",
        consequence: "Readers with the {reader} schema skip {info}; code that names the field no longer compiles.",
        advice: "Keep the field and mark it deprecated, or reserve its number and name.",
        writer: r#"syntax = "proto3"; message M { int32 a = 1; }"#,
        reader: r#"syntax = "proto3"; message M { reserved 1; reserved "a"; }"#,
    }
    FIELD_NAME_CHANGED {
        id: "proto/field-renamed", kind: "FIELD_NAME_CHANGED", breaks: SOURCE,
        description: "The name of the field at path '{path}' in the {reader} schema does not match the {writer} schema",
        summary: "a field has another name under the same number",
        consequence: "Code that names the field no longer compiles ({info}); bytes are not touched.",
        advice: "Keep the name.",
        writer: r#"syntax = "proto3"; message M { int32 a = 1; }"#,
        reader: r#"syntax = "proto3"; message M { int32 b = 1; }"#,
    }
    FIELD_KIND_CHANGED {
        id: "proto/field-kind-changed", kind: "FIELD_KIND_CHANGED", breaks: ALWAYS,
        description: "The type of a field at path '{path}' in the {reader} schema does not match the {writer} schema",
        summary: "a field changed between scalar, message and map",
        consequence: "Readers with the {reader} schema cannot decode the field at {path} of the {writer} schema ({info}).",
        advice: "Add a new field under a new number and leave the old one in place.",
        writer: r#"syntax = "proto3"; message M { string a = 1; }"#,
        reader: r#"syntax = "proto3"; message M { M a = 1; }"#,
    }
    FIELD_SCALAR_KIND_CHANGED {
        id: "proto/field-scalar-kind-changed", kind: "FIELD_SCALAR_KIND_CHANGED", breaks: ALWAYS,
        description: "The kind of a SCALAR field at path '{path}' in the {reader} schema does not match its kind in the {writer} schema",
        summary: "a scalar field changed to a type that is encoded differently",
        consequence: "Readers with the {reader} schema decode other values than the {writer} schema wrote at {path}, or none ({info}).",
        advice: "Add a new field under a new number and leave the old one in place.",
        writer: r#"syntax = "proto3"; message M { int32 a = 1; }"#,
        reader: r#"syntax = "proto3"; message M { string a = 1; }"#,
    }
    FIELD_NAMED_TYPE_CHANGED {
        id: "proto/field-message-type-changed", kind: "FIELD_NAMED_TYPE_CHANGED", breaks: ALWAYS,
        description: "The type of a MESSAGE field at path '{path}' in the {reader} schema does not match its type in the {writer} schema",
        summary: "a message field has another message type, or its imported type changed incompatibly",
        consequence: "Readers with the {reader} schema decode the bytes at {path} as another message ({info}).",
        advice: "Keep the message type; a changed message gets a new field under a new number.",
        writer: r#"syntax = "proto3"; message A {} message B {} message M { A a = 1; }"#,
        reader: r#"syntax = "proto3"; message A {} message B {} message M { B a = 1; }"#,
    }
    FIELD_NUMERIC_LABEL_CHANGED {
        id: "proto/field-numeric-label-changed", kind: "FIELD_NUMERIC_LABEL_CHANGED", breaks: REFERENCE_AND_SOURCE,
        description: "The label for a NUMERIC field at path '{path}' in the {reader} schema does not match its label in the {writer} schema",
        summary: "a number, bool or enum field has another label",
        consequence: "Numbers may be packed under one label and not under the other; a single value may be read as none ({info}).",
        advice: "Add a new field with the wanted label under a new number.",
        writer: r#"syntax = "proto3"; message M { optional int32 a = 1; }"#,
        reader: r#"syntax = "proto3"; message M { repeated int32 a = 1; }"#,
    }
    FIELD_STRING_OR_BYTES_LABEL_CHANGED {
        id: "proto/field-string-label-changed", kind: "FIELD_STRING_OR_BYTES_LABEL_CHANGED", breaks: NEVER,
        description: "The label for a STRING or BYTES field at path '{path}' in the {reader} schema does not match its label in the {writer} schema",
        summary: "a string or bytes field has another label",
        consequence: "A single reader keeps the last of several values ({info}).",
        advice: "",
        writer: r#"syntax = "proto3"; message M { optional string a = 1; }"#,
        reader: r#"syntax = "proto3"; message M { repeated string a = 1; }"#,
    }
    REQUIRED_FIELD_ADDED {
        id: "proto/required-field-added", kind: "REQUIRED_FIELD_ADDED", breaks: ALWAYS,
        description: "A required field  at path '{path}' in the {reader} schema is missing in the {writer} schema",
        summary: "a required field was added",
        consequence: "Readers with the {reader} schema refuse every message of the {writer} schema: {info} is never there.",
        advice: "Add the field as `optional`.",
        writer: r#"syntax = "proto2"; message M {}"#,
        reader: r#"syntax = "proto2"; message M { required int32 a = 1; }"#,
    }
    REQUIRED_FIELD_REMOVED {
        id: "proto/required-field-removed", kind: "REQUIRED_FIELD_REMOVED", breaks: REFERENCE_AND_SOURCE,
        description: "The {reader} schema is missing a required field at path: '{path}' in the {writer} schema",
        summary: "a required field was removed",
        consequence: "Readers skip {info}; those that still use the {writer} schema refuse messages without it.",
        advice: "Make the field `optional` first, and remove it when no reader requires it.",
        writer: r#"syntax = "proto2"; message M { required int32 a = 1; }"#,
        reader: r#"syntax = "proto2"; message M {}"#,
    }
    ONEOF_ADDED {
        id: "proto/oneof-added", kind: "ONEOF_ADDED", breaks: NEVER,
        description: "The oneof at '{path}' in the {reader} schema is missing in the {writer} schema",
        summary: "a oneof was added",
        consequence: "Nothing by itself; fields that moved into it are reported apart.",
        advice: "",
        writer: r#"syntax = "proto3"; message M {  }"#,
        reader: r#"syntax = "proto3"; message M { oneof o { int32 a = 1; } }"#,
    }
    ONEOF_REMOVED {
        id: "proto/oneof-removed", kind: "ONEOF_REMOVED", breaks: SOURCE,
        description: "The {reader} schema is missing the oneof at path '{path}' in the {writer} schema",
        summary: "a oneof was removed or renamed",
        consequence: "Code that names the oneof at {path} no longer compiles.",
        advice: "Keep the oneof.",
        writer: r#"syntax = "proto3"; message M { oneof o { int32 a = 1; } }"#,
        reader: r#"syntax = "proto3"; message M {  }"#,
    }
    ONEOF_FIELD_ADDED {
        id: "proto/oneof-field-added", kind: "ONEOF_FIELD_ADDED", breaks: NEVER,
        description: "The oneof field at '{path}' in the {reader} schema is missing in the {writer} schema",
        summary: "a member was added to a oneof",
        consequence: "Nothing: data of the {writer} schema never sets it.",
        advice: "",
        writer: r#"syntax = "proto3"; message M { oneof o { int32 a = 1; } }"#,
        reader: r#"syntax = "proto3"; message M { oneof o { int32 a = 1; int32 b = 2; } }"#,
    }
    ONEOF_FIELD_REMOVED {
        id: "proto/oneof-field-removed", kind: "ONEOF_FIELD_REMOVED", breaks: REFERENCE_AND_SOURCE,
        description: "The {reader} schema is missing a oneof field at path '{path}' in the {writer} schema",
        summary: "a member of a oneof was removed",
        consequence: "Readers with the {reader} schema see no member set where the {writer} schema set {info}.",
        advice: "Keep the member and mark it deprecated.",
        writer: r#"syntax = "proto3"; message M { oneof o { int32 a = 1; int32 b = 2; } }"#,
        reader: r#"syntax = "proto3"; message M { oneof o { int32 a = 1; } }"#,
    }
    ONEOF_FIELD_MOVED_TO_TOP_LEVEL {
        id: "proto/oneof-field-moved-out", kind: "ONEOF_FIELD_MOVED_TO_TOP_LEVEL", breaks: SOURCE,
        description: "The oneof field at path '{path}' in the {writer} schema is outside a oneof in the {reader} schema",
        summary: "a member of a oneof became an ordinary field",
        consequence: "Code that asks the oneof for {info} no longer compiles.",
        advice: "Keep the member in its oneof.",
        writer: r#"syntax = "proto3"; message M { oneof o { int32 a = 1; int32 b = 2; } }"#,
        reader: r#"syntax = "proto3"; message M { int32 b = 2; oneof o { int32 a = 1; } }"#,
    }
    MULTIPLE_FIELDS_MOVED_TO_ONEOF {
        id: "proto/fields-moved-to-oneof", kind: "MULTIPLE_FIELDS_MOVED_TO_ONEOF", breaks: ALWAYS,
        description: "Multiple fields in the oneof at path '{path}' in the {reader} schema are outside a oneof in the {writer} schema",
        summary: "several fields that could be set together became members of one oneof",
        consequence: "Where the {writer} schema set several of {info}, readers with the {reader} schema keep only the last.",
        advice: "Move one field, or add new members under new numbers.",
        writer: r#"syntax = "proto3"; message M { int32 a = 1; int32 b = 2; }"#,
        reader: r#"syntax = "proto3"; message M { oneof o { int32 a = 1; int32 b = 2; } }"#,
    }
    FIELD_MOVED_TO_EXISTING_ONEOF {
        id: "proto/field-moved-to-existing-oneof", kind: "FIELD_MOVED_TO_EXISTING_ONEOF", breaks: ALWAYS,
        description: "A field in the oneof at path '{path}' in the {reader} schema is outside an existing oneof in the {writer} schema",
        summary: "a field moved into a oneof that shares members with another one",
        consequence: "Where the {writer} schema set several of {info}, readers with the {reader} schema keep only the last.",
        advice: "Leave the field where it is, or add a new member under a new number.",
        writer: r#"syntax = "proto3"; message M { int32 a = 1; oneof o { int32 b = 2; } }"#,
        reader: r#"syntax = "proto3"; message M { oneof o { int32 a = 1; int32 b = 2; } }"#,
    }
}
