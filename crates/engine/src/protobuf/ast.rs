//! The syntax tree of one `.proto` file, as written.
//!
//! Labels, type names, option literals and the order of declarations are what the author wrote; comments
//! and layout are gone. Nothing is resolved and nothing is checked beyond the grammar, because the
//! registry compares and prints texts that a strict compiler refuses. Descriptors
//! are built from this tree only where one is needed (payloads, `format=serialized`).
//!
//! The shape follows the elements of the parser that the reference uses (square/wire `wire-schema`):
//! fields, oneofs, groups, reserved, extensions and nested types of a message are separate lists.

/// Largest field number; prints as `max` at the end of a range.
pub const MAX_FIELD_NUMBER: i32 = 536_870_911;

/// Byte range of an element in the text it was parsed from.
///
/// Two spans are always equal, so that trees compare by content.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte; `0` when the element stands in no text.
    pub end: usize,
}

impl Span {
    /// Whether the element stands in a text (not built from a descriptor).
    pub fn is_known(self) -> bool {
        self.end > self.start
    }
}

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Span {}

/// One `.proto` file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// The `syntax` line; `None` means proto2.
    pub syntax: Option<Syntax>,
    /// The package, without a leading dot.
    pub package: Option<String>,
    /// Plain imports in order.
    pub imports: Vec<String>,
    /// `import public` in order.
    pub public_imports: Vec<String>,
    /// `import weak` in order; never printed.
    pub weak_imports: Vec<String>,
    /// File options.
    pub options: Vec<OptionNode>,
    /// Top-level messages and enums in order; their names are distinct.
    pub types: Vec<TypeNode>,
    /// Top-level `extend` blocks.
    pub extends: Vec<Extend>,
    /// Services; their names are distinct.
    pub services: Vec<Service>,
}

impl File {
    /// Whether the file is proto3.
    pub fn is_proto3(&self) -> bool {
        self.syntax == Some(Syntax::Proto3)
    }

    /// Top-level messages in order; message indexes count these.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        messages(&self.types)
    }

    /// Top-level enums in order.
    pub fn enums(&self) -> impl Iterator<Item = &Enum> {
        enums(&self.types)
    }
}

/// The messages of a type list, in order.
pub fn messages(types: &[TypeNode]) -> impl Iterator<Item = &Message> {
    types.iter().filter_map(|node| match node {
        TypeNode::Message(message) => Some(message),
        TypeNode::Enum(_) => None,
    })
}

/// The enums of a type list, in order.
pub fn enums(types: &[TypeNode]) -> impl Iterator<Item = &Enum> {
    types.iter().filter_map(|node| match node {
        TypeNode::Enum(node) => Some(node),
        TypeNode::Message(_) => None,
    })
}

/// The value of the `syntax` line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// `proto2`
    Proto2,
    /// `proto3`
    Proto3,
}

/// A message or an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeNode {
    /// A message.
    Message(Message),
    /// An enum.
    Enum(Enum),
}

impl TypeNode {
    /// The simple name.
    pub fn name(&self) -> &str {
        match self {
            Self::Message(message) => &message.name,
            Self::Enum(node) => &node.name,
        }
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Message(message) => message.span,
            Self::Enum(node) => node.span,
        }
    }
}

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Simple name.
    pub name: String,
    /// Fields outside oneofs and groups.
    pub fields: Vec<Field>,
    /// Oneofs; proto3 `optional` makes none.
    pub oneofs: Vec<Oneof>,
    /// Groups outside oneofs.
    pub groups: Vec<Group>,
    /// Nested messages and enums in order.
    pub types: Vec<TypeNode>,
    /// Options.
    pub options: Vec<OptionNode>,
    /// `reserved` statements.
    pub reserved: Vec<Reserved>,
    /// `extensions` statements.
    pub extensions: Vec<Extensions>,
    /// Nested `extend` blocks.
    pub extends: Vec<Extend>,
    /// Where it stands.
    pub span: Span,
}

impl Message {
    /// Whether `option map_entry = true` is set: the message stands for a map.
    pub fn is_map_entry(&self) -> bool {
        self.options.iter().any(|option| {
            option.name == "map_entry" && matches!(&option.value, OptionValue::Bool(value) if value == "true")
        })
    }
}

/// A field of a message, oneof, group or extend block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The label as written.
    pub label: Option<Label>,
    /// The type as written.
    pub kind: FieldType,
    /// Name.
    pub name: String,
    /// Number; anything an `int32` holds is accepted.
    pub number: i32,
    /// The `default` option, without quotes.
    pub default: Option<String>,
    /// The `json_name` option; see also [`Self::name_in_json`].
    pub json_name: Option<String>,
    /// All other options.
    pub options: Vec<OptionNode>,
    /// Where it stands.
    pub span: Span,
}

impl Field {
    /// The name in JSON: as set, else made from the name.
    pub fn name_in_json(&self) -> String {
        self.json_name.clone().unwrap_or_else(|| json_name(&self.name))
    }
}

/// A written label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Label {
    /// `optional`
    Optional,
    /// `required`
    Required,
    /// `repeated`
    Repeated,
}

impl Label {
    /// The keyword.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Optional => "optional",
            Self::Required => "required",
            Self::Repeated => "repeated",
        }
    }
}

/// A field type as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// A scalar.
    Scalar(Scalar),
    /// `map<key, value>`; the value is a scalar or a name.
    Map(Scalar, Box<FieldType>),
    /// A message or enum name, with or without leading dot.
    Named(String),
}

impl FieldType {
    /// The scalar of this name, else a named type.
    pub fn from_name(name: &str) -> Self {
        Scalar::from_name(name).map_or_else(|| Self::Named(name.to_owned()), Self::Scalar)
    }
}

impl std::fmt::Display for FieldType {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Scalar(scalar) => formatter.write_str(scalar.name()),
            Self::Map(key, value) => write!(formatter, "map<{}, {value}>", key.name()),
            Self::Named(name) => formatter.write_str(name),
        }
    }
}

/// The fifteen scalar types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the keywords")]
pub enum Scalar {
    Bool,
    Bytes,
    Double,
    Float,
    Fixed32,
    Fixed64,
    Int32,
    Int64,
    Sfixed32,
    Sfixed64,
    Sint32,
    Sint64,
    String,
    Uint32,
    Uint64,
}

impl Scalar {
    /// All scalars with their keywords.
    pub const ALL: [(Self, &'static str); 15] = [
        (Self::Bool, "bool"),
        (Self::Bytes, "bytes"),
        (Self::Double, "double"),
        (Self::Float, "float"),
        (Self::Fixed32, "fixed32"),
        (Self::Fixed64, "fixed64"),
        (Self::Int32, "int32"),
        (Self::Int64, "int64"),
        (Self::Sfixed32, "sfixed32"),
        (Self::Sfixed64, "sfixed64"),
        (Self::Sint32, "sint32"),
        (Self::Sint64, "sint64"),
        (Self::String, "string"),
        (Self::Uint32, "uint32"),
        (Self::Uint64, "uint64"),
    ];

    /// The keyword.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The scalar of a keyword.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, keyword)| *keyword == name).map(|(scalar, _)| *scalar)
    }

    /// Whether a map may have keys of this type.
    pub fn is_map_key(self) -> bool {
        !matches!(self, Self::Bytes | Self::Double | Self::Float)
    }
}

/// A oneof.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Oneof {
    /// Name.
    pub name: String,
    /// Members; none has a label.
    pub fields: Vec<Field>,
    /// Group members.
    pub groups: Vec<Group>,
    /// Options.
    pub options: Vec<OptionNode>,
    /// Where it stands.
    pub span: Span,
}

/// A proto2 group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The label; absent inside a oneof.
    pub label: Option<Label>,
    /// Name of the message it declares.
    pub name: String,
    /// Field number.
    pub number: i32,
    /// Fields.
    pub fields: Vec<Field>,
    /// Where it stands.
    pub span: Span,
}

/// An enum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enum {
    /// Simple name.
    pub name: String,
    /// Constants in order.
    pub constants: Vec<EnumConstant>,
    /// Options.
    pub options: Vec<OptionNode>,
    /// `reserved` statements.
    pub reserved: Vec<Reserved>,
    /// Where it stands.
    pub span: Span,
}

/// One constant of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumConstant {
    /// Name.
    pub name: String,
    /// Number.
    pub number: i32,
    /// Options.
    pub options: Vec<OptionNode>,
    /// Where it stands.
    pub span: Span,
}

/// One `reserved` statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// Numbers, ranges and names; never empty.
    pub values: Vec<ReservedValue>,
    /// Where it stands.
    pub span: Span,
}

/// One value of a `reserved` statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReservedValue {
    /// A number or range.
    Range(Range),
    /// A field or constant name.
    Name(String),
}

/// A number or a range, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// First number.
    pub start: i32,
    /// Last number; `None` when a single number was written.
    pub end: Option<i32>,
}

impl Range {
    /// The last number.
    pub fn last(self) -> i32 {
        self.end.unwrap_or(self.start)
    }

    /// Whether a number lies inside.
    pub fn contains(self, number: i32) -> bool {
        self.start <= number && number <= self.last()
    }
}

/// One `extensions` statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extensions {
    /// Numbers and ranges.
    pub ranges: Vec<Range>,
    /// Options of the ranges.
    pub options: Vec<OptionNode>,
    /// Where it stands.
    pub span: Span,
}

/// An `extend` block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extend {
    /// The extended type as written.
    pub name: String,
    /// The extension fields.
    pub fields: Vec<Field>,
    /// Where it stands.
    pub span: Span,
}

/// A service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// Name.
    pub name: String,
    /// Methods in order.
    pub rpcs: Vec<Rpc>,
    /// Options.
    pub options: Vec<OptionNode>,
    /// Where it stands.
    pub span: Span,
}

/// A method of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rpc {
    /// Name.
    pub name: String,
    /// Request type as written.
    pub request: String,
    /// Whether requests are a stream.
    pub request_stream: bool,
    /// Response type as written.
    pub response: String,
    /// Whether responses are a stream.
    pub response_stream: bool,
    /// Options.
    pub options: Vec<OptionNode>,
    /// Where it stands.
    pub span: Span,
}

/// An option: `deprecated = true`, `(a.b).c = 3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionNode {
    /// The name without parentheses; for `(a.b).c` it is `a.b` and the rest is in the value.
    pub name: String,
    /// Whether the name stood in parentheses.
    pub parenthesized: bool,
    /// The value.
    pub value: OptionValue,
    /// Where it stands.
    pub span: Span,
}

/// The value of an option, or a value inside an aggregate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionValue {
    /// A string after unescaping; bytes above 0x7f are the characters of the same number.
    String(String),
    /// `true` or `false`.
    Bool(String),
    /// A number as written; `inf` and `nan` are enums here.
    Number(String),
    /// An identifier.
    Enum(String),
    /// The part after a dot: `.c = 3`; only as the value of an option.
    Option(Box<OptionNode>),
    /// An aggregate; keys are distinct, extension keys keep their brackets.
    Map(Vec<(String, OptionValue)>),
    /// A list.
    List(Vec<OptionValue>),
}

/// The JSON name that a field has by default: `_x` becomes `X`.
pub(in crate::protobuf) fn json_name(name: &str) -> String {
    joined_words(name, false)
}

/// A name without its underscores: each one raises the letter behind it, `raise` the first letter.
pub(in crate::protobuf) fn joined_words(name: &str, mut raise: bool) -> String {
    let mut out = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter == '_' {
            raise = true;
        } else if std::mem::take(&mut raise) {
            out.push(letter.to_ascii_uppercase());
        } else {
            out.push(letter);
        }
    }
    out
}
