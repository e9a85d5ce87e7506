//! Lexical level of RFC 8259 and skipping of nested values.

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

    pub fn fault(&self, expected: &'static str) -> Fault {
        Fault { kind: FaultKind::Syntax, offset: self.position, expected }
    }

    pub fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    pub fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.position += 1;
        }
    }

    /// Takes a byte when it is next.
    pub fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.position += usize::from(is_next);
        is_next
    }

    /// Ends the text: nothing but white space may follow.
    pub fn finish(&mut self) -> Result<(), Fault> {
        self.skip_white_space();
        if self.peek().is_some() {
            return Err(self.fault("the end"));
        }
        match self.surrogate {
            None => Ok(()),
            Some(offset) => Err(Fault { kind: FaultKind::Surrogate, offset, expected: "a surrogate pair" }),
        }
    }

    /// Enters a container whose items the caller reads.
    pub fn enter(&mut self) -> Result<(), Fault> {
        match self.depth_left.checked_sub(1) {
            Some(left) => {
                self.depth_left = left;
                self.position += 1;
                Ok(())
            }
            None => Err(Fault { kind: FaultKind::Depth, ..self.fault("less nesting") }),
        }
    }

    /// Leaves a container that was entered.
    pub fn leave(&mut self) {
        self.depth_left += 1;
    }

    /// Reads a member name with its colon.
    pub fn name(&mut self) -> Result<Cow<'a, str>, Fault> {
        if self.peek() != Some(b'"') {
            return Err(self.fault("a member name"));
        }
        let (raw, is_escaped) = self.string()?;
        self.skip_white_space();
        if !self.eat(b':') {
            return Err(self.fault("`:`"));
        }
        self.skip_white_space();
        Ok(if is_escaped { unescape(raw) } else { Cow::Borrowed(raw) })
    }

    /// Reads a string and returns what stands between its quotes, and whether that has escapes.
    fn string(&mut self) -> Result<(&'a str, bool), Fault> {
        self.position += 1;
        let start = self.position;
        let mut is_escaped = false;
        loop {
            self.position += plain_length(&self.text.as_bytes()[self.position..]);
            match self.peek() {
                Some(b'"') => {
                    self.position += 1;
                    return Ok((&self.text[start..self.position - 1], is_escaped));
                }
                Some(b'\\') => {
                    is_escaped = true;
                    self.escape()?;
                }
                Some(_) => return Err(self.fault("no control character in a string")),
                None => return Err(self.fault("`\"`")),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        let rest = &self.text.as_bytes()[self.position + 1..];
        match rest.first() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.position += 2,
            Some(b'u') => {
                let unit = code_unit(&rest[1..]).ok_or_else(|| self.fault("four hexadecimal digits"))?;
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
            _ => return Err(self.fault("an escape sequence")),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Fault> {
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
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

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.position;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.position += 1;
        }
        if self.position == start { Err(self.fault("a digit")) } else { Ok(()) }
    }

    /// Reads a value that is no container.
    pub fn scalar(&mut self) -> Result<(), Fault> {
        match self.peek() {
            Some(b'"') => self.string().map(|_| ()),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                let rest = &self.text.as_bytes()[self.position..];
                let literal =
                    [&b"null"[..], b"true", b"false"].into_iter().find(|word| rest.starts_with(word));
                self.position += literal.ok_or_else(|| self.fault("a value"))?.len();
                Ok(())
            }
        }
    }

    /// Skips a container and returns pointers to members that repeat an earlier one of their object,
    /// where wanted.
    pub fn container(&mut self, repeated_wanted: bool) -> Result<Vec<String>, Fault> {
        self.names.wanted = repeated_wanted;
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
                    return Err(self.fault(if close == b'}' { "`,` or `}`" } else { "`,` or `]`" }));
                }
                self.skip_white_space();
            }
            if close == b'}' {
                let name = self.name()?;
                if self.names.wanted {
                    self.names.open.push(name);
                }
            }
            if matches!(self.peek(), Some(b'{' | b'[')) { self.open_container()? } else { self.scalar()? }
        }
        Ok(std::mem::take(&mut self.names.repeated).pointers)
    }

    fn open_container(&mut self) -> Result<(), Fault> {
        let close = if self.peek() == Some(b'{') { b'}' } else { b']' };
        self.enter()?;
        self.open.push(Frame { close, items: 0, first_name: self.names.open.len() });
        Ok(())
    }

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
        for (at, _) in find_repeated(names.len(), |at| &names[at]) {
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
