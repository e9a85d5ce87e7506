//! Nanoseconds a JSON payload: our validator against its parts.
//!
//! Prints medians of several rounds and their ratios: parsing alone, the bare `jsonschema` call on a parsed
//! value, both together, and [`JsonValidator::validate`] on the same bytes. Ratios hold across machines,
//! nanoseconds do not. `cargo bench -p chancery-engine --bench json_payload`

use std::hint::black_box;
use std::time::Instant;

use chancery_engine::json::JsonValidator;
use chancery_engine::violation::{PayloadOptions, ValidatorOptions};

const ROUNDS: usize = 9;
const CALLS: u32 = 20_000;

const SCHEMA: &str = r##"{
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["orderId", "customer", "items", "totalCents", "currency", "placedAt"],
    "properties": {
        "orderId": {"type": "string", "minLength": 1, "maxLength": 64},
        "customer": {"$ref": "#/definitions/customer"},
        "items": {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/item"}},
        "addresses": {"type": "array", "maxItems": 4, "items": {"$ref": "#/definitions/address"}},
        "totalCents": {"type": "integer", "minimum": 0},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "state": {"enum": ["open", "paid", "shipped", "unknown"]},
        "note": {"type": ["string", "null"]},
        "placedAt": {"type": "string", "format": "date-time"},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}}
    },
    "additionalProperties": false,
    "definitions": {
        "customer": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"},
            "mail": {"type": "string", "format": "email"}, "country": {"type": "string", "minLength": 2, "maxLength": 2}}},
        "item": {"type": "object", "required": ["sku", "quantity", "unitPriceCents"], "properties": {
            "sku": {"type": "string"}, "quantity": {"type": "integer", "minimum": 1},
            "unitPriceCents": {"type": "integer", "minimum": 0}}, "additionalProperties": false},
        "address": {"type": "object", "required": ["street", "zip"], "properties": {
            "street": {"type": "string"}, "zip": {"type": "string"}, "kind": {"enum": ["billing", "shipping"]}}}
    }
}"##;

const ORDER: &str = r#"{"orderId":"01HRB6ZQX9N7K8M2J4F5G6H8YT",
  "customer":{"id":"c-77","mail":"someone@example.com","country":"DE"},
  "items":[{"sku":"A-1","quantity":2,"unitPriceCents":1999},{"sku":"B-9","quantity":1,"unitPriceCents":450},
    {"sku":"C-44-LONG-ARTICLE","quantity":12,"unitPriceCents":99}],
  "addresses":[{"street":"Main Street 1","zip":"12345","kind":"billing"},
    {"street":"Side Street 22","zip":"54321","kind":"shipping"}],
  "totalCents":5636,"currency":"EUR","state":"paid","note":"leave at the \"back\" door",
  "placedAt":"2031-05-12T14:22:31.412Z","labels":{"channel":"web","campaign":"spring","tier":"gold"}}"#;

fn main() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft7).offline();
    let bare = options.should_validate_formats(true).build(&schema).expect("the schema compiles");
    let ours =
        JsonValidator::compile(SCHEMA, &[], &ValidatorOptions::default()).expect("the schema compiles");
    let value: serde_json::Value = serde_json::from_str(ORDER).expect("the order is JSON");
    let wrong =
        ORDER.replace("\"quantity\":12", "\"quantity\":\"12\"").replace("2031-05-12T", "2031-05-12 at ");
    let payload = PayloadOptions::default();
    assert!(ours.validate(ORDER.as_bytes(), &payload).findings.is_empty());
    assert_eq!(ours.validate(wrong.as_bytes(), &payload).findings.len(), 2);

    let parse = nanos(|| serde_json::from_slice::<serde_json::Value>(ORDER.as_bytes()).is_ok());
    let call = nanos(|| bare.is_valid(&value));
    let together = nanos(|| {
        serde_json::from_slice::<serde_json::Value>(ORDER.as_bytes()).is_ok_and(|value| bare.is_valid(&value))
    });
    let valid = nanos(|| ours.validate(ORDER.as_bytes(), &payload).findings.is_empty());
    let invalid = nanos(|| ours.validate(wrong.as_bytes(), &payload).findings.is_empty());

    println!("order of {} bytes, medians of {ROUNDS} rounds", ORDER.len());
    for (name, time) in [
        ("parsing alone", parse),
        ("bare call on a parsed value", call),
        ("parsing and bare call", together),
        ("our validator, valid", valid),
        ("our validator, two findings", invalid),
    ] {
        println!(
            "{name:<28} {time:>8.0} ns   {:>5.2} x parsing   {:>5.2} x parsing and bare call",
            time / parse,
            time / together
        );
    }
}

/// Median of the rounds.
fn nanos(mut call: impl FnMut() -> bool) -> f64 {
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..CALLS {
                black_box(call());
            }
            start.elapsed().as_nanos() as f64 / f64::from(CALLS)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}
