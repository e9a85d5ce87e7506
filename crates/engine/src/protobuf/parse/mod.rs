//! `.proto` text to a syntax tree.
//!
//! A recursive-descent parser without a token stage, because the reference's parser (square/wire
//! `wire-schema`) has none and its tolerance is part of the contract: words may contain `-` and `.`,
//! keywords are names where a declaration cannot start, numbers are not checked, a `;` may follow
//! anything. It refuses what the reference refuses, in its words: `Syntax error in :LINE:COLUMN: TEXT`.
//!
//! Bounded by `max_depth` and `max_nodes`; never panics. proto2 and proto3; editions are refused.

mod options;
mod reader;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use reader::Reader;

use super::ast::{
    Enum, EnumConstant, Extend, Extensions, Field, FieldType, File, Group, Label, MAX_FIELD_NUMBER, Message,
    Oneof, OptionNode, OptionValue, Range, Reserved, ReservedValue, Rpc, Scalar, Service, Span, Syntax,
    TypeNode,
};
use crate::depth::with_room;
use crate::{Limits, SchemaError};

/// Parses one file.
///
/// # Errors
/// [`SchemaError::Invalid`] with the byte offset where reading stopped, [`SchemaError::Limit`].
pub fn parse(text: &str, limits: &Limits) -> Result<File, SchemaError> {
    let mut parser =
        Parser { reader: Reader::new(text, limits), file: File::default(), declarations: 0, odd_key: None };
    parser.file()?;
    parser.odd_key.map_or(Ok(parser.file), Err)
}

/// Where a declaration stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    File,
    Message,
    Enum,
    Extend,
    Service,
    Rpc,
}

/// What a declaration turned out to be. Statements about the file itself go straight into it.
enum Declared {
    Nothing,
    Type(TypeNode),
    Service(Service),
    Extend(Extend),
    Option(OptionNode),
    Reserved(Reserved),
    Extensions(Extensions),
    Field(Field),
    Group(Group),
    Oneof(Oneof),
    Constant(EnumConstant),
    Rpc(Rpc),
}

struct Parser<'a> {
    reader: Reader<'a>,
    file: File,
    declarations: usize,
    /// The first map key that is no scalar; told only when the rest of the text parses (reference behaviour).
    odd_key: Option<SchemaError>,
}

impl Parser<'_> {
    fn file(&mut self) -> Result<(), SchemaError> {
        let (mut types, mut services) = (HashMap::new(), HashMap::new());
        while !self.reader.exhausted()? {
            match self.declaration(Context::File, 0)? {
                Declared::Type(node) => {
                    let known = types.insert(node.name().to_owned(), node.span());
                    self.refuse_duplicate(node.name(), node.span(), known)?;
                    self.file.types.push(node);
                }
                Declared::Service(service) => {
                    let known = services.insert(service.name.clone(), service.span);
                    self.refuse_duplicate(&service.name, service.span, known)?;
                    self.file.services.push(service);
                }
                Declared::Extend(extend) => self.file.extends.push(extend),
                Declared::Option(option) => self.file.options.push(option),
                _ => {}
            }
        }
        Ok(())
    }

    fn refuse_duplicate(&self, name: &str, span: Span, known: Option<Span>) -> Result<(), SchemaError> {
        let Some(known) = known else { return Ok(()) };
        let (here, there) = (self.reader.place(span.start), self.reader.place(known.start));
        // The reference finds this outside its reader: no "Syntax error in".
        let message = format!("{name} ({here}) is already defined at {there}");
        Err(SchemaError::invalid_at(message, span.start))
    }

    fn declaration(&mut self, context: Context, depth: usize) -> Result<Declared, SchemaError> {
        self.reader.check_depth(depth)?;
        let index = self.declarations;
        self.declarations += 1;
        if self.reader.take_if(b';')? {
            return Ok(Declared::Nothing);
        }
        let start = self.reader.at();
        let word =
            if context == Context::Enum { self.reader.constant_name()? } else { self.reader.word()? };
        Ok(match (word, context) {
            ("package", Context::File) => self.package()?,
            ("import", Context::File) => self.import(start)?,
            ("syntax", Context::File) => self.syntax(index, start)?,
            ("edition", Context::File) => {
                return Err(self.reader.error("edition is not currently supported"));
            }
            ("option", _) => {
                let option = options::option(&mut self.reader, b'=', depth)?;
                self.reader.require(b';')?;
                Declared::Option(option)
            }
            // Outside messages and enums it is read and forgotten.
            ("reserved", _) => Declared::Reserved(self.reserved(start)?),
            ("message", Context::File | Context::Message) => {
                Declared::Type(TypeNode::Message(with_room(|| self.message(start, depth))?))
            }
            ("enum", Context::File | Context::Message) => {
                Declared::Type(TypeNode::Enum(self.enumeration(start, depth)?))
            }
            ("service", Context::File) => Declared::Service(self.service(start, depth)?),
            ("extend", Context::File | Context::Message) => Declared::Extend(self.extend(start, depth)?),
            ("rpc", Context::Service) => Declared::Rpc(self.rpc(start, depth)?),
            ("oneof", Context::Message) => Declared::Oneof(self.oneof(start, depth)?),
            ("extensions", Context::Message) => Declared::Extensions(self.extensions(start, depth)?),
            (word, Context::Message | Context::Extend) => self.labelled(word, start, depth)?,
            (word, Context::Enum) => Declared::Constant(self.constant(word, start, depth)?),
            (word, _) => {
                return Err(self.reader.error_at(&format!("unexpected label: {word}"), start));
            }
        })
    }

    fn package(&mut self) -> Result<Declared, SchemaError> {
        self.file.package = Some(self.reader.name()?.to_owned());
        self.reader.require(b';')?;
        Ok(Declared::Nothing)
    }

    fn import(&mut self, start: usize) -> Result<Declared, SchemaError> {
        let is_plain = matches!(self.reader.peek()?, b'"' | b'\'');
        let word = if is_plain { "" } else { self.reader.word()? };
        let paths = match word {
            "" => &mut self.file.imports,
            "public" => &mut self.file.public_imports,
            "weak" => &mut self.file.weak_imports,
            _ => return Err(self.reader.error_at("expected quoted string", start)),
        };
        paths.push(self.reader.quoted()?);
        self.reader.require(b';')?;
        Ok(Declared::Nothing)
    }

    fn syntax(&mut self, index: usize, start: usize) -> Result<Declared, SchemaError> {
        if self.file.syntax.is_some() {
            return Err(self.reader.error_at("too many syntax definitions", start));
        }
        self.reader.require(b'=')?;
        if index != 0 {
            let message = "'syntax' element must be the first declaration in a file";
            return Err(self.reader.error_at(message, start));
        }
        let name = self.reader.quoted()?;
        self.file.syntax = Some(match name.as_str() {
            "proto2" => Syntax::Proto2,
            "proto3" => Syntax::Proto3,
            _ => return Err(self.reader.error_at(&format!("unexpected syntax: {name}"), start)),
        });
        self.reader.require(b';')?;
        Ok(Declared::Nothing)
    }

    fn span(&self, start: usize) -> Span {
        Span { start, end: self.reader.at() }
    }

    fn message(&mut self, start: usize, depth: usize) -> Result<Message, SchemaError> {
        let mut message = Message { name: self.reader.name()?.to_owned(), ..Message::default() };
        self.reader.require(b'{')?;
        while !self.reader.take_if(b'}')? {
            match self.declaration(Context::Message, depth + 1)? {
                Declared::Type(node) => message.types.push(node),
                Declared::Extend(extend) => message.extends.push(extend),
                Declared::Option(option) => message.options.push(option),
                Declared::Reserved(reserved) => message.reserved.push(reserved),
                Declared::Extensions(extensions) => message.extensions.push(extensions),
                Declared::Field(field) => message.fields.push(field),
                Declared::Group(group) => message.groups.push(group),
                Declared::Oneof(oneof) => message.oneofs.push(oneof),
                _ => {}
            }
        }
        message.span = self.span(start);
        Ok(message)
    }

    fn enumeration(&mut self, start: usize, depth: usize) -> Result<Enum, SchemaError> {
        let mut node = Enum { name: self.reader.name()?.to_owned(), ..Enum::default() };
        self.reader.require(b'{')?;
        while !self.reader.take_if(b'}')? {
            match self.declaration(Context::Enum, depth + 1)? {
                Declared::Constant(constant) => node.constants.push(constant),
                Declared::Option(option) => node.options.push(option),
                Declared::Reserved(reserved) => node.reserved.push(reserved),
                _ => {}
            }
        }
        node.span = self.span(start);
        Ok(node)
    }

    fn constant(&mut self, name: &str, start: usize, depth: usize) -> Result<EnumConstant, SchemaError> {
        self.reader.require(b'=')?;
        let number = self.reader.integer()?;
        let options = options::list(&mut self.reader, depth)?;
        self.reader.require(b';')?;
        self.reader.trailing_comment()?;
        Ok(EnumConstant { name: name.to_owned(), number, options, span: self.span(start) })
    }

    fn service(&mut self, start: usize, depth: usize) -> Result<Service, SchemaError> {
        let mut service = Service { name: self.reader.name()?.to_owned(), ..Service::default() };
        self.reader.require(b'{')?;
        while !self.reader.take_if(b'}')? {
            match self.declaration(Context::Service, depth + 1)? {
                Declared::Rpc(rpc) => service.rpcs.push(rpc),
                Declared::Option(option) => service.options.push(option),
                _ => {}
            }
        }
        service.span = self.span(start);
        Ok(service)
    }

    fn rpc(&mut self, start: usize, depth: usize) -> Result<Rpc, SchemaError> {
        let mut rpc = Rpc { name: self.reader.name()?.to_owned(), ..Rpc::default() };
        (rpc.request, rpc.request_stream) = self.rpc_type()?;
        if self.reader.word()? != "returns" {
            return Err(self.reader.error_at("expected 'returns'", start));
        }
        (rpc.response, rpc.response_stream) = self.rpc_type()?;
        if self.reader.take_if(b'{')? {
            while !self.reader.take_if(b'}')? {
                if let Declared::Option(option) = self.declaration(Context::Rpc, depth + 1)? {
                    rpc.options.push(option);
                }
            }
        } else {
            self.reader.require(b';')?;
        }
        rpc.span = self.span(start);
        Ok(rpc)
    }

    fn rpc_type(&mut self) -> Result<(String, bool), SchemaError> {
        self.reader.require(b'(')?;
        let word = self.reader.word()?;
        let stream = word == "stream";
        let name = if stream { self.reader.word()? } else { word };
        let name = self.reader.type_name(name)?.into_owned();
        self.reader.require(b')')?;
        Ok((name, stream))
    }

    fn extend(&mut self, start: usize, depth: usize) -> Result<Extend, SchemaError> {
        let mut extend = Extend { name: self.reader.name()?.to_owned(), ..Extend::default() };
        self.reader.require(b'{')?;
        while !self.reader.take_if(b'}')? {
            // The reference reads anything else here and forgets it, groups included.
            if let Declared::Field(field) = self.declaration(Context::Extend, depth + 1)? {
                extend.fields.push(field);
            }
        }
        extend.span = self.span(start);
        Ok(extend)
    }

    fn oneof(&mut self, start: usize, depth: usize) -> Result<Oneof, SchemaError> {
        let mut oneof = Oneof { name: self.reader.name()?.to_owned(), ..Oneof::default() };
        self.reader.require(b'{')?;
        while !self.reader.take_if(b'}')? {
            let start = self.reader.at();
            match self.reader.word()? {
                "group" => oneof.groups.push(self.group(None, start, depth + 1)?),
                "option" => {
                    oneof.options.push(options::option(&mut self.reader, b'=', depth)?);
                    self.reader.require(b';')?;
                }
                word => {
                    let kind = self.field_type(word)?;
                    oneof.fields.push(self.field(None, kind, start, depth)?);
                }
            }
        }
        oneof.span = self.span(start);
        Ok(oneof)
    }

    /// A field or group whose first word, label or type, is already read.
    fn labelled(&mut self, word: &str, start: usize, depth: usize) -> Result<Declared, SchemaError> {
        let label = match word {
            "required" if self.file.is_proto3() => {
                let message = "'required' label forbidden in proto3 field declarations";
                return Err(self.reader.error_at(message, start));
            }
            "required" => Some(Label::Required),
            "optional" => Some(Label::Optional),
            "repeated" => Some(Label::Repeated),
            "map" if self.reader.peek()? == b'<' => None,
            _ if self.file.is_proto3() => None,
            _ => return Err(self.reader.error_at(&format!("unexpected label: {word}"), start)),
        };
        let word = if label.is_some() { self.reader.word()? } else { word };
        if word == "group" {
            return Ok(Declared::Group(self.group(label, start, depth + 1)?));
        }
        let kind = self.field_type(word)?;
        if label.is_some() && matches!(kind, FieldType::Map(..)) {
            return Err(self.reader.error_at("'map' type cannot have label", start));
        }
        Ok(Declared::Field(self.field(label, kind, start, depth)?))
    }

    fn field_type(&mut self, word: &str) -> Result<FieldType, SchemaError> {
        if word != "map" {
            return Ok(FieldType::from_name(&self.reader.type_name(word)?));
        }
        self.reader.require_plainly(b'<')?;
        let start = self.reader.at();
        let key = self.reader.word()?;
        let scalar = Scalar::from_name(key).filter(|key| key.is_map_key());
        if scalar.is_none() && self.odd_key.is_none() {
            self.odd_key = Some(SchemaError::invalid_at(format!("non-scalar map key: {key}"), start));
        }
        self.reader.require_plainly(b',')?;
        let value = self.reader.word()?;
        let value = FieldType::from_name(&self.reader.type_name(value)?);
        self.reader.require_plainly(b'>')?;
        Ok(FieldType::Map(scalar.unwrap_or(Scalar::String), Box::new(value)))
    }

    fn field(
        &mut self,
        label: Option<Label>,
        kind: FieldType,
        start: usize,
        depth: usize,
    ) -> Result<Field, SchemaError> {
        let name = self.reader.field_name()?.to_owned();
        self.reader.require(b'=')?;
        let number = self.reader.integer()?;
        let mut options = options::list(&mut self.reader, depth)?;
        let default = strip(&mut options, "default");
        let json_name = strip(&mut options, "json_name");
        self.reader.require(b';')?;
        self.reader.trailing_comment()?;
        Ok(Field { label, kind, name, number, default, json_name, options, span: self.span(start) })
    }

    fn group(&mut self, label: Option<Label>, start: usize, depth: usize) -> Result<Group, SchemaError> {
        self.reader.check_depth(depth)?;
        let name = self.reader.name()?.to_owned();
        self.reader.require(b'=')?;
        let number = self.reader.integer()?;
        self.reader.require(b'{')?;
        let mut fields = Vec::new();
        while !self.reader.take_if(b'}')? {
            let start = self.reader.at();
            let word = self.reader.word()?;
            match self.labelled(word, start, depth + 1)? {
                Declared::Field(field) => fields.push(field),
                _ => return Err(self.reader.error("expected field declaration, was a group")),
            }
        }
        Ok(Group { label, name, number, fields, span: self.span(start) })
    }

    fn reserved(&mut self, start: usize) -> Result<Reserved, SchemaError> {
        let mut values = Vec::new();
        loop {
            values.push(match self.reader.peek()? {
                b'"' | b'\'' => ReservedValue::Name(self.reader.quoted()?),
                _ => ReservedValue::Range(self.range(start, b";,", "expected ',', ';', or 'to'")?),
            });
            match self.reader.take()? {
                b';' => break,
                b',' => {}
                _ => return Err(self.reader.error("expected ',' or ';'")),
            }
        }
        self.reader.trailing_comment()?;
        Ok(Reserved { values, span: self.span(start) })
    }

    fn extensions(&mut self, start: usize, depth: usize) -> Result<Extensions, SchemaError> {
        let mut ranges = Vec::new();
        loop {
            ranges.push(self.range(start, b";,[", "expected ',', ';', '[' or 'to'")?);
            match self.reader.peek()? {
                b',' => {
                    self.reader.take()?;
                }
                b';' | b'[' => break,
                _ => {
                    self.reader.take()?;
                    return Err(self.reader.error("expected ',' or ';'"));
                }
            }
        }
        let options = options::list(&mut self.reader, depth)?;
        self.reader.require(b';')?;
        Ok(Extensions { ranges, options, span: self.span(start) })
    }

    /// One number or a range of a statement that begins at `declared`.
    fn range(&mut self, declared: usize, ends: &[u8], expected: &str) -> Result<Range, SchemaError> {
        let start = self.reader.integer()?;
        if ends.contains(&self.reader.peek()?) {
            return Ok(Range { start, end: None });
        }
        if self.reader.word()? != "to" {
            return Err(self.reader.error_at(expected, declared));
        }
        let end = match self.reader.word()? {
            "max" => MAX_FIELD_NUMBER,
            // The bare words of Java's `Integer.parseInt`.
            word => word.parse().map_err(|_| {
                SchemaError::invalid_at(format!("For input string: \"{word}\""), self.reader.at())
            })?,
        };
        Ok(Range { start, end: Some(end) })
    }
}

/// Takes all options of a name out of a list; the last value wins, as text.
fn strip(options: &mut Vec<OptionNode>, name: &str) -> Option<String> {
    let mut found = None;
    options.retain(|option| {
        if option.name != name || option.parenthesized {
            return true;
        }
        match &option.value {
            OptionValue::String(text)
            | OptionValue::Bool(text)
            | OptionValue::Number(text)
            | OptionValue::Enum(text) => found = Some(text.clone()),
            // `default.x = 1` or an aggregate default is kept as an ordinary option.
            _ => return true,
        }
        false
    });
    found
}
