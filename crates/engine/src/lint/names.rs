//! Words in names.
//!
//! A version suffix is `v1` or a date after `.`, `_` or `-`; a reverse-DNS prefix is the first two of at
//! least three dotted parts when the first one looks like a top-level domain.

/// Participles that do not end in `ed`.
const IRREGULAR: [&str; 36] = [
    "sent",
    "paid",
    "made",
    "begun",
    "built",
    "bought",
    "sold",
    "lost",
    "found",
    "met",
    "kept",
    "left",
    "held",
    "told",
    "set",
    "cut",
    "shut",
    "split",
    "reset",
    "read",
    "done",
    "gone",
    "taken",
    "given",
    "written",
    "chosen",
    "broken",
    "frozen",
    "hidden",
    "known",
    "seen",
    "shown",
    "won",
    "withdrawn",
    "overdrawn",
    "undone",
];

/// Words that end in `ed` and are no participles.
const NO_PARTICIPLES: [&str; 8] = ["need", "feed", "seed", "speed", "breed", "bed", "red", "shed"];

/// Imperatives.
const COMMANDS: [&str; 52] = [
    "accept",
    "activate",
    "add",
    "approve",
    "archive",
    "assign",
    "authorize",
    "book",
    "cancel",
    "capture",
    "change",
    "charge",
    "close",
    "complete",
    "confirm",
    "create",
    "deactivate",
    "delete",
    "deliver",
    "disable",
    "dispatch",
    "enable",
    "execute",
    "import",
    "issue",
    "merge",
    "move",
    "notify",
    "open",
    "pay",
    "place",
    "process",
    "publish",
    "rebuild",
    "refund",
    "register",
    "reject",
    "release",
    "remove",
    "reserve",
    "retry",
    "run",
    "save",
    "schedule",
    "send",
    "ship",
    "start",
    "stop",
    "submit",
    "sync",
    "update",
    "upload",
];

/// Questions.
const QUERIES: [&str; 7] = ["get", "list", "fetch", "find", "query", "search", "lookup"];

/// First parts of reverse-DNS names beside two-letter ones.
const TOP_LEVEL: [&str; 14] = [
    "com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "dev", "app", "cloud", "tech", "example",
];

/// What the end of a name says about its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// Nothing.
    None,
    /// A major version.
    Major(u64),
    /// A date.
    Date,
}

/// A name without its version suffix, and what the suffix states.
pub(super) fn split_version(name: &str) -> (&str, Version) {
    let stated = last_part(name).and_then(|(start, suffix)| Some((start, version(suffix)?)));
    match (stated, date_suffix(name)) {
        (Some((start, major)), _) => (&name[..start], Version::Major(major)),
        (None, Some(start)) => (&name[..start], Version::Date),
        (None, None) => (name, Version::None),
    }
}

/// The part after the last separator, and where the separator stands.
fn last_part(name: &str) -> Option<(usize, &str)> {
    let start = name.rfind(['.', '_', '-'])?;
    Some((start, &name[start + 1..]))
}

/// `v1`, and `v2beta1` as a pre-release of 2.
fn version(part: &str) -> Option<u64> {
    let digits = part.strip_prefix(['v', 'V'])?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let rest = digits[end..].to_ascii_lowercase();
    let stage = ["alpha", "beta", "rc"].iter().find_map(|stage| rest.strip_prefix(stage));
    let known = rest.is_empty() || stage.is_some_and(|number| number.chars().all(|c| c.is_ascii_digit()));
    known.then(|| digits[..end].parse().ok()).flatten()
}

/// Start of a trailing `-2026-05` or `-2026-05-12`.
fn date_suffix(name: &str) -> Option<usize> {
    [11, 8].into_iter().find_map(|length| {
        let start = name.len().checked_sub(length)?;
        let fits = name.as_bytes()[start..].iter().enumerate().all(|(position, byte)| match position {
            0 => matches!(byte, b'.' | b'_' | b'-'),
            5 | 8 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        fits.then_some(start)
    })
}

/// Major version anywhere in a name or URI: the last part that is one.
pub(super) fn major(name: &str) -> Option<u64> {
    name.rsplit(['.', '_', '-', '/', ':', '#']).find_map(version)
}

/// Lower-case words of the event's name: version, reverse-DNS prefix and namespace dropped, split at separators and
/// at changes of case. A last part of several words (`SendEmail`, `order_placed`) is the name; a single word is read
/// together with the parts before it (`orders.placed`).
pub(super) fn event_words(name: &str) -> Vec<String> {
    let (name, _) = split_version(name);
    let parts: Vec<&str> = name.split('.').collect();
    let own = if parts.len() > 2 && is_top_level(parts[0]) { &parts[2..] } else { &parts[..] };
    let own: Vec<_> = own.iter().filter(|part| version(part).is_none()).map(|part| words(part)).collect();
    match own.last() {
        Some(last) if last.len() > 1 => last.clone(),
        _ => own.concat(),
    }
}

/// Whether a part can open a reverse-DNS name.
pub(super) fn is_top_level(part: &str) -> bool {
    let letters = part.bytes().all(|byte| byte.is_ascii_alphabetic());
    letters && (part.len() == 2 || TOP_LEVEL.contains(&part.to_ascii_lowercase().as_str()))
}

/// Lower-case words of any name: `HTTPStatusCode` is `http`, `status`, `code`.
pub(super) fn words(name: &str) -> Vec<String> {
    let characters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = vec![String::new()];
    for (position, character) in characters.iter().enumerate() {
        if !character.is_alphanumeric() {
            words.push(String::new());
            continue;
        }
        let before = position.checked_sub(1).and_then(|before| characters.get(before));
        let after = characters.get(position + 1);
        let starts = character.is_uppercase()
            && (before.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit())
                || (before.is_some_and(|c| c.is_uppercase()) && after.is_some_and(|c| c.is_lowercase())));
        if starts {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(character.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a word is in the past, as far as its ending tells.
pub(super) fn is_past(word: &str) -> bool {
    (word.len() > 2 && word.ends_with("ed") && !NO_PARTICIPLES.contains(&word)) || IRREGULAR.contains(&word)
}

/// Whether a name says something happened.
pub(super) fn is_fact(words: &[String]) -> bool {
    words.last().is_some_and(|word| is_past(word))
}

/// The imperative in a name that states no fact: its first or last word.
pub(super) fn command(words: &[String]) -> Option<&str> {
    let ends = [words.first(), words.last()].into_iter().flatten();
    ends.map(String::as_str).find(|word| COMMANDS.contains(word) && !is_fact(words))
}

/// The question in a name: its first word.
pub(super) fn query(words: &[String]) -> Option<&str> {
    words.first().map(String::as_str).filter(|word| QUERIES.contains(word))
}

/// Whether a property is about money, and not a ratio or a count of it.
pub(super) fn is_money(name: &str) -> bool {
    let words = words(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    has(&["amount", "price", "total", "subtotal", "cost", "fee", "tax", "balance", "discount"])
        && !has(&["rate", "percent", "percentage", "count", "ratio"])
}

/// Whether a property is a point in time or a day.
pub(super) fn is_time(name: &str) -> bool {
    let words = words(name);
    match words.last().map(String::as_str) {
        Some("at" | "time") => words.len() > 1,
        Some("timestamp" | "date") => true,
        _ => false,
    }
}

/// Whether a property holds an identifier.
pub(super) fn is_id(name: &str) -> bool {
    words(name).last().is_some_and(|word| matches!(word.as_str(), "id" | "uuid" | "guid"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_at_separators_and_case() {
        for (name, expected) in [
            ("HTTPStatusCode", "http status code"),
            ("order_id", "order id"),
            ("pull_request.opened", "pull request opened"),
            ("emailV2Sent", "email v2 sent"),
            ("", ""),
        ] {
            assert_eq!(words(name).join(" "), expected, "{name}");
        }
    }

    #[test]
    fn versions_and_prefixes_are_dropped_from_event_names() {
        for (name, expected) in [
            ("com.acme.orders.placed.v1", "orders placed"),
            ("OrderPlaced.v1", "order placed"),
            ("order.placed-2026-05-12", "order placed"),
            ("order.placed.2026-05", "order placed"),
            ("com.github.pull_request.opened", "pull request opened"),
            ("com.acme.orders.v2.OrderPlaced", "order placed"),
            ("acme.mail.v1.SendEmail", "send email"),
            ("com.acme.users.user_registered", "user registered"),
            ("orders.Placed", "orders placed"),
            ("order.placed.v2beta1", "order placed"),
        ] {
            assert_eq!(event_words(name).join(" "), expected, "{name}");
        }
        assert_eq!(split_version("a.V12").1, Version::Major(12));
        assert_eq!(split_version("a.v2beta1").1, Version::Major(2));
        assert_eq!(split_version("a.vx").1, Version::None);
        assert_eq!(major("https://example.com/schemas/order/v3/"), Some(3));
    }

    #[test]
    fn facts_commands_and_questions_are_told_apart() {
        let of = |name: &str| event_words(name);
        for name in ["OrderPlaced", "email.sent", "com.github.pull_request.opened", "ProcessStarted"] {
            assert!(is_fact(&of(name)), "{name}");
            assert_eq!(command(&of(name)), None, "{name}");
        }
        for (name, word) in [
            ("SendEmail", "send"),
            ("com.acme.orders.SendEmail", "send"),
            ("RebuildIndex", "rebuild"),
            ("order.place", "place"),
        ] {
            assert_eq!(command(&of(name)), Some(word), "{name}");
        }
        assert_eq!(query(&of("GetUserDetails")), Some("get"));
        assert!(!is_fact(&of("NewsFeed")));
    }
}
