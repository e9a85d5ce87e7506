//! Tolerant reading of JSON bodies, member by member.
//!
//! What clients send differs: unknown members are ignored, an explicit `null` equals absence at every level,
//! and a number or boolean where a string is expected is taken as its text. Any other wrong kind is a
//! [`BadJson`] that names the place (400). Nothing here recurses on input: nesting is bounded before parsing.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// Deeper bodies are refused; the reference's parser stops at the same depth.
const MAX_DEPTH: usize = 1000;

/// Why a body cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadJson {
    /// No body, or the literal `null`.
    #[error("the request body must not be null")]
    Missing,
    /// Not JSON, or a member of the wrong kind.
    #[error("{0}")]
    Malformed(String),
}

impl BadJson {
    fn malformed(message: impl Into<String>) -> Self {
        Self::Malformed(message.into())
    }
}

/// The members of one JSON object; the last of equal names counts.
#[derive(Clone, Debug)]
pub struct Object<'a> {
    path: String,
    members: BTreeMap<String, &'a RawValue>,
}

/// What stands under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Nothing.
    Absent,
    /// The literal `null`.
    Null,
    /// A value.
    Value,
}

/// Reads a body that must be a JSON object.
///
/// # Errors
/// [`BadJson::Missing`] for an empty body or `null`, else [`BadJson::Malformed`].
pub fn read_object(body: &[u8]) -> Result<Object<'_>, BadJson> {
    let text = std::str::from_utf8(body).map_err(|error| {
        BadJson::malformed(format!("the request body is not UTF-8 at byte {}", error.valid_up_to()))
    })?;
    let text = text.trim_start_matches('\u{feff}').trim_matches([' ', '\t', '\r', '\n']);
    if text.is_empty() || text == "null" {
        return Err(BadJson::Missing);
    }
    check_depth(text)?;
    let value: &RawValue =
        serde_json::from_str(text).map_err(|error| BadJson::malformed(error.to_string()))?;
    Object::read(String::new(), value)
}

/// Refuses nesting beyond [`MAX_DEPTH`]; one pass, nothing is built.
fn check_depth(text: &str) -> Result<(), BadJson> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(BadJson::malformed(format!(
                "the request body is nested deeper than {MAX_DEPTH} levels"
            )));
        }
    }
    Ok(())
}

impl<'a> Object<'a> {
    fn read(path: String, value: &'a RawValue) -> Result<Self, BadJson> {
        if !value.get().starts_with('{') {
            return Err(expected("an object", &path, value));
        }
        let members =
            serde_json::from_str(value.get()).map_err(|error| BadJson::malformed(error.to_string()))?;
        Ok(Self { path, members })
    }

    /// Whether a member is there, and whether it is `null`.
    pub fn presence(&self, name: &str) -> Presence {
        match self.members.get(name) {
            None => Presence::Absent,
            Some(value) if value.get() == "null" => Presence::Null,
            Some(_) => Presence::Value,
        }
    }

    /// The raw text of a member that is not `null`.
    pub fn raw(&self, name: &str) -> Option<&'a RawValue> {
        self.members.get(name).copied().filter(|value| value.get() != "null")
    }

    /// A string; numbers and booleans are taken as their text.
    pub fn text(&self, name: &str) -> Result<Option<String>, BadJson> {
        self.raw(name).map(|value| read_text(&self.place(name), value)).transpose()
    }

    /// A 32-bit integer.
    pub fn integer(&self, name: &str) -> Result<Option<i32>, BadJson> {
        let Some(value) = self.raw(name) else { return Ok(None) };
        match serde_json::from_str::<i32>(value.get()) {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(expected("a 32-bit integer", &self.place(name), value)),
        }
    }

    /// A boolean.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, BadJson> {
        match self.raw(name) {
            None => Ok(None),
            Some(value) => match value.get() {
                "true" => Ok(Some(true)),
                "false" => Ok(Some(false)),
                _ => Err(expected("a boolean", &self.place(name), value)),
            },
        }
    }

    /// An object.
    pub fn object(&self, name: &str) -> Result<Option<Object<'a>>, BadJson> {
        self.raw(name).map(|value| Self::read(self.place(name), value)).transpose()
    }

    /// A list of objects; `null` entries are skipped.
    pub fn objects(&self, name: &str) -> Result<Option<Vec<Object<'a>>>, BadJson> {
        self.list(name, Self::read)
    }

    /// A list of strings; `null` entries are skipped.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<String>>, BadJson> {
        self.list(name, |path, value| read_text(&path, value))
    }

    /// A list whose entries are read one by one, `null` included.
    pub fn raws(&self, name: &str) -> Result<Option<Vec<&'a RawValue>>, BadJson> {
        let read = |value: &'a RawValue| {
            serde_json::from_str(value.get()).map_err(|_| expected("an array", &self.place(name), value))
        };
        self.raw(name).map(read).transpose()
    }

    /// A list read entry by entry.
    pub fn list<T>(
        &self,
        name: &str,
        read: impl Fn(String, &'a RawValue) -> Result<T, BadJson>,
    ) -> Result<Option<Vec<T>>, BadJson> {
        let Some(value) = self.raw(name) else { return Ok(None) };
        let entries: Vec<&'a RawValue> =
            serde_json::from_str(value.get()).map_err(|_| expected("an array", &self.place(name), value))?;
        let entries = entries.into_iter().enumerate().filter(|(_, entry)| entry.get() != "null");
        entries
            .map(|(index, entry)| read(format!("{}[{index}]", self.place(name)), entry))
            .collect::<Result<Vec<_>, _>>()
            .map(Some)
    }

    /// A map of strings; `null` values are skipped.
    pub fn text_map(&self, name: &str) -> Result<Option<BTreeMap<String, String>>, BadJson> {
        let Some(object) = self.object(name)? else { return Ok(None) };
        let names = object.members.keys();
        let pairs = names.map(|name| Ok(object.text(name)?.map(|text| (name.clone(), text))));
        Ok(Some(pairs.collect::<Result<Vec<_>, BadJson>>()?.into_iter().flatten().collect()))
    }

    /// Names of all members.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// A member whose text names no value that is known there.
    pub fn unknown_name(&self, name: &str, known: &str) -> BadJson {
        BadJson::malformed(format!("`{}` must be one of {known}", self.place(name)))
    }

    fn place(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

fn read_text(path: &str, value: &RawValue) -> Result<String, BadJson> {
    match value.get().as_bytes().first() {
        Some(b'"') => serde_json::from_str(value.get())
            .map_err(|error| BadJson::malformed(format!("`{path}`: {error}"))),
        Some(b'{' | b'[') | None => Err(expected("a string", path, value)),
        Some(_) => Ok(value.get().to_owned()),
    }
}

fn expected(what: &str, path: &str, value: &RawValue) -> BadJson {
    let found = match value.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    };
    let place = if path.is_empty() { "the request body" } else { path };
    BadJson::malformed(format!("expected {what} at `{place}`, found {found}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &str) -> Object<'_> {
        read_object(text.as_bytes()).expect("an object")
    }

    #[test]
    fn scalars_are_taken_as_text_where_text_is_expected() {
        let body = object(r#"{"a":"x","b":1.50,"c":true,"d":null,"e":{"f":1}}"#);
        assert_eq!(body.text("a"), Ok(Some("x".to_owned())));
        assert_eq!(body.text("b"), Ok(Some("1.50".to_owned())));
        assert_eq!(body.text("c"), Ok(Some("true".to_owned())));
        assert_eq!(body.text("d"), Ok(None));
        assert_eq!(body.text("missing"), Ok(None));
        assert!(matches!(body.text("e"), Err(BadJson::Malformed(message)) if message.contains("`e`")));
    }

    #[test]
    fn wrong_kinds_name_their_place() {
        let body = object(r#"{"references":[{"version":"one"}],"flag":"true","list":{}}"#);
        let references = body.objects("references").expect("a list").expect("present");
        let error = references[0].integer("version").expect_err("a text");
        assert_eq!(error.to_string(), "expected a 32-bit integer at `references[0].version`, found a string");
        assert!(body.flag("flag").is_err());
        assert!(body.objects("list").is_err());
    }

    #[test]
    fn nulls_inside_lists_and_maps_are_skipped() {
        let body = object(r#"{"list":["a",null,2],"map":{"k":"v","n":null},"objects":[null,{}]}"#);
        assert_eq!(body.texts("list"), Ok(Some(vec!["a".to_owned(), "2".to_owned()])));
        assert_eq!(body.text_map("map").expect("a map").expect("present").len(), 1);
        assert_eq!(body.objects("objects").expect("a list").expect("present").len(), 1);
    }

    #[test]
    fn absence_null_and_value_are_told_apart() {
        let body = object(r#"{"a":null,"b":1}"#);
        assert_eq!(
            ["a", "b", "c"].map(|name| body.presence(name)),
            [Presence::Null, Presence::Value, Presence::Absent]
        );
    }

    #[test]
    fn bodies_that_are_no_objects_are_refused() {
        for text in ["", "  \n", "null", " null "] {
            assert_eq!(read_object(text.as_bytes()).err(), Some(BadJson::Missing), "{text:?}");
        }
        for text in ["[]", "1", "\"x\"", "{", "{\"a\":1,}", "{} {}", "nul", "{\"a\":\"\u{1}\"}"] {
            assert!(matches!(read_object(text.as_bytes()), Err(BadJson::Malformed(_))), "{text:?}");
        }
        assert!(matches!(read_object(b"{\"a\":\"\xff\"}"), Err(BadJson::Malformed(_))));
        assert!(read_object("\u{feff}{}".as_bytes()).is_ok());
    }

    #[test]
    fn deep_bodies_are_refused_without_recursion() {
        let deep = format!("{{\"x\":{}{}}}", "[".repeat(200_000), "]".repeat(200_000));
        assert!(matches!(read_object(deep.as_bytes()), Err(BadJson::Malformed(_))));
        let brackets_in_a_string = format!("{{\"x\":\"{}\\\"\"}}", "[".repeat(5000));
        assert!(read_object(brackets_in_a_string.as_bytes()).is_ok());
    }
}
