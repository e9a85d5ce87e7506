//! The members of one object and the elements of one array, as slices of the text.

use std::borrow::Cow;

use super::super::repeated::find_repeated;
use super::scanner::{Scanned, Scanner};
use super::text::unescape;

/// What a value is, told by its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array or object.
    Container,
}

/// How often a name occurs in its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurrence {
    /// Once.
    Only,
    /// The first of several.
    FirstOfMany,
    /// A repetition.
    Later,
}

/// One member of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// Name, unescaped.
    pub name: Cow<'a, str>,
    /// The value as written.
    pub raw: &'a str,
    /// Whether the value is a string with escapes.
    is_escaped: bool,
    /// Byte offset of the value.
    pub offset: usize,
    /// Whether other members of the object have the same name.
    pub occurrence: Occurrence,
    /// Pointers to repeated members inside the value, where they were asked for.
    pub repeated_inside: Vec<String>,
}

impl<'a> Member<'a> {
    fn new(name: Cow<'a, str>, raw: &'a str, offset: usize, value: Value) -> Self {
        let Value { is_escaped, repeated_inside } = value;
        Self { name, raw, is_escaped, offset, occurrence: Occurrence::Only, repeated_inside }
    }

    /// What the value is.
    pub fn kind(&self) -> Kind {
        match self.raw.as_bytes().first() {
            Some(b'"') => Kind::String,
            Some(b'{' | b'[') => Kind::Container,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// The value of a string, unescaped.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        let inside = self.raw.strip_prefix('"')?.strip_suffix('"')?;
        Some(if self.is_escaped { unescape(inside) } else { Cow::Borrowed(inside) })
    }
}

/// An element of an array: an object's members, or the fact that it is something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// The element as written.
    pub raw: &'a str,
    /// The members, when it is an object.
    pub members: Option<Vec<Member<'a>>>,
}

/// Reads a text that should be one object.
///
/// `watched` names the member inside which repeated members are looked for.
/// `Ok(None)`: a JSON text, but not an object.
pub fn read_object<'a>(
    text: &'a str,
    max_depth: usize,
    watched: Option<&str>,
) -> Scanned<Option<Vec<Member<'a>>>> {
    let mut scanner = Scanner::new(text, max_depth);
    scanner.skip_white_space();
    let element = element(&mut scanner, watched)?;
    scanner.finish()?;
    Ok(element.members)
}

/// Reads an object without a look into the member `last`, which has to stand last and to be a container: what is left of
/// the text is taken for it. Whoever uses it has to make sure that it is one JSON text; then this is what
/// [`read_object`] reads. `None` for every other text.
pub fn read_ahead<'a>(text: &'a str, max_depth: usize, last: &str) -> Option<Vec<Member<'a>>> {
    let mut scanner = Scanner::new(text, max_depth);
    scanner.skip_white_space();
    if scanner.peek() != Some(b'{') {
        return None;
    }
    scanner.enter().ok()?;
    let mut members = Vec::with_capacity(USUAL_MEMBERS);
    loop {
        scanner.skip_white_space();
        let (name, offset) = (scanner.name().ok()?, scanner.position());
        if name == last {
            let raw = scanner.take_last()?;
            members.push(Member::new(name, raw, offset, Value::default()));
            break;
        }
        let value = value(&mut scanner, false).ok()?;
        members.push(Member::new(name, scanner.slice(offset), offset, value));
        scanner.skip_white_space();
        if !scanner.eat(b',') {
            return None;
        }
    }
    scanner.finish().ok()?;
    mark_repeated(&mut members);
    Some(members)
}

/// Reads a text that should be one array of objects; `Ok(None)`: a JSON text, but not an array.
/// Stops with `Ok(Some(elements))` of one more than `max_elements` when there are more.
pub fn read_array<'a>(
    text: &'a str,
    max_depth: usize,
    max_elements: usize,
    watched: Option<&str>,
) -> Scanned<Option<Vec<Element<'a>>>> {
    // The array around the events does not count against the depth of an event.
    let mut scanner = Scanner::new(text, max_depth.saturating_add(1));
    scanner.skip_white_space();
    if scanner.peek() != Some(b'[') {
        element(&mut scanner, None)?;
        scanner.finish()?;
        return Ok(None);
    }
    scanner.enter()?;
    let mut elements = Vec::new();
    loop {
        scanner.skip_white_space();
        if scanner.eat(b']') {
            break;
        }
        if !elements.is_empty() {
            if !scanner.eat(b',') {
                return scanner.fail("`,` or `]`");
            }
            scanner.skip_white_space();
        }
        if elements.len() > max_elements {
            return Ok(Some(elements));
        }
        elements.push(element(&mut scanner, watched)?);
    }
    scanner.finish()?;
    Ok(Some(elements))
}

/// Reads a text that is one value of any kind and returns pointers to repeated members in it.
pub fn read_value(text: &str, max_depth: usize) -> Scanned<Vec<String>> {
    let mut scanner = Scanner::new(text, max_depth);
    scanner.skip_white_space();
    let value = value(&mut scanner, true)?;
    scanner.finish()?;
    Ok(value.repeated_inside)
}

fn element<'a>(scanner: &mut Scanner<'a>, watched: Option<&str>) -> Scanned<Element<'a>> {
    let start = scanner.position();
    let members = if scanner.peek() == Some(b'{') {
        Some(members(scanner, watched)?)
    } else {
        value(scanner, false)?;
        None
    };
    Ok(Element { raw: scanner.slice(start), members })
}

fn members<'a>(scanner: &mut Scanner<'a>, watched: Option<&str>) -> Scanned<Vec<Member<'a>>> {
    scanner.enter()?;
    let mut members: Vec<Member<'a>> = Vec::new();
    loop {
        scanner.skip_white_space();
        if scanner.eat(b'}') {
            break;
        }
        if members.is_empty() {
            // An empty object, of which a batch can hold thousands, has none.
            members.reserve(USUAL_MEMBERS);
        } else {
            if !scanner.eat(b',') {
                return scanner.fail("`,` or `}`");
            }
            scanner.skip_white_space();
        }
        let name = scanner.name()?;
        let offset = scanner.position();
        let value = value(scanner, watched == Some(&*name))?;
        members.push(Member::new(name, scanner.slice(offset), offset, value));
    }
    scanner.leave();
    mark_repeated(&mut members);
    Ok(members)
}

fn mark_repeated(members: &mut [Member<'_>]) {
    for (later, first) in find_repeated(members, |member| &member.name) {
        members[first].occurrence = Occurrence::FirstOfMany;
        members[later].occurrence = Occurrence::Later;
    }
}

/// Members that an event has, about.
const USUAL_MEMBERS: usize = 10;

/// What was learnt of a value while it was skipped.
#[derive(Default)]
struct Value {
    is_escaped: bool,
    repeated_inside: Vec<String>,
}

#[inline]
fn value(scanner: &mut Scanner<'_>, repeated_wanted: bool) -> Scanned<Value> {
    if matches!(scanner.peek(), Some(b'{' | b'[')) {
        Ok(Value { is_escaped: false, repeated_inside: scanner.container(repeated_wanted)? })
    } else {
        Ok(Value { is_escaped: scanner.scalar()?, repeated_inside: Vec::new() })
    }
}

/// The value of a text that is one string (white space around it allowed); `None` for other values.
/// The text has to be one JSON value.
pub fn string_value(text: &str) -> Option<Cow<'_, str>> {
    let inside = text.trim_ascii().strip_prefix('"')?.strip_suffix('"')?;
    Some(unescape(inside))
}
