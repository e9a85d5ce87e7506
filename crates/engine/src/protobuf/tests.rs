//! Data contract functions and formats of whole schemas.

use super::ProtobufSchema;
use crate::{Dependency, EntityTags, EntityType, Limits, SchemaError, Source, Strictness};

fn schema(text: &str) -> ProtobufSchema {
    ProtobufSchema::parse(&Source::bare(text), Strictness::New, &Limits::default()).expect(text)
}

fn entity(path: &str, entity: EntityType, tags: &[&str]) -> EntityTags {
    EntityTags { path: path.to_owned(), entity, tags: tags.iter().map(|tag| (*tag).to_owned()).collect() }
}

const PERSON: &str = r#"syntax = "proto3"; package hr; import "confluent/meta.proto";
message Person {
  option (confluent.message_meta) = { doc: "someone", tags: ["HR"] };
  string name = 1 [(confluent.field_meta).tags = "PII", (confluent.field_meta).tags = "SEEN"];
  oneof contact { string mail = 2 [deprecated = true]; }
  message Home { string street = 1; }
}"#;

#[test]
fn tags_are_read_from_every_spelling() {
    assert_eq!(
        schema(PERSON).tags(),
        [
            entity("hr.Person", EntityType::Record, &["HR"]),
            entity("hr.Person.name", EntityType::Field, &["PII", "SEEN"]),
        ]
    );
}

#[test]
fn tags_are_added_and_removed_without_touching_the_rest() -> Result<(), SchemaError> {
    let add = [
        entity(".hr.Person.Home.street", EntityType::Field, &["PII"]),
        entity("hr.Person.mail", EntityType::Field, &["PII", "MAIL"]),
    ];
    let remove = [
        entity("hr.Person", EntityType::Record, &["HR", "OTHER"]),
        entity("hr.Person.name", EntityType::Field, &["SEEN", "PII"]),
    ];
    let text = schema(PERSON).retagged(&add, &remove)?;
    let changed = schema(&text);
    assert_eq!(changed.canonical(), text);
    assert_eq!(
        changed.tags(),
        [
            entity("hr.Person.mail", EntityType::Field, &["PII", "MAIL"]),
            entity("hr.Person.Home.street", EntityType::Field, &["PII"]),
        ]
    );
    assert!(text.contains("doc: \"someone\""), "{text}");
    assert!(text.contains("string name = 1;"), "{text}");
    changed.check_fields()
}

#[test]
fn a_first_tag_brings_its_import() -> Result<(), SchemaError> {
    let plain = schema("syntax = \"proto3\"; message M { int32 a = 1; }");
    let text = plain.retagged(&[entity("M.a", EntityType::Field, &["T"])], &[])?;
    assert!(text.contains("import \"confluent/meta.proto\";"), "{text}");
    schema(&text).check_fields()
}

#[test]
fn a_path_without_entity_is_refused() {
    let plain = schema("syntax = \"proto3\"; message M { int32 a = 1; }");
    for (path, kind) in [("M.b", EntityType::Field), ("a", EntityType::Record), ("M", EntityType::Field)] {
        let error = plain.retagged(&[entity(path, kind, &["T"])], &[]).expect_err(path);
        assert_eq!(error.to_string(), format!("No matching path '{path}' found in the schema"));
    }
}

#[test]
fn names_come_from_the_first_message_or_enum() {
    assert_eq!(schema(PERSON).name().as_deref(), Some("hr.Person"));
    assert_eq!(schema(PERSON).field_names(), ["name", "mail"]);
    assert_eq!(schema("enum E { A = 0; }").name().as_deref(), Some("E"));
    assert_eq!(schema("").name(), None);
}

#[test]
fn a_file_that_only_imports_publicly_stands_for_the_imported_one() -> Result<(), SchemaError> {
    let inner = Dependency {
        name: "inner.proto".to_owned(),
        text: "syntax = \"proto3\"; package deep; message M { int32 a = 1; }".to_owned(),
        origin: None,
    };
    let source = Source {
        text: "syntax = \"proto3\"; import public \"inner.proto\";",
        dependencies: std::slice::from_ref(&inner),
    };
    let outer = ProtobufSchema::parse(&source, Strictness::New, &Limits::default())?;
    assert_eq!((outer.name().as_deref(), outer.field_names()), (Some("deep.M"), vec!["a".to_owned()]));
    Ok(())
}

#[test]
fn extensions_are_left_out_on_request() -> Result<(), SchemaError> {
    let text = r#"syntax = "proto2"; import "google/protobuf/descriptor.proto"; import "confluent/meta.proto";
        extend google.protobuf.FieldOptions { optional string mine = 50000; }
        message M { extensions 100 to max; extend M { optional int32 e = 100; }
          optional string a = 1 [(mine) = "x", deprecated = true, (confluent.field_meta).doc = "kept"]; }"#;
    let printed = schema(text).formatted("Ignore_Extensions")?;
    assert!(!printed.contains("extend") && !printed.contains("extensions") && !printed.contains("mine"));
    assert!(
        printed.contains("deprecated = true") && printed.contains("(confluent.field_meta).doc = \"kept\"")
    );
    assert_eq!(schema(text).formatted("unheard of")?, schema(text).canonical());
    Ok(())
}

#[test]
fn files_that_do_not_compile_are_refused_on_request() {
    let sound = r#"syntax = "proto3"; import "google/protobuf/timestamp.proto"; option go_package = "g";
        message M { google.protobuf.Timestamp at = 1 [deprecated = true]; map<string, M> m = 2; enum E { Z = 0; } optional E e = 3; }
        service S { rpc A (M) returns (M) { option idempotency_level = NO_SIDE_EFFECTS; } }"#;
    assert_eq!(schema(sound).check_fields(), Ok(()));
    let broken = [
        "import \"nowhere.proto\"; message M {}",
        "option (unheard.of) = 1; message M {}",
        "option no_such_option = true; message M {}",
        "message M { int32 a = 1 [(mine) = 3]; }",
        "message M { int32 a = 1; int32 b = 1; }",
        "message M { int32 a = 1; int32 a = 2; }",
        "message M { int32 a = 0; }",
        "message M { int32 a = 19500; }",
        "message M { reserved 4; int32 a = 4; }",
        "enum E { A = 0; B = 0; }",
        "message M { message N {} enum N { A = 0; } }",
    ];
    for text in broken {
        let text = format!("syntax = \"proto3\"; {text}");
        assert!(schema(&text).check_fields().is_err(), "{text}");
    }
}

#[test]
fn what_compilers_refuse_is_refused_where_fields_are_checked() -> Result<(), SchemaError> {
    for (body, expected) in [
        ("reserved \"a\"; int32 a = 1;", "field name `a` is reserved"),
        ("oneof o { }", "oneof `o` must have at least one field"),
        ("oneof o { map<string, string> m = 1; }", "map field `m` cannot be a member of a oneof"),
        ("string a = 1 [deprecated = \"x\"];", "Could not interpret option: deprecated"),
        ("int32 a = 1 [default = 4];", "field `a`: proto3 has no explicit defaults"),
        ("optional group G = 1 { int32 a = 1; }", "group `G`: proto3 has no groups"),
        ("string a = 1 [json_name = \"b\"]; string b = 2;", "fields `a` and `b` have one name in JSON: `b`"),
        ("message N { oneof o { } }", "oneof `o` must have at least one field"),
    ] {
        let text = format!("syntax = \"proto3\"; message M {{ {body} }}");
        let error = schema(&text).check_fields().expect_err(&text);
        assert!(error.to_string().contains(expected), "{text}: {error}");
    }
    let fine = "message M { reserved \"b\"; optional int32 a = 1 [default = 4, deprecated = true]; \
        optional group G = 2 { optional int32 b = 1; } oneof o { int32 c = 3; } }";
    schema(fine).check_fields()
}

/// Found by fuzzing: what was stored could not be read again.
#[test]
fn descriptors_that_no_text_can_tell_are_refused() {
    let proto3_with_label = |label: u8| {
        let field = [10, 1, b'a', 24, 1, 32, label, 40, 5];
        let message = [&[34, 14, 10, 1, b'M', 18, 9][..], &field[..]].concat();
        super::binary::to_base64(&[&message[..], &[98, 6], b"proto3"].concat())
    };
    let parse =
        |text: &str| ProtobufSchema::parse(&Source::bare(text), Strictness::Stored, &Limits::default());
    assert!(parse(&proto3_with_label(3)).is_ok(), "repeated");
    let error = parse(&proto3_with_label(2)).expect_err("required");
    assert!(error.to_string().starts_with("Could not parse Protobuf"), "{error}");
}
