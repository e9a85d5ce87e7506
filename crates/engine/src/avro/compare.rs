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

use super::apart::{Apart, CHEAPER};
use super::model::{Enum, Field, Fixed, Graph, Kind, Named, Record, Type, TypeId};
use super::names::Primitive;
use super::path::{Location, Paths, Step};
use super::rules::Id;
use crate::Limits;
use crate::depth::{MAX_OPEN, with_room};

/// Findings listed for one comparison; the verdict does not depend on the ones cut off.
pub(super) const MAX_FINDINGS: usize = 1_000;
/// Text (paths and infos) gathered for one comparison.
const MAX_TEXT: usize = 4 << 20;

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
    compare_with(reader, writer, limits, Apart::new(reader, writer))
}

/// The same, with what is known of pairs that need no look inside.
pub(super) fn compare_with(reader: &Graph, writer: &Graph, limits: &Limits, apart: Apart) -> Findings {
    let mut comparer = Comparer {
        reader,
        writer,
        limits,
        pairs: HashMap::new(),
        results: Vec::new(),
        found: Vec::new(),
        paths: Paths::new(),
        apart,
        steps: 0,
        nesting: 0,
    };
    let root = comparer.paths.root();
    let stopped = comparer.compare_pair((reader.root, writer.root), root);
    let list = match stopped {
        Ok(outcome) => comparer.listed(outcome),
        Err(stop) => vec![(stop.found, stop.info)],
    };
    Findings { list, paths: comparer.paths, steps: comparer.steps }
}

/// Reader type and writer type.
type Pair = (TypeId, TypeId);

/// What a pair contributes to the pair that asked for it: nothing, or a finished pair with findings.
type Outcome = Option<PairId>;
type PairId = u32;

/// Ends the whole comparison with one finding. Boxed in results: it is rare, and frames of the recursion
/// stay small.
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
    pairs: HashMap<Pair, PairId>,
    results: Vec<PairResult>,
    found: Vec<Found>,
    paths: Paths,
    apart: Apart,
    steps: u64,
    nesting: usize,
}

impl<'a> Comparer<'a> {
    fn compare_pair(&mut self, pair: Pair, at: Location) -> Result<Outcome, Box<Stop>> {
        if let Some(known) = self.pairs.get(&pair) {
            return Ok(self.outcome(*known));
        }
        self.spend(1, pair, at)?;
        let at = self.first_place(pair, at)?;
        if self.nesting == MAX_OPEN {
            return Err(Box::new(undecided(format!("{MAX_OPEN} nested types"), pair, at)));
        }
        let id = self.results.len() as PairId;
        self.pairs.insert(pair, id);
        self.results.push(PairResult::InProgress);
        self.nesting += 1;
        let parts = with_room(|| self.compare_types(pair, at))?;
        self.nesting -= 1;
        self.results[id as usize] = PairResult::Done(parts);
        Ok(self.outcome(id))
    }

    /// Where a pair that is compared for the first time was met first.
    fn first_place(&mut self, pair: Pair, at: Location) -> Result<Location, Box<Stop>> {
        if !self.apart.is_apart((self.reader, self.writer), pair) {
            return Ok(at);
        }
        let (is_known, cost) = self.apart.was_tested(self.reader, pair);
        self.spend(cost, pair, at)?;
        Ok(if is_known { self.paths.root() } else { at })
    }

    fn outcome(&self, pair: PairId) -> Outcome {
        match &self.results[pair as usize] {
            PairResult::Done(parts) if !parts.is_empty() => Some(pair),
            PairResult::Done(_) | PairResult::InProgress => None,
        }
    }

    fn spend(&mut self, steps: u64, pair: Pair, at: Location) -> Result<(), Box<Stop>> {
        self.steps += steps;
        if self.steps <= self.limits.max_steps {
            return Ok(());
        }
        self.steps = self.limits.max_steps;
        Err(Box::new(undecided(format!("{} steps", self.limits.max_steps), pair, at)))
    }

    fn compare_types(&mut self, pair: Pair, at: Location) -> Result<Vec<Part>, Box<Stop>> {
        let (reader, writer): (&'a Type, &'a Type) = (self.reader.get(pair.0), self.writer.get(pair.1));
        let mut parts = Vec::new();
        match (&reader.kind, &writer.kind) {
            (Kind::Primitive(r), Kind::Primitive(w)) if promotes(*w, *r) => {}
            (Kind::Array(r), Kind::Array(w)) => self.compare_below((*r, *w), at, Step::Items, &mut parts)?,
            (Kind::Map(r), Kind::Map(w)) => self.compare_below((*r, *w), at, Step::Values, &mut parts)?,
            (Kind::Fixed(r), Kind::Fixed(w)) => {
                self.compare_names(&r.named, &w.named, pair, at, &mut parts);
                if r.size != w.size {
                    self.report(Id::FixedSize, pair, at, Some(Step::Size), &mut parts);
                }
            }
            (Kind::Enum(r), Kind::Enum(w)) => self.compare_enums(r, w, pair, at, &mut parts)?,
            (Kind::Record(r), Kind::Record(w)) => {
                self.compare_names(&r.named, &w.named, pair, at, &mut parts);
                self.compare_fields(r, w, pair, at, &mut parts)?;
            }
            (Kind::Union(_), Kind::Union(branches)) => {
                self.compare_unions(pair.0, branches, at, &mut parts)?;
            }
            (_, Kind::Union(branches)) => {
                for (index, branch) in branches.iter().enumerate() {
                    self.compare_below((pair.0, *branch), at, Step::Branch(index as u32), &mut parts)?;
                }
            }
            (Kind::Union(branches), _) => {
                if !self.is_read_by_any(branches, pair)? {
                    self.report(Id::UnionBranch, pair, at, None, &mut parts);
                }
            }
            _ => self.report(Id::Type, pair, at, None, &mut parts),
        }
        Ok(parts)
    }

    fn compare_below(
        &mut self,
        pair: Pair,
        at: Location,
        step: Step,
        parts: &mut Vec<Part>,
    ) -> Result<(), Box<Stop>> {
        let below = self.paths.below(at, step);
        parts.extend(self.compare_pair(pair, below)?.map(Part::Of));
        Ok(())
    }

    /// A test on its own: what it finds inside is not reported by the union, and its paths start anew.
    fn is_readable(&mut self, pair: Pair) -> Result<bool, Box<Stop>> {
        let alone = self.paths.root();
        Ok(self.compare_pair(pair, alone)?.is_none())
    }

    /// Whether a branch of the reader's union reads the writer's type.
    fn is_read_by_any(&mut self, branches: &[TypeId], pair: Pair) -> Result<bool, Box<Stop>> {
        let test = self.apart.test(pair.0, pair.1);
        let (alone, mut work) = (self.paths.root(), 0);
        for (index, branch) in branches.iter().enumerate() {
            self.apart.passed(pair.1, test, index + 1);
            if self.apart.is_apart((self.reader, self.writer), (*branch, pair.1)) {
                work += 1 + self.reader.get(*branch).kind.named().map_or(0, |named| named.aliases.len());
                self.spend((work / CHEAPER) as u64, pair, alone)?;
                work %= CHEAPER;
            } else if self.is_readable((*branch, pair.1))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn compare_unions(
        &mut self,
        reader: TypeId,
        branches: &[TypeId],
        at: Location,
        parts: &mut Vec<Part>,
    ) -> Result<(), Box<Stop>> {
        for (index, branch) in branches.iter().enumerate() {
            if !self.is_readable((reader, *branch))? {
                self.report(Id::UnionBranch, (reader, *branch), at, Some(Step::Branch(index as u32)), parts);
            }
        }
        Ok(())
    }

    fn compare_enums(
        &mut self,
        reader: &Enum,
        writer: &Enum,
        pair: Pair,
        at: Location,
        parts: &mut Vec<Part>,
    ) -> Result<(), Box<Stop>> {
        self.compare_names(&reader.named, &writer.named, pair, at, parts);
        // Looking symbols up costs, if less than comparing pairs.
        self.spend((writer.symbols.len() / 16) as u64, pair, at)?;
        if reader.default.is_none() && writer.symbols.iter().any(|symbol| !reader.contains(symbol)) {
            self.report(Id::EnumSymbols, pair, at, Some(Step::Symbols), parts);
        }
        Ok(())
    }

    fn report(&mut self, id: Id, pair: Pair, at: Location, step: Option<Step>, parts: &mut Vec<Part>) {
        let location = step.map_or(at, |step| self.paths.below(at, step));
        self.push(Found { id, location, reader: pair.0.into(), writer: pair.1.into() }, parts);
    }

    fn push(&mut self, found: Found, parts: &mut Vec<Part>) {
        parts.push(Part::Own(self.found.len() as u32));
        self.found.push(found);
    }

    fn compare_names(
        &mut self,
        reader: &Named,
        writer: &Named,
        pair: Pair,
        at: Location,
        parts: &mut Vec<Part>,
    ) {
        if !reader.reads(writer) {
            self.report(Id::Name, pair, at, Some(Step::Name), parts);
        }
    }

    fn compare_fields(
        &mut self,
        reader: &'a Record,
        writer: &'a Record,
        pair: Pair,
        at: Location,
        parts: &mut Vec<Part>,
    ) -> Result<(), Box<Stop>> {
        for (index, field) in reader.fields.iter().enumerate() {
            self.spend(field.aliases.len() as u64, pair, at)?;
            let index = index as u32;
            let names = std::iter::once(&field.name).chain(&field.aliases);
            let mut matches = names.filter_map(|name| writer.find_field(name));
            let (first, second) = (matches.next(), matches.next());
            if second.is_some() {
                return Err(Box::new(self.ambiguous(field, index, pair, at)));
            }
            let below = self.paths.below(at, Step::FieldType(index));
            let compared = match first {
                Some(matched) => self.compare_pair((field.of, writer.fields[matched].of), below)?,
                None if field.default.is_some() => None,
                // Java looks at the enum's own default before it misses the field's, and compares the enum
                // with the whole record.
                None if self.has_enum_default(field.of) => self.compare_pair((field.of, pair.1), below)?,
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

    fn ambiguous(&self, field: &Field, index: u32, pair: Pair, at: Location) -> Stop {
        let word = self.reader.get(field.of).kind.word().to_uppercase();
        let info = format!(
            "Reader record field {} type:{word} pos:{index} matches multiple fields in writer record schema {}",
            field.name,
            super::print::quoted_type(&self.writer.types, pair.1)
        );
        let reader = Spot { of: pair.0, field: Some(index) };
        let found = Found { id: Id::AmbiguousField, location: at, reader, writer: pair.1.into() };
        Stop { found, info }
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

fn undecided(info: String, pair: Pair, location: Location) -> Stop {
    let found = Found { id: Id::Undecided, location, reader: pair.0.into(), writer: pair.1.into() };
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
