//! Pairs of union branches that are known not to read each other without a look inside.
//!
//! The reference compares every branch of the reader with every branch of the writer in depth and drops what
//! it finds there. For two unions of many records that is quadratic in the records *and* all their fields.
//! The look inside may be left out when names or kinds decide already, and nothing inside can be met
//! again from elsewhere: no named types, and no aliases of fields, whose ambiguity would end the whole comparison.
//! What was left out still counts as visited: a pair that is met later outside a union reports paths that begin
//! at the union, as it does for the reference.

use std::collections::HashMap;

use super::model::{Graph, Kind, TypeId};

/// Branches left out that cost as much as one compared pair.
pub(super) const CHEAPER: usize = 8;

/// What is known about the types of two graphs.
pub(super) struct Apart {
    reader: Flat,
    writer: Flat,
    /// By branch of the writer: unions of the reader it was tested against, and how many branches of each.
    tested: HashMap<TypeId, Vec<(TypeId, usize)>>,
}

/// Which named types hold no other named type: unknown, or known.
struct Flat(Vec<Option<bool>>);

impl Apart {
    pub(super) fn new(reader: &Graph, writer: &Graph) -> Self {
        let flat = |graph: &Graph| Flat(vec![None; graph.types.len()]);
        Self { reader: flat(reader), writer: flat(writer), tested: HashMap::new() }
    }

    /// Everything is looked into.
    #[cfg(test)]
    pub(super) fn nothing(reader: &Graph, writer: &Graph) -> Self {
        let flat = |graph: &Graph| Flat(vec![Some(false); graph.types.len()]);
        Self { reader: flat(reader), writer: flat(writer), tested: HashMap::new() }
    }

    /// Whether the two are named types that cannot read each other, and need no look inside.
    pub(super) fn is_apart(&mut self, graphs: (&Graph, &Graph), pair: (TypeId, TypeId)) -> bool {
        let (reader, writer) = (&graphs.0.get(pair.0).kind, &graphs.1.get(pair.1).kind);
        let (Some(read), Some(written)) = (reader.named(), writer.named()) else { return false };
        let same_kind = std::mem::discriminant(reader) == std::mem::discriminant(writer);
        !(same_kind && read.reads(written))
            && self.reader.is_flat(graphs.0, pair.0)
            && self.writer.is_flat(graphs.1, pair.1)
    }

    /// Remembers that a branch of the writer is about to be tested; the answer goes to [`Self::passed`].
    pub(super) fn test(&mut self, union: TypeId, writer: TypeId) -> usize {
        let tests = self.tested.entry(writer).or_default();
        tests.push((union, 0));
        tests.len() - 1
    }

    /// So many branches of the union were tested.
    pub(super) fn passed(&mut self, writer: TypeId, test: usize, branches: usize) {
        if let Some(known) = self.tested.get_mut(&writer).and_then(|tests| tests.get_mut(test)) {
            known.1 = branches;
        }
    }

    /// Whether a pair that [is apart](Self::is_apart) was met by a test of a union, and what finding out cost.
    pub(super) fn was_tested(&self, reader: &Graph, pair: (TypeId, TypeId)) -> (bool, u64) {
        let mut cost = 0;
        for (union, passed) in self.tested.get(&pair.1).into_iter().flatten() {
            let Kind::Union(branches) = &reader.get(*union).kind else { continue };
            cost += (passed / CHEAPER) as u64;
            if branches[..*passed].contains(&pair.0) {
                return (true, cost);
            }
        }
        (false, cost)
    }
}

impl Flat {
    fn is_flat(&mut self, graph: &Graph, of: TypeId) -> bool {
        let at = of.0 as usize;
        if let Some(known) = self.0[at] {
            return known;
        }
        let found = match &graph.get(of).kind {
            Kind::Record(record) => {
                record.fields.iter().all(|field| field.aliases.is_empty() && is_unnamed(graph, field.of))
            }
            other => other.named().is_some(),
        };
        self.0[at] = Some(found);
        found
    }
}

/// Whether a type has no name and holds none that has. Recursion follows the nesting of the text.
fn is_unnamed(graph: &Graph, of: TypeId) -> bool {
    let kind = &graph.get(of).kind;
    kind.named().is_none() && kind.edges().into_iter().all(|below| is_unnamed(graph, below))
}

#[cfg(test)]
mod tests {
    use super::super::AvroSchema;
    use super::super::compare::{Found, compare_with};
    use super::*;
    use crate::random::Random;
    use crate::{Limits, Source, Strictness};

    /// Records, enums and fixed types of few names in unions, in fields, and inside each other.
    fn schema(random: &mut Random) -> String {
        let mut known: Vec<String> = Vec::new();
        let mut fields = Vec::new();
        for field in 0..=random.below(4) {
            let kind = kind(random, &mut known, 2);
            fields.push(format!(r#"{{"name":"f{field}","type":{kind}}}"#));
        }
        format!(r#"{{"type":"record","name":"R","fields":[{}]}}"#, fields.join(","))
    }

    fn kind(random: &mut Random, known: &mut Vec<String>, depth: usize) -> String {
        let primitive =
            |random: &mut Random| ["\"int\"", "\"long\"", "\"string\""][random.below(3)].to_owned();
        match random.below(if depth == 0 { 2 } else { 6 }) {
            0 => primitive(random),
            1 if !known.is_empty() => format!("\"{}\"", known[random.below(known.len())]),
            1 | 2 => format!(r#"{{"type":"array","items":{}}}"#, primitive(random)),
            3 => named(random, known, depth),
            _ => {
                let mut branches: Vec<String> = Vec::new();
                for _ in 0..=random.below(4) {
                    branches.push(named(random, known, depth));
                }
                format!("[{}]", branches.join(","))
            }
        }
    }

    fn named(random: &mut Random, known: &mut Vec<String>, depth: usize) -> String {
        // Full names differ, simple ones come again.
        let name = format!("s{}.{}", known.len(), ["A", "B", "C", "D"][random.below(4)]);
        let alias = if random.below(5) == 0 { r#","aliases":["s1.B"]"# } else { "" };
        known.push(name.clone());
        match random.below(5) {
            0 => format!(r#"{{"type":"enum","name":"{name}"{alias},"symbols":["X{}"]}}"#, random.below(2)),
            1 => format!(r#"{{"type":"fixed","name":"{name}"{alias},"size":{}}}"#, random.below(2)),
            _ => {
                let mut fields = Vec::new();
                for field in 0..random.below(3) {
                    let default = if random.below(3) == 0 { r#","aliases":["a0"]"# } else { "" };
                    let kind = kind(random, known, depth - 1);
                    fields.push(format!(r#"{{"name":"a{field}","type":{kind}{default}}}"#));
                }
                format!(r#"{{"type":"record","name":"{name}"{alias},"fields":[{}]}}"#, fields.join(","))
            }
        }
    }

    #[test]
    fn what_is_left_out_changes_no_finding() {
        let (mut left_out, mut differing) = (0, 0);
        for seed in 0..4_000 {
            let mut random = Random::new(seed);
            let (reader, writer) = (schema(&mut random), schema(&mut random));
            let parse = |text: &str| {
                AvroSchema::parse(&Source::bare(text), Strictness::Stored, &Limits::default()).expect(text)
            };
            let (one, other) = (parse(&reader), parse(&writer));
            let shown = |apart: Apart| {
                let found = compare_with(&one.graph, &other.graph, &Limits::default(), apart);
                let line = |(one, info): &(Found, String)| {
                    format!(
                        "{:?} {} {info} {:?} {:?}",
                        one.id,
                        found.paths.print(one.location),
                        one.reader,
                        one.writer
                    )
                };
                (found.list.iter().map(line).collect::<Vec<_>>(), found.steps)
            };
            let quick = shown(Apart::new(&one.graph, &other.graph));
            let whole = shown(Apart::nothing(&one.graph, &other.graph));
            assert_eq!(quick.0, whole.0, "{reader}\n{writer}");
            left_out += u64::from(quick.1 < whole.1);
            differing += u64::from(!whole.0.is_empty());
        }
        assert!(left_out > 400 && differing > 1_000, "{left_out} {differing}");
    }
}
