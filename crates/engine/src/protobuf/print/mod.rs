//! The text of a syntax tree, as Confluent Schema Registry prints it.
//!
//! Two blanks a level. Messages come before enums; inside a message each group of declarations stands in
//! a fixed order and is set off by a line break. Blank lines inside nested blocks carry the indentation of
//! their level, because the reference indents whole blocks line by line. Printing what was parsed from a
//! printed text gives the same text.

use std::fmt::Write as _;

use super::ast::{
    Enum, EnumConstant, Extend, Extensions, Field, FieldType, File, Group, MAX_FIELD_NUMBER, Message, Oneof,
    OptionNode, OptionValue, Range, Reserved, ReservedValue, Rpc, Scalar, Service, Syntax, TypeNode, enums,
    messages,
};

/// Prints a file.
pub(super) fn print(file: &File) -> String {
    let mut printer = Printer { out: String::new(), depth: 0 };
    printer.file(file);
    printer.out
}

struct Printer {
    out: String,
    depth: usize,
}

impl Printer {
    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
    }

    fn line(&mut self, text: &str) {
        self.indent();
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// Ends the line of the header before the first group of declarations, sets off every later one.
    fn group_break(&mut self, first: &mut bool) {
        if !std::mem::take(first) {
            self.indent();
        }
        self.out.push('\n');
    }

    /// A header with `{`, groups of declarations and `}`.
    fn block(&mut self, header: &str, body: impl FnOnce(&mut Self, &mut bool)) {
        self.indent();
        self.out.push_str(header);
        self.out.push_str(" {");
        let mut first = true;
        body(self, &mut first);
        if !first {
            self.indent();
        }
        self.out.push_str("}\n");
    }

    /// One group of declarations of a block, one level deeper; nothing when there are none.
    fn group<T>(&mut self, first: &mut bool, items: &[T], print: impl FnMut(&mut Self, &T)) {
        if !items.is_empty() {
            self.group_break(first);
            self.items(items, print);
        }
    }

    fn items<T>(&mut self, items: &[T], mut print: impl FnMut(&mut Self, &T)) {
        self.depth += 1;
        for item in items {
            print(self, item);
        }
        self.depth -= 1;
    }

    fn file(&mut self, file: &File) {
        match file.syntax {
            Some(Syntax::Proto2) => self.line("syntax = \"proto2\";"),
            Some(Syntax::Proto3) => self.line("syntax = \"proto3\";"),
            None => {}
        }
        if let Some(package) = &file.package {
            self.line(&format!("package {package};"));
        }
        self.file_group(file.imports.len() + file.public_imports.len());
        for path in &file.imports {
            self.line(&format!("import {};", quoted(path)));
        }
        for path in &file.public_imports {
            self.line(&format!("import public {};", quoted(path)));
        }
        self.file_group(file.options.len());
        file.options.iter().for_each(|option| self.option_statement(option));
        self.file_group(file.types.len());
        self.types(&file.types);
        self.file_group(file.extends.len());
        file.extends.iter().for_each(|extend| self.extend(extend));
        self.file_group(file.services.len());
        file.services.iter().for_each(|service| self.service(service));
    }

    fn file_group(&mut self, items: usize) {
        if items > 0 {
            self.out.push('\n');
        }
    }

    fn types(&mut self, types: &[TypeNode]) {
        messages(types).for_each(|message| self.message(message));
        enums(types).for_each(|node| self.enumeration(node));
    }

    fn message(&mut self, message: &Message) {
        self.block(&format!("message {}", message.name), |printer, first| {
            printer.group(first, &message.reserved, Self::reserved);
            printer.group(first, &message.options, Self::option_statement);
            printer.group(first, &message.fields, Self::field);
            printer.group(first, &message.oneofs, Self::oneof);
            printer.group(first, &message.groups, Self::proto2_group);
            printer.group(first, &message.extensions, Self::extensions);
            printer.group(first, &message.extends, Self::extend);
            if !message.types.is_empty() {
                printer.group_break(first);
                printer.depth += 1;
                printer.types(&message.types);
                printer.depth -= 1;
            }
        });
    }

    fn enumeration(&mut self, node: &Enum) {
        self.block(&format!("enum {}", node.name), |printer, first| {
            // An enum has no blank lines between its groups.
            if node.reserved.is_empty() && node.options.is_empty() && node.constants.is_empty() {
                return;
            }
            printer.group_break(first);
            printer.items(&node.reserved, Self::reserved);
            printer.items(&node.options, Self::option_statement);
            printer.items(&node.constants, Self::constant);
        });
    }

    fn constant(&mut self, constant: &EnumConstant) {
        self.indent();
        let _ = write!(self.out, "{} = {}", constant.name, constant.number);
        self.option_list(&constant.options);
        self.out.push_str(";\n");
    }

    fn field(&mut self, field: &Field) {
        self.indent();
        if let Some(label) = field.label {
            self.out.push_str(label.keyword());
            self.out.push(' ');
        }
        let _ = write!(self.out, "{} {} = {}", field.kind, field.name, field.number);
        if field.default.is_none() && field.json_name.is_none() {
            self.option_list(&field.options);
        } else {
            let mut options = field.options.clone();
            options.extend(
                field.default.as_ref().map(|text| plain("default", default_value(&field.kind, text))),
            );
            options.extend(field.json_name.clone().map(|text| plain("json_name", OptionValue::String(text))));
            self.option_list(&options);
        }
        self.out.push_str(";\n");
    }

    fn oneof(&mut self, oneof: &Oneof) {
        self.block(&format!("oneof {}", oneof.name), |printer, first| {
            printer.group(first, &oneof.options, Self::option_statement);
            printer.group(first, &oneof.fields, Self::field);
            printer.group(first, &oneof.groups, Self::proto2_group);
        });
    }

    fn proto2_group(&mut self, group: &Group) {
        let label = group.label.map_or(String::new(), |label| format!("{} ", label.keyword()));
        self.block(&format!("{label}group {} = {}", group.name, group.number), |printer, first| {
            printer.group(first, &group.fields, Self::field);
        });
    }

    fn extend(&mut self, extend: &Extend) {
        self.block(&format!("extend {}", extend.name), |printer, first| {
            printer.group(first, &extend.fields, Self::field);
        });
    }

    fn reserved(&mut self, reserved: &Reserved) {
        let values: Vec<_> = reserved
            .values
            .iter()
            .map(|value| match value {
                ReservedValue::Name(name) => quoted(name),
                ReservedValue::Range(range) => range_text(*range),
            })
            .collect();
        self.line(&format!("reserved {};", values.join(", ")));
    }

    fn extensions(&mut self, extensions: &Extensions) {
        let ranges: Vec<_> = extensions.ranges.iter().copied().map(range_text).collect();
        self.indent();
        let _ = write!(self.out, "extensions {}", ranges.join(", "));
        self.option_list(&extensions.options);
        self.out.push_str(";\n");
    }

    fn service(&mut self, service: &Service) {
        self.block(&format!("service {}", service.name), |printer, first| {
            printer.group(first, &service.options, Self::option_statement);
            printer.group(first, &service.rpcs, Self::rpc);
        });
    }

    fn rpc(&mut self, rpc: &Rpc) {
        let stream = |stream: bool| if stream { "stream " } else { "" };
        self.indent();
        let _ = write!(
            self.out,
            "rpc {} ({}{}) returns ({}{})",
            rpc.name,
            stream(rpc.request_stream),
            rpc.request,
            stream(rpc.response_stream),
            rpc.response
        );
        if !rpc.options.is_empty() {
            self.out.push_str(" {\n");
            self.items(&rpc.options, Self::option_statement);
            self.indent();
            self.out.push('}');
        }
        self.out.push_str(";\n");
    }

    fn option_statement(&mut self, option: &OptionNode) {
        self.indent();
        self.out.push_str("option ");
        self.option(option);
        self.out.push_str(";\n");
    }

    /// ` [a = 1]`, or one option a line when there are several.
    fn option_list(&mut self, options: &[OptionNode]) {
        match options {
            [] => {}
            [option] => {
                self.out.push_str(" [");
                self.option(option);
                self.out.push(']');
            }
            options => {
                self.out.push_str(" [\n");
                self.lines(options, Self::option);
                self.out.push(']');
            }
        }
    }

    /// One item a line, one level deeper, commas between; ends with the indentation of this level.
    fn lines<T>(&mut self, items: &[T], mut print: impl FnMut(&mut Self, &T)) {
        self.depth += 1;
        for (position, item) in items.iter().enumerate() {
            self.indent();
            print(self, item);
            self.out.push_str(if position + 1 < items.len() { ",\n" } else { "\n" });
        }
        self.depth -= 1;
        self.indent();
    }

    fn option(&mut self, option: &OptionNode) {
        if option.parenthesized {
            let _ = write!(self.out, "({})", option.name);
        } else {
            self.out.push_str(&option.name);
        }
        match &option.value {
            OptionValue::Option(nested) => {
                self.out.push('.');
                self.option(nested);
            }
            value => {
                self.out.push_str(" = ");
                self.value(value);
            }
        }
    }

    fn value(&mut self, value: &OptionValue) {
        match value {
            OptionValue::String(text) => self.out.push_str(&quoted(text)),
            OptionValue::Bool(text) | OptionValue::Number(text) | OptionValue::Enum(text) => {
                self.out.push_str(text);
            }
            OptionValue::Option(nested) => self.option(nested),
            OptionValue::Map(entries) => {
                self.out.push_str("{\n");
                self.lines(entries, |printer, (key, value)| {
                    printer.out.push_str(key);
                    printer.out.push_str(": ");
                    printer.value(value);
                });
                self.out.push('}');
            }
            OptionValue::List(items) => {
                self.out.push_str("[\n");
                self.lines(items, Self::value);
                self.out.push(']');
            }
        }
    }
}

fn plain(name: &str, value: OptionValue) -> OptionNode {
    OptionNode { name: name.to_owned(), parenthesized: false, value, span: super::ast::Span::default() }
}

/// A default is kept as bare text; whether it is printed with quotes follows from the field's type.
fn default_value(kind: &FieldType, text: &str) -> OptionValue {
    match kind {
        FieldType::Scalar(Scalar::String | Scalar::Bytes) => OptionValue::String(text.to_owned()),
        _ => OptionValue::Enum(text.to_owned()),
    }
}

fn range_text(range: Range) -> String {
    match range.end {
        None => range.start.to_string(),
        Some(end) if end >= MAX_FIELD_NUMBER => format!("{} to max", range.start),
        Some(end) => format!("{} to {end}", range.start),
    }
}

/// A string literal with the escapes that the reference writes; other characters stay as they are.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '"' => out.push_str("\\\""),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests;
