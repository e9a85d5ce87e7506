//! One condition: a CEL expression, compiled once, evaluated on many payloads.

use std::fmt;

use cel::common::types::{CelBool, CelString};
use cel::common::value::Val;
use cel::{Context, ExecutionError, IdedExpr};

use super::bind;
use super::cost::{self, Budget, Variable};
use super::expression::{has_text, parse};
use super::{Timestamp, Value, functions};

/// Longest expression.
pub const MAX_EXPRESSION_BYTES: usize = 4 << 10;
/// Why an expression cannot be a condition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// Longer than [`MAX_EXPRESSION_BYTES`].
    #[error("the expression of rule `{name}` has more than {MAX_EXPRESSION_BYTES} bytes")]
    TooLong {
        /// Name of the rule.
        name: String,
    },
    /// Not CEL.
    #[error("the expression of rule `{name}` does not parse: {reason}")]
    Syntax {
        /// Name of the rule.
        name: String,
        /// The parser's first complaint.
        reason: String,
    },
    /// CEL that is not evaluated here.
    #[error("the expression of rule `{name}` {reason}")]
    Unsupported {
        /// Name of the rule.
        name: String,
        /// What is not supported.
        reason: String,
    },
}

/// What a condition says about a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It holds, or its guard says that it does not apply.
    Holds,
    /// It does not hold.
    Fails {
        /// The expression's own message, when its result is one of the texts written in it.
        message: Option<String>,
    },
    /// It could not be decided for a reason that lies in the rule.
    NotEvaluable(String),
    /// The expression would take more steps on this payload than are left for it.
    TooCostly,
}

/// What counts as a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Results {
    /// `true` or `false` (domain rules).
    Bool,
    /// Also a text: empty when it holds, a message when not (inline rules).
    BoolOrMessage,
}

/// A compiled condition. Cheap to keep beside the schema it belongs to.
pub struct Condition {
    name: String,
    doc: Option<String>,
    expression: String,
    guard: Option<IdedExpr>,
    body: IdedExpr,
}

impl fmt::Debug for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Condition")
            .field("name", &self.name)
            .field("expr", &self.expression)
            .finish_non_exhaustive()
    }
}

impl Condition {
    /// Compiles `expr`, or `guard ; expr`: text before the first `;` decides whether the rest applies.
    pub fn compile(name: &str, doc: Option<&str>, expr: &str) -> Result<Self, ConditionError> {
        if expr.len() > MAX_EXPRESSION_BYTES {
            return Err(ConditionError::TooLong { name: name.to_owned() });
        }
        let (guard, body) = match expr.split_once(';') {
            Some((guard, body)) => (Some(guard.trim()), body.trim()),
            None => (None, expr.trim()),
        };
        let guard = guard.filter(|guard| !guard.is_empty()).map(|guard| parse(name, guard)).transpose()?;
        Ok(Self {
            name: name.to_owned(),
            doc: doc.filter(|doc| !doc.is_empty()).map(str::to_owned),
            expression: expr.to_owned(),
            guard,
            body: parse(name, body)?,
        })
    }

    /// Name of the rule.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The rule's own description.
    pub fn doc(&self) -> Option<&str> {
        self.doc.as_deref()
    }

    /// The expression as written, with its guard.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// Evaluates on a whole message, bound as `message`; `now` is the time.
    pub fn evaluate(&self, message: &Value, now: Timestamp) -> Answer {
        let message = Variable { name: "message", value: message };
        self.answer(&[message], now, Results::Bool, &mut Budget::default())
    }

    pub(super) fn answer(
        &self,
        variables: &[Variable<'_>],
        now: Timestamp,
        results: Results,
        budget: &mut Budget,
    ) -> Answer {
        let Some(now) = Value::timestamp(now) else {
            return Answer::NotEvaluable("the time is outside the years 1 to 9999".to_owned());
        };
        let parts = || self.guard.iter().chain([&self.body]);
        let named = |name: &str| parts().any(|part| part.references().has_variable(name));
        let now = Variable { name: "now", value: &now };
        let variables: Vec<_> =
            variables.iter().chain([&now]).filter(|variable| named(variable.name)).copied().collect();
        let bound = cost::bound(parts(), &variables, budget);
        if !budget.spend(bound) {
            return Answer::TooCostly;
        }
        let mut context = Context::with_env(functions::environment());
        functions::add(&mut context);
        for variable in variables {
            context.add_variable_as_val(variable.name, bind::bound(variable.value));
        }
        if let Some(guard) = &self.guard {
            let applies = cel::Value::resolve_val(guard, &context);
            if !applies.is_ok_and(|applies| truth(applies.as_ref()) == Some(true)) {
                return Answer::Holds;
            }
        }
        match cel::Value::resolve_val(&self.body, &context) {
            Ok(result) => self.judge(result.as_ref(), results),
            Err(error) => self.failure(&error),
        }
    }

    fn judge(&self, result: &dyn Val, results: Results) -> Answer {
        let text = result.downcast_ref::<CelString>().filter(|_| results == Results::BoolOrMessage);
        match (truth(result), text.map(CelString::inner)) {
            (Some(true), _) | (_, Some("")) => Answer::Holds,
            (Some(false), _) => Answer::Fails { message: None },
            // A computed text may carry values of the payload.
            (_, Some(text)) => Answer::Fails { message: has_text(&self.body, text).then(|| text.to_owned()) },
            (None, None) => Answer::NotEvaluable("the result of the expression is no verdict".to_owned()),
        }
    }

    fn failure(&self, error: &ExecutionError) -> Answer {
        match error {
            ExecutionError::UndeclaredReference(name) => {
                Answer::NotEvaluable(format!("the expression names `{name}`, which is not known"))
            }
            error => Answer::Fails { message: Some(self.reason(error)) },
        }
    }

    /// An error of the payload in words that carry no value.
    fn reason(&self, error: &ExecutionError) -> String {
        match error {
            // A key that the expression does not spell was computed from the payload.
            ExecutionError::NoSuchKey(name) if self.expression.contains(name.as_str()) => {
                format!("the expression reads `{name}`, which the payload lacks")
            }
            ExecutionError::NoSuchKey(_) => "the expression reads a key that the payload lacks".to_owned(),
            other => reason(other),
        }
    }
}

fn truth(result: &dyn Val) -> Option<bool> {
    result.downcast_ref::<CelBool>().map(|result| *result.inner())
}

/// An error of the payload in words that carry no value.
fn reason(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchOverload(overload) => {
            let types = overload.argument_types().join(", ");
            format!("the expression applies `{}` to ({types})", overload.function())
        }
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "the expression divides by zero".to_owned()
        }
        ExecutionError::Overflow(..) => "the expression overflows".to_owned(),
        ExecutionError::IndexOutOfBounds(_) => "the expression indexes past the end of a list".to_owned(),
        _ => "the expression fails on this payload".to_owned(),
    }
}
