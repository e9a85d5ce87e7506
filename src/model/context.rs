//! Contexts: namespaces for ids and subjects.

use std::fmt;
use std::sync::{Arc, LazyLock};

/// Stands for every context where a prefix of names is asked for.
const WILDCARD: &str = ":*:";

/// Name of a context: `.` for the default one, else a name that starts with `.`, such as `.dr`. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContextName(Arc<str>);

/// A context name with an inner colon (the reference answers 400).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Context name '{0}' cannot contain a colon")]
pub struct InvalidContext(pub String);

impl Default for ContextName {
    fn default() -> Self {
        static DEFAULT: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from("."));
        Self(Arc::clone(&DEFAULT))
    }
}

impl ContextName {
    /// The context that holds config and mode defaults of all contexts.
    pub const GLOBAL: &'static str = ".__GLOBAL";

    /// Reads the context of a URL segment: `.ctx`, `ctx` or `:.ctx:`; `.` and `:.:` are the default context. The
    /// wildcard of prefixes, `:*:`, is no context.
    ///
    /// # Errors
    /// [`InvalidContext`] when a colon remains inside.
    pub fn from_segment(text: &str) -> Result<Self, InvalidContext> {
        let inner = text.strip_prefix(':').unwrap_or(text);
        let inner = inner.strip_suffix(':').unwrap_or(inner);
        if inner.contains(':') || text == WILDCARD {
            return Err(InvalidContext(text.to_owned()));
        }
        Ok(Self::from_stored(inner))
    }

    /// A name as it is stored; a missing leading dot is added.
    pub fn from_stored(name: &str) -> Self {
        match name {
            "." | "" => Self::default(),
            dotted if dotted.starts_with('.') => Self(Arc::from(dotted)),
            bare => Self(Arc::from(format!(".{bare}"))),
        }
    }

    /// `.` or `.ctx`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the default context.
    pub fn is_default(&self) -> bool {
        &*self.0 == "."
    }

    /// Whether this is the context of the global defaults.
    pub fn is_global(&self) -> bool {
        &*self.0 == Self::GLOBAL
    }

    /// The prefix of subject names: empty for the default context, else `:.ctx:`.
    pub fn prefix(&self) -> String {
        if self.is_default() { String::new() } else { format!(":{}:", self.0) }
    }
}

impl fmt::Display for ContextName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
