//! Groups. The reference does not see them: every finding here is of ours.
//!
//! What a group holds is compared like the fields of a message; where the reference has a kind for what is
//! found, [`Comparer::report`] puts one of ours in its place.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::field::{Places, occurs};
use super::message::{Bodies, Member};
use super::reserved::ReservedSet;
use super::{Comparer, Node};
use crate::protobuf::ast::{Group, Message};
use crate::protobuf::files::joined;
use crate::protobuf::rules;

impl<'a> Comparer<'a> {
    /// Compares the groups of two messages, by number.
    pub(super) fn groups(
        &mut self,
        writer: &Node<'a>,
        reader: &Node<'a>,
        old_fields: &BTreeMap<i32, Member<'a>>,
        new_fields: &BTreeMap<i32, Member<'a>>,
    ) {
        let (old, new) = (groups(writer.message), groups(reader.message));
        for (number, group) in &old {
            let at = writer.part(&group.name, group.span);
            self.within(&number.to_string(), |comparer| match (new_fields.get(number), new.get(number)) {
                (Some(field), _) => {
                    let there = reader.field_at(*field);
                    let rule = &rules::GROUP_AND_FIELD_SWAPPED;
                    comparer.report(rule, group.name.clone(), Some(there), Some(at));
                }
                (None, Some(update)) => comparer.group((writer, group), (reader, update)),
                (None, None) => comparer.report(&rules::GROUP_REMOVED, group.name.clone(), None, Some(at)),
            });
        }
        for (number, group) in &new {
            let Some(field) = old_fields.get(number) else { continue };
            let at = reader.part(&group.name, group.span);
            let there = writer.field_at(*field);
            self.within(&number.to_string(), |comparer| {
                comparer.report(&rules::GROUP_AND_FIELD_SWAPPED, group.name.clone(), Some(at), Some(there));
            });
        }
    }

    fn group(&mut self, writer: (&Node<'a>, &'a Group), reader: (&Node<'a>, &'a Group)) {
        let (old, new) = (writer.1, reader.1);
        let places =
            Places { writer: writer.0.part(&old.name, old.span), reader: reader.0.part(&new.name, new.span) };
        let outer = std::mem::replace(&mut self.in_group, true);
        self.json_names(&old.name.to_lowercase(), &new.name.to_lowercase(), &places);
        // A group is a message: it always knows whether it is set.
        let (before, after) = (occurs(old.label, true), occurs(new.label, true));
        self.cardinality(before, after, &new.name, &places);
        let inside = |node: &Node<'a>, group: &Group| Node {
            name: joined(&node.name, &group.name).into(),
            ..node.clone()
        };
        let (writer, reader) = (inside(writer.0, old), inside(reader.0, new));
        let bodies = Bodies {
            writer: &writer,
            reader: &reader,
            gone: &HashSet::new(),
            reserved: ReservedSet::of(&[]),
        };
        let (before, after) = (fields(old), fields(new));
        let numbers: BTreeSet<i32> = before.keys().chain(after.keys()).copied().collect();
        for number in numbers {
            if !self.step() {
                break;
            }
            self.number(number, before.get(&number).copied(), after.get(&number).copied(), &bodies);
        }
        self.in_group = outer;
    }
}

/// The groups of a message and of its oneofs, by number.
fn groups(message: &Message) -> BTreeMap<i32, &Group> {
    let inner = message.oneofs.iter().flat_map(|oneof| &oneof.groups);
    message.groups.iter().chain(inner).map(|group| (group.number, group)).collect()
}

fn fields(group: &Group) -> BTreeMap<i32, Member<'_>> {
    group.fields.iter().map(|field| (field.number, Member { field, oneof: None })).collect()
}
