//! A payload as the value that conditions see.
//!
//! Asked for after the payload was found valid, so everything odd is simply no value. Integers are CEL ints,
//! enums their symbols, `bytes` and `fixed` bytes; the logical types `timestamp-*` and `local-timestamp-*` on a
//! long are points in time; of a union the value of its branch, which it knows. JSON (`json`) gives the same values
//! as binary. Only schemas with conditions pay for it.

mod json;

use super::json::Form;
use crate::avro::model::{Graph, Kind, TypeId};
use crate::avro::names::Primitive;
use crate::conditions::{Timestamp, Value};
use crate::tree::Node;
use crate::violation::{Encoding, PayloadOptions, Severity};

/// Values built for one payload; a value takes some 50 bytes.
const MAX_VALUES: u64 = 1_000_000;
/// Levels beyond those of the validator, which never enters values without bytes and defaults.
const UNCOUNTED: usize = 64;

/// The value of a payload, or none when it is no datum or has too many values.
pub(super) fn decode(graph: &Graph, payload: &[u8], options: &PayloadOptions) -> Option<Value> {
    let depth = options.max_depth.min(super::MAX_DEPTH) + UNCOUNTED;
    match options.encoding {
        Encoding::Binary if options.framed && is_bytes(graph) => Some(Value::bytes(payload.to_vec())),
        Encoding::Binary => {
            let mut reader =
                Reader { graph, rest: payload, left: super::budget(payload, options).min(MAX_VALUES) };
            let value = reader.value(graph.root, depth)?;
            let is_whole = reader.rest.is_empty() || options.trailing_bytes != Some(Severity::Error);
            is_whole.then_some(value)
        }
        Encoding::Json | Encoding::AvroJson => {
            let form = if options.encoding == Encoding::Json { Form::Plain } else { Form::Avro };
            let budget = super::budget(payload, options).min(MAX_VALUES);
            json::decode(graph, &serde_json::from_slice(payload).ok()?, form, depth, budget)
        }
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
                Some(self.value(*branches.get(index)?, depth)?.of_branch(index))
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
        holds_in(SCHEMA, payload, encoding, expr)
    }

    fn holds_in(text: &str, payload: &[u8], encoding: Encoding, expr: &str) -> Option<Answer> {
        let schema = AvroSchema::parse(&Source::bare(text), Strictness::New, &Limits::default()).expect(text);
        let options = PayloadOptions { encoding, ..PayloadOptions::default() };
        let value = schema.validator().expect(text).decode(payload, &options)?;
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

    const TYPED: &str = r#"{"type": "record", "name": "R", "fields": [
        {"name": "by", "type": "bytes"},
        {"name": "fx", "type": {"type": "fixed", "name": "F", "size": 2}},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "d", "type": "double"},
        {"name": "f", "type": "float"},
        {"name": "u", "type": ["null", "string", "bytes"], "default": null},
        {"name": "n", "type": "int", "default": 5},
        {"name": "inner", "default": {}, "type": {"type": "record", "name": "In", "fields": [
            {"name": "b", "type": "bytes", "default": "\u00ff"}]}}]}"#;

    #[test]
    fn json_gives_the_datum_that_binary_gives() {
        let mut binary = vec![4, b'a', b'b', b'z', 0xff];
        binary.extend(varint(1_600_000_000_000));
        binary.extend(2f64.to_le_bytes());
        binary.extend(f32::NAN.to_le_bytes());
        binary.extend([2, 2, b'x', 10, 2, 0xff]);
        let fields = r#""by": "ab", "fx": "z\u00ff", "at": 1600000000000, "d": 2, "f": "NaN""#;
        let avro = format!(r#"{{{fields}, "u": {{"string": "x"}}, "n": 5, "inner": {{"b": "\u00ff"}}}}"#);
        let plain = format!(r#"{{{fields}, "u": "x"}}"#);
        let forms = [
            (&binary[..], Encoding::Binary),
            (avro.as_bytes(), Encoding::AvroJson),
            (plain.as_bytes(), Encoding::Json),
        ];
        for expr in [
            "message.by == b'ab' && message.fx == b'z\\xff'",
            "message.at > timestamp('2020-01-01T00:00:00Z')",
            "type(message.d) == double && message.d / 4.0 == 0.5",
            "message.f != message.f && !(message.f > 0.0) && !(message.f <= 0.0)",
            "message.u == 'x' && message.n == 5 && message.inner.b == b'\\xff'",
        ] {
            for (payload, encoding) in forms {
                assert_eq!(
                    holds_in(TYPED, payload, encoding, expr),
                    Some(Answer::Holds),
                    "{encoding:?} {expr}"
                );
            }
        }
        let absent = format!("{{{fields}}}");
        let expr = "message.u == null && has(message.n)";
        assert_eq!(holds_in(TYPED, absent.as_bytes(), Encoding::Json, expr), Some(Answer::Holds));
    }

    /// Each node is a level, and the union around it is none.
    #[test]
    fn lists_have_values_up_to_the_depth_that_is_valid() {
        let schema =
            r#"{"type": "record", "name": "N", "fields": [{"name": "next", "type": ["null", "N"]}]}"#;
        let parsed =
            AvroSchema::parse(&Source::bare(schema), Strictness::New, &Limits::default()).expect(schema);
        let validator = parsed.validator().expect(schema);
        for (nodes, is_valid) in [(1, true), (64, true), (127, true), (128, false)] {
            let binary = [vec![2; nodes - 1], vec![0]].concat();
            let plain = [r#"{"next":"#.repeat(nodes), "null".to_owned(), "}".repeat(nodes)].concat();
            for (payload, encoding) in [(binary, Encoding::Binary), (plain.into_bytes(), Encoding::Json)] {
                let options = PayloadOptions { encoding, ..PayloadOptions::default() };
                let report = validator.validate(&payload, &options);
                assert_eq!(report.findings.is_empty(), is_valid, "{encoding:?} {nodes}: {report:?}");
                assert!(!is_valid || validator.decode(&payload, &options).is_some(), "{encoding:?} {nodes}");
            }
        }
    }

    #[test]
    fn a_default_that_holds_its_own_record_has_no_end_and_no_value() {
        let schema =
            r#"{"type": "record", "name": "R", "fields": [{"name": "r", "type": "R", "default": {}}]}"#;
        assert_eq!(holds_in(schema, b"{}", Encoding::Json, "true"), None);
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
