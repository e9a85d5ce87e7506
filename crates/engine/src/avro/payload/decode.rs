//! A payload as the value that conditions see.
//!
//! Asked for after the payload was found valid, so everything odd is simply no value. Integers are CEL ints,
//! enums their symbols, `bytes` and `fixed` bytes; the logical types `timestamp-*` and `local-timestamp-*` on a
//! long are points in time; of a union the value of its branch. Only schemas with conditions pay for it.

use crate::avro::model::{Graph, Kind, TypeId};
use crate::avro::names::Primitive;
use crate::conditions::{Timestamp, Value};
use crate::tree::Node;
use crate::violation::{Encoding, PayloadOptions};

/// Values built for one payload; a value takes some 50 bytes.
const MAX_VALUES: u64 = 1_000_000;

/// The value of a payload, or none when it is no datum or has too many values.
pub(super) fn decode(graph: &Graph, payload: &[u8], options: &PayloadOptions) -> Option<Value> {
    let depth = options.max_depth.min(super::MAX_DEPTH);
    match options.encoding {
        Encoding::Binary if options.framed && is_bytes(graph) => Some(Value::bytes(payload.to_vec())),
        Encoding::Binary => {
            let mut reader =
                Reader { graph, rest: payload, left: super::budget(payload, options).min(MAX_VALUES) };
            let value = reader.value(graph.root, depth)?;
            reader.rest.is_empty().then_some(value)
        }
        Encoding::Json => Some(Value::from_json(&serde_json::from_slice(payload).ok()?)),
        Encoding::AvroJson => unwrapped(graph, graph.root, &serde_json::from_slice(payload).ok()?, depth),
    }
}

fn is_bytes(graph: &Graph) -> bool {
    matches!(graph.root().kind, Kind::Primitive(Primitive::Bytes))
}

struct Reader<'a> {
    graph: &'a Graph,
    rest: &'a [u8],
    left: u64,
}

impl Reader<'_> {
    /// At most `depth` levels.
    fn value(&mut self, of: TypeId, depth: usize) -> Option<Value> {
        self.left = self.left.checked_sub(1)?;
        let graph = self.graph;
        let declared = graph.get(of);
        match &declared.kind {
            Kind::Primitive(primitive) => {
                let logical = declared.properties.get("logicalType").and_then(Node::as_str);
                self.primitive(*primitive, logical)
            }
            Kind::Fixed(fixed) => Some(Value::bytes(self.take(fixed.size as usize)?.to_vec())),
            Kind::Enum(known) => {
                let index = usize::try_from(self.long()?).ok()?;
                Some(Value::from(known.symbols.get(index)?.as_str()))
            }
            Kind::Union(branches) => {
                let index = usize::try_from(self.long()?).ok()?;
                self.value(*branches.get(index)?, depth.checked_sub(1)?)
            }
            Kind::Array(item) => {
                let items = self.blocks(|reader| reader.value(*item, depth.checked_sub(1)?))?;
                Some(Value::list(items))
            }
            Kind::Map(item) => {
                let members = self
                    .blocks(|reader| Some((reader.text()?, reader.value(*item, depth.checked_sub(1)?)?)))?;
                Some(Value::map(members))
            }
            Kind::Record(record) => {
                let depth = depth.checked_sub(1)?;
                let fields = record
                    .fields
                    .iter()
                    .map(|field| Some((field.name.clone(), self.value(field.of, depth)?)));
                Some(Value::map(fields.collect::<Option<Vec<_>>>()?))
            }
            Kind::Pending(_) => None,
        }
    }

    fn primitive(&mut self, primitive: Primitive, logical: Option<&str>) -> Option<Value> {
        Some(match primitive {
            Primitive::Null => Value::null(),
            Primitive::Boolean => Value::from(self.take(1)?[0] == 1),
            Primitive::Int => Value::from(self.long()?),
            Primitive::Long => {
                let value = self.long()?;
                point_in_time(value, logical).unwrap_or_else(|| Value::from(value))
            }
            Primitive::Float => Value::from(f64::from(f32::from_le_bytes(self.take(4)?.try_into().ok()?))),
            Primitive::Double => Value::from(f64::from_le_bytes(self.take(8)?.try_into().ok()?)),
            Primitive::Bytes => {
                let size = self.length()?;
                Value::bytes(self.take(size)?.to_vec())
            }
            Primitive::String => Value::from(self.text()?.as_str()),
        })
    }

    fn blocks<T>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut all = Vec::new();
        loop {
            let count = self.long()?;
            if count == 0 {
                return Some(all);
            }
            if count < 0 {
                self.length()?;
            }
            for _ in 0..count.unsigned_abs() {
                all.push(read(self)?);
            }
        }
    }

    fn text(&mut self) -> Option<String> {
        let size = self.length()?;
        String::from_utf8(self.take(size)?.to_vec()).ok()
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.long()?).ok()
    }

    fn take(&mut self, size: usize) -> Option<&[u8]> {
        let (taken, rest) = self.rest.split_at_checked(size)?;
        self.rest = rest;
        Some(taken)
    }

    fn long(&mut self) -> Option<i64> {
        let mut value = 0u64;
        for (position, byte) in self.rest.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * position);
            if *byte < 0x80 {
                self.rest = &self.rest[position + 1..];
                return Some((value >> 1) as i64 ^ -((value & 1) as i64));
            }
        }
        None
    }
}

/// A long under a timestamp logical type; none outside the years that CEL knows.
fn point_in_time(value: i64, logical: Option<&str>) -> Option<Value> {
    let unit = logical?.strip_prefix("local-").or(logical)?.strip_prefix("timestamp-")?;
    let a_second = match unit {
        "millis" => 1_000,
        "micros" => 1_000_000,
        "nanos" => 1_000_000_000,
        _ => return None,
    };
    let nanos = value.rem_euclid(a_second) * (1_000_000_000 / a_second);
    Value::timestamp(Timestamp { seconds: value.div_euclid(a_second), nanos: u32::try_from(nanos).ok()? })
}

/// Avro JSON with the names of union branches taken away. As deep as the parser reads.
fn unwrapped(graph: &Graph, of: TypeId, json: &serde_json::Value, depth: usize) -> Option<Value> {
    use serde_json::Value as Json;
    let depth = depth.checked_sub(1)?;
    match (&graph.get(of).kind, json) {
        (Kind::Union(branches), Json::Object(members)) => {
            let (name, inner) = members.iter().next()?;
            let branch = branches.iter().find(|branch| graph.get(**branch).kind.branch_name() == name)?;
            unwrapped(graph, *branch, inner, depth)
        }
        (Kind::Array(item), Json::Array(items)) => {
            let items = items.iter().map(|value| unwrapped(graph, *item, value, depth));
            Some(Value::list(items.collect::<Option<_>>()?))
        }
        (Kind::Map(item), Json::Object(members)) => {
            let members = members
                .iter()
                .map(|(key, value)| Some((key.clone(), unwrapped(graph, *item, value, depth)?)));
            Some(Value::map(members.collect::<Option<Vec<_>>>()?))
        }
        (Kind::Record(record), Json::Object(members)) => {
            let fields = record.fields.iter().filter_map(|field| Some((field, members.get(&field.name)?)));
            let fields = fields
                .map(|(field, value)| Some((field.name.clone(), unwrapped(graph, field.of, value, depth)?)));
            Some(Value::map(fields.collect::<Option<Vec<_>>>()?))
        }
        _ => Some(Value::from_json(json)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::avro::AvroSchema;
    use crate::conditions::{Answer, Condition};
    use crate::{Limits, Source, Strictness};

    const SCHEMA: &str = r#"{"type": "record", "name": "R", "fields": [
        {"name": "n", "type": "int"},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "s", "type": ["null", "string"]},
        {"name": "e", "type": {"type": "enum", "name": "E", "symbols": ["A", "B"]}},
        {"name": "l", "type": {"type": "array", "items": "double"}},
        {"name": "m", "type": {"type": "map", "values": "bytes"}},
        {"name": "b", "type": "boolean"}]}"#;

    fn holds(payload: &[u8], encoding: Encoding, expr: &str) -> Option<Answer> {
        let schema =
            AvroSchema::parse(&Source::bare(SCHEMA), Strictness::New, &Limits::default()).expect(SCHEMA);
        let options = PayloadOptions { encoding, ..PayloadOptions::default() };
        let value = schema.validator().expect(SCHEMA).decode(payload, &options)?;
        let now = Timestamp { seconds: 1_780_000_000, nanos: 0 };
        Some(Condition::compile("r", None, expr).expect(expr).evaluate(&value, now))
    }

    #[test]
    fn conditions_see_every_type_of_a_datum() {
        // n -3, at 2001-09-09T01:46:40.5Z, s "hi", e B, l [1.5], m {"k": 0x01}, b true
        let mut datum = vec![5];
        datum.extend(varint(1_000_000_000_500));
        datum.extend([2, 4, b'h', b'i', 2, 2]);
        datum.extend(1.5f64.to_le_bytes());
        datum.extend([0, 1, 8, 2, b'k', 2, 1, 0, 1]);
        for expr in [
            "message.n + 1 == -2 && type(message.n) == int",
            "message.at == timestamp('2001-09-09T01:46:40.500Z')",
            "message.s == 'hi' && message.e == 'B'",
            "message.l == [1.5] && message.m['k'] == b'\\x01' && message.b",
        ] {
            assert_eq!(holds(&datum, Encoding::Binary, expr), Some(Answer::Holds), "{expr}");
        }
        assert_eq!(holds(&datum[1..], Encoding::Binary, "true"), None);
        datum.push(0);
        assert_eq!(holds(&datum, Encoding::Binary, "true"), None, "trailing bytes");
    }

    #[test]
    fn union_branches_of_avro_json_are_unwrapped() {
        let text = br#"{"n": 1, "at": 0, "s": {"string": "hi"}, "e": "A", "l": [], "m": {}, "b": false}"#;
        assert_eq!(holds(text, Encoding::AvroJson, "message.s == 'hi'"), Some(Answer::Holds));
        let plain = br#"{"n": 1, "at": 0, "s": "hi", "e": "A", "l": [], "m": {}, "b": false}"#;
        assert_eq!(holds(plain, Encoding::Json, "message.s == 'hi'"), Some(Answer::Holds));
    }

    fn varint(value: i64) -> Vec<u8> {
        let mut rest = ((value << 1) ^ (value >> 63)) as u64;
        let mut bytes = Vec::new();
        while rest >= 0x80 {
            bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        bytes.push(rest as u8);
        bytes
    }
}
