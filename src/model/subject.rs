//! Subjects: names under which versions are registered.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::ContextName;

/// A subject name in its context. The empty name stands for the context itself
/// (its config and mode), as `:.ctx:` does in the API. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subject {
    /// The context.
    pub context: ContextName,
    /// The name without context; any characters except ISO controls.
    pub name: Arc<str>,
}

impl Subject {
    /// Reads `name`, `:.ctx:name` or `:.ctx:`; `:.ctx` without the last colon is the same context. Other texts
    /// that start with `:` are plain names.
    pub fn parse(qualified: &str) -> Self {
        Self::parse_in(&ContextName::default(), qualified)
    }

    /// Like [`Subject::parse`], with the context of unqualified names given (`/contexts/{ctx}/…`, references).
    pub fn parse_in(context: &ContextName, text: &str) -> Self {
        let mut text = text;
        // `:.:name` is `name`, also where that brings a context of its own: names are shown without the former.
        while let Some(rest) = text.strip_prefix(":.:").filter(|rest| rest.starts_with(":.")) {
            text = rest;
        }
        if let Some(rest) = text.strip_prefix(":.") {
            let (inner, name) = rest.split_once(':').unwrap_or((rest, ""));
            return Self { context: ContextName::from_stored(&format!(".{inner}")), name: Arc::from(name) };
        }
        Self { context: context.clone(), name: Arc::from(text) }
    }

    /// The context itself.
    pub fn of_context(context: ContextName) -> Self {
        Self { context, name: Arc::default() }
    }

    /// The name as the API shows it: plain in the default context, else `:.ctx:name`.
    pub fn qualified(&self) -> String {
        self.shown().into_owned()
    }

    /// The same, copied only where there is a context to name.
    pub fn shown(&self) -> Cow<'_, str> {
        if self.context.is_default() {
            Cow::Borrowed(&self.name)
        } else {
            Cow::Owned(format!("{}{}", self.context.prefix(), self.name))
        }
    }

    /// Whether this names a whole context.
    pub fn is_context(&self) -> bool {
        self.name.is_empty()
    }

    /// Whether config and mode may be set and schemas registered under this name: no ISO control
    /// characters (in the context neither), not `__GLOBAL` or `__EMPTY`.
    pub fn is_valid(&self) -> bool {
        let mut chars = self.context.as_str().chars().chain(self.name.chars());
        !chars.any(char::is_control) && !matches!(&*self.name, "__GLOBAL" | "__EMPTY")
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.context.prefix(), self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualified_names_are_read_and_shown() {
        for (text, context, name, shown) in [
            ("orders", ".", "orders", "orders"),
            (":.dr:orders", ".dr", "orders", ":.dr:orders"),
            (":.:orders", ".", "orders", "orders"),
            (":.::.dr:orders", ".dr", "orders", ":.dr:orders"),
            (":.::.:orders", ".", "orders", "orders"),
            (":.dr::.:orders", ".dr", ":.:orders", ":.dr::.:orders"),
            (":.::x", ".", ":x", ":x"),
            (":.dr:", ".dr", "", ":.dr:"),
            (":.dr", ".dr", "", ":.dr:"),
            (":.dr:a:b", ".dr", "a:b", ":.dr:a:b"),
            (":plain", ".", ":plain", ":plain"),
            ("a/b c", ".", "a/b c", "a/b c"),
        ] {
            let subject = Subject::parse(text);
            assert_eq!((subject.context.as_str(), &*subject.name), (context, name), "{text}");
            assert_eq!(subject.qualified(), shown, "{text}");
        }
    }
}
