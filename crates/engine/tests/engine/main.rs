//! Integration tests of the engine, one binary.

mod avro;
mod cloudevents;
mod docs_rules;
mod json_schema_test_suite;
mod vectors;
