//! JSON payloads against a JSON Schema.
//!
//! [`JsonValidator::compile`] turns a canonical text and its references into a validator once;
//! [`JsonValidator::validate`] answers one payload. Wraps the `jsonschema` crate, whose types stay in this
//! folder. Follows the specification of each draft (so `1.0` is an integer from draft 6 on and never in
//! draft 4); `default` is never filled in; nothing is ever fetched.
//!
//! What stands around the crate:
//! - `resources`: the draft is chosen by us, references are map keys, `definitions` answers to `$defs`;
//! - `cost`: how often a schema is walked for one place of a payload. The crate has no fuel, so schemas
//!   and payloads that would multiply are refused before they run;
//! - `weight`: how much its errors can hold, which says how many of them may be made;
//! - `footprint`: how much it holds when compiled, and how much of that its patterns may be;
//! - `dots`: the `.` of patterns as ECMA-262 has it;
//! - `limits`: numbers that doubles round;
//! - `states`: how large the automaton of a pattern is;
//! - `reader`: the payload within limits as an `instance`, a tree over its `texts`; the crate sees it through `nodes`,
//!   with `equality` of its values;
//! - `scan`: limits of depth, number length, digits and count of values, and which of them a payload breaks;
//! - `finding`: the crate's error as a [`Violation`](crate::Violation) without payload values, named after
//!   the `keyword` that stands at its place in the schema;
//! - `annotate`: which schemas apply to which values, for rules that travel with a schema;
//! - `formats`: which `format` names are asserted.
//!
//! Numbers are exact: the crate compares them as decimals (`arbitrary-precision`), and `scan` bounds their
//! length. The feature is global to a build: serde's `flatten` and `untagged` then see a number as a map,
//! so no request body of ours combines them with numbers.

mod annotate;
mod cost;
mod dots;
mod equality;
mod finding;
mod footprint;
mod formats;
mod instance;
mod keyword;
mod limits;
mod nodes;
mod reader;
mod resources;
mod scan;
mod states;
#[cfg(test)]
mod tests;
mod texts;
mod walk;
mod weight;

use crate::conditions::Value;
use crate::violation::{PayloadOptions, Report, ValidatorOptions};
use crate::{Dependency, SchemaError, Violation};

use crate::depth::with_stack;
pub(crate) use annotate::{Annotator, Applied, MARK};
use cost::Cost;
use instance::Instance;
use nodes::{OfInstance, Place};
use weight::{Allowance, Weight};

/// Steps of the backtracking engine for one match of one pattern. Patterns without look-around and
/// back-references run in linear time and never need it.
const BACKTRACK_LIMIT: usize = 100_000;
/// Schema visits spent on the verdict of one payload. A visit takes some ten nanoseconds.
const MAX_VISITS: u64 = 200_000_000;
/// Schema visits spent on listing what is wrong; a visit can cost a finding, about a microsecond.
const MAX_LISTING_VISITS: u64 = 20_000_000;
/// Of these, visits to branches of `anyOf` and `oneOf`: the crate keeps what every branch has against a value, some
/// 500 bytes a visit.
const MAX_KEPT_VISITS: u64 = 250_000;
/// Visits, and those for listing, that take no more than some milliseconds.
const MAX_VISITS_AT_ONCE: u64 = 500_000;
const MAX_LISTING_VISITS_AT_ONCE: u64 = 5_000;
/// Digits of numbers that are longer than doubles can be, written out, times the visits of each.
const MAX_DIGIT_VISITS: u64 = 100_000_000;

/// Errors made while listing, those of branches included; `weight` allows fewer where they are large.
const MAX_ERRORS: u32 = 10_000;
/// The same where a walk that is cut short has no answer.
const MAX_ERRORS_OF_ALL: u32 = 100_000;

/// A compiled payload validator: compile once per schema and keep it. `Send` and `Sync`.
#[derive(Debug)]
pub struct JsonValidator {
    validator: jsonschema::Validator<OfInstance>,
    cost: Cost,
    weight: Weight,
    homes: resources::Homes,
}

impl JsonValidator {
    /// Compiles a schema text with everything it refers to.
    ///
    /// # Errors
    /// [`SchemaError::Unsupported`] when the text was accepted as a schema but nothing can be validated
    /// with it: the draft's meta-schema refuses it, a reference leads nowhere, a pattern is no ECMA-262
    /// regular expression, or the schema multiplies beyond the budget.
    pub fn compile(
        text: &str,
        dependencies: &[Dependency],
        options: &ValidatorOptions,
    ) -> Result<Self, SchemaError> {
        let mut resources = resources::Resources::read(text, dependencies)?;
        let homes = resources.take_homes();
        let (cost, weight) = (Cost::of(&resources)?, Weight::of(&resources)?);
        let validator = with_frames(cost.schemas, || build(&resources, *options, cost.pattern_limit))?;
        Ok(Self { validator, cost, weight, homes })
    }

    /// Bytes that it takes, about.
    pub fn bytes(&self) -> usize {
        self.cost.bytes
    }

    /// Validates one payload. Findings come in document order.
    pub fn validate(&self, payload: &[u8], options: &PayloadOptions) -> Report {
        match reader::read(payload, options) {
            Some(instance) => self.validate_instance(&instance),
            None => unread(payload, options),
        }
    }

    /// The same answer, if it takes no more than some milliseconds beside one pass over the payload: the work is counted
    /// before it is done.
    pub fn validate_at_once(&self, payload: &[u8], options: &PayloadOptions) -> Option<Report> {
        let Some(instance) = reader::read(payload, options) else {
            return Some(unread(payload, options));
        };
        let shape = instance.shape;
        if !self.cost.is_within(MAX_VISITS_AT_ONCE, shape, payload.len()) {
            return None;
        }
        with_frames(self.cost.open(shape.depth), || {
            if self.validator.is_valid(Place::root(&instance)) {
                return Some(Report::default());
            }
            let listing = self.cost.listing(shape.values, shape.depth);
            (listing.visits <= MAX_LISTING_VISITS_AT_ONCE).then(|| self.refused(&instance))
        })
    }

    /// Whether a payload is one JSON text that repeats no member and keeps the schema; `false` also where that cannot be
    /// said at once. For data that nobody has looked into.
    pub fn proves(&self, payload: &[u8], options: &PayloadOptions) -> bool {
        let Some(instance) = reader::read(payload, options).filter(|instance| !instance.repeats) else {
            return false;
        };
        self.cost.is_within(MAX_VISITS_AT_ONCE, instance.shape, payload.len())
            && with_frames(self.cost.open(instance.shape.depth), || {
                self.validator.is_valid(Place::root(&instance))
            })
    }

    /// The value of a payload that was found valid under the same options, for rules that look at it.
    /// `None` when it is not JSON within the limits after all.
    pub fn decode(&self, payload: &[u8], options: &PayloadOptions) -> Option<Value> {
        scan::scan(payload, options).ok()?;
        Some(Value::from_json(&serde_json::from_slice(payload).ok()?))
    }

    fn validate_instance(&self, instance: &Instance<'_>) -> Report {
        let shape = instance.shape;
        if self.cost.verdict(shape.values) > MAX_VISITS {
            return Report::undecided("the payload is too large for a schema that branches this much");
        }
        if self.cost.digits(shape.digits) > MAX_DIGIT_VISITS {
            return Report::undecided("the payload has too many numbers of extreme length or size");
        }
        with_frames(self.cost.open(shape.depth), || {
            if self.validator.is_valid(Place::root(instance)) {
                Report::default()
            } else {
                self.refused(instance)
            }
        })
    }

    /// What is wrong with a payload that is not valid.
    fn refused(&self, instance: &Instance<'_>) -> Report {
        let cost = self.cost.listing(instance.shape.values, instance.shape.depth);
        if cost.visits > MAX_LISTING_VISITS {
            return self.unlisted();
        }
        // A walk that is cut short hides where a match could not be finished.
        let most = if self.cost.backtracks { MAX_ERRORS_OF_ALL } else { MAX_ERRORS };
        match self.weight.allow(instance, self.cost.errors, most) {
            Allowance::None => self.unlisted(),
            Allowance::Errors(errors) if cost.kept <= MAX_KEPT_VISITS => self.listed(instance, errors),
            Allowance::Errors(_) if self.cost.spreads => self.unlisted(),
            Allowance::Errors(errors) => self.first(instance, errors),
        }
    }

    /// The first finding of a payload that is not valid and has too many of them to be kept.
    fn first(&self, instance: &Instance<'_>, errors: u32) -> Report {
        let Err(error) = self.validator.validate(Place::listed(instance, errors)) else {
            return self.unlisted();
        };
        match finding::undecided(&error) {
            Some(reason) => Report::undecided(reason),
            None if nodes::is_late(&error) => self.unlisted(),
            None => Report { truncated: true, ..finding::violation(&error, &self.homes, instance).into() },
        }
    }

    /// All findings of a payload that is not valid.
    fn listed(&self, instance: &Instance<'_>, errors: u32) -> Report {
        let mut report = Report::default();
        let mut found = Vec::new();
        for error in self.validator.iter_errors(Place::listed(instance, errors)) {
            if nodes::is_late(&error) {
                break;
            }
            match finding::undecided(&error) {
                Some(reason) => report.indeterminate = Some(reason),
                None => found.push(finding::violation(&error, &self.homes, instance)),
            }
        }
        let cut_short = instance.errors_left.get() == 0;
        if cut_short && (found.is_empty() || self.cost.backtracks) {
            return self.unlisted();
        }
        finding::sort(&mut found, instance);
        report.truncated = cut_short;
        for finding in found {
            if !report.push(finding) {
                break;
            }
        }
        report
    }

    /// Not valid, and listing why would cost too much.
    fn unlisted(&self) -> Report {
        if self.cost.backtracks {
            return Report::undecided("it would take too much to tell why the payload failed");
        }
        let reason = "the payload does not match the schema; to list where would take too much";
        Violation::data("schema.json.unlisted", "", reason).into()
    }
}

/// Bytes of stack for one schema that is open, with room to spare; less than 1 KiB is used.
const FRAME: usize = 2 << 10;
/// Schemas that may be open on any stack.
const FEW_FRAMES: usize = 128;
/// Largest stack.
const MAX_STACK: usize = 256 << 20;

/// Runs a walk of the crate along so many schemas on a stack that holds them.
fn with_frames<T>(open: usize, walk: impl FnOnce() -> T) -> T {
    if open <= FEW_FRAMES { walk() } else { with_stack(open.saturating_mul(FRAME).min(MAX_STACK), walk) }
}

fn build(
    resources: &resources::Resources,
    options: ValidatorOptions,
    pattern_limit: usize,
) -> Result<jsonschema::Validator<OfInstance>, SchemaError> {
    let mut registry = jsonschema::Registry::new().draft(resources.draft());
    for (uri, document) in resources.referenced() {
        registry = registry.add(uri, document).map_err(|error| unusable(&error.to_string()))?;
    }
    let registry = registry.prepare().map_err(|error| unusable(&error.to_string()))?;
    let patterns = jsonschema::PatternOptions::fancy_regex()
        .backtrack_limit(BACKTRACK_LIMIT)
        .size_limit(pattern_limit)
        .dfa_size_limit(pattern_limit);
    let builder = jsonschema::options_for::<OfInstance>()
        .with_draft(resources.draft())
        .with_base_uri(resources::BASE)
        .with_registry(&registry)
        .with_pattern_options(patterns)
        .offline();
    let builder = formats::apply(builder, resources.draft(), options.formats);
    builder.build(resources.root()).map_err(|error| unusable(&error.to_string()))
}

/// What is wrong with a payload that the reader refuses.
fn unread(payload: &[u8], options: &PayloadOptions) -> Report {
    match scan::scan(payload, options) {
        Err(violation) => (*violation).into(),
        Ok(_) => finding::unreadable(payload),
    }
}

/// The crate's reason, shortened: its text can quote whole schemas.
fn unusable(reason: &str) -> SchemaError {
    const SHOWN: usize = 300;
    let mut shown: String = reason.chars().take(SHOWN).collect();
    if shown.len() < reason.len() {
        shown.push('…');
    }
    SchemaError::Unsupported(shown)
}
