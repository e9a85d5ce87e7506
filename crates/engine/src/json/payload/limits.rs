//! Numbers that doubles round, so that the crate compares them exactly.
//!
//! It places a number by its nearest double unless it knows better, also between limits that have no double of their
//! own. Two things make it go the exact way: a limit from 2^53 on that is not written as an integer, and a number of
//! the payload that has no double.

use serde_json::Number;

use super::equality;

/// Above it doubles are further apart than integers.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;
/// Digits that every double keeps.
const MAX_DIGITS: usize = 15;

/// A limit as the crate is to read it; `None`: as written.
pub(super) fn spelled(limit: &Number) -> Option<Number> {
    let text = limit.as_str();
    let is_integer = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let is_large = text.parse().is_ok_and(|value: f64| value.abs() >= MAX_EXACT);
    (is_integer && is_large).then(|| format!("{text}{MARK}").parse().ok()).flatten()
}

/// What a limit ends with that was spelled for the crate. Four digits, since it is read back.
const MARK: &str = ".0000";

/// A limit as its author wrote it.
pub(super) fn as_written(limit: &serde_json::Value) -> String {
    let text = limit.to_string();
    text.strip_suffix(MARK).map_or_else(|| text.clone(), str::to_owned)
}

/// The double of a number that is no plain integer, when none of its digits is lost.
pub(super) fn double(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    let is_kept = value.abs() < MAX_EXACT
        && (text.len() <= MAX_DIGITS || digits(text) <= MAX_DIGITS || equality::is_integer(text));
    is_kept.then_some(value)
}

/// Digits from the first to the last that is not zero.
fn digits(text: &str) -> usize {
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    let digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    let first = digits.iter().position(|digit| *digit != b'0');
    let last = digits.iter().rposition(|digit| *digit != b'0');
    first.zip(last).map_or(0, |(first, last)| last - first + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use crate::json::JsonValidator;
    use crate::violation::{PayloadOptions, ValidatorOptions};
    use crate::{Outcome, Report};

    fn report(keyword: &str, limit: &str, number: &str) -> Report {
        let schema =
            format!(r#"{{"$schema":"https://json-schema.org/draft/2020-12/schema","{keyword}":{limit}}}"#);
        let validator = JsonValidator::compile(&schema, &[], &ValidatorOptions::default()).expect(&schema);
        validator.validate(number.as_bytes(), &PayloadOptions::default())
    }

    #[test]
    fn numbers_are_compared_exactly_in_every_spelling() {
        for (keyword, limit, number, holds) in [
            ("minimum", "9007199254740993", "9007199254740993", true),
            ("minimum", "9007199254740993", "9007199254740993.0", true),
            ("minimum", "9007199254740993", "9.007199254740993e15", true),
            ("minimum", "9007199254740993", "9007199254740992.9", false),
            ("exclusiveMinimum", "123456789012345678", "123456789012345678.0", false),
            ("exclusiveMinimum", "123456789012345678", "123456789012345677.0", false),
            ("exclusiveMinimum", "123456789012345678", "123456789012345678.1", true),
            ("minimum", "9223372036854775809", "9223372036854775810.0", true),
            ("maximum", "18446744073709551616.0", "18446744073709551616.5", false),
            ("maximum", "-9007199254740993", "-9007199254740992.5", false),
            ("exclusiveMaximum", "9007199254740993.0", "9007199254740992.10", true),
            ("maximum", "9007199254740992", "9007199254740992e0", true),
            ("maximum", "1", "1.00000000000000000001", false),
            ("minimum", "1", "0.99999999999999999999", false),
            ("maximum", "1e400", "1e399", true),
            ("multipleOf", "9007199254740992e0", "9007199254740992.5", false),
            ("multipleOf", "1", "4503599627370496.3", false),
            ("multipleOf", "1", "4503599627370496.0", true),
            ("multipleOf", "0.1", "4503599627370496.3", true),
            ("multipleOf", "3", "9.007199254740993e15", true),
        ] {
            let outcome = if holds { Outcome::Valid } else { Outcome::Invalid };
            assert_eq!(report(keyword, limit, number).outcome(), outcome, "{keyword} {limit}: {number}");
        }
    }

    #[test]
    fn findings_show_limits_as_they_were_written() {
        for limit in ["9007199254740993", "-9007199254740993", "1.50", "7"] {
            let report = report("exclusiveMinimum", limit, "-1e30");
            assert_eq!(report.findings[0].expected, Some(format!("more than {limit}")));
        }
        let text = r#"{"const":{"minimum":9007199254740993},"title":"minimum"}"#;
        let mut schema: Value = serde_json::from_str(text).expect("a schema");
        super::super::dots::spell_out(&mut schema, true);
        assert_eq!(schema.to_string(), text, "what is no limit stays");
    }

    /// An integer divided by a power of ten up to a million, and a spelling of it.
    fn number() -> impl Strategy<Value = (i128, String)> {
        const LARGE: [i128; 4] = [1 << 52, 1 << 53, 1 << 63, 1 << 64];
        let whole = prop_oneof![
            3 => (0..4usize, -3..4i128, any::<bool>()).prop_map(|(at, by, negative)| {
                (LARGE[at] + by) * if negative { -1 } else { 1 }
            }),
            1 => -20..20i128,
        ];
        (whole, 0..10i128, 0..5u8).prop_map(|(whole, tenths, spelling)| {
            let sign = if whole < 0 { -1 } else { 1 };
            match spelling {
                0 => (whole * 10, whole.to_string()),
                1 => (whole * 10, format!("{whole}.00")),
                2 => (whole * 10, format!("{whole}e0")),
                3 => (whole * 10 + sign * tenths, format!("{whole}.{tenths}")),
                _ => (whole * 10 + sign * tenths, format!("{}e-1", whole * 10 + sign * tenths)),
            }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn limits_hold_as_they_do_for_integers((limit, written) in number(), (value, text) in number()) {
            for (keyword, holds) in [
                ("minimum", value >= limit),
                ("maximum", value <= limit),
                ("exclusiveMinimum", value > limit),
                ("exclusiveMaximum", value < limit),
                ("multipleOf", limit > 0 && value % limit == 0),
            ] {
                if keyword == "multipleOf" && limit <= 0 {
                    continue;
                }
                let outcome = if holds { Outcome::Valid } else { Outcome::Invalid };
                prop_assert_eq!(report(keyword, &written, &text).outcome(), outcome, "{} {}: {}", keyword, written, text);
            }
        }
    }
}
