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
//! | `print`, `normalize/`, `ignore_extensions` | the tree to text |
//! | `compare/`, [`rules`] | differences |
//! | `tags`, `check_fields` | data contracts |
//! | `files`, `resolve`, [`builtin`] | names to types |

pub mod ast;
mod binary;
pub mod builtin;
mod check_fields;
mod compare;
mod descriptor;
mod files;
mod ignore_extensions;
mod normalize;
pub(crate) mod outline;
mod parse;
mod payload;
mod print;
mod resolve;
pub mod rules;
mod tags;
#[cfg(test)]
mod tests;
mod walk_options;

pub use parse::parse;
pub use payload::{MapKey, Message as MessageValue, MessageType, ProtobufValidator, Value};

use files::{DependencyFile, Files};

use crate::difference::{CompareOptions, Comparison};
use crate::tags::Missing;
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

    /// Messages with their fields, inline rules and tags, for conditions.
    pub(crate) fn outline(&self) -> Vec<outline::Outlined> {
        outline::outline(&self.files)
    }

    /// Inline rules of files, enums and constants, with the names of these; for conditions.
    pub(crate) fn outline_of_others(&self) -> Vec<(String, outline::Meta)> {
        outline::others(&self.files)
    }

    /// The text as the reference prints it.
    pub fn canonical(&self) -> String {
        print::print(&self.files.local)
    }
}

impl ProtobufSchema {
    /// The canonical text of the normal form (`normalize=true`).
    pub fn normalized(&self) -> String {
        print::print(&normalize::normalize(&self.files))
    }

    /// The text under a `format` value in any letter case: `serialized` is Base64 of the
    /// `FileDescriptorProto`, `ignore_extensions` the text without extensions, others the canonical text.
    ///
    /// # Errors
    /// [`SchemaError::Unsupported`] when no descriptor can express the text.
    pub fn formatted(&self, format: &str) -> Result<String, SchemaError> {
        if format.eq_ignore_ascii_case("serialized") {
            return Ok(binary::to_base64(&descriptor::serialized(&self.files)?));
        }
        if format.eq_ignore_ascii_case("ignore_extensions") {
            return Ok(print::print(&ignore_extensions::without_extensions(&self.files.local)));
        }
        Ok(self.canonical())
    }

    /// Full name of the first message, else of the first enum.
    pub fn name(&self) -> Option<String> {
        let file = self.files.represented();
        let message = file.messages().next().map(|message| &message.name);
        let name = message.or_else(|| file.enums().next().map(|node| &node.name))?;
        Some(files::joined(file.package.as_deref().unwrap_or_default(), name))
    }

    /// Whether a stored schema has the same canonical text.
    pub fn is_equivalent(&self, stored: &Self) -> bool {
        self.canonical() == stored.canonical()
    }

    /// Names of the fields of the first message.
    pub fn field_names(&self) -> Vec<String> {
        tags::field_names(self.files.represented())
    }

    /// Checks that the file compiles (`validateFields`).
    ///
    /// # Errors
    /// [`SchemaError`] with the first type, import or option that is unknown, or the reason why no
    /// descriptor can be built.
    pub fn check_fields(&self) -> Result<(), SchemaError> {
        check_fields::check(&self.files)
    }

    /// Messages and fields with inline tags.
    pub fn tags(&self) -> Vec<EntityTags> {
        tags::tags(&self.files.local)
    }

    /// The canonical text with inline tags added and removed.
    ///
    /// # Errors
    /// [`SchemaError::Invalid`] when a path names no message or field.
    pub fn retagged(&self, add: &[EntityTags], remove: &[EntityTags]) -> Result<String, SchemaError> {
        Ok(print::print(&tags::retagged(&self.files.local, add, remove, Missing::Refuse)?))
    }

    /// The canonical text with tags added to those of the entities that it has.
    ///
    /// # Errors
    /// None today; the other formats have some.
    pub fn with_tags(&self, tags: &[EntityTags]) -> Result<String, SchemaError> {
        Ok(print::print(&tags::retagged(&self.files.local, tags, &[], Missing::Skip)?))
    }

    /// All differences between a reader and a writer schema, compatible ones included.
    pub fn compare(reader: &Self, writer: &Self, options: &CompareOptions) -> Comparison {
        compare::compare(reader, writer, options)
    }

    /// Compiles a payload validator.
    ///
    /// # Errors
    /// [`SchemaError`] when the text was accepted but no runtime could load it.
    pub fn validator(&self) -> Result<ProtobufValidator, SchemaError> {
        let known = descriptor::linked(&self.files)?;
        ProtobufValidator::compile(&known)
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
    // A broken descriptor is reported as broken text: that is what most senders meant. Broken is also one that
    // no text can tell, as a required field of proto3: its text is what would be stored and read.
    match binary::from_base64(text) {
        Some(Ok(file)) if parse(&print::print(&file), limits).is_ok() => Ok((file, false)),
        Some(Err(limit @ SchemaError::Limit { .. })) => Err(limit),
        Some(_) | None => Err(error),
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
