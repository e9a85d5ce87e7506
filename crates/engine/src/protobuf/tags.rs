//! Inline tags: the `tags` of `confluent.message_meta` and `confluent.field_meta`.
//!
//! Tags may be written as `(confluent.field_meta).tags = "A"`, several times, or inside an aggregate. They
//! are printed as an aggregate with a list; other members of the option stay.

use std::collections::HashMap;

use super::ast::{Field, File, Message, OptionNode, OptionValue, Span, messages};
use super::files::joined;
use super::normalize::{Joined, into_entries};
use crate::tags::Missing;
use crate::{EntityTags, EntityType, SchemaError};

const META_FILE: &str = "confluent/meta.proto";

/// The option that carries the tags of an entity.
fn option_name(entity: EntityType) -> &'static str {
    match entity {
        EntityType::Record => "confluent.message_meta",
        EntityType::Field => "confluent.field_meta",
    }
}

/// Entities with tags, in order of the text.
pub(super) fn tags(file: &File) -> Vec<EntityTags> {
    let mut found = Vec::new();
    let mut file = file.clone();
    each_entity(&mut file, &mut |path, entity, options| {
        let tags = tags_of(options, entity);
        if !tags.is_empty() {
            found.push(EntityTags { path: path.to_owned(), entity, tags });
        }
    });
    found
}

/// The file with tags added, then removed.
///
/// # Errors
/// [`SchemaError::Invalid`] when a path names no entity of its kind.
pub(super) fn retagged(
    file: &File,
    add: &[EntityTags],
    remove: &[EntityTags],
    missing: Missing,
) -> Result<File, SchemaError> {
    let mut changes: HashMap<(EntityType, String), Change<'_>> = HashMap::new();
    for (given, is_added) in
        add.iter().map(|given| (given, true)).chain(remove.iter().map(|given| (given, false)))
    {
        let path = given.path.strip_prefix('.').unwrap_or(&given.path).to_owned();
        let change = changes.entry((given.entity, path)).or_default();
        let list = if is_added { &mut change.add } else { &mut change.remove };
        list.extend(given.tags.iter().map(String::as_str));
    }
    let mut file = file.clone();
    each_entity(&mut file, &mut |path, entity, options| {
        // Messages of one name cannot stand in one file, so every path is met once.
        if let Some(change) = changes.remove(&(entity, path.to_owned())) {
            change.apply(options, entity);
        }
    });
    let untouched = changes.keys().min_by_key(|(_, path)| path.as_str());
    if let Some((_, path)) = untouched.filter(|_| missing == Missing::Refuse) {
        return Err(SchemaError::invalid(format!("No matching path '{path}' found in the schema")));
    }
    let is_imported = file.imports.iter().chain(&file.public_imports).any(|path| path == META_FILE);
    if !is_imported && !tags(&file).is_empty() {
        file.imports.push(META_FILE.to_owned());
    }
    Ok(file)
}

#[derive(Default)]
struct Change<'a> {
    add: Vec<&'a str>,
    remove: Vec<&'a str>,
}

impl Change<'_> {
    fn apply(&self, options: &mut Vec<OptionNode>, entity: EntityType) {
        let before = tags_of(options, entity);
        let mut after = before.clone();
        for tag in &self.add {
            if !after.iter().any(|known| known == tag) {
                after.push((*tag).to_owned());
            }
        }
        after.retain(|tag| !self.remove.contains(&tag.as_str()));
        if after != before {
            set_tags(options, entity, after);
        }
    }
}

fn is_meta(option: &OptionNode, entity: EntityType) -> bool {
    let name = option.name.strip_prefix('.').unwrap_or(&option.name);
    option.parenthesized && name == option_name(entity)
}

fn tags_of(options: &[OptionNode], entity: EntityType) -> Vec<String> {
    let mut tags = Vec::new();
    for option in options.iter().filter(|option| is_meta(option, entity)) {
        for (key, value) in into_entries(option.value.clone()) {
            if key == "tags" {
                collect(value, &mut tags);
            }
        }
    }
    tags
}

fn collect(value: OptionValue, tags: &mut Vec<String>) {
    match value {
        OptionValue::String(tag) => tags.push(tag),
        OptionValue::List(items) => items.into_iter().for_each(|item| collect(item, tags)),
        _ => {}
    }
}

/// Writes the tags as one aggregate at the place of the first setting; an empty one goes.
fn set_tags(options: &mut Vec<OptionNode>, entity: EntityType, tags: Vec<String>) {
    let position = options.iter().position(|option| is_meta(option, entity)).unwrap_or(options.len());
    let mut joined = Joined::default();
    for option in options.iter().filter(|option| is_meta(option, entity)) {
        joined.add(into_entries(option.value.clone()));
    }
    let mut entries = joined.into_entries();
    options.retain(|option| !is_meta(option, entity));
    let list = OptionValue::List(tags.into_iter().map(OptionValue::String).collect());
    let is_empty = matches!(&list, OptionValue::List(items) if items.is_empty());
    match entries.iter_mut().find(|(key, _)| key == "tags") {
        Some((_, value)) => *value = list,
        None => entries.push(("tags".to_owned(), list)),
    }
    if is_empty {
        entries.retain(|(key, _)| key != "tags");
    }
    if !entries.is_empty() {
        let option = OptionNode {
            name: option_name(entity).to_owned(),
            parenthesized: true,
            value: OptionValue::Map(entries),
            span: Span::default(),
        };
        options.insert(position.min(options.len()), option);
    }
}

type Visit<'v> = dyn FnMut(&str, EntityType, &mut Vec<OptionNode>) + 'v;

/// Visits messages and fields with their full names.
fn each_entity(file: &mut File, visit: &mut Visit<'_>) {
    let package = file.package.clone().unwrap_or_default();
    for node in &mut file.types {
        if let super::ast::TypeNode::Message(message) = node {
            each_in_message(&package, message, visit);
        }
    }
}

fn each_in_message(outer: &str, message: &mut Message, visit: &mut Visit<'_>) {
    let scope = joined(outer, &message.name);
    visit(&scope, EntityType::Record, &mut message.options);
    let mut visit_fields = |fields: &mut [Field]| {
        for field in fields {
            visit(&joined(&scope, &field.name), EntityType::Field, &mut field.options);
        }
    };
    visit_fields(&mut message.fields);
    for oneof in &mut message.oneofs {
        visit_fields(&mut oneof.fields);
    }
    for node in &mut message.types {
        if let super::ast::TypeNode::Message(nested) = node {
            each_in_message(&scope, nested, visit);
        }
    }
}

/// Names of the fields of the first message, members of oneofs and groups included.
pub(super) fn field_names(file: &File) -> Vec<String> {
    let Some(message) = messages(&file.types).next() else { return Vec::new() };
    let members = message.oneofs.iter().flat_map(|oneof| &oneof.fields);
    let groups = message.oneofs.iter().flat_map(|oneof| &oneof.groups).chain(&message.groups);
    message
        .fields
        .iter()
        .chain(members)
        .map(|field| field.name.clone())
        // A group is a field under its name in lower case.
        .chain(groups.map(|group| group.name.to_lowercase()))
        .collect()
}
