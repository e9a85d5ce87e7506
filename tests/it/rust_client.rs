//! A real client, unchanged: the crate `schema_registry_converter` registers, fetches, encodes and decodes all
//! three formats against the started server.

use apache_avro::types::Value as AvroValue;
use schema_registry_converter::async_impl::avro::{AvroDecoder, AvroEncoder};
use schema_registry_converter::async_impl::json::{JsonDecoder, JsonEncoder};
use schema_registry_converter::async_impl::proto_raw::{ProtoRawDecoder, ProtoRawEncoder};
use schema_registry_converter::async_impl::schema_registry::{SrSettings, get_schema_by_id, post_schema};
use schema_registry_converter::schema_registry_common::{
    SchemaType, SubjectNameStrategy, SuppliedReference, SuppliedSchema,
};
use serde_json::json;
use tempfile::{TempDir, tempdir};

use crate::serve::Server;

struct Started {
    server: Server,
    _folder: TempDir,
}

impl Started {
    fn new() -> Self {
        let folder = tempdir().unwrap();
        Self { server: Server::start(folder.path()), _folder: folder }
    }

    fn settings(&self) -> SrSettings {
        SrSettings::new_builder(self.server.url.clone()).no_proxy().build().unwrap()
    }
}

fn supplied(schema_type: SchemaType, schema: &str, references: Vec<SuppliedReference>) -> SuppliedSchema {
    let name = Some("com.example.Order".to_owned());
    SuppliedSchema::new(name, schema_type, schema.to_owned()).with_references(references)
}

fn of_topic(topic: &str, schema: SuppliedSchema) -> SubjectNameStrategy {
    SubjectNameStrategy::TopicNameStrategyWithSchema(topic.to_owned(), false, schema)
}

const ORDER: &str = r#"{"type":"record","name":"Order","namespace":"com.example",
    "fields":[{"name":"id","type":"long"},{"name":"note","type":"string"}]}"#;

#[tokio::test]
async fn schemas_are_posted_and_fetched() {
    let started = Started::new();
    let settings = started.settings();
    let schema = supplied(SchemaType::Avro, ORDER, Vec::new());
    let posted = post_schema(&settings, "orders-value".to_owned(), schema.clone()).await.unwrap();
    let again = post_schema(&settings, "orders-value".to_owned(), schema).await.unwrap();
    assert_eq!(posted.id, again.id);
    let fetched = get_schema_by_id(posted.id, &settings).await.unwrap();
    // The client keeps the text it posted; the registry answers the canonical one.
    assert_eq!(fetched.schema, ORDER.replace(['\n', ' '], ""));
}

#[tokio::test]
async fn avro_is_encoded_and_decoded() {
    let started = Started::new();
    let encoder = AvroEncoder::new(started.settings());
    let strategy = of_topic("orders", supplied(SchemaType::Avro, ORDER, Vec::new()));
    let values = vec![("id", AvroValue::Long(7)), ("note", AvroValue::String("hi".to_owned()))];
    let bytes = encoder.encode(values, strategy).await.unwrap();
    assert_eq!(bytes[0], 0);
    let decoded = AvroDecoder::new(started.settings()).decode(Some(&bytes)).await.unwrap();
    let expected =
        vec![("id".to_owned(), AvroValue::Long(7)), ("note".to_owned(), AvroValue::String("hi".to_owned()))];
    assert_eq!(decoded.value, AvroValue::Record(expected));
}

#[tokio::test]
async fn avro_references_are_registered_and_followed() {
    let started = Started::new();
    let line = r#"{"type":"record","name":"Line","namespace":"com.example","fields":[{"name":"sku","type":"string"}]}"#;
    let order = r#"{"type":"record","name":"Order","namespace":"com.example",
        "fields":[{"name":"line","type":"Line"}]}"#;
    let reference = SuppliedReference::new("com.example.Line".to_owned(), "line".to_owned(), line.to_owned());
    let strategy = of_topic("lines", supplied(SchemaType::Avro, order, vec![reference]));
    let inner = AvroValue::Record(vec![("sku".to_owned(), AvroValue::String("a-1".to_owned()))]);
    let encoder = AvroEncoder::new(started.settings());
    let bytes = encoder.encode(vec![("line", inner.clone())], strategy).await.unwrap();
    let decoded = AvroDecoder::new(started.settings()).decode(Some(&bytes)).await.unwrap();
    assert_eq!(decoded.value, AvroValue::Record(vec![("line".to_owned(), inner)]));
}

#[tokio::test]
async fn json_is_encoded_and_decoded() {
    let started = Started::new();
    let schema = r#"{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"]}"#;
    let strategy = of_topic("json-orders", supplied(SchemaType::Json, schema, Vec::new()));
    let encoder = JsonEncoder::new(started.settings());
    let bytes = encoder.encode(&json!({"id": 7}), strategy.clone()).await.unwrap();
    let decoded = JsonDecoder::new(started.settings()).decode(Some(&bytes)).await.unwrap().unwrap();
    assert_eq!(decoded.value, json!({"id": 7}));
    assert!(encoder.encode(&json!({"id": "seven"}), strategy).await.is_err());
}

#[tokio::test]
async fn protobuf_is_encoded_and_decoded() {
    let started = Started::new();
    let schema = "syntax = \"proto3\";\npackage com.example;\nmessage First { int64 n = 1; }\nmessage Order { int64 id = 1; }";
    let strategy = of_topic("proto-orders", supplied(SchemaType::Protobuf, schema, Vec::new()));
    let encoder = ProtoRawEncoder::new(started.settings());
    let payload = [0x08, 0x07];
    let bytes = encoder.encode(&payload, "com.example.Order", strategy).await.unwrap();
    assert_eq!(bytes[5..7], [2, 2], "the second message of the file");
    let decoded = ProtoRawDecoder::new(started.settings()).decode(Some(&bytes)).await.unwrap().unwrap();
    assert_eq!(decoded.bytes, payload);
    assert_eq!(decoded.full_name.as_str(), "com.example.Order");
}
