//! One pair of fields under the same number.

use super::kind::{Kind, json_class};
use super::message::Member;
use super::{At, Comparer, Node, Role, local_name};
use crate::difference::Rule;
use crate::protobuf::ast::{Field, Label, Scalar};
use crate::protobuf::rules;

/// A field with its message and the place it stands at.
type Placed<'a, 'b> = (&'b Node<'a>, Member<'a>, At);

/// How often a field may occur.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cardinality {
    Implicit,
    Explicit,
    Required,
    Repeated,
}

impl<'a> Comparer<'a> {
    pub(super) fn field(&mut self, writer: Placed<'a, '_>, reader: Placed<'a, '_>) {
        let places = Places { writer: writer.2, reader: reader.2 };
        let (old, new) = (writer.1.field, reader.1.field);
        if old.name != new.name {
            self.found_at(&rules::FIELD_NAME_CHANGED, change(&old.name, &new.name), &places);
        }
        self.json_names(&old.name_in_json(), &new.name_in_json(), &places);
        let old_kind = Kind::of(self.sides.files(Role::Writer), &writer.0.name, &old.kind);
        let new_kind = Kind::of(self.sides.files(Role::Reader), &reader.0.name, &new.kind);
        if self.kinds(&old_kind, &new_kind, &places) {
            let is_map = matches!(old_kind, Kind::Map(_));
            if let (Some(group), false) = (old_kind.group(), is_map) {
                let is_text = group == super::kind::Group::StringOrBytes;
                self.labels(old.label, new.label, is_text, &places);
            }
            if !is_map {
                let is_message = matches!(old_kind, Kind::Message(..));
                // Messages and members of oneofs always know whether they are set.
                let (old_oneof, new_oneof) = (writer.1.oneof.is_some(), reader.1.oneof.is_some());
                let before = occurs(old.label, is_message || old_oneof);
                let after = occurs(new.label, is_message || new_oneof);
                self.cardinality(before, after, &new.name, &places);
            }
            self.defaults(old, new, &places);
        }
    }

    pub(super) fn json_names(&mut self, old: &str, new: &str, places: &Places) {
        if old != new {
            self.found_at(&rules::FIELD_JSON_NAME_CHANGED, change(old, new), places);
        }
    }

    fn found_at(&mut self, rule: &'static Rule, info: String, places: &Places) {
        self.report(rule, info, Some(places.reader.clone()), Some(places.writer.clone()));
    }

    fn type_change(&self, writer: &Kind<'a>, reader: &Kind<'a>) -> String {
        let files = |role| self.sides.files(role);
        change(&writer.text(files(Role::Writer)), &reader.text(files(Role::Reader)))
    }

    /// Compares what two fields hold; false when their labels need no look.
    fn kinds(&mut self, writer: &Kind<'a>, reader: &Kind<'a>, places: &Places) -> bool {
        match (writer, reader) {
            (Kind::Map(old), Kind::Map(new)) => {
                self.kinds(&old.0, &new.0, places);
                self.kinds(&old.1, &new.1, places);
                true
            }
            (Kind::Message(..), Kind::Message(..)) => {
                self.message_types(writer, reader, places);
                true
            }
            _ => match (writer.group(), reader.group()) {
                (Some(old), Some(new)) if old == new => {
                    if let Some(rule) = self.finer_change(writer, reader) {
                        self.found_at(rule, self.type_change(writer, reader), places);
                    }
                    true
                }
                (Some(_), Some(_)) => {
                    let info = self.type_change(writer, reader);
                    self.found_at(&rules::FIELD_SCALAR_KIND_CHANGED, info, places);
                    false
                }
                _ => {
                    self.found_at(&rules::FIELD_KIND_CHANGED, self.type_change(writer, reader), places);
                    false
                }
            },
        }
    }

    /// A change inside one group of scalars, which the reference does not see.
    fn finer_change(&self, writer: &Kind<'a>, reader: &Kind<'a>) -> Option<&'static Rule> {
        match (writer, reader) {
            (Kind::Enum(old), Kind::Enum(new)) => {
                let files = |role| self.sides.files(role);
                let renamed = local_name(files(Role::Writer), old) != local_name(files(Role::Reader), new);
                renamed.then_some(&rules::FIELD_ENUM_TYPE_CHANGED)
            }
            (Kind::Scalar(old), Kind::Scalar(new)) if old == new => None,
            (Kind::Scalar(Scalar::Bytes), Kind::Scalar(_)) => Some(&rules::BYTES_READ_AS_STRING),
            (Kind::Scalar(Scalar::String), Kind::Scalar(_)) => Some(&rules::STRING_READ_AS_BYTES),
            (Kind::Scalar(old), Kind::Scalar(new)) if json_class(*old) == json_class(*new) => {
                Some(&rules::FIELD_SCALAR_TYPE_CHANGED)
            }
            (Kind::Scalar(_), Kind::Scalar(_)) => Some(&rules::FIELD_JSON_TYPE_CHANGED),
            _ => Some(&rules::ENUM_AND_NUMBER_SWAPPED),
        }
    }

    /// Message types: by name below the package, then in depth unless both are local or come from one
    /// version of one subject.
    fn message_types(&mut self, writer: &Kind<'a>, reader: &Kind<'a>, places: &Places) {
        let (Kind::Message(old_written, old), Kind::Message(new_written, new)) = (writer, reader) else {
            return;
        };
        let changed = match (old, new) {
            (Some((old, old_message)), Some((new, new_message))) => {
                let (files_old, files_new) = (self.sides.files(Role::Writer), self.sides.files(Role::Reader));
                let name = local_name(files_old, old);
                if name != local_name(files_new, new) {
                    true
                } else if old.home == new.home && old.home.is_shared() {
                    // Both local, or the same built-in file.
                    false
                } else if files_old.origin(old.home).is_some()
                    && files_old.origin(old.home) == files_new.origin(new.home)
                {
                    false
                } else {
                    let old = Node { message: old_message, name: old.name.into(), home: old.home };
                    let new = Node { message: new_message, name: new.name.into(), home: new.home };
                    self.imported(&old, &new, name)
                }
            }
            _ => old_written != new_written,
        };
        if changed {
            self.found_at(&rules::FIELD_NAMED_TYPE_CHANGED, self.type_change(writer, reader), places);
        }
    }

    /// The reference's label rule: only labels written on both sides are compared.
    fn labels(&mut self, writer: Option<Label>, reader: Option<Label>, is_text: bool, places: &Places) {
        let (Some(old), Some(new)) = (writer, reader) else { return };
        if old != new {
            let rule = if is_text {
                &rules::FIELD_STRING_OR_BYTES_LABEL_CHANGED
            } else {
                &rules::FIELD_NUMERIC_LABEL_CHANGED
            };
            self.found_at(rule, change(old.keyword(), new.keyword()), places);
        }
    }

    /// Cardinality with what missing labels mean (ours).
    pub(super) fn cardinality(
        &mut self,
        writer: Cardinality,
        reader: Cardinality,
        name: &str,
        places: &Places,
    ) {
        use Cardinality::{Explicit, Implicit, Repeated, Required};
        let rule = match (writer, reader) {
            (Repeated, Repeated) => return,
            (Repeated, _) => &rules::REPEATED_READ_AS_SINGULAR,
            (_, Repeated) => &rules::SINGULAR_READ_AS_REPEATED,
            (Required, Required) => return,
            (_, Required) => &rules::FIELD_BECAME_REQUIRED,
            (Required, _) => &rules::FIELD_NO_LONGER_REQUIRED,
            (Implicit, Explicit) | (Explicit, Implicit) => &rules::FIELD_PRESENCE_CHANGED,
            (Implicit, Implicit) | (Explicit, Explicit) => return,
        };
        self.found_at(rule, name.to_owned(), places);
    }

    fn defaults(&mut self, writer: &Field, reader: &Field, places: &Places) {
        if writer.default != reader.default {
            let text = |default: &Option<String>| default.clone().unwrap_or_else(|| "none".to_owned());
            let info = change(&text(&writer.default), &text(&reader.default));
            self.found_at(&rules::FIELD_DEFAULT_CHANGED, info, places);
        }
    }
}

/// Where the two elements stand.
pub(super) struct Places {
    pub(super) writer: At,
    pub(super) reader: At,
}

/// What a label means; some fields know without one whether they are set.
pub(super) fn occurs(label: Option<Label>, has_presence: bool) -> Cardinality {
    match label {
        Some(Label::Repeated) => Cardinality::Repeated,
        Some(Label::Required) => Cardinality::Required,
        Some(Label::Optional) => Cardinality::Explicit,
        None if has_presence => Cardinality::Explicit,
        None => Cardinality::Implicit,
    }
}

/// `writer -> reader`.
pub(super) fn change(writer: &str, reader: &str) -> String {
    format!("{writer} -> {reader}")
}
