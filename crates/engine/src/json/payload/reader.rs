//! Reads a payload as an [`Instance`].
//!
//! Accepts, within limits, exactly what `serde_json` accepts (a property holds both against each other) and counts as it
//! goes what [`scan`] counts. Recurses as deep as the limit of nesting allows.

use super::instance::{Instance, Kind, Member, Span, Value};
use super::scan::{self, Shape};
use super::texts::{MAX_TEXT, Name, Slice, Texts};
use crate::tree::plain_length;
use crate::violation::PayloadOptions;

/// Members and items for which there is room at once.
const ROOM: usize = 32;
/// Members of an object that are sorted one by one.
const FEW_MEMBERS: usize = 24;

/// Reads a payload. `None` when it is not JSON or is beyond a limit: [`scan`] tells which.
pub(super) fn read<'a>(payload: &'a [u8], options: &PayloadOptions) -> Option<Instance<'a>> {
    if payload.len() > MAX_TEXT {
        return None;
    }
    let text = std::str::from_utf8(payload).ok()?;
    let mut reader = Reader {
        bytes: text.as_bytes(),
        at: 0,
        texts: Texts::new(text),
        open_items: Vec::with_capacity(ROOM),
        open_members: Vec::with_capacity(ROOM),
        items: Vec::with_capacity(ROOM),
        members: Vec::with_capacity(ROOM),
        open: 0,
        max_depth: scan::max_depth(options),
        values_left: options.max_items.checked_sub(1)?,
        depth: 0,
        digits: 0,
        repeats: false,
    };
    let first = reader.take()?;
    let root = reader.value(first)?;
    if reader.take().is_some() {
        return None;
    }
    let shape =
        Shape { values: options.max_items - reader.values_left, depth: reader.depth, digits: reader.digits };
    let mut instance = Instance::new(reader.texts, root, reader.items, reader.members, shape);
    instance.repeats = reader.repeats;
    Some(instance)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    texts: Texts<'a>,
    /// Items and members of containers that are not closed yet.
    open_items: Vec<Value>,
    open_members: Vec<Member>,
    items: Vec<Value>,
    members: Vec<Member>,
    /// Containers that are not closed yet.
    open: usize,
    max_depth: usize,
    values_left: u64,
    depth: usize,
    digits: u64,
    /// Whether an object repeats a member.
    repeats: bool,
}

impl Reader<'_> {
    /// Takes the next byte behind white space.
    #[inline]
    fn take(&mut self) -> Option<u8> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(byte);
            }
        }
    }

    /// The value whose first byte was taken.
    #[inline]
    fn value(&mut self, first: u8) -> Option<Value> {
        let offset = self.at - 1;
        let kind = match first {
            b'"' => Kind::String(self.string()?),
            b'{' => Kind::Object(self.object()?),
            b'[' => Kind::Array(self.array()?),
            b't' => self.word(b"rue", Kind::Boolean(true))?,
            b'f' => self.word(b"alse", Kind::Boolean(false))?,
            b'n' => self.word(b"ull", Kind::Null)?,
            b'-' | b'0'..=b'9' => Kind::Number(self.number(offset)?),
            _ => return None,
        };
        Some(Value { offset: offset as u32, kind })
    }

    fn word(&mut self, rest: &[u8], kind: Kind) -> Option<Kind> {
        let is_next = self.bytes[self.at..].starts_with(rest);
        self.at += rest.len();
        is_next.then_some(kind)
    }

    /// The number that starts there.
    fn number(&mut self, start: usize) -> Option<Slice> {
        let bytes = self.bytes;
        let is = |at: usize, wanted: &[u8]| bytes.get(at).is_some_and(|byte| wanted.contains(byte));
        let digits = |at: usize| {
            let end = at + bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            (end > at).then_some(end)
        };
        let whole = start + usize::from(bytes[start] == b'-');
        let mut end = digits(whole)?;
        if bytes[whole] == b'0' && end > whole + 1 {
            return None;
        }
        if is(end, b".") {
            end = digits(end + 1)?;
        }
        let has_exponent = is(end, b"eE");
        if has_exponent {
            end = digits(end + 1 + usize::from(is(end + 1, b"+-")))?;
        }
        if has_exponent || end - start > scan::PLAIN_DIGITS {
            self.digits += scan::long_digits(bytes.get(start..end)?)?;
        }
        self.at = end;
        Some(Slice::new(start, end))
    }

    /// The string whose first quote was taken.
    #[inline]
    fn string(&mut self) -> Option<Slice> {
        let start = self.at;
        let end = start + plain_length(self.bytes.get(start..)?);
        match self.bytes.get(end)? {
            b'"' => {
                self.at = end + 1;
                Some(Slice::new(start, end))
            }
            b'\\' => {
                let (slice, end) = self.texts.decode(start)?;
                self.at = end + 1;
                Some(slice)
            }
            _ => None,
        }
    }

    /// Counts one more value.
    #[inline]
    fn count(&mut self) -> Option<()> {
        self.values_left = self.values_left.checked_sub(1)?;
        Some(())
    }

    /// Counts one more container around what follows.
    #[inline]
    fn enter(&mut self) -> Option<()> {
        self.open += 1;
        self.depth = self.depth.max(self.open);
        self.count()?;
        (self.open <= self.max_depth).then_some(())
    }

    fn array(&mut self) -> Option<Span> {
        self.enter()?;
        let first = self.open_items.len();
        let mut byte = self.take()?;
        if byte != b']' {
            loop {
                let item = self.value(byte)?;
                self.open_items.push(item);
                match self.take()? {
                    b',' => self.count()?,
                    b']' => break,
                    _ => return None,
                }
                byte = self.take()?;
            }
        }
        self.open -= 1;
        let start = self.items.len();
        self.items.extend_from_slice(&self.open_items[first..]);
        self.open_items.truncate(first);
        Some(Span::new(start, self.items.len()))
    }

    fn object(&mut self) -> Option<Span> {
        self.enter()?;
        let first = self.open_members.len();
        let mut byte = self.take()?;
        if byte != b'}' {
            loop {
                if byte != b'"' {
                    return None;
                }
                let slice = self.string()?;
                let name = Name::new(slice, &self.texts);
                if self.take()? != b':' {
                    return None;
                }
                let byte_of_value = self.take()?;
                let value = self.value(byte_of_value)?;
                self.open_members.push(Member { name, value });
                match self.take()? {
                    b',' => self.count()?,
                    b'}' => break,
                    _ => return None,
                }
                byte = self.take()?;
            }
        }
        self.open -= 1;
        Some(self.close_members(first))
    }

    /// Puts the members of the innermost object in order; of several with one name the last stays.
    fn close_members(&mut self, first: usize) -> Span {
        let start = self.members.len();
        let open = &mut self.open_members[first..];
        if sort(open, &self.texts) {
            self.repeats = true;
            for (at, member) in open.iter().enumerate() {
                let is_last =
                    open.get(at + 1).is_none_or(|next| member.name.order(&next.name, &self.texts).is_ne());
                self.members.extend(is_last.then_some(*member));
            }
        } else {
            self.members.extend_from_slice(open);
        }
        self.open_members.truncate(first);
        Span::new(start, self.members.len())
    }
}

/// Sorts members by name, those with one name in the order they had. Whether there are such.
fn sort(members: &mut [Member], texts: &Texts<'_>) -> bool {
    if members.len() > FEW_MEMBERS {
        members.sort_by(|one, next| one.name.order(&next.name, texts));
        return members.windows(2).any(|pair| pair[0].name.order(&pair[1].name, texts).is_eq());
    }
    let mut is_repeated = false;
    for end in 1..members.len() {
        let member = members[end];
        let mut at = end;
        while let Some(before) = at.checked_sub(1) {
            let order = members[before].name.order(&member.name, texts);
            is_repeated |= order.is_eq();
            if order.is_le() {
                break;
            }
            members[at] = members[before];
            at = before;
        }
        members[at] = member;
    }
    is_repeated
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(instance: &Instance<'_>, value: &Value) -> serde_json::Value {
        match value.kind {
            Kind::Null => serde_json::Value::Null,
            Kind::Boolean(value) => value.into(),
            Kind::Number(slice) => serde_json::from_str(instance.text(slice)).unwrap(),
            Kind::String(slice) => instance.text(slice).into(),
            Kind::Array(span) => instance.items(span).iter().map(|item| plain(instance, item)).collect(),
            Kind::Object(span) => {
                let members = instance.members(span).iter();
                let members =
                    members.map(|member| (instance.name(member).to_owned(), plain(instance, &member.value)));
                serde_json::Value::Object(members.collect())
            }
        }
    }

    fn find_instance(text: &str) -> Option<Instance<'_>> {
        super::read(text.as_bytes(), &PayloadOptions::default())
    }

    fn instance(text: &str) -> Instance<'_> {
        find_instance(text).unwrap()
    }

    /// Also holds what was counted against the pass that names limits.
    fn read(text: &str) -> Option<serde_json::Value> {
        let instance = find_instance(text)?;
        assert_eq!(scan::scan(text.as_bytes(), &PayloadOptions::default()), Ok(instance.shape), "{text:?}");
        Some(plain(&instance, instance.root()))
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
            "\"\\\u{e9}\"",
            r#""\n\u00e9\x""#,
            r#""one\ntwo\u00e9three\tfour""#,
            "\"\\n\u{1}\"",
            r#""\n"#,
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
            r#"{"ab":1,"a\u0062":2}"#,
            r#"{"abcdefgh\n":1,"abcdefgh\t":2,"abcdefgh":3,"abcdefgh\u000a":4,"":5,"\u0000":6}"#,
            r#"["\n","\t\t",{"\r":"\\"},"plain"]"#,
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
    fn of_repeated_members_the_last_counts_in_objects_of_every_size() {
        for count in [2, FEW_MEMBERS, FEW_MEMBERS + 1, 300] {
            for names in [1, 2, count / 2 + 1, count] {
                let members: Vec<_> =
                    (0..count).map(|at| format!(r#""a long name {}":{at}"#, at * 7 % names)).collect();
                let text = format!("{{{}}}", members.join(","));
                assert_eq!(read(&text), serde_json::from_str(&text).ok(), "{text}");
            }
        }
    }

    #[test]
    fn limits_are_those_of_the_pass_that_names_them() {
        let long = format!("[{}]", "1".repeat(1_000));
        let too_long = format!("[{}]", "1".repeat(1_001));
        for text in ["1", "[]", "[[]]", "[[],{}]", "{\"a\":[1,2,3]}", "[1,2,3,4]", &long, &too_long] {
            for max_depth in 0..3 {
                for max_items in 0..6 {
                    let options = PayloadOptions { max_depth, max_items, ..PayloadOptions::default() };
                    let shape = super::read(text.as_bytes(), &options).map(|instance| instance.shape);
                    assert_eq!(shape, scan::scan(text.as_bytes(), &options).ok(), "{text} {options:?}");
                }
            }
        }
    }

    #[test]
    fn values_are_small() {
        assert_eq!((size_of::<Value>(), size_of::<Member>()), (16, 32));
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
            max_depth in 0usize..6, max_items in 0u64..40,
        ) {
            let options = PayloadOptions { max_depth, max_items, ..PayloadOptions::default() };
            let mut text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }
                .unwrap();
            prop_assert_eq!(read(&text), serde_json::from_str(&text).ok());
            let shape = super::read(text.as_bytes(), &options).map(|instance| instance.shape);
            prop_assert_eq!(shape, scan::scan(text.as_bytes(), &options).ok());
            let at = at.index(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(at + 1) {
                text.replace_range(at..=at, std::str::from_utf8(&[byte]).unwrap());
                prop_assert_eq!(read(&text), serde_json::from_str(&text).ok());
            }
        }
    }
}
