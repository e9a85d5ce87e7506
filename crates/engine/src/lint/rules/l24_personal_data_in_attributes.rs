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

/// Something, `@`, and a name with a dot.
fn is_email(value: &str) -> bool {
    value.split(['/', '?', '&', '=', ':', ',', ' ', '<', '>']).any(|part| {
        let Some((local, host)) = part.rsplit_once('@') else { return false };
        let host_fits = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
        !local.is_empty() && host_fits && host.contains('.') && !host.ends_with('.')
    })
}

/// 13 to 19 digits in groups whose check digit (Luhn) is right.
fn is_card(value: &str) -> bool {
    let grouped = value.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-'));
    let digits: Vec<u32> = value.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(position, digit)| match position % 2 {
            0 => *digit,
            _ => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    grouped && (13..=19).contains(&digits.len()) && sum.is_multiple_of(10)
}

/// `+` and 8 to 15 digits.
fn is_phone(value: &str) -> bool {
    let Some(rest) = value.strip_prefix("tel:").unwrap_or(value).strip_prefix('+') else { return false };
    let digits = rest.chars().filter(char::is_ascii_digit).count();
    (8..=15).contains(&digits)
        && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '.'))
}
