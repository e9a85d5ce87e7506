//! What a compiler refuses although a descriptor could express it.

use std::collections::{HashMap, HashSet};

use crate::SchemaError;
use crate::protobuf::ast::{Field, FieldType, File, Message, ReservedValue, Span, messages};

/// Checks every message of a file.
///
/// # Errors
/// [`SchemaError::Invalid`] with the first thing that is wrong.
pub(super) fn check(file: &File) -> Result<(), SchemaError> {
    file.messages().try_for_each(|node| message(node, file.is_proto3()))
}

fn message(node: &Message, is_proto3: bool) -> Result<(), SchemaError> {
    let fields = || node.fields.iter().chain(node.oneofs.iter().flat_map(|oneof| &oneof.fields));
    reserved_names(node, fields())?;
    for oneof in &node.oneofs {
        if oneof.fields.is_empty() && oneof.groups.is_empty() {
            return refused(format!("oneof `{}` must have at least one field", oneof.name), oneof.span);
        }
        if let Some(map) = oneof.fields.iter().find(|field| matches!(field.kind, FieldType::Map(..))) {
            return refused(format!("map field `{}` cannot be a member of a oneof", map.name), map.span);
        }
    }
    if is_proto3 {
        if let Some(field) = fields().find(|field| field.default.is_some()) {
            return refused(format!("field `{}`: proto3 has no explicit defaults", field.name), field.span);
        }
        let groups = node.groups.iter().chain(node.oneofs.iter().flat_map(|oneof| &oneof.groups));
        if let Some(group) = groups.into_iter().next() {
            return refused(format!("group `{}`: proto3 has no groups", group.name), group.span);
        }
        names_in_json(fields())?;
    }
    messages(&node.types).try_for_each(|nested| message(nested, is_proto3))
}

fn reserved_names<'a>(
    node: &Message,
    mut fields: impl Iterator<Item = &'a Field>,
) -> Result<(), SchemaError> {
    let values = node.reserved.iter().flat_map(|statement| &statement.values);
    let names: HashSet<&str> = values
        .filter_map(|value| match value {
            ReservedValue::Name(name) => Some(name.as_str()),
            ReservedValue::Range(_) => None,
        })
        .collect();
    match fields.find(|field| names.contains(field.name.as_str())) {
        None => Ok(()),
        Some(field) => refused(format!("field name `{}` is reserved", field.name), field.span),
    }
}

fn names_in_json<'a>(fields: impl Iterator<Item = &'a Field>) -> Result<(), SchemaError> {
    let mut known: HashMap<String, &str> = HashMap::new();
    for field in fields {
        let name = field.name_in_json();
        if let Some(other) = known.get(&name) {
            let message = format!("fields `{other}` and `{}` have one name in JSON: `{name}`", field.name);
            return refused(message, field.span);
        }
        known.insert(name, &field.name);
    }
    Ok(())
}

fn refused(message: String, span: Span) -> Result<(), SchemaError> {
    Err(SchemaError::Invalid { message, offset: span.is_known().then_some(span.start) })
}
