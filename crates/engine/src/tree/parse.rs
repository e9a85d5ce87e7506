//! Text to tree.
//!
//! RFC 8259 grammar with the reference parser's tolerances chosen by [`Leniency`]. Recursion is bounded
//! by `max_depth`, so no input can overflow the stack.

use std::collections::HashMap;

use super::{Node, Object, Value};
use crate::depth::with_room;
use crate::{Limits, SchemaError};

/// What a text may contain beyond RFC 8259.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leniency {
    /// Nothing. Of members with one name the last one counts.
    Strict,
    /// Nothing, and each member has a name of its own.
    Unique,
    /// `//` and `/* */` comments between tokens (Avro schema texts).
    Comments,
}

/// Characters shown of content after the end.
const MAX_SHOWN: usize = 100;

/// Parses one JSON text; anything but white space after the value is an error.
///
/// # Errors
/// [`SchemaError::Invalid`] with the byte offset, [`SchemaError::Limit`] for depth or node count.
pub fn parse(text: &str, leniency: Leniency, limits: &Limits) -> Result<Node, SchemaError> {
    let mut parser = Parser { text, bytes: text.as_bytes(), at: 0, leniency, nodes: 0, limits };
    let node = parser.value(0)?;
    // Comments stand between tokens; after the value there is white space only (the reference refuses more).
    parser.white_space();
    if parser.at < text.len() {
        let shown: String = text[parser.at..].chars().take(MAX_SHOWN).collect();
        return Err(SchemaError::invalid_at(
            format!("dangling content after end of schema: {shown}"),
            parser.at,
        ));
    }
    Ok(node)
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    leniency: Leniency,
    nodes: usize,
    limits: &'a Limits,
}

impl Parser<'_> {
    fn error(&self, message: &str) -> SchemaError {
        let shown: String = self.text[self.at.min(self.text.len())..].chars().take(20).collect();
        let found = if shown.is_empty() { "end of text".to_owned() } else { format!("`{shown}`") };
        let (line, column) = super::Lines::of(self.text).place(self.at);
        SchemaError::invalid_at(format!("{message}: found {found} at line {line}, column {column}"), self.at)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn blank(&mut self) -> Result<(), SchemaError> {
        loop {
            self.white_space();
            if self.leniency != Leniency::Comments || self.peek() != Some(b'/') {
                return Ok(());
            }
            let rest = &self.text[self.at..];
            let length = match self.bytes.get(self.at + 1) {
                Some(b'/') => rest.find('\n').unwrap_or(rest.len()),
                Some(b'*') => rest.find("*/").ok_or_else(|| self.error("comment does not end"))? + 2,
                _ => return Ok(()),
            };
            self.at += length;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, SchemaError> {
        self.blank()?;
        self.nodes += 1;
        if self.nodes > self.limits.max_nodes {
            return Err(SchemaError::Limit { what: "nodes", limit: self.limits.max_nodes });
        }
        if depth > self.limits.max_depth {
            return Err(SchemaError::Limit { what: "nesting levels", limit: self.limits.max_depth });
        }
        let offset = self.at;
        let value = match self.peek() {
            Some(b'{') => with_room(|| self.object(depth))?,
            Some(b'[') => with_room(|| self.array(depth))?,
            Some(b'"') => Value::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            _ => return Err(self.error("expected a JSON value")),
        };
        Ok(Node { offset, value })
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, SchemaError> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.error("expected a JSON value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn array(&mut self, depth: usize) -> Result<Value, SchemaError> {
        self.at += 1;
        let mut items = Vec::new();
        self.blank()?;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.blank()?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Value::Array(items));
                }
                _ => return Err(self.error("expected `,` or `]`")),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, SchemaError> {
        self.at += 1;
        let mut members = Members::default();
        self.blank()?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(Object::default()));
        }
        loop {
            self.blank()?;
            if self.peek() != Some(b'"') {
                return Err(self.error("expected a member name"));
            }
            let start = self.at;
            let name = self.string()?;
            if self.leniency == Leniency::Unique && members.find(&name).is_some() {
                return Err(SchemaError::invalid_at("a member stands twice".to_owned(), start));
            }
            self.blank()?;
            if self.peek() != Some(b':') {
                return Err(self.error("expected `:`"));
            }
            self.at += 1;
            let node = self.value(depth + 1)?;
            members.put(name, node);
            self.blank()?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Value::Object(Object::from_unique(members.list)));
                }
                _ => return Err(self.error("expected `,` or `}`")),
            }
        }
    }

    fn number(&mut self) -> Result<String, SchemaError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.error("expected a digit")),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        Ok(self.text[start..self.at].to_owned())
    }

    fn some_digits(&mut self) -> Result<(), SchemaError> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.error("expected a digit"));
        }
        self.digits();
        Ok(())
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn string(&mut self) -> Result<String, SchemaError> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let start = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            out.push_str(&self.text[start..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                _ => return Err(self.error("string does not end")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, SchemaError> {
        self.at += 1;
        let character = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.error("unknown escape")),
        };
        self.at += 1;
        Ok(character)
    }

    fn unicode_escape(&mut self) -> Result<char, SchemaError> {
        let high = self.hex_unit()?;
        let code = match high {
            0xd800..=0xdbff if self.text[self.at..].starts_with("\\u") => {
                self.at += 1;
                let low = self.hex_unit()?;
                if !(0xdc00..=0xdfff).contains(&low) {
                    return Err(self.error("unpaired surrogate"));
                }
                0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)
            }
            other => other,
        };
        char::from_u32(code).ok_or_else(|| self.error("unpaired surrogate"))
    }

    /// Reads `uXXXX`; the cursor stands on the `u`.
    fn hex_unit(&mut self) -> Result<u32, SchemaError> {
        let digits = self.bytes.get(self.at + 1..self.at + 5).filter(|d| d.iter().all(u8::is_ascii_hexdigit));
        let Some(digits) = digits else {
            return Err(self.error("expected four hex digits"));
        };
        let unit =
            digits.iter().fold(0, |unit, digit| unit * 16 + (*digit as char).to_digit(16).unwrap_or(0));
        self.at += 5;
        Ok(unit)
    }
}

/// Members from which on names are looked up in a map instead of one by one.
const WIDE: usize = 16;

/// Members under construction; the map keeps wide objects linear.
#[derive(Default)]
struct Members {
    list: Vec<(String, Node)>,
    /// Empty while the object is narrow.
    positions: HashMap<String, usize>,
}

impl Members {
    fn put(&mut self, name: String, node: Node) {
        if let Some(position) = self.find(&name) {
            self.list[position].1 = node;
            return;
        }
        if self.list.len() >= WIDE {
            self.positions.insert(name.clone(), self.list.len());
        }
        self.list.push((name, node));
    }

    fn find(&mut self, name: &str) -> Option<usize> {
        if self.list.len() < WIDE {
            return self.list.iter().position(|(known, _)| known == name);
        }
        if self.positions.is_empty() {
            let names = self.list.iter().enumerate().map(|(position, (name, _))| (name.clone(), position));
            self.positions = names.collect();
        }
        self.positions.get(name).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::tree::print;

    fn round(text: &str) -> Result<String, SchemaError> {
        Ok(print(&parse(text, Leniency::Strict, &Limits::default())?, |n| Cow::Borrowed(n)))
    }

    #[test]
    fn order_numbers_and_duplicates_are_kept_as_the_reference_does() -> Result<(), SchemaError> {
        assert_eq!(round(r#" { "b" : 1.50, "a" : [ ], "b" : "\u00e9\/" } "#)?, r#"{"b":"é/","a":[]}"#);
        assert_eq!(round("1e5")?, "1e5");
        assert_eq!(round(r#""\ud83d\ude00\u0001""#)?, "\"😀\\u0001\"");
        Ok(())
    }

    #[test]
    fn broken_texts_are_refused_with_a_position() {
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\"}",
            "01",
            "1.",
            "nul",
            "\"\\x\"",
            "\"\\ud800\"",
            "1 2",
            "\"a\nb\"",
            "/**/1",
        ] {
            let error = round(text).expect_err(text);
            assert!(matches!(error, SchemaError::Invalid { offset: Some(_), .. }), "{text}: {error}");
        }
    }

    #[test]
    fn comments_are_read_where_asked() {
        let limits = Limits::default();
        assert!(parse(r#"{"a":1,"b":{"a":2}}"#, Leniency::Unique, &limits).is_ok());
        let wide: Vec<String> = (0..20).map(|n| format!("\"m{n}\":{n}")).collect();
        for twice in [r#"{"a":1,"\u0061":1}"#.to_owned(), format!("{{{},\"m7\":1}}", wide.join(","))] {
            assert!(parse(&twice, Leniency::Strict, &limits).is_ok());
            assert!(parse(&twice, Leniency::Unique, &limits).is_err(), "{twice}");
        }
        assert!(parse("/* a */ // b\n 1", Leniency::Comments, &limits).is_ok());
        assert!(parse("/* a", Leniency::Comments, &limits).is_err());
        let dangling = parse("1 // b", Leniency::Comments, &limits).expect_err("a comment after the end");
        assert_eq!(dangling, SchemaError::invalid_at("dangling content after end of schema: // b", 2));
    }

    #[test]
    fn a_hundred_thousand_brackets_meet_the_depth_limit() {
        let error = round(&"[".repeat(100_000)).expect_err("too deep");
        assert_eq!(error, SchemaError::Limit { what: "nesting levels", limit: 128 });
    }
}
