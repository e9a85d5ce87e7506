//! Ways through the records of a model.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashSet, VecDeque};
use std::hash::{Hash, Hasher};

use super::{Demands, Field, Model, Record};
use crate::SchemaType;

/// Records, fields and ways between them that are walked for the widest event.
const MAX_STEPS: usize = 1_000_000;

/// Parts of one value that are looked at; a value with more has been described by a program.
const MAX_PARTS: usize = 1_000;

impl Record {
    /// Records that speak of the same value.
    fn parts(&self) -> impl Iterator<Item = usize> {
        self.with.iter().chain(self.either.iter().flatten()).copied()
    }
}

impl Model {
    /// Gives all records that speak of one value the same `whole`.
    pub(super) fn join_wholes(&mut self) {
        let mut parents: Vec<usize> = (0..self.records.len()).collect();
        for (position, record) in self.records.iter().enumerate() {
            for part in record.parts() {
                let (one, other) = (find(&mut parents, position), find(&mut parents, part));
                parents[one.max(other)] = one.min(other);
            }
        }
        for position in 0..parents.len() {
            self.records[position].whole = find(&mut parents, position);
        }
    }

    /// Records that speak of the same value as these, these first.
    pub(super) fn closure(&self, start: &[usize]) -> Vec<usize> {
        self.reached(start, false, MAX_PARTS)
    }

    /// The first parts of a closure, at most so many.
    pub(super) fn first_parts(&self, start: &[usize], limit: usize) -> Vec<usize> {
        self.reached(start, false, limit)
    }

    /// Records that speak of the same values, and with `inside` of those in lists and maps.
    fn reached(&self, start: &[usize], inside: bool, limit: usize) -> Vec<usize> {
        let mut found: Vec<usize> = start.to_vec();
        let mut seen: HashSet<usize> = start.iter().copied().collect();
        let mut at = 0;
        while at < found.len() && found.len() < limit {
            let record = &self.records[found[at]];
            let values = if inside { record.inside.as_slice() } else { &[] };
            let room = limit - found.len();
            let next =
                record.parts().chain(values.iter().copied()).take(limit).filter(|part| seen.insert(*part));
            found.extend(next.take(room));
            at += 1;
        }
        found
    }

    /// The record that lies deepest in an event, and how many lie around it; of the ways to a record the shortest
    /// counts.
    pub(in crate::lint) fn deepest(&self) -> Option<(&Record, usize)> {
        let depths = self.nearest(self.roots.iter().map(|root| (*root, 0)), |depth, _| depth + 1);
        let reached = self.records.iter().zip(depths).filter(|(record, _)| record.is_object);
        let reached = reached.filter_map(|(record, depth)| Some((record, depth?)));
        // The first of the deepest.
        reached.fold(None, |best: Option<(&Record, usize)>, one| match best {
            Some(best) if best.1 >= one.1 => Some(best),
            _ => Some(one),
        })
    }

    /// Whether one event can have more members than that: of branches the widest one counts, and a name in several parts
    /// of one value once. Roots share what they lead to; no more of it is walked than [`MAX_STEPS`].
    pub(in crate::lint) fn is_wider_than(&self, most: usize) -> bool {
        let mut steps = MAX_STEPS;
        self.roots.iter().any(|root| self.has_more_below(*root, most, &mut steps))
    }

    fn has_more_below(&self, root: usize, most: usize, steps: &mut usize) -> bool {
        let mut seen = HashSet::from([root]);
        let mut names: HashSet<(usize, &str)> = HashSet::new();
        let mut open = vec![root];
        while let Some(position) = open.pop() {
            let record = &self.records[position];
            for field in &record.fields {
                names.insert((record.whole, field.name.as_str()));
                if names.len() > most {
                    return true;
                }
            }
            let edges =
                record.with.len() + record.inside.len() + record.either.iter().map(Vec::len).sum::<usize>();
            let Some(left) = steps.checked_sub(1 + record.fields.len() + edges) else { return false };
            *steps = left;
            let leads = record.fields.iter().flat_map(|field| &field.leads);
            let all = record.with.iter().chain(&record.inside).chain(leads).copied();
            let widest = record.either.iter().filter_map(|branches| {
                branches.iter().copied().max_by_key(|branch| self.own_members(*branch))
            });
            open.extend(all.chain(widest).filter(|next| seen.insert(*next)));
        }
        false
    }

    /// Members of a record and of what it is combined with directly.
    fn own_members(&self, position: usize) -> usize {
        let record = &self.records[position];
        let with: usize = record.with.iter().map(|part| self.records[*part].fields.len()).sum();
        record.fields.len() + with
    }

    /// For each record the way of member names that leads to it from an event, as a number. It stays the same when a
    /// record gets another name or place. None: nothing leads there.
    pub(in crate::lint) fn ways(&self) -> Vec<Option<u64>> {
        let starts = self.roots.iter().enumerate().map(|(position, root)| {
            // The first one may get another name, and others beside it.
            let name = if position == 0 { "" } else { self.records[*root].pointer.as_str() };
            (*root, step(0, name))
        });
        self.nearest(starts, |way, field| step(way, &field.name))
    }

    /// What is known of each record by the way of fewest fields that leads to it: begun with what the starts have, and
    /// carried on by `below` from a record to what a field of it leads to. None: nothing leads there.
    fn nearest<T: Copy>(
        &self,
        starts: impl Iterator<Item = (usize, T)>,
        below: impl Fn(T, &Field) -> T,
    ) -> Vec<Option<T>> {
        let mut known: Vec<Option<T>> = vec![None; self.records.len()];
        let mut open: VecDeque<(usize, T)> = starts.collect();
        while let Some((position, what)) = open.pop_front() {
            if known[position].is_some() {
                continue;
            }
            known[position] = Some(what);
            let record = &self.records[position];
            for same in record.parts().chain(record.inside.iter().copied()) {
                open.push_front((same, what));
            }
            for field in &record.fields {
                let next = below(what, field);
                open.extend(field.leads.iter().map(|lead| (*lead, next)));
            }
        }
        known
    }

    /// Fields that readers of this schema have to find, or to know.
    pub(in crate::lint) fn demands(&self) -> Demands {
        let is_avro = self.format == SchemaType::Avro;
        let mut demands = Demands::new();
        for (record, way) in self.records.iter().zip(self.ways()) {
            let Some(way) = way else { continue };
            // In Avro all that writers have written is there, whether or not readers had a default for it.
            let fields = record.fields.iter().filter(|field| is_avro || field.required);
            let names = fields.map(|field| &field.name).chain(&record.demands);
            demands.extend(names.map(|name| step(way, name)));
        }
        demands
    }

    /// Whether the schema silences a rule at a member of the data that it describes, given by its JSON Pointer:
    /// there, at something around it, or for all. Positions in lists, keys of maps and names of branches are stepped
    /// over.
    pub(in crate::lint) fn silences(&self, id: &str, pointer: &str) -> bool {
        if self.ignores.is_empty() {
            return false;
        }
        let silent = |place: &str| self.ignores.holds(id, place);
        let mut here = self.reached(&self.roots, true, MAX_PARTS);
        let roots = self.closure(&self.roots);
        if silent("")
            || self.roots.len() == 1 && roots.iter().any(|root| silent(&self.records[*root].pointer))
        {
            return true;
        }
        for token in pointer.split('/').skip(1) {
            let name = token.replace("~1", "/").replace("~0", "~");
            let fields = here.iter().flat_map(|position| &self.records[*position].fields);
            let fields: Vec<_> = fields
                .filter(|field| field.name == name || field.json_name.as_ref() == Some(&name))
                .collect();
            if fields.iter().any(|field| silent(&field.pointer)) {
                return true;
            }
            let is_listed = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
            if !fields.is_empty() {
                let leads: Vec<usize> = fields.iter().flat_map(|field| field.leads.iter().copied()).collect();
                here = self.reached(&leads, true, MAX_PARTS);
            } else if self.format == SchemaType::Json
                && !is_listed
                && !here.iter().any(|position| self.records[*position].open)
            {
                return false;
            }
        }
        false
    }
}

/// One name further on a way.
pub(in crate::lint) fn step(way: u64, name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (way, name).hash(&mut hasher);
    hasher.finish()
}

/// The representative of a set, with the way to it made shorter.
fn find(parents: &mut [usize], mut position: usize) -> usize {
    while parents[position] != position {
        parents[position] = parents[parents[position]];
        position = parents[position];
    }
    position
}
