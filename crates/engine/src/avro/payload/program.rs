//! A schema compiled for walking: small copyable steps in one list.
//!
//! Children of a record or union stand side by side, leaves included, so the walk reads one list from left
//! to right and follows an index only where the schema nests.

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
    /// Records by the start of their range, sorted, to name fields in findings.
    records: Vec<(u32, TypeId)>,
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
        };
        let root = compiler.step(graph.root);
        while let Some((start, children)) = compiler.open.pop() {
            for (position, child) in children.into_iter().enumerate() {
                compiler.steps[start as usize + position] = compiler.step(child);
            }
        }
        compiler.records.sort_unstable_by_key(|(start, _)| *start);
        Self { steps: compiler.steps, root, records: compiler.records }
    }

    /// The record whose fields start at a position. Records without fields share positions with others, and
    /// are never asked for.
    pub(super) fn record_at(&self, start: u32) -> Option<TypeId> {
        let found = self.records.binary_search_by_key(&start, |(start, _)| *start);
        found.ok().map(|at| self.records[at].1)
    }
}

struct Compiler<'a> {
    graph: &'a Graph,
    steps: Vec<Step>,
    known: HashMap<TypeId, Step>,
    /// Places still to be filled.
    open: Vec<(u32, Vec<TypeId>)>,
    records: Vec<(u32, TypeId)>,
}

impl Compiler<'_> {
    fn step(&mut self, of: TypeId) -> Step {
        if let Some(known) = self.known.get(&of) {
            return *known;
        }
        let step = match &self.graph.get(of).kind {
            Kind::Primitive(primitive) => leaf(*primitive),
            Kind::Fixed(fixed) => Step::Fixed(fixed.size),
            Kind::Enum(known) => Step::Enum(known.symbols.len() as u32),
            Kind::Array(item) => Step::Array(self.reserve(vec![*item]).start),
            Kind::Map(item) => Step::Map(self.reserve(vec![*item]).start),
            Kind::Union(branches) => Step::Union(self.reserve(branches.clone())),
            Kind::Record(record) => {
                let range = self.reserve(record.fields.iter().map(|field| field.of).collect());
                if range.length > 0 {
                    self.records.push((range.start, of));
                }
                Step::Record(range)
            }
            // Linking leaves none; an empty union accepts nothing.
            Kind::Pending(_) => Step::Union(Range { start: 0, length: 0 }),
        };
        self.known.insert(of, step);
        step
    }

    fn reserve(&mut self, children: Vec<TypeId>) -> Range {
        let range = Range { start: self.steps.len() as u32, length: children.len() as u32 };
        self.steps.resize(self.steps.len() + children.len(), Step::Null);
        self.open.push((range.start, children));
        range
    }
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
