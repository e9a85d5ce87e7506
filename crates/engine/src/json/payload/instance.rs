//! A payload as a tree over its text.
//!
//! Small values without anything to drop: where strings and numbers stand in the text, and where the items and members of
//! containers stand in two lists. Of repeated members the last one counts; members are sorted by name. The
//! [`reader`](super::reader) makes it.

use std::cell::{Cell, OnceCell};

use super::scan::Shape;
use super::texts::{Name, Slice, Texts, head};

/// A payload that was read.
#[derive(Debug)]
pub(super) struct Instance<'a> {
    texts: Texts<'a>,
    root: Value,
    items: Vec<Value>,
    members: Vec<Member>,
    /// What was counted while it was read.
    pub shape: Shape,
    /// Whether an object repeats a member.
    pub repeats: bool,
    /// Errors that may still be made about it.
    pub errors_left: Cell<u32>,
    plain: OnceCell<serde_json::Value>,
}

/// A value and where it starts in the text, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    pub offset: u32,
    pub kind: Kind,
}

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Null,
    Boolean(bool),
    /// As written.
    Number(Slice),
    String(Slice),
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

    /// Those of a list between two places. A list is no longer than the text of its payload.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, len: (end - start) as u32 }
    }

    #[inline]
    fn of<T>(self, list: &[T]) -> &[T] {
        &list[self.start as usize..][..self.len as usize]
    }
}

/// A member of an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub name: Name,
    pub value: Value,
}

impl<'a> Instance<'a> {
    /// A text alone, such as the name of a member.
    pub fn of_string(text: &'a str) -> Self {
        let root = Value { offset: 0, kind: Kind::String(Slice::new(0, text.len())) };
        Self::new(Texts::new(text), root, Vec::new(), Vec::new(), Shape::default())
    }

    /// What was read.
    pub fn new(texts: Texts<'a>, root: Value, items: Vec<Value>, members: Vec<Member>, shape: Shape) -> Self {
        let (errors_left, plain) = (Cell::new(u32::MAX), OnceCell::new());
        Self { texts, root, items, members, shape, repeats: false, errors_left, plain }
    }

    /// The payload as the library reads it, made when it is first asked for.
    pub fn plain(&self) -> &serde_json::Value {
        self.plain.get_or_init(|| serde_json::from_str(self.texts.text).unwrap_or_default())
    }

    /// The whole payload.
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// A string or number of this instance.
    #[inline]
    pub fn text(&self, slice: Slice) -> &str {
        self.texts.get(slice)
    }

    /// The name of a member of this instance.
    #[inline]
    pub fn name(&self, member: &Member) -> &str {
        member.name.text(&self.texts)
    }

    /// The items of an array of this instance.
    #[inline]
    pub fn items(&self, span: Span) -> &[Value] {
        span.of(&self.items)
    }

    /// The members of an object of this instance, sorted by name.
    #[inline]
    pub fn members(&self, span: Span) -> &[Member] {
        span.of(&self.members)
    }

    /// The member of a name.
    pub fn find_member(&self, span: Span, name: &str) -> Option<&Value> {
        let members = self.members(span);
        let wanted = (head(name), name);
        let at = members.binary_search_by(|member| member.name.order_to(wanted, &self.texts)).ok()?;
        Some(&members[at].value)
    }

    /// The value that a JSON Pointer names.
    pub fn find(&self, pointer: &str) -> Option<&Value> {
        pointer.split('/').skip(1).try_fold(&self.root, |value, token| match value.kind {
            Kind::Array(span) => self.items(span).get(token.parse::<usize>().ok()?),
            Kind::Object(span) => self.find_member(span, &token.replace("~1", "/").replace("~0", "~")),
            _ => None,
        })
    }
}
