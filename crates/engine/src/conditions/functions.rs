//! The functions that Confluent's serializers add to CEL, all on strings.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, LazyLock};

use cel::common::types::DYN_TYPE;
use cel::extractors::This;
use cel::{Context, Env};

use super::bind;

/// A predicate on a string.
type Check = fn(&str) -> bool;

/// The functions by name. Used as members (`message.mail.isEmail()`) or with one argument.
pub(super) const FUNCTIONS: [(&str, Check); 7] = [
    ("isEmail", is_email),
    ("isHostname", is_hostname),
    ("isIpv4", |text| text.parse::<Ipv4Addr>().is_ok()),
    ("isIpv6", |text| text.parse::<Ipv6Addr>().is_ok()),
    ("isUri", |text| fluent_uri::Uri::parse(text).is_ok()),
    ("isUriRef", |text| fluent_uri::UriRef::parse(text).is_ok()),
    ("isUuid", is_uuid),
];

/// The standard library with the operators of ours, built once.
pub(super) fn environment() -> Arc<Env> {
    static STANDARD: LazyLock<Arc<Env>> = LazyLock::new(|| {
        let mut env = Env::stdlib();
        let [less, less_equals, greater, greater_equals] = bind::COMPARISONS.map(|(_, ours)| ours);
        let operators: [(&str, cel::common::functions::Function); 5] = [
            (bind::HAS, bind::has),
            (less, bind::less),
            (less_equals, bind::less_equals),
            (greater, bind::greater),
            (greater_equals, bind::greater_equals),
        ];
        for (name, operator) in operators {
            // The only refusal is a clash with the standard library, which has none of these names.
            let _ = env.add_overload(name, name, vec![DYN_TYPE, DYN_TYPE], operator);
        }
        Arc::new(env)
    });
    Arc::clone(&STANDARD)
}

/// Adds the functions to a context.
pub(super) fn add(context: &mut Context<'_, '_>) {
    for (name, check) in FUNCTIONS {
        // The only refusal is a clash with the standard library, which has none of these names.
        let _ = context.add_function(name, move |This(text): This<Arc<String>>| check(&text));
    }
}

/// One `@` that is not quoted, a local part of up to 64 dot-separated atom characters (RFC 5322) and a host
/// name of at least one label. Quoted local parts and address literals are refused, as the other clients'
/// library does.
fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let atom = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b))
    };
    local.len() <= 64 && local.split('.').all(atom) && is_hostname(host)
}

/// RFC 1123: labels of up to 63 letters, digits and inner hyphens; 253 characters in all.
fn is_hostname(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    // A last label of digits would be an IPv4 address.
    let last_is_number = text.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    text.len() <= 253 && !last_is_number && text.split('.').all(label)
}

/// RFC 9562 text form: 8-4-4-4-12 hex digits of either case.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(position, byte)| match position {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_tells_its_texts_apart() {
        let long = format!("{}.example", "a".repeat(64));
        let cases: [(&str, &[&str], &[&str]); 7] = [
            (
                "isEmail",
                &["a@b.example", "a.b+c@example.com", "x@localhost"],
                &["", "a", "@b", "a@", "a..b@c", "a b@c"],
            ),
            (
                "isHostname",
                &["a", "a-b.example.com", "example.com."],
                &["", "-a", "a-", "a..b", "a_b", "1.2.3.4", &long],
            ),
            ("isIpv4", &["127.0.0.1"], &["256.0.0.1", "1.2.3", "::1"]),
            ("isIpv6", &["::1", "2001:db8::1"], &["127.0.0.1", ":::"]),
            ("isUri", &["https://example.com/a", "urn:x:y"], &["/a", "a b", ""]),
            ("isUriRef", &["/a", "", "https://example.com"], &["a b", "%zz"]),
            ("isUuid", &["8b6a2ff4-26a3-4f0e-9c1c-2b1d6f0c9a11"], &["8b6a2ff426a34f0e9c1c2b1d6f0c9a11", "x"]),
        ];
        for (name, yes, no) in cases {
            let (_, check) = FUNCTIONS.into_iter().find(|(known, _)| *known == name).expect(name);
            for text in yes {
                assert!(check(text), "{name} accepts {text:?}");
            }
            for text in no {
                assert!(!check(text), "{name} refuses {text:?}");
            }
        }
    }
}
