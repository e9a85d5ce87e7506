//! Shapes of a Protobuf file.
//!
//! Fields are known by the names of the text, as decoded messages have them.

use std::collections::HashMap;

use crate::protobuf::ProtobufSchema;
use crate::protobuf::ast::Scalar;
use crate::protobuf::outline::{Meta, Outlined, OutlinedType};
use crate::{Limits, SchemaError, Source, Strictness};

use super::{Field, Form, Parts, Shape, Shapes, UNREADABLE, Unplaced, WrittenRule, misplaced};

/// Reads a file with its references: first a shape a message, then those of their fields.
pub(super) fn read(source: &Source<'_>) -> Result<Shapes, SchemaError> {
    let schema = ProtobufSchema::parse(source, Strictness::Stored, &Limits::default())?;
    let outline = schema.outline();
    let mut reader = Reader { shapes: Vec::new(), unplaced: Vec::new(), ids: HashMap::new() };
    for message in &outline {
        reader.ids.entry(&message.name).or_insert(reader.shapes.len());
        reader.shapes.push(Shape::default());
    }
    for (id, message) in outline.iter().enumerate() {
        reader.message(id, message);
    }
    for (place, meta) in &schema.outline_of_others() {
        let (rules, _) = reader.meta(meta, place);
        reader.unplaced.extend(misplaced(place, &rules, "it stands on no message or field"));
    }
    Ok(Shapes { form: Form::Protobuf(reader.shapes), unplaced: reader.unplaced })
}

struct Reader<'o> {
    shapes: Vec<Shape>,
    unplaced: Vec<Unplaced>,
    ids: HashMap<&'o str, usize>,
}

impl Reader<'_> {
    fn message(&mut self, id: usize, message: &Outlined) {
        let (rules, tags) = self.meta(&message.meta, &message.name);
        let mut fields = Vec::with_capacity(message.fields.len());
        for field in &message.fields {
            let place = format!("{}.{}", message.name, field.name);
            let (rules, tags) = self.meta(&field.meta, &place);
            let shape = self.shape(&field.kind);
            fields.push((field.name.clone(), Field { shape, rules, tags }));
        }
        self.shapes[id] = Shape {
            type_name: "RECORD",
            full_name: message.name.clone(),
            rules,
            tags,
            parts: Parts::Fields(fields),
        };
    }

    fn meta(&mut self, meta: &Meta, place: &str) -> (Vec<WrittenRule>, Vec<String>) {
        let mut rules = Vec::with_capacity(meta.rules.len());
        for rule in &meta.rules {
            match rule {
                Some(rule) => rules.push(WrittenRule {
                    name: rule.name.clone(),
                    doc: rule.doc.clone(),
                    expr: rule.expr.clone(),
                }),
                None => {
                    let reason = UNREADABLE.to_owned();
                    self.unplaced.push(Unplaced { place: place.to_owned(), reason });
                }
            }
        }
        (rules, meta.tags.clone())
    }

    /// As deep as lists and maps nest in a field: twice.
    fn shape(&mut self, kind: &OutlinedType) -> usize {
        let (type_name, parts) = match kind {
            OutlinedType::Message(name) => match self.ids.get(name.as_str()) {
                Some(id) => return *id,
                None => ("RECORD", Parts::None),
            },
            OutlinedType::List(items) => ("ARRAY", Parts::Items(self.shape(items))),
            OutlinedType::Map(values) => ("MAP", Parts::Values(self.shape(values))),
            OutlinedType::Enum => ("ENUM", Parts::None),
            OutlinedType::Unknown => ("", Parts::None),
            OutlinedType::Scalar(scalar) => (scalar_name(*scalar), Parts::None),
        };
        self.shapes.push(Shape { type_name, parts, ..Shape::default() });
        self.shapes.len() - 1
    }
}

fn scalar_name(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Bool => "BOOLEAN",
        Scalar::Bytes => "BYTES",
        Scalar::String => "STRING",
        Scalar::Double => "DOUBLE",
        Scalar::Float => "FLOAT",
        Scalar::Int32 | Scalar::Sint32 | Scalar::Uint32 | Scalar::Fixed32 | Scalar::Sfixed32 => "INT",
        Scalar::Int64 | Scalar::Sint64 | Scalar::Uint64 | Scalar::Fixed64 | Scalar::Sfixed64 => "LONG",
    }
}
