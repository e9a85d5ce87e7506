//! Speed of Avro: parse, canonical text, and payloads. Comparisons: `--bench comparison`.
//!
//! `cargo bench -p chancery-engine --bench avro`. The last lines compare the payload walker with decoding by
//! `apache-avro` and with a walker written by hand for the one schema, in one process and in turns, so that
//! the ratio holds on a busy machine too.

#[allow(dead_code, reason = "the texts are shared with the bench of comparisons")]
#[path = "comparison/schemas.rs"]
mod schemas;

mod order;

use std::hint::black_box;
use std::time::{Duration, Instant};

use apache_avro::reader::datum::GenericDatumReader;
use chancery_engine::avro::AvroSchema;
use chancery_engine::violation::PayloadOptions;
use chancery_engine::{Limits, Source, Strictness};
use criterion::{Criterion, criterion_group, criterion_main};

fn avro(text: &str) -> AvroSchema {
    AvroSchema::parse(&Source::bare(text), Strictness::New, &Limits::default()).expect("a valid schema")
}

fn texts(criterion: &mut Criterion) {
    let [(_, _, fields, _, texts), ..] = schemas::FAMILIES;
    let wide = texts(fields, 0);
    println!("wide schema: {} bytes", wide.len());
    criterion.bench_function("avro/parse/order", |b| b.iter(|| avro(black_box(order::SCHEMA))));
    criterion.bench_function("avro/parse/wide", |b| b.iter(|| avro(black_box(&wide))));
    let parsed = avro(&wide);
    criterion.bench_function("avro/canonical/wide", |b| b.iter(|| black_box(&parsed).canonical()));
    criterion.bench_function("avro/normalized/wide", |b| b.iter(|| black_box(&parsed).normalized()));
}

fn payloads(criterion: &mut Criterion) {
    let validator = avro(order::SCHEMA).validator().expect("every schema can be walked");
    let other = apache_avro::Schema::parse_str(order::SCHEMA).expect("a valid schema");
    let decoder = GenericDatumReader::builder(&other).build().expect("no references");
    let options = PayloadOptions::default();
    let payload = order::datum();
    assert!(validator.validate(&payload, &options).findings.is_empty() && order::by_hand::is_order(&payload));
    println!("order: {} bytes", payload.len());
    criterion.bench_function("avro/payload/walker", |b| {
        b.iter(|| validator.validate(black_box(&payload), &options).findings.is_empty());
    });
    criterion
        .bench_function("avro/payload/by_hand", |b| b.iter(|| order::by_hand::is_order(black_box(&payload))));
    criterion.bench_function("avro/payload/apache_avro", |b| {
        b.iter(|| decoder.read_value(&mut black_box(payload.as_slice())).is_ok());
    });
    ratios(
        &|| validator.validate(black_box(&payload), &options).findings.is_empty(),
        &|| order::by_hand::is_order(black_box(&payload)),
        &|| decoder.read_value(&mut black_box(payload.as_slice())).is_ok(),
    );
}

/// Prints the best of many short turns of each.
fn ratios(walker: &dyn Fn() -> bool, by_hand: &dyn Fn() -> bool, apache: &dyn Fn() -> bool) {
    let mut best = [Duration::MAX; 3];
    for _ in 0..200 {
        for (best, read) in best.iter_mut().zip([walker, by_hand, apache]) {
            let start = Instant::now();
            for _ in 0..1_000 {
                assert!(read());
            }
            *best = start.elapsed().min(*best);
        }
    }
    let [walker, by_hand, apache] = best.map(|time| time.as_secs_f64() * 1e6);
    println!(
        "an order: walker {walker:.0} ns, by hand {by_hand:.0} ns, apache-avro {apache:.0} ns; \
         the walker is {:.1} times as fast as apache-avro and takes {:.2} times as long as by hand",
        apache / walker,
        walker / by_hand
    );
}

criterion_group!(benches, texts, payloads);
criterion_main!(benches);
