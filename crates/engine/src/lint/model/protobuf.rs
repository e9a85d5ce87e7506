//! The lint model of a `.proto` file. Places are dotted names; comments are read from the text, since the
//! syntax tree has none.

use std::collections::HashMap;

use super::{DefaultValue, Enumeration, Field, Kinds, Model, Record};
use crate::lint::ignore::Ignores;
use crate::protobuf::ast::{self, FieldType, Label, Scalar, Span, TypeNode};
use crate::{Limits, SchemaError, SchemaType};

pub(super) fn read(text: &str, limits: &Limits) -> Result<Model, SchemaError> {
    let file = crate::protobuf::parse(text, limits)?;
    let package = file.package.clone().unwrap_or_default();
    let model = Model::new(SchemaType::Protobuf);
    let mut reader = Reader {
        text,
        proto3: file.is_proto3(),
        model,
        spans: Vec::new(),
        uses: Vec::new(),
        roots: Vec::new(),
    };
    reader.types(&file.types, &package, true);
    reader.resolve();
    let Reader { mut model, spans, roots, .. } = reader;
    model.roots = roots;
    let name = file.messages().next().map(|message| dotted(&package, &message.name));
    model.names = name.map(|name| (name.clone(), name)).into_iter().collect();
    model.ignores = Ignores::of_places(ignored(text, spans));
    Ok(model)
}

struct Reader<'t> {
    text: &'t str,
    proto3: bool,
    model: Model,
    /// Where elements start, and their names.
    spans: Vec<(usize, String)>,
    /// Fields, by record and position, and the type names that they use.
    uses: Vec<(usize, usize, String)>,
    /// Messages of the file.
    roots: Vec<usize>,
}

impl Reader<'_> {
    /// As deep as the text was parsed.
    fn types(&mut self, types: &[TypeNode], scope: &str, at_top: bool) {
        for node in types {
            if !self.model.takes(scope, 2) {
                return;
            }
            let pointer = dotted(scope, node.name());
            self.spans.push((node.span().start, pointer.clone()));
            match node {
                TypeNode::Message(message) => {
                    if at_top {
                        self.roots.push(self.model.records.len());
                    }
                    self.message(message, &pointer);
                }
                TypeNode::Enum(declared) => {
                    let first = declared.constants.first();
                    let open = !self.proto3
                        || first.is_some_and(|zero| zero.number == 0 && is_open_symbol(&zero.name));
                    self.model.enums.push(Enumeration { pointer, open });
                }
            }
        }
    }

    fn message(&mut self, message: &ast::Message, pointer: &str) {
        let position = self.open(pointer, message.span);
        let in_oneofs = message.oneofs.iter().flat_map(|oneof| &oneof.fields);
        let fields: Vec<&ast::Field> = message.fields.iter().chain(in_oneofs).collect();
        let of_oneofs = message.oneofs.iter().flat_map(|oneof| &oneof.groups);
        let groups: Vec<&ast::Group> = message.groups.iter().chain(of_oneofs).collect();
        if !self.model.takes(pointer, 2 * (fields.len() + groups.len())) {
            return;
        }
        self.fields(position, &fields, pointer);
        for group in groups {
            self.group(position, group, pointer);
        }
        self.types(&message.types, pointer, false);
    }

    fn open(&mut self, pointer: &str, span: Span) -> usize {
        self.model.records.push(Record {
            pointer: pointer.to_owned(),
            documented: is_documented(self.text, span),
            is_object: true,
            ..Record::default()
        });
        self.model.records.len() - 1
    }

    fn fields(&mut self, record: usize, fields: &[&ast::Field], scope: &str) {
        for field in fields {
            let pointer = dotted(scope, &field.name);
            self.spans.push((field.span.start, pointer.clone()));
            let list = &mut self.model.records[record].fields;
            if let FieldType::Named(name) = value_type(&field.kind) {
                self.uses.push((record, list.len(), name.clone()));
            }
            list.push(field_of(self.text, field, pointer));
        }
    }

    /// A group is a field and the message that its values are.
    fn group(&mut self, record: usize, group: &ast::Group, scope: &str) {
        let pointer = dotted(scope, &group.name);
        self.spans.push((group.span.start, pointer.clone()));
        let inside = self.open(&pointer, group.span);
        if self.model.takes(&pointer, 2 * group.fields.len()) {
            self.fields(inside, &group.fields.iter().collect::<Vec<_>>(), &pointer);
        }
        self.model.records[record].fields.push(Field {
            name: group.name.to_ascii_lowercase(),
            json_name: None,
            documented: is_documented(self.text, group.span),
            kinds: Kinds::COMPOUND,
            nullable: false,
            loose: false,
            required: group.label == Some(Label::Required),
            default: None,
            allowed: Vec::new(),
            pointer,
            leads: vec![inside],
        });
    }

    /// Finds the messages that fields lead to: a name is looked for in the scope that it stands in, then in those
    /// around it.
    fn resolve(&mut self) {
        let names: HashMap<String, usize> =
            self.model.records.iter().enumerate().map(|(at, record)| (record.pointer.clone(), at)).collect();
        let mut used = vec![false; self.model.records.len()];
        for (record, field, name) in std::mem::take(&mut self.uses) {
            let scope = self.model.records[record].pointer.as_str();
            let found = match name.strip_prefix('.') {
                Some(full) => names.get(full).copied(),
                None => scopes(scope).find_map(|scope| names.get(&dotted(scope, &name)).copied()),
            };
            if let Some(found) = found {
                used[found] |= found != record;
                self.model.records[record].fields[field].leads.push(found);
            }
        }
        // What another message holds is a part of it. The first one gives the file its name.
        let first = self.roots.first().copied();
        self.roots.retain(|root| Some(*root) == first || !used[*root]);
    }
}

/// A scope and those around it, the innermost first.
fn scopes(scope: &str) -> impl Iterator<Item = &str> {
    let dots = scope.rmatch_indices('.').map(|(end, _)| &scope[..end]);
    std::iter::once(scope).chain(dots).chain([""])
}

fn field_of(text: &str, field: &ast::Field, pointer: String) -> Field {
    let in_json = field.name_in_json();
    let repeated = field.label == Some(Label::Repeated);
    Field {
        name: field.name.clone(),
        json_name: (in_json != field.name).then_some(in_json),
        documented: is_described(text, field.span),
        kinds: if repeated { Kinds::COMPOUND } else { kinds_of(&field.kind) },
        nullable: false,
        loose: is_loose(value_type(&field.kind)),
        required: field.label == Some(Label::Required),
        default: field.default.is_some().then_some(DefaultValue::Value),
        allowed: Vec::new(),
        pointer,
        leads: Vec::new(),
    }
}

fn dotted(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}

fn is_open_symbol(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["UNSPECIFIED", "UNKNOWN"].iter().any(|ending| name.ends_with(ending))
}

/// The type itself, of a map that of its values.
fn value_type(kind: &FieldType) -> &FieldType {
    match kind {
        FieldType::Map(_, value) => value,
        other => other,
    }
}

/// Whether values of a type can be anything.
fn is_loose(kind: &FieldType) -> bool {
    const LOOSE: [&str; 4] = ["Struct", "Any", "Value", "ListValue"];
    let FieldType::Named(name) = kind else { return false };
    name.trim_start_matches('.').strip_prefix("google.protobuf.").is_some_and(|name| LOOSE.contains(&name))
}

fn kinds_of(kind: &FieldType) -> Kinds {
    match kind {
        FieldType::Scalar(Scalar::Double | Scalar::Float) => Kinds::FLOAT,
        FieldType::Scalar(Scalar::String) => Kinds::TEXT,
        FieldType::Scalar(Scalar::Bool | Scalar::Bytes) => Kinds::NONE,
        FieldType::Scalar(_) => Kinds::INTEGER,
        FieldType::Map(..) => Kinds::COMPOUND,
        FieldType::Named(name) => match name.trim_start_matches('.') {
            "google.protobuf.Timestamp" | "google.type.Date" | "google.type.DateTime" => Kinds::TIME,
            "google.protobuf.DoubleValue" | "google.protobuf.FloatValue" => Kinds::FLOAT,
            "google.protobuf.Int64Value"
            | "google.protobuf.UInt64Value"
            | "google.protobuf.Int32Value"
            | "google.protobuf.UInt32Value" => Kinds::INTEGER,
            "google.protobuf.StringValue" => Kinds::TEXT,
            // `google.type.Money` has its currency, as other messages may have.
            "confluent.type.Decimal" | "google.type.Decimal" => Kinds::DECIMAL,
            _ => Kinds::COMPOUND,
        },
    }
}

/// Whether a comment ends right before an element.
fn is_documented(text: &str, span: Span) -> bool {
    let before = text.get(..span.start).unwrap_or_default().trim_end();
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    let block = before.ends_with("*/").then(|| before.rfind("/*")).flatten();
    // A comment behind the element before belongs to that one.
    let leads =
        block.is_some_and(|at| before[..at].rsplit('\n').next().unwrap_or_default().trim().is_empty());
    leads || is_comment(line)
}

/// Whether a comment stands before a field, or behind it on its line.
fn is_described(text: &str, field: Span) -> bool {
    let within = text.get(field.start..field.end).unwrap_or_default();
    let after = text.get(field.end..).unwrap_or_default().trim_start_matches([' ', '\t']);
    is_documented(text, field) || within.trim_end().ends_with("*/") || is_comment(after)
}

/// Whether a line starts with a comment for people.
fn is_comment(line: &str) -> bool {
    let comment = line.strip_prefix("//").map(|rest| rest.trim_start_matches('/').trim_start());
    comment.is_some_and(|comment| !comment.is_empty() && !comment.starts_with(MARK))
}

const MARK: &str = "lint:ignore";

/// Elements that `// lint:ignore L11 reason` stands at: those of its line, else the next one; the whole
/// file when nothing stands before it.
fn ignored(text: &str, mut spans: Vec<(usize, String)>) -> Vec<(String, String)> {
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
