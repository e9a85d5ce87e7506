//! URI-references (RFC 3986 section 4.1), by the `fluent-uri` crate, which follows the grammar exactly.
//! A WHATWG parser would repair its input and is of no use to a validator.

use fluent_uri::UriRef;

/// What matters about a URI-reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UriReference {
    /// Whether it has a scheme.
    pub has_scheme: bool,
    /// Whether it has a fragment.
    pub has_fragment: bool,
}

/// Parses a URI-reference; `None` when the text is not one.
pub fn parse(text: &str) -> Option<UriReference> {
    let uri = UriRef::parse(text).ok()?;
    Some(UriReference { has_scheme: uri.has_scheme(), has_fragment: uri.has_fragment() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_follow_the_grammar() {
        for (text, has_scheme, has_fragment) in [
            ("a", false, false),
            ("/x/y", false, false),
            ("./1:2", false, false),
            ("x/y:z", false, false),
            ("+1-555", false, false),
            ("?query", false, false),
            ("#part", false, true),
            ("//host:/path", false, false),
            ("//[2001:db8::7]:80", false, false),
            ("//[v7.a:b]", false, false),
            ("mailto:a@example.com", true, false),
            ("urn:x:y#z", true, true),
            ("http://a/%7E?b=%20#", true, true),
            ("x:", true, false),
            ("h://user:pw@1.2.3.4:9", true, false),
        ] {
            assert_eq!(parse(text), Some(UriReference { has_scheme, has_fragment }), "{text}");
        }
        for bad in [
            "1:2",
            ":",
            ":x",
            "a b",
            "a\"b",
            "a<b",
            "a>b",
            "a\\b",
            "a^b",
            "a{b",
            "a}b",
            "a`b",
            "a|b",
            "é",
            "%",
            "%4",
            "%zz",
            "a%",
            "http://h:p/",
            "http://h:80x/",
            "http://[::1",
            "http://[1:2]",
            "http://[::1%25eth0]/",
            "http://[v7]",
            "http://a b/",
            "a#b#c",
            "a\n",
            "\u{7f}",
            "1a:b",
            "a_b:c",
            "http://[::1]x/",
            "a[b",
            "?a[b]",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
