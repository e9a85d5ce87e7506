//! What is sent: one order of about half a kilobyte in each form, and the schemas it keeps.

use serde_json::{Value, json};

/// One kind of request.
pub struct Kind {
    pub name: &'static str,
    pub subject: &'static str,
    /// Body of the registration.
    pub registration: Value,
    pub path: String,
    pub content_type: &'static str,
    pub body: Vec<u8>,
}

/// The type of the events and the subject of their schema.
pub const EVENT_TYPE: &str = "com.example.orders.placed.v1";

const AVRO: &str = r#"{"type":"record","name":"Order","namespace":"com.example.shop","fields":[
  {"name":"id","type":"string"},{"name":"customer","type":"string"},{"name":"createdAt","type":"long"},
  {"name":"state","type":{"type":"enum","name":"State","symbols":["OPEN","PAID","SHIPPED"]}},
  {"name":"total","type":"double"},{"name":"gift","type":"boolean"},
  {"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","fields":[
    {"name":"sku","type":"string"},{"name":"quantity","type":"int"},{"name":"note","type":["null","string"]}]}}},
  {"name":"tags","type":{"type":"map","values":"string"}}]}"#;

const PROTOBUF: &str = r#"syntax = "proto3"; package shop;
message Order { string id = 1; string customer = 2; int64 created_at = 3; State state = 4; double total = 5;
  bool gift = 6; repeated Line lines = 7; map<string, string> tags = 8; }
message Line { string sku = 1; int32 quantity = 2; string note = 3; }
enum State { OPEN = 0; PAID = 1; SHIPPED = 2; }"#;

const JSON: &str = r#"{"type":"object","required":["orderId","items","totalCents","currency"],"properties":{
  "orderId":{"type":"string","minLength":1,"maxLength":64},
  "customer":{"type":"object","required":["id"],"properties":{"id":{"type":"string"},"country":{"type":"string"}}},
  "items":{"type":"array","minItems":1,"items":{"type":"object","required":["sku","quantity","unitPriceCents"],
    "properties":{"sku":{"type":"string"},"quantity":{"type":"integer","minimum":1},
      "unitPriceCents":{"type":"integer","minimum":0}},"additionalProperties":false}},
  "totalCents":{"type":"integer","minimum":0},"currency":{"type":"string","pattern":"^[A-Z]{3}$"},
  "note":{"type":["string","null"]},"placedAt":{"type":"string"}},"additionalProperties":false}"#;

/// The data of an event; `number` makes it one of many.
fn order(number: usize) -> String {
    format!(
        r#"{{"orderId":"01HRB6ZQX9N7K8M2J4F5{number:06}","customer":{{"id":"c-77","country":"DE"}},"items":[{{"sku":"A-1","quantity":2,"unitPriceCents":1999}},{{"sku":"B-9","quantity":1,"unitPriceCents":450}}],"totalCents":4448,"currency":"EUR","note":"leave at the \"back\" door","placedAt":"2031-05-12T14:22:31.412Z"}}"#
    )
}

/// One event on one line.
pub fn event(number: usize) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"01HRB6ZQX9N7K8M2J4{number:08}","source":"https://shop.example.com/orders","type":"{EVENT_TYPE}","time":"2031-05-12T14:22:31.412Z","datacontenttype":"application/json","data":{}}}"#,
        order(number)
    )
}

/// Schema of the data of events.
pub fn json_schema() -> &'static str {
    JSON
}

/// Everything that is sent alone.
pub fn all() -> Vec<Kind> {
    let by_version = |subject: &str| format!("/v1/subjects/{subject}/versions/latest/validate");
    let registration = |kind: &str, schema: &str| json!({ "schemaType": kind, "schema": schema });
    vec![
        Kind {
            name: "Avro, binary",
            subject: "avro",
            registration: registration("AVRO", AVRO),
            path: by_version("avro"),
            content_type: "avro/binary",
            body: avro_order(),
        },
        Kind {
            name: "Protobuf, binary",
            subject: "protobuf",
            registration: registration("PROTOBUF", PROTOBUF),
            path: by_version("protobuf"),
            content_type: "application/x-protobuf",
            body: protobuf_order(),
        },
        Kind {
            name: "JSON",
            subject: "json",
            registration: registration("JSON", JSON),
            path: by_version("json"),
            content_type: "application/json",
            body: order(1).into_bytes(),
        },
        Kind {
            name: "CloudEvent, structured",
            subject: EVENT_TYPE,
            registration: registration("JSON", JSON),
            path: "/v1/validate".to_owned(),
            content_type: "application/cloudevents+json",
            body: event(1).into_bytes(),
        },
    ]
}

const LINES: usize = 10;

fn avro_order() -> Vec<u8> {
    fn long(value: u64, out: &mut Vec<u8>) {
        varint(value << 1, out);
    }
    fn string(text: &str, out: &mut Vec<u8>) {
        long(text.len() as u64, out);
        out.extend(text.as_bytes());
    }
    let mut out = Vec::new();
    string("01HRB6ZQX9N7K8M2J4F5G6H8YT", &mut out);
    string("Käthe Kollwitz", &mut out);
    long(1_760_000_000_000, &mut out);
    long(1, &mut out);
    out.extend(129.95_f64.to_le_bytes());
    out.push(1);
    long(LINES as u64, &mut out);
    for line in 0..LINES {
        string(&format!("SKU-000{line}-ABCDEF"), &mut out);
        long(line as u64 + 1, &mut out);
        long(1, &mut out);
        string("please wrap it well", &mut out);
    }
    out.push(0);
    long(2, &mut out);
    for text in ["channel", "web", "campaign", "spring sale"] {
        string(text, &mut out);
    }
    out.push(0);
    out
}

fn protobuf_order() -> Vec<u8> {
    fn string(field: u64, bytes: &[u8], out: &mut Vec<u8>) {
        varint(field << 3 | 2, out);
        varint(bytes.len() as u64, out);
        out.extend(bytes);
    }
    fn number(field: u64, value: u64, out: &mut Vec<u8>) {
        varint(field << 3, out);
        varint(value, out);
    }
    let mut out = Vec::new();
    string(1, b"01HRB6ZQX9N7K8M2J4F5G6H8YT", &mut out);
    string(2, "Käthe Kollwitz".as_bytes(), &mut out);
    number(3, 1_760_000_000_000, &mut out);
    number(4, 1, &mut out);
    varint(5 << 3 | 1, &mut out);
    out.extend(129.95_f64.to_le_bytes());
    number(6, 1, &mut out);
    for line in 0..LINES {
        let mut item = Vec::new();
        string(1, format!("SKU-000{line}-ABCDEF").as_bytes(), &mut item);
        number(2, line as u64 + 1, &mut item);
        string(3, b"please wrap it well", &mut item);
        string(7, &item, &mut out);
    }
    for (key, value) in [("channel", "web"), ("campaign", "spring sale")] {
        let mut entry = Vec::new();
        string(1, key.as_bytes(), &mut entry);
        string(2, value.as_bytes(), &mut entry);
        string(8, &entry, &mut out);
    }
    out
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
