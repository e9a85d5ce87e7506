//! How many states the automaton of a pattern has, about.
//!
//! A match looks at each character of a text with as many states as are alive, which counted repetition multiplies:
//! `(\\w{100}){10}` has a thousand. One pass over the pattern, never refused: what is no ECMA-262 counts somehow.

/// States of a pattern; saturating.
pub(super) fn of_pattern(pattern: &str) -> u64 {
    let mut open = Vec::new();
    // States before the last item, and of the last item, which a quantifier multiplies.
    let (mut before, mut last) = (0u64, 0u64);
    let mut rest = pattern;
    while let Some(character) = rest.chars().next() {
        rest = &rest[character.len_utf8()..];
        match character {
            '*' | '+' | '?' => {}
            '{' if let Some((most, behind)) = count(rest) => {
                last = last.saturating_mul(most);
                rest = behind;
            }
            '(' => {
                open.push(before.saturating_add(last));
                (before, last) = (0, 0);
            }
            ')' => {
                last = before.saturating_add(last).saturating_add(1);
                before = open.pop().unwrap_or(0);
            }
            item => {
                before = before.saturating_add(last);
                last = 1;
                rest = match item {
                    '[' => behind_class(rest),
                    '\\' => behind_character(rest),
                    _ => rest,
                };
            }
        }
    }
    open.into_iter().fold(before.saturating_add(last), u64::saturating_add)
}

/// How often `n}`, `n,}` or `n,m}` repeats at most, and what follows.
fn count(text: &str) -> Option<(u64, &str)> {
    let (inside, behind) = text.split_once('}')?;
    let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
    let number = |digits: &str| {
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse().unwrap_or(u64::MAX))
    };
    let least = number(least)?;
    let most = if most.is_empty() { least.saturating_add(1) } else { number(most)? };
    Some((most.max(1), behind))
}

fn behind_class(text: &str) -> &str {
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        rest = behind_character(rest);
        match character {
            ']' => break,
            '\\' => rest = behind_character(rest),
            _ => {}
        }
    }
    rest
}

fn behind_character(text: &str) -> &str {
    let mut characters = text.chars();
    characters.next();
    characters.as_str()
}

#[cfg(test)]
mod tests {
    use super::of_pattern;

    #[test]
    fn counted_repetition_multiplies_what_it_repeats() {
        for (pattern, states) in [
            ("", 0),
            ("^abc$", 5),
            ("^[A-Z]{3}$", 5),
            (r"a\{3}", 4),
            ("[{3}]{4}", 4),
            (r"[\]{9}]x", 2),
            ("x{2,}", 3),
            ("x{2,7}", 7),
            ("(ab){10}", 30),
            (r"(\w{100}){10}", 1_010),
            ("((a{10}){10}){10}", 1_110),
            ("x{", 2),
            ("x{a}", 4),
            ("x{99999999999999999999}{9}", u64::MAX),
            ("((((", 0),
            ("))))", 4),
            ("[", 1),
            ("\\", 1),
        ] {
            assert_eq!(of_pattern(pattern), states, "{pattern}");
        }
    }
}
