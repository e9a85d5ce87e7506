//! Strings, numbers and enumerations.

use std::collections::HashSet;

use super::super::node::{NumberPart, StringPart};
use super::super::number::{Divisibility, as_double, divisibility};
use super::super::rules::{self, LimitRules};
use super::found::Builder;
use super::{Comparer, Pair};

impl Comparer<'_> {
    pub(super) fn strings(&self, pair: Pair, old: &StringPart, new: &StringPart, out: &mut Builder) {
        self.limit(pair, &rules::MAX_LENGTH, old.max_length.as_ref(), new.max_length.as_ref(), out);
        self.limit(pair, &rules::MIN_LENGTH, old.min_length.as_ref(), new.min_length.as_ref(), out);
        let (rule, info) = match (&old.pattern, &new.pattern) {
            (None, Some(new)) => (&rules::PATTERN_ADDED, format!("`{new}`")),
            (Some(old), None) => (&rules::PATTERN_REMOVED, format!("`{old}`")),
            (Some(old), Some(new)) if old != new => (&rules::PATTERN_CHANGED, format!("`{old}` to `{new}`")),
            _ => return,
        };
        self.leaf(out, pair, rule, "pattern", info);
    }

    pub(super) fn numbers(&self, pair: Pair, old: &NumberPart, new: &NumberPart, out: &mut Builder) {
        self.limit(pair, &rules::MAXIMUM, old.maximum.as_ref(), new.maximum.as_ref(), out);
        self.limit(pair, &rules::MINIMUM, old.minimum.as_ref(), new.minimum.as_ref(), out);
        let (from, to) = (old.exclusive_maximum.as_ref(), new.exclusive_maximum.as_ref());
        self.limit(pair, &rules::EXCLUSIVE_MAXIMUM, from, to, out);
        let (from, to) = (old.exclusive_minimum.as_ref(), new.exclusive_minimum.as_ref());
        self.limit(pair, &rules::EXCLUSIVE_MINIMUM, from, to, out);
        self.multiple_of(pair, old.multiple_of.as_ref(), new.multiple_of.as_ref(), out);
        if old.integer && !new.integer {
            self.leaf(out, pair, &rules::TYPE_EXTENDED, "", String::new());
        } else if !old.integer && new.integer {
            self.leaf(out, pair, &rules::TYPE_NARROWED, "", String::new());
        }
    }

    /// Limits compare as doubles; equal doubles are no difference.
    pub(super) fn limit(
        &self,
        pair: Pair,
        family: &'static LimitRules,
        old: Option<&String>,
        new: Option<&String>,
        out: &mut Builder,
    ) {
        let (rule, info) = match (old, new) {
            (None, Some(new)) => (&family.added, new.clone()),
            (Some(old), None) => (&family.removed, old.clone()),
            (Some(old), Some(new)) => {
                let rule = match as_double(old).partial_cmp(&as_double(new)) {
                    Some(std::cmp::Ordering::Less) => &family.increased,
                    Some(std::cmp::Ordering::Greater) => &family.decreased,
                    _ => return,
                };
                (rule, format!("{old} to {new}"))
            }
            (None, None) => return,
        };
        self.leaf(out, pair, rule, family.keyword, info);
    }

    fn multiple_of(&self, pair: Pair, old: Option<&String>, new: Option<&String>, out: &mut Builder) {
        let (rule, info) = match (old, new) {
            (None, Some(new)) => (&rules::MULTIPLE_OF_ADDED, new.clone()),
            (Some(old), None) => (&rules::MULTIPLE_OF_REMOVED, old.clone()),
            (Some(old), Some(new)) => {
                let rule = match divisibility(old, new) {
                    Divisibility::Equal => return,
                    Divisibility::NewIsMultiple => &rules::MULTIPLE_OF_EXPANDED,
                    Divisibility::OldIsMultiple => &rules::MULTIPLE_OF_REDUCED,
                    Divisibility::Unrelated => &rules::MULTIPLE_OF_CHANGED,
                };
                (rule, format!("{old} to {new}"))
            }
            (None, None) => return,
        };
        self.leaf(out, pair, rule, "multipleOf", info);
    }

    pub(super) fn enums(&mut self, pair: Pair, old: &[String], new: &[String], out: &mut Builder) {
        if !self.charge((old.len() + new.len()) / 8, pair) {
            return;
        }
        let old: HashSet<&String> = old.iter().collect();
        let new: HashSet<&String> = new.iter().collect();
        if old == new {
            return;
        }
        let rule = if new.is_superset(&old) {
            &rules::ENUM_ARRAY_EXTENDED
        } else if new.is_subset(&old) {
            &rules::ENUM_ARRAY_NARROWED
        } else {
            &rules::ENUM_ARRAY_CHANGED
        };
        let mut lost: Vec<&str> = old.difference(&new).map(|value| value.as_str()).collect();
        lost.sort_unstable();
        lost.truncate(5);
        self.leaf(out, pair, rule, "enum", lost.join(", "));
    }
}
