//! Rules on payloads, one table for all formats.
//!
//! The ids are written where the findings are made; the test holds the sources against this table.
//! `schema.json.<keyword>` follows the keyword of the schema that does not hold. Rules on how a payload finds
//! its schema (`schema.conflict`, …) stand in [`crate::cloudevents::rules`].

use crate::{SchemaType, Severity};

/// One rule on payloads.
#[derive(Debug, PartialEq, Eq)]
pub struct PayloadRule {
    /// Stable id; `rule.<name>` stands for all conditions.
    pub id: &'static str,
    /// The format of the schema, when it is one.
    pub format: Option<SchemaType>,
    /// Severity of its findings.
    pub severity: Severity,
    /// What was found, one line.
    pub summary: &'static str,
}

macro_rules! rules {
    ($($id:literal $format:ident $severity:ident $summary:literal;)*) => {
        /// All rows, by format.
        pub static RULES: &[PayloadRule] = &[$(PayloadRule {
            id: $id,
            format: rules!(@format $format),
            severity: Severity::$severity,
            summary: $summary,
        }),*];
    };
    (@format Any) => { None };
    (@format $format:ident) => { Some(SchemaType::$format) };
}

rules! {
    "schema.avro.truncated" Avro Error "the datum ends inside a value";
    "schema.avro.trailing-bytes" Avro Error "bytes follow the datum";
    "schema.avro.varint" Avro Error "a number does not end, or does not fit its type";
    "schema.avro.union-index" Avro Error "a union has no branch of this index";
    "schema.avro.enum-index" Avro Error "an enum has no symbol of this index";
    "schema.avro.negative-length" Avro Error "a length is negative";
    "schema.avro.block-size" Avro Error "a block is not as long as it says";
    "schema.avro.utf8" Avro Error "a string is not UTF-8";
    "schema.avro.boolean" Avro Error "a boolean is neither 0 nor 1";
    "schema.avro.limit" Avro Error "the datum exceeds a limit of depth, size or items";
    "schema.avro.syntax" Avro Error "the JSON encoding is not JSON";
    "schema.avro.type" Avro Error "a value of the JSON encoding has another type";
    "schema.avro.missing-field" Avro Error "a field without default is missing from the JSON encoding";
    "schema.avro.unknown-field" Avro Warning "the JSON encoding has a field that the record does not";
    "schema.avro.enum" Avro Error "a text of the JSON encoding is no symbol of the enum";
    "schema.avro.fixed-size" Avro Error "a fixed value has another size";

    "schema.protobuf.wire-type" Protobuf Error "a known field has another wire type";
    "schema.protobuf.truncated" Protobuf Error "the message ends inside a value";
    "schema.protobuf.required" Protobuf Error "a required field of proto2 is missing";
    "schema.protobuf.utf8" Protobuf Error "a string is not UTF-8";
    "schema.protobuf.group" Protobuf Error "a group is not closed, or closed without being open";
    "schema.protobuf.limit" Protobuf Error "the message exceeds a limit of depth, size or items";
    "schema.protobuf.unknown-fields" Protobuf Warning "the message has fields that the schema does not";
    "schema.protobuf.syntax" Protobuf Error "the JSON form is not JSON";
    "schema.protobuf.type" Protobuf Error "a value of the JSON form has another type, or is out of its range";
    "schema.protobuf.enum" Protobuf Error "a text or number of the JSON form is no constant of the enum";
    "schema.protobuf.oneof" Protobuf Error "two members of a oneof are set in the JSON form";
    "schema.protobuf.message" Protobuf Error "the file has no message of this name or index";

    "schema.json.syntax" Json Error "the payload is not JSON";
    "schema.json.limit" Json Error "the payload exceeds a limit of depth, number length or values";
    "schema.json.unlisted" Json Error "the payload does not match, and to list where would take too much";
    "schema.json.false" Json Error "a value stands where the schema allows none";
    "schema.json.$ref" Json Error "a reference could not be followed";
    "schema.json.additionalItems" Json Error "an array has more items than are described";
    "schema.json.additionalProperties" Json Error "an object has properties that are not described";
    "schema.json.allOf" Json Error "a schema of `allOf` allows no value";
    "schema.json.anyOf" Json Error "no schema of `anyOf` matches";
    "schema.json.const" Json Error "the value is not the constant";
    "schema.json.contains" Json Error "no item matches `contains`";
    "schema.json.contentEncoding" Json Error "a text is not encoded as stated";
    "schema.json.contentMediaType" Json Error "a text is not of the stated media type";
    "schema.json.dependencies" Json Error "a property comes without what depends on it";
    "schema.json.dependentRequired" Json Error "a property comes without another that it requires";
    "schema.json.dependentSchemas" Json Error "a property excludes the value it stands in";
    "schema.json.else" Json Error "the schema under `else` allows no value";
    "schema.json.enum" Json Error "the value is none of those listed";
    "schema.json.exclusiveMaximum" Json Error "a number is not below the limit";
    "schema.json.exclusiveMinimum" Json Error "a number is not above the limit";
    "schema.json.format" Json Error "a text does not have the format";
    "schema.json.items" Json Error "an item stands where the schema allows none";
    "schema.json.maxContains" Json Error "too many items match `contains`";
    "schema.json.maxItems" Json Error "an array has too many items";
    "schema.json.maxLength" Json Error "a text is too long";
    "schema.json.maxProperties" Json Error "an object has too many properties";
    "schema.json.maximum" Json Error "a number is above the limit";
    "schema.json.minContains" Json Error "too few items match `contains`";
    "schema.json.minItems" Json Error "an array has too few items";
    "schema.json.minLength" Json Error "a text is too short";
    "schema.json.minProperties" Json Error "an object has too few properties";
    "schema.json.minimum" Json Error "a number is below the limit";
    "schema.json.multipleOf" Json Error "a number is no multiple";
    "schema.json.not" Json Error "the schema under `not` matches";
    "schema.json.oneOf" Json Error "none or several schemas of `oneOf` match";
    "schema.json.pattern" Json Error "a text does not match the pattern";
    "schema.json.patternProperties" Json Error "a property stands that the schema of its name pattern excludes";
    "schema.json.prefixItems" Json Error "an item stands at a place that allows none";
    "schema.json.properties" Json Error "a property stands that its schema excludes";
    "schema.json.propertyNames" Json Error "a property name does not match";
    "schema.json.required" Json Error "a required property is missing";
    "schema.json.then" Json Error "the schema under `then` allows no value";
    "schema.json.type" Json Error "a value has another type";
    "schema.json.unevaluatedItems" Json Error "an array has items that no schema evaluated";
    "schema.json.unevaluatedProperties" Json Error "an object has properties that no schema evaluated";
    "schema.json.uniqueItems" Json Error "two items are equal";

    "rule.<name>" Any Error "a condition of the schema or of its rule set does not hold";
    "rules.not-evaluable" Any Error "a condition could not be evaluated";
    "rules.not-evaluated" Any Warning "conditions behind a TRANSFORM or in another language than CEL, and inline rules that stand where no value can be shown to them or that have no name or expression, are not evaluated";
}

/// Finds a rule by the id of a finding.
pub fn find_rule(id: &str) -> Option<&'static PayloadRule> {
    let id = if id.starts_with("rule.") { "rule.<name>" } else { id };
    RULES.iter().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::cloudevents::rules;

    /// Literals `"schema.…"` and `"rules.…"` of all sources.
    fn written(folder: &Path, ids: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                written(&path, ids);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source");
                let literals = text.split('"').skip(1).step_by(2);
                let is_id = |literal: &&str| {
                    let rest = literal.strip_prefix("schema.").or_else(|| literal.strip_prefix("rules."));
                    rest.is_some_and(|rest| {
                        !rest.is_empty()
                            && !rest.ends_with('.')
                            && rest.chars().all(|c| c.is_ascii_alphabetic() || ".-$8".contains(c))
                    })
                };
                ids.extend(literals.filter(is_id).map(str::to_owned));
            }
        }
    }

    #[test]
    fn every_id_in_the_sources_stands_in_the_table() {
        let mut ids = BTreeSet::new();
        written(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut ids);
        assert!(ids.len() > 20, "{ids:?}");
        let missing: Vec<_> =
            ids.iter().filter(|id| find_rule(id).is_none() && rules::find_rule(id).is_none()).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
