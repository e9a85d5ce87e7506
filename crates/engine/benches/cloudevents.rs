//! Nanoseconds an event: reading and judging an envelope, without a schema.

use std::hint::black_box;

use chancery_engine::cloudevents::{EventOptions, Profile, read_http, read_json, read_json_batch};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const DATA: &str = r#"{"orderId":"9821","customer":{"id":"c-77","country":"DE"},"items":[
  {"sku":"A-1","quantity":2,"unitPriceCents":1999},{"sku":"B-9","quantity":1,"unitPriceCents":450}],
  "totalCents":4448,"currency":"EUR","note":"leave at the \"back\" door","placedAt":"2031-05-12T14:22:31.412Z"}"#;

fn envelope(id: usize) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"01HRB6ZQX9N7K8M2J4F5G6H8{id:02}","source":"https://shop.example.com/orders",
  "type":"com.example.orders.placed.v1","time":"2031-05-12T14:22:31.412Z","subject":"order/9821",
  "datacontenttype":"application/json","traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  "data":{DATA}}}"#
    )
}

fn binary_headers() -> Vec<(&'static str, &'static [u8])> {
    vec![
        ("host", b"events.example.com"),
        ("content-type", b"application/json"),
        ("ce-specversion", b"1.0"),
        ("ce-id", b"01HRB6ZQX9N7K8M2J4F5G6H8YT"),
        ("ce-source", b"https://shop.example.com/orders"),
        ("ce-type", b"com.example.orders.placed.v1"),
        ("ce-time", b"2031-05-12T14:22:31.412Z"),
        ("ce-subject", b"order/9821"),
        ("ce-traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ]
}

fn cloudevents(criterion: &mut Criterion) {
    let options = EventOptions::default();
    let structured = envelope(0);
    let mut group = criterion.benchmark_group("cloudevents");
    group.throughput(Throughput::Bytes(structured.len() as u64));
    group.bench_function("structured", |bencher| {
        bencher.iter(|| read_json(black_box(structured.as_bytes()), &options));
    });
    let envelope_only = EventOptions::with_profile(Profile::EnvelopeOnly);
    group.bench_function("structured, envelope only", |bencher| {
        bencher.iter(|| read_json(black_box(structured.as_bytes()), &envelope_only));
    });
    let headers = binary_headers();
    group.throughput(Throughput::Bytes(DATA.len() as u64));
    group.bench_function("binary", |bencher| {
        bencher.iter(|| read_http(black_box(&headers), black_box(DATA.as_bytes()), &options));
    });
    let batch = format!("[{}]", (0..100).map(envelope).collect::<Vec<_>>().join(","));
    group.throughput(Throughput::Elements(100));
    group.bench_function("batch of 100", |bencher| {
        bencher.iter(|| read_json_batch(black_box(batch.as_bytes()), &options));
    });
    group.finish();
}

criterion_group!(benches, cloudevents);
criterion_main!(benches);
