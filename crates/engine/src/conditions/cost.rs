//! Upper bound of the work that an expression can do on given variables.
//!
//! The interpreter has no fuel: three nested `all` over 300 items run for seconds. So the expression is
//! walked once with *sizes* in place of values: how long a collection can be, how much text it can hold.
//! A path of members from a variable (`message.order.items`) is followed in the real value; everything
//! else is bounded by the largest part of its operands. Concatenation adds sizes, a comprehension costs its
//! body once for every element its range can have. One unit is one node of the expression or 32 bytes
//! touched; some tens of nanoseconds. To look at a value takes a unit, too: what is measured is paid for.

use std::collections::HashMap;

use cel::IdedExpr;
use cel::common::ast::{ComprehensionExpr, EntryExpr, Expr, LiteralValue};

use super::Value;
use super::bind::HAS;
use super::value::Data;

/// Units that all conditions on one payload may spend together.
const MAX_COST: u64 = 10_000_000;
/// Setting up one evaluation.
const SETUP_COST: u64 = 50;
/// Compiling a literal pattern.
const PATTERN_COST: u64 = 200;
/// Compiling a literal pattern with counted repetition, which multiplies.
const COUNTED_PATTERN_COST: u64 = 50_000;
/// Bytes of text a unit.
const BYTES_A_UNIT: u64 = 32;

/// What is left to spend on one payload.
#[derive(Debug)]
pub(super) struct Budget(u64);

impl Default for Budget {
    fn default() -> Self {
        Self(MAX_COST)
    }
}

impl Budget {
    /// Whether nothing is left, not even for a look.
    pub(super) fn is_spent(&self) -> bool {
        self.0 == 0
    }

    /// Takes units, or says that there are not enough.
    pub(super) fn spend(&mut self, units: u64) -> bool {
        match self.0.checked_sub(units) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => false,
        }
    }
}

/// A variable of an evaluation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variable<'v> {
    pub name: &'static str,
    pub value: &'v Value,
}

/// The bound for expressions on the same variables, binding of these included. What is looked at is taken from the
/// budget; beyond it there is no bound.
pub(super) fn bound<'e>(
    expressions: impl Iterator<Item = &'e IdedExpr>,
    variables: &[Variable<'_>],
    budget: &mut Budget,
) -> u64 {
    let mut meter = Meter { scope: HashMap::new(), cost: SETUP_COST, budget };
    for variable in variables {
        let size = Size::exact(variable.value, meter.budget);
        meter.charge(size.weight, 1);
        meter.scope.insert(variable.name.to_owned(), size);
    }
    for expression in expressions {
        meter.size(expression, 1);
    }
    meter.cost
}

/// What is known of a value before it exists.
#[derive(Clone, Copy, Debug, Default)]
struct Size<'v> {
    /// Elements, when it is a collection.
    length: u64,
    /// Elements of the longest collection anywhere inside.
    nested: u64,
    /// Everything in it.
    weight: u64,
    /// The largest default that a field of a message in it can select.
    defaults: u64,
    /// The value itself, when the expression names a part of a variable.
    exact: Option<&'v Value>,
}

impl<'v> Size<'v> {
    fn scalar() -> Self {
        Self { weight: 1, ..Self::default() }
    }

    /// What there is no budget to look at.
    fn immeasurable() -> Self {
        Self { length: u64::MAX, nested: u64::MAX, weight: u64::MAX, defaults: u64::MAX, exact: None }
    }

    /// Measures a value at a unit for each value inside. As deep as the value.
    fn exact(value: &'v Value, budget: &mut Budget) -> Self {
        if !budget.spend(1) {
            return Self::immeasurable();
        }
        let mut of =
            |parts: &mut dyn Iterator<Item = &'v Value>| Self::measured(parts, budget, Self::with_element);
        let parts = match &value.data {
            Data::List(items) => of(&mut items.iter()),
            Data::Object(members) => of(&mut members.values()),
            Data::Keyed(entries) => of(&mut entries.values()),
            Data::Message(message) => of(&mut message.set.values()),
            Data::String(text) => Self { weight: text.len() as u64 / BYTES_A_UNIT, ..Self::default() },
            Data::Bytes(bytes) => Self { weight: bytes.len() as u64 / BYTES_A_UNIT, ..Self::default() },
            _ => Self::default(),
        };
        let defaults = match &value.data {
            Data::Message(message) => message.kind.longest_default() as u64 / BYTES_A_UNIT,
            _ => parts.defaults,
        };
        Self { weight: parts.weight.saturating_add(1), defaults, exact: Some(value), ..parts }
    }

    /// Measures values, as long as there is a budget, into one size.
    fn measured(
        values: &mut dyn Iterator<Item = &'v Value>,
        budget: &mut Budget,
        join: impl Fn(Self, Self) -> Self,
    ) -> Self {
        let mut size = Self::default();
        for value in values {
            size = join(size, Self::exact(value, budget));
            if budget.is_spent() {
                return Self::immeasurable();
            }
        }
        size
    }

    fn with_element(self, element: Self) -> Self {
        Self {
            length: self.length.saturating_add(1),
            nested: self.nested.max(element.length).max(element.nested),
            weight: self.weight.saturating_add(element.weight),
            defaults: self.defaults.max(element.defaults),
            exact: None,
        }
    }

    /// Any part of it.
    fn part(self) -> Self {
        Self { length: self.nested, exact: None, ..self }
    }

    /// Any one element: the largest of known ones.
    fn element(self, budget: &mut Budget) -> Self {
        let known = match self.exact.map(|value| &value.data) {
            Some(Data::List(items)) => items,
            // Of maps the keys.
            Some(Data::Object(_) | Data::Keyed(_)) => {
                return Self { weight: self.weight, ..Self::default() };
            }
            _ => return self.part(),
        };
        Self { exact: None, ..Self::measured(&mut known.iter(), budget, Self::or) }
    }

    /// One or the other.
    fn or(self, other: Self) -> Self {
        Self {
            length: self.length.max(other.length),
            nested: self.nested.max(other.nested),
            weight: self.weight.max(other.weight),
            defaults: self.defaults.max(other.defaults),
            exact: None,
        }
    }

    /// Both together.
    fn and(self, other: Self) -> Self {
        Self {
            length: self.length.saturating_add(other.length),
            nested: self.nested.max(other.nested),
            weight: self.weight.saturating_add(other.weight),
            defaults: self.defaults.max(other.defaults),
            exact: None,
        }
    }
}

struct Meter<'v, 'b> {
    scope: HashMap<String, Size<'v>>,
    cost: u64,
    budget: &'b mut Budget,
}

impl<'v> Meter<'v, '_> {
    fn charge(&mut self, units: u64, times: u64) {
        self.cost = self.cost.saturating_add(units.saturating_mul(times));
    }

    /// Charges an expression that runs `times` times; returns the size of its value. As deep as the
    /// expression, which its parser bounds.
    fn size(&mut self, expression: &IdedExpr, times: u64) -> Size<'v> {
        self.charge(1, times);
        match &expression.expr {
            Expr::Unspecified => Size::scalar(),
            Expr::Literal(literal) => {
                Size { weight: 1 + literal_bytes(literal) / BYTES_A_UNIT, ..Size::default() }
            }
            Expr::Ident(name) => self.scope.get(name).copied().unwrap_or_else(Size::scalar),
            Expr::Select(select) => {
                let operand = self.size(&select.operand, times);
                // Defaults are made when they are selected.
                self.charge(operand.defaults, times);
                let weight = operand.defaults.saturating_add(1);
                let default = Size { weight, defaults: operand.defaults, ..Size::default() };
                match operand.exact {
                    Some(value) => match member(value, &select.field) {
                        Some(member) => Size::exact(member, self.budget),
                        None => default,
                    },
                    None => Size { weight: operand.weight.max(default.weight), ..operand.part() },
                }
            }
            Expr::Call(call) => {
                let target = call.target.iter().map(AsRef::as_ref);
                let operands: Vec<Size<'v>> =
                    target.chain(&call.args).map(|operand| self.size(operand, times)).collect();
                self.call(&call.func_name, &operands, times, expression)
            }
            Expr::List(list) => self.collection(list.elements.iter(), times),
            Expr::Map(map) => {
                let parts = map.entries.iter().flat_map(|entry| match &entry.expr {
                    EntryExpr::MapEntry(entry) => [&entry.key, &entry.value],
                    EntryExpr::StructField(field) => [&field.value, &field.value],
                });
                self.collection(parts, times)
            }
            Expr::Struct(_) => Size::scalar(),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension, times),
        }
    }

    fn collection<'e>(&mut self, parts: impl Iterator<Item = &'e IdedExpr>, times: u64) -> Size<'v> {
        let mut size = Size::scalar();
        for part in parts {
            size = size.with_element(self.size(part, times));
        }
        self.charge(size.weight, times);
        size
    }

    fn call(&mut self, name: &str, operands: &[Size<'v>], times: u64, call: &IdedExpr) -> Size<'v> {
        let all = operands.iter().copied().fold(Size::default(), Size::and);
        match name {
            "_[_]" | "_[?_]" => {
                self.charge(all.defaults, times);
                let part = operands.first().map_or_else(Size::scalar, |operand| operand.part());
                Size { weight: part.weight.max(all.defaults.saturating_add(1)), ..part }
            }
            "_?_:_" => operands.iter().skip(1).copied().fold(Size::default(), Size::or),
            "_&&_" | "_||_" | "!_" | HAS => Size::scalar(),
            "matches" => {
                self.charge(all.weight.saturating_add(pattern_cost(call)), times);
                Size::scalar()
            }
            "size" => {
                // Characters of a text are counted; collections know their length.
                self.charge(all.weight, times);
                Size::scalar()
            }
            // Everything else may look at all of its operands, and may return as much.
            _ => {
                self.charge(all.weight, times);
                all
            }
        }
    }

    fn comprehension(&mut self, loops: &ComprehensionExpr, times: u64) -> Size<'v> {
        let range = self.size(&loops.iter_range, times);
        let start = self.size(&loops.accu_init, times);
        // Elements are copied one by one.
        self.charge(range.weight, times);
        let rounds = times.saturating_mul(range.length.max(1));
        let variables = [Some(&loops.iter_var), loops.iter_var2.as_ref()].into_iter().flatten();
        let mut hidden: Vec<(String, Option<Size<'v>>)> = Vec::new();
        for name in variables {
            let element = range.element(self.budget);
            hidden.push((name.clone(), self.scope.insert(name.clone(), element)));
        }
        let outer = self.scope.insert(loops.accu_var.clone(), Size::default());
        self.size(&loops.loop_cond, rounds);
        let step = self.size(&loops.loop_step, rounds);
        let grown = Size {
            length: start.length.saturating_add(range.length).saturating_add(step.length),
            nested: start.nested.max(step.nested).max(step.length),
            weight: start.weight.saturating_add(step.weight.saturating_mul(range.length.max(1))),
            defaults: start.defaults.max(step.defaults),
            exact: None,
        };
        self.scope.insert(loops.accu_var.clone(), grown);
        let result = self.size(&loops.result, times);
        for (name, size) in hidden.into_iter().chain([(loops.accu_var.clone(), outer)]) {
            match size {
                Some(size) => self.scope.insert(name, size),
                None => self.scope.remove(&name),
            };
        }
        Size { exact: None, ..result }
    }
}

fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match &value.data {
        Data::Object(members) => members.get(name),
        Data::Message(message) => message.set.get(name),
        _ => None,
    }
}

fn literal_bytes(literal: &LiteralValue) -> u64 {
    match literal {
        LiteralValue::String(text) => text.inner().len() as u64,
        LiteralValue::Bytes(bytes) => bytes.inner().len() as u64,
        _ => 0,
    }
}

fn pattern_cost(call: &IdedExpr) -> u64 {
    match super::expression::pattern_of(call) {
        Some(pattern) if !pattern.contains('{') => PATTERN_COST + pattern.len() as u64,
        _ => COUNTED_PATTERN_COST,
    }
}
