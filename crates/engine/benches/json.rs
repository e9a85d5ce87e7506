//! JSON Schema: parse, canonical text, containment, and how they grow with the schema. Comparisons: `--bench comparison`.
//!
//! Prints medians. Time for each kilobyte should stay level from one size to the next: a rising column is
//! a step that is worse than linear. `cargo bench -p chancery-engine --bench json`

#[allow(dead_code, reason = "the texts are shared with the bench of comparisons")]
#[path = "comparison/schemas.rs"]
mod schemas;

use std::hint::black_box;
use std::time::{Duration, Instant};

use chancery_engine::json::{JsonSchema, sound};
use chancery_engine::{Limits, Source, Strictness};

const ROUNDS: usize = 11;

fn parse(text: &str) -> JsonSchema {
    JsonSchema::parse(&Source::bare(text), Strictness::New, &Limits::default()).expect("the schema is valid")
}

fn median(mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[ROUNDS / 2]
}

fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1_000.0
}

fn main() {
    println!(
        "{:>8} {:>12} {:>12} {:>12}  (microseconds; per KB)",
        "bytes", "parse", "canonical", "normalized"
    );
    let [_, _, (_, _, _, _, schema)] = schemas::FAMILIES;
    for definitions in [2, 16, 128, 1024] {
        let text = schema(definitions, 0);
        let old = parse(&text);
        let kilobytes = text.len() as f64 / 1024.0;
        let columns = [
            median(|| drop(black_box(parse(&text)))),
            median(|| drop(black_box(old.canonical()))),
            median(|| drop(black_box(old.normalized()))),
        ];
        print!("{:>8}", text.len());
        for column in columns {
            print!(" {:>6.0} {:>5.1}", micros(column), micros(column) / kilobytes);
        }
        println!();
    }
    let (old, new) = (parse(&schema(2, 0)), parse(&schema(2, 1)));
    let time = median(|| drop(black_box(sound::contains(&new, &old))));
    println!("containment of 1 KB schemas: {:.2} ms", micros(time) / 1_000.0);
}
