//! Protobuf schemas as descriptors.
//!
//! - [`to_file`]: a serialized `FileDescriptorProto` (how several clients register) to the syntax tree;
//! - [`serialized`]: a schema as a serialized `FileDescriptorProto` (`format=serialized`);
//! - [`linked`]: the descriptors of a schema and of all files it reaches, for payloads.
//!
//! Source: `google/protobuf/descriptor.proto`; the effects of reading follow the reference.

mod options;
mod read;
#[cfg(test)]
mod tests;
mod text;
mod wire;
mod write;

use std::collections::HashSet;
use std::sync::LazyLock;

use prost::Message as _;
use prost_types::FileDescriptorProto;

use super::ast::{File, Message, messages};
use super::builtin::FILES;
use super::files::{Files, Home};
use super::payload::Table;
use crate::{Limits, SchemaError};
use options::{Complete, Structural};

pub(super) use read::to_file;
pub(super) use text::unescape_bytes;

/// Name of the file in a serialized schema (reference behaviour).
const FILE_NAME: &str = "default";

/// The files that options of any schema need.
const OPTION_FILES: [&str; 2] = ["google/protobuf/descriptor.proto", "confluent/meta.proto"];

/// A schema as a serialized `FileDescriptorProto`, custom options included.
///
/// # Errors
/// [`SchemaError::Unsupported`] when a type resolves nowhere.
pub(super) fn serialized(files: &Files) -> Result<Vec<u8>, SchemaError> {
    with_options(files, false)
}

/// The same, of a text whose options all say something.
///
/// # Errors
/// Also [`SchemaError::Invalid`] for an option with a value of another kind.
pub(super) fn compiled(files: &Files) -> Result<Vec<u8>, SchemaError> {
    with_options(files, true)
}

fn with_options(files: &Files, strict: bool) -> Result<Vec<u8>, SchemaError> {
    if files.dependencies.is_empty() && !extends_anything(&files.local) {
        // Its options mean what the built-in files say: no table is made for it.
        linked_table(files)?;
        let options = Complete { table: &KNOWN_OPTIONS.0, strict };
        return Ok(write::write(files, Home::Local, FILE_NAME, &options)?.bytes);
    }
    let starts = OPTION_FILES.iter().filter_map(|path| find_file(files, path));
    let known = link(files, std::iter::once(Home::Local).chain(starts))?;
    let (local, others) = known.split_first().ok_or_else(|| SchemaError::invalid("no file"))?;
    let table = Table::compile(local, others)?;
    let written = write::write(files, Home::Local, FILE_NAME, &Complete { table: &table, strict })?;
    Ok(written.bytes)
}

/// The table of a schema and of every file it reaches.
///
/// # Errors
/// [`SchemaError::Unsupported`] for texts that no runtime could load.
fn linked_table(files: &Files) -> Result<Table, SchemaError> {
    let known = linked(files)?;
    let (local, others) = known.split_first().ok_or_else(|| SchemaError::invalid("no file"))?;
    Table::compile(local, others)
}

/// Whether a file declares extensions, at any depth.
fn extends_anything(file: &File) -> bool {
    fn inside(message: &Message) -> bool {
        !message.extends.is_empty() || messages(&message.types).any(inside)
    }
    !file.extends.is_empty() || file.messages().any(inside)
}

/// The descriptors of a schema and of every file it reaches by imports and used types; its own first.
/// Options are left out, but for those that change the wire.
///
/// # Errors
/// [`SchemaError::Unsupported`] when a type resolves nowhere.
pub(super) fn linked(files: &Files) -> Result<Vec<FileDescriptorProto>, SchemaError> {
    link(files, [Home::Local])
}

fn link(
    files: &Files,
    starts: impl IntoIterator<Item = Home>,
) -> Result<Vec<FileDescriptorProto>, SchemaError> {
    let mut pending: Vec<Home> = starts.into_iter().collect();
    pending.reverse();
    let (mut seen, mut linked) = (HashSet::new(), Vec::new());
    while let Some(home) = pending.pop() {
        if !seen.insert(home) {
            continue;
        }
        let path = if home == Home::Local { FILE_NAME } else { path_of(files, home) };
        let written = write::write(files, home, path, &Structural)?;
        let file = FileDescriptorProto::decode(written.bytes.as_slice())
            .map_err(|error| SchemaError::Unsupported(format!("the descriptor is not readable: {error}")))?;
        linked.push(file);
        pending.extend(written.needs.into_iter().rev());
    }
    Ok(linked)
}

/// The table of the options that every schema knows.
static KNOWN_OPTIONS: LazyLock<(Table, Vec<FileDescriptorProto>)> = LazyLock::new(|| {
    let none = Files::new(File::default(), Vec::new(), &Limits::default()).expect("no names, no limits");
    let starts: Vec<Home> = OPTION_FILES.iter().filter_map(|path| find_file(&none, path)).collect();
    let files = link(&none, starts).expect("built-in files resolve (tested)");
    let table = Table::compile(&FileDescriptorProto::default(), &files).expect("and compile (tested)");
    (table, files)
});

/// The file that an import path names.
fn find_file(files: &Files, path: &str) -> Option<Home> {
    let dependency = files.dependencies.iter().position(|known| known.name == path).map(Home::Dependency);
    dependency.or_else(|| FILES.iter().position(|(known, _)| *known == path).map(Home::Builtin))
}

/// The import path of a file; the schema itself has none.
fn path_of(files: &Files, home: Home) -> &str {
    match home {
        Home::Local => "",
        Home::Dependency(position) => &files.dependencies[position].name,
        Home::Builtin(position) => FILES[position].0,
    }
}

/// All files in a stable order.
fn homes(files: &Files) -> impl Iterator<Item = Home> {
    std::iter::once(Home::Local)
        .chain((0..files.dependencies.len()).map(Home::Dependency))
        .chain((0..FILES.len()).map(Home::Builtin))
}
