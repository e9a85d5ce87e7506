//! The normal form: two texts that declare the same thing in another order or spelling become one tree.
//!
//! Follows the reference's normalising print. The order of messages, nested messages, services and methods
//! stays, because message indexes depend on it. Names that resolve nowhere stay as written. Normalizing
//! what is normal changes nothing.

mod join;
mod options;
#[cfg(test)]
mod tests;

use super::ast::{
    Enum, Extend, Extensions, Field, FieldType, File, Group, Message, Oneof, Range, Reserved, ReservedValue,
    Scalar, Syntax, TypeNode,
};
use super::files::{Files, TypeRef, joined};
pub(super) use join::{Joined, into_entries};
pub(super) use options::ExtensionNames;

/// The normal form of the schema's own file.
pub(super) fn normalize(files: &Files) -> File {
    let normalizer = Normalizer { files, extensions: ExtensionNames::of(files) };
    normalizer.file(&files.local)
}

struct Normalizer<'a> {
    files: &'a Files,
    extensions: ExtensionNames,
}

impl Normalizer<'_> {
    fn file(&self, file: &File) -> File {
        let scope = file.package.clone().unwrap_or_default();
        let mut services = file.services.clone();
        for service in &mut services {
            service.options = self.options(&scope, &service.options);
            for rpc in &mut service.rpcs {
                rpc.request = self.type_name(&scope, &rpc.request);
                rpc.response = self.type_name(&scope, &rpc.response);
                rpc.options = self.options(&scope, &rpc.options);
            }
        }
        File {
            syntax: file.syntax.filter(|syntax| *syntax == Syntax::Proto3),
            package: file.package.clone(),
            imports: sorted(&file.imports),
            public_imports: sorted(&file.public_imports),
            weak_imports: sorted(&file.weak_imports),
            options: self.options(&scope, &file.options),
            types: self.types(&scope, &file.types),
            extends: self.extends(&scope, &file.extends),
            services,
        }
    }

    fn types(&self, scope: &str, types: &[TypeNode]) -> Vec<TypeNode> {
        let kept = types.iter().filter(|node| match node {
            // Fields show them as `map<key, value>`.
            TypeNode::Message(message) => map_parts(message).is_none(),
            TypeNode::Enum(_) => true,
        });
        kept.map(|node| match node {
            TypeNode::Message(message) => TypeNode::Message(self.message(scope, message)),
            TypeNode::Enum(node) => TypeNode::Enum(self.enumeration(scope, node)),
        })
        .collect()
    }

    fn message(&self, outer: &str, message: &Message) -> Message {
        let scope = joined(outer, &message.name);
        let mut oneofs: Vec<Oneof> = message.oneofs.iter().map(|oneof| self.oneof(&scope, oneof)).collect();
        oneofs.retain(|oneof| !oneof.fields.is_empty() || !oneof.groups.is_empty());
        oneofs.sort_by_key(first_number);
        Message {
            name: message.name.clone(),
            fields: self.fields(&scope, &message.fields),
            oneofs,
            groups: self.groups(&scope, &message.groups),
            types: self.types(&scope, &message.types),
            options: self.options(&scope, &message.options),
            reserved: reserved(&message.reserved),
            extensions: self.extension_ranges(&scope, &message.extensions),
            extends: self.extends(&scope, &message.extends),
            span: message.span,
        }
    }

    fn enumeration(&self, outer: &str, node: &Enum) -> Enum {
        let mut constants = node.constants.clone();
        for constant in &mut constants {
            constant.options = self.options(outer, &constant.options);
        }
        constants.sort_by(|a, b| (a.number, &a.name).cmp(&(b.number, &b.name)));
        Enum {
            name: node.name.clone(),
            constants,
            options: self.options(outer, &node.options),
            reserved: reserved(&node.reserved),
            span: node.span,
        }
    }

    fn oneof(&self, scope: &str, oneof: &Oneof) -> Oneof {
        Oneof {
            name: oneof.name.clone(),
            fields: self.fields(scope, &oneof.fields),
            groups: self.groups(scope, &oneof.groups),
            options: self.options(scope, &oneof.options),
            span: oneof.span,
        }
    }

    fn groups(&self, scope: &str, groups: &[Group]) -> Vec<Group> {
        let mut groups = groups.to_vec();
        for group in &mut groups {
            group.fields = self.fields(scope, &group.fields);
        }
        groups.sort_by_key(|group| group.number);
        groups
    }

    fn fields(&self, scope: &str, fields: &[Field]) -> Vec<Field> {
        let mut fields: Vec<Field> = fields.iter().map(|field| self.field(scope, field)).collect();
        fields.sort_by_key(|field| field.number);
        fields
    }

    fn field(&self, scope: &str, field: &Field) -> Field {
        let kind = self.field_type(scope, &field.kind);
        let is_number = matches!(&kind, FieldType::Scalar(scalar) if !matches!(scalar, Scalar::String | Scalar::Bytes | Scalar::Bool));
        let default =
            field.default.as_ref().map(|text| if is_number { options::decimal(text) } else { text.clone() });
        Field {
            label: field.label.filter(|_| !matches!(kind, FieldType::Map(..))),
            kind,
            name: field.name.clone(),
            number: field.number,
            default,
            json_name: field.json_name.clone(),
            options: self.options(scope, &field.options),
            span: field.span,
        }
    }

    fn field_type(&self, scope: &str, kind: &FieldType) -> FieldType {
        match kind {
            FieldType::Scalar(scalar) => FieldType::Scalar(*scalar),
            FieldType::Map(key, value) => FieldType::Map(*key, Box::new(self.plain_type(scope, value))),
            FieldType::Named(name) => {
                let found = self.files.resolve(scope, name);
                let entry = found.and_then(|found| match found.node {
                    TypeRef::Message(message) => Some((found.name, map_parts(message)?)),
                    TypeRef::Enum => None,
                });
                match entry {
                    Some((entry, (key, value))) => {
                        FieldType::Map(key, Box::new(self.plain_type(entry, value)))
                    }
                    None => self.plain_type(scope, kind),
                }
            }
        }
    }

    fn plain_type(&self, scope: &str, kind: &FieldType) -> FieldType {
        match kind {
            FieldType::Named(name) => FieldType::Named(self.type_name(scope, name)),
            other => other.clone(),
        }
    }

    /// The full name with a leading dot.
    fn type_name(&self, scope: &str, name: &str) -> String {
        self.files.resolve(scope, name).map_or_else(|| name.to_owned(), |found| format!(".{}", found.name))
    }

    /// One block an extended type, in order of first appearance.
    fn extends(&self, scope: &str, extends: &[Extend]) -> Vec<Extend> {
        let mut merged: Vec<Extend> = Vec::new();
        let mut positions = std::collections::HashMap::new();
        for extend in extends {
            let name = self.type_name(scope, &extend.name);
            let position = *positions.entry(name.clone()).or_insert(merged.len());
            if position == merged.len() {
                merged.push(Extend { name, fields: Vec::new(), span: extend.span });
            }
            merged[position].fields.extend(extend.fields.iter().cloned());
        }
        for extend in &mut merged {
            extend.fields = self.fields(scope, &extend.fields);
        }
        merged
    }

    fn extension_ranges(&self, scope: &str, extensions: &[Extensions]) -> Vec<Extensions> {
        let mut single: Vec<Extensions> = Vec::new();
        for statement in extensions {
            let options = self.options(scope, &statement.options);
            single.extend(statement.ranges.iter().map(|range| Extensions {
                ranges: vec![short(*range)],
                options: options.clone(),
                span: statement.span,
            }));
        }
        single.sort_by_key(|statement| (statement.ranges[0].start, statement.ranges[0].last()));
        single
    }
}

/// Key and value type of a map entry message.
fn map_parts(message: &Message) -> Option<(Scalar, &FieldType)> {
    let part = |name: &str| message.fields.iter().find(|field| field.name == name).map(|field| &field.kind);
    match (message.is_map_entry(), part("key")?, part("value")?) {
        (true, FieldType::Scalar(key), value @ (FieldType::Scalar(_) | FieldType::Named(_)))
            if key.is_map_key() =>
        {
            Some((*key, value))
        }
        _ => None,
    }
}

fn first_number(oneof: &Oneof) -> i32 {
    let groups = oneof.groups.first().map(|group| group.number);
    oneof.fields.first().map(|field| field.number).or(groups).unwrap_or_default()
}

fn sorted(paths: &[String]) -> Vec<String> {
    let mut paths = paths.to_vec();
    paths.sort();
    paths.dedup();
    paths
}

/// One value a statement: numbers ascending, then names.
fn reserved(statements: &[Reserved]) -> Vec<Reserved> {
    let mut single: Vec<Reserved> = statements
        .iter()
        .flat_map(|statement| {
            statement.values.iter().map(|value| Reserved {
                values: vec![match value {
                    ReservedValue::Range(range) => ReservedValue::Range(short(*range)),
                    ReservedValue::Name(name) => ReservedValue::Name(name.clone()),
                }],
                span: statement.span,
            })
        })
        .collect();
    single.sort_by_cached_key(|statement| match &statement.values[0] {
        ReservedValue::Range(range) => (0, range.start, range.last(), String::new()),
        ReservedValue::Name(name) => (1, 0, 0, name.clone()),
    });
    single
}

/// A range of one number is a number.
fn short(range: Range) -> Range {
    Range { end: range.end.filter(|end| *end != range.start), ..range }
}
