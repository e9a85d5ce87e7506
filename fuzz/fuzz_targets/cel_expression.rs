//! Compiles any text as a condition and evaluates it on any JSON.
//!
//! The expression ends at the first line feed, the rest is the message. Looked for: panics, stack
//! overflows, and evaluations that outrun the budget.

#![no_main]

use chancery_engine::conditions::{Condition, InlineRules, Timestamp, Value};
use chancery_engine::violation::ValidatorOptions;
use chancery_engine::{SchemaType, Source};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let (expression, message) = (&input[..end], input.get(end + 1..).unwrap_or_default());
    let Ok(expression) = std::str::from_utf8(expression) else { return };
    let message = serde_json::from_slice(message).unwrap_or_else(|_| serde_json::json!({"a": [1, [2, 3]], "s": "x"}));
    let payload = message.to_string();
    let message = Value::from_json(&message);
    let now = Timestamp { seconds: 1_780_000_000, nanos: 0 };
    match Condition::compile("r", None, expression) {
        Ok(condition) => {
            let answer = condition.evaluate(&message, now);
            assert_eq!(answer, condition.evaluate(&message, now));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let rule = serde_json::json!([{"name": "r", "expr": expression}]);
    let schema = serde_json::json!({
        "confluent:rules": rule,
        "properties": {"a": {"items": {"confluent:rules": rule}}},
        "additionalProperties": {"$ref": "#"},
    });
    let text = schema.to_string();
    let options = ValidatorOptions::default();
    if let Ok(rules) = InlineRules::compile(SchemaType::Json, &Source::bare(&text), &options) {
        let _ = rules.check(&message, payload.as_bytes(), now);
    }
});
