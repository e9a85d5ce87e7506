//! Avro schemas: parse, canonical text, comparison, payloads.
//!
//! One module a question, in reading order:
//! `model` (the graph), `names`, `parse` and `link` (text to graph), `defaults`, `numbers`, `print`
//! (graph to canonical, resolved and normalized text), `equal` and `digest` (is it the same schema), `compare`,
//! `path`, `sides` and [`rules`] (can one schema read data of another), `tags`, `payload` (does a datum keep its
//! promise).
//!
//! Sources: the Avro 1.12 specification, and Avro Java 1.12 where the reference server passes on its texts
//! and verdicts. The model is our own: no public crate keeps what identity needs (member order, properties
//! on primitives, empty namespaces) or reports all differences with their paths.

mod apart;
mod compare;
mod defaults;
mod digest;
mod equal;
mod link;
mod model;
mod names;
mod numbers;
mod parse;
mod path;
mod payload;
mod print;
pub mod rules;
mod sides;
mod tags;

use std::collections::HashSet;
use std::sync::Arc;

use self::equal::Attention;
use self::model::{Graph, Kind};
pub use self::payload::AvroValidator;
use self::print::Style;
use self::sides::Places;
use crate::difference::{CompareOptions, Comparison, Difference};
use crate::tags::Missing;
use crate::{EntityTags, Limits, SchemaError, Source, Strictness};

/// A schema text that is one named type of another schema: its full name, or the only simple name that fits.
///
/// # Errors
/// [`SchemaError::Invalid`] when no type, or more than one, has the name.
pub(crate) fn text_of_part(source: &Source<'_>, part: &str, limits: &Limits) -> Result<String, SchemaError> {
    let (graph, _) = parse::parse(source, Strictness::Stored, limits)?;
    let mut names: Vec<&str> =
        graph.types.iter().filter_map(|known| Some(known.kind.named()?.name.full())).collect();
    names.sort_unstable();
    names.dedup();
    if !names.contains(&part) {
        names.retain(|full| full.rsplit_once('.').is_some_and(|(_, simple)| simple == part));
        if names.len() != 1 {
            return Err(SchemaError::invalid(format!("the schema has no single type `{part}`")));
        }
    }
    let full = if names.len() == 1 { names[0] } else { part };
    Ok(serde_json::Value::from(full).to_string())
}

/// A parsed Avro schema.
#[derive(Debug)]
pub struct AvroSchema {
    /// The text as it was given: findings point into it.
    text: String,
    /// The canonical text, unless it is `text` itself.
    canonical: Option<String>,
    graph: Arc<Graph>,
    /// Full names of the types that references stand for: written by name.
    referenced: HashSet<String>,
    limits: Limits,
}

impl AvroSchema {
    /// Parses a text with its references.
    ///
    /// # Errors
    /// [`SchemaError::Invalid`] in the words of the reference's parser where it has some,
    /// [`SchemaError::Limit`] when a limit is reached.
    pub fn parse(source: &Source<'_>, strictness: Strictness, limits: &Limits) -> Result<Self, SchemaError> {
        let limits = &limits.of_avro();
        let (graph, referenced) = parse::parse(source, strictness, limits)?;
        let canonical = print::print_graph(&graph, &referenced, Style::Canonical, limits.max_depth)?;
        let canonical = (canonical != source.text).then_some(canonical);
        Ok(Self {
            text: source.text.to_owned(),
            canonical,
            graph: Arc::new(graph),
            referenced,
            limits: *limits,
        })
    }

    /// The text that is stored, returned and hashed.
    pub fn canonical(&self) -> String {
        self.canonical.as_ref().unwrap_or(&self.text).clone()
    }

    /// The canonical text of the normal form: everything sorted whose order means nothing.
    pub fn normalized(&self) -> String {
        // Same shape as the canonical text, so the depth was checked by `parse`.
        print::print_graph(&self.graph, &self.referenced, Style::Normal, self.limits.max_depth)
            .unwrap_or_else(|_| self.canonical())
    }

    /// `resolved` writes the types of references in full at their first use; anything else is canonical.
    ///
    /// # Errors
    /// [`SchemaError::Limit`] when the resolved text would nest deeper than a text may.
    pub fn formatted(&self, format: &str) -> Result<String, SchemaError> {
        if !format.eq_ignore_ascii_case("resolved") {
            return Ok(self.canonical());
        }
        print::print_graph(&self.graph, &HashSet::new(), Style::Canonical, self.limits.max_depth)
    }

    /// Full name of a record, enum or fixed type.
    pub fn name(&self) -> Option<String> {
        self.graph.root().kind.named().map(|named| named.name.full().to_owned())
    }

    /// Whether a stored schema is the same one although its text differs: equal trees, docs, aliases and
    /// enum defaults. The order of properties and inlining of references do not matter.
    pub fn is_equivalent(&self, stored: &Self) -> bool {
        let (posted, known) = (&self.graph, &stored.graph);
        equal::are_equal(
            (&posted.types, posted.root),
            (&known.types, known.root),
            Attention::Everything,
            &self.limits,
        )
        .unwrap_or(false)
    }

    /// A number that equivalent schemas share (see [`AvroSchema::is_equivalent`]); others hardly ever do.
    pub fn digest(&self) -> u64 {
        digest::digest(&self.graph)
    }

    /// Names of the fields of a top-level record.
    pub fn field_names(&self) -> Vec<String> {
        match &self.graph.root().kind {
            Kind::Record(record) => record.fields.iter().map(|field| field.name.clone()).collect(),
            _ => Vec::new(),
        }
    }

    /// Records and fields of the schema's own text that carry inline tags, in document order.
    pub fn tags(&self) -> Vec<EntityTags> {
        tags::list(&self.graph)
    }

    /// The canonical text with inline tags added, then removed; an emptied list of tags disappears.
    ///
    /// # Errors
    /// [`SchemaError::Invalid`] when a path names no record or field of the schema's own text,
    /// [`SchemaError::Limit`] when the tags would nest the text too deep.
    pub fn retagged(&self, add: &[EntityTags], remove: &[EntityTags]) -> Result<String, SchemaError> {
        let graph = tags::retagged(&self.graph, add, remove, Missing::Refuse)?;
        print::print_graph(&graph, &self.referenced, Style::Canonical, self.limits.max_depth)
    }

    /// The canonical text with tags added to those of the entities that it has.
    ///
    /// # Errors
    /// [`SchemaError::Limit`] when the tags would nest the text too deep.
    pub fn with_tags(&self, tags: &[EntityTags]) -> Result<String, SchemaError> {
        let graph = tags::retagged(&self.graph, tags, &[], Missing::Skip)?;
        print::print_graph(&graph, &self.referenced, Style::Canonical, self.limits.max_depth)
    }

    /// All differences that keep the reader from reading data of the writer, at most 1,000 of them.
    pub fn compare(reader: &Self, writer: &Self, options: &CompareOptions) -> Comparison {
        let findings = compare::compare(&reader.graph, &writer.graph, &options.limits);
        if findings.list.is_empty() {
            return Comparison { differences: Vec::new(), steps: findings.steps };
        }
        let read_at = findings.list.iter().map(|(found, _)| found.reader);
        let read = Places::new(&reader.graph, &reader.text, &reader.limits, read_at);
        let written_at = findings.list.iter().map(|(found, _)| found.writer);
        let written = Places::new(&writer.graph, &writer.text, &writer.limits, written_at);
        let paths = findings.paths;
        let differences = findings.list.into_iter().map(|(found, info)| {
            let rule = found.id.rule();
            Difference {
                rule,
                path: paths.print(found.location),
                info,
                incompatible: rule.breaks_under(options.policy),
                reader: read.side(found.reader),
                writer: written.side(found.writer),
            }
        });
        Comparison { differences: differences.collect(), steps: findings.steps }
    }

    /// Compiles a payload validator.
    ///
    /// # Errors
    /// None: every schema that was parsed can be walked.
    pub fn validator(&self) -> Result<AvroValidator, SchemaError> {
        Ok(AvroValidator::new(Arc::clone(&self.graph)))
    }
}
