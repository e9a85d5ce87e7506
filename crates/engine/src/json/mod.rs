//! JSON Schema, drafts 4 to 2020-12.
//!
//! | file | what |
//! |---|---|
//! | `draft` | which draft a text is written in |
//! | `load/` | text to typed tree, references, the gate of registration |
//! | `node` | the typed tree |
//! | `compare/` | differences between two trees, as the reference finds them |
//! | [`rules`] | every kind of difference as one row |
//! | [`sound`] | containment of documents, with witnesses |
//! | `tags` | inline tags |
//! | `payload/` | validation of payloads |
//! | `number`, `pattern`, `java_order` | how Java spells numbers, reads regular expressions, orders names |
//!
//! Nothing is ever fetched: `$ref` and `$schema` name texts that came with the schema or are bundled.

mod compare;
mod draft;
mod java_order;
mod load;
mod node;
mod number;
mod pattern;
mod payload;
pub mod rules;
pub mod sound;
mod tags;
#[cfg(test)]
mod tests;

pub use draft::Draft;
pub use payload::JsonValidator;

use self::node::{NodeId, Tree};
use crate::difference::{CompareOptions, Comparison, Difference, Policy, Side};
use crate::tree::{Leniency, Node, Value, parse, print};
use crate::violation::ValidatorOptions;
use crate::{Dependency, EntityTags, Limits, SchemaError, Source, Strictness};

/// Findings of one comparison that quote the schemas.
const MAX_FRAGMENTS: usize = 100;
/// Characters of a quoted part of a schema.
const MAX_FRAGMENT: usize = 100;

/// A parsed JSON Schema with everything it refers to.
#[derive(Debug)]
pub struct JsonSchema {
    draft: Draft,
    root: Node,
    tree: Tree,
    dependencies: Vec<Dependency>,
}

impl JsonSchema {
    /// Parses a text with its references.
    ///
    /// Accepts what the reference's loaders accept (no check against a meta-schema) and refuses content
    /// behind the first value. A stored schema is read by the same rules.
    ///
    /// # Errors
    /// [`SchemaError::Invalid`] for texts that are no schema and for unresolvable references;
    /// [`SchemaError::Limit`] for depth and size.
    pub fn parse(source: &Source<'_>, _strictness: Strictness, limits: &Limits) -> Result<Self, SchemaError> {
        let root = parse(source.text, Leniency::Strict, limits)?;
        if !matches!(root.value, Value::Object(_) | Value::Bool(_)) {
            let message = "a JSON Schema must be an object or a boolean";
            return Err(SchemaError::invalid_at(message, root.offset));
        }
        let draft = Draft::find(&root)?.unwrap_or(Draft::Draft7);
        let tree = load::load(&root, source, draft, limits)?;
        Ok(Self { draft, root, tree, dependencies: source.dependencies.to_vec() })
    }

    /// The draft the schema is read in.
    pub fn draft(&self) -> Draft {
        self.draft
    }

    /// The texts the schema may refer to, inner ones first.
    pub fn dependencies(&self) -> &[Dependency] {
        &self.dependencies
    }

    /// The schema as `serde_json` sees it, with the entries of a top-level `definitions` also under
    /// `$defs`, where references of the reference server find them.
    pub fn bridged_document(&self) -> serde_json::Value {
        let mut root = self.root.clone();
        bridge(&mut root);
        root.to_serde()
    }

    /// The text without white space, member order kept, numbers as Java spells them.
    pub fn canonical(&self) -> String {
        print(&self.root, number::java_spelling)
    }

    /// The canonical text with the members of all objects sorted as Java sorts strings.
    pub fn normalized(&self) -> String {
        let mut root = self.root.clone();
        root.sort_members();
        print(&root, number::java_spelling)
    }

    /// The title.
    pub fn name(&self) -> Option<String> {
        self.root.get("title").and_then(Node::as_str).map(str::to_owned)
    }

    /// Names of the top-level properties.
    pub fn field_names(&self) -> Vec<String> {
        let properties = self.root.get("properties").and_then(Node::as_object);
        properties.map_or_else(Vec::new, |object| object.iter().map(|(name, _)| name.to_owned()).collect())
    }

    /// Refuses top-level properties whose names start with `$$`, as `validateFields` asks.
    ///
    /// # Errors
    /// [`SchemaError::Invalid`].
    pub fn check_fields(&self) -> Result<(), SchemaError> {
        if self.field_names().iter().any(|name| name.starts_with("$$")) {
            return Err(SchemaError::invalid("Field names cannot start with $$ prefix"));
        }
        Ok(())
    }

    /// Objects and properties that carry `confluent:tags`.
    pub fn tags(&self) -> Vec<EntityTags> {
        tags::list(&self.root)
    }

    /// The canonical text with inline tags added and removed.
    ///
    /// # Errors
    /// [`SchemaError::Invalid`] when a path names no entity.
    pub fn retagged(&self, add: &[EntityTags], remove: &[EntityTags]) -> Result<String, SchemaError> {
        let mut root = self.root.clone();
        tags::change(&mut root, add, remove)?;
        Ok(print(&root, number::java_spelling))
    }

    /// All differences between a reader and a writer, in the reference's order.
    ///
    /// Bounded by `max_steps`: a comparison that runs out ends with the single finding `json/undecided`.
    /// Under [`Policy::Sound`] the verdict is that of [`sound::contains`], with a witness.
    pub fn compare(reader: &Self, writer: &Self, options: &CompareOptions) -> Comparison {
        let outcome = compare::compare(&writer.tree, &reader.tree, options.policy, &options.limits);
        let mut shown = MAX_FRAGMENTS;
        let differences = outcome.leaves.into_iter().map(|leaf| {
            let incompatible = leaf.rule.breaks_under(options.policy);
            let with_text = incompatible && shown > 0;
            shown -= usize::from(with_text);
            Difference {
                rule: leaf.rule,
                path: leaf.path,
                info: leaf.info,
                incompatible,
                reader: leaf.update.map(|id| reader.side(id, with_text)),
                writer: leaf.original.map(|id| writer.side(id, with_text)),
            }
        });
        let mut comparison = Comparison { differences: differences.collect(), steps: outcome.steps };
        if options.policy == Policy::Sound {
            sound::judge(reader, writer, &mut comparison);
        }
        comparison
    }

    /// Where a node of the tree stands.
    fn side(&self, id: NodeId, with_text: bool) -> Side {
        let node = self.tree.node(id);
        let text = (with_text && node.offset.is_some()).then(|| self.fragment(&node.pointer)).flatten();
        Side { pointer: node.pointer.clone(), offset: node.offset, fragment: text }
    }

    /// The text of the value at a pointer, shortened to a line.
    fn fragment(&self, pointer: &str) -> Option<String> {
        let mut node = &self.root;
        for token in pointer.split('/').skip(1) {
            let name = token.replace("~1", "/").replace("~0", "~");
            node = match &node.value {
                Value::Array(items) => items.get(name.parse::<usize>().ok()?)?,
                _ => node.get(&name)?,
            };
        }
        let text = print(node, number::java_spelling);
        match text.char_indices().nth(MAX_FRAGMENT) {
            None => Some(text),
            Some((cut, _)) => Some(format!("{}…", &text[..cut])),
        }
    }

    /// Compiles a payload validator.
    ///
    /// # Errors
    /// [`SchemaError`] for schemas that registration accepts and that cannot validate anything.
    pub fn validator(&self, options: &ValidatorOptions) -> Result<JsonValidator, SchemaError> {
        JsonValidator::compile(&self.canonical(), &self.dependencies, options)
    }
}

/// Makes top-level `definitions` reachable as `$defs`; existing entries win, and a `$defs` that is no
/// object stays as it is.
fn bridge(root: &mut Node) {
    let Some(definitions) = root.get("definitions").and_then(Node::as_object).cloned() else { return };
    let Value::Object(object) = &mut root.value else { return };
    let mut defs = match object.get("$defs").map(|node| &node.value) {
        None => crate::tree::Object::default(),
        Some(Value::Object(defs)) => defs.clone(),
        Some(_) => return,
    };
    for (name, node) in definitions.iter() {
        if !defs.contains(name) {
            defs.set(name, node.clone());
        }
    }
    object.set("$defs", Value::Object(defs));
}
