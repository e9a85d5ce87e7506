//! Compiling descriptors to the table that payloads are held against.
//!
//! Takes descriptors whose type names are full (leading dot), as [`descriptor`](super::super::descriptor)
//! builds them from the syntax tree. Texts that the registry stores and no runtime could load (one number
//! used twice, number 0) are refused here: their payloads have no meaning.

use std::collections::{HashMap, HashSet};

use prost_types::field_descriptor_proto::{Label as ProtoLabel, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto};

use super::table::{Enum, Field, Kind, Label, MAX_FIELD_NUMBER, Message, Table};
use super::value::Value;
use crate::SchemaError;
use crate::protobuf::ast::json_name;
use crate::protobuf::descriptor::unescape_bytes;

/// Fields of one message; positions are 16 bits wide.
const MAX_FIELDS: usize = 60_000;

impl Table {
    /// Compiles a file together with all files it can reach; `main` gives the message indexes.
    pub fn compile(
        main: &FileDescriptorProto,
        dependencies: &[FileDescriptorProto],
    ) -> Result<Self, SchemaError> {
        compile(main, dependencies)
    }
}

/// The file that one which has nothing but a public import of it stands for (reference behaviour).
fn find_forwarded<'f>(
    main: &FileDescriptorProto,
    dependencies: &'f [FileDescriptorProto],
) -> Option<&'f FileDescriptorProto> {
    let [import] = &main.dependency[..] else { return None };
    let has_types = |file: &FileDescriptorProto| !file.message_type.is_empty() || !file.enum_type.is_empty();
    let only_forwards = main.public_dependency == [0]
        && !has_types(main)
        && main.service.is_empty()
        && main.extension.is_empty();
    dependencies.iter().find(|file| only_forwards && file.name() == import && has_types(file))
}

fn compile(main: &FileDescriptorProto, dependencies: &[FileDescriptorProto]) -> Result<Table, SchemaError> {
    let mut names = Names::default();
    names.add_file(main);
    for file in dependencies {
        names.add_file(file);
    }
    let roots = names.roots(find_forwarded(main, dependencies).unwrap_or(main));
    let mut fields = names.own_fields()?;
    names.add_extensions(&mut fields)?;
    let messages = names
        .messages
        .iter()
        .zip(fields)
        .map(|(node, fields)| names.message(node, fields))
        .collect::<Result<Vec<_>, _>>()?;
    let enums = names.enums.iter().map(enumeration).collect();
    Ok(Table::new(messages, enums, roots))
}

fn unsupported(reason: String) -> SchemaError {
    SchemaError::Unsupported(reason)
}

/// A message with what its surroundings say about it.
struct MessageNode<'a> {
    name: String,
    proto: &'a DescriptorProto,
    is_proto3: bool,
}

struct EnumNode<'a> {
    name: String,
    proto: &'a EnumDescriptorProto,
    is_proto3: bool,
}

struct ExtensionNode<'a> {
    scope: String,
    proto: &'a FieldDescriptorProto,
    is_proto3: bool,
}

/// All types by full name; the first declaration of a name counts.
#[derive(Default)]
struct Names<'a> {
    messages: Vec<MessageNode<'a>>,
    enums: Vec<EnumNode<'a>>,
    extensions: Vec<ExtensionNode<'a>>,
    message_ids: HashMap<String, u32>,
    enum_ids: HashMap<String, u32>,
}

impl<'a> Names<'a> {
    fn add_file(&mut self, file: &'a FileDescriptorProto) {
        let is_proto3 = file.syntax() == "proto3";
        let package = file.package();
        for message in &file.message_type {
            self.add_message(message, package, is_proto3);
        }
        for proto in &file.enum_type {
            self.add_enum(proto, package, is_proto3);
        }
        for proto in &file.extension {
            self.extensions.push(ExtensionNode { scope: package.to_owned(), proto, is_proto3 });
        }
    }

    fn add_message(&mut self, proto: &'a DescriptorProto, scope: &str, is_proto3: bool) {
        let name = join(scope, proto.name());
        if self.message_ids.contains_key(&name) {
            return;
        }
        self.message_ids.insert(name.clone(), self.messages.len() as u32);
        for inner in &proto.enum_type {
            self.add_enum(inner, &name, is_proto3);
        }
        for extension in &proto.extension {
            self.extensions.push(ExtensionNode { scope: name.clone(), proto: extension, is_proto3 });
        }
        self.messages.push(MessageNode { name: name.clone(), proto, is_proto3 });
        for inner in &proto.nested_type {
            self.add_message(inner, &name, is_proto3);
        }
    }

    fn add_enum(&mut self, proto: &'a EnumDescriptorProto, scope: &str, is_proto3: bool) {
        let name = join(scope, proto.name());
        if !self.enum_ids.contains_key(&name) {
            self.enum_ids.insert(name.clone(), self.enums.len() as u32);
            self.enums.push(EnumNode { name, proto, is_proto3 });
        }
    }

    fn roots(&self, main: &FileDescriptorProto) -> Vec<u32> {
        self.ids(&main.message_type, main.package())
    }

    fn ids(&self, messages: &[DescriptorProto], scope: &str) -> Vec<u32> {
        messages
            .iter()
            .filter_map(|message| self.message_ids.get(&join(scope, message.name())).copied())
            .collect()
    }

    /// The fields that each message declares itself.
    fn own_fields(&self) -> Result<Vec<Vec<Field>>, SchemaError> {
        self.messages
            .iter()
            .map(|node| {
                let synthetic = synthetic_oneofs(node.proto);
                node.proto
                    .field
                    .iter()
                    .map(|proto| {
                        let mut field = self.field(proto, proto.name(), node.is_proto3, &node.name)?;
                        field.oneof =
                            proto.oneof_index.map(|index| index as u16).filter(|i| !synthetic.contains(i));
                        Ok(field)
                    })
                    .collect()
            })
            .collect()
    }

    /// Adds each extension to the message it extends; extensions of unknown messages are left out.
    fn add_extensions(&self, fields: &mut [Vec<Field>]) -> Result<(), SchemaError> {
        for node in &self.extensions {
            let extendee = node.proto.extendee().trim_start_matches('.');
            let Some(id) = self.message_ids.get(extendee) else { continue };
            let name = format!("[{}]", join(&node.scope, node.proto.name()));
            let mut field = self.field(node.proto, &name, node.is_proto3, extendee)?;
            field.json_name = name.into();
            if field.label == Label::Implicit {
                field.label = Label::Optional;
            }
            fields[*id as usize].push(field);
        }
        Ok(())
    }

    fn field(
        &self,
        proto: &FieldDescriptorProto,
        name: &str,
        is_proto3: bool,
        owner: &str,
    ) -> Result<Field, SchemaError> {
        let number = u32::try_from(proto.number())
            .ok()
            .filter(|number| (1..=MAX_FIELD_NUMBER).contains(number))
            .ok_or_else(|| {
                unsupported(format!("field `{name}` of `{owner}` has the number {}", proto.number()))
            })?;
        let kind = self.kind(proto).ok_or_else(|| {
            unsupported(format!("the type `{}` of field `{owner}.{name}` is not known", proto.type_name()))
        })?;
        Ok(Field {
            number,
            kind,
            label: self.label(proto, kind, is_proto3),
            oneof: None,
            strict_utf8: is_proto3,
            name: name.into(),
            json_name: proto.json_name.clone().unwrap_or_else(|| json_name(name)).into(),
            default: proto.default_value.as_deref().and_then(|text| self.declared_default(kind, text)),
        })
    }

    /// A default as descriptors spell it. `None` for a text that is no value of its type: nothing is declared then.
    fn declared_default(&self, kind: Kind, text: &str) -> Option<Value> {
        Some(match kind {
            Kind::Bool => Value::Bool(text == "true"),
            Kind::String => Value::String(text.to_owned()),
            Kind::Bytes => Value::Bytes(unescape_bytes(text)),
            // Rust reads `inf`, `-inf` and `nan` as the language writes them.
            Kind::Double => Value::Double(text.parse().ok()?),
            Kind::Float => Value::Double(text.parse::<f32>().ok()?.into()),
            Kind::Uint32 | Kind::Uint64 | Kind::Fixed32 | Kind::Fixed64 => Value::Uint(text.parse().ok()?),
            Kind::Enum(id) => {
                let constants = &self.enums[id as usize].proto.value;
                let constant = constants.iter().find(|constant| constant.name() == text)?;
                Value::Int(constant.number().into())
            }
            Kind::Message(_) | Kind::Group(_) => return None,
            _ => Value::Int(text.parse().ok()?),
        })
    }

    fn label(&self, proto: &FieldDescriptorProto, kind: Kind, is_proto3: bool) -> Label {
        let has_presence =
            !is_proto3 || proto.oneof_index.is_some() || proto.proto3_optional() || kind.message().is_some();
        match proto.label() {
            ProtoLabel::Repeated if self.is_map_entry(kind) => Label::Map,
            ProtoLabel::Repeated => Label::Repeated,
            ProtoLabel::Required => Label::Required,
            ProtoLabel::Optional if has_presence => Label::Optional,
            ProtoLabel::Optional => Label::Implicit,
        }
    }

    /// Whether the message stands for a map: marked as an entry, with a key and a value.
    fn is_map_entry(&self, kind: Kind) -> bool {
        let Kind::Message(id) = kind else { return false };
        let proto = self.messages[id as usize].proto;
        let has = |number| proto.field.iter().any(|field| field.number() == number);
        proto.options.as_ref().is_some_and(prost_types::MessageOptions::map_entry) && has(1) && has(2)
    }

    fn kind(&self, proto: &FieldDescriptorProto) -> Option<Kind> {
        let name = proto.type_name().trim_start_matches('.');
        let message = || self.message_ids.get(name).copied();
        let enumeration = || self.enum_ids.get(name).copied().map(Kind::Enum);
        if proto.r#type.is_none() {
            return message().map(Kind::Message).or_else(enumeration);
        }
        Some(match proto.r#type() {
            Type::Double => Kind::Double,
            Type::Float => Kind::Float,
            Type::Int32 => Kind::Int32,
            Type::Int64 => Kind::Int64,
            Type::Uint32 => Kind::Uint32,
            Type::Uint64 => Kind::Uint64,
            Type::Sint32 => Kind::Sint32,
            Type::Sint64 => Kind::Sint64,
            Type::Fixed32 => Kind::Fixed32,
            Type::Fixed64 => Kind::Fixed64,
            Type::Sfixed32 => Kind::Sfixed32,
            Type::Sfixed64 => Kind::Sfixed64,
            Type::Bool => Kind::Bool,
            Type::String => Kind::String,
            Type::Bytes => Kind::Bytes,
            Type::Enum => return enumeration(),
            Type::Message => Kind::Message(message()?),
            Type::Group => Kind::Group(message()?),
        })
    }

    fn message(&self, node: &MessageNode<'_>, fields: Vec<Field>) -> Result<Message, SchemaError> {
        check_fields(&node.name, &fields)?;
        let mut message = Message::new(node.name.as_str(), fields);
        message.nested = self.ids(&node.proto.nested_type, &node.name).into();
        message.extension_ranges = node
            .proto
            .extension_range
            .iter()
            // The end of a range is not part of it.
            .map(|range| (range.start().max(0) as u32, (range.end() - 1).max(0) as u32))
            .collect();
        message.is_message_set =
            node.proto.options.as_ref().is_some_and(prost_types::MessageOptions::message_set_wire_format);
        Ok(message)
    }
}

fn check_fields(name: &str, fields: &[Field]) -> Result<(), SchemaError> {
    if fields.len() > MAX_FIELDS {
        return Err(SchemaError::Limit { what: "fields of a message", limit: MAX_FIELDS });
    }
    let mut numbers = HashSet::with_capacity(fields.len());
    match fields.iter().find(|field| !numbers.insert(field.number)) {
        Some(field) => {
            Err(unsupported(format!("two fields of message `{name}` have the number {}", field.number)))
        }
        None => Ok(()),
    }
}

fn enumeration(node: &EnumNode<'_>) -> Enum {
    let values = node.proto.value.iter().map(|value| (value.name().into(), value.number())).collect();
    Enum::new(node.name.as_str(), !node.is_proto3, values)
}

/// Oneofs that stand for proto3 `optional`.
fn synthetic_oneofs(message: &DescriptorProto) -> Vec<u16> {
    let optional = message.field.iter().filter(|field| field.proto3_optional());
    optional.filter_map(|field| field.oneof_index).map(|index| index as u16).collect()
}

fn join(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}
