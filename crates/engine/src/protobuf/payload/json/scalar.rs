//! Scalars, enums and map keys in proto3 JSON.
//!
//! Lenient where the mapping is: 64-bit integers as strings or numbers, small ones too, whole numbers with
//! a fraction or exponent (`1e3`, `2.0`), bytes in either alphabet with or without padding.
//! Source: "ProtoJSON Format" of the Protocol Buffers documentation.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::protobuf::payload::table::Kind;
use crate::protobuf::payload::value::Value;
use crate::tree::{Node, Value as Json};

const ANY_PADDING: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, ANY_PADDING);
const URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, ANY_PADDING);

/// Digits that an exponent may add; more is no integer of 64 bits.
const MAX_EXPONENT: i32 = 30;

/// The value of a scalar; `None` when the JSON is not one of this kind.
pub(in crate::protobuf::payload) fn read(kind: Kind, node: &Node) -> Option<Value> {
    match kind {
        Kind::Bool => node.as_bool().map(Value::Bool),
        Kind::String => node.as_str().map(|text| Value::String(text.to_owned())),
        Kind::Bytes => node.as_str().and_then(bytes).map(Value::Bytes),
        Kind::Double => float(node).map(Value::Double),
        // Beyond its range a float would become infinite.
        Kind::Float => float(node)
            .filter(|value| !value.is_finite() || (*value as f32).is_finite())
            .map(|value| Value::Double(f64::from(value as f32))),
        _ => {
            let (Json::Number(text) | Json::String(text)) = &node.value else { return None };
            number(kind, integer(text)?)
        }
    }
}

/// The value of a map key; JSON writes all of them as strings.
pub(in crate::protobuf::payload) fn read_key(kind: Kind, text: &str) -> Option<Value> {
    match (kind, text) {
        (Kind::String, _) => Some(Value::String(text.to_owned())),
        (Kind::Bool, "true") => Some(Value::Bool(true)),
        (Kind::Bool, "false") => Some(Value::Bool(false)),
        (Kind::Bool, _) => None,
        _ => number(kind, integer(text)?),
    }
}

/// An integer as a value of its kind, when it is in range.
fn number(kind: Kind, value: i128) -> Option<Value> {
    Some(match kind {
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::Int(i32::try_from(value).ok()?.into()),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::Int(i64::try_from(value).ok()?),
        Kind::Uint32 | Kind::Fixed32 => Value::Uint(u32::try_from(value).ok()?.into()),
        Kind::Uint64 | Kind::Fixed64 => Value::Uint(u64::try_from(value).ok()?),
        _ => return None,
    })
}

/// An integer in decimal, also with a fraction or exponent that leaves it whole.
pub(in crate::protobuf::payload) fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) || mantissa.ends_with('.') {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let all = [whole, fraction].concat();
    let significant = all.trim_start_matches('0');
    if significant.is_empty() {
        return Some(0);
    }
    // Trailing zeros and the exponent must outweigh the fraction.
    let shift = i64::from(exponent) - fraction.len() as i64;
    let kept = significant.trim_end_matches('0');
    let zeros = (significant.len() - kept.len()) as i64 + shift;
    if zeros < 0 || zeros > i64::from(MAX_EXPONENT) || kept.len() > MAX_EXPONENT as usize {
        return None;
    }
    let value = kept.parse::<i128>().ok()?.checked_mul(10i128.checked_pow(zeros as u32)?)?;
    Some(if negative { -value } else { value })
}

/// A number, a number as a string, or one of the three words.
pub(in crate::protobuf::payload) fn float(node: &Node) -> Option<f64> {
    match &node.value {
        Json::Number(text) => text.parse().ok().filter(|value: &f64| value.is_finite()),
        Json::String(text) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            // Rust reads words and a leading plus, JSON has neither.
            _ if text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'.' | b'e' | b'E' | b'+'))
                && !text.starts_with('+') =>
            {
                text.parse().ok().filter(|value: &f64| value.is_finite())
            }
            _ => None,
        },
        _ => None,
    }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    PLAIN.decode(text).or_else(|_| URL.decode(text)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_may_be_written_as_other_whole_numbers() {
        for (text, value) in [
            ("0", Some(0)),
            ("-0.0", Some(0)),
            ("1e3", Some(1000)),
            ("1.5e1", Some(15)),
            ("100e-2", Some(1)),
            ("1.50", None),
            ("15e-1", None),
            ("18446744073709551615", Some(i128::from(u64::MAX))),
            ("1e999999999", None),
            ("0e999999999", Some(0)),
            ("", None),
            ("-", None),
            ("1.", None),
            (".5", None),
            ("+1", None),
            ("0x10", None),
            (" 1", None),
        ] {
            assert_eq!(integer(text), value, "{text}");
        }
    }

    #[test]
    fn bytes_come_in_both_alphabets_with_and_without_padding() {
        for text in ["+/+/", "-_-_", "-_8=", "-_8", "+/8", ""] {
            assert!(bytes(text).is_some(), "{text}");
        }
        for text in ["+_", "a", "a b=", "====", "é"] {
            assert!(bytes(text).is_none(), "{text}");
        }
    }
}
