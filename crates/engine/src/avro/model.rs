//! The parsed Avro schema: a graph of types by index.
//!
//! Named types are shared nodes, so a recursive schema is a cycle of indexes and nothing is ever inlined.
//! Properties, member order, number spelling and places in the text are kept: the canonical text and the
//! findings need them. Nodes that no edge reaches (resolved placeholders) may remain in the list.

use super::names::{Name, Primitive};
use crate::tree::{Node, Object};

/// Index of a type in its graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TypeId(pub(crate) u32);

/// Where something stands: which text and the byte offset in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Whether it stands in the schema's own text, not in a reference.
    pub(crate) own: bool,
    /// Byte offset in that text.
    pub(crate) offset: usize,
}

/// All types of a schema and its references.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub(crate) types: Vec<Type>,
    pub(crate) root: TypeId,
}

impl Graph {
    pub(crate) fn get(&self, id: TypeId) -> &Type {
        &self.types[id.0 as usize]
    }

    /// The type a schema text stands for.
    pub(crate) fn root(&self) -> &Type {
        self.get(self.root)
    }
}

/// One type, with the members that the specification does not reserve.
#[derive(Clone, Debug)]
pub(crate) struct Type {
    pub(crate) kind: Kind,
    pub(crate) properties: Object,
    pub(crate) place: Place,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Primitive(Primitive),
    Array(TypeId),
    Map(TypeId),
    Union(Vec<TypeId>),
    Record(Record),
    Enum(Enum),
    Fixed(Fixed),
    /// A full name used before its definition; gone after linking.
    Pending(String),
}

/// What all named types have.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) name: Name,
    pub(crate) doc: Option<String>,
    /// Without repetitions, in order of the text.
    pub(crate) aliases: Vec<Name>,
}

impl Named {
    /// Whether the name of a reader's type fits a writer's: simple names are equal, or an alias is the
    /// writer's full name.
    pub(crate) fn reads(&self, writer: &Self) -> bool {
        self.name.simple() == writer.name.simple() || self.aliases.contains(&writer.name)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) named: Named,
    /// Written as `"type":"error"`.
    pub(crate) is_error: bool,
    pub(crate) fields: Vec<Field>,
    /// Positions of the fields, sorted by field name.
    pub(crate) by_name: Vec<u32>,
}

impl Record {
    /// The position of a field by its own name. O(log fields).
    pub(crate) fn find_field(&self, name: &str) -> Option<usize> {
        let found =
            self.by_name.binary_search_by(|position| self.fields[*position as usize].name.as_str().cmp(name));
        found.ok().map(|at| self.by_name[at] as usize)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) of: TypeId,
    pub(crate) doc: Option<String>,
    pub(crate) default: Option<Node>,
    pub(crate) order: Order,
    pub(crate) aliases: Vec<String>,
    pub(crate) properties: Object,
    pub(crate) place: Place,
}

/// Sort order of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Ascending,
    Descending,
    Ignore,
}

#[derive(Clone, Debug)]
pub(crate) struct Enum {
    pub(crate) named: Named,
    pub(crate) symbols: Vec<String>,
    pub(crate) default: Option<String>,
    /// Positions of the symbols, sorted by symbol.
    pub(crate) by_name: Vec<u32>,
}

impl Enum {
    /// Whether the enum has a symbol. O(log symbols).
    pub(crate) fn contains(&self, symbol: &str) -> bool {
        self.by_name.binary_search_by(|at| self.symbols[*at as usize].as_str().cmp(symbol)).is_ok()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Fixed {
    pub(crate) named: Named,
    pub(crate) size: u32,
}

impl Kind {
    /// The named part of records, enums and fixed types.
    pub(crate) fn named(&self) -> Option<&Named> {
        match self {
            Self::Record(record) => Some(&record.named),
            Self::Enum(known) => Some(&known.named),
            Self::Fixed(fixed) => Some(&fixed.named),
            _ => None,
        }
    }

    /// The type word in lower case; an error is a record.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Primitive(primitive) => primitive.word(),
            Self::Array(_) => "array",
            Self::Map(_) => "map",
            Self::Union(_) => "union",
            Self::Record(_) | Self::Pending(_) => "record",
            Self::Enum(_) => "enum",
            Self::Fixed(_) => "fixed",
        }
    }

    /// What names a union branch of this type: the full name, or the type word.
    pub(crate) fn branch_name(&self) -> &str {
        self.named().map_or(self.word(), |named| named.name.full())
    }

    /// Edges to other types, in order.
    pub(crate) fn edges(&self) -> Vec<TypeId> {
        match self {
            Self::Array(of) | Self::Map(of) => vec![*of],
            Self::Union(branches) => branches.clone(),
            Self::Record(record) => record.fields.iter().map(|field| field.of).collect(),
            Self::Primitive(_) | Self::Enum(_) | Self::Fixed(_) | Self::Pending(_) => Vec::new(),
        }
    }

    /// Edges to other types, to redirect them.
    pub(crate) fn edges_mut(&mut self) -> Vec<&mut TypeId> {
        match self {
            Self::Array(of) | Self::Map(of) => vec![of],
            Self::Union(branches) => branches.iter_mut().collect(),
            Self::Record(record) => record.fields.iter_mut().map(|field| &mut field.of).collect(),
            Self::Primitive(_) | Self::Enum(_) | Self::Fixed(_) | Self::Pending(_) => Vec::new(),
        }
    }
}

/// Positions `0..names.len()` sorted by name; the first repeated name instead, if there is one.
pub(crate) fn sorted_positions<'a>(names: &[&'a str]) -> Result<Vec<u32>, (usize, usize, &'a str)> {
    let mut positions: Vec<u32> = (0..names.len() as u32).collect();
    positions.sort_by_key(|position| names[*position as usize]);
    for pair in positions.windows(2) {
        let (first, second) = (pair[0] as usize, pair[1] as usize);
        if names[first] == names[second] {
            return Err((first, second, names[first]));
        }
    }
    Ok(positions)
}
