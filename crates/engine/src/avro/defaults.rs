//! Field defaults: whether they fit their type, and their normal form.
//!
//! Source: `Schema.isValidDefault` of Avro Java 1.12. Text defaults of string, bytes, enum and fixed are any
//! text (an enum *field* default need not be a symbol); a union default may fit any branch.

use super::model::{Field, Kind, Type, TypeId};
use super::names::Primitive;
use super::numbers::{java_double, java_float};
use super::print::quoted_type;
use crate::tree::{Node, Object, Value, print};
use crate::{Limits, SchemaError};

/// Longest value quoted in an error.
const MAX_QUOTED: usize = 300;

/// Checks the defaults of fields, given as record and position, in order.
pub(super) fn check_all(
    types: &[Type],
    fields: &[(TypeId, usize)],
    limits: &Limits,
) -> Result<(), SchemaError> {
    let mut check = Check { types, left: limits.max_steps };
    for (record, position) in fields {
        let Kind::Record(record) = &types[record.0 as usize].kind else { continue };
        let field = &record.fields[*position];
        let Some(default) = &field.default else { continue };
        let fits = check.fits(field.of, default);
        if check.left == 0 {
            return Err(SchemaError::Limit { what: "steps", limit: limits.max_steps as usize });
        }
        if !fits {
            return Err(refusal(types, field, default));
        }
    }
    Ok(())
}

struct Check<'a> {
    types: &'a [Type],
    /// Steps left: nested unions of records can ask for exponentially many.
    left: u64,
}

impl Check<'_> {
    /// Whether a JSON value is a value of a type. Recursion follows the value, so its depth is bounded.
    fn fits(&mut self, of: TypeId, value: &Node) -> bool {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            return false;
        }
        match &self.types[of.0 as usize].kind {
            Kind::Primitive(primitive) => fits_primitive(*primitive, value),
            Kind::Enum(_) | Kind::Fixed(_) => value.as_str().is_some(),
            Kind::Array(of) => {
                value.as_array().is_some_and(|items| items.iter().all(|item| self.fits(*of, item)))
            }
            Kind::Map(of) => {
                value.as_object().is_some_and(|members| members.iter().all(|(_, item)| self.fits(*of, item)))
            }
            Kind::Union(branches) => branches.iter().any(|branch| self.fits(*branch, value)),
            Kind::Record(record) => {
                let Some(members) = value.as_object() else { return false };
                // A missing member takes the field's own default, which is checked where it stands.
                record.fields.iter().all(|field| match members.get(&field.name) {
                    Some(member) => self.fits(field.of, member),
                    None => field.default.is_some(),
                })
            }
            Kind::Pending(_) => false,
        }
    }
}

pub(super) fn fits_primitive(primitive: Primitive, value: &Node) -> bool {
    match (primitive, &value.value) {
        (Primitive::Null, Value::Null)
        | (Primitive::Boolean, Value::Bool(_))
        | (Primitive::String | Primitive::Bytes, Value::String(_))
        | (Primitive::Float | Primitive::Double, Value::Number(_)) => true,
        (Primitive::Int, Value::Number(text)) => text.parse::<i32>().is_ok(),
        (Primitive::Long, Value::Number(text)) => text.parse::<i64>().is_ok(),
        // A text default of a float was turned into a number when it was read; only what JSON cannot
        // spell is still a text.
        (Primitive::Float | Primitive::Double, Value::String(text)) => {
            ["NaN", "Infinity", "-Infinity"].contains(&text.as_str())
        }
        _ => false,
    }
}

fn refusal(types: &[Type], field: &Field, default: &Node) -> SchemaError {
    let value = shortened(print(default, super::numbers::java_number));
    let of = quoted_type(types, field.of);
    let message = format!("Invalid default for field {}: {value} not a {of}", field.name);
    SchemaError::invalid_at(message, default.offset)
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(MAX_QUOTED) {
        Some((cut, _)) => format!("{}...", &text[..cut]),
        None => text,
    }
}

/// The default as normalization writes it: numbers spelled by the field's type, object members sorted.
pub(super) fn normal_default(types: &[Type], of: TypeId, value: &Node) -> Node {
    let mut normal = spelled(types, of, value);
    normal.sort_members();
    normal
}

fn spelled(types: &[Type], of: TypeId, value: &Node) -> Node {
    let kind = &types[of.0 as usize].kind;
    let value = match (kind, &value.value) {
        (Kind::Union(branches), _) => {
            let fitting = branches.iter().find(|branch| Check { types, left: 10_000 }.fits(**branch, value));
            return fitting.map_or_else(|| value.clone(), |branch| spelled(types, *branch, value));
        }
        (Kind::Primitive(Primitive::Double), Value::Number(text)) => text
            .parse()
            .map_or_else(|_| value.value.clone(), |wide: f64| number(wide.is_finite(), java_double(wide))),
        (Kind::Primitive(Primitive::Float), Value::Number(text)) => {
            let narrow = text.parse::<f64>().map(|wide| wide as f32);
            narrow
                .map_or_else(|_| value.value.clone(), |narrow| number(narrow.is_finite(), java_float(narrow)))
        }
        (Kind::Array(of), Value::Array(items)) => {
            Value::Array(items.iter().map(|item| spelled(types, *of, item)).collect())
        }
        (Kind::Map(of), Value::Object(members)) => members_spelled(members, |_| Some(*of), types),
        (Kind::Record(record), Value::Object(members)) => {
            let field = |name: &str| record.find_field(name).map(|at| record.fields[at].of);
            members_spelled(members, field, types)
        }
        (_, other) => other.clone(),
    };
    value.into()
}

/// What is no JSON number is written as a text.
pub(super) fn number(is_finite: bool, text: String) -> Value {
    if is_finite { Value::Number(text) } else { Value::String(text) }
}

fn members_spelled(members: &Object, of: impl Fn(&str) -> Option<TypeId>, types: &[Type]) -> Value {
    let spelled = members.iter().map(|(name, value)| {
        let value = of(name).map_or_else(|| value.clone(), |of| spelled(types, of, value));
        (name.to_owned(), value)
    });
    Value::Object(Object::from_unique(spelled.collect()))
}
