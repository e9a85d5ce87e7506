//! Protobuf schemas.
//!
//! A schema is the syntax tree of one `.proto` file ([`ast`]) together with the files it may use
//! (`files`): its references and the [`builtin`] ones. Text in, canonical text out, without a descriptor:
//! the registry stores and compares texts that a strict compiler refuses.
//!
//! | file | what |
//! |---|---|
//! | [`ast`], `parse/`, `binary` | text or a serialized descriptor to the tree |
//! | `descriptor/` | the tree from and to serialized descriptors |
//! | `payload/` | payloads against compiled descriptors |
//! | `print` | the tree to the canonical text |
//! | `files`, `resolve`, [`builtin`] | names to types |

pub mod ast;
mod binary;
pub mod builtin;
mod compare;
mod descriptor;
#[allow(dead_code, reason = "comparison and descriptors read the rest")]
mod files;
mod parse;
mod payload;
mod print;
mod resolve;
pub mod rules;

pub use parse::parse;
pub use payload::{ProtobufValidator, Value};

use files::{DependencyFile, Files};

use crate::difference::{CompareOptions, Comparison};
use crate::{Dependency, EntityTags, Limits, SchemaError, Source, Strictness};

/// A parsed Protobuf schema.
#[derive(Debug)]
pub struct ProtobufSchema {
    /// The text that was parsed; spans of the tree point into it. Empty for a serialized descriptor.
    text: String,
    files: Box<Files>,
}

impl ProtobufSchema {
    /// Parses `.proto` text, or Base64 of one serialized `FileDescriptorProto`.
    ///
    /// # Errors
    /// [`SchemaError::Invalid`] with the reference's words: `Could not parse Protobuf - Syntax error in …`,
    /// for [`Strictness::New`] also `Could not resolve type: NAME`. [`SchemaError::Limit`].
    pub fn parse(source: &Source<'_>, strictness: Strictness, limits: &Limits) -> Result<Self, SchemaError> {
        let (file, is_text) = parse_either(source.text, limits)?;
        let files = Files::new(file, dependencies(source.dependencies, limits)?, limits)?;
        if strictness == Strictness::New {
            resolve::check(&files)?;
        }
        Ok(Self {
            text: if is_text { source.text.to_owned() } else { String::new() },
            files: Box::new(files),
        })
    }

    /// The text as the reference prints it.
    pub fn canonical(&self) -> String {
        print::print(&self.files.local)
    }
}

impl ProtobufSchema {
    /// All differences between a reader and a writer schema, compatible ones included.
    pub fn compare(reader: &Self, writer: &Self, options: &CompareOptions) -> Comparison {
        compare::compare(reader, writer, options)
    }
}

/// The tree of a text, and whether it was `.proto` text.
fn parse_either(text: &str, limits: &Limits) -> Result<(ast::File, bool), SchemaError> {
    let error = match parse(text, limits) {
        Ok(file) => return Ok((file, true)),
        Err(SchemaError::Invalid { message, offset }) => {
            SchemaError::Invalid { message: format!("Could not parse Protobuf - {message}"), offset }
        }
        Err(other) => return Err(other),
    };
    // A broken descriptor is reported as broken text: that is what most senders meant.
    match binary::from_base64(text) {
        Some(Ok(file)) => Ok((file, false)),
        Some(Err(limit @ SchemaError::Limit { .. })) => Err(limit),
        Some(Err(_)) | None => Err(error),
    }
}

/// The trees of the references, the first of each name.
fn dependencies(given: &[Dependency], limits: &Limits) -> Result<Vec<DependencyFile>, SchemaError> {
    let mut names = std::collections::HashSet::new();
    let mut files = Vec::new();
    for dependency in given {
        if names.insert(dependency.name.as_str()) {
            let (file, _) = parse_either(&dependency.text, limits)?;
            files.push(DependencyFile {
                name: dependency.name.clone(),
                file,
                origin: dependency.origin.clone(),
            });
        }
    }
    Ok(files)
}

#[allow(missing_docs, clippy::unused_self)]
impl ProtobufSchema {
    pub fn normalized(&self) -> String {
        self.canonical()
    }
    pub fn formatted(&self, format: &str) -> Result<String, SchemaError> {
        if format.eq_ignore_ascii_case("serialized") {
            return Ok(binary::to_base64(&descriptor::serialized(&self.files)?));
        }
        Ok(self.canonical())
    }
    pub fn name(&self) -> Option<String> {
        None
    }
    pub fn is_equivalent(&self, stored: &Self) -> bool {
        self.canonical() == stored.canonical()
    }
    pub fn field_names(&self) -> Vec<String> {
        Vec::new()
    }
    pub fn check_fields(&self) -> Result<(), SchemaError> {
        Ok(())
    }
    pub fn tags(&self) -> Vec<EntityTags> {
        Vec::new()
    }
    pub fn retagged(&self, _add: &[EntityTags], _remove: &[EntityTags]) -> Result<String, SchemaError> {
        Ok(self.canonical())
    }
    pub fn validator(&self) -> Result<ProtobufValidator, SchemaError> {
        let known = descriptor::linked(&self.files)?;
        ProtobufValidator::compile(&known)
    }
}
