//! Equality of values as JSON Schema means it: numbers by their mathematical value, members in any order.
//!
//! The crate hashes numbers by their double and containers by their leaves alone, so that numbers beyond doubles, or
//! arrays of empty arrays, all meet in one place and are compared pair by pair. Here every item is written in a normal
//! form, equal for equal values (`1`, `1.0` and `10e-1`), and the forms are compared: linear in the payload.

use std::collections::HashSet;

use super::instance::{Instance, Kind, Value};

/// Whether a value is the one that a schema wants. As deep as the schema.
pub(super) fn is_value(instance: &Instance<'_>, value: &Value, expected: &serde_json::Value) -> bool {
    use serde_json::Value as Expected;
    match (value.kind, expected) {
        (Kind::Null, Expected::Null) => true,
        (Kind::Boolean(value), Expected::Bool(expected)) => value == *expected,
        (Kind::Number(slice), Expected::Number(expected)) => {
            is_same_number(instance.text(slice), expected.as_str())
        }
        (Kind::String(slice), Expected::String(expected)) => instance.text(slice) == expected,
        (Kind::Array(span), Expected::Array(expected)) => {
            let items = instance.items(span);
            let mut pairs = items.iter().zip(expected);
            items.len() == expected.len() && pairs.all(|(item, expected)| is_value(instance, item, expected))
        }
        (Kind::Object(span), Expected::Object(expected)) => {
            let members = instance.members(span);
            // Both are sorted by name.
            let mut pairs = members.iter().zip(expected);
            members.len() == expected.len()
                && pairs.all(|(member, (name, expected))| {
                    instance.name(member) == name && is_value(instance, &member.value, expected)
                })
        }
        _ => false,
    }
}

fn is_same_number(one: &str, other: &str) -> bool {
    let form = |text: &str| {
        let mut form = Vec::with_capacity(text.len() + 18);
        write_number(text, &mut form);
        form
    };
    one == other || form(one) == form(other)
}

/// Whether a number has no fractional part, however it is written.
pub(super) fn is_integer(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    if unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return true;
    }
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(fraction.bytes());
    if digits().all(|digit| digit == b'0') {
        return true;
    }
    let zeros = digits().rev().take_while(|digit| *digit == b'0').count();
    // An exponent beyond 64 bits decides alone.
    let beyond = if exponent.starts_with('-') { i128::MIN / 2 } else { i128::MAX / 2 };
    let exponent = exponent.parse::<i64>().map_or(beyond, i128::from);
    exponent + zeros as i128 >= fraction.len() as i128
}

/// Whether no two items are equal.
pub(super) fn are_unique(instance: &Instance<'_>, items: &[Value]) -> bool {
    if items.len() < 2 {
        return true;
    }
    let mut seen = HashSet::with_capacity(items.len());
    items.iter().all(|item| {
        let mut form = Vec::with_capacity(16);
        write(instance, item, &mut form);
        seen.insert(form)
    })
}

/// Appends the normal form: a letter, and lengths before what varies. As deep as the payload was parsed.
fn write(instance: &Instance<'_>, value: &Value, form: &mut Vec<u8>) {
    match value.kind {
        Kind::Null => form.push(b'n'),
        Kind::Boolean(value) => form.push(if value { b't' } else { b'f' }),
        Kind::Number(slice) => {
            form.push(b'#');
            write_number(instance.text(slice), form);
        }
        Kind::String(slice) => {
            form.push(b's');
            write_text(instance.text(slice), form);
        }
        Kind::Array(span) => {
            let items = instance.items(span);
            form.push(b'a');
            form.extend(items.len().to_le_bytes());
            for item in items {
                write(instance, item, form);
            }
        }
        // Members are sorted by name.
        Kind::Object(span) => {
            let members = instance.members(span);
            form.push(b'o');
            form.extend(members.len().to_le_bytes());
            for member in members {
                write_text(instance.name(member), form);
                write(instance, &member.value, form);
            }
        }
    }
}

fn write_text(text: &str, form: &mut Vec<u8>) {
    form.extend(text.len().to_le_bytes());
    form.extend(text.as_bytes());
}

/// A number as sign, digits without zeros around them, and the power of ten of the last digit.
fn write_number(text: &str, form: &mut Vec<u8>) {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = || whole.bytes().chain(fraction.bytes());
    let zeros = all().rev().take_while(|digit| *digit == b'0').count();
    let count = whole.len() + fraction.len() - zeros;
    if count == 0 {
        form.push(b'0');
        return;
    }
    form.push(if unsigned.len() < text.len() { b'-' } else { b'+' });
    form.extend(all().take(count).skip_while(|digit| *digit == b'0'));
    form.push(b'e');
    match exponent.parse::<i64>() {
        Ok(exponent) => {
            let shift = zeros as i128 - fraction.len() as i128;
            form.extend((i128::from(exponent) + shift).to_le_bytes());
        }
        // Beyond everything that is compared with it: as written.
        Err(_) => write_text(&format!("{exponent} {} {zeros}", fraction.len()), form),
    }
}

#[cfg(test)]
mod tests {
    use super::super::reader;
    use super::*;
    use crate::violation::PayloadOptions;

    fn read(text: &str) -> Instance<'_> {
        reader::read(text.as_bytes(), &PayloadOptions::default()).expect(text)
    }

    #[test]
    fn items_are_equal_when_their_values_are() {
        for (items, expected) in [
            ("[]", true),
            ("[1]", true),
            ("[1,2]", true),
            ("[1,1.0]", false),
            ("[100,1e2]", false),
            ("[100,1E+2,0.1e3]", false),
            ("[0,-0]", false),
            ("[0,-0.0e7]", false),
            ("[1,-1]", true),
            ("[10,1]", true),
            ("[0.1,0.10]", false),
            ("[1e400,10e399]", false),
            ("[1e400,1e401]", true),
            ("[1e-400,1e-401,0]", true),
            ("[0.1,0.1000000000000000000001]", true),
            ("[1e99999999999999999999,1e99999999999999999999]", false),
            ("[\"1\",1]", true),
            ("[\"a\",\"b\",\"a\"]", false),
            ("[null,false,0,\"\",[],{}]", true),
            ("[[],[[]],[[[]]],[[],[]]]", true),
            ("[[1,[2]],[[1],2]]", true),
            ("[{\"a\":1,\"b\":2},{\"b\":2.0,\"a\":1}]", false),
            ("[{\"a\":1},{\"a\":1,\"b\":2}]", true),
            ("[{\"ab\":\"c\"},{\"a\":\"bc\"}]", true),
        ] {
            let instance = read(items);
            let Kind::Array(span) = instance.root().kind else { panic!("an array") };
            assert_eq!(are_unique(&instance, instance.items(span)), expected, "{items}");
        }
    }

    #[test]
    fn a_value_is_the_wanted_one_whatever_its_spelling() {
        for (value, wanted, expected) in [
            ("null", "null", true),
            ("false", "null", false),
            ("1.0", "1", true),
            ("1e2", "100", true),
            ("-1", "1", false),
            ("1.0000000000000000000000001", "1", false),
            (r#""a""#, r#""a""#, true),
            (r#""1""#, "1", false),
            ("[1,[2.0]]", "[1.0,[2]]", true),
            ("[1]", "[1,2]", false),
            (r#"{"b":1,"a":[]}"#, r#"{"a":[],"b":1e0}"#, true),
            (r#"{"a":1}"#, r#"{"a":1,"b":1}"#, false),
            (r#"{"a":1}"#, r#"{"b":1}"#, false),
        ] {
            let instance = read(value);
            let wanted = serde_json::from_str(wanted).expect(wanted);
            assert_eq!(is_value(&instance, instance.root(), &wanted), expected, "{value} {wanted}");
        }
    }

    #[test]
    fn whole_numbers_are_integers_in_every_spelling() {
        for (text, expected) in [
            ("0", true),
            ("-12", true),
            ("1.0", true),
            ("1.50", false),
            ("1.50e1", true),
            ("150e-1", true),
            ("155e-1", false),
            ("0.0e-9", true),
            ("1e300", true),
            ("1e-300", false),
            ("1e99999999999999999999", true),
            ("1e-99999999999999999999", false),
        ] {
            assert_eq!(is_integer(text), expected, "{text}");
        }
    }
}
