//! Numbers of schema texts: how the reference spells them, and exact decimals.
//!
//! The reference reads numbers as Java `BigInteger` and `BigDecimal` and prints them with `toString`, so
//! `1.10` keeps its scale and `1e5` becomes `1E+5`. The spelling is part of the identity of a schema.

use std::borrow::Cow;

/// Longest number text that exact arithmetic is done on; longer ones are only compared by text.
const MAX_EXACT_DIGITS: usize = 400;

/// A decimal as sign, digits without leading zeros, and scale: `unscaled / 10^scale`.
struct Parts {
    negative: bool,
    digits: String,
    scale: i64,
    is_integer: bool,
}

fn parts(text: &str) -> Option<Parts> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0');
    let digits = if significant.is_empty() { "0" } else { significant }.to_owned();
    let is_integer = mantissa.len() == unsigned.len() && fraction.is_empty() && !mantissa.contains('.');
    Some(Parts { negative, digits, scale: fraction.len() as i64 - i64::from(exponent), is_integer })
}

/// The spelling of Java's `BigInteger.toString` and `BigDecimal.toString`.
///
/// An exponent beyond the range of Java's `int` keeps its text.
pub(crate) fn java_spelling(text: &str) -> Cow<'_, str> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    if plain {
        return Cow::Borrowed(text);
    }
    let Some(parts) = parts(text) else { return Cow::Borrowed(text) };
    let sign = if parts.negative && parts.digits != "0" { "-" } else { "" };
    let Parts { digits, scale, .. } = &parts;
    if parts.is_integer || *scale == 0 {
        return Cow::Owned(format!("{sign}{digits}"));
    }
    let exponent = digits.len() as i64 - 1 - scale;
    if *scale > 0 && exponent >= -6 {
        let width = *scale as usize;
        let padded = format!("{digits:0>pad$}", pad = width + 1);
        let (whole, fraction) = padded.split_at(padded.len() - width);
        return Cow::Owned(format!("{sign}{whole}.{fraction}"));
    }
    let (first, rest) = digits.split_at(1);
    let dot = if rest.is_empty() { "" } else { "." };
    let mark = if exponent < 0 { "" } else { "+" };
    Cow::Owned(format!("{sign}{first}{dot}{rest}E{mark}{exponent}"))
}

/// The nearest double, as the reference compares limits.
pub(crate) fn as_double(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

/// Whether a text is a literal of a 32-bit integer, which is what the reference wants of counts.
pub(crate) fn is_int32(text: &str) -> bool {
    text.parse::<i32>().is_ok()
}

/// Whether a number is zero, however it is written.
pub(crate) fn is_zero(text: &str) -> bool {
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    !mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}

/// How the multiples of one number relate to those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Divisibility {
    /// The same number, whatever its spelling.
    Equal,
    /// The new number is a multiple of the old one: fewer values pass.
    NewIsMultiple,
    /// The old number is a multiple of the new one: more values pass.
    OldIsMultiple,
    /// Neither, or a zero, or too long to compute.
    Unrelated,
}

/// Compares two `multipleOf` values as decimals. A remainder by zero never divides.
pub(crate) fn divisibility(old: &str, new: &str) -> Divisibility {
    let (Some(old), Some(new)) = (parts(old), parts(new)) else { return Divisibility::Unrelated };
    let Some((old, new)) = aligned(&old, &new) else { return Divisibility::Unrelated };
    if old.negative == new.negative && old.digits == new.digits {
        Divisibility::Equal
    } else if divides(&old.digits, &new.digits) {
        Divisibility::NewIsMultiple
    } else if divides(&new.digits, &old.digits) {
        Divisibility::OldIsMultiple
    } else {
        Divisibility::Unrelated
    }
}

/// Both numbers with the same scale, so that their digits are integers to compare.
fn aligned(a: &Parts, b: &Parts) -> Option<(Parts, Parts)> {
    let scale = a.scale.max(b.scale);
    let widen = |parts: &Parts| {
        let zeros = usize::try_from(scale - parts.scale).ok().filter(|zeros| *zeros <= MAX_EXACT_DIGITS)?;
        let digits = if parts.digits == "0" {
            parts.digits.clone()
        } else {
            format!("{}{}", parts.digits, "0".repeat(zeros))
        };
        (digits.len() <= MAX_EXACT_DIGITS).then_some(Parts {
            negative: parts.negative && digits != "0",
            digits,
            scale,
            is_integer: false,
        })
    };
    Some((widen(a)?, widen(b)?))
}

/// Whether `divisor` divides `dividend`, both decimal digits without sign: schoolbook remainder.
fn divides(divisor: &str, dividend: &str) -> bool {
    if divisor == "0" {
        return false;
    }
    let mut remainder: Vec<u8> = Vec::new();
    for digit in dividend.bytes() {
        if !(remainder.is_empty() && digit == b'0') {
            remainder.push(digit);
        }
        while at_least(&remainder, divisor.as_bytes()) {
            subtract(&mut remainder, divisor.as_bytes());
        }
    }
    remainder.is_empty()
}

fn at_least(a: &[u8], b: &[u8]) -> bool {
    a.len() > b.len() || (a.len() == b.len() && a >= b)
}

/// `a -= b` for `a >= b`; leading zeros are dropped.
fn subtract(a: &mut Vec<u8>, b: &[u8]) {
    let mut borrow = 0;
    for position in 0..a.len() {
        let place = a.len() - 1 - position;
        let minus = b.len().checked_sub(position + 1).map_or(0, |index| b[index] - b'0') + borrow;
        let digit = a[place] - b'0';
        borrow = u8::from(digit < minus);
        a[place] = b'0' + digit + 10 * borrow - minus;
    }
    let leading = a.iter().take_while(|digit| **digit == b'0').count();
    a.drain(..leading);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spelled_as_java_spells_them() {
        for (text, expected) in [
            ("0", "0"),
            ("-0", "0"),
            ("-7", "-7"),
            ("1.10", "1.10"),
            ("0.50", "0.50"),
            ("-0.0", "0.0"),
            ("1e5", "1E+5"),
            ("1E0", "1"),
            ("-2.5e3", "-2.5E+3"),
            ("25e-1", "2.5"),
            ("1e-6", "0.000001"),
            ("1e-7", "1E-7"),
            ("0.00000012", "1.2E-7"),
            ("1.0e2", "1.0E+2"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("1e400", "1E+400"),
            ("1e99999999999", "1e99999999999"),
        ] {
            assert_eq!(java_spelling(text), expected, "{text}");
            assert_eq!(java_spelling(expected), expected, "{text} twice");
        }
    }

    #[test]
    fn multiples_are_decided_exactly() {
        use Divisibility::{Equal, NewIsMultiple, OldIsMultiple, Unrelated};
        for (old, new, expected) in [
            ("0.5", "0.50", Equal),
            ("1e2", "100", Equal),
            ("2", "6", NewIsMultiple),
            ("0.1", "0.3", NewIsMultiple),
            ("10", "2.5", OldIsMultiple),
            ("10", "11", Unrelated),
            ("3", "0", NewIsMultiple),
            ("0", "3", OldIsMultiple),
            ("0", "0", Equal),
            ("2", "-4", NewIsMultiple),
            ("1", "1e999999", Unrelated),
            ("7", "700000000000000000000000000000000000", NewIsMultiple),
        ] {
            assert_eq!(divisibility(old, new), expected, "{old} {new}");
        }
    }
}
