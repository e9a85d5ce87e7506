//! What a reader makes of data, where the comparison says that it can read it.
//!
//! Messages of random writer schemas are encoded and decoded by `prost-reflect` with descriptors of `protox`:
//! nothing here but the comparison is ours. Whatever a reader refuses or changes must belong to a [`Class`] that
//! the policy is known to accept, and every accepted class must be met: an entry that is no longer true fails.
//!
//! `CHANCERY_PROTOBUF_CASES` sets the number of messages of each policy (default 2,000).

mod evolve;
mod expected;

use std::collections::BTreeSet;

use prost::Message as _;
use prost_reflect::{DescriptorPool, DeserializeOptions, DynamicMessage, MapKey, ReflectMessage, Value};

use self::evolve::File;
use self::expected::Class::{
    BecameRequired, BytesReadAsString, ConstantUnknown, GroupAndField, ListReadAsOne, NumberCut,
    PackedListReadAsOne,
};
use self::expected::{Class, Expected, integer};
use crate::difference::{CompareOptions, Policy};
use crate::protobuf::ProtobufSchema;
use crate::protobuf::payload::tests::{cases, descriptors, message};
use crate::random::Random;
use crate::{Limits, Source, Strictness};

/// The classes that each policy accepts knowingly.
const ACCEPTED: [(Policy, &[Class]); 3] = [
    (
        Policy::Reference,
        &[
            PackedListReadAsOne,
            ListReadAsOne,
            BytesReadAsString,
            GroupAndField,
            NumberCut,
            ConstantUnknown,
            BecameRequired,
        ],
    ),
    // The varint is still read; another range or a constant less is a change of meaning, for buf as well.
    (Policy::Wire, &[NumberCut, ConstantUnknown]),
    // `int32` and `uint32` are numbers of one class in JSON.
    (Policy::WireJson, &[NumberCut]),
];

#[test]
fn what_is_judged_readable_is_read_or_lost_in_a_known_way() {
    for (policy, accepted) in ACCEPTED {
        let (mut seed, mut messages, mut unharmed, mut met) = (0, 0, 0, BTreeSet::new());
        while messages < cases() || (met.len() < accepted.len() && seed < 50 * cases()) {
            seed += 1;
            let Some(pair) = Pair::compatible(seed, policy) else { continue };
            for _ in 0..5 {
                messages += 1;
                let found = pair.read_one(&mut Random::new(seed * 1_000 + messages), policy);
                unharmed += u64::from(found.is_empty());
                met.extend(found);
            }
        }
        println!("{}: {messages} messages, {unharmed} unharmed, {met:?}", policy.name());
        let accepted: BTreeSet<Class> = accepted.iter().copied().collect();
        assert_eq!(met, accepted, "{}", policy.name());
        assert!(unharmed * 3 > messages, "{unharmed} of {messages}");
    }
}

/// Two texts that the comparison lets follow each other, with their descriptors.
struct Pair {
    texts: String,
    writer: DescriptorPool,
    reader: DescriptorPool,
}

impl Pair {
    /// The pair of a seed, if the texts differ and are compatible.
    fn compatible(seed: u64, policy: Policy) -> Option<Self> {
        let mut random = Random::new(seed);
        let file = File::random(&mut random);
        let (writer, reader) = (file.text(), file.evolved(&mut random).text());
        let options = CompareOptions { policy, ..CompareOptions::default() };
        let found = ProtobufSchema::compare(&parsed(&reader), &parsed(&writer), &options);
        if writer == reader || !found.is_compatible() {
            return None;
        }
        Some(Self { writer: pool(&writer), reader: pool(&reader), texts: format!("{writer}\n{reader}") })
    }

    /// Sends one message through the pair and returns what happened to it, all of it expected.
    fn read_one(&self, random: &mut Random, policy: Policy) -> BTreeSet<Class> {
        let writer = self.writer.get_message_by_name("t.M0").expect("the writer's message");
        let reader = self.reader.get_message_by_name("t.M0").expect("the reader's message");
        let sent = message(random, &writer, 3);
        let expected = Expected::of(&sent, &reader);
        let mut met = expected.refused.clone();
        let about = || format!("{sent:?}\n{}", self.texts);
        match DynamicMessage::decode(reader.clone(), sent.encode_to_vec().as_slice()) {
            Err(error) => assert!(expected.breaks_decoding(), "{error}: {}", about()),
            Ok(received) => {
                assert!(!expected.breaks_decoding(), "{:?}: {}", expected.refused, about());
                met.extend(explained(&sent, &received, &expected, &about));
            }
        }
        if policy == Policy::WireJson {
            let text = serde_json::to_string(&sent).expect("JSON");
            let options = DeserializeOptions::new().deny_unknown_fields(false);
            // JSON is YAML. With exact numbers in the build `serde_json` shows them as maps to a reader
            // that takes any value, as that of `prost-reflect` does.
            let from = serde_norway::Deserializer::from_str(&text);
            match DynamicMessage::deserialize_with_options(reader, from, &options) {
                Err(error) => {
                    assert!(
                        expected.changed.values().any(|class| *class == NumberCut),
                        "{error}: {}",
                        about()
                    );
                }
                Ok(received) => met.extend(explained(&sent, &received, &expected, &about)),
            }
        }
        met
    }
}

/// The classes of all differences between two messages; each must be expected.
fn explained(
    sent: &DynamicMessage,
    received: &DynamicMessage,
    expected: &Expected,
    about: &dyn Fn() -> String,
) -> BTreeSet<Class> {
    let mut paths = Vec::new();
    differences(sent, received, "", &mut paths);
    // A closed enum is decoded by `prost-reflect` like an open one; other runtimes lose the constant.
    let unseen = expected.changed.values().filter(|class| **class == ConstantUnknown).copied();
    let classes = paths.iter().map(|path| {
        let class = expected
            .changed
            .iter()
            .find(|(known, _)| path == *known || path.starts_with(&format!("{known}/")));
        *class.unwrap_or_else(|| panic!("{path} is lost: {}", about())).1
    });
    classes.chain(unseen).collect()
}

/// The paths of the fields that were sent and did not arrive as they were.
fn differences(sent: &DynamicMessage, received: &DynamicMessage, path: &str, paths: &mut Vec<String>) {
    for (field, value) in sent.fields() {
        let path = format!("{path}/{}", field.number());
        let Some(there) = received.descriptor().get_field(field.number()) else {
            continue;
        };
        let arrived = received.get_field(&there);
        let (before, after) = (single_values(value), single_values(&arrived));
        if before.len() != after.len() || !received.has_field(&there) && !is_default(value) {
            paths.push(path);
            continue;
        }
        for ((key, before), (other_key, after)) in before.into_iter().zip(after) {
            match (before, after) {
                _ if key != other_key => paths.push(path.clone()),
                (Value::Message(before), Value::Message(after)) => differences(before, after, &path, paths),
                (before, after) if !is_same(before, after) => paths.push(path.clone()),
                _ => {}
            }
        }
    }
}

/// The values of a field: of a list, of a map in the order of their keys, or the one there is.
fn single_values(value: &Value) -> Vec<(String, &Value)> {
    match value {
        Value::List(items) => items.iter().map(|item| (String::new(), item)).collect(),
        Value::Map(entries) => {
            let key = |key: &MapKey| match integer(&key.clone().into()) {
                Some(number) => number.to_string(),
                None => format!("{key:?}"),
            };
            let mut entries: Vec<_> = entries.iter().map(|(name, value)| (key(name), value)).collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            entries
        }
        single => vec![(String::new(), single)],
    }
}

/// Whether a value is what a reader takes when nothing is sent.
fn is_default(value: &Value) -> bool {
    integer(value) == Some(0)
        || matches!(value, Value::String(text) if text.is_empty())
        || matches!(value, Value::Bytes(bytes) if bytes.is_empty())
        || matches!(value, Value::F32(number) if *number == 0.0)
        || matches!(value, Value::F64(number) if *number == 0.0)
        || matches!(value, Value::List(items) if items.iter().all(is_default))
}

fn is_same(before: &Value, after: &Value) -> bool {
    let bytes = |value: &Value| match value {
        Value::String(text) => Some(text.as_bytes().to_vec()),
        Value::Bytes(bytes) => Some(bytes.to_vec()),
        _ => None,
    };
    match (integer(before), integer(after)) {
        (Some(before), Some(after)) => before == after,
        _ => before == after || bytes(before).is_some() && bytes(before) == bytes(after),
    }
}

fn parsed(text: &str) -> ProtobufSchema {
    ProtobufSchema::parse(&Source::bare(text), Strictness::New, &Limits::default()).expect(text)
}

fn pool(text: &str) -> DescriptorPool {
    DescriptorPool::from_file_descriptor_set(descriptors(text)).expect("a valid set")
}
