//! `allOf`, `anyOf`, `oneOf`: against a single schema, and against each other.

use std::collections::HashSet;

use super::super::node::{Criterion, Kind, NodeId, Tree};
use super::super::rules;
use super::found::Builder;
use super::matching::maximum_matching;
use super::{Comparer, Pair};

impl Comparer<'_> {
    /// A combination on one side only. Returns whether that settled the pair.
    pub(super) fn single_against_combined(&mut self, pair: Pair, out: &mut Builder) -> bool {
        match (&self.original(pair).kind, &self.update(pair).kind) {
            (Kind::Combined { .. }, Kind::Combined { .. }) => false,
            (_, Kind::Combined { criterion, members }) => {
                if let [member] = members.as_slice() {
                    let found = self.compare(Self::below(pair, pair.original, *member));
                    if !found.incompatible {
                        out.inside("", found);
                        return true;
                    }
                }
                if *criterion == Criterion::All {
                    return false;
                }
                for member in members {
                    let found = self.compare(Self::below(pair, pair.original, *member));
                    if self.stopped.is_some() {
                        return true;
                    }
                    if !found.incompatible {
                        out.inside("", found);
                        self.leaf(out, pair, &rules::SUM_TYPE_EXTENDED, "", String::new());
                        return true;
                    }
                }
                false
            }
            (Kind::Combined { criterion, members }, _) => {
                if let [member] = members.as_slice() {
                    let found = self.compare(Self::below(pair, *member, pair.update));
                    if !found.incompatible {
                        out.inside("", found);
                        return true;
                    }
                }
                if *criterion != Criterion::All {
                    return false;
                }
                for member in members {
                    let found = self.compare(Self::below(pair, *member, pair.update));
                    if self.stopped.is_some() {
                        return true;
                    }
                    if !found.incompatible {
                        out.inside("", found);
                        self.leaf(out, pair, &rules::PRODUCT_TYPE_NARROWED, "", String::new());
                        return true;
                    }
                }
                false
            }
            _ => false,
        }
    }

    /// Two combinations: the way they combine, their size, and a matching of their members.
    pub(super) fn combined(
        &mut self,
        pair: Pair,
        (old, old_members): (Criterion, &[NodeId]),
        (new, new_members): (Criterion, &[NodeId]),
        out: &mut Builder,
    ) {
        if old != new {
            let old_is_single = old_members.len() == 1;
            let new_is_single = new_members.len() == 1;
            let is_wider = new == Criterion::Any
                || old_is_single && new_is_single
                || old_is_single && new == Criterion::One
                || new_is_single && old == Criterion::All;
            let info = format!("`{}` to `{}`", old.keyword(), new.keyword());
            if !is_wider {
                return self.leaf(out, pair, &rules::COMBINED_TYPE_CHANGED, "", info);
            }
            self.leaf(out, pair, &rules::COMBINED_TYPE_EXTENDED, "", info);
        }
        let old_members = distinct(self.trees[usize::from(pair.swapped)], old_members);
        let new_members = distinct(self.trees[usize::from(!pair.swapped)], new_members);
        let sizes = format!("{} to {}", old_members.len(), new_members.len());
        if new_members.len() > old_members.len() {
            let is_product = new == Criterion::All;
            let rule = if is_product { &rules::PRODUCT_TYPE_EXTENDED } else { &rules::SUM_TYPE_EXTENDED };
            self.leaf(out, pair, rule, "", sizes);
        } else if new_members.len() < old_members.len() {
            let is_sum = old != Criterion::All;
            let rule = if is_sum { &rules::SUM_TYPE_NARROWED } else { &rules::PRODUCT_TYPE_NARROWED };
            self.leaf(out, pair, rule, "", sizes);
        }
        self.members(pair, old, &old_members, &new_members, out);
    }

    fn members(
        &mut self,
        pair: Pair,
        criterion: Criterion,
        old_members: &[NodeId],
        new_members: &[NodeId],
        out: &mut Builder,
    ) {
        let mut edges: Vec<Vec<usize>> = Vec::with_capacity(old_members.len());
        for old in old_members {
            let mut row = Vec::new();
            for (column, new) in new_members.iter().enumerate() {
                if !self.compare(Self::below(pair, *old, *new)).incompatible {
                    row.push(column);
                }
                if self.stopped.is_some() {
                    return;
                }
            }
            edges.push(row);
        }
        let matching = maximum_matching(&edges, new_members.len());
        let mut matched = 0;
        for (row, column) in matching.iter().enumerate() {
            if let Some(column) = column {
                matched += 1;
                let found = self.compare(Self::below(pair, old_members[row], new_members[*column]));
                out.inside(format!("{}/{row}", criterion.keyword()), found);
            }
        }
        if matched < old_members.len().min(new_members.len()) {
            self.leaf(out, pair, &rules::COMBINED_TYPE_SUBSCHEMAS_CHANGED, "", String::new());
        }
    }
}

/// Members without structural duplicates, in order.
fn distinct(tree: &Tree, members: &[NodeId]) -> Vec<NodeId> {
    let mut seen = HashSet::new();
    members.iter().copied().filter(|member| seen.insert(tree.node(*member).structure)).collect()
}
