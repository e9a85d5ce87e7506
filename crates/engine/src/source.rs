//! What the engine is given: one schema text and the texts it refers to.

/// A referenced schema text under the name by which the referrer spells it
/// (Avro full name, Protobuf import path, JSON `$ref` document).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The reference name. The first dependency of a name wins, later ones are ignored
    /// (reference behaviour).
    pub name: String,
    /// Canonical text of the referenced schema.
    pub text: String,
    /// Identity of the referenced version (`subject` and `version`), when it comes from a registry.
    /// Protobuf comparison skips types that come from the same version on both sides.
    pub origin: Option<(String, i32)>,
}

/// A schema text together with everything it refers to.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The schema text as sent or stored.
    pub text: &'a str,
    /// Direct and indirect references, inner ones first, already resolved.
    pub dependencies: &'a [Dependency],
}

impl<'a> Source<'a> {
    /// A text without references.
    pub fn bare(text: &'a str) -> Self {
        Self { text, dependencies: &[] }
    }
}

/// How much a parser refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// A new schema: names, defaults and references are checked as the reference checks them on
    /// registration (`validateNewSchemas`).
    New,
    /// A stored schema, a lookup or an import: what once was accepted stays readable.
    Stored,
}
