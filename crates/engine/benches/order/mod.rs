//! An order in Avro: its schema, a datum, and a walker for nothing else.

pub mod by_hand;

/// The schema.
pub const SCHEMA: &str = r#"{"type":"record","name":"Order","namespace":"com.example.shop","fields":[
  {"name":"id","type":{"type":"string","logicalType":"uuid"}},
  {"name":"customer","type":"string"},
  {"name":"createdAt","type":{"type":"long","logicalType":"timestamp-millis"}},
  {"name":"state","type":{"type":"enum","name":"State","symbols":["OPEN","PAID","SHIPPED"]}},
  {"name":"total","type":"double"},
  {"name":"gift","type":"boolean"},
  {"name":"address","type":{"type":"record","name":"Address","fields":[
    {"name":"street","type":"string"},{"name":"city","type":"string"},{"name":"zip","type":["null","string"],"default":null}]}},
  {"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","fields":[
    {"name":"sku","type":"string"},{"name":"quantity","type":"int"},{"name":"price","type":"double"},
    {"name":"note","type":["null","string"],"default":null}]}}},
  {"name":"tags","type":{"type":"map","values":"string"}},
  {"name":"revision","type":"int"}]}"#;

fn long(value: i64, out: &mut Vec<u8>) {
    let mut left = ((value << 1) ^ (value >> 63)) as u64;
    while left >= 0x80 {
        out.push(left as u8 | 0x80);
        left >>= 7;
    }
    out.push(left as u8);
}

fn string(text: &str, out: &mut Vec<u8>) {
    long(text.len() as i64, out);
    out.extend(text.as_bytes());
}

/// One order of about 450 bytes.
pub fn datum() -> Vec<u8> {
    let mut out = Vec::new();
    string("5f0c7c5e-3f3b-4a3e-9a57-0d9d5a2f1b11", &mut out);
    string("Käthe Kollwitz", &mut out);
    long(1_760_000_000_000, &mut out);
    long(1, &mut out);
    out.extend(129.95_f64.to_le_bytes());
    out.push(1);
    string("Weißenburger Straße 25", &mut out);
    string("Berlin", &mut out);
    long(1, &mut out);
    string("10435", &mut out);
    long(7, &mut out);
    for n in 0..7 {
        string(&format!("SKU-000{n}-ABCDEF"), &mut out);
        long(n + 1, &mut out);
        out.extend(19.99_f64.to_le_bytes());
        long(n % 2, &mut out);
        if n % 2 == 1 {
            string("please wrap it well", &mut out);
        }
    }
    out.push(0);
    long(3, &mut out);
    for (key, value) in [("channel", "web"), ("campaign", "spring sale"), ("region", "eu-central")] {
        string(key, &mut out);
        string(value, &mut out);
    }
    out.push(0);
    long(3, &mut out);
    out
}
