//! Comparisons grow linearly with the parts of a schema and with the versions of a history, counted in steps.
//! The times behind it are measured by `cargo bench -p chancery-engine --bench comparison`.

#[path = "../../benches/comparison/schemas.rs"]
mod schemas;

use chancery_engine::verdict::{CheckOptions, CompatibilityLevel, Earlier, check};
use chancery_engine::{Schema, SchemaType};
use schemas::{FAMILIES, Texts, parse};

/// Steps of a check of version `candidate` against the first versions.
fn steps(schema_type: SchemaType, texts: Texts, parts: usize, versions: usize, candidate: usize) -> u64 {
    let history: Vec<Schema> =
        (0..versions).map(|version| parse(schema_type, &texts(parts, version))).collect();
    let earlier: Vec<Earlier<'_>> = history.iter().map(|schema| Earlier { version: None, schema }).collect();
    let options = CheckOptions { level: CompatibilityLevel::BackwardTransitive, ..CheckOptions::default() };
    let verdict = check(&parse(schema_type, &texts(parts, candidate)), &earlier, &options);
    assert!(verdict.is_compatible(), "{schema_type} {parts}: {:?}", verdict.messages);
    verdict.steps
}

#[test]
fn a_large_schema_against_one_version_takes_a_bounded_number_of_steps_a_part() {
    for (schema_type, part, parts, _, texts) in FAMILIES {
        let (half, whole) =
            (steps(schema_type, texts, parts / 2, 1, 1), steps(schema_type, texts, parts, 1, 1));
        let ratio = whole as f64 / half as f64;
        assert!((1.9..2.1).contains(&ratio), "{schema_type}: {half} and {whole} steps");
        assert!(whole <= 60 * parts as u64, "{schema_type}: {whole} steps for {parts} {part}");
    }
}

#[test]
fn a_long_history_takes_the_same_steps_for_each_version() {
    for (schema_type, part, parts, _, texts) in FAMILIES {
        let (some, twice) =
            (steps(schema_type, texts, parts, 10, 20), steps(schema_type, texts, parts, 20, 20));
        let ratio = twice as f64 / some as f64;
        assert!((1.9..2.1).contains(&ratio), "{schema_type}, {parts} {part}: {some} and {twice} steps");
    }
}
