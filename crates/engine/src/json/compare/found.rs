//! What was found between two nodes: findings with relative paths, shared between the places that use them.

use std::rc::Rc;

use super::super::node::NodeId;
use crate::difference::{Policy, Rule};

/// Findings told of one comparison. Shared definitions can repeat theirs without end.
const MAX_LEAVES: usize = 4_000;
/// Findings told once the first [`MAX_LEAVES`] are full: only incompatible ones.
const MAX_EXTRA: usize = 1_000;

/// One finding with its full path.
#[derive(Clone, Debug)]
pub(in crate::json) struct Leaf {
    pub(in crate::json) rule: &'static Rule,
    pub(in crate::json) path: String,
    /// The keyword of the two nodes that differs; empty when the nodes themselves are meant.
    pub(in crate::json) keyword: String,
    pub(in crate::json) info: String,
    pub(in crate::json) original: Option<NodeId>,
    pub(in crate::json) update: Option<NodeId>,
}

#[derive(Debug)]
enum Entry {
    Leaf(Leaf),
    /// Findings of a child, under a path segment (empty: the same place).
    Inside(String, Rc<Found>),
}

/// The findings of one pair.
#[derive(Debug, Default)]
pub(super) struct Found {
    entries: Vec<Entry>,
    /// Whether one of them, at any depth, is incompatible.
    pub(super) incompatible: bool,
}

impl Found {
    /// Incompatible, and told elsewhere.
    pub(super) fn told_elsewhere() -> Self {
        Self { entries: Vec::new(), incompatible: true }
    }

    /// All findings in order, with paths from the root.
    pub(super) fn flatten(&self) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        self.collect(&mut String::from("#"), &mut leaves);
        leaves
    }

    fn collect(&self, path: &mut String, leaves: &mut Vec<Leaf>) {
        for entry in &self.entries {
            let full = leaves.len() >= MAX_LEAVES;
            if leaves.len() >= MAX_LEAVES + MAX_EXTRA {
                return;
            }
            let length = path.len();
            match entry {
                Entry::Leaf(leaf) => {
                    if !full || !leaf.rule.breaks.is_empty() {
                        push_segment(path, &leaf.path);
                        let shown = if path == "#" { "#/".to_owned() } else { path.clone() };
                        leaves.push(Leaf { path: shown, ..leaf.clone() });
                    }
                }
                Entry::Inside(segment, found) => {
                    if !full || found.incompatible {
                        push_segment(path, segment);
                        found.collect(path, leaves);
                    }
                }
            }
            path.truncate(length);
        }
    }
}

fn push_segment(path: &mut String, segment: &str) {
    if !segment.is_empty() {
        path.push('/');
        path.push_str(segment);
    }
}

/// Findings of a pair while it is compared.
pub(super) struct Builder {
    judge: Policy,
    found: Found,
}

impl Builder {
    pub(super) fn new(judge: Policy) -> Self {
        Self { judge, found: Found::default() }
    }

    pub(super) fn leaf(
        &mut self,
        rule: &'static Rule,
        segment: &str,
        keyword: &str,
        info: String,
        original: Option<NodeId>,
        update: Option<NodeId>,
    ) {
        self.found.incompatible |= rule.breaks_under(self.judge);
        self.found.entries.push(Entry::Leaf(Leaf {
            rule,
            path: segment.to_owned(),
            keyword: keyword.to_owned(),
            info,
            original,
            update,
        }));
    }

    pub(super) fn inside(&mut self, segment: impl Into<String>, found: Rc<Found>) {
        self.found.incompatible |= found.incompatible;
        if !found.entries.is_empty() {
            self.found.entries.push(Entry::Inside(segment.into(), found));
        }
    }

    pub(super) fn finish(self) -> Found {
        self.found
    }
}
