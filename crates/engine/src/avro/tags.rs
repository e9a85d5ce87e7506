//! Inline tags: `confluent:tags` arrays on records and fields.
//!
//! Paths are `full.name.of.Record` and `full.name.of.Record.field`. On input a leading dot is dropped, and a path
//! that follows fields from the top-level record (`Order.lines.quantity`) is understood too. Only the
//! schema's own text carries tags here; a type of a reference is tagged where it is registered.
//! Source: `schemaTagsToAdd` and `schemaTagsToRemove` of the Confluent data contract API.

use std::collections::{HashMap, HashSet};

use super::model::{Graph, Kind, TypeId};
use crate::tags::Missing;
use crate::tree::{Node, Object, Value};
use crate::{EntityTags, EntityType, SchemaError};

const PROPERTY: &str = "confluent:tags";

/// A record, or one of its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entity {
    record: TypeId,
    field: Option<usize>,
}

/// Tagged entities in document order.
pub(super) fn list(graph: &Graph) -> Vec<EntityTags> {
    let mut found = Vec::new();
    for id in own_records(graph) {
        let known = graph.get(id);
        let Kind::Record(record) = &known.kind else { continue };
        let path = record.named.name.full();
        let mut add = |path: String, entity, properties| {
            let tags = tags_of(properties);
            if !tags.is_empty() {
                found.push(EntityTags { path, entity, tags });
            }
        };
        add(path.to_owned(), EntityType::Record, &known.properties);
        for field in &record.fields {
            add(format!("{path}.{}", field.name), EntityType::Field, &field.properties);
        }
    }
    found
}

/// A copy of the graph with tags added, then removed. Linear in graph and tags.
///
/// # Errors
/// [`SchemaError::Invalid`] when a path names no entity of its kind in the schema's own text, unless those are
/// skipped.
pub(super) fn retagged(
    graph: &Graph,
    add: &[EntityTags],
    remove: &[EntityTags],
    missing: Missing,
) -> Result<Graph, SchemaError> {
    let finder = Finder::new(graph);
    let find = |wanted: &EntityTags| match finder.find(wanted) {
        None if missing == Missing::Refuse => {
            Err(SchemaError::invalid(format!("No matching path '{}' found in the schema", wanted.path)))
        }
        found => Ok(found),
    };
    let mut changed = graph.clone();
    for wanted in add {
        let Some(entity) = find(wanted)? else { continue };
        let properties = properties_of(&mut changed, entity);
        let mut tags = tags_of(properties);
        for tag in &wanted.tags {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
        put(properties, tags);
    }
    for unwanted in remove {
        let Some(entity) = find(unwanted)? else { continue };
        let properties = properties_of(&mut changed, entity);
        let tags = tags_of(properties).into_iter().filter(|tag| !unwanted.tags.contains(tag)).collect();
        put(properties, tags);
    }
    Ok(changed)
}

fn tags_of(properties: &Object) -> Vec<String> {
    let tags = properties.get(PROPERTY).and_then(Node::as_array).unwrap_or_default();
    tags.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect()
}

/// Writes the tags; none at all take the member away.
fn put(properties: &mut Object, tags: Vec<String>) {
    if tags.is_empty() {
        properties.remove(PROPERTY);
    } else {
        properties.set(PROPERTY, Value::Array(tags.into_iter().map(Node::string).collect()));
    }
}

fn properties_of(graph: &mut Graph, entity: Entity) -> &mut Object {
    let known = &mut graph.types[entity.record.0 as usize];
    match (&mut known.kind, entity.field) {
        (Kind::Record(record), Some(field)) => &mut record.fields[field].properties,
        _ => &mut known.properties,
    }
}

/// Finds entities by path.
struct Finder<'g> {
    graph: &'g Graph,
    /// Records of the schema's own text by full name; of several of one name the first.
    records: HashMap<&'g str, TypeId>,
}

impl<'g> Finder<'g> {
    fn new(graph: &'g Graph) -> Self {
        let mut records = HashMap::new();
        for id in own_records(graph) {
            if let Some(name) = name_of(graph, id) {
                records.entry(name).or_insert(id);
            }
        }
        Self { graph, records }
    }

    fn find(&self, wanted: &EntityTags) -> Option<Entity> {
        let path = wanted.path.strip_prefix('.').unwrap_or(&wanted.path);
        self.by_full_name(path, wanted.entity).or_else(|| from_the_top(self.graph, path, wanted.entity))
    }

    fn by_full_name(&self, path: &str, kind: EntityType) -> Option<Entity> {
        let (name, field) = match kind {
            EntityType::Record => (path, None),
            EntityType::Field => path.rsplit_once('.').map(|(name, field)| (name, Some(field)))?,
        };
        entity_of(self.graph, *self.records.get(name)?, field)
    }
}

/// Follows field names below the top-level record; names of records may stand between them.
fn from_the_top(graph: &Graph, path: &str, kind: EntityType) -> Option<Entity> {
    let mut record = record_in(graph, graph.root)?;
    let full = name_of(graph, record)?;
    let mut rest = path.strip_prefix(full)?.strip_prefix('.')?;
    loop {
        let (word, below) = rest.split_once('.').unwrap_or((rest, ""));
        if below.is_empty() && kind == EntityType::Field {
            return entity_of(graph, record, Some(word));
        }
        let Kind::Record(known) = &graph.get(record).kind else { return None };
        record = record_in(graph, known.fields[known.find_field(word)?].of)?;
        rest = strip_name(below, name_of(graph, record)?);
        if rest.is_empty() {
            return if kind == EntityType::Record { entity_of(graph, record, None) } else { None };
        }
    }
}

/// Drops a leading record name from what is left of a path.
fn strip_name<'p>(path: &'p str, name: &str) -> &'p str {
    match path.strip_prefix(name) {
        Some("") => "",
        Some(rest) => rest.strip_prefix('.').unwrap_or(path),
        None => path,
    }
}

fn name_of(graph: &Graph, id: TypeId) -> Option<&str> {
    graph.get(id).kind.named().map(|named| named.name.full())
}

fn entity_of(graph: &Graph, id: TypeId, field: Option<&str>) -> Option<Entity> {
    let known = graph.get(id);
    let Kind::Record(record) = &known.kind else { return None };
    let field = match field {
        Some(field) => Some(record.find_field(field)?),
        None => None,
    };
    known.place.own.then_some(Entity { record: id, field })
}

/// The record that a field's type holds: itself, or the first one below arrays, maps and unions. Unnamed
/// types nest only as deep as one text does, so the recursion is bounded.
fn record_in(graph: &Graph, of: TypeId) -> Option<TypeId> {
    match &graph.get(of).kind {
        Kind::Record(_) => Some(of),
        Kind::Array(item) | Kind::Map(item) => record_in(graph, *item),
        Kind::Union(branches) => branches.iter().find_map(|branch| record_in(graph, *branch)),
        _ => None,
    }
}

/// Records of the schema's own text in the order in which they are printed.
fn own_records(graph: &Graph) -> Vec<TypeId> {
    let mut records = Vec::new();
    let mut seen = HashSet::new();
    let mut open = vec![graph.root];
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let known = graph.get(id);
        if matches!(known.kind, Kind::Record(_)) && known.place.own {
            records.push(id);
        }
        open.extend(known.kind.edges().into_iter().rev());
    }
    records
}
