//! A serialized `FileDescriptorProto` as a syntax tree.
//!
//! As the reference reads it: type names stay full with a leading dot; map fields stay repeated fields
//! of their entry message (normalizing folds them); the oneofs of proto3 `optional` vanish; group fields
//! are skipped, their messages stay; labels are absent where the syntax has none; `json_name` is kept if it
//! is there. One statement for each reserved value and extension range. Messages stand before enums.
//!
//! Never panics; nesting is bounded by [`MAX_DEPTH`], size by the caller.

use std::collections::HashSet;

use prost::Message as _;
use prost_types::FileDescriptorProto;

use super::options::{self, OptionsOf};
use super::text::{bytes_to_text, unescape_bytes};
use super::wire::{Fields, MAX_DEPTH};
use super::{KNOWN_OPTIONS, Table};
use crate::SchemaError;
use crate::protobuf::ast::{
    Enum, EnumConstant, Extend, Extensions, Field, FieldType, File, Label, MAX_FIELD_NUMBER, Message, Oneof,
    OptionNode, Range, Reserved, ReservedValue, Rpc, Scalar, Service, Span, Syntax, TypeNode,
};

/// Reads a serialized file.
///
/// # Errors
/// [`SchemaError::Invalid`] when the bytes are not one `FileDescriptorProto`, or of an edition.
pub(in crate::protobuf) fn to_file(bytes: &[u8]) -> Result<File, SchemaError> {
    let fields = Fields::read(bytes)?;
    let own = own_options(bytes, &fields);
    let table = own.as_ref().unwrap_or(&KNOWN_OPTIONS.0);
    let syntax = match fields.string(12)?.as_deref() {
        None | Some("" | "proto2") => None,
        Some("proto3") => Some(Syntax::Proto3),
        Some("editions") => return Err(SchemaError::invalid("edition is not currently supported")),
        Some(_) => return Err(SchemaError::invalid("unexpected syntax in a descriptor")),
    };
    let reader = Reader { table, is_proto3: syntax == Some(Syntax::Proto3) };
    reader.file(&fields, syntax)
}

/// The table of options with those that the file defines itself, when it defines some.
fn own_options(bytes: &[u8], fields: &Fields<'_>) -> Option<Table> {
    let extends_options = |extension: &[u8]| {
        let extendee = Fields::read(extension).and_then(|extension| extension.string(2));
        matches!(extendee, Ok(Some(name)) if name.starts_with(".google.protobuf."))
    };
    fields.all(7).any(extends_options).then_some(())?;
    let file = FileDescriptorProto::decode(bytes).ok()?;
    Table::compile(&file, &KNOWN_OPTIONS.1).ok()
}

struct Reader<'a> {
    table: &'a Table,
    is_proto3: bool,
}

impl Reader<'_> {
    fn file(&self, fields: &Fields<'_>, syntax: Option<Syntax>) -> Result<File, SchemaError> {
        let public: HashSet<i32> = fields.ints(10).into_iter().collect();
        let weak: HashSet<i32> = fields.ints(11).into_iter().collect();
        let mut file = File {
            syntax,
            package: package(fields)?,
            options: self.options(fields, 8, OptionsOf::File)?,
            extends: self.extends(fields, 7)?,
            types: self.types(fields, (4, 5), MAX_DEPTH)?,
            ..File::default()
        };
        for (path, position) in fields.strings(3)?.into_iter().zip(0..) {
            if public.contains(&position) {
                file.public_imports.push(path);
            } else if weak.contains(&position) {
                file.weak_imports.push(path);
            } else {
                file.imports.push(path);
            }
        }
        for service in fields.all(6) {
            file.services.push(self.service(&Fields::read(service)?)?);
        }
        Ok(file)
    }

    fn options(
        &self,
        fields: &Fields<'_>,
        number: u32,
        of: OptionsOf,
    ) -> Result<Vec<OptionNode>, SchemaError> {
        options::read(self.table, of, &fields.merged(number))
    }

    /// Messages, then enums.
    fn types(
        &self,
        fields: &Fields<'_>,
        (messages, enums): (u32, u32),
        depth: usize,
    ) -> Result<Vec<TypeNode>, SchemaError> {
        let mut types = Vec::new();
        for message in fields.all(messages) {
            types.push(TypeNode::Message(self.message(&Fields::read(message)?, depth)?));
        }
        for node in fields.all(enums) {
            types.push(TypeNode::Enum(self.enumeration(&Fields::read(node)?)?));
        }
        Ok(types)
    }

    fn message(&self, fields: &Fields<'_>, depth: usize) -> Result<Message, SchemaError> {
        let depth =
            depth.checked_sub(1).ok_or(SchemaError::Limit { what: "nesting levels", limit: MAX_DEPTH })?;
        let mut message = Message {
            name: fields.name(1)?,
            types: self.types(fields, (3, 4), depth)?,
            options: self.options(fields, 7, OptionsOf::Message)?,
            reserved: reserved(fields, (9, 1), 10)?,
            extends: self.extends(fields, 6)?,
            ..Message::default()
        };
        self.members(&mut message, fields)?;
        for range in fields.all(5) {
            let range = Fields::read(range)?;
            message.extensions.push(Extensions {
                ranges: vec![read_range(&range, 1)],
                options: self.options(&range, 3, OptionsOf::ExtensionRange)?,
                span: Span::default(),
            });
        }
        Ok(message)
    }

    /// Fields and oneofs; a oneof whose only members are `optional` fields is synthetic.
    fn members(&self, message: &mut Message, fields: &Fields<'_>) -> Result<(), SchemaError> {
        let mut oneofs = Vec::new();
        for oneof in fields.all(8) {
            let oneof = Fields::read(oneof)?;
            let options = self.options(&oneof, 2, OptionsOf::Oneof)?;
            oneofs.push((Oneof { name: oneof.name(1)?, options, ..Oneof::default() }, false));
        }
        for field in fields.all(2) {
            let proto = Fields::read(field)?;
            let is_optional = proto.bool(17);
            let oneof = proto.int(9).and_then(|position| oneofs.get_mut(usize::try_from(position).ok()?));
            match oneof {
                Some((_, is_synthetic)) if is_optional => *is_synthetic = true,
                Some((oneof, _)) => {
                    let field = self.field(&proto, true)?;
                    oneof.fields.extend(field.map(|field| Field { label: None, ..field }));
                    continue;
                }
                None => {}
            }
            message.fields.extend(self.field(&proto, false)?);
        }
        message.oneofs =
            oneofs.into_iter().filter(|(_, synthetic)| !synthetic).map(|(oneof, _)| oneof).collect();
        Ok(())
    }

    /// A field; `None` for a group.
    fn field(&self, fields: &Fields<'_>, in_oneof: bool) -> Result<Option<Field>, SchemaError> {
        let Some(kind) = kind(fields)? else { return Ok(None) };
        let label = match fields.int(4) {
            Some(2) => Some(Label::Required),
            Some(3) => Some(Label::Repeated),
            _ if in_oneof || (self.is_proto3 && !fields.bool(17)) => None,
            _ => Some(Label::Optional),
        };
        let default = fields.string(7)?.map(|text| default(&kind, text)).transpose()?;
        Ok(Some(Field {
            label,
            kind,
            name: fields.name(1)?,
            number: fields.int(3).unwrap_or_default(),
            default,
            json_name: fields.string(10)?,
            options: self.options(fields, 8, OptionsOf::Field)?,
            span: Span::default(),
        }))
    }

    /// Extension fields, those of one message in a row in one block.
    fn extends(&self, fields: &Fields<'_>, number: u32) -> Result<Vec<Extend>, SchemaError> {
        let mut extends: Vec<Extend> = Vec::new();
        for extension in fields.all(number) {
            let extension = Fields::read(extension)?;
            let name = extension.full_name(2)?;
            let Some(field) = self.field(&extension, false)? else { continue };
            match extends.last_mut() {
                Some(last) if last.name == name => last.fields.push(field),
                _ => extends.push(Extend { name, fields: vec![field], span: Span::default() }),
            }
        }
        Ok(extends)
    }

    fn enumeration(&self, fields: &Fields<'_>) -> Result<Enum, SchemaError> {
        let mut constants = Vec::new();
        for value in fields.all(2) {
            let value = Fields::read(value)?;
            constants.push(EnumConstant {
                name: value.name(1)?,
                number: value.int(2).unwrap_or_default(),
                options: self.options(&value, 3, OptionsOf::EnumValue)?,
                span: Span::default(),
            });
        }
        Ok(Enum {
            name: fields.name(1)?,
            constants,
            options: self.options(fields, 3, OptionsOf::Enum)?,
            reserved: reserved(fields, (4, 0), 5)?,
            span: Span::default(),
        })
    }

    fn service(&self, fields: &Fields<'_>) -> Result<Service, SchemaError> {
        let mut rpcs = Vec::new();
        for method in fields.all(2) {
            let method = Fields::read(method)?;
            rpcs.push(Rpc {
                name: method.name(1)?,
                request: method.full_name(2)?,
                request_stream: method.bool(5),
                response: method.full_name(3)?,
                response_stream: method.bool(6),
                options: self.options(&method, 4, OptionsOf::Method)?,
                span: Span::default(),
            });
        }
        let options = self.options(fields, 3, OptionsOf::Service)?;
        Ok(Service { name: fields.name(1)?, rpcs, options, span: Span::default() })
    }
}

/// The type of a field; `None` for a group.
fn kind(fields: &Fields<'_>) -> Result<Option<FieldType>, SchemaError> {
    let scalar = match fields.int(5) {
        Some(1) => Scalar::Double,
        Some(2) => Scalar::Float,
        Some(3) => Scalar::Int64,
        Some(4) => Scalar::Uint64,
        Some(5) => Scalar::Int32,
        Some(6) => Scalar::Fixed64,
        Some(7) => Scalar::Fixed32,
        Some(8) => Scalar::Bool,
        Some(9) => Scalar::String,
        Some(10) => return Ok(None),
        Some(12) => Scalar::Bytes,
        Some(13) => Scalar::Uint32,
        Some(15) => Scalar::Sfixed32,
        Some(16) => Scalar::Sfixed64,
        Some(17) => Scalar::Sint32,
        Some(18) => Scalar::Sint64,
        // Messages, enums, and types that are left to the name.
        _ => return Ok(Some(FieldType::Named(fields.full_name(6)?))),
    };
    Ok(Some(FieldType::Scalar(scalar)))
}

fn package(fields: &Fields<'_>) -> Result<Option<String>, SchemaError> {
    match fields.string(2)?.as_deref() {
        None | Some("") => Ok(None),
        Some(_) => fields.full_name(2).map(Some),
    }
}

/// A default as a literal: bytes without escapes; numbers, flags and constants as one word.
fn default(kind: &FieldType, text: String) -> Result<String, SchemaError> {
    match kind {
        FieldType::Scalar(Scalar::String) => Ok(text),
        FieldType::Scalar(Scalar::Bytes) => Ok(bytes_to_text(&unescape_bytes(&text))),
        _ => {
            // `1e+10` in descriptors; words of a text have no plus.
            let text = text.replace("e+", "e");
            let is_word = !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
            let error = || SchemaError::invalid("a descriptor has a default that is no value");
            is_word.then_some(text).ok_or_else(error)
        }
    }
}

/// Reserved ranges whose end is `beyond` the last number, and names; one statement each.
fn reserved(
    fields: &Fields<'_>,
    (ranges, beyond): (u32, i32),
    names: u32,
) -> Result<Vec<Reserved>, SchemaError> {
    let mut values = Vec::new();
    for range in fields.all(ranges) {
        values.push(ReservedValue::Range(read_range(&Fields::read(range)?, beyond)));
    }
    values.extend(fields.strings(names)?.into_iter().map(ReservedValue::Name));
    Ok(values.into_iter().map(|value| Reserved { values: vec![value], span: Span::default() }).collect())
}

fn read_range(fields: &Fields<'_>, beyond: i32) -> Range {
    let start = fields.int(1).unwrap_or_default();
    let end = fields.int(2).unwrap_or_default();
    // Message sets have no highest number; in a text they end at `max` like the others.
    let last = if end == i32::MAX { MAX_FIELD_NUMBER } else { end.saturating_sub(beyond) };
    Range { start, end: (last != start).then_some(last) }
}
