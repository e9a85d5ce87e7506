//! JSON Schema, drafts 4 to 2020-12.
//!
//! | file | what |
//! |---|---|
//! | `draft` | which draft a text is written in |
//! | `load/` | text to typed tree, references, the gate of registration |
//! | `node`, `pointer` | the typed tree, and where its nodes stand |
//! | `compare/` | differences between two trees, as the reference finds them |
//! | [`rules`] | every kind of difference as one row |
//! | [`sound`] | containment of documents, with witnesses |
//! | `tags` | inline tags |
//! | `payload/` | validation of payloads |
//! | `number`, `pattern`, `java_order`, `java_uri` | how Java spells numbers, reads regular expressions, orders names, reads URIs |
//!
//! Nothing is ever fetched: `$ref` and `$schema` name texts that came with the schema or are bundled.

mod compare;
mod draft;
mod java_order;
mod java_uri;
mod load;
mod node;
mod number;
mod pattern;
mod payload;
mod pointer;
pub mod rules;
pub mod sound;
mod tags;
#[cfg(test)]
mod tests;

pub use draft::Draft;
pub(crate) use load::documents::{percent_decoded, resolve as resolve_uri};
pub use payload::JsonValidator;
pub(crate) use payload::{Annotator, Applied, MARK};

use self::node::{NodeId, Tree};
use crate::difference::{CompareOptions, Comparison, Difference, Policy, Side};
use crate::tags::Missing;
use crate::tree::{Leniency, Node, Value, parse, pointer_token, print};
use crate::violation::ValidatorOptions;
use crate::{Dependency, EntityTags, Limits, SchemaError, Source, Strictness};

/// Findings of one comparison that are located to the keyword; later ones stand at their schema.
const MAX_LOCATED: usize = 200;
/// Characters of a quoted part of a schema.
const MAX_FRAGMENT: usize = 100;

/// A schema text that is a part of another document, which is a dependency of this name: what a JSON Pointer or
/// an anchor names there, read in the document's draft.
///
/// # Errors
/// [`SchemaError`] when the document cannot be read. A part that is not there is found when the text is parsed.
pub(crate) fn text_of_part(
    document: &str,
    name: &str,
    part: &str,
    limits: &Limits,
) -> Result<String, SchemaError> {
    use std::fmt::Write;
    let root = parse(document, Leniency::Strict, limits)?;
    let mut target = format!("{name}#");
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/$".contains(&byte) {
            target.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(target, "%{byte:02X}");
        }
    }
    let mut text = serde_json::json!({ "$ref": target });
    if let Some(draft) = root.get("$schema").and_then(Node::as_str) {
        text["$schema"] = draft.into();
    }
    Ok(text.to_string())
}

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
        tags::change(&mut root, add, remove, Missing::Refuse)?;
        Ok(print(&root, number::java_spelling))
    }

    /// The canonical text with tags added to those of the entities that it has.
    ///
    /// # Errors
    /// None today; the other formats have some.
    pub fn with_tags(&self, tags: &[EntityTags]) -> Result<String, SchemaError> {
        let mut root = self.root.clone();
        tags::change(&mut root, tags, &[], Missing::Skip)?;
        Ok(print(&root, number::java_spelling))
    }

    /// All differences between a reader and a writer, in the reference's order.
    ///
    /// Bounded by `max_steps`: a comparison that runs out ends with the single finding `json/undecided`.
    /// Under [`Policy::Sound`] the verdict is that of [`sound::contains`], with a witness.
    pub fn compare(reader: &Self, writer: &Self, options: &CompareOptions) -> Comparison {
        let outcome = compare::compare(&writer.tree, &reader.tree, options.policy, &options.limits);
        let mut located = 0;
        let differences = outcome.leaves.into_iter().map(|leaf| {
            let incompatible = leaf.rule.breaks_under(options.policy);
            located += 1;
            let detail = match (located <= MAX_LOCATED, incompatible) {
                (true, true) => Detail::Text,
                (true, false) => Detail::Keyword,
                (false, _) => Detail::Schema,
            };
            Difference {
                rule: leaf.rule,
                path: leaf.path,
                info: leaf.info,
                incompatible,
                reader: leaf.update.map(|id| reader.side(id, &leaf.keyword, detail)),
                writer: leaf.original.map(|id| writer.side(id, &leaf.keyword, detail)),
            }
        });
        let mut comparison = Comparison { differences: differences.collect(), steps: outcome.steps };
        // The rules find nothing incompatible between a schema and itself, however many pairs it takes.
        let is_undecided = comparison.differences.iter().any(|one| one.rule.id == rules::UNDECIDED.id);
        if is_undecided && reader.is_same(writer) {
            comparison.differences.clear();
        }
        if options.policy == Policy::Sound {
            sound::judge(reader, writer, &mut comparison);
        }
        comparison
    }

    /// Whether the two are one text with one set of references, white space aside.
    fn is_same(&self, other: &Self) -> bool {
        self.root == other.root && self.dependencies == other.dependencies
    }

    /// Where a node of the tree stands, or one of its keywords if it has it.
    fn side(&self, id: NodeId, keyword: &str, detail: Detail) -> Side {
        let node = self.tree.node(id);
        let mut side = Side { pointer: node.pointer.text(), offset: node.offset, fragment: None };
        if detail == Detail::Schema || node.offset.is_none() {
            return side;
        }
        let Some(mut value) = self.value_at(&side.pointer) else { return side };
        if let Some(member) = value.get(keyword) {
            value = member;
            side.pointer = format!("{}/{}", side.pointer, pointer_token(keyword));
            side.offset = Some(member.offset);
        }
        side.fragment = (detail == Detail::Text).then(|| fragment(value));
        side
    }

    /// The value at a pointer of this text.
    fn value_at(&self, pointer: &str) -> Option<&Node> {
        let mut node = &self.root;
        for token in pointer.split('/').skip(1) {
            let name = token.replace("~1", "/").replace("~0", "~");
            node = match &node.value {
                Value::Array(items) => items.get(name.parse::<usize>().ok()?)?,
                _ => node.get(&name)?,
            };
        }
        Some(node)
    }

    /// Compiles a payload validator.
    ///
    /// # Errors
    /// [`SchemaError`] for schemas that registration accepts and that cannot validate anything.
    pub fn validator(&self, options: &ValidatorOptions) -> Result<JsonValidator, SchemaError> {
        JsonValidator::compile(&self.canonical(), &self.dependencies, options)
    }
}

/// How exactly a finding is located.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    Schema,
    Keyword,
    Text,
}

/// The text of a value, shortened to a line.
fn fragment(value: &Node) -> String {
    let text = print(value, number::java_spelling);
    match text.char_indices().nth(MAX_FRAGMENT) {
        None => text,
        Some((cut, _)) => format!("{}…", &text[..cut]),
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
