//! What was found between two nodes: findings with relative paths, shared between the places that use them.

use super::super::node::NodeId;
use crate::difference::{Policy, Rule};

/// Findings told of one comparison. Shared definitions can repeat theirs without end.
const MAX_LEAVES: usize = 4_000;
/// Findings told once the first [`MAX_LEAVES`] are full: only incompatible ones.
const MAX_EXTRA: usize = 1_000;
/// Text of the findings told, with their places; as with [`MAX_LEAVES`], a quarter more for incompatible ones.
const MAX_TEXT: usize = 4 << 20;
/// Entries looked at to tell them.
const MAX_VISITS: usize = 2_000_000;
/// Bytes of one path, and of what one finding says beside it. Recursion makes paths without end.
pub(super) const MAX_LENGTH: usize = 64 << 10;

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

impl Leaf {
    /// A finding about the whole comparison.
    pub(super) fn bare(rule: &'static Rule, path: String, info: &str) -> Self {
        let info = info.to_owned();
        Self { rule, path, keyword: String::new(), info, original: None, update: None }
    }

    fn text(&self) -> usize {
        self.path.len() + self.keyword.len() + self.info.len()
    }
}

#[derive(Debug)]
enum Entry {
    Leaf(Leaf),
    /// Findings of a child, under a path segment (empty: the same place).
    Inside(String, ListId),
}

type ListId = u32;

/// The findings of one pair: a handle into [`Findings`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    /// None when there is nothing to tell.
    list: Option<ListId>,
    /// Whether one of them, at any depth, is incompatible.
    pub(super) incompatible: bool,
}

impl Found {
    /// Incompatible, and told elsewhere.
    pub(super) fn told_elsewhere() -> Self {
        Self { list: None, incompatible: true }
    }
}

/// The findings of all pairs. A list names others by number, so nothing here is as deep as the schemas.
#[derive(Debug, Default)]
pub(super) struct Findings {
    lists: Vec<List>,
}

#[derive(Debug)]
struct List {
    entries: Vec<Entry>,
    incompatible: bool,
}

impl Findings {
    pub(super) fn clear(&mut self) {
        self.lists.clear();
    }

    pub(super) fn add(&mut self, builder: Builder) -> Found {
        let Builder { entries, incompatible, .. } = builder;
        if entries.is_empty() {
            return Found { list: None, incompatible };
        }
        self.lists.push(List { entries, incompatible });
        Found { list: Some(self.lists.len() as ListId - 1), incompatible }
    }

    /// All findings in order, with paths from the root. `places` tells how long the places of a finding are.
    pub(super) fn flatten(&self, root: Found, places: impl Fn(&Leaf) -> usize) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        let mut text = 0;
        let mut path = Vec::new();
        // The lists on the way down: what is left of each, and the segments of the path to it.
        let mut open: Vec<(std::slice::Iter<'_, Entry>, usize)> = Vec::new();
        open.extend(root.list.map(|list| (self.lists[list as usize].entries.iter(), 0)));
        for _ in 0..MAX_VISITS {
            let Some((entries, length)) = open.last_mut() else { break };
            path.truncate(*length);
            let Some(entry) = entries.next() else {
                open.pop();
                continue;
            };
            if leaves.len() >= MAX_LEAVES + MAX_EXTRA || text >= MAX_TEXT / 4 * 5 {
                break;
            }
            let full = leaves.len() >= MAX_LEAVES || text >= MAX_TEXT;
            match entry {
                Entry::Leaf(leaf) if !full || !leaf.rule.breaks.is_empty() => {
                    let path = printed(path.iter().copied().chain([leaf.path.as_str()]));
                    let told = Leaf { path, info: shortened(&leaf.info), ..leaf.clone() };
                    text += told.text() + places(&told);
                    leaves.push(told);
                }
                Entry::Inside(segment, list) => {
                    let list = &self.lists[*list as usize];
                    if !full || list.incompatible {
                        path.push(segment.as_str());
                        open.push((list.entries.iter(), path.len()));
                    }
                }
                Entry::Leaf(_) => {}
            }
        }
        leaves
    }
}

/// The path as the reference prints it.
fn printed<'s>(segments: impl Iterator<Item = &'s str>) -> String {
    let mut path = String::from("#");
    for segment in segments.filter(|segment| !segment.is_empty()) {
        path.push('/');
        path.push_str(segment);
        if path.len() > MAX_LENGTH {
            return shortened(&path);
        }
    }
    if path.len() == 1 { "#/".to_owned() } else { path }
}

/// A text that is told, cut where it is absurdly long.
pub(super) fn shortened(text: &str) -> String {
    if text.len() <= MAX_LENGTH {
        return text.to_owned();
    }
    format!("{}…", &text[..text.floor_char_boundary(MAX_LENGTH)])
}

/// Findings of a pair while it is compared.
pub(super) struct Builder {
    judge: Policy,
    entries: Vec<Entry>,
    incompatible: bool,
    /// Bytes of text in the entries.
    pub(super) text: usize,
}

impl Builder {
    pub(super) fn new(judge: Policy) -> Self {
        Self { judge, entries: Vec::new(), incompatible: false, text: 0 }
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
        self.incompatible |= rule.breaks_under(self.judge);
        let leaf =
            Leaf { rule, path: segment.to_owned(), keyword: keyword.to_owned(), info, original, update };
        self.text += leaf.text();
        self.entries.push(Entry::Leaf(leaf));
    }

    pub(super) fn inside(&mut self, segment: impl Into<String>, found: Found) {
        self.incompatible |= found.incompatible;
        if let Some(list) = found.list {
            let segment = segment.into();
            self.text += segment.len();
            self.entries.push(Entry::Inside(segment, list));
        }
    }
}
