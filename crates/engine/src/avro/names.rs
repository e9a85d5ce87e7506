//! Full names of Avro types and what a name may look like.
//!
//! Source: "Names" of the Avro 1.12 specification. A new schema keeps to its ASCII rule; a stored schema may
//! carry letters and digits of any script, because earlier registries accepted them.

use crate::{SchemaError, Strictness};

/// The eight primitive types, in the order of the specification.
pub(crate) const PRIMITIVES: [(Primitive, &str); 8] = [
    (Primitive::Null, "null"),
    (Primitive::Boolean, "boolean"),
    (Primitive::Int, "int"),
    (Primitive::Long, "long"),
    (Primitive::Float, "float"),
    (Primitive::Double, "double"),
    (Primitive::Bytes, "bytes"),
    (Primitive::String, "string"),
];

/// Type words that are not primitives; a simple name equal to one is printed with its namespace.
const COMPLEX: [&str; 6] = ["record", "enum", "array", "map", "union", "fixed"];

/// A type without parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Primitive {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
}

impl Primitive {
    /// The primitive of a type word.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        PRIMITIVES.iter().find(|(_, known)| *known == word).map(|(primitive, _)| *primitive)
    }

    /// The type word.
    pub(crate) fn word(self) -> &'static str {
        PRIMITIVES[self as usize].1
    }
}

/// A full name: namespace and simple name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name {
    full: String,
    /// Where the simple name starts; 0 without namespace.
    simple_at: usize,
}

impl Name {
    /// The name that `text` spells inside a namespace; a dot in it overrides the namespace, and an empty
    /// namespace is none.
    pub(crate) fn new(text: &str, enclosing: Option<&str>) -> Self {
        let (space, simple) = match text.rsplit_once('.') {
            Some((space, simple)) => (Some(space), simple),
            None => (enclosing, text),
        };
        match space.filter(|space| !space.is_empty()) {
            None => Self { full: simple.to_owned(), simple_at: 0 },
            Some(space) => Self { full: format!("{space}.{simple}"), simple_at: space.len() + 1 },
        }
    }

    /// Namespace and simple name.
    pub(crate) fn full(&self) -> &str {
        &self.full
    }

    /// The part after the last dot.
    pub(crate) fn simple(&self) -> &str {
        &self.full[self.simple_at..]
    }

    /// The part before the last dot.
    pub(crate) fn space(&self) -> Option<&str> {
        self.simple_at.checked_sub(1).map(|end| &self.full[..end])
    }

    /// How the name is written where `enclosing` is the namespace in force: simple when the namespaces
    /// are equal and the simple name is no type word, else full.
    pub(crate) fn written_in(&self, enclosing: Option<&str>) -> &str {
        let is_word = Primitive::from_word(self.simple()).is_some() || COMPLEX.contains(&self.simple());
        if self.space().is_some() && self.space() == enclosing && !is_word {
            self.simple()
        } else {
            &self.full
        }
    }

    /// Refuses the full name of a new or stored type. The texts are those of the reference's parser.
    pub(crate) fn check(&self, strictness: Strictness, offset: usize) -> Result<(), SchemaError> {
        if Primitive::from_word(&self.full).is_some() {
            let message = format!("Schemas may not be named after primitives: {}", self.full);
            return Err(SchemaError::invalid_at(message, offset));
        }
        check_word(self.simple(), strictness, offset)?;
        self.check_space(strictness, offset)
    }

    /// Refuses an alias of a new type. Only its simple name is looked at, as the reference does.
    pub(crate) fn check_alias(&self, strictness: Strictness, offset: usize) -> Result<(), SchemaError> {
        match strictness {
            Strictness::New => check_word(self.simple(), strictness, offset),
            Strictness::Stored => Ok(()),
        }
    }

    fn check_space(&self, strictness: Strictness, offset: usize) -> Result<(), SchemaError> {
        if strictness == Strictness::Stored {
            return Ok(());
        }
        let parts = self.space().into_iter().flat_map(|space| space.split('.'));
        for part in parts {
            if let Some(problem) = problem_of(part, strictness) {
                let message = format!("Namespace part \"{part}\" is invalid: {problem}");
                return Err(SchemaError::invalid_at(message, offset));
            }
        }
        Ok(())
    }
}

/// Refuses a simple name, field name or enum symbol.
pub(crate) fn check_word(word: &str, strictness: Strictness, offset: usize) -> Result<(), SchemaError> {
    match problem_of(word, strictness) {
        None => Ok(()),
        Some(problem) => Err(SchemaError::invalid_at(problem, offset)),
    }
}

fn problem_of(word: &str, strictness: Strictness) -> Option<String> {
    let is_letter = |c: char| match strictness {
        Strictness::New => c.is_ascii_alphabetic(),
        Strictness::Stored => c.is_alphabetic(),
    };
    let is_digit = |c: char| match strictness {
        Strictness::New => c.is_ascii_digit(),
        Strictness::Stored => c.is_numeric(),
    };
    let mut characters = word.chars();
    match characters.next() {
        None => Some("Empty name".to_owned()),
        Some(first) if first != '_' && !is_letter(first) => {
            Some(format!("Illegal initial character: {word}"))
        }
        Some(_) if characters.all(|c| c == '_' || is_letter(c) || is_digit(c)) => None,
        Some(_) => Some(format!("Illegal character in: {word}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_overrides_the_namespace_and_an_empty_one_is_none() {
        for (text, enclosing, full, space) in [
            ("A", None, "A", None),
            ("A", Some("n"), "n.A", Some("n")),
            ("x.y.A", Some("n"), "x.y.A", Some("x.y")),
            ("A", Some(""), "A", None),
            (".A", Some("n"), "A", None),
        ] {
            let name = Name::new(text, enclosing);
            assert_eq!(
                (name.full(), name.space(), name.simple()),
                (full, space, "A"),
                "{text} in {enclosing:?}"
            );
        }
    }

    #[test]
    fn type_words_are_written_with_their_namespace() {
        assert_eq!(Name::new("map", Some("n")).written_in(Some("n")), "n.map");
        assert_eq!(Name::new("int", Some("n")).written_in(Some("n")), "n.int");
        assert_eq!(Name::new("mapp", Some("n")).written_in(Some("n")), "mapp");
        assert_eq!(Name::new("mapp", Some("n")).written_in(Some("m")), "n.mapp");
    }

    #[test]
    fn new_names_are_ascii_and_stored_names_are_any_script() {
        let check = |text: &str, strictness| Name::new(text, None).check(strictness, 0).is_ok();
        for (text, new, stored) in [
            ("A_1", true, true),
            ("_", true, true),
            ("Éa1", false, true),
            ("1a", false, false),
            ("a-b", false, false),
            ("", false, false),
            ("my-ns.A", false, true),
            ("a..A", false, true),
            ("int", false, false),
            ("n.int", true, true),
        ] {
            assert_eq!(check(text, Strictness::New), new, "{text} as new");
            assert_eq!(check(text, Strictness::Stored), stored, "{text} as stored");
        }
    }
}
