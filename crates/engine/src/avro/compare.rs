//! Avro schema resolution as a list of differences: can the reader read every datum of the writer.
//!
//! Follows "Schema Resolution" of the Avro 1.12 specification as `SchemaCompatibility` of Avro Java decides
//! it, because the reference passes its findings on: the order, the paths and the repetition of findings
//! are Java's. Paths count positions in the *reader*, except union indexes, which count branches of
//! the *writer*. Logical types, docs, properties and the order of fields never matter.
//!
//! A pair of types is compared once. A pair that is still being compared counts as readable, which ends
//! recursion; a finished pair reports its findings again wherever it recurs, with the paths of its first visit.
//! Findings of a pair are kept as edges to other pairs, so memory follows the steps although the
//! number of reports can double with each level; a comparison lists at most [`MAX_FINDINGS`] of them.
//!
//! To add a kind: one row in [`super::rules`] and the place here that reports it.

use std::collections::HashMap;

use super::model::{Enum, Field, Fixed, Graph, Kind, Named, Record, Type, TypeId};
use super::names::Primitive;
use super::path::{Location, Paths, Step};
use super::rules::Id;
use crate::Limits;

/// Findings listed for one comparison; the verdict does not depend on the ones cut off.
pub(super) const MAX_FINDINGS: usize = 1_000;
/// Text (paths and infos) gathered for one comparison.
const MAX_TEXT: usize = 4 << 20;
/// Nesting of types that is followed. Texts nest less; only long chains of references come near.
const MAX_NESTING: usize = 512;

/// A finding before its texts are made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) id: Id,
    pub(super) location: Location,
    /// The places it is about.
    pub(super) reader: Spot,
    pub(super) writer: Spot,
}

/// A type, or one of its fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub(super) of: TypeId,
    pub(super) field: Option<u32>,
}

impl From<TypeId> for Spot {
    fn from(of: TypeId) -> Self {
        Self { of, field: None }
    }
}

/// Findings with the texts they need.
pub(super) struct Findings {
    pub(super) list: Vec<(Found, String)>,
    pub(super) paths: Paths,
    pub(super) steps: u64,
}

/// Compares two graphs. The list is empty exactly when the reader can read all data of the writer.
pub(super) fn compare(reader: &Graph, writer: &Graph, limits: &Limits) -> Findings {
    let mut comparer = Comparer {
        reader,
        writer,
        limits,
        pairs: HashMap::new(),
        results: Vec::new(),
        found: Vec::new(),
        paths: Paths::new(),
        steps: 0,
        nesting: 0,
    };
    let root = comparer.paths.root();
    let stopped = comparer.compare_pair(reader.root, writer.root, root);
    let list = match stopped {
        Ok(outcome) => comparer.listed(outcome),
        Err(stop) => vec![(stop.found, stop.info)],
    };
    Findings { list, paths: comparer.paths, steps: comparer.steps }
}

/// What a pair contributes to the pair that asked for it: nothing, or a finished pair with findings.
type Outcome = Option<PairId>;
type PairId = u32;

/// Ends the whole comparison with one finding.
struct Stop {
    found: Found,
    info: String,
}

#[derive(Clone, Copy)]
enum Part {
    Own(u32),
    Of(PairId),
}

enum PairResult {
    InProgress,
    /// In order of discovery; empty when readable.
    Done(Vec<Part>),
}

struct Comparer<'a> {
    reader: &'a Graph,
    writer: &'a Graph,
    limits: &'a Limits,
    pairs: HashMap<(TypeId, TypeId), PairId>,
    results: Vec<PairResult>,
    found: Vec<Found>,
    paths: Paths,
    steps: u64,
    nesting: usize,
}

impl<'a> Comparer<'a> {
    fn compare_pair(&mut self, reader: TypeId, writer: TypeId, at: Location) -> Result<Outcome, Stop> {
        if let Some(known) = self.pairs.get(&(reader, writer)) {
            return Ok(self.outcome(*known));
        }
        self.spend(1, reader, writer, at)?;
        if self.nesting == MAX_NESTING {
            return Err(undecided(format!("{MAX_NESTING} nested types"), reader, writer, at));
        }
        let pair = self.results.len() as PairId;
        self.pairs.insert((reader, writer), pair);
        self.results.push(PairResult::InProgress);
        self.nesting += 1;
        let parts = self.compare_types(reader, writer, at)?;
        self.nesting -= 1;
        self.results[pair as usize] = PairResult::Done(parts);
        Ok(self.outcome(pair))
    }

    fn outcome(&self, pair: PairId) -> Outcome {
        match &self.results[pair as usize] {
            PairResult::Done(parts) if !parts.is_empty() => Some(pair),
            PairResult::Done(_) | PairResult::InProgress => None,
        }
    }

    fn spend(&mut self, steps: u64, reader: TypeId, writer: TypeId, at: Location) -> Result<(), Stop> {
        self.steps += steps;
        if self.steps <= self.limits.max_steps {
            return Ok(());
        }
        self.steps = self.limits.max_steps;
        Err(undecided(format!("{} steps", self.limits.max_steps), reader, writer, at))
    }

    fn compare_types(&mut self, reader: TypeId, writer: TypeId, at: Location) -> Result<Vec<Part>, Stop> {
        let (read, written): (&'a Type, &'a Type) = (self.reader.get(reader), self.writer.get(writer));
        let mut parts = Vec::new();
        match (&read.kind, &written.kind) {
            (Kind::Primitive(r), Kind::Primitive(w)) if promotes(*w, *r) => {}
            (Kind::Array(r), Kind::Array(w)) => {
                let at = self.paths.below(at, Step::Items);
                parts.extend(self.compare_pair(*r, *w, at)?.map(Part::Of));
            }
            (Kind::Map(r), Kind::Map(w)) => {
                let at = self.paths.below(at, Step::Values);
                parts.extend(self.compare_pair(*r, *w, at)?.map(Part::Of));
            }
            (Kind::Fixed(r), Kind::Fixed(w)) => {
                self.compare_names(&r.named, &w.named, (reader, writer), at, &mut parts);
                if r.size != w.size {
                    self.report(Id::FixedSize, (reader, writer), at, Some(Step::Size), &mut parts);
                }
            }
            (Kind::Enum(r), Kind::Enum(w)) => {
                self.compare_names(&r.named, &w.named, (reader, writer), at, &mut parts);
                self.spend((w.symbols.len() / 16) as u64, reader, writer, at)?;
                if r.default.is_none() && w.symbols.iter().any(|symbol| !r.contains(symbol)) {
                    self.report(Id::EnumSymbols, (reader, writer), at, Some(Step::Symbols), &mut parts);
                }
            }
            (Kind::Record(r), Kind::Record(w)) => {
                self.compare_names(&r.named, &w.named, (reader, writer), at, &mut parts);
                self.compare_fields(r, w, (reader, writer), at, &mut parts)?;
            }
            (Kind::Union(_), Kind::Union(branches)) => {
                for (index, branch) in branches.iter().enumerate() {
                    // A test on its own: what it finds inside is not reported here, and its paths start anew.
                    let alone = self.paths.root();
                    if self.compare_pair(reader, *branch, alone)?.is_some() {
                        let step = Some(Step::Branch(index as u32));
                        self.report(Id::UnionBranch, (reader, *branch), at, step, &mut parts);
                    }
                }
            }
            (_, Kind::Union(branches)) => {
                for (index, branch) in branches.iter().enumerate() {
                    let below = self.paths.below(at, Step::Branch(index as u32));
                    parts.extend(self.compare_pair(reader, *branch, below)?.map(Part::Of));
                }
            }
            (Kind::Union(branches), _) => {
                for branch in branches {
                    let alone = self.paths.root();
                    if self.compare_pair(*branch, writer, alone)?.is_none() {
                        return Ok(parts);
                    }
                }
                self.report(Id::UnionBranch, (reader, writer), at, None, &mut parts);
            }
            _ => self.report(Id::Type, (reader, writer), at, None, &mut parts),
        }
        Ok(parts)
    }

    fn report(
        &mut self,
        id: Id,
        pair: (TypeId, TypeId),
        at: Location,
        step: Option<Step>,
        parts: &mut Vec<Part>,
    ) {
        let location = step.map_or(at, |step| self.paths.below(at, step));
        self.push(Found { id, location, reader: pair.0.into(), writer: pair.1.into() }, parts);
    }

    fn push(&mut self, found: Found, parts: &mut Vec<Part>) {
        parts.push(Part::Own(self.found.len() as u32));
        self.found.push(found);
    }

    /// Simple names are equal, or the reader has the writer's full name as an alias.
    fn compare_names(
        &mut self,
        reader: &Named,
        writer: &Named,
        pair: (TypeId, TypeId),
        at: Location,
        parts: &mut Vec<Part>,
    ) {
        let same = reader.name.simple() == writer.name.simple() || reader.aliases.contains(&writer.name);
        if !same {
            self.report(Id::Name, pair, at, Some(Step::Name), parts);
        }
    }

    fn compare_fields(
        &mut self,
        reader: &'a Record,
        writer: &'a Record,
        pair: (TypeId, TypeId),
        at: Location,
        parts: &mut Vec<Part>,
    ) -> Result<(), Stop> {
        for (index, field) in reader.fields.iter().enumerate() {
            self.spend(field.aliases.len() as u64, pair.0, pair.1, at)?;
            let index = index as u32;
            let names = std::iter::once(&field.name).chain(&field.aliases);
            let mut matches = names.filter_map(|name| writer.find_field(name));
            let (first, second) = (matches.next(), matches.next());
            if second.is_some() {
                return Err(self.ambiguous(field, index, pair, at));
            }
            let below = self.paths.below(at, Step::FieldType(index));
            let compared = match first {
                Some(matched) => self.compare_pair(field.of, writer.fields[matched].of, below)?,
                None if field.default.is_some() => None,
                // Java looks at the enum's own default before it misses the field's, and compares the enum
                // with the whole record.
                None if self.has_enum_default(field.of) => self.compare_pair(field.of, pair.1, below)?,
                None => {
                    let location = self.paths.below(at, Step::Field(index));
                    let spot = Spot { of: pair.0, field: Some(index) };
                    let found = Found { id: Id::FieldMissing, location, reader: spot, writer: pair.1.into() };
                    self.push(found, parts);
                    None
                }
            };
            parts.extend(compared.map(Part::Of));
        }
        Ok(())
    }

    fn has_enum_default(&self, of: TypeId) -> bool {
        matches!(&self.reader.get(of).kind, Kind::Enum(Enum { default: Some(_), .. }))
    }

    fn ambiguous(&self, field: &Field, index: u32, pair: (TypeId, TypeId), at: Location) -> Stop {
        let word = self.reader.get(field.of).kind.word().to_uppercase();
        let info = format!(
            "Reader record field {} type:{word} pos:{index} matches multiple fields in writer record schema {}",
            field.name,
            super::print::quoted_type(&self.writer.types, pair.1)
        );
        let reader = Spot { of: pair.0, field: Some(index) };
        Stop { found: Found { id: Id::AmbiguousField, location: at, reader, writer: pair.1.into() }, info }
    }

    /// The findings behind an outcome in order, with the infos of the reference.
    fn listed(&self, outcome: Outcome) -> Vec<(Found, String)> {
        let mut list = Vec::new();
        let mut text = 0;
        let mut open: Vec<Part> = outcome.map(Part::Of).into_iter().collect();
        while let Some(part) = open.pop() {
            match part {
                Part::Of(pair) => {
                    if let PairResult::Done(parts) = &self.results[pair as usize] {
                        open.extend(parts.iter().rev());
                    }
                }
                Part::Own(index) => {
                    let found = self.found[index as usize];
                    let info = self.info(&found);
                    text += info.len() + self.paths.length(found.location);
                    list.push((found, info));
                    if list.len() == MAX_FINDINGS || text > MAX_TEXT {
                        break;
                    }
                }
            }
        }
        list
    }

    fn info(&self, found: &Found) -> String {
        let (reader, writer) =
            (&self.reader.get(found.reader.of).kind, &self.writer.get(found.writer.of).kind);
        match (found.id, reader, writer) {
            (Id::Name, _, _) => format!("expected: {}", writer.named().map_or("", |named| named.name.full())),
            (
                Id::FixedSize,
                Kind::Fixed(Fixed { size: read, .. }),
                Kind::Fixed(Fixed { size: written, .. }),
            ) => {
                format!("expected: {written}, found: {read}")
            }
            (Id::EnumSymbols, Kind::Enum(read), Kind::Enum(written)) => {
                let missing: Vec<&str> = written
                    .by_name
                    .iter()
                    .map(|position| written.symbols[*position as usize].as_str())
                    .filter(|symbol| !read.contains(symbol))
                    .collect();
                format!("[{}]", missing.join(", "))
            }
            (Id::FieldMissing, Kind::Record(record), _) => {
                found.reader.field.map_or_else(String::new, |at| record.fields[at as usize].name.clone())
            }
            (Id::UnionBranch, _, _) => {
                format!("reader union lacking writer type: {}", writer.word().to_uppercase())
            }
            _ => format!(
                "reader type: {} not compatible with writer type: {}",
                reader.word().to_uppercase(),
                writer.word().to_uppercase()
            ),
        }
    }
}

fn undecided(info: String, reader: TypeId, writer: TypeId, location: Location) -> Stop {
    let found = Found { id: Id::Undecided, location, reader: reader.into(), writer: writer.into() };
    Stop { found, info }
}

/// Whether data written as one primitive is read as another.
fn promotes(writer: Primitive, reader: Primitive) -> bool {
    use Primitive::{Bytes, Double, Float, Int, Long, String};
    writer == reader
        || matches!(
            (writer, reader),
            (Int, Long | Float | Double)
                | (Long, Float | Double)
                | (Float, Double)
                | (String, Bytes)
                | (Bytes, String)
        )
}
