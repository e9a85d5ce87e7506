//! JSON payloads as values: the same values that the binary form would give.

use std::sync::Arc;

use super::{Budget, finish, map_key, of_set, packed_type};
use crate::protobuf::payload::json::{scalar, time};
use crate::protobuf::payload::table::{Field, Kind, Label, Table, WellKnown};
use crate::protobuf::payload::value::{MapKey, Value};
use crate::tree::{Node, Value as Json};

pub(super) fn decode(table: &Arc<Table>, message: u32, node: &Node, budget: &mut Budget) -> Option<Value> {
    Decoder { table, budget }.message(message, node)
}

struct Decoder<'a, 'b> {
    table: &'a Arc<Table>,
    budget: &'b mut Budget,
}

impl Decoder<'_, '_> {
    fn message(&mut self, id: u32, node: &Node) -> Option<Value> {
        let message = &self.table.messages[id as usize];
        match message.well_known {
            Some(known) => self.well_known(known, id, node),
            None => self.members(id, node),
        }
    }

    fn members(&mut self, id: u32, node: &Node) -> Option<Value> {
        let message = &self.table.messages[id as usize];
        let mut present = Vec::new();
        for (name, member) in node.as_object()?.iter() {
            let Some(position) = message.find_json(name) else { continue };
            let field = &message.fields[usize::from(position)];
            self.budget.spend(1)?;
            // `null` is an absent field.
            if member.value != Json::Null || self.takes_null(field) {
                present.push((position, self.field(field, member)?));
            }
        }
        present.sort_by_key(|(position, _)| *position);
        finish(self.table, id, present)
    }

    fn field(&mut self, field: &Field, node: &Node) -> Option<Value> {
        match field.label {
            Label::Repeated => {
                let items = node.as_array()?;
                self.budget.spend(items.len())?;
                Some(Value::List(
                    items.iter().map(|item| self.single(field.kind, item)).collect::<Option<_>>()?,
                ))
            }
            Label::Map => self.map(field.kind, node),
            _ => self.single(field.kind, node),
        }
    }

    fn takes_null(&self, field: &Field) -> bool {
        match field.kind {
            Kind::Message(id) if !field.is_repeated() => {
                self.table.messages[id as usize].well_known == Some(WellKnown::Value)
            }
            Kind::Enum(id) if !field.is_repeated() => self.table.enums[id as usize].is_null_value(),
            _ => false,
        }
    }

    fn map(&mut self, entry: Kind, node: &Node) -> Option<Value> {
        let (key, value) = self.table.entry(entry)?;
        let members = node.as_object()?;
        self.budget.spend(members.len())?;
        let member = |(name, node): (&str, &Node)| {
            Some((map_key(scalar::read_key(key, name)?)?, self.single(value, node)?))
        };
        Some(Value::Map(members.iter().map(member).collect::<Option<_>>()?))
    }

    fn single(&mut self, kind: Kind, node: &Node) -> Option<Value> {
        match kind {
            Kind::Message(id) | Kind::Group(id) => self.message(id, node),
            Kind::Enum(id) => {
                let enumeration = &self.table.enums[id as usize];
                let number = match &node.value {
                    Json::String(name) => enumeration.find_number(name)?,
                    Json::Number(text) => i32::try_from(scalar::integer(text)?).ok()?,
                    Json::Null => 0,
                    _ => return None,
                };
                Some(Value::Int(number.into()))
            }
            kind => scalar::read(kind, node),
        }
    }

    fn well_known(&mut self, known: WellKnown, id: u32, node: &Node) -> Option<Value> {
        let message = &self.table.messages[id as usize];
        Some(match known {
            WellKnown::Timestamp => {
                let (seconds, nanos) = time::timestamp(node.as_str()?)?;
                Value::Timestamp(seconds, nanos)
            }
            WellKnown::Duration => {
                let (seconds, nanos) = time::duration(node.as_str()?)?;
                Value::Duration(seconds, nanos)
            }
            WellKnown::Wrapper => {
                let position = message.find_field(1)?;
                self.single(message.fields[usize::from(position)].kind, node)?
            }
            WellKnown::Struct | WellKnown::ListValue | WellKnown::Value => self.free(node)?,
            WellKnown::FieldMask => {
                let paths = node.as_str()?.split(',').filter(|path| !path.is_empty());
                let paths = Value::List(paths.map(|path| Value::String(snake_case(path))).collect());
                of_set(self.table, id, message.find_field(1).map(|at| (at, paths)).into_iter().collect())
            }
            WellKnown::Any => {
                let url = node.get("@type").and_then(Node::as_str).unwrap_or_default();
                match packed_type(self.table, url) {
                    // A type with a form of its own stands in a member.
                    Some(packed) if self.table.messages[packed as usize].well_known.is_some() => {
                        self.message(packed, node.get("value")?)?
                    }
                    Some(packed) => self.members(packed, node)?,
                    None => {
                        let url = message.find_field(1).map(|at| (at, Value::String(url.to_owned())));
                        of_set(self.table, id, url.into_iter().collect())
                    }
                }
            }
        })
    }

    /// Any JSON, numbers as doubles.
    fn free(&mut self, node: &Node) -> Option<Value> {
        self.budget.spend(1)?;
        Some(match &node.value {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(_) => Value::Double(scalar::float(node)?),
            Json::String(text) => Value::String(text.clone()),
            Json::Array(items) => {
                Value::List(items.iter().map(|item| self.free(item)).collect::<Option<_>>()?)
            }
            Json::Object(members) => {
                let member =
                    |(name, node): (&str, &Node)| Some((MapKey::from(name.to_owned()), self.free(node)?));
                Value::Map(members.iter().map(member).collect::<Option<_>>()?)
            }
        })
    }
}

/// A path of a field mask as the text of a schema spells it.
fn snake_case(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for letter in path.chars() {
        if letter.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}
