//! Domain rules of a rule set, as far as a validator evaluates them.
//!
//! In list order: not disabled, mode WRITE or WRITEREAD. CONDITIONs of type CEL see the message, those of
//! type CEL_FIELD every primitive field that carries one of the rule's tags, with the record, message or object that it
//! is a field of as `message`; those of other types are passed over,
//! and the report says so. A TRANSFORM ends the evaluation: what follows would see data that it has changed.

use std::ops::ControlFlow;

use crate::violation::ValidatorOptions;
use crate::{Report, SchemaError, SchemaType, Severity, Source, Violation};

use super::condition::Results;
use super::cost::{Budget, Variable};
use super::fields::{Datum, Shapes, Site, Wanted};
use super::inline::{not_evaluable, shown, too_costly};
use super::{Answer, Condition, ConditionError, Timestamp, Value};

/// Types that CEL_FIELD rules are evaluated on.
const PRIMITIVES: [&str; 8] = ["STRING", "BYTES", "INT", "LONG", "FLOAT", "DOUBLE", "BOOLEAN", "NULL"];

/// What it costs to come to a value and to ask whether a rule is about it.
const SITE_COST: u64 = 1;

/// A rule as a rule set holds it. Texts are those of the rule set's JSON.
#[derive(Clone, Copy, Debug, Default)]
pub struct DomainRule<'r> {
    /// Name.
    pub name: &'r str,
    /// Description.
    pub doc: Option<&'r str>,
    /// `CONDITION` or `TRANSFORM`.
    pub kind: &'r str,
    /// `WRITE`, `READ`, `WRITEREAD`.
    pub mode: &'r str,
    /// `CEL`, `CEL_FIELD`, or another executor.
    pub executor: &'r str,
    /// Tags that select fields; none selects all.
    pub tags: &'r [String],
    /// The expression.
    pub expr: Option<&'r str>,
    /// Action on failure: the first of a pair belongs to writing.
    pub on_failure: Option<&'r str>,
    /// Not evaluated.
    pub disabled: bool,
}

/// The rules of one schema version, compiled once.
#[derive(Debug)]
pub struct DomainRules {
    rules: Vec<Compiled>,
    /// Conditions in languages that are not evaluated.
    skipped: Vec<String>,
    /// The first rule from which on nothing is evaluated.
    stopped: Option<String>,
    /// The fields, when a rule asks for them.
    shapes: Option<Shapes>,
    /// Tags of the metadata: path pattern and tags.
    tags: Vec<(String, Vec<String>)>,
}

#[derive(Debug)]
struct Compiled {
    name: String,
    condition: Result<Condition, ConditionError>,
    fields: Option<Vec<String>>,
    warning: bool,
}

impl DomainRules {
    /// Compiles the domain rules of a version. `options` are those of its validator, `tags` are those of its metadata: path patterns with `?`,
    /// `*` and `**` as wildcards.
    ///
    /// # Errors
    /// [`SchemaError`] when the schema text cannot be read (CEL_FIELD rules look into it). Rules that do not
    /// compile are kept, see [`Self::errors`].
    pub fn compile(
        rules: &[DomainRule<'_>],
        schema_type: SchemaType,
        source: &Source<'_>,
        options: &ValidatorOptions,
        tags: &[(String, Vec<String>)],
    ) -> Result<Self, SchemaError> {
        let mut compiled =
            Self { rules: Vec::new(), skipped: Vec::new(), stopped: None, shapes: None, tags: tags.to_vec() };
        for rule in rules.iter().filter(|rule| !rule.disabled && matches!(rule.mode, "WRITE" | "WRITEREAD")) {
            let fields = match (rule.kind, rule.executor) {
                ("CONDITION", "CEL") => None,
                ("CONDITION", "CEL_FIELD") => Some(rule.tags.to_vec()),
                ("CONDITION", executor) => {
                    compiled.skipped.push(format!("`{}` ({executor})", rule.name));
                    continue;
                }
                (kind, executor) => {
                    compiled.stopped = Some(format!("`{}` ({kind}, {executor})", rule.name));
                    break;
                }
            };
            compiled.rules.push(Compiled {
                name: rule.name.to_owned(),
                condition: Condition::compile(rule.name, rule.doc, rule.expr.unwrap_or_default()),
                fields,
                warning: rule.on_failure.and_then(|action| action.split(',').next()) == Some("NONE"),
            });
        }
        if compiled.rules.iter().any(|rule| rule.fields.is_some()) {
            compiled.shapes = Some(Shapes::read(schema_type, source, *options, Wanted::Fields)?);
        }
        Ok(compiled)
    }

    /// Whether nothing is evaluated or reported.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.skipped.is_empty() && self.stopped.is_none()
    }

    /// Rules that do not compile, in list order.
    pub fn errors(&self) -> impl Iterator<Item = &ConditionError> {
        self.rules.iter().filter_map(|rule| rule.condition.as_ref().err())
    }

    /// Evaluates the rules on a valid payload, in list order. `message` is the value that was decoded from `payload`.
    pub fn check(&self, message: &Value, payload: &[u8], now: Timestamp) -> Report {
        let mut run = Run { datum: Datum::new(message, payload), now, budget: Budget::default() };
        let mut report = Report::default();
        for rule in &self.rules {
            match (&rule.condition, &rule.fields) {
                (Err(error), _) => {
                    rule.report(Answer::NotEvaluable(error.to_string()), "", "", &mut report);
                }
                (Ok(condition), None) => {
                    let message = Variable { name: "message", value: message };
                    let answer = condition.answer(&[message], now, Results::Bool, &mut run.budget);
                    rule.report(answer, "", "", &mut report);
                }
                (Ok(condition), Some(tags)) => {
                    self.check_fields(rule, condition, tags, &mut run, &mut report);
                }
            }
        }
        for rule in &self.skipped {
            let message = format!("condition {rule} is not evaluated: only CEL is");
            report.push(Violation::data("rules.not-evaluated", "", message).warning());
        }
        for unplaced in self.shapes.iter().flat_map(Shapes::unplaced) {
            report.push(unplaced.finding());
        }
        if let Some(rule) = &self.stopped {
            let message =
                format!("rules from {rule} on are not evaluated: a validator does not change payloads");
            report.push(Violation::data("rules.not-evaluated", "", message).warning());
        }
        report
    }

    fn check_fields(
        &self,
        rule: &Compiled,
        condition: &Condition,
        wanted: &[String],
        run: &mut Run<'_>,
        report: &mut Report,
    ) {
        let Some(shapes) = &self.shapes else { return };
        let Run { datum, now, budget } = run;
        let walked = shapes.walk(datum, &mut |site| {
            let answer = if !budget.spend(SITE_COST) {
                Answer::TooCostly
            } else if site.name.is_empty() || !PRIMITIVES.contains(&site.type_name) {
                Answer::Holds
            } else {
                let tags = self.tags_of(site);
                let is_meant =
                    wanted.is_empty() || tags.iter().any(|tag| wanted.iter().any(|wanted| wanted == tag));
                if is_meant { on_field(condition, site, &tags, *now, budget) } else { Answer::Holds }
            };
            // The rules behind this one have what is left.
            let is_over = answer == Answer::TooCostly;
            rule.report(answer, site.pointer, site.path, report);
            if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if !walked {
            rule.report(Answer::TooCostly, "", "", report);
        }
    }

    /// Inline tags and those of the metadata.
    fn tags_of<'s>(&'s self, site: &Site<'s>) -> Vec<&'s str> {
        let matching = self.tags.iter().filter(|(pattern, _)| path_matches(pattern, site.full_name));
        site.tags
            .iter()
            .copied()
            .chain(matching.flat_map(|(_, tags)| tags.iter().map(String::as_str)))
            .collect()
    }
}

struct Run<'v> {
    datum: Datum<'v>,
    now: Timestamp,
    budget: Budget,
}

fn on_field(
    condition: &Condition,
    site: &Site<'_>,
    tags: &[&str],
    now: Timestamp,
    budget: &mut Budget,
) -> Answer {
    let tags = Value::list(tags.iter().map(|tag| Value::from(*tag)).collect());
    let texts = [site.full_name, site.name, site.type_name].map(Value::from);
    let [full_name, name, type_name] = &texts;
    let variables = [
        ("value", site.value),
        ("fullName", full_name),
        ("name", name),
        ("typeName", type_name),
        ("tags", &tags),
        ("message", site.container),
    ];
    let variables = variables.map(|(name, value)| Variable { name, value });
    condition.answer(&variables, now, Results::Bool, budget)
}

impl Compiled {
    fn severity(&self) -> Severity {
        if self.warning { Severity::Warning } else { Severity::Error }
    }

    /// Says what came out. A spent budget leaves the payload undecided, unless the rule only warns.
    fn report(&self, answer: Answer, pointer: &str, path: &str, report: &mut Report) {
        match answer {
            Answer::Holds => {}
            Answer::TooCostly if !self.warning => {
                report.indeterminate.get_or_insert_with(|| too_costly(&self.name));
            }
            answer => _ = report.push_with(self.severity(), || self.finding(answer, pointer, path)),
        }
    }

    fn finding(&self, answer: Answer, pointer: &str, path: &str) -> Violation {
        let violation = match (answer, &self.condition) {
            (Answer::NotEvaluable(reason), _) => {
                not_evaluable(pointer, &format!("rule `{}`: {reason}", self.name))
            }
            (Answer::TooCostly, _) => not_evaluable(pointer, &too_costly(&self.name)),
            (Answer::Fails { message }, Ok(condition)) => {
                let text = condition.doc().unwrap_or(condition.expression());
                let place = if path.is_empty() { String::new() } else { format!("`{}`: ", shown(path)) };
                let cause = message.map_or_else(String::new, |message| format!(" ({message})"));
                Violation::data(format!("rule.{}", self.name), pointer, format!("{place}{text}{cause}"))
                    .expecting(condition.expression())
            }
            _ => not_evaluable(pointer, &format!("rule `{}`", self.name)),
        };
        Violation { severity: self.severity(), ..violation }
    }
}

/// `?` is one character, `*` any within a name, `**` any. Linear in the product of the lengths.
fn path_matches(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<char>, Vec<char>) = (pattern.chars().collect(), path.chars().collect());
    // `open[i]`: the pattern read so far matches the first `i` characters.
    let mut open = vec![false; path.len() + 1];
    open[0] = true;
    let mut at = 0;
    while let Some(token) = pattern.get(at) {
        let across = *token == '*' && pattern.get(at + 1) == Some(&'*');
        at += if across { 2 } else { 1 };
        if *token == '*' {
            for end in 1..=path.len() {
                open[end] |= open[end - 1] && (across || path[end - 1] != '.');
            }
            continue;
        }
        for end in (1..=path.len()).rev() {
            open[end] = open[end - 1] && (*token == path[end - 1] || (*token == '?' && path[end - 1] != '.'));
        }
        open[0] = false;
    }
    open[path.len()]
}

#[cfg(test)]
mod tests {
    use super::path_matches;

    #[test]
    fn wildcards_stay_within_names_unless_doubled() {
        for (pattern, path, expected) in [
            ("a.B.c", "a.B.c", true),
            ("a.*.c", "a.B.c", true),
            ("a.*", "a.B.c", false),
            ("a.**", "a.B.c", true),
            ("**.c", "a.B.c", true),
            ("a.?.c", "a.B.c", true),
            ("a?B.c", "a.B.c", false),
            ("*", "", true),
            ("", "a", false),
        ] {
            assert_eq!(path_matches(pattern, path), expected, "{pattern} {path}");
        }
    }
}
