//! Ordered JSON tree for schema texts.
//!
//! `serde_json::Value` loses what identity needs: member order, the spelling of numbers, and where a
//! value stood. This tree keeps all three. Duplicate members collapse to the last value at the first
//! one's position, as the reference's parser does. Parsing is bounded by [`Limits`] and never recurses
//! deeper than `max_depth`.
//!
//! Payloads do not use it: they are walked or parsed by the validators.

mod index;
mod locate;
mod parse;
mod plain;
mod print;

use index::Index;
pub use locate::{Lines, find_pointer, pointer_token};
pub use parse::{Leniency, parse};
pub use plain::plain_length;
pub use print::{NumberStyle, print, quote};

/// A JSON value and the byte offset where it starts in its text.
/// Equality ignores offsets.
#[derive(Clone, Debug)]
pub struct Node {
    /// Byte offset of the first character of the value.
    pub offset: usize,
    /// The value.
    pub value: Value,
}

/// A JSON value; objects keep member order, numbers keep their text.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// The number as written.
    Number(String),
    /// A string after unescaping.
    String(String),
    /// An array.
    Array(Vec<Node>),
    /// An object.
    Object(Object),
}

/// Members in order of first appearance; names are unique.
#[derive(Clone, Debug, Default)]
pub struct Object {
    members: Vec<(String, Node)>,
    index: Index,
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.members == other.members
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl From<Value> for Node {
    /// A value that stands in no text (offset 0).
    fn from(value: Value) -> Self {
        Self { offset: 0, value }
    }
}

impl Node {
    /// A string value that stands in no text.
    pub fn string(text: impl Into<String>) -> Self {
        Value::String(text.into()).into()
    }

    /// The text of a string, else `None`.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The members of an object, else `None`.
    pub fn as_object(&self) -> Option<&Object> {
        match &self.value {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The elements of an array, else `None`.
    pub fn as_array(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The value of a boolean, else `None`.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.value {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The text of a number, else `None`.
    pub fn as_number(&self) -> Option<&str> {
        match &self.value {
            Value::Number(text) => Some(text),
            _ => None,
        }
    }

    /// Member of an object by name; `None` for a missing member and for other values.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.as_object()?.get(name)
    }

    /// The same value as `serde_json` sees it. Numbers beyond its range become strings of their text.
    pub fn to_serde(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(text) => serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.clone())),
            Value::String(text) => Json::String(text.clone()),
            Value::Array(items) => Json::Array(items.iter().map(Node::to_serde).collect()),
            Value::Object(object) => {
                Json::Object(object.iter().map(|(name, node)| (name.to_owned(), node.to_serde())).collect())
            }
        }
    }
}

impl Object {
    /// Member by name.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.index.find(&self.members, name).map(|position| &self.members[position].1)
    }

    /// Member by name, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Node> {
        self.index.find(&self.members, name).map(|position| &mut self.members[position].1)
    }

    /// Whether a member of this name exists.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Members in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.members.iter().map(|(name, node)| (name.as_str(), node))
    }

    /// Members in order, to change them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Node)> {
        self.members.iter_mut().map(|(name, node)| (name.as_str(), node))
    }

    /// Number of members.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Sets a member: a known name keeps its position, a new one is appended.
    pub fn set(&mut self, name: impl Into<String>, node: impl Into<Node>) {
        let (name, node) = (name.into(), node.into());
        match self.get_mut(&name) {
            Some(known) => *known = node,
            None => {
                self.members.push((name, node));
                self.index.added(&self.members);
            }
        }
    }

    /// Removes a member and returns its value.
    pub fn remove(&mut self, name: &str) -> Option<Node> {
        let position = self.index.find(&self.members, name)?;
        let (_, node) = self.members.remove(position);
        self.index = Index::of(&self.members);
        Some(node)
    }

    /// Sorts members by name in UTF-16 code unit order (the order of Java strings).
    pub fn sort(&mut self) {
        self.members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
        self.index = Index::of(&self.members);
    }

    /// Builds an object from members whose names are known to be unique.
    pub(crate) fn from_unique(members: Vec<(String, Node)>) -> Self {
        let index = Index::of(&members);
        Self { members, index }
    }
}

impl Node {
    /// Sorts the members of every object in the tree (Java string order); arrays keep their order.
    pub fn sort_members(&mut self) {
        match &mut self.value {
            Value::Array(items) => items.iter_mut().for_each(Node::sort_members),
            Value::Object(object) => {
                object.sort();
                object.iter_mut().for_each(|(_, node)| node.sort_members());
            }
            _ => {}
        }
    }
}
