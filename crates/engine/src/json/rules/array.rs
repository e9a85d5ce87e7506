//! Kinds of arrays.

use super::{
    ADDED_NOT_COVERED, ALWAYS, CLOSED, FEWER, NEVER, NOT_PRESENT, OPEN, REMOVED_NOT_COVERED, SILENT, rows,
};
use crate::difference::Rule;

rows! { ARRAY:
    UNIQUE_ITEMS_ADDED, "unique-items-added", "UNIQUE_ITEMS_ADDED", ALWAYS, NOT_PRESENT,
        "items must be unique now", "Arrays of the {writer} schema at {path} may hold the same item twice.", "Leave `uniqueItems` out.",
        r#"{"type":"array"}"# => r#"{"type":"array","uniqueItems":true}"#;
    UNIQUE_ITEMS_REMOVED, "unique-items-removed", "UNIQUE_ITEMS_REMOVED", NEVER, SILENT,
        "items need not be unique any more", "The {reader} schema accepts equal items at {path}.", "",
        r#"{"type":"array","uniqueItems":true}"# => r#"{"type":"array"}"#;
    ITEM_REMOVED_FROM_OPEN_CONTENT_MODEL, "item-removed-from-open", "ITEM_REMOVED_FROM_OPEN_CONTENT_MODEL", NEVER, SILENT,
        "a position was removed from an open tuple", "The {reader} schema accepts anything at this position ({path}).", "",
        r#"{"items":[{"type":"string"},{"type":"null"}]}"# => r#"{"items":[{"type":"string"}]}"#;
    ITEM_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL, "item-removed-covered", "ITEM_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", NEVER, SILENT,
        "a removed position is covered by the rest", "The schema for additional items reads this position ({path}).", "",
        r#"{"items":[{"type":"string"},{"type":"null"}],"additionalItems":{"type":"null"}}"# => r#"{"items":[{"type":"string"}],"additionalItems":{"type":"null"}}"#;
    ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL, "item-removed-not-covered", "ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", ALWAYS, REMOVED_NOT_COVERED,
        "a removed position is not covered by the rest", "Items of the {writer} schema at this position do not meet the schema for additional items ({path}).",
        "Keep the position.",
        r#"{"items":[{"type":"string"},{"type":"null"}],"additionalItems":{"type":"boolean"}}"# => r#"{"items":[{"type":"string"}],"additionalItems":{"type":"boolean"}}"#;
    ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL, "forbidden-item-removed-from-closed", "ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL", NEVER, SILENT,
        "a forbidden position was removed from a closed tuple", "The position was forbidden and still is ({path}).", "",
        r#"{"items":[{"type":"string"},false],"additionalItems":false}"# => r#"{"items":[{"type":"string"}],"additionalItems":false}"#;
    ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL, "item-removed-from-closed", "ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL", ALWAYS, CLOSED,
        "a position was removed from a closed tuple", "Arrays of the {writer} schema may be longer than the {reader} schema allows ({path}).",
        "Keep the position, or allow additional items.",
        r#"{"items":[{"type":"string"},{"type":"null"}],"additionalItems":false}"# => r#"{"items":[{"type":"string"}],"additionalItems":false}"#;
    ITEM_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL, "free-item-added-to-open", "ITEM_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL", NEVER, SILENT,
        "a position without conditions was added to an open tuple", "The position may hold anything, as before ({path}).", "",
        r#"{"items":[{"type":"string"}]}"# => r#"{"items":[{"type":"string"},{}]}"#;
    ITEM_ADDED_TO_OPEN_CONTENT_MODEL, "item-added-to-open", "ITEM_ADDED_TO_OPEN_CONTENT_MODEL", ALWAYS, OPEN,
        "a position was added to an open tuple", "Arrays of the {writer} schema could hold anything at this position ({path}).",
        "Close the tuple before adding positions, or add it with an empty schema.",
        r#"{"items":[{"type":"string"}]}"# => r#"{"items":[{"type":"string"},{"type":"null"}]}"#;
    ITEM_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL, "item-added-covered", "ITEM_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", NEVER, SILENT,
        "an added position reads what was allowed before", "The position accepts all that the schema for additional items accepted ({path}).", "",
        r#"{"items":[{"type":"string"}],"additionalItems":{"type":"null"}}"# => r#"{"items":[{"type":"string"},{"type":"null"}],"additionalItems":{"type":"null"}}"#;
    ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL, "item-added-not-covered", "ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", ALWAYS, ADDED_NOT_COVERED,
        "an added position refuses what was allowed before", "Arrays of the {writer} schema could hold another item at this position ({path}).",
        "Give the position the schema of additional items.",
        r#"{"items":[{"type":"string"}],"additionalItems":{"type":"boolean"}}"# => r#"{"items":[{"type":"string"},{"type":"null"}],"additionalItems":{"type":"boolean"}}"#;
    ITEM_ADDED_TO_CLOSED_CONTENT_MODEL, "item-added-to-closed", "ITEM_ADDED_TO_CLOSED_CONTENT_MODEL", NEVER, SILENT,
        "a position was added to a closed tuple", "Arrays of the {writer} schema are shorter and still accepted ({path}).", "",
        r#"{"items":[{"type":"string"}],"additionalItems":false}"# => r#"{"items":[{"type":"string"},{"type":"null"}],"additionalItems":false}"#;
    ADDITIONAL_ITEMS_ADDED, "additional-items-added", "ADDITIONAL_ITEMS_ADDED", NEVER, SILENT,
        "additional items are allowed now", "The {reader} schema accepts additional items at {path}.", "",
        r#"{"items":[{}],"additionalItems":false}"# => r#"{"items":[{}]}"#;
    ADDITIONAL_ITEMS_REMOVED, "additional-items-removed", "ADDITIONAL_ITEMS_REMOVED", ALWAYS, NOT_PRESENT,
        "additional items are forbidden now", "Longer arrays of the {writer} schema are refused by the {reader} schema ({path}).", "Keep the tuple open.",
        r#"{"items":[{}]}"# => r#"{"items":[{}],"additionalItems":false}"#;
    ADDITIONAL_ITEMS_NARROWED, "additional-items-narrowed", "ADDITIONAL_ITEMS_NARROWED", ALWAYS, FEWER,
        "additional items must meet a schema now", "Longer arrays of the {writer} schema could hold anything ({path}).", "Keep the tuple open.",
        r#"{"items":[{}]}"# => r#"{"items":[{}],"additionalItems":{"type":"string"}}"#;
    ADDITIONAL_ITEMS_EXTENDED, "additional-items-extended", "ADDITIONAL_ITEMS_EXTENDED", NEVER, SILENT,
        "additional items are free now", "The {reader} schema accepts additional items of any kind at {path}.", "",
        r#"{"items":[{}],"additionalItems":{"type":"string"}}"# => r#"{"items":[{}]}"#;
    UNEVALUATED_ITEMS_ADDED, "unevaluated-items-added", "UNEVALUATED_ITEMS_ADDED", NEVER, SILENT,
        "unevaluated items are allowed now", "The {reader} schema accepts unevaluated items at {path}.", "",
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"array","unevaluatedItems":false}"# =>
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"array"}"#;
    UNEVALUATED_ITEMS_REMOVED, "unevaluated-items-removed", "UNEVALUATED_ITEMS_REMOVED", ALWAYS, NOT_PRESENT,
        "unevaluated items are forbidden now", "Arrays of the {writer} schema with unevaluated items are refused ({path}).", "Keep the array open.",
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"array"}"# =>
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"array","unevaluatedItems":false}"#;
    UNEVALUATED_ITEMS_NARROWED, "unevaluated-items-narrowed", "UNEVALUATED_ITEMS_NARROWED", ALWAYS, FEWER,
        "unevaluated items must meet a schema now", "Arrays of the {writer} schema could hold unevaluated items of any kind ({path}).", "Keep the array open.",
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"array"}"# =>
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"array","unevaluatedItems":{"type":"string"}}"#;
    UNEVALUATED_ITEMS_EXTENDED, "unevaluated-items-extended", "UNEVALUATED_ITEMS_EXTENDED", NEVER, SILENT,
        "unevaluated items are free now", "The {reader} schema accepts unevaluated items of any kind at {path}.", "",
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"array","unevaluatedItems":{"type":"string"}}"# =>
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"array"}"#;
}
