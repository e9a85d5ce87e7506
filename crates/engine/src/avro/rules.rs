//! The kinds of difference between two Avro schemas, one row a kind.
//!
//! Type names and descriptions are those of the reference, which takes them from Avro Java. All kinds
//! break under every policy: Avro schema resolution has no lenient reading, and a policy meant for another
//! format must not switch the check off.
//!
//! To add a kind: one row here, the place in [`super::compare`] that reports it, one vector.

use crate::SchemaType;
use crate::difference::{Policy, Rule};

const ALWAYS: &[Policy] =
    &[Policy::Reference, Policy::Lenient, Policy::Wire, Policy::WireJson, Policy::Source, Policy::Sound];

/// All rows. The last two have no type name: the reference reports the first as a bare sentence, the
/// second is ours.
pub static RULES: &[Rule] = &[
    NAME_MISMATCH,
    FIXED_SIZE_MISMATCH,
    MISSING_ENUM_SYMBOLS,
    FIELD_MISSING_DEFAULT,
    TYPE_MISMATCH,
    MISSING_UNION_BRANCH,
    AMBIGUOUS_FIELD,
    UNDECIDED,
];

/// Row numbers in [`RULES`], so that a finding under construction is small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id {
    Name,
    FixedSize,
    EnumSymbols,
    FieldMissing,
    Type,
    UnionBranch,
    AmbiguousField,
    Undecided,
}

impl Id {
    pub(super) fn rule(self) -> &'static Rule {
        &RULES[self as usize]
    }
}

const NAME_MISMATCH: Rule = Rule {
    id: "avro/name-changed",
    kind: "NAME_MISMATCH",
    format: SchemaType::Avro,
    description: "The name of the schema has changed (path '{path}')",
    breaks: ALWAYS,
    summary: "a named type has another simple name than the writer's, and no alias for it",
    consequence: "Readers with the {reader} schema refuse data of the {writer} schema at {path}: they look for another type name ({info}).",
    advice: "Keep the old name, or add the writer's full name to the aliases of the renamed type.",
    example: (
        r#"{"type":"record","name":"Order","fields":[]}"#,
        r#"{"type":"record","name":"Purchase","fields":[]}"#,
    ),
};

const FIXED_SIZE_MISMATCH: Rule = Rule {
    id: "avro/fixed-size-changed",
    kind: "FIXED_SIZE_MISMATCH",
    format: SchemaType::Avro,
    description: "The size of FIXED type field at path '{path}' in the {reader} schema does not match with the {writer} schema",
    breaks: ALWAYS,
    summary: "a fixed type has another size than the writer's",
    consequence: "Readers with the {reader} schema refuse fixed values of the {writer} schema at {path} ({info}).",
    advice: "Keep the size; put values of the new size into a new field with its own fixed type.",
    example: (
        r#"{"type":"fixed","name":"Digest","size":16}"#,
        r#"{"type":"fixed","name":"Digest","size":32}"#,
    ),
};

const MISSING_ENUM_SYMBOLS: Rule = Rule {
    id: "avro/enum-symbols-missing",
    kind: "MISSING_ENUM_SYMBOLS",
    format: SchemaType::Avro,
    description: "The {reader} schema is missing enum symbols '{info}' at path '{path}' in the {writer} schema",
    breaks: ALWAYS,
    summary: "the writer may write enum symbols that the reader does not know, and the reader's enum has no default",
    consequence: "Readers with the {reader} schema fail on data of the {writer} schema that holds one of {info} at {path}.",
    advice: "Keep the symbols, or give the reader's enum a default symbol (\"default\" on the enum, not on the field).",
    example: (
        r#"{"type":"enum","name":"State","symbols":["OPEN","CLOSED"]}"#,
        r#"{"type":"enum","name":"State","symbols":["OPEN"]}"#,
    ),
};

const FIELD_MISSING_DEFAULT: Rule = Rule {
    id: "avro/reader-field-missing-default",
    kind: "READER_FIELD_MISSING_DEFAULT_VALUE",
    format: SchemaType::Avro,
    description: "The field '{info}' at path '{path}' in the {reader} schema has no default value and is missing in the {writer} schema",
    breaks: ALWAYS,
    summary: "the reader requires a field that the writer never writes",
    consequence: "Readers with the {reader} schema fail on every record of the {writer} schema: field {info} at {path} is not in the data and has no default.",
    advice: "Give the field a default (a union with null needs \"default\": null too), or an alias that names the writer's field.",
    example: (
        r#"{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}"#,
        r#"{"type":"record","name":"Order","fields":[{"name":"id","type":"string"},{"name":"note","type":"string"}]}"#,
    ),
};

const TYPE_MISMATCH: Rule = Rule {
    id: "avro/type-changed",
    kind: "TYPE_MISMATCH",
    format: SchemaType::Avro,
    description: "The type (path '{path}') of a field in the {reader} schema does not match with the {writer} schema",
    breaks: ALWAYS,
    summary: "the writer's type cannot be read as the reader's type",
    consequence: "Readers with the {reader} schema cannot decode what the {writer} schema writes at {path} ({info}).",
    advice: "Keep the type or widen it (int to long, float or double; long to float or double; float to double; string and bytes either way), or add a new field beside the old one.",
    example: (r#""string""#, r#""int""#),
};

const MISSING_UNION_BRANCH: Rule = Rule {
    id: "avro/union-branch-missing",
    kind: "MISSING_UNION_BRANCH",
    format: SchemaType::Avro,
    description: "The {reader} schema is missing a type inside a union field at path '{path}' in the {writer} schema",
    breaks: ALWAYS,
    summary: "no branch of the reader's union reads a type that the writer may write",
    consequence: "Readers with the {reader} schema fail on data of the {writer} schema that takes this branch at {path} ({info}).",
    advice: "Keep a branch that reads the type; for a record branch, look for a field that was added without default.",
    example: (r#"["null","string"]"#, r#"["null","long"]"#),
};

const AMBIGUOUS_FIELD: Rule = Rule {
    id: "avro/ambiguous-field",
    kind: "",
    format: SchemaType::Avro,
    description: "Unexpected exception during compatibility check: {info}",
    breaks: ALWAYS,
    summary: "a reader field matches several writer fields by its name and its aliases",
    consequence: "Readers with the {reader} schema cannot tell which field of the {writer} schema to read: {info}.",
    advice: "Remove the alias that names another field of the writer, or the one equal to the field's own name.",
    example: (
        r#"{"type":"record","name":"Order","fields":[{"name":"id","type":"int"},{"name":"key","type":"int"}]}"#,
        r#"{"type":"record","name":"Order","fields":[{"name":"id","type":"int","aliases":["key"]}]}"#,
    ),
};

const UNDECIDED: Rule = Rule {
    id: "avro/undecided",
    kind: "",
    format: SchemaType::Avro,
    description: "Could not decide within {info} at path '{path}'",
    breaks: ALWAYS,
    summary: "the comparison was stopped by a limit, so compatibility is not shown",
    consequence: "Whether readers with the {reader} schema can read data of the {writer} schema was not decided: the comparison stopped at {path} after {info}.",
    advice: "Split the schema, or ask for a higher limit of comparison steps.",
    example: ("", ""),
};
