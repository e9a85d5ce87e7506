//! Integration tests of the engine, one binary.

mod avro;
mod cloudevents;
mod docs_rules;
mod growth;
mod json;
mod json_payload_laws;
mod json_schema_test_suite;
mod levels;
mod lint_laws;
mod long_names;
mod parts;
mod protobuf;
mod small_stacks;
mod vectors;
