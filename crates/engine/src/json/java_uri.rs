//! Which texts Java's `java.net.URI` reads, as its documentation describes it: RFC 2396 with the literal
//! IPv6 addresses of RFC 2732, and characters beyond ASCII wherever an escape may stand.
//!
//! Identifiers of schemas are held against this, and nothing else is done with the parts.

use std::net::Ipv6Addr;

const UNRESERVED: &str = "_-!.~'()*";
const PATH: &str = ":@&=+$,;/";
const REGISTRY: &str = "$,;:@&=+";
const ANY: &str = ";/?:@&=+$,[]";

/// Whether the text is a URI or a relative reference.
pub(super) fn is_uri(text: &str) -> bool {
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    if !consists_of(fragment, ANY) {
        return false;
    }
    let scheme_end = text.find([':', '/', '?']).filter(|at| text[*at..].starts_with(':'));
    match scheme_end.map(|at| (&text[..at], &text[at + 1..])) {
        None => is_hierarchical(text),
        Some((scheme, _)) if !is_scheme(scheme) => false,
        Some((_, rest)) if rest.starts_with('/') => is_hierarchical(rest),
        Some((_, opaque)) => !opaque.is_empty() && consists_of(opaque, ANY),
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// `//authority/path?query`, each part as it likes; an authority may be empty before something else.
fn is_hierarchical(text: &str) -> bool {
    let (text, query) = text.split_once('?').map_or((text, None), |(text, query)| (text, Some(query)));
    let Some(rest) = text.strip_prefix("//") else {
        return consists_of(text, PATH) && consists_of(query.unwrap_or_default(), ANY);
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let is_whole = !authority.is_empty() || !path.is_empty() || query.is_some();
    is_whole
        && (consists_of(authority, REGISTRY) || is_server_of_ipv6(authority))
        && consists_of(path, PATH)
        && consists_of(query.unwrap_or_default(), ANY)
}

/// `user@[address%scope]:port`; other servers are names of a registry to the grammar.
fn is_server_of_ipv6(authority: &str) -> bool {
    let (user, server) = authority.rsplit_once('@').unwrap_or(("", authority));
    let Some((address, port)) = server.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
        return false;
    };
    let (address, scope) = address.split_once('%').unwrap_or((address, "any"));
    let has_scope = !scope.is_empty() && scope.chars().all(|c| c.is_ascii_alphanumeric() || "._".contains(c));
    let has_port = port.is_empty()
        || port.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
    consists_of(user, REGISTRY) && address.parse::<Ipv6Addr>().is_ok() && has_scope && has_port
}

/// Letters, digits, the marks that are always allowed, these ones, escapes, and what is not ASCII.
fn consists_of(text: &str, allowed: &str) -> bool {
    let hex = |digits: Option<&[u8]>| digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    text.char_indices().all(|(at, c)| match c {
        '%' => hex(text.as_bytes().get(at + 1..at + 3)),
        c if c.is_ascii() => c.is_ascii_alphanumeric() || UNRESERVED.contains(c) || allowed.contains(c),
        c => !c.is_whitespace() && !c.is_control(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_java_reads() {
        for text in [
            "",
            "#",
            "#a[0]",
            "a",
            "a/b:",
            "./a:b",
            "http://example.com/a?b=[c]#d",
            "http://[::1]:8080/",
            "http://u@[fe80::1%eth0]",
            "file:///a",
            "//?q",
            "///a",
            "urn:a:b[c]",
            "mailto:a@b",
            "http://exa_mple:port/",
            "Größe",
            "a%20b",
            "x+y-z.1:a",
        ] {
            assert!(is_uri(text), "{text}");
        }
    }

    #[test]
    fn texts_that_java_refuses() {
        for text in [
            ":a",
            "a:",
            "a:#b",
            "http://",
            "//",
            "//#a",
            "1:a",
            "x_y:z",
            "-a:b",
            "é:b",
            "a[0]",
            "http://x/[a]",
            "http://[x",
            "http://[x]",
            "http://[::1]x",
            "http://[::1]:8a",
            "http://[::1%]",
            "a b",
            "a\u{a0}b",
            "a|b",
            "a\\b",
            "a%2",
            "a%é",
            "a#b#c",
            "a^b",
            "{a}",
            "a\"b",
            "a<b",
            "`a",
        ] {
            assert!(!is_uri(text), "{text}");
        }
    }
}
