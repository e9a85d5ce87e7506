//! Query parameters, read as the reference reads them.
//!
//! Unknown parameters are ignored, booleans never fail, an integer that is none makes the resource unknown
//! (404). Of a repeated parameter the first value counts, except where lists are asked for. Names are taken in
//! camel case; `deleted_only` is read as `deletedOnly`, because one client library sends it so.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// An `offset`, `limit` or id that is not a 32-bit integer. The reference treats the whole path as unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnInteger;

/// The parameters of one request in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Takes a raw query apart; `+` is a space, undecodable bytes become replacement characters.
    pub fn read(raw: Option<&str>) -> Self {
        let pairs = raw.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (camel_case(decode(name)), decode(value))
                })
                .collect(),
        )
    }

    /// The first value of a parameter.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a parameter, or the empty text.
    pub fn text(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    /// All values of a repeatable parameter.
    pub fn list(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(other, _)| other == name).map(|(_, value)| value.clone()).collect()
    }

    /// The values of a repeatable parameter that takes words; one value may hold several between commas, as the
    /// Java client sends them.
    pub fn words(&self, name: &str) -> Vec<String> {
        let values = self.0.iter().filter(|(other, _)| other == name);
        values.flat_map(|(_, value)| value.split(',').map(|word| word.trim().to_owned())).collect()
    }

    /// True for the text `true` in any letter case, false for everything else.
    pub fn flag(&self, name: &str) -> bool {
        self.find(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// A 32-bit integer; `None` when absent or blank.
    ///
    /// # Errors
    /// [`NotAnInteger`].
    pub fn integer(&self, name: &str) -> Result<Option<i32>, NotAnInteger> {
        match self.find(name).filter(|value| !value.trim().is_empty()) {
            Some(value) => value.parse().map(Some).map_err(|_| NotAnInteger),
            None => Ok(None),
        }
    }
}

fn decode(text: &str) -> String {
    let spaced: Cow<'_, str> = if text.contains('+') { text.replace('+', " ").into() } else { text.into() };
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

fn camel_case(name: String) -> String {
    if !name.contains('_') {
        return name;
    }
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_the_first_value_counts() {
        let query = Query::read(Some("subject=a+b%2Fc%2B&subject=other&&empty&deleted_only=TRUE"));
        assert_eq!(query.find("subject"), Some("a b/c+"));
        assert_eq!(query.list("subject"), ["a b/c+", "other"]);
        assert_eq!(query.find("empty"), Some(""));
        assert!(query.flag("deletedOnly"));
        assert_eq!(Query::read(None), Query::default());
    }

    #[test]
    fn booleans_never_fail() {
        for (raw, expected) in [
            ("d=true", true),
            ("d=True", true),
            ("d=TRUE", true),
            ("d=1", false),
            ("d=", false),
            ("d", false),
            ("", false),
        ] {
            assert_eq!(Query::read(Some(raw)).flag("d"), expected, "{raw}");
        }
    }

    #[test]
    fn integers_are_of_32_bits() {
        for (raw, expected) in [
            ("n=-1", Ok(Some(-1))),
            // A literal plus is a space in a query, and ` 7` is no integer.
            ("n=+7", Err(NotAnInteger)),
            ("n=%2B7", Ok(Some(7))),
            ("n=", Ok(None)),
            ("", Ok(None)),
            ("n=2147483648", Err(NotAnInteger)),
            ("n=x", Err(NotAnInteger)),
            ("n=1.0", Err(NotAnInteger)),
        ] {
            assert_eq!(Query::read(Some(raw)).integer("n"), expected, "{raw}");
        }
    }
}
