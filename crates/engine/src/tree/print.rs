//! Compact JSON text of a tree: no white space, members in order, non-ASCII unescaped.
//!
//! Escapes follow the reference's serializer (Jackson): `\"`, `\\`, `\b \f \n \r \t`, other control
//! characters as `\u00XX` with upper-case digits; `/` and non-ASCII stay as they are.

use std::borrow::Cow;
use std::fmt::Write;

use super::{Node, Value};
use crate::depth::with_room;

/// How a number's text is written.
pub type NumberStyle = fn(&str) -> Cow<'_, str>;

/// Compact text of a node.
pub fn print(node: &Node, numbers: NumberStyle) -> String {
    let mut out = String::new();
    write_node(node, numbers, &mut out);
    out
}

fn write_node(node: &Node, numbers: NumberStyle, out: &mut String) {
    match &node.value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(text) => out.push_str(&numbers(text)),
        Value::String(text) => quote(text, out),
        Value::Array(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                with_room(|| write_node(item, numbers, out));
            }
            out.push(']');
        }
        Value::Object(object) => {
            out.push('{');
            for (position, (name, member)) in object.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                quote(name, out);
                out.push(':');
                with_room(|| write_node(member, numbers, out));
            }
            out.push('}');
        }
    }
}

/// Appends a JSON string literal.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if (control as u32) < 0x20 => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04X}", control as u32);
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
