//! The strings of a payload: slices of its text, or of what had escapes and was decoded.

use std::cmp::Ordering;
use std::ops::Range;

use crate::tree::plain_length;

/// Bytes of a text: twice as many fit 32 bits, and no string is longer decoded than it is written. Payloads within the
/// limits are far from it.
pub(super) const MAX_TEXT: usize = (u32::MAX / 2) as usize;

/// Bytes for which there is room at once when a string has to be decoded.
const ROOM: usize = 64;

/// A text and, as if it went on behind it, the decoded form of its strings that have escapes.
#[derive(Debug)]
pub(super) struct Texts<'a> {
    pub text: &'a str,
    decoded: String,
}

/// Where a string or number stands in [`Texts`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Slice {
    start: u32,
    len: u32,
}

impl Slice {
    /// Of a text that [`Texts::new`] took.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, len: (end - start) as u32 }
    }

    #[inline]
    fn range(self, from: usize) -> Range<usize> {
        let start = self.start as usize - from;
        start..start + self.len as usize
    }
}

impl<'a> Texts<'a> {
    /// A text of at most [`MAX_TEXT`] bytes.
    pub fn new(text: &'a str) -> Self {
        Self { text, decoded: String::new() }
    }

    /// What stands there.
    #[inline]
    pub fn get(&self, slice: Slice) -> &str {
        self.text.get(slice.range(0)).unwrap_or_else(|| &self.decoded[slice.range(self.text.len())])
    }

    /// Decodes the string that starts behind a quote at `start`; also where its closing quote stands.
    /// `None` when it is no string of JSON.
    #[cold]
    pub fn decode(&mut self, start: usize) -> Option<(Slice, usize)> {
        let bytes = self.text.as_bytes();
        let first = self.decoded.len();
        self.decoded.reserve(ROOM);
        let mut by_number = false;
        let mut at = start;
        loop {
            let run = at;
            at += plain_length(bytes.get(at..)?);
            self.decoded.push_str(&self.text[run..at]);
            match bytes.get(at)? {
                b'"' => break,
                b'\\' => match bytes.get(at + 1)? {
                    b'u' => by_number = true,
                    letter => self.decoded.push(unescaped(*letter)?),
                },
                _ => return None,
            }
            at += 2;
        }
        if by_number {
            // Rare, and surrogates have rules that are left to the library.
            self.decoded.truncate(first);
            self.decoded.push_str(&serde_json::from_slice::<String>(&bytes[start - 1..=at]).ok()?);
        }
        let behind = self.text.len();
        Some((Slice::new(behind + first, behind + self.decoded.len()), at))
    }
}

/// The character that a letter behind a backslash stands for, by itself.
fn unescaped(letter: u8) -> Option<char> {
    Some(match letter {
        b'"' | b'\\' | b'/' => char::from(letter),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return None,
    })
}

/// A name and its first bytes as a number: most names differ there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    head: u64,
    slice: Slice,
}

impl Name {
    /// The name that stands there.
    #[inline]
    pub fn new(slice: Slice, texts: &Texts<'_>) -> Self {
        let near = texts.text.as_bytes().get(slice.start as usize..).and_then(<[u8]>::first_chunk);
        let head = match near {
            Some(bytes) if slice.len < 8 => u64::from_be_bytes(*bytes) & !(u64::MAX >> (8 * slice.len)),
            Some(bytes) => u64::from_be_bytes(*bytes),
            None => head(texts.get(slice)),
        };
        Self { head, slice }
    }

    /// The name as text.
    #[inline]
    pub fn text<'t>(&self, texts: &'t Texts<'_>) -> &'t str {
        texts.get(self.slice)
    }

    /// Which of two names of one payload comes first.
    #[inline]
    pub fn order(&self, other: &Self, texts: &Texts<'_>) -> Ordering {
        self.head.cmp(&other.head).then_with(|| self.text(texts).cmp(other.text(texts)))
    }

    /// Which comes first, it or a name from elsewhere.
    pub fn order_to(&self, (head, text): (u64, &str), texts: &Texts<'_>) -> Ordering {
        self.head.cmp(&head).then_with(|| self.text(texts).cmp(text))
    }
}

/// The first eight bytes as a number, with zeros behind a shorter name: two of them are ordered as their names, where
/// they differ.
pub(super) fn head(name: &str) -> u64 {
    let mut bytes = [0; 8];
    let length = name.len().min(8);
    bytes[..length].copy_from_slice(&name.as_bytes()[..length]);
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_as_their_texts() {
        let names = [
            "",
            "\0",
            "\0\0",
            "a",
            "a\0",
            "ab",
            "abcdefg",
            "abcdefgh",
            "abcdefghi",
            "abcdefgz",
            "é",
            "\u{10ffff}",
        ];
        let text = names.concat();
        let texts = Texts::new(&text);
        let mut start = 0;
        let placed: Vec<Name> = names
            .iter()
            .map(|name| {
                let slice = Slice::new(start, start + name.len());
                start += name.len();
                Name::new(slice, &texts)
            })
            .collect();
        for (one, name) in placed.iter().zip(names) {
            assert_eq!(one.text(&texts), name);
            for (other, second) in placed.iter().zip(names) {
                assert_eq!(one.order(other, &texts), name.cmp(second), "{name:?} {second:?}");
                assert_eq!(
                    one.order_to((head(second), second), &texts),
                    name.cmp(second),
                    "{name:?} {second:?}"
                );
            }
        }
    }
}
