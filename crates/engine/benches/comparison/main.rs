//! How comparisons grow: with the parts of a schema, and with the versions of a history.
//!
//! `cargo bench -p chancery-engine --bench comparison`. One line a measurement: steps, time of a whole check, time of
//! one comparison and of one part. Where a column "per part" rises from line to line, a step is worse than linear.
//! Times are means over many rounds, and where the system tells (Linux) they count only what was spent on a
//! processor: what others do on the machine does not show.

mod schemas;

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use chancery_engine::verdict::{CheckOptions, CompatibilityLevel, Earlier, Verdict, check};
use chancery_engine::{Schema, SchemaType};
use schemas::{FAMILIES, Texts, parse};

/// Time spent on one measurement; the system counts in steps of some milliseconds.
const ENOUGH: Duration = Duration::from_millis(200);

fn main() {
    println!(
        "{:<9} {:>15} {:>8} {:>9} {:>10} {:>11} {:>13} {:>9}",
        "format", "parts", "versions", "bytes", "steps", "check ms", "compared us", "ns a part"
    );
    for (schema_type, part, parts, versions, texts) in FAMILIES {
        for parts in [parts / 4, parts / 2, parts, parts * 2] {
            line(schema_type, part, parts, 1, texts);
        }
        for versions in [versions / 10, versions / 2, versions] {
            line(schema_type, part, parts, versions, texts);
        }
    }
}

/// Checks the last version against all before it.
fn line(schema_type: SchemaType, part: &str, parts: usize, versions: usize, texts: Texts) {
    let history: Vec<Schema> =
        (0..versions).map(|version| parse(schema_type, &texts(parts, version))).collect();
    let text = texts(parts, versions);
    let candidate = parse(schema_type, &text);
    let (time, verdict) = mean(&candidate, &history);
    assert!(verdict.is_compatible(), "{:?}", verdict.messages);
    let compared = time / u32::try_from(versions).unwrap_or(u32::MAX);
    println!(
        "{:<9} {:>15} {versions:>8} {:>9} {:>10} {:>11.3} {:>13.1} {:>9.0}",
        schema_type.name(),
        format!("{parts} {part}"),
        text.len(),
        verdict.steps,
        time.as_secs_f64() * 1e3,
        compared.as_secs_f64() * 1e6,
        compared.as_secs_f64() * 1e9 / parts as f64,
    );
}

fn mean(candidate: &Schema, history: &[Schema]) -> (Duration, Verdict) {
    let earlier: Vec<Earlier<'_>> = history.iter().map(|schema| Earlier { version: None, schema }).collect();
    let options = CheckOptions { level: CompatibilityLevel::BackwardTransitive, ..CheckOptions::default() };
    let verdict = check(candidate, &earlier, &options);
    let (started, mut rounds) = (clock(), 0);
    loop {
        black_box(check(candidate, &earlier, &options));
        rounds += 1;
        let spent = clock().saturating_sub(started);
        if spent >= ENOUGH {
            return (spent / rounds, verdict);
        }
    }
}

/// What this thread has spent on a processor, or on the clock where that is not told.
fn clock() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = text.and_then(|text| text.split_whitespace().next()?.parse().ok());
    spent.map_or_else(|| START.elapsed(), Duration::from_nanos)
}
