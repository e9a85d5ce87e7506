//! L24: an attribute looks like personal data.

use crate::lint::input::View;
use crate::lint::{Found, Level, Rule};

pub(super) static RULE: Rule = Rule {
    id: "L24",
    name: "personal-data-in-attributes",
    level: Level::Warn,
    summary: "an attribute looks like personal data",
    why: "Attributes are written to logs, traces and routing tables on the way, and are not encrypted with the data.",
    suggestion: "Use an opaque id in attributes; keep personal data in the data.",
    examples: fixtures!("L24": Event),
    check,
};

fn check(view: &View<'_>, found: &mut Found) {
    const CORE: [&str; 6] = ["specversion", "type", "time", "datacontenttype", "dataschema", "traceparent"];
    let Some(event) = view.event() else { return };
    for (name, value) in event.attributes().filter(|(name, _)| !CORE.contains(name)) {
        let looks_like = [
            ("an e-mail address", is_email as fn(&str) -> bool),
            ("a card number", is_card),
            ("a phone number", is_phone),
        ];
        if let Some((what, _)) = looks_like.iter().find(|(_, test)| test(value)) {
            found.attribute(name, format!("`{name}` looks like {what}"));
        }
    }
}

/// Something, `@`, and a name with a dot whose last part is no number.
fn is_email(value: &str) -> bool {
    value.split(['/', '?', '&', '=', ':', ',', ' ', '<', '>', '"', '\'', '(', ')']).any(|part| {
        let Some((local, host)) = part.rsplit_once('@') else { return false };
        let fits = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
        let last = host.rsplit_once('.').map_or("", |(_, last)| last);
        !local.is_empty() && fits && last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_alphabetic())
    })
}

/// A number by itself, in one piece or in the groups of a card, that an issuer could have given out.
fn is_card(value: &str) -> bool {
    let is_part = |c: char| c.is_ascii_digit() || c == ' ' || c == '-';
    let mut start = 0;
    value.split(|c| !is_part(c)).any(|run| {
        let at = start;
        // All separators that letters do not include are as good as an end.
        let next = value[at + run.len()..].chars().next();
        start = at + run.len() + next.map_or(0, char::len_utf8);
        let before = value[..at].chars().next_back();
        // Beside a letter only what a hyphen or a space sets apart.
        let run = if before.is_some_and(char::is_alphanumeric) {
            run.split_once([' ', '-']).map_or("", |(_, rest)| rest)
        } else {
            run
        };
        let run = if next.is_some_and(char::is_alphanumeric) {
            run.rsplit_once([' ', '-']).map_or("", |(rest, _)| rest)
        } else {
            run
        };
        is_card_number(run.trim_matches([' ', '-']))
    })
}

fn is_card_number(text: &str) -> bool {
    let groups: Vec<usize> = text.split([' ', '-']).map(str::len).collect();
    let is_grouped = matches!(groups[..], [_] | [4, 6, 4 | 5] | [4, 4, 4, 1..=4] | [4, 4, 4, 4, 1..=3]);
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    is_grouped && was_issued(&digits) && has_check_digit(&digits)
}

/// Whether an issuer of cards has numbers that start and are as long as this one.
fn was_issued(digits: &[u32]) -> bool {
    let Some(start) = digits.get(..4) else { return false };
    let start = start.iter().fold(0, |number, digit| number * 10 + digit);
    let length = digits.len();
    let european = matches!(start, 3000..=3099 | 3600..=3699 | 3800..=3999) && length == 14;
    let american = matches!(start, 3400..=3499 | 3700..=3799) && length == 15;
    let of_sixteen = matches!(start, 2221..=2720 | 3500..=3599 | 5100..=5599) && length == 16;
    let of_four = matches!(start, 4000..=4999) && matches!(length, 13 | 16 | 19);
    let of_six = matches!(start, 6000..=6999) && (16..=19).contains(&length);
    european || american || of_sixteen || of_four || of_six
}

/// The last digit of a card is such that a weighted sum ends in zero (Luhn).
fn has_check_digit(digits: &[u32]) -> bool {
    let weighted = digits.iter().rev().enumerate().map(|(position, digit)| match position % 2 {
        0 => *digit,
        _ => digit * 2 / 10 + digit * 2 % 10,
    });
    weighted.sum::<u32>().is_multiple_of(10)
}

/// `+` and 8 to 15 digits, or ten digits of which the first three stand in brackets.
fn is_phone(value: &str) -> bool {
    let value = value.strip_prefix("tel:").unwrap_or(value).trim();
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let is_number =
        |text: &str| text.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '.'));
    match value.strip_prefix('+') {
        Some(rest) => (8..=15).contains(&digits) && is_number(rest),
        None => digits == 10 && value.starts_with('(') && value.find(')') == Some(4) && is_number(value),
    }
}
