//! Words in names.
//!
//! A reverse-DNS prefix is the first two of at least three dotted parts when the first one looks like a top-level
//! domain.

use crate::type_version::{TypeVersion, major_of, split_version};

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

/// Top-level domains that are words as well: `shop.order.placed` has no domain.
const FURTHER_TOP_LEVEL: [&str; 56] = [
    "academy",
    "agency",
    "air",
    "amsterdam",
    "art",
    "auto",
    "bank",
    "bayern",
    "berlin",
    "bio",
    "blog",
    "broker",
    "care",
    "city",
    "coop",
    "credit",
    "delivery",
    "design",
    "digital",
    "earth",
    "energy",
    "expert",
    "express",
    "finance",
    "fund",
    "games",
    "global",
    "group",
    "health",
    "hamburg",
    "hotel",
    "insurance",
    "jobs",
    "koeln",
    "live",
    "london",
    "market",
    "media",
    "mobi",
    "museum",
    "name",
    "network",
    "news",
    "online",
    "paris",
    "pro",
    "services",
    "shop",
    "site",
    "software",
    "solutions",
    "store",
    "systems",
    "tokyo",
    "wien",
    "xyz",
];

/// First parts of reverse-DNS names beside two-letter ones.
const TOP_LEVEL: [&str; 14] = [
    "com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "dev", "app", "cloud", "tech", "example",
];

/// Major version anywhere in a name or URI, without leading zeros: the last part that is one.
pub(super) fn major(name: &str) -> Option<&str> {
    name.rsplit(['.', '_', '-', '/', ':', '#']).find_map(|part| number(major_of(part)?))
}

/// Major version at the end of a name.
pub(super) fn major_suffix(name: &str) -> Option<&str> {
    number(split_version(name).1?)
}

fn number(version: TypeVersion<'_>) -> Option<&str> {
    match version {
        TypeVersion::Major { number, .. } => Some(without_zeros(number)),
        TypeVersion::Date(_) => None,
    }
}

/// Digits as a number is written.
pub(super) fn without_zeros(digits: &str) -> &str {
    let number = digits.trim_start_matches('0');
    if number.is_empty() && !digits.is_empty() { "0" } else { number }
}

/// Whether a name states a version: at its end, or as a part of its package.
pub(super) fn states_version(name: &str) -> bool {
    split_version(name).1.is_some() || major(name).is_some()
}

/// What an event is called, without version, reverse-DNS prefix and namespace.
#[derive(Debug)]
pub(super) struct EventName {
    /// Lower-case words, split at separators and at changes of case. A last part of several words (`SendEmail`,
    /// `order_placed`) is the name; a single word is read together with the parts before it (`orders.placed`).
    words: Vec<String>,
    /// The last two parts where they are single words: behind a domain, either one may be the verb (`orders.delete`,
    /// `orders.send.email`).
    verbs: Vec<String>,
}

impl EventName {
    pub(super) fn of(name: &str) -> Self {
        let (name, _) = split_version(name);
        let parts: Vec<&str> = name.split('.').collect();
        let own = if parts.len() > 2 && is_common_prefix(parts[0]) { &parts[2..] } else { &parts[..] };
        let own: Vec<_> =
            own.iter().filter(|part| major_of(part).is_none()).map(|part| words(part)).collect();
        match own.last() {
            Some(last) if last.len() > 1 => Self { words: last.clone(), verbs: Vec::new() },
            _ => {
                let ends = own.iter().skip(own.len().saturating_sub(2));
                let verbs = ends.filter(|part| part.len() == 1).flatten().cloned().collect();
                Self { words: own.concat(), verbs: if own.len() > 1 { verbs } else { Vec::new() } }
            }
        }
    }

    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    pub(super) fn last(&self) -> Option<&str> {
        self.words.last().map(String::as_str)
    }

    /// Whether it says that something happened.
    pub(super) fn is_fact(&self) -> bool {
        self.last().is_some_and(is_past)
    }

    /// The imperative in a name that states no fact: its first or last word, or a verb behind the domain.
    pub(super) fn command(&self) -> Option<&str> {
        let words = self.words.first().into_iter().chain(self.words.last()).chain(&self.verbs);
        words.map(String::as_str).find(|word| COMMANDS.contains(word) && !self.is_fact())
    }

    /// The question in a name: its first word, or a verb behind the domain of a name that states no fact.
    pub(super) fn query(&self) -> Option<&str> {
        let verbs = self.verbs.iter().filter(|_| !self.is_fact());
        let mut words = self.words.first().into_iter().chain(verbs).map(String::as_str);
        words.find(|word| QUERIES.contains(word))
    }

    /// Whether it says of a thing only that it has changed: `order updated`, also below a domain that is called as
    /// the thing (`orders order updated`).
    pub(super) fn is_bare_change(&self) -> bool {
        let changes = matches!(self.last(), Some("updated" | "changed"));
        let is_short = match self.words.as_slice() {
            [domain, thing, _] => is_same_thing(domain, thing),
            words => words.len() <= 2,
        };
        changes && is_short
    }
}

/// A word and its plural.
fn is_same_thing(many: &str, one: &str) -> bool {
    let stem = many.strip_suffix("ies").map(|stem| format!("{stem}y"));
    many == one
        || many.strip_suffix('s') == Some(one)
        || many.strip_suffix("es") == Some(one)
        || stem.as_deref() == Some(one)
}

/// Whether a part opens most reverse-DNS names.
fn is_common_prefix(part: &str) -> bool {
    let letters = part.bytes().all(|byte| byte.is_ascii_alphabetic());
    letters && (part.len() == 2 || TOP_LEVEL.contains(&part.to_ascii_lowercase().as_str()))
}

/// Whether a part can open a reverse-DNS name.
pub(super) fn is_top_level(part: &str) -> bool {
    is_common_prefix(part) || FURTHER_TOP_LEVEL.contains(&part.to_ascii_lowercase().as_str())
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
            assert_eq!(EventName::of(name).words().join(" "), expected, "{name}");
        }
        assert_eq!(major_suffix("a.V012"), Some("12"));
        assert_eq!(major_suffix("a.v2beta1"), Some("2"));
        assert_eq!(major_suffix("a.vx"), None);
        assert_eq!(major("https://example.com/schemas/order/v3/"), Some("3"));
        for (name, states) in [
            ("order.placed.v1", true),
            ("order.placed.v1preview2", true),
            ("order.placed.v99999999999999999999", true),
            ("order.placed.2024-06", true),
            ("acme.orders.v1.OrderPlaced", true),
            ("order.placed", false),
        ] {
            assert_eq!(states_version(name), states, "{name}");
        }
    }

    #[test]
    fn facts_commands_and_questions_are_told_apart() {
        let of = EventName::of;
        for name in [
            "OrderPlaced",
            "email.sent",
            "com.github.pull_request.opened",
            "ProcessStarted",
            "orders.send.failed",
        ] {
            assert!(of(name).is_fact(), "{name}");
            assert_eq!(of(name).command(), None, "{name}");
        }
        for (name, word) in [
            ("SendEmail", "send"),
            ("com.acme.orders.SendEmail", "send"),
            ("RebuildIndex", "rebuild"),
            ("order.place", "place"),
            ("com.acme.orders.delete.v1", "delete"),
            ("com.acme.orders.send.email.v1", "send"),
        ] {
            assert_eq!(of(name).command(), Some(word), "{name}");
        }
        for (name, word) in [
            ("GetUserDetails", Some("get")),
            ("com.acme.orders.get.v1", Some("get")),
            ("com.acme.orders.query.v1", Some("query")),
            ("com.acme.orders.get.details.v1", Some("get")),
            ("com.acme.orders.get_orders.v1", Some("get")),
            ("com.acme.orders.search.finished.v1", None),
            ("com.acme.PriceList", None),
        ] {
            assert_eq!(of(name).query(), word, "{name}");
        }
        assert!(!of("NewsFeed").is_fact());
    }

    #[test]
    fn a_bare_change_says_nothing_of_what_changed() {
        for (name, bare) in [
            ("OrderUpdated.v1", true),
            ("order.updated.v1", true),
            ("com.acme.orders.updated.v1", true),
            ("com.acme.orders.order_updated.v1", true),
            ("com.acme.orders.order.updated.v1", true),
            ("com.acme.companies.company.changed", true),
            ("com.acme.orders.status.changed", false),
            ("OrderStatusChanged", false),
            ("OrderPlaced", false),
        ] {
            assert_eq!(EventName::of(name).is_bare_change(), bare, "{name}");
        }
    }
}
