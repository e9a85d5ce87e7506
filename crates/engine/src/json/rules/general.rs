//! Kinds of whole schemas, values, strings, numbers and combinations.

use super::{ALWAYS, DIFFERENT, FEWER, MORE, MORE_THAN, NEVER, NOT_PRESENT, SILENT, TYPE, rows};
use crate::difference::Rule;

rows! { GENERAL:
    ID_CHANGED, "id-changed", "ID_CHANGED", NEVER, SILENT,
        "the id changed", "The id at {path} went from {info}; documents are judged the same.", "",
        r#"{"$id":"urn:a","type":"string"}"# => r#"{"$id":"urn:b","type":"string"}"#;
    TITLE_CHANGED, "title-changed", "TITLE_CHANGED", NEVER, SILENT,
        "the title changed", "The title at {path} went from {info}; documents are judged the same.", "",
        r#"{"title":"A"}"# => r#"{"title":"B"}"#;
    DESCRIPTION_CHANGED, "description-changed", "DESCRIPTION_CHANGED", NEVER, SILENT,
        "the description changed", "The description at {path} changed; documents are judged the same.", "",
        r#"{"description":"a"}"# => r#"{"description":"b"}"#;
    DEFAULT_CHANGED, "default-changed", "DEFAULT_CHANGED", NEVER, SILENT,
        "the default changed", "The default at {path} went from {info}; documents are judged the same, programs that fill it in are not.", "",
        r#"{"type":"integer","default":1}"# => r#"{"type":"integer","default":2}"#;
    SCHEMA_ADDED, "schema-added", "SCHEMA_ADDED", ALWAYS, SILENT,
        "a schema was added where there was none", "Items at {path} were free under the {writer} schema and must now meet the {reader} schema.",
        "Leave the items free, or describe them in a new property.",
        r#"{"type":"array"}"# => r#"{"type":"array","items":{"type":"string"}}"#;
    SCHEMA_REMOVED, "schema-removed", "SCHEMA_REMOVED", NEVER, SILENT,
        "a schema was removed", "The {reader} schema no longer judges the items at {path}.", "",
        r#"{"type":"array","items":{"type":"string"}}"# => r#"{"type":"array"}"#;
    TYPE_EXTENDED, "type-extended", "TYPE_EXTENDED", NEVER, SILENT,
        "integer became number", "The {reader} schema accepts all numbers at {path}, the {writer} schema integers only.", "",
        r#"{"type":"integer"}"# => r#"{"type":"number"}"#;
    TYPE_NARROWED, "type-narrowed", "TYPE_NARROWED", ALWAYS, TYPE,
        "number became integer", "Numbers with a fraction at {path} are valid for the {writer} schema and not for the {reader} schema.",
        "Keep `number`.",
        r#"{"type":"number"}"# => r#"{"type":"integer"}"#;
    TYPE_CHANGED, "type-changed", "TYPE_CHANGED", ALWAYS, TYPE,
        "the type changed", "Data of the {writer} schema at {path} has another type than the {reader} schema wants ({info}).",
        "Accept the old type beside the new one (`oneOf` or a list of types), or use a new property.",
        r#"{"type":"string"}"# => r#"{"type":"boolean"}"#;
    ENUM_ARRAY_EXTENDED, "enum-extended", "ENUM_ARRAY_EXTENDED", NEVER, SILENT,
        "values were added", "The {reader} schema accepts more values at {path}.", "",
        r#"{"enum":["a"]}"# => r#"{"enum":["a","b"]}"#;
    ENUM_ARRAY_NARROWED, "enum-narrowed", "ENUM_ARRAY_NARROWED", ALWAYS, FEWER,
        "values were removed", "The {reader} schema at {path} no longer accepts {info}.",
        "Keep the old values.",
        r#"{"enum":["a","b"]}"# => r#"{"enum":["a"]}"#;
    ENUM_ARRAY_CHANGED, "enum-changed", "ENUM_ARRAY_CHANGED", ALWAYS, TYPE,
        "values were replaced", "The {reader} schema at {path} no longer accepts {info}.",
        "Add the new values and keep the old ones.",
        r#"{"enum":["a","b"]}"# => r#"{"enum":["a","c"]}"#;
    PATTERN_ADDED, "pattern-added", "PATTERN_ADDED", ALWAYS, NOT_PRESENT,
        "a pattern was added", "Strings at {path} were free under the {writer} schema and must now match {info}.",
        "Leave the pattern out.",
        r#"{"type":"string"}"# => r#"{"type":"string","pattern":"^a"}"#;
    PATTERN_REMOVED, "pattern-removed", "PATTERN_REMOVED", NEVER, SILENT,
        "a pattern was removed", "The {reader} schema accepts every string at {path}.", "",
        r#"{"type":"string","pattern":"^a"}"# => r#"{"type":"string"}"#;
    PATTERN_CHANGED, "pattern-changed", "PATTERN_CHANGED", ALWAYS, DIFFERENT,
        "the pattern changed", "Strings at {path} that match the old pattern may not match the new one ({info}); patterns are compared as text.",
        "Keep the pattern as it is written.",
        r#"{"type":"string","pattern":"^a"}"# => r#"{"type":"string","pattern":"^b"}"#;
    MULTIPLE_OF_ADDED, "multiple-of-added", "MULTIPLE_OF_ADDED", ALWAYS, NOT_PRESENT,
        "`multipleOf` was added", "Numbers at {path} must now be multiples of {info}.", "Leave `multipleOf` out.",
        r#"{"type":"number"}"# => r#"{"type":"number","multipleOf":2}"#;
    MULTIPLE_OF_REMOVED, "multiple-of-removed", "MULTIPLE_OF_REMOVED", NEVER, SILENT,
        "`multipleOf` was removed", "The {reader} schema accepts every number at {path}.", "",
        r#"{"type":"number","multipleOf":2}"# => r#"{"type":"number"}"#;
    MULTIPLE_OF_EXPANDED, "multiple-of-expanded", "MULTIPLE_OF_EXPANDED", ALWAYS, MORE_THAN,
        "`multipleOf` became a multiple of itself", "Fewer numbers at {path} are multiples of the new value ({info}).", "Keep the smaller value.",
        r#"{"type":"number","multipleOf":2}"# => r#"{"type":"number","multipleOf":6}"#;
    MULTIPLE_OF_REDUCED, "multiple-of-reduced", "MULTIPLE_OF_REDUCED", NEVER, SILENT,
        "`multipleOf` was divided", "All multiples of the old value at {path} are multiples of the new one ({info}).", "",
        r#"{"type":"number","multipleOf":6}"# => r#"{"type":"number","multipleOf":2}"#;
    MULTIPLE_OF_CHANGED, "multiple-of-changed", "MULTIPLE_OF_CHANGED", ALWAYS, DIFFERENT,
        "`multipleOf` changed", "Multiples of the old value at {path} need not be multiples of the new one ({info}).", "Use a divisor of the old value.",
        r#"{"type":"number","multipleOf":4}"# => r#"{"type":"number","multipleOf":6}"#;
    COMBINED_TYPE_EXTENDED, "combined-extended", "COMBINED_TYPE_EXTENDED", NEVER, SILENT,
        "the way members combine became wider", "The members at {path} were combined by {info}, which accepts more.", "",
        r#"{"oneOf":[{"type":"string"},{"type":"null"}]}"# => r#"{"anyOf":[{"type":"string"},{"type":"null"}]}"#;
    COMBINED_TYPE_CHANGED, "combined-changed", "COMBINED_TYPE_CHANGED", ALWAYS, TYPE,
        "the way members combine changed", "The members at {path} combine in another way ({info}), which accepts other data.",
        "Keep the keyword, or use `anyOf`.",
        r#"{"anyOf":[{"type":"string"},{"type":"null"}]}"# => r#"{"oneOf":[{"type":"string"},{"type":"null"}]}"#;
    COMBINED_TYPE_SUBSCHEMAS_CHANGED, "combined-members-changed", "COMBINED_TYPE_SUBSCHEMAS_CHANGED", ALWAYS, TYPE,
        "members of a combination changed", "Not every member at {path} of the smaller schema has a member of its own that reads it.",
        "Add members and keep the old ones as they are.",
        r#"{"oneOf":[{"type":"string"},{"type":"null"}]}"# => r#"{"oneOf":[{"type":"string"},{"type":"boolean"}]}"#;
    PRODUCT_TYPE_EXTENDED, "all-of-extended", "PRODUCT_TYPE_EXTENDED", ALWAYS, MORE,
        "conditions were added to `allOf`", "Data at {path} must now meet {info} conditions.", "Leave the new conditions out.",
        r#"{"allOf":[{"type":"string"}]}"# => r#"{"allOf":[{"type":"string"},{"maxLength":3}]}"#;
    PRODUCT_TYPE_NARROWED, "all-of-narrowed", "PRODUCT_TYPE_NARROWED", NEVER, SILENT,
        "conditions were removed from `allOf`", "Data at {path} must meet fewer conditions.", "",
        r#"{"allOf":[{"type":"string"},{"maxLength":3}]}"# => r#"{"allOf":[{"type":"string"}]}"#;
    SUM_TYPE_EXTENDED, "union-extended", "SUM_TYPE_EXTENDED", NEVER, SILENT,
        "alternatives were added", "The {reader} schema accepts more alternatives at {path}.", "",
        r#"{"oneOf":[{"type":"string"},{"type":"null"}]}"# => r#"{"oneOf":[{"type":"string"},{"type":"null"},{"type":"boolean"}]}"#;
    SUM_TYPE_NARROWED, "union-narrowed", "SUM_TYPE_NARROWED", ALWAYS, FEWER,
        "alternatives were removed", "Data at {path} may be of an alternative that the {reader} schema no longer has ({info}).", "Keep the old alternatives.",
        r#"{"oneOf":[{"type":"string"},{"type":"null"},{"type":"boolean"}]}"# => r#"{"oneOf":[{"type":"string"},{"type":"null"}]}"#;
    NOT_TYPE_NARROWED, "not-narrowed", "NOT_TYPE_NARROWED", NEVER, SILENT,
        "`not` excludes the same or less", "The {reader} schema excludes nothing at {path} that the {writer} schema allowed.", "",
        r#"{"not":{"type":"number"}}"# => r#"{"not":{"type":"integer"}}"#;
    NOT_TYPE_EXTENDED, "not-extended", "NOT_TYPE_EXTENDED", ALWAYS, MORE,
        "`not` excludes more", "The {reader} schema excludes data at {path} that the {writer} schema allowed.", "Exclude less.",
        r#"{"not":{"type":"integer"}}"# => r#"{"not":{"type":"number"}}"#;
    UNDECIDED, "undecided", "", ALWAYS,
        "The comparison stopped at path '{path}': {info}",
        "the comparison was stopped", "The schemas are too large or too deeply nested to be compared; it stopped at {path} ({info}).",
        "Split the schema, or reduce the alternatives of nested combinations.",
        "" => "";
    DOCUMENT_LOST, "document-lost", "", ALWAYS,
        "The document {info} is valid for the {writer} schema and not for the {reader} schema",
        "a document is no longer valid", "{info} was valid for the {writer} schema and is not valid for the {reader} schema.",
        "Accept the document, or use a new property for the new rule.",
        r#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"# =>
        r#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false,"required":["z"]}"#;
    UNDECIDED_CONTAINMENT, "undecided-containment", "", NEVER, SILENT,
        "containment could not be decided", "Whether every document of the {writer} schema is valid for the {reader} schema could not be proven; the rules of the reference decided.",
        "",
        r#"{"propertyNames":{"pattern":"a"}}"# => r#"{"propertyNames":{"pattern":"b?a"}}"#;
}
