//! Two schemas, divided by a line feed: bounded, repeatable, and a shown witness is one.
#![no_main]

use chancery_engine::difference::{CompareOptions, Policy};
use chancery_engine::json::JsonSchema;
use chancery_engine::json::sound::{Containment, contains};
use chancery_engine::{Limits, Source, Strictness};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some((old, new)) = text.split_once('\n') else { return };
    let limits = Limits { max_steps: 20_000, ..Limits::default() };
    let parse = |text: &str| JsonSchema::parse(&Source::bare(text), Strictness::New, &limits);
    let (Ok(old), Ok(new)) = (parse(old), parse(new)) else { return };
    for policy in [Policy::Reference, Policy::Lenient] {
        let options = CompareOptions { policy, limits };
        let comparison = JsonSchema::compare(&new, &old, &options);
        assert!(comparison.steps <= limits.max_steps);
        let again = JsonSchema::compare(&new, &old, &options);
        assert_eq!(format!("{:?}", comparison.differences), format!("{:?}", again.differences));
        for difference in &comparison.differences {
            let _ = (difference.message("new", "old"), difference.consequence("new", "old"));
        }
    }
    if let Containment::Refuted { witness } = contains(&new, &old) {
        assert!(!witness.is_empty());
        assert_ne!(contains(&new, &old), Containment::Proven);
    }
});
