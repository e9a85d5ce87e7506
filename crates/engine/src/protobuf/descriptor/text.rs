//! Strings and numbers between option literals and descriptors.
//!
//! A parsed string literal is text in which an escape like `\xe9` became the character of that number,
//! so bytes and characters above 0x7f look alike. They are told apart by what is wanted: `bytes` take
//! one byte a character, `string` takes the text, unless its characters are the bytes of UTF-8.

use std::fmt::Write as _;

/// The bytes of a literal for a `bytes` field.
pub(super) fn text_to_bytes(text: &str) -> Vec<u8> {
    latin1(text).unwrap_or_else(|| text.as_bytes().to_vec())
}

/// The text of a literal for a `string` field.
pub(super) fn text_to_string(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    latin1(text).and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| text.to_owned())
}

/// One byte a character, where that is possible.
fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect()
}

/// Bytes as a literal holds them after parsing.
pub(super) fn bytes_to_text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// Bytes with the escapes of C, as `default_value` of a `bytes` field has them.
pub(super) fn escape_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b'"' => out.push_str("\\\""),
            b'\'' => out.push_str("\\'"),
            b'\\' => out.push_str("\\\\"),
            0x20..0x7f => out.push(char::from(*byte)),
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\{byte:03o}");
            }
        }
    }
    out
}

/// The reverse of [`escape_bytes`]; also reads hex escapes. What is not an escape stays as it is.
pub(in crate::protobuf) fn unescape_bytes(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        if *byte != b'\\' {
            out.push(*byte);
            continue;
        }
        let Some(escape) = bytes.get(at) else { break };
        at += 1;
        let (radix, start, longest) = match escape {
            b'x' | b'X' => (16, at, 2),
            b'0'..=b'7' => (8, at - 1, 3),
            other => {
                out.push(plain_escape(*other));
                continue;
            }
        };
        let digits = bytes[start..].iter().take(longest);
        let digits = digits.map_while(|digit| char::from(*digit).to_digit(radix));
        let (value, count) =
            digits.fold((0u32, 0), |(value, count), digit| (value * radix + digit, count + 1));
        out.push(value as u8);
        at = start + count;
    }
    out
}

fn plain_escape(letter: u8) -> u8 {
    match letter {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        other => other,
    }
}

/// An integer literal: decimal, octal (`017`) or hexadecimal (`0x1f`), signed.
pub(super) fn parse_integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let value = if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        u64::from_str_radix(hex, 16)
    } else if digits.len() > 1 && digits.starts_with('0') {
        u64::from_str_radix(digits, 8)
    } else {
        digits.parse()
    };
    let value = value.ok().filter(|_| !digits.starts_with('+')).map(i128::from)?;
    Some(if negative { -value } else { value })
}

/// A floating-point literal; integers in any base, `inf` and `nan` too.
pub(super) fn parse_float(text: &str) -> Option<f64> {
    if let Some(integer) = parse_integer(text) {
        return Some(integer as f64);
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let digits = digits
        .strip_suffix(['f', 'F'])
        .filter(|rest| rest.ends_with(|c: char| c.is_ascii_digit() || c == '.'))
        .unwrap_or(digits);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let value = match digits {
        "inf" => f64::INFINITY,
        "nan" => f64::NAN,
        _ if is_number => digits.parse().ok()?,
        _ => return None,
    };
    Some(if text.starts_with('-') { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_their_escapes() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(unescape_bytes(&escape_bytes(&all)), all);
        assert_eq!(unescape_bytes("\\x41\\101\\7z\\q\\"), b"AA\x07zq");
        assert_eq!(text_to_bytes(&bytes_to_text(&all)), all);
    }

    #[test]
    fn strings_of_escaped_utf8_are_that_text() {
        assert_eq!(text_to_string("\u{c3}\u{a9}"), "é");
        assert_eq!(text_to_string("é"), "é");
        assert_eq!(text_to_string("日é"), "日é");
    }

    #[test]
    fn integers_have_three_bases() {
        for (text, value) in [
            ("0", Some(0)),
            ("-0x10", Some(-16)),
            ("017", Some(15)),
            ("18446744073709551615", Some(i128::from(u64::MAX))),
            ("08", None),
            ("1.5", None),
            ("+1", None),
            ("", None),
        ] {
            assert_eq!(parse_integer(text), value, "{text}");
        }
        assert_eq!(parse_float("-1.5e3"), Some(-1500.0));
        assert_eq!(parse_float("2f"), Some(2.0));
        assert_eq!(parse_float("-inf"), Some(f64::NEG_INFINITY));
        assert_eq!(parse_float("infinity"), None);
    }
}
