//! From JSON text to the typed tree, and the gate of registration.
//!
//! The reference does not validate schemas against a meta-schema: what its loaders trip over is invalid,
//! everything else is accepted. There are two loaders, [`classic`] for drafts 4, 6 and 7 and [`modern`] for
//! 2019-09 and 2020-12; the root of a schema picks one for everything it refers to. Only places that can be
//! reached are read. Depth follows the depth of the text; references are a work list, not recursion.

pub(super) mod bundle;
mod classic;
pub(super) mod documents;
mod join;
mod keywords;
mod modern;

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use self::documents::{Documents, Place, Texts};
use super::draft::Draft;
use super::node::{Additional, Criterion, Kind, NodeId, Notes, Tree, TypedNode};
use super::number::java_spelling;
use crate::depth::with_room;
use crate::tree::{Node, Object, Value, print};
use crate::{Limits, SchemaError, Source};

/// Loads a schema with everything it refers to.
///
/// # Errors
/// [`SchemaError::Invalid`] for what the reference's loaders refuse and for unresolvable references.
pub(super) fn load(
    root: &Node,
    source: &Source<'_>,
    draft: Draft,
    limits: &Limits,
) -> Result<Tree, SchemaError> {
    let texts = Texts::parse(source, limits);
    let mut loader = Loader {
        documents: Documents::new(root, &texts, draft),
        modern: draft.is_modern(),
        nodes: Vec::new(),
        structures: HashMap::new(),
        loaded: HashMap::new(),
        generated: HashSet::new(),
        pending: Vec::new(),
        max_nodes: limits.max_nodes.saturating_mul(4),
    };
    let place = loader.documents.root(0)?;
    let root = loader.subschema(&place)?;
    while let Some((reference, from, text)) = loader.pending.pop() {
        let loaded = loader.documents.resolve(&from, &text).and_then(|to| {
            loader
                .subschema(&to)
                .map_err(|error| if to.document == 0 { error } else { without_offset(error) })
        });
        let found = loaded.map_err(|error| if from.document == 0 { error } else { without_offset(error) })?;
        if let Kind::Ref { target, .. } = &mut loader.nodes[reference.0 as usize].kind {
            *target = found;
        }
    }
    Ok(Tree { nodes: loader.nodes, root })
}

/// Offsets are told only of the text that was sent.
fn without_offset(error: SchemaError) -> SchemaError {
    match error {
        SchemaError::Invalid { message, .. } => SchemaError::Invalid { message, offset: None },
        other => other,
    }
}

/// Canonical text of a value with members sorted: equal texts are equal values (`1` and `1.0` differ).
pub(super) fn value_text(node: &Node) -> String {
    let mut node = node.clone();
    node.sort_members();
    print(&node, java_spelling)
}

struct Loader<'a> {
    documents: Documents<'a>,
    modern: bool,
    nodes: Vec<TypedNode>,
    structures: HashMap<String, u32>,
    /// Nodes by the address of their JSON value.
    loaded: HashMap<usize, NodeId>,
    /// `allOf` nodes that stand for keyword families of one object (newer loader).
    generated: HashSet<NodeId>,
    /// References whose target is still to be loaded.
    pending: Vec<(NodeId, Place<'a>, String)>,
    max_nodes: usize,
}

impl<'a> Loader<'a> {
    fn subschema(&mut self, place: &Place<'a>) -> Result<NodeId, SchemaError> {
        if let Some(known) = self.loaded.get(&place.address()) {
            return Ok(*known);
        }
        let id = match &place.node.value {
            Value::Bool(true) => self.push(place, Kind::Empty { literal: true }, Notes::default())?,
            Value::Bool(false) => self.push(place, Kind::False, Notes::default())?,
            Value::Object(object) if self.modern => with_room(|| self.load_modern(place, object))?,
            Value::Object(object) => with_room(|| self.load_classic(place, object))?,
            _ => {
                let message =
                    format!("expected a schema (an object or a boolean) at `{}`", place.pointer.text());
                return Err(SchemaError::invalid_at(message, place.node.offset));
            }
        };
        self.loaded.insert(place.address(), id);
        Ok(id)
    }

    /// The subschema under a keyword.
    fn child(&mut self, place: &Place<'a>, keyword: &str, node: &'a Node) -> Result<NodeId, SchemaError> {
        let child = self.documents.child(place, node, &[keyword]);
        self.subschema(&child)
    }

    /// The subschema under a keyword, when it is there.
    fn optional(
        &mut self,
        place: &Place<'a>,
        object: &'a Object,
        keyword: &str,
    ) -> Result<Option<NodeId>, SchemaError> {
        object.get(keyword).map(|node| self.child(place, keyword, node)).transpose()
    }

    /// The subschemas in the array under a keyword.
    fn list(&mut self, place: &Place<'a>, keyword: &str, node: &'a Node) -> Result<Vec<NodeId>, SchemaError> {
        let items = keywords::array(keyword, node)?;
        let mut ids = Vec::with_capacity(items.len());
        for (position, item) in items.iter().enumerate() {
            let child = self.documents.child(place, item, &[keyword, &position.to_string()]);
            ids.push(self.subschema(&child)?);
        }
        Ok(ids)
    }

    /// The named subschemas in the object under a keyword.
    fn named(
        &mut self,
        place: &Place<'a>,
        keyword: &str,
        node: &'a Node,
    ) -> Result<Vec<(String, NodeId)>, SchemaError> {
        let members = keywords::object(keyword, node)?;
        let mut named = Vec::with_capacity(members.len());
        for (name, member) in members.iter() {
            let child = self.documents.child(place, member, &[keyword, name]);
            named.push((name.to_owned(), self.subschema(&child)?));
        }
        Ok(named)
    }

    /// A node for a reference; its target is loaded later.
    fn reference(
        &mut self,
        place: &Place<'a>,
        keyword: &str,
        node: &Node,
        notes: Notes,
    ) -> Result<NodeId, SchemaError> {
        let text = keywords::string(keyword, node)?.to_owned();
        let unresolved = NodeId(0);
        let id = self.push(place, Kind::Ref { text: text.clone(), target: unresolved }, notes)?;
        self.pending.push((id, place.clone(), text));
        Ok(id)
    }

    fn push(&mut self, place: &Place<'a>, kind: Kind, notes: Notes) -> Result<NodeId, SchemaError> {
        if self.nodes.len() >= self.max_nodes {
            return Err(SchemaError::Limit { what: "nodes", limit: self.max_nodes });
        }
        let key = self.structure_key(&kind, &notes);
        let next = self.structures.len() as u32;
        let structure = *self.structures.entry(key).or_insert(next);
        let id = NodeId(self.nodes.len() as u32);
        let offset = (place.document == 0).then_some(place.node.offset);
        self.nodes.push(TypedNode { kind, notes, pointer: place.pointer.clone(), offset, structure });
        Ok(id)
    }

    fn structure(&self, id: NodeId) -> u32 {
        self.nodes[id.0 as usize].structure
    }

    /// A text that is equal for structurally equal nodes; children stand for themselves by number.
    fn structure_key(&self, kind: &Kind, notes: &Notes) -> String {
        let mut key = String::new();
        let one = |id: &NodeId| self.structure(*id);
        let many = |ids: &[NodeId]| ids.iter().map(one).collect::<Vec<_>>();
        let named = |members: &[(String, NodeId)]| {
            let mut members: Vec<_> = members.iter().map(|(name, id)| (name.clone(), one(id))).collect();
            members.sort();
            members
        };
        let additional = |additional: &Additional| match additional {
            Additional::Allowed => -1,
            Additional::Forbidden => -2,
            Additional::Schema(id) => i64::from(one(id)),
        };
        // Writing to a String cannot fail.
        let _ = match kind {
            Kind::Empty { .. } | Kind::False | Kind::Null | Kind::Boolean => write!(key, "{kind:?}"),
            Kind::String(part) => write!(key, "{part:?}"),
            Kind::Number(part) => write!(key, "{part:?}"),
            Kind::Enum(values) => {
                let mut values = values.clone();
                values.sort();
                write!(key, "enum{values:?}")
            }
            Kind::Const(value) => write!(key, "const{value}"),
            Kind::Not(id) => write!(key, "not{}", one(id)),
            Kind::Conditional(parts) => {
                let parts: Vec<_> = parts.iter().map(|(name, id)| (*name, one(id))).collect();
                write!(key, "if{parts:?}")
            }
            Kind::Ref { text, .. } => write!(key, "ref{text:?}"),
            Kind::Combined { criterion, members } => write!(key, "{criterion:?}{:?}", many(members)),
            Kind::Object(part) => {
                let mut required: Vec<_> = part.required.iter().collect();
                required.sort();
                write!(
                    key,
                    "object{:?}{required:?}{}{:?}{:?}{:?}{:?}{:?}{:?}{:?}{}",
                    named(&part.properties),
                    additional(&part.additional),
                    named(&part.patterns),
                    part.unevaluated.as_ref().map(one),
                    part.min_properties,
                    part.max_properties,
                    part.required_together,
                    named(&part.schema_dependencies),
                    part.property_names.as_ref().map(one),
                    part.typed,
                )
            }
            Kind::Array(part) => write!(
                key,
                "array{:?}{:?}{}{:?}{:?}{:?}{}{:?}{:?}{:?}{}",
                part.items.as_ref().map(one),
                part.tuple.as_deref().map(many),
                additional(&part.additional),
                part.unevaluated.as_ref().map(one),
                part.min_items,
                part.max_items,
                part.unique,
                part.contains.as_ref().map(one),
                part.min_contains,
                part.max_contains,
                part.typed,
            ),
        };
        let Notes { id, title, description, default, unknown } = notes;
        let _ = write!(key, "|{id:?}{title:?}{description:?}{default:?}{unknown:?}");
        key
    }

    /// A schema of several parts: none is empty, one is itself, more are an `allOf`.
    fn assemble(
        &mut self,
        place: &Place<'a>,
        mut parts: Vec<Part>,
        notes: Notes,
    ) -> Result<NodeId, SchemaError> {
        match parts.len() {
            0 => self.push(place, Kind::Empty { literal: false }, notes),
            1 => match parts.remove(0) {
                Part::Kind(kind) => self.push(place, kind, notes),
                Part::Types(kinds) => self.types(place, kinds, notes),
                Part::Reference(node) => self.reference(place, "$ref", node, notes),
            },
            _ => {
                let mut members = Vec::with_capacity(parts.len());
                for part in parts {
                    members.push(self.assemble(place, vec![part], Notes::default())?);
                }
                let id = self.push(place, Kind::Combined { criterion: Criterion::All, members }, notes)?;
                self.generated.insert(id);
                Ok(id)
            }
        }
    }

    /// The `anyOf` that a type array stands for.
    fn types(&mut self, place: &Place<'a>, kinds: Vec<Kind>, notes: Notes) -> Result<NodeId, SchemaError> {
        let mut members = Vec::with_capacity(kinds.len());
        for kind in kinds {
            members.push(self.push(place, kind, Notes::default())?);
        }
        self.push(place, Kind::Combined { criterion: Criterion::Any, members }, notes)
    }
}

/// One keyword family of a schema object before it becomes a node.
enum Part<'n> {
    Kind(Kind),
    /// A type array: one kind a name.
    Types(Vec<Kind>),
    /// The value of `$ref` or `$dynamicRef`.
    Reference(&'n Node),
}
