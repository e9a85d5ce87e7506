//! Findings that the input itself silences.

use std::collections::HashMap;

use crate::depth::with_room;
use crate::tree::{Node, Value, pointer_token};

/// Places and the rules that are silent there.
#[derive(Debug, Default)]
pub(super) struct Ignores {
    /// Rule ids by pointer or dotted name of an element.
    places: HashMap<String, Vec<String>>,
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
        let mut ignores = Self { separator: '/', room: MAX_POINTERS, ..Self::default() };
        ignores.collect(root, member, &mut String::new());
        ignores
    }

    /// Elements named with dots.
    pub(super) fn of_places(places: Vec<(String, String)>) -> Self {
        let mut ignores = Self { separator: '.', room: MAX_POINTERS, ..Self::default() };
        for (place, id) in places {
            ignores.note(&place, vec![id]);
        }
        ignores
    }

    /// As deep as the text was parsed.
    fn collect(&mut self, node: &Node, member: &str, pointer: &mut String) {
        let length = pointer.len();
        match &node.value {
            Value::Object(object) => {
                self.note(pointer, object.get(member).map(ids).unwrap_or_default());
                for (name, child) in object.iter() {
                    pointer.push('/');
                    pointer.push_str(&pointer_token(name));
                    with_room(|| self.collect(child, member, pointer));
                    pointer.truncate(length);
                }
            }
            Value::Array(items) => {
                for (position, item) in items.iter().enumerate() {
                    pointer.push('/');
                    pointer.push_str(&position.to_string());
                    with_room(|| self.collect(item, member, pointer));
                    pointer.truncate(length);
                }
            }
            _ => {}
        }
    }

    /// Makes rules silent at a place.
    pub(super) fn note(&mut self, place: &str, ids: Vec<String>) {
        if ids.is_empty() {
            return;
        }
        self.room = self.room.saturating_sub(place.len() + 1);
        if self.room > 0 {
            let known = self.places.entry(place.to_owned()).or_default();
            known.extend(ids);
        }
    }

    /// Rules that are silenced at a place itself.
    pub(super) fn at(&self, place: &str) -> &[String] {
        self.places.get(place).map_or(&[], Vec::as_slice)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether a rule is silent at a place: there, or at something around it.
    pub(super) fn holds(&self, id: &str, pointer: &str) -> bool {
        if self.places.is_empty() {
            return false;
        }
        let ends = pointer.match_indices(self.separator).map(|(end, _)| end);
        let mut around = ends.chain([0, pointer.len()]).map(|end| &pointer[..end]);
        around.any(|place| self.at(place).iter().any(|known| known == id))
    }
}

/// `"L11"`, `["L11"]`, `[{"id": "L11", "reason": "…"}]`.
pub(super) fn ids(node: &Node) -> Vec<String> {
    let one = |node: &Node| node.as_str().or_else(|| node.get("id")?.as_str()).map(str::to_owned);
    match &node.value {
        Value::Array(items) => items.iter().filter_map(one).collect(),
        _ => one(node).into_iter().collect(),
    }
}
