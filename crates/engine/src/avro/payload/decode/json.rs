//! JSON payloads as the datum that they stand for: the same values as the binary encoding gives.
//!
//! Bound by the schema, never by how JSON spells a value: a string is `bytes` where the schema says so, `2` a double,
//! `"NaN"` a number, a member that is left out its default. A union value of plain JSON is of the branch that the
//! validator takes.

use serde_json::Value as Json;

use super::super::json::{Form, Trial};
use super::point_in_time;
use crate::avro::model::{Field, Graph, Kind, Record, TypeId};
use crate::avro::names::Primitive;
use crate::conditions::Value;
use crate::tree::Node;

/// The value of a JSON text; none when it is no datum after all, or the budget of values or steps is spent.
pub(super) fn decode(graph: &Graph, json: &Json, form: Form, depth: usize, budget: u64) -> Option<Value> {
    Decoder { graph, trial: Trial::new(graph, budget), left: budget }.value(graph.root, json, form, depth)
}

struct Decoder<'a> {
    graph: &'a Graph,
    trial: Trial<'a>,
    left: u64,
}

impl Decoder<'_> {
    /// At most `depth` levels: a default can hold the record that it is a default in.
    fn value(&mut self, of: TypeId, json: &Json, form: Form, depth: usize) -> Option<Value> {
        self.left = self.left.checked_sub(1)?;
        let graph = self.graph;
        let declared = graph.get(of);
        match (&declared.kind, json) {
            (Kind::Primitive(primitive), _) => {
                let logical = declared.properties.get("logicalType").and_then(Node::as_str);
                primitive_value(*primitive, logical, json)
            }
            (Kind::Enum(_), Json::String(symbol)) => Some(Value::from(symbol.as_str())),
            (Kind::Fixed(_), Json::String(text)) => bytes(text),
            (Kind::Array(item), Json::Array(items)) => {
                let depth = depth.checked_sub(1)?;
                let items = items.iter().map(|value| self.value(*item, value, form, depth));
                Some(Value::list(items.collect::<Option<_>>()?))
            }
            (Kind::Map(item), Json::Object(members)) => {
                let depth = depth.checked_sub(1)?;
                let members = members
                    .iter()
                    .map(|(key, value)| Some((key.clone(), self.value(*item, value, form, depth)?)));
                Some(Value::map(members.collect::<Option<Vec<_>>>()?))
            }
            (Kind::Record(record), Json::Object(members)) => {
                self.record(record, members, form, depth.checked_sub(1)?)
            }
            (Kind::Union(branches), _) => self.branch(branches, json, form, depth),
            _ => None,
        }
    }

    fn record(
        &mut self,
        record: &Record,
        members: &serde_json::Map<String, Json>,
        form: Form,
        depth: usize,
    ) -> Option<Value> {
        let fields = record.fields.iter().map(|field| {
            let value = match members.get(&field.name) {
                Some(member) => self.value(field.of, member, form, depth),
                None => self.default(field, depth),
            };
            Some((field.name.clone(), value?))
        });
        Some(Value::map(fields.collect::<Option<Vec<_>>>()?))
    }

    /// Defaults never name the branch of a union.
    fn default(&mut self, field: &Field, depth: usize) -> Option<Value> {
        self.value(field.of, &field.default.as_ref()?.to_serde(), Form::Plain, depth)
    }

    fn branch(&mut self, branches: &[TypeId], json: &Json, form: Form, depth: usize) -> Option<Value> {
        let graph = self.graph;
        let (at, inner) = match (form, json) {
            (Form::Avro, Json::Object(members)) => {
                let (name, inner) = members.iter().next()?;
                let named = |branch: &TypeId| graph.get(*branch).kind.branch_name() == name;
                (branches.iter().position(named)?, inner)
            }
            (Form::Avro, _) => {
                let is_null =
                    |branch: &TypeId| matches!(graph.get(*branch).kind, Kind::Primitive(Primitive::Null));
                (branches.iter().position(is_null)?, json)
            }
            (Form::Plain, _) => (self.trial.find_branch(branches, json, depth)?, json),
        };
        Some(self.value(branches[at], inner, form, depth)?.of_branch(at))
    }
}

fn primitive_value(primitive: Primitive, logical: Option<&str>, json: &Json) -> Option<Value> {
    Some(match primitive {
        Primitive::Null => Value::null(),
        Primitive::Boolean => Value::from(json.as_bool()?),
        Primitive::Int => Value::from(json.as_i64()?),
        Primitive::Long => {
            let value = json.as_i64()?;
            point_in_time(value, logical).unwrap_or_else(|| Value::from(value))
        }
        // The encoding would round it, and conditions see what is encoded.
        Primitive::Float => Value::from(f64::from(number(json)? as f32)),
        Primitive::Double => Value::from(number(json)?),
        Primitive::String => Value::from(json.as_str()?),
        Primitive::Bytes => bytes(json.as_str()?)?,
    })
}

fn number(json: &Json) -> Option<f64> {
    match json.as_str() {
        None => json.as_f64(),
        Some("NaN") => Some(f64::NAN),
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        Some(_) => None,
    }
}

/// A character from U+0000 to U+00FF a byte.
fn bytes(text: &str) -> Option<Value> {
    let bytes: Option<Vec<u8>> = text.chars().map(|character| u8::try_from(character).ok()).collect();
    bytes.map(Value::bytes)
}
