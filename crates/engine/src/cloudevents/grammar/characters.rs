//! Code points of the CloudEvents String type ("Type System").
//!
//! Not allowed: C0 and C1 controls, DEL and the 66 noncharacters. Surrogates cannot occur in a `str`.
//! Everything else is, also U+FEFF, U+FFFD, private use and code points without a meaning yet.

/// Whether a String holds only allowed code points.
pub fn are_allowed(text: &str) -> bool {
    is_printable_ascii(text.as_bytes()) || text.chars().all(is_allowed)
}

/// Whether all bytes are printable ASCII, as in most texts. Eight at a time: the first byte that is not has the
/// top bit, borrows it or is carried into it.
fn is_printable_ascii(bytes: &[u8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let (words, rest) = bytes.as_chunks::<8>();
    let is_printable = |word: &[u8; 8]| {
        let word = u64::from_le_bytes(*word);
        (word | word.wrapping_sub(ONES * 0x20) | word.wrapping_add(ONES)) & (ONES * 0x80) == 0
    };
    words.iter().all(is_printable) && rest.iter().all(|byte| matches!(byte, 0x20..=0x7e))
}

fn is_allowed(character: char) -> bool {
    let code = u32::from(character);
    let is_noncharacter = matches!(code, 0xfdd0..=0xfdef) || code & 0xfffe == 0xfffe;
    !matches!(code, 0..=0x1f | 0x7f..=0x9f) && !is_noncharacter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_noncharacters_are_refused() {
        for text in
            ["", "plain", "é😀", "\u{a0}", "\u{feff}", "\u{fffd}", "\u{200f}", "\u{e000}", "\u{fdcf}\u{fdf0}"]
        {
            assert!(are_allowed(text), "{text:?}");
        }
        for code in [0, 9, 0x1f, 0x7f, 0x80, 0x9f, 0xfdd0, 0xfdef, 0xfffe, 0xffff, 0x1_fffe, 0x10_ffff] {
            let character = char::from_u32(code).expect("a scalar value");
            assert!(!are_allowed(&format!("a{character}")), "{code:x}");
        }
        let refused = (0..=0x10_ffff).filter_map(char::from_u32).filter(|c| !is_allowed(*c)).count();
        assert_eq!(refused, 32 + 33 + 66);
    }
}
