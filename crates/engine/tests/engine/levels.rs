//! How the levels hang together, for every format: a candidate against a history of random schemas.

use chancery_engine::verdict::{CheckOptions, CompatibilityLevel as Level, Earlier, Verdict, check};
use chancery_engine::{Limits, Schema, SchemaType, Source, Strictness};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::avro::arbitrary::{Choices, evolved, schema as avro_schema};
use crate::json::arbitrary::pair as json_pair;
use crate::protobuf::arbitrary::file as protobuf_file;

fn parse(schema_type: SchemaType, text: &str) -> Option<Schema> {
    Schema::parse(schema_type, &Source::bare(text), Strictness::Stored, &Limits::default()).ok()
}

fn verdict(candidate: &Schema, history: &[Schema], level: Level) -> Verdict {
    let versions = history.iter().zip(1..);
    let earlier: Vec<Earlier<'_>> =
        versions.map(|(schema, version)| Earlier { version: Some(version), schema }).collect();
    check(candidate, &earlier, &CheckOptions { level, ..CheckOptions::default() })
}

/// The entries of the messages, without the lines behind them.
fn entries(verdict: &Verdict) -> Vec<&String> {
    verdict.messages.iter().filter(|message| message.starts_with("{errorType")).collect()
}

/// The last text is the candidate, the others are its history.
fn levels_agree(schema_type: SchemaType, texts: &[String]) -> Result<(), TestCaseError> {
    let schemas: Vec<Schema> = texts.iter().filter_map(|text| parse(schema_type, text)).collect();
    let Some((candidate, history)) = schemas.split_last() else { return Ok(()) };
    let of = |history: &[Schema], level| verdict(candidate, history, level);
    let accepts = |history: &[Schema], level| of(history, level).is_compatible();
    prop_assert!(accepts(history, Level::None));
    let (forward, backward) = (of(history, Level::Forward), of(history, Level::Backward));
    let full = of(history, Level::Full);
    prop_assert_eq!(full.is_compatible(), forward.is_compatible() && backward.is_compatible());
    prop_assert_eq!(entries(&full), [entries(&forward), entries(&backward)].concat());
    for (one, all) in [
        (Level::Backward, Level::BackwardTransitive),
        (Level::Forward, Level::ForwardTransitive),
        (Level::Full, Level::FullTransitive),
    ] {
        let pairwise: Vec<bool> = (0..history.len()).map(|at| accepts(&history[at..=at], one)).collect();
        prop_assert_eq!(accepts(history, all), pairwise.iter().all(|accepted| *accepted));
        prop_assert_eq!(accepts(history, one), pairwise.last().copied().unwrap_or(true));
        // The newest version that refuses is the one that is reported.
        let reported = of(history, all).findings.first().and_then(|finding| finding.version);
        let newest = pairwise.iter().rposition(|accepted| !accepted).map(|at| at as i32 + 1);
        prop_assert_eq!(reported, newest);
    }
    prop_assert!(accepts(&[], Level::FullTransitive));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(80) })]

    #[test]
    fn levels_of_avro_agree(first in vec(any::<u8>(), 0..80), changes in vec(vec(any::<u8>(), 0..40), 1..4)) {
        let mut history = vec![avro_schema(&mut Choices::new(&first), 3)];
        for change in &changes {
            let later = evolved(&history[history.len() - 1], &mut Choices::new(change));
            history.push(later);
        }
        let texts: Vec<String> = history.iter().map(ToString::to_string).collect();
        levels_agree(SchemaType::Avro, &texts)?;
    }

    #[test]
    fn levels_of_json_agree(pairs in vec(json_pair(), 1..3)) {
        let texts: Vec<String> = pairs.iter().flat_map(|(one, other)| [one.to_string(), other.to_string()]).collect();
        levels_agree(SchemaType::Json, &texts)?;
    }

    #[test]
    fn levels_of_protobuf_agree(texts in vec(protobuf_file(), 1..4)) {
        levels_agree(SchemaType::Protobuf, &texts)?;
    }
}
