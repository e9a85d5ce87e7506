//! Names that an operator gives to schemas: aliases of foreign URIs, xRegistry groups, the URN namespace.
//!
//! Settings may hold a thousand aliases, and each event with a `dataschema` is looked up among them: exact ones by
//! hash, prefixes by bisection.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound::{Included, Unbounded};

use fluent_uri::UriRef;

use super::dataschema::{SchemaTarget, subject_target};

/// A third party's URI that stands for a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// Which URIs it is about.
    pub pattern: AliasPattern,
    /// The subject.
    pub subject: String,
    /// The version; the latest without one.
    pub version: Option<u32>,
}

/// Which URIs an alias is about. Compared as text, first with the fragment, then without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AliasPattern {
    /// This URI.
    Exact(String),
    /// All URIs that start so; the longest one wins.
    Prefix(String),
}

impl AliasPattern {
    /// Whether any `dataschema` can fit: it is a URI, or at least a reference.
    pub fn can_fit(&self) -> bool {
        match self {
            Self::Exact(uri) => !uri.is_empty() && UriRef::parse(uri.as_str()).is_ok(),
            Self::Prefix(prefix) => !prefix.is_empty() && prefix.bytes().all(is_of_uris),
        }
    }
}

/// A subject with the version that counts, if one is set.
type Named = (String, Option<u32>);

/// Names of schemas.
#[derive(Clone, Debug, Default)]
pub struct SchemaNames {
    exact: HashMap<String, Named>,
    prefixes: BTreeMap<String, Named>,
    namespace: Option<String>,
    groups: BTreeMap<String, String>,
}

/// Namespace identifier of our URNs unless configured otherwise.
const NAMESPACE: &str = "schema-registry";

impl SchemaNames {
    /// Adds aliases; of two for the same URIs the later one counts.
    #[must_use]
    pub fn with_aliases(mut self, aliases: impl IntoIterator<Item = Alias>) -> Self {
        for Alias { pattern, subject, version } in aliases {
            match pattern {
                AliasPattern::Exact(uri) => _ = self.exact.insert(uri, (subject, version)),
                AliasPattern::Prefix(prefix) => _ = self.prefixes.insert(prefix, (subject, version)),
            }
        }
        self
    }

    /// Uses another URN namespace than `schema-registry`.
    #[must_use]
    pub fn with_namespace(mut self, namespace: &str) -> Self {
        self.namespace = Some(namespace.to_ascii_lowercase());
        self
    }

    /// Maps xRegistry schema groups to contexts; a group without an entry is the context of its name.
    #[must_use]
    pub fn with_groups(mut self, groups: impl IntoIterator<Item = (String, String)>) -> Self {
        self.groups.extend(groups);
        self
    }

    pub(super) fn namespace(&self) -> &str {
        self.namespace.as_deref().unwrap_or(NAMESPACE)
    }

    pub(super) fn context_of_group<'n>(&'n self, group: &'n str) -> &'n str {
        self.groups.get(group).map_or(group, String::as_str)
    }

    /// What an alias says of a URI: the whole URI is closest, then the URI without its fragment, which selects inside,
    /// then the longest prefix.
    pub(super) fn find_alias(&self, uri: &str) -> Option<SchemaTarget> {
        let without_fragment = uri.split('#').next().unwrap_or(uri);
        let exact = self.exact.get(uri).or_else(|| self.exact.get(without_fragment));
        let (subject, version) = exact.or_else(|| self.find_prefix(uri))?;
        Some(subject_target(None, subject.clone(), *version))
    }

    /// The longest prefix. The greatest one that is not greater than the URI is it, or else shows how much a shorter one
    /// can have in common with the URI.
    fn find_prefix(&self, uri: &str) -> Option<&Named> {
        let mut end = uri;
        loop {
            let (prefix, named) = self.prefixes.range::<str, _>((Unbounded, Included(end))).next_back()?;
            if end.starts_with(prefix.as_str()) {
                return Some(named);
            }
            let common = end.bytes().zip(prefix.bytes()).take_while(|(a, b)| a == b).count();
            end = &end[..end.floor_char_boundary(common)];
        }
    }
}

/// Whether a byte can stand in a URI (RFC 3986 2).
fn is_of_uris(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn alias(pattern: AliasPattern, subject: &str) -> Alias {
        Alias { pattern, subject: subject.to_owned(), version: None }
    }

    fn exact(uri: &str) -> AliasPattern {
        AliasPattern::Exact(uri.to_owned())
    }

    fn prefix(text: &str) -> AliasPattern {
        AliasPattern::Prefix(text.to_owned())
    }

    #[test]
    fn the_longest_alias_wins_and_fragments_select_inside() {
        let version = Some(2);
        let names = SchemaNames::default().with_aliases([
            Alias { version, ..alias(exact("https://vendor.example/order.json"), "vendor-order") },
            alias(prefix("https://vendor.example/"), "vendor"),
            alias(prefix("https://vendor.example/o"), "vendor-o"),
            alias(exact("https://vendor.example/a#b"), "part"),
            alias(exact("https://vendor.example/a"), "whole"),
        ]);
        for (uri, subject, version) in [
            ("https://vendor.example/order.json", "vendor-order", version),
            ("https://vendor.example/order.json#/definitions/a", "vendor-order", version),
            ("https://vendor.example/other.json", "vendor-o", None),
            ("https://vendor.example/zebra.json", "vendor", None),
            ("https://vendor.example/a#b", "part", None),
            ("https://vendor.example/a#c", "whole", None),
        ] {
            let expected = subject_target(None, subject.to_owned(), version);
            assert_eq!(names.find_alias(uri), Some(expected), "{uri}");
        }
        assert_eq!(names.find_alias("https://vendor.examplf/"), None);
        assert_eq!(names.find_alias("https://vendor.example"), None);
    }

    #[test]
    fn an_alias_of_what_is_no_uri_can_never_fit() {
        let exact = |text: &str| AliasPattern::Exact(text.to_owned()).can_fit();
        let prefix = |text: &str| AliasPattern::Prefix(text.to_owned()).can_fit();
        for text in ["https://vendor.example/x", "urn:vendor:x", "types.example.com/a.B", "a:b#c"] {
            assert!(exact(text) && prefix(text), "{text}");
        }
        for text in ["", "not a uri", "https://vendor.example/é", "a\"b"] {
            assert!(!exact(text) && !prefix(text), "{text}");
        }
        assert!(!exact("https://[") && prefix("https://["), "a URI may go on behind a prefix");
    }

    proptest! {
        #[test]
        fn a_prefix_is_found_as_if_all_were_tried(
            prefixes in prop::collection::vec("[ab\u{e9}]{0,5}", 0..12),
            uri in "[ab\u{e9}]{0,8}",
        ) {
            let aliases = prefixes.iter().map(|text| alias(prefix(text), text));
            let names = SchemaNames::default().with_aliases(aliases);
            let all = prefixes.iter().filter(|text| uri.starts_with(text.as_str()));
            let found = names.find_prefix(&uri).map(|(subject, _)| subject);
            prop_assert_eq!(found, all.max_by_key(|text| text.len()));
        }
    }
}
