//! What a compiled schema takes in memory, counted over the schemas that are reached.
//!
//! Text bounds the tree of keywords, at a rate that was measured. It does not bound patterns: twenty characters compile
//! into a megabyte. So all patterns of a schema share one allowance, and what they may take is counted apart. Figures
//! are upper bounds of what was measured on usual and on dense schemas, within a factor of two or three.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::unusable;
use crate::SchemaError;

/// Bytes of a schema, of a keyword in it, and of a value that a keyword holds.
const SCHEMA: usize = 768;
const KEYWORD: usize = 512;
const VALUE: usize = 192;

/// Different patterns of one schema.
const MAX_PATTERNS: usize = 10_000;
/// Bytes of one compiled pattern.
const PATTERN_SIZE_LIMIT: usize = 1 << 20;
/// Bytes of all compiled patterns of a schema.
const PATTERNS_SIZE_LIMIT: usize = 64 << 20;

/// Bytes of any pattern: its automata, and what is kept to run them.
const PATTERN: usize = 16 << 10;
/// Bytes of a character of a pattern, of a class of most characters (`.`, `[^a]`), of a class by Unicode property.
const CHARACTER: usize = 32;
const WIDE_CLASS: usize = 2 << 10;
const PROPERTY_CLASS: usize = 88 << 10;

/// Counts while a schema is walked.
#[derive(Debug, Default)]
pub(super) struct Footprint<'s> {
    bytes: usize,
    patterns: HashSet<&'s str>,
}

impl<'s> Footprint<'s> {
    /// Adds a schema without the schemas inside it.
    pub(super) fn add(&mut self, schema: &'s Value) {
        self.bytes += SCHEMA;
        let Some(members) = schema.as_object() else { return };
        for (keyword, value) in members {
            self.bytes += KEYWORD;
            match (keyword.as_str(), value) {
                ("pattern", Value::String(pattern)) => _ = self.patterns.insert(pattern),
                ("patternProperties", Value::Object(schemas)) => {
                    self.patterns.extend(schemas.keys().map(String::as_str));
                }
                ("properties" | "dependentSchemas" | "$defs" | "definitions", Value::Object(schemas)) => {
                    self.bytes += names(schemas);
                }
                ("enum" | "const" | "required" | "dependentRequired" | "dependencies", held) => {
                    self.bytes += held_bytes(held);
                }
                (_, Value::String(text)) => self.bytes += text.len(),
                _ => {}
            }
        }
    }

    /// Bytes of all, about.
    pub(super) fn bytes(&self) -> usize {
        let limit = 2 * self.pattern_limit();
        let of_patterns = self.patterns.iter().map(|pattern| PATTERN + pattern_bytes(pattern).min(limit));
        self.bytes + of_patterns.sum::<usize>()
    }

    /// What each pattern may take.
    ///
    /// # Errors
    /// [`SchemaError::Unsupported`] when there are too many.
    pub(super) fn allow_patterns(&self) -> Result<usize, SchemaError> {
        if self.patterns.len() > MAX_PATTERNS {
            return Err(unusable("it has too many patterns"));
        }
        Ok(self.pattern_limit())
    }

    fn pattern_limit(&self) -> usize {
        PATTERN_SIZE_LIMIT.min(PATTERNS_SIZE_LIMIT / self.patterns.len().max(1))
    }
}

/// Names are kept twice: to be found, and to be shown.
fn names(schemas: &Map<String, Value>) -> usize {
    schemas.keys().map(|name| 2 * name.len()).sum()
}

/// As deep as the schema was parsed.
fn held_bytes(value: &Value) -> usize {
    let inside = match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(held_bytes).sum(),
        Value::Object(members) => members.iter().map(|(name, value)| name.len() + held_bytes(value)).sum(),
        _ => 0,
    };
    VALUE + inside
}

/// What a pattern would take if nothing limited it.
fn pattern_bytes(pattern: &str) -> usize {
    let count = |marks: &[&str]| marks.iter().map(|mark| pattern.matches(mark).count()).sum::<usize>();
    let once = pattern.len() * CHARACTER
        + count(&[".", "[^", "\\D", "\\S", "\\W"]) * WIDE_CLASS
        + count(&["\\p", "\\P"]) * PROPERTY_CLASS;
    // Repetitions inside repetitions multiply; side by side they only seem to.
    let largest =
        |counts: &str| counts.split(',').filter_map(|count| count.trim().parse::<usize>().ok()).max();
    let counts = pattern.split('{').skip(1).filter_map(|rest| largest(rest.split_once('}')?.0));
    counts.fold(once, |bytes, count| bytes.saturating_mul(count.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_weigh_at_least_what_was_measured() {
        // Kilobytes after some use.
        for (pattern, measured) in [
            ("^x1$", 1),
            ("^[a-z]+1$", 8),
            (r"^\d{4}-\d{2}-\d{2}T1$", 11),
            (r"\p{L}1", 89),
            (r"\p{L}{4}1", 316),
            (r"\p{L}{16}1", 1225),
            (".{100}1", 151),
            ("[^a]{100}1", 111),
            ("[a-z]{1000}1", 56),
            ("^[a-z]{1,1000}1$", 182),
            ("[a-z]{1,3000}1", 489),
            ("(?:a|b|c|d){50}1", 37),
        ] {
            let schema = serde_json::json!({ "pattern": pattern });
            let mut footprint = Footprint::default();
            footprint.add(&schema);
            let bytes = footprint.bytes();
            assert!(bytes >= measured * 900, "{pattern}: {bytes}");
            assert!(bytes <= measured.max(16) * 12_000, "{pattern}: {bytes}");
        }
    }

    #[test]
    fn all_patterns_together_share_one_allowance() {
        let schemas: Vec<_> = (0..=MAX_PATTERNS)
            .map(|n| serde_json::json!({ "pattern": format!(r"\p{{L}}{{16}}{n}") }))
            .collect();
        let mut footprint = Footprint::default();
        for schema in &schemas[..MAX_PATTERNS] {
            footprint.add(schema);
        }
        let limit = footprint.allow_patterns().expect("as many as there may be");
        assert!(limit * MAX_PATTERNS <= PATTERNS_SIZE_LIMIT);
        assert!(footprint.bytes() < 6 * PATTERNS_SIZE_LIMIT);
        footprint.add(&schemas[0]);
        assert!(footprint.allow_patterns().is_ok(), "equal ones are compiled once");
        footprint.add(&schemas[MAX_PATTERNS]);
        assert!(footprint.allow_patterns().is_err());
    }
}
