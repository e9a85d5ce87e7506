//! A payload as a tree over its text.
//!
//! Reads, within limits, exactly what `serde_json` reads as a `Value` (a property holds both against each other), in about a quarter
//! of the time: numbers and strings without escapes stay slices of the text, and all items and members stand in two
//! lists. Of repeated members the last one counts; members are sorted by name.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

use crate::tree::plain_length;

/// A payload that was read.
#[derive(Debug)]
pub(super) struct Instance<'a> {
    text: &'a str,
    root: Value<'a>,
    items: Vec<Value<'a>>,
    members: Vec<Member<'a>>,
    /// Errors that may still be made about it.
    pub errors_left: Cell<u32>,
    plain: OnceCell<serde_json::Value>,
}

/// A value and where it starts in the text, in bytes.
#[derive(Clone, Debug)]
pub(super) struct Value<'a> {
    pub offset: usize,
    pub kind: Kind<'a>,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Kind<'a> {
    Null,
    Boolean(bool),
    /// As written.
    Number(&'a str),
    String(Cow<'a, str>),
    Array(Span),
    Object(Span),
}

/// Neighbours in a list of the instance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    start: u32,
    len: u32,
}

impl Span {
    /// No neighbours.
    pub const EMPTY: Self = Self { start: 0, len: 0 };
}

/// A member of an object: its name and value.
pub(super) type Member<'a> = (Cow<'a, str>, Value<'a>);

impl<'a> Instance<'a> {
    /// Reads a payload that was scanned: the reader recurses as deep as it is nested. `None` when it is not JSON.
    pub fn read(payload: &'a [u8]) -> Option<Self> {
        let mut reader = Reader {
            text: std::str::from_utf8(payload).ok()?,
            at: 0,
            open_items: Vec::new(),
            open_members: Vec::with_capacity(ROOM),
            items: Vec::new(),
            members: Vec::with_capacity(ROOM),
        };
        let root = reader.value()?;
        reader.skip_white_space();
        let is_whole = reader.at == reader.text.len();
        is_whole.then(|| Self::new(reader.text, root, reader.items, reader.members))
    }

    /// A text alone, such as the name of a member.
    pub fn of_string(text: &'a str) -> Self {
        let root = Value { offset: 0, kind: Kind::String(Cow::Borrowed(text)) };
        Self::new(text, root, Vec::new(), Vec::new())
    }

    fn new(text: &'a str, root: Value<'a>, items: Vec<Value<'a>>, members: Vec<Member<'a>>) -> Self {
        Self { text, root, items, members, errors_left: Cell::new(u32::MAX), plain: OnceCell::new() }
    }

    /// The payload as the library reads it, made when it is first asked for.
    pub fn plain(&self) -> &serde_json::Value {
        self.plain.get_or_init(|| serde_json::from_str(self.text).unwrap_or_default())
    }

    /// The whole payload.
    pub fn root(&self) -> &Value<'a> {
        &self.root
    }

    /// The items of an array of this instance.
    pub fn items(&self, span: Span) -> &[Value<'a>] {
        &self.items[span.start as usize..][..span.len as usize]
    }

    /// The members of an object of this instance, sorted by name.
    pub fn members(&self, span: Span) -> &[Member<'a>] {
        &self.members[span.start as usize..][..span.len as usize]
    }

    /// The member of a name.
    pub fn find_member(&self, span: Span, name: &str) -> Option<&Value<'a>> {
        let members = self.members(span);
        let at = members.binary_search_by(|(other, _)| (**other).cmp(name)).ok()?;
        Some(&members[at].1)
    }

    /// The value that a JSON Pointer names.
    pub fn find(&self, pointer: &str) -> Option<&Value<'a>> {
        pointer.split('/').skip(1).try_fold(&self.root, |value, token| match value.kind {
            Kind::Array(span) => self.items(span).get(token.parse::<usize>().ok()?),
            Kind::Object(span) => self.find_member(span, &token.replace("~1", "/").replace("~0", "~")),
            _ => None,
        })
    }
}

/// Members for which there is room at once.
const ROOM: usize = 16;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Items and members of containers that are not closed yet.
    open_items: Vec<Value<'a>>,
    open_members: Vec<Member<'a>>,
    items: Vec<Value<'a>>,
    members: Vec<Member<'a>>,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Takes the next byte behind white space.
    fn take(&mut self) -> Option<u8> {
        self.skip_white_space();
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// Takes a byte behind white space when it is next.
    fn eat(&mut self, byte: u8) -> bool {
        self.skip_white_space();
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn value(&mut self) -> Option<Value<'a>> {
        let first = self.take()?;
        let offset = self.at - 1;
        let kind = match first {
            b'"' => Kind::String(self.string()?),
            b'{' => Kind::Object(self.object()?),
            b'[' => Kind::Array(self.array()?),
            b't' => self.word(offset, "true", Kind::Boolean(true))?,
            b'f' => self.word(offset, "false", Kind::Boolean(false))?,
            b'n' => self.word(offset, "null", Kind::Null)?,
            b'-' | b'0'..=b'9' => {
                self.at = offset;
                self.number()?;
                Kind::Number(&self.text[offset..self.at])
            }
            _ => return None,
        };
        Some(Value { offset, kind })
    }

    fn word(&mut self, start: usize, word: &str, kind: Kind<'a>) -> Option<Kind<'a>> {
        self.at = start + word.len();
        (self.text.get(start..self.at) == Some(word)).then_some(kind)
    }

    fn number(&mut self) -> Option<()> {
        self.at += usize::from(self.peek() == Some(b'-'));
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        // `serde_json` refuses a zero in front here; for everyone else the digit behind it is what is wrong.
        (!matches!(self.peek(), Some(b'0'..=b'9'))).then_some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    /// The rest of a string whose first quote was taken.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        let start = self.at;
        self.at += plain_length(&self.text.as_bytes()[start..]);
        match self.peek()? {
            b'"' => {
                self.at += 1;
                Some(Cow::Borrowed(&self.text[start..self.at - 1]))
            }
            b'\\' => self.escaped_string(start),
            _ => None,
        }
    }

    fn escaped_string(&mut self, start: usize) -> Option<Cow<'a, str>> {
        let bytes = self.text.as_bytes();
        while self.peek()? != b'"' {
            self.at += usize::from(self.peek() == Some(b'\\')) + 1;
            self.at += plain_length(bytes.get(self.at..)?);
        }
        self.at += 1;
        // Rare enough to leave what an escape may be to the library.
        serde_json::from_slice(bytes.get(start - 1..self.at)?).ok().map(Cow::Owned)
    }

    fn array(&mut self) -> Option<Span> {
        let first = self.open_items.len();
        if !self.eat(b']') {
            loop {
                let item = self.value()?;
                self.open_items.push(item);
                match self.take()? {
                    b',' => {}
                    b']' => break,
                    _ => return None,
                }
            }
        }
        let start = self.items.len();
        self.items.extend(self.open_items.drain(first..));
        Span::new(start, self.items.len())
    }

    fn object(&mut self) -> Option<Span> {
        let first = self.open_members.len();
        if !self.eat(b'}') {
            loop {
                if !self.eat(b'"') {
                    return None;
                }
                let name = self.string()?;
                if !self.eat(b':') {
                    return None;
                }
                let value = self.value()?;
                self.open_members.push((name, value));
                match self.take()? {
                    b',' => {}
                    b'}' => break,
                    _ => return None,
                }
            }
        }
        self.sort_members(first);
        let start = self.members.len();
        self.members.extend(self.open_members.drain(first..));
        Span::new(start, self.members.len())
    }

    /// Sorts the members of the innermost object; of several with one name the last stays.
    fn sort_members(&mut self, first: usize) {
        let members = &mut self.open_members[first..];
        if members.is_sorted_by(|(one, _), (next, _)| one < next) {
            return;
        }
        members.sort_by(|(one, _), (next, _)| one.cmp(next));
        if members.is_sorted_by(|(one, _), (next, _)| one < next) {
            return;
        }
        let mut members = self.open_members.split_off(first);
        members.dedup_by(|later, kept| {
            let is_repeated = later.0 == kept.0;
            if is_repeated {
                std::mem::swap(later, kept);
            }
            is_repeated
        });
        self.open_members.append(&mut members);
    }
}

impl Span {
    /// `None` beyond 32 bits, of which no payload within the limits is.
    fn new(start: usize, end: usize) -> Option<Self> {
        Some(Self { start: u32::try_from(start).ok()?, len: u32::try_from(end - start).ok()? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(instance: &Instance<'_>, value: &Value<'_>) -> serde_json::Value {
        match &value.kind {
            Kind::Null => serde_json::Value::Null,
            Kind::Boolean(value) => (*value).into(),
            Kind::Number(text) => serde_json::from_str(text).unwrap(),
            Kind::String(text) => text.clone().into(),
            Kind::Array(span) => instance.items(*span).iter().map(|item| plain(instance, item)).collect(),
            Kind::Object(span) => {
                let members = instance.members(*span).iter();
                let members = members.map(|(name, value)| (name.to_string(), plain(instance, value)));
                serde_json::Value::Object(members.collect())
            }
        }
    }

    fn read(text: &str) -> Option<serde_json::Value> {
        let instance = Instance::read(text.as_bytes())?;
        Some(plain(&instance, instance.root()))
    }

    fn instance(text: &str) -> Instance<'_> {
        Instance::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn texts_are_read_as_the_library_reads_them() {
        for text in [
            "null",
            " true\r\n",
            "falsey",
            "tru",
            "nul\u{e9}",
            "0",
            "-0",
            "-",
            "01",
            "-01",
            "1.",
            ".5",
            "1.5e",
            "1e+5",
            "1E-05",
            "1e5.5",
            "1 2",
            "12345678901234567890123456789.00001",
            r#""""#,
            r#""a"#,
            r#""a\"b\\c\/\b\f\n\r\t\u00e9\ud83d\ude00""#,
            r#""\ud83d""#,
            r#""\ude00""#,
            r#""\ud83dx""#,
            r#""\x""#,
            r#""\u12""#,
            r#""\"#,
            "\"a\u{1}b\"",
            "\"\u{7f}\u{2028}\"",
            "[]",
            "[ 1 , [ ] , {} ]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1",
            "]",
            r#"{"a":1,"b":{"c":[2]}}"#,
            r#"{"b":1,"a":2,"b":3,"a":{"z":1,"z":2}}"#,
            r#"{"a":1,}"#,
            r#"{"a"}"#,
            r#"{"a":}"#,
            "{a:1}",
            r#"{"a" : 1 }"#,
            r#"{"a\u0062":1,"ab":2}"#,
            "",
            " ",
            "\u{feff}1",
            "// 1",
            "NaN",
        ] {
            assert_eq!(read(text), serde_json::from_str(text).ok(), "{text:?}");
        }
    }

    #[test]
    fn members_that_the_library_gives_a_meaning_of_its_own_are_members() {
        let text = r#"{"$serde_json::private::Number":"5"}"#;
        let instance = instance(text);
        assert!(matches!(instance.root().kind, Kind::Object(_)));
    }

    #[test]
    fn pointers_lead_to_values_and_their_offsets() {
        let text = r#"{"x":[10,{"a/b~c":"v"}],"":[]}"#;
        let instance = instance(text);
        for (pointer, offset) in
            [("", Some(0)), ("/x", Some(5)), ("/x/0", Some(6)), ("/x/1/a~1b~0c", Some(18)), ("/", Some(27))]
        {
            assert_eq!(instance.find(pointer).map(|value| value.offset), offset, "{pointer}");
        }
        for pointer in ["/y", "/x/2", "/x/one", "/x/0/0"] {
            assert!(instance.find(pointer).is_none(), "{pointer}");
        }
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            "[a-c\"\\\\\\n\u{e9}\u{1f600}]{0,4}".prop_map(Into::into),
        ];
        leaf.prop_recursive(5, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                prop::collection::btree_map("[a-c\"~/]{0,3}", inner, 0..6)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_text_of_the_library_is_read_and_every_broken_one_refused_alike(
            value in json(), pretty in any::<bool>(), at in any::<prop::sample::Index>(), byte in 0x20u8..0x7f,
        ) {
            let mut text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }
                .unwrap();
            prop_assert_eq!(read(&text), serde_json::from_str(&text).ok());
            let at = at.index(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(at + 1) {
                text.replace_range(at..=at, std::str::from_utf8(&[byte]).unwrap());
                prop_assert_eq!(read(&text), serde_json::from_str(&text).ok());
            }
        }
    }
}
