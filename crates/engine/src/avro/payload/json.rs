//! JSON payloads against an Avro schema.
//!
//! Two forms. *Avro JSON* ("JSON Encoding" of the Avro 1.12 specification): a union value is `null` or an
//! object with one member named after the branch, every field is present, other members are refused (as
//! Java's decoder does). *Plain JSON*: a field with a default may be absent, and a member that is no field is a warning,
//! because encoding would drop it. A union value is read by the first branch that fits with all its members, if there
//! is one, else by the first that fits without some; but one that names a branch as Avro JSON does means no other.
//! In both, bytes and fixed are strings of the characters U+0000 to U+00FF, and `"NaN"`, `"Infinity"` and
//! `"-Infinity"` are numbers of float and double.

use serde_json::Value;

use super::MAX_DEPTH;
use super::trace::limit;
use crate::avro::model::{Graph, Kind, Record, TypeId};
use crate::avro::names::Primitive;
use crate::tree::pointer_token;
use crate::violation::{PayloadOptions, Report, Severity, Violation};

/// How the JSON spells unions and defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Avro,
    Plain,
}

/// Validates a JSON text.
pub(super) fn validate(graph: &Graph, payload: &[u8], form: Form, options: &PayloadOptions) -> Report {
    let mut report = Report::default();
    let value: Value = match serde_json::from_slice(payload) {
        Ok(value) => value,
        Err(error) if error.to_string().starts_with("recursion limit") => {
            report.push(limit("", "128 levels of nesting"));
            return report;
        }
        Err(error) => {
            let message = format!("not a JSON text: {error}");
            report.push(Violation::data("schema.avro.syntax", "", message));
            return report;
        }
    };
    let budget = super::budget(payload, options);
    let mut check = Check {
        graph,
        form,
        report,
        pointer: String::new(),
        trial: None,
        limit: None,
        steps_left: budget,
        depth_left: options.max_depth.min(MAX_DEPTH),
    };
    let _ = check.value(graph.root, &value);
    if let Some(reached) = check.limit {
        let what = match reached {
            Reached::Steps => format!("{budget} steps of work"),
            Reached::Depth => format!("{} levels of nesting", options.max_depth),
        };
        check.report.push(limit(check.pointer, &what));
    }
    check.report
}

/// Which branch of a union takes a value of plain JSON, as [`validate`] answers it.
pub(super) struct Trial<'a>(Check<'a>);

impl<'a> Trial<'a> {
    /// So many steps over values, fields and branches for all questions together.
    pub(super) fn new(graph: &'a Graph, budget: u64) -> Self {
        Self(Check {
            graph,
            form: Form::Plain,
            report: Report::default(),
            pointer: String::new(),
            trial: None,
            limit: None,
            steps_left: budget,
            depth_left: 0,
        })
    }

    /// The branch that takes a value of at most so many levels; none when none does, or a limit is reached.
    pub(super) fn find_branch(&mut self, branches: &[TypeId], value: &Value, depth: usize) -> Option<usize> {
        self.0.depth_left = depth;
        Some(self.0.find_branch(branches, value).ok()??.0)
    }
}

/// How a value of plain JSON fits a type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// With all its members.
    Whole,
    /// Without members that no record knows.
    InPart,
}

/// A limit of the validator.
#[derive(Clone, Copy)]
enum Reached {
    Steps,
    Depth,
}

/// Ends the check: a limit, or no room for more findings, or (in a trial) the first fault.
struct Stop;

struct Check<'a> {
    graph: &'a Graph,
    form: Form,
    report: Report,
    pointer: String,
    /// While a union branch is tried for a fit, a fault means only that it has none.
    trial: Option<Fit>,
    limit: Option<Reached>,
    /// Pays for values, fields and branches that are looked at.
    steps_left: u64,
    depth_left: usize,
}

impl Check<'_> {
    fn stop(&mut self, reached: Reached) -> Result<(), Stop> {
        self.limit = Some(reached);
        Err(Stop)
    }

    fn pay(&mut self, steps: usize) -> Result<(), Stop> {
        match self.steps_left.checked_sub(steps as u64) {
            Some(left) => self.steps_left = left,
            None => return self.stop(Reached::Steps),
        }
        Ok(())
    }

    fn fault(&mut self, rule: &str, message: impl Into<String>, expected: &str) -> Result<(), Stop> {
        if self.trial.is_some() {
            return Err(Stop);
        }
        let Self { report, pointer, .. } = self;
        let finding =
            || Violation::data(format!("schema.avro.{rule}"), &**pointer, message).expecting(expected);
        if report.push_with(Severity::Error, finding) { Ok(()) } else { Err(Stop) }
    }

    fn mismatch(&mut self, expected: &str, found: &Value) -> Result<(), Stop> {
        self.fault("type", format!("expected {expected}, found {}", word(found)), expected)
    }

    fn value(&mut self, of: TypeId, value: &Value) -> Result<(), Stop> {
        self.pay(1)?;
        let graph = self.graph;
        match (&graph.get(of).kind, value) {
            (Kind::Primitive(primitive), _) => self.primitive(*primitive, value),
            (Kind::Enum(known), Value::String(text)) => {
                if known.contains(text) {
                    return Ok(());
                }
                self.fault("enum", "no symbol of the enum", &shortened(&known.symbols.join(", ")))
            }
            (Kind::Fixed(fixed), Value::String(text)) => match byte_length(text) {
                None => self.fault("type", "a character above U+00FF is no byte", "characters up to U+00FF"),
                Some(size) if size == fixed.size as usize => Ok(()),
                Some(size) => {
                    let expected = format!("{} bytes", fixed.size);
                    self.fault("fixed-size", format!("expected {expected}, found {size}"), &expected)
                }
            },
            (Kind::Array(of), Value::Array(items)) => self.nested(|check| {
                items.iter().enumerate().try_for_each(|(at, item)| check.below(&at.to_string(), *of, item))
            }),
            (Kind::Map(of), Value::Object(members)) => {
                self.nested(|check| members.iter().try_for_each(|(key, item)| check.below(key, *of, item)))
            }
            (Kind::Record(record), Value::Object(members)) => {
                self.nested(|check| check.record(record, members))
            }
            (Kind::Union(branches), _) => match self.form {
                Form::Avro => self.named_branch(branches, value),
                Form::Plain => self.fitting_branch(branches, value),
            },
            (Kind::Enum(_) | Kind::Fixed(_), _) => self.mismatch("a string", value),
            (Kind::Array(_), _) => self.mismatch("an array", value),
            (Kind::Map(_) | Kind::Record(_), _) => self.mismatch("an object", value),
            (Kind::Pending(_), _) => Ok(()),
        }
    }

    fn nested(&mut self, inside: impl FnOnce(&mut Self) -> Result<(), Stop>) -> Result<(), Stop> {
        match self.depth_left.checked_sub(1) {
            Some(left) => self.depth_left = left,
            None => return self.stop(Reached::Depth),
        }
        inside(self)?;
        self.depth_left += 1;
        Ok(())
    }

    fn below(&mut self, token: &str, of: TypeId, value: &Value) -> Result<(), Stop> {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&pointer_token(token));
        self.value(of, value)?;
        self.pointer.truncate(length);
        Ok(())
    }

    fn record(&mut self, record: &Record, members: &serde_json::Map<String, Value>) -> Result<(), Stop> {
        self.pay(record.fields.len())?;
        let mut known = 0;
        for field in &record.fields {
            match members.get(&field.name) {
                Some(member) => {
                    known += 1;
                    self.below(&field.name, field.of, member)?;
                }
                None if self.form == Form::Plain && field.default.is_some() => {}
                None => {
                    let message = format!("field `{}` is missing", field.name);
                    self.fault("missing-field", message, &field.name)?;
                }
            }
        }
        if known == members.len() {
            return Ok(());
        }
        for name in members.keys().filter(|name| record.find_field(name).is_none()) {
            self.unknown_member(name)?;
        }
        Ok(())
    }

    /// A warning in plain JSON, which never ends the check: an error may follow.
    fn unknown_member(&mut self, name: &str) -> Result<(), Stop> {
        let severity = if self.form == Form::Plain { Severity::Warning } else { Severity::Error };
        match self.trial {
            Some(Fit::Whole) => return Err(Stop),
            Some(Fit::InPart) => return Ok(()),
            None => {}
        }
        let Self { report, pointer, .. } = self;
        let has_room = report.push_with(severity, || {
            let pointer = format!("{pointer}/{}", pointer_token(name));
            let finding =
                Violation::data("schema.avro.unknown-field", pointer, "the record has no such field");
            Violation { severity, ..finding }
        });
        if has_room || severity == Severity::Warning { Ok(()) } else { Err(Stop) }
    }

    fn primitive(&mut self, primitive: Primitive, value: &Value) -> Result<(), Stop> {
        let (fits, expected) = match primitive {
            Primitive::Null => (value.is_null(), "null"),
            Primitive::Boolean => (value.is_boolean(), "a boolean"),
            Primitive::Int => {
                (value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()), "a 32-bit integer")
            }
            Primitive::Long => (value.as_i64().is_some(), "a 64-bit integer"),
            Primitive::Float | Primitive::Double => (is_float(value), "a number"),
            Primitive::String => (value.is_string(), "a string"),
            Primitive::Bytes => (
                value.as_str().is_some_and(|text| byte_length(text).is_some()),
                "a string of characters up to U+00FF",
            ),
        };
        if fits { Ok(()) } else { self.mismatch(expected, value) }
    }

    /// Avro JSON: `null`, or one member named after the branch.
    fn named_branch(&mut self, branches: &[TypeId], value: &Value) -> Result<(), Stop> {
        self.pay(branches.len())?;
        let graph = self.graph;
        let find =
            |wanted: &str| branches.iter().find(|branch| graph.get(**branch).kind.branch_name() == wanted);
        let (name, inner) = match value {
            Value::Null => ("null", value),
            Value::Object(members) if members.len() == 1 => match members.iter().next() {
                Some((name, inner)) if name != "null" => (name.as_str(), inner),
                _ => ("", value),
            },
            _ => ("", value),
        };
        match find(name) {
            Some(branch) => self.value(*branch, inner),
            None => {
                let expected = self.branch_words(branches);
                self.fault("type", "no branch of the union is named here", &expected)
            }
        }
    }

    /// Plain JSON: the branch that fits; if none does, the findings of the only branch it can mean.
    fn fitting_branch(&mut self, branches: &[TypeId], value: &Value) -> Result<(), Stop> {
        if let Some(fit) = self.trial {
            return if self.find_fitting(branches, value, fit)?.is_some() { Ok(()) } else { Err(Stop) };
        }
        match self.find_branch(branches, value)? {
            Some((_, Fit::Whole)) => return Ok(()),
            // Once more for its warnings.
            Some((at, Fit::InPart)) => return self.value(branches[at], value),
            None => {}
        }
        let is_null =
            |branch: &TypeId| matches!(self.graph.get(*branch).kind, Kind::Primitive(Primitive::Null));
        let mut meant = branches.iter().filter(|branch| !is_null(branch));
        match (meant.next(), meant.next()) {
            (Some(only), None) if !value.is_null() && !self.names_branch(branches, value) => {
                self.value(*only, value)
            }
            _ => {
                let expected = self.branch_words(branches);
                let message = format!("{} fits no branch of the union", word(value));
                self.fault("type", message, &expected)
            }
        }
    }

    /// The branch of plain JSON: of those that take all of the value the first, or else of those that take some of it.
    fn find_branch(&mut self, branches: &[TypeId], value: &Value) -> Result<Option<(usize, Fit)>, Stop> {
        for fit in [Fit::Whole, Fit::InPart] {
            if let Some(at) = self.find_fitting(branches, value, fit)? {
                return Ok(Some((at, fit)));
            }
        }
        Ok(None)
    }

    /// The first branch that a value fits so; `Err` only when a limit is reached.
    fn find_fitting(&mut self, branches: &[TypeId], value: &Value, fit: Fit) -> Result<Option<usize>, Stop> {
        // What names a branch is that or nothing.
        let fit = if self.names_branch(branches, value) { Fit::Whole } else { fit };
        for (at, branch) in branches.iter().enumerate() {
            if self.fits(*branch, value, fit)? {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    /// Whether a value names one of the branches, as in Avro JSON.
    fn names_branch(&self, branches: &[TypeId], value: &Value) -> bool {
        let members = value.as_object().filter(|members| members.len() == 1);
        let name = members.and_then(|members| members.keys().next());
        name.is_some_and(|name| {
            branches.iter().any(|branch| self.graph.get(*branch).kind.branch_name() == *name)
        })
    }

    /// Whether a branch takes the value; `Err` only when a limit is reached.
    fn fits(&mut self, branch: TypeId, value: &Value, fit: Fit) -> Result<bool, Stop> {
        let (outer, depth, length) = (self.trial, self.depth_left, self.pointer.len());
        self.trial = Some(fit);
        let fits = self.value(branch, value).is_ok();
        if self.limit.is_some() {
            return Err(Stop);
        }
        self.trial = outer;
        self.depth_left = depth;
        self.pointer.truncate(length);
        Ok(fits)
    }

    fn branch_words(&self, branches: &[TypeId]) -> String {
        let words: Vec<&str> =
            branches.iter().map(|branch| self.graph.get(*branch).kind.branch_name()).collect();
        shortened(&format!("one of {}", words.join(", ")))
    }
}

/// A number that a double can hold, or one of the three words.
fn is_float(value: &Value) -> bool {
    value.as_f64().is_some_and(f64::is_finite)
        || matches!(value.as_str(), Some("NaN" | "Infinity" | "-Infinity"))
}

/// The bytes that a text stands for; `None` when a character is no byte.
fn byte_length(text: &str) -> Option<usize> {
    text.chars().try_fold(0, |length, character| (character <= '\u{ff}').then_some(length + 1))
}

fn word(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_i64() || number.is_u64() => "an integer",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Expectations are for people; a thousand symbols are not.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(200) {
        Some((cut, _)) => format!("{}...", &text[..cut]),
        None => text.to_owned(),
    }
}
