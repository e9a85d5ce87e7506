//! What a field holds, after names are resolved.

use super::local_name;
use crate::protobuf::ast::{FieldType, Message, Scalar};
use crate::protobuf::files::{Files, Type, TypeRef};

/// What a field holds.
#[derive(Clone)]
pub(super) enum Kind<'a> {
    /// A scalar.
    Scalar(Scalar),
    /// An enum; to the reference it is a number like others.
    Enum(Type<'a>),
    /// A map, written as one or as a repeated entry message.
    Map(Box<(Kind<'a>, Kind<'a>)>),
    /// A message, or a name that resolves nowhere.
    Message(&'a str, Option<(Type<'a>, &'a Message)>),
}

/// Scalars that the reference reads for each other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Number,
    SignedNumber,
    StringOrBytes,
    Fixed32,
    Fixed64,
    Float,
    Double,
}

impl<'a> Kind<'a> {
    pub(super) fn of(files: &'a Files, scope: &str, written: &'a FieldType) -> Self {
        Self::at_depth(files, scope, written, 0)
    }

    /// A map entry whose value is a map entry is a plain message: entries may name themselves.
    fn at_depth(files: &'a Files, scope: &str, written: &'a FieldType, depth: usize) -> Self {
        match written {
            FieldType::Scalar(scalar) => Self::Scalar(*scalar),
            FieldType::Map(key, value) => {
                let value = Self::at_depth(files, scope, value, depth + 1);
                Self::Map(Box::new((Self::Scalar(*key), value)))
            }
            FieldType::Named(name) => match files.resolve(scope, name) {
                None => Self::Message(name, None),
                Some(found) => match found.node {
                    TypeRef::Enum => Self::Enum(found),
                    TypeRef::Message(message) => Self::entry(files, found, message, depth)
                        .unwrap_or(Self::Message(name, Some((found, message)))),
                },
            },
        }
    }

    fn entry(files: &'a Files, found: Type<'a>, message: &'a Message, depth: usize) -> Option<Self> {
        if depth > 0 || !message.is_map_entry() {
            return None;
        }
        let part = |name: &str| {
            let field = message.fields.iter().find(|field| field.name == name)?;
            Some(Self::at_depth(files, found.name, &field.kind, depth + 1))
        };
        Some(Self::Map(Box::new((part("key")?, part("value")?))))
    }

    pub(super) fn group(&self) -> Option<Group> {
        Some(match self {
            Self::Enum(_) => Group::Number,
            Self::Scalar(scalar) => match scalar {
                Scalar::Int32 | Scalar::Int64 | Scalar::Uint32 | Scalar::Uint64 | Scalar::Bool => {
                    Group::Number
                }
                Scalar::Sint32 | Scalar::Sint64 => Group::SignedNumber,
                Scalar::String | Scalar::Bytes => Group::StringOrBytes,
                Scalar::Fixed32 | Scalar::Sfixed32 => Group::Fixed32,
                Scalar::Fixed64 | Scalar::Sfixed64 => Group::Fixed64,
                Scalar::Float => Group::Float,
                Scalar::Double => Group::Double,
            },
            Self::Map(_) | Self::Message(..) => return None,
        })
    }

    /// The type for people: full names below the package.
    pub(super) fn text(&self, files: &Files) -> String {
        match self {
            Self::Scalar(scalar) => scalar.name().to_owned(),
            Self::Enum(found) | Self::Message(_, Some((found, _))) => local_name(files, found).to_owned(),
            Self::Message(name, None) => (*name).to_owned(),
            Self::Map(entry) => format!("map<{}, {}>", entry.0.text(files), entry.1.text(files)),
        }
    }
}

/// How JSON writes a number: scalars of one class look alike and have the same size.
pub(super) fn json_class(scalar: Scalar) -> u8 {
    match scalar {
        Scalar::Int32 | Scalar::Uint32 => 0,
        Scalar::Int64 | Scalar::Uint64 => 1,
        Scalar::Fixed32 | Scalar::Sfixed32 => 2,
        Scalar::Fixed64 | Scalar::Sfixed64 => 3,
        Scalar::Sint32 => 4,
        Scalar::Sint64 => 5,
        Scalar::Bool => 6,
        Scalar::Float => 7,
        Scalar::Double => 8,
        Scalar::String => 9,
        Scalar::Bytes => 10,
    }
}
