//! Containment: is every document that the writer's schema accepts accepted by the reader's?
//!
//! The reference compares schemas keyword by keyword, and is sometimes wrong in both directions. Here the
//! question itself is asked. A refutation is a document that was tried on both schemas by the payload
//! validator; a proof is the containment check of the `jsonschema` crate on both schemas written as one
//! 2020-12 document (see [`bundle`](super::load::bundle)), after no candidate document refuted it. Neither is
//! ever guessed: everything else is undecided.
//!
//! The crate's module is experimental and without a clock, so schemas over a fixed size are undecided
//! without a try. Formats count where the draft asserts them (4, 6, 7).

mod candidates;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};

use jsonschema::canonical;
use serde_json::Value;

use super::load::bundle::{Bundle, bundle};
use super::{JsonSchema, JsonValidator};
use crate::difference::{Comparison, Difference};
use crate::violation::{Formats, Outcome, PayloadOptions, ValidatorOptions};
use crate::{Limits, Source};

use super::rules;

/// JSON values of one schema with all it refers to; larger ones are not tried.
const MAX_VALUES: usize = 800;
/// Nesting of one schema.
const MAX_DEPTH: usize = 24;
/// Members of unions in one schema, which is what the containment check multiplies.
const MAX_BRANCHES: usize = 60;
/// Ways in which the parts of one schema can be chosen for one value: `allOf` multiplies the members of
/// its unions. Ten `anyOf` of six under one `allOf` keep the containment check busy for a minute.
const MAX_ALTERNATIVES: u64 = 64;
/// Schemas looked at to count them.
const MAX_LOOKS: u32 = 50_000;
/// Characters of a witness that is told.
const MAX_WITNESS: usize = 1_000;

/// Whether the reader accepts all documents of the writer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Containment {
    /// Every document of the writer is valid for the reader.
    Proven,
    /// This document is valid for the writer and not for the reader.
    Refuted {
        /// JSON text of the document.
        witness: String,
    },
    /// Neither could be shown.
    Undecided,
}

/// Asks whether every document valid for the writer is valid for the reader.
///
/// Bounded: schemas over a fixed size are [`Containment::Undecided`]. Costs milliseconds: both schemas are
/// compiled and a few hundred documents are tried.
pub fn contains(reader: &JsonSchema, writer: &JsonSchema) -> Containment {
    if reader.canonical() == writer.canonical() && reader.dependencies() == writer.dependencies() {
        return Containment::Proven;
    }
    let (Some(old), Some(new)) = (bundled(writer), bundled(reader)) else { return Containment::Undecided };
    // What the payload validator refuses to run, for its cost say, is not given to anything else either.
    let options = ValidatorOptions { formats: Formats::DraftDefault };
    let (Ok(writes), Ok(reads)) = (writer.validator(&options), reader.validator(&options)) else {
        return Containment::Undecided;
    };
    let trial = Trial { writes, reads };
    if let Some(witness) = trial.find_witness(&candidates::documents(&old.document, &new.document)) {
        return Containment::Refuted { witness };
    }
    if old.is_partial || new.is_partial || !is_small(&old) || !is_small(&new) {
        return Containment::Undecided;
    }
    // A belt for an experimental module: a defect in it is no verdict, and no reason to fail.
    let asked = catch_unwind(AssertUnwindSafe(|| ask(&old.document, &new.document)));
    match asked.unwrap_or(Asked::Nothing) {
        Asked::Covered => Containment::Proven,
        Asked::Lost(schema) => {
            let witness = trial.find_witness(&candidates::documents(&schema, &new.document));
            witness.map_or(Containment::Undecided, |witness| Containment::Refuted { witness })
        }
        Asked::Nothing => Containment::Undecided,
    }
}

/// A document that is valid for the writer and not for the reader, if one is found.
pub fn witness(reader: &JsonSchema, writer: &JsonSchema) -> Option<String> {
    match contains(reader, writer) {
        Containment::Refuted { witness } => Some(witness),
        Containment::Proven | Containment::Undecided => None,
    }
}

/// Turns a comparison under the reference's rules into one under containment.
///
/// What the reference found stays as it is told and loses its weight; the verdict is the containment. Where
/// that is undecided, the reference's verdict stands and a compatible finding says so.
pub(super) fn judge(reader: &JsonSchema, writer: &JsonSchema, comparison: &mut Comparison) {
    let finding = |rule, info: String, incompatible| Difference {
        rule,
        path: "#/".to_owned(),
        info,
        incompatible,
        reader: None,
        writer: None,
    };
    let answer = contains(reader, writer);
    if answer == Containment::Undecided {
        let undecided = finding(&rules::UNDECIDED_CONTAINMENT, String::new(), false);
        return comparison.differences.push(undecided);
    }
    for difference in &mut comparison.differences {
        difference.incompatible = false;
    }
    if let Containment::Refuted { witness } = answer {
        comparison.differences.push(finding(&rules::DOCUMENT_LOST, witness, true));
    }
}

fn bundled(schema: &JsonSchema) -> Option<Bundle> {
    let text = String::new();
    let source = Source { text: &text, dependencies: schema.dependencies() };
    bundle(&schema.root, &source, schema.draft(), &Limits::default(), MAX_VALUES).ok()
}

/// Depth and union members of a schema.
fn shape(value: &Value, depth: usize, deepest: &mut usize, branches: &mut usize) {
    *deepest = (*deepest).max(depth);
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if let (true, Some(list)) = (["anyOf", "oneOf"].contains(&name.as_str()), member.as_array()) {
                    *branches += list.len();
                }
                shape(member, depth + 1, deepest, branches);
            }
        }
        Value::Array(items) => {
            for item in items {
                shape(item, depth + 1, deepest, branches);
            }
        }
        _ => {}
    }
}

/// Counts in how many ways one value can meet a schema, as far as its keywords for the same value go.
struct Alternatives<'s> {
    root: &'s Value,
    /// Schemas that may still be looked at; without any the count is too high to matter.
    fuel: u32,
}

impl<'s> Alternatives<'s> {
    fn count(&mut self, schema: &'s Value, levels: u32) -> u64 {
        let Some(object) = schema.as_object() else { return 1 };
        if levels == 0 || self.fuel == 0 {
            return MAX_ALTERNATIVES + 1;
        }
        self.fuel -= 1;
        let members = |keyword: &str| object.get(keyword).and_then(Value::as_array).into_iter().flatten();
        let mut product = 1_u64;
        for keyword in ["anyOf", "oneOf"].into_iter().filter(|keyword| object.contains_key(*keyword)) {
            let counts = members(keyword).map(|member| self.count(member, levels - 1));
            product = product.saturating_mul(counts.fold(0, u64::saturating_add).max(1));
        }
        let reference = object.get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|text| self.root.pointer(text.strip_prefix('#')?));
        for member in members("allOf").chain(object.get("not")).chain(target) {
            product = product.saturating_mul(self.count(member, levels - 1));
        }
        for keyword in ["dependentRequired", "dependentSchemas"] {
            let count = object.get(keyword).and_then(Value::as_object).map_or(0, serde_json::Map::len);
            product = product.saturating_mul(1 << count.min(20));
        }
        product.saturating_mul(1 + u64::from(object.contains_key("if")))
    }

    /// Whether no schema below has too many.
    fn are_few(&mut self, value: &'s Value) -> bool {
        match value {
            Value::Object(members) => {
                self.count(value, 12) <= MAX_ALTERNATIVES
                    && members.values().all(|member| self.are_few(member))
            }
            Value::Array(items) => items.iter().all(|item| self.are_few(item)),
            _ => true,
        }
    }
}

fn is_small(bundle: &Bundle) -> bool {
    let (mut deepest, mut branches) = (0, 0);
    shape(&bundle.document, 0, &mut deepest, &mut branches);
    bundle.size <= MAX_VALUES
        && deepest <= MAX_DEPTH
        && branches <= MAX_BRANCHES
        && Alternatives { root: &bundle.document, fuel: MAX_LOOKS }.are_few(&bundle.document)
}

/// What the crate says.
enum Asked {
    Covered,
    /// The documents that are lost, as a schema.
    Lost(Value),
    Nothing,
}

fn ask(old: &Value, new: &Value) -> Asked {
    let canonical = |document: &Value| {
        canonical::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .offline()
            .canonicalize(document)
    };
    let (Ok(old), Ok(new)) = (canonical(old), canonical(new)) else { return Asked::Nothing };
    match new.covers(&old) {
        Ok(canonical::Containment::Yes) => Asked::Covered,
        Ok(_) => old.subtract(&new).map_or(Asked::Nothing, |lost| Asked::Lost(lost.to_json_schema())),
        Err(_) => Asked::Nothing,
    }
}

/// Both schemas, ready to be tried.
struct Trial {
    writes: JsonValidator,
    reads: JsonValidator,
}

impl Trial {
    /// The shortest of the documents that is valid for the writer and not for the reader.
    fn find_witness(&self, documents: &[Value]) -> Option<String> {
        let payload = PayloadOptions::default();
        let mut texts: Vec<String> = documents.iter().map(Value::to_string).collect();
        texts.retain(|text| text.len() <= MAX_WITNESS);
        texts.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        texts.dedup();
        texts.into_iter().find(|text| {
            self.writes.validate(text.as_bytes(), &payload).outcome() == Outcome::Valid
                && self.reads.validate(text.as_bytes(), &payload).outcome() == Outcome::Invalid
        })
    }
}
