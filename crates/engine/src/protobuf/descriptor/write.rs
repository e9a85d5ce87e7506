//! The syntax tree of a file as a serialized `FileDescriptorProto`.
//!
//! Names are resolved and full, `map<…>` becomes an entry message, proto3 `optional` a synthetic oneof, as
//! `protoc` writes them. Messages that the text does not spell out (groups, map entries) come after those it
//! does, so that message indexes of text and descriptor agree. Imports that no known file answers are
//! left out, and files that are used without an import are added: the reference resolves types without
//! looking at imports, runtimes do not.
//!
//! Fails where no descriptor can express the text: a type that resolves nowhere.

use std::cell::RefCell;
use std::collections::HashSet;

use super::options::{MESSAGE_SET, OptionsOf, OptionsWriter, is_set};
use super::text::{escape_bytes, parse_integer, text_to_bytes, text_to_string};
use super::wire::Out;
use super::{find_file, homes, path_of};
use crate::SchemaError;
use crate::protobuf::ast::{
    Enum, Extend, Field, FieldType, File, Group, Label, MAX_FIELD_NUMBER, Message, Oneof, OptionNode, Range,
    Reserved, ReservedValue, Rpc, Scalar, Service, enums, joined_words, messages,
};
use crate::protobuf::files::{Files, Home, TypeRef, joined};

const LABEL_OPTIONAL: u64 = 1;
const LABEL_REQUIRED: u64 = 2;
const LABEL_REPEATED: u64 = 3;
const TYPE_GROUP: u64 = 10;
const TYPE_MESSAGE: u64 = 11;
const TYPE_ENUM: u64 = 14;

/// A written file and the files it needs.
pub(super) struct Written {
    pub bytes: Vec<u8>,
    /// Imported files that are known, then files used without an import.
    pub needs: Vec<Home>,
}

/// Writes one of the known files under an import path.
pub(super) fn write(
    files: &Files,
    home: Home,
    path: &str,
    options: &dyn OptionsWriter,
) -> Result<Written, SchemaError> {
    let file = files.file(home);
    let writer = Writer { files, file, options, used: RefCell::default() };
    let body = writer.body()?;
    Ok(writer.file(home, path, body))
}

struct Writer<'a> {
    files: &'a Files,
    file: &'a File,
    options: &'a dyn OptionsWriter,
    /// Where the resolved types stand.
    used: RefCell<HashSet<Home>>,
}

impl Writer<'_> {
    /// `FileDescriptorProto` around its body. Imports stand in the order in which a text has them, so that
    /// what is written is read as the same file.
    fn file(&self, home: Home, path: &str, body: Out) -> Written {
        let mut needs = self.known(&self.file.imports, &[home]);
        let public = self.known(&self.file.public_imports, &[&[home], needs.as_slice()].concat());
        let weak = self.known(&self.file.weak_imports, &[&[home], needs.as_slice(), &public].concat());
        let added = self.unimported(home, &[needs.as_slice(), &public, &weak].concat());
        needs.extend(added);
        let first_public = needs.len();
        needs.extend(public);
        let first_weak = needs.len();
        needs.extend(weak);

        let mut out = Out::default();
        out.string(1, path);
        if let Some(package) = &self.file.package {
            out.string(2, package);
        }
        for needed in &needs {
            out.string(3, path_of(self.files, *needed));
        }
        out.0.extend(body.0);
        for position in first_public..first_weak {
            out.varint(10, position as u64);
        }
        for position in first_weak..needs.len() {
            out.varint(11, position as u64);
        }
        if self.file.is_proto3() {
            out.string(12, "proto3");
        }
        Written { bytes: out.0, needs }
    }

    /// The files that import paths name, each once and none of `but`.
    fn known(&self, paths: &[String], but: &[Home]) -> Vec<Home> {
        let mut known = Vec::new();
        for found in paths.iter().filter_map(|path| find_file(self.files, path)) {
            if !but.contains(&found) && !known.contains(&found) {
                known.push(found);
            }
        }
        known
    }

    /// Files with used types that no import reaches, in a stable order.
    fn unimported(&self, home: Home, imported: &[Home]) -> Vec<Home> {
        let mut visible = HashSet::from([home]);
        let mut pending = imported.to_vec();
        while let Some(next) = pending.pop() {
            if visible.insert(next) {
                let public = &self.files.file(next).public_imports;
                pending.extend(public.iter().filter_map(|path| find_file(self.files, path)));
            }
        }
        let used = self.used.borrow();
        homes(self.files).filter(|known| used.contains(known) && !visible.contains(known)).collect()
    }

    /// Everything a file declares.
    fn body(&self) -> Result<Out, SchemaError> {
        let package = self.file.package.as_deref().unwrap_or_default();
        let mut out = Out::default();
        for message in self.file.messages() {
            out.message(4, &self.message(package, message)?);
        }
        for node in self.file.enums() {
            out.message(5, &self.enumeration(package, node)?);
        }
        for service in &self.file.services {
            out.message(6, &self.service(package, service)?);
        }
        let mut groups = Vec::new();
        self.extends(&mut out, 7, package, &self.file.extends, &mut groups)?;
        for message in &groups {
            out.message(4, message);
        }
        out.options(8, &self.options(OptionsOf::File, package, &self.file.options)?);
        Ok(out)
    }

    fn options(&self, of: OptionsOf, scope: &str, options: &[OptionNode]) -> Result<Out, SchemaError> {
        self.options.write(of, scope, options)
    }

    /// `DescriptorProto`.
    fn message(&self, outer: &str, message: &Message) -> Result<Out, SchemaError> {
        let scope = joined(outer, &message.name);
        let mut parts = Parts::new(message);
        for field in &message.fields {
            self.member(&mut parts, &scope, field, None)?;
        }
        for group in &message.groups {
            self.group(&mut parts, &scope, group, None)?;
        }
        for oneof in &message.oneofs {
            self.oneof(&mut parts, &scope, oneof)?;
        }
        let mut out = std::mem::take(&mut parts.out);
        for inner in messages(&message.types) {
            out.message(3, &self.message(&scope, inner)?);
        }
        self.extends(&mut out, 6, &scope, &message.extends, &mut parts.entries)?;
        for entry in &parts.entries {
            out.message(3, entry);
        }
        for inner in enums(&message.types) {
            out.message(4, &self.enumeration(&scope, inner)?);
        }
        for extensions in &message.extensions {
            let options = self.options(OptionsOf::ExtensionRange, &scope, &extensions.options)?;
            for range in &extensions.ranges {
                let is_open = range.last() == MAX_FIELD_NUMBER && is_set(&message.options, MESSAGE_SET);
                // Message sets have no highest number.
                let mut written =
                    if is_open { written_range(range.start, i32::MAX) } else { exclusive(*range) };
                written.options(3, &options);
                out.message(5, &written);
            }
        }
        out.options(7, &self.options(OptionsOf::Message, &scope, &message.options)?);
        for oneof in parts.oneofs.iter().chain(&parts.synthetic) {
            out.message(8, oneof);
        }
        reserved(&mut out, &message.reserved, (9, exclusive), 10);
        Ok(out)
    }

    /// Adds a field, its map entry and its synthetic oneof.
    fn member(
        &self,
        parts: &mut Parts,
        scope: &str,
        field: &Field,
        oneof: Option<usize>,
    ) -> Result<(), SchemaError> {
        let mut out = Out::default();
        out.string(1, &field.name);
        out.int(3, field.number);
        self.kind(&mut out, scope, field, &mut parts.entries)?;
        self.field_tail(&mut out, scope, field)?;
        if let Some(oneof) = oneof {
            out.varint(9, oneof as u64);
        } else if self.file.is_proto3() && field.label == Some(Label::Optional) {
            out.varint(9, parts.synthetic_oneof(&field.name));
            out.bool(17, true);
        }
        parts.out.message(2, &out);
        Ok(())
    }

    /// Label and type of a field; a map adds its entry message.
    fn kind(
        &self,
        out: &mut Out,
        scope: &str,
        field: &Field,
        entries: &mut Vec<Out>,
    ) -> Result<(), SchemaError> {
        if let FieldType::Map(key, value) = &field.kind {
            let name = map_entry_name(&field.name);
            entries.push(self.map_entry(&name, scope, *key, value)?);
            out.varint(4, LABEL_REPEATED);
            out.varint(5, TYPE_MESSAGE);
            out.string(6, &format!(".{}", joined(scope, &name)));
            return Ok(());
        }
        out.varint(4, label(field.label));
        self.value_type(out, scope, &field.kind)
    }

    fn value_type(&self, out: &mut Out, scope: &str, kind: &FieldType) -> Result<(), SchemaError> {
        match kind {
            FieldType::Scalar(scalar) => {
                out.varint(5, scalar_type(*scalar));
                Ok(())
            }
            FieldType::Named(name) => {
                let (name, kind) = self.resolve(scope, name)?;
                out.varint(5, kind);
                out.string(6, &name);
                Ok(())
            }
            FieldType::Map(..) => Err(SchemaError::Unsupported("a map cannot hold a map".to_owned())),
        }
    }

    /// The full name of a type with leading dot, and which kind it is.
    fn resolve(&self, scope: &str, name: &str) -> Result<(String, u64), SchemaError> {
        let found = self
            .files
            .resolve(scope, name)
            .ok_or_else(|| SchemaError::Unsupported(format!("could not resolve type `{name}`")))?;
        self.used.borrow_mut().insert(found.home);
        let kind = match found.node {
            TypeRef::Message(_) => TYPE_MESSAGE,
            TypeRef::Enum => TYPE_ENUM,
        };
        Ok((format!(".{}", found.name), kind))
    }

    /// Default, JSON name and options.
    fn field_tail(&self, out: &mut Out, scope: &str, field: &Field) -> Result<(), SchemaError> {
        if let Some(default) = &field.default {
            out.string(7, &default_value(&field.kind, default));
        }
        out.options(8, &self.options(OptionsOf::Field, scope, &field.options)?);
        if let Some(name) = &field.json_name {
            out.string(10, name);
        }
        Ok(())
    }

    fn map_entry(&self, name: &str, scope: &str, key: Scalar, value: &FieldType) -> Result<Out, SchemaError> {
        let mut out = Out::default();
        out.string(1, name);
        for (name, number, kind) in [("key", 1, &FieldType::Scalar(key)), ("value", 2, value)] {
            let mut field = Out::default();
            field.string(1, name);
            field.int(3, number);
            field.varint(4, LABEL_OPTIONAL);
            self.value_type(&mut field, scope, kind)?;
            out.message(2, &field);
        }
        let mut options = Out::default();
        options.bool(7, true);
        out.message(7, &options);
        Ok(out)
    }

    fn oneof(&self, parts: &mut Parts, scope: &str, oneof: &Oneof) -> Result<(), SchemaError> {
        if is_empty(oneof) {
            // A oneof needs a member; an empty one says nothing about payloads.
            return Ok(());
        }
        let position = parts.oneofs.len();
        let mut out = Out::default();
        out.string(1, &oneof.name);
        out.options(2, &self.options(OptionsOf::Oneof, scope, &oneof.options)?);
        parts.oneofs.push(out);
        for field in &oneof.fields {
            self.member(parts, scope, field, Some(position))?;
        }
        for group in &oneof.groups {
            self.group(parts, scope, group, Some(position))?;
        }
        Ok(())
    }

    /// A group is a field and a message of the same name.
    fn group(
        &self,
        parts: &mut Parts,
        scope: &str,
        group: &Group,
        oneof: Option<usize>,
    ) -> Result<(), SchemaError> {
        let mut out = Out::default();
        out.string(1, &group.name.to_ascii_lowercase());
        out.int(3, group.number);
        out.varint(4, label(group.label));
        out.varint(5, TYPE_GROUP);
        out.string(6, &format!(".{}", joined(scope, &group.name)));
        if let Some(oneof) = oneof {
            out.varint(9, oneof as u64);
        }
        parts.out.message(2, &out);
        let inner = Message { name: group.name.clone(), fields: group.fields.clone(), ..Message::default() };
        parts.entries.push(self.message(scope, &inner)?);
        Ok(())
    }

    /// Extension fields, each naming the message it extends.
    fn extends(
        &self,
        out: &mut Out,
        number: u32,
        scope: &str,
        extends: &[Extend],
        entries: &mut Vec<Out>,
    ) -> Result<(), SchemaError> {
        for extend in extends {
            let (extendee, _) = self.resolve(scope, &extend.name)?;
            for field in &extend.fields {
                let mut written = Out::default();
                written.string(1, &field.name);
                written.string(2, &extendee);
                written.int(3, field.number);
                self.kind(&mut written, scope, field, entries)?;
                self.field_tail(&mut written, scope, field)?;
                if self.file.is_proto3() && field.label == Some(Label::Optional) {
                    written.bool(17, true);
                }
                out.message(number, &written);
            }
        }
        Ok(())
    }

    /// `EnumDescriptorProto`.
    fn enumeration(&self, outer: &str, node: &Enum) -> Result<Out, SchemaError> {
        let scope = joined(outer, &node.name);
        let mut out = Out::default();
        out.string(1, &node.name);
        for constant in &node.constants {
            let mut value = Out::default();
            value.string(1, &constant.name);
            value.int(2, constant.number);
            value.options(3, &self.options(OptionsOf::EnumValue, &scope, &constant.options)?);
            out.message(2, &value);
        }
        out.options(3, &self.options(OptionsOf::Enum, &scope, &node.options)?);
        reserved(&mut out, &node.reserved, (4, inclusive), 5);
        Ok(out)
    }

    /// `ServiceDescriptorProto`.
    fn service(&self, package: &str, service: &Service) -> Result<Out, SchemaError> {
        let mut out = Out::default();
        out.string(1, &service.name);
        for rpc in &service.rpcs {
            out.message(2, &self.method(package, rpc)?);
        }
        out.options(3, &self.options(OptionsOf::Service, package, &service.options)?);
        Ok(out)
    }

    fn method(&self, package: &str, rpc: &Rpc) -> Result<Out, SchemaError> {
        let mut out = Out::default();
        out.string(1, &rpc.name);
        out.string(2, &self.resolve(package, &rpc.request)?.0);
        out.string(3, &self.resolve(package, &rpc.response)?.0);
        out.options(4, &self.options(OptionsOf::Method, package, &rpc.options)?);
        if rpc.request_stream {
            out.bool(5, true);
        }
        if rpc.response_stream {
            out.bool(6, true);
        }
        Ok(out)
    }
}

/// What the fields of a message come to.
struct Parts {
    out: Out,
    /// Messages that the text does not spell out.
    entries: Vec<Out>,
    oneofs: Vec<Out>,
    /// Oneofs of fields with proto3 `optional`, numbered behind the others.
    synthetic: Vec<Out>,
    /// Number of oneofs that the text has.
    written_oneofs: usize,
    /// Names of fields and oneofs.
    names: HashSet<String>,
}

impl Parts {
    fn new(message: &Message) -> Self {
        let mut out = Out::default();
        out.string(1, &message.name);
        let members = message.oneofs.iter().flat_map(|oneof| &oneof.fields);
        let fields = message.fields.iter().chain(members).map(|field| &field.name);
        let oneofs = message.oneofs.iter().filter(|oneof| !is_empty(oneof)).map(|oneof| &oneof.name);
        let names = fields.chain(oneofs).cloned().collect();
        Self {
            out,
            entries: Vec::new(),
            oneofs: Vec::new(),
            synthetic: Vec::new(),
            written_oneofs: message.oneofs.iter().filter(|oneof| !is_empty(oneof)).count(),
            names,
        }
    }

    /// Adds the oneof of an `optional` field and returns its position: `_name`, or with as many `X` before
    /// it as make it the only one of its name.
    fn synthetic_oneof(&mut self, field: &str) -> u64 {
        let mut name = format!("_{field}");
        while !self.names.insert(name.clone()) {
            name.insert(0, 'X');
        }
        let mut out = Out::default();
        out.string(1, &name);
        self.synthetic.push(out);
        (self.written_oneofs + self.synthetic.len() - 1) as u64
    }
}

fn is_empty(oneof: &Oneof) -> bool {
    oneof.fields.is_empty() && oneof.groups.is_empty()
}

fn label(label: Option<Label>) -> u64 {
    match label {
        Some(Label::Required) => LABEL_REQUIRED,
        Some(Label::Repeated) => LABEL_REPEATED,
        Some(Label::Optional) | None => LABEL_OPTIONAL,
    }
}

fn scalar_type(scalar: Scalar) -> u64 {
    match scalar {
        Scalar::Double => 1,
        Scalar::Float => 2,
        Scalar::Int64 => 3,
        Scalar::Uint64 => 4,
        Scalar::Int32 => 5,
        Scalar::Fixed64 => 6,
        Scalar::Fixed32 => 7,
        Scalar::Bool => 8,
        Scalar::String => 9,
        Scalar::Bytes => 12,
        Scalar::Uint32 => 13,
        Scalar::Sfixed32 => 15,
        Scalar::Sfixed64 => 16,
        Scalar::Sint32 => 17,
        Scalar::Sint64 => 18,
    }
}

/// The name that runtimes demand of a map's entry: `foo_bar` has `FooBarEntry`.
fn map_entry_name(field: &str) -> String {
    joined_words(field, true) + "Entry"
}

/// A default as descriptors spell it: bytes escaped, integers decimal, the rest as written.
fn default_value(kind: &FieldType, default: &str) -> String {
    match kind {
        FieldType::Scalar(Scalar::Bytes) => escape_bytes(&text_to_bytes(default)),
        FieldType::Scalar(Scalar::String) => text_to_string(default),
        FieldType::Scalar(_) => parse_integer(default).map_or_else(|| default.to_owned(), |n| n.to_string()),
        FieldType::Map(..) | FieldType::Named(_) => default.to_owned(),
    }
}

/// A range of a message: the end is not part of it.
fn exclusive(range: Range) -> Out {
    written_range(range.start, range.last().saturating_add(1))
}

/// A range of an enum.
fn inclusive(range: Range) -> Out {
    written_range(range.start, range.last())
}

fn written_range(start: i32, end: i32) -> Out {
    let mut out = Out::default();
    out.int(1, start);
    out.int(2, end);
    out
}

fn reserved(out: &mut Out, statements: &[Reserved], ranges: (u32, fn(Range) -> Out), names: u32) {
    let values = || statements.iter().flat_map(|statement| &statement.values);
    for value in values() {
        if let ReservedValue::Range(range) = value {
            out.message(ranges.0, &ranges.1(*range));
        }
    }
    for value in values() {
        if let ReservedValue::Name(name) = value {
            out.string(names, name);
        }
    }
}
