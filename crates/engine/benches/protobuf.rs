//! Protobuf schemas: parse, print, normalize, and how they grow with the file. Comparisons: `--bench comparison`.

#[allow(dead_code, reason = "the texts are shared with the bench of comparisons")]
#[path = "comparison/schemas.rs"]
mod schemas;

use std::hint::black_box;

use chancery_engine::protobuf::ProtobufSchema;
use chancery_engine::{Limits, Source, Strictness};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

fn schema(text: &str) -> ProtobufSchema {
    ProtobufSchema::parse(&Source::bare(text), Strictness::New, &Limits::default()).expect("the text parses")
}

fn sizes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("protobuf");
    group.sample_size(20);
    let [_, (_, _, _, _, texts), _] = schemas::FAMILIES;
    for messages in [1, 50, 200, 800] {
        let text = texts(messages, 1);
        let old = schema(&text);
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
    }
    group.finish();
}

criterion_group!(benches, sizes);
criterion_main!(benches);
