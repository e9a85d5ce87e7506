//! Rules that stand inside a schema text: `confluent:rules` on a record, a field, an object or a property; in
//! Protobuf `rules` of the options `confluent.message_meta` and `confluent.field_meta`.
//!
//! `this` is the value there, `now` the time. A missing or null value is skipped. `false` or a text that is
//! not empty is a violation; every violation is reported. The text is shown when the expression itself
//! contains it, since a computed one may carry values of the payload. An entry that is no rule is reported on
//! every payload: somebody meant it.

use std::collections::HashMap;
use std::ops::ControlFlow;

use crate::violation::ValidatorOptions;
use crate::{Report, SchemaError, SchemaType, Severity, Source, Violation};

use super::condition::Results;
use super::cost::{Budget, Variable};
use super::fields::{Datum, Shapes, Site, Wanted, WrittenRule};
use super::{Answer, Condition, ConditionError, Timestamp, Value};

/// The inline rules of one schema, compiled once.
#[derive(Debug)]
pub struct InlineRules {
    shapes: Shapes,
    conditions: HashMap<(String, String), Result<Condition, ConditionError>>,
}

impl InlineRules {
    /// Compiles the rules of a schema text that was accepted before. `options` are those of its validator: which branch
    /// of a JSON Schema a value satisfies can depend on them.
    ///
    /// # Errors
    /// [`SchemaError`] when a text cannot be read. Rules that do not compile are kept and answer every payload
    /// that reaches them with `rules.not-evaluable`; [`Self::errors`] lists them.
    pub fn compile(
        schema_type: SchemaType,
        source: &Source<'_>,
        options: &ValidatorOptions,
    ) -> Result<Self, SchemaError> {
        let shapes = Shapes::read(schema_type, source, *options, Wanted::Rules)?;
        let conditions = shapes
            .rules()
            .into_iter()
            .map(|rule| {
                let compiled = Condition::compile(&rule.name, rule.doc.as_deref(), &rule.expr);
                ((rule.name.clone(), rule.expr.clone()), compiled)
            })
            .collect();
        Ok(Self { shapes, conditions })
    }

    /// Whether there is nothing to evaluate.
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty() && self.shapes.unplaced().is_empty()
    }

    /// Rules that do not compile, sorted by text.
    pub fn errors(&self) -> Vec<&ConditionError> {
        let mut errors: Vec<_> =
            self.conditions.values().filter_map(|compiled| compiled.as_ref().err()).collect();
        errors.sort_by_key(ToString::to_string);
        errors
    }

    /// Evaluates all rules on a valid payload: in order of the schema, for JSON Schema in that of the payload.
    /// `message` is the value that was decoded from `payload`.
    pub fn check(&self, message: &Value, payload: &[u8], now: Timestamp) -> Report {
        if self.is_empty() {
            return Report::default();
        }
        let mut run = Run {
            rules: self,
            now,
            budget: Budget::default(),
            refused: Vec::new(),
            report: Report::default(),
        };
        let walked = self.shapes.walk(&Datum::new(message, payload), &mut |site| run.site(site));
        let mut report = run.report;
        if !walked {
            let reason = || "the payload is too large to tell where inline rules apply".to_owned();
            report.indeterminate.get_or_insert_with(reason);
        }
        for unplaced in self.shapes.unplaced() {
            report.push(unplaced.finding());
        }
        report
    }
}

/// The rules on one payload.
struct Run<'r> {
    rules: &'r InlineRules,
    now: Timestamp,
    budget: Budget,
    /// Conditions that were too costly on a value: they are not asked again.
    refused: Vec<&'r Condition>,
    report: Report,
}

impl Run<'_> {
    /// Evaluates the rules on one value. Breaks when nothing is left to spend, which the report says then.
    fn site(&mut self, site: &Site<'_>) -> ControlFlow<()> {
        if site.value.is_null() {
            return ControlFlow::Continue(());
        }
        for rule in site.rules {
            self.evaluate(rule, site);
            if self.budget.is_spent() && !self.refused.is_empty() {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    fn evaluate(&mut self, rule: &WrittenRule, site: &Site<'_>) {
        let key = (rule.name.clone(), rule.expr.clone());
        let answer = match self.rules.conditions.get(&key) {
            Some(Ok(condition)) if self.refused.iter().any(|known| std::ptr::eq(*known, condition)) => return,
            Some(Ok(condition)) => {
                let this = Variable { name: "this", value: site.value };
                let answer = condition.answer(&[this], self.now, Results::BoolOrMessage, &mut self.budget);
                if answer == Answer::TooCostly {
                    self.refused.push(condition);
                }
                answer
            }
            Some(Err(error)) => Answer::NotEvaluable(error.to_string()),
            None => return,
        };
        let failed = match answer {
            Answer::Holds => return,
            Answer::Fails { message } => Ok(message),
            Answer::NotEvaluable(reason) => Err(reason),
            Answer::TooCostly => {
                self.report.indeterminate.get_or_insert_with(|| too_costly(&rule.name));
                return;
            }
        };
        self.report.push_with(Severity::Error, || match failed {
            Ok(message) => {
                let text = message.or(rule.doc.clone()).unwrap_or_else(|| rule.expr.clone());
                let place = if matches!(site.path, "" | "$") { "the message" } else { shown(site.path) };
                Violation::data(format!("rule.{}", rule.name), site.pointer, format!("`{place}`: {text}"))
                    .expecting(rule.expr.clone())
            }
            Err(reason) => not_evaluable(site.pointer, &format!("rule `{}`: {reason}", rule.name)),
        });
    }
}

/// The end of a path, for messages: the pointer has all of it.
pub(super) fn shown(path: &str) -> &str {
    const SHOWN: usize = 200;
    match path.char_indices().nth_back(SHOWN - 1) {
        Some((start, _)) => &path[start..],
        None => path,
    }
}

/// Why there is no verdict: the budget of a payload is no fault of the payload, nor of the rule.
pub(super) fn too_costly(rule: &str) -> String {
    format!("rule `{rule}` would take too many steps on this payload")
}

/// A rule that gave no verdict counts against the payload: rules are promises of the producer.
pub(super) fn not_evaluable(pointer: &str, message: &str) -> Violation {
    Violation::data("rules.not-evaluable", pointer, message)
}
