//! Differences between two typed trees, as the reference finds them.
//!
//! `original` is the writer's side, `update` the reader's. Results of pairs of nodes are kept, so shared
//! definitions are compared once. A pair that is met again while it is being compared is assumed to be
//! compatible; whole passes are repeated, with the pairs found incompatible as knowledge, until nothing is
//! assumed or nothing new is learned (recursive schemas compare coinductively).
//!
//! Every visited pair is a step. When the steps or the depth run out the comparison ends with the single
//! finding `json/undecided`, which names the place.

mod array;
mod combined;
mod found;
mod matching;
mod object;
#[cfg(test)]
mod tests;
mod value;

use std::collections::{HashMap, HashSet};

use self::found::{Builder, Findings, Found};
use super::node::{Kind, NodeId, Tree, TypedNode};
use super::pattern::Pattern;
use super::rules;
use crate::depth::{MAX_OPEN, with_room};
use crate::difference::{Policy, Rule};
use crate::limits::Limits;

pub(super) use self::found::Leaf;

/// Steps that making a pattern ready costs.
const COMPILING: usize = 50;

/// Bytes of text in the findings of a pair that cost a step.
const TEXT_OF_A_STEP: usize = 64;

/// What a comparison of two trees gives.
pub(super) struct Outcome {
    /// In the reference's order, with paths.
    pub(super) leaves: Vec<Leaf>,
    pub(super) steps: u64,
}

/// Compares the roots of two trees.
pub(super) fn compare(original: &Tree, update: &Tree, policy: Policy, limits: &Limits) -> Outcome {
    let judge = if policy == Policy::Lenient { Policy::Lenient } else { Policy::Reference };
    let mut comparer = Comparer {
        trees: [original, update],
        judge,
        limits: *limits,
        steps: 0,
        stopped: None,
        patterns: HashMap::new(),
        known: HashMap::new(),
        findings: Findings::default(),
        open: HashSet::new(),
        bad: HashSet::new(),
        assumed: false,
    };
    let found = comparer.passes();
    if let Some((reason, place)) = comparer.stopped {
        let path = if place.is_empty() { "#/".to_owned() } else { format!("#{place}") };
        let leaves = vec![Leaf::bare(&rules::UNDECIDED, path, reason)];
        return Outcome { leaves, steps: comparer.steps };
    }
    let place = |tree: &Tree, id: Option<NodeId>| id.map_or(0, |id| tree.node(id).pointer.len());
    let places = |leaf: &Leaf| place(original, leaf.original) + place(update, leaf.update);
    let mut leaves = comparer.findings.flatten(found, places);
    if found.incompatible && leaves.iter().all(|leaf| !leaf.rule.breaks_under(judge)) {
        let info = "an incompatible recursion could not be located";
        leaves.push(Leaf::bare(&rules::UNDECIDED, "#/".to_owned(), info));
    }
    Outcome { leaves, steps: comparer.steps }
}

/// A pair of nodes: original and update, and whether the trees are swapped (inside `not`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Pair {
    original: NodeId,
    update: NodeId,
    swapped: bool,
}

struct Comparer<'t> {
    trees: [&'t Tree; 2],
    judge: Policy,
    limits: Limits,
    steps: u64,
    /// Why and where the comparison ended before it was done.
    stopped: Option<(&'static str, String)>,
    patterns: HashMap<&'t str, Pattern>,
    /// Results of this pass.
    known: HashMap<Pair, Found>,
    findings: Findings,
    /// Pairs that are being compared.
    open: HashSet<Pair>,
    /// Pairs that an earlier pass found incompatible.
    bad: HashSet<Pair>,
    /// Whether this pass took an open pair for compatible.
    assumed: bool,
}

impl<'t> Comparer<'t> {
    fn passes(&mut self) -> Found {
        let [original, update] = self.trees;
        let root = Pair { original: original.root, update: update.root, swapped: false };
        loop {
            self.assumed = false;
            self.known.clear();
            self.findings.clear();
            let found = self.compare(root);
            if !self.assumed || self.stopped.is_some() {
                return found;
            }
            let before = self.bad.len();
            self.bad.extend(self.known.iter().filter(|(_, found)| found.incompatible).map(|(pair, _)| *pair));
            if self.bad.len() == before {
                return found;
            }
        }
    }

    fn original(&self, pair: Pair) -> &'t TypedNode {
        self.trees[usize::from(pair.swapped)].node(pair.original)
    }

    fn update(&self, pair: Pair) -> &'t TypedNode {
        self.trees[usize::from(!pair.swapped)].node(pair.update)
    }

    /// Counts work; once the budget is spent everything returns at once.
    fn charge(&mut self, steps: usize, pair: Pair) -> bool {
        if self.stopped.is_some() {
            return false;
        }
        self.steps = self.steps.saturating_add(steps as u64);
        if self.steps > self.limits.max_steps {
            self.stop("the step budget is spent", pair);
        }
        self.stopped.is_none()
    }

    fn stop(&mut self, reason: &'static str, pair: Pair) {
        self.steps = self.steps.min(self.limits.max_steps);
        self.stopped = Some((reason, found::shortened(&self.update(pair).pointer.text())));
    }

    /// Compares two nodes after replacing references by their targets, one level.
    fn compare(&mut self, pair: Pair) -> Found {
        let pair = Pair {
            original: self.trees[usize::from(pair.swapped)].target(pair.original),
            update: self.trees[usize::from(!pair.swapped)].target(pair.update),
            swapped: pair.swapped,
        };
        if !self.charge(1, pair) {
            return Found::default();
        }
        if let Some(found) = self.known.get(&pair) {
            return *found;
        }
        if self.open.contains(&pair) {
            // What makes it incompatible is told where the pair was opened: unfolding it again under
            // longer and longer paths would say nothing new.
            if self.bad.contains(&pair) {
                return Found::told_elsewhere();
            }
            self.assumed = true;
            return Found::default();
        }
        if self.open.len() >= MAX_OPEN {
            self.stop("the schemas are nested too deeply", pair);
            return Found::default();
        }
        self.open.insert(pair);
        let builder = with_room(|| self.types(pair));
        // What is found is kept: long texts are paid for as work is.
        self.charge(builder.text / TEXT_OF_A_STEP, pair);
        let found = self.findings.add(builder);
        self.open.remove(&pair);
        self.known.insert(pair, found);
        found
    }

    /// The pair of one child of each side.
    fn below(pair: Pair, original: NodeId, update: NodeId) -> Pair {
        Pair { original, update, ..pair }
    }

    fn builder(&self) -> Builder {
        Builder::new(self.judge)
    }

    /// A finding about the pair itself.
    #[expect(clippy::unused_self, reason = "reads as one of the steps of the comparison")]
    fn leaf(&self, out: &mut Builder, pair: Pair, rule: &'static Rule, segment: &str, info: String) {
        let keyword = segment.split('/').next().unwrap_or_default();
        out.leaf(rule, segment, keyword, info, Some(pair.original), Some(pair.update));
    }

    /// A finding about a child that only one side has.
    #[expect(clippy::unused_self, reason = "reads as one of the steps of the comparison")]
    fn one_sided(&self, out: &mut Builder, rule: &'static Rule, segment: &str, name: &str, child: Child) {
        let (original, update) = match child {
            Child::Original(id) => (Some(id), None),
            Child::Update(id) => (None, Some(id)),
        };
        out.leaf(rule, segment, "", format!("`{name}`"), original, update);
    }

    /// Section by section what the reference does with two nodes that are no references any more.
    fn types(&mut self, pair: Pair) -> Builder {
        let mut out = self.builder();
        if self.single_against_combined(pair, &mut out) {
            return out;
        }
        let (original, update) = (self.original(pair), self.update(pair));
        if std::mem::discriminant(&original.kind) != std::mem::discriminant(&update.kind) {
            let is_wider = matches!(original.kind, Kind::False) || matches!(update.kind, Kind::Empty { .. });
            let is_connect = original.notes.is_connect_bytes() && update.notes.is_connect_bytes();
            if !is_wider && !is_connect {
                let info = format!("{} to {}", original.kind.describe(), update.kind.describe());
                self.leaf(&mut out, pair, &rules::TYPE_CHANGED, "", info);
            }
            return out;
        }
        self.notes(pair, &mut out);
        match (&original.kind, &update.kind) {
            (Kind::String(old), Kind::String(new)) => self.strings(pair, old, new, &mut out),
            (Kind::Number(old), Kind::Number(new)) => self.numbers(pair, old, new, &mut out),
            (Kind::Enum(old), Kind::Enum(new)) => self.enums(pair, old, new, &mut out),
            (Kind::Const(old), Kind::Const(new)) if old != new => {
                self.leaf(&mut out, pair, &rules::ENUM_ARRAY_CHANGED, "const", old.clone());
            }
            (Kind::Object(old), Kind::Object(new)) => self.objects(pair, old, new, &mut out),
            (Kind::Array(old), Kind::Array(new)) => self.arrays(pair, old, new, &mut out),
            (Kind::Not(old), Kind::Not(new)) => self.negations(pair, *old, *new, &mut out),
            (
                Kind::Combined { criterion: old, members: old_members },
                Kind::Combined { criterion: new, members: new_members },
            ) => self.combined(pair, (*old, old_members), (*new, new_members), &mut out),
            _ => {}
        }
        out
    }

    fn notes(&self, pair: Pair, out: &mut Builder) {
        let (old, new) = (&self.original(pair).notes, &self.update(pair).notes);
        let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        for (rule, old, new) in [
            (&rules::ID_CHANGED, &old.id, &new.id),
            (&rules::TITLE_CHANGED, &old.title, &new.title),
            (&rules::DESCRIPTION_CHANGED, &old.description, &new.description),
            (&rules::DEFAULT_CHANGED, &old.default, &new.default),
        ] {
            if old != new {
                self.leaf(out, pair, rule, "", format!("{} to {}", shown(old), shown(new)));
            }
        }
    }

    /// `not` turns the question around; what is found inside is not told.
    fn negations(&mut self, pair: Pair, original: NodeId, update: NodeId, out: &mut Builder) {
        let turned = Pair { original: update, update: original, swapped: !pair.swapped };
        let is_narrower = !self.compare(turned).incompatible;
        let rule = if is_narrower { &rules::NOT_TYPE_NARROWED } else { &rules::NOT_TYPE_EXTENDED };
        self.leaf(out, pair, rule, "not", String::new());
    }

    /// Whether a pattern of `patternProperties` is found in a name; `None` once the budget is spent.
    fn is_matched(&mut self, pair: Pair, expression: &'t str, name: &str) -> Option<bool> {
        if !self.patterns.contains_key(expression) {
            if !self.charge(COMPILING + expression.len(), pair) {
                return None;
            }
            self.patterns.insert(expression, Pattern::compile(expression));
        }
        let cost = self.patterns.get(expression)?.cost(name);
        self.charge(cost, pair).then(|| self.patterns[expression].is_found(name))
    }
}

/// A child that one side has and the other has not.
#[derive(Clone, Copy)]
enum Child {
    Original(NodeId),
    Update(NodeId),
}
