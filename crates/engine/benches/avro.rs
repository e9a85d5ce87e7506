//! Speed of Avro: parse, canonical text, and payloads. Comparisons: `--bench comparison`.
//!
//! `cargo bench -p chancery-engine --bench avro`. The last lines compare the payload walker with decoding by
//! `apache-avro` and with a walker written by hand for the one schema, in one process and in turns, so that
//! the ratio holds on a busy machine too.

#[allow(dead_code, reason = "the texts are shared with the bench of comparisons")]
#[path = "comparison/schemas.rs"]
mod schemas;

use std::hint::black_box;
use std::time::{Duration, Instant};

use apache_avro::reader::datum::GenericDatumReader;
use chancery_engine::avro::AvroSchema;
use chancery_engine::violation::PayloadOptions;
use chancery_engine::{Limits, Source, Strictness};
use criterion::{Criterion, criterion_group, criterion_main};

const ORDER: &str = r#"{"type":"record","name":"Order","namespace":"com.example.shop","fields":[
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

fn avro(text: &str) -> AvroSchema {
    AvroSchema::parse(&Source::bare(text), Strictness::New, &Limits::default()).expect("a valid schema")
}

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
fn order() -> Vec<u8> {
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

/// What a program written for the one schema would do.
mod by_hand {
    fn varint(rest: &mut &[u8]) -> Option<i64> {
        let mut value = 0u64;
        for position in 0..10 {
            let (byte, tail) = rest.split_first()?;
            *rest = tail;
            if position == 9 && *byte > 1 {
                return None;
            }
            value |= u64::from(byte & 0x7f) << (7 * position);
            if *byte < 0x80 {
                return Some((value >> 1) as i64 ^ -((value & 1) as i64));
            }
        }
        None
    }

    fn take(rest: &mut &[u8], size: usize) -> Option<()> {
        *rest = rest.get(size..)?;
        Some(())
    }

    fn text(rest: &mut &[u8]) -> Option<()> {
        let size = usize::try_from(varint(rest)?).ok()?;
        let (text, tail) = rest.split_at_checked(size)?;
        *rest = tail;
        std::str::from_utf8(text).ok().map(drop)
    }

    fn below(rest: &mut &[u8], count: i64) -> Option<i64> {
        varint(rest).filter(|index| (0..count).contains(index))
    }

    fn int(rest: &mut &[u8]) -> Option<i32> {
        i32::try_from(varint(rest)?).ok()
    }

    fn optional_text(rest: &mut &[u8]) -> Option<()> {
        if below(rest, 2)? == 1 { text(rest) } else { Some(()) }
    }

    fn blocks(rest: &mut &[u8], item: fn(&mut &[u8]) -> Option<()>) -> Option<()> {
        loop {
            let count = varint(rest)?;
            if count == 0 {
                return Some(());
            }
            if count < 0 {
                varint(rest)?;
            }
            for _ in 0..count.unsigned_abs() {
                item(rest)?;
            }
        }
    }

    fn line(rest: &mut &[u8]) -> Option<()> {
        text(rest)?;
        int(rest)?;
        take(rest, 8)?;
        optional_text(rest)
    }

    fn tag(rest: &mut &[u8]) -> Option<()> {
        text(rest)?;
        text(rest)
    }

    pub fn is_order(payload: &[u8]) -> bool {
        let walk = |rest: &mut &[u8]| -> Option<()> {
            text(rest)?;
            text(rest)?;
            varint(rest)?;
            below(rest, 3)?;
            take(rest, 8)?;
            let (gift, tail) = rest.split_first()?;
            *rest = tail;
            if *gift > 1 {
                return None;
            }
            text(rest)?;
            text(rest)?;
            optional_text(rest)?;
            blocks(rest, line)?;
            blocks(rest, tag)?;
            int(rest).map(drop)
        };
        let mut rest = payload;
        walk(&mut rest).is_some() && rest.is_empty()
    }
}

fn texts(criterion: &mut Criterion) {
    let [(_, _, fields, _, texts), ..] = schemas::FAMILIES;
    let wide = texts(fields, 0);
    println!("wide schema: {} bytes", wide.len());
    criterion.bench_function("avro/parse/order", |b| b.iter(|| avro(black_box(ORDER))));
    criterion.bench_function("avro/parse/wide", |b| b.iter(|| avro(black_box(&wide))));
    let parsed = avro(&wide);
    criterion.bench_function("avro/canonical/wide", |b| b.iter(|| black_box(&parsed).canonical()));
    criterion.bench_function("avro/normalized/wide", |b| b.iter(|| black_box(&parsed).normalized()));
}

fn payloads(criterion: &mut Criterion) {
    let validator = avro(ORDER).validator().expect("every schema can be walked");
    let other = apache_avro::Schema::parse_str(ORDER).expect("a valid schema");
    let decoder = GenericDatumReader::builder(&other).build().expect("no references");
    let options = PayloadOptions::default();
    let payload = order();
    assert!(validator.validate(&payload, &options).findings.is_empty() && by_hand::is_order(&payload));
    println!("order: {} bytes", payload.len());
    criterion.bench_function("avro/payload/walker", |b| {
        b.iter(|| validator.validate(black_box(&payload), &options).findings.is_empty());
    });
    criterion.bench_function("avro/payload/by_hand", |b| b.iter(|| by_hand::is_order(black_box(&payload))));
    criterion.bench_function("avro/payload/apache_avro", |b| {
        b.iter(|| decoder.read_value(&mut black_box(payload.as_slice())).is_ok());
    });
    ratios(
        &|| validator.validate(black_box(&payload), &options).findings.is_empty(),
        &|| by_hand::is_order(black_box(&payload)),
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
