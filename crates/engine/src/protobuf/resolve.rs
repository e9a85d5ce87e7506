//! Refuses new schemas with types that no known file declares.
//!
//! The reference finds these in the normalising pass that runs on every new schema, so the order is that
//! of the printed text. Custom options and imports are not looked at.

use super::ast::{Extend, Field, FieldType, Group, Message, Span, messages};
use super::files::{Files, joined};
use crate::SchemaError;

/// Checks every type of fields, extended types and methods.
///
/// # Errors
/// `Could not resolve type: NAME` for the first name that resolves nowhere.
pub(super) fn check(files: &Files) -> Result<(), SchemaError> {
    let local = &files.local;
    let checker = Checker { files };
    let package = local.package.as_deref().unwrap_or_default();
    for message in local.messages() {
        checker.message(package, message)?;
    }
    checker.extends(package, &local.extends)?;
    for rpc in local.services.iter().flat_map(|service| &service.rpcs) {
        checker.name(package, &rpc.request, rpc.span)?;
        checker.name(package, &rpc.response, rpc.span)?;
    }
    Ok(())
}

struct Checker<'a> {
    files: &'a Files,
}

impl Checker<'_> {
    fn message(&self, outer: &str, message: &Message) -> Result<(), SchemaError> {
        let scope = joined(outer, &message.name);
        self.fields(&scope, &message.fields)?;
        for oneof in &message.oneofs {
            self.fields(&scope, &oneof.fields)?;
            self.groups(&scope, &oneof.groups)?;
        }
        self.groups(&scope, &message.groups)?;
        self.extends(&scope, &message.extends)?;
        messages(&message.types).try_for_each(|nested| self.message(&scope, nested))
    }

    fn extends(&self, scope: &str, extends: &[Extend]) -> Result<(), SchemaError> {
        for extend in extends {
            self.name(scope, &extend.name, extend.span)?;
            self.fields(scope, &extend.fields)?;
        }
        Ok(())
    }

    fn groups(&self, scope: &str, groups: &[Group]) -> Result<(), SchemaError> {
        groups.iter().try_for_each(|group| self.fields(scope, &group.fields))
    }

    fn fields(&self, scope: &str, fields: &[Field]) -> Result<(), SchemaError> {
        for field in fields {
            let kind = match &field.kind {
                FieldType::Map(_, value) => value,
                other => other,
            };
            if let FieldType::Named(name) = kind {
                self.name(scope, name, field.span)?;
            }
        }
        Ok(())
    }

    fn name(&self, scope: &str, name: &str, span: Span) -> Result<(), SchemaError> {
        if self.files.resolve(scope, name).is_some() {
            return Ok(());
        }
        let message = format!("Could not resolve type: {name}");
        Err(SchemaError::Invalid { message, offset: span.is_known().then_some(span.start) })
    }
}
