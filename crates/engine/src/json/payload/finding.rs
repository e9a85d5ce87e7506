//! The crate's errors as violations.
//!
//! Messages say what was expected and of which kind the value is; they never carry a value of the payload.
//! Member names do appear, as they do in pointers.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};

use crate::{Report, Violation};

use super::instance::{self, Instance, Value};
use super::resources::Homes;
use super::{dots, keyword, limits};

/// Characters of an expectation or of a list of names.
const SHOWN: usize = 200;

/// A payload that is not JSON: the library says where and why.
pub(super) fn unreadable(payload: &[u8]) -> Report {
    let reason = match serde_json::from_slice::<serde_json::Value>(payload) {
        Err(error) => format!("the payload is not JSON: {error}"),
        Ok(_) => "the payload is not JSON".to_owned(),
    };
    Violation::data("schema.json.syntax", "", reason).into()
}

/// The reason when an error says that the engine gave up, and nothing about the payload.
pub(super) fn undecided(error: &ValidationError<'_>) -> Option<String> {
    let schema = dots::as_written(error.schema_path().as_str());
    match error.kind() {
        Kind::BacktrackLimitExceeded { .. } => {
            Some(format!("the pattern at {schema} takes too many steps on this payload"))
        }
        Kind::RegexEngineFailure { .. } => Some(format!("the pattern at {schema} could not be evaluated")),
        Kind::Referencing(_) => Some(format!("the reference at {schema} could not be followed")),
        _ => None,
    }
}

/// One error as a violation. Its place in the schema is a pointer, behind the name of the document where that
/// is a referenced one: `addr.json#/properties/zip/type`.
pub(super) fn violation(error: &ValidationError<'_>, homes: &Homes, instance: &Instance<'_>) -> Violation {
    let schema_pointer = &*dots::as_written(error.schema_path().as_str());
    let keyword = match error.kind() {
        // The place is inside the schema of the names; the payload fails at `propertyNames`.
        Kind::PropertyNames { .. } => "propertyNames",
        // A `false` schema under no keyword: the id names the schema.
        _ => keyword::at(schema_pointer).unwrap_or("false"),
    };
    let (message, expected) = words(error, keyword, instance);
    let home = error.absolute_keyword_location().and_then(|uri| homes.find(uri.as_str()));
    Violation {
        schema_pointer: Some(match home {
            Some(name) => format!("{name}#{schema_pointer}"),
            None => schema_pointer.to_owned(),
        }),
        expected,
        ..Violation::data(format!("schema.json.{keyword}"), error.instance_path().as_str(), message)
    }
}

/// Message and expectation.
fn words(error: &ValidationError<'_>, keyword: &str, instance: &Instance<'_>) -> (String, Option<String>) {
    let expected = match error.kind() {
        Kind::Type { kind } => types(kind),
        Kind::Required { property } => {
            let name = property.as_str().map_or_else(|| shown(property), str::to_owned);
            return (format!("required property `{name}` is missing"), Some(name));
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            return (format!("properties not allowed here: {}", names(unexpected)), None);
        }
        Kind::Enum { options } => format!("one of {}", shown(options)),
        Kind::Constant { expected_value } => shown(expected_value),
        Kind::Format { format } => format!("format {format}"),
        Kind::Pattern { pattern } => format!("a match of the pattern `{}`", cut(&dots::as_written(pattern))),
        Kind::Minimum { limit } => format!("at least {}", limits::as_written(limit)),
        Kind::Maximum { limit } => format!("at most {}", limits::as_written(limit)),
        Kind::ExclusiveMinimum { limit } => format!("more than {}", limits::as_written(limit)),
        Kind::ExclusiveMaximum { limit } => format!("less than {}", limits::as_written(limit)),
        Kind::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        Kind::MinLength { limit } => format!("at least {limit} characters"),
        Kind::MaxLength { limit } => format!("at most {limit} characters"),
        Kind::MinItems { limit } => format!("at least {limit} items"),
        Kind::MaxItems { limit } => format!("at most {limit} items"),
        Kind::AdditionalItems { limit } => format!("at most {limit} items"),
        Kind::MinProperties { limit } => format!("at least {limit} properties"),
        Kind::MaxProperties { limit } => format!("at most {limit} properties"),
        Kind::UnevaluatedItems { .. } => "no further items".to_owned(),
        Kind::UniqueItems => "items that differ from each other".to_owned(),
        Kind::Contains if keyword == "minContains" => "more items that match `contains`".to_owned(),
        Kind::Contains if keyword == "maxContains" => "fewer items that match `contains`".to_owned(),
        Kind::Contains => "an item that matches `contains`".to_owned(),
        Kind::AnyOf { .. } => "a match of at least one schema of `anyOf`".to_owned(),
        Kind::OneOfNotValid { .. } => "a match of exactly one schema of `oneOf`, none matches".to_owned(),
        Kind::OneOfMultipleValid { .. } => {
            "a match of exactly one schema of `oneOf`, several match".to_owned()
        }
        Kind::Not { .. } => "no match of the schema under `not`".to_owned(),
        Kind::FalseSchema => match keyword {
            // The crate reports these at the object or array that has the member too many.
            "additionalProperties" | "unevaluatedProperties" => {
                return ("no further properties are allowed here".to_owned(), None);
            }
            "propertyNames" => return ("no properties are allowed here".to_owned(), None),
            "dependentSchemas" | "dependencies" => {
                return ("a property of the object excludes every value here".to_owned(), None);
            }
            _ => "no value here".to_owned(),
        },
        Kind::PropertyNames { error } => {
            return (
                format!("a property name does not match `propertyNames` ({})", error.kind().keyword()),
                None,
            );
        }
        Kind::ContentEncoding { content_encoding } => format!("content encoded as {content_encoding}"),
        Kind::ContentMediaType { content_media_type } => format!("content of type {content_media_type}"),
        _ => return ("the value is not valid here".to_owned(), None),
    };
    let found = instance
        .find(error.instance_path().as_str())
        .map_or_else(|| "another value".to_owned(), |value| found(error.kind(), value, instance));
    (format!("expected {expected}, found {found}"), Some(expected))
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(kind) => kind.to_string(),
        TypeKind::Multiple(kinds) => {
            kinds.iter().map(|kind| kind.to_string()).collect::<Vec<_>>().join(" or ")
        }
    }
}

/// What was found: the JSON type, with the size where the keyword is about sizes.
fn found(kind: &Kind, value: &Value, instance: &Instance<'_>) -> String {
    let name = match value.kind {
        instance::Kind::Null => "null",
        instance::Kind::Boolean(_) => "boolean",
        instance::Kind::Number(slice) if is_machine_integer(instance.text(slice)) => "integer",
        instance::Kind::Number(_) => "number",
        instance::Kind::String(_) => "string",
        instance::Kind::Array(_) => "array",
        instance::Kind::Object(_) => "object",
    };
    match (kind, value.kind) {
        (Kind::MinLength { .. } | Kind::MaxLength { .. }, instance::Kind::String(slice)) => {
            instance.text(slice).chars().count().to_string()
        }
        (
            Kind::MinItems { .. } | Kind::MaxItems { .. } | Kind::AdditionalItems { .. },
            instance::Kind::Array(items),
        ) => instance.items(items).len().to_string(),
        (Kind::MinProperties { .. } | Kind::MaxProperties { .. }, instance::Kind::Object(members)) => {
            instance.members(members).len().to_string()
        }
        (Kind::Enum { .. } | Kind::Constant { .. }, _) => format!("another {name}"),
        _ => name.to_owned(),
    }
}

fn is_machine_integer(text: &str) -> bool {
    text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok()
}

fn names(list: &[String]) -> String {
    let quoted: Vec<String> = list.iter().map(|name| format!("`{name}`")).collect();
    cut(&quoted.join(", "))
}

/// A value of the schema as text.
fn shown(value: &serde_json::Value) -> String {
    cut(&value.to_string())
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Sorts findings by where their value starts in the payload, then by place in the schema.
pub(super) fn sort(found: &mut [Violation], instance: &Instance<'_>) {
    let place = |violation: &Violation| instance.find(&violation.pointer).map(|value| value.offset);
    found.sort_by_cached_key(|violation| (place(violation), violation.schema_pointer.clone()));
}
