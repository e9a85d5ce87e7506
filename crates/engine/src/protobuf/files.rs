//! All files a schema sees, and which type a written name means.
//!
//! The schema itself, its references (the first of a name wins) and the built-in files are one space of
//! names; import lines are not consulted (reference behaviour). A name is tried under the full name of
//! the enclosing message, then with one trailing segment of that prefix less each time, last alone.

use std::collections::{HashMap, HashSet};

use super::ast::{File, Message, TypeNode};
use super::builtin::{BUILTINS, FILES};
use crate::{Limits, SchemaError};

/// Longest full name of a type. Keeps the search for a name cheap under hostile packages.
const MAX_FULL_NAME: usize = 1_024;

/// The file a type stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Home {
    /// The schema itself.
    Local,
    /// A reference, by position.
    Dependency(usize),
    /// A built-in file, by position.
    Builtin(usize),
}

impl Home {
    /// Whether this place in two schemas holds the same types: local types stand for each other by name,
    /// built-in files are the same for all.
    pub(super) fn is_shared(self) -> bool {
        matches!(self, Self::Local | Self::Builtin(_))
    }
}

/// A referenced file.
#[derive(Debug)]
pub(super) struct DependencyFile {
    /// Import path.
    pub(super) name: String,
    /// Its tree.
    pub(super) file: File,
    /// Subject and version.
    pub(super) origin: Option<(String, i32)>,
}

/// A type found by name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Type<'a> {
    /// Full name without leading dot.
    pub(super) name: &'a str,
    /// Where it stands.
    pub(super) home: Home,
    /// The declaration.
    pub(super) node: TypeRef<'a>,
}

/// A message or an enum.
#[derive(Clone, Copy, Debug)]
pub(super) enum TypeRef<'a> {
    Message(&'a Message),
    Enum,
}

/// Full names to places.
#[derive(Debug, Default)]
pub(super) struct TypeIndex {
    places: HashMap<String, (Home, Box<[u32]>)>,
}

impl TypeIndex {
    /// Adds the types of a file; names that are known already keep their place.
    pub(super) fn add(&mut self, file: &File, home: Home, limits: &Limits) -> Result<(), SchemaError> {
        let mut name = file.package.clone().unwrap_or_default();
        self.add_types(&file.types, home, &mut name, &mut Vec::new(), limits)
    }

    fn add_types(
        &mut self,
        types: &[TypeNode],
        home: Home,
        scope: &mut String,
        path: &mut Vec<u32>,
        limits: &Limits,
    ) -> Result<(), SchemaError> {
        for (position, node) in types.iter().enumerate() {
            let outer = scope.len();
            if outer > 0 {
                scope.push('.');
            }
            scope.push_str(node.name());
            if scope.len() > MAX_FULL_NAME {
                return Err(SchemaError::Limit {
                    what: "bytes in the full name of a type",
                    limit: MAX_FULL_NAME,
                });
            }
            if scope.bytes().filter(|byte| *byte == b'.').count() > limits.max_depth {
                return Err(SchemaError::Limit { what: "nesting levels", limit: limits.max_depth });
            }
            path.push(position as u32);
            if !self.places.contains_key(scope.as_str()) {
                self.places.insert(scope.clone(), (home, path.as_slice().into()));
            }
            if let TypeNode::Message(message) = node {
                self.add_types(&message.types, home, scope, path, limits)?;
            }
            path.pop();
            scope.truncate(outer);
        }
        Ok(())
    }
}

/// A schema with everything it refers to.
#[derive(Debug)]
pub(super) struct Files {
    /// The schema itself.
    pub(super) local: File,
    /// Its references, direct and indirect.
    pub(super) dependencies: Vec<DependencyFile>,
    types: TypeIndex,
    /// Built-in files whose place a reference took.
    replaced: HashSet<usize>,
}

impl Files {
    pub(super) fn new(
        local: File,
        dependencies: Vec<DependencyFile>,
        limits: &Limits,
    ) -> Result<Self, SchemaError> {
        let mut types = TypeIndex::default();
        types.add(&local, Home::Local, limits)?;
        let mut replaced = HashSet::new();
        for (position, dependency) in dependencies.iter().enumerate() {
            types.add(&dependency.file, Home::Dependency(position), limits)?;
            replaced.extend(FILES.iter().position(|(path, _)| *path == dependency.name));
        }
        Ok(Self { local, dependencies, types, replaced })
    }

    /// The file whose messages count: the schema itself, or the one file that it does nothing but import
    /// publicly (reference behaviour of the newest line).
    pub(super) fn represented(&self) -> &File {
        let File { types, services, extends, imports, public_imports, .. } = &self.local;
        let declares =
            !types.is_empty() || !services.is_empty() || !extends.is_empty() || !imports.is_empty();
        let [path] = public_imports.as_slice() else { return &self.local };
        let found = self.all().skip(1).find(|(known, _)| known == path).map(|(_, file)| file);
        match found {
            Some(file) if !declares && !file.types.is_empty() => file,
            _ => &self.local,
        }
    }

    /// The tree of a file.
    pub(super) fn file(&self, home: Home) -> &File {
        match home {
            Home::Local => &self.local,
            Home::Dependency(position) => &self.dependencies[position].file,
            Home::Builtin(position) => &BUILTINS.files[position],
        }
    }

    /// Subject and version of a referenced file.
    pub(super) fn origin(&self, home: Home) -> Option<&(String, i32)> {
        match home {
            Home::Dependency(position) => self.dependencies[position].origin.as_ref(),
            Home::Local | Home::Builtin(_) => None,
        }
    }

    /// Every known file with its import path, the schema itself first (under an empty path).
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &File)> {
        let dependencies = self.dependencies.iter().map(|known| (known.name.as_str(), &known.file));
        let builtins = FILES.iter().zip(&BUILTINS.files).enumerate();
        let builtins = builtins.filter(|(position, _)| !self.replaced.contains(position));
        std::iter::once(("", &self.local))
            .chain(dependencies)
            .chain(builtins.map(|(_, ((path, _), file))| (*path, file)))
    }

    /// The type of a full name without leading dot.
    pub(super) fn find(&self, full_name: &str) -> Option<Type<'_>> {
        let own = self.types.places.get_key_value(full_name);
        let (name, (home, path)) = own.or_else(|| {
            let found = BUILTINS.types.places.get_key_value(full_name)?;
            let replaced = matches!(found.1.0, Home::Builtin(position) if self.replaced.contains(&position));
            (!replaced).then_some(found)
        })?;
        let mut types = self.file(*home).types.as_slice();
        let mut found = None;
        for position in path {
            match &types[*position as usize] {
                TypeNode::Message(message) => {
                    found = Some(TypeRef::Message(message));
                    types = &message.types;
                }
                TypeNode::Enum(_) => {
                    found = Some(TypeRef::Enum);
                    types = &[];
                }
            }
        }
        found.map(|node| Type { name, home: *home, node })
    }

    /// The type that a written name means inside a scope (full name of the enclosing message, or the
    /// package).
    pub(super) fn resolve(&self, scope: &str, name: &str) -> Option<Type<'_>> {
        if let Some(full_name) = name.strip_prefix('.') {
            return self.find(full_name);
        }
        let mut prefix = scope;
        let mut candidate = String::with_capacity(scope.len() + 1 + name.len());
        while !prefix.is_empty() {
            candidate.clear();
            candidate.push_str(prefix);
            candidate.push('.');
            candidate.push_str(name);
            if let Some(found) = self.find(&candidate) {
                return Some(found);
            }
            prefix = prefix.rfind('.').map_or("", |dot| &prefix[..dot]);
        }
        self.find(name)
    }
}

/// `scope.name`, or the name alone without a scope.
pub(super) fn joined(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}
