//! The typed tree: what the reference compares instead of the JSON text.
//!
//! A JSON object whose keywords belong to two families (`type: string` beside `enum`, `properties` beside
//! `oneOf`) becomes an `allOf` of parts. Nodes live in one arena; `$ref` points at its target by index, so
//! recursive schemas are cycles in the arena and nothing is ever inlined.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::pointer::Pointer;

/// Index of a node in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(pub(super) u32);

/// A loaded schema.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(super) nodes: Vec<TypedNode>,
    pub(super) root: NodeId,
}

impl Tree {
    pub(crate) fn node(&self, id: NodeId) -> &TypedNode {
        &self.nodes[id.0 as usize]
    }

    /// The node a reference points at, one level; other nodes are themselves.
    pub(crate) fn target(&self, id: NodeId) -> NodeId {
        match &self.node(id).kind {
            Kind::Ref { target, .. } => *target,
            _ => id,
        }
    }
}

/// One node: a schema, or a part of one.
#[derive(Debug)]
pub(crate) struct TypedNode {
    pub(crate) kind: Kind,
    pub(crate) notes: Notes,
    /// Its place in its document.
    pub(super) pointer: Pointer,
    /// Byte offset, when the document is the schema itself and not a reference of it.
    pub(crate) offset: Option<usize>,
    /// Equal numbers mean structurally equal nodes of one tree (`$ref` by its text).
    pub(crate) structure: u32,
}

/// What a schema says about itself; parts of a schema have none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    pub(crate) id: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    /// Canonical text of `default`, members sorted.
    pub(crate) default: Option<String>,
    /// Canonical text of unknown keywords, in order of their names.
    pub(crate) unknown: Vec<(String, String)>,
}

impl Notes {
    /// Whether the schema was made from a Kafka Connect byte array, which may change its JSON type.
    pub(crate) fn is_connect_bytes(&self) -> bool {
        self.unknown.iter().any(|(name, value)| name == "connect.type" && value == "\"bytes\"")
    }
}

/// How members combine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Criterion {
    All,
    Any,
    One,
}

impl Criterion {
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Self::All => "allOf",
            Self::Any => "anyOf",
            Self::One => "oneOf",
        }
    }
}

/// The kinds of node that the comparison tells apart.
#[derive(Debug)]
pub(crate) enum Kind {
    /// `{}` and `true` (`literal` when written as the boolean).
    Empty {
        #[expect(dead_code, reason = "part of the structure that duplicates are found by")]
        literal: bool,
    },
    False,
    Null,
    Boolean,
    String(StringPart),
    Number(NumberPart),
    Object(Box<ObjectPart>),
    Array(Box<ArrayPart>),
    /// Canonical texts of the values, in order.
    Enum(Vec<String>),
    Const(String),
    Not(NodeId),
    /// `if`, `then`, `else`: never compared.
    Conditional(Vec<(&'static str, NodeId)>),
    Ref {
        text: String,
        target: NodeId,
    },
    Combined {
        criterion: Criterion,
        members: Vec<NodeId>,
    },
}

impl Kind {
    /// A word for people.
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "anything",
            Self::False => "nothing",
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::String(_) => "string",
            Self::Number(part) if part.integer => "integer",
            Self::Number(_) => "number",
            Self::Object(_) => "object",
            Self::Array(_) => "array",
            Self::Enum(_) => "enum",
            Self::Const(_) => "const",
            Self::Not(_) => "not",
            Self::Conditional(_) => "if",
            Self::Ref { .. } => "a reference to a reference",
            Self::Combined { criterion, .. } => criterion.keyword(),
        }
    }
}

/// Keywords of strings. Limits keep their text.
#[derive(Clone, Debug, Default)]
pub(crate) struct StringPart {
    pub(crate) typed: bool,
    pub(crate) min_length: Option<String>,
    pub(crate) max_length: Option<String>,
    pub(crate) pattern: Option<String>,
    #[expect(dead_code, reason = "part of the structure that duplicates are found by")]
    pub(crate) format: Option<String>,
}

/// Keywords of numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct NumberPart {
    pub(crate) typed: bool,
    pub(crate) integer: bool,
    pub(crate) minimum: Option<String>,
    pub(crate) maximum: Option<String>,
    pub(crate) exclusive_minimum: Option<String>,
    pub(crate) exclusive_maximum: Option<String>,
    /// The boolean flags of draft-04 (minimum, maximum): kept apart, never compared.
    pub(crate) flags: (bool, bool),
    pub(crate) multiple_of: Option<String>,
}

/// `additionalProperties` and `additionalItems`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Additional {
    /// `true` or absent.
    #[default]
    Allowed,
    Forbidden,
    Schema(NodeId),
}

/// Keywords of objects.
#[derive(Clone, Debug, Default)]
pub(crate) struct ObjectPart {
    pub(crate) typed: bool,
    pub(crate) properties: Vec<(String, NodeId)>,
    pub(crate) positions: HashMap<String, usize>,
    pub(crate) required: HashSet<String>,
    pub(crate) additional: Additional,
    pub(crate) patterns: Vec<(String, NodeId)>,
    pub(crate) unevaluated: Option<NodeId>,
    pub(crate) min_properties: Option<String>,
    pub(crate) max_properties: Option<String>,
    pub(crate) required_together: Vec<(String, BTreeSet<String>)>,
    pub(crate) schema_dependencies: Vec<(String, NodeId)>,
    /// Never compared.
    pub(crate) property_names: Option<NodeId>,
}

impl ObjectPart {
    pub(crate) fn property(&self, name: &str) -> Option<NodeId> {
        self.positions.get(name).map(|position| self.properties[*position].1)
    }
}

/// Keywords of arrays.
#[derive(Clone, Debug, Default)]
pub(crate) struct ArrayPart {
    pub(crate) typed: bool,
    /// One schema for all items.
    pub(crate) items: Option<NodeId>,
    /// One schema for each position.
    pub(crate) tuple: Option<Vec<NodeId>>,
    pub(crate) additional: Additional,
    pub(crate) unevaluated: Option<NodeId>,
    pub(crate) min_items: Option<String>,
    pub(crate) max_items: Option<String>,
    pub(crate) unique: bool,
    /// Never compared.
    pub(crate) contains: Option<NodeId>,
    pub(crate) min_contains: Option<String>,
    pub(crate) max_contains: Option<String>,
}

impl ObjectPart {
    /// Sets the properties with their index.
    pub(super) fn set_properties(&mut self, properties: Vec<(String, NodeId)>) {
        self.positions = properties.iter().enumerate().map(|(at, (name, _))| (name.clone(), at)).collect();
        self.properties = properties;
    }
}
