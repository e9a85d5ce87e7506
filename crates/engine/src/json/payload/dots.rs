//! The `.` of patterns.
//!
//! In ECMA-262, the dialect of JSON Schema, it stands for anything but the four line terminators; the engine below the
//! validating crate knows only one of them. So it is written as a class before the crate sees a schema, and read back
//! wherever a finding shows a pattern. The walk spells limits of numbers, too ([`limits`]).

use serde_json::{Map, Value};

use super::limits;

/// What `.` means. Spelled as nobody would spell it, since it is read back.
const ANY: &str = "[^\r\u{2029}\n\u{2028}]";

/// Spells out the `.` of all patterns of a schema. Names of `patternProperties` keep theirs where `names` says so. As
/// deep as the document, which its parser bounds.
pub(super) fn spell_out(schema: &mut Value, names: bool) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(|item| spell_out(item, names)),
        Value::Object(members) => {
            for (keyword, value) in members.iter_mut() {
                match (keyword.as_str(), value) {
                    ("pattern", Value::String(pattern)) => {
                        if let Some(spelled) = spelled(pattern) {
                            *pattern = spelled;
                        }
                    }
                    (
                        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum",
                        Value::Number(limit),
                    ) => {
                        if let Some(spelled) = limits::spelled(limit) {
                            *limit = spelled;
                        }
                    }
                    ("patternProperties", Value::Object(schemas)) => {
                        if names {
                            *schemas = renamed(std::mem::take(schemas));
                        }
                        schemas.values_mut().for_each(|schema| spell_out(schema, names));
                    }
                    (
                        "properties" | "$defs" | "definitions" | "dependentSchemas" | "dependencies",
                        Value::Object(schemas),
                    ) => schemas.values_mut().for_each(|schema| spell_out(schema, names)),
                    ("enum" | "const" | "default" | "examples", _) => {}
                    (_, value) => spell_out(value, names),
                }
            }
        }
        _ => {}
    }
}

fn renamed(schemas: Map<String, Value>) -> Map<String, Value> {
    schemas.into_iter().map(|(pattern, schema)| (spelled(&pattern).unwrap_or(pattern), schema)).collect()
}

/// A pattern with its `.` spelled out; `None` when it has none, or flags that give it another meaning.
fn spelled(pattern: &str) -> Option<String> {
    let has_flags = pattern
        .split("(?")
        .skip(1)
        .any(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '-'));
    if has_flags || !pattern.contains('.') {
        return None;
    }
    let mut out = String::with_capacity(pattern.len() + ANY.len());
    let (mut in_class, mut escaped) = (false, false);
    for c in pattern.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '.' if !in_class => {
                out.push_str(ANY);
                continue;
            }
            _ => {}
        }
        out.push(c);
    }
    Some(out)
}

/// A text that shows patterns, with the `.` its author wrote.
pub(super) fn as_written(text: &str) -> String {
    text.replace(ANY, ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_outside_classes_are_spelled_out_and_read_back() {
        for pattern in ["^.$", "a.b|.*", r"\\.", "[.].", r"[\].]."] {
            let spelled = spelled(pattern).expect("it has dots");
            assert_eq!(spelled.matches(ANY).count(), usize::from(pattern == "a.b|.*") + 1, "{pattern}");
            assert_eq!(as_written(&spelled), pattern);
        }
        assert_eq!(spelled("(?s)."), None);
        assert_eq!(spelled("(?:.)").as_deref().map(as_written).as_deref(), Some("(?:.)"));
    }

    #[test]
    fn what_is_no_pattern_stays() {
        let text = r#"{"const":{"pattern":"."},"enum":[{"pattern":"."}],"properties":{"patternProperties":{"a.b":1}},"title":"."}"#;
        let mut schema: Value = serde_json::from_str(text).expect("a schema");
        spell_out(&mut schema, true);
        assert_eq!(schema.to_string(), text);
    }
}
