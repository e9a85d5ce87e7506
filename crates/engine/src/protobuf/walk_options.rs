//! Visits every option list of a file together with the scope its names are searched from.

use super::ast::{Extend, Field, File, Group, Message, OptionNode, TypeNode};
use super::files::joined;

/// What a list of options belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    File,
    Message,
    Field,
    Oneof,
    Enum,
    EnumConstant,
    ExtensionRange,
    Service,
    Method,
}

impl Owner {
    /// The message of `google/protobuf/descriptor.proto` that declares its plain options.
    pub(super) fn options_message(self) -> &'static str {
        match self {
            Self::File => "google.protobuf.FileOptions",
            Self::Message => "google.protobuf.MessageOptions",
            Self::Field => "google.protobuf.FieldOptions",
            Self::Oneof => "google.protobuf.OneofOptions",
            Self::Enum => "google.protobuf.EnumOptions",
            Self::EnumConstant => "google.protobuf.EnumValueOptions",
            Self::ExtensionRange => "google.protobuf.ExtensionRangeOptions",
            Self::Service => "google.protobuf.ServiceOptions",
            Self::Method => "google.protobuf.MethodOptions",
        }
    }
}

/// Called with the scope, the owner and its options.
pub(super) type Visit<'v> = dyn FnMut(&str, Owner, &mut Vec<OptionNode>) + 'v;

/// Visits all lists, empty ones included, in the order of the printed text.
pub(super) fn walk_options(file: &mut File, visit: &mut Visit<'_>) {
    let scope = file.package.clone().unwrap_or_default();
    visit(&scope, Owner::File, &mut file.options);
    types(&scope, &mut file.types, visit);
    extends(&scope, &mut file.extends, visit);
    for service in &mut file.services {
        visit(&scope, Owner::Service, &mut service.options);
        for rpc in &mut service.rpcs {
            visit(&scope, Owner::Method, &mut rpc.options);
        }
    }
}

fn types(scope: &str, nodes: &mut [TypeNode], visit: &mut Visit<'_>) {
    for node in nodes {
        match node {
            TypeNode::Message(node) => message(scope, node, visit),
            TypeNode::Enum(node) => {
                visit(scope, Owner::Enum, &mut node.options);
                for constant in &mut node.constants {
                    visit(scope, Owner::EnumConstant, &mut constant.options);
                }
            }
        }
    }
}

fn message(outer: &str, message: &mut Message, visit: &mut Visit<'_>) {
    let scope = joined(outer, &message.name);
    visit(&scope, Owner::Message, &mut message.options);
    fields(&scope, &mut message.fields, visit);
    for oneof in &mut message.oneofs {
        visit(&scope, Owner::Oneof, &mut oneof.options);
        fields(&scope, &mut oneof.fields, visit);
        groups(&scope, &mut oneof.groups, visit);
    }
    groups(&scope, &mut message.groups, visit);
    for statement in &mut message.extensions {
        visit(&scope, Owner::ExtensionRange, &mut statement.options);
    }
    extends(&scope, &mut message.extends, visit);
    types(&scope, &mut message.types, visit);
}

fn groups(scope: &str, groups: &mut [Group], visit: &mut Visit<'_>) {
    for group in groups {
        fields(scope, &mut group.fields, visit);
    }
}

fn extends(scope: &str, extends: &mut [Extend], visit: &mut Visit<'_>) {
    for extend in extends {
        fields(scope, &mut extend.fields, visit);
    }
}

fn fields(scope: &str, fields: &mut [Field], visit: &mut Visit<'_>) {
    for field in fields {
        visit(scope, Owner::Field, &mut field.options);
    }
}
