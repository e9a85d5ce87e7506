//! Lexical level of RFC 8259 and skipping of nested values.

#![expect(
    clippy::inline_always,
    reason = "a call costs more than a short string, and events are made of them"
)]

use std::borrow::Cow;

use super::super::repeated::find_repeated;
use super::text::{code_unit, unescape};
use crate::Violation;
use crate::tree::{plain_length, pointer_token};
use crate::violation::{MAX_FINDINGS, Room};

/// Why a text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The kind, which is a rule of its own.
    pub kind: FaultKind,
    /// Byte offset where reading stopped.
    pub offset: usize,
    /// What would have been legal there.
    pub expected: &'static str,
}

/// Kinds of [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Not a JSON text.
    Syntax,
    /// An escaped unpaired surrogate, in an otherwise readable text.
    Surrogate,
    /// Nested too deep.
    Depth,
}

/// What a step of reading yields. A fault is rare and ends the reading: behind a pointer it does not weigh on
/// what each step hands back.
pub type Scanned<T> = Result<T, Box<Fault>>;

/// Reads one JSON text from front to back.
pub struct Scanner<'a> {
    text: &'a str,
    position: usize,
    /// Containers that may still be opened.
    depth_left: usize,
    /// Offset of the first unpaired surrogate; reported when all else is well.
    surrogate: Option<usize>,
    open: Vec<Frame>,
    names: Names<'a>,
}

/// A container that is being skipped.
struct Frame {
    close: u8,
    items: usize,
    first_name: usize,
}

/// Member names of open objects, kept to find repeated ones.
struct Names<'a> {
    wanted: bool,
    open: Vec<Cow<'a, str>>,
    repeated: Repeated,
}

/// Pointers to repeated members, one more than is reported: it tells that there are more.
struct Repeated {
    pointers: Vec<String>,
    room: Room,
    is_over: bool,
}

impl Default for Repeated {
    fn default() -> Self {
        Self { pointers: Vec::new(), room: Room::of(MAX_FINDINGS), is_over: false }
    }
}

impl Repeated {
    fn push(&mut self, pointer: String) {
        self.is_over = self.room.is_spent();
        let finding = self.room.take(Violation::data("", pointer, ""));
        self.pointers.push(finding.pointer);
    }
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a str, max_depth: usize) -> Self {
        Self {
            text,
            position: 0,
            depth_left: max_depth,
            surrogate: None,
            open: Vec::new(),
            names: Names { wanted: false, open: Vec::new(), repeated: Repeated::default() },
        }
    }

    pub fn position(&self) -> usize {
        self.position
    }

    pub fn slice(&self, from: usize) -> &'a str {
        &self.text[from..self.position]
    }

    /// Ends the reading here, where something else would have been legal.
    pub fn fail<T>(&self, expected: &'static str) -> Scanned<T> {
        Err(self.fault(expected).into())
    }

    #[cold]
    #[inline(never)]
    fn fault(&self, expected: &'static str) -> Fault {
        Fault { kind: FaultKind::Syntax, offset: self.position, expected }
    }

    #[inline]
    pub fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    #[inline]
    pub fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.position += 1;
        }
    }

    /// Takes a byte when it is next.
    #[inline]
    pub fn eat(&mut self, byte: u8) -> bool {
        if self.peek() != Some(byte) {
            return false;
        }
        self.position += 1;
        true
    }

    /// Takes what is left of the text as the last value of the outermost object. It is that if it is one value, which
    /// nobody has looked at yet. `None` unless it is a container by its ends.
    pub fn take_last(&mut self) -> Option<&'a str> {
        const WHITE_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];
        let rest = self.text[self.position..].trim_end_matches(WHITE_SPACE).strip_suffix('}')?;
        let value = rest.trim_end_matches(WHITE_SPACE);
        let ends = (value.bytes().next()?, value.bytes().next_back()?);
        self.position = self.text.len();
        matches!(ends, (b'{', b'}') | (b'[', b']')).then_some(value)
    }

    /// Ends the text: nothing but white space may follow.
    pub fn finish(&mut self) -> Scanned<()> {
        self.skip_white_space();
        if self.peek().is_some() {
            return self.fail("the end");
        }
        match self.surrogate {
            None => Ok(()),
            Some(offset) => {
                Err(Box::new(Fault { kind: FaultKind::Surrogate, offset, expected: "a surrogate pair" }))
            }
        }
    }

    /// Enters a container whose items the caller reads.
    #[inline]
    pub fn enter(&mut self) -> Scanned<()> {
        match self.depth_left.checked_sub(1) {
            Some(left) => {
                self.depth_left = left;
                self.position += 1;
                Ok(())
            }
            None => Err(Box::new(Fault {
                kind: FaultKind::Depth,
                offset: self.position,
                expected: "less nesting",
            })),
        }
    }

    /// Leaves a container that was entered.
    pub fn leave(&mut self) {
        self.depth_left += 1;
    }

    /// Reads a member name with its colon.
    #[inline(always)]
    pub fn name(&mut self) -> Scanned<Cow<'a, str>> {
        if self.peek() != Some(b'"') {
            return self.fail("a member name");
        }
        let start = self.position + 1;
        let is_escaped = self.string()?;
        let raw = &self.text[start..self.position - 1];
        self.skip_white_space();
        if !self.eat(b':') {
            return self.fail("`:`");
        }
        self.skip_white_space();
        Ok(if is_escaped { unescape(raw) } else { Cow::Borrowed(raw) })
    }

    /// Skips a string, from its first quote, and returns whether it has escapes.
    #[inline(always)]
    fn string(&mut self) -> Scanned<bool> {
        self.position += 1;
        self.skip_plain();
        if self.eat(b'"') {
            return Ok(false);
        }
        self.rest_of_string().map(|()| true)
    }

    /// Skips a string from where it is not plain: at its first escape, unless it is broken.
    fn rest_of_string(&mut self) -> Scanned<()> {
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.position += 1;
                    return Ok(());
                }
                Some(b'\\') => self.escape()?,
                Some(_) => return self.fail("no control character in a string"),
                None => return self.fail("`\"`"),
            }
            self.skip_plain();
        }
    }

    #[inline]
    fn skip_plain(&mut self) {
        self.position += plain_length(&self.text.as_bytes()[self.position..]);
    }

    fn escape(&mut self) -> Scanned<()> {
        let rest = &self.text.as_bytes()[self.position + 1..];
        match rest.first() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.position += 2,
            Some(b'u') => {
                let Some(unit) = code_unit(&rest[1..]) else { return self.fail("four hexadecimal digits") };
                let low = rest.get(5..).and_then(|low| low.strip_prefix(b"\\u")).and_then(code_unit);
                match (unit, low) {
                    (0xd800..=0xdbff, Some(0xdc00..=0xdfff)) => self.position += 12,
                    (0xd800..=0xdfff, _) => {
                        self.surrogate.get_or_insert(self.position);
                        self.position += 6;
                    }
                    _ => self.position += 6,
                }
            }
            _ => return self.fail("an escape sequence"),
        }
        Ok(())
    }

    fn number(&mut self) -> Scanned<()> {
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if !matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return Ok(());
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _signed = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        Ok(())
    }

    #[inline]
    fn digits(&mut self) -> Scanned<()> {
        let rest = &self.text.as_bytes()[self.position..];
        let length = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        self.position += length;
        if length == 0 { self.fail("a digit") } else { Ok(()) }
    }

    /// Skips a value that is no container and returns whether it is a string with escapes.
    #[inline(always)]
    pub fn scalar(&mut self) -> Scanned<bool> {
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number().map(|()| false),
            _ => self.literal().map(|()| false),
        }
    }

    fn literal(&mut self) -> Scanned<()> {
        let rest = &self.text.as_bytes()[self.position..];
        let literal = [&b"null"[..], b"true", b"false"].into_iter().find(|word| rest.starts_with(word));
        let Some(literal) = literal else { return self.fail("a value") };
        self.position += literal.len();
        Ok(())
    }

    /// Skips a container and returns pointers to members that repeat an earlier one of their object,
    /// where wanted.
    pub fn container(&mut self, repeated_wanted: bool) -> Scanned<Vec<String>> {
        self.names.wanted = repeated_wanted;
        if repeated_wanted {
            // As many names as the data of most events has open at once.
            self.names.open.reserve(16);
        }
        self.open_container()?;
        while let Some(frame) = self.open.last_mut() {
            let (close, is_first) = (frame.close, frame.items == 0);
            frame.items += 1;
            self.skip_white_space();
            if self.eat(close) {
                self.close_container();
                continue;
            }
            if !is_first {
                if !self.eat(b',') {
                    return self.fail(if close == b'}' { "`,` or `}`" } else { "`,` or `]`" });
                }
                self.skip_white_space();
            }
            if close == b'}' {
                let name = self.name()?;
                if self.names.wanted {
                    self.names.open.push(name);
                }
            }
            if matches!(self.peek(), Some(b'{' | b'[')) {
                self.open_container()?;
            } else {
                self.scalar()?;
            }
        }
        Ok(std::mem::take(&mut self.names.repeated).pointers)
    }

    #[inline]
    fn open_container(&mut self) -> Scanned<()> {
        let close = if self.peek() == Some(b'{') { b'}' } else { b']' };
        self.enter()?;
        self.open.push(Frame { close, items: 0, first_name: self.names.open.len() });
        Ok(())
    }

    #[inline]
    fn close_container(&mut self) {
        self.leave();
        if self.names.wanted {
            self.note_repeated();
        }
        if let Some(frame) = self.open.pop() {
            self.names.open.truncate(frame.first_name);
        }
    }

    /// Notes the repeated names of the innermost object.
    fn note_repeated(&mut self) {
        let first = self.open.last().map_or(0, |frame| frame.first_name);
        let names = &self.names.open[first..];
        for (at, _) in find_repeated(names, |name| name) {
            if self.names.repeated.is_over {
                return;
            }
            let mut pointer = self.pointer();
            pointer.push('/');
            pointer.push_str(&pointer_token(&self.names.open[first + at]));
            self.names.repeated.push(pointer);
        }
    }

    /// Where the innermost container stands inside the outermost one.
    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for (frame, inner) in self.open.iter().zip(self.open.iter().skip(1)) {
            pointer.push('/');
            if frame.close == b'}' {
                let name = inner.first_name.checked_sub(1).and_then(|at| self.names.open.get(at));
                pointer.push_str(&pointer_token(name.map_or("", |name| name)));
            } else {
                pointer.push_str(&(frame.items - 1).to_string());
            }
        }
        pointer
    }
}
