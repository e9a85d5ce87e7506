//! Which draft a schema is written in, as the reference decides it.
//!
//! `$schema` is read at the root only. Without one, or with one that is not known, draft-07 applies;
//! 2019-09 documents are read with the rules of 2020-12.

use crate::SchemaError;
use crate::tree::Node;

/// A draft the reference tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Draft {
    /// draft-04.
    Draft4,
    /// draft-06.
    Draft6,
    /// draft-07, also for schemas that name no draft or one that is not known.
    Draft7,
    /// 2019-09.
    Draft201909,
    /// 2020-12.
    Draft202012,
}

impl Draft {
    /// The draft of a `$schema` value; `None` when the value is not known.
    fn from_uri(uri: &str) -> Option<Self> {
        let uri = uri.strip_suffix('#').unwrap_or(uri);
        let path = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://"))?;
        Some(match path {
            "json-schema.org/draft-04/schema" | "json-schema.org/schema" => Self::Draft4,
            "json-schema.org/draft-06/schema" => Self::Draft6,
            "json-schema.org/draft-07/schema" => Self::Draft7,
            "json-schema.org/draft/2019-09/schema" => Self::Draft201909,
            "json-schema.org/draft/2020-12/schema" => Self::Draft202012,
            _ => return None,
        })
    }

    /// The draft a document names, if it names one that is known.
    ///
    /// # Errors
    /// [`SchemaError::Invalid`] when `$schema` is not a string.
    pub(super) fn find(root: &Node) -> Result<Option<Self>, SchemaError> {
        match root.get("$schema") {
            None => Ok(None),
            Some(node) => match node.as_str() {
                Some(uri) => Ok(Self::from_uri(uri)),
                None => Err(SchemaError::invalid_at("`$schema` must be a string", node.offset)),
            },
        }
    }

    /// The draft that a document is read in.
    pub(crate) fn of_text(root: &Node) -> Self {
        Self::find(root).ok().flatten().unwrap_or(Self::Draft7)
    }

    /// Whether documents are read with the keywords of 2019-09 and later.
    pub fn is_modern(self) -> bool {
        self >= Self::Draft201909
    }

    /// The keyword that names a schema.
    pub(crate) fn id_keyword(self) -> &'static str {
        if self == Self::Draft4 { "id" } else { "$id" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_trailing_hash_and_the_scheme_do_not_matter() {
        for (uri, expected) in [
            ("http://json-schema.org/draft-04/schema#", Some(Draft::Draft4)),
            ("https://json-schema.org/schema", Some(Draft::Draft4)),
            ("http://json-schema.org/draft-06/schema", Some(Draft::Draft6)),
            ("https://json-schema.org/draft-07/schema#", Some(Draft::Draft7)),
            ("http://json-schema.org/draft/2019-09/schema", Some(Draft::Draft201909)),
            ("https://json-schema.org/draft/2020-12/schema#", Some(Draft::Draft202012)),
            ("https://json-schema.org/draft/2020-12/schema##", None),
            ("http://json-schema.org/draft-03/schema#", None),
            ("urn:mine", None),
        ] {
            assert_eq!(Draft::from_uri(uri), expected, "{uri}");
        }
    }
}
