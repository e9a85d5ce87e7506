//! Kinds of objects.

use super::{
    ADDED_NOT_COVERED, ALWAYS, CLOSED, DIFFERENT, FEWER, MORE, NEVER, NOT_PRESENT, OPEN, REMOVED_NOT_COVERED,
    SILENT, STRICT, UNOPEN, rows,
};
use crate::difference::Rule;

rows! { OBJECT:
    REQUIRED_ATTRIBUTE_ADDED, "required-attribute-added", "REQUIRED_ATTRIBUTE_ADDED", ALWAYS, NOT_PRESENT,
        "a property became required", "Objects of the {writer} schema without {info} are not valid for the {reader} schema ({path}).",
        "Keep the property optional, or give it a `default`.",
        r#"{"properties":{"a":{}}}"# => r#"{"properties":{"a":{}},"required":["a"]}"#;
    REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED, "required-attribute-with-default-added", "REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED", NEVER, SILENT,
        "a property with a default became required", "{info} is now required at {path}; the reference trusts its default, though validators do not fill it in.", "",
        r#"{"properties":{"a":{}}}"# => r#"{"properties":{"a":{"default":1}},"required":["a"]}"#;
    REQUIRED_ATTRIBUTE_REMOVED, "required-attribute-removed", "REQUIRED_ATTRIBUTE_REMOVED", NEVER, SILENT,
        "a property is no longer required", "{info} is optional now ({path}).", "",
        r#"{"properties":{"a":{}},"required":["a"]}"# => r#"{"properties":{"a":{}}}"#;
    PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL, "property-removed-from-open", "PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL", NEVER, SILENT,
        "a property was removed from an open object", "The {reader} schema accepts anything as {info} ({path}).", "",
        r#"{"properties":{"a":{},"b":{}}}"# => r#"{"properties":{"a":{}}}"#;
    PROPERTY_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL, "property-removed-covered", "PROPERTY_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", NEVER, SILENT,
        "a removed property is covered by the rest", "The schema for other properties reads {info} ({path}).", "",
        r#"{"properties":{"a":{"type":"string"}},"additionalProperties":{"type":"string"}}"# => r#"{"properties":{},"additionalProperties":{"type":"string"}}"#;
    PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL, "property-removed-not-covered", "PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", STRICT, REMOVED_NOT_COVERED,
        "a removed property is not covered by the rest", "Objects with {info} meet a schema for other properties that does not read it ({path}).",
        "Keep the property.",
        r#"{"properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"string"}}"# => r#"{"properties":{},"additionalProperties":{"type":"string"}}"#;
    PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL, "forbidden-property-removed-from-closed", "PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL", NEVER, SILENT,
        "a forbidden property was removed from a closed object", "{info} was forbidden and still is ({path}).", "",
        r#"{"properties":{"a":false},"additionalProperties":false}"# => r#"{"properties":{},"additionalProperties":false}"#;
    PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL, "property-removed-from-closed", "PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL", STRICT, CLOSED,
        "a property was removed from a closed object", "Objects with {info} are refused by the {reader} schema, which allows no other properties ({path}).",
        "Keep the property, or allow additional properties.",
        r#"{"properties":{"a":{},"b":{}},"additionalProperties":false}"# => r#"{"properties":{"a":{}},"additionalProperties":false}"#;
    PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL, "free-property-added-to-open", "PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL", NEVER, SILENT,
        "a property without conditions was added to an open object", "{info} may be anything, as before ({path}).", "",
        r#"{"properties":{"a":{}}}"# => r#"{"properties":{"a":{},"b":{}}}"#;
    REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL, "required-property-added-to-open", "REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL", ALWAYS, OPEN,
        "a required property was added to an open object", "Objects of the {writer} schema without {info}, or with another {info}, are refused ({path}).",
        "Make the property optional and close the object (`additionalProperties: false`) in the first version.",
        r#"{"properties":{"a":{}}}"# => r#"{"properties":{"a":{},"b":{"type":"string"}},"required":["b"]}"#;
    REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL, "required-property-with-default-added-to-open", "REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL", STRICT, OPEN,
        "a required property with a default was added to an open object", "Objects of the {writer} schema could already hold another {info} ({path}).",
        "Close the object in the first version, or use the LENIENT policy.",
        r#"{"properties":{"a":{}}}"# => r#"{"properties":{"a":{},"b":{"type":"string","default":""}},"required":["b"]}"#;
    OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL, "optional-property-added-to-open", "OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL", STRICT, OPEN,
        "a property was added to an open object", "Objects of the {writer} schema could already hold {info} with any value, which the {reader} schema may refuse ({path}).",
        "Close the object (`additionalProperties: false`) before adding properties, add it with an empty schema, or use the LENIENT policy.",
        r#"{"properties":{"a":{}}}"# => r#"{"properties":{"a":{},"b":{"type":"string"}}}"#;
    PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL, "property-added-covered", "PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", NEVER, SILENT,
        "an added property reads what was allowed before", "{info} accepts all that the schema for other properties accepted ({path}).", "",
        r#"{"properties":{},"additionalProperties":{"type":"string"}}"# => r#"{"properties":{"a":{"type":"string"}},"additionalProperties":{"type":"string"}}"#;
    PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL, "property-added-not-covered", "PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", STRICT, ADDED_NOT_COVERED,
        "an added property refuses what was allowed before", "Objects of the {writer} schema could hold {info} with a value that the {reader} schema refuses ({path}).",
        "Give the property the schema that other properties have.",
        r#"{"properties":{},"additionalProperties":{"type":"string"}}"# => r#"{"properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"string"}}"#;
    REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL, "required-property-added-to-unopen", "REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL", ALWAYS, UNOPEN,
        "a required property was added", "Objects of the {writer} schema have no {info} and are refused ({path}).",
        "Make the property optional, or give it a `default`.",
        r#"{"properties":{},"additionalProperties":false}"# => r#"{"properties":{"a":{}},"required":["a"],"additionalProperties":false}"#;
    REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL, "required-property-with-default-added-to-unopen", "REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL", NEVER, SILENT,
        "a required property with a default was added", "{info} is required; the reference trusts its default, though validators do not fill it in ({path}).", "",
        r#"{"properties":{},"additionalProperties":false}"# => r#"{"properties":{"a":{"default":1}},"required":["a"],"additionalProperties":false}"#;
    OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL, "optional-property-added-to-unopen", "OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL", NEVER, SILENT,
        "a property was added to a closed object", "Objects of the {writer} schema could not hold {info} ({path}).", "",
        r#"{"properties":{},"additionalProperties":false}"# => r#"{"properties":{"a":{}},"additionalProperties":false}"#;
    DEPENDENCY_ARRAY_ADDED, "dependency-array-added", "DEPENDENCY_ARRAY_ADDED", ALWAYS, NOT_PRESENT,
        "a property now requires others", "Objects with the property but without {info} are refused ({path}).", "Leave the dependency out.",
        r#"{"properties":{"a":{},"b":{}}}"# => r#"{"properties":{"a":{},"b":{}},"dependencies":{"a":["b"]}}"#;
    DEPENDENCY_ARRAY_REMOVED, "dependency-array-removed", "DEPENDENCY_ARRAY_REMOVED", NEVER, SILENT,
        "a property no longer requires others", "The {reader} schema does not ask for {info} ({path}).", "",
        r#"{"properties":{"a":{},"b":{}},"dependencies":{"a":["b"]}}"# => r#"{"properties":{"a":{},"b":{}}}"#;
    DEPENDENCY_ARRAY_EXTENDED, "dependency-array-extended", "DEPENDENCY_ARRAY_EXTENDED", ALWAYS, MORE,
        "a property requires more others", "Objects with the property but without all of {info} are refused ({path}).", "Keep the shorter list.",
        r#"{"dependencies":{"a":["b"]}}"# => r#"{"dependencies":{"a":["b","c"]}}"#;
    DEPENDENCY_ARRAY_NARROWED, "dependency-array-narrowed", "DEPENDENCY_ARRAY_NARROWED", NEVER, SILENT,
        "a property requires fewer others", "The {reader} schema asks for {info} only ({path}).", "",
        r#"{"dependencies":{"a":["b","c"]}}"# => r#"{"dependencies":{"a":["b"]}}"#;
    DEPENDENCY_ARRAY_CHANGED, "dependency-array-changed", "DEPENDENCY_ARRAY_CHANGED", ALWAYS, DIFFERENT,
        "a property requires other properties than before", "Objects with the property but without all of {info} are refused ({path}).", "Keep the list.",
        r#"{"dependencies":{"a":["b"]}}"# => r#"{"dependencies":{"a":["c"]}}"#;
    DEPENDENCY_SCHEMA_ADDED, "dependency-schema-added", "DEPENDENCY_SCHEMA_ADDED", ALWAYS, NOT_PRESENT,
        "a condition on objects with a property was added", "Objects with {info} must now meet a schema ({path}).", "Leave the dependency out.",
        r#"{"properties":{"a":{}}}"# => r#"{"properties":{"a":{}},"dependencies":{"a":{"minProperties":2}}}"#;
    DEPENDENCY_SCHEMA_REMOVED, "dependency-schema-removed", "DEPENDENCY_SCHEMA_REMOVED", NEVER, SILENT,
        "a condition on objects with a property was removed", "Objects with {info} meet fewer conditions ({path}).", "",
        r#"{"properties":{"a":{}},"dependencies":{"a":{"minProperties":2}}}"# => r#"{"properties":{"a":{}}}"#;
    ADDITIONAL_PROPERTIES_ADDED, "additional-properties-added", "ADDITIONAL_PROPERTIES_ADDED", NEVER, SILENT,
        "other properties are allowed now", "The {reader} schema accepts other properties at {path}.", "",
        r#"{"additionalProperties":false}"# => r#"{"additionalProperties":true}"#;
    ADDITIONAL_PROPERTIES_REMOVED, "additional-properties-removed", "ADDITIONAL_PROPERTIES_REMOVED", STRICT, NOT_PRESENT,
        "other properties are forbidden now", "Objects of the {writer} schema with other properties are refused by the {reader} schema ({path}).",
        "Keep the object open.",
        r#"{"additionalProperties":true}"# => r#"{"additionalProperties":false}"#;
    ADDITIONAL_PROPERTIES_NARROWED, "additional-properties-narrowed", "ADDITIONAL_PROPERTIES_NARROWED", STRICT, FEWER,
        "other properties must meet a schema now", "Objects of the {writer} schema could hold other properties of any kind ({path}).",
        "Keep the object open.",
        r#"{"additionalProperties":true}"# => r#"{"additionalProperties":{"type":"string"}}"#;
    ADDITIONAL_PROPERTIES_EXTENDED, "additional-properties-extended", "ADDITIONAL_PROPERTIES_EXTENDED", NEVER, SILENT,
        "other properties are free now", "The {reader} schema accepts other properties of any kind at {path}.", "",
        r#"{"additionalProperties":{"type":"string"}}"# => r#"{"additionalProperties":true}"#;
    UNEVALUATED_PROPERTIES_ADDED, "unevaluated-properties-added", "UNEVALUATED_PROPERTIES_ADDED", NEVER, SILENT,
        "unevaluated properties are allowed now", "The {reader} schema accepts unevaluated properties at {path}.", "",
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","unevaluatedProperties":false}"# =>
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","unevaluatedProperties":true}"#;
    UNEVALUATED_PROPERTIES_REMOVED, "unevaluated-properties-removed", "UNEVALUATED_PROPERTIES_REMOVED", STRICT, NOT_PRESENT,
        "unevaluated properties are forbidden now", "Objects of the {writer} schema with unevaluated properties are refused ({path}).",
        "Keep the object open.",
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object"}"# =>
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","unevaluatedProperties":false}"#;
    UNEVALUATED_PROPERTIES_NARROWED, "unevaluated-properties-narrowed", "UNEVALUATED_PROPERTIES_NARROWED", STRICT, FEWER,
        "unevaluated properties must meet a schema now", "Objects of the {writer} schema could hold unevaluated properties of any kind ({path}).",
        "Keep the object open.",
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object"}"# =>
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","unevaluatedProperties":{"type":"string"}}"#;
    UNEVALUATED_PROPERTIES_EXTENDED, "unevaluated-properties-extended", "UNEVALUATED_PROPERTIES_EXTENDED", NEVER, SILENT,
        "unevaluated properties are free now", "The {reader} schema accepts unevaluated properties of any kind at {path}.", "",
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","unevaluatedProperties":{"type":"string"}}"# =>
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object"}"#;
}
