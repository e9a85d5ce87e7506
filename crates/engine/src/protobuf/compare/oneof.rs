//! Oneofs: which ones vanished, and which fields exclude each other only since the reader's version.
//!
//! The rules of the reference since mid-2026. Before, oneofs were compared by name alone.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::message::Member;
use super::{Comparer, Node};
use crate::protobuf::ast::{Message, Oneof};
use crate::protobuf::rules;

/// Names of the writer's oneofs that the reader lacks together with every number of theirs.
pub(super) fn gone<'a>(
    writer: &'a Message,
    reader: &Message,
    reader_fields: &BTreeMap<i32, Member<'_>>,
) -> HashSet<&'a str> {
    let kept: HashSet<&str> = reader.oneofs.iter().map(|oneof| oneof.name.as_str()).collect();
    let is_gone = |oneof: &&Oneof| {
        !kept.contains(oneof.name.as_str())
            && !oneof.fields.iter().any(|field| reader_fields.contains_key(&field.number))
    };
    writer.oneofs.iter().filter(is_gone).map(|oneof| oneof.name.as_str()).collect()
}

impl<'a> Comparer<'a> {
    /// Members of one reader's oneof that the writer could set together.
    ///
    /// Members that shared a oneof count as one group, every field outside one is its own group, numbers
    /// the writer does not know are no group. More than one group loses data.
    pub(super) fn exclusivity(&mut self, reader: &Node<'a>, writer_fields: &BTreeMap<i32, Member<'a>>) {
        for oneof in by_name(reader.message).into_values() {
            let known = oneof.fields.iter().filter_map(|field| writer_fields.get(&field.number));
            let (mut outside, mut shared) = (BTreeSet::new(), HashSet::new());
            let mut names = Vec::new();
            for member in known {
                names.push(member.field.name.as_str());
                match member.oneof {
                    None => {
                        outside.insert(member.field.number);
                    }
                    Some(oneof) => {
                        shared.insert(oneof.name.as_str());
                    }
                }
            }
            if outside.len() + shared.len() < 2 {
                continue;
            }
            let several = outside.len() >= 2;
            let rule = if several {
                &rules::MULTIPLE_FIELDS_MOVED_TO_ONEOF
            } else {
                &rules::FIELD_MOVED_TO_EXISTING_ONEOF
            };
            let (at, info) = (reader.part(&oneof.name, oneof.span), names.join(", "));
            self.within(&oneof.name, |comparer| comparer.report(rule, info, Some(at), None));
        }
    }

    pub(super) fn oneofs(&mut self, writer: &Node<'a>, reader: &Node<'a>) {
        let (old, new) = (by_name(writer.message), by_name(reader.message));
        let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
        for name in names {
            self.within(name, |comparer| match (old.get(name), new.get(name)) {
                (Some(oneof), None) => {
                    let at = writer.part(name, oneof.span);
                    comparer.report(&rules::ONEOF_REMOVED, name.to_owned(), None, Some(at));
                }
                (None, Some(oneof)) => {
                    let at = reader.part(name, oneof.span);
                    comparer.report(&rules::ONEOF_ADDED, name.to_owned(), Some(at), None);
                }
                _ => {}
            });
        }
    }
}

/// Oneofs by name; the last of a name counts.
fn by_name(message: &Message) -> BTreeMap<&str, &Oneof> {
    let last: HashMap<&str, &Oneof> =
        message.oneofs.iter().map(|oneof| (oneof.name.as_str(), oneof)).collect();
    last.into_iter().collect()
}
