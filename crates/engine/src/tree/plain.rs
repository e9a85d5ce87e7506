//! Strings of JSON texts, up to where they need a look.

/// Length of the run of bytes at the front that need no look: no quote, backslash or control.
/// Eight at a time; a byte is special when the borrow of a subtraction reaches its top bit.
pub fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let has_zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let (words, _) = bytes.as_chunks::<8>();
    let plain_words = words
        .iter()
        .take_while(|bytes| {
            let word = u64::from_le_bytes(**bytes);
            let controls = word.wrapping_sub(ONES * 0x20) & !word;
            let quotes = has_zero(word ^ (ONES * u64::from(b'"')));
            let backslashes = has_zero(word ^ (ONES * u64::from(b'\\')));
            (controls | quotes | backslashes) & (ONES * 0x80) == 0
        })
        .count();
    let done = plain_words * 8;
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    done + bytes[done..].iter().position(is_special).unwrap_or(bytes.len() - done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_runs_end_at_the_first_special_byte() {
        for length in 0..40 {
            for special in [b'"', b'\\', 0, 0x1f] {
                let mut bytes = vec![b'x'; length];
                bytes.push(special);
                bytes.extend([b'"'; 20]);
                assert_eq!(plain_length(&bytes), length);
            }
        }
        assert_eq!(plain_length("é😀 ~\u{7f}\u{80}!#[]".as_bytes()), "é😀 ~\u{7f}\u{80}!#[]".len());
    }
}
