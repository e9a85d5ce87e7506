//! Which keyword a finding is about, read from the place in the schema.
//!
//! The crate names the check that failed: a `false` schema has no keyword of its own, `minContains` fails
//! as `contains` and `dependentRequired` as `required`. A finding is named after the keyword that stands at
//! its place, so that rule id and schema pointer never contradict each other.

/// The last keyword of a schema pointer; `None` when the pointer is a schema without a keyword above it
/// (the root, or a definition).
pub(super) fn at(schema_pointer: &str) -> Option<&str> {
    let mut tokens = schema_pointer.split('/').skip(1).peekable();
    let mut keyword = None;
    while let Some(token) = tokens.next() {
        keyword = match token {
            "$defs" | "definitions" => None,
            _ => Some(token),
        };
        match token {
            "$defs" | "definitions" | "properties" | "patternProperties" | "dependentSchemas"
            | "dependentRequired" | "dependencies" => {
                tokens.next();
            }
            "allOf" | "anyOf" | "oneOf" | "prefixItems" | "items" => {
                tokens.next_if(|next| next.bytes().all(|byte| byte.is_ascii_digit()));
            }
            _ => {}
        }
    }
    keyword
}
