//! The lint model of a `.proto` file. Places are dotted names; comments are read from the text, since the
//! syntax tree has none.

use super::{DefaultValue, Enumeration, Field, Kind, Model, Record};
use crate::lint::ignore::Ignores;
use crate::protobuf::ast::{self, FieldType, Label, Scalar, TypeNode};
use crate::{Limits, SchemaError, SchemaType};

pub(super) fn read(text: &str, limits: &Limits) -> Result<(Model, Ignores), SchemaError> {
    let file = crate::protobuf::parse(text, limits)?;
    let package = file.package.clone().unwrap_or_default();
    let mut reader =
        Reader { text, proto3: file.is_proto3(), model: Model::new(SchemaType::Protobuf), spans: Vec::new() };
    reader.types(&file.types, &package, 0);
    let Reader { mut model, spans, .. } = reader;
    model.name = file.messages().next().map(|message| dotted(&package, &message.name));
    model.name_pointer = model.name.clone().unwrap_or_default();
    Ok((model, Ignores::of_places(ignored(text, spans))))
}

struct Reader<'t> {
    text: &'t str,
    proto3: bool,
    model: Model,
    /// Where elements start, and their names.
    spans: Vec<(usize, String)>,
}

impl Reader<'_> {
    /// As deep as the text was parsed.
    fn types(&mut self, types: &[TypeNode], scope: &str, depth: usize) {
        for node in types {
            if !self.model.takes(scope, 2) {
                return;
            }
            let pointer = dotted(scope, node.name());
            self.spans.push((node.span().start, pointer.clone()));
            match node {
                TypeNode::Message(message) => self.message(message, &pointer, depth),
                TypeNode::Enum(declared) => {
                    let first = declared.constants.first();
                    let open = !self.proto3
                        || first.is_some_and(|zero| zero.number == 0 && is_open_symbol(&zero.name));
                    self.model.enums.push(Enumeration { pointer, open });
                }
            }
        }
    }

    fn message(&mut self, message: &ast::Message, pointer: &str, depth: usize) {
        let position = self.model.records.len();
        let documented = is_documented(self.text, message.span.start);
        self.model.records.push(Record {
            pointer: pointer.to_owned(),
            documented,
            depth,
            ..Record::default()
        });
        let count =
            message.fields.len() + message.oneofs.iter().map(|oneof| oneof.fields.len()).sum::<usize>();
        if !self.model.takes(pointer, 2 * count) {
            return;
        }
        let in_oneofs = message.oneofs.iter().flat_map(|oneof| &oneof.fields);
        let fields: Vec<Field> =
            message.fields.iter().chain(in_oneofs).map(|field| self.field(field, pointer)).collect();
        self.model.records[position].fields = fields;
        self.types(&message.types, pointer, depth + 1);
    }

    fn field(&mut self, field: &ast::Field, scope: &str) -> Field {
        let pointer = dotted(scope, &field.name);
        self.spans.push((field.span.start, pointer.clone()));
        let repeated = field.label == Some(Label::Repeated);
        Field {
            name: field.name.clone(),
            documented: is_documented(self.text, field.span.start),
            kind: if repeated { Kind::List } else { kind_of(&field.kind) },
            nullable: false,
            required: field.label == Some(Label::Required),
            default: field.default.is_some().then_some(DefaultValue::Value),
            allowed: Vec::new(),
            pointer,
        }
    }
}

fn dotted(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}

fn is_open_symbol(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["UNSPECIFIED", "UNKNOWN"].iter().any(|ending| name.ends_with(ending))
}

fn kind_of(kind: &FieldType) -> Kind {
    match kind {
        FieldType::Scalar(Scalar::Double | Scalar::Float) => Kind::Float,
        FieldType::Scalar(Scalar::String) => Kind::Text(None),
        FieldType::Scalar(Scalar::Bool | Scalar::Bytes) => Kind::Other,
        FieldType::Scalar(_) => Kind::Integer,
        FieldType::Map(_, value) if **value == FieldType::Scalar(Scalar::String) => Kind::MapOfText,
        FieldType::Map(..) => Kind::Other,
        FieldType::Named(name) => match name.trim_start_matches('.') {
            "google.protobuf.Timestamp" | "google.type.Date" | "google.type.DateTime" => Kind::Time,
            "google.protobuf.Struct" | "google.protobuf.Any" | "google.protobuf.Value" => Kind::Untyped,
            "google.protobuf.DoubleValue" | "google.protobuf.FloatValue" => Kind::Float,
            "google.protobuf.Int64Value"
            | "google.protobuf.UInt64Value"
            | "google.protobuf.Int32Value"
            | "google.protobuf.UInt32Value" => Kind::Integer,
            "google.protobuf.StringValue" => Kind::Text(None),
            "confluent.type.Decimal" | "google.type.Decimal" | "google.type.Money" => Kind::Decimal,
            _ => Kind::Record,
        },
    }
}

/// Whether a comment ends right before an element.
fn is_documented(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default().trim_end();
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    before.ends_with("*/") || (line.starts_with("//") && !line.starts_with("// lint:ignore"))
}

/// Elements that `// lint:ignore L11 reason` stands at: those of its line, else the next one; the whole
/// file when nothing stands before it.
fn ignored(text: &str, mut spans: Vec<(usize, String)>) -> Vec<(String, String)> {
    const MARK: &str = "lint:ignore";
    spans.sort();
    // The first element that starts in a range.
    let first = |range: std::ops::Range<usize>| {
        let element = spans.get(spans.partition_point(|(at, _)| *at < range.start));
        element.filter(|(at, _)| *at < range.end).map(|(_, name)| name.clone())
    };
    let mut places = Vec::new();
    let (mut start, mut code_before) = (0, false);
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let (code, comment) = line.split_once("//").unwrap_or((line, ""));
        if let Some(rest) = comment.trim_start().strip_prefix(MARK) {
            let ids = rest.split_whitespace().take_while(|word| is_rule_id(word));
            let place = match (code_before, code.trim().is_empty()) {
                (false, true) => Some(String::new()),
                (_, true) => first(end..usize::MAX),
                (_, false) => first(start..end),
            };
            places.extend(ids.filter_map(|id| Some((place.clone()?, id.trim_end_matches(',').to_owned()))));
        }
        code_before |= !code.trim().is_empty();
        start = end;
    }
    places
}

fn is_rule_id(word: &str) -> bool {
    let digits = word.trim_end_matches(',').strip_prefix('L');
    digits.is_some_and(|digits| digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
