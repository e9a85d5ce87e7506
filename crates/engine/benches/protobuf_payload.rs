//! Validating a Protobuf payload against decoding it: our walk and `prost-reflect`.
//!
//! `cargo bench -p chancery-engine --bench protobuf_payload`. The payload is an order of half a kilobyte:
//! three items, a map, a oneof, packed numbers, an enum, a timestamp. The last line is the ratio of the two.

use std::hint::black_box;
use std::time::{Duration, Instant};

use chancery_engine::format::Validator;
use chancery_engine::violation::{Outcome, PayloadOptions, ValidatorOptions};
use chancery_engine::{Limits, Schema, SchemaType, Source, Strictness};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};

const TEXT: &str = r#"
syntax = "proto3";
package shop;
import "google/protobuf/timestamp.proto";
message Order {
  string id = 1;
  string customer = 2;
  repeated Item items = 3;
  map<string, string> labels = 4;
  oneof payment { Card card = 5; string invoice = 6; }
  State state = 7;
  google.protobuf.Timestamp placed_at = 8;
  repeated int32 discounts = 9;
  double total = 10;
  Address billing = 11;
  Address shipping = 12;
  optional string note = 13;
  bool gift = 14;
  fixed64 trace = 15;
  sint64 balance = 16;
  bytes signature = 17;
}
message Item { string sku = 1; int32 quantity = 2; int64 cents = 3; string title = 4; repeated string tags = 5; }
message Card { string holder = 1; string last_digits = 2; int32 month = 3; int32 year = 4; }
message Address { string street = 1; string city = 2; string zip = 3; string country = 4; }
enum State { NEW = 0; PAID = 1; SENT = 2; }
"#;

const ORDER: &str = r#"{
  "id": "0190f3a2-7c41-7b5e-9d35-2f1c0a4be001", "customer": "customer-004711",
  "items": [
    {"sku": "A-100", "quantity": 2, "cents": 1999, "title": "Coffee beans, one pound", "tags": ["food", "fair"]},
    {"sku": "B-200", "quantity": 1, "cents": 24900, "title": "Grinder", "tags": ["kitchen"]},
    {"sku": "C-300", "quantity": 12, "cents": 450, "title": "Filter papers"}],
  "labels": {"channel": "web", "region": "eu-west", "campaign": "spring"},
  "card": {"holder": "Ada Example", "lastDigits": "4242", "month": 12, "year": 2031},
  "state": "PAID", "placedAt": "2026-05-12T14:22:31.125Z", "discounts": [5, 10, 150], "total": 342.98,
  "billing": {"street": "1 Example Street", "city": "Springfield", "zip": "12345", "country": "US"},
  "shipping": {"street": "22 Sample Avenue", "city": "Shelbyville", "zip": "54321", "country": "US"},
  "note": "leave it at the door", "gift": true, "trace": "1234567890123456789", "balance": "-4200",
  "signature": "3q2+796tvu/erb7v3q2+7w=="
}"#;

fn ours() -> Validator {
    let schema =
        Schema::parse(SchemaType::Protobuf, &Source::bare(TEXT), Strictness::New, &Limits::default());
    schema.and_then(|schema| schema.validator(&ValidatorOptions::default())).expect("a valid schema")
}

fn theirs() -> MessageDescriptor {
    use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};
    struct Text;
    impl FileResolver for Text {
        fn open_file(&self, name: &str) -> Result<File, protox::Error> {
            if name == "shop.proto" {
                File::from_source(name, TEXT)
            } else {
                Err(protox::Error::file_not_found(name))
            }
        }
    }
    let mut resolver = ChainFileResolver::new();
    resolver.add(Text);
    resolver.add(GoogleFileResolver::new());
    let mut compiler = protox::Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).open_file("shop.proto").expect("a valid schema");
    let pool: DescriptorPool = compiler.descriptor_pool();
    pool.get_message_by_name("shop.Order").expect("the order")
}

fn payload(descriptor: &MessageDescriptor) -> Vec<u8> {
    // JSON is YAML; `serde_json` with exact numbers shows them as maps to a reader that takes any value.
    let json = serde_norway::Deserializer::from_str(ORDER);
    DynamicMessage::deserialize(descriptor.clone(), json).expect("an order").encode_to_vec()
}

fn walk_and_decode(criterion: &mut Criterion) {
    let (validator, descriptor) = (ours(), theirs());
    let payload = payload(&descriptor);
    let options = PayloadOptions::default();
    assert_eq!(validator.validate(&payload, &options).outcome(), Outcome::Valid);
    let walk = || validator.validate(black_box(&payload), &options);
    let decode = || DynamicMessage::decode(descriptor.clone(), black_box(payload.as_slice()));

    let mut group = criterion.benchmark_group(format!("order of {} bytes", payload.len()));
    group.throughput(Throughput::Bytes(payload.len() as u64));
    group.bench_function("walk", |bencher| bencher.iter(walk));
    group.bench_function("prost-reflect decode", |bencher| bencher.iter(decode));
    group.finish();

    let (walking, decoding) = (time(|| drop(walk())), time(|| drop(decode())));
    let ratio = decoding.as_secs_f64() / walking.as_secs_f64();
    println!("walk {walking:?}, decode {decoding:?} a payload: {ratio:.1} times as fast");
}

/// Time of one call: the best of seven rounds.
fn time(call: impl Fn()) -> Duration {
    const CALLS: u32 = 20_000;
    let round = || {
        let start = Instant::now();
        (0..CALLS).for_each(|_| call());
        start.elapsed() / CALLS
    };
    (0..7).map(|_| round()).min().unwrap_or_default()
}

criterion_group!(benches, walk_and_decode);
criterion_main!(benches);
