//! The Avro and Protobuf event formats, encoded by independent libraries from their published schemas.

use apache_avro::types::Value as Avro;
use apache_avro::writer::datum::GenericDatumWriter;
use chancery_engine::cloudevents::{
    AttributeValue, Data, EventOptions, RuleSetting, read_avro, read_http, read_protobuf, read_protobuf_batch,
};
use chancery_engine::{Report, Severity};
use prost_reflect::prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage};

use super::{all_findings, single};

/// What these tests break that no other table does.
pub fn broken() -> Vec<&'static str> {
    vec!["avro.syntax", "protobuf.syntax"]
}

const AVRO_SCHEMA: &str = r#"{"type":"record","name":"AvroCloudEvent","namespace":"io.cloudevents","fields":[
  {"name":"attribute","type":{"type":"map","values":["null","boolean","int","string","bytes"]}},
  {"name":"data","type":["bytes","null","boolean",
    {"type":"map","values":["null","boolean",
      {"type":"record","name":"AvroCloudEventData","fields":[{"name":"value","type":{"type":"map","values":[
        "null","boolean",{"type":"map","values":"AvroCloudEventData"},
        {"type":"array","items":"AvroCloudEventData"},"double","string"]}}]},
      "double","string"]},
    {"type":"array","items":"AvroCloudEventData"},"double","string"]}]}"#;

fn union(branch: u32, value: Avro) -> Avro {
    Avro::Union(branch, Box::new(value))
}

fn text(value: &str) -> Avro {
    union(3, Avro::String(value.to_owned()))
}

fn map<const N: usize>(entries: [(&str, Avro); N]) -> Avro {
    Avro::Map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// Encodes an event with more attributes than the required ones.
fn avro<const N: usize>(more: [(&str, Avro); N], data: Avro) -> Vec<u8> {
    let schema = apache_avro::Schema::parse_str(AVRO_SCHEMA).expect("a schema");
    let required = [("specversion", "1.0"), ("id", "1"), ("source", "urn:shop"), ("type", "shop.sold.v1")];
    let mut attributes: std::collections::HashMap<String, Avro> =
        required.iter().map(|(name, value)| ((*name).to_owned(), text(value))).collect();
    attributes.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
    let record = vec![("attribute".to_owned(), Avro::Map(attributes)), ("data".to_owned(), data)];
    let writer = GenericDatumWriter::builder(&schema).build().expect("a writer");
    writer.write_value_to_vec(Avro::Record(record)).expect("an event")
}

fn avro_findings(body: &[u8]) -> Vec<String> {
    all_findings(&read_avro(body, &EventOptions::default()))
}

fn no_data() -> Avro {
    union(1, Avro::Null)
}

#[test]
fn avro_attributes_have_types() {
    let body = avro(
        [
            ("b", union(1, Avro::Boolean(true))),
            ("n", union(2, Avro::Int(-7))),
            ("s", text("é")),
            ("x", union(4, Avro::Bytes(vec![0, 255]))),
            ("unset", union(0, Avro::Null)),
        ],
        union(0, Avro::Bytes(vec![1, 2])),
    );
    let fields = [("content-type", &b"application/cloudevents+avro"[..])];
    let reading = single(read_http(&fields, &body, &EventOptions::default()));
    assert_eq!(reading.report, Report::default());
    let event = reading.event;
    assert_eq!(event.find("b"), Some(&AttributeValue::Boolean(true)));
    assert_eq!(event.find("n"), Some(&AttributeValue::Integer(-7)));
    assert_eq!(event.find_text("s"), Some("é"));
    assert_eq!(event.find("x").map(AttributeValue::to_text).as_deref(), Some("AP8="));
    assert_eq!(event.find("unset"), None);
    assert_eq!(event.data, Data::Bytes((&[1, 2][..]).into()));
}

#[test]
fn avro_attributes_are_judged_like_others() {
    for (name, value, expected) in [
        ("id", union(2, Avro::Int(1)), vec!["id.type /id"]),
        ("id", union(0, Avro::Null), vec!["id.required /id"]),
        ("time", text("now"), vec!["time.rfc3339 /time"]),
        ("data", text("x"), vec!["ext.reserved /data"]),
        ("Bad", text("x"), vec!["ext.name /Bad"]),
        ("dataschema", text("host/x.Y"), vec!["dataschema.uri /dataschema"]),
    ] {
        assert_eq!(avro_findings(&avro([(name, value)], no_data())), expected, "{name}");
    }
    // The map {"a": null, "a": null}, and no data.
    let repeated = [4, 2, b'a', 0, 2, b'a', 0, 0, 2];
    assert!(avro_findings(&repeated).contains(&"json.duplicate-member /a".to_owned()));
}

#[test]
fn avro_data_that_stands_for_json_is_json() {
    let object = |value| Avro::Record(vec![("value".to_owned(), value)]);
    let inner = object(map([("k\"", union(4, Avro::Double(1.5)))]));
    let list = object(map([("l", union(3, Avro::Array(vec![inner.clone(), inner.clone()])))]));
    let tree = object(map([("m", union(2, map([("i", inner)])))]));
    for (data, json) in [
        (union(2, Avro::Boolean(true)), "true"),
        (union(5, Avro::Double(0.1)), "0.1"),
        (union(6, Avro::String("a\n".to_owned())), r#""a\n""#),
        (union(3, map([])), "{}"),
        (union(3, map([("a", union(0, Avro::Null))])), r#"{"a":null}"#),
        (union(3, map([("a", union(2, list.clone()))])), r#"{"a":{"l":[{"k\"":1.5},{"k\"":1.5}]}}"#),
        (union(3, map([("a", union(2, tree))])), r#"{"a":{"m":{"i":{"k\"":1.5}}}}"#),
        (union(4, Avro::Array(vec![])), "[]"),
        (union(4, Avro::Array(vec![list])), r#"[{"l":[{"k\"":1.5},{"k\"":1.5}]}]"#),
    ] {
        let body = avro([], data);
        let reading = single(read_avro(&body, &EventOptions::default()));
        assert_eq!(reading.report, Report::default());
        assert_eq!(reading.event.data, Data::Json(json.into()));
    }
    let not_text = avro([("datacontenttype", text("text/plain"))], union(2, Avro::Boolean(true)));
    assert_eq!(avro_findings(&not_text), ["data.not-string /data"]);
    let plain = avro([("datacontenttype", text("text/plain"))], union(6, Avro::String("a\n".to_owned())));
    assert_eq!(single(read_avro(&plain, &EventOptions::default())).event.data, Data::Text("a\n".into()));
    let not_a_number = avro([], union(5, Avro::Double(f64::NAN)));
    assert_eq!(avro_findings(&not_a_number), ["data.json-syntax"]);
    let inside = map([("b", union(3, Avro::Double(f64::INFINITY))), ("a", union(0, Avro::Null))]);
    assert_eq!(avro_findings(&avro([], union(3, inside))), ["data.json-syntax"]);
}

#[test]
fn avro_is_read_to_the_end_and_not_further() {
    let body = avro([("datacontenttype", text("a/json"))], union(0, Avro::Bytes(b"[".to_vec())));
    assert_eq!(avro_findings(&body), ["data.json-syntax"]);
    for end in 0..body.len() {
        assert_eq!(avro_findings(&body[..end]), ["avro.syntax"], "{end}");
    }
    assert_eq!(avro_findings(&[&body[..], &[0]].concat()), ["avro.syntax"]);
    // A block that tells its size (two bytes for one entry): "" is null.
    assert_eq!(avro_findings(&[1, 4, 0, 0, 0, 2]).last().map(String::as_str), Some("type.required /type"));
    assert_eq!(avro_findings(&[1, 6, 0, 0, 0, 2]), ["avro.syntax"], "a size that lies");
    assert_eq!(avro_findings(&[0, 14]), ["avro.syntax"], "a branch that does not exist");
    // An array in an array in an array: 10,000 times {"l": [.
    let deep = [&[0, 8][..], &[2, 2, 2, b'l', 6].repeat(10_000)].concat();
    assert_eq!(avro_findings(&deep), ["json.depth"]);
}

#[test]
fn avro_data_nests_as_deep_as_json() {
    let mut event = avro([], no_data());
    event.pop();
    // An array, then so many times {"l": [, all closed again.
    let nested = |turns: usize| {
        [&event[..], &[8], &[2, 2, 2, b'l', 6].repeat(turns), &[0], &[0, 0].repeat(turns)].concat()
    };
    assert_eq!(avro_findings(&nested(63)), Vec::<String>::new(), "127 levels");
    assert_eq!(avro_findings(&nested(64)), ["json.depth"], "129 levels");
}

const PROTO: &str = r#"syntax = "proto3"; package io.cloudevents.v1;
  import "google/protobuf/any.proto"; import "google/protobuf/timestamp.proto";
  message CloudEvent {
    string id = 1; string source = 2; string spec_version = 3; string type = 4;
    map<string, CloudEventAttributeValue> attributes = 5;
    oneof data { bytes binary_data = 6; string text_data = 7; google.protobuf.Any proto_data = 8; }
    message CloudEventAttributeValue { oneof attr {
      bool ce_boolean = 1; int32 ce_integer = 2; string ce_string = 3; bytes ce_bytes = 4;
      string ce_uri = 5; string ce_uri_ref = 6; google.protobuf.Timestamp ce_timestamp = 7; } } }
  message CloudEventBatch { repeated CloudEvent events = 1; }
  message Sale { string item = 1; }"#;

struct Files;

impl protox::file::FileResolver for Files {
    fn open_file(&self, name: &str) -> Result<protox::file::File, protox::Error> {
        if name == "cloudevents.proto" {
            return protox::file::File::from_source(name, PROTO);
        }
        protox::file::GoogleFileResolver::new().open_file(name)
    }
}

/// Encodes a message of [`PROTO`] from its JSON mapping.
fn protobuf(message: &str, json: &str) -> Vec<u8> {
    let mut compiler = protox::Compiler::with_file_resolver(Files);
    compiler.include_imports(true).open_file("cloudevents.proto").expect("compiles");
    let pool = DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice()).expect("a set");
    let descriptor = pool.get_message_by_name(&format!("io.cloudevents.v1.{message}")).expect("a message");
    let mut json = serde_json::Deserializer::from_str(json);
    DynamicMessage::deserialize(descriptor, &mut json).expect("fits").encode_to_vec()
}

fn proto_event(members: &str) -> Vec<u8> {
    let required = r#""id":"1","source":"urn:shop","specVersion":"1.0","type":"shop.sold.v1""#;
    let comma = if members.is_empty() { "" } else { "," };
    protobuf("CloudEvent", &format!("{{{required}{comma}{members}}}"))
}

fn proto_findings(body: &[u8]) -> Vec<String> {
    all_findings(&read_protobuf(body, &EventOptions::default()))
}

#[test]
fn protobuf_attributes_have_types() {
    let body = proto_event(
        r#""attributes":{"b":{"ceBoolean":true},"n":{"ceInteger":-7},"s":{"ceString":"é"},"x":{"ceBytes":"AP8="},
          "u":{"ceUri":"urn:x"},"r":{"ceUriRef":"/x"},"t":{"ceTimestamp":"2031-01-31T10:00:00.5Z"},
          "time":{"ceTimestamp":"2031-01-31T10:00:00Z"},"unset":{}},"textData":"hello""#,
    );
    let fields = [("content-type", &b"application/cloudevents+protobuf"[..])];
    let reading = single(read_http(&fields, &body, &EventOptions::default()));
    assert_eq!(reading.report, Report::default());
    let event = reading.event;
    assert_eq!(event.find_text("specversion"), Some("1.0"));
    assert_eq!(event.find("b"), Some(&AttributeValue::Boolean(true)));
    assert_eq!(event.find("n"), Some(&AttributeValue::Integer(-7)));
    assert_eq!(event.find("x").map(AttributeValue::to_text).as_deref(), Some("AP8="));
    for (name, value) in [
        ("s", "é"),
        ("u", "urn:x"),
        ("r", "/x"),
        ("t", "2031-01-31T10:00:00.500000000Z"),
        ("time", "2031-01-31T10:00:00Z"),
    ] {
        assert_eq!(event.find_text(name), Some(value));
    }
    assert_eq!(event.find("unset"), None);
    assert_eq!(event.data, Data::Text("hello".into()));
}

#[test]
fn protobuf_attributes_are_judged_like_others() {
    for (members, expected) in [
        (r#""attributes":{"subject":{"ceInteger":1}}"#, vec!["subject.type /subject"]),
        (r#""attributes":{"subject":{"ceTimestamp":"2031-01-31T10:00:00Z"}}"#, vec!["subject.type /subject"]),
        (r#""attributes":{"subject":{"ceUri":"urn:x"}}"#, vec!["subject.type /subject"]),
        (
            r#""attributes":{"datacontenttype":{"ceUriRef":"text/xml"}}"#,
            vec!["datacontenttype.type /datacontenttype"],
        ),
        (r#""attributes":{"dataschema":{"ceUri":"urn:x"}}"#, vec![]),
        (r#""attributes":{"time":{"ceUri":"2031-01-31T10:00:00Z"}}"#, vec!["time.type /time"]),
        (r#""attributes":{"time":{"ceUriRef":"2031-01-31T10:00:00Z"}}"#, vec!["time.type /time"]),
        (r#""attributes":{"time":{"ceString":"now"}}"#, vec!["time.rfc3339 /time"]),
        (r#""attributes":{"time":{"ceBoolean":true}}"#, vec!["time.type /time"]),
        (r#""attributes":{"id":{"ceString":"1"}}"#, vec!["json.duplicate-member /id"]),
        (r#""attributes":{"data":{"ceString":"1"}}"#, vec!["ext.reserved /data"]),
        (r#""attributes":{"":{"ceString":"1"}}"#, vec!["ext.name /"]),
        (
            r#""attributes":{"datacontenttype":{"ceString":"a/json"}},"binaryData":"ew==""#,
            vec!["data.json-syntax"],
        ),
        (r#""attributes":{"datacontenttype":{"ceString":"a/json"}},"textData":"{}""#, vec![]),
        (
            r#""attributes":{"dataschema":{"ceString":"host/x.Y"}},"textData":"{}""#,
            vec!["dataschema.uri /dataschema"],
        ),
    ] {
        assert_eq!(proto_findings(&proto_event(members)), expected, "{members}");
    }
    let empty = [
        "id.required /id",
        "source.required /source",
        "specversion.required /specversion",
        "type.required /type",
    ];
    assert_eq!(proto_findings(b""), empty);
    assert_eq!(proto_findings(b"\x0a\0\x12\0\x1a\0\x22\0"), empty, "empty and missing are the same");
    let twice = [proto_event(""), b"\x0a\x011".to_vec()].concat();
    assert_eq!(proto_findings(&twice), ["json.duplicate-member /id"]);
    let two_kinds = [proto_event(r#""textData":"x""#), b"\x32\x01x".to_vec()].concat();
    assert_eq!(proto_findings(&two_kinds), ["data.exclusive /data"]);
    // ce_timestamp with 2^62 seconds.
    let far = [&b"\x2a\x14\x0a\x04time\x12\x0c\x3a\x0a\x08\x80\x80\x80\x80\x80\x80\x80\x80\x40"[..]].concat();
    let body = [proto_event(""), far].concat();
    assert_eq!(proto_findings(&body), ["time.rfc3339 /time"]);
}

#[test]
fn a_packed_message_names_its_type() {
    let members = |schema: &str| {
        format!(
            r#""attributes":{{"dataschema":{{"ceUri":"{schema}"}}}},
              "protoData":{{"@type":"type.googleapis.com/io.cloudevents.v1.Sale","item":"x"}}"#
        )
    };
    let type_url = "type.googleapis.com/io.cloudevents.v1.Sale";
    let body = proto_event(&members(type_url));
    let reading = single(read_protobuf(&body, &EventOptions::default()));
    assert_eq!(reading.event.find_text("dataschema"), Some(type_url));
    let bytes = b"\x0a\x01x"[..].into();
    assert_eq!(reading.event.data, Data::Message { type_url: type_url.into(), bytes });
    let [finding] = &reading.report.findings[..] else { panic!("{:?}", reading.report) };
    let found = (finding.rule.as_str(), finding.pointer.as_str(), finding.severity);
    assert_eq!(found, ("dataschema.uri", "/dataschema", Severity::Warning));
    // Another type than that of the message is no word for it.
    let other = "type.googleapis.com/io.cloudevents.v1.Other";
    assert_eq!(proto_findings(&proto_event(&members(other))), ["dataschema.uri /dataschema"]);
    let mut off = EventOptions::default();
    off.overrides.set("dataschema.uri", RuleSetting::Off).expect("a rule");
    assert_eq!(single(read_protobuf(&body, &off)).report, Report::default());
    assert_eq!(proto_findings(&proto_event(&members("urn:x"))), Vec::<String>::new());
    assert_eq!(proto_findings(&proto_event(&members("a b"))), ["dataschema.uri /dataschema"]);
}

#[test]
fn protobuf_is_read_strictly_but_not_closed() {
    let body = proto_event(r#""textData":"hello""#);
    // Unknown: a varint, bytes, both fixed widths, a group in a group.
    let unknown = b"\x78\x01\x7a\x01x\x7d....\x79........\x7b\x7b\x78\x01\x7c\x7c";
    assert_eq!(proto_findings(&[&body[..], unknown].concat()), Vec::<String>::new());
    for (about, tail) in [
        ("cut", &b"\x0a\x05x"[..]),
        ("another wire type", b"\x08\x01"),
        ("field number 0", b"\x02\0"),
        ("an end of no group", b"\x7c"),
        ("an open group", b"\x7b\x7b\x7c"),
        ("wire type 7", b"\x7f"),
        ("text that is not UTF-8", b"\x3a\x01\xff"),
        ("an attribute that is cut", b"\x2a\x02\x0a\x05"),
    ] {
        assert_eq!(proto_findings(&[&body[..], tail].concat()), ["protobuf.syntax"], "{about}");
    }
    let groups = [&body[..], &b"\x7b".repeat(100_000), &b"\x7c".repeat(100_000)].concat();
    assert_eq!(proto_findings(&groups), ["size.64k"], "nothing recurses");
}

#[test]
fn protobuf_batches_hold_events() {
    let event = r#"{"id":"1","source":"urn:shop","specVersion":"1.0","type":"t"}"#;
    let body = protobuf("CloudEventBatch", &format!(r#"{{"events":[{event},{{}},{event}]}}"#));
    let fields = [("content-type", &b"application/cloudevents-batch+protobuf"[..])];
    let expected = [
        "batch.duplicate-id /2/id",
        "id.required /1/id",
        "source.required /1/source",
        "specversion.required /1/specversion",
        "type.required /1/type",
    ];
    assert_eq!(all_findings(&read_http(&fields, &body, &EventOptions::default())), expected);
    let broken = [&body[..], b"\x0a\x01\x07"].concat();
    let found = all_findings(&read_protobuf_batch(&broken, &EventOptions::default()));
    assert_eq!(found.last().map(String::as_str), Some("protobuf.syntax /3"));
    assert_eq!(all_findings(&read_protobuf_batch(b"\x0a", &EventOptions::default())), ["protobuf.syntax"]);
    assert_eq!(all_findings(&read_protobuf_batch(b"", &EventOptions::default())), Vec::<String>::new());
}
