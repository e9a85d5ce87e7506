//! Numbers as Java writes and reads them.
//!
//! The reference keeps JSON numbers as Java `int`, `long`, `BigInteger` or `double` and prints them with
//! `toString`, so `1.50` becomes `1.5` and `1e-5` becomes `1.0E-5`. Source: `Double.toString` of the Java
//! platform (shortest digits, JDK 19 and later).

use std::borrow::Cow;

/// The spelling of a JSON number after the reference has read and written it.
pub(crate) fn java_number(text: &str) -> Cow<'_, str> {
    if text == "-0" {
        return Cow::Borrowed("0");
    }
    if !text.contains(['.', 'e', 'E']) {
        return Cow::Borrowed(text);
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Cow::Owned(java_double(value)),
        // Out of range: the reference holds an infinity and quotes it.
        Ok(value) => Cow::Owned(format!("\"{}\"", java_double(value))),
        Err(_) => Cow::Borrowed(text),
    }
}

/// `Double.toString`.
pub(crate) fn java_double(value: f64) -> String {
    if let Some(word) = special(value) {
        return word.to_owned();
    }
    layout(&format!("{value:e}"))
}

/// `Float.toString`.
pub(crate) fn java_float(value: f32) -> String {
    if let Some(word) = special(f64::from(value)) {
        return word.to_owned();
    }
    layout(&format!("{value:e}"))
}

fn special(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        return Some("NaN");
    }
    match value {
        f64::INFINITY => Some("Infinity"),
        f64::NEG_INFINITY => Some("-Infinity"),
        _ => None,
    }
}

/// Java's layout of shortest digits: plain from 10^-3 to 10^7, else scientific with a fraction.
fn layout(scientific: &str) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits = mantissa.replace('.', "");
    if digits == "0" {
        return format!("{sign}0.0");
    }
    match exponent {
        0..=6 => {
            let whole = exponent as usize + 1;
            let padded = format!("{digits:0<width$}", width = whole + 1);
            format!("{sign}{}.{}", &padded[..whole], &padded[whole..])
        }
        -3..=-1 => format!("{sign}0.{}{digits}", "0".repeat((-exponent - 1) as usize)),
        _ => {
            let fraction = if digits.len() > 1 { &digits[1..] } else { "0" };
            format!("{sign}{}.{fraction}E{exponent}", &digits[..1])
        }
    }
}

/// `Double.valueOf` of a text, without hexadecimal forms.
pub(crate) fn java_double_value(text: &str) -> Option<f64> {
    let trimmed = text.trim_matches(|character: char| character <= ' ');
    let (negative, unsigned) = match trimmed.as_bytes().first()? {
        b'-' => (true, &trimmed[1..]),
        b'+' => (false, &trimmed[1..]),
        _ => (false, trimmed),
    };
    let value = match unsigned {
        "NaN" => f64::NAN,
        "Infinity" => f64::INFINITY,
        _ => {
            let number = unsigned.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(unsigned);
            // Rust also reads words such as `inf`; Java reads digits only.
            let is_plain = number.starts_with(|c: char| c.is_ascii_digit() || c == '.');
            if !is_plain {
                return None;
            }
            number.parse().ok()?
        }
    };
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spelled_as_java_spells_them() {
        for (json, java) in [
            ("1", "1"),
            ("-0", "0"),
            ("-0.0", "-0.0"),
            ("1.50", "1.5"),
            ("1e0", "1.0"),
            ("100.0", "100.0"),
            ("1234567.5", "1234567.5"),
            ("9999999.0", "9999999.0"),
            ("10000000.0", "1.0E7"),
            ("1e5", "100000.0"),
            ("1.0e10", "1.0E10"),
            ("12345678.9", "1.23456789E7"),
            ("0.001", "0.001"),
            ("0.0001", "1.0E-4"),
            ("1.5e-5", "1.5E-5"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("1e400", "\"Infinity\""),
            ("-1e400", "\"-Infinity\""),
        ] {
            assert_eq!(java_number(json), java, "{json}");
        }
    }

    #[test]
    fn floats_have_their_own_shortest_digits() {
        assert_eq!(java_float(0.1), "0.1");
        assert_eq!(java_float(16_777_217.0), "1.6777216E7");
        assert_eq!(java_double(f64::from(0.1_f32)), "0.10000000149011612");
    }

    #[test]
    fn texts_are_read_as_java_reads_them() {
        for (text, value) in [("1.5", 1.5), (" 2 ", 2.0), ("-1e3", -1000.0), ("1.f", 1.0), (".5d", 0.5)] {
            assert_eq!(java_double_value(text), Some(value), "{text}");
        }
        assert!(java_double_value("NaN").is_some_and(f64::is_nan));
        assert_eq!(java_double_value("-Infinity"), Some(f64::NEG_INFINITY));
        for text in ["", "abc", "inf", "nan", "1x", "--1", "1_0"] {
            assert_eq!(java_double_value(text), None, "{text}");
        }
    }
}
