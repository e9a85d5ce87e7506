//! A schema compiled for walking: small copyable steps in one list.
//!
//! Children of a record or union stand side by side, leaves included, so the walk reads one list from left
//! to right and follows an index only where the schema nests. What never takes a byte is left out: a tree of
//! records of nulls would otherwise be walked in full for an empty payload. So every step of a record takes at
//! least one byte, and a walk is linear in the payload.

use std::collections::HashMap;

use crate::avro::model::{Graph, Kind, TypeId};
use crate::avro::names::Primitive;

/// What to read next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    /// So many bytes.
    Fixed(u32),
    /// An index below this.
    Enum(u32),
    /// Blocks of the step at this position.
    Array(u32),
    Map(u32),
    Union(Range),
    Record(Range),
}

/// Steps that stand side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) start: u32,
    pub(super) length: u32,
}

#[derive(Debug)]
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    pub(super) root: Step,
    /// Records by the start of their range, sorted, with the positions of the fields that stand there, to name
    /// fields in findings.
    records: Vec<Fields>,
}

/// The fields of a record that take bytes.
#[derive(Debug)]
struct Fields {
    start: u32,
    record: TypeId,
    positions: Vec<u32>,
}

impl Program {
    /// Compiles all types that the root reaches. Works through a list, so recursion is no matter.
    pub(super) fn compile(graph: &Graph) -> Self {
        let mut compiler = Compiler {
            graph,
            steps: Vec::new(),
            known: HashMap::new(),
            open: Vec::new(),
            records: Vec::new(),
            weightless: weightless(graph),
        };
        let root = compiler.step(graph.root);
        while let Some((start, children)) = compiler.open.pop() {
            for (position, child) in children.into_iter().enumerate() {
                compiler.steps[start as usize + position] = compiler.step(child);
            }
        }
        compiler.records.sort_unstable_by_key(|fields| fields.start);
        Self { steps: compiler.steps, root, records: compiler.records }
    }

    /// The record whose steps start at a place, and the position of the field of one of them. Records without
    /// steps share places with others, and are never asked for.
    pub(super) fn field_at(&self, start: u32, step: u32) -> Option<(TypeId, usize)> {
        let found = self.records.binary_search_by_key(&start, |fields| fields.start).ok()?;
        let fields = &self.records[found];
        Some((fields.record, *fields.positions.get(step as usize)? as usize))
    }
}

struct Compiler<'a> {
    graph: &'a Graph,
    steps: Vec<Step>,
    known: HashMap<TypeId, Step>,
    /// Places still to be filled.
    open: Vec<(u32, Vec<TypeId>)>,
    records: Vec<Fields>,
    /// Types whose values never take a byte.
    weightless: Vec<bool>,
}

impl Compiler<'_> {
    fn step(&mut self, of: TypeId) -> Step {
        if let Some(known) = self.known.get(&of) {
            return *known;
        }
        let step = match &self.graph.get(of).kind {
            _ if self.is_weightless(of) => Step::Null,
            Kind::Primitive(primitive) => leaf(*primitive),
            Kind::Fixed(fixed) => Step::Fixed(fixed.size),
            Kind::Enum(known) => Step::Enum(known.symbols.len() as u32),
            Kind::Array(item) => Step::Array(self.reserve(vec![*item]).start),
            Kind::Map(item) => Step::Map(self.reserve(vec![*item]).start),
            Kind::Union(branches) => Step::Union(self.reserve(branches.clone())),
            Kind::Record(record) => {
                let fields =
                    record.fields.iter().enumerate().filter(|(_, field)| !self.is_weightless(field.of));
                let (positions, types): (Vec<_>, _) = fields.map(|(at, field)| (at as u32, field.of)).unzip();
                let range = self.reserve(types);
                self.records.push(Fields { start: range.start, record: of, positions });
                Step::Record(range)
            }
            // Linking leaves none; an empty union accepts nothing.
            Kind::Pending(_) => Step::Union(Range { start: 0, length: 0 }),
        };
        self.known.insert(of, step);
        step
    }

    fn is_weightless(&self, of: TypeId) -> bool {
        self.weightless[of.0 as usize]
    }

    fn reserve(&mut self, children: Vec<TypeId>) -> Range {
        let range = Range { start: self.steps.len() as u32, length: children.len() as u32 };
        self.steps.resize(self.steps.len() + children.len(), Step::Null);
        self.open.push((range.start, children));
        range
    }
}

/// Which types have values that never take a byte: null, empty fixed types, and records of nothing else. A record
/// that holds itself is none: it has no values at all.
fn weightless(graph: &Graph) -> Vec<bool> {
    let mut found = vec![false; graph.types.len()];
    // Fields of each record that are not known to be weightless yet, and the records that have a type as field.
    let mut missing = vec![0; graph.types.len()];
    let mut users: HashMap<TypeId, Vec<usize>> = HashMap::new();
    let mut ready = Vec::new();
    for (at, declared) in graph.types.iter().enumerate() {
        match &declared.kind {
            Kind::Primitive(Primitive::Null) => ready.push(at),
            Kind::Fixed(fixed) if fixed.size == 0 => ready.push(at),
            Kind::Record(record) if record.fields.is_empty() => ready.push(at),
            Kind::Record(record) => {
                missing[at] = record.fields.len();
                for field in &record.fields {
                    users.entry(field.of).or_default().push(at);
                }
            }
            _ => {}
        }
    }
    while let Some(at) = ready.pop() {
        found[at] = true;
        for user in users.remove(&TypeId(at as u32)).unwrap_or_default() {
            missing[user] -= 1;
            if missing[user] == 0 {
                ready.push(user);
            }
        }
    }
    found
}

fn leaf(primitive: Primitive) -> Step {
    match primitive {
        Primitive::Null => Step::Null,
        Primitive::Boolean => Step::Boolean,
        Primitive::Int => Step::Int,
        Primitive::Long => Step::Long,
        Primitive::Float => Step::Float,
        Primitive::Double => Step::Double,
        Primitive::Bytes => Step::Bytes,
        Primitive::String => Step::String,
    }
}
