//! Media types (RFC 9110 sections 5.6 and 8.3.1), with the empty parameters that section allows.
//!
//! `type "/" subtype *( OWS ";" OWS [ name "=" ( token / quoted-string ) ] )`. No lists, no white space
//! around, no white space at the equals sign.

use std::borrow::Cow;

/// What the grammar makes of the media type that most events have.
const USUAL: MediaType<'static> = MediaType { essence: "application/json", subtype: "json", parameters: "" };

/// A media type in its parts, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaType<'a> {
    /// Type and subtype, `application/json`.
    pub essence: &'a str,
    subtype: &'a str,
    parameters: &'a str,
}

impl<'a> MediaType<'a> {
    /// Parses a media type; `None` when the text is not one.
    pub fn parse(text: &'a str) -> Option<Self> {
        if text == USUAL.essence { Some(USUAL) } else { Self::parse_any(text) }
    }

    fn parse_any(text: &'a str) -> Option<Self> {
        let (main, rest) = text.split_at(token_length(text));
        let rest = rest.strip_prefix('/')?;
        let (subtype, parameters) = rest.split_at(token_length(rest));
        let essence = &text[..main.len() + 1 + subtype.len()];
        let parsed = Self { essence, subtype, parameters };
        let is_valid = !main.is_empty()
            && !subtype.is_empty()
            && parsed.parameters().all(|parameter| parameter.is_some());
        is_valid.then_some(parsed)
    }

    /// Whether the content is JSON: subtype `json`, or ending in `+json` (JSON format 3.1.1).
    pub fn is_json(&self) -> bool {
        let subtype = self.subtype.as_bytes();
        subtype.eq_ignore_ascii_case(b"json")
            || subtype.len().checked_sub(5).is_some_and(|at| subtype[at..].eq_ignore_ascii_case(b"+json"))
    }

    /// Finds the first value of a parameter, unquoted; names compare without case.
    pub fn find_parameter(&self, name: &str) -> Option<Cow<'a, str>> {
        let (_, value) = self.parameters().flatten().find(|(found, _)| found.eq_ignore_ascii_case(name))?;
        Some(match value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            None => Cow::Borrowed(value),
            Some(quoted) => unescape(quoted),
        })
    }

    /// The parameters as written; one `None` where the grammar is broken.
    fn parameters(&self) -> Parameters<'a> {
        Parameters { rest: self.parameters }
    }
}

struct Parameters<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Parameters<'a> {
    type Item = Option<(&'a str, &'a str)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let Some(rest) = skip_white_space(self.rest).strip_prefix(';') else {
                self.rest = "";
                return Some(None);
            };
            self.rest = skip_white_space(rest);
            if self.rest.is_empty() {
                return None;
            }
            if !self.rest.starts_with(';') {
                break;
            }
        }
        let parameter = split_parameter(self.rest);
        self.rest = parameter.map_or("", |(_, _, rest)| rest);
        Some(parameter.map(|(name, value, _)| (name, value)))
    }
}

/// Splits `name=value` off the front.
fn split_parameter(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once('=')?;
    let end = if rest.starts_with('"') { quoted_length(rest)? } else { token_length(rest) };
    let (value, rest) = rest.split_at(end);
    (is_token(name) && !value.is_empty()).then_some((name, value, rest))
}

/// Length of the quoted-string at the front, quotes included.
fn quoted_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' if is_quotable(*bytes.get(at + 1)?) => at += 2,
            b'\\' => return None,
            byte if is_quotable(*byte) => at += 1,
            _ => return None,
        }
    }
}

/// HTAB, SP, VCHAR and obs-text.
fn is_quotable(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x20..=0x7e | 0x80..)
}

/// Removes the backslashes of quoted pairs.
pub fn unescape(quoted: &str) -> Cow<'_, str> {
    if !quoted.contains('\\') {
        return Cow::Borrowed(quoted);
    }
    let mut plain = String::with_capacity(quoted.len());
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        plain.push(if character == '\\' { characters.next().unwrap_or('\\') } else { character });
    }
    Cow::Owned(plain)
}

fn skip_white_space(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && token_length(text) == text.len()
}

fn token_length(text: &str) -> usize {
    text.bytes().position(|byte| !IS_TOKEN_BYTE[usize::from(byte)]).unwrap_or(text.len())
}

/// The bytes of a token, as a table: every event has two media types.
static IS_TOKEN_BYTE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let (others, mut at) = (b"!#$%&'*+-.^_`|~", 0);
    while at < others.len() {
        table[others[at] as usize] = true;
        at += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_followed_to_the_letter() {
        for good in [
            "text/html",
            "TEXT/HTML",
            "a/b;c=d",
            "a/b ; c=d",
            "a/b;\tc=d",
            "a/b;",
            "a/b; ",
            "a/b;;;c=d;",
            "a/b;c=\"\"",
            "a/b;c=\"d;e,f \\\" \\\\ g\"",
            "a/b;c=\"é\"",
            "a/b;c=d;c=e",
            "x.y+z/!#$%&'*+-.^_`|~",
        ] {
            assert!(MediaType::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "a",
            "/",
            "a/",
            "/b",
            "a/b/c",
            "a /b",
            "a/ b",
            " a/b",
            "a/b ",
            "a/b;c",
            "a/b;c=",
            "a/b;=d",
            "a/b;c =d",
            "a/b;c= d",
            "a/b;c=\"d",
            "a/b;c=\"d\\\"",
            "a/b;c=d e",
            "a/b,c/d",
            "a/b; c=d, e/f",
            "a/b;c=\"\u{7f}\"",
            "a/b;c=\"\n\"",
            "é/b",
            "a/b;é=d",
            "a/b;c=é",
            "a/b c=d",
            "*/*;q=1,",
        ] {
            assert!(MediaType::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_usual_media_type_is_what_the_grammar_makes_of_it() {
        assert_eq!(MediaType::parse_any(USUAL.essence), Some(USUAL));
    }

    #[test]
    fn json_is_told_by_the_subtype() {
        for json in ["application/json", "text/JSON; charset=utf-8", "image/svg+Json", "a/+json"] {
            assert!(MediaType::parse(json).expect(json).is_json(), "{json}");
        }
        for other in
            ["application/json5", "application/xjson", "text/plain; a=\"/json\"", "json/xml", "a/json+x"]
        {
            assert!(!MediaType::parse(other).expect(other).is_json(), "{other}");
        }
    }

    #[test]
    fn parameters_are_found_without_case_and_unquoted() {
        let media_type = MediaType::parse("a/b;; X=1; y=\"a\\\"b;c\"").expect("valid");
        assert_eq!(media_type.find_parameter("x").as_deref(), Some("1"));
        assert_eq!(media_type.find_parameter("Y").as_deref(), Some("a\"b;c"));
        assert_eq!(media_type.find_parameter("z"), None);
    }
}
