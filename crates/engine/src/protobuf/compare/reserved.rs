//! Reserved numbers and names of a message or enum.

use std::collections::HashSet;

use super::{At, Comparer};
use crate::protobuf::ast::{Range, Reserved, ReservedValue};
use crate::protobuf::rules;

/// All `reserved` statements of one body as a set.
pub(super) struct ReservedSet<'a> {
    /// Ascending, merged, none touching another.
    ranges: Vec<Range>,
    names: HashSet<&'a str>,
}

impl<'a> ReservedSet<'a> {
    pub(super) fn of(statements: &'a [Reserved]) -> Self {
        let (mut given, mut names) = (Vec::new(), HashSet::new());
        for value in statements.iter().flat_map(|statement| &statement.values) {
            match value {
                ReservedValue::Range(range) => given.push(*range),
                ReservedValue::Name(name) => {
                    names.insert(name.as_str());
                }
            }
        }
        given.sort_by_key(|range| range.start);
        let mut ranges: Vec<Range> = Vec::new();
        for range in given {
            match ranges.last_mut() {
                Some(last) if range.start <= last.last().saturating_add(1) => {
                    last.end = Some(last.last().max(range.last()));
                }
                _ => ranges.push(range),
            }
        }
        Self { ranges, names }
    }

    pub(super) fn contains(&self, number: i32) -> bool {
        self.covers(Range { start: number, end: None })
    }

    fn covers(&self, range: Range) -> bool {
        let behind = self.ranges.partition_point(|known| known.start <= range.start);
        behind > 0 && self.ranges[behind - 1].last() >= range.last()
    }
}

impl Comparer<'_> {
    /// Reports the first number or name that the writer reserves and the reader does not.
    pub(super) fn reserved(&mut self, writer: &[Reserved], reader: &[Reserved], old: &At, new: &At) {
        if writer.is_empty() {
            return;
        }
        let kept = ReservedSet::of(reader);
        let lost = writer.iter().flat_map(|statement| &statement.values).find_map(|value| match value {
            ReservedValue::Range(range) if !kept.covers(*range) => Some(range.start.to_string()),
            ReservedValue::Name(name) if !kept.names.contains(name.as_str()) => Some(name.clone()),
            _ => None,
        });
        if let Some(lost) = lost {
            self.report(&rules::RESERVED_REMOVED, lost, Some(new.clone()), Some(old.clone()));
        }
    }
}
