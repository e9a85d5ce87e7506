//! Which schemas apply to which values of a valid payload.
//!
//! A JSON Schema can reach a value in many ways: references of all kinds, branches, patterns, conditions. Only the
//! validator knows them all, so it is asked: schemas get a mark, a keyword that it does not know, and unknown keywords
//! are annotations (2020-12 core, 6.5): they are collected for a value where their schema applies and the value
//! satisfies it, and dropped with the branch that they stand in.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::cost::Cost;
use super::instance::{Instance, Kind};
use super::nodes::{OfInstance, Place};
use super::resources::Resources;
use super::walk::{Relation, address, subschemas};
use super::weight::{Allowance, Weight};
use super::{MAX_ERRORS_OF_ALL, MAX_LISTING_VISITS, build, reader, with_frames};
use crate::violation::{PayloadOptions, ValidatorOptions};
use crate::{Dependency, SchemaError};

/// The keyword of marks. What a text has under this name is removed.
pub(crate) const MARK: &str = "chancery:mark";

/// Nodes that the validator may make of one payload, by the upper bound of `cost`: 100 MB at worst, usually a
/// quarter of that.
const MAX_NODES: u64 = 2_000_000;
/// Bytes of all the places that it may write out.
const MAX_PLACES: u64 = 32 << 20;
/// Frames of a collecting walk are larger than those of a verdict.
const FRAMES: usize = 4;

/// A schema with marks, compiled once.
#[derive(Debug)]
pub(crate) struct Annotator {
    validator: jsonschema::Validator<OfInstance>,
    cost: Cost,
    weight: Weight,
    of_names: BTreeSet<usize>,
    unseen: BTreeSet<usize>,
}

/// A marked schema that applies to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Applied {
    /// Where the value starts in the payload.
    pub offset: usize,
    /// JSON Pointer of the value.
    pub pointer: String,
    /// The mark.
    pub mark: usize,
}

impl Annotator {
    /// Compiles a text with everything it refers to. `mark` gets each document, the root as 0, and whether schemas in
    /// it lose what stands beside `$ref` (drafts up to 7); it returns whether it put marks there. Most texts get none:
    /// nothing is compiled for those, and the answer is `None`.
    ///
    /// # Errors
    /// As [`JsonValidator::compile`](super::JsonValidator::compile).
    pub(crate) fn compile(
        text: &str,
        dependencies: &[Dependency],
        options: ValidatorOptions,
        mark: &mut dyn FnMut(usize, &mut Value, bool) -> bool,
    ) -> Result<Option<Self>, SchemaError> {
        let mut is_marked = false;
        let resources = Resources::read_changed(text, dependencies, &mut |document, root, ignores| {
            is_marked |= mark(document, root, ignores);
        })?;
        if !is_marked {
            return Ok(None);
        }
        let (cost, weight) = (Cost::of(&resources)?, Weight::of(&resources)?);
        let validator = with_frames(cost.schemas, || build(&resources, options, cost.pattern_limit))?;
        let (of_names, unseen) = (of_names(&resources), unseen(&resources));
        Ok(Some(Self { validator, cost, weight, of_names, unseen }))
    }

    /// Marks of schemas that `propertyNames` applies to names: to the validator a name is where its object is, so
    /// nothing can be said about these by place.
    pub(crate) fn of_names(&self) -> &BTreeSet<usize> {
        &self.of_names
    }

    /// Marks of schemas that the validator may apply to more values than [`Self::applied`] tells: those below
    /// `additionalItems`, and below `contains` with a number.
    pub(crate) fn unseen(&self) -> &BTreeSet<usize> {
        &self.unseen
    }

    /// The marked schemas that apply to values of a valid payload, in document order. `None` when the payload is too
    /// large to tell.
    pub(crate) fn applied(&self, payload: &[u8]) -> Option<Vec<Applied>> {
        let instance = reader::read(payload, &PayloadOptions::default())?;
        let shape = instance.shape;
        let listing = self.cost.listing(shape.values, shape.depth);
        let nodes = self.cost.verdict(shape.values);
        let places = self.cost.verdict(1).saturating_mul(length_of_places(&instance));
        if nodes > MAX_NODES || places > MAX_PLACES || listing.visits > MAX_LISTING_VISITS {
            return None;
        }
        // Of a valid payload, too: errors are made of what `if` and `contains` find not to apply.
        let errors = match self.weight.allow(&instance, self.cost.errors, MAX_ERRORS_OF_ALL) {
            Allowance::Errors(errors) => errors,
            Allowance::None => return None,
        };
        let open = self.cost.open(shape.depth).saturating_mul(FRAMES);
        with_frames(open, || self.collected(&instance, errors))
    }

    fn collected(&self, instance: &Instance<'_>, errors: u32) -> Option<Vec<Applied>> {
        let evaluation = self.validator.evaluate(Place::listed(instance, errors));
        if !evaluation.is_valid() || instance.errors_left.get() == 0 {
            return None;
        }
        let mut found = Vec::new();
        for entry in evaluation.iter_annotations() {
            let mark = entry.annotations.value().get(MARK).and_then(Value::as_u64);
            let Some(mark) = mark.and_then(|mark| usize::try_from(mark).ok()) else { continue };
            let pointer = entry.instance_location.as_str();
            let offset = instance.find(pointer)?.offset as usize;
            found.push(Applied { offset, pointer: pointer.to_owned(), mark });
        }
        found.sort_by_key(|applied| applied.offset);
        let mut seen = HashSet::new();
        found.retain(|applied| seen.insert((applied.offset, applied.mark)));
        Some(found)
    }
}

/// Bytes of the places of all values together.
fn length_of_places(instance: &Instance<'_>) -> u64 {
    let mut open = vec![(instance.root(), 0u64)];
    let mut total = 0u64;
    while let Some((value, length)) = open.pop() {
        total = total.saturating_add(length);
        match value.kind {
            Kind::Array(span) => open.extend(instance.items(span).iter().map(|item| (item, length + 8))),
            Kind::Object(span) => {
                let members = instance.members(span).iter();
                open.extend(
                    members.map(|member| (&member.value, length + 1 + instance.name(member).len() as u64)),
                );
            }
            _ => {}
        }
    }
    total
}

/// Marks of the schemas that some `propertyNames` leads to, for the name itself.
fn of_names(resources: &Resources) -> BTreeSet<usize> {
    let same_value = |relation| matches!(relation, Relation::Here | Relation::Branch);
    reached(resources, |members, open| open.extend(members.get("propertyNames")), same_value)
}

/// Marks of the schemas below the keywords from which the validator collects no annotations.
fn unseen(resources: &Resources) -> BTreeSet<usize> {
    let below = |members: &Map<String, Value>| {
        let is_listed = members.get("items").is_some_and(Value::is_array);
        let is_counted = members.contains_key("minContains") || members.contains_key("maxContains");
        [("additionalItems", is_listed), ("contains", is_counted)].into_iter().filter(|(_, is)| *is)
    };
    reached(
        resources,
        |members, open| open.extend(below(members).filter_map(|(keyword, _)| members.get(keyword))),
        |_| true,
    )
}

/// Marks of the schemas that can be reached from some keywords, over these relations and references.
fn reached<'r>(
    resources: &'r Resources,
    start: impl Fn(&'r Map<String, Value>, &mut Vec<&'r Value>),
    follows: impl Fn(Relation) -> bool,
) -> BTreeSet<usize> {
    let mut open: Vec<&Value> = Vec::new();
    for document in resources.documents() {
        let mut values = vec![document];
        while let Some(value) = values.pop() {
            match value {
                Value::Array(items) => values.extend(items),
                Value::Object(members) => {
                    start(members, &mut open);
                    values.extend(members.values());
                }
                _ => {}
            }
        }
    }
    let (mut seen, mut marks) = (HashSet::new(), BTreeSet::new());
    while let Some(schema) = open.pop() {
        let Some(members) = schema.as_object().filter(|_| seen.insert(address(schema))) else { continue };
        let mark = members.get(MARK).and_then(Value::as_u64);
        marks.extend(mark.and_then(|mark| usize::try_from(mark).ok()));
        open.extend(resources.targets(schema));
        subschemas(members, |relation, part| {
            if follows(relation) {
                open.push(part);
            }
        });
    }
    marks
}
