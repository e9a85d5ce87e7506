//! The Avro walker beside `serde_avro_fast`, on the order of the engine's own bench, in turns in one process.
//!
//! That library is asked for two things: to skip a datum (`IgnoredAny`), where it looks at little of it, and to read it
//! into a struct that borrows its texts.

#![expect(clippy::unwrap_used, reason = "a benchmark that fails has no figure")]

#[path = "../../../crates/engine/benches/order/mod.rs"]
mod order;

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use chancery_engine::avro::AvroSchema;
use chancery_engine::violation::PayloadOptions;
use chancery_engine::{Limits, Source, Strictness};
use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "reading is what is measured")]
struct Order<'a> {
    id: &'a str,
    customer: &'a str,
    created_at: i64,
    state: State,
    total: f64,
    gift: bool,
    #[serde(borrow)]
    address: Address<'a>,
    lines: Vec<Line<'a>>,
    tags: HashMap<&'a str, &'a str>,
    revision: i32,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum State {
    Open,
    Paid,
    Shipped,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "reading is what is measured")]
struct Address<'a> {
    street: &'a str,
    city: &'a str,
    zip: Option<&'a str>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "reading is what is measured")]
struct Line<'a> {
    sku: &'a str,
    quantity: i32,
    price: f64,
    note: Option<&'a str>,
}

fn main() {
    let source = Source::bare(order::SCHEMA);
    let schema = AvroSchema::parse(&source, Strictness::New, &Limits::default()).unwrap();
    let (validator, options) = (schema.validator().unwrap(), PayloadOptions::default());
    let other: serde_avro_fast::Schema = order::SCHEMA.parse().unwrap();
    let datum = order::datum();
    serde_avro_fast::from_datum_slice::<Order<'_>>(&datum, &other).unwrap();
    let turns: [(&str, &dyn Fn() -> bool); 4] = [
        ("walker", &|| validator.validate(black_box(&datum), &options).findings.is_empty()),
        ("by hand", &|| order::by_hand::is_order(black_box(&datum))),
        ("serde_avro_fast, skipped", &|| {
            serde_avro_fast::from_datum_slice::<IgnoredAny>(black_box(&datum), &other).is_ok()
        }),
        ("serde_avro_fast, into a struct", &|| {
            serde_avro_fast::from_datum_slice::<Order<'_>>(black_box(&datum), &other).is_ok()
        }),
    ];
    let mut best = [Duration::MAX; 4];
    for _ in 0..200 {
        for (best, (name, read)) in best.iter_mut().zip(turns) {
            let start = Instant::now();
            for _ in 0..1_000 {
                assert!(read(), "{name}");
            }
            *best = start.elapsed().min(*best);
        }
    }
    for (time, (name, _)) in best.iter().zip(turns) {
        let (nanoseconds, ratio) = (time.as_secs_f64() * 1e6, time.as_secs_f64() / best[0].as_secs_f64());
        println!("{name}: {nanoseconds:.0} ns, {ratio:.2} times as long as the walker");
    }
}
