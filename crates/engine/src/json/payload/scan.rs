//! Limits of payloads, and one pass over the bytes that tells which one is broken.
//!
//! Does not judge the grammar. The [`reader`](super::reader) counts the same while it reads and refuses what is beyond;
//! the pass names the limit then, wherever in the text it is, and stands before every other parser.

use crate::Violation;
use crate::violation::PayloadOptions;

/// Characters of one number; more serve only to make arithmetic expensive.
const MAX_NUMBER_LENGTH: usize = 1_000;
/// Digits of a number that cost no more than those of any other.
pub(super) const PLAIN_DIGITS: usize = 40;
/// Digits above which the crate compares numbers without writing them out.
const MAX_DIGITS: u64 = 10_000;
/// Nesting that `serde_json` reads.
const MAX_DEPTH: usize = 127;

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// Values (an upper bound: one, and one more for every `,`, `[` and `{`).
    pub values: u64,
    /// Deepest nesting of arrays and objects.
    pub depth: usize,
    /// Digits of all numbers that arithmetic has to write out: longer ones than [`PLAIN_DIGITS`].
    pub digits: u64,
}

/// Nesting that a payload may have.
pub(super) fn max_depth(options: &PayloadOptions) -> usize {
    options.max_depth.min(MAX_DEPTH)
}

/// Counts, and answers the limit that was reached, if any.
pub(super) fn scan(payload: &[u8], options: &PayloadOptions) -> Result<Shape, Box<Violation>> {
    let max_depth = max_depth(options);
    let mut shape = Shape { values: 1, ..Shape::default() };
    let (mut open, mut at) = (0usize, 0);
    while let Some(byte) = payload.get(at) {
        match byte {
            b'"' => at = end_of_string(payload, at),
            b'{' | b'[' => {
                open += 1;
                shape.values += 1;
                shape.depth = shape.depth.max(open);
                if open > max_depth {
                    return Err(Box::new(limit(at, &format!("{max_depth} nesting levels"))));
                }
            }
            b'}' | b']' => open = open.saturating_sub(1),
            b',' => shape.values += 1,
            b'-' | b'0'..=b'9' => {
                let length = payload[at..].iter().take_while(|byte| is_number_byte(**byte)).count();
                let Some(digits) = long_digits(&payload[at..at + length]) else {
                    return Err(Box::new(limit(at, &format!("{MAX_NUMBER_LENGTH} characters in a number"))));
                };
                shape.digits += digits;
                at += length - 1;
            }
            _ => {}
        }
        if shape.values > options.max_items {
            return Err(Box::new(limit(at, &format!("{} values", options.max_items))));
        }
        at += 1;
    }
    Ok(shape)
}

/// Digits of a number with the zeros that its exponent stands for, when these are many; very many count more than once,
/// as arithmetic on them does. `None` when the number itself is too long.
pub(super) fn long_digits(number: &[u8]) -> Option<u64> {
    if number.len() > MAX_NUMBER_LENGTH {
        return None;
    }
    let beyond_plain = |digits: u64| if digits > PLAIN_DIGITS as u64 { digits } else { 0 };
    let exponent_at = number.iter().position(|byte| matches!(byte, b'e' | b'E'));
    let Some(exponent_at) = exponent_at else {
        return Some(beyond_plain(number.len() as u64));
    };
    let digits = number[exponent_at + 1..].iter().filter(|byte| byte.is_ascii_digit());
    let exponent =
        digits.fold(0u64, |sum, digit| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
    let digits = beyond_plain(exponent.saturating_add(exponent_at as u64).min(MAX_DIGITS));
    Some(digits * (1 + digits / 1_000))
}

fn limit(at: usize, what: &str) -> Violation {
    Violation::data("schema.json.limit", "", format!("payload exceeds the limit of {what} at byte {at}"))
        .expecting(format!("at most {what}"))
}

/// The position of the closing quote of the string that opens at `start`, or of the last byte.
fn end_of_string(payload: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = payload.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    payload.len()
}

fn is_number_byte(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Result<Shape, String> {
        scan(text.as_bytes(), &PayloadOptions::default()).map_err(|violation| violation.message)
    }

    #[test]
    fn values_and_depth_are_counted_outside_strings() {
        assert_eq!(shape("1"), Ok(Shape { values: 1, depth: 0, digits: 0 }));
        assert_eq!(shape(r#"{"a,[": [1, 2], "b\"{": {}}"#).map(|shape| shape.depth), Ok(2));
        assert_eq!(shape(r#"["[[[", "\\"]"#).map(|shape| shape.depth), Ok(1));
    }

    #[test]
    fn limits_are_named_with_their_place() {
        let message = shape(&"[".repeat(128)).expect_err("too deep");
        assert_eq!(message, "payload exceeds the limit of 127 nesting levels at byte 127");
        assert!(shape(&"[".repeat(127)).is_ok());
        assert!(shape(&"1".repeat(1_000)).is_ok());
        let message = shape(&format!("[{}]", "1".repeat(1_001))).expect_err("too long");
        assert_eq!(message, "payload exceeds the limit of 1000 characters in a number at byte 1");
    }

    #[test]
    fn digits_of_long_numbers_are_counted() {
        let long = "1".repeat(50);
        for (number, digits) in [
            ("12345678901234567890", 0),
            (&*long, 50),
            ("1e30", 0),
            ("1e300", 301),
            ("-2.5E-300", 304),
            ("1e999999", 110_000),
        ] {
            assert_eq!(
                shape(&format!("[{number},{number}]")).map(|shape| shape.digits),
                Ok(2 * digits),
                "{number}"
            );
        }
    }

    #[test]
    fn cut_strings_end_the_scan() {
        for text in ["\"", "\"\\", "{\"a\\\"", "-"] {
            assert!(shape(text).is_ok(), "{text}");
        }
    }
}
