//! Findings that the input itself silences.

use std::collections::HashSet;

use crate::tree::{Node, Value, pointer_token};

/// Places and the rules that are silent there.
#[derive(Debug, Default)]
pub(super) struct Ignores {
    /// Pointer or dotted name of an element, and a rule id.
    places: HashSet<(String, String)>,
    /// What separates an element from its parts: `/` or `.`.
    separator: char,
    /// Bytes of pointers that may still be noted.
    room: usize,
}

/// Bytes of all pointers. Only names as long as half a schema need more.
const MAX_POINTERS: usize = 8 << 20;

impl Ignores {
    /// Elements named by JSON Pointers, read from members of this name anywhere in a tree.
    pub(super) fn of_tree(root: &Node, member: &str) -> Self {
        let mut ignores = Self { places: HashSet::new(), separator: '/', room: MAX_POINTERS };
        ignores.collect(root, member, &mut String::new());
        ignores
    }

    /// Elements named with dots.
    pub(super) fn of_places(places: Vec<(String, String)>) -> Self {
        Self { places: places.into_iter().collect(), separator: '.', room: 0 }
    }

    /// As deep as the text was parsed.
    fn collect(&mut self, node: &Node, member: &str, pointer: &mut String) {
        let length = pointer.len();
        match &node.value {
            Value::Object(object) => {
                for id in object.get(member).map(ids).unwrap_or_default() {
                    self.room = self.room.saturating_sub(pointer.len());
                    if self.room > 0 {
                        self.places.insert((pointer.clone(), id));
                    }
                }
                for (name, child) in object.iter() {
                    pointer.push('/');
                    pointer.push_str(&pointer_token(name));
                    self.collect(child, member, pointer);
                    pointer.truncate(length);
                }
            }
            Value::Array(items) => {
                for (position, item) in items.iter().enumerate() {
                    pointer.push('/');
                    pointer.push_str(&position.to_string());
                    self.collect(item, member, pointer);
                    pointer.truncate(length);
                }
            }
            _ => {}
        }
    }

    /// Whether a rule is silent at a place: there, or at something around it.
    pub(super) fn holds(&self, id: &str, pointer: &str) -> bool {
        if self.places.is_empty() {
            return false;
        }
        let ends = pointer.match_indices(self.separator).map(|(end, _)| end);
        let around = ends.chain([0, pointer.len()]).map(|end| &pointer[..end]);
        around.into_iter().any(|place| self.places.contains(&(place.to_owned(), id.to_owned())))
    }
}

/// `"L11"`, `["L11"]`, `[{"id": "L11", "reason": "…"}]`.
fn ids(node: &Node) -> Vec<String> {
    let one = |node: &Node| node.as_str().or_else(|| node.get("id")?.as_str()).map(str::to_owned);
    match &node.value {
        Value::Array(items) => items.iter().filter_map(one).collect(),
        _ => one(node).into_iter().collect(),
    }
}
