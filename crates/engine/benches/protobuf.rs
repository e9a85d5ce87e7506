//! Protobuf schemas: parse, print, normalize, compare; growth with the size of the file and the history.

use std::fmt::Write;
use std::hint::black_box;

use chancery_engine::difference::CompareOptions;
use chancery_engine::protobuf::ProtobufSchema;
use chancery_engine::{Limits, Source, Strictness};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// A file of messages that use each other; a later version has one field more in every message.
fn file(messages: usize, version: usize) -> String {
    let mut text = "syntax = \"proto3\";\npackage shop.orders.v1;\n".to_owned();
    for message in 0..messages {
        let _ = write!(
            text,
            "message Order{message} {{ string id = 1; int64 amount = 2 [deprecated = true]; repeated Line lines = 3; \
             map<string, Order{}> linked = 4; oneof how {{ string card = 5; bytes token = 6; }} \
             message Line {{ string sku = 1; uint32 count = 2; }} enum State {{ OPEN = 0; PAID = 1; }} State state = 7;",
            (message + 1) % messages
        );
        for field in 0..version {
            let _ = write!(text, "string note{field} = {};", 100 + field);
        }
        text.push_str("}\n");
    }
    text
}

fn schema(text: &str) -> ProtobufSchema {
    ProtobufSchema::parse(&Source::bare(text), Strictness::New, &Limits::default()).expect("the text parses")
}

fn sizes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("protobuf");
    group.sample_size(20);
    for messages in [1, 50, 200, 800] {
        let text = file(messages, 1);
        let (old, new) = (schema(&text), schema(&file(messages, 2)));
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::new("parse", messages), &text, |bencher, text| {
            bencher.iter(|| schema(black_box(text)));
        });
        group.bench_with_input(BenchmarkId::new("canonical", messages), &old, |bencher, schema| {
            bencher.iter(|| schema.canonical());
        });
        group.bench_with_input(BenchmarkId::new("normalized", messages), &old, |bencher, schema| {
            bencher.iter(|| schema.normalized());
        });
        group.bench_function(BenchmarkId::new("compare", messages), |bencher| {
            bencher.iter(|| ProtobufSchema::compare(&new, &old, &CompareOptions::default()));
        });
    }
    group.finish();
}

fn history(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("protobuf-history");
    group.sample_size(10);
    let versions: Vec<ProtobufSchema> = (0..50).map(|version| schema(&file(200, version))).collect();
    let candidate = schema(&file(200, 50));
    group.bench_function("200 messages against 50 versions", |bencher| {
        bencher.iter(|| {
            for earlier in &versions {
                black_box(ProtobufSchema::compare(&candidate, earlier, &CompareOptions::default()));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, sizes, history);
criterion_main!(benches);
