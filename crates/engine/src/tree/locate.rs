//! Where something stands in a text, for people and for annotations in a pull request.

use super::{Node, Value};

/// Bytes between two remembered counts of characters.
const STRIDE: usize = 1024;

/// The lines of a text, to ask for many places in it.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a [u8],
    /// Offset of the first byte of each line.
    starts: Vec<usize>,
    /// Characters before each multiple of [`STRIDE`].
    characters: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Reads the text once.
    pub fn of(text: &'a str) -> Self {
        let text = text.as_bytes();
        let ends = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let starts = std::iter::once(0).chain(ends.map(|(end, _)| end + 1)).collect();
        let mut characters = vec![0];
        let mut before = 0;
        for stretch in text.chunks(STRIDE) {
            before += count_characters(stretch);
            characters.push(before);
        }
        Self { text, starts, characters }
    }

    /// Line and column (both from 1, columns in characters) of a byte offset. An offset behind the text is
    /// its end. Logarithmic in the lines of the text, whatever their length.
    pub fn place(&self, offset: usize) -> (usize, usize) {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        (line, self.characters_before(offset) - self.characters_before(start) + 1)
    }

    fn characters_before(&self, offset: usize) -> usize {
        let known = offset / STRIDE;
        self.characters[known] + count_characters(&self.text[known * STRIDE..offset])
    }
}

/// Characters that begin in a stretch of UTF-8.
fn count_characters(stretch: &[u8]) -> usize {
    stretch.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

/// One token of a JSON Pointer, escaped (RFC 6901 section 3).
pub fn pointer_token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// JSON Pointer of the value that starts at a byte offset of its text. As deep as the text was parsed.
pub fn find_pointer(root: &Node, offset: usize) -> Option<String> {
    if root.offset == offset {
        return Some(String::new());
    }
    // Values come in the order of the text: the last child that starts before the offset holds it.
    let (token, child) = match &root.value {
        Value::Array(items) => {
            let position = items.iter().rposition(|item| item.offset <= offset)?;
            (position.to_string(), &items[position])
        }
        Value::Object(members) => {
            let holder = members.iter().filter(|(_, member)| member.offset <= offset);
            let (name, member) = holder.max_by_key(|(_, member)| member.offset)?;
            (pointer_token(name), member)
        }
        _ => return None,
    };
    Some(format!("/{token}{}", find_pointer(child, offset)?))
}

#[cfg(test)]
mod tests {
    use super::super::{Leniency, parse};
    use super::*;
    use crate::Limits;

    #[test]
    fn a_value_is_found_by_where_it_starts() {
        let text = r#"{"a": [1, {"b/c": [true]}], "d": "x", "a~": {}}"#;
        let root = parse(text, Leniency::Strict, &Limits::default()).expect(text);
        let at = |part: &str| find_pointer(&root, text.find(part).expect(part));
        for (part, pointer) in [
            ("{\"a", ""),
            ("[1", "/a"),
            ("1", "/a/0"),
            ("[t", "/a/1/b~1c"),
            ("true", "/a/1/b~1c/0"),
            ("\"x", "/d"),
            ("{}", "/a~0"),
        ] {
            assert_eq!(at(part).as_deref(), Some(pointer), "{part}");
        }
        assert_eq!(at("b/c"), None);
    }

    #[test]
    fn columns_count_characters() {
        let text = "{\n  \"é\": 1\n}";
        let lines = Lines::of(text);
        assert_eq!(lines.place(text.find('1').unwrap_or_default()), (2, 8));
        assert_eq!(lines.place(0), (1, 1));
        assert_eq!(lines.place(2), (2, 1));
        assert_eq!(lines.place(9_999), (3, 2));
        assert_eq!(Lines::of("").place(0), (1, 1));
    }

    #[test]
    fn places_in_long_lines_are_those_of_a_count_from_the_start() {
        let text = format!("{}\n{}\nend", "aé→𝄞".repeat(2_000), "xy".repeat(1_024));
        let lines = Lines::of(&text);
        for (offset, _) in text.char_indices().step_by(97) {
            let before = &text[..offset];
            let start = before.rfind('\n').map_or(0, |end| end + 1);
            let expected = (before.matches('\n').count() + 1, text[start..offset].chars().count() + 1);
            assert_eq!(lines.place(offset), expected, "{offset}");
        }
    }
}
