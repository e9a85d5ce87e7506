//! `uniqueItems` in time linear in the payload.
//!
//! The crate hashes numbers by their double and containers by their leaves alone, so that numbers beyond doubles, or
//! arrays of empty arrays, all meet in one place and are compared pair by pair. Here every item is written in a normal
//! form, equal for equal values (`1`, `1.0` and `10e-1`; members in any order), and the forms are compared.

use std::collections::HashSet;

use jsonschema::{Keyword, ValidationError};
use serde_json::Value;

/// The keyword, on or off.
pub(super) struct UniqueItems(pub bool);

/// The message that [`finding`](super::finding) replaces.
const REPEATED: &str = "two items are equal";

impl<'i> Keyword<'i> for UniqueItems {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.is_valid(instance) { Ok(()) } else { Err(ValidationError::custom(REPEATED)) }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        !self.0 || instance.as_array().is_none_or(|items| are_unique(items))
    }
}

fn are_unique(items: &[Value]) -> bool {
    if items.len() < 2 {
        return true;
    }
    if items.iter().all(Value::is_string) {
        let mut seen = HashSet::with_capacity(items.len());
        return items.iter().all(|item| seen.insert(item.as_str()));
    }
    let mut seen = HashSet::with_capacity(items.len());
    items.iter().all(|item| {
        let mut form = Vec::with_capacity(16);
        write(item, &mut form);
        seen.insert(form)
    })
}

/// Appends the normal form: a letter, and lengths before what varies. As deep as the payload was parsed.
fn write(value: &Value, form: &mut Vec<u8>) {
    match value {
        Value::Null => form.push(b'n'),
        Value::Bool(value) => form.push(if *value { b't' } else { b'f' }),
        Value::Number(number) => {
            form.push(b'#');
            write_number(number.as_str(), form);
        }
        Value::String(text) => {
            form.push(b's');
            write_text(text, form);
        }
        Value::Array(items) => {
            form.push(b'a');
            form.extend(items.len().to_le_bytes());
            for item in items {
                write(item, form);
            }
        }
        // Members are sorted by name.
        Value::Object(members) => {
            form.push(b'o');
            form.extend(members.len().to_le_bytes());
            for (name, member) in members {
                write_text(name, form);
                write(member, form);
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
    use super::*;

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
            let items: Vec<Value> = serde_json::from_str(items).expect(items);
            assert_eq!(are_unique(&items), expected, "{items:?}");
        }
    }
}
