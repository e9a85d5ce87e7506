//! Differences between a reader and a writer schema.
//!
//! Follows the reference's comparison of syntax trees: the writer's file is its `original`, the reader's
//! its `update`. Messages are matched by name, fields by number. Only types written in the file take part;
//! imported types are compared in depth where a field uses them, unless both sides take them from the same
//! version of the same subject. The reference's finer points are named where they are decided
//! ([`message`], [`oneof`], [`field`]); kinds of ours are added beside them and never change its verdict.
//!
//! Order: file, messages by position in the writer then the reader's new ones, enums; inside a message
//! oneof exclusivity, oneofs by name, fields by number, nested types. Each (writer, reader) pair of
//! imported messages is compared once where it can be (see [`Comparer::imported`]); all work is counted
//! in steps and ends in a finding when the limit is reached. Recursion follows the nesting of texts
//! and chains of imported types; the latter go as deep as the
//! steps reach.

mod enumeration;
mod field;
mod file;
mod group;
mod kind;
mod message;
mod oneof;
mod reserved;
mod sides;
#[cfg(test)]
mod soundness;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::ProtobufSchema;
use super::ast::{Message, Span, TypeNode, enums, messages};
use super::files::{Files, Home, Type};
use super::rules;
use crate::depth::{MAX_OPEN, with_room};
use crate::difference::{CompareOptions, Comparison, Difference, Policy, Rule};

/// Steps after which a pair seen on a cycle of imports is not compared again from another entrance.
const EXACT_STEPS: u64 = 50_000;

/// Compares two schemas.
pub(super) fn compare(
    reader: &ProtobufSchema,
    writer: &ProtobufSchema,
    options: &CompareOptions,
) -> Comparison {
    let mut comparer = Comparer {
        sides: Sides { reader, writer },
        options,
        path: "#/".to_owned(),
        found: Comparison::default(),
        seen: HashSet::new(),
        stack: HashMap::new(),
        memo: HashMap::new(),
        in_group: false,
        lowest: usize::MAX,
        undecided: false,
    };
    comparer.file();
    comparer.found
}

/// The two schemas.
#[derive(Clone, Copy)]
struct Sides<'a> {
    reader: &'a ProtobufSchema,
    writer: &'a ProtobufSchema,
}

/// Which of the two schemas.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Reader,
    Writer,
}

impl<'a> Sides<'a> {
    fn schema(self, role: Role) -> &'a ProtobufSchema {
        match role {
            Role::Reader => self.reader,
            Role::Writer => self.writer,
        }
    }

    fn files(self, role: Role) -> &'a Files {
        &self.schema(role).files
    }
}

/// A message of one side with the place it stands in.
#[derive(Clone)]
struct Node<'a> {
    message: &'a Message,
    /// Full name; the scope of the names inside.
    name: Rc<str>,
    home: Home,
}

impl Node<'_> {
    /// Identity of the declaration.
    fn key(&self) -> usize {
        std::ptr::from_ref(self.message) as usize
    }
}

/// An element of one side, for the sides of a difference.
#[derive(Clone)]
struct At {
    home: Home,
    span: Span,
    name: String,
}

struct Comparer<'a> {
    sides: Sides<'a>,
    options: &'a CompareOptions,
    /// The reference's path of the element at hand.
    path: String,
    found: Comparison,
    /// Rule and path of what is reported, so that a type reached twice is reported once.
    seen: HashSet<(&'static str, String)>,
    /// Keys of the writer's messages under comparison, with their positions from the outermost.
    stack: HashMap<usize, usize>,
    /// Whether a pair of imported messages was found incompatible, outside and inside groups.
    memo: HashMap<(usize, usize, bool), bool>,
    /// Whether the elements at hand are part of a group, which the reference does not see.
    in_group: bool,
    /// The lowest stack position at which recursion was cut since it was last reset.
    lowest: usize,
    undecided: bool,
}

impl<'a> Comparer<'a> {
    /// Counts one visited pair; false when the limit is reached, which is reported once.
    fn step(&mut self) -> bool {
        if self.found.steps >= self.options.limits.max_steps {
            self.give_up("steps", self.found.steps);
            return false;
        }
        self.found.steps += 1;
        true
    }

    fn give_up(&mut self, what: &str, limit: u64) {
        if !std::mem::replace(&mut self.undecided, true) {
            self.report(&rules::UNDECIDED, format!("{limit} {what}"), None, None);
        }
    }

    /// Adds a finding at the path at hand.
    fn report(&mut self, rule: &'static Rule, info: String, reader: Option<At>, writer: Option<At>) {
        let (rule, info) = match (self.in_group && !self.undecided, rule.breaks_under(Policy::Reference)) {
            // What the reference judges alone (labels) has kinds of ours beside it.
            (true, true) if !rule.breaks_under(Policy::Wire) => return,
            (true, true) => (&rules::GROUP_MEMBER_CHANGED, format!("{}: {info}", rule.summary)),
            _ => (rule, info),
        };
        if !self.seen.insert((rule.id, self.path.clone())) {
            return;
        }
        self.found.differences.push(Difference {
            rule,
            path: self.path.clone(),
            info,
            incompatible: rule.breaks_under(self.options.policy),
            reader: reader.map(|at| self.side(Role::Reader, at)),
            writer: writer.map(|at| self.side(Role::Writer, at)),
        });
    }

    /// Runs with one more step on the path.
    fn within<T>(&mut self, step: &str, run: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        if !self.path.ends_with('/') {
            self.path.push('/');
        }
        self.path.push_str(step);
        let result = run(self);
        self.path.truncate(length);
        result
    }

    /// Whether anything incompatible was found since the list had this length.
    fn incompatible_since(&self, length: usize) -> bool {
        self.found.differences[length..].iter().any(|difference| difference.incompatible)
    }

    /// Compares two type lists: messages and enums by simple name, in the order of names.
    fn types(&mut self, writer: &'a [TypeNode], reader: &'a [TypeNode], scopes: &Scopes) {
        let (old, new) = (messages_by_name(writer), messages_by_name(reader));
        let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
        for name in names {
            let before = old.get(name).map(|(index, message)| (index, scopes.writer.node(message)));
            let after = new.get(name).map(|(index, message)| (index, scopes.reader.node(message)));
            self.within(name, |comparer| match (before, after) {
                (Some((index, at)), Some((position, update))) => {
                    comparer.message(&at, &update);
                    if position != index {
                        let sides = (Some(update.at()), Some(at.at()));
                        comparer.report(&rules::MESSAGE_MOVED, at.name.to_string(), sides.0, sides.1);
                    }
                }
                (Some((_, at)), None) if !at.message.is_map_entry() => {
                    comparer.report(&rules::MESSAGE_REMOVED, at.name.to_string(), None, Some(at.at()));
                }
                (None, Some((_, at))) if !at.message.is_map_entry() => {
                    comparer.report(&rules::MESSAGE_ADDED, at.name.to_string(), Some(at.at()), None);
                }
                _ => {}
            });
            if self.undecided {
                return;
            }
        }
        self.enums(enums(writer).collect(), enums(reader).collect(), scopes);
    }

    /// Compares two imported messages in depth; whether anything incompatible lies in them.
    ///
    /// A pair is remembered when its result does not depend on a message that is still being compared.
    /// The reference remembers nothing and would compare such pairs again from every entrance; past
    /// [`EXACT_STEPS`] the first result is kept for all, which can only leave out a repeated
    /// "type changed" finding at a second field, never the finding itself.
    fn imported(&mut self, writer: &Node<'a>, reader: &Node<'a>, path: &str) -> bool {
        let key = (writer.key(), reader.key(), self.in_group);
        if let Some(known) = self.memo.get(&key) {
            return *known;
        }
        if self.stack.len() >= MAX_OPEN {
            self.give_up("nested messages", MAX_OPEN as u64);
            return true;
        }
        let outer_path = std::mem::replace(&mut self.path, format!("#/{}", path.replace('.', "/")));
        let outer_lowest = std::mem::replace(&mut self.lowest, usize::MAX);
        let outer_seen = std::mem::take(&mut self.seen);
        let start = self.found.differences.len();
        with_room(|| self.message(writer, reader));
        let incompatible = self.incompatible_since(start);
        self.merge(start, outer_seen);
        if self.lowest >= self.stack.len() || self.found.steps > EXACT_STEPS {
            self.memo.insert(key, incompatible);
        }
        self.lowest = self.lowest.min(outer_lowest);
        self.path = outer_path;
        incompatible
    }

    /// Drops findings that an earlier visit reported already. Costs what the smaller side has, so that a long
    /// chain of messages that all report is not quadratic.
    fn merge(&mut self, start: usize, outer: HashSet<(&'static str, String)>) {
        let inner = std::mem::take(&mut self.seen);
        let (small, mut large) = if inner.len() < outer.len() { (inner, outer) } else { (outer, inner) };
        let again: HashSet<_> = small.iter().filter(|finding| large.contains(*finding)).cloned().collect();
        if !again.is_empty() {
            let mut fresh = self.found.differences.split_off(start);
            fresh.retain(|difference| !again.contains(&(difference.rule.id, difference.path.clone())));
            self.found.differences.append(&mut fresh);
        }
        large.extend(small);
        self.seen = large;
    }
}

/// Where the types of a list stand, on both sides.
struct Scopes {
    reader: Scope,
    writer: Scope,
}

struct Scope {
    name: Rc<str>,
    home: Home,
}

/// Messages by simple name, with their positions among the messages. Of a repeated name the last counts.
fn messages_by_name(types: &[TypeNode]) -> HashMap<&str, (usize, &Message)> {
    messages(types).enumerate().map(|(index, message)| (message.name.as_str(), (index, message))).collect()
}

impl Scope {
    fn node<'a>(&self, message: &'a Message) -> Node<'a> {
        Node { message, name: super::files::joined(&self.name, &message.name).into(), home: self.home }
    }
}

impl Node<'_> {
    fn at(&self) -> At {
        At { home: self.home, span: self.message.span, name: self.name.to_string() }
    }

    fn scope(&self) -> Scope {
        Scope { name: Rc::clone(&self.name), home: self.home }
    }
}

/// The name of a type below the package of its file.
fn local_name<'a>(files: &Files, found: &Type<'a>) -> &'a str {
    let package = files.file(found.home).package.as_deref().unwrap_or_default();
    let below = found.name.strip_prefix(package).and_then(|rest| rest.strip_prefix('.'));
    if package.is_empty() { found.name } else { below.unwrap_or(found.name) }
}
