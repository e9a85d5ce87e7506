//! How the validating crate sees an [`Instance`]: nodes that point into it, with equality of our own.
//!
//! Errors of the crate carry no value: [`finding`](super::finding) looks at the place they name. Only those about the
//! whole payload do, as a match that could not be finished is looked for in it. The crate keeps all
//! errors, those of branches too, and has no limit of them. So they are counted here: when there were too many, arrays
//! and objects look empty and the walk ends by itself. Errors from before are true and are told from later ones by
//! [`is_late`].

use std::borrow::Cow;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object};
use serde_json::Number;

use super::instance::{Instance, Kind, Member, Span, Value};
use super::{equality, limits};

/// The representation.
pub(super) struct OfInstance;

impl Json for OfInstance {
    type Node<'a> = Place<'a>;
    type PreparedKey = String;
    type StringBuffer = ();

    // Members are found by bisection, which looks at some names; a short pass over all is as good.
    const KEYS_PER_LOOKUP: usize = 2;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(Place<'_>) -> T) -> T {
        let instance = Instance::of_string(string);
        f(Place::root(&instance))
    }
}

/// A value in its instance.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    instance: &'a Instance<'a>,
    value: &'a Value,
}

impl<'a> Place<'a> {
    /// The whole payload, about which so many errors may be made.
    pub fn listed(instance: &'a Instance<'a>, errors: u32) -> Self {
        instance.errors_left.set(errors);
        Self::root(instance)
    }

    fn is_spent(&self) -> bool {
        self.instance.errors_left.get() == 0
    }

    /// The whole payload.
    pub fn root(instance: &'a Instance<'a>) -> Self {
        Self { instance, value: instance.root() }
    }
}

/// What errors say they are about.
static NOTHING: serde_json::Value = serde_json::Value::Null;
/// The same when there were too many.
static LATE: serde_json::Value = serde_json::Value::Bool(false);

/// Whether an error was made when there were too many already: it may be about what only looked empty.
pub(super) fn is_late(error: &jsonschema::ValidationError<'_>) -> bool {
    std::ptr::eq(error.instance().as_ref(), &raw const LATE)
}

impl<'a> Node<'a, OfInstance> for Place<'a> {
    type Object = Members<'a>;
    type Array = Items<'a>;
    type Number = Numeral<'a>;

    #[inline]
    fn as_object(&self) -> Option<Members<'a>> {
        match self.value.kind {
            Kind::Object(_) if self.is_spent() => {
                Some(Members { instance: self.instance, span: Span::EMPTY })
            }
            Kind::Object(span) => Some(Members { instance: self.instance, span }),
            _ => None,
        }
    }

    #[inline]
    fn as_array(&self) -> Option<Items<'a>> {
        match self.value.kind {
            Kind::Array(_) if self.is_spent() => Some(Items { instance: self.instance, items: &[] }),
            Kind::Array(span) => Some(Items { instance: self.instance, items: self.instance.items(span) }),
            _ => None,
        }
    }

    #[inline]
    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self.value.kind {
            Kind::String(slice) => Some(Cow::Borrowed(self.instance.text(slice))),
            _ => None,
        }
    }

    #[inline]
    fn as_number(&self) -> Option<Numeral<'a>> {
        match self.value.kind {
            Kind::Number(slice) => Some(Numeral(self.instance.text(slice))),
            _ => None,
        }
    }

    #[inline]
    fn as_boolean(&self) -> Option<bool> {
        match self.value.kind {
            Kind::Boolean(value) => Some(value),
            _ => None,
        }
    }

    #[inline]
    fn is_null(&self) -> bool {
        matches!(self.value.kind, Kind::Null)
    }

    #[inline]
    fn json_type(&self) -> JsonType {
        match self.value.kind {
            Kind::Null => JsonType::Null,
            Kind::Boolean(_) => JsonType::Boolean,
            Kind::Number(_) => JsonType::Number,
            Kind::String(_) => JsonType::String,
            Kind::Array(_) => JsonType::Array,
            Kind::Object(_) => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &serde_json::Value) -> bool {
        equality::is_value(self.instance, self.value, expected)
    }

    fn to_value(&self) -> Cow<'a, serde_json::Value> {
        let left = self.instance.errors_left.get();
        self.instance.errors_left.set(left.saturating_sub(1));
        Cow::Borrowed(match left {
            0 => &LATE,
            _ if std::ptr::eq(self.value, self.instance.root()) => self.instance.plain(),
            _ => &NOTHING,
        })
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(std::ptr::from_ref(self.value) as usize))
    }
}

/// The members of an object.
pub(super) struct Members<'a> {
    instance: &'a Instance<'a>,
    span: Span,
}

impl<'a> Object<'a, OfInstance> for Members<'a> {
    type Node = Place<'a>;
    type MemberName = &'a str;
    type MembersIter = MembersIter<'a>;

    fn len(&self) -> usize {
        self.instance.members(self.span).len()
    }

    fn get(&self, key: &String) -> Option<Place<'a>> {
        let value = self.instance.find_member(self.span, key)?;
        Some(Place { instance: self.instance, value })
    }

    fn members(&self) -> MembersIter<'a> {
        MembersIter { instance: self.instance, rest: self.instance.members(self.span).iter() }
    }
}

pub(super) struct MembersIter<'a> {
    instance: &'a Instance<'a>,
    rest: std::slice::Iter<'a, Member>,
}

impl<'a> Iterator for MembersIter<'a> {
    type Item = (&'a str, Place<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.instance.errors_left.get() == 0 {
            return None;
        }
        let member = self.rest.next()?;
        Some((self.instance.name(member), Place { instance: self.instance, value: &member.value }))
    }
}

/// The items of an array.
pub(super) struct Items<'a> {
    instance: &'a Instance<'a>,
    items: &'a [Value],
}

impl<'a> Array<'a, OfInstance> for Items<'a> {
    type Node = Place<'a>;
    type ElementsIter = ItemsIter<'a>;

    fn len(&self) -> usize {
        self.items.len()
    }

    fn elements(&self) -> ItemsIter<'a> {
        ItemsIter { instance: self.instance, rest: self.items.iter() }
    }

    fn is_unique(&self) -> bool {
        equality::are_unique(self.instance, self.items)
    }
}

pub(super) struct ItemsIter<'a> {
    instance: &'a Instance<'a>,
    rest: std::slice::Iter<'a, Value>,
}

impl<'a> Iterator for ItemsIter<'a> {
    type Item = Place<'a>;

    #[inline]
    fn next(&mut self) -> Option<Place<'a>> {
        if self.instance.errors_left.get() == 0 {
            return None;
        }
        Some(Place { instance: self.instance, value: self.rest.next()? })
    }
}

/// A number as written.
pub(super) struct Numeral<'a>(&'a str);

impl JsonNumber for Numeral<'_> {
    fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    fn as_f64(&self) -> Option<f64> {
        limits::double(self.0)
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.0)
    }

    fn to_number(&self) -> Cow<'_, Number> {
        // Every number of JSON is one of `serde_json`'s.
        Cow::Owned(self.0.parse().unwrap_or_else(|_| Number::from(0)))
    }

    fn is_integer(&self) -> bool {
        equality::is_integer(self.0)
    }
}
