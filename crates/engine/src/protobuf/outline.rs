//! Messages as conditions see them: names and types of fields, inline rules, tags.
//!
//! Rules and tags stand in `confluent.message_meta` and `confluent.field_meta`, as aggregates or member by member.
//! Types are named by their full names; whatever resolves nowhere is opaque.

use super::ast::{
    Field, FieldType, File, Group, Message, OptionNode, OptionValue, Scalar, TypeNode, enums, messages,
};
use super::files::{Files, TypeRef, joined};
use super::normalize::into_entries;

/// A message.
#[derive(Debug)]
pub(crate) struct Outlined {
    /// Full name.
    pub name: String,
    pub meta: Meta,
    pub fields: Vec<OutlinedField>,
}

/// A field, a member of a oneof, or a group.
#[derive(Debug)]
pub(crate) struct OutlinedField {
    pub name: String,
    pub kind: OutlinedType,
    pub meta: Meta,
}

/// The type of a field.
#[derive(Debug)]
pub(crate) enum OutlinedType {
    Scalar(Scalar),
    Enum,
    /// A message by its full name, which may be none of the outline (built-in types).
    Message(String),
    List(Box<OutlinedType>),
    Map(Box<OutlinedType>),
    Unknown,
}

/// What an option of an element says.
#[derive(Debug, Default)]
pub(crate) struct Meta {
    /// Name, documentation and expression of each rule; `None` for an entry that has no name or expression.
    pub rules: Vec<Option<Rule>>,
    pub tags: Vec<String>,
}

/// An inline rule.
#[derive(Debug)]
pub(crate) struct Rule {
    pub name: String,
    pub doc: Option<String>,
    pub expr: String,
}

/// All messages of the schema, its own first, in order of the text; then those of referenced files.
pub(super) fn outline(files: &Files) -> Vec<Outlined> {
    let mut found = Vec::new();
    add_file(files, &files.local, &mut found);
    for dependency in &files.dependencies {
        add_file(files, &dependency.file, &mut found);
    }
    found
}

/// What options of files, enums and constants hold, where there are rules among it.
pub(super) fn others(files: &Files) -> Vec<(String, Meta)> {
    let mut found = Vec::new();
    for file in std::iter::once(&files.local).chain(files.dependencies.iter().map(|known| &known.file)) {
        let package = file.package.as_deref().unwrap_or_default();
        found.push((package.to_owned(), meta(&file.options, "confluent.file_meta")));
        add_enums(package, &file.types, &mut found);
    }
    found.retain(|(_, meta)| !meta.rules.is_empty());
    found
}

/// As deep as the text was parsed.
fn add_enums(outer: &str, types: &[TypeNode], found: &mut Vec<(String, Meta)>) {
    for node in enums(types) {
        let name = joined(outer, &node.name);
        found.push((name.clone(), meta(&node.options, "confluent.enum_meta")));
        for constant in &node.constants {
            let of_constant = meta(&constant.options, "confluent.enum_value_meta");
            found.push((joined(&name, &constant.name), of_constant));
        }
    }
    for message in messages(types) {
        add_enums(&joined(outer, &message.name), &message.types, found);
    }
}

fn add_file(files: &Files, file: &File, found: &mut Vec<Outlined>) {
    let package = file.package.as_deref().unwrap_or_default();
    for message in file.messages() {
        add_message(files, package, message, found);
    }
}

/// As deep as the text was parsed.
fn add_message(files: &Files, outer: &str, message: &Message, found: &mut Vec<Outlined>) {
    let name = joined(outer, &message.name);
    let members = message.oneofs.iter().flat_map(|oneof| &oneof.fields);
    let mut fields: Vec<_> =
        message.fields.iter().chain(members).map(|field| outlined(files, &name, field)).collect();
    let groups = message.oneofs.iter().flat_map(|oneof| &oneof.groups).chain(&message.groups);
    for group in groups {
        fields.push(OutlinedField {
            name: group.name.to_lowercase(),
            kind: group_type(&name, group),
            meta: Meta::default(),
        });
        let full_name = joined(&name, &group.name);
        let of_group = group.fields.iter().map(|field| outlined(files, &full_name, field)).collect();
        found.push(Outlined { name: full_name, meta: Meta::default(), fields: of_group });
    }
    let meta = meta(&message.options, "confluent.message_meta");
    found.push(Outlined { name: name.clone(), meta, fields });
    for nested in messages(&message.types) {
        add_message(files, &name, nested, found);
    }
}

fn group_type(scope: &str, group: &Group) -> OutlinedType {
    let message = OutlinedType::Message(joined(scope, &group.name));
    if group.label == Some(super::ast::Label::Repeated) {
        return OutlinedType::List(Box::new(message));
    }
    message
}

fn outlined(files: &Files, scope: &str, field: &Field) -> OutlinedField {
    let kind = type_of(files, scope, &field.kind);
    let kind = if field.label == Some(super::ast::Label::Repeated) {
        OutlinedType::List(Box::new(kind))
    } else {
        kind
    };
    OutlinedField { name: field.name.clone(), kind, meta: meta(&field.options, "confluent.field_meta") }
}

fn type_of(files: &Files, scope: &str, kind: &FieldType) -> OutlinedType {
    match kind {
        FieldType::Scalar(scalar) => OutlinedType::Scalar(*scalar),
        FieldType::Map(_, value) => OutlinedType::Map(Box::new(type_of(files, scope, value))),
        FieldType::Named(name) => match files.resolve(scope, name) {
            Some(known) => match known.node {
                TypeRef::Message(_) => OutlinedType::Message(known.name.to_owned()),
                TypeRef::Enum => OutlinedType::Enum,
            },
            None => OutlinedType::Unknown,
        },
    }
}

fn meta(options: &[OptionNode], name: &str) -> Meta {
    let mut meta = Meta::default();
    let of_name = |option: &&OptionNode| {
        option.parenthesized && option.name.strip_prefix('.').unwrap_or(&option.name) == name
    };
    for option in options.iter().filter(of_name) {
        for (key, value) in into_entries(option.value.clone()) {
            match key.as_str() {
                "rules" => each(value, &mut |entry| meta.rules.push(rule(entry))),
                "tags" => each(value, &mut |entry| meta.tags.extend(text(&entry))),
                _ => {}
            }
        }
    }
    meta
}

/// The entries of a list, or the one value.
fn each(value: OptionValue, visit: &mut dyn FnMut(OptionValue)) {
    match value {
        OptionValue::List(items) => items.into_iter().for_each(visit),
        one => visit(one),
    }
}

fn rule(value: OptionValue) -> Option<Rule> {
    let OptionValue::Map(members) = value else { return None };
    let member = |name: &str| members.iter().find(|(key, _)| key == name).and_then(|(_, value)| text(value));
    Some(Rule { name: member("name")?, doc: member("doc"), expr: member("expr")? })
}

/// A string literal holds bytes, each as the character of its number.
fn text(value: &OptionValue) -> Option<String> {
    let OptionValue::String(written) = value else { return None };
    let bytes: Option<Vec<u8>> = written.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    let decoded = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    Some(decoded.unwrap_or_else(|| written.clone()))
}
