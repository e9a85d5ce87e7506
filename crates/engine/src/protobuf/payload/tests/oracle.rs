//! Random messages of random schemas, whole and damaged, against `prost-reflect`.
//!
//! `CHANCERY_PROTOBUF_CASES` sets the number of messages (default 2,000). A run is repeatable: the number
//! of a case is its seed, and a failure names it.

use std::fmt::Write as _;

use prost::Message as _;
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, Value,
};

use super::*;
use crate::random::Random;
use crate::violation::Encoding;

const SCALARS: [&str; 15] = [
    "double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64",
    "sfixed32", "sfixed64", "bool", "string", "bytes",
];
const KEYS: [&str; 6] = ["int32", "uint64", "sint64", "fixed32", "bool", "string"];

/// A random file of messages `M0`, `M1`, … and an enum `E` (closed in proto2).
pub(super) fn schema(random: &mut Random) -> String {
    let proto2 = random.chance(50);
    let messages = 1 + random.below(4);
    let mut text = format!("syntax = \"proto{}\";\npackage t;\n", if proto2 { 2 } else { 3 });
    text.push_str("enum E { Z = 0; A = 1; B = -3; C = 7; }\n");
    for message in 0..messages {
        let _ = writeln!(text, "message M{message} {{");
        let mut number = 1;
        for field in 0..=random.below(8) {
            number += if random.chance(10) { 1 + random.below(2000) } else { 1 };
            one_field(&mut text, random, proto2, messages, field, number);
        }
        text.push_str("}\n");
    }
    text
}

fn one_field(
    text: &mut String,
    random: &mut Random,
    proto2: bool,
    messages: usize,
    field: usize,
    number: usize,
) {
    let value = match random.below(10) {
        0..=5 => (*random.pick(&SCALARS)).to_owned(),
        6 => "E".to_owned(),
        _ => format!("M{}", random.below(messages)),
    };
    let label = match (proto2, random.below(4)) {
        (_, 0 | 1) => "repeated ",
        (true, 2) if !value.starts_with('M') => "required ",
        (true, _) => "optional ",
        (false, 2) => "optional ",
        (false, _) => "",
    };
    let _ = match random.below(10) {
        0 => writeln!(text, "  map<{}, {value}> f{field} = {number};", random.pick(&KEYS)),
        1 if label != "repeated " => writeln!(text, "  oneof o{field} {{ {value} f{field} = {number}; }}"),
        2 if proto2 => {
            writeln!(text, "  optional group G{field} = {number} {{ optional {value} f{field} = 1; }}")
        }
        _ => writeln!(text, "  {label}{value} f{field} = {number};"),
    };
}

/// A random message; required fields are always there.
pub(in crate::protobuf) fn message(
    random: &mut Random,
    descriptor: &MessageDescriptor,
    depth: usize,
) -> DynamicMessage {
    let mut message = DynamicMessage::new(descriptor.clone());
    for field in descriptor.fields() {
        let is_required = field.cardinality() == prost_reflect::Cardinality::Required;
        let stops = depth == 0 && matches!(field.kind(), Kind::Message(_));
        if stops || !(is_required || random.chance(60)) {
            continue;
        }
        message.set_field(&field, field_value(random, &field, depth));
    }
    message
}

fn field_value(random: &mut Random, field: &FieldDescriptor, depth: usize) -> Value {
    let count = random.below(4);
    if field.is_map() {
        let Kind::Message(entry) = field.kind() else { unreachable!("maps are messages") };
        let (key, value) = (entry.map_entry_key_field(), entry.map_entry_value_field());
        let entries = (0..count).map(|_| {
            let key = single(random, &key.kind(), 0);
            (map_key(key), single(random, &value.kind(), depth.saturating_sub(1)))
        });
        return Value::Map(entries.collect());
    }
    if field.is_list() {
        return Value::List(
            (0..count).map(|_| single(random, &field.kind(), depth.saturating_sub(1))).collect(),
        );
    }
    single(random, &field.kind(), depth.saturating_sub(1))
}

fn map_key(value: Value) -> MapKey {
    match value {
        Value::Bool(value) => MapKey::Bool(value),
        Value::I32(value) => MapKey::I32(value),
        Value::I64(value) => MapKey::I64(value),
        Value::U32(value) => MapKey::U32(value),
        Value::U64(value) => MapKey::U64(value),
        Value::String(value) => MapKey::String(value),
        other => unreachable!("not a key: {other:?}"),
    }
}

fn single(random: &mut Random, kind: &Kind, depth: usize) -> Value {
    let number = random.number();
    let signed = if random.chance(50) { number as i64 } else { (number as i64).wrapping_neg() };
    match kind {
        Kind::Double => Value::F64(number as f64),
        Kind::Float => Value::F32(number as f32),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(signed as i32),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(signed),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(number as u32),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(number),
        Kind::Bool => Value::Bool(random.chance(50)),
        Kind::String => Value::String((0..random.below(5)).map(|_| *random.pick(&['a', 'é', '/'])).collect()),
        Kind::Bytes => {
            Value::Bytes((0..random.below(5)).map(|_| random.next() as u8).collect::<Vec<_>>().into())
        }
        Kind::Enum(_) => Value::EnumNumber(*random.pick(&[0, 1, -3, 7])),
        Kind::Message(descriptor) => Value::Message(message(random, descriptor, depth)),
    }
}

/// Why the two may differ, if they may. `None` for agreement.
fn known_disagreement(text: &str, report: &Report, oracle_accepts: bool) -> Option<&'static str> {
    let errors: Vec<_> = report.violations().collect();
    match (errors.is_empty(), oracle_accepts) {
        // Merging a map entry, the oracle never looks at the wire type of the field.
        (false, _) if errors.iter().any(|e| e.expected.as_deref() == Some("map")) => {
            Some("wire type of a map")
        }
        // The same for an end of group with the number of a map field.
        (false, true) if errors.iter().any(|e| e.rule.ends_with("group")) && text.contains("map<") => {
            Some("end of group for a map")
        }
        (false, true) if errors.iter().all(|e| e.rule.ends_with("required")) => Some("required"),
        // Google's runtimes leave proto2 strings unchecked.
        (true, false) if report.warnings().any(|w| w.rule.ends_with("utf8")) => Some("proto2 string"),
        _ => None,
    }
}

/// Number of messages to try.
#[expect(clippy::disallowed_methods, reason = "a longer run by hand, not a setting of the program")]
pub(in crate::protobuf) fn cases() -> u64 {
    std::env::var("CHANCERY_PROTOBUF_CASES").map_or(2_000, |cases| cases.parse().expect("a number"))
}

#[test]
fn walker_and_prost_reflect_agree_on_whole_and_damaged_messages() {
    let cases = cases();
    let (mut refused, mut disagreements) = (0u64, std::collections::BTreeMap::new());
    let mut case = 0;
    while case < cases {
        let mut random = Random::new(case);
        let text = schema(&mut random);
        let validator = validator(&text);
        let pool = DescriptorPool::from_file_descriptor_set(descriptors(&text)).expect("a valid set");
        let descriptor = pool.get_message_by_name("t.M0").expect("the first message");
        for _ in 0..20 {
            let whole = message(&mut random, &descriptor, 4).encode_to_vec();
            let report = validator.validate(&whole, &rejecting());
            assert_eq!(findings(&report), [""; 0], "case {case}: {whole:x?}\n{text}");
            let mut damaged = whole;
            if !damaged.is_empty() {
                let at = random.below(damaged.len());
                damaged[at] = random.next() as u8;
            }
            let report = validator.validate(&damaged, &PayloadOptions::default());
            let oracle = DynamicMessage::decode(descriptor.clone(), damaged.as_slice());
            let accepts = report.violations().next().is_none();
            refused += u64::from(!accepts);
            if accepts != oracle.is_ok() {
                let reason = known_disagreement(&text, &report, oracle.is_ok()).unwrap_or_else(|| {
                    panic!(
                        "case {case}: {damaged:x?}\n{text}\n{:?}\n{:?}",
                        findings(&report),
                        oracle.as_ref().err()
                    )
                });
                *disagreements.entry(reason).or_insert(0u64) += 1;
            }
            case += 1;
        }
    }
    println!("{cases} damaged messages, {refused} refused, known disagreements {disagreements:?}");
    assert!(refused > cases / 20, "damage that is never found proves nothing");
}

#[test]
fn json_and_bytes_of_one_message_are_valid_and_have_one_value() {
    let json = PayloadOptions { encoding: Encoding::Json, ..rejecting() };
    for case in 0..cases() / 10 {
        let mut random = Random::new(case);
        let text = schema(&mut random);
        let validator = validator(&text);
        let pool = DescriptorPool::from_file_descriptor_set(descriptors(&text)).expect("a valid set");
        let descriptor = pool.get_message_by_name("t.M0").expect("the first message");
        for _ in 0..5 {
            let message = message(&mut random, &descriptor, 4);
            let bytes = message.encode_to_vec();
            let written = serde_json::to_string(&message).expect("JSON");
            let report = validator.validate(written.as_bytes(), &json);
            assert_eq!(findings(&report), [""; 0], "case {case}: {written}\n{text}");
            let (value, same) =
                (validator.decode(&bytes, &rejecting()), validator.decode(written.as_bytes(), &json));
            assert!(value.is_some(), "case {case}: {bytes:x?}\n{text}");
            assert_eq!(sorted(value), sorted(same), "case {case}: {written}\n{text}");
        }
    }
}

/// Maps have no order.
fn sorted(value: Option<crate::protobuf::Value>) -> Option<crate::protobuf::Value> {
    use crate::protobuf::Value;
    Some(match value? {
        Value::List(items) => Value::List(items.into_iter().filter_map(|item| sorted(Some(item))).collect()),
        Value::Map(members) => {
            let member = |(key, value)| Some((key, sorted(Some(value))?));
            let mut members: Vec<_> = members.into_iter().filter_map(member).collect();
            members.sort_by_key(|(key, _)| format!("{key:?}"));
            Value::Map(members)
        }
        Value::Message(message) => {
            let field = |(name, value)| Some((name, sorted(Some(value))?));
            let set = message.set.into_iter().filter_map(field).collect();
            Value::Message(crate::protobuf::MessageValue { set, ..message })
        }
        other => other,
    })
}
