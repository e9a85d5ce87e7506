//! One pair of messages: oneofs, fields by number, groups, nested types.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::reserved::ReservedSet;
use super::{At, Comparer, Node, Scopes};
use crate::protobuf::ast::{Field, Label, Message, Oneof, Span};
use crate::protobuf::rules;

/// A field with the oneof it is a member of.
#[derive(Clone, Copy)]
pub(super) struct Member<'a> {
    pub(super) field: &'a Field,
    pub(super) oneof: Option<&'a Oneof>,
}

/// The fields of a message by number; the last of a number counts, members of oneofs come last
/// (reference behaviour).
pub(super) fn members(message: &Message) -> BTreeMap<i32, Member<'_>> {
    let mut members = BTreeMap::new();
    for field in &message.fields {
        members.insert(field.number, Member { field, oneof: None });
    }
    for oneof in &message.oneofs {
        for field in &oneof.fields {
            members.insert(field.number, Member { field, oneof: Some(oneof) });
        }
    }
    members
}

impl Node<'_> {
    /// The place of a part of this message.
    pub(super) fn part(&self, name: &str, span: Span) -> At {
        At { home: self.home, span, name: format!("{}.{name}", self.name) }
    }

    pub(super) fn field_at(&self, member: Member<'_>) -> At {
        self.part(&member.field.name, member.field.span)
    }
}

impl<'a> Comparer<'a> {
    /// Compares two messages under the path at hand. A writer's message that is being compared already is
    /// skipped, but for its nested types (reference behaviour).
    pub(super) fn message(&mut self, writer: &Node<'a>, reader: &Node<'a>) {
        if !self.step() {
            return;
        }
        match self.stack.get(&writer.key()) {
            Some(position) => self.lowest = self.lowest.min(*position),
            None => {
                self.stack.insert(writer.key(), self.stack.len());
                self.body(writer, reader);
                self.stack.remove(&writer.key());
            }
        }
        if !self.undecided {
            let scopes = Scopes { reader: reader.scope(), writer: writer.scope() };
            self.types(&writer.message.types, &reader.message.types, &scopes);
        }
    }

    fn body(&mut self, writer: &Node<'a>, reader: &Node<'a>) {
        let (old, new) = (members(writer.message), members(reader.message));
        let gone = super::oneof::gone(writer.message, reader.message, &new);
        self.exclusivity(reader, &old);
        self.oneofs(writer, reader);
        let context =
            Bodies { writer, reader, gone: &gone, reserved: ReservedSet::of(&reader.message.reserved) };
        let numbers: BTreeSet<i32> = old.keys().chain(new.keys()).copied().collect();
        for number in numbers {
            if !self.step() {
                return;
            }
            self.number(number, old.get(&number).copied(), new.get(&number).copied(), &context);
        }
        self.groups(writer, reader, &old, &new);
        let (old, new) = (writer.at(), reader.at());
        self.reserved(&writer.message.reserved, &reader.message.reserved, &old, &new);
    }

    pub(super) fn number(
        &mut self,
        number: i32,
        old: Option<Member<'a>>,
        new: Option<Member<'a>>,
        bodies: &Bodies<'a, '_>,
    ) {
        let owner = new.or(old).and_then(|member| member.oneof);
        let step = owner.map_or_else(|| number.to_string(), |oneof| format!("{}/{number}", oneof.name));
        self.within(&step, |comparer| match (old, new) {
            (Some(old), None) => comparer.removed(old, bodies),
            (None, Some(new)) => comparer.added(new, bodies),
            (Some(old), Some(new)) => {
                let (reader, writer) = (bodies.reader.field_at(new), bodies.writer.field_at(old));
                if old.oneof.is_some() && new.oneof.is_none() {
                    let info = new.field.name.clone();
                    let rule = &rules::ONEOF_FIELD_MOVED_TO_TOP_LEVEL;
                    comparer.report(rule, info, Some(reader.clone()), Some(writer.clone()));
                }
                if old.oneof.is_none() && new.oneof.is_some() {
                    let info = new.field.name.clone();
                    let rule = &rules::FIELD_MOVED_INTO_ONEOF;
                    comparer.report(rule, info, Some(reader.clone()), Some(writer.clone()));
                }
                comparer.field((bodies.writer, old, writer), (bodies.reader, new, reader));
            }
            (None, None) => {}
        });
    }

    fn removed(&mut self, old: Member<'a>, bodies: &Bodies<'_, '_>) {
        let at = Some(bodies.writer.field_at(old));
        let info = old.field.name.clone();
        match old.oneof {
            Some(oneof) if bodies.gone.contains(oneof.name.as_str()) => {}
            Some(_) => self.report(&rules::ONEOF_FIELD_REMOVED, info.clone(), None, at.clone()),
            None if old.field.label == Some(Label::Required) => {
                self.report(&rules::REQUIRED_FIELD_REMOVED, info.clone(), None, at.clone());
            }
            None => self.report(&rules::FIELD_REMOVED, info.clone(), None, at.clone()),
        }
        if !bodies.reserved.contains(old.field.number) {
            self.report(&rules::FIELD_NUMBER_NOT_RESERVED, info, None, at);
        }
    }

    fn added(&mut self, new: Member<'a>, bodies: &Bodies<'_, '_>) {
        let rule = match (new.oneof, new.field.label) {
            (Some(_), _) => &rules::ONEOF_FIELD_ADDED,
            (None, Some(Label::Required)) => &rules::REQUIRED_FIELD_ADDED,
            (None, _) => &rules::FIELD_ADDED,
        };
        self.report(rule, new.field.name.clone(), Some(bodies.reader.field_at(new)), None);
    }
}

/// What the fields of a pair have in common.
pub(super) struct Bodies<'a, 'b> {
    pub(super) writer: &'b Node<'a>,
    pub(super) reader: &'b Node<'a>,
    /// Names of the writer's oneofs that are gone with all their numbers.
    pub(super) gone: &'b HashSet<&'a str>,
    pub(super) reserved: ReservedSet<'a>,
}
