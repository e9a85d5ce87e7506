//! Prefixes as ranges, `prefix <= name < successor`: an index answers them, and `%` and `_` mean themselves.

/// The least text that is greater than every text with this prefix; `None` when there is none.
/// The byte order of UTF-8 is the order of code points.
pub fn successor(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = match last {
            char::MAX => continue,
            '\u{d7ff}' => '\u{e000}',
            other => char::from_u32(u32::from(other) + 1)?,
        };
        chars.push(next);
        return Some(chars.into_iter().collect());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::successor;

    #[test]
    fn successor_is_the_first_text_beyond_a_prefix() {
        for (prefix, expected) in [
            ("", None),
            ("a", Some("b")),
            ("a%", Some("a&")),
            ("a_", Some("a`")),
            ("\u{7f}", Some("\u{80}")),
            ("x\u{d7ff}", Some("x\u{e000}")),
            ("a\u{10ffff}", Some("b")),
            ("\u{10ffff}\u{10ffff}", None),
        ] {
            assert_eq!(successor(prefix).as_deref(), expected, "{prefix:?}");
        }
    }
}
