//! Kinds of ours: finer than the reference, judged only by our policies.

use super::{ALWAYS, JSON, SOURCE, WIRE, rows};
use crate::difference::Rule;

rows! {
    FIELD_JSON_NAME_CHANGED {
        id: "proto/field-json-name-changed", kind: "", breaks: JSON,
        description: "The JSON name of the field at path '{path}' in the {reader} schema does not match the {writer} schema ({info})",
        summary: "a field has another name in JSON",
        consequence: "Readers with the {reader} schema do not find the member that JSON of the {writer} schema holds ({info}).",
        advice: "Set `json_name` to the old JSON name.",
        writer: r#"syntax = "proto3"; message M { int32 a = 1; }"#,
        reader: r#"syntax = "proto3"; message M { int32 a = 1 [json_name = "b"]; }"#,
    }
    FIELD_JSON_TYPE_CHANGED {
        id: "proto/field-json-type-changed", kind: "", breaks: JSON,
        description: "The field at path '{path}' in the {reader} schema is another type in JSON than in the {writer} schema ({info})",
        summary: "a number field changed to a type of the same wire group that JSON writes differently",
        consequence: "JSON of the {writer} schema holds another form or range of number than the {reader} schema expects ({info}).",
        advice: "Keep the type, or add a new field.",
        writer: r#"syntax = "proto3"; message M { int32 a = 1; }"#,
        reader: r#"syntax = "proto3"; message M { int64 a = 1; }"#,
    }
    FIELD_SCALAR_TYPE_CHANGED {
        id: "proto/field-scalar-type-changed", kind: "", breaks: SOURCE,
        description: "The field at path '{path}' in the {reader} schema is another scalar type than in the {writer} schema ({info})",
        summary: "a number field changed to a type that is encoded alike",
        consequence: "Code that uses the field sees another type ({info}); values beyond the smaller range are cut.",
        advice: "Keep the type.",
        writer: r#"syntax = "proto3"; message M { int32 a = 1; }"#,
        reader: r#"syntax = "proto3"; message M { uint32 a = 1; }"#,
    }
    BYTES_READ_AS_STRING {
        id: "proto/field-bytes-read-as-string", kind: "", breaks: WIRE,
        description: "The field at path '{path}' in the {reader} schema is a string, in the {writer} schema it is bytes",
        summary: "bytes are read as a string",
        consequence: "Readers with the {reader} schema refuse values at {path} that are not UTF-8.",
        advice: "Keep `bytes`, or add a new string field.",
        writer: r#"syntax = "proto3"; message M { bytes a = 1; }"#,
        reader: r#"syntax = "proto3"; message M { string a = 1; }"#,
    }
    STRING_READ_AS_BYTES {
        id: "proto/field-string-read-as-bytes", kind: "", breaks: JSON,
        description: "The field at path '{path}' in the {reader} schema is bytes, in the {writer} schema it is a string",
        summary: "a string is read as bytes",
        consequence: "JSON of the {writer} schema holds text where the {reader} schema expects Base64 at {path}.",
        advice: "Keep `string`, or add a new bytes field.",
        writer: r#"syntax = "proto3"; message M { string a = 1; }"#,
        reader: r#"syntax = "proto3"; message M { bytes a = 1; }"#,
    }
    ENUM_AND_NUMBER_SWAPPED {
        id: "proto/field-enum-and-number-swapped", kind: "", breaks: JSON,
        description: "The field at path '{path}' is an enum in one of the {reader} and {writer} schemas and a number in the other ({info})",
        summary: "a field changed between an enum and a number",
        consequence: "The wire is the same; JSON of the {writer} schema holds a name where a number is expected, or the reverse ({info}).",
        advice: "Keep the type, or add a new field.",
        writer: r#"syntax = "proto3"; enum E { A = 0; } message M { E a = 1; }"#,
        reader: r#"syntax = "proto3"; enum E { A = 0; } message M { int32 a = 1; }"#,
    }
    FIELD_ENUM_TYPE_CHANGED {
        id: "proto/field-enum-type-changed", kind: "", breaks: JSON,
        description: "The field at path '{path}' in the {reader} schema has another enum type than in the {writer} schema ({info})",
        summary: "a field has another enum type",
        consequence: "Numbers of the {writer} schema mean constants of another enum for readers with the {reader} schema ({info}).",
        advice: "Keep the enum, or add a new field.",
        writer: r#"syntax = "proto3"; enum E { A = 0; } enum F { B = 0; } message M { E a = 1; }"#,
        reader: r#"syntax = "proto3"; enum E { A = 0; } enum F { B = 0; } message M { F a = 1; }"#,
    }
    REPEATED_READ_AS_SINGULAR {
        id: "proto/field-repeated-read-as-singular", kind: "", breaks: WIRE,
        description: "The field at path '{path}' is repeated in the {writer} schema but not in the {reader} schema",
        summary: "a repeated field is read as a single one",
        consequence: "Readers with the {reader} schema keep one of several values at {path}; packed numbers are not read at all.",
        advice: "Keep `repeated`, or add a new field.",
        writer: r#"syntax = "proto3"; message M { repeated int32 a = 1; }"#,
        reader: r#"syntax = "proto3"; message M { int32 a = 1; }"#,
    }
    SINGULAR_READ_AS_REPEATED {
        id: "proto/field-singular-read-as-repeated", kind: "", breaks: JSON,
        description: "The field at path '{path}' is repeated in the {reader} schema but not in the {writer} schema",
        summary: "a single field is read as a repeated one",
        consequence: "JSON of the {writer} schema holds one value where the {reader} schema expects a list at {path}.",
        advice: "Add a new repeated field.",
        writer: r#"syntax = "proto3"; message M { int32 a = 1; }"#,
        reader: r#"syntax = "proto3"; message M { repeated int32 a = 1; }"#,
    }
    FIELD_BECAME_REQUIRED {
        id: "proto/field-became-required", kind: "", breaks: WIRE,
        description: "The field at path '{path}' is required in the {reader} schema but not in the {writer} schema",
        summary: "a field became required",
        consequence: "Readers with the {reader} schema refuse messages in which the {writer} schema left {info} out.",
        advice: "Leave the field optional.",
        writer: r#"syntax = "proto2"; message M { optional string a = 1; }"#,
        reader: r#"syntax = "proto2"; message M { required string a = 1; }"#,
    }
    FIELD_NO_LONGER_REQUIRED {
        id: "proto/field-no-longer-required", kind: "", breaks: SOURCE,
        description: "The field at path '{path}' is required in the {writer} schema but not in the {reader} schema",
        summary: "a field is no longer required",
        consequence: "Nothing for the reader; readers that still use the {writer} schema refuse messages without {info}.",
        advice: "",
        writer: r#"syntax = "proto2"; message M { required string a = 1; }"#,
        reader: r#"syntax = "proto2"; message M { optional string a = 1; }"#,
    }
    FIELD_PRESENCE_CHANGED {
        id: "proto/field-presence-changed", kind: "", breaks: SOURCE,
        description: "The field at path '{path}' tracks presence in only one of the {reader} and {writer} schemas",
        summary: "a field gained or lost explicit presence",
        consequence: "Generated code has other accessors for {info}; bytes are not touched.",
        advice: "Keep or leave out `optional` as before.",
        writer: r#"syntax = "proto3"; message M { int32 a = 1; }"#,
        reader: r#"syntax = "proto3"; message M { optional int32 a = 1; }"#,
    }
    FIELD_DEFAULT_CHANGED {
        id: "proto/field-default-changed", kind: "", breaks: WIRE,
        description: "The default of the field at path '{path}' in the {reader} schema does not match the {writer} schema ({info})",
        summary: "the default of a proto2 field changed",
        consequence: "Where the {writer} schema left the field out, readers with the {reader} schema assume another value ({info}).",
        advice: "Keep the default.",
        writer: r#"syntax = "proto2"; message M { optional int32 a = 1 [default = 1]; }"#,
        reader: r#"syntax = "proto2"; message M { optional int32 a = 1 [default = 2]; }"#,
    }
    FIELD_NUMBER_NOT_RESERVED {
        id: "proto/field-number-not-reserved", kind: "", breaks: SOURCE,
        description: "The number of the removed field at path '{path}' is not reserved in the {reader} schema",
        summary: "the number of a removed field may be used again",
        consequence: "A later field may take the number of {info} and read its bytes as something else.",
        advice: "Add the number to `reserved`.",
        writer: r#"syntax = "proto3"; message M { int32 a = 1; }"#,
        reader: r#"syntax = "proto3"; message M {  }"#,
    }
    FIELD_MOVED_INTO_ONEOF {
        id: "proto/field-moved-into-oneof", kind: "", breaks: SOURCE,
        description: "The field at path '{path}' is a member of a oneof in the {reader} schema but not in the {writer} schema",
        summary: "one field moved into a new oneof",
        consequence: "Generated code reaches {info} through the oneof; bytes are not touched.",
        advice: "Leave the field outside.",
        writer: r#"syntax = "proto3"; message M { int32 a = 1; }"#,
        reader: r#"syntax = "proto3"; message M { oneof o { int32 a = 1; } }"#,
    }
    GROUP_REMOVED {
        id: "proto/group-removed", kind: "", breaks: SOURCE,
        description: "The {reader} schema is missing the group at path '{path}' in the {writer} schema",
        summary: "a group was removed",
        consequence: "Readers with the {reader} schema skip the group {info}.",
        advice: "Keep the group and mark it deprecated.",
        writer: r#"syntax = "proto2"; message M { optional group G = 1 { optional int32 a = 2; } }"#,
        reader: r#"syntax = "proto2"; message M {}"#,
    }
    GROUP_AND_FIELD_SWAPPED {
        id: "proto/group-and-field-swapped", kind: "", breaks: WIRE,
        description: "The field at path '{path}' is a group in only one of the {reader} and {writer} schemas",
        summary: "a group became an ordinary field, or the reverse",
        consequence: "Groups are encoded differently: readers with the {reader} schema do not read {info}.",
        advice: "Add a new field under a new number.",
        writer: r#"syntax = "proto2"; message M { optional group G = 1 { optional int32 a = 2; } }"#,
        reader: r#"syntax = "proto2"; message M { optional int32 g = 1; }"#,
    }
    GROUP_MEMBER_CHANGED {
        id: "proto/group-member-changed", kind: "", breaks: WIRE,
        description: "A field of a group at path '{path}' in the {reader} schema does not match the {writer} schema ({info})",
        summary: "what a group holds changed",
        consequence: "Readers with the {reader} schema misread or refuse groups of the {writer} schema ({info}).",
        advice: "Keep the field of the group, or add a new one under a new number.",
        writer: r#"syntax = "proto2"; message M { optional group G = 1 { optional int32 a = 2; } }"#,
        reader: r#"syntax = "proto2"; message M { optional group G = 1 { optional string a = 2; } }"#,
    }
    RESERVED_REMOVED {
        id: "proto/reserved-removed", kind: "", breaks: SOURCE,
        description: "Numbers or names reserved at path '{path}' in the {writer} schema are not reserved in the {reader} schema ({info})",
        summary: "a reserved number or name was given up",
        consequence: "A field may take a number or name that old data still uses ({info}).",
        advice: "Keep the `reserved` statement.",
        writer: r#"syntax = "proto3"; message M { reserved 4; }"#,
        reader: r#"syntax = "proto3"; message M {  }"#,
    }
    ENUM_NUMBER_NOT_RESERVED {
        id: "proto/enum-number-not-reserved", kind: "", breaks: SOURCE,
        description: "The number of the removed enum constant at path '{path}' is not reserved in the {reader} schema",
        summary: "the number of a removed enum constant may be used again",
        consequence: "A later constant may take the number of {info}, which old data still holds.",
        advice: "Add the number to `reserved`.",
        writer: r#"syntax = "proto3"; enum E { A = 0; B = 1; }"#,
        reader: r#"syntax = "proto3"; enum E { A = 0; }"#,
    }
    SYNTAX_CHANGED {
        id: "proto/syntax-changed", kind: "", breaks: SOURCE,
        description: "The syntax of the {reader} schema does not match the {writer} schema ({info})",
        summary: "the syntax line changed",
        consequence: "Field presence, closed enums and packing follow other rules ({info}); generated code changes.",
        advice: "Keep the syntax; start a new file for the new one.",
        writer: r#"syntax = "proto2"; message M {}"#,
        reader: r#"syntax = "proto3"; message M {}"#,
    }
    FILE_OPTION_CHANGED {
        id: "proto/file-option-changed", kind: "", breaks: SOURCE,
        description: "The file option {info} of the {reader} schema does not match the {writer} schema",
        summary: "a file option that steers generated code changed",
        consequence: "Generated code moves or changes its names: {info}.",
        advice: "Keep the option.",
        writer: r#"syntax = "proto3"; option go_package = "a";"#,
        reader: r#"syntax = "proto3"; option go_package = "b";"#,
    }
    SERVICE_REMOVED {
        id: "proto/service-removed", kind: "", breaks: SOURCE,
        description: "The {reader} schema is missing the service at path '{path}' in the {writer} schema",
        summary: "a service was removed or renamed",
        consequence: "Code that calls {path} no longer compiles.",
        advice: "Keep the service and mark it deprecated.",
        writer: r#"syntax = "proto3"; message M {} service S {}"#,
        reader: r#"syntax = "proto3"; message M {}"#,
    }
    RPC_REMOVED {
        id: "proto/rpc-removed", kind: "", breaks: SOURCE,
        description: "The {reader} schema is missing the method at path '{path}' in the {writer} schema",
        summary: "a method was removed or renamed",
        consequence: "Code that calls {path} no longer compiles.",
        advice: "Keep the method and mark it deprecated.",
        writer: r#"syntax = "proto3"; message M {} service S { rpc A (M) returns (M); }"#,
        reader: r#"syntax = "proto3"; message M {} service S {}"#,
    }
    RPC_TYPE_CHANGED {
        id: "proto/rpc-type-changed", kind: "", breaks: WIRE,
        description: "The types of the method at path '{path}' in the {reader} schema do not match the {writer} schema ({info})",
        summary: "a method has another request or response type",
        consequence: "Callers and servers of {path} exchange other messages ({info}).",
        advice: "Add a new method.",
        writer: r#"syntax = "proto3"; message M {} message N {} service S { rpc A (M) returns (M); }"#,
        reader: r#"syntax = "proto3"; message M {} message N {} service S { rpc A (N) returns (M); }"#,
    }
    RPC_STREAM_CHANGED {
        id: "proto/rpc-stream-changed", kind: "", breaks: WIRE,
        description: "The streaming of the method at path '{path}' in the {reader} schema does not match the {writer} schema",
        summary: "a method streams on one side only",
        consequence: "Callers and servers of {path} disagree about streams.",
        advice: "Add a new method.",
        writer: r#"syntax = "proto3"; message M {} service S { rpc A (M) returns (M); }"#,
        reader: r#"syntax = "proto3"; message M {} service S { rpc A (M) returns (stream M); }"#,
    }
    UNDECIDED {
        id: "proto/undecided", kind: "", breaks: ALWAYS,
        description: "Could not decide within {info} at path '{path}'",
        summary: "the comparison was stopped by a limit, so compatibility is not shown",
        consequence: "Whether readers with the {reader} schema can read data of the {writer} schema was not decided: the comparison stopped at {path} after {info}.",
        advice: "Split the schema, or ask for a higher limit of comparison steps.",
        writer: "",
        reader: "",
    }
}
