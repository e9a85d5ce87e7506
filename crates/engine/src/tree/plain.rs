//! Strings of JSON texts, up to where they need a look.

/// Length of the run of bytes at the front that need no look: no quote, backslash or control.
/// Eight at a time.
#[inline]
pub fn plain_length(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            return at * 8 + special.trailing_zeros() as usize / 8;
        }
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    words.len() * 8 + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// The top bits of the bytes that are special. A byte is, when the borrow of a subtraction reaches its top bit; a borrow
/// out of a special byte may also mark the ones above it, so only the lowest bit tells a place.
#[inline]
fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // The quote trades places with the space and joins the controls.
    let controls_and_quotes = (word ^ (ONES * 2)).wrapping_sub(ONES * 0x21);
    let backslashes = (word ^ (ONES * u64::from(b'\\'))).wrapping_sub(ONES);
    // Where the top bit was set before, it is no borrow.
    (controls_and_quotes | backslashes) & !word & (ONES * 0x80)
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
                for next in [b'"', b'\\', 0, b' ', b'#', 0x80, 0xff] {
                    let with_next: Vec<u8> = bytes.iter().copied().chain([next; 20]).collect();
                    assert_eq!(plain_length(&with_next), length, "{special} {next}");
                }
            }
        }
        assert_eq!(plain_length("é😀 ~\u{7f}\u{80}!#[]".as_bytes()), "é😀 ~\u{7f}\u{80}!#[]".len());
    }
}
