//! Options: `name = value` statements, `[…]` lists behind fields, aggregates.

use std::collections::HashMap;

use super::reader::Reader;
use crate::SchemaError;
use crate::protobuf::ast::{OptionNode, OptionValue, Span};

/// Reads `[a = 1, (b).c = 2]`, or nothing.
pub(super) fn list(reader: &mut Reader<'_>, depth: usize) -> Result<Vec<OptionNode>, SchemaError> {
    let mut options = Vec::new();
    if !reader.take_if(b'[')? {
        return Ok(options);
    }
    loop {
        options.push(option(reader, b'=', depth)?);
        if reader.take_if(b']')? {
            return Ok(options);
        }
        if !reader.take_if(b',')? {
            // Without the closing quote: the reference's words.
            return Err(reader.error("Expected ',' or ']"));
        }
    }
}

/// Reads one option up to the end of its value.
pub(super) fn option(
    reader: &mut Reader<'_>,
    separator: u8,
    depth: usize,
) -> Result<OptionNode, SchemaError> {
    let first = reader.peek()?;
    let start = reader.at();
    let parenthesized = first == b'(';
    let mut name = reader.name()?.to_owned();
    if first == b'[' {
        name = format!("[{name}]");
    }
    let path = sub_names(reader)?;
    // In the text format an aggregate value may follow its key without a colon.
    let colon_omitted = separator == b':' && reader.peek()? == b'{';
    if !colon_omitted && reader.take()? != separator {
        return Err(reader.error(&format!("expected '{}' in option", separator as char)));
    }
    reader.check_depth(depth + path.len())?;
    let mut value = value(reader, depth + 1)?;
    let span = Span { start, end: reader.at() };
    for part in path.into_iter().rev() {
        let parenthesized = part.starts_with('(');
        let name = part.trim_start_matches('(').trim_end_matches(')').to_owned();
        value = OptionValue::Option(Box::new(OptionNode { name, parenthesized, value, span }));
    }
    Ok(OptionNode { name, parenthesized, value, span })
}

/// The part of a name behind the first wrapped word: `.c.d`, `.(e.f).g`.
fn sub_names(reader: &mut Reader<'_>) -> Result<Vec<String>, SchemaError> {
    let mut names = Vec::new();
    while reader.peek()? == b'.' {
        reader.take()?;
        if reader.peek()? == b'(' {
            names.push(format!("({})", reader.name()?));
        } else {
            names.extend(reader.name()?.split('.').map(str::to_owned));
        }
    }
    Ok(names)
}

fn value(reader: &mut Reader<'_>, depth: usize) -> Result<OptionValue, SchemaError> {
    reader.check_depth(depth)?;
    Ok(match reader.peek()? {
        b'{' => aggregate(reader, depth)?,
        b'[' => values(reader, depth)?,
        b'"' | b'\'' => OptionValue::String(reader.quoted()?),
        b'0'..=b'9' | b'-' => OptionValue::Number(reader.word()?.to_owned()),
        _ => match reader.word()? {
            word @ ("true" | "false") => OptionValue::Bool(word.to_owned()),
            word => OptionValue::Enum(word.to_owned()),
        },
    })
}

fn values(reader: &mut Reader<'_>, depth: usize) -> Result<OptionValue, SchemaError> {
    reader.require(b'[')?;
    let mut items = Vec::new();
    loop {
        if reader.take_if(b']')? {
            return Ok(OptionValue::List(items));
        }
        items.push(value(reader, depth + 1)?);
        if !reader.take_if(b',')? && reader.peek()? != b']' {
            return Err(reader.error("expected ',' or ']'"));
        }
    }
}

fn aggregate(reader: &mut Reader<'_>, depth: usize) -> Result<OptionValue, SchemaError> {
    reader.require(b'{')?;
    let mut aggregate = Aggregate::default();
    loop {
        if reader.take_if(b'}')? {
            return Ok(aggregate.into_value());
        }
        let option = option(reader, b':', depth)?;
        aggregate.put(option.name, option.value);
        if !reader.take_if(b',')? {
            reader.take_if(b';')?;
        }
    }
}

/// An aggregate under construction; the map keeps wide ones linear.
#[derive(Default)]
struct Aggregate {
    entries: Vec<(String, Entry)>,
    positions: HashMap<String, usize>,
}

enum Entry {
    Value(OptionValue),
    Dotted(Aggregate),
}

impl Aggregate {
    /// Adds a value: a repeated key makes a list, `a.b: 1` an inner aggregate.
    fn put(&mut self, name: String, value: OptionValue) {
        let entry = match self.positions.get(&name) {
            Some(position) => &mut self.entries[*position].1,
            None => {
                let entry = match value {
                    OptionValue::Option(nested) => {
                        let mut inner = Self::default();
                        inner.put(nested.name, nested.value);
                        Entry::Dotted(inner)
                    }
                    value => Entry::Value(value),
                };
                self.positions.insert(name.clone(), self.entries.len());
                self.entries.push((name, entry));
                return;
            }
        };
        match (entry, value) {
            (Entry::Dotted(inner), OptionValue::Option(nested)) => inner.put(nested.name, nested.value),
            (Entry::Value(OptionValue::List(items)), OptionValue::List(more)) => items.extend(more),
            (Entry::Value(OptionValue::List(items)), value) => items.push(value),
            (entry, value) => {
                let first = std::mem::replace(entry, Entry::Value(OptionValue::Bool(String::new())));
                let mut items = vec![first.into_value()];
                match value {
                    OptionValue::List(more) => items.extend(more),
                    value => items.push(value),
                }
                *entry = Entry::Value(OptionValue::List(items));
            }
        }
    }

    fn into_value(self) -> OptionValue {
        OptionValue::Map(self.entries.into_iter().map(|(name, entry)| (name, entry.into_value())).collect())
    }
}

impl Entry {
    fn into_value(self) -> OptionValue {
        match self {
            Self::Value(OptionValue::Option(nested)) => OptionValue::Map(vec![(nested.name, nested.value)]),
            Self::Value(value) => value,
            Self::Dotted(inner) => inner.into_value(),
        }
    }
}
