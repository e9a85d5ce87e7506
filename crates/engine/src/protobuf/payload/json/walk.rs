//! The walk along a JSON tree and the compiled schema.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use super::{scalar, time};
use crate::protobuf::payload::findings::{self, Enough, Findings};
use crate::protobuf::payload::table::{Field, Kind, Label, Message, Table, WellKnown};
use crate::tree::{Node, Object, Value as Json, pointer_token};
use crate::violation::{UnknownFields, Violation};

/// Reports everything that is wrong with a tree.
pub(super) fn walk(
    table: &Table,
    message: u32,
    node: &Node,
    unknown_fields: UnknownFields,
    findings: &mut Findings,
) {
    let mut walker = Walker { table, unknown_fields, findings };
    // Enough is enough: everything has been recorded.
    let _ = walker.message(message, node, &Path::Root);
}

struct Walker<'a> {
    table: &'a Table,
    unknown_fields: UnknownFields,
    findings: &'a mut Findings,
}

/// The way to a node.
#[derive(Clone, Copy)]
enum Path<'p> {
    Root,
    Member(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

impl Path<'_> {
    fn pointer(&self) -> String {
        let mut out = String::new();
        self.push(&mut out);
        out
    }

    fn push(&self, out: &mut String) {
        match self {
            Self::Root => {}
            Self::Member(parent, name) => {
                parent.push(out);
                out.push('/');
                out.push_str(&pointer_token(name));
            }
            Self::Item(parent, index) => {
                parent.push(out);
                // Writing to a String cannot fail.
                let _ = write!(out, "/{index}");
            }
        }
    }
}

impl Walker<'_> {
    fn message(&mut self, id: u32, node: &Node, path: &Path<'_>) -> Result<(), Enough> {
        let message = &self.table.messages[id as usize];
        match message.well_known {
            Some(known) => self.well_known(known, message, node, path),
            None => self.members(message, node, path, None),
        }
    }

    /// Holds the members of an object against the fields of a message; `but` is not one of them.
    fn members(
        &mut self,
        message: &Message,
        node: &Node,
        path: &Path<'_>,
        but: Option<&str>,
    ) -> Result<(), Enough> {
        let Some(object) = node.as_object() else { return self.unexpected("object", node, path) };
        let mut present = HashSet::new();
        let mut oneofs = HashMap::new();
        for (name, member) in object.iter().filter(|(name, _)| Some(*name) != but) {
            let path = Path::Member(path, name);
            let Some(position) = message.find_json(name) else {
                self.unknown(member, &path, || format!("`{}` has no field of this name", message.name))?;
                continue;
            };
            let field = &message.fields[usize::from(position)];
            if member.value == Json::Null && !self.takes_null(field.kind, field.label) {
                continue;
            }
            if !present.insert(position) {
                let reason = || format!("field `{}` stands here under two names", field.name);
                self.report("schema.protobuf.type", member, &path, reason)?;
            }
            if let Some(oneof) = field.oneof
                && oneofs.insert(oneof, position).is_some_and(|other| other != position)
            {
                let reason = || format!("another member of the oneof of `{}` is set", field.name);
                self.report("schema.protobuf.oneof", member, &path, reason)?;
            }
            self.field(field, member, &path)?;
        }
        for position in &message.required {
            if !present.contains(position) {
                let field = &message.fields[usize::from(*position)];
                let pointer = || Path::Member(path, &field.json_name).pointer();
                self.findings.error(node.offset, || findings::missing(pointer(), message, field))?;
            }
        }
        Ok(())
    }

    fn field(&mut self, field: &Field, node: &Node, path: &Path<'_>) -> Result<(), Enough> {
        match field.label {
            Label::Map => self.map(field.kind, node, path),
            Label::Repeated => {
                let Some(items) = node.as_array() else { return self.unexpected("array", node, path) };
                items
                    .iter()
                    .enumerate()
                    .try_for_each(|(index, item)| self.single(field.kind, item, &Path::Item(path, index)))
            }
            _ => self.single(field.kind, node, path),
        }
    }

    fn map(&mut self, entry: Kind, node: &Node, path: &Path<'_>) -> Result<(), Enough> {
        let Some(object) = node.as_object() else { return self.unexpected("object", node, path) };
        let Some((key, value)) = self.table.entry(entry) else { return Ok(()) };
        for (name, member) in object.iter() {
            let path = Path::Member(path, name);
            if scalar::read_key(key, name).is_none() {
                let reason = || format!("expected the key to be {}", key.name());
                self.report("schema.protobuf.type", member, &path, reason)?;
            }
            self.single(value, member, &path)?;
        }
        Ok(())
    }

    fn single(&mut self, kind: Kind, node: &Node, path: &Path<'_>) -> Result<(), Enough> {
        match kind {
            Kind::Message(id) | Kind::Group(id) => self.message(id, node, path),
            Kind::Enum(id) => self.enumeration(id, node, path),
            Kind::String if node.as_str().is_some() => Ok(()),
            kind if scalar::read(kind, node).is_some() => Ok(()),
            kind => self.unexpected(kind.name(), node, path),
        }
    }

    /// A name or a number; any number where the enum is open.
    fn enumeration(&mut self, id: u32, node: &Node, path: &Path<'_>) -> Result<(), Enough> {
        let enumeration = &self.table.enums[id as usize];
        let is_known = match &node.value {
            Json::String(name) => enumeration.find_number(name).is_some(),
            Json::Number(text) => match scalar::integer(text).and_then(|number| i32::try_from(number).ok()) {
                Some(number) => !enumeration.is_closed || enumeration.has_number(number),
                None => return self.unexpected("enum", node, path),
            },
            Json::Null => enumeration.is_null_value(),
            _ => return self.unexpected("enum", node, path),
        };
        if is_known {
            return Ok(());
        }
        let reason = || format!("enum `{}` has no such constant", enumeration.name);
        self.report("schema.protobuf.enum", node, path, reason)
    }

    fn well_known(
        &mut self,
        known: WellKnown,
        message: &Message,
        node: &Node,
        path: &Path<'_>,
    ) -> Result<(), Enough> {
        let text = node.as_str();
        let (is_valid, expected) = match known {
            WellKnown::Any => return self.any(node, path),
            WellKnown::Wrapper => match message.find_field(1) {
                Some(value) => return self.single(message.fields[usize::from(value)].kind, node, path),
                None => (false, "wrapper"),
            },
            WellKnown::Value => return self.free(node, path),
            WellKnown::Struct if node.as_object().is_some() => return self.free(node, path),
            WellKnown::ListValue if node.as_array().is_some() => return self.free(node, path),
            WellKnown::Struct => (false, "object"),
            WellKnown::ListValue => (false, "array"),
            WellKnown::Timestamp => {
                (text.and_then(time::timestamp).is_some(), "timestamp (RFC 3339, years 1 to 9999)")
            }
            WellKnown::Duration => {
                (text.and_then(time::duration).is_some(), "duration (seconds with `s`, within 10000 years)")
            }
            WellKnown::FieldMask => {
                (text.is_some_and(|text| !text.contains('_')), "field mask (paths in lower camel case)")
            }
        };
        if is_valid { Ok(()) } else { self.unexpected(expected, node, path) }
    }

    /// Any JSON, as long as its numbers are doubles.
    fn free(&mut self, node: &Node, path: &Path<'_>) -> Result<(), Enough> {
        match &node.value {
            Json::Number(_) if scalar::float(node).is_none() => self.unexpected("double", node, path),
            Json::Array(items) => items
                .iter()
                .enumerate()
                .try_for_each(|(index, item)| self.free(item, &Path::Item(path, index))),
            Json::Object(members) => {
                members.iter().try_for_each(|(name, member)| self.free(member, &Path::Member(path, name)))
            }
            _ => Ok(()),
        }
    }

    /// A message with its type in `@type`; well-known ones stand in `value`.
    fn any(&mut self, node: &Node, path: &Path<'_>) -> Result<(), Enough> {
        let Some(object) = node.as_object() else { return self.unexpected("object", node, path) };
        if object.is_empty() {
            return Ok(());
        }
        let Some(id) = self.type_of_any(node, object, path)? else { return Ok(()) };
        let message = &self.table.messages[id as usize];
        match (message.well_known, object.get("value")) {
            (None, _) => self.members(message, node, path, Some("@type")),
            (Some(_), Some(value)) => self.message(id, value, &Path::Member(path, "value")),
            (Some(_), None) => self.unexpected("a member `value` for this `@type`", node, path),
        }
    }

    fn type_of_any(&mut self, node: &Node, object: &Object, path: &Path<'_>) -> Result<Option<u32>, Enough> {
        let path = Path::Member(path, "@type");
        let Some(url) = object.get("@type").and_then(Node::as_str) else {
            let reason = || "expected a type URL".to_owned();
            self.report("schema.protobuf.type", node, &path, reason)?;
            return Ok(None);
        };
        let found = self.table.find_message(url.rsplit('/').next().unwrap_or(url));
        if found.is_none() {
            self.unknown(node, &path, || "the schema does not know this type".to_owned())?;
        }
        Ok(found)
    }

    /// Whether `null` is a value of the field.
    fn takes_null(&self, kind: Kind, label: Label) -> bool {
        match kind {
            _ if matches!(label, Label::Repeated | Label::Map) => false,
            Kind::Message(id) => self.table.messages[id as usize].well_known == Some(WellKnown::Value),
            Kind::Enum(id) => self.table.enums[id as usize].is_null_value(),
            _ => false,
        }
    }

    fn unknown(
        &mut self,
        node: &Node,
        path: &Path<'_>,
        reason: impl FnOnce() -> String,
    ) -> Result<(), Enough> {
        let finding = || Violation::data("schema.protobuf.unknown-fields", path.pointer(), reason());
        self.findings.unknown(self.unknown_fields, node.offset, finding)
    }

    fn unexpected(&mut self, expected: &str, node: &Node, path: &Path<'_>) -> Result<(), Enough> {
        let found = match &node.value {
            Json::Null => "null",
            Json::Bool(_) => "boolean",
            // The kind of JSON may fit and the value not: `300` is no bool, `1.5` no int32.
            Json::Number(_) => "another number",
            Json::String(_) => "another string",
            Json::Array(_) => "array",
            Json::Object(_) => "object",
        };
        let reason = || format!("expected {expected}, found {found}");
        let finding =
            || Violation::data("schema.protobuf.type", path.pointer(), reason()).expecting(expected);
        self.findings.error(node.offset, finding)
    }

    fn report(
        &mut self,
        rule: &str,
        node: &Node,
        path: &Path<'_>,
        reason: impl FnOnce() -> String,
    ) -> Result<(), Enough> {
        self.findings.error(node.offset, || Violation::data(rule, path.pointer(), reason()))
    }
}
