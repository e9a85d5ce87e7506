//! Strings as written and unescaped.

use std::borrow::Cow;

/// Unescapes the inside of a string that the scanner accepted. An unpaired surrogate, which makes the
/// whole document unreadable, becomes U+FFFD here.
pub fn unescape(raw: &str) -> Cow<'_, str> {
    let Some(first) = raw.find('\\') else { return Cow::Borrowed(raw) };
    let mut plain = String::with_capacity(raw.len());
    plain.push_str(&raw[..first]);
    let mut rest = &raw[first..];
    while let Some(after) = rest.strip_prefix('\\') {
        rest = unescape_one(after, &mut plain);
        let next = rest.find('\\').unwrap_or(rest.len());
        plain.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    Cow::Owned(plain)
}

/// Unescapes what follows a backslash and returns the rest.
fn unescape_one<'a>(after: &'a str, plain: &mut String) -> &'a str {
    let mut characters = after.chars();
    let character = match characters.next() {
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => return unescape_unicode(characters.as_str(), plain),
        Some(other) => other,
        None => return "",
    };
    plain.push(character);
    characters.as_str()
}

fn unescape_unicode<'a>(digits: &'a str, plain: &mut String) -> &'a str {
    let (unit, rest) =
        (code_unit(digits.as_bytes()).unwrap_or_default(), digits.get(4..).unwrap_or_default());
    let low = rest.strip_prefix("\\u").and_then(|low| code_unit(low.as_bytes()));
    match (unit, low) {
        (high @ 0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
            let code = 0x1_0000 + ((u32::from(high) - 0xd800) << 10) + (u32::from(low) - 0xdc00);
            plain.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            rest.get(6..).unwrap_or_default()
        }
        _ => {
            plain.push(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER));
            rest
        }
    }
}

/// Reads four hexadecimal digits.
pub fn code_unit(bytes: &[u8]) -> Option<u16> {
    bytes.first_chunk::<4>()?.iter().try_fold(0u16, |unit, byte| {
        let digit = char::from(*byte).to_digit(16)?;
        Some(unit << 4 | digit as u16)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_characters() {
        assert_eq!(unescape("plain é"), "plain é");
        assert_eq!(unescape(r#"a\"\\\/\b\f\n\r\t\u0041b"#), "a\"\\/\u{8}\u{c}\n\r\tAb");
        assert_eq!(unescape(r"\uD83D\uDE00x"), "😀x");
        assert_eq!(unescape(r"\u00e9\u20AC"), "é€");
        assert_eq!(unescape(r"\uD83Dx\uDE00"), "\u{fffd}x\u{fffd}");
    }
}
