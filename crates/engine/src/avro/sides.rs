//! Where a finding stands in the text that was sent.
//!
//! The graph keeps byte offsets only; pointers are found by reading the text again, once for all findings
//! of a comparison.

use std::collections::HashMap;
use std::fmt::Write;

use super::compare::Spot;
use super::model::{Graph, Kind};
use crate::Limits;
use crate::depth::with_room;
use crate::difference::Side;
use crate::tree::{self, Leniency, Node, Value, pointer_token};

/// Longest fragment quoted, in characters.
const MAX_FRAGMENT: usize = 120;

/// Finds places of one schema.
pub(super) struct Places<'a> {
    graph: &'a Graph,
    /// JSON Pointer and one-line text by byte offset, for the offsets that are asked for.
    by_offset: HashMap<usize, (String, String)>,
}

impl<'a> Places<'a> {
    /// Looks all spots up in the schema's own text.
    pub(super) fn new(
        graph: &'a Graph,
        text: &str,
        limits: &Limits,
        spots: impl Iterator<Item = Spot>,
    ) -> Self {
        let wanted = spots.filter_map(|spot| offset_of(graph, spot)).map(|offset| (offset, None)).collect();
        let mut search = Search { wanted };
        if let Ok(tree) = tree::parse(text, Leniency::Comments, limits) {
            search.visit(&tree, &mut String::new());
        }
        let by_offset =
            search.wanted.into_iter().filter_map(|(offset, place)| Some((offset, place?))).collect();
        Self { graph, by_offset }
    }

    /// The side of a finding; `None` when it stands in a reference.
    pub(super) fn side(&self, spot: Spot) -> Option<Side> {
        let offset = offset_of(self.graph, spot)?;
        let (pointer, fragment) = self.by_offset.get(&offset)?;
        Some(Side { pointer: pointer.clone(), offset: Some(offset), fragment: Some(fragment.clone()) })
    }
}

fn offset_of(graph: &Graph, spot: Spot) -> Option<usize> {
    let known = graph.get(spot.of);
    let place = match (&known.kind, spot.field) {
        (Kind::Record(record), Some(field)) => record.fields.get(field as usize)?.place,
        _ => known.place,
    };
    place.own.then_some(place.offset)
}

struct Search {
    wanted: HashMap<usize, Option<(String, String)>>,
}

impl Search {
    fn visit(&mut self, node: &Node, pointer: &mut String) {
        if let Some(place) = self.wanted.get_mut(&node.offset) {
            *place = Some((pointer.clone(), one_line(node)));
        }
        let length = pointer.len();
        match &node.value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let _ = write!(pointer, "/{index}");
                    with_room(|| self.visit(item, pointer));
                    pointer.truncate(length);
                }
            }
            Value::Object(members) => {
                for (name, member) in members.iter() {
                    pointer.push('/');
                    pointer.push_str(&pointer_token(name));
                    with_room(|| self.visit(member, pointer));
                    pointer.truncate(length);
                }
            }
            _ => {}
        }
    }
}

fn one_line(node: &Node) -> String {
    let text = tree::print(node, super::numbers::java_number);
    match text.char_indices().nth(MAX_FRAGMENT) {
        Some((cut, _)) => format!("{}...", &text[..cut]),
        None => text,
    }
}
