//! Kinds of the limits: one family of four a keyword.

use super::{ALWAYS, LESS_THAN, MORE_THAN, NEVER, NOT_PRESENT, SILENT};
use crate::SchemaType;
use crate::difference::Rule;

/// The four kinds of one limit.
pub(in crate::json) struct LimitRules {
    /// The keyword, which is also the path segment.
    pub(in crate::json) keyword: &'static str,
    pub(in crate::json) added: Rule,
    pub(in crate::json) removed: Rule,
    pub(in crate::json) increased: Rule,
    pub(in crate::json) decreased: Rule,
}

impl LimitRules {
    pub(super) fn rows(&'static self) -> [&'static Rule; 4] {
        [&self.added, &self.removed, &self.increased, &self.decreased]
    }
}

macro_rules! limit {
    ($name:ident, $keyword:literal, $id:literal, $kind:literal, upper,
        $thing:literal, $body:literal, $smaller:literal, $larger:literal) => {
        limit!(@ $name, $keyword, $id, $kind, true, (NEVER, SILENT), (ALWAYS, LESS_THAN), $thing, $body, $smaller, $larger);
    };
    ($name:ident, $keyword:literal, $id:literal, $kind:literal, lower,
        $thing:literal, $body:literal, $smaller:literal, $larger:literal) => {
        limit!(@ $name, $keyword, $id, $kind, false, (ALWAYS, MORE_THAN), (NEVER, SILENT), $thing, $body, $smaller, $larger);
    };
    (@ $name:ident, $keyword:literal, $id:literal, $kind:literal, $upper:literal, ($up:expr, $up_text:expr),
        ($down:expr, $down_text:expr), $thing:literal, $body:literal, $smaller:literal, $larger:literal) => {
        pub(in crate::json) static $name: LimitRules = LimitRules {
            keyword: $keyword,
            added: Rule {
                id: concat!("json/", $id, "-added"),
                kind: concat!($kind, "_ADDED"),
                format: SchemaType::Json,
                description: NOT_PRESENT,
                breaks: ALWAYS,
                summary: concat!("`", $keyword, "` was added"),
                consequence: concat!("The {reader} schema limits ", $thing, " at {path} to {info}, and data of the {writer} schema may break that."),
                advice: concat!("Leave `", $keyword, "` out, or add it to a new property only."),
                example: (concat!("{", $body, "}"), concat!("{", $body, ",\"", $keyword, "\":", $larger, "}")),
            },
            removed: Rule {
                id: concat!("json/", $id, "-removed"),
                kind: concat!($kind, "_REMOVED"),
                format: SchemaType::Json,
                description: SILENT,
                breaks: NEVER,
                summary: concat!("`", $keyword, "` was removed"),
                consequence: concat!("The {reader} schema no longer limits ", $thing, " at {path} (was {info})."),
                advice: "",
                example: (concat!("{", $body, ",\"", $keyword, "\":", $larger, "}"), concat!("{", $body, "}")),
            },
            increased: Rule {
                id: concat!("json/", $id, "-increased"),
                kind: concat!($kind, "_INCREASED"),
                format: SchemaType::Json,
                description: $up_text,
                breaks: $up,
                summary: concat!("`", $keyword, "` was raised"),
                consequence: concat!("The limit of ", $thing, " at {path} went from {info}."),
                advice: if $upper { "" } else { concat!("Keep the smaller `", $keyword, "`.") },
                example: (
                    concat!("{", $body, ",\"", $keyword, "\":", $smaller, "}"),
                    concat!("{", $body, ",\"", $keyword, "\":", $larger, "}"),
                ),
            },
            decreased: Rule {
                id: concat!("json/", $id, "-decreased"),
                kind: concat!($kind, "_DECREASED"),
                format: SchemaType::Json,
                description: $down_text,
                breaks: $down,
                summary: concat!("`", $keyword, "` was lowered"),
                consequence: concat!("The limit of ", $thing, " at {path} went from {info}."),
                advice: if $upper { concat!("Keep the larger `", $keyword, "`.") } else { "" },
                example: (
                    concat!("{", $body, ",\"", $keyword, "\":", $larger, "}"),
                    concat!("{", $body, ",\"", $keyword, "\":", $smaller, "}"),
                ),
            },
        };
    };
}

limit!(
    MAX_LENGTH,
    "maxLength",
    "max-length",
    "MAX_LENGTH",
    upper,
    "the length of strings",
    r#""type":"string""#,
    "3",
    "7"
);
limit!(
    MIN_LENGTH,
    "minLength",
    "min-length",
    "MIN_LENGTH",
    lower,
    "the length of strings",
    r#""type":"string""#,
    "3",
    "7"
);
limit!(MAXIMUM, "maximum", "maximum", "MAXIMUM", upper, "numbers", r#""type":"number""#, "3", "7");
limit!(MINIMUM, "minimum", "minimum", "MINIMUM", lower, "numbers", r#""type":"number""#, "3", "7");
limit!(
    EXCLUSIVE_MAXIMUM,
    "exclusiveMaximum",
    "exclusive-maximum",
    "EXCLUSIVE_MAXIMUM",
    upper,
    "numbers",
    r#""type":"number""#,
    "3",
    "7"
);
limit!(
    EXCLUSIVE_MINIMUM,
    "exclusiveMinimum",
    "exclusive-minimum",
    "EXCLUSIVE_MINIMUM",
    lower,
    "numbers",
    r#""type":"number""#,
    "3",
    "7"
);
limit!(
    MAX_PROPERTIES,
    "maxProperties",
    "max-properties",
    "MAX_PROPERTIES",
    upper,
    "the number of properties",
    r#""type":"object""#,
    "3",
    "7"
);
limit!(
    MIN_PROPERTIES,
    "minProperties",
    "min-properties",
    "MIN_PROPERTIES",
    lower,
    "the number of properties",
    r#""type":"object""#,
    "3",
    "7"
);
limit!(
    MAX_ITEMS,
    "maxItems",
    "max-items",
    "MAX_ITEMS",
    upper,
    "the number of items",
    r#""type":"array""#,
    "3",
    "7"
);
limit!(
    MIN_ITEMS,
    "minItems",
    "min-items",
    "MIN_ITEMS",
    lower,
    "the number of items",
    r#""type":"array""#,
    "3",
    "7"
);
limit!(
    MAX_CONTAINS,
    "maxContains",
    "max-contains",
    "MAX_CONTAINS",
    upper,
    "the number of matching items",
    r#""$schema":"https://json-schema.org/draft/2020-12/schema","contains":{"type":"string"}"#,
    "3",
    "7"
);
limit!(
    MIN_CONTAINS,
    "minContains",
    "min-contains",
    "MIN_CONTAINS",
    lower,
    "the number of matching items",
    r#""type":"array","items":{"type":"string"}"#,
    "3",
    "7"
);

/// All limits.
pub(in crate::json) static LIMITS: [&LimitRules; 12] = [
    &MAX_LENGTH,
    &MIN_LENGTH,
    &MAXIMUM,
    &MINIMUM,
    &EXCLUSIVE_MAXIMUM,
    &EXCLUSIVE_MINIMUM,
    &MAX_PROPERTIES,
    &MIN_PROPERTIES,
    &MAX_ITEMS,
    &MIN_ITEMS,
    &MAX_CONTAINS,
    &MIN_CONTAINS,
];
