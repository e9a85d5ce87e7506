//! The stricter check of `validateFields`: the file must compile.
//!
//! Texts that the registry accepts otherwise (unknown options, one number used twice, number 0) are
//! refused here, because no descriptor can express them or because compilers refuse them all the same.

mod shapes;

use prost_reflect::DescriptorPool;
use prost_types::FileDescriptorSet;

use super::files::{Files, TypeRef};
use super::normalize::ExtensionNames;
use super::walk_options::{Owner, walk_options};
use super::{ProtobufValidator, ast, descriptor, resolve};
use crate::SchemaError;

/// Checks that every type, import and option is known and that a descriptor can be built.
///
/// # Errors
/// [`SchemaError::Invalid`] with the first reason.
pub(super) fn check(files: &Files) -> Result<(), SchemaError> {
    resolve::check(files)?;
    imports(files)?;
    options(files)?;
    shapes::check(&files.local)?;
    let linked = descriptor::linked(files)?;
    ProtobufValidator::compile(&linked)?;
    DescriptorPool::from_file_descriptor_set(FileDescriptorSet { file: linked })
        .map_err(|error| SchemaError::invalid(error.to_string()))?;
    descriptor::compiled(files).map(|_| ())
}

fn imports(files: &Files) -> Result<(), SchemaError> {
    let known: std::collections::HashSet<&str> = files.all().map(|(path, _)| path).collect();
    let local = &files.local;
    match local.imports.iter().chain(&local.public_imports).find(|path| !known.contains(path.as_str())) {
        None => Ok(()),
        Some(path) => {
            Err(SchemaError::invalid(format!("import `{path}` is neither referenced nor built in")))
        }
    }
}

fn options(files: &Files) -> Result<(), SchemaError> {
    let extensions = ExtensionNames::of(files);
    let mut unknown = None;
    walk_options(&mut files.local.clone(), &mut |scope, owner, options| {
        for option in options.iter() {
            let known = if option.parenthesized {
                extensions.resolve(scope, &option.name).is_some()
            } else {
                is_plain_option(files, owner, option)
            };
            if !known && unknown.is_none() {
                unknown = Some((option.name.clone(), option.span));
            }
        }
    });
    match unknown {
        None => Ok(()),
        Some((name, span)) => Err(SchemaError::Invalid {
            message: format!("Could not resolve option: {name}"),
            offset: span.is_known().then_some(span.start),
        }),
    }
}

fn is_plain_option(files: &Files, owner: Owner, option: &ast::OptionNode) -> bool {
    let name = option.name.split('.').next().unwrap_or_default();
    match files.find(owner.options_message()).map(|found| found.node) {
        Some(TypeRef::Message(message)) => message.fields.iter().any(|field| field.name == name),
        _ => false,
    }
}
