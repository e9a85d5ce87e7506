//! How often a schema is walked for one place of a payload, before anything is walked.
//!
//! The validating crate has no fuel. Each `allOf` with two references to the same definition doubles the
//! work below it: thirty such levels fit into 2 kB and take seconds a value. So the paths through
//! applicators and references are counted (saturating), never taken. Facts of the crate that the counts rest
//! on, measured: the verdict (`is_valid`) remembers the outcome of recursive references for objects and
//! arrays, so recursion is linear in the payload; listing the errors remembers nothing, and a recursive
//! schema can multiply with every level of the payload.
//!
//! Listing also keeps all that the branches of `anyOf` and `oneOf` have against a value, which is memory: visits of
//! branches are counted apart.
//!
//! The unit is a visit: one keyword looked at for one value. Patterns and lengths look at every character of a text, so
//! they are counted apart, by byte.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::footprint::Footprint;
use super::resources::Resources;
use super::scan::Shape;
use super::walk::{Relation, address, subschemas};
use super::{states, unusable};
use crate::SchemaError;

/// Visits for one value of a payload above which a schema is refused: some milliseconds a value.
const MAX_VISITS_A_VALUE: u64 = 100_000;
/// Schemas that may lead one into the next for the same value. The crate recurses along them, at each level of a
/// payload.
const MAX_CHAIN: usize = 1_000;
/// Payload depths that are told apart; deeper ones cost as the last.
const MAX_DEPTH: usize = 128;

/// Keywords that compare or divide numbers.
const ARITHMETIC: [&str; 7] =
    ["multipleOf", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];

/// Upper bounds for one schema.
#[derive(Debug)]
pub(super) struct Cost {
    /// Visits a value, recursion counted once.
    verdict: u64,
    /// Visits along one path of a payload by its depth, recursion followed. The last one holds for all
    /// deeper payloads.
    listing: Vec<Listing>,
    /// Steps over texts for one byte of them, recursion counted once.
    texts: u64,
    /// Whether a branch of `anyOf` or `oneOf` can be about any number of values.
    pub(super) spreads: bool,
    /// Whether a pattern needs the backtracking engine.
    pub(super) backtracks: bool,
    /// Whether numbers are compared or divided.
    computes: bool,
    /// Errors that can be made about one value, recursion counted once.
    pub(super) errors: u64,
    /// Schemas that lead one into the next for the same value.
    chain: usize,
    /// All schemas.
    pub(super) schemas: usize,
    /// Bytes that they take when they are compiled.
    pub(super) bytes: usize,
    /// Bytes that each pattern may take of these.
    pub(super) pattern_limit: usize,
}

/// Visits for listing errors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Listing {
    /// All.
    pub(super) visits: u64,
    /// Those whose errors are kept: in branches.
    pub(super) kept: u64,
}

impl Cost {
    /// Counts.
    ///
    /// # Errors
    /// [`SchemaError::Unsupported`] when the schema alone is over the budget.
    pub(super) fn of(resources: &Resources) -> Result<Self, SchemaError> {
        let mut graph = Graph::build(resources);
        let chain = graph.chain();
        if chain > MAX_CHAIN {
            return Err(unusable("too many schemas lead one into the next"));
        }
        let verdict =
            graph.verdict().ok_or_else(|| unusable("it applies itself to the same value many times"))?;
        if verdict > MAX_VISITS_A_VALUE {
            return Err(unusable("it applies too many schemas to the same value"));
        }
        let (listing, spreads) = (graph.listing(), graph.spreads());
        graph.nodes.iter_mut().for_each(|node| node.weight = node.errors);
        let errors = graph.verdict().unwrap_or(u64::MAX);
        graph.nodes.iter_mut().for_each(|node| node.weight = node.texts);
        Ok(Self {
            verdict,
            errors,
            texts: graph.verdict().unwrap_or(u64::MAX),
            listing,
            spreads,
            backtracks: graph.backtracks,
            computes: graph.computes,
            chain,
            schemas: graph.nodes.len(),
            bytes: graph.footprint.bytes(),
            pattern_limit: graph.footprint.allow_patterns()?,
        })
    }

    /// Schemas that are open at once at most while a payload of this depth is walked.
    pub(super) fn open(&self, depth: usize) -> usize {
        self.chain.saturating_mul(depth + 1)
    }

    /// Visits for the verdict on a payload.
    pub(super) fn verdict(&self, values: u64) -> u64 {
        self.verdict.saturating_mul(values)
    }

    /// Whether the verdict on a payload of this shape and so many bytes takes no more than so many visits.
    pub(super) fn is_within(&self, most: u64, shape: Shape, bytes: usize) -> bool {
        let steps = self.verdict(shape.values).saturating_add(self.texts.saturating_mul(bytes as u64));
        // No count of steps is known of a match that can backtrack.
        !self.backtracks && steps.saturating_add(self.digits(shape.digits)) <= most
    }

    /// Digits that arithmetic on the long numbers of a payload writes out.
    pub(super) fn digits(&self, digits: u64) -> u64 {
        if self.computes { self.verdict.saturating_mul(digits) } else { 0 }
    }

    /// Visits for listing all errors of a payload.
    pub(super) fn listing(&self, values: u64, depth: usize) -> Listing {
        let along = self.listing.get(depth).or(self.listing.last()).copied().unwrap_or_default();
        Listing { visits: along.visits.saturating_mul(values), kept: along.kept.saturating_mul(values) }
    }
}

#[derive(Default)]
struct Node {
    /// Keywords, weighted.
    weight: u64,
    /// Errors that they can make.
    errors: u64,
    /// Steps over a text, for each byte of it.
    texts: u64,
    /// How often what applies to the same value is walked.
    repeats: u64,
    /// Of the same value; branches of `anyOf` and `oneOf` among them.
    here: Vec<usize>,
    branches: Vec<usize>,
    references: Vec<usize>,
    named: Vec<usize>,
    every: Vec<usize>,
}

/// Reachable schemas; the root is node 0.
#[derive(Default)]
struct Graph<'s> {
    nodes: Vec<Node>,
    backtracks: bool,
    computes: bool,
    footprint: Footprint<'s>,
}

impl<'s> Graph<'s> {
    fn build(resources: &'s Resources) -> Self {
        let mut graph = Self::default();
        let mut ids = HashMap::from([(address(resources.root()), 0)]);
        let mut queue = vec![resources.root()];
        let mut next = 0;
        while let Some(schema) = queue.get(next).copied() {
            next += 1;
            graph.footprint.add(schema);
            let (weight, errors) = (weight(schema), errors(schema));
            let texts = texts(schema);
            let mut node = Node { weight, errors, texts, repeats: 1, ..Node::default() };
            let mut id = |schema| {
                *ids.entry(address(schema)).or_insert_with(|| {
                    queue.push(schema);
                    queue.len() - 1
                })
            };
            if let Some(members) = schema.as_object() {
                let unevaluated = ["unevaluatedProperties", "unevaluatedItems"];
                if unevaluated.iter().any(|keyword| members.contains_key(*keyword)) {
                    // What applied is walked again to see what it evaluated.
                    node.repeats = 2;
                }
                subschemas(members, |relation, child| {
                    let child = id(child);
                    match relation {
                        Relation::Here => node.here.push(child),
                        Relation::Branch => {
                            node.here.push(child);
                            node.branches.push(child);
                        }
                        Relation::Named => node.named.push(child),
                        Relation::Every => node.every.push(child),
                    }
                });
                graph.backtracks |= needs_backtracking(members);
                graph.computes |= ARITHMETIC.iter().any(|keyword| members.contains_key(*keyword));
            }
            node.references = resources.targets(schema).map(&mut id).collect();
            graph.nodes.push(node);
        }
        graph
    }

    /// Visits a value with recursive references cut, the largest of all schemas; `None` when schemas apply
    /// each other to the same value in more than one way.
    fn verdict(&self) -> Option<u64> {
        let knots = components(self.nodes.len(), |id| self.same_value(id));
        for id in 0..self.nodes.len() {
            let inside =
                self.same_value(id).iter().filter(|target| knots.of[**target] == knots.of[id]).count();
            if inside > 1 {
                return None;
            }
        }
        let all = components(self.nodes.len(), |id| self.edges(id, |_| true));
        let straight = |id: usize| self.edges(id, |target| all.of[target] != all.of[id]);
        let order = components(self.nodes.len(), straight).order;
        let mut visits = vec![0u64; self.nodes.len()];
        for id in order {
            let node = &self.nodes[id];
            let cut = node.references.iter().filter(|target| all.of[**target] != all.of[id]).copied();
            visits[id] = node.total(&visits, &visits, cut);
        }
        visits.into_iter().max()
    }

    /// Visits of the root along one path of a payload, by depth.
    fn listing(&self) -> Vec<Listing> {
        let order = self.same_value_order();
        let none = || vec![0u64; self.nodes.len()];
        let (mut visits_below, mut kept_below) = (none(), none());
        let mut by_depth = Vec::new();
        for _ in 0..=MAX_DEPTH {
            let (mut visits, mut kept) = (none(), none());
            for id in &order {
                let node = &self.nodes[*id];
                visits[*id] = node.total(&visits, &visits_below, node.references.iter().copied());
                kept[*id] = node.kept(&visits, &kept, &kept_below);
            }
            by_depth.push(Listing { visits: visits[0], kept: kept[0] });
            let is_settled = visits == visits_below && kept == kept_below;
            if is_settled || visits[0] > super::MAX_LISTING_VISITS {
                break;
            }
            (visits_below, kept_below) = (visits, kept);
        }
        by_depth
    }

    /// Whether what a branch applies to can hold any number of values.
    fn spreads(&self) -> bool {
        let mut seen = vec![false; self.nodes.len()];
        let mut open: Vec<usize> = self.nodes.iter().flat_map(|node| node.branches.iter().copied()).collect();
        let all = components(self.nodes.len(), |id| self.edges(id, |_| true));
        while let Some(id) = open.pop() {
            if std::mem::replace(&mut seen[id], true) {
                continue;
            }
            let edges = self.edges(id, |_| true);
            let is_recursive = edges.iter().any(|target| all.of[*target] == all.of[id]);
            if is_recursive || !self.nodes[id].every.is_empty() {
                return true;
            }
            open.extend(edges);
        }
        false
    }

    /// Schemas after those they apply to the same value.
    fn same_value_order(&self) -> Vec<usize> {
        components(self.nodes.len(), |id| {
            let node = &self.nodes[id];
            node.here.iter().chain(&node.references).copied().collect()
        })
        .order
    }

    /// Schemas that apply to the same value.
    fn same_value(&self, id: usize) -> Vec<usize> {
        let node = &self.nodes[id];
        node.here.iter().chain(&node.references).copied().collect()
    }

    /// The longest path along one value, on which every schema of a cycle counts.
    fn chain(&self) -> usize {
        let all = components(self.nodes.len(), |id| self.same_value(id));
        let mut sizes = vec![0usize; self.nodes.len()];
        all.of.iter().for_each(|component| sizes[*component] += 1);
        let mut longest = vec![0usize; self.nodes.len()];
        // Components are numbered so that edges lead to lower numbers.
        for id in &all.order {
            let own = all.of[*id];
            let targets = self.same_value(*id).into_iter().map(|target| all.of[target]);
            let below = targets.filter(|target| *target != own).map(|target| longest[target]).max();
            longest[own] = longest[own].max(sizes[own] + below.unwrap_or(0));
        }
        longest.into_iter().max().unwrap_or(0)
    }

    /// All edges, references only where `keep` says so.
    fn edges(&self, id: usize, keep: impl Fn(usize) -> bool) -> Vec<usize> {
        let node = &self.nodes[id];
        let contained = node.here.iter().chain(&node.named).chain(&node.every).copied();
        contained.chain(node.references.iter().copied().filter(|target| keep(*target))).collect()
    }
}

impl Node {
    /// Visits of branches: own ones, and those of whatever applies here or below.
    fn kept(&self, visits: &[u64], same: &[u64], below: &[u64]) -> u64 {
        let sum = |total: u64, cost: u64| total.saturating_add(cost);
        let of_branches = self.branches.iter().map(|id| visits[*id]).fold(0, sum);
        let inside = self.here.iter().chain(&self.references).map(|id| same[*id]).fold(of_branches, sum);
        let named = self.named.iter().map(|id| below[*id]).max().unwrap_or(0);
        self.every.iter().map(|id| below[*id]).fold(sum(inside, named), sum)
    }

    /// Own keywords, what applies to the same value, and the costliest member or item below.
    fn total(&self, same: &[u64], below: &[u64], references: impl Iterator<Item = usize>) -> u64 {
        let sum = |total: u64, cost: u64| total.saturating_add(cost);
        let here = self.here.iter().copied().chain(references).map(|id| same[id]).fold(0, sum);
        let named = self.named.iter().map(|id| below[*id]).max().unwrap_or(0);
        let every = self.every.iter().map(|id| below[*id]).fold(0, sum);
        self.weight
            .saturating_add(here.saturating_mul(self.repeats))
            .saturating_add(named)
            .saturating_add(every)
    }
}

/// One visit a keyword; lists that are compared with each value cost by length.
fn weight(schema: &Value) -> u64 {
    let Some(members) = schema.as_object() else { return 1 };
    let listed = |name: &str| members.get(name).and_then(Value::as_array).map_or(0, Vec::len) / 4;
    1 + (members.len() + listed("enum") + listed("required")) as u64
}

/// One error a keyword, or a name that is missing.
fn errors(schema: &Value) -> u64 {
    let Some(members) = schema.as_object() else { return 1 };
    let names = |value: &Value| value.as_array().map_or(0, Vec::len);
    let lists = |name: &str| members.get(name).and_then(Value::as_object).into_iter().flat_map(Map::values);
    let required = members.get("required").map_or(0, names);
    let dependent: usize = lists("dependentRequired").chain(lists("dependencies")).map(names).sum();
    (members.len() + required + dependent) as u64
}

/// Passes over a text; a pattern that has many states makes a long one.
fn texts(schema: &Value) -> u64 {
    const STATES_A_STEP: u64 = 16;
    let Some(members) = schema.as_object() else { return 0 };
    let passes = ["minLength", "maxLength", "format"].iter().filter(|name| members.contains_key(**name));
    let steps = |pattern: &str| 1 + states::of_pattern(pattern) / STATES_A_STEP;
    patterns(members).map(steps).fold(passes.count() as u64, u64::saturating_add)
}

/// The patterns that a schema holds texts or names against.
fn patterns(members: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let one = members.get("pattern").and_then(Value::as_str);
    let many = members.get("patternProperties").and_then(Value::as_object);
    one.into_iter().chain(many.into_iter().flat_map(Map::keys).map(String::as_str))
}

/// Whether a pattern has look-around or a back-reference, which only the backtracking engine runs.
fn needs_backtracking(members: &Map<String, Value>) -> bool {
    patterns(members).any(|pattern| {
        ["(?=", "(?!", "(?<", "\\k"].iter().any(|token| pattern.contains(token))
            || pattern.as_bytes().windows(2).any(|pair| pair[0] == b'\\' && pair[1].is_ascii_digit())
    })
}

/// Strongly connected components.
struct Components {
    /// Component of each node.
    of: Vec<usize>,
    /// Nodes so that every edge between components leads to an earlier node.
    order: Vec<usize>,
}

/// Tarjan's algorithm without recursion.
fn components(count: usize, edges: impl Fn(usize) -> Vec<usize>) -> Components {
    const NONE: usize = usize::MAX;
    let (mut index, mut low) = (vec![NONE; count], vec![0; count]);
    let mut found = Components { of: vec![NONE; count], order: Vec::with_capacity(count) };
    let (mut open, mut next, mut components) = (Vec::new(), 0, 0);
    for start in 0..count {
        if index[start] != NONE {
            continue;
        }
        let mut calls = vec![(start, edges(start), 0)];
        (index[start], low[start]) = (next, next);
        next += 1;
        open.push(start);
        while let Some((node, targets, position)) = calls.last_mut() {
            let node = *node;
            if let Some(target) = targets.get(*position).copied() {
                *position += 1;
                if index[target] == NONE {
                    (index[target], low[target]) = (next, next);
                    next += 1;
                    open.push(target);
                    calls.push((target, edges(target), 0));
                } else if found.of[target] == NONE {
                    low[node] = low[node].min(index[target]);
                }
                continue;
            }
            calls.pop();
            if let Some((caller, ..)) = calls.last() {
                low[*caller] = low[*caller].min(low[node]);
            }
            if low[node] == index[node] {
                while let Some(member) = open.pop() {
                    found.of[member] = components;
                    found.order.push(member);
                    if member == node {
                        break;
                    }
                }
                components += 1;
            }
        }
    }
    found
}
