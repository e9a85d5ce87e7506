//! Conditions on payloads: CEL expressions that travel with a schema.
//!
//! Two sources. *Inline rules* (`confluent:rules`) stand inside the schema text, on a record or a field;
//! `this` is the value there. *Domain rules* of a rule set (kind CONDITION, type CEL or CEL_FIELD, mode
//! WRITE or WRITEREAD) see the whole message. Both are predicates: nothing here changes a payload, so a
//! list of rules is evaluated up to its first TRANSFORM, and the rest is reported as not evaluated.
//! Source: the data contract rules of Confluent's serializers.
//!
//! Findings are [`Violation`](crate::Violation)s in the data:
//!
//! | rule id | when |
//! |---|---|
//! | `rule.<name>` | the condition does not hold, or fails on this payload; a warning when its `onFailure` is `NONE` |
//! | `rules.not-evaluable` | the expression does not compile or is not a predicate; a warning when a rule that only warns would cost too much |
//! | `rules.not-evaluated` | rules that were skipped because a TRANSFORM stands before them, and inline rules without a name or an expression, or where no value can be shown to them (a warning) |
//!
//! A rule that would cost too much on a payload leaves it undecided ([`Report::indeterminate`](crate::Report)).
//!
//! Work is bounded and never interrupted: `cost` computes an upper bound for an expression on a payload
//! before it runs. There is no clock here; `now` is a parameter, and a deadline is the caller's.
//! The `cel` crate stays inside this folder: `condition` is one expression, `expression` and `functions` what it may
//! say, `value` what it sees, and `bind` how the interpreter sees that. `inline` and `domain` are the two sources of
//! rules, `fields` where they and tags stand in a schema.

mod bind;
mod condition;
mod cost;
mod domain;
mod expression;
mod fields;
mod functions;
mod inline;
#[cfg(test)]
mod tests;
mod value;

pub use condition::{Answer, Condition, ConditionError, MAX_EXPRESSION_BYTES};
pub use domain::{DomainRule, DomainRules};
pub use inline::InlineRules;
pub use value::{Timestamp, Value};
