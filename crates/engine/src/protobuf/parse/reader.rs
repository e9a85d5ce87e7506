//! Characters to words: the cursor under the parser.
//!
//! Follows the reader of square/wire: a word is a run of letters, digits, `_`, `-` and `.`; adjacent
//! string literals are one string; a string may span lines. Errors carry line and column as the
//! reference prints them: the place where reading stopped, columns in UTF-16 units.

use std::borrow::Cow;

use crate::{Limits, SchemaError};

/// A cursor over one text.
pub(super) struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    nodes: usize,
    limits: &'a Limits,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, limits: &'a Limits) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0, nodes: 0, limits }
    }

    /// Byte offset of the cursor.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// A syntax error at the cursor.
    pub(super) fn error(&self, message: &str) -> SchemaError {
        self.error_at(message, self.at)
    }

    /// A syntax error at a place.
    pub(super) fn error_at(&self, message: &str, at: usize) -> SchemaError {
        SchemaError::invalid_at(format!("Syntax error in {}: {message}", self.place(at)), at)
    }

    /// A place as the reference prints it for a file without a name: `:LINE:COLUMN`.
    pub(super) fn place(&self, at: usize) -> String {
        let (line, column) = self.line_column(at);
        format!(":{line}:{}", column + 1)
    }

    /// Line from 1, column from 0.
    fn line_column(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |position| position + 1);
        (line, before[start..].encode_utf16().count())
    }

    /// Refuses a nesting depth beyond the limit.
    pub(super) fn check_depth(&self, depth: usize) -> Result<(), SchemaError> {
        if depth > self.limits.max_depth {
            return Err(SchemaError::Limit { what: "nesting levels", limit: self.limits.max_depth });
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), SchemaError> {
        self.nodes += 1;
        if self.nodes > self.limits.max_nodes {
            return Err(SchemaError::Limit { what: "nodes", limit: self.limits.max_nodes });
        }
        Ok(())
    }

    /// Skips white space and comments.
    pub(super) fn blank(&mut self) -> Result<(), SchemaError> {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(b'/') => self.comment()?,
                _ => return Ok(()),
            }
        }
    }

    fn comment(&mut self) -> Result<(), SchemaError> {
        let body = self.at + 2;
        match self.bytes.get(self.at + 1) {
            Some(b'/') => {
                let rest = &self.text[body..];
                self.at = rest.find('\n').map_or(self.text.len(), |end| body + end + 1);
                Ok(())
            }
            Some(b'*') => match self.text[body..].find("*/") {
                Some(end) => {
                    self.at = body + end + 2;
                    Ok(())
                }
                // The reference looks at two characters at a time and stops before the last one.
                None => {
                    let last = self.text[body..].char_indices().next_back();
                    self.at = last.map_or(body, |(at, _)| body + at);
                    Err(self.error("unterminated comment"))
                }
            },
            _ => {
                self.at += 1;
                self.skip_character();
                Err(self.error("unexpected '/'"))
            }
        }
    }

    /// Goes on by one character, if there is one.
    fn skip_character(&mut self) {
        self.at += self.text[self.at..].chars().next().map_or(0, char::len_utf8);
    }

    /// Reads the comment behind a field, constant or `reserved` statement on the same line. Nothing may follow
    /// one in `/* */`, and the text must not end here (reference behaviour).
    pub(super) fn trailing_comment(&mut self) -> Result<(), SchemaError> {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        match (self.bytes.get(self.at), self.bytes.get(self.at + 1)) {
            (Some(b'/'), Some(b'*')) => {}
            (Some(b'/'), Some(b'/')) => return Ok(()),
            (None | Some(b'/'), _) => return Err(self.error("expected '//' or '/*'")),
            _ => return Ok(()),
        }
        let body = self.at + 2;
        let Some(end) = self.text[body..].find("*/") else {
            self.at = self.text.len();
            return Err(self.error("trailing comment must be closed"));
        };
        self.at = body + end + 2;
        for next in self.text[self.at..].chars().take_while(|next| *next != '\n') {
            self.at += next.len_utf8();
            if !matches!(next, ' ' | '\t') {
                return Err(self.error("no syntax may follow trailing comment"));
            }
        }
        Ok(())
    }

    /// Whether only white space and comments are left.
    pub(super) fn exhausted(&mut self) -> Result<bool, SchemaError> {
        self.blank()?;
        Ok(self.at == self.bytes.len())
    }

    /// The next character that is not blank, without taking it. Non-ASCII characters come as their
    /// first byte, which no caller knows.
    pub(super) fn peek(&mut self) -> Result<u8, SchemaError> {
        if self.exhausted()? {
            return Err(self.error("unexpected end of file"));
        }
        Ok(self.bytes[self.at])
    }

    /// Takes the next character that is not blank.
    pub(super) fn take(&mut self) -> Result<u8, SchemaError> {
        let byte = self.peek()?;
        self.skip_character();
        Ok(byte)
    }

    /// Takes the next character if it is this one.
    pub(super) fn take_if(&mut self, wanted: u8) -> Result<bool, SchemaError> {
        let found = self.peek()? == wanted;
        if found {
            self.at += 1;
        }
        Ok(found)
    }

    /// Takes exactly this character.
    pub(super) fn require(&mut self, wanted: u8) -> Result<(), SchemaError> {
        if self.take()? == wanted {
            return Ok(());
        }
        let found = self.text[..self.at].chars().next_back().unwrap_or_default();
        Err(self.error(&format!("expected '{}' but was '{found}'", wanted as char)))
    }

    /// A non-empty word.
    pub(super) fn word(&mut self) -> Result<&'a str, SchemaError> {
        self.blank()?;
        self.count()?;
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(|byte| is_word(*byte)) {
            self.at += 1;
        }
        if start == self.at {
            return Err(self.error("expected a word"));
        }
        Ok(&self.text[start..self.at])
    }

    /// A name: a word, or one in `(…)` or `[…]`; the wrapping is dropped.
    pub(super) fn name(&mut self) -> Result<&'a str, SchemaError> {
        let close = match self.peek()? {
            b'(' => b')',
            b'[' => b']',
            _ => return self.word(),
        };
        self.at += 1;
        let word = self.word()?;
        self.require_plainly(close)?;
        Ok(word)
    }

    /// Takes exactly this character; the reference does not always say what it found.
    pub(super) fn require_plainly(&mut self, wanted: u8) -> Result<(), SchemaError> {
        if self.take()? == wanted {
            return Ok(());
        }
        Err(self.error(&format!("expected '{}'", wanted as char)))
    }

    /// The name of a field.
    pub(super) fn field_name(&mut self) -> Result<&'a str, SchemaError> {
        let name = self.name()?;
        self.refuse_digit(name)?;
        Ok(name)
    }

    /// The name of a constant, or another word in its place.
    pub(super) fn constant_name(&mut self) -> Result<&'a str, SchemaError> {
        let word = self.word()?;
        self.refuse_digit(word)?;
        Ok(word)
    }

    /// The reference tells the place before the word that was just read.
    fn refuse_digit(&self, word: &str) -> Result<(), SchemaError> {
        if !word.starts_with(|first: char| first.is_ascii_digit()) {
            return Ok(());
        }
        let at = self.text[..self.at].rfind(word).unwrap_or(self.at);
        let (line, column) = self.line_column(at);
        let message = "field and constant names cannot start with a digit";
        Err(SchemaError::invalid_at(format!("Syntax error in :{line}:{column}: {message}"), at))
    }

    /// The name of a type whose first word is read: parts may stand apart before their dots.
    pub(super) fn type_name<'w>(&mut self, first: &'w str) -> Result<Cow<'w, str>, SchemaError> {
        let mut name = Cow::Borrowed(first);
        while self.take_if(b'.')? {
            let name = name.to_mut();
            name.push('.');
            name.push_str(self.word()?);
        }
        Ok(name)
    }

    /// An integer: decimal or `0x…`. A leading zero does not make it octal (reference behaviour).
    pub(super) fn integer(&mut self) -> Result<i32, SchemaError> {
        let word = self.word()?;
        let hex = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
        let parsed = hex.map_or_else(|| word.parse(), |digits| i32::from_str_radix(digits, 16));
        let digits = hex.unwrap_or(word);
        parsed.map_err(|_| self.error(&format!("expected an integer but was {digits}")))
    }

    /// A string in quotes; literals that follow each other are one string.
    pub(super) fn quoted(&mut self) -> Result<String, SchemaError> {
        self.count()?;
        let mut quote = self.take()?;
        if quote != b'"' && quote != b'\'' {
            return Err(self.error("expected quoted string"));
        }
        let mut out = String::new();
        while let Some(character) = self.text[self.at..].chars().next() {
            self.at += character.len_utf8();
            if character == quote as char {
                match self.peek()? {
                    next @ (b'"' | b'\'') => {
                        self.at += 1;
                        quote = next;
                    }
                    _ => return Ok(out),
                }
            } else if character == '\\' {
                out.push(self.escape()?);
            } else {
                out.push(character);
            }
        }
        Err(self.error("unterminated string"))
    }

    fn escape(&mut self) -> Result<char, SchemaError> {
        let Some(character) = self.text[self.at..].chars().next() else {
            return Err(self.error("unexpected end of file"));
        };
        self.at += character.len_utf8();
        Ok(match character {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            'x' | 'X' => return self.numeric_escape(16, 2),
            '0'..='7' => {
                self.at -= 1;
                return self.numeric_escape(8, 3);
            }
            other => other,
        })
    }

    fn numeric_escape(&mut self, radix: u32, length: usize) -> Result<char, SchemaError> {
        let mut value = None;
        for _ in 0..length {
            let digit = self.bytes.get(self.at).and_then(|byte| (*byte as char).to_digit(radix));
            let Some(digit) = digit else { break };
            value = Some(value.unwrap_or(0) * radix + digit);
            self.at += 1;
        }
        value.and_then(char::from_u32).ok_or_else(|| self.error("expected a digit after \\x or \\X"))
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}
