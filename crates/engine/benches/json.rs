//! JSON Schema: parse, canonical text, compare, containment, and how they grow with the schema.
//!
//! Prints medians. Time for each kilobyte should stay level from one size to the next: a rising column is
//! a step that is worse than linear. `cargo bench -p chancery-engine --bench json`

use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

use chancery_engine::difference::CompareOptions;
use chancery_engine::json::{JsonSchema, sound};
use chancery_engine::{Limits, Source, Strictness};

const ROUNDS: usize = 11;

/// A schema of `definitions` definitions that refer to each other, about 470 bytes each.
fn schema(definitions: usize, version: usize) -> String {
    let mut text = String::from(
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Order","$defs":{"#,
    );
    for n in 0..definitions {
        let comma = if n > 0 { "," } else { "" };
        let next = (n + 1) % definitions;
        let _ = write!(
            text,
            r##"{comma}"part{n}":{{"type":"object","title":"Part {n}","description":"What part {n} of an order looks like",
            "properties":{{"id":{{"type":"string","minLength":1,"maxLength":{}}},"count":{{"type":"integer","minimum":0}},
            "state":{{"enum":["open","paid","shipped","lost"]}},"note":{{"type":["string","null"]}},
            "next":{{"$ref":"#/$defs/part{next}"}},"choice":{{"oneOf":[{{"type":"null"}},{{"$ref":"#/$defs/part{next}"}}]}}}},
            "required":["id"],"additionalProperties":false}}"##,
            64 + version
        );
    }
    text.push_str(r##"},"$ref":"#/$defs/part0"}"##);
    text
}

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
        "{:>8} {:>12} {:>12} {:>12} {:>12}  (microseconds; per KB)",
        "bytes", "parse", "canonical", "normalized", "compare"
    );
    for definitions in [2, 16, 128, 1024] {
        let text = schema(definitions, 0);
        let (old, new) = (parse(&text), parse(&schema(definitions, 1)));
        let kilobytes = text.len() as f64 / 1024.0;
        let columns = [
            median(|| drop(black_box(parse(&text)))),
            median(|| drop(black_box(old.canonical()))),
            median(|| drop(black_box(old.normalized()))),
            median(|| drop(black_box(JsonSchema::compare(&new, &old, &CompareOptions::default())))),
        ];
        print!("{:>8}", text.len());
        for column in columns {
            print!(" {:>6.0} {:>5.1}", micros(column), micros(column) / kilobytes);
        }
        println!();
    }
    let history: Vec<JsonSchema> = (0..50).map(|version| parse(&schema(128, version))).collect();
    let candidate = parse(&schema(128, 50));
    let time = median(|| {
        for earlier in &history {
            black_box(JsonSchema::compare(&candidate, earlier, &CompareOptions::default()));
        }
    });
    println!("60 KB against 50 versions: {:.1} ms", micros(time) / 1_000.0);
    let (old, new) = (parse(&schema(2, 0)), parse(&schema(2, 1)));
    let time = median(|| drop(black_box(sound::contains(&new, &old))));
    println!("containment of 1 KB schemas: {:.2} ms", micros(time) / 1_000.0);
}
