//! Members of a JSON object, written one after the other.
//!
//! Verdicts leave by the hundred thousand, and most of a verdict is names that are known to need no escapes: they are
//! copied, where the library looks at each of their bytes. Values are the library's.

use chancery_engine::tree::plain_length;
use serde::Serialize;

/// An object that is open; it is closed when this is dropped.
pub struct Members<'o>(&'o mut Vec<u8>);

impl<'o> Members<'o> {
    /// Opens an object behind what is written.
    pub fn open(output: &'o mut Vec<u8>) -> Self {
        output.push(b'{');
        Self(output)
    }

    /// Writes a member. The name holds nothing that needs an escape.
    pub fn put(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) {
        let output = self.name(name);
        serde_json::to_writer(output, value).expect("answers hold strings, numbers and lists");
    }

    /// Writes a member that is there.
    pub fn put_some(&mut self, name: &'static str, value: Option<&(impl Serialize + ?Sized)>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    /// Writes a member that is a text. One without anything to escape, as most are, is copied.
    pub fn put_text(&mut self, name: &'static str, text: &str) {
        if plain_length(text.as_bytes()) < text.len() {
            return self.put(name, text);
        }
        let output = self.name(name);
        output.push(b'"');
        output.extend_from_slice(text.as_bytes());
        output.push(b'"');
    }

    /// Writes a text that is there.
    pub fn put_some_text(&mut self, name: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.put_text(name, text);
        }
    }

    /// Writes a name and opens an object behind it.
    pub fn object(&mut self, name: &'static str) -> Members<'_> {
        Members::open(self.name(name))
    }

    /// Writes a list of which each item writes itself.
    pub fn list<T>(&mut self, name: &'static str, items: &[T], write: impl Fn(&T, &mut Vec<u8>)) {
        let output = self.name(name);
        output.push(b'[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                output.push(b',');
            }
            write(item, output);
        }
        output.push(b']');
    }

    fn name(&mut self, name: &'static str) -> &mut Vec<u8> {
        let start: &[u8] = if self.0.last() == Some(&b'{') { b"\"" } else { b",\"" };
        self.0.extend_from_slice(start);
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
        self.0
    }
}

impl Drop for Members<'_> {
    fn drop(&mut self) {
        self.0.push(b'}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_written_as_the_library_would() {
        let mut output = Vec::new();
        {
            let mut members = Members::open(&mut output);
            members.put_text("text", "a\"b\u{1}{");
            members.put_some_text("absent", None);
            members.put_some("number", Some(&-7));
            members.object("empty");
            let mut inner = members.object("inner");
            inner.put_some_text("word", Some("väl\u{7f}id"));
            drop(inner);
            members.list("list", &[1, 2], |item, output| Members::open(output).put("item", item));
            members.list("none", &[0; 0], |_, _| {});
        }
        let expected = r#"{"text":"a\"b\u0001{","number":-7,"empty":{},"inner":{"word":"välDELid"},"list":[{"item":1},{"item":2}],"none":[]}"#.replace("DEL", "\u{7f}");
        assert_eq!(String::from_utf8(output).expect("text"), expected);
    }
}
