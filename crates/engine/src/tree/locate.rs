//! Where something stands in a text, for people and for annotations in a pull request.

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

#[cfg(test)]
mod tests {
    use super::*;

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
